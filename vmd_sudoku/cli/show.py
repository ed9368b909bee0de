"""Traces, boards, tables and progress on a terminal."""

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from vmd_sudoku import board
from vmd_sudoku.writing import write


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


def progress_bar(*, solved: bool = True) -> Any:
    """Progress on stderr, with how many boards are solved if anything is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    columns += [TextColumn("{task.fields[solved]} solved")] if solved else []
    # On stderr, and gone at the end: standard output holds the figures alone.
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)


class Stop:
    """Whether Ctrl+C was pressed while something went on that keeps what is finished."""

    def __init__(self) -> None:
        self.came = False

    def come(self) -> None:
        """It was pressed."""
        self.came = True

    def leave(self) -> None:
        """Say so and end with exit code 130, once everything is printed and written; nothing if it was not pressed."""
        if self.came:
            click.echo("vmd-sudoku: stopped; what was finished is kept", err=True)
            sys.exit(130)


@contextlib.contextmanager
def stoppable() -> Iterator[Stop]:
    """Work that Ctrl+C ends without losing what is finished."""
    stop = Stop()
    try:
        yield stop
    except KeyboardInterrupt:
        stop.came = True


@contextlib.contextmanager
def finishing() -> Iterator[Callable[[], bool]]:
    """Whether an end is asked for: the first Ctrl+C or SIGTERM lets what is under way be finished, the second does not."""
    asked: list[int] = []

    def stop(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        click.echo("vmd-sudoku: stopping after the parts that are under way; once more stops at once", err=True)

    before: dict[int, Any] = {}
    with contextlib.suppress(ValueError):  # not in the main thread: nobody presses keys there
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
        write(path, json.dumps(value, indent=2) + "\n")
