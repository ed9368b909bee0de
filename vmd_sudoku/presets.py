"""Named training runs, as functions of the kind of model. The comparison is fair: only `latent` differs."""

from collections.abc import Callable
from dataclasses import replace

from vmd_sudoku.model import ModelConfig
from vmd_sudoku.network import NetworkConfig
from vmd_sudoku.train import TrainConfig


def tiny() -> TrainConfig:
    """Ten minutes on a laptop; solves easy puzzles. For trying things out."""
    network = NetworkConfig(width=32, middle=48, hidden=64)
    return TrainConfig(model=ModelConfig(network=network), minutes=10.0)


def default() -> TrainConfig:
    """What the shipped models were trained with: 83 minutes on one CPU core."""
    return TrainConfig(minutes=83.0)


PRESETS: dict[str, Callable[[], TrainConfig]] = {"default": default, "tiny": tiny}


def as_mdm(config: TrainConfig) -> TrainConfig:
    """The same run without a latent: a masked diffusion model with the same denoiser."""
    return replace(config, model=replace(config.model, latent=0))


KINDS: dict[str, Callable[[TrainConfig], TrainConfig]] = {"vmd": lambda config: config, "mdm": as_mdm}
