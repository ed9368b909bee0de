"""Lines that hold a board cut into pieces: nine rows with one sign between them, or a field for every cell."""

import re

from vmd_sudoku.board import CELLS, SIDE
from vmd_sudoku.formats.cells import BLANKS, FIGURES
from vmd_sudoku.formats.columns import DELIMITERS, split

_ROW = r"[1-9.0_*xX?]{9}"
_ROWS = re.compile(rf"(?<![^\s,;|\"'=:(]){_ROW}([/,;|:\\-])(?:{_ROW}\1){{7}}{_ROW}(?![^\s,;|\"':)])")
_NINE = len("/".join(["." * SIDE] * SIDE))
_LONGEST = 2000
_CELL = {"", *FIGURES, *BLANKS}
_ROUND = re.compile(r"([0-9])\.0+")


def one_line_each(line: str) -> str:
    """The line with every board in one piece of 81 characters, where it was cut; any other line as it is."""
    if not _NINE <= len(line) <= _LONGEST:
        return line
    if (found := _ROWS.search(line)) is not None:
        return line[: found.start()] + found[0].replace(found[1], "") + line[found.end() :]
    mark = next((mark for mark in DELIMITERS if line.count(mark) >= CELLS - 1), "")
    return _joined(line, mark) if mark else line


def _joined(line: str, mark: str) -> str:
    """A line of 81 fields of one cell each, with others before or after them; a line of their names is left out."""
    framed = mark == "|" and line.count(mark) % CELLS == 1
    bare = line.strip()[1:-1] if framed else line
    fields = split(line, mark) if '"' in line else bare.split(mark)
    fields = [_ROUND.sub(r"\1", field.strip()) for field in fields]
    single = [field in _CELL for field in fields]
    if not any(single) and sum(any(map(str.isalpha, field)) for field in fields) >= CELLS:
        return ""
    found, at = list[str](), 0
    while at < len(fields):
        run = next((n for n in range(at, len(fields)) if not single[n]), len(fields)) - at
        if run % CELLS == 0 and run:
            cells = ["".join(field or "." for field in fields[at + n : at + n + CELLS]) for n in range(0, run, CELLS)]
            found += cells
        elif run > CELLS:
            return line  # one more field of one sign: which of them are the cells cannot be told
        else:
            run = max(run, 1)
            found += fields[at : at + run]
        at += run
    return mark.join(found) if any(len(field) == CELLS for field in found) else line
