"""What a browser sends, checked at the door."""

import re
import secrets
from collections.abc import Iterable

from vmd_sudoku.board import CELLS, DIGITS, Line

MAX_STEPS = CELLS * CELLS
"""A step of a run that a link may name; runs that backtrack have more steps than cells."""


_LINE = re.compile(rf"[1-{DIGITS}.]{{{CELLS}}}", re.ASCII)


_LOAD_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


_OWN = re.compile(rf"(?:[0-9]{{2}}[1-{DIGITS}]){{0,{CELLS}}}", re.ASCII)


_NOTES = re.compile(rf"(?:[0-9a-f][0-9a-v]){{{CELLS}}}", re.ASCII)


_STEP = re.compile(r"[0-9]{1,10}", re.ASCII)


def puzzle_or_none(value: object) -> Line | None:
    """`value` as a board if it is 81 characters from `1`-`9` and `.`, else None. For whatever a browser sends."""
    return Line(value) if isinstance(value, str) and _LINE.fullmatch(value) else None


def load_id_or_none(value: object) -> str | None:
    """`value` if it is an id made by `new_id`, else None. For whatever a browser sends."""
    return value if isinstance(value, str) and _LOAD_ID.fullmatch(value) else None


def own_or_none(value: object, puzzle: str) -> str | None:
    """`value` if it lists digits that a visitor put into blanks of `puzzle`, in the order of entry, else None.

    Each is three characters: the cell as two figures, 00 to 80, and the digit. No cell comes twice.
    """
    if not isinstance(value, str) or not _OWN.fullmatch(value):
        return None
    cells = [cell for cell, _ in entries(value)]
    fits = len(set(cells)) == len(cells) and all(cell < CELLS and puzzle[cell] == "." for cell in cells)
    return value if fits else None


def notes_or_none(value: object) -> str | None:
    """`value` if it is "" or the pencil marks of 81 cells, two characters of base 32 each (nine bits, 1 lowest)."""
    return value if isinstance(value, str) and (value == "" or _NOTES.fullmatch(value)) else None


def entries(own: str) -> list[tuple[int, int]]:
    """Cell and digit of each entry of a text of `own_or_none`, in the order of entry."""
    return [(int(own[at : at + 2]), int(own[at + 2])) for at in range(0, len(own), 3)]


def with_own(puzzle: Line, own: Iterable[tuple[int, int]]) -> Line:
    """A puzzle with a visitor's own digits put in."""
    digits = puzzle.digits
    for cell, digit in own:
        digits[cell] = digit
    return Line(digits)


def new_id() -> str:
    """A random id, so that a restarted server cannot repeat one that a browser still holds."""
    return secrets.token_hex(8)


def step_or_none(value: object) -> int | None:
    """`value` if it may be a step of a run."""
    return value if type(value) is int and 0 <= value <= MAX_STEPS else None


def step_in(text: str | None) -> int | None:
    """The step of a run that a text of a link names."""
    return step_or_none(int(text)) if text and _STEP.fullmatch(text) else None


def clues(puzzle: str) -> int:
    """How many cells of a puzzle line are given."""
    return CELLS - puzzle.count(".")
