"""JSON: one object, an array of them, or one a line (JSON lines); boards as texts, 81 numbers or nine rows of nine.

Arrays are taken apart while they are read, so a file of any size needs the memory of one element.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vmd_sudoku.board import CELLS, SIDE
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import fpuzzles
from vmd_sudoku.formats.cells import (
    BLANKS,
    FIGURES,
    is_answer,
    line_cells,
    one_line,
    plain_digits,
    require_answer,
    square,
    wrong_length,
    wrong_size,
)
from vmd_sudoku.formats.columns import LOST, NAMES, Columns, meant
from vmd_sudoku.formats.record import BadLine, Record, clean, shown
from vmd_sudoku.formats.variants import JIGSAW, KINDS, ONLY_CLASSIC, is_region_map, is_rule, variant_word

ELEMENT_LIMIT = 10_000_000
"""Characters of the longest JSON value that is read as a whole."""
_DEEP = 6
"""Levels down to which puzzles are looked for in an object."""
_NAMED = {*NAMES["name"], "author", "url", "link", "site"}
"""Keys whose texts may speak of anything; a title that names a variant is noted where all titles are."""


class NoJson(Exception):
    """What begins like JSON is none, so other rules may read it; never leaves the reader."""


class _Reading:
    """A text that comes in pieces, and the place where reading goes on."""

    def __init__(self, pieces: Iterable[str]):
        self._pieces = iter(pieces)
        self._decoder = json.JSONDecoder()
        self._text, self._at, self._ended = "", 0, False

    def more(self) -> bool:
        """Read on; False at the end."""
        piece = next(self._pieces, None)
        self._ended = piece is None
        # What was read is dropped, so that a file of any size takes the memory of one value.
        self._text, self._at = self._text[self._at :] + (piece or ""), 0
        if len(self._text) > ELEMENT_LIMIT:
            raise PuzzleError(f"a JSON value of more than {ELEMENT_LIMIT} characters; that is no Sudoku")
        return not self._ended

    def next_sign(self, skipped: str) -> str:
        """The next character that is none of `skipped`, which stays; "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in skipped:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self.more():
                return ""

    def step(self) -> None:
        """Past one character."""
        self._at += 1

    def back_to(self, sign: str) -> None:
        """Put a sign that was stepped past in front again."""
        self._text, self._at = sign + self._text[self._at :], 0

    def value(self) -> Any:
        """The JSON value that begins here.

        Raises:
            ValueError, RecursionError: it is none.
        """
        while True:
            had = len(self._text) - self._at
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                # A number may go on in the next piece.
                if end < len(self._text) or self._ended or self._text[end - 1] in '}]"':
                    self._at = end
                    return value
            except ValueError:
                if self._ended:
                    raise
            # Tried again when twice as much is there, so long values do not cost the square of their length.
            while len(self._text) - self._at < 2 * had and self.more():
                pass


def values(pieces: Iterable[str]) -> Iterator[Any]:
    """The JSON values of a text, one after the other; of an array, its elements.

    Raises:
        NoJson: the text does not begin with JSON. PuzzleError: it cannot be read on.
    """
    reading, depth, found = _Reading(pieces), 0, 0
    while sign := reading.next_sign(" \t\r\n\ufeff," if found or depth else " \t\r\n\ufeff"):
        if sign == "]" and depth:
            reading.step()
            depth -= 1
            continue
        try:
            if sign == "[" and not depth and _is_of_elements(reading):
                depth += 1
                continue
            yield reading.value()
            found += 1
        except (ValueError, RecursionError) as error:
            if found:
                raise PuzzleError(f"the JSON cannot be read on: {str(error)[:80]}") from None
            raise NoJson from None
        except PuzzleError:
            if found:
                raise
            raise NoJson from None
    if depth:
        raise PuzzleError("the JSON is cut off")


def _is_of_elements(reading: _Reading) -> bool:
    """Whether an array holds objects, texts or arrays rather than numbers; then reading goes on inside it."""
    reading.step()
    if reading.next_sign(" \t\r\n") in ("{", '"', "["):
        return True
    reading.back_to("[")
    return False


