"""Files of puzzles: CSV with a `puzzle` column (and perhaps `solution` and `rating`), or one puzzle a line."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vmd_sudoku.board import CELLS, parse, solved, verdict
from vmd_sudoku.errors import PuzzleError, PuzzleFileError

LINE_LIMIT = 10_000


@dataclass(frozen=True)
class PuzzleSet:
    """Puzzles int8 [n,81] with their solutions [n,81] and ratings of difficulty [n], where the file has them.

    `name` is the file's. A rating is a number whose scale is the source's own; higher is harder.
    """

    name: str
    puzzles: np.ndarray
    solutions: np.ndarray | None
    ratings: np.ndarray | None = None

    def spread(self, count: int | None) -> "PuzzleSet":
        """So many of these puzzles, evenly spread over the set; all of them when there are no more, or for None."""
        n = len(self.puzzles)
        if count is None or count >= n:
            return self
        chosen = np.linspace(0, n - 1, count).astype(int)
        columns = (None if c is None else c[chosen] for c in (self.puzzles, self.solutions, self.ratings))
        return PuzzleSet(self.name, *columns)  # type: ignore[arg-type]  # the puzzles are never missing


def read(path: str | Path, limit: int | None = None) -> PuzzleSet:
    """The first `limit` puzzles of a file, or all. Empty lines and lines that start with # are skipped.

    Raises:
        PuzzleFileError: the file cannot be read, has no puzzle, or has a line that is no puzzle; names file and line.
    """
    path = Path(path)
    numbers: list[int] = []
    puzzles: list[np.ndarray] = []
    solutions: list[np.ndarray] = []
    ratings: list[float] = []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for number, puzzle, solution, rating in _rows(path, file):
                numbers.append(number)
                try:
                    puzzles.append(_one_line(puzzle))
                    if solution:
                        solutions.append(_one_line(solution))
                except PuzzleError as error:
                    raise PuzzleFileError(f"{path.name}, line {number}: {error}") from None
                if solutions and len(solutions) < len(puzzles):
                    raise PuzzleFileError(f"{path.name}, line {number}: no solution, although lines before it have one")
                ratings.append(_number(rating))
                if len(puzzles) == limit:
                    break
    except OSError as error:
        raise PuzzleFileError(
            f"cannot read {path}: {error.strerror}; give a puzzle of 81 characters or a file"
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise PuzzleFileError(f"{path.name} is not a text file of puzzles ({error})") from None
    if not puzzles:
        raise PuzzleFileError(f"{path.name} has no puzzle; wanted one a line, or CSV with a `puzzle` column")
    found = PuzzleSet(
        path.name,
        np.stack(puzzles),
        np.stack(solutions) if solutions else None,
        None if np.isnan(ratings).any() else np.array(ratings),
    )
    _require_answers(found, numbers)
    return found


def _rows(path: Path, lines: Iterator[str]) -> Iterator[tuple[int, str, str, str]]:
    """Line number, puzzle, and solution and rating (or nothing) of every line that holds a puzzle."""
    columns: dict[str, int] | None = None
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LIMIT:
            raise PuzzleFileError(f"{path.name}, line {number}: longer than {LINE_LIMIT} characters; one puzzle a line")
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        cells = [cell.strip() for cell in next(csv.reader([text]))]
        if columns is None:
            header = [cell.lower() for cell in cells]
            columns = {name: i for i, name in enumerate(header)} if "puzzle" in header else {}
            if columns:
                continue
            if len(header) > 1:
                raise PuzzleFileError(f"{path.name}, line {number}: several columns, but none is called `puzzle`")
        place = columns.get("puzzle", 0)
        if place >= len(cells):
            raise PuzzleFileError(f"{path.name}, line {number}: no `puzzle` value")
        answer, rating = (columns.get(name, len(cells)) for name in ("solution", "rating"))
        yield (
            number,
            cells[place],
            cells[answer] if answer < len(cells) else "",
            cells[rating] if rating < len(cells) else "",
        )


def _number(text: str) -> float:
    """A rating; not a number when there is none. Ratings serve plots alone, so a file is not refused for one."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _one_line(text: str) -> np.ndarray:
    """A puzzle of one line. Conflicting clues are left to the caller to judge: a set may hold impossible puzzles."""
    if len(text) != CELLS:
        raise PuzzleError(f"a puzzle has {CELLS} characters, this one has {len(text)}: {text[:20]!r}")
    return parse(text)


def _require_answers(found: PuzzleSet, numbers: list[int]) -> None:
    """Refuse solutions that are none; `numbers` are the lines they stand in. One pass over all: files may be long."""
    if found.solutions is None:
        return
    wrong = np.flatnonzero(~solved(found.solutions, found.puzzles))
    if len(wrong):
        row = int(wrong[0])
        reason = verdict(found.solutions[row], found.puzzles[row])
        raise PuzzleFileError(f"{found.name}, line {numbers[row]}: not the solution of its puzzle ({reason})")
