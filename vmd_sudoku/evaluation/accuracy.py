"""Grids sampled from the empty board, and what stands beside every figure: model, setting, machine, version."""

import time
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from vmd_sudoku import board as boards
from vmd_sudoku import machine
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.evaluation.metrics import wilson_interval
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.setting import Setting


def sample(
    loaded: LoadedModel,
    count: int,
    setting: Setting,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
    interrupted: Callable[[], None] | None = None,
) -> tuple[dict[str, object], np.ndarray]:
    """Whole grids from the empty board, each with a z of its own: a row of figures, and the grids int8 [count,81].

    interrupted: as in `decode_boards`; the figures are then of the grids that were finished.

    Raises:
        ConfigError: count is below 1.
    """
    if count < 1:
        raise ConfigError(f"the number of grids must be 1 or more, got {count}")
    start = time.perf_counter()
    empty = np.full((count, boards.CELLS), boards.BLANK, np.int8)
    decoded = decode_boards(loaded, empty, setting, batch_size=batch_size, progress=progress, interrupted=interrupted)
    seconds = time.perf_counter() - start
    count = len(decoded.board)
    valid = boards.solved(decoded.board, empty[:count])
    row: dict[str, object] = {
        "count": count,
        "valid": int(valid.sum()),
        "distinct": len(np.unique(decoded.board[valid], axis=0)),
        "interval": [round(end, 5) for end in wilson_interval(int(valid.sum()), count)],
    }
    return row | settings_of(loaded, setting) | {
        "mean_calls": round(float(decoded.calls.mean()), 2) if count else 0.0,
        "mean_rounds": round(float(decoded.rounds.mean()), 1) if count else 0.0,
        "seconds": round(seconds, 2),
        "grids_per_s": round(count / seconds, 2),
    }, decoded.board


def settings_of(loaded: LoadedModel, setting: Setting) -> dict[str, object]:
    """Model and setting of a row of figures, with what the model makes of them."""
    config = loaded.model.config
    boards_each, views = setting.latents_on(config)
    first_rounds, rounds = setting.rounds_on(config)
    return (
        {"model": loaded.name, "sha256": loaded.sha256}
        | asdict(setting)
        | {
            "nfe": "cell" if setting.nfe is None else setting.nfe,
            "latents": boards_each * views,
            "z": None if not config.latent else "mode" if setting.z is None else setting.z,
            "first_rounds": first_rounds,
            "rounds": rounds,
        }
    )


def report(rows: list[dict[str, object]], version: str) -> dict[str, object]:
    """Rows of figures with the machine and the version that made them."""
    return {"rows": rows, "machine": machine.describe(), "version": version}