def from_values(found: Iterable[Any], columns: Columns) -> Iterator[Record | BadLine]:
    """The puzzles of JSON values; nine rows of nine in sequence are one board."""
    rows: list[Any] = []
    place = 0
    try:
        for value in found:
            place += 1
            # A row of another size belongs to another board, so what was gathered is told before it is lost.
            if rows and (_size(value) != _size(rows[0]) or len(rows) == _wanted(rows)):
                yield from _of_rows(rows, place - len(rows), columns)
                rows = []
            if _size(value):
                rows.append(value)
            else:
                yield from _of_value(value, place, columns)
    except PuzzleError as error:
        place += 1
        yield BadLine(line=place, reason=str(error))
        rows = []
    if rows:
        yield from _of_rows(rows, place - len(rows) + 1, columns)


def _size(value: Any) -> int:
    """How many cells a value has that is one row of a board, or one cell; 0 for any other value."""
    if value is None or (isinstance(value, str) and len(value) < 2) or (type(value) is int and 0 <= value <= SIDE):
        return 1
    return len(value) if _is_row(value) else 0


def _wanted(rows: Sequence[Any]) -> int:
    """How many such rows make up a board, of whatever size."""
    size = _size(rows[0])
    return CELLS if size == 1 else size


def _of_rows(rows: list[Any], place: int, columns: Columns) -> Iterator[Record | BadLine]:
    wanted = _wanted(rows)
    if len(rows) == wanted:
        yield from _of_value(rows, place, columns)
        return
    kinds = "cell" if wanted == CELLS else "row"
    yield BadLine(line=place, reason=f"{len(rows)} {kinds}{'s' * (len(rows) != 1)} of a board, {wanted} wanted")


def from_line(line: str, number: int, columns: Columns) -> Iterator[Record | BadLine]:
    """The puzzles of one line of JSON lines."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        yield BadLine(line=number, reason=f"no JSON that can be read: {str(error)[:80]}", text=line[:80])
        return
    yield from _of_value(value, number, columns)


def from_object(value: Mapping, place: int, columns: Columns) -> Iterator[Record | BadLine]:
    """The puzzles of keys and values that stand for one object; nothing where none of them is meant as a board."""
    try:
        found = list(_boards(value, columns, 0))
    except PuzzleError as error:
        found = [str(error)]
    for one in found:
        yield (
            replace(one, line=place) if isinstance(one, Record) else BadLine(line=place, reason=one, text=_text(value))
        )


def _of_value(value: Any, place: int, columns: Columns) -> Iterator[Record | BadLine]:
    try:
        found = list(_boards(value, columns, 0))
    except PuzzleError as error:
        yield BadLine(line=place, reason=str(error), text=_text(value))
        return
    if not found:
        yield BadLine(line=place, reason=f"no puzzle in this JSON: {_text(value)}", text=_text(value))
    for record in found:
        yield (
            replace(record, line=place)
            if isinstance(record, Record)
            else BadLine(line=place, reason=record, text=_text(value))
        )


def _text(value: Any) -> str:
    try:
        return json.dumps(value)[:40]
    except (ValueError, TypeError, RecursionError):
        return ""


def _boards(value: Any, columns: Columns, depth: int) -> Iterator[Record | str]:
    """The puzzles in a value, or the reasons why they are none; a board alone, an object with one, or what holds such.

    Raises:
        PuzzleError: the value is a board that cannot be read, or a variant.
    """
    if not isinstance(value, Mapping):
        if isinstance(value, str) or _is_board(value):
            yield Record(puzzle=_board(value, ""))
        elif isinstance(value, list) and depth < _DEEP:
            yield from _each(value, columns, depth)
        return
    if fpuzzles.is_object(value):
        yield fpuzzles.from_object(value)
        return
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        rows = [
            dict(zip(map(str, value["columns"]), row, strict=False)) for row in value["data"] if isinstance(row, list)
        ]
        yield from _each(rows, columns, depth + 1)
        return
    keys = _keys(value, columns)
    puzzle = value.get(keys["puzzle"]) if keys["puzzle"] is not None else None
    if isinstance(puzzle, Mapping) or (isinstance(puzzle, list) and not _is_board(puzzle) and not _is_grid(puzzle)):
        yield from _by_columns(value, keys, columns, depth)
        return
    if puzzle is not None:
        yield _of_object(value, keys)
        for other in _alike(value, keys):
            yield _of_object(value, keys | {"puzzle": other, "solution": None})
        return
    _refuse_rules(value)
    if (placed := _by_places(value)) is not None:
        yield placed
        return
    if "cells" in value and isinstance(value["cells"], list):
        form = "SudokuPad's own form" if any(isinstance(row, list) for row in value["cells"]) else "a form of `cells`"
        raise PuzzleError(f"this is JSON in {form}, which is not read; copy the 81 characters or the grid")
    if (unnamed := _unnamed(value)) is not None:
        yield unnamed
        return
    if depth < _DEEP:
        for inner in value.values():
            if isinstance(inner, Mapping | list):
                yield from _boards(inner, columns, depth + 1)


def _alike(value: Mapping, keys: Mapping[str, Any]) -> list[Any]:
    """Keys of further puzzles, which differ from the first one's in their number alone."""
    stem = _stem(keys["puzzle"])
    return [key for key in value if key != keys["puzzle"] and _stem(key) == stem and value[key]] if "#" in stem else []


