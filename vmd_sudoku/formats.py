"""Puzzles as people write them: text forms and links in, text forms, links and pictures out. Nothing is ever fetched.

Reading asks, in this order: a link? f-puzzles JSON? a grid of candidates? a list of puzzles (`.sdm`, CSV)? a table of nine
by nine fields? Else one rule reads nearly all there is: the digits, and the one other character that is there just as
often as cells are missing; bars and borders fall away. `.sdk` headers are taken off before (sudopedia, "Clipboard and File
Formats").
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import numpy as np

from vmd_sudoku import lzstring
from vmd_sudoku.board import BLANK, CELLS, DIGITS, SIDE, looks_like_puzzle, parse, to_grid, to_line
from vmd_sudoku.drawing import to_sheet, to_svg
from vmd_sudoku.errors import PuzzleError, PuzzleFileError

TEXT_LIMIT = 10_000_000
"""Characters of the longest text that is read."""
GRID_LIMIT = 20_000
"""Characters of the longest text of one puzzle; what is longer is read as a list, of which only the beginning counts."""
UNPACKED_LIMIT = 200_000
TITLE_LIMIT = 80

_DIGITS = "123456789"
_SIGNS = "0.Xx"
"""What stands for a blank, whatever the layout; the first that fits is taken."""
_WEAK_SIGNS = "*_ "
"""As `_SIGNS`, but also part of the art around cells: they count only where the lines come out as rows."""
_SUKAKU = CELLS * DIGITS
_HOW = "paste 81 characters with . or 0 for the blanks, nine lines of nine, or a link of a Sudoku site"


@dataclass(frozen=True)
class Imported:
    """A puzzle that was read, int8 [81]; its clues may still clash.

    title: its name, or "". note: a sentence on what was left out or assumed, or "". more: further lines of a list.
    """

    puzzle: np.ndarray
    title: str = ""
    note: str = ""
    more: int = 0


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


def _cells(text: str) -> np.ndarray | None:
    """The 81 cells of a text by the one rule, or None: digits, and as many of one other character as cells are missing."""
    missing = CELLS - sum(map(text.count, _DIGITS))
    if missing < 0:
        return None
    rest = [c for c in dict.fromkeys(text) if not c.isalnum() and not c.isspace() and c not in _SIGNS + _WEAK_SIGNS]
    for sign in [*_SIGNS, *_WEAK_SIGNS, *rest]:
        if text.count(sign) != missing or (sign != "0" and "0" in text):
            continue
        rows = [[c for c in line if c == sign or c in _DIGITS] for line in text.splitlines()]
        lengths = [len(row) for row in rows if row]
        # Nine rows of which one is too long and one too short are a slip; nobody means them run together.
        if len(lengths) == SIDE and set(lengths) != {SIDE}:
            continue
        if sign not in _SIGNS and any(length % SIDE for length in lengths):
            continue
        return np.array([_DIGITS.find(c) + 1 for row in rows for c in row], np.int8)
    return None


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


_PUZZLE_COLUMNS = ("puzzle", "question", "quizzes", "quiz", "sudoku")


def _fields(line: str) -> list[str]:
    """The values of one line: of CSV with any usual separator; else the line as it is, then its words."""
    line = line.rstrip("\r\n")
    separator = next((s for s in ",;\t" if s in line), None)
    if separator is None:
        return [line, *line.split()]
    try:
        return [field.strip() for field in next(csv.reader([line], delimiter=separator))]
    except csv.Error:  # a field longer than any puzzle
        return []


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


def _clean(title: str) -> str:
    """A title of one printable line."""
    return "".join(c if c.isprintable() else " " for c in title[: 2 * TITLE_LIMIT]).strip()[:TITLE_LIMIT]


# Links

_SITES = {"sudokuwiki.org": "bd", "sudokuexchange.com": "s", "f-puzzles.com": "load"}
"""Which parameter of a site's links holds the puzzle."""
_PADS = ("sudokupad.app", "crackingthecryptic.com")
_LINK = re.compile(
    r"https?://|www\.|/?\?p=|(?:[\w-]+\.)*(?:" + "|".join(map(re.escape, (*_SITES, *_PADS))) + ")/", re.ASCII | re.I
)


def is_link(text: str) -> bool:
    """Whether a text is one link and nothing else."""
    return bool(_LINK.match(text)) and len(text.split(None, 1)) == 1


