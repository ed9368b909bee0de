"""A recorded solve as a small lesson: questions about its steps, answered before they are shown, and then the whole run."""

from pathlib import Path
from typing import Any

import numpy as np

from vmd_sudoku.board import BLANK, Line, cell_name
from vmd_sudoku.solving.playing import playable
from vmd_sudoku.solving.trace import Trace, TraceStep

QUESTIONS = 4
"""About steps, spread evenly over the run; one more asks about its end."""
_GAP = 0.05
"""How much wider the margin of the right cell must be than that of a wrong one; else nobody could know."""
_RUN = "run"


def lesson_of(trace: Trace) -> dict[str, Any]:
    """The lesson in the form of `Lesson.to_json` (vmd_sudoku/lessons/lesson.py), which the page plays."""
    cards = [_card(trace, step) for step in _steps_to_ask(trace)]
    cards += [_end(trace)] if trace.steps else []
    return {
        "id": _RUN,
        "title": "A recorded solve",
        "about": f"{len(cards)} questions first, then the whole run. Nothing is computed here: this is what the network did.",
        "note": f"vmd-sudoku {trace.version}; model {_name(trace)} {trace.sha256[:8]}; {_setting(trace)}",
        "cards": [*cards, _whole(trace)],
        "runs": {
            _RUN: {
                "label": _name(trace),
                "setting": _setting(trace),
                "trace": playable(trace),
                "facts": {"solved": "solved" if trace.solved else "not solved"},
                "query": {},
            }
        },
    }


def _name(trace: Trace) -> str:
    """Of the model, without the folders in which it lay: the file is for others."""
    return Path(trace.model).name


def _setting(trace: Trace) -> str:
    calls = "one cell a call" if trace.nfe == "cell" else f"{trace.nfe} calls"
    if trace.policy == "guess":
        calls = f"guesses: {trace.calls}"
    rules = [] if trace.constraints == "none" else [f"constraints {trace.constraints}"]
    z = [] if trace.latent is None else ["z = 0" if trace.z == "mode" else f"z {trace.z}"]
    return ", ".join([trace.policy, calls, *rules, *z, f"seed {trace.seed}"])


def _steps_to_ask(trace: Trace) -> list[int]:
    """Numbers of steps, from 0, that the network filled a cell in by itself while others were blank."""
    grids = trace.grids()
    open_cells = (grids == BLANK).sum(1)
    fit = [at for at, step in enumerate(trace.steps) if open_cells[at] > 3 and step.cells and step.why[0] == "network"]
    return [fit[at * len(fit) // QUESTIONS] for at in range(min(QUESTIONS, len(fit)))]


def _card(trace: Trace, at: int) -> dict[str, Any]:
    step = trace.steps[at]
    question, cells = _which_cell(trace, at) or _which_digit(step, at)
    before = _show(at=at, still=True, cells=cells)
    # The page looks into the first of the cells: the right one.
    after = _show(at=at + 1, still=True, cells=sorted(cells, key=lambda cell: cell != step.cells[0]), bars=True)
    return _blank(
        kind="watch", title=f"Step {at + 1} of {len(trace.steps)}", question=question, before=before, show=after
    )


def _which_cell(trace: Trace, at: int) -> tuple[dict[str, Any], list[int]] | None:
    """Which of four cells comes first; None where it is not the margin that decides, or other cells are as sure."""
    step = trace.steps[at]
    said = np.array(step.probabilities)
    top = np.sort(said, 1)[:, ::-1]
    margins = top[:, 0] - top[:, 1]
    right = step.cells[0]
    blank = np.flatnonzero(trace.grids()[at] == BLANK)
    others = [cell for cell in blank[np.argsort(-margins[blank])] if margins[cell] < margins[right] - _GAP]
    if trace.policy != "margin" or len(others) < 3:
        return None
    wrong = [int(others[place]) for place in (0, len(others) // 2, -1)]
    # In reading order, so that the place in the list says nothing.
    cells = sorted([right, *wrong])
    other = wrong[0]
    digit = int(said[right].argmax()) + 1
    because = [
        f"It takes the blank with the widest gap between its two likeliest digits. In {cell_name(right)} it gives {digit} "
        f"{_percent(top[right, 0])} and the next digit {_percent(top[right, 1])}.",
        f"In {cell_name(other)} it is less sure: {_percent(top[other, 0])} against {_percent(top[other, 1])}.",
    ]
    ask = f"Which of the four marked cells does the network fill first in step {at + 1}?"
    return _question(ask, [_capital(cell_name(cell)) for cell in cells], cells.index(right), because), cells


def _which_digit(step: TraceStep, at: int) -> tuple[dict[str, Any], list[int]]:
    """Which digit it writes into the first cell of the step."""
    cell, right = step.cells[0], step.digits[0]
    said = np.array(step.probabilities[cell])
    rest = [digit for digit in (np.argsort(-said, kind="stable") + 1).tolist() if digit != right]
    digits = sorted([right, *rest[:3]])
    because = [f"It gave {right} {_percent(said[right - 1])}, and {rest[0]} {_percent(said[rest[0] - 1])}."]
    ask = f"Which digit does the network write in the marked cell, {cell_name(cell)}, in step {at + 1}?"
    return _question(ask, list(map(str, digits)), digits.index(right), because), [cell]


def _end(trace: Trace) -> dict[str, Any]:
    middle = len(trace.steps) // 2
    question = _question(
        "Will the board be solved in the end?",
        ["Yes: full, no rule broken, every clue kept", "No: a rule is broken, or a blank is left"],
        0 if trace.solved else 1,
        [f"In the end: {trace.verdict}."],
    )
    before, after = _show(at=middle, still=True), _show(at=len(trace.steps), still=True)
    text = [f"This is the board after step {middle} of {len(trace.steps)}."]
    return _blank(kind="watch", title="The end", text=text, question=question, before=before, show=after)


def _whole(trace: Trace) -> dict[str, Any]:
    clues = int((Line(trace.puzzle).digits != BLANK).sum())
    text = [
        f"{clues} clues, {trace.calls} calls of the network, {trace.rounds} rounds. In the end: {trace.verdict}.",
        "Play it, or step through it. Choose a cell to see what each call said of it.",
    ]
    return _blank(kind="sandbox", title="The whole run", text=text, show=_show(at=None, bars=True))


def _blank(**given: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "text": [],
        "question": None,
        "before": None,
        "show": None,
        "game": None,
        "pairs": None,
        "table": None,
        "links": [],
    }
    return empty | given


def _show(*, at: int | None, still: bool = False, cells: list[int] | None = None, bars: bool = False) -> dict[str, Any]:
    return {"runs": [_RUN], "layout": "one", "at": at, "still": still, "cells": cells or [], "bars": bars}


def _question(ask: str, answers: list[str], right: int, because: list[str]) -> dict[str, Any]:
    return {"ask": ask, "answers": answers, "right": right, "because": because}


def _percent(share: float) -> str:
    """Cut off, not rounded, as in the app: 100 % is certainty alone."""
    return f"{int(share * 1000 + 1e-6) / 10:g} %"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
