"""What all visitors share: models, exact solver, example puzzles, and the gate that lets one solve run at a time.

torch and numba are imported when first needed, so that the page is on screen before they are loaded.
"""

import gc
import logging
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app import words
from app.session import MODELS, Settings
from app.together import Flag, Together, can_share
from vmd_sudoku import puzzle_file
from vmd_sudoku.board import CELLS, DIGITS, parse, to_line
from vmd_sudoku.errors import VmdSudokuError

if TYPE_CHECKING:
    from torch import Tensor

    from vmd_sudoku.checkpoint import LoadedModel
    from vmd_sudoku.proof import Proof
    from vmd_sudoku.setting import Setting
    from vmd_sudoku.trace import Trace

EXAMPLES = Path(__file__).parents[1] / "puzzles"
LEVELS = {
    "Easy": ("easy.csv", "36 clues; hidden singles fill the board"),
    "Medium": ("medium.csv", "28 clues; naked and hidden singles fill the board"),
    "Hard": ("hard.csv", "Singles are not enough"),
    "Expert": ("expert.csv", "A search has to guess five times or more"),
    "Extreme": ("extreme.csv", "The hardest ten of 100,000 generated puzzles"),
    "Two solutions": ("two_solutions.csv", "A clue was taken away: two boards fit"),
}
"""File and description of each level, easiest first."""


LONGEST_TEXT = 5 * 1024 * 1024
"""Characters of a text or a file that a visitor may bring in."""
SOLVE_TIME = 20.0
"""Seconds after which a solve ends with the board that it has reached, so that the others in the queue get their turn."""
_LOOK_EVERY = 0.05
"""Seconds between two looks at whether somebody in the queue still wants to come in."""
_SWITCH = 2e-4
"""Seconds that a thread may keep Python's lock while others want it."""
_LOG = logging.getLogger(__name__)
_TRACES = 64
"""Traces kept, of about a megabyte each."""


class BusyError(VmdSudokuError):
    """Too many visitors are waiting for a solve."""


class CancelledError(VmdSudokuError):
    """Nobody waits for this any more: the visitor has asked for something else."""


class Gate:
    """Lets `running` threads in at a time and `waiting` more queue for at most `patience` seconds."""

    def __init__(self, running: int = 1, waiting: int = 4, patience: float = 20.0) -> None:
        """A gate with every place free."""
        self._places = threading.Semaphore(running)
        self._queue = threading.Semaphore(running + waiting)
        self._patience = patience

    @contextmanager
    def enter(self, cancelled: Flag | None = None) -> Iterator[None]:
        """Wait for a place.

        Raises:
            BusyError: the queue is full, or no place came free in time. CancelledError: `cancelled` was set meanwhile.
        """
        if not self._queue.acquire(blocking=False):
            raise BusyError(words.BUSY_QUEUE)
        try:
            end = time.monotonic() + self._patience
            while not self._places.acquire(timeout=min(_LOOK_EVERY, self._patience)):
                if cancelled and cancelled.is_set():
                    raise CancelledError
                if time.monotonic() > end:
                    raise BusyError(words.BUSY_LONG)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


class Shelf:
    """The last `size` traces that were made, by what they were made of; for all threads."""

    def __init__(self, size: int = _TRACES) -> None:
        """An empty shelf."""
        self._size = size
        self._traces: OrderedDict[tuple[str, Settings], Trace] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, puzzle: str, settings: Settings) -> "Trace | None":
        """The trace of a puzzle line under some settings, if it lies here."""
        with self._lock:
            trace = self._traces.get((puzzle, settings))
            if trace:
                self._traces.move_to_end((puzzle, settings))
            return trace

    def put(self, puzzle: str, settings: Settings, trace: "Trace") -> None:
        """Keep a trace; the one that was not asked for longest makes room."""
        with self._lock:
            self._traces[puzzle, settings] = trace
            if len(self._traces) > self._size:
                self._traces.popitem(last=False)


