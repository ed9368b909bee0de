"""Whole-board accuracy over sets of puzzles, and grids sampled from the empty board."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku import board as boards
from vmd_sudoku import machine
from vmd_sudoku.checkpoint import LoadedModel
from vmd_sudoku.decode import CONSTRAINTS, POLICIES, budget, decode, finish
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.latent import field_shape
from vmd_sudoku.metrics import wilson_interval
from vmd_sudoku.model import ModelConfig
from vmd_sudoku.predictor import Predictor
from vmd_sudoku.puzzle_file import PuzzleSet
from vmd_sudoku.solve import choose

MAX_LATENTS = 1024


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How boards are decoded.

    nfe: calls of the denoiser, None for one cell a call. latents: how many z are tried for every puzzle, each of which is
    a decoding of its own; the rules choose the first board that is solved. z: None for the prior's mode, else the seed
    that z is drawn with. With several latents the first is the one asked for and the others are drawn.
    first_rounds, rounds: of the first and of later calls; None is what the model was made with.
    """

    policy: str = "margin"
    nfe: int | None = None
    constraints: str = "none"
    latents: int = 1
    z: int | None = None
    seed: int = 0
    first_rounds: int | None = None
    rounds: int | None = None

    def __post_init__(self) -> None:
        choose(POLICIES, self.policy, "policy")
        choose(CONSTRAINTS, self.constraints, "constraint level")
        budget(self.nfe)
        if not 1 <= self.latents <= MAX_LATENTS:
            raise ConfigError(f"latents must be 1 to {MAX_LATENTS}, got {self.latents}")

    def rounds_on(self, config: ModelConfig) -> tuple[int, int]:
        """Rounds of the first and of every later call on a model."""
        first, later = config.rounds_for(self.nfe)
        return self.first_rounds or first, self.rounds or later


@dataclass(frozen=True)
class Decoded:
    """Final boards int8 [n,81]; calls of the denoiser and its rounds for every puzzle, over all its latents, [n]."""

    board: np.ndarray
    calls: np.ndarray
    rounds: float


def draw_latents(model_latent: int, count: int, setting: Setting, start: int) -> Tensor | None:
    """z of puzzles `start` to `start + count`, [count, latents, 9, 9, 9, K]; depends on a puzzle's place, not on batches."""
    if not model_latent:
        return None
    shape = field_shape(setting.latents, model_latent)
    drawn = []
    for place in range(start, start + count):
        # Two numbers make one seed: puzzles of one run differ, and so do runs.
        seed = int(
            np.random.SeedSequence((setting.seed if setting.z is None else setting.z, place)).generate_state(1)[0]
        )
        z = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        if setting.z is None:
            z[0] = 0
        drawn.append(z)
    return torch.stack(drawn)


