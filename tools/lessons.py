"""The runs of the lessons, written from the shipped models: `python tools/lessons.py [NAME…]` writes `lessons/data/NAME.json`.

Everything is drawn from seeds, so that the same models give the same files. A line for every run says what came of it, which
is what the words of the lessons (`NAME.toml`) speak of.
"""

import base64
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from app.parts.settings import Settings
from app.solve.report import with_queue
from vmd_sudoku import __version__
from vmd_sudoku.board import BLANK, CELLS, Line, conflicts
from vmd_sudoku.exact.generate import full_grids
from vmd_sudoku.exact.proof import Proof, prove
from vmd_sudoku.lessons.lesson import NAMES
from vmd_sudoku.network.checkpoint import LoadedModel, load_model
from vmd_sudoku.solving.batch import begin
from vmd_sudoku.solving.record import solve_puzzle
from vmd_sudoku.solving.trace import Trace

ROOT = Path(__file__).parents[1]
DATA = ROOT / "vmd_sudoku" / "lessons" / "data"
SURE = (0.5, 0.8, 0.95, 0.99)
"""Between which confidences are counted; the player's shades are the same."""
GRIDS, CLUES, SEED = 60, (20, 34), 18
"""Of the table of confidences: boards, fewest and most random clues, seed."""
DRAWS = 6


@dataclass(frozen=True)
class Plan:
    """A run to be made: how it is called on the page, the puzzle, and how it is solved."""

    label: str
    puzzle: Line
    settings: Settings


class Models:
    """The shipped models, each loaded once."""

    def __init__(self) -> None:
        self._loaded: dict[str, LoadedModel] = {}

    def __call__(self, name: str) -> LoadedModel:
        """A model by its name."""
        if name not in self._loaded:
            self._loaded[name] = load_model(name)
        return self._loaded[name]


def example(name: str, number: int) -> Line:
    """A puzzle of `puzzles/`, by its file and its number there, from 0."""
    with (ROOT / "puzzles" / f"{name}.csv").open(newline="") as file:
        return Line(list(csv.DictReader(file))[number]["puzzle"])


def failing(models: "Models", first: int) -> Line:
    """A puzzle of `extreme.csv` that the MDM alone fails at in five calls: the first one from a number on."""
    for number in range(first, first + EXTREMES):
        puzzle = example("extreme", number % EXTREMES)
        if not solve_puzzle(models("mdm"), puzzle.digits, replace(MDM, nfe=5).library()).solved:
            return puzzle
    raise click.ClickException(
        "the MDM solves every extreme example; the words of the lessons say that it fails at one"
    )


EXTREMES = 10
"""Puzzles in `extreme.csv`."""


def without(puzzle: Line, count: int, seed: int) -> Line:
    """A puzzle with so many clues taken away at random."""
    board = puzzle.digits
    board[np.random.default_rng(seed).permutation(np.flatnonzero(board))[:count]] = BLANK
    return Line(board)


# ---- which runs a lesson has

OPEN = without(example("hard", 0), 7, seed=0)
"""So few clues that there are many solutions: something is left to choose."""
MDM, VMD = Settings(model="mdm"), Settings(model="vmd")


def many(models: Models) -> dict[str, Plan]:
    """One puzzle with many solutions, in few calls and in many."""
    calls = {"one": 1, "two": 2, "five": 5, "ten": 10, "twenty": 20}
    runs = {name: Plan(_calls(n), OPEN, replace(MDM, nfe=n)) for name, n in calls.items()}
    return {"single": Plan("One cell after each call", OPEN, MDM)} | runs


def _calls(count: int) -> str:
    return "All cells in 1 call" if count == 1 else f"{count} calls"


def sure(models: Models) -> dict[str, Plan]:
    """A run to guess along with, one that is sure and wrong, and a puzzle without one of its clues."""
    base = example("expert", 0)
    return {
        "game": Plan("One cell after each call", base, MDM),
        "wrong": Plan("Sure, and wrong", failing(models, 1), replace(MDM, nfe=5)),
        "whole": Plan("All clues", base, replace(MDM, nfe=1)),
        "less": Plan("Three clues taken away", without(base, 3, seed=1), replace(MDM, nfe=1)),
    }


def independence(models: Models) -> dict[str, Plan]:
    """A puzzle with two solutions: every cell alone knows both, and nobody says which."""
    twice = _with_a_rectangle(models)
    draws = {
        f"draw{n}": Plan(f"Draw {n}", twice, replace(MDM, nfe=1, temperature=1.0, seed=n)) for n in range(1, DRAWS + 1)
    }
    return {
        "one": Plan("All cells in 1 call", twice, replace(MDM, nfe=1)),
        "two": Plan("One cell after each call", twice, MDM),
    } | draws


