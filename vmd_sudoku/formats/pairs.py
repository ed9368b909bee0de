"""Grids that belong together: a puzzle and its solution below it, a puzzle and the map of its irregular boxes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from vmd_sudoku.board import CELLS, SIDE, verdict
from vmd_sudoku.formats.cells import is_answer
from vmd_sudoku.formats.record import BadLine, Record
from vmd_sudoku.formats.variants import JIGSAW, is_classic_map, is_region_map, variant_word

_ANSWER = re.compile(r"solution|answer|solved|l\u00f6sung|soluci\u00f3n|soluzione|losung|resuelto", re.IGNORECASE)


def with_answers(found: Iterable[Record | BadLine]) -> Iterator[Record | BadLine]:
    """The records; a full grid that solves the puzzle above it is its solution, a map of boxes makes it a jigsaw."""
    held: Record | None = None
    after_map = 0
    for one in _below_their_answers(found):
        if isinstance(one, Record) and is_region_map(one.board) and not _is_sukaku(one.board):
            if is_classic_map(one.board.tolist()):
                continue  # it says what is so anyway
            after_map = 0 if held else one.line
            if held is not None:
                yield BadLine(line=held.line, reason=JIGSAW)
            held = None
            continue
        if held is not None and isinstance(one, BadLine) and one.reason == JIGSAW:
            held = None  # its map stands below it
            yield BadLine(line=one.line - 1, reason=JIGSAW)
        if isinstance(one, Record) and _is_sukaku(one.board):
            one = BadLine(
                line=one.line, reason="a row of a Sukaku (candidates instead of clues), which we do not solve"
            )
        if after_map and isinstance(one, Record):
            one = BadLine(line=one.line, reason=JIGSAW)
        after_map = 0
        if isinstance(one, Record) and one.name and (variant := variant_word(one.name)):
            one = one.noted(f"The title speaks of {variant!r}; only the classic rules are followed.")
        if held is not None and isinstance(one, Record) and (merged := _merged(held, one)):
            held = None
            yield merged
            continue
        if held is not None:
            yield held
        held = one if isinstance(one, Record) and one.solution is None and not one.puzzle.all() else None
        if held is None:
            yield one
    if held is not None:
        yield held
    if after_map:
        yield BadLine(line=after_map, reason=JIGSAW)


def _below_their_answers(found: Iterable[Record | BadLine]) -> Iterator[Record | BadLine]:
    """The records; a full grid that is called a solution and stands above the puzzle that it solves is its solution."""
    above: Record | None = None
    last: Record | BadLine | None = None
    for one in found:
        full = above
        above = None
        if full is not None and isinstance(one, Record) and one.solution is None and is_answer(full.puzzle, one.puzzle):
            one = replace(one, solution=full.puzzle)
        elif full is not None:
            yield full
        if (
            isinstance(one, Record)
            and one.puzzle.all()
            and one.own is None
            and _ANSWER.search(one.name)
            and not (isinstance(last, Record) and is_answer(one.puzzle, last.puzzle))
        ):
            above = one
        else:
            yield one
        last = one
    if above is not None:
        yield above


def _merged(puzzle: Record, full: Record) -> Record | BadLine | None:
    """Puzzle and the full grid below it as one, if they belong together."""
    if not full.puzzle.all() or full.own is not None:
        return None
    if is_answer(full.puzzle, puzzle.puzzle):
        note = f"The full grid on line {full.line} was taken as its solution."
        return replace(puzzle, solution=full.puzzle, notes=(*puzzle.notes, note))
    numbers = [re.findall(r"\d+", one.name) for one in (puzzle, full)]
    if full.name and _ANSWER.search(full.name) and (numbers[0] == numbers[1] or not all(numbers)):
        said = f"what stands below as {full.name!r} (line {full.line}) is not the solution of its puzzle"
        return BadLine(line=puzzle.line, reason=f"{said} ({verdict(full.puzzle, puzzle.puzzle)})")
    return None


def _is_sukaku(board: np.ndarray) -> bool:
    """Whether the cells [81] are candidates of nine cells: the first place of nine holds 1 or nothing, and so on."""
    # The last cells are 8 and 9 in every row of candidates, which settles it for nearly every other board.
    if any(board[at] not in (0, at % SIDE + 1) for at in (7, 8, 16, 17, 25, 26)):
        return False
    return int((board > 0).sum()) > SIDE + 3 and bool(((board == 0) | (board == np.arange(CELLS) % SIDE + 1)).all())
