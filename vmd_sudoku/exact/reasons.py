"""Which human technique justifies a digit on a board, in words; counted over whole solves; and the next step for a hint."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vmd_sudoku.board import BLANK, CELLS, DIGITS, PEERS, UNITS, cell_name, require_legal, unit_name
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.exact import techniques as t
from vmd_sudoku.exact.proof import prove
from vmd_sudoku.exact.solver import Search, as_digits

TECHNIQUES = (
    *("naked single", "hidden single", "chain of singles", "locked candidates", "naked pair", "X-wing", "hidden pair"),
    *("naked triple", "swordfish", "hidden triple", "XY-wing", "unique rectangle", "naked quad", "hidden quad"),
    *("simple colouring", "needs look-ahead", "a guess"),
)
"""Easiest first; a digit's reason is the first that gives it. The number of each is its place (`techniques.LOCKED`, …)."""

_PROOF_NODES = 100_000
"""Nodes of the exact search for one board; what it does not show by then counts as not shown."""
_COUNT_WORDS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True)
class Reason:
    """Why a digit stands in a cell.

    technique: one of TECHNIQUES. where: the unit or units that it looks at, or "". text: one sentence for a visitor.
    cells: what the argument rests on.
    """

    technique: str
    where: str
    text: str
    cells: tuple[int, ...]


@dataclass(frozen=True)
class Moves:
    """Digits [n] filled in blank cells [n] of boards, int8 [n,81]."""

    boards: np.ndarray
    cells: np.ndarray
    digits: np.ndarray


def technique_numbers(moves: Moves) -> np.ndarray:
    """The easiest technique for every move, as a place in TECHNIQUES: int64 [n].

    Every technique may be used again and again, with all easier ones, until the digit is a single in its cell. Quickest
    where moves on the same board are neighbours.

    Raises:
        ValueError: a cell is not blank or not on the board, or a digit is not 1 to 9.
    """
    boards, cells = as_digits(moves.boards), np.asarray(moves.cells, np.int64).reshape(-1)
    digits = np.asarray(moves.digits, np.int64).reshape(-1)
    if not len(boards) == len(cells) == len(digits):
        raise ValueError(
            f"wanted as many boards as cells and digits, got {len(boards)}, {len(cells)} and {len(digits)}"
        )
    if len(cells) and not (cells.min() >= 0 and cells.max() < CELLS and digits.min() >= 1 and digits.max() <= DIGITS):
        raise ValueError(f"cells are 0 to {CELLS - 1} and digits 1 to {DIGITS}")
    if (boards[np.arange(len(boards)), cells] != BLANK).any():
        raise ValueError("only a digit for a blank cell has a reason")
    if not len(boards):
        return np.zeros(0, np.int64)
    # Neighbours on the same board are judged together: the techniques are the same for all of its cells.
    new = np.flatnonzero((boards[1:] != boards[:-1]).any(1)) + 1
    same = zip(np.split(cells, new), np.split(digits, new), strict=True)
    return np.concatenate([_judge(board, *moves) for board, moves in zip(boards[[0, *new]], same, strict=True)])


