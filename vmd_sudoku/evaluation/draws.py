"""pass@K: the share of puzzles that at least one of K draws solves, judged by the rules, the network alone.

A VMD draws z from the prior. An MDM, which has none, draws its digits or its order with noise, and gets the same number of
calls beside it, so that what is compared is what a draw of z brings.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vmd_sudoku import board as boards
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.evaluation.accuracy import settings_of
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.setting import Setting

AT = (1, 4, 16, 64)
"""Numbers of draws that figures are given for."""
NOISES = ((0.5, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 2.5))
"""Temperature of the digits and Gumbel noise on the order that an MDM is tried with."""


@dataclass(frozen=True)
class Draws:
    """Draws for every puzzle. solved: bool [n,K], judged by the rules; calls: of the denoiser, [n,K]."""

    solved: np.ndarray
    calls: np.ndarray


def draw(
    loaded: LoadedModel,
    puzzles: np.ndarray,
    setting: Setting,
    count: int,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
) -> Draws:
    """`count` decodings of each puzzle, int8 [n,81], each with a z (drawn with the setting's seed) and noise of its own.

    Raises:
        ConfigError: count is below 1.
    """
    if count < 1:
        raise ConfigError(f"the number of draws must be 1 or more, got {count}")
    # Copies side by side: the place in the set, and so all that is drawn, differs from copy to copy.
    each = np.repeat(puzzles, count, axis=0)
    alone = replace(setting, latents=1, z=setting.seed)
    decoded = decode_boards(loaded, each, alone, batch_size=batch_size, progress=progress)
    return Draws(boards.solved(decoded.board, each).reshape(-1, count), decoded.calls.reshape(-1, count))


def pass_at(solved: np.ndarray, k: int) -> np.ndarray:
    """Unbiased estimate, for every puzzle, that one of k draws solves it, [n], from `solved` bool [n,K] with K >= k.

    1 - C(K - c, k) / C(K, k) for c solved ones of K: the chance that k of these K draws, taken at random, hold none.
    """
    total = solved.shape[1]
    # Whole numbers of any size: the binomials of a few hundred draws are beyond floats.
    missed = [math.comb(total - int(c), k) / math.comb(total, k) for c in solved.sum(1)]
    return 1 - np.array(missed)


def row_of(
    loaded: LoadedModel, puzzles: PuzzleSet, setting: Setting, made: Draws, calls: float | None = None
) -> dict[str, object]:
    """One row of figures: pass@K for every K of AT that there are draws for, each with its standard error.

    calls: of one draw of the model compared with. Then a figure is for as many draws as make the calls of K of these.
    """
    n, total = made.solved.shape
    mean_calls = float(made.calls.mean()) if n else 0.0
    row: dict[str, object] = {"file": puzzles.name, "puzzles": n, "draws": total}
    for at in AT:
        k = at if calls is None or not n else int(at * calls / mean_calls)
        figure = pass_at(made.solved, k) if n and 1 <= k <= total else None
        row[f"pass@{at}"] = None if figure is None else round(float(figure.mean()), 5)
        row[f"error@{at}"] = None if figure is None else round(float(figure.std() / math.sqrt(n)), 5)
    alone = replace(setting, latents=1, z=setting.seed)
    return row | settings_of(loaded, alone) | {"mean_calls": round(mean_calls, 2)}


def compare(
    loaded: LoadedModel,
    beside: LoadedModel | None,
    puzzles: PuzzleSet,
    setting: Setting,
    count: int,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
) -> list[dict[str, object]]:
    """Rows of `count` draws of a VMD, and of an MDM with the same number of calls and the noise that suits it best.

    The MDM's rows: the best of NOISES with the same calls a draw; one run without noise that makes all the calls; and the best
    of NOISES with one cell a call, in as many draws as that allows.
    """
    how: dict[str, Any] = {"batch_size": batch_size, "progress": progress}
    made = draw(loaded, puzzles.puzzles, setting, count, **how)
    rows = [row_of(loaded, puzzles, setting, made)]
    if beside is None:
        return rows
    calls = float(made.calls.mean())
    blanks = float((puzzles.puzzles == boards.BLANK).sum(1).mean())
    budgets: list[tuple[int | None, int, Sequence[tuple[float, float]]]] = [(setting.nfe, count, NOISES)]
    if setting.nfe is not None:
        budgets.append((min(int(count * calls), int(blanks)), 1, ((0.0, 0.0),)))
        budgets.append((None, int(count * calls / blanks), NOISES))
    for nfe, draws, noises in budgets:
        tried: list[tuple[int, int, dict[str, object]]] = []
        for temperature, gumbel in noises if draws else ():
            noisy = replace(setting, nfe=nfe, temperature=temperature, gumbel=gumbel)
            theirs = draw(beside, puzzles.puzzles, noisy, draws, **how)
            # The second number settles ties: rows are dictionaries, which do not compare.
            tried.append((int(theirs.solved.any(1).sum()), -len(tried), row_of(beside, puzzles, noisy, theirs, calls)))
        if tried:
            rows.append(max(tried)[2])
    return rows
