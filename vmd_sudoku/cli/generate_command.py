"""The command that makes puzzles."""

import sys
from pathlib import Path
from typing import Any

import click

from vmd_sudoku import board
from vmd_sudoku.cli.options import OutFile, engine_options, whole
from vmd_sudoku.cli.show import finishing, progress_bar, stoppable
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.writing import write


@click.command()
@click.option("--count", type=whole(1, 1_000_000_000), default=10, show_default=True, help="How many puzzles.")
@click.option(
    "--clues", type=whole(1, 81), help="Clues of each puzzle; without it puzzles are minimal (20 to 28 clues)."
)
@click.option("--grids", is_flag=True, help="Full grids instead of puzzles.")
@click.option("--seed", type=whole(0, 2**31 - 1), default=0, show_default=True, help="Seed.")
@click.option("--out", type=OutFile(), help="CSV file; the default prints puzzles.")
@engine_options()
def generate(out: Path | None, engine: Any, **given: Any) -> None:
    """Random puzzles with exactly one solution.

    More than 10,000 are made in parts, each from a seed of its own, by as many --workers as there are; the puzzles are the
    same for any number of them. With --out a command that was stopped goes on when it is given again.
    """
    from vmd_sudoku.evaluation import making

    wanted = making.Wanted(**given)
    if out is None:
        if engine.workers > 1 or engine.name != "local":
            raise ConfigError("several workers need --out, the file that their puzzles go into")
        for part in range(wanted.parts):
            for puzzles, _ in wanted.stream(part):
                for puzzle in puzzles:
                    click.echo(board.to_line(puzzle))
    elif wanted.parts == 1 and engine.name == "local":
        _one_part(wanted, out)
    else:
        _parts(wanted, out, engine)


def _one_part(wanted: Any, out: Path) -> None:
    """Few puzzles, of which a stop keeps those that are made."""
    from vmd_sudoku.evaluation import making

    # Written at the end and whole: a stop leaves either no file or one without a cut line.
    lines: list[str] = []
    made = 0
    with stoppable() as stop, progress_bar(solved=False) as bar:
        task = bar.add_task("puzzles", total=wanted.count)
        for puzzles, solutions in wanted.stream(0):
            lines.append(making.lines(puzzles, solutions))
            made += len(puzzles)
            bar.update(task, completed=made)
    write(out, making.HEAD + "".join(lines))
    click.echo(f"{made} puzzles in {out}")
    stop.leave()


def _parts(wanted: Any, out: Path, engine: Any) -> None:
    from vmd_sudoku.evaluation import making

    with finishing() as stopped, progress_bar(solved=False) as bar:
        task = bar.add_task("puzzles", total=wanted.count)

        def done(parts: int) -> None:
            bar.update(task, completed=min(parts * wanted.part_size, wanted.count))

        left = making.make(wanted, out, engine, stopped, done)
    if left:
        kept = f"{wanted.parts - left} of {wanted.parts} parts are kept"
        click.echo(f"vmd-sudoku: stopped; {kept}, and the same command goes on", err=True)
        sys.exit(130)
    click.echo(f"{wanted.count} puzzles in {out}")
