import csv
import io
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from vmd_sudoku import board
from vmd_sudoku.cli import main as cli
from vmd_sudoku.errors import RunError
from vmd_sudoku.evaluation import page, summary
from vmd_sudoku.evaluation.arms import Arm
from vmd_sudoku.evaluation.batch import Request, measure
from vmd_sudoku.evaluation.folder import RunFolder
from vmd_sudoku.evaluation.metrics import holm, mcnemar, wilson_interval
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats.files import read
from vmd_sudoku.network.checkpoint import load_model, save_model
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.solving.setting import Setting


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs on the same forty puzzles, of three arms and of one; some lines and names that could break a page."""
    folder = tmp_path_factory.mktemp("runs")
    torch.manual_seed(0)
    network = NetworkConfig(width=8, middle=8, hidden=8)
    save_model(
        folder / "tiny",
        Model(ModelConfig(network=network, latent=0, first_rounds=1, rounds=1, cell_rounds=1)).eval(),
        {},
    )
    lines = []
    for number, clues in enumerate((80, 79, 76, 60)):
        made, solutions = puzzles(10, number, clues)
        pairs = zip(made, solutions, strict=True)
        lines += [f"{board.to_line(p)},{board.to_line(s)},{number + k / 10}" for k, (p, s) in enumerate(pairs)]
    lines.insert(5, "</script><script>alert(1)</script>,,")
    (folder / "some.csv").write_text("puzzle,solution,rating\n" + "\n".join(lines) + "\n")
    digest = load_model(folder / "tiny").sha256
    settings = (Setting(nfe=1), Setting(nfe=1, policy="random", seed=3), Setting(constraints="propagate"))
    arms = tuple(Arm(str(folder / "tiny"), digest, setting) for setting in settings)
    request = Request(files=(folder / "some.csv",), arms=arms, part_size=16, techniques=True)
    measure(request, RunFolder(folder / "before"), command=["vmd-sudoku", "evaluate", "some puzzles.csv"])
    measure(replace(request, arms=arms[1:2], part_size=8), RunFolder(folder / "after"))
    return folder


@pytest.fixture(scope="module")
def report(runs):
    return summary.summary([runs / "before"])


def rows(folder):
    whole = RunFolder(folder)
    return [row for n in sorted(whole.done()) for row in whole.rows(n).to_pylist()]


def test_figures_are_those_of_the_rows(report, runs):
    every = rows(runs / "before")
    for place, arm in enumerate(report["arms"]):
        mine = [row for row in every if row["arm"] == place]
        figures = arm["figures"]
        solved = sum(row["solved"] for row in mine)
        assert (figures["boards"], figures["solved"]) == (40, solved)
        assert figures["interval"] == pytest.approx(wilson_interval(solved, 40), abs=1e-5)
        assert figures["mean_rounds"] == pytest.approx(np.mean([row["rounds"] for row in mine]), abs=0.06)
        blanks = sum(81 - row["clues"] for row in mine)
        assert figures["cell_accuracy"] == pytest.approx(1 - sum(len(row["wrong"]) for row in mine) / blanks)
        assert [(g["group"], g["puzzles"]) for g in arm["by"]["clues"]] == [
            ("60", 10),
            ("76", 10),
            ("79", 10),
            ("80", 10),
        ]
        for group in arm["by"]["clues"]:
            assert group["solved"] == sum(row["solved"] for row in mine if row["clues"] == int(group["group"]))
        assert sum(group["puzzles"] for group in arm["by"]["rating"]) == 40
        assert sum(group["puzzles"] for group in arm["by"]["technique"]) == 40
        assert sum(one["cells"] for one in arm["reliability"]["bins"]) == blanks


def test_pairs_are_tested_on_the_same_puzzles(report, runs):
    every = rows(runs / "before")
    solved = [[row["solved"] for row in every if row["arm"] == arm] for arm in range(3)]
    assert [(pair["first"], pair["second"]) for pair in report["pairs"]] == [(0, 1), (0, 2), (1, 2)]
    for pair in report["pairs"]:
        a, b = solved[pair["first"]], solved[pair["second"]]
        only = (sum(x > y for x, y in zip(a, b, strict=True)), sum(y > x for x, y in zip(a, b, strict=True)))
        assert (pair["only_first"], pair["only_second"], pair["p"]) == (*only, mcnemar(*only))
    assert [pair["p_holm"] for pair in report["pairs"]] == holm([pair["p"] for pair in report["pairs"]])


def test_runs_side_by_side_are_paired_whatever_their_parts(runs):
    both = summary.summary([runs / "before", runs / "after"])
    assert [arm["label"].split(":")[0] for arm in both["arms"]] == ["before"] * 3 + ["after"]
    (same,) = [pair for pair in both["pairs"] if (pair["first"], pair["second"]) == (1, 3)]
    assert (same["puzzles"], same["only_first"], same["only_second"]) == (40, 0, 0)


def test_an_unfinished_run_is_reported_as_far_as_it_is(runs, tmp_path):
    shutil.copytree(runs / "before", tmp_path / "part")
    RunFolder(tmp_path / "part").part_path(1).unlink()
    both = summary.summary([tmp_path / "part", runs / "before"])
    assert (both["runs"][0]["parts_done"], both["runs"][0]["parts"], both["runs"][0]["puzzles_done"]) == (2, 3, 24)
    assert {pair["puzzles"] for pair in both["pairs"]} == {24, 40}
    for path in (tmp_path / "part" / "parts").iterdir():
        path.unlink()
    with pytest.raises(RunError, match=r"no part of .* is done yet"):
        summary.summary([tmp_path / "part"])


def test_failures_are_boards_that_are_not_solved(report, runs):
    unsolved = {(row["arm"], row["number"]) for row in rows(runs / "before") if not row["solved"]}
    shown = {(failure["arm"], failure["number"]) for failure in report["failures"]}
    assert shown <= unsolved
    assert {arm for arm, _ in shown} == {arm for arm, _ in unsolved}
    assert all(sum(a == arm for a, _ in shown) <= summary.FAILURES for arm in range(3))


def test_the_page_is_one_file_that_asks_for_nothing(report, runs):
    text = page.page(report)
    assert len(text) < 5e6
    assert not re.search(r"(?:src|href)\s*=|@import|url\(|https?:", text.split('id="plotly"')[0])
    data = re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1)
    assert json.loads(data) == json.loads(json.dumps(report))
    assert "<script>alert" not in text
    table = list(csv.DictReader(io.StringIO(page.as_csv(report))))
    assert [int(row["solved"]) for row in table] == [arm["figures"]["solved"] for arm in report["arms"]]
    assert table[2]["setting_constraints"] == "propagate"


def test_ratings_fall_into_few_groups_of_equal_width():
    groups = {f"{rating:.6g}": [2, 1] for rating in np.arange(1.2, 11.9, 0.1)}
    few = summary._few_ratings(groups)
    assert 10 <= len(few) <= 24
    assert sum(n for _, (n, _) in few) == 2 * len(groups)
    assert few[0][0] == "1 to 1.5"
    assert summary._few_ratings({"1000000": [1, 0], "3": [1, 1]})[0][0].startswith("0 to")
    assert len(summary._few_ratings({"5": [3, 2]})) == 1


def test_the_command(runs, call, tmp_path):
    code, out, _ = call("report", runs / "before")
    assert code == 0
    for name in ("report.html", "report.csv", "report.json"):
        assert (runs / "before" / name).exists()
        assert name in out
    assert call("report", runs / "before", runs / "after", "--out", tmp_path / "both")[0] == 0
    assert call("report", runs / "before", runs / "after")[0] == 2
    code, _, err = call("report", tmp_path / "none")
    assert code == 2
    assert "holds no run" in err
    # A report beside a run is no foreign file.
    assert call("evaluate", "--resume", runs / "before")[0] == 0


def test_failures_are_a_file_of_puzzles_to_measure_again(runs, capsys, tmp_path):
    with pytest.raises(SystemExit) as end:
        cli.main(["report", str(runs / "before"), "--out", str(tmp_path), "--failures", str(tmp_path / "failed.csv")])
    assert not end.value.code
    failed = [row for row in rows(runs / "before") if not row["solved"]]
    assert f"{len(failed)} boards that are not solved" in capsys.readouterr().out
    found = list(csv.DictReader((tmp_path / "failed.csv").open()))
    assert [row["puzzle"] for row in found] == [row["puzzle"] for row in failed]
    assert [row["filled"] for row in found] == [row["board"] for row in failed]
    assert {row["file"] for row in found} == {"some.csv"}
    assert all(row["arm"].startswith("tiny, ") for row in found)
    assert len(found[0]["wrong"].split()) == len(failed[0]["wrong"])
    again = read(tmp_path / "failed.csv")
    assert [board.to_line(puzzle) for puzzle in again.puzzles] == [row["puzzle"] for row in failed]
    assert again.solutions is None or not again.solutions.any()
    with pytest.raises(SystemExit):
        cli.main(["report", str(runs / "before"), str(runs / "after"), "--failures", str(tmp_path / "x.csv")])
    assert "--failures writes those of one run" in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark")])
def test_the_page_in_a_browser(runs, report, tmp_path, width, scheme):
    sync = pytest.importorskip("playwright.sync_api")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("no Chromium")
    file = tmp_path / "report.html"
    file.write_text(page.page(report))
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked, errors = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(file.as_uri())
        tab.wait_for_selector(".chart .main-svg", timeout=120_000)
        assert not errors
        assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = axe.Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
        browser.close()
