"""f-puzzles: a JSON object of nine rows of cells, packed by LZString in its links and in SudokuPad's.

`{"size": 9, "grid": [[{"value": 1, "given": true}, {}, ...], ...]}`; every other key is a constraint of a variant.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, SIDE
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import lzstring
from vmd_sudoku.formats.cells import FIGURES, HOW, wrong_size
from vmd_sudoku.formats.record import Record, clean
from vmd_sudoku.formats.variants import VARIANT_NAMES, speaks_of_rules

UNPACKED_LIMIT = 200_000
"""UTF-16 code units that a link may unpack to."""

_NO_VARIANT = {
    *("size", "title", "author", "ruleset", "grid", "solution", "highlightconflicts", "disabledlogic"),
    *("truecandidatesoptions", "msgcorrect", "successmessage", "info"),
}
_NO_VARIANT_CELL = {
    *("value", "given", "candidates", "centerpencilmarks", "cornerpencilmarks"),
    *("highlight", "highlightcolors", "c"),
}


def from_packed(packed: str) -> Record:
    """The puzzle of a packed text.

    Raises:
        PuzzleError: damaged, no f-puzzles puzzle, or a variant.
    """
    text = lzstring.decode(packed, UNPACKED_LIMIT)
    try:
        described = json.loads(text)
    except (ValueError, RecursionError):
        raise PuzzleError(f"this is no f-puzzles puzzle (no JSON that can be read); {HOW}") from None
    return from_object(described)


def is_object(described: Any) -> bool:
    """Whether a JSON value is written as f-puzzles does: rows of cells that are objects."""
    grid = described.get("grid") if isinstance(described, Mapping) else None
    return isinstance(grid, list) and any(
        isinstance(row, list) and any(isinstance(c, dict) for c in row) for row in grid
    )


def from_object(described: Any) -> Record:
    """The puzzle of an f-puzzles object.

    Raises:
        PuzzleError: it is none, or one of another size, or a variant.
    """
    grid = described.get("grid") if isinstance(described, Mapping) else None
    if not isinstance(described, Mapping) or not isinstance(grid, list):
        raise PuzzleError(f"this is no f-puzzles puzzle (no `grid`); {HOW}")
    rows = [row for row in grid if isinstance(row, list) and len(row) == SIDE]
    cells = [cell for row in rows for cell in row if isinstance(cell, Mapping)]
    size = described.get("size", SIDE)
    if size != SIDE or len(grid) != SIDE or len(cells) != CELLS:
        side = size if isinstance(size, int) and size != SIDE else len(grid)
        raise PuzzleError(
            wrong_size(side) if side != SIDE and side < 100 else f"the `grid` is not {SIDE} rows of {SIDE} cells"
        )
    _refuse_variants(described, cells)
    puzzle, own = np.zeros(CELLS, np.int8), np.zeros(CELLS, np.int8)
    for place, cell in enumerate(cells):
        if (value := _digit(cell.get("value"))) and cell.get("given"):
            puzzle[place] = value
        elif value:
            own[place] = value
    title = described.get("title")
    note = _own_note(own)
    # A drawing by another program may know no clues; digits apart from an empty puzzle are nobody's wish.
    if own.any() and not any("given" in cell for cell in cells) and not puzzle.any() and not title:
        puzzle, own, note = own, puzzle, "No cell is marked as given: all digits were taken as clues."
    return Record(
        puzzle=puzzle,
        own=own if own.any() else None,
        name=clean(title) if isinstance(title, str) else "",
        notes=tuple(filter(None, [note, rules_note(described.get("ruleset"))])),
    )


def _digit(value: Any) -> int:
    if value in (None, "", 0):
        return 0
    # Two characters, so that 10 and 1.5 are not read as 1.
    if isinstance(value, bool) or str(value)[:2] not in {*FIGURES}:
        raise PuzzleError(f"the value of a cell in this puzzle is {str(value)[:20]!r}; wanted 1 to {DIGITS}")
    return int(value)


def _own_note(own: np.ndarray) -> str:
    count = int(np.count_nonzero(own))
    if not count:
        return ""
    are = "are" if count > 1 else "is"
    return f"The clues were read; {count} digit{'s' * (count > 1)} filled in by hand {are} kept apart."


def rules_note(rules: Any) -> str:
    """A sentence on rules that stand in words, or "" where they are the classic ones."""
    if not isinstance(rules, str) or not speaks_of_rules(rules):
        return ""
    return f"The rules in words were not followed; only the classic ones are: {clean(rules)!r}."


def _refuse_variants(described: Mapping, cells: Iterable[Mapping]) -> None:
    """Refuse what adds rules to the classic ones; solving without them would be wrong."""
    # What is not known counts as a rule: an unknown one must not be ignored. Empty lists are what the site writes
    # for rules that are off.
    keys = [key for key, value in described.items() if value and key.lower() not in _NO_VARIANT]
    keys += [key for cell in cells for key, value in cell.items() if value and key.lower() not in _NO_VARIANT_CELL]
    names = list(dict.fromkeys(VARIANT_NAMES.get(key.lower(), repr(key[:30])) for key in keys))
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise PuzzleError(f"this is a variant, with {', '.join(names[:3])}{more}; only classic Sudoku is solved here")
