"""Lines that hold a board cut into pieces: nine rows with one sign between them, or a field for every cell.

Where every cell has a column, further columns of one sign are told from cells by the names above them; without names, by which
reading makes legal boards.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vmd_sudoku.board import CELLS, SIDE, is_legal
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.formats.cells import BLANKS, FIGURES, is_answer
from vmd_sudoku.formats.columns import DELIMITERS, NAMES, meant, split

Line = tuple[int, str | None]

_ROW = r"[1-9.0_*xX?]{9}"
_ROWS = re.compile(rf"(?<![^\s,;|\"'=:(]){_ROW}([/,;|:\\-])(?:{_ROW}\1){{7}}{_ROW}(?![^\s,;|\"':)])")
_NINE = len("/".join(["." * SIDE] * SIDE))
_LONGEST = 2000
_CELL = {"", *FIGURES, *BLANKS}
_ROUND = re.compile(r"([0-9])\.0+")
_MORE = 2
"""Further columns of one sign that are told from cells without names."""
_LOOKED_AT = 20
_SURE = 3
"""Rows that must speak against every other reading, where nothing else does."""
_BY_LETTER = re.compile(r"([A-Ia-i])[_ ]?([0-9])")
_COLUMN_FIRST = re.compile(r"[\W_]*(?:c|col|column|x)[\W_]*#[\W_]*(?:r|row|y)[\W_]*#")


@dataclass(frozen=True)
class _Frame:
    """What the lines of a table have where: how many fields, and the first of each 81 that are a board."""

    fields: int
    boards: tuple[int, ...]

    def joined(self, fields: Sequence[str]) -> list[str] | None:
        """The fields with every board in one; None if one of its cells is none."""
        found, at = list[str](), 0
        for start in self.boards:
            cells = fields[start : start + CELLS]
            if not set(cells) <= _CELL:
                return None
            found += [*fields[at:start], "".join(cell or "." for cell in cells)]
            at = start + CELLS
        return found + list(fields[at:])


def in_one_piece(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with every board in one piece of 81 characters where it was cut; any other line as it is.

    Raises:
        PuzzleFileError: a field for every cell and others, and which is which cannot be told.
    """
    frame: _Frame | None = None
    expected = 0
    lines = iter(lines)
    ahead: list[Line] = []
    while ahead or (ahead := list(itertools.islice(lines, 1))):
        number, line = ahead.pop(0)
        if line is None or not _NINE <= len(line) <= _LONGEST:
            yield number, line
            continue
        if (found := _ROWS.search(line)) is not None:
            yield number, line[: found.start()] + found[0].replace(found[1], "") + line[found.end() :]
            continue
        mark, fields = _fields(line)
        if len(fields) < CELLS:
            yield number, line
        elif (places := _places(fields)) is not None:
            frame, line = _headed(fields, places, mark)
            yield number, line
        else:
            if (frame is None or frame.fields != len(fields)) and _leaves_a_doubt(fields):
                ahead += itertools.islice(lines, max(0, _LOOKED_AT - len(ahead)))
                frame = _found_out(number, fields, ahead)
            if not expected:
                ahead += itertools.islice(lines, max(0, 1 - len(ahead)))
                following = _fields(ahead[0][1] or "")[1] if ahead else []
                # A line that lost a field would be another board, so the next one has to agree.
                expected = len(fields) if len(following) in (0, len(fields)) else 0
                if frame is None and len(following) == len(fields) and _leaves_a_doubt(following):
                    ahead += itertools.islice(lines, max(0, _LOOKED_AT - len(ahead)))
                    frame = _found_out(ahead[0][0], following, ahead[1:])
            if frame is None and len(fields) != expected:
                yield number, line
                continue
            join = frame.joined if frame else _joined
            # A line with another number of fields has lost one, or has one too many.
            whole = join(fields) if frame is None or frame.fields == len(fields) else None
            yield number, (mark or " ").join(whole) if whole else line


def _fields(line: str) -> tuple[str, list[str]]:
    """The sign between a field for every cell and the fields; none for any other line."""
    mark = next((mark for mark in DELIMITERS if line.count(mark) >= CELLS - 1), "")
    if not mark:
        # 81 alone between spaces are read as one board anyway, whatever they are.
        fields = line.split() if line.count(" ") >= CELLS else []
        return "", fields if len(fields) > CELLS else []
    bare = line.strip()[1:-1] if mark == "|" and line.count(mark) % CELLS == 1 else line
    fields = [field.strip() for field in (split(line, mark) if '"' in line else bare.split(mark))]
    fields = [_ROUND.sub(r"\1", field) for field in fields]
    # Some programs write -1 for a blank; a minus is no bar beside a clue.
    return mark, ["" if field == "-1" else field for field in fields] if "0" not in fields else fields


def _joined(fields: Sequence[str]) -> list[str] | None:
    """Fields with every 81 cells in a row as one, or None where there are none or one of one sign more."""
    found, at = list[str](), 0
    while at < len(fields):
        run = _run(fields, at)
        if run % CELLS == 0 and run:
            found += ["".join(field or "." for field in fields[at + n : at + n + CELLS]) for n in range(0, run, CELLS)]
        elif run > CELLS:
            return None
        else:
            run = max(run, 1)
            found += fields[at : at + run]
        at += run
    return found if any(len(field) == CELLS for field in found) else None


def _run(fields: Sequence[str], at: int) -> int:
    """How many fields of one sign follow each other from a place on."""
    return next((n for n in range(at, len(fields)) if fields[n] not in _CELL), len(fields)) - at


