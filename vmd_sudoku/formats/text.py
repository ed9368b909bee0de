"""The first puzzle of a text or a file, by the one reader."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats.cells import HOW
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.files import about, name_of
from vmd_sudoku.formats.reader import ANY, is_text, records, records_of_text
from vmd_sudoku.formats.record import BadLine, Record

__all__ = ["Imported", "is_text", "read_any", "read_file", "read_text"]

COUNTED = 1000
"""Further records that are counted; more need not be known to say that there are many."""


@dataclass(frozen=True)
class Imported:
    """A puzzle that was read, int8 [81]; its clues may still clash.

    title: its name, or "". note: sentences on what was left out or assumed, or "". more: further puzzles and lines of the
    same source, of which `COUNTED` are counted. own: digits filled in apart from the clues, int8 [81], or None.
    solution: int8 [81], or None.
    """

    puzzle: np.ndarray
    title: str = ""
    note: str = ""
    more: int = 0
    own: np.ndarray | None = None
    solution: np.ndarray | None = None


def read_text(text: str, columns: Columns = ANY) -> Imported:
    """The puzzle in a text or a link of any known form; of a list, the first.

    Raises:
        PuzzleError: there is none, or it is one that we cannot solve; says what was found and what to do.
    """
    try:
        return _first(records_of_text(text, columns))
    except PuzzleFileError as error:
        raise PuzzleError(str(error)) from None


def read_file(path: str | Path | IO, columns: Columns = ANY) -> Imported:
    """The puzzle in a file, by its name or open, of any known form; of a list, the first.

    Raises:
        PuzzleFileError: it cannot be read, or holds no puzzle; names the file.
    """
    try:
        return _first(records(Path(path) if isinstance(path, str) and path != "-" else path, columns))
    except (PuzzleError, PuzzleFileError) as error:
        raise about(name_of(path), error) from None


def read_any(argument: str, columns: Columns = ANY) -> Imported:
    """The puzzle in a text or a link, in the file of that name, or in standard input (`-`).

    Raises:
        PuzzleError, PuzzleFileError: as `read_text` and `read_file`.
    """
    return read_text(argument, columns) if argument != "-" and is_text(argument) else read_file(argument, columns)


def _first(found: Iterator[Record | BadLine]) -> Imported:
    first = next(found, None)
    if first is None:
        raise PuzzleError(f"there is no puzzle here yet; {HOW}")
    more = sum(1 for _ in itertools.islice(found, COUNTED))
    if isinstance(first, BadLine):
        raise PuzzleError(f"line {first.line}: {first.reason}" if more else first.reason)
    note = " ".join([*first.notes, *([_list_note(more)] if more else [])])
    return Imported(first.puzzle, first.name, note, more, first.own, first.solution)


def _list_note(more: int) -> str:
    count = f"{more} or more" if more == COUNTED else f"{more}"
    return f"This is the first puzzle of a list; {count} more line{'s' * (more > 1)} follow{'s' * (more == 1)}."
