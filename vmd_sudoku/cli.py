"""The command line: every command parses, calls and prints. Wrong input is one line on stderr and exit code 2."""

import contextlib
import functools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from vmd_sudoku import __version__, board, formats, puzzle_file
from vmd_sudoku.errors import ConfigError, PuzzleError, PuzzleFileError, TraceError, VmdSudokuError

# Modules that import torch or numba are imported by the commands that need them, so that --help answers at once.

MODEL_HELP = "A shipped model (vmd, mdm) or the folder of a trained one."
NFE_HELP = "Calls of the denoiser (NFE), or `cell` for one cell a call."


class Nfe(click.ParamType):
    """A number of calls, or `cell`."""

    name = "N|cell"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """`cell` -> None, which means one cell a call."""
        if value == "cell":
            return None
        if not str(value).isdigit() or int(value) < 1:
            self.fail(f"{value!r} is neither a number of calls from 1 on nor `cell`", param, ctx)
        return int(value)


class ZChoice(click.ParamType):
    """`mode`, or a seed."""

    name = "mode|SEED"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """A seed as a number; `mode` as it is."""
        if value == "mode":
            return "mode"
        if not str(value).isdigit() or int(value) >= 2**63:
            self.fail(f"{value!r} is neither `mode` nor a seed from 0 to 2^63 - 1", param, ctx)
        return int(value)


SEED = click.IntRange(0, 2**63 - 1)


