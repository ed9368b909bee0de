"""From a model to `predict`: runs the rounds of each call and carries the hidden state from call to call."""

import torch
from torch import Tensor

from vmd_sudoku.latent import draw_prior, prior_mode
from vmd_sudoku.machine import mixed_precision
from vmd_sudoku.model import Model


def latent_for(model: Model, boards: int, z: int | None) -> Tensor | None:
    """z [boards,9,9,9,K] for a model: the prior's mode (z None), drawn from the prior with seed `z`, or None for an MDM."""
    size = model.config.latent
    if not size:
        return None
    if z is None:
        return prior_mode(boards, size)
    return draw_prior(boards, size, torch.Generator().manual_seed(z))


class Predictor:
    """`predict` for one decoding of one batch: the z of every board stays fixed, the hidden state goes on.

    The first call runs `first_rounds` rounds from nothing, every later one `rounds` more on the state of the call before,
    with the newly filled cells injected. Boards that left the batch are dropped from the state.
    """

    def __init__(self, model: Model, z: Tensor | None, *, first_rounds: int, rounds: int) -> None:
        self.model, self.z = model, z
        self.first_rounds, self.rounds = first_rounds, rounds
        self.total_rounds = 0
        """Rounds run so far, over all boards."""
        self._rows: Tensor | None = None
        self._state: Tensor | None = None

    @torch.inference_mode()
    def __call__(self, board: Tensor, rows: Tensor) -> Tensor:
        """Boards int64 [a,81] that are rows [a] of the batch -> logits float32 [a,81,9]."""
        z = None if self.z is None else self.z[rows].to(board.device)
        with mixed_precision(board.device):
            first, given = self.model.begin(board, z)
            if self._state is None or self._rows is None:
                state, rounds = first.to(given.dtype), self.first_rounds
            else:
                here = torch.isin(self._rows, rows)
                state, rounds = self._state if here.all() else self._state[here], self.rounds
            self._state, self._rows = self.model.think(state, given, rounds), rows
            self.total_rounds += rounds * len(rows)
            return self.model.logits(self._state)
