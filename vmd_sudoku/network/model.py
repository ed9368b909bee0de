"""The model: denoiser p(x0 | xt, z), encoder q(z | x0, xt) and the prior over z. Without a latent it is an MDM."""

from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from vmd_sudoku.board import BLANK, CELLS, DIGITS
from vmd_sudoku.config import check, ranged
from vmd_sudoku.diffusion.gaussian import LOG_VARIANCE_RANGE, Gaussian
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.latent import LATENT_KINDS, field_shape
from vmd_sudoku.network.symmetric import CandidateNetwork, NetworkConfig
from vmd_sudoku.network.transformer import TransformerConfig, TransformerNetwork

Network = CandidateNetwork | TransformerNetwork
"""Boards and z in by `begin`, `round` as often as it may be, numbers out by `read`."""
MOST_NUMBERS = {"candidate": 16, "global": 1024}


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """What a model is made of.

    latent: numbers of z for each of the 729 candidates; 0 makes it an MDM with the same denoiser.
    encoder_rounds: rounds of the encoder.
    first_rounds: rounds of the denoiser in the first call of decoding, unless asked otherwise.
    rounds, cell_rounds: rounds of every later call if decoding carries the hidden state from call to call, with a budget of
        calls and with one cell a call: what is new is little then, so fewer are needed.
    backbone: `symmetric`, or `transformer` (the reference: a call is one pass, whatever the rounds); `network` and
        `transformer` are their sizes.
    latent_kind: `candidate`, or `global` for `latent` numbers in all. A global z is the same for all candidates, so a
        symmetric network cannot break a board's symmetries with it.
    learned_prior: p(z | xt) is a Gaussian that the encoder reads from the board alone, instead of N(0, I).
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    latent: int = ranged(1, 0, 1024)
    encoder_rounds: int = ranged(4, 1, 1024)
    first_rounds: int = ranged(64, 1, 1024)
    rounds: int = ranged(32, 1, 1024)
    cell_rounds: int = ranged(8, 1, 1024)
    backbone: str = "symmetric"
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    latent_kind: str = "candidate"
    learned_prior: bool = False

    def __post_init__(self) -> None:
        check(self)
        for name, value, known in (
            ("backbone", self.backbone, tuple(BACKBONES)),
            ("latent_kind", self.latent_kind, LATENT_KINDS),
        ):
            if value not in known:
                raise ConfigError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        # K numbers for each of 729 candidates are far more than K for the board, so one limit would not do for both.
        most = MOST_NUMBERS[self.latent_kind]
        if not 0 <= self.latent <= most:
            raise ConfigError(
                f"latent must be 0 (MDM) to {most} numbers for a {self.latent_kind} one, got {self.latent}"
            )
        if self.backbone == "transformer" and self.latent and self.latent_kind != "global":
            raise ConfigError("a transformer takes a global latent; set latent_kind to global")
        if self.learned_prior and not self.latent:
            raise ConfigError("a learned prior needs a latent; set latent to 1 or more")

    def rounds_for(self, nfe: int | None) -> tuple[int, int]:
        """Rounds of the first and of every later call, for a budget of `nfe` calls (None: one cell a call)."""
        if not BACKBONES[self.backbone].is_recurrent:
            return 1, 1
        return self.first_rounds, self.cell_rounds if nfe is None else self.rounds

    @property
    def sizes(self) -> NetworkConfig | TransformerConfig:
        """Of the backbone."""
        return self.transformer if self.backbone == "transformer" else self.network

    def latent_shape(self, boards: int) -> tuple[int, ...]:
        """Shape of z for so many boards; see `latent.field_shape`."""
        return field_shape(boards, self.latent, self.latent_kind)


BACKBONES: dict[str, type[CandidateNetwork] | type[TransformerNetwork]] = {
    "symmetric": CandidateNetwork,
    "transformer": TransformerNetwork,
}


class Model(nn.Module):
    """Variational masked diffusion on the 81-cell grid (VMD, arXiv 2510.23606), or MDM when `latent` is 0.

    Boards are int64 [b,81] with digits 1 to 9 and BLANK for a masked cell; z is float [b,9,9,9,latent] (or [b,latent] for
    a global one), or None. The hidden state is [b,9,9,9,w], or [b,81,w] of a transformer.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        latent, sizes = config.latent, config.sizes
        # The only place that looks the backbone up: from here on both are used through one interface.
        kind: Any = BACKBONES[config.backbone]
        self.denoiser: Network = kind(sizes, boards=1, latent=latent, outputs=kind.outputs_for_digits)
        self.encoder: Network | None = kind(sizes, boards=2, latent=0, outputs=2 * latent) if latent else None
        self.prior_head = nn.Linear(sizes.width, 2 * latent) if config.learned_prior else None
        if self.prior_head:
            # At first the same model as one without a learned prior, so the two can be compared from one start.
            nn.init.zeros_(self.prior_head.weight)  # the learned prior starts as N(0, I)
            nn.init.zeros_(self.prior_head.bias)

    def start_from(self, other: "Model") -> None:
        """Take over the weights of a model of the same network.

        From an MDM, a model with a latent starts as that MDM: z enters with weight zero, and the encoder stays as it is.

        Raises:
            ConfigError: the networks have other sizes.
        """
        weights = dict(other.state_dict())
        mine = self.state_dict()
        inject = "denoiser.inject.weight"
        if not other.config.latent and self.config.latent and weights[inject].shape[0] == mine[inject].shape[0]:
            # Columns of zeros: at its first update the VMD computes what the MDM did.
            weights[inject] = F.pad(weights[inject], (0, self.config.latent))
            own = ("encoder.", "prior_head.")
            weights = {name: value for name, value in mine.items() if name.startswith(own)} | weights
        try:
            # torch checks names and shapes, and its message would be pages long.
            self.load_state_dict(weights)
        except RuntimeError:
            raise ConfigError(
                f"cannot start from a model of {other.config}: wanted the same network and latent, or an MDM, for "
                f"{self.config}"
            ) from None

    def begin(self, board: Tensor, z: Tensor | None) -> tuple[Tensor, Tensor]:
        """First hidden state of the denoiser, and the input injected in every round ([b,9,9,9,h] of the symmetric one)."""
        return self.denoiser.begin([board], z)

    def think(self, state: Tensor, given: Tensor, rounds: int) -> Tensor:
        """`rounds` shared rounds of the denoiser on its hidden state; a transformer makes one pass and carries no state."""
        return self.denoiser.think(state, given, rounds)

    @property
    def is_recurrent(self) -> bool:
        """Whether further rounds go on from the hidden state."""
        return self.denoiser.is_recurrent

    def blank_state(self, boards: int) -> Tensor:
        """Zeros in the shape of the hidden state."""
        return torch.zeros(boards, *self.denoiser.state_shape)

    def logits(self, state: Tensor) -> Tensor:
        """What the hidden state says of every cell: float32 logits over nine digits, [b,81,9]."""
        # float32 whatever the rounds ran in: probabilities and losses need more than bfloat16's three digits.
        return self.denoiser.read(state).float().view(-1, CELLS, DIGITS)

    def compile_for_decoding(self) -> None:
        """Compile the denoiser's round for batches of any size: twice the speed, after half a minute. Needs a C++ compiler."""
        self.denoiser.compile_rounds(dynamic=True)

    def use_kept_rounds(self) -> bool:
        """Run the denoiser's rounds as one function if that was compiled here before, and say whether; compiles nothing."""
        return self.denoiser.use_kept_rounds()

    def denoise(self, board: Tensor, z: Tensor | None = None, rounds: int | None = None) -> Tensor:
        """Logits [b,81,9] of p(x0 | xt, z) from nothing, in one call."""
        # One place where a call is made of its parts; whatever steps through rounds by itself does the same three
        # things.
        state, given = self.begin(board, z)
        return self.logits(self.think(state.to(given.dtype), given, rounds or self.config.first_rounds))

    def encode(self, board: Tensor, solution: Tensor) -> Gaussian:
        """Posterior q(z | x0, xt) for solved boards [b,81]; training only.

        Raises:
            ConfigError: the model has no latent.
        """
        if self.encoder is None:
            raise ConfigError("this model has no latent (it is an MDM), so it has no encoder")
        return self._gaussian(self.encoder.read(self._seen(board, solution)))

    def prior(self, board: Tensor) -> Gaussian:
        """Learned prior p(z | xt) of boards [b,81].

        Raises:
            ConfigError: the model has no learned prior.
        """
        if self.encoder is None or self.prior_head is None:
            raise ConfigError("this model has no learned prior; its z comes from N(0, I)")
        # The encoder with nothing to see of the answer: prior and posterior share its weights.
        unknown = torch.full_like(board, BLANK)
        return self._gaussian(self.prior_head(self.encoder.norm(self._seen(board, unknown))))

    def latent_from(self, noise: Tensor, board: Tensor) -> Tensor:
        """The z of the prior that standard normal `noise`, in the shape of z, stands for; zeros stand for its mode."""
        return self.prior(board).from_noise(noise) if self.config.learned_prior else noise

    def _seen(self, board: Tensor, solution: Tensor) -> Tensor:
        """Hidden state of the encoder; the solution is BLANK where it is unknown."""
        assert self.encoder is not None
        state, given = self.encoder.begin([board, solution])
        return self.encoder.think(state, given, self.config.encoder_rounds)

    def _gaussian(self, numbers: Tensor) -> Gaussian:
        """Mean and log variance of z from 2K numbers for every candidate or cell, averaged over the board if z is global."""
        numbers = numbers.float()
        if self.config.latent_kind == "global":
            # A mean, so that the scale does not hang on how many candidates there are.
            numbers = numbers.flatten(1, -2).mean(1)
        mean, log_variance = numbers.chunk(2, -1)
        return Gaussian(mean, log_variance.clamp(*LOG_VARIANCE_RANGE))
