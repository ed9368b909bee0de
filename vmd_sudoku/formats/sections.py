"""SadMan's `.sdk`: lines that begin with # describe, `[Puzzle]` holds the clues and `[State]` the board as it was left.

SudoCue added what the letters behind # mean: A author, D description, C comment, B date, S source, L level, U address
(SudoCue, "File Formats").
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.art import is_comment
from vmd_sudoku.formats.record import Record, clean

PART_LIMIT = 200
"""Lines of the longest puzzle with its sections."""
_CALLED = {
    **dict.fromkeys(("given", "givens", "clues", "initial", "board", "sudoku"), "puzzle"),
    **dict.fromkeys(("current", "progress", "saved", "filled", "entered"), "state"),
}
"""What others call the sections."""
_SECTION = re.compile(r"\[([A-Za-z][A-Za-z ]{0,20})\]")


@dataclass(frozen=True)
class Sections:
    """Lines of the puzzle, and of the state (None where there is no such section), and the title."""

    puzzle: list[str]
    state: list[str] | None
    title: str


def begins(line: str) -> bool:
    """Whether a line begins the section of another puzzle."""
    return _section(line) == "puzzle"


def _section(line: str) -> str:
    """What a line calls the section that it begins, or ""."""
    found = _SECTION.fullmatch(line.strip())
    name = found[1].lower() if found else ""
    return _CALLED.get(name, name)


def parts(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Numbered lines of one puzzle after the other, each with the descriptions above it."""
    part: list[tuple[int, str]] = []
    begun = False
    for number, line in lines:
        if begins(line) and begun:
            at = len(part)
            while at and (is_comment(part[at - 1][1]) or not part[at - 1][1].strip()):
                at -= 1
            yield part[:at]
            part = part[at:]
        begun = begun or begins(line)
        # What goes on for ever is no puzzle; its beginning is enough to say so.
        if len(part) < PART_LIMIT:
            part.append((number, line))
    yield part


def split(lines: Sequence[str]) -> Sections:
    """The sections of a text; one without any is all puzzle."""
    found: dict[str, list[str]] = {"puzzle": []}
    described: dict[str, str] = {}
    section = "puzzle"
    for line in lines:
        mark = line.strip()
        if named := _section(line):
            section = named
            found.setdefault(section, [])
        elif is_comment(line):
            if mark.startswith("#"):
                described.setdefault(mark[1:2], mark[2:])
        else:
            found[section].append(line)
    return Sections(found["puzzle"], found.get("state"), clean(described.get("D", "") or described.get("C", "")))


def joined(split: Sections, puzzle: Record | None, state: Record | None) -> Record | None:
    """Clues from one section, own digits from the other.

    Raises:
        PuzzleError: the state lacks or changes a clue.
    """
    if puzzle is None:
        if any(map(str.strip, split.puzzle)) or state is None:
            return None
        note = "The file holds a state without its puzzle: all its digits were taken as clues."
        return replace(state, name=split.title, notes=(note,))
    if state is None:
        if split.state and any(map(str.strip, split.state)):
            return replace(puzzle, name=split.title, notes=("The saved state could not be read; the clues were.",))
        return replace(puzzle, name=split.title)
    if ((puzzle.puzzle > 0) & (state.board > 0) & (puzzle.puzzle != state.board)).any():
        raise PuzzleError("the saved state changes a clue of the puzzle; save it again, or take the sections apart")
    own = np.where(puzzle.puzzle > 0, 0, state.board).astype(np.int8)
    count = int(np.count_nonzero(own))
    note = (
        f"{count} digit{'s' * (count > 1)} of the saved state {'are' if count > 1 else 'is'} kept apart from the clues."
    )
    return replace(puzzle, name=split.title, own=own if count else None, notes=(note,) if count else ())
