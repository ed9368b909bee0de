"""JSON in the shapes that programs write: every one is read, and what cannot be is refused in one sentence."""

import json
from itertools import pairwise

import numpy as np
import pytest
from forms import ANSWERS, CLUES, LINES, SOLUTIONS, ZEROS
from hypothesis import given, settings
from hypothesis import strategies as st

from vmd_sudoku.board import to_line
from vmd_sudoku.formats import objects
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.reader import records_of_text
from vmd_sudoku.formats.record import BadLine, Record

GRID = CLUES[0].reshape(9, 9).tolist()
FULL = SOLUTIONS[0].reshape(9, 9).tolist()


def read(value, **columns):
    return list(records_of_text(value if isinstance(value, str) else json.dumps(value), Columns(**columns)))


def reason(value, **columns):
    (found,) = read(value, **columns)
    assert isinstance(found, BadLine), found
    return found.reason


@pytest.mark.parametrize(
    "board",
    [
        GRID,
        CLUES[0].tolist(),
        LINES[0],
        [LINES[0][at : at + 9] for at in range(0, 81, 9)],
        [[str(d) if d else "" for d in row] for row in GRID],
        [[d or None for d in row] for row in GRID],
        [[float(d) for d in row] for row in GRID],
        [[d or False for d in row] for row in GRID],
    ],
    ids=lambda board: str(board)[:24],
)
@pytest.mark.parametrize("around", ["alone", "puzzle", "deep", "listed", "table", "lines"])
def test_a_board_is_read_in_every_shape(board, around):
    value = {
        "alone": board,
        "puzzle": {"puzzle": board, "solution": FULL, "difficulty": "1.5", "title": "A"},
        "deep": {"status": "ok", "data": {"items": [{"grid": board}]}},
        "listed": [{"puzzle": board}, {"puzzle": ZEROS[1]}],
        "table": {"columns": ["puzzle", "rating"], "index": [0], "data": [[board, 2]]},
        "lines": json.dumps({"sudoku": board}) + "\n" + json.dumps({"sudoku": LINES[1]}) + "\n",
    }[around]
    first, *more = read(value)
    assert isinstance(first, Record), first
    assert (first.puzzle == CLUES[0]).all()
    assert [to_line(one.puzzle) for one in more] == LINES[1:2] * (around in ("listed", "lines"))
    if around == "puzzle":
        assert (first.solution == SOLUTIONS[0]).all()
        assert (first.rating, first.name) == (1.5, "A")


def test_columns_of_a_table_are_rows_of_puzzles():
    for puzzles, ratings in ((ZEROS, [1, 2, 3]), (dict(zip("abc", ZEROS, strict=True)), {"a": 1, "b": 2, "c": "x"})):
        found = read({"puzzle": puzzles, "rating": ratings})
        assert [to_line(one.puzzle) for one in found] == LINES
        assert [one.rating for one in found][:2] == [1, 2]
    short = read({"puzzle": ZEROS, "solution": ANSWERS[:1]})
    assert [one.solution is None for one in short] == [False, True, True]
    named = read({"puzzle": {"easy": {"value": GRID, "solution": FULL}}})
    assert (named[0].solution == SOLUTIONS[0]).all()
    first, second = read({"puzzle": [ZEROS[0], "12"]})
    assert to_line(first.puzzle) == LINES[0]
    assert "2 characters, 81 wanted" in second.reason


def test_fields_may_be_named():
    value = {"first": ZEROS[0], "second": ANSWERS[0], "third": ZEROS[1]}
    (found,) = read(value, puzzle="Third")
    assert to_line(found.puzzle) == LINES[1]
    (found,) = read(value, puzzle="first", solution="second")
    assert to_line(found.solution) == ANSWERS[0]
    assert "no field is called 'fourth'; there are 'first', 'second', 'third'" in reason(value, puzzle="fourth")
    assert "No field has a known name; `first`" in read({"first": ZEROS[0], "second": ANSWERS[0]})[0].notes[0]


