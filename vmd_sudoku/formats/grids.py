"""Texts of grids: one, or many with titles between them, cut apart where a grid is full or no longer makes sense."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from vmd_sudoku.board import SIDE
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import sections
from vmd_sudoku.formats.art import MARKDOWN_RULE, has_words, is_border, is_comment, is_markup
from vmd_sudoku.formats.cells import BLANKS, FIGURES
from vmd_sudoku.formats.layouts import BLOCK, GRID_LIMIT, is_candidate_row, one_grid, why_none
from vmd_sudoku.formats.record import BadLine, Record, clean
from vmd_sudoku.formats.sources import LINE_LIMIT
from vmd_sudoku.formats.variants import refused

Line = tuple[int, str]

_STRETCH = SIDE + 6
"""Lines that are looked at behind a grid: another with borders between its bands and around it."""


def from_grids(lines: Iterable[tuple[int, str | None]]) -> Iterator[Record | BadLine]:
    """The puzzles of a text of grids."""
    kept = _kept(lines)
    ahead, size, long = [], 0, False
    for number, line in kept:
        ahead.append((number, line))
        size += len(line) + 1
        if size > GRID_LIMIT:
            long = True
            break
    if any(sections.begins(line) for _, line in ahead):
        for part in sections.parts(itertools.chain(ahead, kept)):
            yield from _short(part)
    elif long:
        yield from _blocks(itertools.chain(ahead, kept))
    else:
        yield from _short(ahead)


def _kept(lines: Iterable[tuple[int, str | None]]) -> Iterator[Line]:
    for number, line in lines:
        # A line that was too long to keep still stands there: without it the grids around it would grow together.
        yield number, line if line is not None else "?" * (LINE_LIMIT + 1)


def _short(lines: list[Line]) -> Iterator[Record | BadLine]:
    """The puzzles of a text that may be one grid in any layout."""
    texts = [line for _, line in lines]
    first = next((number for number, line in lines if line.strip()), 1)
    if reason := refused(texts):
        yield BadLine(line=first, reason=reason, text=_beginning(texts))
        return
    try:
        found = one_grid(texts)
    except PuzzleError as error:
        yield BadLine(line=first, reason=str(error), text=_beginning(texts))
        return
    if found is not None:
        yield replace(found, line=first)
        return
    several = list(_blocks(iter(lines)))
    if any(isinstance(one, Record) for one in several):
        yield from several
        return
    yield BadLine(line=first, reason=why_none(texts), text=_beginning(texts))


def _beginning(texts: Sequence[str]) -> str:
    return next((text.strip() for text in texts if text.strip()), "")[:80]


@dataclass
class _Block:
    """Lines that may make up a grid: those so far, how many are rows, and how the rows stand together."""

    lines: list[Line] = field(default_factory=list)
    rows: float = 0
    title: str = ""
    gap: int = 0
    widest: int = 0
    since_gap: float = 0
    stretches: list[float] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    heading: bool = False

    def add(self, number: int, line: str, share: float) -> None:
        self.lines.append((number, line))
        self.rows += share
        self.since_gap += share


def _blocks(lines: Iterator[Line]) -> Iterator[Record | BadLine]:
    """Grids one after the other, cut where nine rows are full, where words stand between, or where rows stop making sense."""
    block = _Block()
    narrowest, lost = 0, False
    following = _Ahead(lines)
    for number, line in following:
        bare = line.strip()
        if not bare or (is_border(line) and bare != "-" * SIDE):
            if block.rows:
                # Markdown sets a rule below the names of columns; they may be empty, or the first row.
                block.heading = block.heading or (block.rows == 1 and bool(MARKDOWN_RULE.fullmatch(bare)))
                block.gap += not block.heading
                block.lines.append((number, line))
            continue
        is_title = _is_title(line, "" if block.rows else following.next_line())
        share = 0 if is_title else _share(line)
        if block.rows and block.gap and not block.heading:
            narrowest = min(narrowest or block.gap, block.gap)
        if block.rows and (is_title or _is_apart(block, share) or block.gap > narrowest > 0):
            found, lost = _in_step(block, lost)
            yield found
            lost = lost and not is_title and block.gap <= narrowest
            block = _Block()
        if is_title:
            block.title = "" if is_markup(line) else clean(line.strip("#*=/% "))
            continue
        if block.gap:
            block.stretches.append(block.since_gap)
            block.gaps.append(block.gap)
            block.widest, block.gap, block.since_gap = max(block.widest, block.gap), 0, 0
        block.add(number, line, share)
        if block.rows == SIDE and not block.heading and (more := following.rest_of_a_grid(block)):
            yield _too_many(block, more)
            block = _Block()
        if block.rows >= SIDE + block.heading or len(block.lines) > BLOCK:
            found, lost = _in_step(block, lost)
            yield found
            block = _Block()
    if block.rows:
        yield _in_step(block, lost)[0]


def _in_step(block: _Block, lost: bool) -> tuple[Record | BadLine, bool]:
    """The puzzle of a block; and whether bands have fallen out of step, so that those below may be of two grids."""
    found = _finished(block)
    if lost and block.stretches and isinstance(found, Record):
        reason = "where this grid begins cannot be told, since a line of one above it is missing or too many"
        return BadLine(line=block.lines[0][0], reason=reason, text=_beginning([line for _, line in block.lines])), True
    return found, isinstance(found, BadLine) and (lost or bool(block.stretches) or block.rows < SIDE)


class _Ahead:
    """Lines, of which some that follow can be looked at."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines, self._ahead = lines, list[Line]()

    def __iter__(self) -> Iterator[Line]:
        while self._ahead or self._look(1):
            yield self._ahead.pop(0)

    def _look(self, count: int) -> list[Line]:
        self._ahead += itertools.islice(self._lines, max(0, count - len(self._ahead)))
        return self._ahead[:count]

    def next_line(self) -> str:
        """The line that follows, or ""."""
        return next((line for _, line in self._look(1)), "")

    def rest_of_a_grid(self, block: "_Block") -> list[Line]:
        """Rows that go on below a full grid as its own stand, taken away, if they are too few for a grid of their own."""
        if not self._look(1) or is_border(self._ahead[0][1]):
            return []  # a frame ends here
        apart = block.gaps[0] if block.gaps and {*block.stretches, block.since_gap} == {1} else 0
        stretch, gap = list[Line](), 0
        for line in self._look(_STRETCH * (1 + apart)):
            gap = 0 if line[1].strip() else gap + 1
            if gap > apart or (not gap and not _may_be_row(line[1])):
                break
            stretch.append(line)
        rows = [line for line in stretch if line[1].strip() and not is_border(line[1])]
        if sum(_share(line) for _, line in rows) >= SIDE:
            return []
        del self._ahead[: len(stretch)]
        return rows


