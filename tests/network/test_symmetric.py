import numpy as np
import pytest
import torch

from vmd_sudoku.decoding.loop import CONSTRAINTS, POLICIES, REMASKING, Decoding, decode, finish
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.exact.symmetry import Symmetry
from vmd_sudoku.network import rounds
from vmd_sudoku.network.latent import draw_prior
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig

SMALL = NetworkConfig(width=16, middle=24, hidden=32)


def make(latent):
    torch.manual_seed(0)
    return Model(ModelConfig(network=SMALL, latent=latent)).double().eval()


@pytest.fixture(scope="module")
def boards():
    clues, solutions = puzzles(4, seed=5)
    clues[0] = 0
    return torch.from_numpy(clues).long(), torch.from_numpy(solutions).long()


def moved_field(symmetry, field):
    """A field over candidates, [b,9,9,9,k], moved by a symmetry."""
    flat = field.reshape(len(field), 81, 9, -1)
    return symmetry.candidates(flat, axis=1).reshape(field.shape)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("latent", [0, 2])
def test_the_denoiser_commutes_with_every_symmetry(latent, seed, boards, double):
    model, (board, _) = make(latent), boards
    symmetry = Symmetry.random(np.random.default_rng(seed))
    z = draw_prior(len(board), latent, torch.Generator().manual_seed(seed)).double() if latent else None
    logits = model.denoise(board, z, rounds=6)
    moved = model.denoise(symmetry.board(board), None if z is None else moved_field(symmetry, z), rounds=6)
    torch.testing.assert_close(moved, symmetry.candidates(logits, axis=1), rtol=1e-4, atol=1e-5)
    assert logits.std() > 1e-3  # not by saying the same everywhere


@pytest.mark.parametrize("seed", range(8))
def test_the_encoder_commutes_with_every_symmetry(seed, boards, double):
    model, (board, solution) = make(2), boards
    symmetry = Symmetry.random(np.random.default_rng(seed))
    posterior = model.encode(board, solution)
    moved = model.encode(symmetry.board(board), symmetry.board(solution))
    torch.testing.assert_close(moved.mean, moved_field(symmetry, posterior.mean), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(moved.log_variance, moved_field(symmetry, posterior.log_variance), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("level", ["none", "rules"])
@pytest.mark.parametrize("policy", ["margin", "top-prob", "entropy", "threshold"])
def test_a_whole_decoding_commutes_with_every_symmetry(policy, level, boards, double):
    """Untrained weights, so boards end wrong; moved and renamed they end wrong in the same way. (Propagation would stop at
    dead ends, somewhere; and without z many cells are alike, of which the first in reading order comes first.)"""
    model, (board, _) = make(1), boards
    how = Decoding(
        policy=POLICIES[policy],
        level=CONSTRAINTS[level],
        remasking=REMASKING["confidence"],
        remask_share=0.2,
        remask_budget=20,
        budget=Budget(4),
        threshold=0.3,
    )
    z = draw_prior(len(board), 1, torch.Generator().manual_seed(1)).double()

    def run(board, z):
        noise = Noise(0, range(len(board)))
        return finish(decode(lambda b, rows: model.denoise(b, z[rows], rounds=4), board, how, noise), board)

    ended = run(board, z)
    for seed in range(2):
        symmetry = Symmetry.random(np.random.default_rng(seed))
        moved = run(symmetry.board(board), moved_field(symmetry, z))
        assert torch.equal(moved.board, symmetry.board(ended.board))
        assert torch.equal(moved.calls, ended.calls)
        assert torch.equal(moved.remasked, ended.remasked)
        torch.testing.assert_close(moved.nats, ended.nats, rtol=1e-4, atol=1e-5)


@pytest.fixture
def double(monkeypatch):
    """Input features in float64, so that a mistake cannot hide in rounding."""
    from vmd_sudoku.network import symmetric as network

    features = network.board_features
    monkeypatch.setattr(network, "board_features", lambda board: features(board).double())


def test_an_mdm_says_the_same_of_every_candidate_of_an_empty_board_and_a_vmd_need_not():
    empty = torch.zeros(1, 81, dtype=torch.long)
    for latent in (0, 1):
        torch.manual_seed(0)
        model = Model(ModelConfig(network=SMALL, latent=latent))
        z = draw_prior(1, 1, torch.Generator().manual_seed(0)) if latent else None
        spread = model.denoise(empty, z, rounds=3).std()
        assert (spread > 1e-3) == bool(latent)


def test_both_kinds_have_the_same_denoiser_but_for_the_latent_input():
    vmd, mdm = (Model(ModelConfig(network=SMALL, latent=k)) for k in (1, 0))
    sizes = [sum(p.numel() for p in model.denoiser.parameters()) for model in (vmd, mdm)]
    assert sizes[0] - sizes[1] == SMALL.hidden


def test_an_mdm_has_no_encoder(boards):
    with pytest.raises(ConfigError, match="no latent"):
        make(0).encode(*boards)


@pytest.mark.parametrize("settings", [{"width": 0}, {"hidden": 5000}])
def test_sizes_out_of_range_are_refused(settings):
    with pytest.raises(ConfigError, match="from 1 to 1,024"):
        NetworkConfig(**settings)


def test_rounds_that_were_not_compiled_before_are_not_compiled_unasked(tmp_path, monkeypatch):
    model = Model(ModelConfig())
    monkeypatch.setattr(rounds.compiled, "kept", lambda name: tmp_path / name)
    monkeypatch.setattr(rounds, "_compile", lambda library: pytest.fail("compiled"))
    assert not model.use_kept_rounds()
    assert not model.denoiser.is_fused
    monkeypatch.setattr(rounds, "is_kept", lambda: True)
    monkeypatch.setattr(rounds, "available", lambda round_: True)
    assert model.use_kept_rounds()
    assert model.denoiser.is_fused


def test_a_transformer_has_no_rounds_to_keep(monkeypatch):
    monkeypatch.setattr(rounds, "is_kept", lambda: True)
    assert not Model(ModelConfig(backbone="transformer", latent=0)).use_kept_rounds()
