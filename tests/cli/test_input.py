"""Every command reads by the one reader: pipes, columns that are named, own digits, the line that is wrong."""

import io
import os
import sys

import pytest

from vmd_sudoku.board import to_line
from vmd_sudoku.cli.main import main
from vmd_sudoku.exact.generate import puzzles

CLUES, SOLUTIONS = puzzles(2, seed=8)
LINES, ANSWERS = [to_line(clues) for clues in CLUES], [to_line(solution) for solution in SOLUTIONS]


def run(capsys, *args):
    """Exit code, printed text and what stands on stderr."""
    with pytest.raises(SystemExit) as stop:
        main([*args])
    printed = capsys.readouterr()
    return stop.value.code or 0, printed.out, printed.err


def test_standard_input_and_pipes_are_read(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(LINES).encode())))
    assert run(capsys, "check", "-")[:2] == (0, "one\none\n")
    out, into = os.pipe()
    os.write(into, "\n".join(LINES).encode())
    os.close(into)
    assert run(capsys, "check", f"/dev/fd/{out}")[:2] == (0, "one\none\n")
    os.close(out)


def test_columns_are_named(capsys, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("a,b\n" + "".join(f"{b},{a}\n" for a, b in zip(LINES, ANSWERS, strict=True)))
    named = run(capsys, "convert", str(file), "--puzzle-column", "b", "--solution-column", "1")
    assert named[1] == LINES[0] + "\n"
    assert "no column is called 'c'" in run(capsys, "check", str(file), "--puzzle-column", "c")[2]


def test_digits_filled_in_are_converted_apart(capsys):
    blank = LINES[0].index(".")
    text = f":0000:x:{LINES[0][:blank]}+{ANSWERS[0][blank]}{LINES[0][blank + 1 :]}:::"
    sections = run(capsys, "convert", text, "--to", "sdk")[1]
    assert run(capsys, "convert", sections, "--to", "hodoku")[1].strip() == text
    code, line, said = run(capsys, "convert", text, "--to", "line")
    assert (code, line.strip()) == (0, LINES[0])
    assert "cannot hold digits filled in by hand" in said


def test_the_line_that_is_wrong_is_named(capsys, tmp_path):
    file = tmp_path / "list.sdm"
    file.write_text(f"{LINES[0][:80]}\n{LINES[1]}\n")
    for command in ("check", "solve", "solutions", "reasons", "convert"):
        code, _, said = run(capsys, command, str(file))
        assert code == 2
        assert "list.sdm, line 1: 80 characters, 81 wanted" in said, command
