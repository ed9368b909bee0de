"""Sufficient statistics: what every figure of a report is made of, counted once for each part and then only added up."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vmd_sudoku.board import BLANK
from vmd_sudoku.evaluation.metrics import wilson_interval
from vmd_sudoku.exact.reasons import TECHNIQUES

if TYPE_CHECKING:
    from vmd_sudoku.evaluation.judging import Facts, Outcome

Counts = dict[str, Any]
"""Numbers, lists of numbers, and such dictionaries again."""

NOTHING: Counts = dict.fromkeys(
    ("boards", "solved", "legal", "stored", "calls", "rounds", "backtracks", "remasked", "seconds", "draws"), 0
) | {"proved": [0, 0, 0]}
"""Of no puzzle at all."""
BINS = 20
"""Of a confidence from 0 to 1."""
SOLUTIONS = {-1: "not decided", 0: "none", 1: "one", 2: "several"}


def count(facts: "Facts", ends: "Outcome") -> Counts:
    """The statistics of one arm on one shard."""
    shard, decoded = facts.shard, ends.decoded
    stored = (shard.solutions != BLANK).all(1)
    unique = facts.solutions == 1
    groups = {
        "clues": [str(clues) for clues in (shard.puzzles != BLANK).sum(1)],
        "rating": [_rating(rating) for rating in shard.ratings],
        "solutions": [SOLUTIONS[count] for count in facts.solutions.tolist()],
        "technique": [] if facts.technique is None else [TECHNIQUES[t] for t in facts.technique],
    }
    return {
        "boards": len(shard),
        "full": int(ends.full.sum()),
        "legal": int((ends.full & ends.legal).sum()),
        "clue_true": int(ends.clue_true.sum()),
        "solved": int(ends.solved.sum()),
        "stored": int(stored.sum()),
        "as_stored": int((stored & (decoded.board == shard.solutions).all(1)).sum()),
        "draws": int(decoded.draws.sum()),
        "proved": [int((decoded.solutions == found).sum()) for found in (0, 1, 2)],
        "calls": int(decoded.calls.sum()),
        "rounds": int(decoded.rounds.sum()),
        "backtracks": int(decoded.undone.sum()),
        "remasked": int(decoded.remasked.sum()),
        "seconds": float(ends.seconds.sum()),
        # In doubles: thousands of small float32 numbers would lose digits in their sum.
        "nats": float(decoded.nats.astype(float).sum()),
        "cells": int((unique[:, None] & (shard.puzzles == BLANK)).sum()),
        "cells_right": int(ends.right.sum()),
        "reliability": _reliability(facts, ends),
        "by": {name: _by(keys, ends.solved) for name, keys in groups.items()},
        "bits": np.packbits(ends.solved).tobytes().hex(),
    }


def _rating(rating: float) -> str:
    """Three significant digits, rounded down: a source may rate in any scale, and the number of groups must stay small."""
    if math.isnan(rating):
        return ""
    # Of the smallest numbers, a hundredth is none that a double can hold.
    if abs(rating) < 1e-300 or math.isinf(rating):
        return str(rating)
    step = 10.0 ** (math.floor(math.log10(abs(rating))) - 2)
    return f"{math.floor(rating / step + 1e-9) * step:.6g}"


def _by(keys: list[str], solved: np.ndarray) -> dict[str, list[int]]:
    """Puzzles and solved ones of every key but the empty one."""
    found: dict[str, list[int]] = {}
    for key, good in zip(keys, solved.tolist(), strict=False):
        if key:
            pair = found.setdefault(key, [0, 0])
            pair[0] += 1
            pair[1] += good
    return found


def _reliability(facts: "Facts", ends: "Outcome") -> list[list[float]]:
    """Filled cells by confidence: how many, the sum of their confidence, how many are right. Of puzzles with one solution."""
    filled = (facts.shard.puzzles == BLANK) & (ends.decoded.board != BLANK) & (facts.solutions == 1)[:, None]
    sure = ends.decoded.sure[filled].astype(float)
    # A confidence of exactly 1 belongs to the last bin and would open one of its own.
    where = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    counts = [np.bincount(where, weights, BINS) for weights in (None, sure, ends.right[filled].astype(float))]
    return [counts[0].tolist(), counts[1].tolist(), counts[2].astype(int).tolist()]


def add(one: Any, other: Any) -> Any:
    """The sum of two statistics of the same kind; keys that only one has are kept. Bits of solved puzzles are left out."""
    if isinstance(one, dict):
        # Bits belong to one part's puzzles; a sum of them would mean nothing.
        keys = [key for key in [*one, *(key for key in other if key not in one)] if key != "bits"]
        return {
            key: add(one[key], other[key]) if key in one and key in other else one.get(key, other.get(key))
            for key in keys
        }
    if isinstance(one, list):
        return [add(a, b) for a, b in zip(one, other, strict=True)]
    return one + other


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of the statistics of several parts; {} of none."""
    found: Counts = {}
    for part in parts:
        found = add(found, part)
    return found


