"""What all visitors share: models, exact solver, example puzzles, and the gate that lets one solve run at a time.

torch and numba are imported when first needed, so that the page is on screen before they are loaded.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app.session import MODELS, Settings
from vmd_sudoku import puzzle_file
from vmd_sudoku.board import CELLS, parse, to_line
from vmd_sudoku.errors import VmdSudokuError

if TYPE_CHECKING:
    from vmd_sudoku.checkpoint import LoadedModel
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


class BusyError(VmdSudokuError):
    """Too many visitors are waiting for a solve."""


class Gate:
    """Lets `running` threads in at a time and `waiting` more queue for at most `patience` seconds."""

    def __init__(self, running: int = 1, waiting: int = 4, patience: float = 20.0) -> None:
        """A gate with every place free."""
        self._places = threading.Semaphore(running)
        self._queue = threading.Semaphore(running + waiting)
        self._patience = patience

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for a place.

        Raises:
            BusyError: the queue is full, or no place came free in time.
        """
        if not self._queue.acquire(blocking=False):
            raise BusyError("Many people are solving just now. Try again in a few seconds.")
        try:
            if not self._places.acquire(timeout=self._patience):
                raise BusyError("The solves before yours take long. Try again in a minute.")
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


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


@st.cache_data(max_entries=200, show_spinner=False)
def solve(puzzle: str, settings: Settings) -> "Trace":
    """The trace of a model on a puzzle line; the same for the same arguments.

    Raises:
        CheckpointError: the model cannot be loaded.
    """
    from vmd_sudoku.setting import Setting
    from vmd_sudoku.solve import solve_puzzle

    loaded = model(settings.model)

    return solve_puzzle(
        loaded,
        parse(puzzle),
        Setting(
            policy=settings.policy,
            nfe=settings.nfe,
            constraints=settings.constraints,
            z=settings.z,
            seed=settings.seed,
        ),
    )


@st.cache_data(max_entries=1000, show_spinner=False)
def solutions(puzzle: str) -> tuple[int, str | None]:
    """How many solutions a puzzle line has, 2 standing for several, and the solution if it is the only one."""
    from vmd_sudoku import solver

    boards, counts = solver.solve(parse(puzzle)[None])
    count = int(counts[0])
    return count, to_line(boards[0]) if count == 1 else None


@st.cache_resource(show_spinner=False)
def levels() -> dict[str, Level]:
    """The example puzzles, easiest first, by name of the level."""
    found = {}
    for name, (file, about) in LEVELS.items():
        puzzles = puzzle_file.read(EXAMPLES / file).puzzles
        found[name] = Level(name, about, tuple(to_line(puzzle) for puzzle in puzzles))
    empty = Level("Empty", "No clue at all: the network makes up a grid", ("." * CELLS,))
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
            solutions(first)
            # Whoever presses Solve on the example that the page opens with finds its trace ready.
            solve(first, Settings())
        for name in MODELS:
            model(name)
    except VmdSudokuError:
        # A missing model is told to the visitor who asks for it.
        return


def _set_threads() -> None:
    """Give torch the cores once: on contended cores its threads wait for each other and everything slows many times."""
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", max(1, (os.cpu_count() or 2) // 2))))
