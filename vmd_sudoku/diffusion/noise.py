"""Random numbers that belong to a board, not to its batch: the same whatever else is decoded beside it."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, the stride of SplitMix64 (Steele, Lea and Flood 2014)."""


def _mix(x: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser: every bit of the counter moves about half of the bits of the number."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class Noise:
    """Uniform numbers by board, call and place: a counter is mixed, so there is no state that a neighbour could move.

    ids: one number for each board of the batch, so that boards of one run differ. part: of a board's decoding, from 0; every
    part draws other numbers.
    """

    def __init__(self, seed: int, ids: Sequence[int] | np.ndarray, part: int = 0) -> None:
        with np.errstate(over="ignore"):
            self._keys = _mix(
                # Mixed twice: neighbouring seeds and neighbouring boards would else share numbers a step apart. The
                # 1 keeps board 0 off the seed's own number.
                _mix(np.array(seed, np.uint64) + _GOLDEN) + (np.asarray(ids).astype(np.uint64) + 1) * _GOLDEN
            )
            # Part 0 leaves the keys as they are, so decodings without blocks draw what they always drew.
            self._keys = self._keys ^ _mix(np.array(part, np.uint64) * _GOLDEN)  # 0 mixes to 0

    def uniform(self, rows: Tensor, stream: int, shape: tuple[int, ...]) -> Tensor:
        """Numbers above 0 and below 1 for `rows` [a] of the batch, float32 [a, *shape]; another `stream`, other numbers."""
        count = int(np.prod(shape))
        with np.errstate(over="ignore"):
            keys = _mix(self._keys[rows.cpu().numpy()] + np.uint64(stream + 1) * _GOLDEN)
            # Wrap-around is what the mixer is built on; numpy would warn of it.
            bits = _mix(keys[:, None] + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * _GOLDEN)
        # The highest 23 bits, plus a half: float32 holds them exactly, and neither 0 nor 1 can come out, whose
        # logarithms end in infinity.
        numbers = ((bits >> np.uint64(41)).astype(np.float32) + np.float32(0.5)) / np.float32(1 << 23)
        return torch.from_numpy(numbers.reshape(-1, *shape)).to(rows.device)

    def gumbel(self, rows: Tensor, stream: int, shape: tuple[int, ...]) -> Tensor:
        """Standard Gumbel numbers, float32 [a, *shape]: added to log weights, their maximum is a draw by those weights."""
        return -(-self.uniform(rows, stream, shape).log()).log()

    def normal(self, rows: Tensor, stream: int, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers, float32 [a, *shape]."""
        # The inverse of the distribution and not Box-Muller: one number in, one out, so places do not depend on
        # each other.
        return math.sqrt(2) * torch.erfinv(2 * self.uniform(rows, stream, shape) - 1)
