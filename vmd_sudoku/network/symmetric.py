"""The symmetric recurrent network over 729 candidates (row, column, digit) and 324 constraints.

A constraint (a cell, or a digit in a row, column or box) holds nine candidates, of which exactly one is true. In every
round each candidate sends its features to its four constraints; each constraint sums what it gets, transforms the sum,
and hands the result back. The weights are the same for all digits, rows, columns and boxes and in all rounds, so the
network commutes with every symmetry of Sudoku.

Shapes: b boards, r rows (9), c columns (9), d digits (9), w width, h hidden.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from vmd_sudoku.board import BLANK, SIDE
from vmd_sudoku.config import check, ranged
from vmd_sudoku.network import rounds as fused

BOX_SIDE = 3
BOARD_FEATURES = 3
"""Of a candidate: its digit is in the cell; the cell is masked; the cell holds another digit."""


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """Sizes of one network.

    width: features of a candidate between rounds.
    middle: hidden size of the transformation in a constraint.
    hidden: hidden size of the update of a candidate.
    """

    width: int = ranged(64, 1, 1024)
    middle: int = ranged(64, 1, 1024)
    hidden: int = ranged(128, 1, 1024)

    def __post_init__(self) -> None:
        check(self)


class RmsNorm(nn.Module):
    """Divide by the root mean square over features, then scale by a learned weight; keeps the input's type."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """[..., w] -> [..., w]."""
        scale = torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + 1e-6)  # 1e-6: no division by zero at the start
        return x * scale.to(x.dtype) * self.weight.to(x.dtype)


def perceptron(inputs: int, middle: int, outputs: int) -> nn.Sequential:
    """Two linear layers with a SiLU between."""
    return nn.Sequential(nn.Linear(inputs, middle), nn.SiLU(), nn.Linear(middle, outputs))


