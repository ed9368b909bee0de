"""Lists: one puzzle a line, alone (`.sdm`), with other fields, under column names (CSV), in HoDoKu's library, or as links."""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from vmd_sudoku.board import CELLS
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import hodoku
from vmd_sudoku.formats.art import is_border, is_comment
from vmd_sudoku.formats.cells import is_answer, line_cells, one_line, require_answer, wrong_length
from vmd_sudoku.formats.columns import LOST, Columns, Layout, by_content, is_listed, kind_of, split
from vmd_sudoku.formats.links import first_link, from_link, is_link
from vmd_sudoku.formats.record import BadLine, Record, clean, shown
from vmd_sudoku.formats.sources import LINE_LIMIT
from vmd_sudoku.formats.variants import JIGSAW, ONLY_CLASSIC, is_region_line, is_region_map, is_rule, variant_word

Line = tuple[int, str | None]
"""Number and text of a line; None stands for one that is too long."""

LOOKED_AT = 20
"""Lines that are looked at to find out what the fields are, where the first one leaves a doubt."""
_JOINED = 20
"""Lines that a quoted field may go on for."""
_TITLE = 60
"""Characters of the longest line that may be a title between puzzles."""
_RUN = re.compile(r"(?<![0-9.])[0-9.]{81}(?![0-9.])")
_COUNT = re.compile(r"[0-9]{1,9}\+?")
"""How many solutions a puzzle has: some lists say that instead. An answer is far longer, even without its zeros."""
_NONE = ("", "0", "-", "--", "none", "null", "nan", "n/a", "na", "?", ".")
_REMARK = re.compile(r"\s(?:#|//)(?!.*[0-9.]{40})(.*)$", re.DOTALL)


def from_list(
    lines: Iterable[Line], layout: Layout | None, columns: Columns, names: str = "", titled: bool = False
) -> Iterator[Record | BadLine]:
    """The puzzles of a list, one a line.

    layout: what the line of column names says, or None. names: that line, if none of its names is known. titled: a title
    stood before the first line, so titles may stand before others too.
    """
    rows = _rows(lines)
    if layout is None:
        ahead, layout = _found_out(rows, columns, names)
        rows = itertools.chain(ahead, rows)
    title, note, good = "", layout.note, False
    for number, line in rows:
        if line is None:
            yield BadLine(line=number, reason=f"longer than {LINE_LIMIT} characters; one puzzle a line")
            continue
        if not layout.fixed and line.lstrip().startswith(";") and not is_listed(line):
            continue  # a remark, as some programs write them
        if not layout.fixed and (titled or not good) and _is_title(line):
            title = clean(line)
            continue
        try:
            found = _record(number, line, layout, title)
        except PuzzleError as error:
            yield BadLine(line=number, reason=str(error), text=line[:80])
            continue
        yield found.noted(note)
        # The note is told once, with the first puzzle, and a title belongs to the puzzle below it.
        title, note, good = "", "", True


