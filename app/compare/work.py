"""What a comparison computes, in the background."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from app.compare import contrast
from app.compare import words as compare_words
from app.compare.comparison import (
    Comparison,
    _request,
)
from app.compare.race import Race
from app.parts import verdict, words
from app.parts.settings import Settings
from app.server import exact, examples, gate, solves
from vmd_sudoku.board import Line
from vmd_sudoku.errors import CheckpointError, VmdSudokuError
from vmd_sudoku.formats import files as puzzle_file
from vmd_sudoku.solving.trace import Trace

_LOG = logging.getLogger(__name__)

_APART = "apart.csv"


_LEVELS = ("Expert", "Hard", "Extreme", "Medium")


_TRIES = 40
"""Puzzles that are tried to find one on which the boards differ."""


_SEARCH = 10.0
"""Seconds after which one that is filled in another order will do."""


_PATIENCE = 60.0
"""Seconds that a board waits while others are first, and between two tries."""


_BREATH = 1.0


@dataclass(frozen=True)
class Answer:
    """What came of a request: what the component plays, or why there is nothing to play."""

    result: dict[str, object] | None = None
    failure: str = ""
    note: str = ""
    request: str = ""


@dataclass
class Found:
    """Where in the examples the last search for a difference ended."""

    place: int = -1


@dataclass
class Table:
    """What lies on a visitor's Compare page. Plain values, so that they outlive a run of the page that is cut off.

    turn: grows whenever something but the visitor's own hand changes the settings; it is in the keys of their widgets, which
        would keep their old values otherwise.

    A run that still works and the one that the visitor's next press started change it side by side: `comparison` and `answer`
    are changed by the methods alone.
    """

    comparison: Comparison
    answer: Answer | None = None
    race: Race | None = None
    turn: int = 0
    shown: dict[str, int] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    _job: threading.Event = field(default_factory=threading.Event)
    _runs: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arrive(self) -> int:
        """A number for a run of the page, which the newest one has to show when it begins to work."""
        self._runs += 1
        return self._runs

    def begin(self, run: int) -> threading.Event:
        """Cancel what is under way; what begins now is cancelled by the event.

        A run that Streamlit has given up for a newer one may come here after it: that one's work must go on.
        """
        mine = threading.Event()
        with self._lock:
            if run == self._runs:
                self._job.set()
                self._job = mine
            else:
                mine.set()
        return mine

    def edit(self, **changes: Any) -> None:
        """What the visitor has changed of the comparison; the rest stays as it is by now."""
        with self._lock:
            self.comparison = replace(self.comparison, **changes)

    def put(self, puzzle: Line | None) -> None:
        """Another puzzle on all boards; None to look for one on which the sides differ."""
        with self._lock:
            self.comparison = self.comparison.put(puzzle)

    def change(self, **changes: Any) -> None:
        """Put other settings there than those that the widgets show."""
        self.edit(**changes)
        self.turn += 1

    def forget(self) -> None:
        """Throw the answer away, so that the next run works again."""
        with self._lock:
            self.answer = None

    def finish(self, job: threading.Event, asked: Comparison, puzzle: Line | None, answer: Answer) -> bool:
        """Put down what came of `asked`, on the puzzle that was found for it; if the visitor wants something else by now,
        nothing, and False."""
        with self._lock:
            # By what was asked and not by time: an answer to the same question is welcome whenever it comes.
            if job.is_set() or _request(self.comparison) != _request(asked):
                return False
            self.comparison = replace(self.comparison, puzzle=puzzle)
            self.answer = replace(answer, request=_request(self.comparison))
            return True


def _work(table: Table, run: int, tell: Callable[[str], object]) -> bool:
    """Find a puzzle if there is none, and have every board filled; False if the visitor wants something else by now.

    `tell` puts words on the page; that, too, is where Streamlit ends a run of the page that nobody waits for.
    """
    job = Job(table.begin(run), tell)
    comparison = asked = table.comparison
    note = ""
    try:
        if comparison.puzzle is None:
            puzzle, note = _find(comparison, table.found, job)
            comparison = replace(comparison, puzzle=puzzle)
        answer = _answer(comparison, job)
    except gate.CancelledError:
        return False
    except CheckpointError as error:
        # The message names files of the server, which are for its owner alone.
        _LOG.error("compare: %s", error)
        answer = Answer(failure=compare_words.NO_MODEL)
    except VmdSudokuError as error:
        answer = Answer(failure=verdict.sentence(str(error)))
    except Exception:
        number = secrets.token_hex(3)
        _LOG.exception("compare failed, error %s", number)
        answer = Answer(failure=words.BROKEN.format(number=number))
    return table.finish(job.cancelled, asked, comparison.puzzle, replace(answer, note=answer.note or note))


@dataclass(frozen=True)
class Job:
    """One visit to the network: what asks it to stop, and where to say how far it is."""

    cancelled: threading.Event
    tell: Callable[[str], object]

    def solve(self, puzzle: Line, settings: Settings, words_now: str) -> Trace:
        """One board; waits while others are first.

        Raises:
            CancelledError: nobody waits for it any more. BusyError: others were first for too long.
        """
        end = time.monotonic() + _PATIENCE
        while True:
            self.tell(words_now)
            try:
                return solves.solve(puzzle, settings, self.cancelled).trace
            except gate.BusyError as error:
                if time.monotonic() > end:
                    raise
                self.tell(str(error))
                self.cancelled.wait(_BREATH)


def _answer(comparison: Comparison, job: Job) -> Answer:
    puzzle = comparison.puzzle
    assert puzzle is not None  # found before
    refused = verdict.refusal(puzzle)
    if refused:
        return Answer(failure=refused.reason if refused.tone == "refused" else compare_words.FULL)
    proof = exact.proof(puzzle)
    if proof.solutions == "none":
        return Answer(failure=compare_words.NO_SOLUTION)
    shown = comparison.shown
    traces = [
        job.solve(puzzle, settings, compare_words.WORKING.format(now=number, boards=len(shown)))
        for number, settings in enumerate(shown, 1)
    ]
    runs = [contrast.Run(*each) for each in zip(comparison.names, shown, traces, strict=True)]
    solution = Line(proof.solution) if proof.solutions == "one" and proof.solution is not None else None
    return Answer(result=contrast.payload(puzzle, runs, solution), note=_alike(comparison, traces))


def _alike(comparison: Comparison, traces: list[Trace]) -> str:
    # Steps and not boards: the same board filled in another order is a difference.
    if any(trace.steps != traces[0].steps for trace in traces):
        return ""
    if comparison.view == "draws":
        return compare_words.ALIKE
    return compare_words.SAME_SETTINGS if len(set(comparison.shown)) == 1 else ""


@st.cache_resource(show_spinner=False)
def _pool() -> tuple[Line, ...]:
    """Where a difference is looked for: puzzles that once told the shipped models apart, then examples, hard ones first."""
    apart = [Line(puzzle) for puzzle in puzzle_file.read(examples.EXAMPLES / _APART).puzzles]
    return (*apart, *(puzzle for name in _LEVELS for puzzle in examples.levels()[name].puzzles))


def _find(comparison: Comparison, found: Found, job: Job) -> tuple[Line, str]:
    """A puzzle that one board solves and another does not, and what to say if there is none.

    The search goes on from where the visitor's last one ended. Where it takes long, or where no puzzle tells the boards
    apart, one that they fill in another order will do.
    """
    pool = _pool()
    began = time.monotonic()
    second = None
    for turn in range(1, _TRIES + 1):
        # On from the last one: pressing again brings another puzzle.
        place = (found.place + turn) % len(pool)
        traces = [job.solve(pool[place], settings, compare_words.FINDING) for settings in comparison.shown]
        if len({trace.solved for trace in traces}) == 2:
            found.place = place
            return pool[place], ""
        # Kept for later: different orders are something to see, where no puzzle tells the boards apart.
        if second is None and any(trace.steps != traces[0].steps for trace in traces):
            second = place
        if second is not None and time.monotonic() - began > _SEARCH:
            break
    found.place = (found.place + 1) % len(pool) if second is None else second
    return pool[found.place], compare_words.FOUND_NONE.format(count=_TRIES) if second is None else ""
