"""What looks like a classic puzzle and is more, or less: tables of cells, maps, marks, other forms of files."""

import io
import json
import pickle

import numpy as np
import pytest
from forms import ANSWERS, GRIDS, LINES, SOLUTIONS, ZEROS, boards, read, saved

from vmd_sudoku.board import to_grid, to_line
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.formats.reader import records
from vmd_sudoku.formats.record import BadLine, Record

ROWS = [LINES[0][at : at + 9] for at in range(0, 81, 9)]
FULL = to_grid(SOLUTIONS[0]).split("\n")
MAP = "111222333114222333144422233145555263444575666845555796887779996888777966888779999"


def refusals(text):
    found = read(text)
    assert found
    assert all(isinstance(one, BadLine) for one in found), found
    return [one.reason for one in found]


def refusal_of_bytes(data):
    with pytest.raises(PuzzleFileError) as error:
        list(records(io.BytesIO(data)))
    return str(error.value)


CELLS = {
    "c0": [f"c{at}" for at in range(81)],
    "numbers": [str(at) for at in range(81)],
    "numbers from 1": [str(at + 1) for at in range(81)],
    "r1c1": [f"r{at // 9 + 1}c{at % 9 + 1}" for at in range(81)],
    "A1": [f"{'ABCDEFGHI'[at // 9]}{at % 9 + 1}" for at in range(81)],
}


