"""What a visitor of the Compare page has on the table, and how it changes. Pure values: no Streamlit, no torch."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.compare import words as compare_words
from app.parts.settings import GUESS, GUESS_CALLS, MAX_SEED, Settings, later_seed
from vmd_sudoku.board import CELLS, Line
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.text import read_text

LETTERS = "ABCD"
BOARDS = (2, 4)
DRAWS = (4, 8)
VIEWS = ("sides", "draws")
USUAL_SIDES = (
    Settings(model="vmd", policy="margin", nfe=5),
    Settings(model="mdm", policy="margin", nfe=5),
    Settings(model="vmd", policy="top-prob", nfe=5),
    Settings(model="mdm", policy="top-prob", nfe=5),
)
GUESS_SIDES = (
    Settings(model="vmd", policy=GUESS, nfe=GUESS_CALLS),
    Settings(model="mdm", policy="margin", nfe=GUESS_CALLS),
)
"""Guesses at the whole board, against cells in an order."""
GUESS_PUZZLE = Line("1.........8...7.69.5.......8.......62.61...4......67....1.....84..7.8.......93.2.")
"""One of `puzzles/expert.csv` where it takes several guesses."""
ONE_MODEL = {"vmd": Settings(model="vmd", nfe=5), "mdm": Settings(model="mdm", policy="random", nfe=5)}
"""What is drawn where one model is compared with itself: z for VMD, the order of the cells for MDM, which has no z."""

RACE_CLUES: dict[str, int | None] = {"easy": 36, "medium": 28, "hard": None, "several": None}
"""Clues of the generated puzzles of each level; None for minimal puzzles, from which no clue can be taken."""
RACE_TAKEN = {"several": 3}
"""Clues that are taken from the puzzles of a level all the same: a minimal puzzle then has several solutions."""
RACE_COUNTS = (25, 50, 100, 200)

_AT_MOST = CELLS * CELLS
"""No run has more steps."""
_LONGEST = 20_000
"""Characters of a side's settings in a link, which may hold a number for each of 729 candidates."""


