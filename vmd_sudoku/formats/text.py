"""Puzzles as people write them: text forms and links in, text forms, links and pictures out. Nothing is ever fetched.

Reading asks, in this order: a link? f-puzzles JSON? a grid of candidates? a list of puzzles (`.sdm`, CSV)? a table of nine
by nine fields? Else one rule reads nearly all there is: the digits, and the one other character that is there just as
often as cells are missing; bars and borders fall away. `.sdk` headers are taken off before (sudopedia, "Clipboard and File
Formats").
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, SIDE, looks_like_puzzle, parse
from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats.cells import _DIGITS, _HOW, _SIGNS, _SUKAKU, _WEAK_SIGNS, Imported, _cells, _clean
from vmd_sudoku.formats.links import _from_json, _from_link, is_link
from vmd_sudoku.formats.rows import _PUZZLE_COLUMNS, _fields

TEXT_LIMIT = 10_000_000
"""Characters of the longest text that is read."""
GRID_LIMIT = 20_000
"""Characters of the longest text of one puzzle; what is longer is read as a list, of which only the beginning counts."""


def read_text(text: str) -> Imported:
    """The puzzle in a text or a link of any known form.

    Raises:
        PuzzleError: there is none, or it is one that we cannot solve; says what was found and what to do.
    """
    if len(text) > TEXT_LIMIT:
        raise PuzzleError(f"this text has {len(text)} characters; one puzzle is enough, {TEXT_LIMIT} are the limit")
    text = text.removeprefix("\ufeff")
    bare = text.strip()
    if not bare:
        raise PuzzleError(f"there is no puzzle here yet; {_HOW}")
    if is_link(bare):
        return _from_link(bare)
    if bare.startswith("{"):
        return _from_json(bare)
    if len(text) > GRID_LIMIT:
        return _from_long_list(text)
    lines, title, note = _without_headers(text.splitlines())
    body = [line for line in lines if not _has_words(line)]
    found = _from_candidates(body) or _from_list(lines) or _from_table(lines) or _from_grid(body)
    if found:
        spoken = next((line for line in lines if _has_words(line)), "") if not found.more else ""
        return Imported(found.puzzle, title or _clean(spoken), " ".join(filter(None, (note, found.note))), found.more)
    for word in bare.split():
        if is_link(word):
            return _from_link(word)
    return Imported(_plain(body, bare))


def read_file(path: Path) -> Imported:
    """The puzzle in a text file of any known form; of a list, the first.

    Raises:
        PuzzleFileError: it cannot be read, or holds no puzzle; names the file.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return read_text(file.read(TEXT_LIMIT + 1))
    except OSError as error:
        raise PuzzleFileError(f"cannot read {path}: {error.strerror}; {_HOW}, or name a file") from None
    except UnicodeDecodeError as error:
        raise PuzzleFileError(f"{path.name} is not a text file ({error})") from None
    except PuzzleError as error:
        raise PuzzleFileError(f"{path.name}: {error}") from None


def is_text(argument: str) -> bool:
    """Whether an argument is a puzzle or a link rather than the name of a file."""
    return is_link(argument.strip()) or "\n" in argument or looks_like_puzzle(argument)


# Text


def _has_words(line: str) -> bool:
    """Whether a line holds letters other than the x of a blank."""
    return any(c.isalpha() and c not in "xX" for c in line)


def _without_headers(lines: Sequence[str]) -> tuple[list[str], str, str]:
    """The lines of the puzzle of an `.sdk` file, or of any other text; its title, and a note on what was left out."""
    sections: dict[str, list[str]] = {"puzzle": [], "state": []}
    described: dict[str, str] = {}
    section = "puzzle"
    for line in lines:
        mark = line.strip()
        if mark.lower() in ("[puzzle]", "[state]"):
            section = mark[1:-1].lower()
        elif mark.startswith("#"):
            described.setdefault(mark[1:2], mark[2:])
        else:
            sections[section].append(line)
    title = _clean(described.get("D", "") or described.get("C", ""))
    if not sections["state"]:
        return sections["puzzle"], title, ""
    if not any(map(str.strip, sections["puzzle"])):
        return (
            sections["state"],
            title,
            "The file holds a state without its puzzle: all its digits were taken as clues.",
        )
    return sections["puzzle"], title, "The clues were read; the digits of the saved state were left out."