def _from_link(link: str) -> Imported:
    """The puzzle that a link of a known site carries, or one of our own (`?p=`)."""
    query_only = link.lstrip("/").startswith("?")
    try:
        parts = urlsplit(link if "://" in link[:9] or query_only else f"https://{link}")
        host = (parts.hostname or "").lower()
    except ValueError:
        raise PuzzleError(f"this link is damaged; copy it again, or {_HOW}") from None
    pairs = (pair.partition("=") for pair in parts.query.split("&"))
    # A plus is part of base64 here, not a space.
    query = {name: unquote(value).replace(" ", "+") if name == "load" else unquote(value) for name, _, value in pairs}
    if _belongs(host, _PADS):
        return _from_pad(query.get("puzzleid", "") or unquote(parts.path).removeprefix("/sudoku/").strip("/"))
    for site, name in _SITES.items():
        if _belongs(host, (site,)) and query.get(name):
            return _from_packed(query[name]) if name == "load" else _from_parameter(query[name], name)
    if query.get("p"):
        return _from_parameter(query["p"], "p")
    raise PuzzleError(
        f"no puzzle is in this link, and nothing is fetched from other sites; "
        f"links of {', '.join([*_SITES, *_PADS])} are read, else {_HOW}"
    )


def _belongs(host: str, sites: Iterable[str]) -> bool:
    return any(host == site or host.endswith("." + site) for site in sites)


def _from_parameter(value: str, name: str) -> Imported:
    if len(value) == _SUKAKU:
        raise PuzzleError(
            f"{name}= of this link holds candidates ({_SUKAKU} characters); a link to the puzzle has {CELLS}"
        )
    puzzle = _cells(value) if len(value) == CELLS else None
    return Imported(parse(value[: 2 * CELLS]) if puzzle is None else puzzle)


def _from_pad(path: str) -> Imported:
    """SudokuPad wraps f-puzzles' form; its own forms are not read."""
    if path.startswith("fpuzzles"):
        return _from_packed(path.removeprefix("fpuzzles").replace(" ", "+"))
    raise PuzzleError(f"of SudokuPad's links only those with /fpuzzles are read, and nothing is fetched; {_HOW}")


def _from_packed(packed: str) -> Imported:
    return _from_json(lzstring.decode(packed, UNPACKED_LIMIT))


_NO_VARIANT = {
    *("size", "title", "author", "ruleset", "grid", "solution", "highlightconflicts", "disabledlogic"),
    *("truecandidatesoptions", "msgcorrect", "successmessage", "info"),
}
_NO_VARIANT_CELL = {
    *("value", "given", "candidates", "centerpencilmarks", "cornerpencilmarks", "givenpencilmarks"),
    *("highlight", "highlightcolors", "c"),
}
_VARIANT_NAMES = {
    **{"killercage": "killer cages", "arrow": "arrows", "thermometer": "thermometers", "region": "irregular boxes"},
    **{"diagonal+": "a diagonal", "diagonal-": "a diagonal", "antiknight": "anti-knight", "antiking": "anti-king"},
    **{"palindrome": "palindromes", "littlekillersum": "little killer sums", "sandwichsum": "sandwich sums"},
    **{"evencell": "even cells", "odd": "odd cells", "even": "even cells", "extraregion": "extra regions"},
    **{"whispers": "German whispers", "xv": "XV", "ratio": "ratios", "difference": "differences", "clone": "clones"},
}


def _from_json(text: str) -> Imported:
    """An f-puzzles puzzle: `{"size": 9, "grid": [[{"value": 1, "given": true}, {}, ...], ...]}`."""
    try:
        described = json.loads(text)
    except (ValueError, RecursionError):
        raise PuzzleError(f"this is no f-puzzles puzzle (no JSON that can be read); {_HOW}") from None
    grid = described.get("grid") if isinstance(described, Mapping) else None
    if not isinstance(described, Mapping) or not isinstance(grid, list):
        raise PuzzleError(f"this is no f-puzzles puzzle (no `grid`); {_HOW}")
    rows = [row for row in grid if isinstance(row, list) and len(row) == SIDE]
    cells = [cell for row in rows for cell in row if isinstance(cell, Mapping)]
    if described.get("size", SIDE) != SIDE or len(grid) != SIDE or len(cells) != CELLS:
        raise PuzzleError(f"this puzzle is not {SIDE} by {SIDE}; only classic Sudoku is solved here")
    _refuse_variants(described, cells)
    puzzle, by_hand = np.zeros(CELLS, np.int8), 0
    for place, cell in enumerate(cells):
        value = cell.get("value")
        if value in (None, "", 0):
            continue
        if isinstance(value, bool) or str(value)[:2] not in {*_DIGITS}:
            raise PuzzleError(f"the value of a cell in this puzzle is {str(value)[:20]!r}; wanted 1 to {DIGITS}")
        if cell.get("given"):
            puzzle[place] = int(value)
        else:
            by_hand += 1
    note = f"The clues were read; {by_hand} digit{'s' * (by_hand > 1)} filled in by hand left out." if by_hand else ""
    title = described.get("title")
    return Imported(puzzle, _clean(title) if isinstance(title, str) else "", note)


