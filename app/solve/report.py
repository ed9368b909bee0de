"""What the page says about a puzzle and a solve, in words. Verdicts come from the rules and the exact solver alone."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from app.parts import words
from app.parts.doors import clues, entries, with_own
from app.parts.settings import GUESS_CALLS, Settings
from app.parts.verdict import Report, sentence
from vmd_sudoku.board import BLANK, CELLS, Line, cell_name
from vmd_sudoku.solving.playing import packed, playable
from vmd_sudoku.solving.trace import Trace

if TYPE_CHECKING:
    from vmd_sudoku.exact.proof import Proof
    from vmd_sudoku.solving.record import Solve

FEWEST_CLUES = 17
"""No Sudoku with fewer clues has a single solution (McGuire, Tugemann and Civario 2012, arXiv 1201.0749)."""


def ruled_out(puzzle: Line, own: str, first: int | None) -> Report:
    """The words for a puzzle whose solutions the visitor's own digits rule out; entry number `first` is the first to, if it
    was found in time."""
    named = [] if first is None else [entries(own)[first]]
    return Report(
        puzzle=with_own(puzzle, entries(own)),
        tone="refused",
        headline=words.IMPOSSIBLE,
        reason=words.IMPOSSIBLE_OWN,
        notes=tuple(words.IMPOSSIBLE_OWN_FIRST.format(digit=digit, place=cell_name(cell)) for cell, digit in named),
        cells=tuple(cell for cell, _ in named),
    )


def outcome(found: "Solve", settings: Settings, proof: "Proof") -> Report:
    """The words for a run, with what the exact solver says of its puzzle."""
    trace, solved = found.trace, found.trace.solved
    solution = None if proof.solution is None or proof.solutions != "one" else Line(proof.solution)
    notes = [_puzzle_word(trace, proof)]
    if not solved and solution:
        notes.insert(0, _difference(trace, solution))
    notes.append(_figures(trace, settings))
    if not found.whole:
        notes.append(words.STOPPED.format(seconds=trace.seconds))
    return Report(
        puzzle=Line(trace.puzzle),
        tone="solved" if solved else "wrong",
        headline=words.SOLVED if solved else words.IMPOSSIBLE if trace.solutions == "none" else words.NOT_SOLVED,
        reason=words.SOLVED_WHY if solved else sentence(trace.verdict),
        notes=tuple(notes),
        first_wrong=_first_wrong(trace, solution) if solution else None,
        guesses=0 if solved or not found.whole or settings.guessing() == settings else GUESS_CALLS,
        trace=with_queue(trace, settings),
        settings=settings,
    )


def with_queue(trace: Trace, settings: Settings) -> dict[str, object]:
    """A trace as the player takes it, with the order in which the policy would have filled the cells.

    queue: uint8 [steps,81] in base64, the place of a cell among the blank ones by the policy's preference, from 1; 0 for a
    filled cell, and where the order is drawn or by blocks.
    """
    said = np.array([step.probabilities for step in trace.steps]).reshape(-1, CELLS, 9)
    return playable(trace) | {"queue": packed(_queue(trace, settings, said))}


def _by_margin(said: np.ndarray) -> np.ndarray:
    ranked = np.sort(said, -1)
    return ranked[..., -1] - ranked[..., -2]


def _by_entropy(said: np.ndarray) -> np.ndarray:
    return (said * np.log(np.maximum(said, np.finfo(float).tiny))).sum(-1)


_SCORES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "margin": _by_margin,
    "top-prob": lambda said: said.max(-1),
    "threshold": lambda said: said.max(-1),
    "entropy": _by_entropy,
}
"""The policies that rank cells by what one call said of them, and by what."""


def _queue(trace: Trace, settings: Settings, said: np.ndarray) -> np.ndarray:
    places = np.zeros((len(trace.steps), CELLS), np.uint8)
    if settings.policy not in _SCORES or settings.gumbel or settings.blocks != Settings.blocks:
        return places
    scores = _SCORES[settings.policy](said)
    for number, (step, board) in enumerate(zip(trace.steps, trace.grids(), strict=False)):
        score = np.where(board == BLANK, scores[number], -np.inf)
        score[list(step.cells)] = np.inf  # rounding must not put another cell before those that were filled
        order = np.argsort(-score, kind="stable")
        ranked = np.concatenate([np.array(step.cells, int), order[np.isfinite(score[order])]])
        places[number, ranked] = np.arange(1, len(ranked) + 1)
    return places


def board_at(trace: Mapping[str, object], step: int | None) -> Line:
    """The board after a step of a playable trace (0: before the first); None for the last."""
    board = Line(trace["puzzle"]).digits  # type: ignore[arg-type]
    steps: list = trace["steps"]  # type: ignore[assignment]
    for made in steps if step is None else steps[:step]:
        for cell, digit in zip(made["cells"], made["digits"], strict=True):
            board[cell] = digit
        for cell in made["remasked"]:
            board[cell] = BLANK
    return Line(board)


def _puzzle_word(trace: Trace, proof: "Proof") -> str:
    """How many solutions the puzzle has, as far as the exact solver and the run have shown."""
    if trace.solutions == "none":  # a search went through all there is
        return words.IMPOSSIBLE_WHY_RUN
    if proof.solutions == "one":
        return words.ONE_SOLUTION
    if clues(trace.puzzle) < FEWEST_CLUES:
        has_one = proof.solution is not None or trace.solved or trace.solutions in ("one", "several")
        return (words.FEW_CLUES if has_one else words.FEW_UNDECIDED).format(fewest=FEWEST_CLUES)
    if proof.solutions == "not decided":
        return words.UNDECIDED
    differ = int(np.count_nonzero(proof.solution != proof.second))
    return f"{words.SEVERAL} {words.SEVERAL_WHERE.format(cells=_count(differ))}"


def _first_wrong(trace: Trace, solution: str) -> int | None:
    for number, step in enumerate(trace.steps, start=1):
        if any(int(solution[cell]) != digit for cell, digit in zip(step.cells, step.digits, strict=True)):
            return number
    return None


def _difference(trace: Trace, solution: Line) -> str:
    count = int(np.count_nonzero(Line(trace.board).digits != solution.digits))
    return words.DIFFER_ONE if count == 1 else words.DIFFER.format(n=count)


def _figures(trace: Trace, settings: Settings) -> str:
    calls = words.CALLS_ONE if trace.calls == 1 else words.CALLS.format(n=trace.calls)
    said = words.FIGURES.format(settings=settings, calls=calls, seconds=trace.seconds)
    return f"{said} {words.BACKTRACKS.format(n=trace.backtracks)}" if trace.backtracks else said


def _count(cells: int) -> str:
    return words.BOARD["cells_one"] if cells == 1 else words.BOARD["cells_many"].format(n=cells)