@dataclass(frozen=True, kw_only=True)
class RaceSettings:
    """Which puzzles a race is run over: keys of RACE_CLUES, how many, and the seed that they are generated from."""

    level: str = "hard"
    count: int = 100
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that a link brings back.

    puzzle: 81 characters, or None: one on which the sides differ is still to be found.
    sides: always four, of which the first `boards` are shown. one: the model whose draws are shown in the view "draws".
    at: the tick of the time line at which the next run opens; None plays it.
    notice: what to tell about the link.
    """

    puzzle: Line | None = None
    view: str = "sides"
    boards: int = 2
    sides: tuple[Settings, ...] = USUAL_SIDES
    draws: int = 8
    one: Settings = ONE_MODEL["vmd"]
    race: RaceSettings = field(default_factory=RaceSettings)
    at: int | None = 0
    notice: str = ""

    @property
    def shown(self) -> tuple[Settings, ...]:
        """The settings of every board, in order."""
        if self.view == "sides":
            return self.sides[: self.boards]
        return tuple(replace(self.one, draw=True, seed=later_seed(self.one.seed, turn)) for turn in range(self.draws))

    @property
    def names(self) -> tuple[str, ...]:
        """A short name for every board."""
        if self.view == "sides":
            return tuple(LETTERS[: self.boards])
        return tuple(str(turn + 1) for turn in range(self.draws))

    def put(self, puzzle: Line | None) -> "Comparison":
        """Another puzzle on all boards; None to look for one on which the sides differ."""
        return replace(self, puzzle=puzzle, at=None, notice="")

    def side(self, which: int, settings: Settings) -> "Comparison":
        """Other settings for one side."""
        sides = (*self.sides[:which], settings, *self.sides[which + 1 :])
        return replace(self, sides=sides)

    def to_query(self) -> dict[str, str]:
        """What differs from the usual, as parameters of a link."""
        query: dict[str, str] = {} if self.puzzle is None else {"p": self.puzzle}
        usual = Comparison()
        if self.view != usual.view:
            query["view"] = self.view
        if self.boards != usual.boards:
            query["boards"] = str(self.boards)
        for letter, mine, theirs in zip(LETTERS.lower(), self.sides, usual.sides, strict=True):
            if mine != theirs:
                query[letter] = _pack(mine)
        if self.draws != usual.draws:
            query["draws"] = str(self.draws)
        if self.one != usual.one:
            query["one"] = _pack(self.one)
        if self.race != usual.race:
            query["race"] = f"{self.race.level}.{self.race.count}.{self.race.seed}"
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Comparison":
        """The comparison of a link; what is unknown or out of range stays as usual, and `notice` says so."""
        found, odd = cls(), []
        if (text := query.get("p")) is not None:
            found = replace(found, puzzle=puzzle_in(text))
            if found.puzzle is None:
                odd.append(compare_words.ODD["p"])
        if (view := query.get("view", found.view)) in VIEWS:
            found = replace(found, view=view)
        else:
            odd.append(compare_words.ODD["view"])
        for name, choices in (("boards", BOARDS), ("draws", DRAWS)):
            text = query.get(name)
            if text is not None and text in map(str, choices):
                found = replace(found, **{name: int(text)})  # type: ignore[arg-type]
            elif text is not None:
                odd.append(compare_words.ODD[name])
        for which, letter in enumerate(LETTERS):
            if (text := query.get(letter.lower())) is not None:
                settings, whole = _unpack(text)
                found = found.side(which, settings)
                if not whole:
                    odd.append(compare_words.ODD["side"].format(name=letter))
        if (text := query.get("one")) is not None:
            settings, whole = _unpack(text)
            found = replace(found, one=settings)
            if not whole:
                odd.append(compare_words.ODD["one"])
        if (text := query.get("race")) is not None:
            race = _race(text)
            found = replace(found, race=race or found.race)
            if race is None:
                odd.append(compare_words.ODD["race"])
        if (text := query.get("at")) is not None:
            at = _number(text, _AT_MOST)
            found = replace(found, at=at)
            if at is None:
                odd.append(compare_words.ODD["at"])
        # The values of a link are never repeated: they come from strangers.
        return replace(found, notice=compare_words.ODD_LINK.format(what=", ".join(odd))) if odd else found


def puzzle_in(text: str) -> Line | None:
    """The puzzle that a text or a link holds, as 81 characters; None if it holds none."""
    try:
        return Line(read_text(text).puzzle)
    except PuzzleError:
        return None


def _pack(settings: Settings) -> str:
    return "_".join(f"{name}.{value}" for name, value in settings.to_query().items()) or "usual"


def _unpack(text: str) -> tuple[Settings, bool]:
    """The settings that `_pack` wrote, and whether all of the text was understood."""
    parts = dict(part.split(".", 1) for part in text[:_LONGEST].split("_") if "." in part)
    settings = Settings.from_query(parts)
    # Packed again and compared: so whatever was not understood shows, of whichever setting it is.
    return settings, settings.to_query() == parts and ("." in text or text == "usual")


def _race(text: str) -> RaceSettings | None:
    level, count, seed, *more = [*text.split("."), "", ""][:4]
    number = _number(seed, MAX_SEED)
    if level not in RACE_CLUES or count not in map(str, RACE_COUNTS) or number is None or any(more):
        return None
    return RaceSettings(level=level, count=int(count), seed=number)


def _number(text: str, most: int) -> int | None:
    # isdigit alone takes the digits of other scripts, and superscripts, which int refuses.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= most else None


def _request(comparison: Comparison) -> str:
    """A name for what is to be computed, the same for the same puzzle and settings, in any process."""
    # repr and a digest, not hash(): that differs from process to process.
    text = repr((comparison.puzzle, comparison.view, comparison.shown))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
