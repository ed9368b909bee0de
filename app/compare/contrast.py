"""What several runs on one puzzle say of each other: where they part, who was right, and the curves over their steps.

Runs of different lengths share one time line of T ticks, T being the longest run: at tick t a run of n steps shows its
step floor(t n / T), so that all start and end together. Pure functions of traces; the browser gets plain values.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.compare import words as compare_words
from app.parts.settings import Settings
from vmd_sudoku.board import BLANK, PEERS, Line, cell_name
from vmd_sudoku.solving.playing import guesses
from vmd_sudoku.solving.trace import Trace, TraceStep


@dataclass(frozen=True)
class Run:
    """One board of the page: its short name, what it was asked, and what the network did."""

    name: str
    settings: Settings
    trace: Trace


@dataclass(frozen=True)
class Wrong:
    """The first digit of a run that departs from the only solution, or that breaks a rule where there are several."""

    step: int
    cell: int
    digit: int
    confidence: float


@dataclass(frozen=True)
class Parting:
    """Where runs stop being alike: the tick, a cell that shows it, and what it holds on every board (0: blank)."""

    tick: int
    cell: int
    digits: tuple[int, ...]


def step_at(tick: int, steps: int, ticks: int) -> int:
    """The step that a run of `steps` steps shows at `tick` of `ticks`."""
    return tick * steps // max(ticks, 1)


def tick_of(step: int, steps: int, ticks: int) -> int:
    """The first tick at which a run of `steps` steps shows `step`."""
    # Rounded up, so that `step_at` of this tick is the step again.
    return -(-step * ticks // max(steps, 1))


def boards_of(trace: Trace) -> np.ndarray:
    """The clues, and what every step left behind: int8 [steps + 1, 81]."""
    return trace.grids()


def first_wrong(trace: Trace, solution: Line | None) -> Wrong | None:
    """The first mistake of a run; without a `solution` (the puzzle has several) the first digit that a peer holds."""
    truth = None if solution is None else solution.digits
    for number, (step, before) in enumerate(zip(trace.steps, boards_of(trace)[:-1], strict=True), 1):
        board = before.copy()
        board[list(step.cells)] = step.digits
        for cell, digit, confidence in zip(step.cells, step.digits, step.confidence, strict=True):
            if digit != truth[cell] if truth is not None else digit in board[PEERS[cell]]:
                return Wrong(number, cell, digit, confidence)
    return None


def partings(traces: Sequence[Trace]) -> tuple[Parting | None, Parting | None]:
    """The first tick at which the runs have filled other cells, and the first at which a cell holds other digits."""
    ticks = max(len(trace.steps) for trace in traces)
    boards = [boards_of(trace) for trace in traces]
    order = digits = None
    for tick in range(1, ticks + 1):
        now = np.stack([rows[step_at(tick, len(rows) - 1, ticks)] for rows in boards])  # [runs,81]
        blank = now == BLANK
        if order is None and (apart := np.flatnonzero((blank != blank[0]).any(0))).size:
            order = _parting(tick, now, apart, traces, ticks)
        # 10 is above any digit, so blanks never count as the lowest one.
        low = np.where(blank, 10, now).min(0)
        if digits is None and (apart := np.flatnonzero((low < now.max(0)) & (now.max(0) > BLANK))).size:
            digits = _parting(tick, now, apart, traces, ticks)
        if order and digits:
            break
    return order, digits


def log_likelihood(trace: Trace) -> float:
    """Sum over the filled cells of ln p of their digit, each at the call that wrote it, in nats; 0 is certainty.

    Digits that were taken back do not count.
    """
    written: dict[int, float] = {}
    for step in trace.steps:
        written |= zip(step.cells, step.confidence, strict=True)
        for cell in step.remasked:
            written.pop(cell, None)
    # Probabilities are kept to four decimals.
    return sum(math.log(max(confidence, 5e-5)) for confidence in written.values())


def entropy_of_blanks(trace: Trace) -> list[float]:
    """Mean entropy of the cells that were blank at each call, in nats: one value a step."""
    said = np.array([step.probabilities for step in trace.steps], float).reshape(-1, 81, 9)
    # 0 ln 0 counts as 0; ln 1 stands in for the logarithm that does not exist.
    entropy = -(said * np.log(np.where(said > 0, said, 1.0))).sum(-1)
    blank = boards_of(trace)[:-1] == BLANK
    return [round(float(value), 4) for value in (entropy * blank).sum(1) / np.maximum(blank.sum(1), 1)]


def payload(puzzle: Line, runs: Sequence[Run], solution: Line | None) -> dict[str, object]:
    """Everything that the page's component plays and draws, as plain values."""
    ticks = max(len(run.trace.steps) for run in runs)
    traces = [run.trace for run in runs]
    wrongs = [first_wrong(trace, solution) for trace in traces]
    return {
        "puzzle": puzzle,
        "solution": solution,
        "ticks": ticks,
        "runs": [_plain(run, wrong, solution, ticks) for run, wrong in zip(runs, wrongs, strict=True)],
        "partings": [
            {"kind": kind, "tick": found.tick, "cell": found.cell, "text": words(found, [run.name for run in runs])}
            for kind, words, found in zip(
                ("order", "digits"), (_order_words, _digit_words), partings(traces), strict=True
            )
            if found
        ],
    }


