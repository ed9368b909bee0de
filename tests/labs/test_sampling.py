"""What is written, and the exact law of it, against sums by hand and against samples."""

import math

import pytest
import torch
from torch import nn

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs.figures import count, exact_fit, mean_interval, sampled_fit
from vmd_sudoku.labs.model import ModelSettings, new_model
from vmd_sudoku.labs.sampling import Sampler, law, sample
from vmd_sudoku.labs.tokens import from_table, named


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


def random_model(latent="none", length=4, symbols=3, blocks=1, codes=5, size=2):
    settings = ModelSettings(latent=latent, codes=codes, size=size, blocks=blocks, width=16)
    model = new_model(settings, length, symbols, seed=1)
    with torch.no_grad():
        model.denoiser.out.weight.mul_(6)  # far from uniform
        if latent == "code":
            model.latent.log_share.copy_(torch.randn(blocks, codes).log_softmax(1))
    return model


def every(length=4, symbols=3):
    return torch.cartesian_prod(*[torch.arange(symbols)] * length)


WAYS = [
    Sampler(calls=calls, tokens=tokens, order=order, renew_z=renew)
    for calls in (2, 4)
    for tokens, order in (("drawn", "random"), ("argmax", "sure"))
    for renew in (False, True)
]


@pytest.mark.parametrize("how", WAYS, ids=lambda how: f"{how.tokens}-{how.calls}-{'fresh' if how.renew_z else 'fixed'}")
@pytest.mark.parametrize(("latent", "blocks"), [("none", 1), ("none", 2), ("code", 1), ("code", 2), ("gaussian", 1)])
def test_the_law_adds_up_and_agrees_with_samples(latent, blocks, how, rng):
    model = random_model(latent, blocks=blocks)
    if latent == "gaussian" and how.tokens == "drawn":
        model = random_model(latent, blocks=blocks, length=2)
    length = model.shape.length
    if how.calls > length * blocks:
        pytest.skip("more calls than places")
    written = law(model, every(length), how, rng)
    assert float(written.sum()) == pytest.approx(1, abs=1e-5)
    n = 20_000
    tokens = from_table("all", every(length))
    shares = count(tokens, sample(model, n, how, rng)).double() / n
    error = (written * (1 - written) / n).sqrt() + 1e-3
    assert ((shares - written).abs() < 5 * error).all()


def test_one_call_without_z_is_the_product_of_its_marginals(rng):
    model = random_model()
    p = model(model.masked(1), None).softmax(-1)[0].double()
    by_hand = p[torch.arange(4), every()].prod(1)
    torch.testing.assert_close(
        law(model, every(), Sampler(tokens="drawn", order="random"), rng), by_hand, atol=1e-6, rtol=1e-4
    )


def test_one_call_with_codes_is_their_mixture(rng):
    model = random_model("code")
    p = model(model.masked(1), model.latent.table).softmax(-1).double()
    by_hand = (model.latent.log_share[0].double().exp()[:, None] * p[:, torch.arange(4), every()].prod(2)).sum(0)
    torch.testing.assert_close(
        law(model, every(), Sampler(tokens="drawn", order="random"), rng), by_hand, atol=1e-6, rtol=1e-4
    )


class Known(nn.Module):
    """Says what it is told for the masked board, whatever stands there."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, xt, z=None):
        return self.logits.expand(*xt.shape, -1)


def test_an_ideal_mdm_pays_the_total_correlation(rng):
    tokens = named("D2")
    model = new_model(ModelSettings(latent="none"), 4, 10, seed=0)
    model.denoiser = Known(tokens.marginals().log().float()[None])
    fit = exact_fit(tokens, law(model, tokens.sequences, Sampler(tokens="drawn", order="random"), rng))
    assert fit.kl == pytest.approx(tokens.total_correlation(), rel=1e-5)
    assert fit.accuracy == pytest.approx(0.01, rel=1e-4)


def test_blocks_are_written_from_left_to_right_and_known_places_stay(rng):
    model = random_model("code", blocks=2)
    seen = []
    model.denoiser.register_forward_pre_hook(lambda module, given: seen.append(given[0].clone()))
    known = model.masked(7)
    known[:, 3] = 2
    written = sample(model, 7, Sampler(calls=4), rng, known)
    assert (written < 3).all()
    assert (written[:, 3] == 2).all()
    assert all((board[:, 2] == model.shape.mask).all() for board in seen[:2])
    assert all((board[:, :2] < model.shape.mask).all() for board in seen[2:])


def test_the_surest_place_comes_first(rng):
    model = new_model(ModelSettings(latent="none"), 4, 3, seed=0)
    logits = torch.zeros(4, 3)
    logits[2, 1] = 5
    model.denoiser = Known(logits)
    first = []
    model.denoiser.register_forward_pre_hook(lambda module, given: first.append(given[0].clone()))
    sample(model, 1, Sampler(calls=4), rng)
    assert first[1].tolist() == [[3, 3, 1, 3]]


def test_calls_that_do_not_fit_the_blocks_are_refused(rng):
    with pytest.raises(ConfigError, match="3 calls do not divide into 2 blocks"):
        sample(random_model(blocks=2), 1, Sampler(calls=3), rng)
    with pytest.raises(ConfigError, match="tokens are argmax or drawn"):
        Sampler(tokens="best")


def test_no_sum_is_known_for_other_orders(rng):
    assert law(random_model(), every(), Sampler(tokens="argmax", order="random"), rng) is None
    assert law(random_model(), every(), Sampler(tokens="drawn", order="sure"), rng) is None


def test_kl_of_a_known_mixture_and_its_floor():
    tokens = from_table("two", torch.tensor([[0, 1], [1, 0]]), torch.tensor([3, 1]))
    fit = exact_fit(tokens, torch.tensor([0.5, 0.25], dtype=torch.float64))
    assert fit.kl == pytest.approx(0.75 * math.log(0.75 / 0.5))
    assert fit.accuracy == 0.75
    lost = exact_fit(tokens, torch.tensor([1.0, 0.0], dtype=torch.float64))
    assert lost.missing == 1
    assert lost.kl == pytest.approx(0.75 * math.log(0.75) + 0.25 * math.log(0.25 / 1e-8))
    assert sampled_fit(tokens, torch.tensor([[0, 1]] * 3 + [[1, 0], [1, 1]])).accuracy == pytest.approx(0.8)


def test_the_interval_is_students():
    mean, half = mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert mean == 3
    assert half == pytest.approx(2.776 * math.sqrt(2.5 / 5), rel=1e-3)
    assert mean_interval([1.0]) == (1.0, math.inf)
