"""Commands about puzzles: solve, replay, check, convert, reasons, solutions."""

import contextlib
import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from vmd_sudoku import __version__, board
from vmd_sudoku.cli.options import (
    DRAWN_Z,
    LATENTS,
    LIMIT,
    InFile,
    Z,
    batch_options,
    column_options,
    decoding_options,
    load,
    whole,
)
from vmd_sudoku.cli.show import Stop, live_board, print_table, print_trace, progress_bar, stoppable, write_json
from vmd_sudoku.errors import ConfigError, PuzzleError
from vmd_sudoku.formats import files as puzzle_file
from vmd_sudoku.formats import text, write
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.record import Record
from vmd_sudoku.network.cards import folder_of
from vmd_sudoku.solving.setting import Setting

if TYPE_CHECKING:
    from vmd_sudoku.evaluation.solutions import Sampled
    from vmd_sudoku.exact.proof import Proof


@click.command()
@click.argument("puzzle")
@decoding_options
@LATENTS
@Z
@column_options
@click.option("--progress", is_flag=True, help="Show the board while it fills.")
def solve(puzzle: str, model: str, setting: Setting, output: Path | None, columns: Columns, progress: bool) -> None:
    """Solve PUZZLE (81 characters, . or 0 for blanks; any other text form or link; or a file), printing every step.

    The last line says `solved`, or what is wrong, with exit code 1 (2 if the puzzle has no solution).
    """
    clues = _one_puzzle(puzzle, columns)
    folder_of(model)  # everything that can be wrong is looked at before torch is loaded
    proof = None if setting.constraints == "search" else _proof(clues)  # a search may prove it first
    loaded = load(model)
    from vmd_sudoku.solving.record import solve_puzzle

    _one_thread_for_one_board()
    with live_board(board.to_line(clues)) if progress else contextlib.nullcontext() as watch:
        trace = solve_puzzle(loaded, clues, setting, watch=watch, proof=proof)
    print_trace(trace)
    # Before the exit code: a failed solve is the one whose trace is wanted most.
    write_json(output, trace.to_json())
    if proof is None:
        _warn_about_solutions(clues, trace.solutions)
    if not trace.solved:
        sys.exit(1)


@click.command()
@click.argument("trace", type=click.Path(dir_okay=False, path_type=Path))
def replay(trace: Path) -> None:
    """Print the solve that TRACE holds (what `solve --json` wrote), after checking that its steps lead to its board."""
    from vmd_sudoku.solving.trace import read_trace

    print_trace(read_trace(trace))


@click.command()
@click.argument("puzzle")
@decoding_options
@batch_options
@LIMIT
@click.option("--count", type=whole(1, 100_000), default=64, show_default=True, help="Boards decoded.")
@click.option(
    "--bound", type=whole(2, 10_000_000), default=10_000, show_default=True, help="Where exact counting stops."
)
@DRAWN_Z
@column_options
def solutions(
    puzzle: str,
    model: str,
    setting: Setting,
    output: Path | None,
    limit: int | None,
    count: int,
    bound: int,
    batch_size: int,
    compiled: bool,
    columns: Columns,
) -> None:
    """Sample solutions of PUZZLE: each distinct one with its frequency, beside the exact number.

    For a file of puzzles: how much of the known solutions is covered, and how far from uniform the samples are.
    """
    read = puzzle_file.read(puzzle, limit, columns)
    # With --limit a file is meant, even if it holds a single puzzle.
    puzzles = read if len(read.puzzles) > 1 or limit else None
    if puzzles is None:
        board.require_legal(read.puzzles[0])
    loaded = load(model, compiled)
    from vmd_sudoku.evaluation import accuracy as evaluation
    from vmd_sudoku.evaluation import solutions as sampling

    total = count * (len(puzzles.puzzles) if puzzles else 1)
    stop = Stop()
    with progress_bar() as bar:
        task = bar.add_task("boards", total=total, solved=0)

        def show(done: int, solved: int) -> None:
            bar.update(task, completed=done, solved=solved)

        how: dict[str, Any] = {"bound": bound, "batch_size": batch_size, "progress": show, "interrupted": stop.come}
        if puzzles:
            row = sampling.evaluate_solutions(loaded, puzzles, count, setting, **how)
        else:
            (sampled,) = sampling.sample_solutions(loaded, read.puzzles, count, setting, **how)
    if puzzles:
        shown = (
            "file boards tries valid solutions distinct coverage perfect_coverage kl perfect_kl kl_puzzles model policy nfe "
            "constraints"
        )
        print_table([row], shown.split())
        write_json(output, evaluation.report([row], __version__))
        stop.leave()
        return
    _print_solutions(sampled, bound)
    plain = {"puzzle": board.to_line(read.puzzles[0]), "count": sampled.tries} | _plain_solutions(sampled, bound)
    write_json(output, plain | evaluation.settings_of(loaded, setting))
    stop.leave()
    if not len(sampled.found):
        sys.exit(1)


