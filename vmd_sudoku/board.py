"""What a Sudoku is: cells, units, peers, text forms, conflicts, solved or not. No tensors.

A board is an int8 array of 81 digits in row order, 0 (BLANK) where a cell is empty; batches are [..., 81].
"""

from dataclasses import dataclass

import numpy as np

from vmd_sudoku.errors import PuzzleError

SIDE = 9
CELLS = SIDE * SIDE
DIGITS = 9
BLANK = 0
"""An empty cell; to the diffusion process, MASK."""

ROW = np.arange(CELLS) // SIDE
COL = np.arange(CELLS) % SIDE
BOX = ROW // 3 * 3 + COL // 3
UNITS = np.array([np.flatnonzero(kind == i) for kind in (ROW, COL, BOX) for i in range(SIDE)])
"""Cells of the 27 units, [27,9]: nine rows, nine columns, nine boxes."""
_SHARED = (ROW[:, None] == ROW) | (COL[:, None] == COL) | (BOX[:, None] == BOX)
PEERS = np.array([np.flatnonzero(_SHARED[cell] & (np.arange(CELLS) != cell)) for cell in range(CELLS)])
"""Cells that share a unit with each cell, [81,20]."""

# A table and not `int()`, which would also take digits of other scripts.
_DIGIT_OF = {str(digit): digit for digit in range(1, DIGITS + 1)} | {".": BLANK, "0": BLANK}


@dataclass(frozen=True)
class Clash:
    """Two cells of one unit that hold the same digit."""

    digit: int
    first: int
    second: int
    unit: str

    def __str__(self) -> str:
        return f"{self.digit} twice in {self.unit}: {cell_name(self.first)} and {cell_name(self.second)}"


def cell_name(cell: int) -> str:
    """`row 3, column 7` for a cell from 0 to 80."""
    return f"row {cell // SIDE + 1}, column {cell % SIDE + 1}"


def unit_name(unit: int) -> str:
    """`row 3`, `column 7` or `box 5` for a unit from 0 to 26."""
    return f"{('row', 'column', 'box')[unit // SIDE]} {unit % SIDE + 1}"


def looks_like_puzzle(text: str) -> bool:
    """Whether a text is meant as a puzzle rather than as the name of a file."""
    squeezed = "".join(text.split())
    # Long, or nothing but digits and dots: a slip in a puzzle should be called one, not a missing file.
    is_path = "/" in squeezed or "\\" in squeezed
    return set(squeezed) <= set(_DIGIT_OF) or (len(squeezed) >= CELLS - SIDE and not is_path)


def parse(text: str) -> np.ndarray:
    """Read 81 characters in row order, or nine lines of nine: `1`-`9` for digits, `.` or `0` for blanks.

    Returns int8 [81]. White space is ignored.

    Raises:
        PuzzleError: another length (of the whole, or of one of nine lines), or another character.
    """
    lines = [squeezed for line in text.splitlines() if (squeezed := "".join(line.split()))]
    if len(lines) == 1:
        lines = text.split()  # fields of one line turn line ends into spaces
    # Nine lines are meant as rows: a short one would otherwise shift all that follows, and the sum of 81 could
    # still come out right.
    if len(lines) == SIDE:
        for number, line in enumerate(lines, 1):
            if len(line) != SIDE:
                raise PuzzleError(
                    f"line {number} of the puzzle has {len(line)} characters, wanted {SIDE}: {line[:40]!r}"
                )
    squeezed = "".join(lines)
    # Characters before the length: a stray sign is the likelier slip, and its place can be named.
    for place, character in enumerate(squeezed[:CELLS]):
        if character not in _DIGIT_OF:
            raise PuzzleError(f"{cell_name(place)} is {character!r}; use 1 to 9, and . or 0 for a blank")
    if len(squeezed) != CELLS:
        raise PuzzleError(f"a puzzle has {CELLS} characters, this one has {len(squeezed)}; use . or 0 for every blank")
    return np.array([_DIGIT_OF[character] for character in squeezed], np.int8)


def to_line(board: np.ndarray) -> str:
    """81 characters, `.` for a blank."""
    return "".join(str(int(digit)) if digit else "." for digit in np.asarray(board).reshape(CELLS))


