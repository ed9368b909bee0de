"""What one visitor has on the table, and how it changes. Pure values: nothing here knows Streamlit or torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from app.parts import words
from app.parts.doors import entries, new_id, notes_or_none, own_or_none, step_in, with_own
from app.parts.settings import Settings
from app.parts.verdict import Report
from vmd_sudoku.board import CELLS, Line
from vmd_sudoku.errors import PuzzleError

EMPTY = Line("." * CELLS)


@dataclass(frozen=True)
class Said:
    """The browser's board: clues, own digits, pencil marks, the load that they belong to; and the run that its player
    shows ("" for none) with the step it stands at (None: the visitor left that run)."""

    puzzle: Line
    load_id: str
    own: str = ""
    notes: str = ""
    run: str = ""
    step: int | None = None


@dataclass(frozen=True)
class Reply:
    """The answer to anything but Solve that the browser asked: which press it answers, and what the browser shows."""

    press: int
    kind: str
    data: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Session:
    """Everything a visitor would lose with the tab.

    puzzle: the clues. own: the visitor's own digits in the order of entry. notes: pencil marks. Both as texts, in the
        forms of `own_or_none` and `notes_or_none`.
    step: where the player stands; None before a run.
    load_id: names the last board put there by the server. Empty until then: a browser that already shows a board (the
        server was restarted under it) keeps it, and the session takes that over.
    level: the level that the last example came from. shown: how many examples of each have been on the board.
    answered: the last press that has had its answer, 0 before any.
    """

    puzzle: Line = EMPTY
    own: str = ""
    notes: str = ""
    step: int | None = None
    load_id: str = ""
    settings: Settings = field(default_factory=Settings)
    level: str = ""
    shown: Mapping[str, int] = field(default_factory=dict)
    report: Report | None = None
    reply: Reply | None = None
    notice: str = ""
    answered: int = 0

    @cached_property
    def board(self) -> Line:
        """Clues and own digits together."""
        return with_own(self.puzzle, entries(self.own))

    def load(self, puzzle: Line, own: str = "") -> "Session":
        """Put another puzzle on the board, perhaps with digits that were filled in."""
        return replace(
            self, puzzle=puzzle, own=own, notes="", step=None, load_id=new_id(), level="", report=None, notice=""
        )

    def example(self, level: str, puzzles: tuple[Line, ...]) -> "Session":
        """Put the next example of `level` on the board, another than the one that is there, if the level has one."""
        turn = self.shown.get(level, 0)
        if puzzles[turn % len(puzzles)] == self.puzzle:
            turn += 1
        loaded = self.load(puzzles[turn % len(puzzles)])
        return replace(loaded, level=level, shown={**self.shown, level: turn + 1})

    def heard(self, said: "Said") -> "Session":
        """The browser's board, and where its player stands. An echo of an earlier load is ignored."""
        if said.load_id != self.load_id and self.load_id:
            return self
        now = replace(self, puzzle=said.puzzle, own=said.own, notes=said.notes, load_id=said.load_id)
        # A verdict about another board must not stand beside this one.
        if now.board != self.board:
            return replace(now, step=None, report=None, notice="")
        if self.report and said.run == self.report.id:
            return replace(now, step=said.step, report=None if said.step is None else self.report)
        return now

    def configure(self, settings: Settings) -> "Session":
        """Other settings for the next solve; what is on the board stays."""
        return replace(self, settings=settings)

    def tell(self, report: Report, press: int) -> "Session":
        """The outcome of a solve, and which press of Solve it answers; one for another board is of no use any more."""
        answered = press or self.answered
        if report.puzzle != self.board:
            return replace(self, answered=answered)
        return replace(self, report=report, step=report.start, answered=answered)

    def run(self) -> Report | None:
        """The run on show, if pressing Solve now would only make the same once more."""
        same = self.report and self.report.trace and (self.report.puzzle, self.report.settings) == self.question()
        return self.report if same else None

    def question(self) -> tuple[Line, Settings]:
        """What Solve asks: a board, and how to solve it."""
        return self.board, self.settings

    def at(self, step: int | None) -> "Session":
        """The player at a step."""
        return replace(self, step=step)

    def answer(self, reply: Reply) -> "Session":
        """The answer to anything else."""
        return replace(self, reply=reply, answered=reply.press)

    def to_query(self) -> dict[str, str]:
        """A link that brings this board, these settings and the step of the run back."""
        more = {"own": self.own, "notes": self.notes, "at": "" if self.step is None else str(self.step)}
        return {"p": self.puzzle, **self.settings.to_query(), **{name: text for name, text in more.items() if text}}


def from_query(query: Mapping[str, str], fallback: Line) -> Session:
    """The session a link asks for; `fallback` is the puzzle where the link has none or an unreadable one."""
    session = Session(puzzle=fallback, settings=Settings.from_query(query))
    text = query.get("p")
    if text is None:
        return session
    try:
        puzzle = Line(text)
    except PuzzleError as error:
        return replace(session, notice=words.BAD_LINK.format(error=error))
    return replace(
        session,
        puzzle=puzzle,
        own=own_or_none(query.get("own"), puzzle) or "",
        notes=notes_or_none(query.get("notes")) or "",
        step=step_in(query.get("at")),
    )
