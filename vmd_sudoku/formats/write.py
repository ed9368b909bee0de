"""Every form that a puzzle is written in."""

from collections.abc import Callable

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, to_grid, to_line
from vmd_sudoku.formats.drawing import to_sheet, to_svg
from vmd_sudoku.formats.links import fpuzzles_link, sudokuexchange_link, sudokuwiki_link
from vmd_sudoku.formats.record import clean


def to_sdk(puzzle: np.ndarray, title: str = "", own: np.ndarray | None = None) -> str:
    """Nine lines behind a header with the title (SadMan Sudoku); with digits filled in, clues and state in two sections."""
    head = f"#D{clean(title)}\n" if clean(title) else ""
    if own is None or not own.any():
        return head + to_grid(puzzle) + "\n"
    board = np.where(puzzle == BLANK, own, puzzle)
    return f"{head}[Puzzle]\n{to_grid(puzzle)}\n[State]\n{to_grid(board)}\n"


def to_hodoku(puzzle: np.ndarray, own: np.ndarray | None = None) -> str:
    """A line of HoDoKu's library: a plus in front of digits filled in."""
    if own is None:
        return f":0000:x:{to_line(puzzle)}:::\n"
    cells = zip(to_line(puzzle), to_line(own), strict=True)
    return f":0000:x:{''.join(clue if clue != '.' or mine == '.' else '+' + mine for clue, mine in cells)}:::\n"


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
    "hodoku": lambda puzzle, title: to_hodoku(puzzle),
    "ss": lambda puzzle, title: to_ss(puzzle),
    "svg": lambda puzzle, title: to_svg(puzzle, title=title),
    "sheet": lambda puzzle, title: to_sheet(puzzle, [title], per_page=1),
    "sudokuwiki": lambda puzzle, title: sudokuwiki_link(puzzle) + "\n",
    "sudokuexchange": lambda puzzle, title: sudokuexchange_link(puzzle) + "\n",
    "f-puzzles": lambda puzzle, title: fpuzzles_link(puzzle, title) + "\n",
}
"""Every form that one puzzle, int8 [81], with its title (or "") is written in."""

KEEPS_OWN: dict[str, Callable[[np.ndarray, str, np.ndarray | None], str]] = {
    "sdk": to_sdk,
    "hodoku": lambda puzzle, title, own: to_hodoku(puzzle, own),
    "f-puzzles": lambda puzzle, title, own: fpuzzles_link(puzzle, title, own) + "\n",
}
"""Of these the forms that keep digits filled in apart from the clues, int8 [81] each."""


def written(form: str, puzzle: np.ndarray, title: str = "", own: np.ndarray | None = None) -> str:
    """A puzzle in a form of `WRITERS`; digits filled in are left out where the form cannot keep them apart from the clues."""
    if own is not None and form in KEEPS_OWN:
        return KEEPS_OWN[form](puzzle, title, own)
    return WRITERS[form](puzzle, title)
