"""The results file of a reproduction: rows that are in it stay, so that an interrupted run goes on where it was."""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from vmd_sudoku import engines, writing
from vmd_sudoku.engines import HERE, Engine
from vmd_sudoku.errors import DataError
from vmd_sudoku.labs.figures import mean_interval

Row = dict[str, Any]


class Job(Protocol):
    """One training with its figures."""

    def key(self) -> str:
        """What tells it from all others: everything that the figures depend on."""

    def run(self) -> list[Row]:
        """Train and measure."""

    def line(self) -> str:
        """A few words for the one who waits."""


def grouped(rows: Sequence[Row], what: Sequence[str]) -> list[list[Row]]:
    """Rows about the same thing together: those that have the same in the fields `what`."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in what), []).append(row)
    return list(groups.values())


def means(group: Sequence[Row], figures: Sequence[str]) -> Row:
    """Each figure's mean over the rows, and half the width of its 95 % interval as `NAME_half`; None where it has none."""
    found: Row = {}
    for name in figures:
        values = [row[name] for row in group]
        found[name], half = (None, math.inf) if None in values else mean_interval(values)
        found[f"{name}_half"] = half if math.isfinite(half) else None
    return found


def digest(*parts: object) -> str:
    """Twelve hexadecimal digits for what a job depends on."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def measure(
    jobs: Sequence[Job],
    path: Path | None = None,
    engine: Engine = HERE,
    say: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """The rows of all jobs, in their order. With a `path` each is written there at once; what is there is not measured again.

    engine: where they are measured, one job a task, each with one thread.

    Raises:
        RunError: a job killed its worker again and again.
        DataError: the file holds no results of ours.
        OutputError: it cannot be written.
    """
    known = read(path)
    missing = [job for job in jobs if job.key() not in known]
    # Numbers and not jobs are the tasks: jobs share a corpus or a list of words, which every worker is to get once.
    work = engines.Job(_begin, _rows, missing)
    for number, (place, rows) in enumerate(engine.run(work, range(len(missing))), 1):
        job = missing[place]
        known[job.key()] = rows
        # After every job and not at the end: each takes seconds to minutes, and a run may be stopped at any moment.
        write(path, {"measured": known})
        say(f"{number} of {len(missing)}: {job.line()}")
    return [row for job in jobs for row in known[job.key()]]


def _begin(jobs: Sequence[Job]) -> Sequence[Job]:
    # The same number everywhere: a sum over several threads is another one, and rows must not depend on who computed them.
    torch.set_num_threads(1)
    return jobs


def _rows(jobs: Sequence[Job], number: int) -> list[Row]:
    return jobs[number].run()


def read(path: Path | None) -> dict[str, list[Row]]:
    """The measured rows by their job's key; none where there is no file yet.

    Raises:
        DataError: the file holds something else.
    """
    if path is None or not path.exists():
        return {}
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["measured"]
        if not all(isinstance(row, dict) for rows in known.values() for row in rows):
            raise ValueError("its rows are not sets of figures")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} holds no results of ours ({error}); delete it or give another file") from None
    return known


def write(path: Path | None, report: Row) -> None:
    """The results file anew, whole or not at all: a stop at any moment leaves the rows measured so far.

    Raises:
        OutputError: it cannot be written.
    """
    if path is not None:
        writing.write(path, json.dumps(report, indent=1) + "\n")
