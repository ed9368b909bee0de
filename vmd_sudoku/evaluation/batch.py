"""Batch evaluation: files of puzzles and arms in, figures out, with or without a run folder, by any engine.

With a folder the same request goes on where it was, and a finished one is there at once. Without one nothing is written, and
all else is the same.
"""

import datetime
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from vmd_sudoku import __version__, machine
from vmd_sudoku.addresses import located
from vmd_sudoku.engines import HERE, Engine, Job
from vmd_sudoku.errors import ConfigError, RunError
from vmd_sudoku.evaluation import statistics
from vmd_sudoku.evaluation.accuracy import settings_of
from vmd_sudoku.evaluation.arms import Arm
from vmd_sudoku.evaluation.folder import Part, RunFolder, packed, part_of, part_of_bytes
from vmd_sudoku.evaluation.judging import Judge
from vmd_sudoku.evaluation.raters import Rater
from vmd_sudoku.evaluation.shards import (
    Shard,
    Source,
    cut,
    sha256_of,
    shards_of,
    source_of,
    survey,
)
from vmd_sudoku.evaluation.statistics import Counts, Figures
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.reader import ANY
from vmd_sudoku.formats.record import BadLine
from vmd_sudoku.network.checkpoint import LoadedModel, load_model
from vmd_sudoku.solving.setting import Setting

