"""The Sudoku table of the VMD paper beside ours: (VMD, MDM) x policy x calls on public sets, and what the paper lacks.

Everything is neural only, with filled digits that stay filled; where the rules choose among several latents, that stands
in a table of its own. Both models get equal calls and may run the same rounds. Rows that are already in the results file,
measured with the same weights, puzzles and setting, are kept: whole sets take hours, and an interrupted run goes on.
"""

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vmd_sudoku import __version__, board, machine, puzzle_file, solver, techniques
from vmd_sudoku.checkpoint import LoadedModel
from vmd_sudoku.errors import ConfigError, PuzzleFileError
from vmd_sudoku.evaluate import decode_boards, judge, sample
from vmd_sudoku.metrics import mcnemar, wilson_interval
from vmd_sudoku.puzzle_file import PuzzleSet
from vmd_sudoku.setting import Setting

SETS = (
    "several_solutions",
    "ye_test",
    "sudoku_exchange_rated",
    "radcliffe_filtered",
    "radcliffe_sample",
    "seventeen_clue",
    "magictour_top1465",
    "forum_hardest_1106",
    "forum_hardest_11plus",
)
"""Names of the public sets, those with one solution easiest first; what the folder holds is measured."""
FILTERED = {"radcliffe_filtered": "radcliffe_sample"}
"""Sets that are taken from another one's file: the puzzles that the strategies of the papers' own filter solve."""

BUDGETS = (5, 10, 20)
ORDERS = ("margin", "top-prob")
PAPER = {
    ("VMD", "margin"): (96.9, 99.0, 99.7),
    ("MDM", "margin"): (36.2, 78.4, 91.1),
    ("VMD", "top-prob"): (67.7, 76.4, 80.9),
    ("MDM", "top-prob"): (10.6, 14.7, 20.4),
}
"""Per cent of puzzles solved in `BUDGETS` calls, on the paper's test set (project page of arXiv 2510.23606)."""
REVIEWS = (1.3, 2.3, 2.5)
"""Gains in points that a public review of the paper quotes; it does not name the policy."""

EMPTY = "empty board"
GRID_BUDGETS = (1, 4, 20)
BIN = 0.5
"""Width of the bins of a rating in the plot."""
FEWEST_IN_A_BIN = 5

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to measure. limit: first puzzles of every set (None: all); latents: how many are tried where the rules choose
    among them, in `latents_nfe` calls each; grids: from the empty board, for every budget."""

    sets: tuple[str, ...] = SETS
    limit: int | None = None
    latents: int = 16
    latents_nfe: int = 20
    grids: int = 200
    seed: int = 0
    batch_size: int = 64


@dataclass(frozen=True, kw_only=True)
class Work:
    """How to measure: processes that take a row each, threads of each, and whether they compile the network's round."""

    workers: int = 1
    threads: int = 1
    compiled: bool = False


QUICK = Plan(sets=("ye_test", "radcliffe_sample", "seventeen_clue"), limit=8, latents=4, latents_nfe=5, grids=16)
"""Under two minutes on one core; intervals are wide."""


def settings(plan: Plan, several: bool) -> list[Setting]:
    """How every puzzle of a set is decoded: the paper's six, one call, one cell a call, five calls that run all their rounds
    (`settle` 0), and several latents. z is drawn where puzzles have `several` solutions, which one may then tell apart."""
    one = Setting(seed=plan.seed, z=plan.seed if several else None)
    table = [replace(one, policy=policy, nfe=nfe) for policy in ORDERS for nfe in BUDGETS]
    beyond = [replace(one, nfe=1), one, replace(one, nfe=5, settle=0.0)]
    return [*table, *beyond, replace(one, nfe=plan.latents_nfe, latents=plan.latents)]


