"""A lab's model: denoiser, latent and, where it is trained with the bound, encoder."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs.denoiser import Denoiser, Encoder, Shape
from vmd_sudoku.labs.latents import Codes, Normal

LATENTS = ("none", "gaussian", "code")
"""Without one it is masked diffusion (MDM), else variational masked diffusion (VMD)."""


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """latent: one of `LATENTS`. encoder: train a Gaussian z with encoder and bound, as the paper does; else by importance
    weights. codes: K of a code. size: numbers of z (a code's vector has `code_size`). blocks: parts of the sequence that are
    written one after the other, each with a z of its own.

    Raises:
        ConfigError: an unknown latent, an encoder without a Gaussian, or a size below 1.
    """

    latent: str = "code"
    encoder: bool = False
    codes: int = 64
    code_size: int = 16
    size: int = 2
    blocks: int = 1
    width: int = 64
    depth: int = 1

    def __post_init__(self) -> None:
        if self.latent not in LATENTS:
            raise ConfigError(f"unknown latent {self.latent!r}; choose one of {', '.join(LATENTS)}")
        if self.encoder and self.latent != "gaussian":
            raise ConfigError(f"only a gaussian z has an encoder; the latent is {self.latent!r}")
        if min(self.codes, self.code_size, self.size, self.blocks, self.width, self.depth) < 1:
            raise ConfigError(f"sizes of a model must be 1 or more, got {self}")


class LabModel(nn.Module):
    """p(x0 | xt) = E over z of prod_i p(x0_i | xt, z), for sequences of `length` tokens."""

    def __init__(self, settings: ModelSettings, length: int, symbols: int) -> None:
        super().__init__()
        if length % settings.blocks:
            raise ConfigError(f"{length} tokens do not divide into {settings.blocks} equal blocks; choose a divisor")
        self.settings = settings
        self.latent: Codes | Normal | None = None
        z = 0
        if settings.latent == "code":
            self.latent, z = Codes(settings.codes, settings.code_size, settings.blocks), settings.code_size
        if settings.latent == "gaussian":
            self.latent, z = Normal(settings.size, settings.width), settings.width
        self.shape = Shape(length=length, symbols=symbols, width=settings.width, depth=settings.depth, z=z)
        self.denoiser = Denoiser(self.shape)
        self.encoder = Encoder(self.shape, settings.size) if settings.encoder else None

    def forward(self, xt: Tensor, z: Tensor | None) -> Tensor:
        """Logits [..., length, symbols] of the board xt [..., length] and z [..., size]."""
        return self.denoiser(xt, None if z is None or self.latent is None else self.latent.read(z))

    def masked(self, boards: int) -> Tensor:
        """Boards with nothing known: [boards, length]."""
        return torch.full((boards, self.shape.length), self.shape.mask)

    def block(self, number: int) -> slice:
        """The places of a block."""
        size = self.shape.length // self.settings.blocks
        return slice(number * size, (number + 1) * size)

    def draw(self, count: int, block: int, rng: torch.Generator) -> Tensor | None:
        """z of `count` sequences for a block: [count, size], or None without a latent."""
        return None if self.latent is None else self.latent.draw(count, block, rng)

    def parameter_count(self) -> int:
        """Numbers that are used in sampling; the encoder is not."""
        parts = [self.denoiser, *([self.latent] if self.latent is not None else [])]
        return sum(p.numel() for part in parts for p in part.parameters())


def new_model(settings: ModelSettings, length: int, symbols: int, seed: int) -> LabModel:
    """A model with the initial weights of `seed`; torch's global generator is left as it was."""
    # torch's layers draw their weights from the global generator; whoever else uses that must not notice.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LabModel(settings, length, symbols)