PART_SIZE = 512
"""Puzzles of a part: some seconds of work, and eight batches."""
BATCH_SIZE = 64
FEW = 20
"""Bad lines that are kept where no file has them all."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be measured: files, arms, and all that the rows depend on.

    limit: first puzzles of each file. part_size: puzzles of a part; batch_size: boards decoded together. compiled: whether the
    network's round is compiled. threads: of the network, in each worker. techniques: whether the human technique that each
    puzzle needs is looked for. rater: of the puzzles, instead of their source. columns: of the files, where they were named.

    Raises:
        ConfigError: no file, no arm, or a number below 1.
    """

    files: tuple[Path, ...]
    arms: tuple[Arm, ...]
    limit: int | None = None
    part_size: int = PART_SIZE
    batch_size: int = BATCH_SIZE
    compiled: bool = False
    threads: int = 1
    techniques: bool = False
    rater: Rater | None = None
    columns: Columns = ANY

    def __post_init__(self) -> None:
        if not self.files or not self.arms:
            raise ConfigError("nothing to measure; give one file of puzzles or more, and one model or more")
        for name in ("part_size", "batch_size", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be 1 or more, got {getattr(self, name)}")

    def to_plain(self) -> dict[str, Any]:
        """What tells this request from others, as JSON types. Files count by what is in them, not by where they are."""
        return {
            "files": [{"name": file.name, "sha256": sha256_of(file)} for file in self.files],
            "arms": [arm.to_plain() for arm in self.arms],
            "limit": self.limit,
            "part_size": self.part_size,
            "batch_size": self.batch_size,
            "compiled": self.compiled,
            "threads": self.threads,
            "techniques": self.techniques,
            "rater": asdict(self.rater) if self.rater else None,
            "columns": asdict(self.columns),
        }

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> "Request":
        """The request of a run that has begun."""
        plain = manifest["request"]
        same = {name: plain[name] for name in ("limit", "part_size", "batch_size", "compiled", "threads", "techniques")}
        files, arms = tuple(map(located, manifest["paths"])), tuple(map(Arm.from_plain, plain["arms"]))
        rater = Rater(**plain["rater"]) if plain.get("rater") else None
        return cls(files=files, arms=arms, rater=rater, columns=Columns(**plain["columns"]), **same)


@dataclass(frozen=True)
class Slice:
    """Which parts a process does: number `index` of `count`, from 1."""

    index: int = 1
    count: int = 1

    def has(self, part: int) -> bool:
        """Whether a part belongs to it."""
        return part % self.count == self.index - 1


@dataclass(frozen=True)
class Watch:
    """Who looks on. surveyed: how the request is cut up, and how many parts are there already. done: every new part.
    stop: asked before every part; what is under way is finished."""

    surveyed: Callable[["Plan", int], None] = lambda plan, done: None
    done: Callable[[Part], None] = lambda part: None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Plan:
    """How a request is cut up: puzzles and bad lines of each file."""

    names: tuple[str, ...]
    puzzles: tuple[int, ...]
    bad: tuple[int, ...]
    part_size: int

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return sum(shards_of(count, self.part_size) for count in self.puzzles)

    def to_plain(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "names": list(self.names),
            "puzzles": list(self.puzzles),
            "bad_lines": list(self.bad),
            "parts": self.parts,
        }

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> "Plan":
        """The plan of a run that has begun."""
        plain = manifest["plan"]
        names, puzzles, bad = (tuple(plain[name]) for name in ("names", "puzzles", "bad_lines"))
        return cls(names, puzzles, bad, manifest["request"]["part_size"])


def plan_of(
    sources: Sequence[Source], part_size: int, limit: int | None, bad: Callable[[dict[str, Any]], None]
) -> Plan:
    """Go through all sources once; `bad` gets file, line and reason of every line that holds no puzzle.

    Raises:
        PuzzleFileError: a source cannot be read or has no puzzle.
    """
    found = []
    for source in sources:

        def note(line: BadLine, name: str = source.name) -> None:
            bad({"file": name, "line": line.line, "reason": line.reason, "text": line.text})

        found.append(survey(source, limit, note))
    names = tuple(source.name for source in sources)
    return Plan(names, tuple(one.puzzles for one in found), tuple(one.bad for one in found), part_size)


@dataclass(frozen=True)
class Cut:
    """How sources are judged: puzzles of a part, first puzzles of each source, numbers of the parts that are wanted (None:
    all), and how workers compute."""

    part_size: int = PART_SIZE
    limit: int | None = None
    wanted: frozenset[int] | None = None
    compiled: bool = False
    threads: int = 1


def judged(
    judge: Judge,
    sources: Sequence[Source],
    how: Cut = Cut(),
    engine: Engine = HERE,
    stop: Callable[[], bool] = bool,
) -> Iterator[tuple[int, bytes]]:
    """The parts of all sources as they come, by number, each as the bytes of its file."""

    def tasks() -> Iterator[Shard]:
        # Counted down, so that files are not read to their end when the last part that is wanted lies before it.
        left = None if how.wanted is None else len(how.wanted)
        if left == 0:
            return
        for shard in cut(sources, how.part_size, how.limit, lambda n: how.wanted is not None and n not in how.wanted):
            if stop():
                return
            yield shard
            left = None if left is None else left - 1
            if left == 0:
                return

    for shard, data in engine.run(Job(_begin, _part, (judge, how.compiled, how.threads)), tasks()):
        yield shard.number, data


def _begin(context: tuple[Judge, bool, int]) -> Judge:
    judge, compiled, threads = context
    torch.set_num_threads(threads)
    if compiled:
        for loaded in judge.models.values():
            loaded.model.compile_for_decoding()
    return judge


def _part(judge: Judge, shard: Shard) -> bytes:
    return packed(judge.part(shard))


@dataclass(frozen=True)
class ArmFigures:
    """What an arm came to on a file. settings: as the model made them."""

    file: str
    settings: dict[str, Any]
    figures: Figures

    def to_plain(self) -> dict[str, Any]:
        """A row of JSON types: counts, rates, settings, means and speed."""
        return {"file": self.file} | self.figures.to_plain(self.settings)


@dataclass(frozen=True)
class Measured:
    """What a request came to. settings: of every arm, as the model made them; parts: how many are done; totals: statistics
    of the arms by file, so that memory does not grow with the parts; bad_lines: the first few, where no folder has them all."""

    plan: Plan
    settings: list[dict[str, Any]]
    parts: int
    totals: dict[int, list[Counts]]
    bad_lines: list[dict[str, Any]]

    def rows(self) -> list["ArmFigures"]:
        """The figures of every file and arm."""
        return [
            ArmFigures(name, settings, Figures.of(counts))
            for file, name in enumerate(self.plan.names)
            for counts, settings in zip(self.totals.get(file, ()), self.settings, strict=False)
        ]


def measure(
    request: Request,
    folder: RunFolder | None = None,
    *,
    engine: Engine = HERE,
    share: Slice = Slice(),
    models: dict[str, LoadedModel] | None = None,
    watch: Watch = Watch(),
    command: Sequence[str] = (),
) -> Measured:
    """Measure what is asked for, or what is still missing of it in the folder.

    models: by sha256, where they are loaded already. command: that makes this run, for the record.

    Raises:
        RunError: the folder holds something else, or a run of another request.
        PuzzleFileError: a file cannot be read, or has no puzzle.
    """
    models = models or load_models(request.arms)
    sources = [source_of(file, request.columns) for file in request.files]
    settings = [settings_of(models[arm.sha256], arm.setting) for arm in request.arms]
    first_bad: list[dict[str, Any]] = []
    if folder:
        plan = _begun(folder, request, sources, settings, command)
    else:
        plan = plan_of(sources, request.part_size, request.limit, _keeping_few(first_bad))
    done = folder.done() if folder else set()
    missing = frozenset(number for number in range(plan.parts) if share.has(number) and number not in done)
    watch.surveyed(plan, len([number for number in done if share.has(number)]))
    judge = Judge(request.arms, models, request.batch_size, request.techniques, request.rater)
    how = Cut(request.part_size, request.limit, missing, request.compiled, request.threads)
    sums = _Sums()
    for part, data in _noted(folder, judged(judge, sources, how, engine, watch.stop), missing, engine):
        if folder:
            folder.write_part(part.number, data)
        else:
            sums.add(part)
        watch.done(part)
    if folder:
        for part in folder.parts():
            sums.add(part)
    return Measured(plan, settings, sums.parts, sums.totals, first_bad)


@dataclass
class _Sums:
    """Parts added up: how many, and their statistics by file."""

    parts: int = 0
    totals: dict[int, list[Counts]] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        """One more."""
        so_far = self.totals.get(part.file, [{} for _ in part.arms])
        self.totals[part.file] = [statistics.add(one, other) for one, other in zip(so_far, part.arms, strict=True)]
        self.parts += 1


def _keeping_few(first: list[dict[str, Any]]) -> Callable[[dict[str, Any]], None]:
    def keep(line: dict[str, Any]) -> None:
        if len(first) < FEW:
            first.append(line)

    return keep


def _noted(
    folder: RunFolder | None, parts: Iterator[tuple[int, bytes]], missing: frozenset[int], engine: Engine
) -> Iterator[tuple[Part, bytes]]:
    """The parts with what is known of them, and with notes in progress.jsonl."""
    note = folder.note if folder and missing else lambda **what: None
    note(event="begin", missing=len(missing), engine=engine.name, workers=engine.workers, machine=machine.describe())
    start, count = time.perf_counter(), 0
    try:
        for _, data in parts:
            part = part_of_bytes(data)
            yield part, data
            count += 1
            note(event="part", part=part.number, puzzles=part.puzzles, solved=[arm["solved"] for arm in part.arms])
    finally:
        # In `finally`: a run that was stopped says so, too.
        note(event="end", parts=count, seconds=round(time.perf_counter() - start, 3))


def _begun(
    folder: RunFolder,
    request: Request,
    sources: Sequence[Source],
    settings: list[dict[str, Any]],
    command: Sequence[str],
) -> Plan:
    """The plan of the run in a folder; a new one is begun where there is none."""
    folder.require_ours()
    folder.sweep()
    if Path("-") in request.files:
        raise RunError("a run that can be gone on with needs a file; write standard input to one, or leave --out out")
    wanted = request.to_plain()
    found = folder.manifest()
    if found is None:
        with folder.bad_lines_file() as write:
            plan = plan_of(sources, request.part_size, request.limit, write)
        folder.begin(
            {
                "version": __version__,
                "command": list(command),
                "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                "machine": machine.describe(),
                "paths": [str(file.resolve()) for file in request.files],
                "request": wanted,
                "settings": settings,
                "plan": plan.to_plain(),
            }
        )
        return plan
    # Rows of two versions in one run would be figures of neither.
    if found["version"] != __version__:
        raise RunError(
            f"{folder.path} was begun by version {found['version']}, this is {__version__}; give another folder"
        )
    # As JSON writes it, so that the same request is equal.
    wanted = json.loads(json.dumps(wanted))
    for name, value in wanted.items():
        if value != found["request"].get(name):
            raise RunError(
                f"{folder.path} holds another run: {_difference(name, found['request'].get(name), value)}; give another folder"
            )
    return Plan.of(found)


def _difference(name: str, was: Any, wanted: Any) -> str:
    """`limit was None, 5 is asked for`, short for what is long."""
    if name not in ("files", "arms"):
        return f"{name.replace('_', ' ')} was {was}, {wanted} is asked for"
    if len(was) != len(wanted):
        return f"it has {len(was)} {name}, {len(wanted)} are asked for"
    place = next(i for i, (a, b) in enumerate(zip(was, wanted, strict=True)) if a != b)
    if name == "files":
        return f"{wanted[place]['name']} is not the file that it measured"
    old, new = (
        {"model": arm["model"], "sha256": arm["sha256"]} | arm["setting"] for arm in (was[place], wanted[place])
    )
    key = next(key for key in new if old.get(key) != new[key])
    return f"of arm {place + 1} {key} was {old.get(key)}, {new[key]} is asked for"


def resumed(folder: RunFolder) -> Request:
    """The request of the run in a folder.

    Raises:
        RunError: there is none, or its files or models are not where they were or not what they were.
    """
    folder.require_ours()
    manifest = folder.require_manifest()
    request = Request.of(manifest)
    for arm in request.arms:
        found = load_model(arm.model).sha256
        if found != arm.sha256:
            raise RunError(f"model {arm.model} is no longer the one that {folder.path} measures (its sha256 differs)")
    return request


def load_models(arms: Sequence[Arm]) -> dict[str, LoadedModel]:
    """The models of arms, by sha256."""
    # By sha256: arms that differ in their settings alone share one model.
    names = {arm.sha256: arm.model for arm in arms}
    return {digest: load_model(name) for digest, name in names.items()}


def counts_of(loaded: LoadedModel, shard: Shard, setting: Setting, *, batch_size: int = BATCH_SIZE) -> Counts:
    """The statistics of one arm on one shard. Threads and compilation are the caller's."""
    judge = Judge((Arm(loaded.name, loaded.sha256, setting),), {loaded.sha256: loaded}, batch_size)
    (counts,) = part_of(judge.part(shard).schema.metadata).arms
    return counts


def figures_of_set(loaded: LoadedModel, name: str, setting: Setting, parts: Sequence[Counts]) -> ArmFigures:
    """The figures of all parts of a set, in their order."""
    counts = statistics.total(parts) or statistics.NOTHING
    return ArmFigures(name, settings_of(loaded, setting), Figures.of(counts))