def _rows(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines that hold something: without comments and borders, quoted fields of several lines as one line."""
    lines = iter(lines)
    waiting: list[Line] = []
    while True:
        number, line = waiting.pop(0) if waiting else next(lines, (0, None))
        if not number:
            return
        # A field may hold nine lines between its quotes; a list can only be cut at line ends that are outside of
        # them.
        if line is not None and line.count('"') % 2:
            line, waiting = _joined(line, waiting, lines)
        if line is None or not (not line.strip() or is_comment(line) or (is_border(line) and line_cells(line) is None)):
            yield number, line


def _joined(line: str, waiting: list[Line], lines: Iterator[Line]) -> tuple[str, list[Line]]:
    """A line whose quote stays open with those up to where it closes, if that is soon; and lines that were read ahead."""
    following = waiting + list(itertools.islice(lines, max(0, _JOINED - len(waiting))))
    whole = line
    for at, (_, more) in enumerate(following):
        if more is None or len(whole) > LINE_LIMIT:
            break
        whole += "\n" + more
        if whole.count('"') % 2 == 0:
            # A lost quote in one line may find that of another far below; a field of a puzzle has nine lines.
            return (whole, following[at + 1 :]) if _is_multiline(whole) else (line, following)
    return line, following


def _is_multiline(text: str) -> bool:
    quoted = text.split('"')[1::2]
    return all("\n" not in field or len("".join(field.split())) == CELLS for field in quoted)


def _found_out(rows: Iterator[Line], columns: Columns, names: str) -> tuple[list[Line], Layout]:
    """The lines that were looked at, and what they tell about the fields.

    Raises:
        PuzzleError: they tell several things, or a column that was asked for is not there.
    """
    ahead: list[Line] = []
    for row in itertools.islice(rows, LOOKED_AT):
        ahead.append(row)
        line = row[1]
        if (
            line is not None
            and (is_listed(line) or not first_link(line))
            and (found := by_content([_without_remark(line)[0]], columns, names))
        ):
            return ahead, found
    known = [_without_remark(line)[0] for _, line in ahead if line is not None]
    return ahead, by_content(known, columns, names, last=True) or Layout("", 0)


def _is_title(line: str) -> bool:
    """Whether a line may be a title: words, and nothing that is meant as a board."""
    if len(line) > _TITLE or not any(c.isalpha() for c in line) or is_region_line(line.strip()):
        return False
    return not first_link(line) and not is_listed(line)


def _without_remark(line: str) -> tuple[str, str]:
    """A line without the remark at its end, and the remark."""
    found = _REMARK.search(line)
    return (line[: found.start()].rstrip(), clean(found[1])) if found else (line, "")


def _record(number: int, line: str, layout: Layout, title: str) -> Record:
    """The puzzle of a line.

    Raises:
        PuzzleError: it holds none, or a solution that is none.
    """
    bare = line.strip()
    if hodoku.is_library_line(bare):
        return replace(hodoku.from_library(bare), line=number, name=title)
    if not layout.fixed and (link := first_link(bare)) and (is_link(bare) or not is_listed(line.replace(link, ""))):
        found = from_link(link)
        return replace(found, line=number, name=title or found.name)
    line, remark = _without_remark(line)
    fields = split(line, layout.delimiter)
    if any(map(is_region_line, fields)):
        raise PuzzleError(JIGSAW)
    if layout.rules:
        _refuse_rules(fields, layout)
    field = _puzzle_field(line, fields, layout)
    if is_link(field):
        found = from_link(field)
        return replace(found, line=number, name=found.name or _name(_field(fields, layout.name)))
    called = f"`{layout.label}` " if layout.label else ""
    if not field:
        raise PuzzleError(f"no {called or '`puzzle` '}value")
    puzzle, own = _cells(field, called)
    solution = _field(fields, layout.solution) or _beside(line, puzzle)
    counted = _COUNT.fullmatch(solution) is not None
    solution = "" if counted or solution.lower() in _NONE else solution
    found = Record(
        puzzle=puzzle,
        own=own,
        solution=_answer(solution, puzzle) if solution else None,
        rating=_number(_field(fields, layout.rating)),
        name=title or remark or _name(_field(fields, layout.name)),
        line=number,
    )
    said = "The list says how many solutions there are, and not which." if counted else ""
    return found.noted(said, *_left_out(fields, layout, field))


def _refuse_rules(fields: list[str], layout: Layout) -> None:
    """Refuse a line whose columns hold more rules than the classic ones.

    Raises:
        PuzzleError: names what there is.
    """
    for at, name in layout.rules:
        value = _field(fields, at)
        if value.lower() in (*_NONE, "false", "no", "classic", "[]", "{}"):
            continue
        named = variant_word(value[:200]) or variant_word(name)
        # A number under `ratio` or `even` is a figure of the puzzle; under `diagonal` it is a yes.
        if named or (is_rule(name) and _number(value) is None):
            raise PuzzleError(f"this is a variant, with {named or name}; {ONLY_CLASSIC}")


def _left_out(fields: list[str], layout: Layout, puzzle: str) -> Iterator[str]:
    """Sentences on what stands in a line beside its puzzle.

    Raises:
        PuzzleError: a map of irregular boxes.
    """
    for at, field in enumerate(fields):
        if len(field) != CELLS or at in (layout.puzzle, layout.solution) or field == puzzle:
            continue
        board = line_cells(field)
        if board is not None and is_region_map(board):
            raise PuzzleError(JIGSAW)
        if board is not None and layout.fixed and not board.all():
            yield f"Field {at + 1} holds another board, which was left out."
    for at, _ in layout.words:
        if word := variant_word(_field(fields, at)[:2000]):
            yield f"The line speaks of {word!r}; only the classic rules are followed."


def _field(fields: list[str], at: int | None) -> str:
    return fields[at] if at is not None and at < len(fields) else ""


def _puzzle_field(line: str, fields: list[str], layout: Layout) -> str:
    """The field that should be the puzzle; where no name says so, another one if it alone is a board with blanks."""
    field = _field(fields, layout.puzzle)
    if layout.fixed or (field and line_cells(field) is not None):
        return field
    boards = [other for other in fields if kind_of(other) == "puzzle"]
    boards = boards or [run for run in _RUN.findall(line) if kind_of(run) == "puzzle"]
    boards = boards or [other for other in fields if kind_of(other) == "meant"]
    return boards[0] if len(boards) == 1 else field or " ".join(fields)


def _beside(line: str, puzzle: np.ndarray) -> str:
    """The full grid that stands in the same line, if it solves the puzzle, whatever sign is between them."""
    runs = [run for run in _RUN.findall(line) if kind_of(run) == "full"]
    return runs[0] if len(runs) == 1 and is_answer(one_line(runs[0]), puzzle) else ""


def _cells(field: str, called: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Clues and digits filled in, where the field can tell."""
    if (marked := hodoku.marked_cells(field)) is not None:
        return marked
    field = field if len(field) == CELLS else "".join(field.split())
    if LOST.fullmatch(field):
        raise PuzzleError(
            f"{called or 'the puzzle '}is {field}: a spreadsheet made a number of it; save the column as text"
        )
    if len(field) != CELLS:
        said = wrong_length(field)
        raise PuzzleError(f"{called}has {said}" if called and said[0].isdecimal() else called + said)
    try:
        return one_line(field), None
    except PuzzleError as error:
        raise PuzzleError(f"{called}{'is no puzzle: ' if called else ''}{error}") from None


def _name(text: str) -> str:
    """A name without the stop behind a number; nothing where there is no letter or digit."""
    text = clean(text).rstrip(".):")
    return text if any(map(str.isalnum, text)) else ""


def _answer(text: str, puzzle: np.ndarray) -> np.ndarray:
    text = "".join(text.split())
    if len(text) != CELLS:
        raise PuzzleError(f"the solution has {len(text)} characters, {CELLS} wanted: {shown(text)}")
    return require_answer(one_line(text), puzzle)


def _number(text: str) -> float | None:
    """A rating, or None: ratings serve plots alone, so a line is not refused for one."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