def _from_list(lines: Iterable[str]) -> Imported | None:
    """The first puzzle of a list, one a line: `.sdm`, or CSV with or without a line of column names."""
    filled = [line for line in lines if line.strip()]
    for place, line in enumerate(filled[:2]):
        fields = _fields(line)
        if place == 1:
            column = next((i for i, name in enumerate(_fields(filled[0])) if name.lower() in _PUZZLE_COLUMNS), None)
            fields = fields if column is None else fields[column : column + 1]
        for field in fields:
            puzzle = _cells(field) if len(field) == CELLS else None
            if puzzle is not None:
                more = len(filled) - place - 1
                return Imported(puzzle, note=_list_note(more) if more else "", more=more)
    return None


def _from_long_list(text: str) -> Imported:
    """The first puzzle of a list of any length."""
    cut = text.rfind("\n", 0, GRID_LIMIT) + 1
    lines, title, _ = _without_headers(text[:cut].splitlines())
    found = _from_list(lines)
    if found is None:
        raise _nothing_found(text)
    more = found.more + sum(1 for line in text[cut:].splitlines() if line.strip())
    return Imported(found.puzzle, title, _list_note(more), more)


def _list_note(more: int) -> str:
    return f"This is the first puzzle of a list; {more} more line{'s' * (more > 1)} follow{'s' * (more == 1)}."


def _from_table(lines: Sequence[str]) -> Imported | None:
    """Nine lines of nine fields, as a spreadsheet gives them; an empty field is a blank."""
    rows = [line for line in lines if line]
    if len(rows) != SIDE or any(len(row) > 200 for row in rows):
        return None
    table = [_fields(row) for row in rows]
    if any(len(fields) != SIDE or len(set(fields) - {*_DIGITS, "", *_SIGNS, *_WEAK_SIGNS, "-"}) for fields in table):
        return None
    return Imported(np.array([_DIGITS.find(field) + 1 if field else BLANK for row in table for field in row], np.int8))


def _from_candidates(lines: Iterable[str]) -> Imported | None:
    """A grid of candidates: 81 groups of digits, of which single ones are cells."""
    rows = [found for line in lines if (found := re.findall("[0-9]+", line))]
    groups = [group for row in rows for group in row]
    # Nine a line, or all in one: a list of puzzles may have 81 groups by chance.
    if len(groups) != CELLS or len(rows) not in (1, SIDE) or any(len(row) != CELLS // len(rows) for row in rows):
        return None
    if all(len(group) == 1 for group in groups):
        return None
    if any(len(set(group)) < len(group) or ("0" in group and len(group) > 1) for group in groups):
        return None
    puzzle = np.array([int(group) if len(group) == 1 else BLANK for group in groups], np.int8)
    return Imported(
        puzzle, note="A grid of candidates: cells with one candidate were read as clues, the others as blanks."
    )


_BORDER = re.compile(r"(?=.*(?:-{3}|={3}))[-=+|*.:'`,! ]+")


def _from_grid(lines: Iterable[str]) -> Imported | None:
    """81 cells in any layout, with or without bars between boxes."""
    lines = list(lines)
    inner = "\n".join(line for line in lines if not _BORDER.fullmatch(line.strip()))
    for text in (inner, "\n".join(lines)):
        puzzle = _cells(text)
        if puzzle is not None:
            return Imported(puzzle)
    return None


def _plain(lines: Sequence[str], text: str) -> np.ndarray:
    """The puzzle in a text that no other rule reads (`.` and `0` may both stand for blanks), or what is wrong with it."""
    inner = [line for line in lines if not _BORDER.fullmatch(line.strip())]
    squeezed = "".join("".join(inner).split())
    if len(squeezed) == _SUKAKU and set(squeezed) <= set("0." + _DIGITS):
        raise PuzzleError(
            f"these {_SUKAKU} characters are a Sukaku (candidates instead of clues), which we do not solve; {_HOW}"
        )
    plain = "\n".join(line.replace("|", "") for line in inner) if squeezed else text
    if len(plain) <= 2 * CELLS:
        return parse(plain)
    raise _nothing_found(text)


def _nothing_found(text: str) -> PuzzleError:
    digits = sum(map(text.count, _DIGITS))
    return PuzzleError(
        f"no puzzle was found in these {len(text)} characters, of which {digits} are digits from 1 to 9; {_HOW}"
    )


# Links


# Writing
