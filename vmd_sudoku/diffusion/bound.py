"""The negative ELBO of masked diffusion with a latent, per board and in named terms."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Bound:
    """Upper bound on -log p(x0 | xt) = -log of E_p(z) prod_i p(x0_i | xt, z), in nats, one entry per board [b].

    cells: E_q[-sum of log p(x0_i | xt, z) over the masked cells i], from one draw of z.
    latent: KL(q(z | x0, xt) || p(z)); zero for a board whose z came from the prior, or without a latent.
    """

    cells: Tensor
    latent: Tensor

    def total(self, beta: Tensor | float = 1.0, free_nats: Tensor | float = 0.0) -> Tensor:
        """cells + beta KL, [b], with one beta or one for each board.

        A KL below `free_nats` costs no more than these: it keeps the posterior from collapsing.
        """
        latent = self.latent
        return self.cells + beta * torch.maximum(latent, torch.as_tensor(free_nats, device=latent.device).to(latent))

    def weighted(
        self, weight: Tensor, beta: Tensor | float, free_nats: Tensor | float = 0.0, *, weigh_latent: bool = True
    ) -> Tensor:
        """`total` times a weight for each board [b]; without `weigh_latent` the KL keeps the weight of a usual board."""
        if weigh_latent:
            return weight * self.total(beta, free_nats)
        latent = self.total(beta, free_nats) - self.cells
        # The KL is one per board however many cells are masked, so a weight made for cells does not fit it.
        return weight * self.cells + latent / USUAL_BLANKS


USUAL_BLANKS = 25
"""Where all weights meet, so that changing the exponent keeps the scale of a usual gradient."""


def time_weight(blanks: Tensor, exponent: float) -> Tensor:
    """Weight of the bound of boards with so many masked cells [b]: proportional to blanks^-exponent.

    1 is the weight 1/t of masked diffusion's bound (per masked cell), 0 is one for all boards.
    """
    return (blanks / USUAL_BLANKS) ** -exponent / USUAL_BLANKS


def masked_nats(logits: Tensor, target: Tensor, masked: Tensor) -> Tensor:
    """Cross-entropy of the masked tokens, summed over each sequence, in nats.

    logits [b,n,v]; target int64 [b,n], the true tokens from 0 to v - 1; masked bool [b,n] -> [b].
    """
    # cross_entropy wants the classes in the second place.
    tokens = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return (tokens * masked).sum(1)
