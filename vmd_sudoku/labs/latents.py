"""The latent of a lab: one of K codes, whose sum is exact, or a Gaussian, whose integral is a mean over points."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

ZOOM = 2.0
"""Scale of a Gaussian z before its network: the borders between sequences get sharp sooner."""

STARVED = 1e-9
"""Least share of a code, so that its logarithm is finite."""


@dataclass(frozen=True)
class Options:
    """Values of z that stand for the prior: `z` [s, size], log weights [s] whose exponentials add up to 1."""

    z: Tensor
    log_weight: Tensor


class Codes(nn.Module):
    """z is one of K vectors; each block of the sequence has its own shares p(z)."""

    is_exact = True

    def __init__(self, codes: int, size: int, blocks: int) -> None:
        super().__init__()
        self.size = size
        self.table = nn.Parameter(torch.randn(codes, size))
        # A buffer and no parameter: shares are moved by EM and not by the gradient.
        self.log_share = nn.Buffer(torch.full((blocks, codes), -math.log(codes)))

    def options(self, block: int, rng: torch.Generator, points: int) -> Options:
        """All codes, whatever the number of points asked for: the sum over them is exact."""
        return Options(self.table, self.log_share[block])

    def draw(self, count: int, block: int, rng: torch.Generator) -> Tensor:
        """z from p(z): [count, size]."""
        return self.table[torch.multinomial(self.log_share[block].exp(), count, replacement=True, generator=rng)]

    def read(self, z: Tensor) -> Tensor:
        """What the denoiser is given of z: z itself."""
        return z

    @torch.no_grad()
    def move_shares(self, block: int, towards: Tensor, rate: float) -> None:
        """p(z) of a block a part of the way to the mean posterior `towards` [K]: the M step of EM, as a moving average."""
        share = (1 - rate) * self.log_share[block].exp() + rate * towards
        self.log_share[block] = (share + STARVED).log().log_softmax(0)


class Normal(nn.Module):
    """z ~ N(0, I), read by a small network of its own."""

    is_exact = False

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.size = size
        self.layers = nn.Sequential(nn.Linear(size, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())

    def options(self, block: int, rng: torch.Generator, points: int) -> Options:
        """`points` values spread evenly over the prior: a scrambled Sobol sequence (Owen 1998), new at each call."""
        # The engine takes a seed and no generator; drawn from ours, its points repeat with the training.
        seed = int(torch.randint(2**31, (1,), generator=rng))
        uniform = torch.quasirandom.SobolEngine(self.size, scramble=True, seed=seed).draw(points)
        inside = uniform.clamp(1e-6, 1 - 1e-6)  # the ends would be infinite
        z = math.sqrt(2) * torch.erfinv(2 * inside - 1)
        return Options(z, torch.full((points,), -math.log(points)))

    def draw(self, count: int, block: int, rng: torch.Generator) -> Tensor:
        """z from N(0, I): [count, size]."""
        return torch.randn(count, self.size, generator=rng)

    def read(self, z: Tensor) -> Tensor:
        """[..., size] -> [..., width]."""
        return self.layers(ZOOM * z)


def choose(log_weight: Tensor, rng: torch.Generator) -> Tensor:
    """One column of each row by its weights: log weights [n, s] up to a constant -> int64 [n]."""
    steps = log_weight.softmax(1).cumsum(1)
    # Scaled by the last sum, which rounding may leave a little below or above 1.
    point = steps[:, -1:] * torch.rand(len(steps), 1, generator=rng, device=rng.device)
    return torch.searchsorted(steps, point).clamp_max(steps.shape[1] - 1)[:, 0]
