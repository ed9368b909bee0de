"""Grids of several lines: one, or many with titles between them.

One rule reads nearly all there is (`cells`); before it come candidate grids, tables of nine by nine fields, and drawn grids
whose blanks are spaces, where only the place in the line tells the column.
"""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, SIDE, parse
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import sections
from vmd_sudoku.formats.art import has_words, is_border, is_markup
from vmd_sudoku.formats.cells import BLANKS, FIGURES, HOW, SUKAKU, cells, wrong_length, wrong_size
from vmd_sudoku.formats.record import BadLine, Record, clean
from vmd_sudoku.formats.sources import LINE_LIMIT
from vmd_sudoku.formats.variants import refused

GRID_LIMIT = 20_000
"""Characters of the longest text that is first read as one grid, in whatever layout; a longer one must be cut into grids."""
_LABELLED = re.compile(r"\s*[Rr]?([A-Ia-i1-9])(?:[.:)|]|\s)(.{9,})")
_STRAY = 2
"""Lines of digits beside a grid that may be a date or a page."""
_MARKDOWN = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?")
_BLOCK = 60
"""Lines after which a block without a grid is given up."""
Line = tuple[int, str]


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
    heading: bool = False

    def add(self, number: int, line: str, share: float) -> None:
        self.lines.append((number, line))
        self.rows += share
        self.since_gap += share


def _blocks(lines: Iterator[Line]) -> Iterator[Record | BadLine]:
    """Grids one after the other, cut where nine rows are full, where words stand between, or where rows stop making sense."""
    block = _Block()
    for number, line in lines:
        bare = line.strip()
        if not bare or (is_border(line) and bare != "-" * SIDE):
            if block.rows:
                # Markdown sets a rule below the names of columns; they may be empty, or the first row.
                block.heading = block.heading or (block.rows == 1 and bool(_MARKDOWN.fullmatch(bare)))
                block.gap += not block.heading
                block.lines.append((number, line))
            continue
        is_title = has_words(line) and not _is_candidates(line)
        share = 0 if is_title else _share(line)
        if block.rows and (is_title or _is_apart(block, share)):
            yield _finished(block)
            block = _Block()
        if is_title:
            block.title = "" if is_markup(line) else clean(line.strip("#* "))
            continue
        if block.gap:
            block.widest, block.gap, block.since_gap = max(block.widest, block.gap), 0, 0
        block.add(number, line, share)
        if block.rows >= SIDE + block.heading or len(block.lines) > _BLOCK:
            yield _finished(block)
            block = _Block()
    if block.rows:
        yield _finished(block)


def _is_apart(block: _Block, share: float) -> bool:
    """Whether a row begins another grid: after a wider gap than those within, or after a number of rows that is no band's."""
    if not block.gap:
        return False
    return bool(block.widest and block.gap > block.widest) or block.since_gap not in (1, 3) or share not in (1, 3, 9)


