"""Which cells are filled first. A policy is one function of what a call said, and one row of POLICIES."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.board import CELLS


@dataclass(frozen=True)
class View:
    """What a policy may look at: one call on `a` boards.

    probabilities: of the digits that would be written, [a,81,9].
    average: the mean over all latents that looked at the same board, [a,81,9]; with one latent the same.
    random: uniform numbers of this call, [a,81].
    threshold: the confidence from which a cell counts as sure.
    """

    probabilities: Tensor
    average: Tensor
    random: Tensor
    threshold: float


def confidence(probabilities: Tensor) -> Tensor:
    """Top probability, max_j p(x = j): [..., 9] -> [...] (Kim et al. 2025, arXiv 2502.06768)."""
    return probabilities.amax(-1)


def margin(probabilities: Tensor) -> Tensor:
    """Top probability margin, p(j1) - p(j2): [..., 9] -> [...] (Kim et al. 2025, arXiv 2502.06768)."""
    # Two maxima instead of a full sort of nine.
    top = probabilities.topk(2, -1).values
    return top[..., 0] - top[..., 1]


def entropy(probabilities: Tensor) -> Tensor:
    """Entropy of a cell's digit in nats: [..., 9] -> [...]."""
    # entr(0) is 0, where -p log p would be NaN.
    return torch.special.entr(probabilities).sum(-1)


def by_margin(view: View) -> Tensor:
    """The widest gap between the two most probable digits first."""
    return margin(view.probabilities)


def by_top_probability(view: View) -> Tensor:
    """The most probable digit first."""
    return confidence(view.probabilities)


def by_entropy(view: View) -> Tensor:
    """The lowest entropy first."""
    return -entropy(view.probabilities)


def by_average(view: View) -> Tensor:
    """The widest gap in the mean of several latents first: latents that disagree about a cell put it off."""
    return margin(view.average)


def in_reading_order(view: View) -> Tensor:
    """Row by row, from left to right."""
    # Negative, because a higher preference is filled first.
    return -torch.arange(CELLS, device=view.random.device).expand_as(view.random).float()


def at_random(view: View) -> Tensor:
    """Any cell."""
    return view.random


def above_threshold(view: View) -> Tensor:
    """Cells whose most probable digit has at least the threshold's probability."""
    return confidence(view.probabilities) >= view.threshold


@dataclass(frozen=True)
class Policy:
    """One row of the table.

    prefers: the preference of every cell, [a,81]; higher is filled first.
    at_once: cells that are filled in this call whatever the budget says, bool [a,81].
    averages: several latents look at one board of each puzzle, instead of each at a board of its own.
    waits: a board stays blank until a call is sure of all its blanks, which are then filled at once; the last call writes the
        surest answer of all. For calls that differ in z: each is a guess at the whole board.
    """

    prefers: Callable[[View], Tensor]
    at_once: Callable[[View], Tensor] | None = None
    averages: bool = False
    waits: bool = False


POLICIES: dict[str, Policy] = {
    "margin": Policy(by_margin),
    "top-prob": Policy(by_top_probability),
    "entropy": Policy(by_entropy),
    "threshold": Policy(by_top_probability, at_once=above_threshold),
    "guess": Policy(by_top_probability, waits=True),
    "average-order": Policy(by_average, averages=True),
    "left-to-right": Policy(in_reading_order),
    "random": Policy(at_random),
}