def _print_solutions(sampled: "Sampled", bound: int) -> None:
    """Each distinct solution with its frequency, and how many there are."""
    count = sampled.tries
    for grid, times in zip(sampled.found, sampled.times, strict=True):
        click.echo(f"{times / count:6.3f}  {board.to_line(grid)}")
    exact = f"{sampled.exact} or more" if sampled.exact == bound else str(sampled.exact)
    click.echo(f"{len(sampled.found)} distinct in {sampled.times.sum()} of {count} boards; there are {exact}")
    click.echo(_beside_perfect(sampled))


def _plain_solutions(sampled: "Sampled", bound: int) -> dict[str, object]:
    """The same for JSON."""
    return {
        "exact": sampled.exact,
        "bound": bound,
        "coverage": sampled.coverage,
        "perfect_coverage": sampled.perfect_coverage,
        "kl": sampled.kl,
        "perfect_kl": sampled.perfect_kl,
        "found": [
            {"board": board.to_line(grid), "times": int(times)}
            for grid, times in zip(sampled.found, sampled.times, strict=True)
        ],
    }


def _beside_perfect(sampled: "Sampled") -> str:
    """Coverage and KL beside what a sampler comes to that draws every solution equally often."""
    said = f"coverage {sampled.coverage:.1%} (a perfect sampler: {sampled.perfect_coverage:.1%})"
    if sampled.kl is not None:
        said += f", KL to uniform {sampled.kl:.3f} nats (a perfect sampler: {sampled.perfect_kl:.3f})"
    return said


@click.command()
@click.argument("puzzle")
@click.option("--solutions", is_flag=True, help="Print the solution too, or two of several.")
@click.option("--budget-ms", type=whole(1, 600_000), default=200, show_default=True, help="Time for each puzzle.")
@column_options
def check(puzzle: str, solutions: bool, budget_ms: int, columns: Columns) -> None:
    """Say whether PUZZLE (a puzzle's text or link, or a file: all its puzzles) has none, one or several solutions.

    `not decided` means that the time was not enough. For an impossible puzzle, stderr names clues that cannot stand together.
    The exit code is 1 unless every puzzle has exactly one.
    """
    from vmd_sudoku.exact.proof import clash_sentence, clashing_clues, prove

    records = puzzle_file.good_records(puzzle, columns)
    first = next(records, None)
    if first is None:
        raise puzzle_file.none_in(puzzle)
    all_unique, unsaid = True, ""
    # A pipe may be slow: what is known of one puzzle is said before the next one is waited for.
    for number, record in enumerate(itertools.chain([first], _counted(records, "puzzles")), 1):
        if unsaid:
            click.echo(f"puzzle 1: {unsaid}", err=True)
        _say(record.notes)
        clues = record.puzzle
        proof = prove(clues, budget_ms)
        known = [board.to_line(grid) for grid in (proof.solution, proof.second) if grid is not None]
        click.echo(" ".join([proof.solutions, *(known if solutions else [])]))
        all_unique &= proof.solutions == "one"
        unsaid = clash_sentence(clues, clashing_clues(clues)) if proof.solutions == "none" else ""
        if unsaid and number > 1:
            click.echo(f"puzzle {number}: {unsaid}", err=True)
            unsaid = ""
    if unsaid:
        click.echo(unsaid, err=True)
    if not all_unique:
        sys.exit(1)


def _counted(things: Iterator[Record], name: str) -> Iterator[Record]:
    """What follows the first of the things, one by one under a progress bar, which a screen does not get: what is printed
    would tear it."""
    second = next(things, None)
    if second is None:
        return
    rest = itertools.chain([second], things)
    if sys.stdout.isatty():
        yield from rest
        return
    with progress_bar(solved=False) as bar:
        task = bar.add_task(name, total=None, completed=1)
        for thing in rest:
            yield thing
            bar.advance(task)


