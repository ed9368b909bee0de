"""The bounds against sums by hand, and D1 learnt in seconds."""

import math

import pytest
import torch

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs import synthetic, training
from vmd_sudoku.labs.dependency import TokenSource, train_tokens, trained
from vmd_sudoku.labs.latents import choose
from vmd_sudoku.labs.model import ModelSettings, new_model
from vmd_sudoku.labs.tokens import from_table, named
from vmd_sudoku.labs.training import Batch, TrainSettings


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


TOY = from_table("toy", torch.tensor([[0, 1], [1, 0]]))


def toy(latent, **sizes):
    return new_model(ModelSettings(latent=latent, width=16, **sizes), 2, 2, seed=3)


def test_the_sum_over_codes_is_the_likelihood_by_hand(rng):
    model = toy("code", codes=3, code_size=4)
    whole = torch.ones(2, 2, dtype=torch.bool)
    options = model.latent.options(0, rng, 0)
    joint = training.log_joint(model, model.masked(2), TOY.sequences, whole, options)
    p = model(model.masked(1), model.latent.table).softmax(-1)
    for row, (a, b) in enumerate(TOY.sequences.tolist()):
        by_hand = sum(p[k, 0, a] * p[k, 1, b] / 3 for k in range(3))
        assert joint.logsumexp(1)[row].item() == pytest.approx(by_hand.log().item(), abs=1e-5)


def test_unequal_boards_share_no_pass_and_give_the_same(rng):
    model = toy("code", codes=3, code_size=4)
    x0 = torch.tensor([[0, 1], [1, 0], [1, 1]])
    boards = torch.tensor([[2, 1], [2, 2], [1, 2]])
    options = model.latent.options(0, rng, 0)
    together = training.log_joint(model, boards, x0, boards == 2, options)
    alone = [
        training.log_joint(model, boards[i : i + 1], x0[i : i + 1], boards[i : i + 1] == 2, options) for i in range(3)
    ]
    torch.testing.assert_close(together, torch.cat(alone))


def test_the_bound_with_an_encoder_is_above_the_likelihood(rng):
    """E over q of the bound is at least -log p(x0), which importance weights over even points give."""
    model = toy("gaussian", encoder=True, size=2)
    batch = Batch(TOY.sequences, torch.full((2,), 0.5))
    bounds = [training._own_bound(model, batch, 0, rng, done=1.0, whole=1.0).item() for _ in range(400)]
    options = model.latent.options(0, rng, 1 << 14)
    whole = torch.ones(2, 2, dtype=torch.bool)
    truth = -training.log_joint(model, model.masked(2), TOY.sequences, whole, options).logsumexp(1).mean().item()
    assert sum(bounds) / len(bounds) > truth


def test_a_model_that_knows_nothing_pays_ln_v_a_token_under_every_objective(rng):
    batch = Batch(TOY.sequences, torch.full((2,), 0.5))
    for latent, encoder, later in [
        ("none", False, "tied"),
        ("code", False, "tied"),
        ("code", False, "own"),
        ("code", False, "prior"),
        ("gaussian", False, "tied"),
        ("gaussian", True, "own"),
        ("gaussian", True, "tied"),
    ]:
        model = toy(latent, encoder=encoder)
        with torch.no_grad():
            model.denoiser.out.weight.zero_()
            model.denoiser.out.bias.zero_()
        objective = training._objective(model, TrainSettings(later=later, whole=0.0))
        loss = objective(model, batch, 0.0, rng).item()  # done = 0: the KL weighs nothing yet
        once = 2 * math.log(2)
        twice = latent != "none" and not (encoder and later == "own")  # the whole block, and a part of it
        assert loss == pytest.approx(2 * once if twice else once, abs=1e-5), (latent, encoder, later)


def test_choose_draws_by_the_weights(rng):
    weights = torch.tensor([[0.1, 0.2, 0.7]]).log().expand(20_000, -1)
    shares = torch.bincount(choose(weights, rng), minlength=3) / 20_000
    torch.testing.assert_close(shares, torch.tensor([0.1, 0.2, 0.7]), atol=0.02, rtol=0)


def test_d1_is_learnt_in_seconds_and_the_mdm_pays_the_total_correlation():
    work = synthetic.cases([named("D1")], (1,), range(1))
    rows = synthetic.over_seeds([row for case in work if case.kind.latent != "gaussian" for row in case.run()])
    by_what = {(row["model"], row["nfe"]): row for row in rows}
    assert by_what["vmd", 1]["accuracy"] >= 0.9999
    assert by_what["vmd", 1]["kl_exact"] <= 0.001
    assert by_what["vmd", 4]["kl_exact"] <= 0.001
    assert by_what["mdm", 1]["kl_exact"] == pytest.approx(3 * math.log(10), rel=0.01)
    assert by_what["mdm", 1]["accuracy"] < 0.01
    assert by_what["mdm", 4]["accuracy"] > 0.98
    table = synthetic.markdown(rows)
    assert "| D1 | 1 | 1 | 6.908 | 0.1 | 87.3 |" in table


def test_a_gaussian_z_learns_pairs():
    last = trained(named("pairs"), ModelSettings(latent="gaussian"), TrainSettings(updates=200, draws=64))
    assert last.fit.accuracy > 0.97
    assert last.done == 1
    assert last.z_map.shape == (41, 41)
    assert (last.z_map >= 0).float().mean() > 0.95


def test_frames_come_while_it_trains_and_closing_stops_it():
    frames = train_tokens(
        named("pairs"), ModelSettings(codes=16), TrainSettings(updates=10_000_000), every=5, samples=50
    )
    first, second = next(frames), next(frames)
    assert (first.update, second.update) == (5, 10)
    assert first.samples.shape == (50, 2)
    assert first.joint.sum().item() == pytest.approx(1)
    assert first.z_map.shape == (16,)
    assert 0 < second.done < 1
    frames.close()
    with pytest.raises(StopIteration):
        next(frames)


def test_a_seed_repeats_a_training_and_leaves_the_global_generator_alone():
    state = torch.random.get_rng_state()
    losses = [trained(named("pairs"), ModelSettings(), TrainSettings(updates=20, seed=s)).loss for s in (4, 4, 5)]
    assert losses[0] == losses[1] != losses[2]
    assert torch.equal(state, torch.random.get_rng_state())


def test_looking_does_not_change_the_training():
    settings = TrainSettings(updates=20)
    *_, looked = train_tokens(named("pairs"), ModelSettings(), settings, every=1)
    assert looked.loss == trained(named("pairs"), ModelSettings(), settings).loss


def test_a_time_is_kept():
    *_, last = train_tokens(named("pairs"), ModelSettings(), TrainSettings(seconds=0.2), every=10**9)
    assert 0.2 <= last.seconds < 2


def test_a_large_set_is_drawn(rng):
    batch = TokenSource(from_table("many", torch.cartesian_prod(*[torch.arange(10)] * 3))).batch(rng)
    assert batch.x0.shape == (128, 3)
    assert batch.share.sum().item() == pytest.approx(1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ModelSettings(latent="vector"), "unknown latent"),
        (lambda: ModelSettings(latent="code", encoder=True), "only a gaussian"),
        (lambda: ModelSettings(codes=0), "1 or more"),
        (lambda: TrainSettings(later="never"), "unknown z of later calls"),
        (lambda: TrainSettings(updates=0), "1 or more"),
        (lambda: new_model(ModelSettings(blocks=3), 4, 10, 0), "do not divide into 3"),
        (lambda: synthetic.cases([named("D1")], (3,), range(1)), "divides into 3"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
