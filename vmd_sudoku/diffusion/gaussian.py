"""A diagonal Gaussian over the latent variable z, with its KL divergences."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

LOG_VARIANCE_RANGE = (-8.0, 2.0)
"""Keeps a posterior's spread between 0.02 and 2.7, where its KL is finite and its gradient useful."""


@dataclass(frozen=True)
class Gaussian:
    """A diagonal Gaussian over z; both fields have the shape of z."""

    mean: Tensor
    log_variance: Tensor

    def from_noise(self, noise: Tensor) -> Tensor:
        """The draw that standard normal `noise` stands for, differentiable in mean and variance."""
        # The reparametrised draw: gradients reach mean and variance through it.
        return self.mean + noise * (self.log_variance / 2).exp()

    def sample(self, rng: torch.Generator) -> Tensor:
        """One draw."""
        return self.from_noise(torch.randn(self.mean.shape, generator=rng, device=rng.device))

    def kl_from_standard(self) -> Tensor:
        """KL(self || N(0, I)) in nats, [b]."""
        # In closed form; an estimate from draws would add noise to every gradient of the encoder.
        return 0.5 * (self.mean**2 + self.log_variance.exp() - 1 - self.log_variance).flatten(1).sum(1)

    def kl_from(self, other: "Gaussian") -> Tensor:
        """KL(self || other) in nats, [b]."""
        spread = (self.log_variance - other.log_variance).exp()
        distance = (self.mean - other.mean) ** 2 / other.log_variance.exp()
        return 0.5 * (spread + distance - 1 - self.log_variance + other.log_variance).flatten(1).sum(1)

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density of `z` in nats, [b]."""
        squared = (z - self.mean) ** 2 / self.log_variance.exp()
        return -0.5 * (squared + self.log_variance + math.log(2 * math.pi)).flatten(1).sum(1)
