"""Commands over files of puzzles: evaluate, report."""

import contextlib
import copy
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from vmd_sudoku import __version__
from vmd_sudoku.addresses import is_remote
from vmd_sudoku.cli.options import (
    BATCH_SIZE,
    JSON,
    LIMIT,
    MODEL,
    SETTINGS,
    THREADS,
    InFile,
    OutFile,
    OutFolder,
    RunPath,
    column_options,
    described_option,
    engine_options,
    number,
    whole,
)
from vmd_sudoku.cli.show import finishing, print_table, progress_bar, write_json
from vmd_sudoku.errors import ConfigError, RunError
from vmd_sudoku.formats.sources import require_files
from vmd_sudoku.writing import write

_ALWAYS = "file boards solved accuracy interval model policy nfe constraints mean_calls mean_backtracks puzzles_per_s"


class SliceOf(click.ParamType):
    """`I/N`: part number I of N, from 1."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """`2/8` -> (2, 8)."""
        index, _, count = str(value).partition("/")
        # Python refuses to read numbers of thousands of digits.
        if not (index.isdecimal() and count.isdecimal() and len(count + index) < 20 and 1 <= int(index) <= int(count)):
            self.fail(f"{str(value)[:40]!r} is not I/N with I from 1 to N, such as 2/8", param, ctx)
        return int(index), int(count)


def _repeatable(option: Callable) -> Callable:
    """An option with a value as one that may be given several times; every value makes arms of its own."""

    def add(command: Callable) -> Callable:
        command = option(command)
        (*_, param) = command.__click_params__  # type: ignore[attr-defined]
        if isinstance(param, click.Option) and not param.is_flag:
            # A copy: the same option, with one value, belongs to other commands, too.
            several = copy.copy(param)
            several.multiple = True
            several.default = (param.default,)
            command.__click_params__[-1] = several  # type: ignore[attr-defined]
        return command

    return add


def _grid_options(command: Callable) -> Callable:
    for option in reversed([MODEL, *map(described_option, SETTINGS.values())]):
        command = _repeatable(option)(command)
    return command


@click.command()
@click.argument("files", nargs=-1, type=InFile())
@_grid_options
@click.option(
    "--grid",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file with [[grid]] tables: model and settings, each a value or a list; every combination is an arm.",
)
@LIMIT
@column_options
@BATCH_SIZE
@click.option("--compile/--eager", "compiled", default=False, help="Compile the network's round: for big sets.")
@click.option("--techniques", is_flag=True, help="Also find the human technique that each puzzle needs.")
@click.option(
    "--rater",
    metavar="COMMAND",
    help="Rate puzzles by a program (puzzles in, a line with a number each out): `pencilmark`, or a command of your own.",
)
@click.option(
    "--rater-seconds", type=number(0.01, 1e6), default=30, show_default=True, help="That it may take for a puzzle."
)
@click.option("--out", type=OutFolder(stores=True), help="Folder for the run; the same command goes on in it.")
@click.option("--resume", type=RunPath(), help="Go on with the run in this folder, as it was asked for.")
@click.option("--part-size", type=whole(1, 1_000_000), default=512, show_default=True, help="Puzzles of a part.")
@engine_options()
@THREADS
@click.option("--shard", type=SliceOf(), help="Only every Nth part, from the Ith on: for N jobs that share one --out.")
@click.option("--minutes", type=number(0.01, 1e6), help="Stop after so long; the same command goes on. Needs --out.")
@JSON
def evaluate(files: tuple[Path, ...], **given: Any) -> None:
    """Whole-board accuracy over FILES of puzzles (- for standard input), with its 95 % Wilson interval.

    Options of the setting may come several times: every combination is measured, on the same puzzles. With --out the run is a
    folder that can be stopped and gone on with, and `vmd-sudoku report` makes tables and charts of it. Lines that hold no
    puzzle are listed and counted apart.
    """
    # From the very start: loading torch and the models is a part of the time that was given.
    until = time.monotonic() + 60 * (given["minutes"] or float("inf"))
    require_files(files)  # before torch is loaded
    from vmd_sudoku.evaluation import accuracy, batch
    from vmd_sudoku.evaluation.folder import RunFolder

    if given["resume"]:
        _refuse_beside_resume(files, given["out"])
        folder: RunFolder | None = RunFolder(given["resume"])
        request = batch.resumed(folder)  # type: ignore[arg-type]
    else:
        folder = RunFolder(given["out"]) if given["out"] else None
        request = _request(files, given)
    if given["shard"] and not folder:
        raise ConfigError("--shard needs --out, the folder that all the jobs share")
    if given["minutes"] and not folder:
        raise ConfigError("--minutes needs --out, the folder in which the run goes on")
    share = batch.Slice(*given["shard"]) if given["shard"] else batch.Slice()
    with finishing() as stopped, _progress(len(request.arms)) as (surveyed, done):
        watch = batch.Watch(surveyed, done, lambda: stopped() or time.monotonic() > until)
        measured = batch.measure(request, folder, engine=given["engine"], share=share, watch=watch, command=_command())
    _show(measured, folder, request.rater)
    write_json(given["output"], accuracy.report([one.to_plain() for one in measured.rows()], __version__))
    if stopped():
        click.echo("vmd-sudoku: stopped; what was finished is kept", err=True)
        sys.exit(130)


def _refuse_beside_resume(files: tuple[Path, ...], out: Path | None) -> None:
    source = click.get_current_context().get_parameter_source
    free = {"resume", "workers", "engine", "ray_address", "shard", "minutes", "output", "files", "out"}
    names = [name for name in click.get_current_context().params if name not in free]
    given = [name for name in names if source(name) == click.core.ParameterSource.COMMANDLINE]
    if files or out or given:
        what = "files" if files else f"--{(given or ['out'])[0].replace('_', '-')}"
        raise ConfigError(f"--resume takes all that is measured from the run; leave {what} out")


def _request(files: tuple[Path, ...], given: dict[str, Any]) -> Any:
    from vmd_sudoku.evaluation import batch, raters

    if not files:
        raise ConfigError("no file of puzzles; give one or more, or --resume RUN")
    same = {
        name: given[name]
        for name in ("limit", "columns", "part_size", "batch_size", "threads", "compiled", "techniques")
    }
    rater = raters.Rater(given["rater"], given["rater_seconds"]) if given["rater"] else None
    return batch.Request(files=files, arms=_arms(given), rater=rater, **same)


def _arms(given: dict[str, Any]) -> tuple[Any, ...]:
    """The arms that options ask for, and a file of them if there is one; equal ones once."""
    from vmd_sudoku.evaluation import arms
    from vmd_sudoku.network.checkpoint import load_model
    from vmd_sudoku.solving.setting import Setting

    chosen = {"model": given["model"]}
    for name, about in SETTINGS.items():
        values = given[name] if isinstance(given[name], tuple) else (given[name],)
        chosen[name] = tuple(map(about.plain, values))
    tables = [chosen | table for table in arms.read_grids(given["grid"])] if given["grid"] else [chosen]
    found: dict[Any, None] = {}
    digests: dict[str, str] = {}
    for one in (one for table in tables for one in arms.grid(table)):
        model = one.pop("model")
        if model not in digests:
            digests[model] = load_model(model).sha256
        # A dictionary and no set: arms keep the order in which they were asked for.
        found[arms.Arm(model, digests[model], Setting.from_table(one))] = None
    return tuple(found)


def _command() -> list[str]:
    return ["vmd-sudoku", *sys.argv[1:]]


@contextlib.contextmanager
def _progress(arms: int) -> Iterator[tuple[Callable, Callable]]:
    """Progress over puzzles on the terminal: the two functions that are told of it."""
    with progress_bar() as bar:
        task = bar.add_task("puzzles", total=None, solved=0)
        seen = {"puzzles": 0, "solved": 0}

        def surveyed(plan: Any, parts: int) -> None:
            seen["puzzles"] = min(parts * plan.part_size, sum(plan.puzzles))
            bar.update(task, total=sum(plan.puzzles), completed=seen["puzzles"])

        def done(part: Any) -> None:
            seen["puzzles"] += part.puzzles
            seen["solved"] += part.arms[0]["solved"]
            bar.update(task, completed=seen["puzzles"], solved=seen["solved"])

        yield surveyed, done


def _show(measured: Any, folder: Any, rater: Any) -> None:
    """The table, lines that held no puzzle, and where the run is."""
    rows = [one.to_plain() for one in measured.rows()]
    apart = [
        name for name in ("latents", "z", "seed", "remask", "blocks", "schedule", "temperature") if _differs(rows, name)
    ]
    if rows:
        print_table(rows, [*_ALWAYS.split(), *apart])
    if rater:
        _show_unrated(measured, rater)
    bad = sum(measured.plan.bad)
    if bad:
        _show_bad(measured, folder, bad)
    if folder is None:
        return
    missing = measured.plan.parts - measured.parts
    state = f"{measured.parts} of {measured.plan.parts} parts" if missing else "finished"
    then = "the same command goes on" if missing else f"vmd-sudoku report {folder.path}"
    click.echo(f"{folder.path}: {state}; {then}")


def _show_unrated(measured: Any, rater: Any) -> None:
    """How many puzzles the rater gave no rating, so that nobody takes those with one for all."""
    counts = [arms[0] for arms in measured.totals.values()]
    boards = sum(one["boards"] for one in counts)
    unrated = boards - sum(n for one in counts for n, _ in one["by"]["rating"].values())
    if unrated:
        why = f"no single solution, no number said, or more than {rater.seconds:g} s"
        click.echo(f"{unrated:,} of {boards:,} puzzles got no rating by {rater.command} ({why})", err=True)


def _differs(rows: list[dict[str, Any]], name: str) -> bool:
    return len({repr(row[name]) for row in rows}) > 1


def _show_bad(measured: Any, folder: Any, bad: int) -> None:
    lines, apart = ("line holds", "counts") if bad == 1 else ("lines hold", "count")
    click.echo(f"{bad:,} {lines} no puzzle and {apart} apart:", err=True)
    first = (
        list(measured.bad_lines)
        if folder is None
        else [line for line, _ in zip(folder.bad_lines(), range(5), strict=False)]
    )
    for line in first[:5]:
        click.echo(f"  {line['file']}, line {line['line']}: {line['reason']}", err=True)
    if bad > 5:
        click.echo(
            f"  … {f'all in {folder.path}/bad_lines.jsonl' if folder else f'and {bad - 5:,} more; --out lists them all'}",
            err=True,
        )


@click.command()
@click.argument("runs", nargs=-1, required=True, type=RunPath())
@click.option(
    "--out",
    type=OutFolder(stores=True),
    help="Folder for the report (default: that of the only run).",
)
@click.option(
    "--failures",
    type=OutFile(),
    help="Also write the puzzles that were not solved there, with their boards and wrong cells: CSV, or .parquet.",
)
def report(runs: tuple[Path, ...], out: Path | None, failures: Path | None) -> None:
    """Tables and charts of RUNS, the folders of `evaluate --out`: report.html, which needs nothing else, with CSV and JSON.

    Several runs stand side by side; where they judged the same puzzles, paired tests say whether they differ.
    """
    from vmd_sudoku.evaluation import page, summary

    if failures and len(runs) > 1:
        raise ConfigError("--failures writes those of one run; give one")
    if out is None and len(runs) > 1:
        raise ConfigError("several runs: say with --out where their report goes")
    found = summary.summary(runs)
    folder = out or runs[0]
    try:
        if not is_remote(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot write {folder}: {error.strerror}; give an --out that can be written") from None
    for path in page.write(found, folder):
        click.echo(path)
    if failures:
        _write_failures(runs[0], failures)


def _write_failures(run: Path, path: Path) -> None:
    from vmd_sudoku.evaluation import export
    from vmd_sudoku.evaluation.folder import RunFolder

    found = export.rows(RunFolder(run), failures=True)
    write(path, export.as_parquet(found) if path.suffix == ".parquet" else export.as_csv(found))
    click.echo(f"{path}: {len(found):,} boards that are not solved")
