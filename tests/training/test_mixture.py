"""What training is fed with, whatever the shares; how its numbers are logged."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small import SMALL

from vmd_sudoku.board import is_complete, is_legal
from vmd_sudoku.exact import generate, solver
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.training import journal
from vmd_sudoku.training.mixture import BoardStream, MixtureConfig, open_boards, unique_boards
from vmd_sudoku.training.updates import SEEDS_APART, Training

SHARES = st.sampled_from([0.0, 0.3, 1.0])
MIXTURES = st.builds(
    MixtureConfig,
    **dict.fromkeys(["several", "all_masked", "hard", "untouched", "search", "moved", "blocks"], SHARES),
)
HARD = PuzzleSet("hard", *generate.puzzles(5, 77))
LONG = replace(SMALL, steps=1000, minutes=10_000, batch=8, life=12)


@settings(max_examples=25)
@given(MIXTURES, st.integers(0, 2**31 - 1))
def test_boards_are_sound_whatever_the_shares(config, seed):
    for boards in (open_boards(12, seed, config), unique_boards(12, seed, config, HARD)):
        assert boards.board.dtype == boards.solution.dtype == np.int8
        assert boards.board.shape == boards.solution.shape == (12, 81)
        assert (is_complete(boards.solution) & is_legal(boards.solution)).all()
        shown = boards.board > 0
        assert (boards.board[shown] == boards.solution[shown]).all()
        assert not shown.all(1).any()
        assert (solver.count_solutions(boards.board[boards.unique]) == 1).all()


def test_a_share_of_one_or_none_is_what_it_says():
    nothing = dict.fromkeys(["several", "all_masked", "hard", "blocks"], 0.0)
    masked = open_boards(20, 1, MixtureConfig(**nothing | {"all_masked": 1.0}))
    assert not masked.board.any()
    assert not masked.unique.any()
    several = open_boards(20, 1, MixtureConfig(**nothing | {"several": 1.0}))
    assert (solver.count_solutions(several.board) == 2).all()
    bare = MixtureConfig(**nothing, untouched=1.0, search=0.0)
    minimal = unique_boards(20, 1, bare, None)
    for board in minimal.board[:5]:
        assert (solver.count_solutions(np.where(np.eye(81, dtype=bool), 0, board)[board > 0]) == 2).all()
    assert (
        unique_boards(20, 1, replace(bare, untouched=0.0), None).board.astype(bool).sum()
        > minimal.board.astype(bool).sum()
    )
    hard = unique_boards(20, 1, replace(bare, hard=1.0), HARD)
    assert {tuple(board) for board in hard.board.tolist()} <= {tuple(board) for board in HARD.puzzles.tolist()}
    assert generate.needs_search(unique_boards(40, 1, replace(bare, search=1.0), None).board).mean() > 0.9


def a_stream(position=0, seed=5, **config):
    return BoardStream(
        seed=seed, open_share=0.4, config=MixtureConfig(**config), hard=None, workers=0, position=position
    )


@settings(max_examples=8)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=5))
def test_a_stream_is_the_same_however_it_is_taken(counts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoardStream, "CHUNK", 16)
        one, whole = a_stream(), a_stream()
        parts = [one.take(count) for count in counts]
        for column, together in zip(zip(*parts, strict=True), whole.take(sum(counts)), strict=True):
            assert torch.equal(torch.cat(column), together)
        assert one.position == whole.position == sum(counts)
        rest = a_stream(position=sum(counts))
        assert torch.equal(rest.take(3)[0], one.take(3)[0])


def test_processes_and_seeds_beside_each_other_train_on_other_boards(monkeypatch):
    monkeypatch.setattr(BoardStream, "CHUNK", 8)
    training = Training(LONG)
    boards = [{tuple(row) for row in s.take(8)[0].tolist()} for s in training.streams]
    monkeypatch.setattr("vmd_sudoku.training.updates.parallel.rank", lambda: 1)
    other = Training(LONG)
    assert other.seed == training.seed + SEEDS_APART
    boards += [{tuple(row) for row in s.take(8)[0].tolist()} for s in other.streams]
    next_seed = Training(replace(LONG, seed=1))
    boards += [{tuple(row) for row in s.take(8)[0].tolist()} for s in next_seed.streams]
    for i, one in enumerate(boards):
        for two in boards[:i]:
            assert len(one & two) <= 1  # the empty board
    for mine, theirs in zip(training.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.fixture
def training(monkeypatch):
    monkeypatch.setattr(BoardStream, "CHUNK", 16)
    return Training(LONG)


def test_the_learning_rate_comes_up_and_goes_down_along_a_cosine(training):
    top = LONG.learning_rate
    assert training._set_rate(0.0) == pytest.approx(top / 200)
    training.progress.step = 99
    assert training._set_rate(0.0) == pytest.approx(top / 2)
    training.progress.step = 500
    rates = [training._set_rate(done) for done in np.linspace(0, 1, 11)]
    assert rates[0] == pytest.approx(top)
    assert rates[5] == pytest.approx(top * 0.51)
    assert rates[10] == pytest.approx(top * 0.02)
    assert rates == sorted(rates, reverse=True)
    assert {group["lr"] for optimizer in training.optimizers for group in optimizer.param_groups} == {rates[-1]}


def test_puzzles_live_until_they_are_solved_and_others_by_chance(training):
    training.config = replace(LONG, life=24, open_life=5)
    lives = training._lives(torch.arange(4000) % 2 == 0)
    assert set(lives[::2].tolist()) == {24}
    assert sorted(set(lives[1::2].tolist())) == [1, 2, 3, 4, 5]
    assert abs(lives[1::2].float().mean() - 3) < 0.2


def test_z_is_zero_for_a_share_of_the_slots_without_the_posterior(training):
    training.config = replace(LONG, mode=0.5)
    training.posterior_slots = 3
    at_zero = []
    for _ in range(200):
        training._new_lives(training.flight, torch.arange(8))
        at_zero.append((training.flight.noise == 0).flatten(1).all(1))
    shares = torch.stack(at_zero).float().mean(0)
    assert not shares[:3].any()
    assert (abs(shares[3:] - 0.5) < 0.18).all()
    assert not training.flight.age.any()


@pytest.mark.parametrize(
    ("seconds", "step", "done"), [(0, 0, 0), (30, 0, 0.5), (0, 250, 0.25), (30, 900, 0.9), (90, 0, 1), (0, 5000, 1)]
)
def test_the_budget_that_is_used_up_more_counts(training, seconds, step, done):
    training.config = replace(LONG, minutes=1)
    training.progress.seconds, training.progress.step = seconds, step
    assert training.done() == pytest.approx(done)


def test_a_mean_leaves_out_updates_without_such_boards():
    rows = [{"a": 1.0, "b": math.nan, "c": math.nan}, {"a": 3.0, "b": 4.0, "c": math.nan}]
    means = journal._means(rows)
    assert (means["a"], means["b"]) == (2, 4)
    assert math.isnan(means["c"])


class Bar:
    """What the recorder shows."""

    def __init__(self):
        self.said = []

    def update(self, task, **what):
        self.said.append(what["description"])


def test_a_run_is_recorded_in_rows_and_keeps_the_columns_it_began_with(training, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "LOG_EVERY", 2)
    monkeypatch.setattr(journal, "save_model", lambda *given: saved.append("model"))
    monkeypatch.setattr(training, "save", lambda folder: saved.append(folder))
    monkeypatch.setattr(journal, "validate", lambda training, count: {"minimal_one_call": 0.123456789})
    saved, bar, recorder = [], Bar(), journal._Recorder(training, tmp_path)
    metrics = dict.fromkeys(journal.COLUMNS[3:-3], 1.0)
    for step in range(1, 5):
        training.progress.step = step
        recorder.after_update(training, metrics | {"cells": float(step)}, bar, None)
    assert len(bar.said) == 2
    assert "update 4: open 3.5 nats" in bar.said[1]
    assert saved == []
    training.progress.seconds = journal.VALIDATE_EVERY_S + 1.0
    training.progress.step = 5
    recorder.after_update(training, metrics, bar, None)
    assert saved == [tmp_path, "model"]
    with open(tmp_path / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["step"], row["cells"], row["minimal_one_call"]) for row in rows] == [
        ("2", "1.5", ""),
        ("4", "3.5", ""),
        ("5", "", "0.12346"),
    ]
    (tmp_path / "metrics.csv").write_text("step,cells\n1,2.0\n")
    recorder.write({"cells": 7.0, "latent": 1.0}, {})
    assert (tmp_path / "metrics.csv").read_text().splitlines() == ["step,cells", "1,2.0", "5,7.0"]


def test_curves_are_drawn_of_what_was_recorded(training, tmp_path):
    recorder = journal._Recorder(training, tmp_path)
    metrics = dict.fromkeys(journal.COLUMNS[3:], 0.5)
    for step in (1, 2):
        training.progress.step = step
        recorder.write(metrics, {})
    journal.draw_curves(tmp_path)
    page = (tmp_path / "curves.html").read_text()
    assert all(f'"name":"{name}"' in page for name in ("cells", "guided_latent", "whole", "empty_nfe_20"))
