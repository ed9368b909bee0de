"""Shards: the puzzles of files of any size as numbered pieces, and the lines that hold none.

A shard never spans two files, and its puzzles have numbers within their file: what is drawn for a puzzle belongs to that
number, so neither other files nor the number of workers move it. Nothing but the shard at hand is in memory.
"""

import hashlib
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vmd_sudoku.board import CELLS
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.files import PuzzleSet, about, name_of, none_in
from vmd_sudoku.formats.reader import ANY, records
from vmd_sudoku.formats.record import BadLine, Record

_CHUNK = 1 << 20


Line = Record | BadLine


@dataclass(frozen=True)
class Shard:
    """A piece of a file: its number in the run, that of the file, and that of the first puzzle within the file.

    puzzles: int8 [n,81]. solutions: int8 [n,81], zeros where the file has none. ratings: float64 [n], not a number where it
    has none. lines: int64 [n], where the puzzles stand. names: [n], or "".
    """

    number: int
    file: int
    first: int
    puzzles: np.ndarray
    solutions: np.ndarray
    ratings: np.ndarray
    lines: np.ndarray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.puzzles)


@dataclass(frozen=True)
class Source:
    """Puzzles under a name, and how to go through them once more."""

    name: str
    lines: Callable[[], Iterable[Line]]


@dataclass(frozen=True)
class Survey:
    """What a source holds: puzzles, and lines that are none."""

    puzzles: int
    bad: int


def source_of(path: Path, columns: Columns = ANY) -> Source:
    """A file of puzzles in any form that is read, `-` for standard input."""
    if str(path) != "-":
        return Source(path.name, lambda: _named(path.name, records(path, columns)))
    # Standard input can be read once, and a run goes through its puzzles twice: to survey, and to solve.
    kept = tempfile.NamedTemporaryFile()  # noqa: SIM115 (it goes with the last who can read it)
    shutil.copyfileobj(sys.stdin.buffer, kept)
    kept.flush()
    return Source(name_of(path), lambda: _named(name_of(path), records(Path(kept.name), columns)))


def _named(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    """The same lines; what is wrong with the whole source is said with its name."""
    try:
        yield from lines
    except PuzzleFileError as error:
        raise about(name, error) from None


def source_of_set(puzzles: PuzzleSet) -> Source:
    """Puzzles in memory."""

    def lines() -> Iterator[Line]:
        for i, puzzle in enumerate(puzzles.puzzles):
            solution = None if puzzles.solutions is None else puzzles.solutions[i]
            rating = None if puzzles.ratings is None else float(puzzles.ratings[i])
            yield Record(puzzle=puzzle, solution=solution, rating=rating, line=i + 1)

    return Source(puzzles.name, lines)


def shard_of_set(puzzles: PuzzleSet, number: int, size: int) -> Shard:
    """Piece `number` of puzzles in memory, as `cut` makes it of `source_of_set`, without going through those before it."""
    first = number * size
    part = puzzles.puzzles[first : first + size].astype(np.int8)
    n = len(part)
    solutions, ratings = (
        None if all_ is None else all_[first : first + size] for all_ in (puzzles.solutions, puzzles.ratings)
    )
    return Shard(
        number,
        0,
        first,
        part,
        np.zeros_like(part) if solutions is None else solutions.astype(np.int8),
        np.full(n, np.nan) if ratings is None else ratings.astype(float),
        np.arange(first + 1, first + n + 1),
        ("",) * n,
    )


def survey(source: Source, limit: int | None, bad: Callable[[BadLine], None]) -> Survey:
    """Go through a source once, up to its first `limit` puzzles; `bad` gets every line that is none.

    Raises:
        PuzzleFileError: it cannot be read, or not one puzzle stands in it.
    """
    puzzles = wrong = 0
    first: BadLine | None = None
    for line in source.lines():
        if isinstance(line, BadLine):
            wrong += 1
            first = first or line
            bad(line)
            continue
        puzzles += 1
        if puzzles == limit:
            break
    if not puzzles:
        error = none_in(Path(source.name))
        raise PuzzleFileError(f"{error}; line {first.line}: {first.reason}") if first else error
    return Survey(puzzles, wrong)


def cut(sources: Iterable[Source], size: int, limit: int | None, skip: Callable[[int], bool]) -> Iterator[Shard]:
    """The shards of several sources, `size` puzzles each; those whose number is to be skipped are not made."""
    number = 0
    for file, source in enumerate(sources):
        good = itertools.islice((line for line in source.lines() if isinstance(line, Record)), limit)
        for first in itertools.count(0, size):
            # Read even where the shard is skipped: only by reading is it known where the next one begins.
            held = list(itertools.islice(good, size))
            if not held:
                break
            if not skip(number):
                yield _shard(number, file, first, held)
            number += 1


def shards_of(puzzles: int, size: int) -> int:
    """How many shards so many puzzles make."""
    return -(-puzzles // size)


def _shard(number: int, file: int, first: int, found: list[Record]) -> Shard:
    none = np.zeros(CELLS, np.int8)
    return Shard(
        number,
        file,
        first,
        np.stack([record.puzzle for record in found]).astype(np.int8),
        np.stack([none if record.solution is None else record.solution for record in found]).astype(np.int8),
        np.array([np.nan if record.rating is None else record.rating for record in found]),
        np.array([record.line for record in found], np.int64),
        tuple(record.name for record in found),
    )


def sha256_of(path: Path) -> str:
    """Of a file of any size.

    Raises:
        PuzzleFileError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise PuzzleFileError(f"cannot read {path}: {error.strerror}; give a file of puzzles") from None
    return digest.hexdigest()
