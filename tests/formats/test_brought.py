"""Further kinds of what people bring: boards cut into pieces, titles of many sorts, other sizes, and files that are none."""

import io
import json
import tarfile
from urllib.parse import quote

import numpy as np
import pytest
from forms import ANSWERS, CLUES, GRIDS, LINES, SOLUTIONS, ZEROS, boards, read, saved, table

from vmd_sudoku.board import to_grid, to_line
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.formats.reader import records
from vmd_sudoku.formats.record import BadLine

ROWS = [LINES[0][at : at + 9] for at in range(0, 81, 9)]
NUMBERS = [[int(digit) for digit in ZEROS[0][at : at + 9]] for at in range(0, 81, 9)]


def reasons(text):
    return [one.reason for one in read(text) if isinstance(one, BadLine)]


def refusal_of_file(data):
    with pytest.raises(PuzzleFileError) as error:
        list(records(io.BytesIO(data)))
    return str(error.value)


@pytest.mark.parametrize("mark", ";/,|:-")
def test_nine_rows_in_one_line_may_have_a_sign_between_them(mark):
    blank = "." if mark == "-" else "0"
    assert boards(mark.join(ROWS).replace(".", blank)) == LINES[:1]


@pytest.mark.parametrize("mark", ",;\t|")
@pytest.mark.parametrize("blank", ["0", "", "."])
def test_a_field_for_every_cell(mark, blank):
    lines = [mark.join(line).replace(".", blank) for line in LINES]
    assert boards("\n".join(lines)) == LINES
    assert boards(mark.join(f"c{at}" for at in range(81)) + "\n" + "\n".join(lines)) == LINES
    both = [f"{line}{mark}{mark.join(answer)}" for line, answer in zip(lines, ANSWERS, strict=True)]
    assert [to_line(one.solution) for one in read("\n".join(both))] == ANSWERS


def test_a_field_more_than_cells_is_not_guessed_at():
    for lines in ([",".join(ZEROS[0]) + ",1"], [",".join("0" * 82)] * 5):
        with pytest.raises(PuzzleFileError, match="82 fields of one sign, 81 wanted"):
            read("\n".join(lines))


@pytest.mark.parametrize("title", ["# {}", "{}.", "({})", "=== {} ===", "{}", "// no. {}", "-- {} --", "No. {}"])
def test_titles_between_grids_may_be_numbers_and_remarks(title):
    text = "".join(f"{title.format(n)}\n{grid}\n" for n, grid in enumerate(GRIDS, 1))
    assert boards(text) == LINES


def test_the_numbers_of_columns_are_no_row():
    assert boards(f"123456789\n{GRIDS[0]}") == LINES[:1]


def test_ten_rows_are_no_grid_of_nine():
    assert len(reasons(f"{GRIDS[0]}\n{ROWS[3]}")) == len(read(f"{GRIDS[0]}\n{ROWS[3]}")) == 1
    assert reasons(f"{GRIDS[0]}\n{GRIDS[1]}\n{ROWS[3]}\n{ROWS[4]}\n") == ["11 lines of a grid, 9 wanted"]
    assert boards(f"{GRIDS[0]}\n{GRIDS[1]}") == LINES[:2]


@pytest.mark.parametrize("between", ["/", " -> ", "=", "^", "~", " & "])
def test_a_solution_in_the_same_line_is_kept_whatever_stands_between(between):
    (found,) = read(LINES[0] + between + ANSWERS[0])
    assert to_line(found.puzzle) == LINES[0]
    assert to_line(found.solution) == ANSWERS[0]


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\n\x0c"])
def test_other_signs_end_a_line_too(end):
    assert boards(LINES[0] + end + LINES[1]) == LINES[:2]


def test_the_end_sign_of_dos_is_no_line():
    assert boards(f"{LINES[0]}\r\n{LINES[1]}\r\n\x1a") == LINES[:2]


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u200e", "\u2060", "\u202c", "\ufeff"])
def test_signs_of_no_width_are_none(sign):
    assert boards(LINES[0][:40] + sign + LINES[0][40:]) == LINES[:1]


def test_the_message_is_about_the_field_that_is_meant():
    assert reasons(f"Puzzle 1 {LINES[0][:80]}\n{LINES[1]}\n") == [
        "80 characters, 81 wanted; use . or 0 for every blank"
    ]


def test_a_block_of_yaml():
    assert boards("grid: |\n" + "".join(f"  {row}\n" for row in ROWS)) == LINES[:1]


def test_prose_is_told_from_a_slip():
    assert reasons("Dear all,\nhere is nothing.\n")[0].startswith("no puzzle was found in these 26 characters")


@pytest.mark.parametrize(
    "value",
    [list(LINES[0]), [cell if cell != "." else None for cell in LINES[0]], [list(row) for row in ROWS], ROWS, NUMBERS],
    ids=["texts of one sign", "with null", "rows of texts", "rows", "rows of numbers"],
)
def test_arrays_of_json(value):
    assert boards(json.dumps(value)) == LINES[:1]
    assert boards(json.dumps({"grid": value})) == LINES[:1]


def test_json_whose_names_say_nothing_is_read_by_its_content():
    text = "".join(json.dumps({"q": a, "r": b}) + "\n" for a, b in zip(LINES, ANSWERS, strict=True))
    found = read(text)
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [to_line(one.solution) for one in found] == ANSWERS
    assert found[0].notes == ("No field has a known name; `q` was read as the puzzle.",)
    assert reasons(json.dumps({"q": LINES[0], "r": LINES[1]}))[0].startswith("no puzzle in this JSON")


