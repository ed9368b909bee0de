"""Models that are loaded once, and a look at what one says of a board."""

import os
import sys
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app.parts.settings import Settings
from vmd_sudoku.board import CELLS, DIGITS, Line
from vmd_sudoku.solving.playing import as_bytes

if TYPE_CHECKING:
    from torch import Tensor

    from vmd_sudoku.network.checkpoint import LoadedModel

_SWITCH = 2e-4
"""Seconds that a thread may keep Python's lock while others want it."""


@st.cache_resource(show_spinner=False)
def model(name: str) -> "LoadedModel":
    """A shipped model, read-only and shared by all threads.

    Raises:
        CheckpointError: there is no such model, or this version cannot read it.
    """
    from vmd_sudoku.network.checkpoint import load_model

    _set_threads()
    return load_model(name)


@st.cache_resource(show_spinner=False)
def many(name: str) -> "LoadedModel":
    """A shipped model for boards by the hundred: with compiled rounds, where this machine has them ready. A copy of its own,
    since compiled rounds round otherwise, and a solve must not depend on who was here before.

    Raises:
        CheckpointError: as `model`.
    """
    from vmd_sudoku.network.checkpoint import load_model

    _set_threads()
    loaded = load_model(name)
    return loaded if loaded.model.use_kept_rounds() else model(name)


def latent(settings: Settings) -> "Tensor | None":
    """z [1,9,9,9,K] as drawn and steered; None for a model without."""
    from vmd_sudoku.solving.predictor import latent_for

    z = latent_for(model(settings.model).model, 1, settings.z)
    if z is not None and settings.edits:
        candidates, values = zip(*settings.edits, strict=True)
        # What is steered is this visitor's; z as it was drawn stays.
        z = z.clone()
        z.view(CELLS * DIGITS, -1)[list(candidates)] = z.new_tensor(values)[:, None]
    return z


def look(board: Line, settings: Settings) -> tuple[np.ndarray, np.ndarray | None]:
    """What one call says of every cell of a board, uint8 [81,9] (255 is certain), and z [729], None without one.

    Of a z with several numbers a candidate, the first.
    """
    import torch

    from vmd_sudoku.solving.predictor import Predictor
    from vmd_sudoku.solving.setting import Setting

    loaded, z = model(settings.model), latent(settings)
    rounds, _ = settings.library().rounds_on(loaded.model.config)
    predict = Predictor(loaded.model, z, first_rounds=rounds, rounds=rounds, settle=Setting.settle)
    said = predict(torch.from_numpy(board.digits.astype(np.int64))[None], torch.zeros(1, dtype=torch.long)).softmax(-1)[
        0
    ]
    return as_bytes(said.numpy()), None if z is None else z.view(CELLS * DIGITS, -1)[:, 0].numpy()


def _set_threads() -> None:
    """Give torch the cores once: on contended cores its threads wait for each other and everything slows many times.

    The network gives up Python's lock hundreds of times in a call, and while pages are drawn for others it gets it back only
    after a switch interval: beside two busy threads, a shorter one than the usual 5 ms nearly halves the time of a solve.
    """
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", max(1, (os.cpu_count() or 2) // 2))))
    sys.setswitchinterval(_SWITCH)
