import numpy as np
import pytest

from vmd_sudoku.board import solved
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.exact import generate, solver


def test_grids_are_full_legal_and_different():
    grids = generate.full_grids(500, seed=1)
    assert solved(grids, grids).all()
    assert len(np.unique(grids, axis=0)) == 500


def test_every_digit_is_as_likely_in_every_cell():
    grids = generate.full_grids(6000, seed=2)
    for cell in (0, 13, 40, 62, 80):
        share = np.bincount(grids[:, cell], minlength=10)[1:] / 6000
        assert abs(share - 1 / 9).max() < 0.02  # five standard deviations


def test_minimal_puzzles_lose_their_uniqueness_with_any_clue():
    puzzles, solutions = generate.puzzles(40, seed=3)
    assert (solver.count_solutions(puzzles) == 1).all()
    assert solved(solutions, puzzles).all()
    for puzzle in puzzles[:8]:
        clues = np.flatnonzero(puzzle)
        without = np.repeat(puzzle[None], len(clues), 0)
        without[np.arange(len(clues)), clues] = 0
        assert (solver.count_solutions(without) == 2).all()
    assert 23 < (puzzles > 0).sum(1).mean() < 26


@pytest.mark.parametrize("clues", [24, 30, 45, 80])
def test_puzzles_have_the_clues_asked_for(clues):
    puzzles, solutions = generate.puzzles(10, seed=4, clues=clues)
    assert ((puzzles > 0).sum(1) == clues).all()
    assert (solver.count_solutions(puzzles) == 1).all()
    assert solved(solutions, puzzles).all()


def test_a_seed_gives_the_same_puzzles_whatever_ran_before():
    first = generate.puzzles(5, seed=7)
    generate.full_grids(3, seed=1)
    np.random.seed(5)
    second = generate.puzzles(5, seed=7)
    assert (first[0] == second[0]).all()
    assert (generate.puzzles(5, seed=8)[0] != first[0]).any()


@pytest.mark.parametrize("clues", [0, 16, 81, -3])
def test_clues_out_of_range_are_refused(clues):
    with pytest.raises(ConfigError, match=f"got {clues}"):
        generate.puzzles(1, 0, clues)


def test_nothing_is_fine():
    assert generate.full_grids(0, 0).shape == (0, 81)
    assert generate.puzzles(0, 0)[0].shape == (0, 81)
