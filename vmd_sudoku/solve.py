"""Solve one puzzle and keep the whole trace; what the command line and the app show."""

import time

import numpy as np
import torch

from vmd_sudoku import __version__, solver
from vmd_sudoku import board as boards
from vmd_sudoku.checkpoint import LoadedModel
from vmd_sudoku.decode import CONSTRAINTS, POLICIES, budget, confidence, decode, entropy, margin
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.predictor import Predictor, latent_for
from vmd_sudoku.trace import SOLUTIONS, Trace, TraceStep


def choose(table: dict, name: str, what: str):  # type: ignore[no-untyped-def]  # any table's value type
    """An entry of a table by name.

    Raises:
        ConfigError: unknown; the message lists the known names.
    """
    if name not in table:
        raise ConfigError(f"unknown {what} {name!r}; choose one of {', '.join(table)}")
    return table[name]


def solve_puzzle(
    loaded: LoadedModel,
    puzzle: np.ndarray,
    *,
    policy: str = "margin",
    nfe: int | None = None,
    constraints: str = "none",
    z: int | None = None,
    seed: int = 0,
) -> Trace:
    """Fill the blanks of one puzzle, int8 [81], and judge the result by the rules.

    nfe: calls of the denoiser; None fills one cell a call. z: None for the prior's mode (z = 0), else the seed to draw z
    with; an MDM has none. seed: randomness of the policy.

    Raises:
        PuzzleError: two clues clash. ConfigError: an unknown policy or constraint level, or a budget below 1.
    """
    boards.require_legal(puzzle)
    order, level, due = (
        choose(POLICIES, policy, "policy"),
        choose(CONSTRAINTS, constraints, "constraint level"),
        budget(nfe),
    )
    start = time.perf_counter()
    board = torch.as_tensor(puzzle).long()[None]
    first_rounds, rounds = loaded.model.config.rounds_for(nfe)
    latent = latent_for(loaded.model, 1, z)
    predictor = Predictor(loaded.model, latent, first_rounds=first_rounds, rounds=rounds)
    predict = level(predictor)
    steps = []
    for step in decode(predict, board, order, due, torch.Generator().manual_seed(seed)):
        board = step.board
        cells = step.filled[0].nonzero()[:, 0]
        cells = cells[step.score[0, cells].argsort(descending=True, stable=True)]
        said = step.probabilities[0]
        steps.append(
            TraceStep(
                cells=tuple(cells.tolist()),
                digits=tuple(board[0, cells].tolist()),
                confidence=_rounded(confidence(said[cells])),
                margin=_rounded(margin(said[cells])),
                entropy=_rounded(entropy(said[cells])),
                why=("network",) * len(cells),
                remasked=(),
                backtracks=0,
                probabilities=tuple(_rounded(row) for row in said),
            )
        )
    final = board[0].numpy().astype(np.int8)
    seconds = round(time.perf_counter() - start, 3)
    answers, counts = solver.solve(puzzle[None])
    solutions = SOLUTIONS[int(counts[0])]
    return Trace(
        puzzle=boards.to_line(puzzle),
        model=loaded.name,
        sha256=loaded.sha256,
        version=__version__,
        policy=policy,
        nfe="cell" if nfe is None else nfe,
        constraints=constraints,
        remask="none",
        latents=1,
        z="mode" if z is None or not loaded.model.config.latent else z,
        latent=None if latent is None else tuple(round(value, 3) for value in latent.flatten().tolist()),
        seed=seed,
        steps=tuple(steps),
        board=boards.to_line(final),
        verdict=boards.verdict(final, puzzle),
        calls=len(steps),
        rounds=predictor.total_rounds,
        backtracks=0,
        seconds=seconds,
        solutions=solutions,
        is_the_solution=bool((final == answers[0]).all()) if solutions == "one" else None,
    )


def _rounded(values: torch.Tensor) -> tuple[float, ...]:
    return tuple(round(value, 4) for value in values.tolist())
