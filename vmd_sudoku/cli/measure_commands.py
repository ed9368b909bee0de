"""Commands that measure: sample, reproduce, bench."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from vmd_sudoku import __version__, board
from vmd_sudoku.cli.options import (
    DRAWN_Z,
    JSON,
    MODEL_HELP,
    SEED,
    THREADS,
    InFile,
    OutFolder,
    batch_options,
    column_options,
    decoding_options,
    engine_options,
    load,
    whole,
)
from vmd_sudoku.cli.show import Stop, print_table, progress_bar, stoppable, write_json
from vmd_sudoku.cli.topics import Topics
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.network.cards import folder_of
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.writing import write


@click.command()
@decoding_options
@batch_options
@click.option("--count", type=whole(1, 1_000_000), default=16, show_default=True, help="How many grids.")
@DRAWN_Z
@click.option("--print-grids/--no-print-grids", default=True, help="Print the grids, one a line.")
def sample(
    model: str,
    setting: Setting,
    output: Path | None,
    count: int,
    batch_size: int,
    print_grids: bool,
    compiled: bool,
) -> None:
    """Whole grids from the empty board, one z for each."""
    loaded = load(model, compiled)
    from vmd_sudoku.evaluation import accuracy as evaluation

    stop = Stop()
    with progress_bar() as bar:
        task = bar.add_task("grids", total=count, solved=0)
        row, grids = evaluation.sample(
            loaded,
            count,
            setting,
            batch_size=batch_size,
            progress=lambda done, solved: bar.update(task, completed=done, solved=solved),
            interrupted=stop.come,
        )
    if print_grids:
        for grid in grids:
            click.echo(board.to_line(grid))
    print_table([row], ["count", "valid", "distinct", "model", "policy", "nfe", "mean_calls", "grids_per_s"])
    write_json(output, evaluation.report([row], __version__))
    stop.leave()


@click.command()
@click.argument("files", nargs=-1, required=True, type=InFile())
@decoding_options
@batch_options
@click.option("--draws", "count", type=whole(1, 1024), default=16, show_default=True, help="For each puzzle.")
@click.option("--beside", help="A model without a latent that gets the same number of calls, with its best noise.")
@click.option(
    "--spread", type=whole(1, 10**12), metavar="N", help="Only N puzzles of each file, evenly spread over it."
)
@column_options
def draws(
    files: tuple[Path, ...],
    model: str,
    setting: Setting,
    output: Path | None,
    count: int,
    beside: str | None,
    spread: int | None,
    batch_size: int,
    compiled: bool,
    columns: Columns,
) -> None:
    """pass@K over FILES: the share of puzzles that at least one of K draws solves, judged by the rules (unbiased estimate).

    Draws of a VMD are of z, from the prior with --seed; those of a model without a latent need --temperature or --gumbel.
    """
    from vmd_sudoku.formats import files as puzzle_file

    sets = [puzzle_file.read(file, None, columns).spread(spread) for file in files]
    loaded, other = load(model, compiled), load(beside, compiled) if beside else None
    from vmd_sudoku.evaluation import accuracy as evaluation
    from vmd_sudoku.evaluation import draws as drawing

    rows = []
    with stoppable() as stop:
        for puzzles in sets:
            with progress_bar() as bar:
                task = bar.add_task(puzzles.name, total=len(puzzles.puzzles) * count, solved=0)
                rows += drawing.compare(
                    loaded,
                    other,
                    puzzles,
                    setting,
                    count,
                    batch_size=batch_size,
                    progress=lambda done, solved: bar.update(task, completed=done, solved=solved),  # noqa: B023
                )
    figures = [f"pass@{k}" for k in drawing.AT if k <= count]
    print_table(rows, ["file", "puzzles", "draws", *figures, "model", "nfe", "temperature", "gumbel", "mean_calls"])
    write_json(output, evaluation.report(rows, __version__))
    stop.leave()


@click.group(
    cls=Topics,
    topics={
        "Experiments": {
            "sudoku": ("measure_commands", "The paper's table of Sudoku results beside ours."),
            "synthetic": ("lab_commands", "The paper's experiments on sets of tokens that depend on each other."),
            "words": ("lab_commands", "Five-letter words in one call, two and five."),
            "text": ("lab_commands", "Block diffusion of text, with and without a latent."),
        }
    },
)
def reproduce() -> None:
    """Experiments of the paper, measured again with the models at hand."""


@click.command("sudoku")
@click.option(
    "--sets",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with the public sets of puzzles.",
)
@click.option(
    "--out",
    type=OutFolder(),
    default="runs/reproduce",
    show_default=True,
    help="Folder for results.json, tables.md and the plot; rows already there are kept.",
)
@click.option("--vmd", default="vmd", show_default=True, help="The model with a latent: a name or a folder.")
@click.option("--mdm", default="mdm", show_default=True, help="The model without one.")
@click.option("--quick", is_flag=True, help="A few puzzles of three sets: some minutes on one core.")
@click.option(
    "--only",
    metavar="SET",
    multiple=True,
    help="Only this set (its file's name without .csv); may be given several times.",
)
@click.option("--limit", type=whole(1, 10**12), metavar="N", help="Only the first N puzzles of each set.")
@click.option("--latents", type=whole(2, 1024), help="Latents tried where the rules choose (default: 16).")
@click.option("--grids", type=whole(1, 1_000_000), help="Grids from the empty board (default: 200).")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of everything that is drawn.")
@click.option("--batch-size", type=whole(1, 65_536), default=64, show_default=True, help="Boards decoded together.")
@click.option("--compile/--eager", "compiled", default=False, help="Compile the network's round: for whole sets.")
@THREADS
@engine_options()
def sudoku(
    sets: Path,
    out: Path,
    vmd: str,
    mdm: str,
    quick: bool,
    only: tuple[str, ...],
    limit: int | None,
    latents: int | None,
    grids: int | None,
    seed: int,
    batch_size: int,
    compiled: bool,
    threads: int,
    engine: Any,
) -> None:
    """The paper's table, VMD and MDM in 5, 10 and 20 calls by two policies, beside ours on the public sets."""
    # A wrong name is told now, and not after the seconds that torch takes to load.
    for name in (vmd, mdm):
        folder_of(name)
    from vmd_sudoku.evaluation import paper, tables
    from vmd_sudoku.evaluation import reproduce as experiment

    changes: dict[str, Any] = {
        "sets": only or None,
        "limit": limit,
        "latents": latents,
        "grids": grids,
        "seed": seed,
        "batch_size": batch_size,
    }
    plan = replace(paper.QUICK if quick else paper.Plan(), **{k: v for k, v in changes.items() if v is not None})
    puzzles = paper.find_sets(sets, plan)
    models = load(vmd), load(mdm)
    how = experiment.Work(engine=engine, compiled=compiled, threads=threads)
    report = experiment.measure(
        *models, puzzles, plan, out / "results.json", how, say=lambda line: click.echo(line, err=True)
    )
    text = tables.markdown(report)
    write(out / "tables.md", text)
    click.echo(text)
    for line in tables.draw(report, out):
        click.echo(line, err=True)


