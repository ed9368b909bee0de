"""The Sudoku table of the VMD paper beside ours: (VMD, MDM) x policy x calls on public sets, and what the paper lacks.

Everything is neural only, with filled digits that stay filled; where the rules choose among several latents, and where the
VMD guesses beside an MDM that fills by margin, that stands apart. Both models get equal calls and may run the same rounds.
Rows that are already in the results file, measured with the same weights, puzzles and setting, are kept: whole sets take
hours, and an interrupted run goes on.
"""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vmd_sudoku import __version__, machine
from vmd_sudoku.engines import HERE, Engine
from vmd_sudoku.engines import Job as EngineJob
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.evaluation.accuracy import sample
from vmd_sudoku.evaluation.batch import PART_SIZE, counts_of, figures_of_set
from vmd_sudoku.evaluation.paper import BIN, EMPTY, GRID_BUDGETS, Pair, Plan, Row, _calls, pairs
from vmd_sudoku.evaluation.shards import shard_of_set, shards_of
from vmd_sudoku.evaluation.statistics import bits_of
from vmd_sudoku.exact import solver
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.writing import write


@dataclass(frozen=True, kw_only=True)
class Work:
    """How to measure: by whom, threads of each worker, and whether they compile the network's round."""

    engine: Engine = HERE
    threads: int = 1
    compiled: bool = False


