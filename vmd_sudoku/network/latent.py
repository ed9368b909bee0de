"""The latent variable z: a Gaussian field with K numbers for every candidate of the board, or one vector for the board."""

import torch
from torch import Tensor

from vmd_sudoku.board import SIDE

LATENT_KINDS = ("candidate", "global")
"""K numbers for every candidate, or K numbers for the whole board (the paper's design)."""


def field_shape(boards: int, size: int, kind: str = "candidate") -> tuple[int, ...]:
    """Shape of z: [boards, 9 rows, 9 columns, 9 digits, size] for candidate-level latents, [boards, size] for global ones."""
    return (boards, size) if kind == "global" else (boards, SIDE, SIDE, SIDE, size)


def draw_prior(boards: int, size: int, rng: torch.Generator, kind: str = "candidate") -> Tensor:
    """z from the prior N(0, I), float32 in the shape of `field_shape` (VMD, arXiv 2510.23606)."""
    return torch.randn(field_shape(boards, size, kind), generator=rng, device=rng.device)
