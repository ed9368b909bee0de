"""Links of Sudoku sites, in and out. Nothing is ever fetched."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

import numpy as np

from vmd_sudoku.board import CELLS, SIDE, to_line
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import fpuzzles, lzstring, packed
from vmd_sudoku.formats.cells import BLANKS, FIGURES, HOW, SUKAKU, cells, is_answer, line_cells, one_line, plain_digits
from vmd_sudoku.formats.record import Record, clean
from vmd_sudoku.formats.variants import JIGSAW, ONLY_CLASSIC, is_classic_map, is_region_map, variant_word

LINK_LIMIT = 2_000_000
"""Characters of the longest link that is looked at."""

_SITES = {"sudokuwiki.org": "bd", "sudokuexchange.com": "s", "f-puzzles.com": "load"}
"""Which parameter of a site's links holds the puzzle."""
_PADS = ("sudokupad.app", "crackingthecryptic.com")
_FOREIGN = {
    "swaroopg92.github.io": "penpa-edit's links are not read",
    "opt-pan.github.io": "penpa-edit's links are not read",
    "puzz.link": "puzz.link's packed form is not read",
    "pzv.jp": "pzv.jp's packed form is not read",
    "pzprxs.vercel.app": "puzz.link's packed form is not read",
}
_LINK = re.compile(
    r"https?://|www\.|/?\?p=|(?:[\w-]+\.)*(?:" + "|".join(map(re.escape, (*_SITES, *_PADS))) + ")/"
    r"|(?:[\w-]+\.)+[a-z]{2,}/\S*[0-9.]{81}",
    re.ASCII | re.I,
)
_IN_MARKDOWN = re.compile(r"\]\(\s*([^\s()]{1,9999})")
_BETWEEN = re.compile(r"""\s+|[,;|]["']?(?=https?://)""")
"""What stands between words, or before a link in a field of a table."""
_PIECES = re.compile(
    r"(?<=[/=])[\[{\"]*[0-9.]{9}(?:[\]\[\"\s/,;|:-]+[0-9.]{9}){8}(?![0-9.])|(?<==)\[*[0-9](?:[\]\[,\s]+[0-9]){80}(?![0-9])"
)
"""A board as nine rows, or as 81 numbers in brackets."""
_IN_CLEAR = re.compile(r"[0-9._*xX?~-]+")


def is_link(text: str) -> bool:
    """Whether a text is one link and nothing else."""
    return bool(_LINK.match(text)) and len(text.split(None, 1)) == 1


def first_link(text: str) -> str:
    """The first link among the words of a text, without the signs around it, or ""."""
    for word in _IN_MARKDOWN.findall(text) + _BETWEEN.split(text):
        bare = word.strip("<>()[]\"'`,;")
        if is_link(bare):
            return bare
    return ""


def from_link(link: str) -> Record:
    """The puzzle that a link carries: packed as its site says, or 81 signs in the clear in any link.

    Raises:
        PuzzleError: there is none, it is a variant, or its form is not read.
    """
    if len(link) > LINK_LIMIT:
        raise PuzzleError(f"this link has more than {LINK_LIMIT} characters; that is no Sudoku")
    query_only = link.lstrip("/").startswith("?")
    try:
        parts = urlsplit(link if "://" in link[:9] or query_only else f"https://{link}")
        host = (parts.hostname or "").lower()
    except ValueError:
        raise PuzzleError(f"this link is damaged; copy it again, or {HOW}") from None
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    # A plus is part of base64 here, not a space.
    query = {name: unquote(value).replace(" ", "+") if name == "load" else unquote(value) for name, _, value in pairs}
    words = f"{host} {unquote(parts.path)} {' '.join(query)}" + "".join(f" {v}" for v in query.values() if len(v) < 30)
    if variant := variant_word(words[:2000]):
        raise PuzzleError(f"this link is of a variant ({variant}); {ONLY_CLASSIC}")
    if _belongs(host, _PADS):
        return _from_pad(query.get("puzzleid", "") or unquote(parts.path).removeprefix("/sudoku/").strip("/"), link)
    for site, name in _SITES.items():
        if _belongs(host, (site,)) and query.get(name):
            return _from_site(query[name], name)
    if (not host or query_only) and "p" in query:
        return _from_site(query["p"], "p")
    return _in_clear(link, host)


def _belongs(host: str, sites: Iterable[str]) -> bool:
    return any(host == site or host.endswith("." + site) for site in sites)