def _judge(board: np.ndarray, cells: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """The easiest technique for digits [n] in blank cells [n] of one board. Without a solution, only singles count."""
    search = _search(board)
    # A search that did not end counts as several: then nothing is claimed that only a unique puzzle would allow.
    count = len(search.solutions) if search.over else 2
    state, level = _State(board, _is_unique(search)), np.full(CELLS, -1)
    sure = np.zeros(CELLS, np.int8)
    t.direct_singles(state.masks, sure, level)
    # Without a solution every technique may remove anything, so a proof from one would mean nothing.
    if count:
        state.run(t.HARDEST, level=level)
        sure = state.digits
    numbers = np.where((level[cells] >= 0) & (sure[cells] == digits), level[cells], t.GUESS)
    # A search for each is dear, so only what no technique has explained gets one.
    for i in np.flatnonzero(numbers == t.GUESS):
        if count == 1:
            follows = search.solutions[0, cells[i]] == digits[i]
        else:
            follows = count == 2 and _follows(board, int(cells[i]), int(digits[i]))
        numbers[i] = t.LOOK_AHEAD if follows else t.GUESS
    return numbers


def _search(board: np.ndarray) -> Search:
    """A search for two solutions, as far as the limit allows."""
    search = Search(board, limit=2)
    search.go_on(_PROOF_NODES)
    return search


def _is_unique(search: Search) -> bool:
    """Whether a search for two solutions showed that there is exactly one."""
    return search.over and len(search.solutions) == 1


def _follows(board: np.ndarray, cell: int, digit: int) -> bool:
    """Whether a board was shown to have no solution in which the cell has another digit."""
    search = Search(board, limit=1, but_not=(cell, digit))
    search.go_on(_PROOF_NODES)
    return search.over and not len(search.solutions)


def count_reasons(moves: Moves) -> dict[str, int]:
    """How many moves each technique justifies, in the order of TECHNIQUES."""
    counts = np.bincount(technique_numbers(moves), minlength=len(TECHNIQUES))
    return dict(zip(TECHNIQUES, counts.tolist(), strict=True))


def reason_for(board: np.ndarray, cell: int, digit: int) -> Reason:
    """Why `digit` (1 to 9) stands in a blank cell (0 to 80) of a board, int8 [81]: the easiest technique that gives it.

    Raises:
        ValueError: the cell is not blank, or a number is out of range.
    """
    board = as_digits(board)[0]
    number = int(technique_numbers(Moves(board[None], np.array([cell]), np.array([digit])))[0])
    name = TECHNIQUES[number]
    if number == t.GUESS:
        return Reason(name, "", *_why_a_guess(board, cell, digit))
    if number == t.LOOK_AHEAD:
        text = f"{digit} must stand here, but to see it one has to try the other digits and meet a contradiction"
        return Reason(name, "", text, ())
    state = _State(board, _is_unique(_search(board)))
    if number <= t.HIDDEN_SINGLE:
        where, text = state.single(cell, digit)
        return Reason(name, where, text[0].upper() + text[1:], state.support(cell, digit))
    if number == t.CHAIN:
        state.run(t.CHAIN, cell, digit)
        where, text = state.single(cell, digit)
        support = tuple(c for c in state.support(cell, digit) if board[c] == BLANK)
        return Reason(name, where, f"Once other cells with one possibility are filled, {text}", support)
    argument = _deciding(state, number, cell, digit)
    return Reason(name, argument.where, f"{argument.text}; then {argument.conclusion}", argument.cells)


def next_step(board: np.ndarray) -> tuple[int, int, Reason]:
    """The easiest next deduction on a board, int8 [81]: cell, digit and reason. Where none follows, a guess that can be right.

    Raises:
        PuzzleError: digits clash, the board is full, or it has no solution.
    """
    board = as_digits(board)[0]
    require_legal(board)
    if (board != BLANK).all():
        raise PuzzleError("this board is full; there is no next step")
    search = _search(board)
    if search.over and not len(search.solutions):
        raise PuzzleError("this board has no solution any more; take back the digit that is wrong")
    state = _State(board, _is_unique(search))
    while True:
        level, digits = np.full(CELLS, -1), np.zeros(CELLS, np.int8)
        t.direct_singles(state.masks, digits, level)
        found = np.flatnonzero(level >= 0)
        if len(found):
            cell = int(found[level[found].argmin()])
            return cell, int(digits[cell]), reason_for(board, cell, int(digits[cell]))
        if not any(state.apply(number) for number in range(t.LOCKED, t.HARDEST + 1)):
            break
    if not len(search.solutions):
        raise PuzzleError("no technique gives a next step here, and the search for a solution took too long")
    # A digit that must be there, if any; of these, where fewest candidates are left.
    solution = search.solutions[0]
    blanks = np.flatnonzero(board == BLANK)
    # Look-ahead before a guess, so a hint is a digit that must be there whenever there is one.
    numbers = technique_numbers(Moves(np.repeat(board[None], len(blanks), 0), blanks, solution[blanks]))
    left = np.array([int(mask).bit_count() for mask in state.masks[blanks]])
    cell = int(blanks[np.lexsort((left, numbers))[0]])
    return cell, int(solution[cell]), reason_for(board, cell, int(solution[cell]))


class _State:
    """Candidates of a board as techniques go on, with the argument of the last one."""

    def __init__(self, board: np.ndarray, unique: bool):
        self.board, self.digits = board, board.copy()
        self.masks = t.candidates(board)
        self.words, self.basis = np.zeros(t.WORDS, np.int64), np.zeros(CELLS, bool)
        self.unique = unique

    def copy(self) -> "_State":
        """The same, to go on with apart from this one."""
        other = _State(self.board, self.unique)
        other.digits[:], other.masks[:] = self.digits, self.masks
        return other

    def run(self, hardest: int, cell: int = -1, digit: int = 0, level: np.ndarray | None = None) -> bool:
        """Use techniques up to `hardest` until the digit is a single in the cell, if it ever is; `level` as of `t.run`."""
        level = np.zeros(CELLS, np.int64) if level is None else level
        blank = self.board == BLANK
        allowed = t.UP_TO[max(hardest, 0)]
        return t.run(self.masks, self.digits, blank, self.unique, allowed, cell, digit - 1, level) == t.REACHED

    def apply(self, number: int, skip: int = 0) -> bool:
        """Use one technique once, in the first place but `skip` others; whether it removed something."""
        self.words[:] = 0, 0, 0, skip
        return t.apply(number, self.masks, self.board == BLANK, self.unique, self.words, self.basis)

    def single(self, cell: int, digit: int) -> tuple[str, str]:
        """The unit in which the digit is a hidden single ("" for a naked one), and a clause that says so."""
        unit = -1 if self.masks[cell] == 1 << digit - 1 else t.hidden_in(self.masks, cell, digit - 1)
        if unit < 0:
            return "", f"only {digit} is left for this cell"
        return unit_name(unit), f"{digit} can only go here in {unit_name(unit)}"

    def support(self, cell: int, digit: int) -> tuple[int, ...]:
        """Digits that make a single: those of peers, one of each; or those that bar the other cells of its unit."""
        if self.masks[cell] == 1 << digit - 1:
            peers = PEERS[cell][self.digits[PEERS[cell]] != BLANK]
            return tuple(sorted({int(self.digits[peer]): int(peer) for peer in peers}.values()))
        unit = UNITS[t.hidden_in(self.masks, cell, digit - 1)]
        filled = [int(c) for c in unit if self.board[c] == BLANK and self.digits[c] != BLANK]
        blanks = [c for c in unit if c != cell and self.digits[c] == BLANK]
        holders = {int(peer) for c in blanks for peer in PEERS[c] if self.digits[peer] == digit}
        return tuple(sorted([*filled, *holders]))


@dataclass(frozen=True)
class _Argument:
    where: str
    text: str
    conclusion: str
    cells: tuple[int, ...]


def _deciding(state: _State, number: int, cell: int, digit: int) -> _Argument:
    """The use of a technique after which the digit is a single: one that is enough alone, or the last of several."""
    filled_before = np.count_nonzero(state.digits)
    state.run(number - 1, cell, digit)
    easier = bool(np.count_nonzero(state.digits) > filled_before)
    while True:
        skip = 0
        # Each use is tried on a copy: the sentence is to name the one that decides, not the first that happens to
        # be found.
        while (trial := state.copy()).apply(number, skip):
            if trial.run(number - 1, cell, digit):
                return _argument(trial, number, cell, digit, easier)
            skip += 1
        assert skip, "a technique that gives a digit has a use that removes something"
        state.apply(number)
        state.run(number - 1, cell, digit)


def _argument(state: _State, number: int, cell: int, digit: int, easier: bool) -> _Argument:
    bits, from_units, to_units = (int(word) for word in state.words[: t.WORDS - 1])
    digits = _listed([d + 1 for d in range(DIGITS) if bits >> d & 1])
    where, target = _unit_names(from_units), _unit_names(to_units)
    cells = tuple(np.flatnonzero(state.basis).tolist())
    size = _COUNT_WORDS.get(bits.bit_count(), "")
    if number == t.LOCKED:
        text = f"all places for {digits} in {where} lie in {target}, so the rest of {target} cannot hold it"
    elif number in (t.NAKED_PAIR, t.NAKED_TRIPLE, t.NAKED_QUAD):
        text = f"{size} cells of {where} share the digits {digits}, so no other cell there can hold them"
    elif number in (t.HIDDEN_PAIR, t.HIDDEN_TRIPLE, t.HIDDEN_QUAD):
        text = f"in {where} the digits {digits} fit in only {size} cells, which can hold nothing else"
    elif number in (t.X_WING, t.SWORDFISH):
        text = f"in {where} the digit {digits} fits only in {target}, so the rest of {target} cannot hold it"
    elif number == t.XY_WING:
        text = f"one of two cells must be {digits}, whatever the cell between them is, so no cell that sees both can be"
    elif number == t.UNIQUE_RECTANGLE:
        text = f"four cells in a rectangle cannot all hold {digits}, or the two digits could be swapped"
    else:
        text = f"the places for {digits} that come in pairs alternate, and one of the two alternatives rules out others"
    text = f"once easier cells are filled, {text}" if easier else text
    return _Argument(where, text[0].upper() + text[1:], state.single(cell, digit)[1], cells)


def _unit_names(units: int) -> str:
    """`box 3`, or `rows 2 and 7`; units of one kind, as bits."""
    chosen = [unit for unit in range(len(UNITS)) if units >> unit & 1]
    if len(chosen) < 2:
        return "".join(unit_name(unit) for unit in chosen)
    kind = unit_name(chosen[0]).split()[0]
    return f"{kind}s {_listed([unit_name(unit).split()[1] for unit in chosen])}"


def _listed(items: Iterable[object]) -> str:
    """`2`, `2 and 7`, `2, 5 and 7`."""
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last


def _why_a_guess(board: np.ndarray, cell: int, digit: int) -> tuple[str, tuple[int, ...]]:
    """A sentence on a digit that does not follow, and the cells that speak against it."""
    holders = [int(peer) for peer in PEERS[cell] if board[peer] == digit]
    if holders:
        return f"{digit} cannot stand here: {cell_name(holders[0])} holds it already", tuple(holders)
    tried = board.copy()
    tried[cell] = digit
    with_it, before = prove(tried).solutions, prove(board).solutions
    if with_it == "not decided":
        return f"{digit} is a guess: whether it can stand here was not decided in time", ()
    if with_it != "none":
        return f"{digit} is a guess: other digits are possible here too", ()
    if before == "none":
        return f"{digit} is a guess: the board had no solution even before", ()
    return f"{digit} is a wrong guess: with it the board has no solution", ()
