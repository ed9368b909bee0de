"""One grid in whatever layout: candidates, tables of nine fields, marks, or digits and one other sign.

One rule reads nearly all there is (`cells`); the others come before it where it would read something else, or after it where
it reads nothing.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, SIDE, parse
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import sections
from vmd_sudoku.formats.art import MARKDOWN_RULE, has_words, is_border, is_markup
from vmd_sudoku.formats.cells import BLANKS, FIGURES, HOW, SUKAKU, cells, wrong_length, wrong_size
from vmd_sudoku.formats.record import Record, clean
from vmd_sudoku.formats.spaced import spaced
from vmd_sudoku.formats.variants import ONLY_CLASSIC

GRID_LIMIT = 20_000
"""Characters of the longest text that is first read as one grid, in whatever layout; a longer one must be cut into grids."""
BLOCK = 60
"""Lines after which a block without a grid is given up."""
_LABELLED = re.compile(r"\s*[Rr]?([A-Ia-i0-9])(?:[.:)|]|\s)(.{9,})")
_BELOW = re.compile(r"(?<![^\s,;|(\[{])-[1-9](?![^\s,;|)\]}])")
_COMPARED = re.compile(r"[1-9.0_][ \t]*[<>]+[ \t]*[1-9.0_]")
_MARKS_OF_DIGITS = [
    *(re.compile(rf"{re.escape(two[0])}\s?[1-9]\s?{re.escape(two[1])}") for two in ("()", "[]", "{}")),
    *(re.compile(rf"{re.escape(sign)}+[1-9]{re.escape(sign)}*|[1-9]{re.escape(sign)}+") for sign in "!*^~@&$%+"),
]
_FEWEST_STARS = 10
_STRAY = 2
"""Lines of digits beside a grid that may be a date or a page."""


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
    lines = _without_minus(_unlabelled(lines))
    body = [line for line in lines if not has_words(line)]
    # The strictest first: each reads less than the next, and what it reads it is sure of.
    found = _candidates(lines) or _marked(body)
    if found is None:
        found = _table(lines) or _drawn(body)
        if found is not None:
            _refuse_signs(body)
        found = found or spaced(body) or _mixed(body)
        if found is None:
            return None
    spoken = next(
        (line for line in lines if has_words(line) and not is_markup(line) and not is_candidate_row(line)), ""
    )
    return found if found.name else replace(found, name=clean(spoken))


def _unlabelled(lines: Sequence[str]) -> Sequence[str]:
    """The lines without labels of rows (A to I, 1 to 9, r1 to r9) and of columns, if nine rows have them in order."""
    rows = [
        (at, found)
        for at, line in enumerate(lines[:BLOCK])
        if (found := _LABELLED.fullmatch(line)) and _has_nine(found[2])
    ]
    labels = "".join(found[1].lower() for _, found in rows)
    # Only in order and complete: else a digit at the beginning of a row is a cell.
    if labels not in (FIGURES, "012345678", "abcdefghi"):
        return lines
    bare = {at: found[2] for at, found in rows}
    first = rows[0][0]
    above = [line for line in lines[:first] if not _is_count(re.sub(r"[\s|+.-]", "", line).lower())]
    return above + [bare.get(at, lines[at]) for at in range(first, len(lines))]


def _without_minus(lines: Sequence[str]) -> Sequence[str]:
    """The lines with -1 as a blank, as some programs have it.

    Raises:
        PuzzleError: another number below zero, or both 0 and -1.
    """
    text = "\n".join(lines)
    if "-" not in text or len(text) > GRID_LIMIT:
        return lines
    below = set(_BELOW.findall(text))
    blanks = sum(line.count("-") for line in lines if not is_border(line))
    if not below or blanks == CELLS - sum(map(text.count, FIGURES)):
        return lines  # where a dash is a blank, one may stand right before a digit
    if below != {"-1"} or re.search(r"(?<![^\s,;|(\[{])0(?![^\s,;|)\]}])", text):
        raise PuzzleError(f"a cell is {max(below)}; wanted 1 to {SIDE}, and . or 0 for a blank")
    return [_BELOW.sub(" 0", line) for line in lines]


def _refuse_signs(lines: Sequence[str]) -> None:
    """Refuse a grid whose signs say more than its digits.

    Raises:
        PuzzleError: comparisons between cells, or marks at some of the digits, which may be the clues.
    """
    text = "\n".join(line.strip(" \t,;>") for line in lines if not is_border(line))
    if _COMPARED.search(text):
        raise PuzzleError(f"this is a variant, with < and > between its cells; {ONLY_CLASSIC}")
    digits = sum(map(text.count, FIGURES))
    for mark in _MARKS_OF_DIGITS:
        found = mark.findall(text)
        # A sign as often as there are blanks is the blank.
        if found and len(found) < digits and text.count(found[0].strip(FIGURES)[:1]) != CELLS - digits:
            raise PuzzleError(
                f"some digits are marked, as {found[0]}, and others are not: which are clues cannot be told; "
                "leave out the marks, or what was filled in"
            )


def _has_nine(text: str) -> bool:
    return sum(map(text.count, FIGURES + "0._*xX?-")) == SIDE and not has_words(text)


def is_candidate_row(line: str) -> bool:
    """Whether a line is nine groups of candidates."""
    groups = re.findall(r"u?[1-9]+", line)
    return len(groups) == SIDE and any(len(group) > 1 for group in groups) and not set(line) - set("u123456789 |\t:.")


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
    # Single digits alone are an ordinary grid, which another rule reads.
    if all(len(group) == 1 for group in groups) and not own.any():
        return None
    # Candidates leave no cell for a zero; where both stand, two cells have grown together.
    if any(len(set(group)) < len(group) or "0" in group for group in groups):
        return None
    digits = np.array([int(group) if len(group) == 1 else BLANK for group in groups], np.int8)
    note = "A grid of candidates: cells with one candidate were read as clues, the others as blanks."
    return Record(puzzle=np.where(own, 0, digits), own=np.where(own, digits, 0) if own.any() else None, notes=(note,))


def _table(lines: Sequence[str]) -> Record | None:
    """Nine lines of nine fields, as a spreadsheet, a database or Markdown gives them; an empty field is a blank."""
    rows = [line for line in lines if line.strip(" \r\n")]
    # Nine rows with rules and borders between them are less than 27 lines; longer ones are no table of cells.
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
    if len(rows) > SIDE and MARKDOWN_RULE.fullmatch(rows[1].strip()):
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
        # Where empty fields at the ends are left away, they are everywhere, and no blank is written as a sign.
        if any(not row[-1:] or not row[-1] for row in table) or any(
            field in BLANKS for row in table for field in row if field
        ):
            return None
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
    # What looks like art is rows of blanks only where nine lines come of it: else its signs would fill up for lost cells.
    filled = [line for line in lines if line.strip()]
    whole = "\n".join(filled) if len(filled) == SIDE else ""
    for text in ("\n".join(inner), whole, "\n".join(rows) if len(rows) == SIDE else ""):
        if text and len(text) <= GRID_LIMIT and (puzzle := cells(text)) is not None:
            return Record(puzzle=puzzle)
    return None


def _marked(lines: Sequence[str]) -> Record | None:
    """Rows in which some digits have a star or a plus in front: clues (Simple Sudoku), or digits filled in (HoDoKu)."""
    text = "\n".join(line for line in lines if not is_border(line))
    for mark, blanks in (("*", ".0_-"), ("+", ".0_-")):
        found = re.findall(rf"(\{mark}?)([1-9{blanks}])", text)
        if len(found) != CELLS or mark not in text:
            continue
        digits = np.array([FIGURES.find(c) + 1 for _, c in found], np.int8)
        marked = np.array([bool(m) for m, _ in found]) & (digits > 0)
        # A mark before a blank, or one alone, means something else than a clue.
        if not marked.any() or text.count(mark) != marked.sum():
            continue
        if mark == "*" and marked.sum() < _FEWEST_STARS:
            continue  # a slip rather than the clues
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


def _is_lettered(signs: str) -> bool:
    """Whether 81 signs are blanks and no more than nine letters."""
    letters = {sign for sign in signs if sign not in BLANKS}
    return len(signs) == CELLS and 3 < len(letters) <= SIDE and all(map(str.isalpha, letters))


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
    if _is_lettered("".join(lettered)) and (len(lettered) == 1 or {len(row) for row in lettered} == {SIDE}):
        return "letters stand for the digits here; write them as 1 to 9"
    if len(bare) <= 2 * CELLS and (sum(map(bare.count, FIGURES)) >= SIDE or not has_words(bare)):
        try:
            parse(bare)
        except PuzzleError as error:
            return str(error)
    digits = sum(map(text.count, FIGURES))
    return f"no puzzle was found in these {len(text)} characters, of which {digits} are digits from 1 to 9; {HOW}"
