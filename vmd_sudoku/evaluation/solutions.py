"""Puzzles with several solutions: which ones a model finds, how often, and how evenly."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vmd_sudoku import board as boards
from vmd_sudoku.evaluation.accuracy import settings_of
from vmd_sudoku.exact.solver import count_solutions
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.setting import Setting


def perfect_coverage(solutions: int, draws: int) -> float:
    """Mean coverage of a perfect sampler, which draws every solution equally often, as `Sampled.coverage` counts it.

    The mean number of distinct ones is n (1 - (1 - 1/n)^draws).
    """
    wanted = min(solutions, draws)
    # expm1 and log1p: with many solutions, (1 - 1/n)^draws is so near to 1 that the difference would be lost.
    return -solutions * math.expm1(draws * math.log1p(-1 / solutions)) / wanted if solutions > 1 and wanted else 1.0


def perfect_kl(solutions: int, draws: int) -> float:
    """Mean KL(found || uniform) of a perfect sampler in nats: frequencies of so few draws are never quite even.

    Each solution is found k times, k binomial (draws, 1/n); the KL is the sum over all n of k/draws ln(n k/draws).
    """
    if solutions < 2 or not draws:
        return 0.0
    times = np.arange(1, draws + 1)
    choose = np.cumsum(np.log((draws + 1 - times) / times))
    log_chance = choose - times * math.log(solutions) + (draws - times) * math.log1p(-1 / solutions)
    share = times / draws
    return float(solutions * (np.exp(log_chance) * share * np.log(share * solutions)).sum())


@dataclass(frozen=True)
class Sampled:
    """Solutions of one puzzle that a model came to.

    found: distinct solutions int8 [s,81], most frequent first. times: how often each, int64 [s]. tries: boards decoded.
    exact: how many solutions there are, counted up to `bound`.
    """

    found: np.ndarray
    times: np.ndarray
    tries: int
    exact: int
    bound: int

    @property
    def coverage(self) -> float:
        """Found solutions as a part of all, or of the tries where there are more solutions than tries."""
        wanted = min(self.exact, self.tries)
        return len(self.found) / wanted if wanted else 0.0

    @property
    def kl(self) -> float | None:
        """KL(found || uniform) in nats, of the legal boards; None if there is none, or if not all solutions were counted.

        0 for a model that finds every solution equally often, ln n for one that finds one of n.
        """
        if not len(self.found) or self.exact >= self.bound:
            return None
        share = self.times / self.times.sum()
        return float((share * np.log(share * self.exact)).sum())

    @property
    def perfect_coverage(self) -> float:
        """What a perfect sampler covers in as many tries, on average; of more solutions than `bound`, at least."""
        return perfect_coverage(self.exact, self.tries)

    @property
    def perfect_kl(self) -> float | None:
        """The KL that a perfect sampler has in as many tries, on average; None where `kl` is."""
        return None if self.kl is None else perfect_kl(self.exact, self.tries)


def sample_solutions(
    loaded: LoadedModel,
    puzzles: np.ndarray,
    tries: int,
    setting: Setting,
    *,
    bound: int = 10_000,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
    interrupted: Callable[[], None] | None = None,
) -> list[Sampled]:
    """Decode each of the puzzles, int8 [n,81], `tries` times, each with a z and noise of its own.

    bound: solutions up to which the exact solver counts. `progress(done, solved)` is told of decoded boards. interrupted: as
    in `decode_boards`; the puzzles whose tries were all finished are returned, or a single puzzle with fewer tries.
    """
    one = replace(setting, latents=1)
    repeated = puzzles.repeat(tries, 0)
    decoded = decode_boards(
        loaded, repeated, one, batch_size=batch_size, progress=progress, interrupted=interrupted
    ).board
    if len(puzzles) == 1:
        tries = len(decoded)
    else:
        puzzles = puzzles[: len(decoded) // tries]
    decoded = decoded[: len(puzzles) * tries]
    solved = boards.solved(decoded, repeated[: len(decoded)]).reshape(len(puzzles), tries)
    sampled = []
    for ends, good, exact in zip(
        decoded.reshape(len(puzzles), tries, boards.CELLS), solved, count_solutions(puzzles, bound), strict=True
    ):
        found, times = np.unique(ends[good], axis=0, return_counts=True)
        order = (-times).argsort(kind="stable")
        sampled.append(Sampled(found[order], times[order], tries, int(exact), bound))
    return sampled


def evaluate_solutions(
    loaded: LoadedModel,
    puzzles: PuzzleSet,
    tries: int,
    setting: Setting,
    **how: Any,
) -> dict[str, object]:
    """One row of figures over a set: legal boards, mean coverage of the known solutions, mean KL to uniform in nats; and what
    a perfect sampler would come to in as many tries. how: as in `sample_solutions`."""
    start = time.perf_counter()
    sampled = sample_solutions(loaded, puzzles.puzzles, tries, setting, **how)
    kls = [one.kl for one in sampled if one.kl is not None]
    perfect = [one.perfect_kl for one in sampled if one.perfect_kl is not None]
    valid = sum(int(one.times.sum()) for one in sampled)
    made = sum(one.tries for one in sampled)  # fewer than were asked for, if a single puzzle was interrupted
    return (
        {
            "file": puzzles.name,
            "boards": len(sampled),
            "tries": made // len(sampled) if sampled else tries,
            "valid": valid / made if made else 0.0,
            "solutions": round(float(np.mean([one.exact for one in sampled])), 2) if sampled else 0.0,
            "distinct": round(float(np.mean([len(one.found) for one in sampled])), 2) if sampled else 0.0,
            "coverage": round(float(np.mean([one.coverage for one in sampled])), 4) if sampled else 0.0,
            "perfect_coverage": round(float(np.mean([one.perfect_coverage for one in sampled])), 4) if sampled else 0.0,
            "kl": round(float(np.mean(kls)), 4) if kls else None,
            "perfect_kl": round(float(np.mean(perfect)), 4) if perfect else None,
            "kl_puzzles": len(kls),
        }
        | settings_of(loaded, replace(setting, latents=1))
        | {"seconds": round(time.perf_counter() - start, 2)}
    )
