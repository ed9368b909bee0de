import pytest

from vmd_sudoku.board import to_line
from vmd_sudoku.cli import main as cli
from vmd_sudoku.engines import Engine
from vmd_sudoku.errors import OutputError
from vmd_sudoku.evaluation.making import Wanted, make
from vmd_sudoku.exact import generate, solver

WANTED = Wanted(count=130, clues=60, seed=5, part_size=40)


def test_puzzles_are_the_same_for_any_workers(engine, tmp_path):
    out = tmp_path / "made.csv"
    assert make(WANTED, out, engine) == 0
    lines = out.read_text().splitlines()
    by_hand = [to_line(puzzle) for part in range(4) for made, _ in WANTED.stream(part) for puzzle in made]
    assert [line.split(",")[0] for line in lines] == ["puzzle", *by_hand]
    assert len(set(by_hand)) == 130
    assert [entry.name for entry in tmp_path.iterdir()] == ["made.csv"]


def test_the_first_part_is_what_the_seed_alone_gives():
    made, solutions = next(iter(Wanted(count=20_000, seed=3).stream(0)))
    assert (made[0] == generate.puzzles(1, 3)[0][0]).all()
    assert (solver.solve(made[:1])[0] == solutions[:1]).all()
    assert (next(iter(Wanted(count=5, seed=3, grids=True).stream(0)))[0][0] == generate.full_grids(1, 3)[0]).all()


def test_what_was_stopped_goes_on_and_another_command_is_refused(tmp_path, monkeypatch):
    out, seen = tmp_path / "made.csv", []
    assert make(WANTED, out, Engine(), stop=lambda: len(seen) > 2, done=seen.append) == 2
    assert not out.exists()
    with pytest.raises(OutputError, match=r"parts of another command \(count, seed differ\)"):
        make(Wanted(count=131, clues=60, seed=6, part_size=40), out, Engine())
    parts, seen[:] = sorted(tmp_path.glob("made.csv.parts/part-*")), []
    times = [part.stat().st_mtime_ns for part in parts]
    assert make(WANTED, out, Engine(), done=lambda n: seen.append([part.stat().st_mtime_ns for part in parts])) == 0
    assert seen == [times] * 3
    whole = tmp_path / "whole.csv"
    make(WANTED, whole, Engine())
    assert out.read_bytes() == whole.read_bytes()


def test_of_a_link_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "there").mkdir()
    out = tmp_path / "made.csv"
    out.symlink_to(tmp_path / "there" / "made.csv")
    assert make(WANTED, out, Engine()) == 0
    assert out.is_symlink()
    assert len((tmp_path / "there" / "made.csv").read_text().splitlines()) == 131


def test_the_command(tmp_path, capsys):
    out = tmp_path / "many.csv"
    with pytest.raises(SystemExit) as end:
        cli.main(["generate", "--count", "10001", "--clues", "78", "--workers", "2", "--out", str(out)])
    assert not end.value.code
    assert capsys.readouterr().out == f"10001 puzzles in {out}\n"
    assert len(out.read_text().splitlines()) == 10_002
    with pytest.raises(SystemExit):
        cli.main(["generate", "--workers", "2"])
    assert "several workers need --out" in capsys.readouterr().err
