"""Runs and files in an object store: one in memory, which is written, listed and read as others are."""

import builtins
import sys

import pytest
import torch
from measuring import untrained

from vmd_sudoku import addresses, board
from vmd_sudoku.addresses import located, putting
from vmd_sudoku.cli import main as cli
from vmd_sudoku.errors import ConfigError, RunError
from vmd_sudoku.evaluation import batch, rows
from vmd_sudoku.evaluation.folder import RunFolder
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.network.checkpoint import save_model
from vmd_sudoku.solving.setting import Setting

upath = pytest.importorskip("upath", reason="object stores need universal-pathlib (pip install -e '.[store]')")


@pytest.fixture
def bucket():
    """An empty place in the store."""
    place = upath.UPath("memory://bucket")
    for path in list(place.fs.store):
        place.fs.rm_file(path)
    return "memory://bucket"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(folder, untrained().model, {})
    return folder


@pytest.fixture(scope="module")
def lines():
    return [*map(board.to_line, puzzles(10, seed=4, clues=50)[0]), "hello"]


@pytest.fixture
def measured(bucket, model, lines, capsys):
    """The command with a file and a run in the store; its exit code, and what it printed."""
    upath.UPath(f"{bucket}/some.csv").write_text("\n".join(lines))

    def call(*options, command=("evaluate", f"{bucket}/some.csv", "--out", f"{bucket}/run")):
        given = (
            ["--model", model, "--nfe", 2, "--part-size", 4] if command[0] == "evaluate" and "--out" in command else []
        )
        with pytest.raises(SystemExit) as stop:
            cli.main([*map(str, command), *map(str, given), *map(str, options)])
        return stop.value.code or 0, capsys.readouterr()

    return call


def rows_of(path):
    folder = RunFolder(located(path))
    return [folder.rows(number).drop_columns(["ms"]).to_pylist() for number in sorted(folder.done())]


def test_a_run_in_a_store_has_the_rows_of_a_run_in_a_folder(measured, bucket, lines, tmp_path):
    code, (out, err) = measured()
    assert code == 0, err
    assert "memory://bucket/run: finished; vmd-sudoku report memory://bucket/run" in out
    assert "1 line holds no puzzle" in err
    (tmp_path / "some.csv").write_text("\n".join(lines))
    code, _ = measured(command=("evaluate", tmp_path / "some.csv", "--out", f"file://{tmp_path}/run"))
    assert code == 0
    assert rows_of(f"{bucket}/run") == rows_of(tmp_path / "run")
    assert len(rows_of(f"{bucket}/run")) == 3
    names = {path.name for path in located(f"{bucket}/run").iterdir()}
    assert names == {"manifest.json", "bad_lines.jsonl", "parts"}


def test_it_goes_on_and_refuses_what_is_not_its_own(measured, bucket, monkeypatch):
    write_part = RunFolder.write_part

    def full(folder, number, data):
        if number == 2:
            raise KeyboardInterrupt
        write_part(folder, number, data)

    monkeypatch.setattr(RunFolder, "write_part", full)
    assert measured()[0] == 130
    before = rows_of(f"{bucket}/run")
    assert len(before) == 2
    monkeypatch.setattr(RunFolder, "write_part", write_part)
    code, (out, _) = measured(command=("evaluate", "--resume", f"{bucket}/run"))
    assert code == 0
    assert "finished" in out
    assert rows_of(f"{bucket}/run")[:2] == before
    code, (_, err) = measured("--seed", 5)
    assert code == 2
    assert "memory://bucket/run holds another run: of arm 1 seed was 0, 5 is asked for" in err
    upath.UPath(f"{bucket}/run/foreign.txt").write_text("")
    code, (_, err) = measured()
    assert code == 2
    assert "holds foreign.txt, which is no part of a run" in err


def test_its_report_lies_beside_it(measured, bucket):
    assert measured()[0] == 0
    code, (out, err) = measured(command=("report", f"{bucket}/run"))
    assert code == 0, err
    assert "memory://bucket/run/report.html" in out
    assert located(f"{bucket}/run/report.html").read_text().rstrip().endswith("</html>")
    assert measured(command=("report", f"{bucket}/none"))[0] == 2


def test_the_library_reads_from_a_store(measured, bucket, model):
    file = f"{bucket}/good.txt"
    upath.UPath(file).write_text("\n".join(map(board.to_line, puzzles(3, seed=1, clues=60)[0])))
    assert len(list(rows.evaluate(file, str(model), Setting(nfe=1)))) == 3
    with pytest.raises(RunError, match="no manifest"):
        RunFolder(located(f"{bucket}/none")).require_manifest()


def test_half_an_object_is_never_seen(bucket):
    place = located(f"{bucket}/part")
    with pytest.raises(TypeError), putting(place) as file:
        file.writelines([b"half", None])
    assert not place.exists()
    with putting(place) as file:
        file.write(b"whole")
    assert place.read_bytes() == b"whole"


def test_a_store_that_fails_is_named(measured, bucket, monkeypatch):
    monkeypatch.setattr(
        addresses.shutil, "copyfileobj", lambda *files: (_ for _ in ()).throw(ValueError("no access\nat all"))
    )
    code, (_, err) = measured()
    assert code == 2
    assert "cannot write memory://bucket/run: no access" in err
    code, (_, err) = measured(command=("evaluate", f"{bucket}/none.csv"))
    assert code == 2
    assert "cannot read memory://bucket/none.csv: No such file or directory" in err


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("evaluate", "sftp://host/a.csv"), "is a link, and a file is wanted here"),
        (
            ("evaluate", "a.csv", "--out", "sftp://host/run"),
            "sftp://host/run is an address; give a folder of this machine",
        ),
        (("generate", "--out", "memory://bucket/a.csv"), "is an address; give a file of this machine"),
        (("reproduce", "sudoku", "--sets", ".", "--out", "memory://bucket/x"), "give a folder of this machine"),
    ],
)
def test_other_addresses_are_refused(measured, command, reason):
    code, (_, err) = measured(command=command)
    assert code == 2
    assert reason in err
    assert err.count("\n") == 1


def test_what_is_missing_is_named(monkeypatch):
    imported = builtins.__import__

    def without(name, *rest):
        if name == "upath":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"pip install 'vmd-sudoku\[store\]'"):
        located("s3://bucket/run")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ConfigError, match="s3://bucket/run cannot be reached: Install s3fs"):
        located("s3://bucket/run")


def test_a_request_finds_its_files_again(measured, bucket):
    assert measured()[0] == 0
    request = batch.resumed(RunFolder(located(f"{bucket}/run")))
    assert [str(file) for file in request.files] == ["memory://bucket/some.csv"]
