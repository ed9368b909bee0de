"""Weights on their way into the package: their mean, and the rounds that they are shipped with."""

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from scripts import script

from vmd_sudoku.network.checkpoint import load_model, save_model
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig


@pytest.fixture(scope="module")
def module():
    return script("tools/figures.py")


@pytest.fixture
def tool(module, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHIPPED", tmp_path / "shipped")
    for name, latent, seed in (("a", 1, 1), ("b", 1, 2), ("mdm", 0, 3)):
        torch.manual_seed(seed)
        network = NetworkConfig(width=8, middle=8, hidden=8)
        save_model(tmp_path / name / "model", Model(ModelConfig(network=network, latent=latent)), {"updates": seed})
    return lambda *words: CliRunner().invoke(module.cli, [str(word) for word in words])


def test_the_mean_of_weights_is_weighed_and_says_what_it_is_of(tool, tmp_path):
    a, b = tmp_path / "a" / "model", tmp_path / "b" / "model"
    assert tool("average", tmp_path / "mean", f"{a}=3", f"{b}=1").exit_code == 0
    mean = load_model(tmp_path / "mean" / "model")
    of_a, of_b = (load_model(where).model.state_dict() for where in (a, b))
    for name, value in mean.model.state_dict().items():
        torch.testing.assert_close(value, 0.75 * of_a[name] + 0.25 * of_b[name])
    assert mean.card["averaged"] == [[load_model(a).sha256, 0.75], [load_model(b).sha256, 0.25]]


@pytest.mark.parametrize(
    ("weights", "said"), [(("1", "x"), "number"), (("0", "0"), "above 0"), (("2", "-1"), "0 or more")]
)
def test_weights_without_a_mean_are_refused_in_one_line(tool, tmp_path, weights, said):
    parts = [f"{tmp_path / name / 'model'}={weight}" for name, weight in zip("ab", weights, strict=True)]
    result = tool("average", tmp_path / "mean", *parts)
    assert result.exit_code == 1
    assert said in result.output
    other = tool("average", tmp_path / "mean", f"{tmp_path / 'a' / 'model'}=1", f"{tmp_path / 'mdm' / 'model'}=1")
    assert "sizes or kinds" in other.output
    assert not (tmp_path / "mean").exists()


def test_a_model_is_shipped_with_the_rounds_that_were_asked_for(tool, tmp_path):
    for rounds in (64, 96):
        assert tool("ship", tmp_path / "a", "vmd", "--commit", "c", "--first-rounds", rounds).exit_code == 0
        assert load_model(tmp_path / "shipped" / "vmd").model.config.first_rounds == rounds


def test_words_of_the_readme_follow_from_the_rows(module):
    def row(kind, name, policy, nfe, solved, z=None):
        setting = {"policy": policy, "nfe": nfe, "latents": 1, "settle": 0.01, "z": z, "first_rounds": 8}
        bits = np.packbits(np.arange(10) < solved).tobytes().hex()
        return {"kind": kind, "set": name, "boards": 10, "solved": solved, "which": bits, **setting, "setting": setting}

    rows = [row(kind, "radcliffe_filtered", "margin", 1, 10 - (kind == "MDM")) for kind in ("VMD", "MDM")]
    (filtered,) = module.words(module.Solved(rows))
    assert "the VMD solves 100.0 % and the MDM 90.0 % in a single call" in filtered
    for nfe in (5, 20):
        rows += [
            row("VMD", "radcliffe_sample", "margin", nfe, 6),
            row("MDM", "radcliffe_sample", "margin", nfe, 7),
            row("VMD", "radcliffe_sample", "guess", nfe, 9),
        ]
    guesses, _ = module.words(module.Solved(rows))
    assert "by one policy, margin, the VMD solves 60.0 and 60.0 %" in guesses
    assert "By policy `guess` the VMD solves 90.0 and 90.0 %, beside the MDM's 70.0 and 70.0 % by margin" in guesses
    assert "(p = 0.5 and 0.5)" in guesses


def test_a_mean_of_weights_is_validated_before_it_is_shipped(tool, module, tmp_path, monkeypatch):
    monkeypatch.setattr(module.journal, "validate_model", lambda model, count: {"minimal_one_call": 0.5, "of": count})
    assert (
        tool("average", tmp_path / "mean", f"{tmp_path / 'a' / 'model'}=1", f"{tmp_path / 'b' / 'model'}=1").exit_code
        == 0
    )
    for of in ("a", "mean"):
        assert tool("ship", tmp_path / of, of, "--commit", "abc").exit_code == 0
    assert "validation" not in load_model(tmp_path / "shipped" / "a").card
    assert load_model(tmp_path / "shipped" / "mean").card["validation"]["minimal_one_call"] == 0.5
