import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku import board
from vmd_sudoku.errors import PuzzleError

BOARDS = st.lists(st.integers(0, 9), min_size=81, max_size=81).map(lambda digits: np.array(digits, np.int8))


def test_there_are_27_units_and_20_peers():
    assert board.UNITS.shape == (27, 9)
    assert board.PEERS.shape == (81, 20)
    assert (np.bincount(board.UNITS.ravel()) == 3).all()
    for cell in range(81):
        for peer in board.PEERS[cell]:
            assert cell in board.PEERS[peer]
            assert peer != cell


@given(BOARDS)
def test_text_forms_come_back(digits):
    for text in (board.to_line(digits), board.to_grid(digits), board.to_line(digits).replace(".", "0")):
        assert np.array_equal(board.parse(text), digits)
        assert board.looks_like_puzzle(text)


@given(BOARDS)
def test_legal_means_no_conflicts(digits):
    assert board.is_legal(digits) == (not board.conflicts(digits))
    for clash in board.conflicts(digits):
        assert digits[clash.first] == digits[clash.second] == clash.digit != 0
        assert clash.second in board.PEERS[clash.first]


def test_each_clashing_pair_is_named_once():
    digits = np.zeros(81, np.int8)
    digits[[0, 1, 9]] = 4  # all three in one box; two of them in a row, two in a column
    clashes = board.conflicts(digits)
    assert {(c.first, c.second, c.unit) for c in clashes} == {(0, 1, "row 1"), (0, 9, "column 1"), (1, 9, "box 1")}
    assert str(clashes[0]) == "4 twice in row 1: row 1, column 1 and row 1, column 2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("." * 80, "81 characters, this one has 80"),
        ("." * 82, "this one has 82"),
        ("." * 30 + "a" + "." * 50, "row 4, column 4 is 'a'"),
        ("\n".join(["." * 9] * 8 + ["." * 8]), "line 9 of the puzzle has 8 characters, wanted 9"),
        (
            "\n".join(["... ... ..."] * 4 + ["... .. ..."] + ["... ... ..."] * 4),
            "line 5 of the puzzle has 8 characters",
        ),
        (" ".join(["." * 9] * 8 + ["." * 10]), "line 9 of the puzzle has 10 characters"),
        ("", "this one has 0"),
        ("²" + "." * 80, "row 1, column 1"),
    ],
)
def test_wrong_text_is_explained(text, message):
    with pytest.raises(PuzzleError, match=message):
        board.parse(text)


def test_clashing_clues_are_refused(easy):
    puzzle, _ = easy
    board.require_legal(puzzle)
    puzzle[2] = 5
    with pytest.raises(PuzzleError, match="5 twice in row 1: row 1, column 1 and row 1, column 3"):
        board.require_legal(puzzle)


def test_solved_needs_full_legal_and_every_clue(easy):
    puzzle, solution = easy
    swapped = np.array([0, 2, 1, 3, 4, 5, 6, 7, 8, 9], np.int8)[solution]  # legal, but not true to the clues
    broken = solution.copy()
    broken[puzzle == 0] = 1
    boards = np.stack([solution, swapped, puzzle, broken])
    assert board.solved(boards, np.stack([puzzle] * 4)).tolist() == [True, False, False, False]
    assert board.is_complete(boards).tolist() == [True, True, False, True]
    verdicts = [board.verdict(b, puzzle) for b in boards]
    assert verdicts[0] == "solved"
    assert verdicts[1].startswith("changes a clue: row 2, column 4")
    assert verdicts[2] == "left unfinished: 51 blanks"
    assert verdicts[3].startswith("breaks a rule: 1 twice in row 1")


@pytest.mark.parametrize("text", ["puzzle.csv", "../a/b.txt", "easy"])
def test_names_of_files_are_not_puzzles(text):
    assert not board.looks_like_puzzle(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("53..7", True),  # nothing but digits and dots, if far too few
        ("5 3 . .\n7", True),
        ("5" * 71 + "a", True),
        ("5" * 70 + "a", False),
        ("folder/" + "5" * 80, False),
        ("folder\\" + "5" * 80, False),
        ("a/b", False),
    ],
)
def test_what_is_meant_as_a_puzzle_is_told_from_a_name(text, is_one):
    assert board.looks_like_puzzle(text) == is_one


def test_one_and_several_are_said_as_such(easy):
    puzzle, solution = easy
    blank = np.flatnonzero(puzzle == 0)
    for count, words in ((1, "left unfinished: 1 blank"), (2, "left unfinished: 2 blanks")):
        unfinished = solution.copy()
        unfinished[blank[:count]] = 0
        assert board.verdict(unfinished, puzzle) == words
    clues = np.zeros(81, np.int8)
    clues[[0, 8]] = 5
    for cell, words in ((None, "column 9; change"), (72, "(and 1 more clash);"), (80, "(and 3 more clashes);")):
        if cell is not None:
            clues[cell] = 5
        with pytest.raises(PuzzleError) as error:
            board.require_legal(clues)
        assert words in str(error.value)
    row = np.zeros(81, np.int8)
    row[[0, 4, 8]] = 5
    with pytest.raises(PuzzleError, match="and 2 more clashes"):
        board.require_legal(row)


def test_a_line_is_a_board_that_is_parsed_once(monkeypatch):
    text = "5" + "." * 79 + "1"
    line = board.Line(text.replace(".", "0"))
    assert line == text
    assert {line: 1}[text] == 1
    assert line.digits.tolist() == board.parse(text).tolist()
    assert board.Line(line.digits) == text
    line.digits[0] = 3
    assert line.digits[0] == 5
    monkeypatch.setattr(board, "parse", None)
    assert board.Line(line) is line


def test_a_line_survives_a_copy_and_a_pickle():
    line = board.Line("." * 81)
    for other in (copy.deepcopy(line), pickle.loads(pickle.dumps(line))):
        assert other == line
        assert not other.digits.any()
