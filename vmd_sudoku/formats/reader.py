"""The one reader: whatever people bring becomes a stream of records, for every command, the library and the app.

What a source is shows at its beginning: numpy's arrays, JSON and XML by their first signs; else lines, which are a list if
one of them holds a board by itself, and grids otherwise. Links are parsed and never fetched.
"""

import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from vmd_sudoku.board import SIDE, looks_like_puzzle
from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats import apps, arrays, hodoku, ini, objects
from vmd_sudoku.formats.art import has_words, is_border, is_comment, is_markup, plain
from vmd_sudoku.formats.columns import DELIMITERS, Columns, Layout, header, is_listed, split
from vmd_sudoku.formats.fpuzzles import from_packed
from vmd_sudoku.formats.grids import from_grids
from vmd_sudoku.formats.layouts import GRID_LIMIT
from vmd_sudoku.formats.links import first_link, from_link, is_link
from vmd_sudoku.formats.lists import from_list
from vmd_sudoku.formats.pairs import with_answers
from vmd_sudoku.formats.record import BadLine, Record, clean, shown
from vmd_sudoku.formats.rows import in_one_piece
from vmd_sudoku.formats.sources import Source, Text, named, opened, reading
from vmd_sudoku.formats.variants import row_of

ANY = Columns()

_SECTION = re.compile(r"\[[A-Za-z][\w ]{0,20}\]")
_MARKUP = re.compile(r"<[?!A-Za-z]")
_NUMBERED = re.compile(r"^\s*#\s?(\d{1,7}[.:)]?\s+(?=[0-9.]{81}(?![0-9.])))")
"""A list whose numbers have the sign of a remark in front."""
_PACKED = re.compile(r"(?:fpuzzles|fpuz)?(N4Ig[\w+/=\\-]{40,})")


def records(source: Source, columns: Columns = ANY) -> Iterator[Record | BadLine]:
    """Every puzzle of a source, one after the other, each as soon as it is read; and every line that holds none.

    source: the name of a file, `-` for standard input, an open file, or a puzzle, a list or a link as text. columns: those
    that a person named. Memory does not grow with the source, and a source is opened once.

    Raises:
        PuzzleFileError: the source cannot be opened or is no text; a source without any puzzle raises nothing.
    """
    if isinstance(source, str) and source != "-" and is_text(source):
        yield from records_of_text(source, columns)
        return
    with named(source) as (_, stream, path), reading():
        array, text = opened(stream)
        if array is not None:
            yield from arrays.from_array(array, path)
        elif text is not None:
            yield from _of_text(text, columns)


def records_of_text(text: str, columns: Columns = ANY) -> Iterator[Record | BadLine]:
    """As `records`, of a text, which is never taken for the name of a file."""
    return _of_text(Text(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))), columns)


def is_text(argument: str) -> bool:
    """Whether an argument is a puzzle or a link rather than the name of a file."""
    bare = argument.strip()
    return is_link(bare) or "\n" in argument or bare.startswith(("{", "[[", ":0")) or looks_like_puzzle(plain(argument))


def _of_text(text: Text, columns: Columns) -> Iterator[Record | BadLine]:
    for found in with_answers(_by_form(text, columns)):
        if isinstance(found, Record) and text.notes:
            found = found.noted(*dict.fromkeys(text.notes))
            text.notes.clear()
        yield found


def _by_form(text: Text, columns: Columns) -> Iterator[Record | BadLine]:
    """The records of a text by the form that its beginning shows."""
    begin = text.beginning().lstrip("\ufeff")
    if begin[:1] in ("{", "[") and not _SECTION.fullmatch(begin):
        if begin.startswith("{") and begin.endswith("}") and _is_json(begin):
            yield from _json_lines(text, columns)
            return
        kept: list[str] = []
        try:
            yield from objects.from_values(objects.values(_keeping(text.pieces(), kept)), columns)
            return
        except objects.NoJson:
            text.again(kept)
            if re.match(r"\{\s*[\"']", begin):
                yield from _json_lines(text, columns)
                return
            yield from _instead_of_json(_of_lines(_plain_lines(text), columns))
            return
    elif _MARKUP.match(begin) and not first_link(begin):
        yield from apps.from_xml(text.pieces())
        return
    lines = _plain_lines(text)
    ahead = ini.beginning(lines)
    lines = itertools.chain(ahead, lines)
    yield from ini.from_pairs(lines, columns) if ini.is_of_pairs(ahead) else _of_lines(lines, columns)


def _plain_lines(text: Text) -> Iterator[tuple[int, str | None]]:
    lines = ((number, line if line is None else plain(line)) for number, line in text.lines())
    return in_one_piece(
        (number, _NUMBERED.sub(r"\1", line) if line and "#" in line else line) for number, line in lines
    )


def _instead_of_json(found: Iterator[Record | BadLine]) -> Iterator[Record | BadLine]:
    """What other rules make of a text that begins like JSON and is none."""
    first = next(found, None)
    if isinstance(first, BadLine):
        first = replace(first, reason=f"this begins like JSON, but it is no JSON that can be read: {first.reason}")
    if first is not None:
        yield first
        yield from found


