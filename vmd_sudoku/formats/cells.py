"""The one rule that reads 81 cells from a text.

Nearly every form is the digits, and one other sign just as often as cells are missing; bars and borders fall away (sudopedia,
"Clipboard and File Formats").
"""

import unicodedata

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, SIDE, UNITS, parse, verdict
from vmd_sudoku.errors import PuzzleError

FIGURES = "123456789"
SIGNS = "0.Xx"
"""What stands for a blank, whatever the layout; the first that fits is taken."""
WEAK_SIGNS = "*_ "
"""As `SIGNS`, but also part of the art around cells: they count only where the lines come out as rows."""
BLANKS = SIGNS + WEAK_SIGNS + "-?~#\u00b7\u2022\u2219\u22c5\u25a1\u2610\u25cb\u2013\u2014"
"""All that is known to stand for a blank in a list: also dashes, dots and boxes that word processors make of them."""
SUKAKU = CELLS * DIGITS
HOW = "paste 81 characters with . or 0 for the blanks, nine lines of nine, or a link of a Sudoku site"

_VALUES = np.full(128, -1, np.int8)
_VALUES[[ord(c) for c in FIGURES]] = range(1, DIGITS + 1)
_VALUES[[ord(c) for c in "0."]] = 0
_POWERS = 1 << np.arange(DIGITS + 1)
_ALL_NINE = int(_POWERS[1:].sum())


_KIN = {"\u3002": ".", "\uff61": ".", "\u2026": "...", "\u3000": " ", "\u00a0": " ", "\u2007": " "}
"""Signs that stand for ASCII ones: stops and spaces of East Asia, and what word processors make of three dots."""


def plain_digits(text: str) -> str:
    """The text with the decimal digits of every script as 0 to 9, and full-width signs as plain ones."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _plain(c) for c in text)


def _plain(character: str) -> str:
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    # Full-width forms stand for ASCII, ideographic stops and spaces for their Western kin.
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    return _KIN.get(character, character)


def cells(text: str) -> np.ndarray | None:
    """The 81 cells of a text by the one rule, int8 [81], or None."""
    missing = CELLS - sum(map(text.count, FIGURES))
    if missing < 0:
        return None
    rest = [c for c in dict.fromkeys(text) if not c.isalnum() and not c.isspace() and c not in SIGNS + WEAK_SIGNS]
    for sign in [*SIGNS, *WEAK_SIGNS, *rest]:
        if text.count(sign) != missing or (sign != "0" and "0" in text):
            continue
        rows = [[c for c in line if c == sign or c in FIGURES] for line in text.splitlines()]
        lengths = [len(row) for row in rows if row]
        # Nine rows of which one is too long and one too short are a slip; nobody means them run together.
        if len(lengths) == SIDE and set(lengths) != {SIDE}:
            continue
        if sign not in SIGNS and any(length % SIDE for length in lengths):
            continue
        return np.array([FIGURES.find(c) + 1 for row in rows for c in row], np.int8)
    return None


def line_cells(text: str) -> np.ndarray | None:
    """81 characters that are all cells, whatever sign or signs stand for the blanks, int8 [81]; None for any other text."""
    if len(text) != CELLS:
        return None
    if text.isascii():
        values = _VALUES[np.frombuffer(text.encode("ascii"), np.uint8)]
        if values.min() >= 0:
            return values
    others = set(text) - set(FIGURES)
    # Several signs, but for . and 0, may be a slip; the one sign may be anything that is no letter but x.
    # And a line of one sign alone is a ruler rather than an empty board.
    if len(others) == 1 and len(set(text)) > 1 and (others <= set(BLANKS) or not any(c.isalnum() for c in others)):
        return np.array([FIGURES.find(c) + 1 for c in text], np.int8)
    return None


def one_line(text: str) -> np.ndarray:
    """As `line_cells`.

    Raises:
        PuzzleError: what is wrong with the text; says what was found and what was wanted.
    """
    found = line_cells(text)
    if found is not None:
        return found
    if len(text) != CELLS:
        raise PuzzleError(wrong_length(text))
    return parse(text)


def wrong_length(text: str) -> str:
    """What is wrong with a text that should be 81 cells; starts with `80 characters, 81 wanted`."""
    said = f"{len(text)} character{'s' * (len(text) != 1)}, {CELLS} wanted"
    if len(text) == SUKAKU and set(text) <= set("0." + FIGURES):
        return f"these {SUKAKU} characters are a Sukaku (candidates instead of clues), which we do not solve"
    if (size := square(len(text))) and all(c.isalnum() or c in BLANKS for c in text):
        return wrong_size(size)
    if text.isdecimal() and text[0] != "0" and SIDE * 4 < len(text) < CELLS:
        return f"{said}; leading zeros may be lost"
    return f"{said}; use . or 0 for every blank"


def square(count: int) -> int:
    """The side of a board with so many cells, where it is one that people play and not ours; else 0."""
    return {16: 4, 36: 6, 64: 8, 100: 10, 144: 12, 225: 15, 256: 16, 400: 20, 625: 25}.get(count, 0)


def wrong_size(size: int) -> str:
    """The sentence that refuses another size of board."""
    return f"this is a {size}x{size} board; only {SIDE}x{SIDE} is solved here"


def is_answer(solution: np.ndarray, puzzle: np.ndarray) -> bool:
    """Whether a board [81] is full, legal and true to the clues [81]; for one board quicker than `board.solved`."""
    # Nine powers of two add up to this sum only if they are all different.
    return bool((_POWERS[solution][UNITS].sum(1) == _ALL_NINE).all() and ((puzzle == 0) | (puzzle == solution)).all())


def require_answer(solution: np.ndarray, puzzle: np.ndarray) -> np.ndarray:
    """The solution [81].

    Raises:
        PuzzleError: it is not the solution of the puzzle [81].
    """
    if not is_answer(solution, puzzle):
        raise PuzzleError(f"not the solution of its puzzle ({verdict(solution, puzzle)})")
    return solution
