"""The shipped example puzzles, and the script that makes them."""

from pathlib import Path

import numpy as np
import pytest
from scripts import script

from vmd_sudoku.board import is_complete, parse, to_line
from vmd_sudoku.exact import solver
from vmd_sudoku.formats import files as puzzle_file

PUZZLES = Path(__file__).parents[1] / "puzzles"
LEVELS = {"easy": 25, "medium": 25, "hard": 25, "expert": 25, "extreme": 10}


@pytest.fixture(scope="module")
def make():
    return script("puzzles/make_examples.py")


def examples(level):
    return puzzle_file.read(PUZZLES / f"{level}.csv")


@pytest.mark.parametrize("level", LEVELS)
def test_every_example_has_its_solution_and_no_other(level):
    found = examples(level)
    solutions, counts = solver.solve(found.puzzles)
    assert len(found.puzzles) == len(np.unique(found.puzzles, axis=0)) == LEVELS[level]
    assert (counts == 1).all()
    assert (solutions == found.solutions).all()


def test_puzzles_that_tell_models_apart_have_one_solution():
    found = examples("apart")
    solutions, counts = solver.solve(found.puzzles)
    assert (counts == 1).all()
    assert (solutions == found.solutions).all()


def test_two_solutions_are_two():
    found = examples("two_solutions")
    assert len(found.puzzles) == 25
    assert (solver.count_solutions(found.puzzles, limit=3) == 2).all()
    assert ((found.puzzles > 0).sum(1) == 29).all()


def test_the_levels_are_what_their_readme_says(make):
    clues = {level: examples(level).puzzles for level in LEVELS}
    assert ((clues["easy"] > 0).sum(1) == 36).all()
    assert is_complete(make.singles(clues["easy"], naked=False)).all()
    assert ((clues["medium"] > 0).sum(1) == 28).all()
    assert is_complete(make.singles(clues["medium"])).all()
    for level in ("hard", "expert", "extreme"):
        assert not is_complete(make.singles(clues[level])).any()
        for puzzle in clues[level][:3]:
            without = np.where(np.eye(81, dtype=bool)[puzzle > 0], 0, puzzle)
            assert (solver.count_solutions(without) == 2).all()
    # Other symmetries than those of the script give somewhat other means.
    rng = np.random.default_rng(1)
    means = {level: make.guesses(clues[level], rng).mean() for level in ("hard", "expert", "extreme")}
    assert means["hard"] < 2 < 5 < means["expert"] < 10 < 20 < means["extreme"]


def test_singles_fill_what_follows_and_no_more(make):
    """Eight digits of a row give the ninth; the empty board gives nothing."""
    boards = np.stack([parse("12345678." + "." * 72), parse("." * 81)])
    assert to_line(make.singles(boards)[0]) == "123456789" + "." * 72
    assert (make.singles(boards)[1] == 0).all()