def _stem(key: Any) -> str:
    return re.sub(r"\d+", "#", str(key).lower())


def _by_places(value: Mapping) -> Record | None:
    """The board of an object with a key for each row, or for each cell by row and column; cells may be missing.

    Raises:
        PuzzleError: whether rows and columns are counted from 0 or from 1 cannot be told; or a cell is none.
    """
    numbered = {key: tuple(map(int, re.findall(r"\d{1,3}", str(key)))) for key in value}
    rows = [(numbers, value[key]) for key, numbers in numbered.items() if re.fullmatch(r"r(?:ow)?[\W_]*#", _stem(key))]
    if len(rows) == SIDE and [at for (at,), _ in rows] in (list(range(SIDE)), list(range(1, SIDE + 1))):
        lines = [re.sub(r"[\s,;|]", "", row) if isinstance(row, str) else row for _, row in rows]
        return Record(puzzle=_board(lines, "")) if _is_board(lines) else None
    cells = {
        numbers: value[key]
        for key, numbers in numbered.items()
        if re.fullmatch(r"[\W_]*r(?:ow)?[\W_]*#[\W_]*c(?:ol|olumn)?[\W_]*#[\W_]*", _stem(key))
    }
    if len(cells) < SIDE or not all(map(_is_cell, cells.values())):
        return None
    used = {number for numbers in cells for number in numbers}
    if not used <= set(range(SIDE + 1)) or (0 in used) == (SIDE in used):
        raise PuzzleError("whether rows and columns are counted from 0 or from 1 cannot be told from these keys")
    first = 0 if 0 in used else 1
    board = np.zeros(CELLS, np.int8)
    for (row, column), cell in cells.items():
        board[(row - first) * SIDE + column - first] = _cell(cell)
    return Record(puzzle=board)


def _unnamed(value: Mapping) -> Record | None:
    """The one board with blanks among the texts of an object that calls nothing a puzzle; and the one full grid, if it fits."""
    boards = [
        (key, found)
        for key, text in value.items()
        if isinstance(text, str) and (found := line_cells(plain_digits(text))) is not None
    ]
    puzzles = [(key, found) for key, found in boards if not found.all()]
    if len(puzzles) != 1:
        return None
    key, puzzle = puzzles[0]
    answers = [found for _, found in boards if is_answer(found, puzzle)]
    note = f"No field has a known name; `{clean(str(key))}` was read as the puzzle."
    return Record(puzzle=puzzle, solution=answers[0] if len(answers) == 1 else None, notes=(note,))


def _each(values: Sequence[Any], columns: Columns, depth: int) -> Iterator[Record | str]:
    for value in values:
        try:
            yield from _boards(value, columns, depth + 1)
        except PuzzleError as error:
            yield str(error)