def _with_a_rectangle(models: Models) -> Line:
    """The first example with two solutions that differ in four cells, of each of which the MDM says: half and half."""
    puzzles = [example("two_solutions", number) for number in range(25)]
    said = first_call(models, np.stack([puzzle.digits for puzzle in puzzles]))
    for puzzle, shares in zip(puzzles, said, strict=True):
        proof = prove(puzzle.digits, 5000)
        assert proof.solution is not None
        assert proof.second is not None
        cells = np.flatnonzero(proof.solution != proof.second)
        if len(cells) == 4 and (abs(shares[cells, proof.solution[cells] - 1] - 0.5) < HALF).all():
            return puzzle
    raise click.ClickException("no example will do; see puzzles/make_examples.py")


HALF = 0.05
"""How far from one half a coin's share may be."""


def first_call(models: Models, boards: np.ndarray) -> np.ndarray:
    """What the MDM says of boards, int8 [n,81], in one call: [n,81,9]."""
    step = next(iter(begin(models("mdm"), boards.astype(np.int8), replace(MDM, nfe=1).library()).steps))
    said: np.ndarray = step.probabilities.numpy()
    return said


def latent(models: Models) -> dict[str, Plan]:
    """The puzzle with many solutions, in few calls: MDM drawing digits, VMD drawing z."""
    coins = replace(MDM, nfe=FEW, temperature=1.0)
    drawn = replace(VMD, nfe=FEW, draw=True)
    runs = {f"mdm{n}": Plan(f"MDM, draw {n}", OPEN, replace(coins, seed=n)) for n in range(1, DRAWS + 1)}
    runs |= {f"vmd{n}": Plan(f"VMD, draw {n} of z", OPEN, replace(drawn, seed=n)) for n in range(1, DRAWS + 1)}
    once = {
        "mdmonce": Plan("MDM, 1 call", OPEN, replace(coins, nfe=1, seed=1)),
        "vmdonce": Plan("VMD, 1 call", OPEN, replace(drawn, nfe=1, seed=1)),
    }
    return runs | once | {"zero": Plan("VMD, z = 0", OPEN, replace(VMD, nfe=FEW))}


FEW = 4
"""Calls of the lesson on z."""


def rules(models: Models) -> dict[str, Plan]:
    """A puzzle that the network alone fails at, at every level of help; and one without a solution."""
    hard = failing(models, 4)
    levels = {
        "none": "The network alone",
        "rules": "Digits that a peer holds are left out",
        "propagate": "Singles are filled",
        "search": "A search",
    }
    runs = {name: Plan(label, hard, replace(MDM, nfe=5, constraints=name)) for name, label in levels.items()}
    broken = _without_solution(example("easy", 0))
    return runs | {
        "fooled": Plan("The network alone", broken, replace(MDM, nfe=5)),
        "proved": Plan("A search", broken, replace(MDM, nfe=5, constraints="search")),
    }


def _without_solution(puzzle: Line) -> Line:
    """A puzzle with one clue changed, so that no two clues clash and there is no solution all the same."""
    for cell in np.flatnonzero(puzzle.digits):
        for digit in range(1, 10):
            board = puzzle.digits
            board[cell] = digit
            if not conflicts(board) and prove(board, 5000).solutions == "none":
                return Line(board)
    raise click.ClickException("every change of a clue shows at once; take another puzzle")


PLANS: dict[str, Callable[[Models], dict[str, Plan]]] = {
    "many": many,
    "sure": sure,
    "independence": independence,
    "latent": latent,
    "rules": rules,
}


# ---- what is written down


def made(plan: Plan, models: Models) -> dict[str, Any]:
    """The plain values of `lesson.Run`."""
    trace = solve_puzzle(models(plan.settings.model), plan.puzzle.digits, plan.settings.library())
    proof = prove(plan.puzzle.digits, 5000)
    played = with_queue(trace, plan.settings) | {"latent": None}
    one = proof.solutions == "one" and proof.solution is not None
    return {
        "label": plan.label,
        "setting": str(plan.settings),
        "trace": played,
        "facts": facts(trace, proof),
        "query": {"p": str(plan.puzzle)} | plan.settings.to_query(),
        "solution": str(Line(proof.solution)) if one else None,
    }


def facts(trace: Trace, proof: Proof) -> dict[str, int | float | str]:
    """What came of a run, counted on its boards by the rules.

    wrong: cells of a puzzle with one solution, or two, that differ from it, or from the nearer one. sure: the least sure digit
    when it was filled, in percent, and surest_wrong the surest one that is wrong.
    """
    board = Line(trace.board).digits
    answers = [answer for answer in (proof.solution, proof.second) if answer is not None]
    known = _count_known(trace.puzzle) if proof.solutions == "several" else len(answers)
    said = [pair for step in trace.steps for pair in zip(step.cells, step.confidence, strict=True)]
    found: dict[str, int | float | str] = {
        "puzzle": trace.puzzle,
        "blanks": int((Line(trace.puzzle).digits == BLANK).sum()),
        "calls": trace.calls,
        "rounds": trace.rounds,
        "undone": trace.backtracks,
        "clashing": len({cell for clash in conflicts(board) for cell in (clash.first, clash.second)}),
        "left": int((board == BLANK).sum()),
        "solved": "solved" if trace.solved else "not solved",
        "solutions": known if known < MANY else f"more than {MANY - 1}",
        "sure": int(100 * min((confidence for _, confidence in said), default=0)),
        "by_rules": sum(why != "network" for step in trace.steps for why in step.why),
    }
    if 1 <= known <= 2:
        differ = min((board != answer for answer in answers), key=np.count_nonzero)
        found["wrong"] = int(differ.sum())
        found["surest_wrong"] = int(100 * max((c for cell, c in said if differ[cell]), default=0))
    return found