def _leaves_a_doubt(fields: Sequence[str]) -> bool:
    """Whether more fields of one sign than a board has cells stand side by side."""
    runs = [len(list(run)) for single, run in itertools.groupby(fields, lambda field: field in _CELL) if single]
    return any(run > CELLS and run % CELLS for run in runs)


def _places(fields: Sequence[str]) -> list[tuple[str, tuple[int, ...]] | None] | None:
    """What the fields of a line of names are called without their numbers, and the numbers; None for a line of cells."""
    if sum(field in _CELL for field in fields) > CELLS // 2 and len(set(fields)) < CELLS // 2:
        return None
    by_letter = sum(_BY_LETTER.fullmatch(name) is not None for name in fields) >= CELLS
    places = [_place(name, by_letter) for name in fields]
    if any(any(map(str.isalpha, name)) for name, place in zip(fields, places, strict=True) if place):
        return places if sum(place is not None for place in places) >= CELLS else None
    # Names that are numbers alone count the cells.
    runs = _runs_of(places)
    return places if runs and all(_in_order(places[start : start + CELLS]) for start in runs) else None


def _place(name: str, by_letter: bool) -> tuple[str, tuple[int, ...]] | None:
    if by_letter and (found := _BY_LETTER.fullmatch(name)):
        return "letter", (ord(found[1].lower()), int(found[2]))
    numbers = tuple(int(number) for number in re.findall(r"\d{1,4}", name))
    return (re.sub(r"\d+", "#", name.lower()), numbers) if numbers else None


def _runs_of(places: Sequence[tuple[str, tuple[int, ...]] | None]) -> list[int]:
    """Where 81 names follow each other that differ in their numbers alone."""
    found, at = list[int](), 0
    for place, run in itertools.groupby(places, lambda place: place and place[0]):
        count = len(list(run))
        if place and count % CELLS == 0:
            found += range(at, at + count, CELLS)
        at += count
    return found


def _in_order(places: Sequence[tuple[str, tuple[int, ...]] | None]) -> bool:
    numbers = [place[1] for place in places if place]
    return all(one < other for one, other in itertools.pairwise(numbers)) and not any(
        place and _COLUMN_FIRST.match(place[0]) for place in places
    )


def _headed(
    names: Sequence[str], places: Sequence[tuple[str, tuple[int, ...]] | None], mark: str
) -> tuple[_Frame | None, str]:
    """What a line of names says of the lines below it, and the line that it is when boards are one field.

    Raises:
        PuzzleFileError: the names count the cells in another order than row by row.
    """
    runs = _runs_of(places)
    for start in runs:
        if not _in_order(places[start : start + CELLS]):
            shown = ", ".join(names[start : start + 3])
            raise PuzzleFileError(
                f"the columns of the cells ({shown}, …) do not stand row by row; bring them into that order"
            )
    if not runs:
        return None, ""
    kinds = ["solution" if meant(re.sub(r"\d+", "", names[start]), "solution") else "puzzle" for start in runs]
    if kinds == ["puzzle", "puzzle"]:
        kinds[1] = "solution"
    whole, at = list[str](), 0
    for kind, start in zip(kinds, runs, strict=True):
        whole += [*map(_called, names[at:start]), kind]
        at = start + CELLS
    whole += map(_called, names[at:])
    frame = _Frame(len(names), tuple(runs))
    # Columns of cells alone need no names; among others the boards are called what they are.
    if len(whole) == len(runs):
        return frame, ""
    return frame, (mark or " ").join(whole)


def _called(name: str) -> str:
    """A name beside the cells; what is called a puzzle there is its name, and pandas leaves the index without one."""
    return "name" if name.lower() in NAMES["puzzle"] else name or "index"


def _found_out(number: int, fields: Sequence[str], ahead: Sequence[Line]) -> _Frame:
    """Which 81 of a few fields more are the cells, by the lines that follow.

    Raises:
        PuzzleFileError: several readings make sense, or none.
    """
    rows = [fields, *(other for _, line in ahead if line and len(other := _fields(line)[1]) == len(fields))]
    boards, more = divmod(len(fields), CELLS)
    against = [sum(not _makes_sense(row, start, boards) for row in rows) for start in range(more + 1)]
    fit = [start for start, count in enumerate(against) if not count]
    if more <= _MORE and boards <= 2 and len(fit) == 1:
        (start,) = fit
        others = [count for at, count in enumerate(against) if at != start]
        if min(others) >= _SURE or (min(others) and _counts(rows, start)):
            return _Frame(len(fields), tuple(range(start, start + boards * CELLS, CELLS)))
    raise PuzzleFileError(
        f"line {number} has {len(fields)} fields of one sign, {CELLS} wanted: which of them are the cells cannot be told; "
        "leave the others out, or name the columns"
    )


def _makes_sense(row: Sequence[str], start: int, boards: int) -> bool:
    """Whether the fields from a place on are a legal board, with its solution behind it where there are two."""
    cells = row[start : start + boards * CELLS]
    if not set(cells) <= _CELL:
        return False
    digits = np.array([FIGURES.find(cell) + 1 if cell else 0 for cell in cells], np.int8).reshape(boards, CELLS)
    return is_answer(digits[1], digits[0]) if boards == 2 else bool(is_legal(digits[0]))


def _counts(rows: Sequence[Sequence[str]], start: int) -> bool:
    """Whether the field outside of the cells counts the lines."""
    outside = [row[0] if start else row[-1] for row in rows]
    if len(rows) < 2 or not all(map(str.isdecimal, outside)):
        return False
    return all(int(other) == int(one) + 1 for one, other in itertools.pairwise(outside))