def _keys(value: Mapping, columns: Columns) -> dict[str, Any]:
    """Which key of an object holds what."""
    low = {str(key).lower(): key for key in value}
    found: dict[str, Any] = {}
    for kind, names in NAMES.items():
        # A name that fits exactly goes before one that only sounds like it.
        exact = next((low[name] for name in names if name in low), None)
        found[kind] = exact if exact is not None else next((key for key in value if meant(str(key), kind)), None)
    # An API that calls a board by what it is: `value` beside `solution`.
    if found["puzzle"] is None and "value" in low and isinstance(value[low["value"]], list):
        found["puzzle"] = low["value"]
    for kind, name in vars(columns).items():
        if name:
            # A column that was asked for and is missing is a mistake to be told; none is taken in its place.
            if name.lower() not in low:
                raise PuzzleError(
                    f"no field is called {name[:40]!r}; there are {', '.join(map(repr, list(low)[:12]))}"[:300]
                )
            found[kind] = low[name.lower()]
    return found


def _of_object(value: Mapping, keys: Mapping[str, Any]) -> Record:
    _refuse_rules(value)
    field = value[keys["puzzle"]]
    # What has no lists writes cells with a sign between them.
    field = re.sub(r"[,;|]", "", field) if isinstance(field, str) and len(field) > CELLS else field
    puzzle = _board(field, f"`{clean(str(keys['puzzle']))}` ")
    solution = value.get(keys["solution"]) if keys["solution"] is not None else None
    rating = value.get(keys["rating"]) if keys["rating"] is not None else None
    name = value.get(keys["name"]) if keys["name"] is not None else None
    return Record(
        puzzle=puzzle,
        solution=require_answer(_board(solution, "the solution "), puzzle) if solution else None,
        rating=_rating(rating),
        name=clean(str(name)) if isinstance(name, str | int) else "",
        notes=(*_words_on_rules(value), *_left_out(value, keys, puzzle)),
    )


def _words_on_rules(value: Mapping) -> Iterator[str]:
    """Sentences on rules that stand in words."""
    rules = fpuzzles.rules_note(value.get("rules") or value.get("ruleset"))
    if rules:
        yield rules
        return
    for key, text in value.items():
        if str(key).lower() not in _NAMED and isinstance(text, str) and (word := variant_word(text[:2000])):
            yield f"`{clean(str(key))}` speaks of {word!r}; only the classic rules are followed."
            return


def _left_out(value: Mapping, keys: Mapping[str, Any], puzzle: np.ndarray) -> Iterator[str]:
    """Sentences on what an object holds beside its puzzle.

    Raises:
        PuzzleError: a map of irregular boxes.
    """
    alike = _stem(keys["puzzle"])
    for key, other in value.items():
        if key in keys.values() or _stem(key) == alike or not isinstance(other, str | list):
            continue
        if re.search("candidate|pencil", _stem(key)) and other:
            yield f"`{clean(str(key))}` was left out: pencil marks are no clues."
        elif (board := _other_board(other)) is not None:
            if is_region_map(board):
                raise PuzzleError(JIGSAW)
            if not is_answer(board, puzzle):
                yield f"`{clean(str(key))}` holds another board, which was left out."


def _other_board(value: Any) -> np.ndarray | None:
    if isinstance(value, str):
        return line_cells(plain_digits(value))
    try:
        return _board(value, "") if _is_board(value) else None
    except PuzzleError:
        return None


def _rating(value: Any) -> float | None:
    try:
        # float(True) is 1.0, and a yes is no rating.
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _by_columns(value: Mapping, keys: Mapping[str, Any], columns: Columns, depth: int) -> Iterator[Record | str]:
    """Columns of a table, as lists or as objects of row numbers (pandas' `to_json`); or what only looks like one."""
    puzzles = value[keys["puzzle"]]
    if isinstance(puzzles, Mapping) and not all(isinstance(board, str | list) for board in puzzles.values()):
        yield from _boards(puzzles, columns, depth + 1)
        return
    rows = list(puzzles) if isinstance(puzzles, Mapping) else range(len(puzzles))
    for row in rows:
        try:
            picked = {
                name: value[name][row]
                for name in keys.values()
                if name is not None and isinstance(value[name], Mapping | list) and _has(value[name], row)
            }
            if isinstance(picked.get(keys["puzzle"]), Mapping):
                yield from _boards(picked[keys["puzzle"]], columns, depth + 1)
            else:
                yield _of_object(picked, keys)
        except PuzzleError as error:
            yield str(error)


