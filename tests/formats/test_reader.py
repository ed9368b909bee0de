"""What people bring, one situation each: what is read of it, or the sentence that refuses it."""

import gzip
import io
import os
import threading
import zipfile

import numpy as np
import pytest
from forms import ANSWERS, CLUES, EASY, GRIDS, LINES, LISTS, PACKED, SOLUTIONS, ZEROS, drawn, table

from vmd_sudoku.board import to_grid, to_line
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.reader import records, records_of_text
from vmd_sudoku.formats.record import BadLine, Record


def read(text, **columns):
    return list(records_of_text(text, Columns(**columns)))


def boards(text, **columns):
    found = read(text, **columns)
    assert all(isinstance(one, Record) for one in found), found
    return [to_line(one.puzzle) for one in found]


def why(text, **columns):
    """The reasons of lines that cannot be read."""
    return [(one.line, one.reason) for one in read(text, **columns) if isinstance(one, BadLine)]


def refusal(text):
    (one,) = read(text)
    assert isinstance(one, BadLine), one
    return one.reason


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS.keys())
def test_lists_of_every_form_are_read(text):
    assert boards(text) == LINES


@pytest.mark.parametrize(
    "name", ["Kaggle", "TRM", "bars", "without names", "unknown names", "JSON lines", "solutions below"]
)
def test_solutions_come_with_their_puzzles(name):
    assert [to_line(one.solution) for one in read(LISTS[name])] == ANSWERS


def test_ratings_and_names_come_with_their_puzzles():
    assert [one.rating for one in read(LISTS["TRM"])] == [0, 1, 2]
    found = read(LISTS["hash, digits, rating"])
    assert [(one.name, one.rating) for one in found] == [
        ("b9c4c6c74dae", 1.2),
        ("b4f657d4a2ab", 2.2),
        ("44fae7f3ae0e", 3),
    ]
    assert [one.name for one in read(LISTS["titles between"])] == ["Grid 00", "Grid 01", "Grid 02"]


def test_a_slip_in_the_first_line_is_no_header():
    for count in (2, 3):
        text = "\n".join([LINES[0][:80], *LINES[1:count]])
        assert why(text)[0] == (1, "80 characters, 81 wanted; use . or 0 for every blank")
        assert len(read(text)) == count
    assert why("\n".join([*LINES, LINES[0][:79]])) == [(4, "79 characters, 81 wanted; use . or 0 for every blank")]


@pytest.mark.parametrize("head", ["board,answer\n", "", "one,two\n"])
def test_lost_zeros_never_make_the_answer_the_puzzle(head):
    lost = ZEROS[0].lstrip("0") if ZEROS[0][0] == "0" else "7" + ZEROS[0][3:]
    (number, reason), *_ = why(f"{head}{lost},{ANSWERS[0]}\n")
    assert number == 1 + bool(head)
    assert f"{len(lost)} characters, 81 wanted; leading zeros may be lost" in reason
    assert "`board` has" in reason or "board" not in head
    assert "a spreadsheet made a number of it" in why(f"{head}7.00308E+78,{ANSWERS[0]}\n")[0][1]


def test_columns_may_be_named():
    text = "a,b,c\n" + table(LINES, CLUES_AGAIN, ANSWERS)
    assert "--puzzle-column" in why(text)[0][1]
    assert boards(text, puzzle="a") == LINES
    assert boards(text, puzzle="1") == LINES
    assert [to_line(one.solution) for one in read(text, puzzle="a", solution="c")] == ANSWERS
    assert "no column is called 'z'" in why(text, puzzle="z")[0][1]


CLUES_AGAIN = ["." * 40 + line[40:] for line in LINES]


def test_rows_with_and_without_solutions_may_be_mixed():
    first, second = read(f"puzzle,solution\n{LINES[0]},\n{LINES[1]},{ANSWERS[1]}\n")
    assert (first.solution, first.line) == (None, 2)
    assert to_line(second.solution) == ANSWERS[1]


def test_what_is_no_classic_sudoku_is_refused_by_name():
    regions = "\n".join(
        [
            "AAAABBCCC",
            "AADBBBCCC",
            "ADDDBBBCC",
            "ADEEEEBFC",
            "DDDEGEFFF",
            "HDEEEEGIF",
            "HHGGGIIIF",
            "HHHGGGIFF",
            "HHHGGIIII",
        ]
    )
    assert "jigsaw" in refusal(f"{GRIDS[0]}\n\n{regions}\n")
    digits = regions.translate(str.maketrans("ABCDEFGHI", "123456789"))
    assert "jigsaw" in refusal(f"{GRIDS[0]}\n\n{digits}\n")
    sixteen = "\n".join(".1.3.5.7.9.B.D.F" for _ in range(16))
    assert "16x16 board" in refusal(sixteen)
    assert "16x16 board" in refusal(sixteen.replace("\n", ""))
    assert "6x6 board" in refusal("1.3...\n" * 6)
    assert "4x4 board" in refusal("1.3.\n..2.\n4...\n...1\n")
    assert "killer" in refusal("https://www.sudokuwiki.org/killersudoku.htm?bd=" + ZEROS[0])
    assert "jigsaw" in refusal("https://www.sudokuwiki.org/jigsaw.htm?bd=" + ZEROS[0])


