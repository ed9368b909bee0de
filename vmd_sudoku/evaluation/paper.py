"""The paper's table of Sudoku results, and what is measured beside it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.exact import techniques
from vmd_sudoku.formats import files as puzzle_file
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.solving.setting import Setting

SETS = (
    "several_solutions",
    "ye_test",
    "sudoku_exchange_rated",
    "radcliffe_filtered",
    "radcliffe_sample",
    "seventeen_clue",
    "magictour_top1465",
    "forum_hardest_1106",
    "forum_hardest_11plus",
)
"""Names of the public sets, those with one solution easiest first; what the folder holds is measured."""


FILTERED = {"radcliffe_filtered": "radcliffe_sample"}
"""Sets that are taken from another one's file: the puzzles that the strategies of the papers' own filter solve."""


BUDGETS = (5, 10, 20)


ORDERS = ("margin", "top-prob")


GUESS, BESIDE_GUESS = "guess", "margin"
"""Policies of the VMD, and of the MDM beside it, where the VMD guesses. The MDM has no z: it would say the same again."""


GUESS_BUDGETS = (1, *BUDGETS)
"""Calls in such rows."""


PAPER = {
    ("VMD", "margin"): (96.9, 99.0, 99.7),
    ("MDM", "margin"): (36.2, 78.4, 91.1),
    ("VMD", "top-prob"): (67.7, 76.4, 80.9),
    ("MDM", "top-prob"): (10.6, 14.7, 20.4),
}
"""Per cent of puzzles solved in `BUDGETS` calls, on the paper's test set (project page of arXiv 2510.23606)."""


REVIEWS = (1.3, 2.3, 2.5)
"""Gains in points that a public review of the paper quotes; it does not name the policy."""


EMPTY = "empty board"


GRID_BUDGETS = (1, 4, 20)


BIN = 0.5
"""Width of the bins of a rating in the plot."""


Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to measure. limit: first puzzles of every set (None: all); latents: how many are tried where the rules choose
    among them, in `latents_nfe` calls each; guess_rounds: of every call where the VMD guesses, at most, for both models;
    grids: from the empty board, for every budget."""

    sets: tuple[str, ...] = SETS
    limit: int | None = None
    latents: int = 16
    latents_nfe: int = 20
    guess_rounds: int = 256
    grids: int = 200
    seed: int = 0
    batch_size: int = 64


QUICK = Plan(sets=("ye_test", "radcliffe_sample", "seventeen_clue"), limit=8, latents=4, latents_nfe=5, grids=16)
"""Some minutes on one core; intervals are wide."""


@dataclass(frozen=True)
class Pair:
    """What the two models are asked on the same puzzles; only the VMD has several latents to be asked for."""

    vmd: Setting
    mdm: Setting | None


def pairs(plan: Plan, several: bool) -> list[Pair]:
    """How every puzzle of a set is decoded: the paper's six, one call, one cell a call, five calls that run all their rounds
    (`settle` 0), several latents, and guesses of the VMD beside the MDM by margin. z is drawn where puzzles have `several`
    solutions, which one may then tell apart; only where it is not do deeper calls help both models, and guesses run them."""
    one = Setting(seed=plan.seed, z=plan.seed if several else None)
    table = [replace(one, policy=policy, nfe=nfe) for policy in ORDERS for nfe in BUDGETS]
    beyond = [replace(one, nfe=1), one, replace(one, nfe=5, settle=0.0)]
    deep = one if several else replace(one, first_rounds=plan.guess_rounds)
    guesses = [replace(deep, policy=GUESS, nfe=nfe) for nfe in GUESS_BUDGETS]
    return [
        *(Pair(setting, setting) for setting in (*table, *beyond)),
        Pair(replace(one, nfe=plan.latents_nfe, latents=plan.latents), None),
        *(Pair(guess, replace(guess, policy=BESIDE_GUESS)) for guess in guesses),
    ]


def find_sets(folder: Path, plan: Plan) -> list[PuzzleSet]:
    """The sets of the plan that `folder` holds.

    Raises:
        PuzzleFileError: it holds none of them, or the plan names an unknown one.
    """
    if unknown := [name for name in plan.sets if name not in SETS]:
        raise PuzzleFileError(f"no public set is called {', '.join(unknown)}; they are {', '.join(SETS)}")
    there = [name for name in plan.sets if _file(folder, name).is_file()]
    if not there:
        raise PuzzleFileError(f"{folder} holds no public set; wanted one of {', '.join(plan.sets)}, as NAME.csv")
    sets = [_read(folder, name, plan.limit) for name in there]
    # The filter may leave none of a small file.
    return [puzzles for puzzles in sets if len(puzzles.puzzles)]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{FILTERED.get(name, name)}.csv"


def _read(folder: Path, name: str, limit: int | None) -> PuzzleSet:
    if name not in FILTERED:
        return puzzle_file.read(_file(folder, name), limit)
    # The whole file, and the limit afterwards: the first puzzles are those that the filter keeps.
    every = puzzle_file.read(_file(folder, name))
    chosen = np.flatnonzero(techniques.solvable(every.puzzles, techniques.PAPER_FILTER))[:limit]
    solutions, ratings = (None if part is None else part[chosen] for part in (every.solutions, every.ratings))
    return PuzzleSet(name, every.puzzles[chosen], solutions, ratings)


def _calls(row: Row) -> str:
    nfe = row["setting"]["nfe"]
    return "one cell a call" if nfe is None else f"NFE {nfe}"
