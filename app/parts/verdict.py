"""What a visitor is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.parts import words
from app.parts.doors import new_id
from app.parts.settings import Settings
from vmd_sudoku.board import Line, conflicts, is_complete


@dataclass(frozen=True, kw_only=True)
class Report:
    """What there is to say after Solve.

    puzzle: the board that was solved: clues and the visitor's own digits.
    tone: "solved", "wrong" (the network's board is not a solution), "refused" (no run) or "failed".
    reason: one sentence on the board by the exact rules.
    notes: further sentences, such as what the exact solver says of the puzzle.
    first_wrong: the step, counted from 1, that first departs from the only solution; None if none does.
    guesses: at most how many a run with policy `guess` would make, which the page proposes; 0: it does not.
    cells: cells that the words are about, to be marked on the board.
    trace: what the player plays, in the form of `report.with_queue`; None where nothing ran.
    start: the step that the player stands at when it opens; None to play from the beginning.
    busy: others were first; the browser asks again by itself.
    settings: what it was solved with.
    """

    puzzle: Line
    tone: str
    headline: str
    reason: str
    notes: tuple[str, ...] = ()
    first_wrong: int | None = None
    guesses: int = 0
    cells: tuple[int, ...] = ()
    trace: dict[str, object] | None = None
    start: int | None = None
    busy: bool = False
    settings: Settings = field(default_factory=Settings)
    id: str = field(default_factory=new_id)


def refusal(puzzle: Line) -> Report | None:
    """Why no run is needed or possible, as far as the rules alone can tell; None if the board is open."""
    clashes = conflicts(puzzle.digits)
    if clashes:
        more = words.CLASH_MORE.format(are=_are(len(clashes) - 1)) if len(clashes) > 1 else ""
        return Report(
            puzzle=puzzle,
            tone="refused",
            headline=words.CLASH,
            reason=f"{sentence(str(clashes[0]))}{more}",
            notes=(words.CLASH_DO,),
        )
    if is_complete(puzzle.digits):
        return Report(puzzle=puzzle, tone="solved", headline=words.FULL, reason=words.FULL_WHY)
    return None


def impossible(puzzle: Line, clashing: Sequence[int] = ()) -> Report:
    """The words for a puzzle of which the exact solver proved that it has no solution.

    clashing: clues that cannot stand together, of which none could be left out.
    """
    why = (words.IMPOSSIBLE_CLUES.format(n=len(clashing)),) if clashing else ()
    return Report(
        puzzle=puzzle,
        tone="refused",
        headline=words.IMPOSSIBLE,
        reason=words.IMPOSSIBLE_WHY,
        notes=why,
        cells=tuple(clashing),
    )


def failure(puzzle: Line, message: str, headline: str = words.NO_RUN, busy: bool = False) -> Report:
    """The words for a run that did not happen; `message` is fit to show a visitor."""
    return Report(puzzle=puzzle, tone="failed", headline=headline, reason=sentence(message), busy=busy)


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def sentence(text: str) -> str:
    """A message with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