def _has(values: Any, row: Any) -> bool:
    return row in values if isinstance(values, Mapping) else row < len(values)


def _refuse_rules(value: Mapping) -> None:
    """Refuse an object with a constraint that a classic board lacks."""
    names = [str(key) for key, inner in value.items() if inner and is_rule(str(key))]
    kinds = [value[key] for key in value if str(key).lower() in KINDS and isinstance(value[key], str)]
    names += [word for kind in kinds if (word := variant_word(kind[:200]))]
    if names:
        raise PuzzleError(f"this is a variant, with {', '.join(clean(name) for name in names[:3])}; {ONLY_CLASSIC}")


def _is_row(value: Any) -> bool:
    """Whether a value is one row of a board rather than a board."""
    if isinstance(value, str):
        return len(value) in (4, 6, SIDE, 12, 16, 25) and set(value) <= set(FIGURES + BLANKS)
    return isinstance(value, list) and 3 < len(value) < CELLS and all(_is_cell(cell) for cell in value)


def _is_cell(value: Any) -> bool:
    return value is None or isinstance(value, int | float) or (isinstance(value, str) and len(value) <= 2)


def _is_grid(value: Any) -> bool:
    """Whether a value is rows of cells, of whatever size; or rows as texts."""
    return (
        isinstance(value, list)
        and 3 < len(value) <= 25
        and (all(map(_is_row, value)) or all(isinstance(row, str) and len(row) == len(value) for row in value))
    )


def _is_board(value: Any) -> bool:
    return isinstance(value, list) and (_is_grid(value) or (len(value) >= CELLS and all(map(_is_cell, value))))


def _board(value: Any, called: str) -> np.ndarray:
    """81 cells: a text, 81 cells, or rows of them.

    Raises:
        PuzzleError: another size, or another value.
    """
    if isinstance(value, bool | float) or (isinstance(value, int) and len(str(value)) > 0):
        text = str(value)
        lost = isinstance(value, int) or LOST.fullmatch(text)
        raise PuzzleError(
            f"{called}is a number, {text[:24]}; leading zeros {'are' if lost else 'may be'} lost: write it as a text"
        )
    if isinstance(value, str):
        text = plain_digits(value)
        found = line_cells(text)
        if found is None:
            text = "".join(text.split())
            if len(text) != CELLS:
                said = wrong_length(text)
                raise PuzzleError(f"{called}has {said}" if called and said[0].isdecimal() else called + said)
            found = one_line(text)
        return found
    if not isinstance(value, list):
        raise PuzzleError(f"{called}is no board: {shown(_text(value))}")
    rows = [list(row) if isinstance(row, str | list) else [row] for row in value]
    if _is_grid(value) and len(rows) != SIDE:
        raise PuzzleError(wrong_size(len(rows)))
    cells = [cell for row in rows for cell in row]
    if len(cells) != CELLS:
        raise PuzzleError(
            wrong_size(side) if (side := square(len(cells))) else f"{called}has {len(cells)} cells, {CELLS} wanted"
        )
    return np.array([_cell(cell) for cell in cells], np.int8)


def _cell(value: Any) -> int:
    if value is None or value is False or value in ("", 0, "0", ".", "-", "_", " ", "*", "x", "X", "?"):
        return 0
    text = plain_digits(str(value))
    text = text.removesuffix(".0")
    if isinstance(value, bool) or text not in {*FIGURES}:
        raise PuzzleError(f"a cell is {str(value)[:20]!r}; wanted 1 to 9, and 0, an empty text or null for a blank")
    return int(text)
