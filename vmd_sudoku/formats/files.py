"""Sets of puzzles: a whole source as arrays, by the one reader."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.reader import ANY, is_text, records
from vmd_sudoku.formats.record import BadLine, Record


@dataclass(frozen=True)
class PuzzleSet:
    """Puzzles int8 [n,81] with their solutions [n,81] and ratings of difficulty [n], where every one of them has them.

    `name` is the file's. A rating is a number whose scale is the source's own; higher is harder. `unsolved` is the line of
    the first puzzle without a solution, 0 if there is none.
    """

    name: str
    puzzles: np.ndarray
    solutions: np.ndarray | None
    ratings: np.ndarray | None = None
    unsolved: int = 0

    def spread(self, count: int | None) -> "PuzzleSet":
        """So many of these puzzles, evenly spread over the set; all of them when there are no more, or for None."""
        n = len(self.puzzles)
        if count is None or count >= n:
            return self
        # Spread evenly and not drawn: the same count always means the same puzzles.
        chosen = np.linspace(0, n - 1, count).astype(int)
        columns = (None if c is None else c[chosen] for c in (self.puzzles, self.solutions, self.ratings))
        return PuzzleSet(self.name, *columns)  # type: ignore[arg-type]  # the puzzles are never missing


def read(path: str | Path, limit: int | None = None, columns: Columns = ANY) -> PuzzleSet:
    """The first `limit` puzzles of a file (`-`: of standard input) or of a text, or all.

    Raises:
        PuzzleFileError: the file cannot be read, has no puzzle, or has a line that is no puzzle; names file and line.
    """
    found: list[Record] = []
    for record in good_records(path, columns):
        found.append(record)
        if len(found) == limit:
            break
    name = name_of(path)
    if not found:
        raise none_in(path)
    solutions = [record.solution for record in found if record.solution is not None]
    ratings = [record.rating for record in found if record.rating is not None]
    return PuzzleSet(
        name,
        np.stack([record.puzzle for record in found]),
        # All or none: figures of the puzzles that happen to have one would be figures of another set.
        np.stack(solutions) if len(solutions) == len(found) else None,
        np.array(ratings) if len(ratings) == len(found) else None,
        next((record.line for record in found if record.solution is None), 0),
    )


def good_records(source: str | Path, columns: Columns = ANY) -> Iterator[Record]:
    """The records of a file or a text, for those who want none but good ones.

    Raises:
        PuzzleFileError: the file cannot be read, or at the first line that is no puzzle; names file and line.
        PuzzleError: the same of a text.
    """
    found = records(source, columns)
    in_text = isinstance(source, str) and source != "-" and is_text(source)
    ahead: list[Record | BadLine] = []
    try:
        # Two ahead, to know whether there is more than one: then the line is worth naming.
        ahead = list(itertools.islice(found, 2))
        for one in itertools.chain(ahead, found):
            if isinstance(one, BadLine):
                alone = in_text and len(ahead) == 1
                raise PuzzleFileError(one.reason if alone else f"line {one.line}: {one.reason}")
            yield one
    except PuzzleFileError as error:
        if in_text:
            raise PuzzleError(str(error)) from None
        raise about(name_of(source), error) from None


def none_in(source: str | Path) -> PuzzleFileError:
    """A source without any puzzle."""
    return PuzzleFileError(f"{name_of(source)} has no puzzle; wanted one a line, or CSV with a `puzzle` column")


def about(name: str, error: Exception) -> PuzzleFileError:
    """What is wrong with a source, with its name in front."""
    said = str(error)
    if said.startswith("cannot read"):
        return PuzzleFileError(said)
    if said.startswith("this is "):
        return PuzzleFileError(f"{name} is {said.removeprefix('this is ')}")
    return PuzzleFileError(f"{name}{', ' if said.startswith('line ') else ': '}{said}")


def name_of(path: str | Path | IO) -> str:
    """What messages call a source."""
    if not isinstance(path, str | Path):
        return "the file"
    return "standard input" if str(path) == "-" else Path(str(path)[:200]).name
