"""Runs on disk, a folder each, whose name is the random id that only its visitor has. All that is known of a run is there.

job.json       what was asked, and when
puzzles/       the visitor's file, and no other
arms.toml      the settings, as `evaluate --grid` takes them
run/           the run folder of `evaluate --out`
process.json   the process that works on it, since its start
log.txt        what that process printed
cancelled, stopped, failed   empty files that say how it ended before its end
"""

import itertools
import json
import re
import secrets
import shutil
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.batch.intake import Preview
from app.batch.process import Process
from app.parts.settings import Settings
from vmd_sudoku.writing import write

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
LIVE = ("waiting", "running")
ENDS = ("cancelled", "stopped", "failed")
_UNBORN = 3600.0
"""Seconds after which a folder whose making was cut short is taken away."""


def id_or_none(value: object) -> str | None:
    """`value` if it may be the id of a run: 128 random bits. For whatever a link says; nothing else ever names a folder."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


@dataclass(frozen=True, kw_only=True)
class Job:
    """What was asked. file: name of the puzzles' file; puzzles: how many are measured; cut: whether the file has more.
    bad: lines that hold none, of which `lines` are the first: line, text and reason. arms: settings, each as
    parameters of a link. minutes: after which the run ends. made: seconds since 1970."""

    id: str
    file: str
    puzzles: int
    cut: bool
    bad: int
    lines: tuple[tuple[int, str, str], ...]
    arms: tuple[dict[str, str], ...]
    minutes: float
    made: float

    @property
    def settings(self) -> tuple[Settings, ...]:
        """The arms."""
        return tuple(map(Settings.from_query, self.arms))


@dataclass(frozen=True)
class Store:
    """The folder of all runs, which nobody but this user may look into."""

    root: Path

    def add(self, found: Preview, arms: Sequence[Settings], minutes: float) -> Job:
        """A new run, at the end of the queue.

        Raises:
            ConfigError: settings cannot work together. OSError, OutputError: the disk is full, perhaps.
        """
        tables = "\n".join(_table(arm) for arm in arms)
        job = Job(
            # The id is the only key to a run, so it must not be guessed.
            id=secrets.token_hex(16),
            file=found.name,
            puzzles=found.puzzles,
            cut=found.more,
            bad=found.bad,
            lines=found.lines,
            arms=tuple(arm.to_query() for arm in arms),
            minutes=minutes,
            made=time.time(),
        )
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Closed by itself: the owner may have made the folder of all runs, open to others.
        self.folder(job).mkdir(mode=0o700)
        (self.folder(job) / "puzzles").mkdir()
        (self.folder(job) / "puzzles" / found.name).write_bytes(found.data)
        write(self.folder(job) / "arms.toml", tables)
        # With this the run is in the queue, so it comes last.
        write(self.folder(job) / "job.json", json.dumps(asdict(job)))
        return job

    def folder(self, job: Job) -> Path:
        """The folder of a run."""
        return self.root / job.id

    def find(self, name: object) -> Job | None:
        """The run of an id, if it is one and there is one."""
        if (known := id_or_none(name)) is None:
            return None
        try:
            plain = json.loads((self.root / known / "job.json").read_text(encoding="utf-8"))
            lines = tuple(tuple(line) for line in plain["lines"])
            return Job(**plain | {"id": known, "arms": tuple(plain["arms"]), "lines": lines})
        # A folder that was only half made, or is of another version, is no run.
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def jobs(self, skip: Collection[str] = ()) -> list[Job]:
        """All runs but those of some ids, the oldest first."""
        names = [entry.name for entry in self.root.glob("*")] if self.root.is_dir() else []
        found = [self.find(name) for name in names if name not in skip]
        return sorted((job for job in found if job), key=lambda job: (job.made, job.id))

    def command(self, job: Job, minutes: float) -> list[str]:
        """The command line of a run, to be started in its folder; the same again goes on."""
        # Small parts: a third of a second of work, so that the first result comes soon and a cancelled run loses little. Fewer
        # than four boards in a batch would take longer each; with four they hardly do.
        size = str(max(4, 8 // len(job.arms)))
        return [
            *("evaluate", f"puzzles/{job.file}", "--grid", "arms.toml", "--out", "run"),
            *(("--limit", str(job.puzzles)) if job.cut else ()),
            *("--part-size", size, "--minutes", f"{minutes:.2f}"),
        ]

    def run(self, job: Job) -> Path:
        """The run folder of `evaluate`."""
        return self.folder(job) / "run"

    def process(self, job: Job) -> Process | None:
        """The process that works on a run, or did; None where none was started yet."""
        try:
            return Process(**json.loads((self.folder(job) / "process.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def note_process(self, job: Job, process: Process) -> None:
        """Remember who works on a run."""
        write(self.folder(job) / "process.json", json.dumps(asdict(process)))

    def mark(self, job: Job, end: str) -> None:
        """Say how a run ended before its end: one of `ENDS`."""
        (self.folder(job) / end).touch()

    def state(self, job: Job) -> str:
        """ "done", one of `ENDS`, "waiting" or "running"; the last also between a process that died and the next."""
        folder = self.folder(job)
        if self._is_whole(job):
            return "done"
        for end in ENDS:
            if (folder / end).exists():
                return end
        return "running" if self.process(job) else "waiting"

    def is_live(self, job: Job) -> bool:
        """Whether more is to come."""
        return self.state(job) in LIVE

    def _is_whole(self, job: Job) -> bool:
        plan = self.manifest(job).get("plan")
        return plan is not None and sum(1 for _ in self.run(job).glob("parts/part-*.parquet")) >= plan["parts"]

    def manifest(self, job: Job) -> dict[str, Any]:
        """What `evaluate` has planned; nothing before it has."""
        try:
            return json.loads((self.run(job) / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def seconds(self, job: Job) -> float:
        """How long all its processes worked on a run; one that was killed, until its last note."""
        pairs = itertools.pairwise(self.progress(job))
        return sum(note["time"] - before["time"] for before, note in pairs if note["event"] != "begin")

    def progress(self, job: Job) -> list[dict[str, Any]]:
        """The notes of `evaluate`."""
        try:
            text = (self.run(job) / "progress.jsonl").read_text(encoding="utf-8")
        except OSError:
            return []
        # The last line may just be being written.
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def remove_old(self, seconds: float) -> int:
        """Take away runs that were asked for so long ago and are over, and what was never whole; returns how many."""
        removed = 0
        for entry in self.root.glob("*") if self.root.is_dir() else ():
            if id_or_none(entry.name) is None:
                continue
            job = self.find(entry.name)
            try:
                old = time.time() - (job.made if job else entry.stat().st_mtime) > (seconds if job else _UNBORN)
            except OSError:
                continue
            if old and not (job and (process := self.process(job)) and process.is_alive()):
                shutil.rmtree(entry, ignore_errors=True)
                removed += 1
        return removed


def _table(settings: Settings) -> str:
    """Settings as a table of a `--grid` file. JSON's texts, numbers, true and false are TOML's too."""
    values = {"model": settings.model} | settings.library().to_table()
    return "[[grid]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
