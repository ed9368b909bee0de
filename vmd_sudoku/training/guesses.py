"""Draws of z from the prior that suit a puzzle's answer best: importance weights without an encoder.

A hard puzzle is solved by some of K draws, not by their mean, and what counts is whether one of them is right. The bound
log 1/K sum_k p(x0 | xt, z_k) says so, and nearly all of its gradient is that of the best draw, since the others explain the
answer worse by tens of nats. So the best one is chosen first and the puzzle is trained on with it alone, as with a dream's z.
"""

import torch
from torch import Tensor

from vmd_sudoku.board import BLANK
from vmd_sudoku.diffusion.bound import masked_nats
from vmd_sudoku.machine import mixed_precision
from vmd_sudoku.network.latent import draw_prior
from vmd_sudoku.network.model import Model

AT_ONCE = {"cuda": 4096}
"""Calls that are one batch, by kind of device; elsewhere the draws of one puzzle are."""


@torch.inference_mode()
def _likeliest(model: Model, board: Tensor, solution: Tensor, noise: Tensor) -> Tensor:
    """Which of the k draws [n,k,9,9,9,K] of each puzzle make one call come nearest to the `solution` [n,81] of `board` [n,81]:
    int64 [n]."""
    tries = noise.shape[1]
    boards, solutions = board.repeat_interleave(tries, 0), solution.repeat_interleave(tries, 0)
    with mixed_precision(board.device):
        logits = model.denoise(boards, model.latent_from(noise.flatten(0, 1), boards))
    return masked_nats(logits, solutions - 1, boards == BLANK).view(-1, tries).argmin(1)


def best_draws(model: Model, board: Tensor, solution: Tensor, tries: int, rng: torch.Generator) -> Tensor:
    """For each puzzle the best of `tries` draws of z (the noise it is made of, with a learned prior), [n,9,9,9,K].

    board, solution: int64 [n,81].
    """
    chosen = []
    puzzles = max(1, AT_ONCE.get(board.device.type, 0) // tries)
    for some, answers in zip(board.split(puzzles), solution.split(puzzles), strict=True):
        count = len(some) * tries
        drawn = draw_prior(count, model.config.latent, rng, model.config.latent_kind).to(board.device)
        noise = drawn.unflatten(0, (-1, tries))
        best = _likeliest(model, some, answers, noise)
        chosen.append(noise[torch.arange(len(some), device=board.device), best])
    return torch.cat(chosen)
