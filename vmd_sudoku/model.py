"""The model: denoiser p(x0 | xt, z), encoder q(z | x0, xt) and the prior over z. Without a latent it is an MDM."""

from dataclasses import dataclass, field

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from vmd_sudoku.board import CELLS, DIGITS
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.latent import LOG_VARIANCE_RANGE, Gaussian
from vmd_sudoku.network import BOARD_FEATURES, CandidateNetwork, NetworkConfig, board_features, digit_features


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """What a model is made of.

    latent: numbers of z for each of the 729 candidates; 0 makes it an MDM with the same denoiser.
    encoder_rounds: rounds of the encoder.
    first_rounds: rounds of the denoiser in the first call of decoding, unless asked otherwise.
    rounds, cell_rounds: rounds of every later call, with a budget of calls and with one cell a call. The hidden state is
        carried from call to call, so later calls need fewer; after a single new digit, fewer still.
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    latent: int = 1
    encoder_rounds: int = 4
    first_rounds: int = 32
    rounds: int = 16
    cell_rounds: int = 8

    def __post_init__(self) -> None:
        if not 0 <= self.latent <= 16:
            raise ConfigError(f"latent must be 0 (MDM) to 16 numbers a candidate, got {self.latent}")
        for name in ("encoder_rounds", "first_rounds", "rounds", "cell_rounds"):
            if not 1 <= getattr(self, name) <= 1024:
                raise ConfigError(f"{name} must be 1 to 1024, got {getattr(self, name)}")

    def rounds_for(self, nfe: int | None) -> tuple[int, int]:
        """Rounds of the first and of every later call, for a budget of `nfe` calls (None: one cell a call)."""
        return self.first_rounds, self.cell_rounds if nfe is None else self.rounds


class Model(nn.Module):
    """Variational masked diffusion on the 81-cell grid (VMD, arXiv 2510.23606), or MDM when `latent` is 0.

    Boards are int64 [b,81] with digits 1 to 9 and BLANK for a masked cell; z is float [b,9,9,9,latent] or None.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        latent, network = config.latent, config.network
        self.denoiser = CandidateNetwork(network, inputs=BOARD_FEATURES, extra=latent, outputs=1)
        self.encoder = (
            CandidateNetwork(network, inputs=BOARD_FEATURES + 1, extra=0, outputs=2 * latent) if latent else None
        )

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
            weights[inject] = F.pad(weights[inject], (0, self.config.latent))
            weights = {name: value for name, value in mine.items() if name.startswith("encoder.")} | weights
        try:
            self.load_state_dict(weights)
        except RuntimeError:
            raise ConfigError(
                f"cannot start from a model of {other.config}: wanted the same network and latent, or an MDM, for "
                f"{self.config}"
            ) from None

    def begin(self, board: Tensor, z: Tensor | None) -> tuple[Tensor, Tensor]:
        """First hidden state [b,9,9,9,w] of the denoiser, and the input injected in every round [b,9,9,9,h]."""
        return self.denoiser.begin(board_features(board), z)

    def think(self, state: Tensor, given: Tensor, rounds: int) -> Tensor:
        """`rounds` shared rounds of the denoiser on its hidden state."""
        for _ in range(rounds):
            state = self.denoiser.round(state, given)
        return state

    def logits(self, state: Tensor) -> Tensor:
        """What the hidden state says of every cell: float32 logits over nine digits, [b,81,9]."""
        return self.denoiser.read(state).float().view(-1, CELLS, DIGITS)

    def compile_for_decoding(self) -> None:
        """Compile the denoiser's round for batches of any size: twice the speed, after half a minute. Needs a C++ compiler."""
        self.denoiser.round.compile(dynamic=True)

    def denoise(self, board: Tensor, z: Tensor | None = None, rounds: int | None = None) -> Tensor:
        """Logits [b,81,9] of p(x0 | xt, z) from nothing, in one call."""
        state, given = self.begin(board, z)
        return self.logits(self.think(state.to(given.dtype), given, rounds or self.config.first_rounds))

    def encode(self, board: Tensor, solution: Tensor) -> Gaussian:
        """Posterior q(z | x0, xt) for solved boards [b,81]; training only.

        Raises:
            ConfigError: the model has no latent.
        """
        if self.encoder is None:
            raise ConfigError("this model has no latent (it is an MDM), so it has no encoder")
        features = torch.cat([board_features(board), digit_features(solution)[..., None].float()], -1)
        state, given = self.encoder.begin(features)
        for _ in range(self.config.encoder_rounds):
            state = self.encoder.round(state.to(given.dtype), given)
        mean, log_variance = self.encoder.read(state).float().chunk(2, -1)
        return Gaussian(mean, log_variance.clamp(*LOG_VARIANCE_RANGE))
