"""Named training runs of one or several stages. The comparison of kinds of model is fair: only `latent` differs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

from vmd_sudoku.config import changed
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.training.mixture import MixtureConfig
from vmd_sudoku.training.updates import TrainConfig


def tiny() -> TrainConfig:
    """A quarter of the parameters, ten minutes."""
    network = NetworkConfig(width=32, middle=48, hidden=64)
    return TrainConfig(model=ModelConfig(network=network), minutes=10.0, learning_rate=4e-3)


def trunk() -> TrainConfig:
    """The first stage: an MDM on puzzles with one solution, which learns to reason."""
    return TrainConfig(
        model=ModelConfig(latent=0), minutes=160.0, posterior=0.0, dreams=0.0, life=24, carry=0.5, learning_rate=4e-3
    )


def fork() -> TrainConfig:
    """The second stage, from the weights of `trunk`.

    As a VMD it learns to use z and to make up whole grids; as an MDM it goes on with the same boards. The KL gains weight until
    the end: a heavy one takes more from z at the start than training gets back (docs/experiments.md).
    """
    return TrainConfig(minutes=10_000.0, steps=8_000, life=24, beta=0.4, beta_warmup=1.0)


def guesses() -> TrainConfig:
    """A third stage, from the weights of `fork` and with a file of hard puzzles.

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
    """As `fork`, at the same cost, with half of the boards masked block by block, for `--blocks`."""
    return replace(fork(), mixture=replace(fork().mixture, blocks=0.5))


def transformer() -> TrainConfig:
    """The reference of the literature: 6 million parameters, one global z, textbook weights."""
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
    """Four times the width squared of `fork`."""
    network = NetworkConfig(width=128, middle=128, hidden=256)
    return TrainConfig(model=ModelConfig(network=network), minutes=240.0, batch=512, learning_rate=4e-3, workers=8)


def gpu_trunk() -> TrainConfig:
    """As `trunk`, with boards in flight for a GPU."""
    return replace(trunk(), minutes=8.0, batch=2048, workers=14, learning_rate=6e-3)


def gpu_fork() -> TrainConfig:
    """As `guesses`, from the weights of `gpu_trunk`, with boards in flight for a GPU. The KL warms up, since z is new."""
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


@dataclass(frozen=True)
class Preset:
    """A run by name: its stages in order, each from the averaged weights of the one before.

    about: what it makes; figures: what is known of its time and of what comes out, each with the command that prints it.
    """

    stages: Mapping[str, Callable[[], TrainConfig]]
    about: str
    figures: str


PRESETS: dict[str, Preset] = {
    "default": Preset(
        {"trunk": trunk, "fork": fork},
        "a VMD, or an MDM with --model mdm, as the shipped ones began: first reasoning, then z",
        "the nearest run: a trunk of 161 minutes in three parts, then 6,500 updates (44 minutes as a VMD), one CPU core. The "
        "VMD solved 85.0 % and the MDM 87.5 % of 200 puzzles (evaluate radcliffe_sample.csv --limit 200 --nfe 5), and 41 and "
        "0 % of 128 grids were legal in one call (sample --count 128 --z 0 --nfe 1). The shipped vmd and mdm had a longer "
        "trunk, and more stages after it (models vmd).",
    ),
    "tiny": Preset(
        {"tiny": tiny},
        "a small VMD in one stage, for trying things out",
        "1,448 updates in ten minutes of a shared CPU core solve 68.5 % of 200 puzzles (evaluate radcliffe_sample.csv "
        "--limit 200 --nfe 5) and all of 25 easy ones (evaluate puzzles/easy.csv --nfe 5).",
    ),
    "trunk": Preset(
        {"trunk": trunk},
        "an MDM on puzzles with one solution, for --start-from",
        "the nearest run: 161 minutes of one CPU core in three parts. It solved 86.5 % of 200 puzzles (evaluate "
        "radcliffe_sample.csv --limit 200 --nfe 5 --carry --settle 0).",
    ),
    "guesses": Preset(
        {"trunk": trunk, "fork": fork, "guesses": guesses},
        "as default, with a third stage, in which z learns to guess where the network cannot deduce; wants --hard",
        "not run as one command. 7,811 updates of the last stage brought a model from 46 to 61 % of 100 puzzles that one of 16 "
        "draws of z solves (draws forum_hardest_11plus.csv --nfe 1 --draws 16 --spread 100). 12,000 took 60.9 minutes of "
        "one CPU core. The history of the shipped vmd says how many it has had (models vmd).",
    ),
    "blocks": Preset(
        {"trunk": trunk, "blocks": blocks},
        "as default, with half of the boards masked block by block, for --blocks",
        "not run with this budget. After 700 updates from vmd 64 of 64 grids were legal without blocks and 41 in rows "
        "(sample --count 64 --z 0 --nfe 18 --blocks rows).",
    ),
    "transformer": Preset(
        {"transformer": transformer},
        "the reference of the literature, for a GPU",
        "not run with this budget. After five minutes of one CPU core with 32 slots, an MDM solved 0 of 50 puzzles "
        "(evaluate ye_test.csv --limit 50 --nfe cell).",
    ),
    "large": Preset(
        {"large": large}, "a larger VMD in one stage, for a GPU, or several machines under torchrun", "not measured."
    ),
    "gpu-trunk": Preset({"trunk": gpu_trunk}, "the first stage of gpu alone, for tools/gpu_run.py", "not measured."),
    "gpu": Preset(
        {"trunk": gpu_trunk, "fork": gpu_fork},
        "a VMD that guesses, for a GPU and 16 cores; wants --hard",
        "not measured.",
    ),
}


def as_mdm(config: TrainConfig) -> TrainConfig:
    """The same run without a latent: a masked diffusion model with the same denoiser."""
    return replace(config, model=replace(config.model, latent=0, learned_prior=False))


KINDS: dict[str, Callable[[TrainConfig], TrainConfig]] = {"vmd": lambda config: config, "mdm": as_mdm}


def changed_stages(stages: Mapping[str, TrainConfig], changes: Iterable[str]) -> dict[str, TrainConfig]:
    """The stages with some settings changed: each `stage.name=value`, or `name=value` in all of them (see `config.changed`).

    Raises:
        ConfigError: see `config.changed`; or a change in all stages of what they do not agree on, so that one would be spoilt.
    """
    now = dict(stages)
    for change in changes:
        stage, dot, inside = change.partition(".")
        if dot and stage in now:
            now[stage] = changed(now[stage], [inside])
            continue
        after = {name: changed(config, [change]) for name, config in now.items()}
        path = change.partition("=")[0]
        values = {name: attrgetter(path)(config) for name, config in now.items()}
        if len(set(values.values())) > 1:
            known = ", ".join(f"{value} in {name}" for name, value in values.items())
            raise ConfigError(f"{path} is {known}; say which stage you mean: --set {next(iter(now))}.{change}")
        now = after
    return now


def cost(config: TrainConfig) -> str:
    """A stage's budget, boards in flight and parameters, in words."""
    budget = f"{config.minutes:g} minutes" if config.steps >= TrainConfig.steps else f"{config.steps:,} updates"
    parameters = sum(p.numel() for p in Model(config.model).parameters())
    return f"{budget}, {config.batch:,} slots, {parameters:,} parameters"
