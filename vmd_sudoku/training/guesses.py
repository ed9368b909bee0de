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


@torch.inference_mode()
def _likeliest(model: Model, board: Tensor, solution: Tensor, noise: Tensor) -> int:
    """Which of k draws [k,9,9,9,K] makes one call come nearest to the `solution` [81] of `board` [81]."""
    boards, solutions = board.expand(len(noise), -1), solution.expand(len(noise), -1)
    with mixed_precision(board.device):
        logits = model.denoise(boards, model.latent_from(noise, boards))
    return int(masked_nats(logits, solutions - 1, boards == BLANK).argmin())


def best_draws(model: Model, board: Tensor, solution: Tensor, tries: int, rng: torch.Generator) -> Tensor:
    """For each puzzle the best of `tries` draws of z (the noise it is made of, with a learned prior), [n,9,9,9,K].

    board, solution: int64 [n,81]. A puzzle's draws are one batch, so that batches have one size.
    """
    chosen = []
    for puzzle, answer in zip(board, solution, strict=True):
        noise = draw_prior(tries, model.config.latent, rng, model.config.latent_kind).to(board.device)
        chosen.append(noise[_likeliest(model, puzzle, answer, noise)])
    return torch.stack(chosen)
