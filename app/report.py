"""What the page says about a puzzle and a solve, in words. Verdicts come from the rules and the exact solver alone."""

import numpy as np

from app.session import Report, Settings, clues
from vmd_sudoku.board import conflicts, is_complete, parse
from vmd_sudoku.trace import Trace

FEWEST_CLUES = 17
"""No Sudoku with fewer clues has a single solution (McGuire, Tugemann and Civario 2012, arXiv 1201.0749)."""


def refusal(puzzle: str) -> Report | None:
    """Why no run is needed or possible, as far as the rules alone can tell; None if the board is open."""
    board = parse(puzzle)
    clashes = conflicts(board)
    if clashes:
        more = f" There {_are(len(clashes) - 1)} more like it." if len(clashes) > 1 else ""
        return Report(
            puzzle=puzzle,
            tone="refused",
            headline="Clues clash",
            reason=f"{_sentence(str(clashes[0]))}{more}",
            notes=("Change one of the marked cells, then solve.",),
        )
    if is_complete(board):
        return Report(
            puzzle=puzzle,
            tone="solved",
            headline="Solved already",
            reason="No blank is left, and every row, column and box holds 1 to 9 once.",
        )
    return None


def impossible(puzzle: str) -> Report:
    """The words for a puzzle of which the exact solver proved that it has no solution."""
    return Report(
        puzzle=puzzle,
        tone="refused",
        headline="No solution",
        reason="The clues do not clash yet, but the exact solver proves that no board fits them all.",
        notes=("Did you mistype a clue?",),
    )


def outcome(trace: Trace, settings: Settings, solution: str | None) -> Report:
    """The words for a finished run.

    solution: the only solution of the puzzle, or None if there are several.
    """
    solved = trace.verdict == "solved"
    notes = [_puzzle_word(trace.puzzle, solution)]
    if not solved and solution:
        notes.insert(0, _difference(trace, solution))
    notes.append(_figures(trace, settings))
    return Report(
        puzzle=trace.puzzle,
        tone="solved" if solved else "wrong",
        headline="Solved" if solved else "Not solved",
        reason=(
            "Every row, column and box holds 1 to 9 once, and every clue is kept."
            if solved
            else _sentence(trace.verdict)
        ),
        notes=tuple(notes),
        first_wrong=_first_wrong(trace, solution) if solution else None,
        trace=playable(trace),
    )


def failure(puzzle: str, message: str, headline: str = "No run this time") -> Report:
    """The words for a run that did not happen; `message` is fit to show a visitor."""
    return Report(puzzle=puzzle, tone="failed", headline=headline, reason=_sentence(message))


def playable(trace: Trace) -> dict[str, object]:
    """A trace as the player on the page takes it: the steps without the 729 probabilities each."""
    return {
        "puzzle": trace.puzzle,
        "steps": [
            {
                "cells": list(step.cells),
                "digits": list(step.digits),
                "confidence": [round(value, 4) for value in step.confidence],
                "margin": [round(value, 4) for value in step.margin],
            }
            for step in trace.steps
        ],
    }


def _puzzle_word(puzzle: str, solution: str | None) -> str:
    if solution:
        return "The puzzle has exactly one solution."
    given = clues(puzzle)
    if given < FEWEST_CLUES:
        return f"The puzzle has several solutions, as all with fewer than {FEWEST_CLUES} clues have."
    return "The puzzle has several solutions. Did you mistype a clue?"


def _first_wrong(trace: Trace, solution: str) -> int | None:
    for number, step in enumerate(trace.steps, start=1):
        if any(int(solution[cell]) != digit for cell, digit in zip(step.cells, step.digits, strict=True)):
            return number
    return None


def _difference(trace: Trace, solution: str) -> str:
    count = int(np.count_nonzero(parse(trace.board) != parse(solution)))
    return f"{'1 cell differs' if count == 1 else f'{count} cells differ'} from the only solution."


def _figures(trace: Trace, settings: Settings) -> str:
    calls = "1 call" if trace.calls == 1 else f"{trace.calls} calls"
    return f"{settings}: {calls} of the network in {trace.seconds:.2f} s."


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