@dataclass(frozen=True)
class Level:
    """Example puzzles of one difficulty: `puzzles` are lines of 81 characters, `about` says what they are."""

    name: str
    about: str
    puzzles: tuple[str, ...]


@st.cache_resource(show_spinner=False)
def gate() -> Gate:
    """The one gate of this process."""
    return Gate()


@st.cache_resource(show_spinner=False)
def model(name: str) -> "LoadedModel":
    """A shipped model, read-only and shared by all threads.

    Raises:
        CheckpointError: there is no such model, or this version cannot read it.
    """
    from vmd_sudoku.checkpoint import load_model

    _set_threads()
    return load_model(name)


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """The one shelf of this process."""
    return Shelf()


@st.cache_resource(show_spinner=False)
def together() -> Together:
    """The batches that wait at the gate."""
    return Together(lambda flag: gate().enter(flag))


def solve(puzzle: str, settings: Settings, cancelled: threading.Event | None = None) -> "Trace":
    """The trace of a model on a puzzle line; the same for the same arguments. What was solved before needs no gate.

    Who waits with the same settings, and draws nothing, is solved in one batch with the others.

    Raises:
        CheckpointError: the model cannot be loaded. BusyError: others are first. CancelledError: `cancelled` was set.
    """
    trace: Trace | None = shelf().take(puzzle, settings)
    if trace:
        return trace
    if can_share(settings):
        flag = cancelled or threading.Event()
        trace = together().solve(model(settings.model), puzzle, settings, _setting(settings), flag, SOLVE_TIME)
    else:
        trace = solve_afresh(puzzle, settings, cancelled)
    if trace is None:
        raise CancelledError
    if trace.seconds < SOLVE_TIME:
        shelf().put(puzzle, settings, trace)
    return trace


def solve_afresh(puzzle: str, settings: Settings, cancelled: threading.Event | None = None) -> "Trace":
    """The same without looking at what was solved before, and without keeping it: for puzzles by the hundred."""
    with gate().enter(cancelled):
        return _solve(puzzle, settings, cancelled)


def _setting(settings: Settings) -> "Setting":
    """Settings as the library has them, without the z that was steered by hand."""
    from vmd_sudoku.setting import Setting

    return Setting(
        policy=settings.policy,
        threshold=settings.threshold,
        nfe=settings.nfe,
        schedule=settings.schedule,
        blocks=settings.blocks,
        gumbel=settings.gumbel,
        temperature=settings.temperature,
        constraints=settings.constraints,
        remask=settings.remask,
        remask_share=settings.remask_share,
        remask_budget=settings.remask_budget,
        latents=settings.latents,
        z=settings.z,
        renew_z=settings.renew_z,
        seed=settings.seed,
    )


def _solve(puzzle: str, settings: Settings, cancelled: threading.Event | None) -> "Trace":
    from vmd_sudoku.solve import solve_puzzle

    def no_more() -> bool:
        return time.monotonic() > end or (cancelled is not None and cancelled.is_set())

    z = latent(settings) if settings.edits else None
    end = time.monotonic() + SOLVE_TIME
    trace = solve_puzzle(
        model(settings.model),
        parse(puzzle),
        _setting(settings),
        latent=None if z is None else z[0].numpy(),
        cancelled=no_more,
    )
    _LOG.info("the network solved a board in %.3f s", trace.seconds)
    if cancelled and cancelled.is_set():
        raise CancelledError
    return trace


def latent(settings: Settings) -> "Tensor | None":
    """z [1,9,9,9,K] as drawn and steered; None for a model without."""
    from vmd_sudoku.predictor import latent_for

    z = latent_for(model(settings.model).model, 1, settings.z)
    if z is not None and settings.edits:
        candidates, values = zip(*settings.edits, strict=True)
        z = z.clone()
        z.view(CELLS * DIGITS, -1)[list(candidates)] = z.new_tensor(values)[:, None]
    return z


