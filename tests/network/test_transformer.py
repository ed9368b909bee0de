from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.evaluation.accuracy import sample
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.exact.symmetry import Symmetry
from vmd_sudoku.network.checkpoint import LoadedModel, load_model, save_model
from vmd_sudoku.network.latent import draw_prior
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.network.transformer import TransformerConfig
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.predictor import Predictor, latent_for
from vmd_sudoku.solving.record import solve_puzzle
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.training.presets import KINDS, PRESETS, transformer
from vmd_sudoku.training.updates import TrainConfig, Training, run

TINY = TransformerConfig(width=12, layers=2, heads=3)
NETWORK = NetworkConfig(width=8, middle=8, hidden=16)
VARIANTS = {
    "transformer mdm": ModelConfig(backbone="transformer", transformer=TINY, latent=0),
    "transformer vmd": ModelConfig(backbone="transformer", transformer=TINY, latent=3, latent_kind="global"),
    "transformer learned prior": ModelConfig(
        backbone="transformer", transformer=TINY, latent=3, latent_kind="global", learned_prior=True
    ),
    "symmetric global": ModelConfig(network=NETWORK, latent=2, latent_kind="global", encoder_rounds=2),
    "symmetric learned prior": ModelConfig(network=NETWORK, latent=2, learned_prior=True, encoder_rounds=2),
}


def make(name):
    torch.manual_seed(0)
    model = Model(VARIANTS[name])
    if model.prior_head:
        torch.nn.init.normal_(model.prior_head.weight, std=0.5)
    return model.eval()


@pytest.fixture(scope="module")
def boards():
    clues, solutions = puzzles(4, seed=5)
    return torch.from_numpy(clues).long(), torch.from_numpy(solutions).long()


def test_the_reference_has_about_six_million_parameters():
    config = transformer().model
    for latent, least, most in ((0, 5.3e6, 5.5e6), (64, 6.1e6, 6.4e6)):
        model = Model(replace(config, latent=latent))
        assert least < sum(p.numel() for p in model.denoiser.parameters()) < most


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_speaks_of_every_cell_and_reads_every_board_alone(name, boards):
    model, (board, _) = make(name), boards
    z = latent_for(model, 4, 1)
    logits = model.denoise(board, z, rounds=2)
    assert logits.shape == (4, 81, 9)
    alone = model.denoise(board[1:2], None if z is None else z[1:2], rounds=2)
    torch.testing.assert_close(logits[1:2], alone, rtol=1e-4, atol=1e-5)
    assert model.blank_state(4).shape == model.begin(board, z)[0].shape


@pytest.mark.parametrize("name", [name for name in VARIANTS if "mdm" not in name])
def test_z_matters_and_the_encoder_sees_the_solution(name, boards):
    model, (board, solution) = make(name), boards
    one, other = (latent_for(model, 4, seed) for seed in (1, 2))
    assert one.shape == model.config.latent_shape(4)
    assert not torch.allclose(model.denoise(board, one, rounds=2), model.denoise(board, other, rounds=2), atol=1e-4)
    q, p = model.encode(board, solution), model.encode(board, solution.roll(1, 0))
    assert q.mean.shape == q.log_variance.shape == one.shape
    assert not torch.allclose(q.mean, p.mean, atol=1e-5)


def test_a_transformers_call_is_one_pass_and_carries_nothing(boards):
    model, (board, _) = make("transformer vmd"), boards
    z = latent_for(model, 4, 1)
    assert torch.equal(model.denoise(board, z, rounds=1), model.denoise(board, z, rounds=9))
    assert model.config.rounds_for(5) == model.config.rounds_for(None) == (1, 1)
    predict = Predictor(model, z, first_rounds=1, rounds=1)
    rows = torch.arange(4)
    assert torch.equal(predict(board, rows), predict(board, rows))
    assert predict.total_rounds == 8


def test_a_transformer_lacks_the_symmetries_and_a_global_z_keeps_those_of_the_symmetric_network(boards):
    board, _ = boards
    symmetry = Symmetry.random(np.random.default_rng(3))
    for name, same in (("symmetric global", True), ("transformer vmd", False)):
        model = make(name)
        z = latent_for(model, 4, 1)
        moved = model.denoise(symmetry.board(board), z, rounds=3)
        still = symmetry.candidates(model.denoise(board, z, rounds=3), axis=1)
        assert torch.allclose(moved, still, rtol=1e-3, atol=1e-4) == same


