"""A trace as the player of a page takes it: small enough to travel, and fine enough to draw."""

import base64
from dataclasses import asdict
from typing import Any

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS
from vmd_sudoku.solving.trace import Trace, TraceStep

_UNSHOWN = ("probabilities", "backtracks")
"""Of a step: the first travels as bytes, of all steps together."""


def playable(trace: Trace) -> dict[str, Any]:
    """The run as plain values.

    probabilities: uint8 [steps,81,9] in base64, 255 for certainty. latent: the first number of z of each of the 729
    candidates; None without z, or where z is one vector for the board.
    """
    said = np.array([step.probabilities for step in trace.steps]).reshape(-1, CELLS, DIGITS)
    size = len(trace.latent) // (CELLS * DIGITS) if trace.latent else 0
    return {
        "puzzle": trace.puzzle,
        "steps": [_step(step) for step in trace.steps],
        "probabilities": packed(as_bytes(said)),
        "latent": [round(value, 2) for value in trace.latent[::size]] if trace.latent and size else None,
    }


def _step(step: TraceStep) -> dict[str, Any]:
    return {name: list(value) for name, value in asdict(step).items() if name not in _UNSHOWN}


def as_bytes(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities as uint8, 255 for certainty: a quarter of the size of text, and finer than a bar on the screen."""
    return np.rint(np.asarray(probabilities) * 255).astype(np.uint8)


def packed(array: np.ndarray) -> str:
    """The bytes of an array in base64."""
    return base64.b64encode(array.tobytes()).decode()
