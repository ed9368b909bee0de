"""Runs of several stages at toy size: one after the other, stopped anywhere, gone on with, refused in one line."""

import csv
import json
import shutil
from dataclasses import replace

import pytest

from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.training import journal, mixture, presets, stages
from vmd_sudoku.training.updates import TrainConfig, Training

SMALL = TrainConfig(
    model=ModelConfig(network=NetworkConfig(width=8, middle=8, hidden=8), encoder_rounds=1, first_rounds=2, rounds=1),
    batch=4,
    segment=2,
    dream_batch=2,
    dream_calls=1,
    minutes=10_000.0,
    steps=4,
    workers=0,
)
TRUNK = replace(SMALL, model=replace(SMALL.model, latent=0), posterior=0.0, dreams=0.0)
TRAIN = ("train", "--preset", "toy", "--eager")


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    monkeypatch.setitem(
        presets.PRESETS, "toy", presets.Preset({"trunk": lambda: TRUNK, "fork": lambda: SMALL}, "toys", "not measured.")
    )
    monkeypatch.setattr(journal, "VALIDATION_COUNT", 1)
    monkeypatch.setattr(journal, "LOG_EVERY", 2)
    monkeypatch.setattr(mixture.BoardStream, "CHUNK", 16)


def card(folder):
    return json.loads((folder / "model" / "card.json").read_text())


def break_at(monkeypatch, *updates):
    """These updates, counted over all stages, end the run without a checkpoint."""
    update, made = Training.update, [0]

    def counted(self):
        made[0] += 1
        if made[0] in updates:
            raise KeyboardInterrupt
        return update(self)

    monkeypatch.setattr(Training, "update", counted)


def stop_after(monkeypatch, *updates):
    """A stop that is heard after these updates, counted over all stages."""
    run, made = journal.run, [0]

    def counted(training, *, until, stop):
        def asked():
            made[0] += 1
            return made[0] in updates

        return run(training, until=until, stop=asked)

    monkeypatch.setattr(journal, "run", counted)


@pytest.mark.parametrize("kind", ["vmd", "mdm"])
def test_one_command_does_both_stages(call, tmp_path, kind):
    run = tmp_path / "run"
    code, out, err = call(*TRAIN, "--model", kind, "--out", run)
    assert code == 0, err
    assert "stage 1 of 2, trunk: begins" in out
    assert "stage 2 of 2, fork: begins" in out
    assert card(run)["model"].startswith(kind.upper())
    assert card(run / "trunk")["model"].startswith("MDM")
    assert card(run)["history"] == "From the weights of trunk (4 updates in 0.0 minutes)."
    for folder in (run, run / "trunk"):
        with open(folder / "metrics.csv") as file:
            assert [row["step"] for row in csv.DictReader(file)] == ["2", "4", "4"]
    # The same by hand, as two commands. The boards are others than the trunk's.
    by_hand = ("--model", kind, "--out", tmp_path / "fork", "--start-from", run / "trunk" / "model", "--seed", 1)
    code, out, err = call(*TRAIN, *by_hand)
    assert code == 0, err
    assert "take the place of trunk; only fork is done" in out
    assert card(tmp_path / "fork")["sha256"] == card(run)["sha256"]
    code, out, _ = call("train", "--resume", "--out", run, "--eager")
    assert code == 0
    assert out.splitlines() == [
        "stage 1 of 2, trunk: finished before, 4 updates in 0.0 minutes",
        "stage 2 of 2, fork: finished before, 4 updates in 0.0 minutes",
    ]


def test_a_run_stopped_in_any_stage_comes_to_the_same_weights(call, tmp_path, monkeypatch):
    assert call(*TRAIN, "--out", tmp_path / "whole")[0] == 0
    run = tmp_path / "run"
    stop_after(monkeypatch, 2, 6)
    assert call(*TRAIN, "--out", run)[0] == 130
    assert not (run / "model").exists()
    code, out, _ = call("train", "--resume", "--out", run, "--eager")
    assert code == 130
    assert "stage 1 of 2, trunk: goes on after 2 updates" in out
    assert "stage 2 of 2, fork: begins" in out
    code, out, err = call("train", "--resume", "--out", run, "--eager")
    assert code == 0, err
    assert "stage 1 of 2, trunk: finished before" in out
    assert "stage 2 of 2, fork: goes on after 2 updates" in out
    assert card(run)["sha256"] == card(tmp_path / "whole")["sha256"]
    assert card(run)["history"] == card(tmp_path / "whole")["history"]


def test_a_run_that_died_before_its_first_checkpoint_goes_on_too(call, tmp_path, monkeypatch):
    assert call(*TRAIN, "--out", tmp_path / "whole")[0] == 0
    run = tmp_path / "run"
    break_at(monkeypatch, 2, 8)
    assert call(*TRAIN, "--out", run)[0] == 130  # in the first stage
    assert call("train", "--resume", "--out", run, "--eager")[0] == 130  # in the second
    assert not (run / "training.json").exists()
    assert call("train", "--resume", "--out", run, "--eager")[0] == 0
    assert card(run)["sha256"] == card(tmp_path / "whole")["sha256"]