@pytest.mark.parametrize("names", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("mark", ",\t;")
def test_a_column_for_every_cell_may_have_others_beside_it(names, mark):
    for head, before, after in (("id", "{}", ""), ("", "{}", ""), ("rating", "", "{}"), ("puzzle", "p{}", "")):
        rows = [
            mark.join([*([before.format(n)] if before else []), *line, *([after.format(n)] if after else [])])
            for n, line in enumerate(ZEROS)
        ]
        titles = [head, *names] if before else [*names, head]
        assert boards("\n".join([mark.join(titles), *rows])) == LINES
    (found,) = read(",".join(["id", *names, "solution"]) + f"\n7,{','.join(ZEROS[0])},{ANSWERS[0]}\n")
    assert to_line(found.solution) == ANSWERS[0]
    assert found.name == "7"


def test_questions_and_answers_may_have_a_column_for_every_cell_each():
    names = [f"{kind}{at}" for kind in "qa" for at in range(81)]
    rows = [f"{n},{','.join(z)},{','.join(a)}" for n, (z, a) in enumerate(zip(ZEROS, ANSWERS, strict=True))]
    for text in ("\n".join([",".join(["id", *names]), *rows]), "\n".join(rows)):
        found = read(text)
        assert [to_line(one.puzzle) for one in found] == LINES
        assert [to_line(one.solution) for one in found] == ANSWERS


@pytest.mark.parametrize("mark", [",", " ", "\t"])
def test_one_column_more_without_names_is_told_by_what_makes_legal_boards(mark):
    assert boards("\n".join(f"{n}{mark}{mark.join(line)}" for n, line in enumerate(ZEROS, 1))) == LINES
    found = read("\n".join(f"{mark.join(line)}{mark}{9 - n}" for n, line in enumerate(ZEROS)))
    assert [to_line(one.puzzle) for one in found] == LINES


BY_COLUMN = [f"r{at % 9 + 1}c{at // 9 + 1}" for at in range(81)]


@pytest.mark.parametrize("names", [CELLS["c0"][::-1], BY_COLUMN, [f"c{at // 9}r{at % 9}" for at in range(81)]])
def test_cells_that_are_not_row_by_row_are_refused(names):
    with pytest.raises(PuzzleFileError, match="do not stand row by row"):
        read(",".join(names) + "\n" + ",".join(ZEROS[0]))


@pytest.mark.parametrize("mark", [",", " ", ";"])
def test_below_zero_is_a_blank_only_where_it_must_be(mark):
    rows = [mark.join(row).replace(".", "-1") for row in ROWS]
    assert boards("\n".join(rows)) == LINES[:1]
    assert boards(mark.join(LINES[0]).replace(".", "-1")) == LINES[:1]
    assert "a cell is -7" in refusals("\n".join(rows).replace("7", "-7"))[0]
    assert refusals("\n".join(rows).replace("-1", "0", 1))


@pytest.mark.parametrize("mark", ["**{}**", "{}!", "({})", "{{{}}}", "{}@"])
def test_marks_at_some_digits_are_not_overlooked(mark):
    rows = [zip(row, full, strict=True) for row, full in zip(ROWS, FULL, strict=True)]
    marked = [" ".join(mark.format(clue) if clue != "." else digit for clue, digit in row) for row in rows]
    assert "some digits are marked" in refusals("\n".join(marked))[0]
    alike = [" ".join(mark.format(clue) if clue != "." else clue for clue in row) for row in ROWS]
    assert boards("\n".join(alike)) == LINES[:1]


def test_comparisons_between_cells_are_a_variant():
    assert "a variant, with < and >" in refusals("\n".join("<".join(row) for row in ROWS))[0]
    assert boards("\n".join(f"> {row}" for row in ROWS)) == LINES[:1]


@pytest.mark.parametrize(
    "text",
    [
        f"puzzle,layout\n{ZEROS[0]},{MAP}\n",
        json.dumps({"puzzle": ZEROS[0], "areas": MAP}),
        f"<all><puzzle>{ZEROS[0]}</puzzle><regions>{MAP}</regions></all>",
        f"puzzle,type\n{ZEROS[0]},killer\n",
        f"puzzle,cages\n{ZEROS[0]},12:r1c1r1c2\n",
        json.dumps({"puzzle": ZEROS[0], "shape": "irregular"}),
        f'<all><puzzle variant="jigsaw">{ZEROS[0]}</puzzle></all>',
        f"[Game]\nboard={ZEROS[0]}\ntype=killer\n",
    ],
)
def test_a_rule_beside_the_puzzle_is_refused_wherever_it_stands(text):
    assert "only classic Sudoku" in refusals(text)[0]


def test_rules_in_words_are_a_note():
    for text in (f"puzzle,remarks\n{ZEROS[0]},thermos rise\n", json.dumps({"puzzle": ZEROS[0], "remarks": "a killer"})):
        (found,) = read(text)
        assert "only the classic rules are followed" in found.notes[0]
    # A figure is no rule, whatever its column is called.
    assert boards(f"puzzle,ratio,even\n{ZEROS[0]},0.3,12\n") == LINES[:1]


def test_what_is_left_out_is_said():
    half = LINES[0].replace(".", ANSWERS[0][0], 1)
    (found,) = read(json.dumps({"puzzle": LINES[0], "state": half}))
    assert found.notes == ("`state` holds another board, which was left out.",)
    (found,) = read(f"puzzle,state\n{LINES[0]},{half}\n")
    assert found.notes == ("Field 2 holds another board, which was left out.",)
    (found,) = read(json.dumps({"puzzle": LINES[0], "candidates": [[1, 2]] * 81}))
    assert found.notes == ("`candidates` was left out: pencil marks are no clues.",)
    assert boards(json.dumps({"puzzle1": LINES[0], "puzzle2": LINES[1]})) == LINES[:2]
    assert "every line is a remark" in refusals(f"# {LINES[0]}\n# {LINES[1]}\n")[0]


def test_numbers_with_the_sign_of_a_remark_are_numbers():
    assert boards("\n".join(f"#{n} {line}" for n, line in enumerate(ZEROS, 1))) == LINES


def test_a_solution_may_stand_above_its_puzzle():
    pairs = list(zip(ZEROS, ANSWERS, strict=True))
    found = read("".join(f"Solution: {a}\nPuzzle: {z}\n\n" for z, a in pairs))
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [to_line(one.solution) for one in found] == ANSWERS
    book = "".join(f"Puzzle {n}\n{grid}\n\n" for n, grid in enumerate(GRIDS[:3]))
    book += "".join(f"Solution {n}\n{to_grid(full)}\n\n" for n, full in enumerate(SOLUTIONS[:3]))
    assert boards(book)[:3] == LINES[:3]


def test_solutions_alone_are_not_taken_for_puzzles():
    assert "only solutions are here (`solution`)" in refusals("id,solution\n" + f"1,{ANSWERS[0]}\n2,{ANSWERS[1]}\n")[0]
    assert refusals(f"data,solution\n1000000000002508090,{ANSWERS[0]}\n")
    found = read(f"puzzle;L\u00f6sung\n{ZEROS[0]};{ANSWERS[0]}\n")
    assert to_line(found[0].solution) == ANSWERS[0]


@pytest.mark.parametrize(
    "text",
    [
        f"[Game]\nname=x\nboard={ZEROS[0]}\n",
        f"# Sudoku\nsudoku.board = {ZEROS[0]}\nsudoku.level = hard\n",
        "[Sudoku]\n" + "".join(f"row{n} = {','.join(row)}\n" for n, row in enumerate(ROWS, 1)),
        "[Sudoku]\n" + "".join(f"r{at // 9}c{at % 9}={c}\n" for at, c in enumerate(LINES[0]) if c != "."),
        f"LEVEL=3\nBOARD={LINES[0]}\n",
    ],
)
def test_keys_and_values_are_read(text):
    assert boards(text) == LINES[:1]


def test_sections_of_keys_and_values_are_puzzles():
    found = read(
        "".join(f"[P{n}]\nclues={z}\nsolution={a}\n" for n, (z, a) in enumerate(zip(ZEROS, ANSWERS, strict=True)))
    )
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [to_line(one.solution) for one in found] == ANSWERS
    assert [one.name for one in found] == [f"P{n}" for n in range(len(LINES))]
    assert boards(f"[Sudoku]\nname=x\n{GRIDS[0]}\n") == LINES[:1]
    mixed = read(f"[A]\nboard={ZEROS[0]}\nlevel=3\nname=x\nid=1\n{ZEROS[1]}\n")
    assert [type(one) for one in mixed] == [BadLine, Record]
    twice = "".join(f"level=3\nboard='{line}'\n" for line in ZEROS)
    assert boards(twice) == boards(twice.replace("\n", "\r\n")) == LINES
    assert refusals("[General]\nversion=1\n") == [refusals("a=1\nb=2\n")[0]]
    assert boards(f"puzzle.1={ZEROS[0]}\npuzzle.2={ZEROS[1]}\n") == LINES[:2]


@pytest.mark.parametrize(
    "text",
    [
        "array([[" + "],\n       [".join(", ".join(row) for row in ROWS).replace(".", "0") + "]], dtype=int8)",
        "  0 1 2 3 4 5 6 7 8\n" + "\n".join(f"{n} {' '.join(row)}" for n, row in enumerate(ROWS)),
        "     [,1] [,2] [,3] [,4] [,5] [,6] [,7] [,8] [,9]\n"
        + "\n".join(f"[{n},]    {'    '.join(row)}" for n, row in enumerate(ROWS, 1)),
    ],
    ids=["numpy", "pandas", "R"],
)
def test_what_programs_print_is_read(text):
    assert boards(text) == LINES[:1]


def test_cells_without_a_word_on_clues_are_clues():
    rows = [[{"value": int(c) if c != "." else None} for c in row] for row in ROWS]
    (found,) = read(json.dumps({"grid": rows}))
    assert to_line(found.puzzle) == LINES[0]
    assert found.own is None
    assert found.notes == ("No cell is marked as given: all digits were taken as clues.",)


def test_other_names_of_sections_are_known():
    (found,) = read(f"[Given]\n{GRIDS[0]}\n[Current]\n{to_grid(SOLUTIONS[0])}\n")
    assert to_line(found.puzzle) == LINES[0]
    assert to_line(found.board) == ANSWERS[0]


class _Harmful:
    def __reduce__(self):
        return pytest.fail, ("a pickle was opened",)


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_are_never_opened(protocol):
    for value in (LINES, dict.fromkeys(LINES), _Harmful()):
        assert "pickle" in refusal_of_bytes(pickle.dumps(value, protocol))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"P1\n9 9\n" + b"0 1 0 0 0 0 0 0 0\n" * 9, "picture"),
        (b"P2\n# made\n9 9\n" + b"0 1 0 0 0 0 0 0 0\n" * 9, "picture"),
        (saved(SOLUTIONS.astype(np.int64) - 1), "0 is a digit here"),
        (b"\x89HDF\r\n\x1a\n" + bytes(40), "HDF5"),
        (b"FEA1" + bytes(40), "Feather"),
    ],
)
def test_more_files_that_are_none(data, words):
    assert words in refusal_of_bytes(data)