def find_sets(folder: Path, plan: Plan) -> list[PuzzleSet]:
    """The sets of the plan that `folder` holds.

    Raises:
        PuzzleFileError: it holds none of them, or the plan names an unknown one.
    """
    if unknown := [name for name in plan.sets if name not in SETS]:
        raise PuzzleFileError(f"no public set is called {', '.join(unknown)}; they are {', '.join(SETS)}")
    there = [name for name in plan.sets if _file(folder, name).is_file()]
    if not there:
        raise PuzzleFileError(f"{folder} holds no public set; wanted one of {', '.join(plan.sets)}, as NAME.csv")
    sets = [_read(folder, name, plan.limit) for name in there]
    return [puzzles for puzzles in sets if len(puzzles.puzzles)]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{FILTERED.get(name, name)}.csv"


def _read(folder: Path, name: str, limit: int | None) -> PuzzleSet:
    if name not in FILTERED:
        return puzzle_file.read(_file(folder, name), limit)
    every = puzzle_file.read(_file(folder, name))
    chosen = np.flatnonzero(techniques.solvable(every.puzzles, techniques.PAPER_FILTER))[:limit]
    solutions, ratings = (None if part is None else part[chosen] for part in (every.solutions, every.ratings))
    return PuzzleSet(name, every.puzzles[chosen], solutions, ratings)


def measure(
    vmd: LoadedModel,
    mdm: LoadedModel,
    sets: list[PuzzleSet],
    plan: Plan,
    results: Path,
    work: Work = Work(),
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Every row of the plan, as {"rows", "version"}; `results` is written after each new one, and rows in it are kept.

    `say` gets a line for every row that is measured.

    Raises:
        ConfigError: the models are not one with and one without a latent, or the results file is none of ours.
    """
    if not vmd.model.config.latent or mdm.model.config.latent:
        raise ConfigError(f"wanted a model with a latent and one without; got {vmd.name} and {mdm.name}")
    known: list[Row] = read_results(results)["rows"] if results.exists() else []
    jobs = list(_jobs(vmd, mdm, sets, plan))
    rows = [next((row for row in known if all(row.get(k) == v for k, v in job.key.items())), None) for job in jobs]
    missing = [number for number, row in enumerate(rows) if row is None]
    for number, row in _measured(jobs, missing, work, (vmd, mdm, sets, plan)):
        rows[number] = row
        say(_line(row))
        found = [row for row in rows if row is not None]
        _write(results, {"rows": found + [row for row in known if row not in found], "version": __version__})
    return {"rows": rows, "version": __version__}


def _measured(jobs: list["_Job"], numbers: list[int], work: Work, given: tuple[Any, ...]) -> Iterator[tuple[int, Row]]:
    """The rows of some of the jobs, by number, as they come; `given` is what `_jobs` makes them of, in any process."""
    if work.workers == 1:
        _get_ready(work, *given[:2])
        yield from ((number, _row(jobs[number])) for number in numbers)
        return
    # Not forked: torch's threads do not survive it.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(work.workers, context, initializer=_begin_process, initargs=(work, given)) as pool:
        waiting = {pool.submit(_row_of, number): number for number in numbers}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_jobs_here: list["_Job"] = []
"""The jobs of a worker process."""


def _begin_process(work: Work, given: tuple[Any, ...]) -> None:
    _get_ready(work, *given[:2])
    _jobs_here[:] = _jobs(*given)


def _row_of(number: int) -> Row:
    return _row(_jobs_here[number])


def _get_ready(work: Work, *models: LoadedModel) -> None:
    torch.set_num_threads(work.threads)
    if work.compiled:
        for loaded in models:
            loaded.model.compile_for_decoding()


def _row(job: "_Job") -> Row:
    return job.key | job.run() | {"machine": machine.describe()}


@dataclass(frozen=True)
class _Job:
    """A row to measure: what identifies it, as JSON types, and the work itself."""

    key: Row
    run: Callable[[], Row]


def _jobs(vmd: LoadedModel, mdm: LoadedModel, sets: list[PuzzleSet], plan: Plan) -> Iterator[_Job]:
    """The cheap and most wanted rows first: the empty board, then set by set."""
    for nfe in GRID_BUDGETS:
        for kind, loaded in (("VMD", vmd), ("MDM", mdm)):
            setting = _equal_rounds(Setting(nfe=nfe, z=plan.seed, seed=plan.seed), vmd)
            yield _Job(_key(kind, loaded, EMPTY, plan.grids, "", setting), _sampling(loaded, plan, setting))
    for puzzles in sets:
        digest = hashlib.sha256(puzzles.puzzles.tobytes()).hexdigest()[:12]
        several = bool((solver.count_solutions(puzzles.puzzles) > 1).any())
        for setting in settings(plan, several):
            for kind, loaded in (("VMD", vmd), ("MDM", mdm)):
                if setting.latents > 1 and kind == "MDM":
                    continue  # it has no z to draw
                equal = _equal_rounds(setting, vmd)
                key = _key(kind, loaded, Path(puzzles.name).stem, len(puzzles.puzzles), digest, equal)
                yield _Job(key, _decoding(loaded, puzzles, plan, equal))


def _equal_rounds(setting: Setting, vmd: LoadedModel) -> Setting:
    """The VMD's rounds for both models."""
    first, later = setting.rounds_on(vmd.model.config)
    return replace(setting, first_rounds=first, rounds=later)


def _key(kind: str, loaded: LoadedModel, name: str, count: int, digest: str, setting: Setting) -> Row:
    return {
        "kind": kind,
        "sha256": loaded.sha256,
        "set": name,
        "boards": count,
        "puzzles_sha256": digest,
        "setting": asdict(setting),
    }


def _decoding(loaded: LoadedModel, puzzles: PuzzleSet, plan: Plan, setting: Setting) -> Callable[[], Row]:
    def run() -> Row:
        start = time.perf_counter()
        decoded = decode_boards(loaded, puzzles.puzzles, setting, batch_size=plan.batch_size)
        row: Row = judge(loaded, puzzles, setting, decoded, time.perf_counter() - start)
        solved = board.solved(decoded.board, puzzles.puzzles)
        row["which"] = np.packbits(solved).tobytes().hex()  # one bit a puzzle, for paired tests
        if puzzles.ratings is not None:
            row["by_rating"] = _by_rating(puzzles.ratings, solved)
        return row

    return run


def _sampling(loaded: LoadedModel, plan: Plan, setting: Setting) -> Callable[[], Row]:
    def run() -> Row:
        row, _ = sample(loaded, plan.grids, setting, batch_size=plan.batch_size)
        return row | {"solved": row["valid"], "puzzles_per_s": row["grids_per_s"]}

    return run


def _by_rating(ratings: np.ndarray, solved: np.ndarray) -> list[list[float]]:
    """Lower end of each bin, boards in it, boards solved."""
    bins = np.floor(ratings / BIN) * BIN
    return [[float(low), int((bins == low).sum()), int(solved[bins == low].sum())] for low in np.unique(bins)]


def read_results(path: Path) -> dict[str, Any]:
    """The report that `measure` wrote.

    Raises:
        ConfigError: the file is missing or holds something else.
    """
    try:
        report = json.loads(path.read_text())
        if not all(isinstance(row, dict) for row in report["rows"]):
            raise ValueError("its rows are not sets of figures")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} holds no results of ours ({error}); delete it or give another folder") from None
    return report


