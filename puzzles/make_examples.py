"""Make the example puzzles beside this script: `python puzzles/make_examples.py` (about a minute, the same every time).

The puzzles come from vmd_sudoku.generate; README.md has the rule that puts each into its file.
"""

import csv
from pathlib import Path

import numpy as np
from numba import njit

from vmd_sudoku.board import BLANK, CELLS, DIGITS, PEERS, UNITS, is_complete, to_line
from vmd_sudoku.exact import generate, solver
from vmd_sudoku.exact.solver import MASKS, NODE, branch, branch_cell, candidate, load, propagate
from vmd_sudoku.exact.symmetry import Symmetry

SEED = 2026
ROWS = 25
EXTREME = 10
POOL = 100_000
"""Minimal puzzles from which the extreme ones are taken."""
COPIES = 16
"""Guesses depend on the order in which cells are tried; the mean over this many random symmetries hardly does."""


def singles(puzzles: np.ndarray, naked: bool = True) -> np.ndarray:
    """Fill in hidden singles, and naked ones if wanted, until there are none left: [n,81] -> [n,81]."""
    boards = puzzles.copy()
    while True:
        taken = np.eye(DIGITS + 1, dtype=bool)[boards][..., 1:]  # [n,81,9]; a blank takes nothing
        may = ~taken[:, PEERS].any(2) & (boards == BLANK)[..., None]
        fits = may & (may.sum(2, keepdims=True) == 1) if naked else np.zeros_like(may)
        for unit in UNITS:
            fits[:, unit] |= may[:, unit] & (may[:, unit].sum(1, keepdims=True) == 1)
        if not fits.any():
            return boards
        boards = np.where(fits.any(2), fits.argmax(2) + 1, boards).astype(np.int8)


@njit
def _guesses(boards):
    """Branches tried to find every solution by depth-first search over singles and locked candidates: int64 [n]."""
    stack, seen = np.empty((CELLS + 1, NODE), np.int64), np.empty(MASKS, np.int64)
    tried = np.zeros(len(boards), np.int64)
    for i in range(len(boards)):
        load(stack[0], boards[i])
        depth = 0
        while depth >= 0:
            node = stack[depth]
            band, place = branch_cell(node) if propagate(node, seen) else (-1, 0)
            if band < 0:
                depth -= 1
                continue
            branch(stack, depth, candidate(node, band, place, 0), band, place)
            depth += 1
            tried[i] += 1
    return tried


def guesses(puzzles: np.ndarray, rng: np.random.Generator, copies: int = COPIES) -> np.ndarray:
    """Mean number of guesses over random symmetric copies of each puzzle: [n,81] -> float [n]."""
    return np.mean([_guesses(Symmetry.random(rng).board(puzzles)) for _ in range(copies)], axis=0)


def take(level: str, pool: tuple[np.ndarray, np.ndarray], chosen: np.ndarray) -> None:
    """Write the chosen rows (a mask or indices) of (puzzles, solutions), at most ROWS of them, to the file of a level."""
    with open(Path(__file__).parent / f"{level}.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["puzzle", "solution"])
        for puzzle, solution in zip(*(boards[chosen][:ROWS] for boards in pool), strict=True):
            rows.writerow([to_line(puzzle), to_line(solution)])


def without_a_clue(pool: tuple[np.ndarray, np.ndarray]) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Puzzles that lost their first clue, and which of them have exactly two solutions (the old one is kept)."""
    loose = pool[0].copy()
    loose[np.arange(len(loose)), (loose != BLANK).argmax(1)] = BLANK
    return (loose, pool[1]), solver.count_solutions(loose, limit=3) == 2


def main() -> None:
    """Write one file a level, by the rules in README.md."""
    rng = np.random.default_rng(SEED)
    pool = generate.puzzles(100, SEED, clues=36)
    take("easy", pool, is_complete(singles(pool[0], naked=False)))
    pool = generate.puzzles(100, SEED + 1, clues=28)
    take("medium", pool, is_complete(singles(pool[0])))
    pool = generate.puzzles(2_000, SEED + 2)
    work = guesses(pool[0], rng)
    take("hard", pool, (work <= 2) & ~is_complete(singles(pool[0])))
    take("expert", pool, work >= 5)
    clues, solutions = generate.puzzles(POOL, SEED + 3)
    # One copy is a rough word, enough to drop nine puzzles of ten.
    likely = np.argsort(-guesses(clues, rng, copies=1), kind="stable")[: POOL // 10]
    work = guesses(clues[likely], rng)
    hardest = np.argsort(-work, kind="stable")[:EXTREME]
    take("extreme", (clues, solutions), likely[hardest])
    take("two_solutions", *without_a_clue(generate.puzzles(200, SEED + 4, clues=30)))
    print(f"mean guesses of the extreme puzzles: {', '.join(f'{w:.0f}' for w in work[hardest])}")


if __name__ == "__main__":
    main()