def _refuse_variants(described: Mapping, cells: Iterable[Mapping]) -> None:
    """Refuse what adds rules to the classic ones; solving without them would be wrong."""
    keys = [key for key, value in described.items() if value and key.lower() not in _NO_VARIANT]
    keys += [key for cell in cells for key, value in cell.items() if value and key.lower() not in _NO_VARIANT_CELL]
    names = list(dict.fromkeys(_VARIANT_NAMES.get(key.lower(), repr(key[:30])) for key in keys))
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise PuzzleError(f"this is a variant, with {', '.join(names[:3])}{more}; only classic Sudoku is solved here")


# Writing


def to_sdk(puzzle: np.ndarray, title: str = "") -> str:
    """Nine lines behind a header with the title (SadMan Sudoku)."""
    return (f"#D{_clean(title)}\n" if _clean(title) else "") + to_grid(puzzle) + "\n"


def to_sdm(puzzles: np.ndarray) -> str:
    """One puzzle a line: int8 [81] or [n,81]."""
    return "".join(to_line(puzzle) + "\n" for puzzle in np.asarray(puzzles).reshape(-1, CELLS))


def to_ss(puzzle: np.ndarray) -> str:
    """The grid art of Simple Sudoku."""
    rows = to_grid(puzzle).split()
    drawn = [f"|{row[:3]}|{row[3:6]}|{row[6:]}|" for row in rows]
    edge, middle = "*-----------*", "|---+---+---|"
    return "\n".join([edge, *drawn[:3], middle, *drawn[3:6], middle, *drawn[6:], edge]) + "\n"


def sudokuwiki_link(puzzle: np.ndarray) -> str:
    """Opens the puzzle in SudokuWiki's solver."""
    return "https://www.sudokuwiki.org/sudoku.htm?bd=" + to_line(puzzle).replace(".", "0")


def sudokuexchange_link(puzzle: np.ndarray) -> str:
    """Opens the puzzle in SudokuExchange."""
    return "https://sudokuexchange.com/play/?s=" + to_line(puzzle).replace(".", "0")


def fpuzzles_link(puzzle: np.ndarray, title: str = "") -> str:
    """Opens the puzzle in f-puzzles."""
    cells = [{"value": int(digit), "given": True} if digit else {} for digit in puzzle]
    described = {"size": SIDE, "title": _clean(title), "grid": [cells[i : i + SIDE] for i in range(0, CELLS, SIDE)]}
    packed = lzstring.encode(
        json.dumps({key: value for key, value in described.items() if value}, separators=(",", ":"))
    )
    return "https://www.f-puzzles.com/?load=" + quote(packed, safe="")


WRITERS: dict[str, Callable[[np.ndarray, str], str]] = {
    "line": lambda puzzle, title: to_line(puzzle) + "\n",
    "grid": lambda puzzle, title: to_grid(puzzle) + "\n",
    "sdk": to_sdk,
    "sdm": lambda puzzle, title: to_sdm(puzzle),
    "ss": lambda puzzle, title: to_ss(puzzle),
    "svg": lambda puzzle, title: to_svg(puzzle, title=title),
    "sheet": lambda puzzle, title: to_sheet(puzzle, [title], per_page=1),
    "sudokuwiki": lambda puzzle, title: sudokuwiki_link(puzzle) + "\n",
    "sudokuexchange": lambda puzzle, title: sudokuexchange_link(puzzle) + "\n",
    "f-puzzles": lambda puzzle, title: fpuzzles_link(puzzle, title) + "\n",
}
"""Every form that one puzzle, int8 [81], with its title (or "") is written in."""
