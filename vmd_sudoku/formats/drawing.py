"""A board as a clean vector picture, and as a sheet to print."""

from collections.abc import Sequence
from html import escape

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, SIDE
from vmd_sudoku.errors import ConfigError

PER_PAGE = (1, 4)
"""Puzzles that a printed page may hold."""

_CELL, _EDGE = 50, 4
_SIZE = SIDE * _CELL + 2 * _EDGE
_CLUE, _FILLED = "#111827", "#4b6382"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm; }}
body {{ margin: 0; font-family: sans-serif; color: {ink}; }}
section {{ display: grid; grid-template-columns: repeat({columns}, 1fr); gap: 12mm; break-after: page; }}
section:last-child {{ break-after: auto; }}
figure {{ margin: 0; break-inside: avoid; }}
figcaption {{ text-align: center; margin-bottom: 3mm; }}
svg {{ display: block; width: 100%; height: auto; }}
</style>
</head>
<body>
{pages}
</body>
</html>
"""


def to_svg(puzzle: np.ndarray, filled: np.ndarray | None = None, title: str = "") -> str:
    """A picture of a puzzle, int8 [81]: clues bold, digits that only `filled` [81] has lighter and thinner."""
    board = puzzle if filled is None else np.where(puzzle == BLANK, filled, puzzle)
    lines = []
    for i in range(SIDE + 1):
        at, width = _EDGE + i * _CELL, 3 if i % 3 == 0 else 1
        far = _SIZE - _EDGE
        lines.append(f'<path d="M{at} {_EDGE}V{far}M{_EDGE} {at}H{far}" stroke-width="{width}"/>')
    digits = []
    for cell in range(CELLS):
        if board[cell] == BLANK:
            continue
        x, y = _EDGE + (cell % SIDE + 0.5) * _CELL, _EDGE + (cell // SIDE + 0.5) * _CELL
        look = f'fill="{_CLUE}" font-weight="700"' if puzzle[cell] else f'fill="{_FILLED}" font-weight="400"'
        digits.append(f'<text x="{x:g}" y="{y:g}" dy="0.36em" {look}>{int(board[cell])}</text>')
    name = escape(title) or "Sudoku"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img">\n<title>{name}</title>\n'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>\n'
        f'<g stroke="{_CLUE}" stroke-linecap="square" fill="none">\n' + "\n".join(lines) + "\n</g>\n"
        '<g font-family="Helvetica, Arial, sans-serif" font-size="30" text-anchor="middle">\n'
        + "\n".join(digits)
        + "\n</g>\n</svg>\n"
    )


def to_sheet(puzzles: np.ndarray, titles: Sequence[str] = (), per_page: int = 4) -> str:
    """Puzzles, int8 [n,81], as a page of HTML for the printer, one or four on a sheet of A4. Needs nothing from outside.

    titles: a caption for each of the first puzzles; the others are numbered.

    Raises:
        ConfigError: another number of puzzles a page.
    """
    if per_page not in PER_PAGE:
        raise ConfigError(f"a printed page holds {' or '.join(map(str, PER_PAGE))} puzzles, not {per_page}")
    figures = []
    for number, puzzle in enumerate(np.asarray(puzzles).reshape(-1, CELLS)):
        title = titles[number] if number < len(titles) and titles[number] else f"Sudoku {number + 1}"
        figures.append(f"<figure><figcaption>{escape(title)}</figcaption>\n{to_svg(puzzle, title=title)}</figure>\n")
    pages = [figures[i : i + per_page] for i in range(0, len(figures), per_page)]
    return _PAGE.format(
        title=escape(titles[0]) if titles and titles[0] else "Sudoku",
        ink=_CLUE,
        columns=1 if per_page == 1 else 2,
        pages="\n".join(f"<section>\n{''.join(page)}</section>" for page in pages),
    )
