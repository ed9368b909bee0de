"""Commands that measure the labs: the paper's other experiments, on tokens, words and text."""

import os
from pathlib import Path

import click

from vmd_sudoku import __version__
from vmd_sudoku.cli.options import JSON, SEED, whole
from vmd_sudoku.cli.show import write_json

WORKERS = click.option(
    "--workers",
    type=whole(1, 64),
    default=min(2, os.cpu_count() or 1),
    show_default=True,
    help="Processes of one thread each that train at the same time.",
)


@click.command()
@click.option(
    "--set", "names", multiple=True, help="pairs, pairs-weighted, D1 or D2; may come again.  [default: D1, D2]"
)
@click.option(
    "--csv",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A set of your own: a sequence a row; may come again.",
)
@click.option(
    "--distance",
    type=whole(1, 1000),
    default=1,
    show_default=True,
    help="Places from one tied token to the next, noise between.",
)
@click.option(
    "--blocks", multiple=True, type=whole(1, 1000), help="Blocks of a sequence; may come again.  [default: 2, 1]"
)
@click.option("--seeds", type=whole(1, 1000), default=5, show_default=True, help="Trainings of each row.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="The first of the seeds.")
@click.option(
    "--later",
    type=click.Choice(["tied", "own", "prior"]),
    default="tied",
    show_default=True,
    help="z of partly known boards in training: of the whole sequence, of that board, or from the prior.",
)
@WORKERS
@JSON
def synthetic(
    names: tuple[str, ...],
    files: tuple[Path, ...],
    distance: int,
    blocks: tuple[int, ...],
    seeds: int,
    seed: int,
    later: str,
    workers: int,
    output: Path | None,
) -> None:
    """The paper's tables of synthetic tokens beside ours: MDM, and VMD with a code or a Gaussian, trained and measured here."""
    import torch

    from vmd_sudoku import machine
    from vmd_sudoku.labs import synthetic as experiment
    from vmd_sudoku.labs import tokens

    sets = [tokens.named(name, distance) for name in names or (() if files else ("D1", "D2"))]
    sets += [tokens.apart(tokens.from_csv(file), distance) for file in files]
    for one in sets:
        click.echo(tokens.describe(one), err=True)
    torch.set_num_threads(1)
    work = experiment.cases(sets, blocks or (2, 1), range(seed, seed + seeds), later)
    rows = experiment.measure(work, workers, say=lambda line: click.echo(line, err=True))
    click.echo(experiment.markdown(rows))
    write_json(output, experiment.report(rows, __version__, machine.describe()))