def bits_of(counts: Counts) -> np.ndarray:
    """Which puzzles of one part were solved, bool [n]."""
    packed = np.frombuffer(bytes.fromhex(counts["bits"]), np.uint8)
    return np.unpackbits(packed, count=counts["boards"]).astype(bool)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is said of an arm: counts of boards, rates, means a puzzle, and speed.

    interval: 95 %, of the accuracy. as_stored: boards equal to their source's solution; None unless every puzzle brings one.
    draws_until_solved: for each solved puzzle, None where none is. proved: puzzles with none, one and several solutions, by the
    arm's own search.
    """

    boards: int
    solved: int
    accuracy: float
    interval: tuple[float, float]
    legal: int
    as_stored: int | None
    draws_until_solved: float | None
    proved: tuple[int, int, int]
    mean_calls: float
    mean_rounds: float
    mean_backtracks: float
    mean_remasked: float
    seconds: float
    puzzles_per_s: float

    @classmethod
    def of(cls, counts: Counts) -> "Figures":
        """Of the sum of an arm's parts."""
        n, solved, seconds = counts["boards"], counts["solved"], counts["seconds"]
        low, high = wilson_interval(solved, n)
        none, one, several = counts["proved"]
        return cls(
            boards=n,
            solved=solved,
            accuracy=solved / n if n else 0.0,
            interval=(round(low, 5), round(high, 5)),
            legal=counts["legal"],
            # A share of some of the puzzles would look like one of all.
            as_stored=counts["as_stored"] if n and counts["stored"] == n else None,
            draws_until_solved=round(counts["draws"] / solved, 2) if solved else None,
            proved=(none, one, several),
            mean_calls=round(counts["calls"] / max(n, 1), 2),
            mean_rounds=round(counts["rounds"] / max(n, 1), 1),
            mean_backtracks=round(counts["backtracks"] / max(n, 1), 2),
            mean_remasked=round(counts["remasked"] / max(n, 1), 2),
            seconds=round(seconds, 2),
            puzzles_per_s=round(n / seconds, 2) if seconds else 0.0,
        )

    def to_plain(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """A row of JSON types: counts first, then the settings, then means and speed. What has no meaning for such settings is
        left out."""
        row = {name: getattr(self, name) for name in ("boards", "solved", "accuracy")}
        row |= {"interval": list(self.interval), "legal": self.legal}
        if self.as_stored is not None:
            row["as_stored"] = self.as_stored
        if settings.get("latents", 1) > 1:
            row["draws_until_solved"] = self.draws_until_solved
        if settings.get("prove"):
            row["proved"] = dict(zip(("none", "one", "several"), self.proved, strict=True))
        means = ("mean_calls", "mean_rounds", "mean_backtracks", "mean_remasked", "seconds", "puzzles_per_s")
        return row | dict(settings) | {name: getattr(self, name) for name in means}
