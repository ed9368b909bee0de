"""Puzzles that are no classic Sudoku, told by how they are written down, so that none is solved by the wrong rules."""

import functools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from vmd_sudoku.board import BOX, CELLS, SIDE, is_legal
from vmd_sudoku.formats.cells import BLANKS, square, wrong_size

ONLY_CLASSIC = "only classic Sudoku is solved here"
_MOST_ROWS = 60
SAMURAI = 21
JIGSAW = f"a map of irregular boxes stands with this puzzle, so it is a jigsaw; {ONLY_CLASSIC}"

_WORDS = re.compile(
    r"(?<![a-z])(?:jigsaw\w*|killer\w*|samurai\w*|windoku\w*|hyper(?:sudoku)?|irregular|str8ts|kakuro|kenken|kendoku|calcudoku|futoshiki|"
    r"thermo\w*|sandwich|skyscrapers?|kropki|anti-?k\w+|diagonal\w*|(?:sudoku[-_ ]?x|x[-_ ]?sudoku)|"
    r"chaos|consecutive|renban|whispers?|arrows?|cages?|hexa?d?oku|wordoku|colou?r[-_ ]?sudoku|squiggly|nonomino|mathdoku|"
    r"roxdoku|tripledoku|toroidal|(?:odd[-_ ]even|even[-_ ]odd)|greater[-_ ]than|irr[e\u00e9]guli\w*|unregelm\w*)(?![a-z])",
    re.IGNORECASE,
)
VARIANT_NAMES = {
    **{"killercage": "killer cages", "arrow": "arrows", "thermometer": "thermometers", "region": "irregular boxes"},
    **{"diagonal+": "a diagonal", "diagonal-": "a diagonal", "antiknight": "anti-knight", "antiking": "anti-king"},
    **{"palindrome": "palindromes", "littlekillersum": "little killer sums", "sandwichsum": "sandwich sums"},
    **{"evencell": "even cells", "odd": "odd cells", "even": "even cells", "extraregion": "extra regions"},
    **{"whispers": "German whispers", "xv": "XV", "ratio": "ratios", "difference": "differences", "clone": "clones"},
    **{
        "givenpencilmarks": "given pencil marks",
        "cage": "cages",
        "text": "text on the board",
        "negative": "negative rules",
    },
}
"""What f-puzzles calls constraints, and how they are named."""
_RULES = {
    *(
        "cages",
        "killercages",
        "killer",
        "arrows",
        "thermos",
        "thermometers",
        "lines",
        "constraints",
        "regions",
        "region",
    ),
    *("diagonals", "diagonal", "jigsaw", "irregular", "boxes", "variant", "variants", "sums", "dots", "kropki"),
}
KINDS = (
    *("type", "kind", "gametype", "game_type", "puzzletype", "puzzle_type", "category", "mode", "gamemode", "shape"),
    *("layout", "variation", "subtype", "boxtype", "box_type", "boxshape", "regiontype"),
)
"""Keys whose values say what kind of puzzle this is."""
_CLASSIC = re.compile(r"(?:normal|classic|standard|regular) sudoku(?: rules)?(?: apply)?|sudoku", re.IGNORECASE)
_STARTS = (
    ("SumoCueV1", "a jigsaw or killer in SumoCue's form"),
    ("3x3::k:", "a killer"),
    ("3x3:d", "a puzzle with diagonals"),
    ("square,9,9", "a penpa-edit puzzle, whose form is not read"),
    ("scl", "in SudokuPad's own form, which is not read"),
    ("ctc", "in SudokuPad's own form, which is not read"),
)


def variant_word(text: str) -> str:
    """A word that names a variant, as it stands in a link or a heading, or ""."""
    found = _WORDS.search(text)
    return found[0].lower() if found else ""


def speaks_of_rules(text: str) -> bool:
    """Whether a text of rules says more than that they are the classic ones."""
    return bool(re.sub(r"[\W_]+", "", _CLASSIC.sub("", text)))


def refused(lines: Sequence[str]) -> str:
    """Why a text of these lines is no classic Sudoku, or "" if nothing says so."""
    first = next((line.strip() for line in lines if line.strip()), "")
    named = next((what for start, what in _STARTS if first.startswith(start)), "")
    if named and " " not in first:
        return f"this is {named}; {ONLY_CLASSIC}"
    if _has_region_map(lines):
        return JIGSAW
    return _other_size(lines)


@functools.lru_cache(maxsize=256)
def is_rule(key: str) -> bool:
    """Whether a key names a constraint: by itself, or as f-puzzles and the names of variants have it."""
    bare = re.sub(r"[\W_]+", "", key.lower())
    return bare in _RULES or _is_constraint(bare) or bool(variant_word(bare))