def measure(
    vmd: LoadedModel,
    mdm: LoadedModel,
    sets: list[PuzzleSet],
    plan: Plan,
    results: Path,
    work: Work = Work(),
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Every row of the plan, as {"rows"}; `results` is written after each new one, and rows in it are kept, each with the
    version, the weights and the machine that it was measured with. Parts of a row that is not whole yet lie beside it.

    `say` gets a line for every row that is measured.

    Raises:
        ConfigError: the models are not one with and one without a latent, or the results file is none of ours.
        OutputError: the results cannot be written.
    """
    if not vmd.model.config.latent or mdm.model.config.latent:
        raise ConfigError(f"wanted a model with a latent and one without; got {vmd.name} and {mdm.name}")
    known: list[Row] = read_results(results)["rows"] if results.exists() else []
    jobs = list(_jobs(vmd, mdm, sets, plan))
    rows = [next((row for row in known if all(row.get(k) == v for k, v in job.key.items())), None) for job in jobs]
    missing = {number: jobs[number] for number, row in enumerate(rows) if row is None}
    for number, row in _measured(missing, work, (vmd, mdm, sets, plan), results.with_name("parts")):
        rows[number] = row
        say(_line(row))
        found = [row for row in rows if row is not None]
        # Rows of another plan stay in the file: they took hours.
        _write(results, {"rows": found + [row for row in known if row not in found]})
    return {"rows": rows}


def _measured(jobs: dict[int, "_Job"], work: Work, given: tuple[Any, ...], folder: Path) -> Iterator[tuple[int, Row]]:
    """The rows of some of the jobs, by number, as they become whole; `given` is what `_jobs` makes them of, in any process."""
    kept = {number: _Kept.of(folder, job) for number, job in jobs.items()}
    found = {number: one.read() for number, one in kept.items()}
    # Numbers and not jobs go to the workers: each makes the jobs anew from what all were given once.
    tasks = [(number, part) for number, job in jobs.items() for part in range(job.parts) if part not in found[number]]
    for (number, part), result in work.engine.run(EngineJob(_begin_work, _part_of, (work, given)), tasks):
        job, parts = jobs[number], found[number]
        parts[part] = result
        if len(parts) < job.parts:
            kept[number].write(part, result)
            continue
        yield number, _whole(job, [parts[part] for part in range(job.parts)])
        kept[number].remove()
        del found[number]


def _whole(job: "_Job", parts: list[Row]) -> Row:
    """The row of all parts in their order, not in that in which they came: a sum of floats depends on it."""
    # Of machines of several kinds the first is named; `evaluate` says why they should be of one.
    made = {"machine": parts[0]["machine"], "version": __version__}
    return job.key | job.row([part["found"] for part in parts]) | made


def _begin_work(context: tuple[Work, tuple[Any, ...]]) -> list["_Job"]:
    work, given = context
    torch.set_num_threads(work.threads)
    if work.compiled:
        for loaded in given[:2]:
            loaded.model.compile_for_decoding()
    return list(_jobs(*given))


def _part_of(jobs: list["_Job"], task: tuple[int, int]) -> Row:
    number, part = task
    # Said by whom it was computed: the process that gathers the parts may have other threads, or be another machine.
    return {"found": jobs[number].part(part), "machine": machine.describe()}


@dataclass(frozen=True)
class _Kept:
    """Parts of one row on disk until the row is whole: of whole sets it takes hours."""

    folder: Path

    @classmethod
    def of(cls, folder: Path, job: "_Job") -> "_Kept":
        """Those of a job; parts of another version are none of its."""
        key = json.dumps(job.key | {"version": __version__}, sort_keys=True)
        return cls(folder / hashlib.sha256(key.encode()).hexdigest()[:16])

    def read(self) -> dict[int, Row]:
        """By number. The last one is never kept: with it the row is whole."""
        return {int(path.stem): json.loads(path.read_text(encoding="utf-8")) for path in self.folder.glob("*.json")}

    def write(self, part: int, result: Row) -> None:
        """One more, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write(self.folder / f"{part}.json", json.dumps(result))

    def remove(self) -> None:
        """The row is in the results."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # parts of other rows are in it
            self.folder.parent.rmdir()


@dataclass(frozen=True)
class _Job:
    """A row to measure. key: what identifies it, as JSON types. parts: how many; part: measures one, by its number, and gives
    JSON types; row: the figures of all of them in their order."""

    key: Row
    parts: int
    part: Callable[[int], Row]
    row: Callable[[list[Row]], Row]


def _jobs(vmd: LoadedModel, mdm: LoadedModel, sets: list[PuzzleSet], plan: Plan) -> Iterator[_Job]:
    """The cheap and most wanted rows first: the empty board, then set by set."""
    models = {"VMD": vmd, "MDM": mdm}
    for nfe in GRID_BUDGETS:
        one = Setting(nfe=nfe, z=plan.seed, seed=plan.seed)
        for kind, setting in _equal_rounds(Pair(one, one), vmd):
            key = _key(kind, models[kind], EMPTY, plan.grids, "", setting)
            yield _sampling(key, models[kind], plan, setting)
    for puzzles in sets:
        digest = hashlib.sha256(puzzles.puzzles.tobytes()).hexdigest()[:12]
        several = bool((solver.count_solutions(puzzles.puzzles) > 1).any())
        asked = [equal for pair in pairs(plan, several) for equal in _equal_rounds(pair, vmd)]
        # Once each: what the MDM does beside guesses may be what it does beside the same policy.
        for kind, setting in dict.fromkeys(asked):
            key = _key(kind, models[kind], Path(puzzles.name).stem, len(puzzles.puzzles), digest, setting)
            yield _decoding(key, models[kind], puzzles, plan, setting)


def _equal_rounds(pair: Pair, vmd: LoadedModel) -> Iterator[tuple[str, Setting]]:
    """The kinds and their settings, with the VMD's rounds for both models."""
    for kind, setting in (("VMD", pair.vmd), ("MDM", pair.mdm)):
        if setting is not None:
            first, later = pair.vmd.rounds_on(vmd.model.config)
            yield kind, replace(setting, first_rounds=first, rounds=later)


def _key(kind: str, loaded: LoadedModel, name: str, count: int, digest: str, setting: Setting) -> Row:
    return {
        "kind": kind,
        "sha256": loaded.sha256,
        "set": name,
        "boards": count,
        "puzzles_sha256": digest,
        "setting": asdict(setting),
    }


def _decoding(key: Row, loaded: LoadedModel, puzzles: PuzzleSet, plan: Plan, setting: Setting) -> _Job:
    def part(number: int) -> Row:
        return counts_of(loaded, shard_of_set(puzzles, number, PART_SIZE), setting, batch_size=plan.batch_size)

    def row(parts: list[Row]) -> Row:
        found = figures_of_set(loaded, puzzles.name, setting, parts).to_plain()
        solved = np.concatenate([bits_of(counts) for counts in parts])
        found["which"] = np.packbits(solved).tobytes().hex()  # one bit a puzzle, for paired tests
        if puzzles.ratings is not None:
            found["by_rating"] = _by_rating(puzzles.ratings, solved)
        return found

    return _Job(key, shards_of(len(puzzles.puzzles), PART_SIZE), part, row)


def _sampling(key: Row, loaded: LoadedModel, plan: Plan, setting: Setting) -> _Job:
    def part(number: int) -> Row:
        row, _ = sample(loaded, plan.grids, setting, batch_size=plan.batch_size)
        return row | {"solved": row["valid"], "puzzles_per_s": row["grids_per_s"]}

    return _Job(key, 1, part, lambda parts: parts[0])


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
        # Before rows had a version of their own, the report had one; rows of before that keep the word "unknown".
        rows = [{"version": report.get("version", "unknown")} | row for row in report["rows"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} holds no results of ours ({error}); delete it or give another folder") from None
    return {"rows": rows}


def _write(path: Path, report: dict[str, Any]) -> None:
    """Whole or not at all: a stop at any moment leaves the rows measured so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, json.dumps(report, indent=1) + "\n")


def _line(row: Row) -> str:
    setting = row["setting"]
    several = f", best of {setting['latents']} latents" if setting["latents"] > 1 else ""
    return (
        f"{row['set']}, {row['kind']}, {setting['policy']}, {_calls(row)} of up to {setting['first_rounds']} rounds{several}: "
        f"{row['solved']} of {row['boards']} solved, {row['seconds']:.0f} s"
    )
