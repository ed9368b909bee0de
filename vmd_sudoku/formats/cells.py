"""The one rule that reads 81 cells from a text."""

from dataclasses import dataclass

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, SIDE

TITLE_LIMIT = 80


_DIGITS = "123456789"


_SIGNS = "0.Xx"
"""What stands for a blank, whatever the layout; the first that fits is taken."""


_WEAK_SIGNS = "*_ "
"""As `_SIGNS`, but also part of the art around cells: they count only where the lines come out as rows."""


_SUKAKU = CELLS * DIGITS


_HOW = "paste 81 characters with . or 0 for the blanks, nine lines of nine, or a link of a Sudoku site"


@dataclass(frozen=True)
class Imported:
    """A puzzle that was read, int8 [81]; its clues may still clash.

    title: its name, or "". note: a sentence on what was left out or assumed, or "". more: further lines of a list.
    """

    puzzle: np.ndarray
    title: str = ""
    note: str = ""
    more: int = 0


def _cells(text: str) -> np.ndarray | None:
    """The 81 cells of a text by the one rule, or None: digits, and as many of one other character as cells are missing."""
    missing = CELLS - sum(map(text.count, _DIGITS))
    if missing < 0:
        return None
    rest = [c for c in dict.fromkeys(text) if not c.isalnum() and not c.isspace() and c not in _SIGNS + _WEAK_SIGNS]
    for sign in [*_SIGNS, *_WEAK_SIGNS, *rest]:
        if text.count(sign) != missing or (sign != "0" and "0" in text):
            continue
        rows = [[c for c in line if c == sign or c in _DIGITS] for line in text.splitlines()]
        lengths = [len(row) for row in rows if row]
        # Nine rows of which one is too long and one too short are a slip; nobody means them run together.
        if len(lengths) == SIDE and set(lengths) != {SIDE}:
            continue
        if sign not in _SIGNS and any(length % SIDE for length in lengths):
            continue
        return np.array([_DIGITS.find(c) + 1 for row in rows for c in row], np.int8)
    return None


def _clean(title: str) -> str:
    """A title of one printable line."""
    return "".join(c if c.isprintable() else " " for c in title[: 2 * TITLE_LIMIT]).strip()[:TITLE_LIMIT]
