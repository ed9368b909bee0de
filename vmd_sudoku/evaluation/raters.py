"""Ratings by a program that others wrote: puzzles in, a line each, and a line with a number out for each of them."""

import contextlib
import json
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

import numpy as np

from vmd_sudoku import board as boards
from vmd_sudoku.errors import ConfigError, RunError

KNOWN = {"pencilmark": "pencilmark rate - --json --fields se"}
"""Programs that go by their name alone."""
SECONDS = 30.0
"""For one puzzle: the hardest take raters ten."""
_TOGETHER = 32
"""Puzzles for which the program is started once."""
_NAMES = ("rating", "er", "se", "difficulty", "score")
"""Fields of a line of JSON, of which the first one that is there counts. `er` within `se` is Sudoku Explainer's rating."""
_BOARD = re.compile(r"[0-9.]{81,}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Rater:
    """A rater. command: as a shell would take it, or a name of `KNOWN`. seconds: that it may take for a puzzle.

    Raises:
        ConfigError: there is no such program.
    """

    command: str
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        self._words()

    def ratings(self, puzzles: np.ndarray) -> np.ndarray:
        """Of puzzles int8 [n,81], float64 [n]; not a number where the program says none, or takes too long.

        Raises:
            RunError: the program fails, or does not write a line for each puzzle.
        """
        lines = [boards.to_line(puzzle) for puzzle in puzzles]
        found: list[float] = []
        for start in range(0, len(lines), _TOGETHER):
            found += self._some(lines[start : start + _TOGETHER])
        return np.array(found, float)

    def _some(self, lines: list[str]) -> list[float]:
        """Where all take too long, half of them at a time, down to one: only a puzzle that does so alone has no rating."""
        said = self._asked(lines)
        if said is not None:
            return [_number(line) for line in said]
        if len(lines) == 1:
            return [math.nan]
        half = len(lines) // 2
        return self._some(lines[:half]) + self._some(lines[half:])

    def _asked(self, lines: list[str]) -> list[str] | None:
        """A line for each puzzle; None where the time was up."""
        try:
            # A group of its own: Ctrl+C on the terminal is for the run, which finishes what is under way.
            process = subprocess.Popen(
                self._words(), stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, errors="replace", start_new_session=True
            )
        except OSError as error:
            raise RunError(f"the rater `{self.command}` cannot be started: {error.strerror}") from None
        with process:
            try:
                given = "".join(f"{line}\n" for line in lines)
                out, err = process.communicate(given, timeout=self.seconds * len(lines))
            except subprocess.TimeoutExpired:
                return None
            finally:
                _end(process)
        said = [line for line in out.splitlines() if line.strip()]
        if len(said) != len(lines):
            last = (err.strip() or "it says nothing").splitlines()[-1][:200]
            raise RunError(
                f"the rater `{self.command}` wrote {len(said)} lines for {len(lines)} puzzles ({last}); wanted a line each"
            )
        return said

    def _words(self) -> list[str]:
        try:
            words = shlex.split(KNOWN.get(self.command, self.command))
        except ValueError as error:
            raise ConfigError(f"the rater's command {self.command!r} cannot be read ({error})") from None
        # Beside this Python too: what pip installed into an environment need not be on the path.
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
        program = shutil.which(words[0], path=path) if words else None
        if program is None:
            name = words[0] if words else self.command
            raise ConfigError(
                f"there is no program {name!r} to rate puzzles; install it, or give the command of another one"
            )
        return [program, *words[1:]]


def _end(process: subprocess.Popen) -> None:
    """With what it has started: a script may have done so, and would leave it behind."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _number(line: str) -> float:
    """The number of a line, whatever stands around it, or not a number."""
    try:
        return _of_json(json.loads(line))
    except ValueError:
        found = _NUMBER.search(_BOARD.sub(" ", line))  # a board is no rating
        return float(found[0]) if found else math.nan


def _of_json(plain: Any) -> float:
    if isinstance(plain, dict):
        return next((_of_json(plain[name]) for name in _NAMES if name in plain), math.nan)
    if isinstance(plain, (int, float)) and not isinstance(plain, bool) and abs(plain) < 1e9:
        return float(plain)
    return math.nan


def rated(rater: Rater, puzzles: np.ndarray, wanted: Sequence[bool] | np.ndarray) -> np.ndarray:
    """Ratings float64 [n] of those of the puzzles int8 [n,81] that are `wanted`; not a number for the others."""
    found = np.full(len(puzzles), math.nan)
    found[wanted] = rater.ratings(puzzles[wanted])
    return found
