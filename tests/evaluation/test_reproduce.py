import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from vmd_sudoku import board
from vmd_sudoku.cli import main as cli
from vmd_sudoku.errors import ConfigError, PuzzleFileError
from vmd_sudoku.evaluation import paper, reproduce, tables
from vmd_sudoku.exact import techniques
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.checkpoint import load_model, save_model
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig

PLAN = paper.Plan(sets=("radcliffe_sample",), latents=2, latents_nfe=2, guess_rounds=4, grids=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a set of six puzzles, and a model of each kind."""
    root = tmp_path_factory.mktemp("reproduce")
    clues, solutions = puzzles(6, seed=3, clues=40)
    rows = [
        f"{board.to_line(a)},{board.to_line(b)},{2 + i // 5}"
        for i, (a, b) in enumerate(zip(clues, solutions, strict=True))
    ]
    (root / "radcliffe_sample.csv").write_text("\n".join(["puzzle,solution,rating", *rows]))
    for name, latent in (("vmd", 1), ("mdm", 0)):
        torch.manual_seed(0)
        network = NetworkConfig(width=8, middle=8, hidden=8)
        config = ModelConfig(network=network, latent=latent, first_rounds=2, rounds=1, cell_rounds=1)
        save_model(root / name, Model(config), {})
    return root


@pytest.fixture(scope="module")
def models(folder):
    return load_model(folder / "vmd"), load_model(folder / "mdm")


@pytest.fixture(scope="module")
def report(folder, models, tmp_path_factory):
    sets = paper.find_sets(folder, PLAN)
    return reproduce.measure(*models, sets, PLAN, tmp_path_factory.mktemp("out") / "results.json")


def test_every_cell_of_the_papers_table_is_measured_for_both_models_at_equal_calls_and_rounds(report):
    pairs = tables._pairs(report["rows"])
    asked = {(vmd["policy"], vmd["nfe"]) for vmd, _ in pairs if vmd["set"] != paper.EMPTY}
    assert {(policy, nfe) for policy in paper.ORDERS for nfe in paper.BUDGETS} < asked
    assert ("margin", "cell") in asked
    for vmd, mdm in pairs:
        assert vmd["setting"]["nfe"] == mdm["setting"]["nfe"]
        assert vmd["mean_calls"] == mdm["mean_calls"] or vmd["policy"] == paper.GUESS  # a sure guess ends them
        assert vmd["setting"]["first_rounds"] == mdm["setting"]["first_rounds"]
        if not vmd["setting"]["settle"]:  # else a board may stop before all its rounds
            assert vmd["mean_rounds"] == mdm["mean_rounds"] == 5 * 2
    promised = {"boards", "seed", "set", "policy", "nfe", "mean_calls", "mean_rounds", "machine", "interval", "sha256"}
    for row in report["rows"]:
        assert promised <= set(row)


def test_rows_of_the_same_weights_puzzles_and_setting_are_kept(folder, models, tmp_path):
    out, sets = tmp_path / "results.json", paper.find_sets(folder, PLAN)
    said = []
    first = reproduce.measure(*models, sets, PLAN, out, say=said.append)
    assert len(said) == len(first["rows"]) == 2 * len(paper.GRID_BUDGETS) + 2 * 9 + 1 + 2 * 4
    assert reproduce.measure(*models, sets, PLAN, out, say=said.append) == first
    assert len(said) == len(first["rows"])
    fewer = replace(PLAN, limit=4)
    reproduce.measure(*models, paper.find_sets(folder, fewer), fewer, out, say=said.append)
    assert len(said) == len(first["rows"]) + 27  # fewer puzzles are another measurement
    assert len(json.loads(out.read_text())["rows"]) == len(said)


def untimed(rows):
    return [{k: v for k, v in row.items() if k not in {"seconds", "puzzles_per_s", "grids_per_s"}} for row in rows]


def test_any_engine_measures_the_same(folder, report, engine, tmp_path):
    models = load_model(folder / "vmd"), load_model(folder / "mdm")
    work = reproduce.Work(engine=engine)
    again = reproduce.measure(*models, paper.find_sets(folder, PLAN), PLAN, tmp_path / "results.json", work)
    assert untimed(again["rows"]) == untimed(report["rows"])
    assert not (tmp_path / "parts").exists()


def test_parts_of_a_row_that_was_not_finished_are_kept(folder, models, tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce, "PART_SIZE", 2)
    sets, asked, counts_of = paper.find_sets(folder, PLAN), [], reproduce.counts_of
    quiet = reproduce.measure(*models, sets, PLAN, tmp_path / "quiet" / "results.json")

    def stopped(loaded, shard, *setting, **more):
        asked.append(shard.first)
        if len(asked) == 6:
            raise KeyboardInterrupt
        return counts_of(loaded, shard, *setting, **more)

    monkeypatch.setattr(reproduce, "counts_of", stopped)
    with pytest.raises(KeyboardInterrupt):
        reproduce.measure(*models, sets, PLAN, tmp_path / "results.json")
    assert asked == [0, 2, 4, 0, 2, 4]
    again = reproduce.measure(*models, sets, PLAN, tmp_path / "results.json")
    assert asked[6:10] == [4, 0, 2, 4], "a part was measured twice"
    assert untimed(again["rows"]) == untimed(quiet["rows"])
    assert not (tmp_path / "parts").exists()


def test_tables_hold_the_papers_figures_and_ours(report):
    text = tables.markdown(report)
    assert "| the paper, its test set | VMD | 96.9 | 99.0 | 99.7 | 67.7 | 76.4 | 80.9 |" in text
    assert "## radcliffe_sample" in text
    assert "Whole grids from the empty board" in text
    assert "+1.3, +2.3, +2.5" in text
    assert "+60.7" in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")


def test_guesses_of_the_vmd_stand_beside_the_mdm_by_margin_and_apart_from_rows_of_one_policy(report):
    pairs = [pair for pair in tables._pairs(report["rows"]) if pair[0]["policy"] == paper.GUESS]
    assert [(vmd["nfe"], mdm["nfe"], mdm["policy"]) for vmd, mdm in pairs] == [
        (nfe, nfe, "margin") for nfe in (1, 5, 10, 20)
    ]
    assert {row["setting"]["first_rounds"] for pair in pairs for row in pair} == {PLAN.guess_rounds}
    for vmd, _ in tables._usual_pairs(report["rows"]):
        assert vmd["policy"] != paper.GUESS
        assert vmd["setting"]["first_rounds"] == 2
    for line in tables.markdown(report).splitlines():
        if "guess" in line and line.startswith("|"):
            assert "VMD guess / MDM margin" in line or "our VMD, guess" in line
    assert tables.guess_words(report).startswith("**VMD guess / MDM margin**")
    assert "both may run 4 rounds" in tables.guess_words(report)
    assert len(tables.guess_summary(report).splitlines()) == 4
    for before in ([], [row for row in report["rows"] if row["policy"] != paper.GUESS]):
        assert tables.guess_summary({"rows": before}) == tables.guess_words({"rows": before}) == ""


def test_where_z_is_drawn_guesses_run_the_usual_rounds_and_share_the_rows_of_the_mdm(models, tmp_path):
    clues = np.zeros((2, 81), np.int8)
    clues[:, :3] = [[1, 2, 3], [4, 5, 6]]
    several = PuzzleSet("several_solutions", clues, None)
    rows = reproduce.measure(*models, [several], PLAN, tmp_path / "results.json")["rows"]
    pairs = [pair for pair in tables._pairs(rows) if pair[0]["set"] == several.name]
    guesses = [(vmd, mdm) for vmd, mdm in pairs if vmd["policy"] == paper.GUESS]
    assert len(guesses) == 4
    for vmd, mdm in guesses:
        assert vmd["setting"]["first_rounds"] == 2
        assert mdm in [other for row, other in pairs if row["policy"] == "margin"]
    assert len(rows) == 2 * len(paper.GRID_BUDGETS) + 2 * 9 + 1 + 4


def test_the_paired_test_reads_the_bits():
    def row(solved):
        return {"boards": len(solved), "which": np.packbits(solved).tobytes().hex()}

    vmd, mdm = row([True] * 9 + [False] * 2), row([False] * 5 + [True] * 4 + [False, True])
    assert tables.paired(vmd, mdm) == (5, 1, 0.21875)


def test_the_plot_has_a_line_for_every_model_and_budget_of_bins_that_hold_enough(report):
    figure = tables.plot(report)
    assert len(figure.data) == 6
    assert list(figure.data[0].x) == [2.25]  # five puzzles of rating 2; the one of rating 3 is too few
    assert tables.plot({"rows": []}) is None


def test_a_folder_without_sets_and_models_of_one_kind_are_refused(folder, models, tmp_path):
    with pytest.raises(PuzzleFileError, match="holds no public set"):
        paper.find_sets(tmp_path, PLAN)
    with pytest.raises(PuzzleFileError, match="no public set is called sudokus; they are several_solutions"):
        paper.find_sets(folder, paper.Plan(sets=("sudokus",)))
    with pytest.raises(ConfigError, match="a model with a latent and one without"):
        reproduce.measure(models[0], models[0], [], PLAN, tmp_path / "results.json")
    (tmp_path / "results.json").write_text("[]")
    with pytest.raises(ConfigError, match="delete it"):
        reproduce.measure(*models, [], PLAN, tmp_path / "results.json")


def test_the_command_writes_tables_results_and_plot(folder, tmp_path, capsys, monkeypatch):
    import plotly.graph_objects as go

    def no_chrome(figure, path, **size):
        raise RuntimeError("no Chrome")

    monkeypatch.setattr(go.Figure, "write_image", no_chrome)
    monkeypatch.setattr(paper, "QUICK", replace(paper.QUICK, guess_rounds=4))
    options = ["--limit", "5", "--latents", "2", "--grids", "2", "--seed", "3", "--batch-size", "4", "--threads", "1"]
    names = [
        "--sets",
        folder,
        "--out",
        tmp_path,
        "--vmd",
        folder / "vmd",
        "--mdm",
        folder / "mdm",
        "--quick",
        "--eager",
        "--only",
        "radcliffe_sample",
        "--workers",
        "1",
    ]
    with pytest.raises(SystemExit) as stop:
        cli.main(["reproduce", "sudoku", *map(str, names), *options])
    out, err = capsys.readouterr()
    assert not stop.value.code
    assert out.strip() == (tmp_path / "tables.md").read_text().strip()
    assert (tmp_path / "difficulty.html").exists()
    assert "no PNG (no Chrome)" in err
    rows = json.loads((tmp_path / "results.json").read_text())["rows"]
    assert {row["boards"] for row in rows} == {2, 5}
    assert {row["seed"] for row in rows} == {3}


def test_the_papers_filter_keeps_what_its_strategies_solve(tmp_path):
    clues, _ = puzzles(60, seed=4)
    (tmp_path / "radcliffe_sample.csv").write_text("\n".join(map(board.to_line, clues)))
    plan = paper.Plan(sets=("radcliffe_filtered", "radcliffe_sample"), limit=5)
    filtered, every = paper.find_sets(tmp_path, plan)
    kept = clues[techniques.solvable(clues, techniques.PAPER_FILTER)]
    assert 5 < len(kept) < len(clues)
    assert (filtered.puzzles == kept[:5]).all()
    assert (every.puzzles == clues[:5]).all()


def test_z_is_drawn_where_a_puzzle_has_several_solutions():
    assert {pair.vmd.z for pair in paper.pairs(PLAN, several=False)} == {None}
    assert {pair.vmd.z for pair in paper.pairs(PLAN, several=True)} == {PLAN.seed}


def test_a_row_keeps_the_version_that_it_was_measured_with(folder, models, tmp_path, monkeypatch):
    results, sets = tmp_path / "results.json", paper.find_sets(folder, PLAN)
    monkeypatch.setattr(reproduce, "__version__", "1.0")
    first = reproduce.measure(*models, sets, PLAN, results)
    kept = json.loads(results.read_text())["rows"]
    assert {row["version"] for row in first["rows"]} == {row["version"] for row in kept} == {"1.0"}
    results.write_text(json.dumps({"rows": kept[2:]}))  # two are missing, and are measured by a later version
    monkeypatch.setattr(reproduce, "__version__", "2.0")
    again = reproduce.measure(*models, sets, PLAN, results)["rows"]
    assert sorted(row["version"] for row in again) == ["1.0"] * (len(again) - 2) + ["2.0"] * 2
    assert f"Versions 1.0 ({len(again) - 2} rows), 2.0 (2 rows)." in tables.markdown({"rows": again})
    # Reports of before had one version for all rows.
    plain = [{name: value for name, value in row.items() if name != "version"} for row in kept]
    results.write_text(json.dumps({"rows": plain, "version": "0.3"}))
    assert {row["version"] for row in reproduce.read_results(results)["rows"]} == {"0.3"}
