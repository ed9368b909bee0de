import torch
from torch.distributions import Normal, kl_divergence

from vmd_sudoku.diffusion.gaussian import Gaussian
from vmd_sudoku.network.latent import draw_prior, field_shape


def some_gaussian():
    rng = torch.Generator().manual_seed(1)
    shape = (3, 9, 9, 9, 2)
    return Gaussian(torch.randn(shape, generator=rng), torch.randn(shape, generator=rng))


def test_kl_agrees_with_torch():
    ours = some_gaussian()
    theirs = kl_divergence(Normal(ours.mean, (ours.log_variance / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(ours.kl_from_standard(), theirs.flatten(1).sum(1))


def test_log_prob_agrees_with_torch():
    ours = some_gaussian()
    z = draw_prior(3, 2, torch.Generator().manual_seed(0))
    theirs = Normal(ours.mean, (ours.log_variance / 2).exp()).log_prob(z)
    torch.testing.assert_close(ours.log_prob(z), theirs.flatten(1).sum(1))


def test_the_standard_gaussian_has_no_kl():
    zero = torch.zeros(field_shape(2, 1))
    assert Gaussian(zero, zero).kl_from_standard().tolist() == [0, 0]


def test_draws_have_the_mean_and_spread_they_claim():
    wide = Gaussian(torch.full((1, 9, 9, 9, 16), 3.0), torch.full((1, 9, 9, 9, 16), 2.0).log() * 2)
    drawn = wide.sample(torch.Generator().manual_seed(0))
    assert abs(drawn.mean() - 3) < 0.1
    assert abs(drawn.std() - 2) < 0.1


def test_kl_between_two_gaussians_agrees_with_torch_and_with_the_standard_one():
    q, p = some_gaussian(), Gaussian(*(value.flip(0) / 2 for value in vars(some_gaussian()).values()))
    theirs = kl_divergence(*(Normal(g.mean, (g.log_variance / 2).exp()) for g in (q, p)))
    torch.testing.assert_close(q.kl_from(p), theirs.flatten(1).sum(1))
    zero = torch.zeros(field_shape(3, 2))
    torch.testing.assert_close(q.kl_from(Gaussian(zero, zero)), q.kl_from_standard())
    assert q.kl_from(q).abs().max() < 1e-4