def test_more_updates_are_for_what_is_not_finished(call, tmp_path, monkeypatch):
    run = tmp_path / "run"
    stop_after(monkeypatch, 6)
    assert call(*TRAIN, "--out", run)[0] == 130
    assert call("train", "--resume", "--out", run, "--eager", "--steps", 6)[0] == 0
    assert (card(run / "trunk")["updates"], card(run)["updates"]) == (4, 6)
    assert call("train", "--resume", "--out", run, "--eager", "--steps", 7)[0] == 0
    assert (card(run / "trunk")["updates"], card(run)["updates"]) == (4, 7)


def test_a_stage_that_was_thrown_away_is_not_done_again(call, tmp_path, monkeypatch):
    run = tmp_path / "run"
    stop_after(monkeypatch, 6)
    assert call(*TRAIN, "--out", run)[0] == 130
    shutil.rmtree(run / "trunk")
    code, out, err = call("train", "--resume", "--out", run, "--eager")
    assert code == 0, err
    assert "stage 1 of 2, trunk: finished before, its model not kept" in out
    assert card(run)["updates"] == 4


def test_options_hold_for_every_stage_and_settings_for_the_one_named():
    both = {"trunk": TRUNK, "fork": SMALL}
    now = presets.changed_stages(both, ["batch=6", "fork.posterior=0.25", "trunk.mixture.several=0.5"])
    assert {name: config.batch for name, config in now.items()} == {"trunk": 6, "fork": 6}
    assert (now["trunk"].posterior, now["fork"].posterior) == (0.0, 0.25)
    assert (now["trunk"].mixture.several, now["fork"].mixture.several) == (0.5, 0.15)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--set", "posterior=0.25"),
            "posterior is 0.0 in trunk, 0.3125 in fork; say which stage you mean: --set trunk.post",
        ),
        (("--set", "model.latent=2"), "model.latent is 0 in trunk, 1 in fork"),
        (("--set", "trunks.beta=0.5"), "'trunks' is no group of settings"),
        (("--set", "fork.=0.5"), "NAME=VALUE"),
        (("--set", "fork.beta=2"), "beta must be a number from 0 to 1"),
        (("--set", "fork.model.network.width=16"), "cannot start from a model of"),
    ],
)
def test_what_is_unclear_or_cannot_be_is_refused_before_anything_runs(call, tmp_path, options, words):
    code, _, err = call(*TRAIN, "--out", tmp_path / "run", *options)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err
    assert not (tmp_path / "run").exists()


def test_a_begun_run_is_not_overwritten_and_its_note_is_checked(call, tmp_path, monkeypatch):
    run = tmp_path / "run"
    stop_after(monkeypatch, 2)
    assert call(*TRAIN, "--out", run)[0] == 130
    code, _, err = call(*TRAIN, "--out", run)
    assert (code, "already holds a run" in err) == (2, True)
    note = json.loads((run / stages.NOTE).read_text())
    for damaged, words in (
        ({"stages": {}}, "found the stages none"),
        ({"stages": {"../../x": note["stages"]["trunk"], "fork": note["stages"]["fork"]}}, "found the stages ../../x"),
        ({"stages": {"trunk": 5}}, "must be a set of named settings"),
        ({"stages": 5}, "does not describe a training"),
        ({"hard": 5}, "note of its hard puzzles is damaged"),
    ):
        (run / stages.NOTE).write_text(json.dumps(note | damaged))
        code, _, err = call("train", "--resume", "--out", run, "--eager")
        assert (code, len(err.splitlines())) == (2, 1)
        assert words in err


def test_hard_puzzles_must_be_the_same_in_all_stages(call, tmp_path, monkeypatch):
    files = []
    for seed in (0, 1):
        columns = ["".join(map(str, rows[0])) for rows in puzzles(1, seed)]
        files.append(tmp_path / f"{seed}.csv")
        files[-1].write_text(f"puzzle,solution\n{','.join(columns)}\n")
    run = tmp_path / "run"
    stop_after(monkeypatch, 2)
    assert call(*TRAIN, "--out", run, "--hard", files[0])[0] == 130
    code, _, err = call("train", "--resume", "--out", run, "--eager", "--hard", files[1])
    assert (code, "is not the file of hard puzzles that this run began with" in err) == (2, True)
    assert call("train", "--resume", "--out", run, "--eager")[0] == 0
    assert "hard puzzles from 0.csv" in card(run)["data"]


def test_a_run_from_before_there_were_stages_goes_on(tmp_path, call):
    training = Training(SMALL)
    training.update()
    training.save(tmp_path)
    assert call("train", "--resume", "--out", tmp_path, "--eager")[0] == 0
    assert card(tmp_path)["updates"] == 4
    assert "history" not in card(tmp_path)
