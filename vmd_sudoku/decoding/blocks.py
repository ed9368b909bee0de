"""Block diffusion: the parts of a board are filled one after the other, each by a decoding of its own (arXiv 2503.09573).

Clues stand everywhere from the start, so a block sees what comes after it as far as that is given.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku.board import BLANK, CELLS, SIDE, UNITS
from vmd_sudoku.decoding.levels import Stop, never
from vmd_sudoku.decoding.loop import Decoding, Predict, Step, decode, races_won
from vmd_sudoku.diffusion.noise import Noise

BLOCKS: dict[str, np.ndarray] = {
    "none": np.arange(CELLS)[None],
    "rows": UNITS[:SIDE],
    "bands": UNITS[:SIDE].reshape(3, -1),
    "boxes": UNITS[2 * SIDE :],
}
"""Cells of each block, in the order in which blocks are filled, int [blocks, cells]; `none` has the board as its only one."""

Begin = Callable[[int], tuple[Predict, Noise]]
"""Number of a block -> what predicts it, and its noise."""


def decode_blocks(
    begin: Begin,
    board: Tensor,
    how: Decoding,
    cells: np.ndarray,
    *,
    race: Tensor | None = None,
    stop: Stop = never,
) -> Iterator[Step]:
    """Fill the blanks of int64 boards [b,81] block by block; yields after every call, as `decode` does.

    Calls and cells that may return to MASK are shared out over the blocks in equal parts, whether a board has blanks there
    or not; a block without blanks takes no call. What stood before a block began stays. A board whose block cannot be
    filled leaves, as do all boards of a race that is won.

    cells: of each block, in order, a row of BLOCKS. race, stop: as in `decode`.
    """
    clues = board
    # A board whose block failed must not spend calls on later blocks: its figures would look better than they are.
    going = torch.ones_like(board[:, 0], dtype=torch.bool)
    for number, block in enumerate(torch.as_tensor(cells, device=board.device)):
        within = torch.zeros_like(board, dtype=torch.bool)
        within[:, block] = going[:, None]
        part = how.part(number, len(cells))
        # Noise of its own for each block, else all blocks would make the same draws.
        predict, noise = begin(number)
        for step in decode(predict, board, part, noise, within=within, race=race, stop=stop):
            # A copy: the steps that were handed out hold the boards as they were then.
            board = board.index_copy(0, step.rows, step.board)
            yield replace(step, open=step.open | _goes_on(step, block, race, clues))
        going &= (board[:, block] != BLANK).all(1)
        if race is not None:
            going &= ~races_won(race, board, clues)


def _goes_on(step: Step, block: Tensor, race: Tensor | None, clues: Tensor) -> Tensor:
    """Boards [a] that have filled this block and still have blanks in another."""
    blank = step.board == BLANK
    more = ~blank[:, block].any(1) & blank.any(1)
    return more if race is None else more & ~races_won(race[step.rows], step.board, clues[step.rows])
