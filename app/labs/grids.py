"""Whole grids from the empty board, by both models in batches behind the app's gate, and a walk between two z; no Streamlit."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from app.labs.training import MODELS, UNSEEN_SECONDS, WALL_SECONDS
from app.labs.turns import Enter, Turns
from app.server.background import Background, Prepare
from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK, CELLS
from vmd_sudoku.solving.setting import Setting

if TYPE_CHECKING:
    from vmd_sudoku.network.checkpoint import LoadedModel
    from vmd_sudoku.solving.predictor import FirstCalls

COUNT = 100
BATCH = 10
"""Grids of a slice: whoever presses Solve meanwhile waits for that many."""
STEPS = 24
"""Of a walk."""
MOST_DRAWS = 16
"""Of this process."""
_LOG = logging.getLogger(__name__)
Load = Callable[[str], "LoadedModel"]


def setting(name: str, calls: int, seed: int) -> Setting:
    """How a model writes grids: the VMD with one drawn z each, the surest digit of each cell; the MDM draws every digit, cells
    in random order, since without a z nothing else tells one grid from another."""
    if name == "vmd":
        return Setting(nfe=calls, z=seed, seed=seed)
    return Setting(nfe=calls, policy="random", temperature=1.0, seed=seed)


@dataclass(frozen=True)
class Grid:
    """81 signs, and whether every row, column and box holds 1 to 9 once."""

    line: str
    legal: bool


@dataclass
class Draw:
    """Grids on their way. The thread writes, pages read; lists only ever grow.

    state: "running", "done", "stopped" or "failed".
    """

    calls: int
    seed: int
    state: str = "running"
    grids: dict[str, list[Grid]] = field(default_factory=lambda: {name: [] for name in MODELS})
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(MODELS, 0.0))
    cancelled: threading.Event = field(default_factory=threading.Event)
    _seen: float = field(default_factory=time.monotonic)
    _started: float = field(default_factory=time.monotonic)

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return self.state == "running"

    def look(self) -> None:
        """Say that a page still shows this."""
        self._seen = time.monotonic()

    def stop(self) -> None:
        """End it now."""
        self.cancelled.set()
        if self.live:
            self.state = "stopped"

    def over(self) -> bool:
        """Whether it ends here: stopped, out of time, or out of sight for long."""
        now = time.monotonic()
        if now - self._seen > UNSEEN_SECONDS["running"] or now - self._started > WALL_SECONDS:
            self.stop()
        return not self.live


class Drawer:
    """Draws in threads of its own."""

    def __init__(self, enter: Enter, load: Load, busy: type[Exception], gone: type[Exception]) -> None:
        """Nothing runs. enter, busy, gone: as of `training.Trainer`. load: a shipped model by name."""
        self._turns, self._load, self._gone = Turns(enter, busy), load, gone
        self._threads = Background("lab-grids", MOST_DRAWS)

    def start(self, draw: Draw, prepare: Prepare | None = None) -> bool:
        """Draw in the background; False if too many do."""
        return self._threads.start(partial(self._run, draw), prepare)

    def _run(self, draw: Draw) -> None:
        try:
            from vmd_sudoku.solving.predictor import FirstCalls

            # Without a z the network says the same of every empty board: it is asked once for all slices.
            known = {name: FirstCalls() if setting(name, draw.calls, draw.seed).z is None else None for name in MODELS}
            for place in range(0, COUNT, BATCH):
                for name in MODELS:
                    work = partial(self._slice, draw, name, place, known[name])
                    self._turns.take(work, draw.cancelled, draw.over)
            if draw.live:
                draw.state = "done"
        except self._gone:
            draw.stop()
        except Exception:
            _LOG.exception("drawing grids failed")
            draw.state = "failed"

    def _slice(self, draw: Draw, name: str, place: int, known: "FirstCalls | None") -> None:
        start = time.monotonic()
        found = some_grids(self._load(name), setting(name, draw.calls, draw.seed), place, draw.over, known)
        draw.seconds[name] += time.monotonic() - start
        # Those of a draw that was stopped may not be whole.
        if not draw.over():
            draw.grids[name].extend(found)


def some_grids(
    loaded: "LoadedModel", how: Setting, place: int, stop: Callable[[], bool], known: "FirstCalls | None" = None
) -> list[Grid]:
    """Grids number `place` and on, a batch of them. known: what the first call said of the batches before."""
    from vmd_sudoku.solving.batch import decode_batch

    empty = np.full((BATCH, CELLS), BLANK, np.int8)
    written = decode_batch(loaded, empty, how, place=place, stop=stop, first_calls=known).board
    return judged(written, empty)


def judged(written: np.ndarray, clues: np.ndarray) -> list[Grid]:
    """Boards [n,81] as grids."""
    legal = boards.solved(written, clues)
    return [Grid(boards.to_line(line), bool(good)) for line, good in zip(written, legal, strict=True)]


@dataclass(frozen=True)
class Walk:
    """What one call would write at even steps from one z to another. sure: probability of each digit, percent, [steps][81]."""

    grids: tuple[Grid, ...]
    sure: tuple[tuple[int, ...], ...]


def walk(loaded: "LoadedModel", first: int, second: int) -> Walk:
    """From the z of one seed to that of another, on the arc, where every z is as long as one that is drawn."""
    import torch

    from vmd_sudoku.solving.predictor import Predictor, latent_for

    model, how = loaded.model, Setting(nfe=1)
    ends = [latent_for(model, 1, seed) for seed in (first, second)]
    assert ends[0] is not None
    assert ends[1] is not None
    angle = torch.linspace(0, math.pi / 2, STEPS + 1).view(-1, *[1] * (ends[0].dim() - 1))
    z = torch.cos(angle) * ends[0] + torch.sin(angle) * ends[1]
    rounds, _ = how.rounds_on(model.config)
    predict = Predictor(model, z, first_rounds=rounds, rounds=rounds, settle=how.settle)
    with torch.inference_mode():
        empty = torch.zeros(STEPS + 1, CELLS, dtype=torch.long)
        p, digit = predict(empty, torch.arange(STEPS + 1)).softmax(-1).max(-1)
    written = (digit + 1).numpy().astype(np.int8)
    sure = tuple(tuple(row) for row in (100 * p).floor().int().tolist())
    return Walk(tuple(judged(written, empty.numpy())), sure)