def _write(path: Path, report: dict[str, Any]) -> None:
    """Write beside, then rename: a stop at any moment leaves the rows measured so far."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".new")
        temporary.write_text(json.dumps(report, indent=1) + "\n")
        os.replace(temporary, path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}; give an --out that can be written") from None


def _line(row: Row) -> str:
    setting = row["setting"]
    several = f", best of {setting['latents']} latents" if setting["latents"] > 1 else ""
    return (
        f"{row['set']}, {row['kind']}, {setting['policy']}, {_calls(row)}{several}: {row['solved']} of {row['boards']} "
        f"solved, {row['seconds']:.0f} s"
    )


def _calls(row: Row) -> str:
    nfe = row["setting"]["nfe"]
    return "one cell a call" if nfe is None else f"NFE {nfe}"


def paired(vmd: Row, mdm: Row) -> tuple[int, int, float]:
    """Puzzles that only the VMD, and only the MDM, solved, and the p of McNemar's exact test."""
    n = vmd["boards"]
    first, second = (np.unpackbits(np.frombuffer(bytes.fromhex(row["which"]), np.uint8))[:n] for row in (vmd, mdm))
    only = int((first > second).sum()), int((second > first).sum())
    return *only, mcnemar(*only)


def _pairs(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Rows of the VMD with those of the MDM in the same setting, in the order of the rows."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        same = json.dumps([row["set"], row["boards"], row["setting"]])
        found.setdefault(same, {})[row["kind"]] = row
    return [(pair["VMD"], pair["MDM"]) for pair in found.values() if len(pair) == 2]


def summary(report: dict[str, Any]) -> str:
    """The paper's table with ours beneath it, in Markdown."""
    head = [f"{policy}, NFE {nfe}" for policy in ORDERS for nfe in BUDGETS]
    lines = [_cells(["% of puzzles solved", "", *head]), _cells(["---"] * (2 + len(head)))]
    for kind in ("VMD", "MDM"):
        figures = [f"{figure:.1f}" for policy in ORDERS for figure in PAPER[kind, policy]]
        lines.append(_cells(["the paper, its test set", kind, *figures]))
    table = [row for row in report["rows"] if row["set"] != EMPTY and _is_usual(row["setting"])]
    for name in dict.fromkeys(row["set"] for row in table):
        for kind in ("VMD", "MDM"):
            mine = {
                (row["setting"]["policy"], row["setting"]["nfe"]): row
                for row in table
                if (row["set"], row["kind"]) == (name, kind)
            }
            if not mine:
                continue
            count = next(iter(mine.values()))["boards"]
            figures = [
                f"{100 * mine[policy, nfe]['accuracy']:.1f}" if (policy, nfe) in mine else ""
                for policy in ORDERS
                for nfe in BUDGETS
            ]
            lines.append(_cells([f"{name} ({count:,})", f"our {kind}", *figures]))
    return "\n".join(lines)


def markdown(report: dict[str, Any]) -> str:
    """All tables, with intervals, paired tests, calls, rounds and speed."""
    rows = report["rows"]
    sizes = {
        row["kind"]: f"Our {row['kind']} is `{row['model']}` (sha256 {row['sha256'][:12]})" for row in reversed(rows)
    }
    parts = [
        "# VMD and MDM on Sudoku",
        "Neural only: no rules, no propagation, no search; filled digits stay filled. Whole boards, judged by the rules. "
        "z = 0 where the solution is unique; else it is drawn from the prior, and in later calls from the posterior given the "
        "network's guess (four rounds of the encoder in each, which the rounds below leave out). Brackets hold 95 % intervals "
        "(Wilson); p is McNemar's exact test over the same puzzles. Both models get equal calls (NFE), and at most the same "
        "rounds of the network in each: a board stops when its answer has settled, unless all rounds are asked for. Calls and "
        "rounds are means over the boards. "
        f"{'. '.join(sizes[kind] for kind in sorted(sizes, reverse=True))}. Version {report['version']}.",
        "## The paper's table",
        summary(report),
        *_set_tables(rows),
        *_latent_table(rows),
        *_grid_table(rows),
        "## Where the sources disagree",
        disagreement(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _set_tables(rows: list[Row]) -> Iterator[str]:
    pairs = [pair for pair in _pairs(rows) if pair[0]["set"] != EMPTY]
    for name in dict.fromkeys(vmd["set"] for vmd, _ in pairs):
        here = [pair for pair in pairs if pair[0]["set"] == name]
        first = here[0][0]
        yield f"## {name}"
        drawn = "" if first["setting"]["z"] is None else " with several solutions, any of which counts; z drawn"
        if name in FILTERED:
            yield (
                f"The puzzles of {FILTERED[name]} that singles, locked candidates, naked pairs and triples, XY-wings and "
                "unique rectangles solve: the filter of the papers' training and test sets (arXiv 2409.10502), by our own "
                "code."
            )
        yield f"{first['boards']:,} puzzles{drawn}, seed {first['seed']}, {_machine(first)}."
        lines = [
            "| policy | asked | calls | rounds | VMD | MDM | only VMD / only MDM | p | puzzles/s VMD / MDM |",
            _cells(["---"] * 9),
        ]
        for vmd, mdm in here:
            only_vmd, only_mdm, p = paired(vmd, mdm)
            lines.append(
                _cells(
                    [
                        vmd["policy"],
                        _calls(vmd) + ("" if vmd["setting"]["settle"] else ", all rounds"),
                        _both(vmd, mdm, "mean_calls"),
                        _both(vmd, mdm, "mean_rounds"),
                        _rate(vmd),
                        _rate(mdm),
                        f"{only_vmd} / {only_mdm}",
                        f"{p:.2g}",
                        f"{vmd['puzzles_per_s']:.1f} / {mdm['puzzles_per_s']:.1f}",
                    ]
                )
            )
        yield "\n".join(lines)


def _latent_table(rows: list[Row]) -> Iterator[str]:
    several = [row for row in rows if row["setting"]["latents"] > 1]
    if not several:
        return
    yield "## Several latents, the rules as judge"
    yield "The network alone fills the boards; the rules choose the first solved one among K latents. Calls count K times."
    lines = ["| set | puzzles | K | asked of each | calls | rounds | VMD, best of K | puzzles/s |", _cells(["---"] * 8)]
    for row in several:
        cells = [row["set"], row["boards"], row["latents"], _calls(row), row["mean_calls"], row["mean_rounds"]]
        lines.append(_cells([*map(str, cells), _rate(row), f"{row['puzzles_per_s']:.1f}"]))
    yield "\n".join(lines)


def _grid_table(rows: list[Row]) -> Iterator[str]:
    pairs = [pair for pair in _pairs(rows) if pair[0]["set"] == EMPTY]
    if not pairs:
        return
    yield "## Whole grids from the empty board"
    first = pairs[0][0]
    drawn = "z from the prior, in later calls from the posterior given the network's guess"
    yield f"{first['boards']:,} grids each, {drawn}, seed {first['seed']}, {_machine(first)}."
    lines = [
        "| policy | asked | calls | rounds | VMD valid | MDM valid | VMD distinct | grids/s VMD / MDM |",
        _cells(["---"] * 8),
    ]
    for vmd, mdm in pairs:
        both = [_both(vmd, mdm, "mean_calls"), _both(vmd, mdm, "mean_rounds")]
        speed = f"{vmd['puzzles_per_s']:.1f} / {mdm['puzzles_per_s']:.1f}"
        lines.append(_cells([vmd["policy"], _calls(vmd), *both, _rate(vmd), _rate(mdm), str(vmd["distinct"]), speed]))
    yield "\n".join(lines)


def disagreement(rows: list[Row]) -> str:
    """What the paper's own sources say of the gain of VMD over MDM, and what these rows say."""
    gains = [
        f"{PAPER['VMD', policy][i] - PAPER['MDM', policy][i]:+.1f}" for policy in ORDERS for i in range(len(BUDGETS))
    ]
    reviews = ", ".join(f"{gain:+.1f}" for gain in REVIEWS)
    text = (
        f"The paper's project page has VMD ahead of MDM by {', '.join(gains[:3])} points (margin, NFE 5, 10, 20) and "
        f"{', '.join(gains[3:])} (top-prob). A public review of the paper quotes gains of {reviews} points without naming "
        "the policy, and two others call the gain marginal; a reviewer also notes that z carries no information where the "
        "solution is unique."
    )
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for vmd, mdm in _pairs(rows):
        if vmd["set"] != EMPTY and vmd["setting"]["nfe"] in BUDGETS and _is_usual(vmd["setting"]):
            gain = 100 * (vmd["accuracy"] - mdm["accuracy"])
            found.setdefault(vmd["set"], {}).setdefault(vmd["policy"], []).append((gain, paired(vmd, mdm)[2]))
    lines = [f"- {name}: {'; '.join(_gains(*item) for item in found[name].items())}" for name in found]
    if not lines:
        return text
    return "\n".join([f"{text} Between our two models we find, in points at NFE 5, 10 and 20:", "", *lines])


def _gains(policy: str, found: list[tuple[float, float]]) -> str:
    gains, chances = zip(*found, strict=True)
    return f"{policy} {', '.join(f'{g:+.1f}' for g in gains)} (p = {', '.join(f'{p:.2g}' for p in chances)})"


def _cells(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _both(vmd: Row, mdm: Row, name: str) -> str:
    return f"{vmd[name]:g}" if vmd[name] == mdm[name] else f"{vmd[name]:g} / {mdm[name]:g}"


def _rate(row: Row) -> str:
    low, high = row["interval"]
    return f"{100 * row['solved'] / row['boards']:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _machine(row: Row) -> str:
    made = row["machine"]
    return f"{made['gpu'] or made['processor']}, {made['threads']} of {made['cores']} threads, torch {made['torch']}"


def plot(report: dict[str, Any]) -> Any:
    """Accuracy against the rating of difficulty with 95 % intervals, a panel a rated set; None when no set has ratings.

    Raises:
        ImportError: plotly is missing.
    """
    from plotly.subplots import make_subplots

    rated = (row for row in report["rows"] if row.get("by_rating") and row["set"] not in FILTERED)
    rows = [row for row in rated if _is_plotted(row["setting"])]
    names = list(dict.fromkeys(row["set"] for row in rows))
    if not names:
        return None
    figure = make_subplots(rows=1, cols=len(names), subplot_titles=names, shared_yaxes=True, horizontal_spacing=0.04)
    for row in rows:
        points = [point for point in row["by_rating"] if point[1] >= FEWEST_IN_A_BIN]
        rates = [100 * solved / boards for _, boards, solved in points]
        ends = [wilson_interval(solved, boards) for _, boards, solved in points]
        figure.add_scatter(
            x=[low + BIN / 2 for low, _, _ in points],
            y=rates,
            error_y={
                "type": "data",
                "array": [100 * high - rate for (_, high), rate in zip(ends, rates, strict=True)],
                "arrayminus": [rate - 100 * low for (low, _), rate in zip(ends, rates, strict=True)],
                "thickness": 1,
            },
            name=f"{row['kind']}, {row['policy']}, {_calls(row)}",
            mode="lines+markers",
            line={
                "color": {"VMD": "#1f6feb", "MDM": "#c2410c"}[row["kind"]],
                "dash": _DASHES[row["setting"]["nfe"]],
            },
            legendgroup=f"{row['kind']} {row['setting']['nfe']}",
            showlegend=row["set"] == names[0],
            row=1,
            col=names.index(row["set"]) + 1,
        )
    figure.update_xaxes(title_text="rating of difficulty (the set's own scale)")
    figure.update_yaxes(title_text="puzzles solved, %", range=[0, 102], col=1)
    figure.update_layout(template="plotly_white", legend={"orientation": "h", "y": -0.2})
    return figure


_DASHES = {1: "dot", 5: "dash", 20: "solid"}


def _is_plotted(setting: dict[str, Any]) -> bool:
    return setting["policy"] == "margin" and setting["nfe"] in _DASHES and _is_usual(setting)


def _is_usual(setting: dict[str, Any]) -> bool:
    """One latent, and boards stop when they have settled."""
    return setting["latents"] == 1 and setting["settle"] > 0


def draw(report: dict[str, Any], folder: Path) -> list[str]:
    """Write difficulty.html and difficulty.png into `folder`; returns a line for each that says where it is, or why not."""
    try:
        figure = plot(report)
    except ImportError:
        return ["no plot: plotly is missing; install vmd-sudoku[train]"]
    if figure is None:
        return ["no plot: none of the sets has ratings"]
    page, picture = folder / "difficulty.html", folder / "difficulty.png"
    figure.write_html(page, include_plotlyjs=True)
    try:
        figure.write_image(picture, width=1200, height=560, scale=2)
    except Exception as error:  # kaleido or its Chrome is missing, or Chrome does not start: the page says the same
        return [str(page), f"no PNG ({str(error).strip().splitlines()[0]}); it needs kaleido and Chrome or Chromium"]
    return [str(page), str(picture)]