def _from_site(value: str, name: str) -> Record:
    """The puzzle in the parameter that a known site keeps it in."""
    if name == "load":
        return fpuzzles.from_packed(value)
    value = plain_digits(value)
    if len(value) == SUKAKU:
        raise PuzzleError(
            f"{name}= of this link holds candidates ({SUKAKU} characters); a link to the puzzle has {CELLS}"
        )
    if name == "bd" and len(value) == 2 * CELLS:
        return packed.from_masks(value)
    if name == "s" and len(value) != CELLS and not set(value) <= set(FIGURES + "0."):
        return packed.from_runs(value)
    if len(value) != CELLS and not set(value) <= set(FIGURES + BLANKS):
        raise PuzzleError(packed.NOT_READ)
    return Record(puzzle=one_line(value))


def _from_pad(path: str, link: str) -> Record:
    """SudokuPad wraps f-puzzles' form; its own forms are not read."""
    start = re.match(r"fpuz(?:zles)?", path)
    if start:
        return fpuzzles.from_packed(path[start.end() :].replace(" ", "+"))
    try:
        return _in_clear(link, "sudokupad.app")
    except PuzzleError:
        raise PuzzleError(
            f"of SudokuPad's links only those with /fpuzzles are read, and nothing is fetched; {HOW}"
        ) from None


def _in_clear(link: str, host: str) -> Record:
    """The one board of 81 signs that stands in a link, perhaps beside its solution."""
    clear = _PIECES.sub(lambda found: re.sub(r"[^0-9.]", "", found[0]), plain_digits(unquote(link)))
    parts = re.split(r"[/?&=#;,:|]", clear)
    runs = dict.fromkeys(run for part in parts for run in (part, *_IN_CLEAR.findall(part)))
    boards = {to_line(found): found for run in runs if (found := line_cells(run)) is not None}
    if not boards:
        drawn = [
            cells(part) for part in re.split(r"[/?&=#]", plain_digits(unquote(link))) if CELLS < len(part) < 3 * CELLS
        ]
        boards = {to_line(found): found for found in drawn if found is not None}
    if any(is_region_map(board) and not is_classic_map(board.tolist()) for board in boards.values()):
        raise PuzzleError(JIGSAW)
    puzzles = [board for board in boards.values() if not board.all()] or list(boards.values())
    if len(puzzles) > 1:
        raise PuzzleError("several boards are in this link; copy the one that is meant")
    if puzzles:
        answers = [board for board in boards.values() if board is not puzzles[0] and is_answer(board, puzzles[0])]
        return Record(puzzle=puzzles[0], solution=answers[0] if answers else None)
    foreign = next((said for site, said in _FOREIGN.items() if _belongs(host, (site,))), "")
    if foreign:
        raise PuzzleError(f"{foreign}; {HOW}")
    if host == "playgoodsudoku.com" or host.endswith(".playgoodsudoku.com"):
        return packed.from_nibbles(link.rpartition("$")[2])
    counted = [len(run) for run in runs if len(run) > CELLS // 2 and len(set(run)) <= len(FIGURES + BLANKS)]
    if any(len(run) > CELLS // 2 and set(run) <= set(FIGURES + "0.") for run in runs):
        near = next(run for run in runs if len(run) > CELLS // 2 and set(run) <= set(FIGURES + "0."))
        raise PuzzleError(f"the digits in this link: {len(near)} characters, {CELLS} wanted")
    known = ", ".join([*_SITES, *_PADS])
    if counted or any(len(value) > 20 for value in parts):
        raise PuzzleError(f"no puzzle in the clear is in this link: {packed.NOT_READ}; links of {known} are read")
    raise PuzzleError(
        f"no puzzle is in this link, and nothing is fetched from other sites; links of {known} are read, else {HOW}"
    )


def sudokuwiki_link(puzzle: np.ndarray) -> str:
    """Opens the puzzle in SudokuWiki's solver."""
    return "https://www.sudokuwiki.org/sudoku.htm?bd=" + to_line(puzzle).replace(".", "0")


def sudokuexchange_link(puzzle: np.ndarray) -> str:
    """Opens the puzzle in SudokuExchange."""
    return "https://sudokuexchange.com/play/?s=" + to_line(puzzle).replace(".", "0")


def fpuzzles_link(puzzle: np.ndarray, title: str = "", own: np.ndarray | None = None) -> str:
    """Opens the puzzle in f-puzzles, with digits filled in apart from the clues."""
    cells: list[Mapping] = [{"value": int(digit), "given": True} if digit else {} for digit in puzzle]
    if own is not None:
        cells = [{"value": int(mine)} if mine and not cell else cell for cell, mine in zip(cells, own, strict=True)]
    described = {"size": SIDE, "title": clean(title), "grid": [cells[i : i + SIDE] for i in range(0, CELLS, SIDE)]}
    text = json.dumps({key: value for key, value in described.items() if value}, separators=(",", ":"))
    return "https://www.f-puzzles.com/?load=" + quote(lzstring.encode(text), safe="")
