"""Half an hour of one GPU: trunk, VMD, figures, in three steps of under nine minutes each.

python tools/gpu_run.py trunk --hard hard_train.csv                       # an MDM that learns to reason
python tools/gpu_run.py vmd --hard hard_train.csv                         # the VMD that starts from it
python tools/gpu_run.py figures --sets FOLDER                             # what it reaches, as JSON beside the weights

The first two are the stages of `vmd-sudoku train --preset gpu`, apart so that each ends in time. A step that was cut off goes
on where it was when it is started again. The weights and their card are in OUT/vmd/model.
"""

import sys
from pathlib import Path

import click

from vmd_sudoku.cli.main import main

FIGURES = (
    ("evaluate", "radcliffe_sample", "--nfe", "5"),
    ("evaluate", "seventeen_clue", "--nfe", "5"),
    ("draws", "forum_hardest_11plus", "--nfe", "1", "--draws", "16"),
    ("evaluate", "several_solutions", "--nfe", "5", "--z", "0"),
)
OUT = click.option("--out", type=click.Path(path_type=Path), default=Path("runs/gpu"), show_default=True)
HARD = click.option("--hard", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV of hard puzzles.")
MORE = click.argument("more", nargs=-1, type=click.UNPROCESSED)
"""Further options of the command that a step runs, after `--`."""


def call(*arguments: object) -> None:
    """Run a command of vmd-sudoku; its error ends this program, too."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stop:
        if stop.code:
            sys.exit(stop.code)


def train(folder: Path, hard: Path | None, more: tuple[str, ...], *new: object) -> None:
    """Start the run in `folder`, or go on with it."""
    if (folder / "training.json").exists():
        new, more = ("--resume",), tuple(option for option in more if option in ("--eager", "--compile"))
    call("train", "--out", folder, *new, *(("--hard", hard) if hard else ()), *more)


@click.group()
def cli() -> None:
    """Three steps, one after the other."""


@cli.command()
@OUT
@HARD
@MORE
def trunk(out: Path, hard: Path | None, more: tuple[str, ...]) -> None:
    """An MDM on puzzles with one solution."""
    train(out / "trunk", hard, more, "--preset", "gpu-trunk", "--model", "mdm")


@cli.command()
@OUT
@HARD
@MORE
def vmd(out: Path, hard: Path | None, more: tuple[str, ...]) -> None:
    """The VMD, from the trunk."""
    train(out / "vmd", hard, more, "--preset", "gpu", "--start-from", out / "trunk" / "model")


@cli.command()
@OUT
@click.option("--sets", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@MORE
def figures(out: Path, sets: Path, more: tuple[str, ...]) -> None:
    """What the VMD reaches on the public sets that are there; figures that were measured are kept."""
    for command, name, *options in FIGURES:
        result = out / f"{name}.json"
        if (sets / f"{name}.csv").exists() and not result.exists():
            call(command, sets / f"{name}.csv", "--model", out / "vmd" / "model", *options, *more, "--json", result)


if __name__ == "__main__":
    cli()