class Named(click.ParamType):
    """A name from one of the tables of `decode`, which is imported only when help is asked for or a name is given."""

    def __init__(self, table: str) -> None:
        self.name = table

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The known names."""
        from vmd_sudoku import setting

        return "[" + "|".join(getattr(setting, self.name)) + "]"


def _adds(*options: Callable) -> Callable[[Callable], Callable]:
    """A decorator that gives a command several options, the first one on top."""

    def add(command: Callable) -> Callable:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_SETTING_OPTIONS = (
    click.option("--policy", type=Named("POLICIES"), default="margin", show_default=True, help="Which cells first."),
    click.option(
        "--threshold",
        type=float,
        default=0.9,
        show_default=True,
        help="Probability from which policy `threshold` fills a cell at once.",
    ),
    click.option("--nfe", type=Nfe(), default="cell", show_default=True, help=NFE_HELP),
    click.option(
        "--cells", type=int, default=1, show_default=True, help="Cells filled after each call, with --nfe cell."
    ),
    click.option(
        "--schedule",
        type=Named("SCHEDULES"),
        default="linear",
        show_default=True,
        help="How a number of calls shares out the cells.",
    ),
    click.option(
        "--blocks",
        type=Named("BLOCKS"),
        default="none",
        show_default=True,
        help="Parts of the board that are filled one after the other, each with a z of its own; they share the calls.",
    ),
    click.option(
        "--gumbel", type=float, default=0.0, show_default=True, help="Scale of Gumbel noise on the order of cells."
    ),
    click.option(
        "--temperature",
        type=float,
        default=0.0,
        show_default=True,
        help="Of the digits: 0 takes the most probable one, 1 draws by the probabilities.",
    ),
    click.option(
        "--constraints",
        type=Named("CONSTRAINTS"),
        default="none",
        show_default=True,
        help="What the rules may do: nothing; leave out digits that a peer holds; fill singles; search to the end.",
    ),
    click.option(
        "--prove/--no-prove",
        default=False,
        help="Let a search go on until it is known whether there is a second solution.",
    ),
    click.option(
        "--remask",
        type=Named("REMASKING"),
        default="none",
        show_default=True,
        help="Which filled cells return to MASK after a call.",
    ),
    click.option(
        "--remask-share",
        type=float,
        default=0.1,
        show_default=True,
        help="Part of the filled cells that `confidence` takes back in a step.",
    ),
    click.option(
        "--remask-budget", type=int, default=40, show_default=True, help="Cells that may return to MASK in all."
    ),
    click.option(
        "--renew-z",
        type=Named("RENEWALS"),
        default="where-drawn",
        show_default=True,
        help="Another z in later calls: from the prior, or from the posterior given the network's guess; `where-drawn` is "
        "the latter unless z is 0.",
    ),
    click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of all that is drawn."),
    click.option(
        "--carry",
        is_flag=True,
        help="Later calls go on from the hidden state of the call before, instead of from nothing.",
    ),
    click.option(
        "--first-rounds", type=click.IntRange(1, 1024), help="Rounds of the first call (default: the model's)."
    ),
    click.option(
        "--rounds",
        type=click.IntRange(1, 1024),
        help="Rounds of every later call (default: as in the first; with --carry, the model's).",
    ),
    click.option(
        "--settle",
        type=float,
        default=0.01,
        show_default=True,
        help="A board stops thinking when no probability has moved more than this in eight rounds; 0: never.",
    ),
)
_LATENTS = click.option(
    "--latents", default=1, show_default=True, help="Values of z tried for each puzzle; the rules choose."
)
_Z = click.option(
    "--z", type=ZChoice(), default="mode", show_default=True, help="z = 0 (`mode`), or the seed to draw z with."
)
_MODEL = click.option("--model", default="vmd", show_default=True, help=MODEL_HELP)
_JSON = click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON there.")
_LIMIT = click.option("--limit", type=click.IntRange(1), help="Only the first N puzzles of each file.")
_BATCH_SIZE = click.option(
    "--batch-size", type=click.IntRange(1, 65536), default=64, show_default=True, help="Boards decoded together."
)


def decoding_options(command: Callable) -> Callable:
    """The options of every command that decodes; the command gets those of `Setting` together, as `chosen`."""

    @functools.wraps(command)
    def gathered(**given: Any) -> Any:
        from vmd_sudoku.setting import Setting

        chosen = {field.name: given.pop(field.name) for field in fields(Setting) if field.name in given}
        return command(chosen=chosen, **given)

    return _adds(_MODEL, *_SETTING_OPTIONS, _JSON)(gathered)


def batch_options(command: Callable) -> Callable:
    """How many boards are decoded together, and how."""
    compiled = click.option(
        "--compile/--eager",
        "compiled",
        default=False,
        help="Compile the network's round: twice the speed on big sets.",
    )
    return _adds(_BATCH_SIZE, compiled)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vmd-sudoku")
def cli() -> None:
    """Sudoku by variational masked diffusion (VMD), beside masked diffusion without a latent (MDM)."""


@cli.command()
@click.argument("puzzle")
@decoding_options
@_LATENTS
@_Z
@click.option("--progress", is_flag=True, help="Show the board while it fills.")
def solve(puzzle: str, model: str, chosen: dict[str, Any], output: Path | None, progress: bool) -> None:
    """Solve PUZZLE (81 characters, . or 0 for blanks; any other text form or link; or a file), printing every step.

    The last line says `solved`, or what is wrong, with exit code 1 (2 if the puzzle has no solution).
    """
    clues = _one_puzzle(puzzle)
    searches = chosen["constraints"] == "search"
    if not searches:
        _warn_about_solutions(clues)
    from vmd_sudoku.checkpoint import load_model
    from vmd_sudoku.solve import solve_puzzle

    setting = _setting(chosen)
    loaded = load_model(model)
    _one_thread_for_one_board()
    with _live(board.to_line(clues)) if progress else contextlib.nullcontext(lambda line: None) as watch:
        trace = solve_puzzle(loaded, clues, setting, watch=watch)
    _print_trace(trace)
    _write_json(output, trace.to_json())
    if searches:
        _warn_about_solutions(clues)  # a search may prove it first
    if not trace.solved:
        sys.exit(1)


@cli.command()
@click.argument("trace", type=click.Path(dir_okay=False, path_type=Path))
def replay(trace: Path) -> None:
    """Print the solve that TRACE holds (what `solve --json` wrote), after checking that its steps lead to its board."""
    from vmd_sudoku.trace import Trace

    try:
        plain = json.loads(trace.read_text(encoding="utf-8"))
    except OSError as error:
        raise TraceError(f"cannot read {trace}: {error.strerror}; give a file that `solve --json` wrote") from None
    except ValueError as error:
        raise TraceError(f"{trace} is not JSON ({error}); give a file that `solve --json` wrote") from None
    _print_trace(Trace.from_json(plain))


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@decoding_options
@batch_options
@_LATENTS
@_Z
@_LIMIT
def evaluate(
    files: tuple[Path, ...],
    model: str,
    chosen: dict[str, Any],
    output: Path | None,
    limit: int | None,
    batch_size: int,
    compiled: bool,
) -> None:
    """Whole-board accuracy over FILES (CSV with a `puzzle` column, or a puzzle a line), with its 95 % Wilson interval."""
    sets = [puzzle_file.read(file, limit) for file in files]
    from vmd_sudoku import evaluate as evaluation

    setting = _setting(chosen)
    loaded = _loaded(model, compiled)
    rows = []
    for puzzles in sets:
        with _bar() as bar:
            task = bar.add_task(puzzles.name, total=len(puzzles.puzzles), solved=0)
            rows.append(
                evaluation.evaluate(
                    loaded,
                    puzzles,
                    setting,
                    batch_size=batch_size,
                    progress=lambda done, solved: bar.update(task, completed=done, solved=solved),  # noqa: B023
                )
            )
    columns = (
        "file boards solved accuracy interval model policy nfe constraints mean_calls mean_backtracks puzzles_per_s"
    )
    _table(rows, columns.split())
    _write_json(output, evaluation.report(rows, __version__))


@cli.command()
@decoding_options
@batch_options
@click.option("--count", type=click.IntRange(1, 1_000_000), default=16, show_default=True, help="How many grids.")
@click.option("--z", type=ZChoice(), help="`mode` (z = 0), or the seed to draw z with; the default draws with --seed.")
@click.option("--print-grids/--no-print-grids", default=True, help="Print the grids, one a line.")
def sample(
    model: str,
    chosen: dict[str, Any],
    output: Path | None,
    count: int,
    batch_size: int,
    print_grids: bool,
    compiled: bool,
) -> None:
    """Whole grids from the empty board, one z for each."""
    from vmd_sudoku import evaluate as evaluation

    setting = _setting(chosen)
    row, grids = evaluation.sample(_loaded(model, compiled), count, setting, batch_size=batch_size)
    if print_grids:
        for grid in grids:
            click.echo(board.to_line(grid))
    _table([row], ["count", "valid", "distinct", "model", "policy", "nfe", "mean_calls", "grids_per_s"])
    _write_json(output, evaluation.report([row], __version__))


@cli.command()
@click.argument("puzzle")
@decoding_options
@batch_options
@_LIMIT
@click.option("--count", type=click.IntRange(1, 100_000), default=64, show_default=True, help="Boards decoded.")
@click.option(
    "--bound", type=click.IntRange(2, 10_000_000), default=10_000, show_default=True, help="Where exact counting stops."
)
@click.option("--z", type=ZChoice(), help="`mode` (z = 0), or the seed to draw z with; the default draws with --seed.")
def solutions(
    puzzle: str,
    model: str,
    chosen: dict[str, Any],
    output: Path | None,
    limit: int | None,
    count: int,
    bound: int,
    batch_size: int,
    compiled: bool,
) -> None:
    """Sample solutions of PUZZLE: each distinct one with its frequency, beside the exact number.

    For a file of puzzles: how much of the known solutions is covered, and how far from uniform the samples are.
    """
    found = _imported(puzzle)
    puzzles = puzzle_file.read(Path(puzzle), limit) if found.more else None
    if puzzles is None:
        board.require_legal(found.puzzle)
    from vmd_sudoku import evaluate as evaluation
    from vmd_sudoku import solutions as sampling

    setting = _setting(chosen)
    loaded = _loaded(model, compiled)
    total = count * (len(puzzles.puzzles) if puzzles else 1)
    with _bar() as bar:
        task = bar.add_task("boards", total=total, solved=0)

        def show(done: int, solved: int) -> None:
            bar.update(task, completed=done, solved=solved)

        if puzzles:
            row = sampling.evaluate_solutions(
                loaded, puzzles, count, setting, bound=bound, batch_size=batch_size, progress=show
            )
        else:
            (sampled,) = sampling.sample_solutions(
                loaded, found.puzzle[None], count, setting, bound=bound, batch_size=batch_size, progress=show
            )
    if puzzles:
        columns = "file boards tries valid solutions distinct coverage kl kl_puzzles model policy nfe constraints"
        _table([row], columns.split())
        _write_json(output, evaluation.report([row], __version__))
        return
    for grid, times in zip(sampled.found, sampled.times, strict=True):
        click.echo(f"{times / count:6.3f}  {board.to_line(grid)}")
    exact = f"{sampled.exact} or more" if sampled.exact == bound else str(sampled.exact)
    click.echo(f"{len(sampled.found)} distinct in {sampled.times.sum()} of {count} boards; there are {exact}")
    plain = {
        "puzzle": board.to_line(found.puzzle),
        "count": count,
        "exact": sampled.exact,
        "bound": bound,
        "coverage": sampled.coverage,
        "kl": sampled.kl,
        "found": [
            {"board": board.to_line(grid), "times": int(times)}
            for grid, times in zip(sampled.found, sampled.times, strict=True)
        ],
    }
    _write_json(output, plain | evaluation.settings_of(loaded, setting))
    if not len(sampled.found):
        sys.exit(1)


@cli.command()
@click.argument("puzzle")
@click.option("--solutions", is_flag=True, help="Print the solution too, or two of several.")
@click.option(
    "--budget-ms", type=click.IntRange(1, 600_000), default=200, show_default=True, help="Time for each puzzle."
)
def check(puzzle: str, solutions: bool, budget_ms: int) -> None:
    """Say whether PUZZLE (a puzzle's text or link, or a file: all its puzzles) has none, one or several solutions.

    `not decided` stands where the time was not enough. Of an impossible puzzle, stderr names clues that cannot stand together.
    """
    from vmd_sudoku.proof import clash_sentence, clashing_clues, prove

    found = _imported(puzzle)
    puzzles = puzzle_file.read(Path(puzzle)).puzzles if found.more else found.puzzle[None]
    for number, clues in enumerate(puzzles, 1):
        proof = prove(clues, budget_ms)
        known = [board.to_line(grid) for grid in (proof.solution, proof.second) if grid is not None]
        click.echo(" ".join([proof.solutions, *(known if solutions else [])]))
        if proof.solutions == "none":
            where = f"puzzle {number}: " if found.more else ""
            click.echo(where + clash_sentence(clues, clashing_clues(clues)), err=True)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@decoding_options
@_LIMIT
def reasons(file: Path, model: str, chosen: dict[str, Any], output: Path | None, limit: int | None) -> None:
    """Count which human technique justifies every cell that a model fills, over the puzzles of FILE.

    A cell's reason is the easiest technique that gives its digit on the board as it was when it was filled. `needs
    look-ahead`: no technique gives it, but every solution has it; `a guess`: it does not follow from the board.
    """
    puzzles = puzzle_file.read(file, limit)
    from vmd_sudoku.checkpoint import load_model
    from vmd_sudoku.evaluate import report, settings_of
    from vmd_sudoku.reasons import count_reasons, moves_of
    from vmd_sudoku.solve import solve_puzzle

    _one_thread_for_one_board()
    setting = _setting(chosen)
    loaded = load_model(model)
    counts: Counter[str] = Counter()
    solved = 0
    with _bar() as bar:
        task = bar.add_task(puzzles.name, total=len(puzzles.puzzles), solved=0)
        for done, clues in enumerate(puzzles.puzzles, 1):
            trace = solve_puzzle(loaded, clues, setting)
            counts.update(count_reasons(moves_of([trace])))
            solved += trace.solved
            bar.update(task, completed=done, solved=solved)
    cells = counts.total()
    rows: list[dict[str, object]] = [
        {"technique": name, "cells": count, "share": count / max(cells, 1)} for name, count in counts.items()
    ]
    _table([row for row in rows if row["cells"]], ["technique", "cells", "share"])
    click.echo(f"{cells} cells, {solved} of {len(puzzles.puzzles)} puzzles solved")
    totals = {"file": puzzles.name, "boards": len(puzzles.puzzles), "solved": solved, "cells": cells}
    _write_json(output, settings_of(loaded, setting) | totals | report(rows, __version__))


@cli.command()
@click.argument("puzzle")
@click.option("--to", "form", default="line", show_default=True, help=f"One of {', '.join(formats.WRITERS)}.")
def convert(puzzle: str, form: str) -> None:
    """Write PUZZLE (a puzzle's text or link, or a file: its first puzzle) in another form.

    `svg` is a picture, `sheet` a page to print, and the names of sites give a link that opens the puzzle there.
    """
    if form not in formats.WRITERS:
        raise ConfigError(f"unknown form {form!r}; choose one of {', '.join(formats.WRITERS)}")
    found = _imported(puzzle)
    if found.note:
        click.echo(f"note: {found.note}", err=True)
    click.echo(formats.WRITERS[form](found.puzzle, found.title), nl=False)


@cli.command()
@click.option("--count", type=click.IntRange(1, 10_000_000), default=10, show_default=True, help="How many puzzles.")
@click.option("--clues", type=int, help="Clues of each puzzle; without it puzzles are minimal (20 to 28 clues).")
@click.option("--grids", is_flag=True, help="Full grids instead of puzzles.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; the default prints puzzles.")
def generate(count: int, clues: int | None, grids: bool, seed: int, out: Path | None) -> None:
    """Random puzzles with exactly one solution."""
    from vmd_sudoku import generate as generator

    if grids:
        solutions = generator.full_grids(count, seed)
        puzzles = solutions
    else:
        puzzles, solutions = generator.puzzles(count, seed, clues)
    if out is None:
        for puzzle in puzzles:
            click.echo(board.to_line(puzzle))
        return
    lines = [f"{board.to_line(a)},{board.to_line(b)}\n" for a, b in zip(puzzles, solutions, strict=True)]
    _write_text(out, "puzzle,solution\n" + "".join(lines))
    click.echo(f"{count} puzzles in {out}")


@cli.command()
def models() -> None:
    """List the shipped models with their cards."""
    from vmd_sudoku.checkpoint import load_model, shipped_models

    names = shipped_models()
    if not names:
        click.echo("no model is shipped with this copy; train one with `vmd-sudoku train`")
    for name in names:
        loaded = load_model(name)
        size = sum(p.numel() for p in loaded.model.parameters())
        click.echo(f"{name}: {size} parameters, sha256 {loaded.sha256[:12]}")
        click.echo(json.dumps(loaded.card, indent=2))


@cli.command()
@click.option(
    "--preset",
    default="default",
    show_default=True,
    help="tiny, trunk, default, blocks, large or transformer (the reference).",
)
@click.option(
    "--model", "kind", default="vmd", show_default=True, help="vmd, or mdm (the same network without a latent)."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the run and the model."
)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Time budget instead of the preset's.")
@click.option("--steps", type=click.IntRange(1), help="Budget in updates, beside the one in time.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed instead of the preset's.")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Another value for a setting of the preset, such as beta=0.75 or model.learned_prior=true; may come again.",
)
@click.option(
    "--hard", type=click.Path(dir_okay=False, path_type=Path), help="CSV of hard puzzles to mix in, with solutions."
)
@click.option("--resume", is_flag=True, help="Go on with the run in --out.")
@click.option("--start-from", "start", help="Start from the weights of this model (a name or a folder).")
@click.option("--compile/--eager", "compiled", default=True, help="Compile the network's round (needs a C++ compiler).")
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=1, show_default=True, help="CPU threads for the network."
)
@click.option("--workers", type=click.IntRange(0, 64), help="Processes that make boards.")
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
    import torch

    from vmd_sudoku import journal, parallel, presets
    from vmd_sudoku.checkpoint import load_model
    from vmd_sudoku.config import changed
    from vmd_sudoku.setting import choose
    from vmd_sudoku.train import Training

    torch.set_num_threads(threads)
    parallel.start()
    if parallel.rank():
        out = out / f"rank-{parallel.rank()}"  # the other processes' boards in flight; their models are the same
    if resume:
        training = Training.resume(out, hard)
    else:
        if (out / "training.json").exists():
            raise ConfigError(f"{out} already holds a run; go on with --resume, or give another folder")
        config = choose(presets.KINDS, kind, "kind of model")(choose(presets.PRESETS, preset, "preset")())
        config = changed(config, settings)
        changes = {"minutes": minutes, "steps": steps, "seed": seed, "workers": workers}
        config = replace(config, **{k: v for k, v in changes.items() if v is not None})
        training = Training(config, hard, load_model(start).model if start else None)
    if compiled:
        training.compile()
    # Also in the background and under a service manager, a stop writes a checkpoint first.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    journal.run_and_record(training, out)


@cli.group()
def reproduce() -> None:
    """Experiments of the paper, measured again with the models at hand."""


@reproduce.command("sudoku")
@click.option(
    "--sets",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with the public sets of puzzles.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs/reproduce"),
    show_default=True,
    help="Folder for results.json, tables.md and the plot; rows already there are kept.",
)
@click.option("--vmd", default="vmd", show_default=True, help="The model with a latent: a name or a folder.")
@click.option("--mdm", default="mdm", show_default=True, help="The model without one.")
@click.option("--quick", is_flag=True, help="A few puzzles of three sets: two minutes on one core.")
@click.option(
    "--only", metavar="SET", multiple=True, help="Only this set (its file's name without .csv); may come again."
)
@click.option("--limit", type=click.IntRange(1), help="Only the first N puzzles of each set.")
@click.option("--latents", type=click.IntRange(2, 1024), help="Latents tried where the rules choose (default: 16).")
@click.option("--grids", type=click.IntRange(1, 1_000_000), help="Grids from the empty board (default: 200).")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of all that is drawn.")
@click.option(
    "--batch-size", type=click.IntRange(1, 65536), default=64, show_default=True, help="Boards decoded together."
)
@click.option("--compile/--eager", "compiled", default=False, help="Compile the network's round: for whole sets.")
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=1, show_default=True, help="CPU threads for the network."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that measure rows at a time."
)
def reproduce_sudoku(
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
    workers: int,
) -> None:
    """The paper's table, VMD and MDM in 5, 10 and 20 calls by two policies, beside ours on the public sets."""
    from vmd_sudoku import reproduce as experiment
    from vmd_sudoku.checkpoint import load_model

    changes: dict[str, Any] = {
        "sets": only or None,
        "limit": limit,
        "latents": latents,
        "grids": grids,
        "seed": seed,
        "batch_size": batch_size,
    }
    plan = replace(
        experiment.QUICK if quick else experiment.Plan(), **{k: v for k, v in changes.items() if v is not None}
    )
    models = load_model(vmd), load_model(mdm)
    puzzles = experiment.find_sets(sets, plan)
    how = experiment.Work(workers=workers, compiled=compiled, threads=threads)
    report = experiment.measure(
        *models, puzzles, plan, out / "results.json", how, say=lambda line: click.echo(line, err=True)
    )
    text = experiment.markdown(report)
    _write_text(out / "tables.md", text)
    click.echo(text)
    for line in experiment.draw(report, out):
        click.echo(line, err=True)


@cli.command()
@click.option("--model", default="vmd", show_default=True, help=MODEL_HELP)
@click.option("--quick", is_flag=True, help="Half a minute: nothing is compiled, few repeats.")
@click.option("--batch-size", type=click.IntRange(2, 65536), help="Boards together (default: 32).")
@click.option("--nfe", type=click.IntRange(1, 81), help="Calls of our decoding (default: 5).")
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=1, show_default=True, help="CPU threads for the network."
)
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON there.")
def bench(model: str, quick: bool, batch_size: int | None, nfe: int | None, threads: int, output: Path | None) -> None:
    """Speed of training and decoding here, against large matrix products and the 6M transformer of the literature."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler says when it starts and stops; read when torch loads
    import torch

    from vmd_sudoku import bench as benchmark
    from vmd_sudoku.checkpoint import load_model

    torch.set_num_threads(threads)
    changes: dict[str, Any] = {"batch": batch_size, "reference_batch": batch_size, "nfe": nfe}
    plan = replace(benchmark.QUICK if quick else benchmark.Plan(), **{k: v for k, v in changes.items() if v})
    report = benchmark.bench(load_model(model), plan, say=lambda line: click.echo(line, err=True))
    head, *lines = benchmark.columns(report)
    _table([dict(zip(head, line, strict=True)) for line in lines], head)
    for line in benchmark.notes(report):
        click.echo(line)
    _write_json(output, report)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
def app(port: int, address: str) -> None:
    """Open the app in the browser (prints its address)."""
    import subprocess

    from vmd_sudoku.places import app_folder

    folder = app_folder()
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "streamlit_app.py")]
    sys.exit(subprocess.call([*command, "--server.port", str(port), "--server.address", address], cwd=folder))


def _imported(text: str) -> formats.Imported:
    """The puzzle in a text or a link, or in the file of that name."""
    return formats.read_text(text) if formats.is_text(text) else formats.read_file(Path(text))


def _one_puzzle(text: str) -> np.ndarray:
    """The puzzle in a text, a link or a file (of a list, the first); refuses clashing clues."""
    found = _imported(text)
    if found.note:
        click.echo(f"note: {found.note}", err=True)
    board.require_legal(found.puzzle)
    return found.puzzle


def _warn_about_solutions(clues: np.ndarray) -> None:
    """Refuse a puzzle without a solution; warn when there are several."""
    from vmd_sudoku.proof import clash_sentence, clashing_clues, prove

    found = prove(clues).solutions
    if found == "none":
        raise PuzzleError(
            "this puzzle has no solution, although no two clues clash; was a clue mistyped? "
            + clash_sentence(clues, clashing_clues(clues))
        )
    if found == "several":
        click.echo("warning: this puzzle has several solutions; any legal one counts as solved", err=True)


def _setting(chosen: dict[str, Any]) -> Any:
    """The `Setting` that options ask for. Where --z was left open, z is drawn with --seed."""
    from vmd_sudoku.setting import Setting

    z = chosen.get("z", "mode")
    z = chosen["seed"] if z is None else z
    return Setting(**chosen | {"z": None if z == "mode" else z})


def _loaded(name: str, compiled: bool) -> Any:
    """A model for many boards."""
    from vmd_sudoku.checkpoint import load_model

    loaded = load_model(name)
    if compiled:
        loaded.model.compile_for_decoding()
    return loaded


def _print_trace(trace: Any) -> None:
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
def _live(puzzle: str) -> Iterator[Callable[[str], None]]:
    """A board on the terminal's stderr that is drawn anew whenever the function handed out is told of it."""
    from rich.console import Console
    from rich.live import Live

    with Live(_drawn(puzzle, puzzle), console=Console(stderr=True), transient=True) as live:
        yield lambda line: live.update(_drawn(line, puzzle), refresh=True)


def _one_thread_for_one_board() -> None:
    """One board is too little work to share among threads."""
    import torch

    torch.set_num_threads(1)


def _drawn(line: str, puzzle: str) -> str:
    """A board as nine lines, boxes apart."""
    rows = [line[i : i + board.SIDE] for i in range(0, board.CELLS, board.SIDE)]
    apart = [" ".join(f"{row[i]} {row[i + 1]} {row[i + 2]} " for i in (0, 3, 6)).rstrip() for row in rows]
    return "\n".join("\n".join(apart[i : i + 3]) + ("\n" if i < 6 else "") for i in (0, 3, 6))


def _bar() -> Any:
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


def _table(rows: list[dict[str, object]], columns: Sequence[str]) -> None:
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


def _write_json(path: Path | None, value: object) -> None:
    if path:
        _write_text(path, json.dumps(value, indent=2) + "\n")


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise PuzzleFileError(f"cannot write {path}: {error.strerror}; give a path that can be written") from None


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; the one place where errors become exit codes."""
    try:
        sys.exit(cli.main(args=None if argv is None else list(argv), prog_name="vmd-sudoku", standalone_mode=False))
    except VmdSudokuError as error:
        click.echo(f"vmd-sudoku: {error}", err=True)
        sys.exit(2)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"vmd-sudoku: {error.format_message()}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("vmd-sudoku: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:  # `vmd-sudoku … | head`
        sys.stderr.close()
        sys.exit(141)


if __name__ == "__main__":
    main()
