import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_jobs import EACH, name_of

from vmd_sudoku import board
from vmd_sudoku.errors import ConfigError, PuzzleFileError, RunError
from vmd_sudoku.evaluation import batch, rows, statistics
from vmd_sudoku.evaluation.arms import Arm, grid, labels, read_grids
from vmd_sudoku.evaluation.batch import Request, Slice, Watch, measure
from vmd_sudoku.evaluation.folder import RunFolder
from vmd_sudoku.evaluation.judging import Judge
from vmd_sudoku.evaluation.shards import cut, source_of, source_of_set
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.checkpoint import load_model, save_model
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.solving.setting import Setting

TIMES = ["ms"]
BAD = ["12345", "hello", "." * 80 + "12"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Folder of a tiny model that was never trained."""
    torch.manual_seed(0)
    network = NetworkConfig(width=8, middle=8, hidden=8)
    config = ModelConfig(network=network, latent=1, first_rounds=2, rounds=1, cell_rounds=3)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(folder, Model(config).eval(), {})
    return folder


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Thirty puzzles with solutions and a rating, and three bad lines among them."""
    made, solutions = puzzles(30, seed=1, clues=70)
    lines = [
        f"{board.to_line(p)},{board.to_line(s)},{n / 10}" for n, (p, s) in enumerate(zip(made, solutions, strict=True))
    ]
    for place, bad in zip((3, 17, 33), BAD, strict=True):
        lines.insert(place, f"{bad},,")
    path = tmp_path_factory.mktemp("files") / "some.csv"
    path.write_text("puzzle,solution,rating\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def request_(file, model):
    digest = load_model(model).sha256
    drawn = Setting(nfe=3, z=5, seed=5, temperature=0.5)
    arms = tuple(Arm(str(model), digest, setting) for setting in (Setting(nfe=1), Setting(nfe=3), drawn))
    return Request(files=(file,), arms=arms, part_size=8, batch_size=4)


def table(folder):
    """All rows of a run in order, without times."""
    whole = RunFolder(folder)
    return [row for n in sorted(whole.done()) for row in whole.rows(n).drop_columns(TIMES).to_pylist()]


def sums(folder):
    """All statistics of a run, without times."""
    found = [part.arms for part in RunFolder(folder).parts()]
    return [[{k: v for k, v in arm.items() if k != "seconds"} for arm in arms] for arms in found]


@pytest.fixture(scope="module")
def whole(tmp_path_factory, file, model):
    """The undisturbed run."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    digest = load_model(model).sha256
    drawn = Setting(nfe=3, z=5, seed=5, temperature=0.5)
    arms = tuple(Arm(str(model), digest, setting) for setting in (Setting(nfe=1), Setting(nfe=3), drawn))
    measure(Request(files=(file,), arms=arms, part_size=8, batch_size=4), RunFolder(folder))
    return folder


def test_a_run_is_a_folder_that_says_all(whole, file, request_):
    manifest = json.loads((whole / "manifest.json").read_text())
    assert manifest["plan"] == {"names": ["some.csv"], "puzzles": [30], "bad_lines": [3], "parts": 4}
    assert [arm["sha256"] for arm in manifest["request"]["arms"]] == [arm.sha256 for arm in request_.arms]
    bad = [json.loads(line) for line in (whole / "bad_lines.jsonl").read_text().splitlines()]
    assert [(line["file"], line["line"]) for line in bad] == [("some.csv", 5), ("some.csv", 19), ("some.csv", 34)]
    assert all(line["reason"] for line in bad)
    events = [json.loads(line) for line in (whole / "progress.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events] == ["begin", *["part"] * 4, "end"]
    found = table(whole)
    assert len(found) == 3 * 30
    row = found[0]
    assert row["puzzle"] == file.read_text().splitlines()[1][:81]
    assert (row["number"], row["line"], row["rating"], row["clues"], row["solutions"]) == (0, 2, 0.0, 70, 1)
    assert not list(whole.rglob("*.new*"))


def test_statistics_are_those_of_the_rows(whole, file):
    every = table(whole)
    stored = [line.split(",")[1] for line in file.read_text().splitlines()[1:] if line.split(",")[1]]
    counts = statistics.total(part.arms[2] for part in RunFolder(whole).parts())
    mine = [row for row in every if row["arm"] == 2]
    for name in ("solved", "clue_true", "legal"):
        assert counts[name] == sum(row[name] for row in mine)
    for name in ("calls", "rounds", "backtracks", "remasked"):
        assert counts[name] == sum(row[name] for row in mine)
    assert counts["as_stored"] == sum(row["board"] == stored[row["number"]] for row in mine)
    assert counts["by"]["clues"] == {"70": [30, counts["solved"]]}
    assert sum(n for n, _ in counts["by"]["rating"].values()) == 30
    wrong = sum(len(row["wrong"]) for row in mine)
    assert counts["cells"] - counts["cells_right"] == wrong
    assert sum(counts["reliability"][0]) == counts["cells"] == 11 * 30
    bits = np.concatenate([statistics.bits_of(part.arms[2]) for part in RunFolder(whole).parts()])
    assert bits.tolist() == [row["solved"] for row in mine]
    for row in mine:
        assert [row["board"][c] != stored[row["number"]][c] for c in row["wrong"]] == [True] * len(row["wrong"])
        assert len(row["wrong_confidence"]) == len(row["wrong"])


@pytest.mark.parametrize("engine", EACH[1:], ids=name_of, indirect=True)
def test_rows_are_equal_to_the_bit_for_any_workers(whole, request_, engine, tmp_path):
    measure(request_, RunFolder(tmp_path / "run"), engine=engine)
    assert table(tmp_path / "run") == table(whole)
    assert sums(tmp_path / "run") == sums(whole)


def test_jobs_that_share_a_folder_do_each_their_part(whole, request_, tmp_path):
    folder = RunFolder(tmp_path / "run")
    half = measure(request_, folder, share=Slice(2, 3))
    assert (half.parts, half.plan.parts, folder.done()) == (1, 4, {1})
    for index in (1, 3):
        found = measure(request_, folder, share=Slice(index, 3))
    assert found.parts == 4
    assert table(folder.path) == table(whole)


def test_arms_measured_together_are_as_if_measured_alone(whole, request_, tmp_path):
    """What arms share is computed once, and nothing else of one reaches another."""
    for number, arm in enumerate(request_.arms):
        measure(replace(request_, arms=(arm,)), RunFolder(tmp_path / str(number)))
        alone = [{**row, "arm": number} for row in table(tmp_path / str(number))]
        assert alone == [row for row in table(whole) if row["arm"] == number]


def test_first_calls_that_are_alike_are_asked_once(request_, monkeypatch):
    asked = []
    begin = Model.begin
    monkeypatch.setattr(Model, "begin", lambda self, board, z: asked.append(len(board)) or begin(self, board, z))
    (shard,) = cut([source_of(request_.files[0])], 4, 4, lambda n: False)
    two = replace(request_, arms=request_.arms[:2])
    Judge(two.arms, batch.load_models(two.arms), 4).part(shard)
    # One first call for both arms, then two calls more of the second one, if any of its boards is undecided.
    assert len(asked) <= 3


def test_a_stopped_run_goes_on_and_a_finished_one_is_there_at_once(whole, request_, tmp_path, monkeypatch):
    folder, seen = RunFolder(tmp_path / "run"), []
    stopped = measure(request_, folder, watch=Watch(done=seen.append, stop=lambda: len(seen) >= 2))
    assert stopped.parts == 2
    folder.part_path(0).unlink()
    (folder.path / "parts" / "part-00003.parquet.new.999999999").write_text("half")
    went_on = measure(request_, folder)
    assert went_on.parts == went_on.plan.parts
    assert table(folder.path) == table(whole)
    assert not list(folder.path.rglob("*.new*"))
    monkeypatch.setattr(Judge, "part", lambda *_: pytest.fail("nothing is left to do"))
    monkeypatch.setattr(batch, "plan_of", lambda *_: pytest.fail("the file need not be read"))
    assert measure(request_, folder).rows() == went_on.rows()
    assert batch.resumed(folder) == replace(request_, files=tuple(f.resolve() for f in request_.files))


def test_another_run_and_foreign_folders_are_refused(whole, request_, tmp_path, model):
    with pytest.raises(RunError, match="batch size was 4, 8 is asked for"):
        measure(replace(request_, batch_size=8), RunFolder(whole))
    changed = Arm(str(model), request_.arms[0].sha256, Setting(nfe=2))
    with pytest.raises(RunError, match="of arm 1 nfe was 1, 2 is asked for"):
        measure(replace(request_, arms=(changed, *request_.arms[1:])), RunFolder(whole))
    with pytest.raises(RunError, match="it has 3 arms, 1 are asked for"):
        measure(replace(request_, arms=request_.arms[:1]), RunFolder(whole))
    other = tmp_path / "some.csv"
    other.write_text("." * 81 + "\n")
    with pytest.raises(RunError, match=r"some.csv is not the file"):
        measure(replace(request_, files=(other,)), RunFolder(whole))
    with pytest.raises(RunError, match=r"holds some.csv, which is no part of a run"):
        measure(request_, RunFolder(tmp_path))
    with pytest.raises(RunError, match="is a file"):
        measure(request_, RunFolder(other))
    (tmp_path / "old" / "parts").mkdir(parents=True)
    (tmp_path / "old" / "progress.jsonl").touch()
    with pytest.raises(RunError, match=r"no manifest.json"):
        measure(request_, RunFolder(tmp_path / "old"))
    with pytest.raises(RunError, match="holds no run"):
        batch.resumed(RunFolder(tmp_path / "nothing"))


def test_a_damaged_part_is_named(request_, tmp_path):
    folder = RunFolder(tmp_path / "run")
    measure(request_, folder)
    folder.part_path(1).write_bytes(b"PAR1 and nothing more")
    with pytest.raises(RunError, match=r"part-00001.parquet is damaged"):
        measure(request_, folder)


def test_files_without_a_puzzle_are_refused_and_hopeless_puzzles_are_judged(tmp_path, request_, easy_line):
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("# a comment\n12345\n")
    with pytest.raises(PuzzleFileError, match=r"nothing.txt has no puzzle.*this one has 5"):
        measure(replace(request_, files=(nothing,)))
    hopeless = tmp_path / "hopeless.txt"
    hopeless.write_text("\n".join(["11" + "." * 79, "." * 81, easy_line]))
    found = measure(replace(request_, files=(hopeless,)))
    by = found.totals[0][0]["by"]["solutions"]
    assert {word: n for word, (n, _) in by.items()} == {"none": 1, "several": 1, "one": 1}
    row = next(iter(rows.evaluate(["11" + "." * 79], load_model(request_.arms[0].model), Setting(nfe=1))))
    assert not row.solved


def test_a_run_that_is_stopped_in_its_second_file_keeps_the_first(request_, file, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(file.read_text())
    both = replace(request_, files=(file, other))
    seen: list[int] = []
    stopped = measure(both, watch=Watch(done=lambda part: seen.append(part.number), stop=lambda: len(seen) >= 5))
    assert [(row.file, row.figures.boards) for row in stopped.rows()] == [("some.csv", 30)] * 3 + [("other.csv", 8)] * 3
    assert stopped.rows()[0].figures.solved == measure(request_).rows()[0].figures.solved
    # Nothing of a part stays in memory but what is added up.
    assert not any("bits" in counts for arms in stopped.totals.values() for counts in arms)


def test_rows_for_a_notebook(easy_line, model, file):
    import pandas as pd

    loaded = load_model(model)
    made = puzzles(5, seed=2, clues=60)[0]
    frame = pd.DataFrame(rows.evaluate(made, loaded, Setting(nfe=1), techniques=True))
    assert len(frame) == 5
    assert frame["puzzle"].tolist() == [board.to_line(puzzle) for puzzle in made]
    assert set(frame["technique"]) <= {"chain of singles", "locked candidates"}
    assert next(iter(rows.evaluate([easy_line], str(model)))).clues == 30
    assert len(list(rows.evaluate(PuzzleSet("some", made, None), loaded))) == 5
    with pytest.raises(PuzzleFileError, match=r"some.csv, line 5"):
        list(rows.evaluate(file, loaded, Setting(nfe=1)))


def test_a_puzzle_is_judged_alike_whatever_stands_in_other_files(request_, file, tmp_path):
    before = tmp_path / "before.txt"
    before.write_text("\n".join(map(board.to_line, puzzles(3, seed=9, clues=60)[0])) + "\n")

    def untimed(rows):
        return [replace(row.figures, seconds=0.0, puzzles_per_s=0.0) for row in rows if row.file == file.name]

    both = measure(replace(request_, files=(before, file))).rows()
    assert len(both) == 6
    assert untimed(both) == untimed(measure(request_).rows())


def test_shards_of_puzzles_in_memory():
    made, solutions = puzzles(5, seed=3)
    first, second = cut([source_of_set(PuzzleSet("some", made, solutions, np.arange(5.0)))], 3, None, lambda n: False)
    assert (len(first), len(second), second.first) == (3, 2, 3)
    assert (np.concatenate([first.puzzles, second.puzzles]) == made).all()
    assert second.ratings.tolist() == [3, 4]
    (limited,) = cut([source_of_set(PuzzleSet("some", made, None))], 3, 4, lambda n: n == 0)
    assert (limited.number, len(limited)) == (1, 1)


def test_grids_of_settings(tmp_path):
    assert grid({"model": ["a", "b"], "nfe": [1, 2]})[1] == {"model": "a", "nfe": 2}
    with pytest.raises(ConfigError, match="at most 1,000"):
        grid({"seed": range(1001)})
    file = tmp_path / "grid.toml"
    file.write_text('[[grid]]\nmodel = ["vmd", "mdm"]\nnfe = [1, "cell"]\n[[grid]]\nz = 3\n')
    assert read_grids(file) == [{"model": ["vmd", "mdm"], "nfe": [1, "cell"]}, {"z": [3]}]
    for text, words in (
        ("[[grid]]\nnfee = 1\n", "'nfee', which is no setting"),
        ("nfe = 1\n", "grid"),
        ("[[grid]\n", "not TOML"),
        ("[[grid]]\nmodel = 3\n", "model must be a name"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=words):
            read_grids(file)
    with pytest.raises(ConfigError, match="cannot read"):
        read_grids(tmp_path / "none.toml")


def test_labels_say_what_differs():
    arms = [Arm("runs/mine/model", "1", Setting(nfe=5)), Arm("vmd", "2", Setting(cells=2, z=4))]
    assert labels(arms) == ["model, margin, NFE 5, z mode", "vmd, margin, 2 cells a call, z 4"]


def test_the_command_measures_goes_on_and_prints_the_same_table(call, file, model, tmp_path):
    (tmp_path / "grid.toml").write_text("[[grid]]\nnfe = [1, 2]\n")
    given = (file, "--model", model, "--batch-size", 4, "--grid", tmp_path / "grid.toml", "--seed", 3)
    code, plain, err = call("evaluate", *given)
    assert code == 0
    assert "3 lines hold no puzzle" in err
    run = tmp_path / "run"
    code, kept, _ = call("evaluate", *given, "--out", run, "--part-size", 10, "--json", tmp_path / "out.json")
    assert code == 0
    assert f"{run}: finished" in kept.replace("\n", "")
    columns = [line.split("│")[1:9] for line in plain.splitlines() if "some.csv" in line]
    assert columns == [line.split("│")[1:9] for line in kept.splitlines() if "some.csv" in line]
    assert len(columns) == 2
    report = json.loads((tmp_path / "out.json").read_text())
    assert [row["nfe"] for row in report["rows"]] == [1, 2]
    assert call("evaluate", "--resume", run)[0] == 0
    for args, words in (
        (("--resume", run, file), "leave files out"),
        (("--resume", run, "--nfe", 3), "leave --nfe out"),
        (("--resume", tmp_path / "none"), "holds no run"),
        ((), "no file of puzzles"),
        ((file, "--shard", "1/2"), "--shard needs --out"),
        ((file, "--shard", "3/2"), "not I/N"),
        ((file, "--engine", "spark"), "spark"),
    ):
        code, _, err = call("evaluate", *args)
        assert code == 2
        assert words in err


def start(*args):
    command = [sys.executable, "-m", "vmd_sudoku", "evaluate", *map(str, args)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )


def parts_there(run):
    return len(list((run / "parts").glob("part-*.parquet"))) if run.exists() else 0


def await_parts(run, count, process):
    while parts_there(run) < count and process.poll() is None:
        time.sleep(0.005)


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "long.txt"
    path.write_text("\n".join(map(board.to_line, puzzles(120, seed=4, clues=40)[0])) + "\n")
    return path


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_loses_only_the_part_under_way(long_file, model, tmp_path, workers):
    given = (long_file, "--model", model, "--part-size", 2, "--batch-size", 2, "--cells", 3)
    run, rng = tmp_path / "run", random.Random(workers)
    killed = start(*given, "--out", run, "--workers", workers)
    await_parts(run, rng.randrange(1, 40), killed)
    time.sleep(rng.random() / 20)
    killed.kill()
    killed.communicate()
    there = parts_there(run)
    assert 0 < there < 60
    digests = {path.name: path.read_bytes() for path in (run / "parts").glob("part-*.parquet")}
    assert start(*given, "--out", run).wait(timeout=300) == 0
    assert all((run / "parts" / name).read_bytes() == data for name, data in digests.items())
    digest = load_model(model).sha256
    request = Request(files=(long_file,), arms=(Arm(str(model), digest, Setting(cells=3)),), part_size=2, batch_size=2)
    measure(request, RunFolder(tmp_path / "quiet"))
    assert table(run) == table(tmp_path / "quiet")


def test_ctrl_c_finishes_the_part_and_says_how_to_go_on(long_file, model, tmp_path):
    run = tmp_path / "run"
    process = start(long_file, "--model", model, "--part-size", 2, "--batch-size", 2, "--cells", 3, "--out", run)
    await_parts(run, 2, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "stopping after the parts that are under way" in err
    assert "the same command goes on" in out.replace("\n", "")
    assert not list(run.rglob("*.new*"))
    events = [json.loads(line)["event"] for line in (run / "progress.jsonl").read_text().splitlines()]
    assert events[-1] == "end"
    assert events.count("part") == parts_there(run)


def test_a_killed_worker_is_replaced(long_file, model, tmp_path):
    run = tmp_path / "run"
    given = (long_file, "--model", model, "--part-size", 2, "--batch-size", 2, "--cells", 3)
    process = start(*given, "--out", run, "--workers", 2)
    await_parts(run, 2, process)
    children = [int(p) for p in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    workers = [int(c) for child in children for c in Path(f"/proc/{child}/task/{child}/children").read_text().split()]
    if not workers:
        pytest.skip("this system starts workers another way")
    os.kill(workers[-1], signal.SIGKILL)
    assert process.wait(timeout=300) == 0
    assert parts_there(run) == 60