def _plain(run: Run, wrong: Wrong | None, solution: Line | None, ticks: int) -> dict[str, object]:
    trace, steps = run.trace, len(run.trace.steps)
    told = guesses(trace)
    truth, final = None if solution is None else solution.digits, Line(trace.board).digits
    return {
        "name": run.name,
        "setting": str(run.settings),
        "trace": _played(trace, told),
        "solved": trace.solved,
        "verdict": trace.verdict,
        "wrong": None
        if wrong is None
        else {"step": wrong.step, "tick": tick_of(wrong.step, steps, ticks), "cell": wrong.cell},
        "wrong_text": _wrong_words(wrong, solution),
        "confidence": [_confidence(step, guess) for step, guess in zip(trace.steps, told, strict=True)],
        "entropy": entropy_of_blanks(trace),
        "filled": [len(step.cells) for step in trace.steps],
        "mistakes": []
        if truth is None
        else [
            [number, confidence]
            for number, step in enumerate(trace.steps, 1)
            for cell, digit, confidence in zip(step.cells, step.digits, step.confidence, strict=True)
            if digit != truth[cell]
        ],
        "calls": trace.calls,
        "rounds": trace.rounds,
        "ms": round(1000 * trace.seconds),
        "log_likelihood": round(log_likelihood(trace), 2),
        "blank": int(np.count_nonzero(final == BLANK)),
        "differs": None if truth is None else int(np.count_nonzero((final != BLANK) & (final != truth))),
    }


def _confidence(step: TraceStep, guess: dict[str, Any]) -> float | None:
    """The mean over the cells that a step filled, or would have filled with a guess that was turned down."""
    if step.cells:
        return round(float(np.mean(step.confidence)), 4)
    digits, shares = (guess.get("guess", {}).get(name, ()) for name in ("digits", "shares"))
    asked = [share / 100 for digit, share in zip(digits, shares, strict=True) if digit != "."]
    return round(float(np.mean(asked)), 4) if asked else None


def _played(trace: Trace, told: Sequence[dict[str, Any]]) -> dict[str, object]:
    """A trace as the player takes it, without the 729 probabilities of every step. told: its guesses, step by step."""
    steps = [
        {
            "cells": list(step.cells),
            "digits": list(step.digits),
            "confidence": [round(value, 4) for value in step.confidence],
            "remasked": list(step.remasked),
        }
        | guess
        for step, guess in zip(trace.steps, told, strict=True)
    ]
    return {"puzzle": trace.puzzle, "steps": steps}


def _parting(tick: int, now: np.ndarray, apart: np.ndarray, traces: Sequence[Trace], ticks: int) -> Parting:
    """Of the cells `apart`, the one that a run preferred most in its step of this tick."""
    candidates = set(apart.tolist())
    for trace in traces:
        step = step_at(tick, len(trace.steps), ticks)
        if step and (mine := [cell for cell in trace.steps[step - 1].cells if cell in candidates]):
            return Parting(tick, mine[0], tuple(now[:, mine[0]].tolist()))
    return Parting(tick, int(apart[0]), tuple(now[:, apart[0]].tolist()))


def _order_words(found: Parting, names: Sequence[str]) -> str:
    filled = [name for name, digit in zip(names, found.digits, strict=True) if digit != BLANK]
    blank = [name for name, digit in zip(names, found.digits, strict=True) if digit == BLANK]
    return compare_words.ORDER.format(
        place=_sentence_start(cell_name(found.cell)), filled=_list(filled), blank=_list(blank)
    )


def _digit_words(found: Parting, names: Sequence[str]) -> str:
    held: dict[int, list[str]] = {}
    for name, digit in zip(names, found.digits, strict=True):
        if digit != BLANK:
            held.setdefault(digit, []).append(name)
    parts = [compare_words.DIGIT_ON.format(digit=digit, names=_list(group)) for digit, group in held.items()]
    return compare_words.DIGITS.format(place=_sentence_start(cell_name(found.cell)), parts="; ".join(parts))


def _wrong_words(wrong: Wrong | None, solution: Line | None) -> str:
    if wrong is None:
        return ""
    words = compare_words.WRONG if solution else compare_words.CLASHES
    return words.format(
        place=_sentence_start(cell_name(wrong.cell)),
        digit=wrong.digit,
        truth=solution[wrong.cell] if solution else "",
        # Rounded down: 99.98 % is not certainty.
        sure=f"{math.floor(1000 * wrong.confidence + 1e-6) / 10:g}",
    )


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else compare_words.AND.format(first=", ".join(names[:-1]), last=names[-1])


def _sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]