MANY = 1001
"""Solutions are counted up to here."""


def _count_known(puzzle: str) -> int:
    from vmd_sudoku.exact.solver import Search

    search = Search(Line(puzzle).digits, limit=MANY)
    while not search.over:
        search.go_on(100_000)
    return len(search.solutions)


def tied_pair(runs: dict[str, Any]) -> dict[str, Any]:
    """The plain values of `lesson.Pairs`: two cells in which the two solutions differ, and what one call says of them."""
    run = runs["one"]
    proof = prove(Line(run["trace"]["puzzle"]).digits, 5000)
    assert proof.solution is not None
    assert proof.second is not None
    a, b = map(int, np.flatnonzero(proof.solution != proof.second)[:2])
    said = np.frombuffer(base64.b64decode(run["trace"]["probabilities"]), np.uint8).reshape(-1, CELLS, 9)[0] / 255
    digits = [[int(s[a]), int(s[b])] for s in (proof.solution, proof.second)]
    shares = [[round(float(said[cell, pair[at] - 1]), 3) for pair in digits] for at, cell in enumerate((a, b))]
    return {"run": "one", "cells": [a, b], "digits": digits, "shares": shares}


def calibration(models: Models) -> dict[str, Any]:
    """How often the MDM's likeliest digit is that of the grid which the clues were taken from, by how sure it is."""
    rng = np.random.default_rng(SEED)
    grids = full_grids(GRIDS, SEED)
    clues = rng.integers(*CLUES, size=(GRIDS, 1), endpoint=True)
    board = np.where(rng.random(grids.shape).argsort(1).argsort(1) < clues, grids, BLANK)
    said, blank = (
        np.concatenate([first_call(models, some) for some in np.array_split(board, GRIDS // 10)]),
        board == BLANK,
    )
    sure, right = said.max(-1)[blank], (said.argmax(-1) + 1 == grids)[blank]
    figures: dict[str, Any] = {"boards": GRIDS, "fewest": CLUES[0], "most": CLUES[1], "cells": len(sure), "seed": SEED}
    for number in range(len(SURE) + 1):
        inside = np.digitize(sure, SURE) == number
        if not inside.any():
            raise click.ClickException(f"no blank is in row {number + 1} of the table of confidences; take more boards")
        figures[f"cells{number}"] = int(inside.sum())
        figures |= {
            f"{word}{number}": f"{100 * of[inside].mean():.1f}" for word, of in (("said", sure), ("right", right))
        }
    return figures


def draws_figures(runs: dict[str, Any], *kinds: str) -> dict[str, Any]:
    """How many of the draws are legal."""
    return {
        kind: sum(run["facts"]["solved"] == "solved" for name, run in runs.items() if name.rstrip("0123456789") == kind)
        for kind in kinds
    } | {"draws": DRAWS}


def first_level(runs: dict[str, Any]) -> dict[str, Any]:
    """The number of the first level of help, from 1, at which the puzzle is solved."""
    solved = [runs[name]["facts"]["solved"] == "solved" for name in ("rules", "propagate", "search")]
    return {"first": 1 + solved.index(True)}


FIGURES: dict[str, Callable[[dict[str, Any], Models], dict[str, Any]]] = {
    "sure": lambda runs, models: calibration(models),
    "independence": lambda runs, models: draws_figures(runs, "draw"),
    "latent": lambda runs, models: draws_figures(runs, "mdm", "vmd"),
    "rules": lambda runs, models: first_level(runs),
}


def write(name: str, models: Models) -> Iterator[str]:
    """Make a lesson's runs and write them down; a line for each."""
    runs = {}
    for key, plan in PLANS[name](models).items():
        runs[key] = made(plan, models)
        yield f"{name} {key}: {plan.settings}: {runs[key]['facts']}"
    figures = FIGURES[name](runs, models) if name in FIGURES else {}
    pairs = {"pair": tied_pair(runs)} if name == "independence" else {}
    note = f"vmd-sudoku {__version__}; " + ", ".join(f"{m} {models(m).sha256[:8]}" for m in ("vmd", "mdm"))
    text = json.dumps({"note": note, "figures": figures, "pairs": pairs, "runs": runs}, separators=(",", ":"))
    (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    yield f"{name}: {len(text) // 1000} kB, {figures or 'no figures'} {pairs or ''}"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
def main(names: tuple[str, ...]) -> None:
    """Write the runs of some lessons, or of all."""
    torch.set_num_threads(1)
    models = Models()
    for name in names or NAMES:
        for line in write(name, models):
            click.echo(line)


if __name__ == "__main__":
    main()
