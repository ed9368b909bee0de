"""HoDoKu's library lines and clipboard: `:type:candidates:cells:deleted candidates:...:`, where `+d` is a digit filled in by
hand (HoDoKu manual, "Using the clipboard")."""

import re

import numpy as np

from vmd_sudoku.board import CELLS
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.cells import FIGURES, wrong_length
from vmd_sudoku.formats.record import Record

_CELL = re.compile(r"(\+?)([0-9.])")
_MARKED = re.compile(r"(?:\+?[0-9.])+")
_LIBRARY = re.compile(r":[\w-]{1,8}:[^:]{0,40}:")
DELETED = "Candidates that were deleted by hand were left out."


def is_library_line(text: str) -> bool:
    """Whether a line begins as those of HoDoKu's library do."""
    return bool(_LIBRARY.match(text))


def marked_cells(text: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Clues and digits filled in, int8 [81] each, of 81 cells of which at least one has a plus in front; else None."""
    if "+" not in text or not _MARKED.fullmatch(text):
        return None
    found = _CELL.findall(text)
    if len(found) != CELLS or any(mark and digit in "0." for mark, digit in found):
        return None
    digits = np.array([0 if digit == "." else int(digit) for _, digit in found], np.int8)
    own = np.array([bool(mark) for mark, _ in found])
    return np.where(own, 0, digits), np.where(own, digits, 0)


def from_library(text: str) -> Record:
    """The puzzle of a library line.

    Raises:
        PuzzleError: its cells are not 81.
    """
    fields = text.split(":")
    cells = fields[3].strip()
    notes = (DELETED,) if len(fields) > 4 and fields[4].strip() else ()
    marked = marked_cells(cells)
    if marked is not None:
        return Record(puzzle=marked[0], own=marked[1], notes=notes)
    if len(cells) != CELLS or not set(cells) <= set(FIGURES + "0."):
        bare = cells.replace("+", "")
        if len(bare) == CELLS:
            raise PuzzleError(
                "the cells of this HoDoKu line: a plus stands where no digit from 1 to 9 follows, or another sign"
            )
        raise PuzzleError(f"the cells of this HoDoKu line: {wrong_length(bare)}")
    return Record(puzzle=np.array([0 if c == "." else int(c) for c in cells], np.int8), notes=notes)
