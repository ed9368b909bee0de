import math

import pytest
import torch

from vmd_sudoku.board import BLANK
from vmd_sudoku.diffusion.bound import Bound, masked_nats, time_weight


def test_a_uniform_guess_costs_ln_9_a_masked_cell():
    board = torch.zeros(3, 81, dtype=torch.long)
    board[1, :80], board[2, :40] = 1, 1
    nats = masked_nats(torch.zeros(3, 81, 9), torch.zeros(3, 81, dtype=torch.long), board == BLANK)
    torch.testing.assert_close(nats, math.log(9) * torch.tensor([81.0, 1.0, 41.0]))


def test_certainty_of_the_truth_costs_nothing_and_filled_cells_never_count():
    solution = torch.arange(81)[None] % 9 + 1
    logits = 50.0 * torch.nn.functional.one_hot(solution - 1, 9).float()
    board = torch.zeros(1, 81, dtype=torch.long)
    assert masked_nats(logits, solution - 1, board == BLANK).item() == pytest.approx(0, abs=1e-6)
    wrong = torch.zeros(1, 81, 9)
    assert masked_nats(wrong, solution - 1, solution == BLANK).item() == 0


def test_the_bound_is_exact_on_a_toy_with_a_known_posterior():
    """x = sign of z with certainty: for q equal to the true posterior the bound is -log p(x) = ln 2."""
    # KL(q || p) of a half normal against the normal is ln 2, and log p(x | z) = 0 under q.
    bound = Bound(cells=torch.zeros(1), latent=torch.full((1,), math.log(2)))
    assert bound.total().item() == pytest.approx(math.log(2))


def test_beta_weighs_the_latent_and_free_nats_put_a_floor_under_it():
    bound = Bound(cells=torch.tensor([1.0, 1.0]), latent=torch.tensor([2.0, 10.0]))
    assert bound.total(beta=0.5).tolist() == [2, 6]
    assert bound.total(free_nats=torch.tensor([5.0, 5.0])).tolist() == [6, 11]


def test_weights_are_the_textbooks_at_one_and_equal_at_zero_and_meet_at_a_usual_board():
    blanks = torch.tensor([5, 25, 60])
    torch.testing.assert_close(time_weight(blanks, 1.0), 1 / blanks)
    torch.testing.assert_close(time_weight(blanks, 0.0), torch.full((3,), 1 / 25))
    torch.testing.assert_close(time_weight(blanks, 0.5)[1], torch.tensor(1 / 25))


def test_the_kl_is_weighed_like_the_cells_or_not_at_all():
    bound = Bound(cells=torch.tensor([10.0, 20.0]), latent=torch.tensor([4.0, 1.0]))
    weight = torch.tensor([0.5, 0.1])
    torch.testing.assert_close(bound.weighted(weight, 2.0), torch.tensor([9.0, 2.2]))
    unweighed = bound.weighted(weight, 2.0, free_nats=3.0, weigh_latent=False)
    torch.testing.assert_close(unweighed, torch.tensor([5 + 8 / 25, 2 + 6 / 25]))