class Round(nn.Module):
    """One exchange of messages between candidates and constraints, and an update of every candidate."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, hidden = config.width, config.hidden
        self.norm = RmsNorm(width)
        self.cell = perceptron(width, config.middle, hidden)
        self.line = perceptron(width, config.middle, hidden)  # rows and columns: transposing the board swaps them
        self.box = perceptron(width, config.middle, hidden)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        nn.init.normal_(self.down.weight, std=0.05)  # small steps, so that many rounds start out stable

    def forward(self, state: Tensor, given: Tensor) -> Tensor:
        """state [b,r,c,d,w], given [b,r,c,d,h] (the input, injected in every round) -> next state [b,r,c,d,w]."""
        # The three cells that a row and a box share are summed once for both, and what a row and a box answer is joined
        # per such triple before it is spread over the cells: fewer passes over [b,r,c,d,...], the larger part of the time.
        # Fewer passes over [b,9,9,9,w] are what counts: they cost more than the matrix products on a CPU.
        # Every length is named: of a batch without boards, torch cannot tell what -1 stands for.
        (boards, *_, width), hidden, three = state.shape, given.shape[-1], BOX_SIDE
        message = self.norm(state)
        triples = message.view(boards, SIDE, three, three, SIDE, width).sum(3)  # [b,r,stack,d,w]
        cell = self.cell(self.scaled(message.sum(3)))
        column = self.line(self.scaled(message.sum(1)))
        row = self.line(self.scaled(triples.sum(2)))
        box = self.box(self.scaled(triples.view(boards, three, three, three, SIDE, width).sum(2)))  # [b,band,stack,d,h]
        both = row.view(boards, three, three, 1, SIDE, hidden) + box[:, :, None]
        both = both.view(boards, SIDE, three, 1, SIDE, hidden).expand(-1, -1, -1, three, -1, -1).reshape(given.shape)
        # Injected in every round, or the input fades behind what the rounds themselves write.
        update = self.up(message) + given + both + cell[:, :, :, None] + column[:, None]
        return state + self.down(F.silu(update))

    @staticmethod
    def scaled(total: Tensor) -> Tensor:
        """A sum of nine messages at the scale of one: nine independent ones add up to sqrt(9) times that."""
        return total / BOX_SIDE


class CandidateNetwork(nn.Module):
    """Boards in, numbers for every candidate out, through as many shared rounds as asked for.

    boards: how many boards it reads side by side (the encoder reads the noisy and the solved one). latent: numbers of z for
    each candidate, 0 for none. What it reads starts the state and is injected in every round; z is injected only.
    """

    is_recurrent = True
    """Further rounds go on from the hidden state."""
    outputs_for_digits = 1
    """Outputs that make logits over nine digits: it speaks of candidates, of which a cell has nine."""

    def __init__(self, config: NetworkConfig, *, boards: int, latent: int, outputs: int) -> None:
        super().__init__()
        # The first board has three features a candidate, since a cell of it may be masked; further ones are full
        # and need one.
        inputs = BOARD_FEATURES + boards - 1
        self.state_shape = (SIDE, SIDE, SIDE, config.width)
        self.embed = nn.Linear(inputs, config.width)
        self.inject = nn.Linear(inputs + latent, config.hidden)
        self.round = Round(config)
        self.norm = RmsNorm(config.width)
        self.readout = nn.Linear(config.width, outputs)
        self.is_fused = False
        """Whether rounds run as one function, see `rounds`."""

    def think(self, state: Tensor, given: Tensor, rounds: int) -> Tensor:
        """`rounds` shared rounds: state [b,r,c,d,w], given [b,r,c,d,h] -> the state after them."""
        if self._runs_fused(given):
            return fused.run(self.round, state, given, rounds)
        for _ in range(rounds):
            # Under autocast the sum in a round may come back as float32, and a change of type would compile the
            # round anew.
            state = self.round(state.to(given.dtype), given)
        return state

    def _runs_fused(self, x: Tensor) -> bool:
        # Asked at every call: the same model may run in float32, or be moved to a GPU, after it was compiled.
        return self.is_fused and x.dtype == torch.bfloat16 and x.device.type == "cpu"

    def compile_rounds(self, **how: bool) -> None:
        """Make rounds several times as fast, after a minute: as one function where this machine can, else by torch."""
        self.is_fused = fused.available(self.round)
        if not self.is_fused:
            self.round.compile(**how)

    def use_kept_rounds(self) -> bool:
        """Run rounds as one function if it was compiled here before, and say whether."""
        self.is_fused = fused.is_kept() and fused.available(self.round)
        return self.is_fused

    def begin(self, boards: list[Tensor], z: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Boards int64 [b,81], of which only the first has MASK as a state of its own; z [b,r,c,d,latent], or one for the
        whole board, [b,latent] -> first state [b,r,c,d,w], injected input [b,r,c,d,h]."""
        features = board_features(boards[0])
        if len(boards) > 1:
            features = torch.cat([features, *(digit_features(board)[..., None].float() for board in boards[1:])], -1)
        if z is None:
            return self.embed(features), self.inject(features)
        if z.dim() == 2:
            # A view; the copy would be 729 times as large.
            z = z[:, None, None, None].expand(-1, SIDE, SIDE, SIDE, -1)
        return self.embed(features), self.inject(torch.cat([features, z], -1))

    def read(self, state: Tensor) -> Tensor:
        """state [b,r,c,d,w] -> [b,r,c,d,outputs]."""
        # After every eight rounds of a call, in one pass instead of seven.
        if self._runs_fused(state) and not torch.is_grad_enabled():
            return fused.read(state, self.norm.weight, self.readout.weight, self.readout.bias)
        return self.readout(self.norm(state))


def digit_features(digits: Tensor) -> Tensor:
    """Digits 1 to 9, or BLANK, [b,81] -> whether the cell holds each digit, bool [b,r,c,d]."""
    # Place 0 is BLANK and is cut off, so a blank holds no digit.
    return F.one_hot(digits.view(-1, SIDE, SIDE).long(), SIDE + 1)[..., 1:].bool()


def board_features(board: Tensor) -> Tensor:
    """A partly masked board [b,81] -> float [b,r,c,d,3], see BOARD_FEATURES."""
    here = digit_features(board)
    masked = (board.view(-1, SIDE, SIDE) == BLANK)[..., None].expand_as(here)
    return torch.stack([here, masked, ~here & ~masked], -1).float()
