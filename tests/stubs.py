"""Predictors that know the answer, or that nothing can be learnt from."""

import time
from pathlib import Path

import torch

from vmd_sudoku.board import Line
from vmd_sudoku.formats.files import PuzzleSet, read


def examples(level: str) -> PuzzleSet:
    """The shipped puzzles of a level."""
    return read(Path(__file__).parents[1] / "puzzles" / f"{level}.csv")


def oracle(solutions):
    """All probability on the true digits."""

    def predict(board, rows):
        return 20.0 * torch.nn.functional.one_hot(solutions[rows] - 1, 9).float()

    return predict


def contrary(solutions):
    """All probability on a wrong digit."""

    def predict(board, rows):
        return 20.0 * torch.nn.functional.one_hot(solutions[rows] % 9, 9).float()

    return predict


def uniform(board, rows):
    """Every digit as likely as any other."""
    return torch.zeros(*board.shape, 9)


ENDLESS = Line(".....5.8....6.1.43..........1.5........1.6...3.......553.....61..................")
"""Sixteen clues without a solution, which no search of ours shows in minutes (Norvig's impossible puzzle, one clue less)."""


def wait_for(condition, seconds=60.0):
    """Until a condition holds that another thread brings about; an error if it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what this test waits for did not happen"
        time.sleep(0.01)
