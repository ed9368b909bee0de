"""Drawn grids whose blanks are spaces, where only the place in the line tells the column."""

import itertools
from collections.abc import Sequence

import numpy as np

from vmd_sudoku.board import SIDE
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.art import is_border
from vmd_sudoku.formats.cells import FIGURES
from vmd_sudoku.formats.record import Record


def spaced(lines: Sequence[str]) -> Record | None:
    """Nine rows whose blanks are spaces: where a digit stands in its line tells its column."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    rows = [line.rstrip() for line in lines if not is_border(line) or not line.strip()]
    barred = [row for row in rows if "|" in row]
    if any(c in FIGURES for row in rows if "|" not in row for c in row):
        barred = rows
    rows = barred if len(barred) == SIDE else rows
    # Rows without any space are whole ones, of which one may have lost a digit.
    if len(rows) != SIDE or set("".join(rows)) - set(FIGURES + " |") or not any(" " in row for row in rows):
        return None
    starts = _columns(rows)
    if starts is None:
        return None
    wide = max(map(len, rows)) + max(starts) + 1
    digits = [FIGURES.find(row.ljust(wide)[at]) + 1 for row in rows for at in starts]
    if sum(map(bool, digits)) != sum(c in FIGURES for row in rows for c in row):
        return None
    note = "Blanks are spaces here; columns were told by where the digits stand."
    return Record(puzzle=np.array(digits, np.int8), notes=(note,))


def _columns(rows: Sequence[str]) -> list[int] | None:
    """Where the nine columns stand in rows of bars, digits and spaces; None unless just one way fits.

    Raises:
        PuzzleError: several ways fit.
    """
    bars = {tuple(at for at, c in enumerate(row) if c == "|") for row in rows}
    if len(bars) != 1:
        return None
    places = list(bars.pop())
    used = {at for row in rows for at, c in enumerate(row) if c in FIGURES}
    wide = max(map(len, rows))
    if not places:
        return _stretches([(0, 0)], SIDE, used, rows)
    edges = [-1, *places, wide if wide > places[-1] + 1 else places[-1]]
    if len(places) == 4:
        edges = places
    elif len(places) != 2:
        return None
    if len(places) == 2:
        # Without a frame the outer boxes may lack a space at the edge of the page.
        middle = edges[2] - edges[1]
        edges = [edges[1] - middle if edges[1] - middle <= 0 else -1, edges[1], edges[2], edges[2] + middle]
    return _stretches(list(itertools.pairwise(edges)), 3, used, rows)


def _stretches(spans: list[tuple[int, int]], count: int, used: set[int], rows: Sequence[str]) -> list[int] | None:
    if spans == [(0, 0)]:
        ways = [[at * step for at in range(SIDE)] for step in (1, 2, 3)]
        ways = [way for way in ways if used <= set(way) and max(map(len, rows)) <= way[-1] + 1]
        # The first row may have lost its spaces when the text was cut out.
        if ways and rows and not rows[0].startswith(" ") and len(rows[0]) <= ways[0][-1]:
            raise PuzzleError(
                "the first row may have lost blanks at its beginning or its end; use . or 0 for every blank"
            )
        return ways[0] if ways else None
    inner = spans[len(spans) // 2]
    width = inner[1] - inner[0] - 1
    ways = []
    for step in range(1, 6):
        for offset in range(width):
            if offset + (count - 1) * step < width:
                ways.append([low + 1 + offset + step * at for low, _ in spans for at in range(count)])
    fit = [way for way in ways if used <= set(way)]
    even = [way for way in fit if way[0] - spans[0][0] == spans[0][1] - way[count - 1]]
    if len(fit) > 1 and len(even) != 1 and len({tuple(way.index(at) for at in sorted(used)) for way in fit}) > 1:
        raise PuzzleError("the columns of these rows cannot be told from their spaces; use . or 0 for every blank")
    return (even or fit or [None])[0]  # type: ignore[list-item]
