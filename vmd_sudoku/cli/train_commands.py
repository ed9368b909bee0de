"""Commands about models: train, models."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from vmd_sudoku.cli import card
from vmd_sudoku.cli.options import THREADS, OutFolder, number, whole
from vmd_sudoku.cli.show import print_table
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network import cards


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
    from vmd_sudoku.training.presets import PRESETS

    for name, preset in PRESETS.items():
        first = (preset.__doc__ or "").partition("\n\n")[0]
        click.echo(f"{name}: {' '.join(first.split())}")
    context.exit()


@click.command()
@click.option(
    "--presets",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_presets,
    help="Say what each preset makes and costs, and stop.",
)
@click.option(
    "--preset",
    default="default",
    show_default=True,
    help="tiny, trunk, default, guesses, blocks, gpu-trunk, gpu, large or transformer (the reference); see --presets.",
)
@click.option(
    "--model", "kind", default="vmd", show_default=True, help="vmd, or mdm (the same network without a latent)."
)
@click.option("--out", type=OutFolder(), required=True, help="Folder for the run and the model.")
@click.option("--minutes", type=number(1e-6, 10_000_000), help="Time budget instead of the preset's.")
@click.option("--steps", type=whole(1, 10**12), help="Budget in updates, in addition to the one in time.")
@click.option("--seed", type=whole(0, 2**31 - 1), help="Seed instead of the preset's.")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a setting of the preset, such as beta=0.75 or model.learned_prior=true; may be given several times.",
)
@click.option(
    "--hard", type=click.Path(dir_okay=False, path_type=Path), help="CSV of hard puzzles to mix in, with solutions."
)
@click.option("--resume", is_flag=True, help="Go on with the run in --out.")
@click.option("--start-from", "start", help="Start from the weights of this model (a name or a folder).")
@click.option("--compile/--eager", "compiled", default=True, help="Compile the network's round (needs a C++ compiler).")
@THREADS
@click.option("--workers", type=whole(0, 64), help="Processes that make boards.")
def train(
    preset: str,
    kind: str,
    out: Path,
    minutes: float | None,
    steps: int | None,
    seed: int | None,
    settings: tuple[str, ...],
    hard: Path | None,
    resume: bool,
    start: str | None,
    compiled: bool,
    threads: int,
    workers: int | None,
) -> None:
    """Train a model on generated puzzles; interrupted, it goes on with --resume.

    On several GPUs or machines: `torchrun --nproc-per-node N -m vmd_sudoku.cli train …`, each with a batch of its own.
    """
    if resume:
        _refuse_with_resume("preset", "kind", "seed", "settings", "start")
    if start:
        cards.folder_of(start)
    import torch

    from vmd_sudoku.config import changed, choose
    from vmd_sudoku.network.checkpoint import load_model
    from vmd_sudoku.training import journal, parallel, presets
    from vmd_sudoku.training.updates import Training

    torch.set_num_threads(threads)
    # Before anything is drawn: the number of this process decides its seed and its folder.
    parallel.start()
    if parallel.rank():
        out = out / f"rank-{parallel.rank()}"  # the other processes' boards in flight; their models are the same
    given: dict[str, Any] = {"minutes": minutes, "steps": steps, "workers": workers}
    changes = {name: value for name, value in given.items() if value is not None}
    if resume:
        training = Training.resume(out, hard, changes)
    else:
        # A run takes hours; it is never overwritten by a forgotten option.
        if (out / "training.json").exists():
            raise ConfigError(f"{out} already holds a run; go on with --resume, or give another folder")
        config = choose(presets.KINDS, kind, "kind of model")(choose(presets.PRESETS, preset, "preset")())
        config = changed(config, settings)
        config = replace(config, **changes if seed is None else changes | {"seed": seed})
        training = Training(config, hard, load_model(start).model if start else None)
    if compiled:
        training.compile()
    journal.run_and_record(training, out)


def _refuse_with_resume(*names: str) -> None:
    """A run that goes on is the run that began: what would make it another is refused, not ignored."""
    context = click.get_current_context()
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            raise ConfigError(
                f"{option.opts[0]} has no effect on a run that goes on; leave it out, or begin another run in another folder"
            )
