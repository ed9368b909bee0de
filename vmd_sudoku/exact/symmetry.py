"""Symmetries: permutations of cells and digits that keep a Sudoku a Sudoku."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, SIDE


@dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class Symmetry:
    """One of 9! x 2 x 6^8 symmetries, as where the new things come from.

    cells: the old cell of each new cell, [81]; digits: the old digit's index (digit - 1) of each new one, [9].
    """

    cells: np.ndarray
    digits: np.ndarray

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Symmetry":
        """Uniform over digit names, rows in bands, bands, columns in stacks, stacks and transposition."""
        rows, columns = (
            np.concatenate([3 * band + rng.permutation(3) for band in rng.permutation(3)]) for _ in range(2)
        )
        cells = rows[:, None] * SIDE + columns
        if rng.random() < 0.5:
            cells = cells.T
        return cls(cells.reshape(CELLS), rng.permutation(DIGITS))

    def board(self, board: Any) -> Any:
        """Boards [...,81], of numpy or torch, moved and renamed; blanks stay blank."""
        # argsort of a permutation is its inverse: `digits` says where new ones come from, a board needs where old
        # ones go.
        renamed = np.concatenate([[0], np.argsort(self.digits) + 1])
        moved = board[..., self.cells]
        if isinstance(board, np.ndarray):
            return renamed.astype(board.dtype)[moved]
        return moved.new_tensor(renamed)[moved.long()]

    def candidates(self, field: Any, axis: int) -> Any:
        """A field over candidates, [..., 81, 9, ...] with cells at `axis` and digits behind them, moved along."""
        before = (slice(None),) * (axis % field.ndim)
        return field[(*before, self.cells)][(*before, slice(None), self.digits)]


def moved_apart(boards: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Batches of boards [n,81], all row i moved and renamed by one random symmetry, another one for each i."""
    n = len(boards[0])
    rows, columns = ((3 * _orders((n, 3), rng)[..., None] + _orders((n, 3, 3), rng)).reshape(n, SIDE) for _ in range(2))
    cells = rows[:, :, None] * SIDE + columns[:, None]
    transposed = rng.random(n) < 0.5
    cells[transposed] = cells[transposed].transpose(0, 2, 1)
    names = np.concatenate([np.zeros((n, 1), np.int64), _orders((n, DIGITS), rng) + 1], 1)  # blanks stay blank
    moved = [np.take_along_axis(batch, cells.reshape(n, CELLS), 1) for batch in boards]
    return [np.take_along_axis(names, batch.astype(np.int64), 1).astype(batch.dtype) for batch in moved]


def _orders(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Random permutations along the last axis."""
    # The order of random numbers is a random order, for a whole batch at a time.
    return rng.random(shape).argsort(-1)
