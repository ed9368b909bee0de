"""A race of two settings over a set of puzzles, in a background thread that knows no Streamlit.

Every puzzle is solved exactly as the Compare page solves it, one after the other and each through the gate, so that
visitors who press Solve meanwhile wait for one puzzle at most, and so that a failure looks the same when it is opened.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from app.compare import RACE_CLUES, RaceSettings
from app.session import Settings
from vmd_sudoku.board import to_line
from vmd_sudoku.errors import VmdSudokuError
from vmd_sudoku.metrics import mcnemar_exact, wilson_interval

WALL_SECONDS = 600.0
"""A race that has run for so long ends with what it has."""
UNSEEN_SECONDS = 120.0
"""A race that no page has looked at for so long is given up."""
BREATH_SECONDS = 0.5
"""How long a race waits when the gate is full."""

Pair = tuple[Settings, Settings]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tally:
    """Counts of a race so far; every rate comes from them."""

    boards: int
    both: int
    only_first: int
    only_second: int

    @property
    def solved(self) -> tuple[int, int]:
        """Puzzles that each side solved."""
        return self.both + self.only_first, self.both + self.only_second

    @property
    def neither(self) -> int:
        """Puzzles that no side solved."""
        return self.boards - self.both - self.only_first - self.only_second

    @property
    def p(self) -> float:
        """Exact McNemar test of the paired results."""
        return mcnemar_exact(self.only_first, self.only_second)

    def interval(self, side: int) -> tuple[float, float]:
        """95 % interval (Wilson) of a side's rate."""
        return wilson_interval(self.solved[side], self.boards)


@dataclass
class Race:
    """One race: what was asked, and how far it is. The thread writes, pages read; lists only ever grow.

    state: "waiting" (another race is running), "running", "done", "cancelled", "stopped" (out of time) or "failed".
    results: for every puzzle so far, whether each side solved it.
    """

    pair: Pair
    settings: RaceSettings
    state: str = "waiting"
    puzzles: tuple[str, ...] = ()
    results: list[tuple[bool, bool]] = field(default_factory=list)
    seconds: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)
    seen: float = field(default_factory=time.monotonic)

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "running")

    def look(self) -> None:
        """Say that a page still shows this race."""
        self.seen = time.monotonic()

    def tally(self) -> Tally:
        """The counts so far."""
        results = list(self.results)
        return Tally(
            boards=len(results),
            both=results.count((True, True)),
            only_first=results.count((True, False)),
            only_second=results.count((False, True)),
        )

    def failures(self) -> dict[str, list[int]]:
        """Places of the puzzles, from 0, that only the second side solved, only the first, or none."""
        kinds = {"first": (False, True), "second": (True, False), "both": (False, False)}
        results = list(self.results)
        return {name: [place for place, result in enumerate(results) if result == kind] for name, kind in kinds.items()}


def puzzles_of(settings: RaceSettings) -> tuple[str, ...]:
    """The puzzles of a race, the same for the same settings."""
    from vmd_sudoku import generate

    made, _ = generate.puzzles(settings.count, settings.seed, clues=RACE_CLUES[settings.level])
    return tuple(to_line(puzzle) for puzzle in made)


class Track:
    """Lets one race of this process run at a time and few more wait; the gate is shared with everybody else."""

    def __init__(self, gate: Callable[[], AbstractContextManager[None]], waiting: int = 3) -> None:
        """gate: enters the place where networks run; raises a VmdSudokuError if that is full."""
        self._gate = gate
        self._lane = threading.Lock()
        self._places = threading.Semaphore(1 + waiting)

    def start(self, race: Race, solved: Callable[[str, Settings], bool]) -> threading.Thread | None:
        """Run a race in the background, `solved(puzzle, settings)` telling its results; None if too many wait."""
        if not self._places.acquire(blocking=False):
            return None
        thread = threading.Thread(target=self._wait_and_run, args=(race, solved), name="race", daemon=True)
        thread.start()
        return thread

    def _wait_and_run(self, race: Race, solved: Callable[[str, Settings], bool]) -> None:
        try:
            while not self._lane.acquire(timeout=BREATH_SECONDS):
                if self._over(race, started=None):
                    return
            try:
                self._run(race, solved)
            finally:
                self._lane.release()
        except Exception:
            _LOG.exception("race failed")
            race.state = "failed"
        finally:
            self._places.release()

    def _run(self, race: Race, solved: Callable[[str, Settings], bool]) -> None:
        started = time.monotonic()
        race.state = "running"
        race.puzzles = puzzles_of(race.settings)
        for puzzle in race.puzzles:
            result = []
            for settings in race.pair:
                answer = self._one(race, puzzle, settings, solved, started)
                if answer is None:
                    return
                result.append(answer)
            race.results.append((result[0], result[1]))
            race.seconds = time.monotonic() - started
        race.state = "done"

    def _one(
        self, race: Race, puzzle: str, settings: Settings, solved: Callable[[str, Settings], bool], started: float
    ) -> bool | None:
        """One side on one puzzle; None if the race is over."""
        while not self._over(race, started):
            with ExitStack() as inside:
                try:
                    inside.enter_context(self._gate())
                except VmdSudokuError:
                    # Visitors before races: wait, and try again.
                    race.cancelled.wait(BREATH_SECONDS)
                    continue
                return None if self._over(race, started) else solved(puzzle, settings)
        return None

    def _over(self, race: Race, started: float | None) -> bool:
        now = time.monotonic()
        if race.cancelled.is_set() or now - race.seen > UNSEEN_SECONDS:
            race.state = "cancelled"
        elif started is not None and now - started > WALL_SECONDS:
            race.state = "stopped"
        return not race.live