def test_own_digits_stay_apart_from_clues():
    own = np.where(CLUES[0] == 0, SOLUTIONS[0], 0)
    own[40:] = 0
    plus = "".join(a if a != "." or b == "." else "+" + b for a, b in zip(LINES[0], to_line(own), strict=True))
    state = to_grid(np.where(CLUES[0] == 0, own, CLUES[0]))
    for text in (f":0000:x:{plus}:124 356::\n", plus, f"[Puzzle]\n{GRIDS[0]}\n[State]\n{state}\n"):
        (found,) = read(text)
        assert to_line(found.puzzle) == LINES[0]
        assert (found.own == own).all()
    (alone,) = read(f"[State]\n{state}\n")
    assert "all its digits were taken as clues" in alone.notes[0]


@pytest.mark.parametrize("zero", "\uff10\u0660\u06f0\u0966\u0e50")
def test_digits_of_any_script_are_read(zero):
    other = {ord(str(digit)): ord(zero) + digit for digit in range(10)}
    assert boards(ZEROS[0].translate(other)) == [LINES[0]]
    assert boards(GRIDS[0].translate(other).replace(".", "\uff0e")) == [LINES[0]]


def test_drawn_grids_are_read():
    spaces = EASY.replace(".", " ")
    box = drawn(EASY).replace("|", "\u2502").replace("-", "\u2500").replace("+", "\u253c")
    for text in (drawn(EASY), drawn(spaces), drawn(spaces, left=""), drawn(spaces, mark=""), box):
        assert boards(text) == [EASY], text
    rows = [EASY[at : at + 9] for at in range(0, 81, 9)]
    cells = ["| " + " | ".join(row.replace(".", " ")) + " |" for row in rows]
    rule = "|" + "---|" * 9
    for head in ([], ["|" + "   |" * 9, rule], ["| a | b | c | d | e | f | g | h | i |", rule]):
        assert boards("\n".join([*head, *cells])) == [EASY]
    assert boards("\n".join([cells[0], rule, *cells[1:]])) == [EASY]
    stripped = "\n".join(row.replace(".", " ").rstrip() for row in rows)
    assert boards(stripped) == [EASY]


@pytest.mark.parametrize("link", PACKED.values(), ids=PACKED.keys())
def test_links_are_read(link):
    assert boards(link) == [EASY]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, "zip"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_every_encoding_are_read(tmp_path, encoding, pack, end):
    data = end.join(["# caf\u00e9", *LINES, ""]).encode(encoding)
    if pack == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("list.sdm", data)
        data = packed.getvalue()
    else:
        data = pack(data)
    file = tmp_path / "list"
    file.write_bytes(data)
    found = list(records(file))
    assert [to_line(one.puzzle) for one in found] == LINES
    said = " ".join(found[0].notes)
    assert ("UTF-16" in said) == (encoding in ("utf-16-le", "utf-16-be"))
    assert ("Latin-1" in said) == (encoding == "latin-1")


def test_arrays_are_read(tmp_path):
    for name, array in {"plain": CLUES, "square": CLUES.reshape(-1, 9, 9), "long": CLUES.astype(np.int64)}.items():
        np.save(tmp_path / name, array)
        assert [to_line(one.puzzle) for one in records(tmp_path / f"{name}.npy")] == LINES
    np.save(tmp_path / "all__inputs", CLUES + 1)
    np.save(tmp_path / "all__labels", SOLUTIONS + 1)
    found = list(records(tmp_path / "all__inputs.npy"))
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [to_line(one.solution) for one in found] == ANSWERS
    assert "one more than its digit" in " ".join(found[0].notes)


def test_pipes_are_read_once_and_at_once():
    ends = os.pipe()
    with os.fdopen(ends[0], "rb") as out, os.fdopen(ends[1], "wb") as into:
        into.write(f"{LINES[0]}\n{LINES[1]}\n".encode())
        into.flush()
        found = records(out)
        first = []
        reader = threading.Thread(target=lambda: first.append(next(found)), daemon=True)
        reader.start()
        reader.join(10)
        assert [to_line(one.puzzle) for one in first] == LINES[:1]
        into.close()
        assert [to_line(one.puzzle) for one in found] == LINES[1:2]


def test_what_is_no_text_is_refused_by_name(tmp_path):
    file = tmp_path / "x"
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for data, said in {
        b"%PDF-1.7": "a PDF",
        b"\x89PNG\r\n": "a picture",
        bytes(range(256)): "not a text file",
        gzip.compress("".join(LINES).encode())[:60]: "damaged or cut off",
    }.items():
        file.write_bytes(data)
        with pytest.raises(PuzzleFileError, match=said):
            list(records(file))
    file.write_bytes(bomb)
    (found,) = records(file)
    assert "document type" in found.reason