@pytest.mark.parametrize(
    "rule",
    [
        *({"antiknight": True}, {"anti_king": True}, {"littleKillerSums": [1]}, {"thermo": [[0, 1]]}, {"diagonal+": True}),
        *({"type": "Killer Sudoku"}, {"kind": "jigsaw"}, {"evenCells": [3]}, {"palindromes": [[1, 2]]}, {"xv": [1]}),
    ],
    ids=str,
)  # fmt: skip
def test_rules_in_json_are_refused_by_name(rule):
    (reason,) = reasons(json.dumps({"puzzle": LINES[0]} | rule))
    assert reason.startswith("this is a variant, with ")
    off = dict.fromkeys(rule)
    assert boards(json.dumps({"puzzle": LINES[0], "type": "classic"} | off)) == LINES[:1]


SIZES = [4, 6, 8, 10, 12, 16, 25]


@pytest.mark.parametrize("size", SIZES)
def test_boards_of_other_sizes_are_called_so(size):
    signs = ".123456789ABCDEFGHIJKLMNOP"[: size + 1]
    rng = np.random.default_rng(size)
    rows = ["".join(signs[rng.integers(len(signs))] for _ in range(size)) for _ in range(size)]
    numbers = [[signs.index(sign) for sign in row] for row in rows]
    whole = "".join(rows)
    texts = [
        *("\n".join(rows), whole, f"{whole}\n{whole}\n{whole}\n", "\n".join(",".join(row) for row in rows)),
        *("\n".join("| " + " | ".join(row) + " |" for row in rows), json.dumps(numbers)),
        json.dumps({"puzzle": numbers}),
    ]
    for text in texts:
        assert reasons(text)[0] == f"this is a {size}x{size} board; only 9x9 is solved here", text


@pytest.mark.parametrize(
    "link",
    [
        f"sudoku.example/play/{ZEROS[0]}",
        f"www.sudoku.example/{ZEROS[0]}?from=me",
        "https://sudoku.example/play/" + "/".join(ROWS).replace(".", "0"),
        "https://sudoku.example/?p=" + ",".join(ROWS),
        "https://sudoku.example/?p=" + quote(json.dumps(NUMBERS)),
        "https://sudoku.example/?p=" + ",".join(ZEROS[0]),
        "https://sudoku.example/#" + "".join(f"%{ord(sign):02X}" for sign in ZEROS[0]),
    ],
)
def test_links_with_a_board_in_the_clear(link):
    assert boards(link) == LINES[:1]


@pytest.mark.parametrize("link", [f"https://a.example/?id=12{ZEROS[0]}345", f"https://a.example/?id=1{ZEROS[0]}"])
def test_longer_numbers_in_links_are_no_boards(link):
    assert "81 wanted" in reasons(link)[0]


def test_a_map_of_the_usual_boxes_is_no_jigsaw():
    boxes = "\n".join(row for row in ("111222333", "444555666", "777888999") for _ in range(3))
    letters = "\n".join(row for row in ("AAABBBCCC", "DDDEEEFFF", "GGGHHHIII") for _ in range(3))
    assert boards(f"{GRIDS[0]}\n\n{letters}\n") == LINES[:1]
    assert boards(f"{GRIDS[0]}\n\n{boxes}\n") == LINES[:1]
    assert "jigsaw" in reasons(f"{GRIDS[0]}\n\n{letters.replace('CCC', 'CCB', 1)}\n")[0]


def packed_by_tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        entry = tarfile.TarInfo("list.sdm")
        entry.size = len(LINES[0])
        archive.addfile(entry, io.BytesIO(LINES[0].encode()))
    return file.getvalue()


def arrays(**named):
    file = io.BytesIO()
    np.savez(file, **named)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed_by_tar(), "tar archive"),
        (b"{\\rtf1\\ansi " + LINES[0].encode() + b"}", "word processor"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(20), "picture"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "picture"),
        (b"ARROW1\0\0" + bytes(20), "Arrow"),
        (arrays(puzzles=CLUES, solutions=SOLUTIONS), "several arrays (puzzles.npy, solutions.npy)"),
        (f"{LINES[0]}\n{LINES[1][:40]}\0{LINES[1][40:]}\n".encode(), "zero bytes"),
    ],
)
def test_files_that_are_none_are_refused_by_name(data, words):
    assert words in refusal_of_file(data)


def test_pages_of_the_web_are_called_so():
    assert "web page" in reasons(f'<!DOCTYPE html><html><a href="https://a.example/?p={ZEROS[0]}">x</a></html>')[0]


def test_arrays_of_whole_numbers_may_be_floats():
    found = list(records(io.BytesIO(saved(CLUES.astype(np.float32)))))
    assert [to_line(one.puzzle) for one in found] == LINES
    broken = CLUES.astype(np.float64)
    broken[1, 3] = np.nan
    second = list(records(io.BytesIO(saved(broken))))[1]
    assert isinstance(second, BadLine)
    assert "fractions" in second.reason


def test_what_a_plus_of_hodoku_needs():
    assert "a plus stands where" in reasons(f":0000:x:{ZEROS[0].replace('0', '+0', 1)}:::")[0]


def test_one_grid_below_a_solution_and_lists_with_both():
    assert boards(table(LINES, ANSWERS)) == LINES
    (found,) = read(f"{GRIDS[0]}\n\n{to_grid(SOLUTIONS[0])}")
    assert to_line(found.solution) == ANSWERS[0]