def decode_boards(
    loaded: LoadedModel,
    puzzles: np.ndarray,
    setting: Setting,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
) -> Decoded:
    """Decode puzzles, int8 [n,81], in batches of `batch_size` boards (puzzles x latents).

    `progress(done, solved)` is called after every batch with the counts so far.
    """
    model = loaded.model
    first_rounds, rounds = setting.rounds_on(model.config)
    latents = setting.latents if model.config.latent else 1
    where = next(model.parameters()).device
    per_batch = max(1, batch_size // latents)
    finals, taken, total_rounds, done, solved = [], [], 0, 0, 0
    for start in range(0, len(puzzles), per_batch):
        clues = puzzles[start : start + per_batch]
        n = len(clues)
        z = draw_latents(model.config.latent, n, setting, start)
        predictor = Predictor(model, None if z is None else z.flatten(0, 1), first_rounds=first_rounds, rounds=rounds)
        predict = CONSTRAINTS[setting.constraints](predictor)
        board = torch.from_numpy(clues).long().to(where).repeat_interleave(latents, 0)
        rng = torch.Generator().manual_seed(setting.seed + start)
        steps = decode(predict, board, POLICIES[setting.policy], budget(setting.nfe), rng)
        ended, calls = finish(steps, board)
        final = ended.cpu().numpy().astype(np.int8)
        ok = boards.solved(final, clues.repeat(latents, 0)).reshape(n, latents)
        best = ok.argmax(1)  # the first solved board, or the first board of all
        finals.append(final.reshape(n, latents, -1)[np.arange(n), best])
        taken.append(calls.cpu().numpy().reshape(n, latents).sum(1))
        total_rounds += predictor.total_rounds
        done, solved = done + n, solved + int(ok.any(1).sum())
        progress(done, solved)
    if not finals:
        return Decoded(np.zeros((0, boards.CELLS), np.int8), np.zeros(0, np.int64), 0.0)
    return Decoded(np.concatenate(finals), np.concatenate(taken), total_rounds / max(done, 1))


def evaluate(
    loaded: LoadedModel,
    puzzles: PuzzleSet,
    setting: Setting,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
) -> dict[str, object]:
    """One row of figures: whole boards solved by the rules (full, legal, true to every clue), with all settings."""
    start = time.perf_counter()
    decoded = decode_boards(loaded, puzzles.puzzles, setting, batch_size=batch_size, progress=progress)
    seconds = time.perf_counter() - start
    n = len(puzzles.puzzles)
    full = boards.is_complete(decoded.board)
    legal = full & boards.is_legal(decoded.board)
    solved = int(boards.solved(decoded.board, puzzles.puzzles).sum())
    row: dict[str, object] = {
        "file": puzzles.name,
        "boards": n,
        "solved": solved,
        "accuracy": solved / n if n else 0.0,
        "interval": [round(end, 5) for end in wilson_interval(solved, n)],
        "legal": int(legal.sum()),
    }
    if puzzles.solutions is not None:
        row["as_stored"] = int((decoded.board == puzzles.solutions).all(1).sum())
    return (
        row
        | _settings(loaded, setting)
        | {
            "mean_calls": round(float(decoded.calls.mean()), 2) if n else 0.0,
            "mean_rounds": round(decoded.rounds, 1),
            "seconds": round(seconds, 2),
            "puzzles_per_s": round(n / seconds, 2) if n else 0.0,
        }
    )


def sample(
    loaded: LoadedModel, count: int, setting: Setting, *, batch_size: int = 64
) -> tuple[dict[str, object], np.ndarray]:
    """Whole grids from the empty board, each with a z of its own: a row of figures, and the grids int8 [count,81].

    Raises:
        ConfigError: count is below 1.
    """
    if count < 1:
        raise ConfigError(f"the number of grids must be 1 or more, got {count}")
    start = time.perf_counter()
    empty = np.full((count, boards.CELLS), boards.BLANK, np.int8)
    decoded = decode_boards(loaded, empty, setting, batch_size=batch_size)
    seconds = time.perf_counter() - start
    valid = boards.solved(decoded.board, empty)
    row: dict[str, object] = {
        "count": count,
        "valid": int(valid.sum()),
        "distinct": len(np.unique(decoded.board[valid], axis=0)),
        "interval": [round(end, 5) for end in wilson_interval(int(valid.sum()), count)],
    }
    return row | _settings(loaded, setting) | {
        "mean_calls": round(float(decoded.calls.mean()), 2),
        "mean_rounds": round(decoded.rounds, 1),
        "seconds": round(seconds, 2),
        "grids_per_s": round(count / seconds, 2),
    }, decoded.board


def _settings(loaded: LoadedModel, setting: Setting) -> dict[str, object]:
    config = loaded.model.config
    first_rounds, rounds = setting.rounds_on(config)
    return {
        "model": loaded.name,
        "sha256": loaded.sha256,
        "policy": setting.policy,
        "nfe": "cell" if setting.nfe is None else setting.nfe,
        "constraints": setting.constraints,
        "latents": setting.latents if config.latent else 1,
        "z": None if not config.latent else "mode" if setting.z is None else setting.z,
        "seed": setting.seed,
        "first_rounds": first_rounds,
        "rounds": rounds,
    }


def report(rows: list[dict[str, object]], version: str) -> dict[str, object]:
    """Rows of figures with the machine and the version that made them."""
    return {"rows": rows, "machine": machine.describe(), "version": version}
