"""The half hour of one GPU at toy size, on the CPU: its three steps follow one another and may be started again."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from scripts import script

from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.training import journal, mixture, presets


@pytest.fixture
def gpu_run(monkeypatch):
    module = script("tools/gpu_run.py")
    monkeypatch.setattr(journal, "VALIDATION_COUNT", 1)
    monkeypatch.setattr(mixture.BoardStream, "CHUNK", 32)
    for name in ("gpu-trunk", "gpu"):
        preset = presets.PRESETS[name]
        stage = list(preset.stages)[-1]  # what the step does
        config = preset.stages[stage]()
        network = replace(
            config.model, network=NetworkConfig(width=8, middle=8, hidden=16), encoder_rounds=1, first_rounds=2
        )
        small = replace(config, model=network, steps=4, batch=8, segment=2, workers=0, dream_batch=2, guess_tries=2)
        stages = preset.stages | {stage: lambda small=small: small}
        monkeypatch.setitem(presets.PRESETS, name, replace(preset, stages=stages))
    return module


def step(module, *arguments):
    result = CliRunner().invoke(module.cli, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output


def test_the_three_steps_follow_one_another_and_go_on(gpu_run, tmp_path):
    out, sets = tmp_path / "run", tmp_path / "sets"
    sets.mkdir()
    clues, solutions = puzzles(2, 0)
    lines = [",".join("".join(map(str, row)) for row in pair) for pair in zip(clues, solutions, strict=True)]
    hard = sets / "radcliffe_sample.csv"
    hard.write_text("\n".join(["puzzle,solution", *lines]))
    for name in ("trunk", "vmd"):
        step(gpu_run, name, "--out", out, "--hard", hard, "--", "--eager")
        step(gpu_run, name, "--out", out, "--hard", hard, "--", "--eager")  # again: there is nothing left to do
        assert json.loads((out / name / "model" / "card.json").read_text())["updates"] == 4
    card = json.loads((out / "vmd" / "model" / "card.json").read_text())
    assert card["config"]["guesses"] > 0
    step(gpu_run, "figures", "--out", out, "--sets", sets)
    (figures,) = out.glob("*.json")
    assert json.loads(figures.read_text())["rows"][0]["boards"] == 2
    step(gpu_run, "figures", "--out", out, "--sets", sets)
