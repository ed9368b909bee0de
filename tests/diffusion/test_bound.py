import math

import pytest
import torch

from vmd_sudoku.board import BLANK
from vmd_sudoku.diffusion.bound import Bound, masked_nats, time_weight
from vmd_sudoku.diffusion.gaussian import Gaussian


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


def toy(slope, mean, log_variance):
    """-log p(x = 1), KL(q || posterior) and the bound of q for p(x | z) = softmax(slope z, 0, ..., 0), by sums over z."""
    z = torch.linspace(-9, 9, 4001, dtype=torch.double)
    q = Gaussian(torch.tensor([[mean]], dtype=torch.double), torch.tensor([[log_variance]], dtype=torch.double))
    prior = Gaussian(torch.zeros(1, 1, dtype=torch.double), torch.zeros(1, 1, dtype=torch.double))
    logits = torch.zeros(len(z), 2, 9, dtype=torch.double)
    logits[:, 1, 0] = slope * z
    board = torch.tensor([[5, BLANK]])  # the first cell is a clue, and costs nothing
    nats = masked_nats(logits, torch.tensor([[4, 0]]).expand(len(z), 2), (board == BLANK).expand(len(z), 2))
    step = z[1] - z[0]
    density, prior_density = (each.log_prob(z[:, None]).exp() for each in (q, prior))
    evidence = (prior_density * (-nats).exp()).sum() * step
    posterior = prior_density * (-nats).exp() / evidence
    gap = (density * (density.clamp(min=1e-300) / posterior.clamp(min=1e-300)).log()).sum() * step
    bound = Bound(cells=(density * nats).sum()[None] * step, latent=q.kl_from_standard())
    return -evidence.log().item(), gap.item(), bound.total().item()


@pytest.mark.parametrize("slope", [0.0, 1.0, 4.0])
@pytest.mark.parametrize(("mean", "log_variance"), [(0.0, 0.0), (1.2, -0.7), (-1.0, 0.3)])
def test_the_bound_exceeds_the_evidence_by_the_distance_to_the_posterior(slope, mean, log_variance):
    """-ELBO = -log p(x) + KL(q || p(z | x)), for q of every kind; equal only where q is the posterior."""
    evidence, gap, bound = toy(slope, mean, log_variance)
    assert bound == pytest.approx(evidence + gap, abs=1e-5)
    assert gap >= -1e-9
    if slope == 0:
        assert evidence == pytest.approx(math.log(9))
        assert (gap == pytest.approx(0, abs=1e-6)) == (mean == 0)


def test_the_closed_kl_is_that_of_the_densities():
    one = Gaussian(torch.tensor([[0.7, -1.0]]), torch.tensor([[-1.0, 0.5]]))
    other = Gaussian(torch.tensor([[0.2, 0.1]]), torch.tensor([[0.3, -0.4]]))
    draws = one.from_noise(torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0)))
    for q, closed in (
        (other, one.kl_from(other)),
        (Gaussian(torch.zeros(1, 2), torch.zeros(1, 2)), one.kl_from_standard()),
    ):
        assert closed.item() == pytest.approx((one.log_prob(draws) - q.log_prob(draws)).mean().item(), rel=0.02)
