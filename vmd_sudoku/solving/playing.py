"""A trace as the player of a page takes it: small enough to travel, and fine enough to draw."""

import base64
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, DIGITS, Line
from vmd_sudoku.solving.trace import Trace, TraceStep

_UNSHOWN = ("probabilities", "backtracks")
"""Of a step: the first travels as bytes, of all steps together."""


def playable(trace: Trace) -> dict[str, Any]:
    """The run as plain values.

    probabilities: uint8 [steps,81,9] in base64, 255 for certainty. latent: the first number of z of each of the 729
    candidates; None without z, where z is one vector for the board, or where every call had another (policy `guess`). guess:
    of a step of that policy, see `guesses`.
    """
    said = np.array([step.probabilities for step in trace.steps]).reshape(-1, CELLS, DIGITS)
    size = len(trace.latent) // (CELLS * DIGITS) if trace.latent else 0
    others = trace.policy == "guess" and len(trace.steps) > 1
    steps = [_step(step) | guess for step, guess in zip(trace.steps, guesses(trace), strict=True)]
    return {
        "puzzle": trace.puzzle,
        "steps": steps,
        "probabilities": packed(as_bytes(said)),
        "latent": [round(value, 2) for value in trace.latent[::size]] if trace.latent and size and not others else None,
    }


def guesses(trace: Trace) -> list[dict[str, Any]]:
    """What each step of a run by policy `guess` guessed, under the name `guess`; nothing for steps that guess nothing.

    cell: the least sure one of those that were to be filled, and `sure`, its probability. unsure: how many are below the
    threshold. again: whether the next guess has another z; None where the guess was written. digits, shares: of a guess that
    was turned down, 81 characters and the probabilities of its digits in percent.
    """
    if trace.policy != "guess":
        return [{} for _ in trace.steps]
    return list(_guesses(trace))


def _guesses(trace: Trace) -> Iterator[dict[str, Any]]:
    # Loaded here, because this needs torch, and only who has such a trace needs it.
    from vmd_sudoku.decoding.blocks import BLOCKS

    blocks = BLOCKS[str(trace.setting.get("blocks", "none"))]
    threshold = float(str(trace.setting.get("threshold", 1.0)))
    renews = trace.setting.get("renew_z") != "never"
    for step, board in zip(trace.steps, trace.grids(), strict=False):
        blank = board == BLANK
        mine = next((block[blank[block]] for block in blocks if blank[block].any()), np.zeros(0, int))
        # A search takes cells back in a step of its own, which is no guess.
        if not len(mine) or (step.remasked and not step.cells):
            yield {}
            continue
        said = np.array(step.probabilities)
        top = said.max(1)
        guess: dict[str, Any] = {
            "cell": int(mine[top[mine].argmin()]),
            "sure": round(float(top[mine].min()), 4),
            # Rounded as they are here, all may reach a threshold that one of them missed.
            "unsure": max(int(not step.cells), int(np.count_nonzero(top[mine] < threshold))),
            "again": None if step.cells else renews,
        }
        if not step.cells:
            digits = np.full(CELLS, BLANK, np.int8)
            digits[mine] = said[mine].argmax(1) + 1
            guess |= {"digits": Line(digits), "shares": np.floor(100 * top + 1e-6).astype(int).tolist()}
        yield {"guess": guess}


def _step(step: TraceStep) -> dict[str, Any]:
    return {name: list(value) for name, value in asdict(step).items() if name not in _UNSHOWN}


def as_bytes(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities as uint8, 255 for certainty: a quarter of the size of text, and finer than a bar on the screen."""
    return np.rint(np.asarray(probabilities) * 255).astype(np.uint8)


def packed(array: np.ndarray) -> str:
    """The bytes of an array in base64."""
    return base64.b64encode(array.tobytes()).decode()