@click.command()
@click.argument("file", type=InFile())
@decoding_options
@LIMIT
@column_options
def reasons(file: Path, model: str, setting: Setting, output: Path | None, limit: int | None, columns: Columns) -> None:
    """Count which human technique justifies every cell that a model fills, over the puzzles of FILE.

    A cell's reason is the easiest technique that gives its digit on the board as it was when it was filled. `needs
    look-ahead`: no technique gives it, but every solution has it; `a guess`: it does not follow from the board.
    """
    puzzles = puzzle_file.read(file, limit, columns)
    loaded = load(model)
    from vmd_sudoku.evaluation.accuracy import report, settings_of
    from vmd_sudoku.exact.reasons import count_reasons
    from vmd_sudoku.solving.record import solve_puzzle
    from vmd_sudoku.solving.trace import moves_of

    _one_thread_for_one_board()
    counts: Counter[str] = Counter()
    solved = boards = 0
    with stoppable() as stop, progress_bar() as bar:
        task = bar.add_task(puzzles.name, total=len(puzzles.puzzles), solved=0)
        for done, clues in enumerate(puzzles.puzzles, 1):
            trace = solve_puzzle(loaded, clues, setting)
            found = count_reasons(moves_of([trace]))
            # All at once, so that a stop leaves them as they were. Not by `+`, which loses techniques that were never used.
            both = Counter({name: counts[name] + more for name, more in found.items()})
            counts, solved, boards = both, solved + trace.solved, done
            bar.update(task, completed=done, solved=solved)
    cells = counts.total()
    rows: list[dict[str, object]] = [
        {"technique": name, "cells": count, "share": count / max(cells, 1)} for name, count in counts.items()
    ]
    print_table([row for row in rows if row["cells"]], ["technique", "cells", "share"])
    click.echo(f"{cells} cells, {solved} of {boards} puzzles solved")
    totals = {"file": puzzles.name, "boards": boards, "solved": solved, "cells": cells}
    write_json(output, settings_of(loaded, setting) | totals | report(rows, __version__))
    stop.leave()


@click.command()
@click.argument("puzzle")
@click.option("--to", "form", default="line", show_default=True, help=f"One of {', '.join(write.WRITERS)}.")
@column_options
def convert(puzzle: str, form: str, columns: Columns) -> None:
    """Write PUZZLE (a puzzle's text or link, or a file: its first puzzle) in another form.

    `svg` is a picture, `sheet` a page to print, and the names of sites give a link that opens the puzzle there.
    """
    if form not in write.WRITERS:
        raise ConfigError(f"unknown form {form!r}; choose one of {', '.join(write.WRITERS)}")
    found = text.read_any(puzzle, columns)
    _say([found.note])
    if found.own is not None and form not in write.KEEPS_OWN:
        _say([f"{form} cannot hold digits filled in by hand; they were left out. {', '.join(write.KEEPS_OWN)} can."])
    click.echo(write.written(form, found.puzzle, found.title, found.own), nl=False)


def _say(notes: Iterable[str]) -> None:
    """What was left out or assumed, on stderr."""
    for note in filter(None, notes):
        click.echo(f"note: {note}", err=True)


def _one_puzzle(puzzle: str, columns: Columns) -> np.ndarray:
    """The puzzle in a text, a link or a file (of a list, the first); refuses clashing clues."""
    found = text.read_any(puzzle, columns)
    _say([found.note])
    board.require_legal(found.puzzle)
    return found.puzzle


def _proof(clues: np.ndarray) -> "Proof":
    """How many solutions a puzzle has: none is refused, and several are warned of."""
    from vmd_sudoku.exact.proof import prove

    proof = prove(clues)
    _warn_about_solutions(clues, proof.solutions)
    return proof


def _warn_about_solutions(clues: np.ndarray, found: str) -> None:
    """Refuse a puzzle without a solution; warn when there are several."""
    from vmd_sudoku.exact.proof import clash_sentence, clashing_clues

    if found == "none":
        raise PuzzleError(
            "this puzzle has no solution, although no two clues clash; was a clue mistyped? "
            + clash_sentence(clues, clashing_clues(clues))
        )
    if found == "several":
        click.echo("warning: this puzzle has several solutions; any legal one counts as solved", err=True)


def _one_thread_for_one_board() -> None:
    """One board is too little work to share among threads."""
    import torch

    torch.set_num_threads(1)