@pytest.mark.parametrize("name", [name for name in VARIANTS if "prior" in name])
def test_a_learned_prior_depends_on_the_board_alone_and_starts_as_the_standard_one(name, boards):
    model, (board, _) = make(name), boards
    prior = model.prior(board)
    assert not torch.allclose(prior.mean[0], prior.mean[1], atol=1e-5)
    noise = latent_for(model, 4, 1)
    z = model.latent_from(noise, board)
    torch.testing.assert_close(z, prior.mean + noise * (prior.log_variance / 2).exp())
    torch.testing.assert_close(model.latent_from(torch.zeros_like(noise), board), prior.mean)
    fresh = Model(model.config)
    assert torch.equal(fresh.latent_from(noise, board), noise)
    posterior = model.encode(board, boards[1])
    theirs = kl_divergence(*(Normal(g.mean, (g.log_variance / 2).exp()) for g in (posterior, prior)))
    torch.testing.assert_close(posterior.kl_from(prior), theirs.flatten(1).sum(1))


def test_decoding_draws_z_from_the_learned_prior_of_the_first_call_and_keeps_it(boards):
    model, (board, _) = make("symmetric learned prior"), boards
    noise = latent_for(model, 4, 1)
    predict = Predictor(model, noise, first_rounds=2, rounds=1)
    rows = torch.tensor([0, 2, 3])
    said = predict(board[rows], rows)
    expected = model.latent_from(noise[rows], board[rows])
    torch.testing.assert_close(predict.z[rows], expected, rtol=0.05, atol=0.1)
    kept = predict.z.clone()
    predict(board[rows], rows)
    assert torch.equal(predict.z, kept)
    plain = Predictor(make("symmetric learned prior"), noise, first_rounds=2, rounds=1)
    plain.model.latent_from = lambda noise, board: noise
    assert not torch.allclose(said, plain(board[rows], rows), atol=1e-3)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_decodes_samples_and_survives_a_checkpoint(name, boards, tmp_path):
    model = make(name).requires_grad_(False)
    clues = boards[0].numpy().astype(np.int8)
    save_model(tmp_path, model, {})
    loaded = load_model(tmp_path)
    setting = Setting(nfe=3, latents=2, z=3, renew_z="prior")
    decoded = decode_boards(LoadedModel(model, "made", {}, ""), clues, setting)
    assert (decoded.board == decode_boards(loaded, clues, setting).board).all()
    assert (decoded.board > 0).all()
    row, _ = sample(loaded, 2, Setting(nfe=2, z=0))
    assert row["mean_calls"] == 2
    assert solve_puzzle(loaded, clues[0], Setting(nfe=2, z=1)).calls == 2


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_trains_and_goes_on(name, tmp_path, monkeypatch):
    monkeypatch.setattr("vmd_sudoku.training.updates.BoardStream.CHUNK", 16)
    config = replace(transformer(), model=VARIANTS[name], steps=3, batch=6, segment=2, workers=0, beta_warmup=0.0)
    training = Training(config)
    before = [p.clone() for p in training.model.parameters()]
    run(training)
    changed = [not torch.equal(a, b) for a, b in zip(before, training.model.parameters(), strict=True)]
    assert np.mean(changed) > 0.9
    training.save(tmp_path)
    again = Training.resume(tmp_path)
    assert again.progress.step == 3
    assert again.flight.state.shape == training.flight.state.shape


@pytest.mark.slow
def test_a_small_transformer_learns_eight_boards(monkeypatch):
    """End to end: it can hold a few boards in its memory, and then knows them whole."""
    torch.manual_seed(0)
    clues, solutions = (torch.from_numpy(batch).long() for batch in puzzles(8, seed=1))
    model = Model(ModelConfig(backbone="transformer", transformer=TransformerConfig(width=48, heads=4), latent=0))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(150):
        logits = model.denoise(clues)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits.transpose(1, 2), solutions - 1).backward()
        optimizer.step()
    assert (model.denoise(clues).argmax(-1) + 1 == solutions).all()


def test_draws_of_a_global_z_are_one_vector_a_board():
    assert draw_prior(3, 5, torch.Generator().manual_seed(0), "global").shape == (3, 5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backbone": "cnn"}, "backbone must be one of symmetric, transformer"),
        ({"latent_kind": "cell"}, "latent_kind must be one of candidate, global"),
        ({"backbone": "transformer", "latent": 1}, "set latent_kind to global"),
        ({"latent": 0, "learned_prior": True}, "needs a latent"),
        ({"latent": 17}, "0 .MDM. to 16 numbers"),
    ],
)
def test_variants_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        ModelConfig(**settings)


@pytest.mark.parametrize("settings", [{"heads": 5}, {"width": 0}, {"layers": 99}])
def test_sizes_that_cannot_be_are_refused(settings):
    with pytest.raises(ConfigError):
        TransformerConfig(**settings)


def test_the_mdm_of_every_preset_has_no_latent():
    for stage in [stage for preset in PRESETS.values() for stage in preset.stages.values()]:
        model = replace(stage().model, latent=1, learned_prior=True)
        config = KINDS["mdm"](replace(stage(), model=model))
        assert isinstance(config, TrainConfig)
        assert (config.model.latent, config.model.learned_prior) == (0, False)
