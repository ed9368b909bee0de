"""Commands that measure the labs: the paper's other experiments, on tokens, words and text."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from vmd_sudoku import __version__
from vmd_sudoku.cli.options import SEED, OutFile, adds, engine_options, number, whole


def trainings(seeds: int) -> Callable[[Callable], Callable]:
    """The options of every reproduction: how many trainings, from which seed, in how many processes, kept where."""
    return adds(
        click.option("--seeds", type=whole(1, 1000), default=seeds, show_default=True, help="Trainings of each model."),
        click.option("--seed", type=SEED, default=0, show_default=True, help="The first of the seeds."),
        engine_options(min(2, os.cpu_count() or 1), "Processes of one thread each that train at the same time."),
        click.option(
            "--json",
            "output",
            type=OutFile(),
            help="Also write JSON there; rows that are there already are kept, so an interrupted run goes on.",
        ),
    )


@click.command()
@click.option(
    "--set",
    "names",
    multiple=True,
    help="pairs, pairs-weighted, D1, D2 or sudoku4; may be given several times.  [default: D1, D2]",
)
@click.option(
    "--csv",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A set of your own: a sequence a row; may be given several times.",
)
@click.option(
    "--distance",
    type=whole(1, 1000),
    default=1,
    show_default=True,
    help="Places from one tied token to the next, noise between.",
)
@click.option(
    "--blocks",
    multiple=True,
    type=whole(1, 1000),
    help="Blocks of a sequence; may be given several times.  [default: 2, 1]",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["mdm", "code", "gaussian", "encoder"]),
    help="No z; a code; a Gaussian by importance weights or with an encoder; may be given several times.  [default: all]",
)
@click.option(
    "--later",
    type=click.Choice(["tied", "own", "prior"]),
    default="tied",
    show_default=True,
    help="z of partly known boards in training: of the whole sequence, of that board, or from the prior.",
)
@trainings(5)
def synthetic(
    names: tuple[str, ...],
    files: tuple[Path, ...],
    distance: int,
    blocks: tuple[int, ...],
    kinds: tuple[str, ...],
    seeds: int,
    seed: int,
    later: str,
    engine: Any,
    output: Path | None,
) -> None:
    """The paper's tables of synthetic tokens beside ours: MDM, and VMD with a code or a Gaussian, trained and measured here."""
    import torch

    from vmd_sudoku import machine
    from vmd_sudoku.labs import results, tokens
    from vmd_sudoku.labs import synthetic as experiment

    sets = [tokens.named(name, distance) for name in names or (() if files else ("D1", "D2"))]
    sets += [tokens.apart(tokens.from_csv(file), distance) for file in files]
    for one in sets:
        click.echo(tokens.describe(one), err=True)
    torch.set_num_threads(1)
    work = experiment.cases(sets, blocks or (2, 1), range(seed, seed + seeds), later, kinds)
    measured = results.measure(work, output, engine, say=lambda line: click.echo(line, err=True))
    rows = experiment.over_seeds(measured)
    click.echo(experiment.markdown(rows))
    _write(output, experiment.report(rows, __version__, machine.describe()))


@click.command()
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["mdm", "code", "gaussian"]),
    help="May be given several times.  [default: all]",
)
@click.option("--seconds", type=number(1, 10**6), help="Train anew, so many CPU seconds each; else the shipped models.")
@click.option(
    "--list", "path", type=click.Path(path_type=Path), help="Words of your own, one a line, all of one length."
)
@trainings(1)
def words(
    kinds: tuple[str, ...],
    seconds: float | None,
    path: Path | None,
    seeds: int,
    seed: int,
    engine: Any,
    output: Path | None,
) -> None:
    """Five-letter words in one call, two and five: real words, held-out words hit, nats; MDM and VMD at equal size and time."""
    import torch

    from vmd_sudoku import machine
    from vmd_sudoku.labs import results
    from vmd_sudoku.labs import words as experiment

    torch.set_num_threads(1)
    found = experiment.read_words(path) if path else experiment.read_words()
    if seconds is None and path is None:
        rows = experiment.measure_shipped(found, kinds or experiment.SHIPPED, seed)
    else:
        spent = seconds or experiment.SECONDS
        every = [(kind, one) for one in range(seed, seed + seeds) for kind in kinds or experiment.KINDS]
        work = [experiment.WordJob(found, kind, spent, one) for kind, one in every]
        rows = results.measure(work, output, engine, say=lambda line: click.echo(line, err=True))
    means = experiment.over_seeds(rows)
    click.echo(experiment.markdown(means, experiment.chance(found)))
    _write(output, {"rows": means, "version": __version__, "machine": machine.describe()})


@click.command()
@click.option("--corpus", default="sotu", show_default=True, help="sotu, shakespeare, or a text file.")
@click.option(
    "--preset",
    "preset",
    type=click.Choice(["cpu", "gpu"]),
    default="cpu",
    show_default=True,
    help="Sizes and budget that go together.",
)
@click.option("--minutes", type=number(0.01, 10**5), help="Minutes of each training.  [default: cpu 5, gpu 1]")
@click.option(
    "--block",
    "sizes",
    multiple=True,
    type=whole(2, 64),
    help="Letters of a block; may be given several times.  [default: 4, 8]",
)
@click.option("--width", type=whole(8, 2048), help="Of the VMD's layers.  [default: cpu 128, gpu 512]")
@click.option("--codes", type=whole(2, 65_536), help="Values of z of a block.  [default: cpu 256, gpu 4,096]")
@trainings(3)
def text(
    corpus: str,
    preset: str,
    minutes: float | None,
    sizes: tuple[int, ...],
    width: int | None,
    codes: int | None,
    seeds: int,
    seed: int,
    engine: Any,
    output: Path | None,
) -> None:
    """Block diffusion of text with and without z, and an autoregressive model, at equal parameters and equal time."""
    import torch

    from vmd_sudoku import machine
    from vmd_sudoku.labs import results
    from vmd_sudoku.labs import text as experiment
    from vmd_sudoku.labs.corpus import load_corpus
    from vmd_sudoku.labs.text_training import preset as preset_named

    torch.set_num_threads(1)
    chosen, found = preset_named(preset), load_corpus(corpus)
    budget = replace(chosen.budget, seconds=60 * minutes) if minutes else chosen.budget
    size = width or chosen.width, codes or chosen.codes
    work = experiment.jobs(found, sizes or (4, 8), budget, range(seed, seed + seeds), *size)
    rows = results.measure(work, output, engine, say=lambda line: click.echo(line, err=True))
    click.echo(experiment.markdown(found, rows))
    _write(output, experiment.report(found, rows, __version__, machine.describe()))


def _write(output: Path | None, report: dict[str, Any]) -> None:
    """The report, beside what was measured so far."""
    from vmd_sudoku.labs import results

    if output:
        results.write(output, report | {"measured": results.read(output)})
