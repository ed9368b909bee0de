"""What a visitor brings to be measured, looked at before anything starts: puzzles, and the lines that hold none."""

import io
import re
import time
from dataclasses import dataclass

from vmd_sudoku.board import BLANK, Line
from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats.reader import records
from vmd_sudoku.formats.record import BadLine

SHOWN = 50
"""Bad lines that the report shows; the others are counted."""
MOST_BAD = 20_000
_SECONDS = 10.0
"""What looking may take: a small packed file may hold very many lines."""
_ODD = re.compile(r"[^\w.()-]+")


@dataclass(frozen=True)
class Preview:
    """What is in a file, as far as it would be measured.

    name: of the file, fit for a disk. data: all of it. puzzles: how many, at most as many as are allowed; more: whether
    others follow. clues: fewest and most. solved: puzzles that bring their solution. bad: how many lines hold no puzzle, of
    which `lines` are the first: line, text and reason. first: the first puzzle. failure: why it cannot be measured, or "".
    """

    name: str
    data: bytes
    puzzles: int = 0
    more: bool = False
    clues: tuple[int, int] = (0, 0)
    solved: int = 0
    bad: int = 0
    lines: tuple[tuple[int, str, str], ...] = ()
    first: Line | None = None
    failure: str = ""


def preview(name: str, data: bytes, limit: int) -> Preview:
    """Look through a file, up to its puzzle number `limit`."""
    until = time.monotonic() + _SECONDS
    puzzles = solved = bad = 0
    clues: list[int] = []
    lines: list[tuple[int, str, str]] = []
    first: Line | None = None
    more = False
    failure = ""
    try:
        for line in records(io.BytesIO(data)):
            if time.monotonic() > until or bad > MOST_BAD:
                failure = "long"
                break
            if isinstance(line, BadLine):
                if puzzles == limit:  # a run stops reading at its last puzzle
                    continue
                bad += 1
                lines += [(line.line, line.text, line.reason)] if len(lines) < SHOWN else []
                continue
            if puzzles == limit:
                more = True
                break
            puzzles += 1
            solved += line.solution is not None
            clues.append(int((line.puzzle != BLANK).sum()))
            first = first or Line(line.puzzle)
    except (PuzzleError, PuzzleFileError) as error:
        failure = str(error)
    ends = (min(clues), max(clues)) if clues else (0, 0)
    if not puzzles and not failure:
        failure = lines[0][2] if lines else "empty"
    return Preview(safe(name), data, puzzles, more, ends, solved, bad, tuple(lines), first, failure)


def safe(name: str) -> str:
    """A visitor's name of a file as the name of a file in a folder of ours: no path, no sign that a shell or a page reads."""
    return _ODD.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip("._")[-80:] or "puzzles.txt"