@click.command()
@click.option("--model", default="vmd", show_default=True, help=MODEL_HELP)
@click.option("--quick", is_flag=True, help="Half a minute: nothing is compiled, few repeats.")
@click.option("--batch-size", type=whole(2, 65_536), help="Boards together (default: 32).")
@click.option("--nfe", type=whole(1, 81), help="Calls of our decoding (default: 5).")
@THREADS
@JSON
def bench(model: str, quick: bool, batch_size: int | None, nfe: int | None, threads: int, output: Path | None) -> None:
    """Speed of training and decoding here, against large matrix products and the 6M transformer of the literature."""
    folder_of(model)
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler says when it starts and stops; read when torch loads
    import torch

    from vmd_sudoku.evaluation import bench as benchmark

    torch.set_num_threads(threads)
    changes: dict[str, Any] = {"batch": batch_size, "reference_batch": batch_size, "nfe": nfe}
    plan = replace(benchmark.QUICK if quick else benchmark.Plan(), **{k: v for k, v in changes.items() if v})
    report = benchmark.bench(load(model), plan, say=lambda line: click.echo(line, err=True))
    head, *lines = benchmark.columns(report)
    print_table([dict(zip(head, line, strict=True)) for line in lines], head)
    for line in benchmark.notes(report):
        click.echo(line)
    write_json(output, report)
