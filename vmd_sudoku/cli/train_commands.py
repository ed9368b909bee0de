"""Commands about models: train, models."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from vmd_sudoku.cli import card
from vmd_sudoku.cli.options import THREADS, OutFolder, number, whole
from vmd_sudoku.cli.show import print_table
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network import cards

if TYPE_CHECKING:
    from vmd_sudoku.training.updates import TrainConfig


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the card as JSON.")
def models(name: str | None, as_json: bool) -> None:
    """List the shipped models, or print the card of the model NAME (a shipped one, or a folder)."""
    names = [name] if name else cards.shipped_models()
    found = {one: cards.read_card(cards.folder_of(one)) for one in names}
    if as_json:
        click.echo(json.dumps(found[name] if name else found, indent=2))
    elif name:
        card.print_card(name, found[name])
    elif found:
        print_table([card.row(one, entries) for one, entries in found.items()], card.COLUMNS)
        click.echo("vmd-sudoku models NAME prints the whole card.")
    else:
        click.echo("no model is shipped with this copy; train one with `vmd-sudoku train`")


def _print_presets(context: click.Context, option: click.Parameter, asked: bool) -> None:
    """What each preset makes and costs, and no training."""
    # Shell completion parses without meaning it.
    if not asked or context.resilient_parsing:
        return
    from vmd_sudoku.training.presets import PRESETS, cost

    for name, preset in PRESETS.items():
        click.echo(f"{name}: {preset.about}")
        for stage, config in preset.stages.items():
            click.echo(f"  {stage}: {cost(config())}")
        click.echo(click.wrap_text(f"figures: {preset.figures}", 100, "  ", "    ") + "\n")
    context.exit()


@click.command()
@click.option(
    "--presets",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_presets,
    help="Say of each preset what it makes, its stages, what they cost and what is known of the result, and stop.",
)
@click.option(
    "--preset",
    default="default",
    show_default=True,
    help="default, tiny, trunk, guesses, blocks, transformer (the reference), large, gpu-trunk or gpu; see --presets.",
)
@click.option(
    "--model", "kind", default="vmd", show_default=True, help="vmd, or mdm (the same network without a latent)."
)
@click.option("--out", type=OutFolder(), required=True, help="Folder for the run and the model.")
@click.option("--minutes", type=number(1e-6, 10_000_000), help="Time budget of each stage, instead of the preset's.")
@click.option("--steps", type=whole(1, 10**12), help="Budget of each stage in updates, in addition to the one in time.")
@click.option(
    "--seed",
    type=whole(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Seed of the first stage; the second has the next one.",
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a setting of one stage, such as fork.beta=0.75 or fork.model.learned_prior=true, or without the stage's name "
    "of all, where they have the same value so far; may be given several times.",
)
@click.option(
    "--hard", type=click.Path(dir_okay=False, path_type=Path), help="CSV of hard puzzles to mix in, with solutions."
)
@click.option("--resume", is_flag=True, help="Go on with the run in --out.")
@click.option(
    "--start-from",
    "start",
    help="Start from the weights of this model (a name or a folder), and do only the last stage of the preset.",
)
@click.option("--compile/--eager", "compiled", default=True, help="Compile the network's round (needs a C++ compiler).")
@THREADS
@click.option("--workers", type=whole(0, 64), help="Processes that make boards.")
def train(
    preset: str,
    kind: str,
    out: Path,
    minutes: float | None,
    steps: int | None,
    seed: int,
    settings: tuple[str, ...],
    hard: Path | None,
    resume: bool,
    start: str | None,
    compiled: bool,
    threads: int,
    workers: int | None,
) -> None:
    """Train a model on generated puzzles, in the stages of a preset; interrupted, it goes on with --resume.

    On several GPUs or machines: `torchrun --nproc-per-node N -m vmd_sudoku.cli train …`, each with a batch of its own.
    """
    if resume:
        _refuse_with_resume("preset", "kind", "seed", "settings", "start")
    if start:
        cards.folder_of(start)
    import torch

    from vmd_sudoku.training import parallel, stages

    torch.set_num_threads(threads)
    # Before anything is drawn: the number of this process decides its seed and its folder.
    parallel.start()
    if parallel.rank():
        out = out / f"rank-{parallel.rank()}"  # the other processes' boards in flight; their models are the same

    def say(line: str) -> None:
        if not parallel.rank():
            click.echo(line)

    given: dict[str, Any] = {"minutes": minutes, "steps": steps, "workers": workers}
    changes = {name: value for name, value in given.items() if value is not None}
    if resume:
        run = stages.begun_run(out, hard, changes)
    else:
        configs = _configs(preset, kind, seed, settings, start, say)
        chosen = {name: replace(config, **changes) for name, config in configs.items()}
        run = stages.new_run(stages.Run(folder=out, stages=chosen, hard=hard, start=start))
    stages.go(run, compiled=compiled, say=say)


def _configs(
    preset: str, kind: str, seed: int, settings: tuple[str, ...], start: str | None, say: Callable[[str], None]
) -> dict[str, "TrainConfig"]:
    """The stages of a preset that a new run is to do."""
    from vmd_sudoku.config import choose
    from vmd_sudoku.training import presets

    found = list(choose(presets.PRESETS, preset, "preset").stages.items())
    if start and (left_out := [name for name, _ in found[:-1]]):
        say(
            f"--start-from {start}: its weights take the place of {' and '.join(left_out)}; only {found[-1][0]} is done"
        )
        found = found[-1:]
    of_kind = choose(presets.KINDS, kind, "kind of model")
    # With one seed for all, each stage would train on the boards of the one before.
    configs = {name: replace(of_kind(config()), seed=seed + i) for i, (name, config) in enumerate(found)}
    return presets.changed_stages(configs, settings)


def _refuse_with_resume(*names: str) -> None:
    """A run that goes on is the run that began: what would make it another is refused, not ignored."""
    context = click.get_current_context()
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            raise ConfigError(
                f"{option.opts[0]} has no effect on a run that goes on; leave it out, or begin another run in another folder"
            )
