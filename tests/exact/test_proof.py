import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sat import SatCounter, corrupted
from stubs import ENDLESS

from vmd_sudoku.board import conflicts, parse, solved, to_line
from vmd_sudoku.exact import generate
from vmd_sudoku.exact.proof import clash_sentence, clashing_clues, prove
from vmd_sudoku.formats import files as puzzle_file

WORDS = {0: "none", 1: "one", 2: "several"}
IMPOSSIBLE = parse(".12345678" + "9" + "." * 71)


def agree(boards, sat):
    """Every proof is the SAT solver's, and what it shows is true."""
    for board in boards:
        proof = prove(board)
        assert proof.solutions == WORDS[sat.count(board)], to_line(board)
        shown = [grid for grid in (proof.solution, proof.second) if grid is not None]
        assert len(shown) == {"none": 0, "one": 1, "several": 2}[proof.solutions]
        assert all(solved(grid, board) for grid in shown)
        assert len({to_line(grid) for grid in shown}) == len(shown)


def minimal(board, sat):
    """The clashing clues of an impossible board have no solution, and have one without any of them."""
    cells = list(clashing_clues(board))
    alone = np.zeros_like(board)
    alone[cells] = board[cells]
    assert sat.count(alone) == 0
    for cell in cells:
        without = alone.copy()
        without[cell] = 0
        assert sat.count(without) > 0
    return len(cells)


def test_proofs_of_sound_and_corrupted_puzzles_agree_with_a_sat_solver(rng):
    sat = SatCounter()
    puzzles, _ = generate.puzzles(25, seed=2)
    wrong = corrupted(puzzles, rng)
    agree([*puzzles, *wrong, np.zeros(81, np.int8)], sat)
    impossible = [board for board in wrong if sat.count(board) == 0]
    assert len(impossible) > 5
    for board in impossible:
        minimal(board, sat)


@pytest.mark.slow
def test_a_thousand_corrupted_public_puzzles_agree_with_a_sat_solver(public_set):
    sat, rng = SatCounter(), np.random.default_rng(20261124)
    agree(puzzle_file.read(public_set("not_unique")).puzzles, sat)
    for name in ("ye_test", "radcliffe_sample", "seventeen_clue", "forum_hardest_11plus"):
        puzzles = puzzle_file.read(public_set(name)).puzzles
        wrong = corrupted(puzzles[rng.permutation(len(puzzles))[:250]], rng)
        agree(wrong, sat)
        for board in wrong[:25]:
            if sat.count(board) == 0:
                minimal(board, sat)


def test_two_equal_digits_in_a_unit_are_the_clash():
    board = np.zeros(81, np.int8)
    board[[0, 8, 40]] = 5, 5, 1
    assert clashing_clues(board) == (0, 8)
    assert prove(board).solutions == "none"
    assert clash_sentence(board, (0, 8)) == (
        "these 2 clues cannot stand together: 5 in row 1, column 1; 5 in row 1, column 9"
    )


def test_clues_of_an_impossible_puzzle_are_found_and_no_more():
    board = IMPOSSIBLE.copy()
    board[80] = 1
    assert len(conflicts(board)) == 0
    # The 9 must stand in the first three cells of row 1, whose box has one already.
    assert clashing_clues(board) == (3, 4, 5, 6, 7, 8, 9)


def test_sound_puzzles_have_no_clashing_clues(easy):
    assert clashing_clues(easy[0]) == ()
    assert clashing_clues(np.zeros(81, np.int8)) == ()


def test_without_time_nothing_is_decided(easy):
    assert prove(easy[0], budget_ms=0).solutions == "not decided"
    assert clashing_clues(IMPOSSIBLE, budget_ms=0) == ()


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.integers(0, 16))
def test_sixteen_clues_or_fewer_never_have_one_solution(seed, clues):
    """No puzzle of 16 clues has a single solution (McGuire et al. 2012)."""
    (grid,) = generate.full_grids(1, seed)
    rng = np.random.default_rng(seed)
    board = np.zeros(81, np.int8)
    cells = rng.permutation(81)[:clues]
    board[cells] = grid[cells]
    assert prove(board, budget_ms=2000).solutions == "several"


def test_clues_that_were_not_found_in_time_are_not_counted():
    board = parse(ENDLESS)
    cells = clashing_clues(board, budget_ms=1)
    assert cells == ()
    said = clash_sentence(board, cells)
    assert "0 clues" not in said
    assert "not found in time" in said
