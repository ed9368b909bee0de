"""Every form that a puzzle is written in."""

from collections.abc import Callable

import numpy as np

from vmd_sudoku.board import CELLS, to_grid, to_line
from vmd_sudoku.formats.cells import _clean
from vmd_sudoku.formats.drawing import to_sheet, to_svg
from vmd_sudoku.formats.links import fpuzzles_link, sudokuexchange_link, sudokuwiki_link


def to_sdk(puzzle: np.ndarray, title: str = "") -> str:
    """Nine lines behind a header with the title (SadMan Sudoku)."""
    return (f"#D{_clean(title)}\n" if _clean(title) else "") + to_grid(puzzle) + "\n"


def to_sdm(puzzles: np.ndarray) -> str:
    """One puzzle a line: int8 [81] or [n,81]."""
    return "".join(to_line(puzzle) + "\n" for puzzle in np.asarray(puzzles).reshape(-1, CELLS))


def to_ss(puzzle: np.ndarray) -> str:
    """The grid art of Simple Sudoku."""
    rows = to_grid(puzzle).split()
    drawn = [f"|{row[:3]}|{row[3:6]}|{row[6:]}|" for row in rows]
    edge, middle = "*-----------*", "|---+---+---|"
    return "\n".join([edge, *drawn[:3], middle, *drawn[3:6], middle, *drawn[6:], edge]) + "\n"


WRITERS: dict[str, Callable[[np.ndarray, str], str]] = {
    "line": lambda puzzle, title: to_line(puzzle) + "\n",
    "grid": lambda puzzle, title: to_grid(puzzle) + "\n",
    "sdk": to_sdk,
    "sdm": lambda puzzle, title: to_sdm(puzzle),
    "ss": lambda puzzle, title: to_ss(puzzle),
    "svg": lambda puzzle, title: to_svg(puzzle, title=title),
    "sheet": lambda puzzle, title: to_sheet(puzzle, [title], per_page=1),
    "sudokuwiki": lambda puzzle, title: sudokuwiki_link(puzzle) + "\n",
    "sudokuexchange": lambda puzzle, title: sudokuexchange_link(puzzle) + "\n",
    "f-puzzles": lambda puzzle, title: fpuzzles_link(puzzle, title) + "\n",
}
"""Every form that one puzzle, int8 [81], with its title (or "") is written in."""
