import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from vmd_sudoku.cli.main import main
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.evaluation import draws
from vmd_sudoku.evaluation.draws import compare, draw, pass_at, row_of
from vmd_sudoku.exact import generate
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.checkpoint import load_model
from vmd_sudoku.solving import batch
from vmd_sudoku.solving.setting import Setting

QUICK = Setting(nfe=1, first_rounds=2, settle=0.0)


@pytest.fixture(scope="module")
def models():
    return load_model("vmd"), load_model("mdm")


@pytest.fixture(scope="module")
def some_puzzles():
    return generate.puzzles(3, 5)[0]


def test_the_estimate_is_the_mean_over_all_choices_of_k_draws():
    rng = np.random.default_rng(0)
    solved = rng.random((20, 6)) < rng.random((20, 1))
    for k in range(1, 7):
        chosen = [solved[:, list(some)].any(1) for some in itertools.combinations(range(6), k)]
        assert pass_at(solved, k) == pytest.approx(np.mean(chosen, 0))


def test_every_draw_has_a_z_of_its_own_whatever_the_batch(models, monkeypatch, some_puzzles):
    seen = []
    one_call = batch.Predictor._latent

    def spy(self, board, rows, last):
        z = one_call(self, board, rows, last)
        seen.append(z.clone())
        return z

    monkeypatch.setattr(batch.Predictor, "_latent", spy)
    first = draw(models[0], some_puzzles, QUICK, 3, batch_size=64)
    z = np.concatenate([np.asarray(part) for part in seen])
    assert len(np.unique(z, axis=0)) == len(some_puzzles) * 3
    seen.clear()
    second = draw(models[0], some_puzzles, QUICK, 3, batch_size=2)
    assert np.array_equal(z, np.concatenate([np.asarray(part) for part in seen]))
    assert np.array_equal(first.solved, second.solved)
    assert first.solved.shape == first.calls.shape == (len(some_puzzles), 3)


def test_figures_at_equal_calls_are_for_fewer_draws_of_a_model_that_makes_more(models, some_puzzles):
    puzzles = PuzzleSet("some", some_puzzles, None)
    solved = np.zeros((len(some_puzzles), 16), bool)
    solved[:, 0] = True
    made = draws.Draws(solved, np.full(solved.shape, 4))
    row = row_of(models[1], puzzles, QUICK, made, calls=1.0)
    assert row["pass@1"] is None  # not one draw of four calls fits into a call
    assert row["pass@4"] == pytest.approx(1 / 16)
    assert row["pass@64"] == 1.0
    assert row["error@64"] == 0.0


def test_an_mdm_beside_gets_the_same_calls_and_its_best_noise(models, some_puzzles, monkeypatch):
    asked = []

    def made(loaded, puzzles, setting, count, **how):
        asked.append((loaded, setting.nfe, count, setting.temperature, setting.gumbel))
        solved = np.zeros((len(puzzles), count), bool)
        solved[0] = loaded is models[0] or setting.gumbel == 2.5
        return draws.Draws(solved, np.full(solved.shape, setting.nfe or 60))

    monkeypatch.setattr(draws, "draw", made)
    puzzles = PuzzleSet("some", some_puzzles, None)
    rows = compare(*models, puzzles, replace(QUICK, nfe=5), 64)
    assert [row["model"] for row in rows] == ["vmd", "mdm", "mdm", "mdm"]
    assert [row["nfe"] for row in rows] == [5, 5, int((some_puzzles == 0).sum(1).mean()), "cell"]
    assert rows[0]["z"] == QUICK.seed  # drawn, whatever the setting says
    assert [row["gumbel"] for row in rows] == [0.0, 2.5, 0.0, 2.5]
    assert asked[0][1:3] == (5, 64)
    assert asked[-1][2] == int(64 * 5 / (some_puzzles == 0).sum(1).mean())
    assert len(compare(models[0], None, puzzles, QUICK, 4)) == 1
    assert [row["nfe"] for row in compare(*models, puzzles, replace(QUICK, nfe=None), 4)] == ["cell", "cell"]


def test_no_draws_are_refused(models, some_puzzles):
    with pytest.raises(ConfigError, match="1 or more"):
        draw(models[0], some_puzzles, QUICK, 0)


def test_the_command_prints_pass_at_k_and_writes_json(tmp_path, some_puzzles, capsys):
    file = tmp_path / "some.csv"
    file.write_text("\n".join(["puzzle", *("".join(map(str, p)) for p in some_puzzles)]))
    out = tmp_path / "out.json"
    options = ["--nfe", "1", "--first-rounds", "2", "--draws", "4", "--beside", "mdm", "--spread", "2"]
    with pytest.raises(SystemExit) as stop:
        main(["draws", str(file), *options, "--json", str(out)])
    assert not stop.value.code
    assert "pass@4" in capsys.readouterr().out
    rows = json.loads(out.read_text())["rows"]
    assert [(row["model"], row["nfe"]) for row in rows] == [("vmd", 1), ("mdm", 1), ("mdm", 4)]
    assert all(row["puzzles"] == 2 for row in rows)


def test_evaluation_of_several_latents_tells_how_many_draws_it_took(models, some_puzzles, monkeypatch):
    right = np.zeros((2, 4), bool)
    right[0, 2:] = True  # the third draw is the first that solves it
    monkeypatch.setattr(batch.boards, "solved", lambda final, clues: right.ravel() if len(final) == 8 else right.any(1))
    decoded = batch.decode_boards(models[0], some_puzzles[:2], replace(QUICK, latents=4, z=0))
    assert decoded.draws.tolist() == [3, 0]
    monkeypatch.undo()


def test_evaluation_of_several_latents_reports_the_draws_it_took(tmp_path, some_puzzles):
    file, out = tmp_path / "some.csv", tmp_path / "out.json"
    file.write_text("\n".join(["puzzle", *("".join(map(str, p)) for p in some_puzzles)]))
    for latents, told in (("2", True), ("1", False)):
        with pytest.raises(SystemExit):
            main(["evaluate", str(file), "--nfe", "1", "--first-rounds", "2", "--latents", latents, "--json", str(out)])
        assert ("draws_until_solved" in json.loads(out.read_text())["rows"][0]) is told
