"""What stands around the cells of a drawn grid: bars, borders, words and comments."""

import re

from vmd_sudoku.board import CELLS, SIDE
from vmd_sudoku.formats.cells import FIGURES, plain_digits

_RULES = set("-=+|*.:'`,!~ ")
_CROSSED = set("-=+|:' ")
_BRACKETS = set("[](){},; ")
_RULERS = set("*_~#")
_LETTER = re.compile("[A-WYZa-wyz]")
_RULER = 10
"""Signs of the shortest line of one sign alone that is a ruler rather than a row of blanks."""
MARKDOWN_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?")
"""The line that Markdown sets below the names of columns."""
_DRAWN = {
    **dict.fromkeys("\u2502\u2503\u2551\u2506\u2507\u250a\u250b\u254e\u254f\u2575\u2577\u2579\u257b\u00a6\uff5c", "|"),
    **dict.fromkeys("\u2500\u2501\u2550\u2504\u2505\u2508\u2509\u254c\u254d\u2574\u2576\u2578\u257a", "-"),
}
_NOTHING = re.compile(r"\b(?:None|null|nil|NaN|nan)\b")
_MATRIX = re.compile(r"^\s*\[\d+,\] ")
_MATRIX_HEAD = re.compile(r"^\s*(?:\[,\d+\]\s*)+$")
"""How R prints rows and columns."""
_CALL = re.compile(r"\b(?:\w+\.)?(?:array|asarray|tensor|matrix|Matrix)\(\s*(?=\[)|,?\s*\bdtype=[\w.'\"]+\)*$")
"""What programs set around the rows of an array when they show it."""
_ASSIGNED = re.compile(r"^\s*[A-Za-z_][\w :<>\[\],.]{0,60}=\s*(?=[\[{(\"'])")
_UNSEEN = re.compile("[\ufeff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
"""Signs of no width, which web pages and word processors put between others."""
_COMMENTS = ("#", "//", "%", "--", "/*", "<!--")


def plain(line: str) -> str:
    """A line in plain signs: digits of every script, drawn boxes as bars and dashes, and `None` of programs as blanks."""
    if not line.isascii():
        line = plain_digits(_UNSEEN.sub("", line))
        line = "".join("+" if "\u2500" <= c <= "\u257f" and c not in _DRAWN else _DRAWN.get(c, c) for c in line)
    if "N" in line or "n" in line:
        line = _NOTHING.sub("0", line)
    if "[" in line and "," in line:
        line = "" if _MATRIX_HEAD.match(line) else _MATRIX.sub("", line)
    line = _ASSIGNED.sub("", line) if "=" in line else line
    return _CALL.sub("", line) if "(" in line or "dtype=" in line else line


def is_border(line: str) -> bool:
    """Whether a line is part of the art between rows."""
    bare = line.strip()
    if bare[:1].isdecimal():
        return False
    signs = set(bare)
    if signs <= _BRACKETS:
        return bool(signs - set(",; "))  # of commas alone is a row of empty fields
    if len(signs) == 1 and signs <= _RULERS:
        return len(bare) >= _RULER and len(bare) != CELLS
    if not signs <= _RULES:
        return False
    return "---" in bare or "===" in bare or (signs <= _CROSSED and sum(map(bare.count, "-=+")) > 1)


def has_words(line: str) -> bool:
    """Whether a line holds letters other than the x of a blank."""
    if line.isascii():
        return _LETTER.search(line) is not None
    return any(c.isalpha() and c not in "xX" for c in line)


def is_markup(line: str) -> bool:
    """Whether a line is names of columns, or a mark of Markdown, rather than a title."""
    bare = line.strip()
    return "|" in bare or bare.startswith(("```", "[")) or bare.count(",") > 5 or bare.count("\t") > 2


def is_comment(line: str) -> bool:
    """Whether a line is a remark on the puzzles; `#` may also be the sign of a blank."""
    bare = line.strip()
    if not bare.startswith(_COMMENTS):
        return False
    cells = "".join(bare.replace("|", " ").split())
    return not (set(cells) <= {*FIGURES, bare[0]} and len(cells) in (SIDE, 3 * SIDE, CELLS))
