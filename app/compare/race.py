"""A race of two settings over a set of puzzles, in a background thread that knows no Streamlit.

Every puzzle is solved exactly as the Compare page solves it, one after the other: so a failure looks the same when it is
opened, and whoever presses Solve meanwhile waits for one puzzle at most.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from app.compare.comparison import RACE_CLUES, RACE_TAKEN, RaceSettings
from app.parts.settings import Settings, later_seed
from app.server.background import Background, Prepare
from vmd_sudoku.board import BLANK, Line
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.evaluation.metrics import anytime_p, mcnemar, wilson_interval

WALL_SECONDS = 600.0
"""A race that has run for so long ends with what it has."""
UNSEEN_SECONDS = 120.0
"""A race that no page has looked at for so long is given up."""
BREATH_SECONDS = 0.5
"""How long a race waits when the gate is full."""

Pair = tuple[Settings, Settings]
Solved = Callable[[Line, Settings, threading.Event], bool]
"""Whether a puzzle line is solved under some settings; the event asks it to stop."""
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
        """Exact McNemar test of the paired results: for a race that came to its end, not for one that is watched."""
        return mcnemar(self.only_first, self.only_second)

    def interval(self, side: int) -> tuple[float, float]:
        """95 % interval (Wilson) of a side's rate."""
        return wilson_interval(self.solved[side], self.boards)


@dataclass
class Race:
    """One race: what was asked, and how far it is. The thread writes, pages read; lists only ever grow.

    state: "waiting" (another race is running), "running", "done", "cancelled", "stopped" (out of time) or "failed".
    results: for every puzzle so far, whether each side solved it. why: what is wrong with the settings of a failed one.
    """

    pair: Pair
    settings: RaceSettings
    state: str = "waiting"
    puzzles: tuple[Line, ...] = ()
    results: list[tuple[bool, bool]] = field(default_factory=list)
    why: str = ""
    started: float | None = None
    seconds: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)
    seen: float = field(default_factory=time.monotonic)

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "running")

    def over(self) -> bool:
        """Whether it ends here: cancelled, out of time, or out of sight for long."""
        now = time.monotonic()
        # A tab that was closed says nothing, so silence counts as leaving.
        if self.cancelled.is_set() or now - self.seen > UNSEEN_SECONDS:
            self.state = "cancelled"
        elif self.started is not None and now - self.started > WALL_SECONDS:
            self.state = "stopped"
        return not self.live

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

    def p_so_far(self) -> float:
        """p of a test that holds at every moment of a race, and wherever it is stopped."""
        return anytime_p([first for first, second in list(self.results) if first != second])

    def pair_on(self, place: int) -> Pair:
        """The settings for the puzzle at a place, from 0: what is drawn is drawn anew for each, and by both sides alike."""
        first, second = (
            replace(side, seed=later_seed(side.seed, place * side.is_drawn(side.has_latent))) for side in self.pair
        )
        return first, second

    def failures(self) -> dict[str, list[int]]:
        """Places of the puzzles, from 0, that only the second side solved, only the first, or none."""
        kinds = {"first": (False, True), "second": (True, False), "both": (False, False)}
        results = list(self.results)
        return {name: [place for place, result in enumerate(results) if result == kind] for name, kind in kinds.items()}


def puzzles_of(settings: RaceSettings) -> tuple[Line, ...]:
    """The puzzles of a race, the same for the same settings."""
    import numpy as np

    from vmd_sudoku.exact import generate

    made, _ = generate.puzzles(settings.count, settings.seed, clues=RACE_CLUES[settings.level])
    if taken := RACE_TAKEN.get(settings.level):
        chance = np.random.default_rng(settings.seed).random(made.shape)
        # Blanks get a number above any chance, so that only clues are among the first.
        first = np.where(made != BLANK, chance, 2.0).argsort(1)[:, :taken]
        np.put_along_axis(made, first, BLANK, 1)
    return tuple(map(Line, made))


class Track:
    """Lets one race of this process run at a time, and few more wait for it.

    unanswered: what `solved` raises when it was stopped, or when other visitors have to go first; unless the race is over, it
        waits and tries again.
    """

    def __init__(self, unanswered: tuple[type[Exception], ...], waiting: int = 3) -> None:
        """A free track."""
        self._unanswered = unanswered
        self._lane = threading.Lock()
        self._threads = Background("race", 1 + waiting)

    def start(self, race: Race, solved: Solved, prepare: Prepare | None = None) -> bool:
        """Run a race in the background; False if too many wait. `prepare` sees the thread before it starts."""
        return self._threads.start(partial(self._wait_and_run, race, solved), prepare)

    def _wait_and_run(self, race: Race, solved: Solved) -> None:
        try:
            # In short waits: a race that waits can be cancelled, too.
            while not self._lane.acquire(timeout=BREATH_SECONDS):
                if race.over():
                    return
            try:
                self._run(race, solved)
            finally:
                self._lane.release()
        except ConfigError as error:
            race.why, race.state = str(error), "failed"
        except Exception:
            _LOG.exception("race failed")
            race.state = "failed"

    def _run(self, race: Race, solved: Solved) -> None:
        race.started = time.monotonic()
        race.state = "running"
        race.puzzles = puzzles_of(race.settings)
        for place, puzzle in enumerate(race.puzzles):
            # Both sides before the result is kept, so that a race never has a puzzle that only one of them tried.
            answers = [self._one(race, puzzle, settings, solved) for settings in race.pair_on(place)]
            if race.over():
                return
            race.results.append((answers[0], answers[1]))
            race.seconds = time.monotonic() - race.started
        race.state = "done"

    def _one(self, race: Race, puzzle: Line, settings: Settings, solved: Solved) -> bool:
        """Whether one side solves one puzzle; of no meaning once the race is over."""
        while not race.over():
            try:
                return solved(puzzle, settings, race.cancelled)
            except self._unanswered:
                # A wait and no sleep: Cancel is heard at once.
                race.cancelled.wait(BREATH_SECONDS)
        return False
