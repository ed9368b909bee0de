"""Puzzles made in numbered parts, by any engine: the same for any number of workers, and to be gone on with.

    FILE.parts/parts.json       what is made
    FILE.parts/part-00042.csv   its puzzles, whole or not there

A part is drawn from a seed of its own. Once all are there they become FILE, and the folder goes.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vmd_sudoku import __version__, board
from vmd_sudoku.engines import Engine, Job
from vmd_sudoku.errors import OutputError
from vmd_sudoku.exact import generate
from vmd_sudoku.writing import replacing, write

PART_SIZE = 10_000
HEAD = "puzzle,solution\n"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be made: `count` puzzles with so many clues (None: minimal ones), or full grids, from a seed.
    part_size: puzzles of a part, on which all but the first depend."""

    count: int
    clues: int | None = None
    grids: bool = False
    seed: int = 0
    part_size: int = PART_SIZE

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.count // self.part_size)

    def stream(self, part: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Puzzles of one part and their solutions, int8 [n,81] each, in slices between which a program can be stopped.

        Raises:
            ConfigError: clues is out of range, or so few that none was found.
        """
        count = min(self.part_size, self.count - part * self.part_size)
        # The first part is what the seed alone gives.
        seed = int(np.random.SeedSequence((self.seed, part)).generate_state(1)[0]) if part else self.seed
        if self.grids:
            return ((grids, grids) for grids in generate.stream_grids(count, seed))
        return generate.stream(count, seed, self.clues)


def lines(puzzles: np.ndarray, solutions: np.ndarray) -> str:
    """A line for each puzzle with its solution."""
    return "".join(f"{board.to_line(a)},{board.to_line(b)}\n" for a, b in zip(puzzles, solutions, strict=True))


def make(
    wanted: Wanted,
    out: Path,
    engine: Engine,
    stop: Callable[[], bool] = bool,
    done: Callable[[int], None] = lambda parts: None,
) -> int:
    """Make what is still missing, and the file once nothing is; returns how many parts are missing.

    stop: asked before every part; what is under way is finished. done: told how many parts there are.

    Raises:
        OutputError: nothing can be written there, or another command has begun the same file.
        ConfigError: as `Wanted.stream`.
    """
    folder = out.with_name(out.name + ".parts")
    _begin(folder, wanted)
    missing = [part for part in range(wanted.parts) if not _path(folder, part).exists()]
    done(wanted.parts - len(missing))
    left = len(missing)
    tasks = (part for part in missing if not stop())
    for part, text in engine.run(Job(_ready, _part, wanted), tasks):
        write(_path(folder, part), text)
        left -= 1
        done(wanted.parts - left)
    if not left:
        _join(folder, wanted, out)
    return left


def _ready(wanted: Wanted) -> Wanted:
    return wanted


def _part(wanted: Wanted, part: int) -> str:
    return "".join(lines(*made) for made in wanted.stream(part))


def _path(folder: Path, part: int) -> Path:
    return folder / f"part-{part:05d}.csv"


def _begin(folder: Path, wanted: Wanted) -> None:
    """The folder of the parts; refuses one of another command."""
    plain: dict[str, Any] = {"version": __version__, **asdict(wanted)}
    note = folder / "parts.json"
    try:
        folder.mkdir(exist_ok=True)
        if not note.exists():
            write(note, json.dumps(plain) + "\n")
        found = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot use {folder} ({error}); delete it, or give another file") from None
    if found != plain:
        differ = ", ".join(name for name in plain if not isinstance(found, dict) or found.get(name) != plain[name])
        raise OutputError(f"{folder} holds parts of another command ({differ} differ); delete it, or give another file")


def _join(folder: Path, wanted: Wanted, out: Path) -> None:
    """All parts as one file, which takes its place when it is whole."""
    try:
        with replacing(out) as file:
            file.write(HEAD.encode())
            for part in range(wanted.parts):
                with open(_path(folder, part), "rb") as lines_of_part:
                    shutil.copyfileobj(lines_of_part, file)
    except OSError as error:
        raise OutputError(f"cannot write {out}: {error.strerror}; the same command goes on") from None
    shutil.rmtree(folder, ignore_errors=True)
