"""Traces, boards, tables and progress on a terminal."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from vmd_sudoku import board
from vmd_sudoku.errors import PuzzleFileError


def print_trace(trace: Any) -> None:
    """Every step on a line, the board, the figures and the verdict."""
    width = len(str(len(trace.steps)))
    for number, step in enumerate(trace.steps, 1):
        filled = zip(step.cells, step.digits, step.confidence, step.why, strict=True)
        parts = [
            f"{_cell(cell)}={digit} ({f'{sure:.2f}' if why == 'network' else why})" for cell, digit, sure, why in filled
        ]
        if step.remasked:
            parts.append(f"back to blank: {' '.join(map(_cell, step.remasked))}")
        if step.backtracks:
            parts.append(f"{step.backtracks} decisions undone")
        click.echo(f"{number:{width}}  {', '.join(parts) or 'nothing filled'}")
    click.echo(_drawn(trace.board, trace.puzzle))
    undone = f"{trace.backtracks} backtracks, " if trace.constraints == "search" else ""
    click.echo(
        f"{trace.calls} calls, {trace.rounds} rounds, {undone}{trace.seconds:.2f} s, {trace.model} {trace.policy}, "
        f"constraints {trace.constraints}, solutions: {trace.solutions}"
    )
    click.echo(trace.verdict)


def _cell(cell: int) -> str:
    """`r3c7`."""
    return f"r{cell // board.SIDE + 1}c{cell % board.SIDE + 1}"


@contextlib.contextmanager
def live_board(puzzle: str) -> Iterator[Callable[[str], None]]:
    """A board on the terminal's stderr that is drawn anew whenever the function handed out is told of it."""
    from rich.console import Console
    from rich.live import Live

    with Live(_drawn(puzzle, puzzle), console=Console(stderr=True), transient=True) as live:
        yield lambda line: live.update(_drawn(line, puzzle), refresh=True)


def _drawn(line: str, puzzle: str) -> str:
    """A board as nine lines, boxes apart."""
    rows = [line[i : i + board.SIDE] for i in range(0, board.CELLS, board.SIDE)]
    apart = [" ".join(f"{row[i]} {row[i + 1]} {row[i + 2]} " for i in (0, 3, 6)).rstrip() for row in rows]
    return "\n".join("\n".join(apart[i : i + 3]) + ("\n" if i < 6 else "") for i in (0, 3, 6))


def progress_bar() -> Any:
    """Progress over boards on stderr, with how many are solved."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[solved]} solved"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def print_table(rows: list[dict[str, object]], columns: Sequence[str]) -> None:
    """Rows under the names of `columns`."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns)
    for row in rows:
        table.add_row(*(_shown(name, row[name]) for name in columns))
    # Into a pipe or a file nothing may be cut off or wrapped.
    console = Console()
    (console if console.is_terminal else Console(width=200)).print(table)


def _shown(name: str, value: object) -> str:
    if name in ("accuracy", "share", "valid", "coverage") and isinstance(value, float):
        return f"{100 * value:.2f} %"
    if name == "interval" and isinstance(value, list):
        return f"{100 * value[0]:.2f} to {100 * value[1]:.2f} %"
    return str(value)


def write_json(path: Path | None, value: object) -> None:
    """JSON to a file, if one was asked for."""
    if path:
        write_text(path, json.dumps(value, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Text to a file.

    Raises:
        PuzzleFileError: it cannot be written.
    """
    try:
        path.write_text(text)
    except OSError as error:
        raise PuzzleFileError(f"cannot write {path}: {error.strerror}; give a path that can be written") from None
