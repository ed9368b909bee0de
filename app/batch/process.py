"""A process by its number and its start: known again after the server was restarted, and never mistaken for a later one."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

GRACE = 0.3
"""Seconds that a process has to end by itself: what it has begun is lost then, what is finished is not."""


@dataclass(frozen=True)
class Process:
    """A process that leads a group of its own. start: when it began, as the system counts, "" where that cannot be known.
    attempt: how many were started for the same work, with it."""

    pid: int
    start: str
    attempt: int = 1

    @classmethod
    def of(cls, pid: int, attempt: int) -> "Process":
        """The process that has a number now."""
        return cls(pid, _start_of(pid) or "", attempt)

    def is_alive(self) -> bool:
        """Whether it is still at work."""
        return _start_of(self.pid) == self.start

    def stop(self, grace: float = GRACE) -> None:
        """End it and what it has started: asked first, and then made to."""
        self._send(signal.SIGTERM)
        end = time.monotonic() + grace
        while self.is_alive():
            if time.monotonic() > end:
                self._send(signal.SIGKILL)
                return
            time.sleep(0.02)

    def _send(self, number: int) -> None:
        if self.is_alive():
            with contextlib.suppress(OSError):
                os.killpg(self.pid, number)


def _start_of(pid: int) -> str | None:
    """When the process of a number began; "" where the system has no /proc; None if there is none, or it is dead already."""
    try:
        # Behind the last bracket: a program's name may hold spaces and brackets of its own.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # Z and X are dead but not yet buried; the other field is when it began.
        return None if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return ""
