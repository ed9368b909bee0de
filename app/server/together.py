"""Several visitors' puzzles in one batch of the network. What waits at the gate with the same settings goes in together.

A batch of twenty takes a quarter of the time of twenty solves, and a board comes out the same whatever shares its batch.
Only solves that draw nothing can share one: what is drawn belongs to a puzzle's place in its batch.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

import numpy as np

from app.parts.settings import Settings
from vmd_sudoku.board import Line

if TYPE_CHECKING:
    from vmd_sudoku.exact.proof import Proof
    from vmd_sudoku.network.checkpoint import LoadedModel
    from vmd_sudoku.solving.record import Solve
    from vmd_sudoku.solving.setting import Setting

MOST = 32
"""Puzzles in one batch."""
_LOG = logging.getLogger(__name__)
_LOOK_EVERY = 0.05
"""Seconds between two looks at whether a visitor still wants an answer."""


class Flag(Protocol):
    """Something that may say stop, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Whether it does."""
        ...


Enter = Callable[[Flag], AbstractContextManager[None]]
"""Wait for a place at the gate; gives up once the flag is set."""


def can_share(settings: Settings) -> bool:
    """Whether a solve comes out the same in any place of a batch."""
    return not settings.is_drawn(settings.has_latent) and settings.latents == 1 and not settings.edits


class Place:
    """One puzzle of a batch; `done` is set once `take` has something to give."""

    def __init__(self, puzzle: Line, cancelled: Flag, proof: "Proof | None" = None) -> None:
        self.puzzle = puzzle
        self.proof = proof
        self.cancelled = cancelled
        self.done = threading.Event()
        self._answer: Callable[[], Solve] | None = None

    def give(self, answer: "Callable[[], Solve]") -> None:
        """Whoever waits may have this; the first answer counts."""
        if not self.done.is_set():
            self._answer = answer
            self.done.set()

    def take(self) -> "Solve":
        """The answer, which the visitor's own thread makes into a trace; or the error that came instead."""
        assert self._answer is not None
        return self._answer()


class Batch:
    """Puzzles that go through the gate together. As a flag it says that nobody waits for any of them."""

    def __init__(self) -> None:
        self.places: list[Place] = []

    def is_set(self) -> bool:
        """Whether nobody wants an answer any more."""
        return all(place.done.is_set() or place.cancelled.is_set() for place in self.places)


class Together:
    """Batches that wait at a gate, by their settings; for all threads."""

    def __init__(self, enter: Enter) -> None:
        """Nothing waits. enter: how a batch waits for its turn, whatever it may raise."""
        self._enter = enter
        # By settings: puzzles can share a batch only if they are solved in the same way.
        self._waiting: dict[Settings, Batch] = {}
        self._lock = threading.Lock()

    def solve(
        self,
        loaded: "LoadedModel",
        puzzle: Line,
        settings: Settings,
        setting: "Setting",
        cancelled: Flag,
        seconds: float,
        proof: "Proof | None" = None,
    ) -> "Solve | None":
        """The trace of a puzzle in a batch with whatever else waits, and whether it is whole; None if it was cancelled.

        settings: as a visitor has them; only those for which `can_share` holds. setting: the same for the library.
        seconds: after which a batch ends with the boards that it has reached. proof: what the exact solver says of the
        puzzle, if that is known already.

        Raises:
            Exception: whatever `enter` raises.
        """
        place = Place(puzzle, cancelled, proof)
        with self._lock:
            batch = self._waiting.get(settings)
            # Not one that nobody waits for any more: it may be turned away at the gate at any moment.
            joins = batch is not None and len(batch.places) < MOST and not batch.is_set()
            if batch is None or not joins:
                batch = self._waiting[settings] = Batch()
            batch.places.append(place)
        if not joins:
            # A thread of its own: the first visitor has his answer, or leaves, while others wait for theirs.
            work = (batch, loaded, settings, setting, seconds)
            threading.Thread(target=self._work, args=work, name="batch", daemon=True).start()
        # In short waits: an event cannot be waited for together with another one.
        while not place.done.wait(_LOOK_EVERY) and not cancelled.is_set():
            pass
        # A batch that nobody waits for ends early, with the boards that it has reached: no answer to keep.
        return None if cancelled.is_set() else place.take()

    def _work(
        self, batch: Batch, loaded: "LoadedModel", settings: Settings, setting: "Setting", seconds: float
    ) -> None:
        try:
            with self._enter(batch):
                self._close(batch, settings)
                _decode(batch, loaded, setting, seconds)
        # Whatever went wrong belongs to all who wait; in this thread nobody would hear of it.
        except Exception as error:
            self._close(batch, settings)
            for place in batch.places:
                place.give(_raising(error))

    def _close(self, batch: Batch, settings: Settings) -> None:
        """Whoever comes from now on begins another batch."""
        with self._lock:
            # Another batch may have taken the place of one that was full.
            if self._waiting.get(settings) is batch:
                del self._waiting[settings]


def _raising(error: Exception) -> "Callable[[], Solve]":
    def answer() -> "Solve":
        raise error

    return answer


def _decode(batch: Batch, loaded: "LoadedModel", setting: "Setting", seconds: float) -> None:
    """Run the batch; every place gets its answer as soon as its board has left."""
    from vmd_sudoku.solving.batch import begin
    from vmd_sudoku.solving.record import Record

    # A copy, though the batch is closed by now: rows of the run must stay those of the places.
    start, places = time.monotonic(), list(batch.places)

    def stop() -> bool:
        return batch.is_set() or time.monotonic() - start > seconds

    run = begin(loaded, np.stack([place.puzzle.digits for place in places]), setting, stop=stop)
    record = Record(loaded, setting, run, proofs=[place.proof for place in places])

    def give(row: int) -> None:
        took = time.monotonic() - start
        # Given as a function: the visitor's own thread makes the trace, and this one goes on with the boards that
        # are left.
        places[row].give(lambda: record.solve(row, seconds=took))

    for step in run.steps:
        record.take(step)
        for row in step.rows[~step.open].tolist():
            give(row)
    # Those that were stopped; of the others the first answer counts.
    for row in range(len(places)):
        give(row)
    _LOG.info("the network solved %d boards in %.3f s", len(places), time.monotonic() - start)
