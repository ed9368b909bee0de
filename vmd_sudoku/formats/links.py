"""Links of Sudoku sites, in and out. Nothing is ever fetched."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, SIDE, parse, to_line
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import lzstring
from vmd_sudoku.formats.cells import _DIGITS, _HOW, _SUKAKU, Imported, _cells, _clean

UNPACKED_LIMIT = 200_000


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
