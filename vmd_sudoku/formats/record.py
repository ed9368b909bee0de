"""What the reader gives: a puzzle with all that was said about it, or the reason why a line cannot be read."""

from dataclasses import dataclass, replace

import numpy as np

from vmd_sudoku.board import BLANK, to_line

TITLE_LIMIT = 80
"""Characters of the longest name that is kept."""
SHOWN = 40
"""Characters of an unreadable line that are kept."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A puzzle that was read; its clues may still clash, for a set may hold impossible puzzles.

    puzzle: the clues, int8 [81]. own: digits filled in by somebody, apart from the clues, int8 [81], or None where the
        form cannot tell. solution: int8 [81], checked against the clues, or None. rating: a difficulty on the source's own
        scale, or None. name: a title, or "". line: where it begins, from 1 on (in arrays and JSON, its place).
    notes: sentences on what was left out or assumed.
    """

    puzzle: np.ndarray
    own: np.ndarray | None = None
    solution: np.ndarray | None = None
    rating: float | None = None
    name: str = ""
    line: int = 1
    notes: tuple[str, ...] = ()

    @property
    def board(self) -> np.ndarray:
        """Clues and own digits together, int8 [81]."""
        return self.puzzle if self.own is None else np.where(self.puzzle == BLANK, self.own, self.puzzle)

    def noted(self, *notes: str) -> "Record":
        """The same with further notes in front; empty ones are left out."""
        more = tuple(note for note in notes if note)
        return replace(self, notes=more + self.notes) if more else self

    def named(self, name: str) -> "Record":
        """The same with a name, where it has none of its own."""
        return self if self.name or not name else replace(self, name=clean(name))

    def __eq__(self, other: object) -> bool:
        """By value, which arrays do not offer by themselves."""
        return isinstance(other, Record) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple:
        boards = (self.puzzle, self.own, self.solution)
        return (*(None if b is None else to_line(b) for b in boards), self.rating, self.name, self.line, self.notes)


@dataclass(frozen=True, kw_only=True)
class BadLine:
    """A line, or another piece of a source, that holds no puzzle which we can read: where, why, and how it begins."""

    line: int
    reason: str
    text: str = ""


def clean(title: str) -> str:
    """A title of one printable line."""
    if len(title) <= TITLE_LIMIT and title.isprintable():
        return title.strip()
    return "".join(c if c.isprintable() else " " for c in title[: 2 * TITLE_LIMIT]).strip()[:TITLE_LIMIT]


def shown(text: str) -> str:
    """The beginning of a text as it is fit to be shown in a message."""
    return repr(text[:SHOWN])