def _json_lines(text: Text, columns: Columns) -> Iterator[Record | BadLine]:
    for number, line in text.lines():
        if line is None or line.strip():
            yield from objects.from_line(line or "", number, columns)


def _is_json(line: str) -> bool:
    return not any(
        isinstance(one, BadLine) and one.reason.startswith("no JSON") for one in objects.from_line(line, 1, ANY)
    )


def _keeping(pieces: Iterable[str], kept: list[str]) -> Iterator[str]:
    """The pieces, of which the first are kept for another try: as many as one JSON value may have."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size <= objects.ELEMENT_LIMIT + len(piece):
            kept.append(piece)
        else:
            kept.clear()
        yield piece


def _of_lines(lines: Iterator[tuple[int, str | None]], columns: Columns) -> Iterator[Record | BadLine]:
    """A list or grids, by the first line that shows which."""
    ahead: list[tuple[int, str | None]] = []
    title, names, size, commented = "", "", 0, 0
    empty_link: BadLine | None = None
    unsure: Layout | None = None
    for number, line in lines:
        ahead.append((number, line))
        bare = (line or "").strip()
        size += len(bare) + 1
        if line is None or size > GRID_LIMIT:
            break
        if not bare or (is_border(line) and not is_listed(line)):
            continue
        if is_comment(line):
            commented = commented or (number if is_listed(bare.lstrip("#/%-* ")) else 0)
            title = title or (bare[2:] if bare.startswith(("#D", "#C")) else "")
            continue
        if not is_link(bare) and (is_listed(line) or hodoku.is_library_line(bare)):
            yield from _list(ahead[-1:], lines, unsure, columns, names, "" if unsure else title)
            return
        if match := _PACKED.fullmatch(bare):
            yield _one(lambda packed=match[1]: from_packed(packed), number)
            return
        if link := first_link(line):
            found = _one(lambda link=link: from_link(link), number)
            if isinstance(found, Record) or not found.reason.startswith("no puzzle is in this link"):
                yield from _list(ahead[-1:], lines, None, columns, "", title)
                return
            empty_link = empty_link or found
        if not names and len(row_of(line)) > SIDE and any(map(str.isdecimal, line)):
            yield from from_grids(itertools.chain(ahead, lines))  # a row of a larger board, which will be called so
            return
        if names and not has_words(line) and _has_as_many_fields(names, line):
            yield BadLine(
                line=ahead[0][0], reason=f"several columns, but none is called `puzzle`: {shown(names)}", text=names
            )
            return
        if bare.startswith(";") and has_words(line):
            continue
        if not has_words(line) or _SECTION.fullmatch(bare):
            yield from from_grids(itertools.chain(ahead, lines))
            return
        try:
            layout = header(line, columns)
        except PuzzleError as error:
            yield BadLine(line=number, reason=str(error), text=bare[:80])
            return
        if layout is not None and layout.sure:
            yield from _list([], lines, layout, columns, "", title)
            return
        unsure = layout
        names = line if any(len(split(line, mark)) > 1 for mark in DELIMITERS) and not bare.startswith(";") else ""
        title = title if names or is_markup(bare) else clean(bare)
    else:
        yield from [empty_link] if empty_link else _without_a_list(ahead, commented)
        return
    yield from from_list(itertools.chain(ahead, lines), None, columns)


def _without_a_list(ahead: list[tuple[int, str | None]], commented: int) -> Iterator[Record | BadLine]:
    """All lines of a text, none of which began a list; the first remark that looks like a puzzle, 0 for none."""
    if any(line and line.strip() and not is_comment(line) for _, line in ahead):
        yield from from_grids(iter(ahead))
    elif commented:
        reason = "every line is a remark; take the sign at its beginning away to have it read"
        yield BadLine(line=commented, reason=reason)


def _has_as_many_fields(names: str, line: str) -> bool:
    """Whether a line fits under a line of names, of a table that is no board of nine columns."""
    return any(mark in names and len(split(names, mark)) == len(split(line, mark)) != SIDE for mark in DELIMITERS)


def _list(
    ahead: list[tuple[int, str | None]],
    lines: Iterator[tuple[int, str | None]],
    layout: Layout | None,
    columns: Columns,
    names: str,
    title: str,
) -> Iterator[Record | BadLine]:
    """A list, whose first record has the title that stood above it."""
    try:
        found = from_list(itertools.chain(ahead, lines), layout, columns, names, bool(title))
        for one in found:
            if title and isinstance(one, Record):
                one, title = replace(one, name=one.name or clean(title)), ""
            yield one
    except PuzzleError as error:
        # What is wrong with the whole file is no bad line of it.
        if isinstance(error, PuzzleFileError):
            raise
        yield BadLine(line=ahead[0][0] if ahead else 1, reason=str(error))


def _one(read: object, number: int) -> Record | BadLine:
    try:
        return replace(read(), line=number)  # type: ignore[operator]
    except PuzzleError as error:
        return BadLine(line=number, reason=str(error))
