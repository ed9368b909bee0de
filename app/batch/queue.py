"""Who works on runs: one process at a time, of our own command line, which outlives this server.

All that is known of a run lies in its folder, so a server that was started again finds the process at work, goes on with a run
whose process died with the machine, and starts the next in the queue.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.batch.intake import Preview
from app.batch.limits import Limits
from app.batch.process import Process
from app.batch.store import LIVE, Job, Store
from app.parts.settings import Settings

try:
    import fcntl
except ImportError:  # Windows: one server for each folder, then
    fcntl = None  # type: ignore[assignment]

ATTEMPTS = 3
"""Processes that may work on one run, one after the other, before it counts as failed."""
_NICE = 5
"""How far a run steps back for those who solve on the page."""
_BUSY, _IDLE = 0.1, 5.0
"""Seconds between two looks at the queue, while a run is live and else."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Look:
    """A run as it was at one moment. process: that works on it or did; is_at_work: whether it still does."""

    job: Job
    state: str
    process: Process | None
    is_at_work: bool


class Queue:
    """The runs of one server."""

    def __init__(self, limits: Limits) -> None:
        """Nothing begins before `watch`."""
        self.limits = limits
        self.store = Store(limits.root)
        # torch and the models take seconds to load: one process waits with all of it done.
        self._standby: subprocess.Popen | None = None
        self._children: list[subprocess.Popen] = []
        self._over: set[str] = set()
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._watching = False

    def prepare(self) -> None:
        """Have a process ready that has loaded everything, so that the first result comes soon."""
        with self._lock:
            if self._standby is None or self._standby.poll() is not None:
                self._standby = _new_standby()

    def watch(self) -> None:
        """Look after the queue from now on, in a thread of its own."""
        with self._lock:
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._look_after, name="batch", daemon=True).start()

    def add(self, found: Preview, arms: Sequence[Settings]) -> Job | None:
        """A new run, at the end of the queue; None if too many wait.

        Raises:
            ConfigError: settings cannot work together. OSError, OutputError: it cannot be written.
        """
        with self._alone():
            states = [look.state for look in self._looks()]
            # With nothing running the next one starts at once and holds no place in the queue.
            if states.count("waiting") >= self.limits.waiting + ("running" not in states):
                return None
            job = self.store.add(found, arms, self.limits.minutes)
        self.tick()
        self._wake.set()
        return job

    def cancel(self, job: Job) -> None:
        """End a run: what is finished of it stays."""
        with self._alone():  # so that it is not started just now
            self.store.mark(job, "cancelled")
            process = self.store.process(job)
        if process:
            process.stop()
        self._wake.set()

    def place(self, job: Job) -> int:
        """The place in the queue, from 1 on; 0 for a run that does not wait."""
        waiting = [look.job.id for look in self._looks() if look.state == "waiting"]
        return waiting.index(job.id) + 1 if job.id in waiting else 0

    def tick(self) -> bool:
        """Settle runs whose process is gone, and start the next one; whether any run is live."""
        with self._alone():
            self._children = [child for child in self._children if child.poll() is None]
            looks = self._looks()
            gone = [
                (one.job, one.process) for one in looks if one.state == "running" and one.process and not one.is_at_work
            ]
            for job, process in gone:
                self._settle(job, process)
            looks = self._looks() if gone else looks
            # Not only the live ones: the process of a cancelled run may need a moment to end.
            if not any(look.is_at_work for look in looks):
                waiting = [look.job for look in looks if look.state == "waiting"]
                if waiting:
                    self._start(waiting[0], attempt=1)
            return any(look.state in LIVE for look in looks)

    def _looks(self) -> list["_Look"]:
        """Runs that are live, or whose process has yet to end; the others are looked at once."""
        found = []
        for job in self.store.jobs(skip=self._over):
            state, process = self.store.state(job), self.store.process(job)
            look = _Look(job, state, process, process is not None and process.is_alive())
            if state in LIVE or look.is_at_work:
                found.append(look)
            else:
                # A run that is over stays so: its folder need not be read at every look.
                self._over.add(job.id)
        return found

    def _settle(self, job: Job, process: Process) -> None:
        """A process is gone and its run is not whole: its time was up, or it failed, or it was killed and another goes on."""
        # Counted over all its processes: a restart must not give a run more time.
        left = job.minutes - self.store.seconds(job) / 60
        if left < 0.02 * job.minutes:
            self.store.mark(job, "stopped")
        elif process.attempt >= ATTEMPTS:
            _LOG.error("run %s failed %d times; the last words: %s", job.id, process.attempt, self._last_words(job))
            self.store.mark(job, "failed")
        else:
            self._start(job, process.attempt + 1, left)

    def _last_words(self, job: Job) -> str:
        try:
            return (self.store.folder(job) / "log.txt").read_text(errors="replace")[-500:].strip()
        except OSError:
            return "none"

    def _start(self, job: Job, attempt: int, minutes: float | None = None) -> None:
        """Hand a run to the process that stands by, or to a new one."""
        self.prepare()
        child = self._standby
        self._standby = None
        assert child is not None
        assert child.stdin is not None
        folder = self.store.folder(job)
        command = {
            "argv": self.store.command(job, job.minutes if minutes is None else minutes),
            "folder": str(folder),
            "log": str(folder / "log.txt"),
            "nice": _NICE,
        }
        # Before it is told what to do: a server that dies in between still knows whom to look for.
        self.store.note_process(job, Process.of(child.pid, attempt))
        self._children.append(child)
        with contextlib.suppress(OSError):  # it has just ended: the next look at the queue finds that out
            child.stdin.write(json.dumps(command).encode() + b"\n")
            child.stdin.close()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread at a time, and one server where several look after the same folder."""
        with self._lock:
            self.store.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(self.store.root / "lock", "w") as file:
                if fcntl:
                    fcntl.flock(file, fcntl.LOCK_EX)
                yield

    def _look_after(self) -> None:
        looks = 0
        while True:
            self._wake.clear()
            live = False
            try:
                live = self.tick()
                if looks % 100 == 0:
                    self.store.remove_old(3600 * self.limits.hours)
            except Exception:
                _LOG.exception("the queue of runs")
            looks += 1
            self._wake.wait(_BUSY if live else _IDLE)


def _new_standby() -> subprocess.Popen:
    """A process of our command line that waits for its command, in a session of its own: Ctrl+C on the server's terminal, and
    the server's end, do not reach it."""
    import vmd_sudoku

    package = str(Path(vmd_sudoku.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "vmd_sudoku.cli.standby"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": path},
    )
