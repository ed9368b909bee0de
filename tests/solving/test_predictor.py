import math

import pytest
import torch

from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.solving.predictor import Predictor, _Call


@pytest.mark.parametrize(("sure", "thinks"), [(0.85, True), (0.89, True), (0.91, False)])
def test_a_board_is_left_alone_only_where_every_blank_is_sure(sure, thinks):
    """Sure is above 0.9; a blank at 0.85 may still turn."""
    model = Model(ModelConfig(network=NetworkConfig(width=8, middle=8, hidden=8), latent=0)).eval()
    predictor = Predictor(model, None, first_rounds=2, rounds=2, settle=0.01)
    said = torch.full((1, 81, 9), math.log((1 - sure) / 8))
    said[..., 0] = math.log(sure)
    board = torch.zeros(1, 81, dtype=torch.long)
    last = _Call(torch.arange(1), board, said, None)
    after = board.clone()
    after[0, 0] = 1  # filled as the call said
    assert bool(len(predictor._undecided(after, last))) == thinks
    after[0, 0] = 2  # filled otherwise
    assert len(predictor._undecided(after, last))