def _may_be_row(line: str) -> bool:
    """Whether a line goes on with a grid: what holds something, and neither words nor remarks."""
    return bool(line.strip()) and not _is_title(line, "")


def _is_whole_row(line: str) -> bool:
    cells = line.replace("|", " ").split()
    return sum(map(len, cells)) == SIDE and set("".join(cells)) <= set(FIGURES + BLANKS)


def _is_title(line: str, below: str) -> bool:
    """Whether a line stands above a grid rather than in it: words, a remark, or something short above a whole row."""
    if has_words(line):
        return not is_candidate_row(line)
    return is_comment(line) or (_is_whole_row(below) and len("".join(line.split())) < SIDE)


def _too_many(block: _Block, more: list[Line]) -> Record | BadLine:
    """What nine rows and some more right below them are: a grid below the numbers of its columns, or no grid."""
    number, first = block.lines[0]
    if len(more) == 1 and re.sub(r"[\s,;|]", "", first) == FIGURES:
        return _finished(replace(block, lines=block.lines[1:] + more))
    return BadLine(line=number, reason=f"{SIDE + len(more)} lines of a grid, {SIDE} wanted", text=first.strip()[:80])


def _is_apart(block: _Block, share: float) -> bool:
    """Whether a row begins another grid: after a wider gap than those within, or after a number of rows that is no band's."""
    if not block.gap:
        return False
    return bool(block.widest and block.gap > block.widest) or block.since_gap not in (1, 3) or share not in (1, 3, 9)


def _share(line: str) -> float:
    """How many rows of nine a line holds: one for a short line, whatever its blanks are."""
    if is_candidate_row(line):
        return 1
    signs = sum(c in FIGURES or (c in BLANKS[:-1] and c not in " -*") for c in line)
    return max(1, signs // SIDE) if signs > 2 * SIDE else 1


def _finished(block: _Block) -> Record | BadLine:
    """The puzzle of a block, or why it is none."""
    texts = [line for _, line in block.lines]
    number = block.lines[0][0]
    stretches = [*block.stretches, block.since_gap]
    # Bands, or every row by itself; else a line is too many somewhere, or belongs to another grid.
    odd = len(set(block.gaps)) > 1 or (any(size % 3 for size in stretches) and set(stretches) != {1})
    if block.stretches and not block.heading and odd:
        return BadLine(line=number, reason=_why_no_block(block, " that stand evenly"), text=_beginning(texts))
    try:
        found = one_grid(texts)
    except PuzzleError as error:
        return BadLine(line=number, reason=str(error), text=_beginning(texts))
    if found is None:
        return BadLine(line=number, reason=refused(texts) or _why_no_block(block), text=_beginning(texts))
    return replace(found, line=number, name=block.title or found.name)


def _why_no_block(block: _Block, how: str = "") -> str:
    rows = [line for _, line in block.lines if line.strip() and not is_border(line)]
    if len(rows) != SIDE or how:
        return f"{len(rows)} line{'s' * (len(rows) > 1)} of a grid, {SIDE} wanted{how}"
    return why_none(rows)