class Line(str):
    """A board as one value that can be compared, kept as a key and sent: 81 characters, `.` for a blank.

    A text is parsed once, when the line is made of it; its digits are at hand from then on.
    """

    _digits: np.ndarray

    def __new__(cls, board: "str | np.ndarray") -> "Line":
        """The line of a text in the forms of `parse`, or of a board int8 [81]; a line stays as it is.

        Raises:
            PuzzleError: as `parse`.
        """
        if isinstance(board, Line):
            return board
        # np.array copies: the caller may go on writing to its board.
        digits = parse(board) if isinstance(board, str) else np.array(board, np.int8)
        line = super().__new__(cls, to_line(digits))
        line._digits = digits
        return line

    @property
    def digits(self) -> np.ndarray:
        """int8 [81], the caller's own: compiled code would be compiled anew for an array that must not be written."""
        return self._digits.copy()

    def __reduce__(self) -> tuple:
        # Parsed again on arrival: pickle would make the text without its digits.
        return Line, (str(self),)


def to_grid(board: np.ndarray) -> str:
    """Nine lines of nine characters."""
    line = to_line(board)
    return "\n".join(line[i : i + SIDE] for i in range(0, CELLS, SIDE))


def conflicts(board: np.ndarray) -> list[Clash]:
    """Every pair of cells that hold the same digit in one unit; a pair that shares two units is named once."""
    # Nearly every board is legal; the search for pairs is for those that are not.
    if is_legal(board):
        return []
    found: dict[tuple[int, int], Clash] = {}
    for unit, cells in enumerate(UNITS):
        digits = board[cells]
        # The upper triangle, so that a pair is found once and not once from each side.
        for i, j in zip(*np.nonzero(np.triu((digits[:, None] == digits) & (digits != BLANK), 1)), strict=True):
            first, second = int(cells[i]), int(cells[j])
            found.setdefault((first, second), Clash(int(digits[i]), first, second, unit_name(unit)))
    return list(found.values())


def require_legal(board: np.ndarray) -> None:
    """Refuse a board with a digit twice in a unit.

    Raises:
        PuzzleError: names the first clash and how many more there are.
    """
    clashes = conflicts(board)
    if clashes:
        others = len(clashes) - 1
        more = f" (and {others} more clash{'es' if others > 1 else ''})" if others else ""
        raise PuzzleError(f"two clues clash, {clashes[0]}{more}; change one of them")


def is_complete(boards: np.ndarray) -> np.ndarray:
    """Whether no cell is blank: [...,81] -> bool [...]."""
    return (np.asarray(boards) != BLANK).all(-1)


def is_legal(boards: np.ndarray) -> np.ndarray:
    """Whether no digit stands twice in a unit, blanks aside: [...,81] -> bool [...]."""
    # Bit 9 does not fit into int8.
    digits = np.asarray(boards)[..., UNITS].astype(np.int16)
    bits = np.where(digits == BLANK, 0, np.int16(1) << digits)
    return (bits.sum(-1) == np.bitwise_or.reduce(bits, -1)).all(-1)  # a digit twice makes the sum exceed the union


def solved(boards: np.ndarray, clues: np.ndarray) -> np.ndarray:
    """Whether boards are full, legal and true to all clues: [n,81], [n,81] -> bool [n]."""
    boards, clues = np.asarray(boards), np.asarray(clues)
    return is_complete(boards) & is_legal(boards) & ((clues == BLANK) | (boards == clues)).all(-1)


def verdict(board: np.ndarray, clues: np.ndarray) -> str:
    """`solved`, or what is wrong with a board, int8 [81], as an answer to its clues."""
    # Changed clues come first: a legal grid that answers another puzzle is the worst of wrong answers.
    changed = np.flatnonzero((clues != BLANK) & (board != clues))
    if len(changed):
        return f"changes a clue: {cell_name(int(changed[0]))}"
    clashes = conflicts(board)
    if clashes:
        return f"breaks a rule: {clashes[0]}"
    blanks = int((board == BLANK).sum())
    return f"left unfinished: {blanks} blank{'s' if blanks > 1 else ''}" if blanks else "solved"
