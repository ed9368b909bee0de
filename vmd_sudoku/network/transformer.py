"""The reference of the literature: a bidirectional transformer over the 81 cells, with learned positions.

It has none of Sudoku's symmetries, so it is trained on boards moved by random ones. One latent a board enters every block
by adaptive layer norm (VADD, arXiv 2505.17384; the modulation is shared by all blocks, with an offset for each).

Shapes: b boards, 81 cells, w width.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from vmd_sudoku.board import CELLS, DIGITS
from vmd_sudoku.config import check, ranged
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.symmetric import RmsNorm

_MODULATIONS = 6
"""Shift, scale and gate, of attention and of the perceptron."""


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """Sizes of one transformer; the defaults make about 6 million parameters, as in Kim et al. 2025 (arXiv 2502.06768).

    A block has 4 width^2 weights of attention and 8 width^2 of the perceptron: 3 blocks of width 384 are 5.3 million, and
    the modulation by z adds 6 width^2, 0.9 million.
    """

    width: int = ranged(384, 1, 4096)
    layers: int = ranged(3, 1, 64)
    heads: int = ranged(6, 1, 4096)

    def __post_init__(self) -> None:
        check(self)
        if self.width % self.heads:
            raise ConfigError(f"width must divide into heads, got a width of {self.width} and {self.heads} heads")


class Block(nn.Module):
    """Attention among all cells, then a perceptron in each; both behind a norm that z modulates."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.norms = nn.ModuleList([RmsNorm(width), RmsNorm(width)])
        self.queries = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        # One modulation for all blocks with an offset for each costs 0.9 million weights, one for each block 2.7
        # (docs/decisions.md).
        self.offset = nn.Parameter(torch.zeros(_MODULATIONS, width))

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        """x [b,81,w], modulation [b,6,w] (zeros without a latent) -> [b,81,w]."""
        shift, scale, gate, shift_2, scale_2, gate_2 = (modulation + self.offset)[:, :, None].unbind(1)
        # The gate is added to 1 and starts at 0: without a latent this is a plain transformer.
        x = x + (1 + gate) * self.attend(self.norms[0](x) * (1 + scale) + shift)
        inner = self.norms[1](x) * (1 + scale_2) + shift_2
        return x + (1 + gate_2) * self.down(F.gelu(self.up(inner)))

    def attend(self, x: Tensor) -> Tensor:
        """[b,81,w] -> [b,81,w]."""
        boards, cells, width = x.shape
        heads = self.queries(x).view(boards, cells, 3, self.heads, width // self.heads).transpose(1, 3)
        mixed = F.scaled_dot_product_attention(*heads.unbind(2))
        return self.mix(mixed.transpose(1, 2).reshape(boards, cells, width))


class Pass(nn.Module):
    """All blocks, once: what a `round` is to the recurrent network. It starts from its input, so no state is carried."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))

    def forward(self, state: Tensor, given: Tensor) -> Tensor:
        """given [b,81+6,w]: the cells, and the modulation; `state` [b,81,w] is not used -> [b,81,w]."""
        x, modulation = given[:, :CELLS], given[:, CELLS:]
        for block in self.blocks:
            x = block(x, modulation)
        return x


class TransformerNetwork(nn.Module):
    """Boards in, numbers for every cell out, in one pass.

    boards: how many boards it reads side by side (the encoder reads the noisy and the solved one); latent: numbers of z
    that modulate it, 0 for none; outputs: numbers for each cell.
    """

    is_recurrent = False
    """A call is one pass, whatever the rounds."""
    outputs_for_digits = DIGITS
    """Outputs that make logits over nine digits: it speaks of cells."""

    def __init__(self, config: TransformerConfig, *, boards: int, latent: int, outputs: int) -> None:
        super().__init__()
        self.state_shape = (CELLS, config.width)
        self.embed = nn.ModuleList(nn.Embedding(DIGITS + 1, config.width) for _ in range(boards))
        # Learned, as in the literature: without them a transformer could not tell one cell from another.
        self.position = nn.Parameter(torch.randn(CELLS, config.width))
        self.modulate = (
            nn.Sequential(nn.Linear(latent, config.width), nn.SiLU(), nn.Linear(config.width, 6 * config.width))
            if latent
            else None
        )
        self.round = Pass(config)
        self.norm = RmsNorm(config.width)
        self.readout = nn.Linear(config.width, outputs)

    def think(self, state: Tensor, given: Tensor, rounds: int) -> Tensor:
        """One pass, whatever the rounds: state [b,81,w], given [b,81+6,w] -> [b,81,w]."""
        return self.round(state, given) if rounds else state

    def compile_rounds(self, **how: bool) -> None:
        """Compile the pass."""
        self.round.compile(**how)

    def use_kept_rounds(self) -> bool:
        """Never: it has no rounds."""
        return False

    def begin(self, boards: list[Tensor], z: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Boards int64 [b,81] each, z [b,latent] -> the embedded cells [b,81,w], and what `round` reads [b,81+6,w]."""
        cells = self.position + sum(embed(board) for embed, board in zip(self.embed, boards, strict=True))
        if self.modulate and z is not None:
            modulation = self.modulate(z).view(len(cells), _MODULATIONS, cells.shape[-1]).to(cells.dtype)
        else:
            modulation = cells.new_zeros(len(cells), _MODULATIONS, cells.shape[-1])
        # Packed into one tensor, so that `round` has the signature of the recurrent network and the loop need not
        # know which it is.
        return cells, torch.cat([cells, modulation], 1)

    def read(self, state: Tensor) -> Tensor:
        """state [b,81,w] -> [b,81,outputs]."""
        return self.readout(self.norm(state))
