"""Named training runs, as functions of the kind of model. The comparison is fair: only `latent` differs."""

from collections.abc import Callable
from dataclasses import replace

from vmd_sudoku.mixture import MixtureConfig
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


def transformer() -> TrainConfig:
    """The reference of the literature: 6 million parameters, one global z, textbook weights; for a GPU."""
    return TrainConfig(
        model=ModelConfig(backbone="transformer", latent=64, latent_kind="global"),
        mixture=MixtureConfig(moved=1.0, untouched=0.2),
        minutes=480.0,
        batch=512,
        life=1,
        on_policy=0.0,
        mode=0.25,
        beta=1.0,
        free_nats=0.0,
        time_weight=1.0,
        learning_rate=1e-3,
        muon=False,
        workers=8,
    )


def large() -> TrainConfig:
    """Four times the width squared of the default, for one GPU or several machines under torchrun."""
    network = NetworkConfig(width=128, middle=128, hidden=256)
    return TrainConfig(model=ModelConfig(network=network), minutes=240.0, batch=512, workers=8)


PRESETS: dict[str, Callable[[], TrainConfig]] = {
    "default": default,
    "tiny": tiny,
    "transformer": transformer,
    "large": large,
}


def as_mdm(config: TrainConfig) -> TrainConfig:
    """The same run without a latent: a masked diffusion model with the same denoiser."""
    return replace(config, model=replace(config.model, latent=0, learned_prior=False))


KINDS: dict[str, Callable[[TrainConfig], TrainConfig]] = {"vmd": lambda config: config, "mdm": as_mdm}
