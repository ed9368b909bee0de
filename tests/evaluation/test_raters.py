"""Ratings by a program of others: here a small one, which is as slow, wrong or silent as a test wants."""

import math
import os
import shlex
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from measuring import untrained

from vmd_sudoku import board
from vmd_sudoku.cli import main as cli
from vmd_sudoku.errors import ConfigError, RunError
from vmd_sudoku.evaluation import raters
from vmd_sudoku.evaluation.raters import Rater
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.network.checkpoint import save_model

CLUES = "for line in sys.stdin: print(81 - line.strip().count('.'))"


def program(code):
    return shlex.join([sys.executable, "-c", f"import sys, time, json\n{code}"])


@pytest.fixture(scope="module")
def made():
    return np.concatenate([puzzles(3, seed=1, clues=clues)[0] for clues in (30, 40, 50)])


@pytest.mark.parametrize("together", [2, 32])
def test_every_puzzle_has_its_line(made, monkeypatch, together):
    monkeypatch.setattr(raters, "_TOGETHER", together)
    assert Rater(program(CLUES)).ratings(made).tolist() == [30] * 3 + [40] * 3 + [50] * 3


@pytest.mark.parametrize(
    ("line", "rating"),
    [
        ("7.1", 7.1),
        ("." * 80 + "1 ED=8.3/1.2/2.6", 8.3),
        ("4" * 81 + " 12", 12),
        ('{"line": 3, "se": {"er": 3.2, "ep": 1.2}}', 3.2),
        ('{"difficulty": 5.9, "grader": {"version": "1.0"}}', 5.9),
        ('{"rating": 2, "score": 3}', 2),
        ('{"line": 2, "error": "not unique"}', None),
        ('{"rating": true}', None),
        ("1e400", None),
        ("unknown", None),
        ("[1, 2]", None),
    ],
)
def test_the_number_of_a_line(line, rating):
    found = raters._number(line)
    assert found == rating if rating is not None else math.isnan(found)


def test_only_what_takes_too_long_alone_has_no_rating(made):
    slow = "for line in sys.stdin:\n  time.sleep(60 * line.startswith(SLOW)); print(1)"
    rater = Rater(program(slow.replace("SLOW", repr(board.to_line(made[1])))), seconds=0.5)
    found = rater.ratings(made[:4])
    assert np.isnan(found).tolist() == [False, True, False, False]


def test_what_a_rater_has_started_ends_with_it(made, tmp_path):
    mark = tmp_path / "pid"
    shell = f"sleep 60 & echo $! > {mark}; wait"
    rater = Rater(shlex.join(["sh", "-c", shell]), seconds=0.3)
    assert math.isnan(rater.ratings(made[:1])[0])
    for _ in range(100):
        asked = ["ps", "-p", mark.read_text().strip(), "-o", "stat="]
        if subprocess.run(asked, capture_output=True, text=True).stdout.strip()[:1] in ("", "Z"):
            return
        time.sleep(0.05)
    pytest.fail("a process of the rater is left behind")


def test_a_rater_that_fails_is_named(made):
    with pytest.raises(RunError, match=r"wrote 0 lines for 9 puzzles \(no Java here\); wanted a line each"):
        Rater(program("sys.exit('no Java here')")).ratings(made)
    with pytest.raises(RunError, match="wrote 1 lines for 9 puzzles"):
        Rater(program("print(1)")).ratings(made)
    with pytest.raises(ConfigError, match="there is no program 'nobody'"):
        Rater("nobody --rate")
    with pytest.raises(ConfigError, match="cannot be read"):
        Rater("nobody 'rate")
    with pytest.raises(ConfigError, match="no program ''"):
        Rater("")


def test_the_command_rates_puzzles_with_one_solution(made, tmp_path, capsys, monkeypatch):
    torch.manual_seed(0)
    save_model(tmp_path / "tiny", untrained().model, {})
    lines = [f"{board.to_line(puzzle)},9.9" for puzzle in made]
    (tmp_path / "some.csv").write_text("\n".join(["puzzle,rating", *lines, "." * 81 + ",1.0"]))
    rate = program("for line in sys.stdin: print(json.dumps({'rating': (81 - line.strip().count('.')) / 10}))")

    def call(*options):
        with pytest.raises(SystemExit) as stop:
            cli.main(["evaluate", *map(str, options)])
        out, err = capsys.readouterr()
        return stop.value.code or 0, out, err

    asked = [
        tmp_path / "some.csv",
        "--model",
        tmp_path / "tiny",
        "--nfe",
        1,
        "--out",
        tmp_path / "run",
        "--part-size",
        4,
    ]
    code, _, err = call(*asked, "--rater", rate)
    assert code == 0, err
    assert f"1 of 10 puzzles got no rating by {rate}" in err
    import pandas as pd

    rows = pd.read_parquet(tmp_path / "run" / "parts").sort_values("number")
    assert rows["rating"].tolist()[:9] == [3.0] * 3 + [4.0] * 3 + [5.0] * 3
    assert math.isnan(rows["rating"].tolist()[9])
    code, out, _ = call("--resume", tmp_path / "run")
    assert code == 0
    assert "finished" in out
    code, _, err = call(*asked)
    assert code == 2
    assert "holds another run: rater was" in err
    code, _, err = call(*asked[:-4], "--rater", "nobody")
    assert (code, err.count("\n")) == (2, 1)
    assert "there is no program 'nobody' to rate puzzles; install it" in err
    with pytest.raises(SystemExit):
        cli.main(["report", str(tmp_path / "run")])
    assert '"rater": ' in (tmp_path / "run" / "report.json").read_text()


def test_a_program_beside_this_python_is_found(made, monkeypatch):
    monkeypatch.setenv("PATH", os.defpath)
    name = os.path.basename(sys.executable)
    assert Rater(shlex.join([name, "-c", f"import sys\n{CLUES}"])).ratings(made[:1])[0] == 30