def _share(line: str) -> float:
    """How many rows of nine a line holds: one for a short line, whatever its blanks are."""
    if _is_candidates(line):
        return 1
    signs = sum(c in FIGURES or (c in BLANKS[:-1] and c not in " -*") for c in line)
    return max(1, signs // SIDE) if signs > 2 * SIDE else 1


def _is_candidates(line: str) -> bool:
    groups = re.findall(r"u?[1-9]+", line)
    return len(groups) == SIDE and any(len(group) > 1 for group in groups) and not set(line) - set("u123456789 |\t:.")


def _finished(block: _Block) -> Record | BadLine:
    """The puzzle of a block, or why it is none."""
    texts = [line for _, line in block.lines]
    number = block.lines[0][0]
    try:
        found = one_grid(texts)
    except PuzzleError as error:
        return BadLine(line=number, reason=str(error), text=_beginning(texts))
    if found is None:
        return BadLine(line=number, reason=refused(texts) or _why_no_block(block), text=_beginning(texts))
    return replace(found, line=number, name=block.title or found.name)


def _why_no_block(block: _Block) -> str:
    rows = [line for _, line in block.lines if line.strip() and not is_border(line)]
    if len(rows) != SIDE:
        return f"{len(rows)} line{'s' * (len(rows) > 1)} of a grid, {SIDE} wanted"
    return why_none(rows)


def one_grid(lines: Sequence[str]) -> Record | None:
    """The one puzzle that the lines of a text draw, or None.

    Raises:
        PuzzleError: the sections of the text contradict each other.
    """
    split = sections.split(lines)
    if split.state is not None:
        return sections.joined(split, _one(split.puzzle), _one(split.state))
    found = _one(split.puzzle)
    return replace(found, name=split.title or found.name) if found else None


def _one(lines: Sequence[str]) -> Record | None:
    lines = _unlabelled(lines)
    body = [line for line in lines if not has_words(line)]
    found = _candidates(lines) or _table(lines) or _marked(body) or _drawn(body) or _spaced(body) or _mixed(body)
    if found is None:
        return None
    spoken = next((line for line in lines if has_words(line) and not is_markup(line) and not _is_candidates(line)), "")
    return found if found.name else replace(found, name=clean(spoken))


def _unlabelled(lines: Sequence[str]) -> Sequence[str]:
    """The lines without labels of rows (A to I, 1 to 9, r1 to r9) and of columns, if nine rows have them in order."""
    rows = [
        (at, found)
        for at, line in enumerate(lines[:_BLOCK])
        if (found := _LABELLED.fullmatch(line)) and _has_nine(found[2])
    ]
    labels = "".join(found[1].lower() for _, found in rows)
    if labels not in (FIGURES, "abcdefghi"):
        return lines
    bare = {at: found[2] for at, found in rows}
    first = rows[0][0]
    above = [line for line in lines[:first] if not _is_count(re.sub(r"[\s|+.-]", "", line).lower())]
    return above + [bare.get(at, lines[at]) for at in range(first, len(lines))]


def _has_nine(text: str) -> bool:
    return sum(map(text.count, FIGURES + "0._*xX?-")) == SIDE and not has_words(text)


def _candidates(lines: Iterable[str]) -> Record | None:
    """A grid of candidates: 81 groups of digits, of which single ones are cells, and `u5` was filled in (SudoCue's .sdx)."""
    lines = [line for line in lines if not has_words(re.sub(r"\bu(?=[1-9]\b)", "", line))]
    rows = [found for line in lines if (found := re.findall(r"u?[0-9]+", line))]
    groups = [group for row in rows for group in row]
    # Nine a line, or all in one: a list of puzzles may have 81 groups by chance.
    if len(groups) != CELLS or len(rows) not in (1, SIDE) or any(len(row) != CELLS // len(rows) for row in rows):
        return None
    own = np.array([group[0] == "u" for group in groups])
    groups = [group.removeprefix("u") for group in groups]
    if all(len(group) == 1 for group in groups) and not own.any():
        return None
    if any(len(set(group)) < len(group) or ("0" in group and len(group) > 1) for group in groups):
        return None
    digits = np.array([int(group) if len(group) == 1 else BLANK for group in groups], np.int8)
    note = "A grid of candidates: cells with one candidate were read as clues, the others as blanks."
    return Record(puzzle=np.where(own, 0, digits), own=np.where(own, digits, 0) if own.any() else None, notes=(note,))


def _table(lines: Sequence[str]) -> Record | None:
    """Nine lines of nine fields, as a spreadsheet, a database or Markdown gives them; an empty field is a blank."""
    rows = [line for line in lines if line.strip(" \r\n")]
    if not SIDE <= len(rows) <= 3 * SIDE or any(len(row) > 400 for row in rows):
        return None
    for mark in ",;\t|":
        if sum(mark in row for row in rows) >= SIDE and (found := _fields_of(rows, mark)):
            return found
    return None


def _fields_of(rows: Sequence[str], mark: str) -> Record | None:
    borders = [at for at, row in enumerate(rows) if is_border(row) and re.search(r"-{2}|={2}|:-|-:", row)]
    below = borders[:1] == [1]
    rows = [row for at, row in enumerate(rows) if at not in borders]
    # With a dash for a blank this is a row; so it is a rule only where there is one row too many.
    if len(rows) > SIDE and _MARKDOWN.fullmatch(rows[1].strip()):
        rows, below = [rows[0], *rows[2:]], True
    table = [_split(row, mark) for row in rows]
    note = ""
    if len(table) == SIDE + 1 and _is_heading(table[0], below):
        table = table[1:]
    width = max(map(len, table), default=0)
    if len(table) != SIDE:
        return None
    if width == SIDE + 1 and _is_count([row[0] for row in table]):
        table, width = [row[1:] for row in table], SIDE
    if width == SIDE + 1 and all(len(row) == width and not row[-1] for row in table):
        table, width = [row[:-1] for row in table], SIDE
    if width != SIDE or (mark == "|" and any(len(row) != SIDE for row in table)):
        return None
    if any(len(row) < SIDE for row in table):
        table = [row + [""] * (SIDE - len(row)) for row in table]
        note = "Rows that end early were filled up with blanks."
    if any(set(fields) - {*FIGURES, "", *BLANKS} for fields in table):
        return None
    digits = [FIGURES.find(value) + 1 if value else BLANK for row in table for value in row]
    return Record(puzzle=np.array(digits, np.int8), notes=(note,) if note else ())


def _split(row: str, mark: str) -> list[str]:
    if mark == "|":
        bare = row.strip()
        bare = bare[1:] if bare.startswith("|") else bare
        return [re.sub(r"^(\*\*|__|[*_`])(.*)\1$", r"\2", value.strip()) for value in bare.removesuffix("|").split("|")]
    try:
        fields = next(csv.reader([row.rstrip("\r\n")], delimiter=mark))
    except (csv.Error, StopIteration):  # a field longer than any puzzle
        return []
    return [re.sub(r"^(\d)\.0+$", r"\1", value.strip(" '[](){}")) for value in fields]


def _is_heading(fields: Sequence[str], below: bool) -> bool:
    """Whether ten lines begin with one of column names: words, numbers in order, or what Markdown sets above its rule."""
    return below or any(map(has_words, fields)) or _is_count(fields) or _is_count(fields[1:])


def _is_count(fields: Sequence[str]) -> bool:
    counts = ([str(at + start) for at in range(SIDE)] for start in (0, 1))
    return list(fields) in (*counts, list("ABCDEFGHI"), list("abcdefghi"))


def _drawn(lines: Sequence[str]) -> Record | None:
    """81 cells in any layout, with or without bars between boxes."""
    inner = [line for line in lines if not is_border(line)]
    # A date or the number of a page may stand alone above or below; what has bars is a row, even if its blanks are spaces.
    rows = [line for line in inner if "|" in line or sum(map(line.count, FIGURES + "0._*xX-")) >= SIDE]
    rows = rows if len(inner) - len(rows) <= _STRAY else []
    for text in ("\n".join(inner), "\n".join(lines), "\n".join(rows) if len(rows) == SIDE else ""):
        if text and len(text) <= GRID_LIMIT and (puzzle := cells(text)) is not None:
            return Record(puzzle=puzzle)
    return None


def _spaced(lines: Sequence[str]) -> Record | None:
    """Nine rows whose blanks are spaces: where a digit stands in its line tells its column."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    rows = [line.rstrip() for line in lines if not is_border(line) or not line.strip()]
    barred = [row for row in rows if "|" in row]
    if any(c in FIGURES for row in rows if "|" not in row for c in row):
        barred = rows
    rows = barred if len(barred) == SIDE else rows
    if len(rows) != SIDE or set("".join(rows)) - set(FIGURES + " |"):
        return None
    starts = _columns(rows)
    if starts is None:
        return None
    wide = max(map(len, rows)) + max(starts) + 1
    digits = [FIGURES.find(row.ljust(wide)[at]) + 1 for row in rows for at in starts]
    if sum(map(bool, digits)) != sum(c in FIGURES for row in rows for c in row):
        return None
    note = "Blanks are spaces here; columns were told by where the digits stand."
    return Record(puzzle=np.array(digits, np.int8), notes=(note,))


def _columns(rows: Sequence[str]) -> list[int] | None:
    """Where the nine columns stand in rows of bars, digits and spaces; None unless just one way fits.

    Raises:
        PuzzleError: several ways fit.
    """
    bars = {tuple(at for at, c in enumerate(row) if c == "|") for row in rows}
    if len(bars) != 1:
        return None
    places = list(bars.pop())
    used = {at for row in rows for at, c in enumerate(row) if c in FIGURES}
    wide = max(map(len, rows))
    if not places:
        return _stretches([(0, 0)], SIDE, used, rows)
    edges = [-1, *places, wide if wide > places[-1] + 1 else places[-1]]
    if len(places) == 4:
        edges = places
    elif len(places) != 2:
        return None
    if len(places) == 2:
        # Without a frame the outer boxes may lack a space at the edge of the page.
        middle = edges[2] - edges[1]
        edges = [edges[1] - middle if edges[1] - middle <= 0 else -1, edges[1], edges[2], edges[2] + middle]
    return _stretches(list(itertools.pairwise(edges)), 3, used, rows)


def _stretches(spans: list[tuple[int, int]], count: int, used: set[int], rows: Sequence[str]) -> list[int] | None:
    if spans == [(0, 0)]:
        ways = [[at * step for at in range(SIDE)] for step in (1, 2, 3)]
        ways = [way for way in ways if used <= set(way) and max(map(len, rows)) <= way[-1] + 1]
        # The first row may have lost its spaces when the text was cut out.
        if ways and rows and not rows[0].startswith(" ") and len(rows[0]) <= ways[0][-1]:
            raise PuzzleError(
                "the first row may have lost blanks at its beginning or its end; use . or 0 for every blank"
            )
        return ways[0] if ways else None
    inner = spans[len(spans) // 2]
    width = inner[1] - inner[0] - 1
    ways = []
    for step in range(1, 6):
        for offset in range(width):
            if offset + (count - 1) * step < width:
                ways.append([low + 1 + offset + step * at for low, _ in spans for at in range(count)])
    fit = [way for way in ways if used <= set(way)]
    even = [way for way in fit if way[0] - spans[0][0] == spans[0][1] - way[count - 1]]
    if len(fit) > 1 and len(even) != 1 and len({tuple(way.index(at) for at in sorted(used)) for way in fit}) > 1:
        raise PuzzleError("the columns of these rows cannot be told from their spaces; use . or 0 for every blank")
    return (even or fit or [None])[0]  # type: ignore[list-item]


def _marked(lines: Sequence[str]) -> Record | None:
    """Rows in which some digits have a star or a plus in front: clues (Simple Sudoku), or digits filled in (HoDoKu)."""
    text = "\n".join(line for line in lines if not is_border(line))
    for mark, blanks in (("*", ".0_-"), ("+", ".0_-")):
        found = re.findall(rf"(\{mark}?)([1-9{blanks}])", text)
        if len(found) != CELLS or mark not in text:
            continue
        digits = np.array([FIGURES.find(c) + 1 for _, c in found], np.int8)
        marked = np.array([bool(m) for m, _ in found]) & (digits > 0)
        if not marked.any() or text.count(mark) != marked.sum():
            continue
        given = marked if mark == "*" else ~marked
        note = "Digits without a star were filled in by hand." if mark == "*" else ""
        own = np.where(given, 0, digits)
        return Record(puzzle=np.where(given, digits, 0), own=own if own.any() else None, notes=(note,) if note else ())
    return None


def _mixed(lines: Sequence[str]) -> Record | None:
    """Nine rows of nine signs in which several signs stand for blanks."""
    rows = ["".join(line.split()).replace("|", "") for line in lines if not is_border(line)]
    rows = [row for row in rows if row]
    if len(rows) != SIDE or any(len(row) != SIDE or set(row) - set(FIGURES + BLANKS) for row in rows):
        return None
    puzzle = np.array([FIGURES.find(c) + 1 for row in rows for c in row], np.int8)
    signs = sorted(set("".join(rows)) - set(FIGURES))
    note = f"Several signs were read as blanks: {' '.join(signs)}" if set(signs) - set("0.") else ""
    return Record(puzzle=puzzle, notes=(note,) if note else ())


def why_none(lines: Sequence[str]) -> str:
    """What is wrong with a text that holds no puzzle, in one sentence."""
    body = [line for line in lines if not has_words(line)]
    inner = [line for line in body if not is_border(line)]
    squeezed = "".join("".join(inner).split())
    if len(squeezed) == SUKAKU and set(squeezed) <= set("0." + FIGURES):
        return wrong_length(squeezed)
    text = "\n".join(lines).strip()
    rows = ["".join(line.replace("|", "").split()) for line in inner]
    widths = {len(row) for row in rows if row}
    if len(widths) == 1 and SIDE not in widths and len(rows) == max(widths) > 3:
        return wrong_size(max(widths))
    bare = "\n".join(line.replace("|", "") for line in inner) if squeezed else text
    lettered = [re.sub(r"[\s|]", "", line) for line in lines if not is_border(line)]
    lettered = [row for row in lettered if row]
    if len(lettered) == SIDE and all(
        len(row) == SIDE and set(row) <= set("ABCDEFGHIabcdefghi" + BLANKS) for row in lettered
    ):
        return "letters stand for the digits here; write them as 1 to 9"
    if len(bare) <= 2 * CELLS:
        try:
            parse(bare)
        except PuzzleError as error:
            return str(error)
    digits = sum(map(text.count, FIGURES))
    return f"no puzzle was found in these {len(text)} characters, of which {digits} are digits from 1 to 9; {HOW}"
