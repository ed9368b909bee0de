"""Proofs by the exact solver: how many solutions a puzzle has, and which clues make it impossible."""

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vmd_sudoku.board import BLANK, cell_name, conflicts
from vmd_sudoku.exact.solver import Search

Count = Literal["none", "one", "several", "not decided"]

_NODES = 2_000
"""Nodes of the search between two looks at the clock: a few milliseconds."""
_ORDERS = 8
"""Orders in which clues are left out, of which the one that leaves fewest counts."""


@dataclass(frozen=True)
class Proof:
    """How many solutions a puzzle has; two of them at most, int8 [81] each, None where there is none or none was found."""

    solutions: Count
    solution: np.ndarray | None
    second: np.ndarray | None


def prove(puzzle: np.ndarray, budget_ms: float = 200) -> Proof:
    """Whether a puzzle, int8 [81], has no, one or several solutions: "not decided" when the budget did not suffice.

    Raises:
        ValueError: the puzzle holds another number than 0 to 9.
    """
    search = Search(puzzle, limit=2)
    end = time.perf_counter() + budget_ms / 1000
    while not search.over and time.perf_counter() < end:
        search.go_on(_NODES)
    found = search.solutions
    word: Count = ("none", "one", "several")[len(found)] if search.over else "not decided"
    return Proof(word, found[0] if len(found) else None, found[1] if len(found) > 1 else None)


def clashing_clues(puzzle: np.ndarray, budget_ms: float = 1000) -> tuple[int, ...]:
    """Cells of clues that cannot stand together, or () if none were found to clash.

    Two equal digits in a unit are such a set. Else clues are left out, one after another, wherever the others have no
    solution without them either; so none of those that remain could be left out. Of several orders the smallest set is
    taken. Only where the budget did not suffice may the set hold more clues than it must.
    """
    clashes = conflicts(puzzle)
    if clashes:
        return clashes[0].first, clashes[0].second
    end = time.perf_counter() + budget_ms / 1000
    if not _impossible(puzzle, end):
        return ()
    clues = np.flatnonzero(puzzle)
    fewest = clues
    rng = np.random.default_rng(0)  # the same puzzle gets the same answer
    # The set left over depends on the order of trying; a smaller one is easier to see through.
    for _ in range(_ORDERS):
        left = puzzle.copy()
        for cell in rng.permutation(clues):
            digit, left[cell] = left[cell], BLANK
            if not _impossible(left, end):
                left[cell] = digit
        if np.count_nonzero(left) < len(fewest):
            fewest = np.flatnonzero(left)
    return tuple(fewest.tolist())


def _impossible(board: np.ndarray, end: float) -> bool:
    """Whether a board was shown to have no solution before the clock (`time.perf_counter`) reached `end`."""
    search = Search(board, limit=1)
    while not search.over and time.perf_counter() < end:
        search.go_on(_NODES)
    return search.over and not len(search.solutions)


def clash_sentence(puzzle: np.ndarray, cells: tuple[int, ...]) -> str:
    """`these 3 clues cannot stand together: 5 in row 1, column 2; …`; without cells, that none were found in time."""
    if not cells:
        return "which of the clues cannot stand together was not found in time"
    named = "; ".join(f"{puzzle[cell]} in {cell_name(cell)}" for cell in cells)
    return f"these {len(cells)} clues cannot stand together: {named}"
