"""What a run has found so far, read from its parts as they come; and all of it once it is over."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.batch.store import Job, Store
from app.parts.settings import Settings
from vmd_sudoku.evaluation.metrics import wilson_interval


def level(settings: Settings) -> str:
    """How much the rules helped: what is measured with another help never stands in one table."""
    if settings.constraints != "none":
        return settings.constraints
    return "latents" if settings.latents > 1 and settings.has_latent else "none"


@dataclass(frozen=True)
class Figure:
    """One arm so far. place: among the arms; boards: puzzles judged."""

    place: int
    settings: Settings
    boards: int
    solved: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval (Wilson) of the rate."""
        return wilson_interval(self.solved, self.boards)


@dataclass
class Figures:
    """The parts of one run, each read once."""

    store: Store
    job: Job
    _seen: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    _report: tuple[int, dict[str, Any]] | None = None

    @property
    def run(self) -> Path:
        """The run folder of `evaluate`."""
        return self.store.run(self.job)

    def look(self) -> int:
        """Read what is new; returns how many puzzles are judged."""
        from vmd_sudoku.evaluation.folder import RunFolder

        folder = RunFolder(self.run)
        for part in folder.parts(folder.done() - self._seen.keys()):
            self._seen[part.number] = (part.puzzles, [arm["solved"] for arm in part.arms])
        return sum(puzzles for puzzles, _ in self._seen.values())

    def arms(self) -> list[Figure]:
        """Every arm as far as it was looked at."""
        boards = sum(puzzles for puzzles, _ in self._seen.values())
        return [
            Figure(place, settings, boards, sum(solved[place] for _, solved in self._seen.values()))
            for place, settings in enumerate(self.job.settings)
        ]

    def seconds_left(self) -> float | None:
        """How long it will take from now on, by the pace of the process at work; None before there is one."""
        begun, done = None, 0
        for note in self.store.progress(self.job):
            if note["event"] == "begin":
                begun, done = note["time"], 0
            elif note["event"] == "part":
                done += note["puzzles"]
        if begun is None or not done:
            return None
        missing = self.job.puzzles - sum(puzzles for puzzles, _ in self._seen.values())
        return (time.time() - begun) / done * missing

    def report(self) -> dict[str, Any]:
        """Everything that a report shows, of the parts that are there."""
        from vmd_sudoku.evaluation.summary import summary

        if self._report is None or self._report[0] != len(self._seen):
            self._report = (len(self._seen), summary([self.run]))
        return self._report[1]

    def page(self) -> bytes:
        """The report as one HTML page."""
        from vmd_sudoku.evaluation.page import page

        return page(self.report()).encode()

    def table(self, form: str) -> bytes:
        """All rows: "csv" or "parquet"."""
        from vmd_sudoku.evaluation import export
        from vmd_sudoku.evaluation.folder import RunFolder

        rows = export.rows(RunFolder(self.run))
        return export.as_csv(rows) if form == "csv" else export.as_parquet(rows)