@pytest.mark.parametrize(
    "letters", ["ABCDEFGHI", "abcdefghi", "WORDKEYSU", "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9"]
)
def test_letters_in_place_of_digits_are_named(letters):
    line = "".join(letters[int(c) - 1] if c != "." else c for c in LINES[0])
    for text in (line, "\n".join(line[at : at + 9] for at in range(0, 81, 9))):
        assert refusals(text) == ["letters stand for the digits here; write them as 1 to 9"]


@pytest.mark.parametrize(
    "link",
    [
        f"https://sudoku.example/Sudoku_X.htm?bd={ZEROS[0]}",
        f"https://sudoku.example/squiggly/{ZEROS[0]}",
        f"https://sudoku.example/?p={ZEROS[0]}&map={MAP}",
        f"id,url\n1,https://sudoku.example/killer/{ZEROS[0]}\n",
        f"id,puzzle\n1,https://sudoku.example/killer/{ZEROS[0]}\n",
        f"7\thttps://sudoku.example/jigsaw/{ZEROS[0]}\n",
    ],
)
def test_links_of_variants_are_refused_wherever_they_stand(link):
    assert "only classic Sudoku" in refusals(link)[0]
    plain = link.replace("Sudoku_X", "Sudoku").replace(f"&map={MAP}", "")
    for word in ("squiggly/", "killer/", "jigsaw/"):
        plain = plain.replace(word, "")
    assert boards(plain) == LINES[:1]