def _is_constraint(key: str) -> bool:
    """Whether f-puzzles calls a constraint so, in the singular or the plural."""
    return any(name in VARIANT_NAMES and name != "text" for name in (key, key.removesuffix("s")))


def is_region_line(text: str) -> bool:
    """Whether letters of a line tell the box of nine cells or of all 81."""
    if not text.isalpha() or len(text) not in (SIDE, CELLS) or set(text) <= set("xX"):
        return False
    return len(set(text)) <= (SIDE if len(text) == CELLS else SIDE // 2 + 1)


def _has_region_map(lines: Sequence[str]) -> bool:
    """Whether nine lines of nine letters, or one of 81, tell the box of every cell."""
    letters = [bare for line in lines if (bare := re.sub(r"[\s|,;]", "", line)).isalpha()]
    small = [line for line in letters if len(line) == SIDE and not set(line) <= set("xX")]
    mapped = "".join(small) if len(small) == SIDE else "".join(line for line in letters if len(line) == CELLS)
    if is_classic_map(mapped):
        return False
    if len(mapped) == CELLS and 2 <= len(set(mapped)) <= SIDE:
        return True
    joined = re.search(r"(?<![A-Za-z])([A-Ia-i]{81})(?![A-Za-z])", "\n".join(lines)[: 20 * CELLS])
    return bool(joined) and len(Counter(joined[1])) == SIDE  # type: ignore[index]


def is_region_map(board: np.ndarray) -> bool:
    """Whether the digits of a board [81] name boxes: some nine cells each, most of them beside another of their own."""
    if np.count_nonzero(board) < CELLS - SIDE - 4:
        return False
    counts = np.bincount(board, minlength=SIDE + 1)
    if (counts[1:] > 0).sum() < SIDE - 1 or counts.max() > SIDE + 4 or is_legal(board):
        return False
    square = board.reshape(SIDE, SIDE)
    across, down = square[:, 1:] == square[:, :-1], square[1:] == square[:-1]
    return int(across.sum() + down.sum()) > CELLS // 2


def is_classic_map(names: Sequence) -> bool:
    """Whether 81 names of boxes say what a classic board has anyway."""
    return len(names) == CELLS and len(set(zip(names, BOX.tolist(), strict=True))) == len(set(names)) == SIDE


def _other_size(lines: Sequence[str]) -> str:
    """The refusal of a board of another size, one row a line, or ""."""
    rows: list[list[str]] = []
    for line in lines:
        row = row_of(line)
        if len(row) == SIDE or len(rows) > _MOST_ROWS:
            return ""
        rows += [row] if row else []
    if not rows or len(rows) == SIDE:
        return ""
    size = len(rows)
    if len(rows) == 1:
        size = square(len(rows[0]))
        rows = [rows[0][at : at + size] for at in range(0, len(rows[0]), size)] if size else []
    elif (side := square(len(rows[0]))) and all(len(row) == len(rows[0]) > size for row in rows):
        return wrong_size(side)  # a list, one board a line
    known = size in (4, 6, 8, 10, 12, 15, 16, 20, 21, 25) and all(len(row) == size for row in rows)
    digits = {c for row in rows for c in row if c.isdecimal()} - {"0"}
    # A cut off puzzle of ours may have as many signs, but hardly without a digit above its size.
    if size == SAMURAI and max(map(len, rows)) in (2 * SIDE, SAMURAI):
        return f"this has {SAMURAI} rows, as a samurai of five boards; {ONLY_CLASSIC}"
    return wrong_size(size) if known and (size > SIDE or (digits and max(map(int, digits)) <= size)) else ""


def row_of(line: str) -> list[str]:
    """The cells of a line: fields between spaces or commas, or else its characters; nothing where it is a border or words."""
    bare = re.sub(r"[|\[\]{}()]", " ", line).strip(" ,;")
    if not bare or re.fullmatch(r"[-=+ ]+", bare):
        return []
    fields = [field for field in re.split(r"[\s,;]+", bare) if field]
    whole = "".join(fields)
    even = len({len(field) for field in fields}) == 1 and (square(len(whole)) or square(len(whole) ** 2)) > 0
    if not even and sum(map(str.isalpha, whole)) > sum(map(str.isdecimal, whole)) and max(map(len, fields)) > 2:
        return []  # words, though they may hold a number
    cells = fields if len(fields) > 3 and max(map(len, fields)) <= 2 else list(whole)
    return cells if all(len(c) <= 2 and (c.isalnum() or c in BLANKS) for c in cells) else []
