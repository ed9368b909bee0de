"""Files of `key=value` lines, with sections or without: each section is read as an object of JSON would be."""

import re
from collections.abc import Iterable, Iterator

from vmd_sudoku.formats import objects
from vmd_sudoku.formats.cells import HOW
from vmd_sudoku.formats.columns import Columns
from vmd_sudoku.formats.record import BadLine, Record

PAIRS_LIMIT = 2000
"""Lines of the longest section that is read."""
_SECTION = re.compile(r"\[\s*([^\[\]]{1,80}?)\s*\]")
_PAIR = re.compile(r"([A-Za-z][\w .-]{0,40}?)\s*=\s*([^=]*)")
_TOLD_BY = 4
"""Lines with something to say that are looked at."""
_REMARKS = ("#", ";")


def is_pair(line: str) -> bool:
    """Whether a line is one key and its value."""
    return _PAIR.fullmatch(line.strip()) is not None


def is_remark(line: str) -> bool:
    """Whether a line says nothing to a reader of such files."""
    bare = line.strip()
    return not bare or bare.startswith(_REMARKS)


def beginning(lines: Iterator[tuple[int, str | None]]) -> list[tuple[int, str | None]]:
    """The first lines, as many as it takes to see whether they are keys and values; of other texts no more than the first."""
    found: list[tuple[int, str | None]] = []
    said = 0
    for number, line in lines:
        found.append((number, line))
        said += line is None or not is_remark(line)
        if line is None or said == _TOLD_BY or (said and not (is_pair(line) or _SECTION.fullmatch(line.strip()))):
            break
    return found


def is_of_pairs(ahead: list[tuple[int, str | None]]) -> bool:
    """Whether the first lines that say something are keys with values, below the name of a section or not."""
    said = [line.strip() for _, line in ahead if line is not None and not is_remark(line)]
    headed = bool(said) and _SECTION.fullmatch(said[0]) is not None
    said = [line for line in said if not _SECTION.fullmatch(line)]
    # Without a section, lines that differ in a number alone are a list.
    keys = {line.partition("=")[0].strip().rstrip("0123456789") for line in said}
    return bool(said) and all(map(is_pair, said)) and (headed or len(keys) > 1)


def from_pairs(lines: Iterable[tuple[int, str | None]], columns: Columns) -> Iterator[Record | BadLine]:
    """The puzzles of the sections."""
    found, first = False, 0
    for number, name, pairs in _sections(lines):
        first = first or number
        if pairs is None:
            yield BadLine(line=number, reason="neither a key with its value nor the name of a section", text=name[:80])
            continue
        for one in objects.from_object(pairs, number, columns) if pairs else ():
            found = True
            yield one.named(name) if isinstance(one, Record) else one
    if not found:
        yield BadLine(line=first or 1, reason=f"no puzzle is in these `key=value` lines; {HOW}")


def _sections(lines: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, str, dict[str, str] | None]]:
    """Number of the first line, name and pairs of one section after the other; a line that is none of it, with None."""
    start, name, pairs = 0, "", dict[str, str]()
    for number, line in lines:
        if line is None or is_remark(line):
            continue
        if begun := _SECTION.fullmatch(line.strip()):
            if pairs:
                yield start, name, pairs
            start, name, pairs = number, begun[1], {}
            continue
        start = start or number
        if pair := _PAIR.fullmatch(line.strip()):
            # A key that comes again begins the next puzzle, where nothing else does.
            if pair[1] in pairs or len(pairs) == PAIRS_LIMIT:
                yield start, name, pairs
                start, pairs = number, {}
            pairs[pair[1]] = pair[2].strip().strip("\"'")
        else:
            yield number, line.strip(), None
    if pairs:
        yield start, name, pairs
