"""Named training runs, as functions of the kind of model. The comparison is fair: only `latent` differs."""

from collections.abc import Callable
from dataclasses import replace

from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.training.mixture import MixtureConfig
from vmd_sudoku.training.updates import TrainConfig


def tiny() -> TrainConfig:
    """Ten minutes on a laptop; solves easy puzzles. For trying things out."""
    network = NetworkConfig(width=32, middle=48, hidden=64)
    return TrainConfig(model=ModelConfig(network=network), minutes=10.0, learning_rate=4e-3)


def trunk() -> TrainConfig:
    """The first stage of `default`: an MDM on puzzles with one solution, which learns to reason; 160 minutes on a CPU core."""
    return TrainConfig(
        model=ModelConfig(latent=0), minutes=160.0, posterior=0.0, dreams=0.0, life=24, carry=0.5, learning_rate=4e-3
    )


def default() -> TrainConfig:
    """The second stage of the shipped models, from the weights of `trunk`: an hour on one CPU core.

    As a VMD it learns to use z and to make up whole grids; as an MDM it goes on with the same boards. The KL gains weight until
    the end: a heavy one takes more from z at the start than training gets back (docs/experiments.md).
    """
    return TrainConfig(minutes=10_000.0, steps=8_000, life=24, beta=0.4, beta_warmup=1.0)


def guesses() -> TrainConfig:
    """A third stage, from the weights of `default` and with a file of hard puzzles: 8,000 updates, an hour on one CPU core.

    z learns to guess where the network cannot deduce: some puzzles have the posterior's z, others the best of 16 draws, at z =
    0 as many as before. And one call learns to write the grids that z leads to in four.
    """
    return TrainConfig(
        minutes=10_000.0,
        steps=8_000,
        life=24,
        posterior=0.375,
        open=0.4,
        posterior_hard=0.7,
        beta=0.4,
        beta_warmup=0.0,
        dreams=0.3,
        dream_calls=4,
        dream_carry=False,
        dream_renew=True,
        dream_every=20,
        guesses=0.15,
        # All puzzles outside of the posterior slots: z = 0 is what puzzles are solved with.
        mode=1.0,
        learning_rate=1.3e-3,
    )


def blocks() -> TrainConfig:
    """As `default`, at the same cost, with half of the boards masked block by block, for `--blocks`."""
    return replace(default(), mixture=replace(default().mixture, blocks=0.5))


def transformer() -> TrainConfig:
    """The reference of the literature: 6 million parameters, one global z, textbook weights; eight hours, for a GPU."""
    return TrainConfig(
        model=ModelConfig(backbone="transformer", latent=64, latent_kind="global"),
        mixture=MixtureConfig(moved=1.0, untouched=0.2),
        minutes=480.0,
        batch=512,
        life=1,
        on_policy=0.0,
        dreams=0.0,
        mode=0.25,
        beta=1.0,
        free_nats=0.0,
        time_weight=1.0,
        learning_rate=1e-3,
        muon=False,
        workers=8,
    )


def large() -> TrainConfig:
    """Four times the width squared of the default: four hours on one GPU, or on several machines under torchrun."""
    network = NetworkConfig(width=128, middle=128, hidden=256)
    return TrainConfig(model=ModelConfig(network=network), minutes=240.0, batch=512, learning_rate=4e-3, workers=8)


def gpu_trunk() -> TrainConfig:
    """The first step of half an hour on one GPU: as `trunk`, eight minutes, 2,048 boards in flight. Not yet run."""
    return replace(trunk(), minutes=8.0, batch=2048, workers=14, learning_rate=6e-3)


def gpu() -> TrainConfig:
    """The second step, from the weights of `gpu-trunk`: as `guesses`, eight minutes, 2,048 boards in flight. Not yet run.

    The KL warms up, since z is new; the rest of the half hour is for the evaluation (tools/gpu_run.py).
    """
    return replace(
        guesses(),
        minutes=8.0,
        steps=1_000_000,
        batch=2048,
        workers=5,
        learning_rate=4e-3,
        dream_batch=1024,
        beta_warmup=0.5,
    )


PRESETS: dict[str, Callable[[], TrainConfig]] = {
    "trunk": trunk,
    "default": default,
    "guesses": guesses,
    "tiny": tiny,
    "blocks": blocks,
    "transformer": transformer,
    "large": large,
    "gpu-trunk": gpu_trunk,
    "gpu": gpu,
}


def as_mdm(config: TrainConfig) -> TrainConfig:
    """The same run without a latent: a masked diffusion model with the same denoiser."""
    return replace(config, model=replace(config.model, latent=0, learned_prior=False))


KINDS: dict[str, Callable[[TrainConfig], TrainConfig]] = {"vmd": lambda config: config, "mdm": as_mdm}