@pytest.mark.parametrize("value", [True, "1e999", "nan", {"a": 1}, "hard", None])
def test_what_is_no_number_is_no_rating(value):
    assert read({"puzzle": LINES[0], "rating": value})[0].rating is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"puzzle": int("7" + ZEROS[0][1:])}, "`puzzle` is a number"),
        ({"puzzle": 7.1e78}, "leading zeros"),
        ({"puzzle": LINES[0][:80]}, "`puzzle` has 80 characters, 81 wanted"),
        ({"puzzle": "x" * 256}, "this is a 16x16 board"),
        ({"puzzle": [[0] * 16] * 16}, "this is a 16x16 board"),
        ({"puzzle": [[0] * 9] * 8}, "this is a 8x8 board"),
        ({"puzzle": [0] * 100}, "this is a 10x10 board"),
        ({"puzzle": [0] * 82}, "`puzzle` has 82 cells, 81 wanted"),
        ({"puzzle": [*[0] * 80, "a"]}, "a cell is 'a'; wanted 1 to 9"),
        ({"puzzle": [*[0] * 80, 10]}, "a cell is '10'"),
        ({"puzzle": [*[0] * 80, True]}, "a cell is 'True'"),
        ({"puzzle": LINES[0], "solution": ANSWERS[1]}, "not the solution of its puzzle"),
        ({"puzzle": LINES[0], "solution": "12"}, "the solution has 2 characters"),
        ({"puzzle": LINES[0], "cages": [[1, 2]]}, "this is a variant, with cages; only"),
        ({"puzzle": LINES[0], "type": "killer"}, "this is a variant, with"),
        ({"cells": [[{}]]}, "SudokuPad's own form"),
        ({"cells": [1]}, "a form of `cells`, which is not read"),
        ({"name": "nothing"}, "no puzzle in this JSON"),
        ([[1, 2, 3, 4, 5, 6, 7, 8, 9]] * 8, "8 rows of a board, 9 wanted"),
        ([1, 2, 3], "no puzzle in this JSON: [1, 2, 3]"),
        (["5", "", "3"], "3 cells of a board, 81 wanted"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(value, words):
    assert words in reason(value)


def test_what_stands_before_a_fault_is_kept():
    text = json.dumps([{"puzzle": line} for line in LINES])
    for cut, words in ((text[:-1], "the JSON is cut off"), (text[:-30], "the JSON cannot be read on")):
        *good, bad = read(cut)
        assert [to_line(one.puzzle) for one in good] == LINES[: len(good)]
        assert len(good) == (3 if cut == text[:-1] else 2)
        assert words in bad.reason
        assert bad.line == len(good) + 1
    lines = [json.dumps({"puzzle": line}) for line in LINES]
    first, bad, last = read("\n".join([lines[0], lines[1][:-3], lines[2]]))
    assert (to_line(first.puzzle), to_line(last.puzzle)) == (LINES[0], LINES[2])
    assert (bad.line, bad.reason[:27]) == (2, "no JSON that can be read: U")


def test_a_value_that_goes_on_for_ever_is_refused_without_keeping_it(monkeypatch):
    monkeypatch.setattr(objects, "ELEMENT_LIMIT", 1000)
    assert (
        "a JSON value of more than 1000 characters"
        in [*objects.from_values(objects.values([json.dumps(ZEROS)[:-1], ', "' + "1" * 2000]), Columns())][-1].reason
    )
    with pytest.raises(objects.NoJson):
        list(objects.values(['["', *["1" * 400] * 4]))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 600), max_size=8), st.booleans())
def test_where_a_text_is_cut_into_pieces_does_not_matter(cuts, as_array):
    boards = [CLUES[0].tolist(), {"puzzle": LINES[1], "rating": 12.25}, LINES[2]]
    text = json.dumps(boards) if as_array else "\n".join(map(json.dumps, boards))
    edges = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert list(objects.values(pieces)) == boards
    found = list(objects.from_values(objects.values(pieces), Columns()))
    assert np.array_equal([one.puzzle for one in found], CLUES)
    assert [one.line for one in found] == [1, 2, 3]
