"""What all visitors share: models, exact solver, example puzzles, and the gate that lets one solve run at a time.

torch and numba are imported when first needed, so that the page is on screen before they are loaded.
"""

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import streamlit as st

from app.parts.settings import Settings
from app.server import exact, gate
from app.server.gate import CancelledError
from app.server.models import latent, model
from app.server.together import Together, can_share
from vmd_sudoku.board import Line

if TYPE_CHECKING:
    from vmd_sudoku.exact.proof import Proof
    from vmd_sudoku.solving.record import Solve
    from vmd_sudoku.solving.trace import Trace


LONGEST_TEXT = 5 * 1024 * 1024
"""Characters of a text or a file that a visitor may bring in."""
SOLVE_TIME = 20.0
"""Seconds after which a solve ends with the board that it has reached, so that the others in the queue get their turn."""
_LOG = logging.getLogger(__name__)
_TRACES = 64
"""Traces kept, of about a megabyte each."""
_UNFINISHED = 16
"""As many of runs that were cut off."""


class Shelf:
    """The last `size` traces that were made, by what they were made of; for all threads."""

    def __init__(self, size: int = _TRACES) -> None:
        """An empty shelf."""
        self._size = size
        self._traces: OrderedDict[tuple[Line, Settings], Trace] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, puzzle: Line, settings: Settings) -> "Trace | None":
        """The trace of a puzzle under some settings, if it lies here."""
        with self._lock:
            trace = self._traces.get((puzzle, settings))
            if trace:
                self._traces.move_to_end((puzzle, settings))
            return trace

    def put(self, puzzle: Line, settings: Settings, trace: "Trace") -> None:
        """Keep a trace; the one that was not asked for longest makes room."""
        with self._lock:
            self._traces[puzzle, settings] = trace
            if len(self._traces) > self._size:
                self._traces.popitem(last=False)


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """The one shelf of this process."""
    return Shelf()


@st.cache_resource(show_spinner=False)
def unfinished() -> Shelf:
    """Traces of runs that were cut off: no answers, but what is on somebody's page."""
    return Shelf(_UNFINISHED)


@st.cache_resource(show_spinner=False)
def together() -> Together:
    """The batches that wait at the gate."""
    return Together(lambda flag: gate.gate().enter(flag))


def solve(
    puzzle: Line, settings: Settings, cancelled: threading.Event | None = None, proof: "Proof | None" = None
) -> "Solve":
    """The trace of a model on a puzzle; the same for the same arguments, if it is whole. What was solved before needs no gate.

    proof: what the exact solver says of the puzzle, if that is known already.

    Who waits with the same settings, and draws nothing, is solved in one batch with the others.

    Raises:
        CheckpointError: the model cannot be loaded. BusyError: others are first. CancelledError: `cancelled` was set.
    """
    from vmd_sudoku.solving.record import Solve

    trace = shelf().take(puzzle, settings)
    if trace:
        return Solve(trace, whole=True)
    proof = proof or exact.proof(puzzle)
    found: Solve | None
    if can_share(settings) and not _may_take_for_ever(proof, settings):
        flag = cancelled or threading.Event()
        how = settings.library()
        found = together().solve(model(settings.model), puzzle, settings, how, flag, SOLVE_TIME, proof)
    else:
        found = solve_afresh(puzzle, settings, cancelled, proof)
    if found is None:
        raise CancelledError
    # A run that ran out of time on a busy server may come to its end on the next try.
    (shelf() if found.whole else unfinished()).put(puzzle, settings, found.trace)
    return found


def on_show(puzzle: Line, settings: Settings) -> "Trace":
    """The trace of a run that a page shows, also if it was cut off; solved again only where nobody has it any more.

    Raises:
        CheckpointError, BusyError, CancelledError: as `solve`.
    """
    return shelf().take(puzzle, settings) or unfinished().take(puzzle, settings) or solve(puzzle, settings).trace


def _may_take_for_ever(proof: "Proof", settings: Settings) -> bool:
    """Whether a search may hold a batch until its time is up, and the others in it too."""
    return settings.constraints == "search" and proof.solutions == "not decided"


def solve_afresh(
    puzzle: Line, settings: Settings, cancelled: threading.Event | None = None, proof: "Proof | None" = None
) -> "Solve":
    """The same without looking at what was solved before, and without keeping it: for puzzles by the hundred."""
    with gate.gate().enter(cancelled):
        return _solve(puzzle, settings, cancelled, proof)


def _solve(puzzle: Line, settings: Settings, cancelled: threading.Event | None, proof: "Proof | None") -> "Solve":
    from vmd_sudoku.solving.record import solve_within

    # Without edits the library draws z itself, from the seed in the settings.
    z = latent(settings) if settings.edits else None
    found = solve_within(
        model(settings.model),
        puzzle.digits,
        settings.library(),
        latent=None if z is None else z[0].numpy(),
        cancelled=(cancelled or threading.Event()).is_set,
        seconds=SOLVE_TIME,
        proof=proof,
    )
    _LOG.info("the network solved a board in %.3f s", found.trace.seconds)
    # A run that was cut short is no answer, and must not be kept as one.
    if cancelled and cancelled.is_set():
        raise CancelledError
    return found
