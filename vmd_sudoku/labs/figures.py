"""How far what a model writes is from the data: accuracy and KL, sampled as the paper does and summed exactly."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.labs.tokens import TokenSet

FLOOR = 1e-8
"""Share of a sequence that is never written, in the KL; the paper's figures agree with this value."""

# 97.5 % points of Student's t with 1 to 30 degrees of freedom, then the normal one.
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
_NORMAL = 1.960


@dataclass(frozen=True)
class Fit:
    """accuracy: share of sequences that are in the set. kl: KL(data || written) in nats over its sequences, `FLOOR` where
    one is never written. missing: how many never are."""

    accuracy: float
    kl: float
    missing: int


def exact_fit(tokens: TokenSet, written: Tensor) -> Fit:
    """From the probabilities [m] with which the sequences of the set are written; however small, they count as they are."""
    share = written.where(written > 0, FLOOR)
    kl = float((tokens.probability * (tokens.probability / share).log()).sum())
    return Fit(float(written.sum()), kl, int((written < FLOOR).sum()))


def sampled_fit(tokens: TokenSet, samples: Tensor) -> Fit:
    """From written sequences [n, length]: the paper's way, with the shares in the sample in place of probabilities."""
    counts = count(tokens, samples)
    return exact_fit(tokens, counts.double() / len(samples))


def count(tokens: TokenSet, samples: Tensor) -> Tensor:
    """How often each sequence of the set is written: int64 [m]."""
    written = which(tokens, samples)
    return torch.bincount(written[written >= 0], minlength=len(tokens.sequences))


def which(tokens: TokenSet, samples: Tensor) -> Tensor:
    """Number of each sample's tied tokens in the set, -1 for none: int64 [n]."""
    rows = torch.cat([tokens.sequences, samples[:, list(tokens.places)]])
    _, group = torch.unique(rows, dim=0, return_inverse=True)
    number = torch.full((int(group.max()) + 1,), -1)
    number[group[: len(tokens.sequences)]] = torch.arange(len(tokens.sequences))
    return number[group[len(tokens.sequences) :]]


def bias(sequences: int, samples: int) -> float:
    """What sampling adds to the KL of a right model on average, (m - 1) / (2 n) nats (Miller 1955, for entropies)."""
    return (sequences - 1) / (2 * samples)


def mean_interval(values: list[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % interval by Student's t; infinite with a single value."""
    n = len(values)
    mean = sum(values) / n
    if n < 2:
        return mean, math.inf
    # n - 1: with three or five seeds the difference to n is large.
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    return mean, (_T[n - 2] if n - 2 < len(_T) else _NORMAL) * deviation / math.sqrt(n)