def look(board: str, settings: Settings) -> tuple[np.ndarray, np.ndarray | None]:
    """What one call says of every cell of a board line, uint8 [81,9] (255 is certain), and z [729], None without one.

    Of a z with several numbers a candidate, the first.
    """
    import torch

    from vmd_sudoku.predictor import Predictor
    from vmd_sudoku.setting import Setting

    loaded, z = model(settings.model), latent(settings)
    rounds, _ = _setting(settings).rounds_on(loaded.model.config)
    predict = Predictor(loaded.model, z, first_rounds=rounds, rounds=rounds, settle=Setting.settle)
    said = predict(torch.as_tensor(parse(board)).long()[None], torch.zeros(1, dtype=torch.long)).softmax(-1)[0]
    return as_bytes(said.numpy()), None if z is None else z.view(CELLS * DIGITS, -1)[:, 0].numpy()


def as_bytes(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities as uint8, 255 for certainty: a quarter of the size of text, and finer than a bar on the screen."""
    return np.rint(np.asarray(probabilities) * 255).astype(np.uint8)


@st.cache_data(max_entries=1000, show_spinner=False)
def proof(puzzle: str) -> "Proof":
    """How many solutions a puzzle line has, by the exact solver."""
    from vmd_sudoku.proof import prove

    return prove(parse(puzzle))


@st.cache_data(max_entries=200, show_spinner=False)
def clashing(puzzle: str) -> tuple[int, ...]:
    """Clues of an impossible puzzle line that cannot stand together, none of which could be left out."""
    from vmd_sudoku.proof import clashing_clues

    return clashing_clues(parse(puzzle))


@st.cache_data(max_entries=5000, show_spinner=False)
def reason(board: str, cell: int, digit: int) -> tuple[str, str, tuple[int, ...]]:
    """Why a digit stands in a blank cell of a board line: a person's technique, a sentence, and the cells it rests on."""
    from vmd_sudoku.reasons import reason_for

    found = reason_for(parse(board), cell, digit)
    return found.technique, found.text, found.cells


@st.cache_resource(show_spinner=False)
def levels() -> dict[str, Level]:
    """The example puzzles, easiest first, by name of the level."""
    found = {}
    for name, (file, about) in LEVELS.items():
        puzzles = puzzle_file.read(EXAMPLES / file).puzzles
        found[name] = Level(name, about, tuple(to_line(puzzle) for puzzle in puzzles))
    empty = Level(*words.EMPTY_LEVEL, ("." * CELLS,))
    return found | {empty.name: empty}


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Load torch, the models and the exact solver in the background, so that the first Solve need not wait for them."""
    thread = threading.Thread(target=_load_everything, name="warm-up", daemon=True)
    # Without a context of its own, Streamlit's caches warn that the thread belongs to no visitor.
    add_script_run_ctx(thread)
    thread.start()
    return thread


def _load_everything() -> None:
    first = next(iter(levels().values())).puzzles[0]
    try:
        with gate().enter():
            proof(first)
        # Whoever presses Solve on the example that the page opens with finds its trace ready.
        solve(first, Settings())
        for name in MODELS:
            model(name)
        blank = first.index(".")
        solution = proof(first).solution
        if solution is not None:
            reason(first, blank, int(solution[blank]))
    except VmdSudokuError:
        # A missing model is told to the visitor who asks for it.
        return
    # What is loaded now stays for good: the garbage collector need not go through it again and again.
    gc.freeze()


def _set_threads() -> None:
    """Give torch the cores once: on contended cores its threads wait for each other and everything slows many times.

    The network gives up Python's lock hundreds of times in a call, and while pages are drawn for others it gets it back only
    after a switch interval: beside two busy threads, a shorter one than the usual 5 ms nearly halves the time of a solve.
    """
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", max(1, (os.cpu_count() or 2) // 2))))
    sys.setswitchinterval(_SWITCH)
