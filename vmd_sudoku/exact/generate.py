"""Random full grids, and puzzles with one solution, on batches. Compiled by numba.

All randomness comes from the seed: the same call gives the same puzzles, whatever ran before it.
"""

from collections.abc import Iterator

import numpy as np

from vmd_sudoku.board import CELLS, SIDE
from vmd_sudoku.compiled import njit
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.exact.solver import MASKS, NODE, branch, branch_cell, candidate, count_from, load, propagate, read

FEWEST_CLUES, MOST_CLUES = 20, 80
"""Removing clues at random never gets below about 20; with 81 there is nothing to solve."""
_TRIES = 2000
"""Grids tried for one puzzle before the asked number of clues is called out of reach."""
_SLICE = 64
"""Grids between two moments at which a program can be stopped: a tenth of a second."""


@njit(cache=True, nogil=True)
def _random_grid(stack, seen, grid):
    """A random full grid: three random boxes on the diagonal, then a search with random digits."""
    # Boxes on the diagonal share no unit, so any three go together, and with 27 digits set the search hardly ever turns back.
    grid[:] = 0
    for box in range(3):
        digits = np.random.permutation(SIDE)
        for k in range(SIDE):
            grid[(3 * box + k // 3) * SIDE + 3 * box + k % 3] = digits[k] + 1
    load(stack[0], grid)
    depth = 0
    while True:  # such a start always has a solution
        node = stack[depth]
        if not propagate(node, seen):
            depth -= 1
            continue
        band, place = branch_cell(node)
        if band < 0:
            break
        branch(stack, depth, candidate(node, band, place, np.random.randint(SIDE)), band, place)
        depth += 1
    read(node, grid)


@njit(cache=True, nogil=True)
def _shuffle_lines(grid, scratch):
    """A random order of bands, of rows in bands, of stacks and of columns in stacks, and perhaps a transposition.

    The search has its habits in where it branches; this hides them.
    """
    rows, columns = np.empty(SIDE, np.int64), np.empty(SIDE, np.int64)
    for order in (rows, columns):
        bands = np.random.permutation(3)
        for band in range(3):
            inner = np.random.permutation(3)
            for k in range(3):
                order[3 * band + k] = 3 * bands[band] + inner[k]
    transposed = np.random.random() < 0.5
    for row in range(SIDE):
        for column in range(SIDE):
            cell = rows[row] * SIDE + columns[column]
            scratch[column * SIDE + row if transposed else row * SIDE + column] = grid[cell]
    grid[:] = scratch


@njit(cache=True, nogil=True)
def _reduce(stack, seen, grid, puzzle, fewest, scratch):
    """Remove clues in random order while the solution stays the only one; returns how many clues are left.

    A clue may go if no other digit fits in its cell: forbid its digit there, and look for any solution.
    """
    puzzle[:] = grid
    left = CELLS
    for cell in np.random.permutation(CELLS):
        if left == fewest:
            break
        digit = puzzle[cell]
        puzzle[cell] = 0
        # To look for any solution with the digit forbidden is 1.3 to 1.7 times as fast as to count to two.
        load(stack[0], puzzle)
        stack[0, 3 * (digit - 1) + cell // 27] &= ~(1 << cell % 27)
        if count_from(stack, seen, 1, scratch):
            puzzle[cell] = digit
        else:
            left -= 1
    return left


@njit(cache=True, nogil=True)
def _seed(seed):
    """Compiled code draws from a generator of its own, one for each thread."""
    np.random.seed(seed)


@njit(cache=True, nogil=True)
def _grids(out):
    stack, seen = np.empty((CELLS + 1, NODE), np.int64), np.empty(MASKS, np.int64)
    scratch = np.empty(CELLS, np.int8)
    for i in range(len(out)):
        _random_grid(stack, seen, out[i])
        _shuffle_lines(out[i], scratch)


@njit(cache=True, nogil=True)
def _puzzles(fewest, puzzles, solutions, done, tried, tries):
    """Go on from puzzle number `done`, after `tried` grids that gave none, with `tries` more; both numbers as they are then."""
    stack, seen = np.empty((CELLS + 1, NODE), np.int64), np.empty(MASKS, np.int64)
    scratch = np.empty(CELLS, np.int8)
    for _ in range(tries):
        if done == len(puzzles) or tried == _TRIES:
            break
        _random_grid(stack, seen, solutions[done])
        _shuffle_lines(solutions[done], scratch)
        left = _reduce(stack, seen, solutions[done], puzzles[done], fewest, scratch)
        # Minimal puzzles come out whatever their number of clues; an exact number takes luck and more grids.
        if fewest == 0 or left == fewest:
            done, tried = done + 1, 0
        else:
            tried += 1
    return done, tried


@njit(cache=True, nogil=True)
def _search_needed(boards, needed):
    node, seen = np.empty(NODE, np.int64), np.empty(MASKS, np.int64)
    for i in range(len(boards)):
        needed[i] = not (load(node, boards[i]) and propagate(node, seen) and branch_cell(node)[0] < 0)


def needs_search(boards: np.ndarray) -> np.ndarray:
    """Which boards, int8 [n,81], singles and locked candidates alone do not fill: bool [n]."""
    needed = np.zeros(len(boards), np.bool_)
    _search_needed(np.ascontiguousarray(boards, np.int8), needed)
    return needed


def full_grids(count: int, seed: int) -> np.ndarray:
    """Random solved grids, int8 [count,81]."""
    return np.concatenate([np.zeros((0, CELLS), np.int8), *stream_grids(count, seed)])


def puzzles(count: int, seed: int, clues: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Random puzzles with exactly one solution, and their solutions, int8 [count,81] each.

    clues: how many; None for minimal puzzles, from which no clue can be taken (20 to 28 clues, 24.4 on average).

    Raises:
        ConfigError: clues is out of range, or so few that none was found.
    """
    # An empty first part, so that no puzzle at all is an array, too.
    none = np.zeros((0, CELLS), np.int8)
    parts = [(none, none), *stream(count, seed, clues)]
    made, solutions = (np.concatenate(part) for part in zip(*parts, strict=True))
    return made, solutions


def stream_grids(count: int, seed: int) -> Iterator[np.ndarray]:
    """The same in slices, between which a program can be stopped; nothing else may be generated in this thread meanwhile."""
    _seed(seed)
    for start in range(0, count, _SLICE):
        grids = np.zeros((min(_SLICE, count - start), CELLS), np.int8)
        _grids(grids)
        yield grids


def stream(count: int, seed: int, clues: int | None = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The puzzles of `puzzles` in slices, between which a program can be stopped; a slice may be empty where few clues are hard
    to reach. Nothing else may be generated in this thread meanwhile.

    Raises:
        ConfigError: as `puzzles`.
    """
    if clues is not None and not FEWEST_CLUES <= clues <= MOST_CLUES:
        raise ConfigError(f"clues must be {FEWEST_CLUES} to {MOST_CLUES} for generated puzzles, got {clues}")
    _seed(seed)
    for start in range(0, count, _SLICE):
        made, solutions = np.zeros((2, min(_SLICE, count - start), CELLS), np.int8)
        done = tried = 0
        while done < len(made):
            before = done
            done, tried = _puzzles(clues or 0, made, solutions, done, tried, _SLICE)
            if tried == _TRIES:
                raise ConfigError(
                    f"no puzzle with {clues} clues in {_TRIES} tries; ask for more clues (24 and up are quick)"
                )
            yield made[before:done], solutions[before:done]
