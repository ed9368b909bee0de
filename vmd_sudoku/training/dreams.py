"""Grids that the model itself makes up: pairs of a latent z and the legal grid that z leads to in many calls.

From the empty board one fixed z, decoded in many small steps, ends in one grid. Training the first call towards that grid
(expert iteration: only legal grids count) teaches the network to read from z at once what it would have settled on later.
"""

import torch
from torch import Tensor

from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK, CELLS
from vmd_sudoku.decoding.loop import Decoding, decode, finish
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.network.latent import draw_prior, field_shape
from vmd_sudoku.network.model import Model
from vmd_sudoku.solving.predictor import Predictor, from_posterior

BATCHES = 32
"""Of dreams that are kept, the newest ones."""
SETTLE = 0.01
CARRIED_ROUNDS = 16
"""Of later calls that go on from the state; more of them would move away from what the first call said."""


class Dreams:
    """The newest pairs: `latent` float [n,9,9,9,K] and `grid` int64 [n,81], n up to BATCHES times what is made at a time."""

    def __init__(self, latent_size: int, kind: str = "candidate") -> None:
        self.latent = torch.zeros(field_shape(0, latent_size, kind))
        self.grid = torch.zeros(0, CELLS, dtype=torch.long)

    def __len__(self) -> int:
        return len(self.grid)

    def add(self, model: Model, count: int, nfe: int, rng: torch.Generator, *, carry: bool, renew: bool) -> float:
        """Decode `count` draws of z from the empty board in `nfe` calls and keep the legal grids; returns their share.

        carry: later calls go on from the hidden state of the first, so that the grid stays near to what one call says.
        renew: later calls take the posterior's mean given the guess so far for z, so that nearly every draw ends in a legal
            grid. The pair keeps the z of the prior, which is what a first call meets.
        """
        z = draw_prior(count, model.config.latent, rng, model.config.latent_kind)
        # z is drawn on the CPU and moved: the same seed makes the same dreams on every device.
        where = next(model.parameters()).device
        empty = torch.full((count, CELLS), BLANK, device=where)
        first, _ = model.config.rounds_for(nfe)
        later = min(first, CARRIED_ROUNDS) if carry else first
        noise = Noise(0, range(count))  # nothing is random once z is drawn, so any noise will do
        renewal = from_posterior(model, noise, drawn=False) if renew else None
        predict = Predictor(
            model, z.to(where), first_rounds=first, rounds=later, renew=renewal, carry=carry, settle=SETTLE
        )
        steps = decode(predict, empty, Decoding(budget=Budget(nfe)), noise)
        final = finish(steps, empty).board.cpu()
        # Only legal grids are kept: what a z leads to is a target only if it is a Sudoku.
        legal = torch.from_numpy(boards.solved(final.numpy(), empty.cpu().numpy()))
        # Old pairs go: they are what earlier weights made of z, and the network has moved on since.
        self.latent = torch.cat([self.latent, z[legal]])[-BATCHES * count :]
        self.grid = torch.cat([self.grid, final[legal]])[-BATCHES * count :]
        return legal.float().mean().item()

    def take(self, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Random pairs: z [count,9,9,9,K], grid [count,81]."""
        chosen = torch.randint(len(self), (count,), generator=rng)
        return self.latent[chosen], self.grid[chosen]