def test_a_document_type_that_declares_nothing_is_no_harm():
    letters = "".join("_bcdefghij"[int(digit)] for digit in ZEROS[0])
    graph = f'<graph order="9" type="sudoku" specific-type="Plain"><values>{letters}</values></graph>'
    game = f"<ksudoku><game><puzzle>{graph}</puzzle></game></ksudoku>"
    assert boards(f"<!DOCTYPE ksudoku>\n{game}") == LINES[:1]
    for kind in ('ksudoku SYSTEM "x.dtd"', 'ksudoku [<!ENTITY a "b">]', "html"):
        assert refusals(f"<!DOCTYPE {kind}>\n{game}")


CELLS_APART = [mark.join(row).replace(".", "0") for mark in (",", ";", " ", "\t") for row in ROWS]


@pytest.mark.parametrize(
    "rows", [CELLS_APART[at : at + 9] for at in range(0, 36, 9)] + [ROWS, [row.replace(".", " ") for row in ROWS]]
)
@pytest.mark.parametrize("twice", range(9))
def test_a_row_that_stands_twice_is_no_other_puzzle(rows, twice):
    for between in ("\n", "\n\n"):
        text = between.join([*rows[: twice + 1], *rows[twice:]])
        assert not [one for one in read(text) if isinstance(one, Record)], text


def test_a_row_too_many_spoils_its_own_grid_alone():
    banded = ["\n\n".join("\n".join(grid.split("\n")[at : at + 3]) for at in (0, 3, 6)) for grid in GRIDS[:3]]
    for row in banded[1].split("\n"):
        if row:
            spoilt = "\n\n\n".join([banded[0], banded[1].replace(row, f"{row}\n{row}", 1), banded[2]])
            assert {to_line(one.puzzle) for one in read(spoilt) if isinstance(one, Record)} <= {LINES[0], LINES[2]}


def test_slips_in_cells_do_not_move_the_others():
    rows = [",".join(row).replace(".", "") for row in ROWS]
    assert refusals("\n".join(rows).replace(",,", ",", 1))
    assert boards("\n".join(row.rstrip(",") for row in rows)) == LINES[:1]
    assert "some digits are marked, as *" in refusals("\n".join(" ".join(row) for row in ROWS).replace("7", "*7", 1))[0]
    assert refusals("\n".join(FULL).replace(FULL[3], FULL[3][1:]))
    cells = [",".join([str(n), *line]) for n, line in enumerate(ZEROS * 3, 1)]
    for spoilt in (0, 1):
        lines = [line.replace("0,0", "0.0", 1) if n == spoilt else line for n, line in enumerate(cells)]
        assert [one.line for one in read("\n".join(lines)) if isinstance(one, BadLine)] == [spoilt + 1]


@pytest.mark.parametrize("sign", "\u00b2\u2460")
def test_signs_that_are_nearly_digits_are_no_cells(sign):
    for text in (f"1{sign}3.\n..2.\n.1..\n4...", f"1{sign}3456\n" * 6, LINES[0][:40] + sign + LINES[0][41:]):
        assert refusals(text)


def test_a_title_with_a_number_stands_above_the_names_of_columns():
    assert boards(f"Sudoku export 2024\npuzzle,solution\n{ZEROS[0]},{ANSWERS[0]}\n") == LINES[:1]
    assert boards(f"puzzle1,puzzle2\n{ZEROS[0]},{ZEROS[1]}\n") == LINES[:1]
