"""Figures of finished boards: counts first, rates and intervals from them."""

import math
from collections.abc import Iterable, Sequence

import numpy as np


def wilson_interval(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % interval of a rate (Wilson 1927); (0, 1) when nothing was tried.

    Raises:
        ValueError: successes is not between 0 and trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"successes must be 0 to {trials}, got {successes}")
    if trials == 0:
        return 0.0, 1.0
    rate, spread = successes / trials, z * z / trials
    centre = (rate + spread / 2) / (1 + spread)
    half = z * math.sqrt(rate * (1 - rate) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p of the exact McNemar test (McNemar 1947): could a fair coin have split the discordant pairs like this?

    only_first, only_second: puzzles that one side solved and the other did not; those on which both agree say nothing.
    The probability of a split at least as uneven when either side is as likely to win a discordant pair; 1 if there are
    none.

    Raises:
        ValueError: a count is negative.
    """
    if only_first < 0 or only_second < 0:
        raise ValueError(f"counts of discordant pairs must be 0 or more, got {only_first} and {only_second}")
    pairs, fewer = only_first + only_second, min(only_first, only_second)
    if pairs > _EXACT_PAIRS:
        return min(1.0, math.exp(math.log(2) + _log_tail(pairs, fewer)))
    tail = sum(math.comb(pairs, wins) for wins in range(fewer + 1))
    return min(1.0, 2 * tail / 2**pairs)


def anytime_p(wins: Iterable[bool]) -> float:
    """p of a test of a fair coin that may be looked at after every toss, and stopped at any: under a fair coin it ever falls
    to `a` or below with probability `a` at most.

    wins: of the discordant pairs in their order, whether the first side won. The likelihood of the tosses under a coin of
    uniformly drawn bias, over that under a fair one, 2^n / ((n + 1) C(n, wins)), is a martingale under the fair coin (Robbins
    1970, Ville 1939); p is one over the highest value that it has had.
    """
    highest, log_ratio, first, count = 0.0, 0.0, 0, 0
    for won in wins:
        # The coin of uniformly drawn bias shows a side with (times shown + 1) / (tosses + 2) (Laplace).
        shown = first if won else count - first
        log_ratio += math.log(2 * (shown + 1) / (count + 2))
        highest, first, count = max(highest, log_ratio), first + won, count + 1
    return math.exp(-highest)


_EXACT_PAIRS = 1000
"""Up to so many discordant pairs whole numbers are added; above, logarithms, which agree to ten digits."""


def _log_tail(pairs: int, wins: int) -> float:
    """Logarithm of the probability that a fair coin wins at most `wins` of `pairs` tosses."""
    factorials = np.concatenate([[0.0], np.log(np.arange(1, pairs + 1)).cumsum()])
    counts = np.arange(wins + 1)
    logs = factorials[pairs] - factorials[counts] - factorials[pairs - counts] - pairs * math.log(2)
    highest = float(logs.max())
    return highest + math.log(float(np.exp(logs - highest).sum()))


def holm(chances: Sequence[float]) -> list[float]:
    """p of several tests, corrected so that the chance of even one false alarm among them all stays below it (Holm 1979)."""
    corrected, least = [0.0] * len(chances), 0.0
    # From the smallest on, and never below the one before: a larger p must not come out more certain.
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        least = max(least, min(1.0, (len(chances) - rank) * chances[place]))
        corrected[place] = least
    return corrected
