"""What one visitor has on the table, and how it changes. Pure values: nothing here knows Streamlit or torch."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vmd_sudoku.board import BLANK, CELLS, DIGITS, parse, to_line
from vmd_sudoku.errors import PuzzleError

MODELS = {"vmd": "VMD", "mdm": "MDM"}
POLICIES = {"margin": "Margin", "top-prob": "Top probability", "random": "Random"}
CONSTRAINTS = {"none": "Network only", "rules": "Exclude digits the rules exclude"}
BUDGETS: tuple[int | None, ...] = (None, 1, 2, 5, 10, 20)
MAX_SEED = 2**31 - 1

_LINE = re.compile(rf"[1-{DIGITS}.]{{{CELLS}}}", re.ASCII)
_LOAD_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)


def puzzle_or_none(value: object) -> str | None:
    """`value` if it is a puzzle of 81 characters from `1`-`9` and `.`, else None. For whatever a browser sends."""
    return value if isinstance(value, str) and _LINE.fullmatch(value) else None


def load_id_or_none(value: object) -> str | None:
    """`value` if it is an id made by `new_id`, else None. For whatever a browser sends."""
    return value if isinstance(value, str) and _LOAD_ID.fullmatch(value) else None


def new_id() -> str:
    """A random id, so that a restarted server cannot repeat one that a browser still holds."""
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to solve: keys of the tables above, calls of the network (None: one cell a step), z drawn or at its mode."""

    model: str = "vmd"
    policy: str = "margin"
    nfe: int | None = None
    constraints: str = "none"
    draw: bool = False
    seed: int = 0

    def __str__(self) -> str:
        """In a few words, leaving out what is at its default and does not matter."""
        steps = "one cell a step" if self.nfe is None else "1 step" if self.nfe == 1 else f"{self.nfe} steps"
        rules = ", with the rules" if self.constraints == "rules" else ""
        latent = "" if self.z is None else ", z drawn"
        seed = f", seed {self.seed}" if self.z is not None or self.policy == "random" else ""
        return f"{MODELS[self.model]}, {POLICIES[self.policy].lower()}, {steps}{rules}{latent}{seed}"

    @property
    def z(self) -> int | None:
        """The seed of the latent z, or None for the prior's mode. MDM has no z."""
        return self.seed if self.draw and self.model != "mdm" else None

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as parameters of a link."""
        usual = Settings()._texts()
        return {name: text for name, text in self._texts().items() if text != usual[name]}

    def _texts(self) -> dict[str, str]:
        return {
            "model": self.model,
            "policy": self.policy,
            "steps": "cell" if self.nfe is None else str(self.nfe),
            "rules": self.constraints,
            "z": "draw" if self.draw else "mode",
            "seed": str(self.seed),
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Settings":
        """Settings of a link. A value that is unknown or out of range counts as absent: links come from strangers."""
        known = cls()
        if (model := query.get("model")) in MODELS:
            known = replace(known, model=model)
        if (policy := query.get("policy")) in POLICIES:
            known = replace(known, policy=policy)
        if (constraints := query.get("rules")) in CONSTRAINTS:
            known = replace(known, constraints=constraints)
        if (steps := _number(query.get("steps"), 1, CELLS)) is not None:
            known = replace(known, nfe=steps)
        if (seed := _number(query.get("seed"), 0, MAX_SEED)) is not None:
            known = replace(known, seed=seed)
        return replace(known, draw=query.get("z") == "draw")


def _number(text: str | None, low: int, high: int) -> int | None:
    if text is None or not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        return None
    return int(text)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What there is to say after Solve.

    tone: "solved", "wrong" (the network's board is not a solution), "refused" (no run) or "failed".
    reason: one sentence on the board by the exact rules.
    notes: further sentences, such as what the exact solver says of the puzzle.
    first_wrong: the step, counted from 1, that first departs from the only solution; None if none does.
    trace: what the player plays, in the form of `report.playable`; None where nothing ran.
    """

    puzzle: str
    tone: str
    headline: str
    reason: str
    notes: tuple[str, ...] = ()
    first_wrong: int | None = None
    trace: dict[str, object] | None = None
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, kw_only=True)
class Session:
    """Everything a visitor would lose with the tab.

    load_id: names the last board put there by the server. Empty until then: a browser that already shows a board (the
        server was restarted under it) keeps it, and the session takes that over.
    shown: how many examples of each level have been on the board.
    answered: the press of Solve that has had its answer.
    """

    puzzle: str = "." * CELLS
    load_id: str = ""
    settings: Settings = field(default_factory=Settings)
    shown: Mapping[str, int] = field(default_factory=dict)
    report: Report | None = None
    notice: str = ""
    answered: int | None = None

    def load(self, puzzle: str) -> "Session":
        """Put another puzzle on the board."""
        return replace(self, puzzle=puzzle, load_id=new_id(), report=None, notice="")

    def example(self, level: str, puzzles: tuple[str, ...]) -> "Session":
        """Put the next example of `level` on the board."""
        turn = self.shown.get(level, 0)
        return replace(self.load(puzzles[turn % len(puzzles)]), shown={**self.shown, level: turn + 1})

    def heard(self, puzzle: str, load_id: str) -> "Session":
        """The browser's board. An echo of an earlier load is ignored."""
        if load_id != self.load_id and self.load_id:
            return self
        if puzzle == self.puzzle:
            return replace(self, load_id=load_id)
        return replace(self, puzzle=puzzle, load_id=load_id, report=None, notice="")

    def configure(self, settings: Settings) -> "Session":
        """Other settings for the next solve; what is on the board stays."""
        return replace(self, settings=settings)

    def tell(self, report: Report, press: int) -> "Session":
        """The outcome of a solve, and which press of Solve it answers."""
        return replace(self, report=report, answered=press)

    def to_query(self) -> dict[str, str]:
        """A link that brings this puzzle and these settings back."""
        return {"p": self.puzzle, **self.settings.to_query()}


@dataclass
class Desk:
    """Where a session lies. Streamlit cuts a run off at its next `st` call once the browser has said something new;
    putting a session here is none, so the outcome of a long solve is kept."""

    session: Session


def from_query(query: Mapping[str, str], fallback: str) -> Session:
    """The session a link asks for; `fallback` is the puzzle where the link has none or an unreadable one."""
    session = Session(puzzle=fallback, settings=Settings.from_query(query))
    text = query.get("p")
    if text is None:
        return session
    try:
        return replace(session, puzzle=to_line(parse(text)))
    except PuzzleError as error:
        return replace(session, notice=f"The puzzle in this link cannot be read ({error}). Here is an example instead.")


def clues(puzzle: str) -> int:
    """How many cells of a puzzle line are given."""
    return CELLS - puzzle.count(".") - puzzle.count(str(BLANK))
