"""Exact solutions: bit masks of whole bands, propagation to a fixed point, then depth-first search. Compiled by numba.

For every digit, three 27-bit masks (one a band of three rows) hold the places where it may still stand; bit 9 r + c is row
r of the band, column c. Three rules are applied until nothing changes:

- In a band, a digit takes one triplet (three cells of a row in a box) in each row and each box, so only triplets that belong
  to one of the six ways to do that survive; the same for columns. This is the locked-candidates rule, looked up.
- A digit with one place in a row, column or box stands there (hidden single).
- A cell with one digit left holds it (naked single).
"""

from collections.abc import Callable
from itertools import permutations

import numpy as np
from numba import types
from numba.extending import intrinsic

from vmd_sudoku.board import CELLS, DIGITS, SIDE
from vmd_sudoku.compiled import njit

UNDECIDED = -1
"""Number of solutions of a board that a stopped count has not come to."""
_SLICE = 20_000
"""Nodes between two questions whether to stop: a hundredth of a second or a few."""
_FULL = (1 << 27) - 1
MASKS = 3 * DIGITS
"""Numbers of a search node that hold candidates: digit d (0 to 8) in band b at 3 d + b."""
SETTLED = MASKS
"""Where the cells of each band that are settled begin, behind the candidates."""
NODE = MASKS + 3
"""Numbers of a search node, int64. Masks instead of lists of candidates: a node is copied at every guess, and 240 bytes are
quickly copied."""


def _triplet_table() -> np.ndarray:
    """Nine column bits of a row -> which of its three triplets are not empty."""
    # All 512 rows are looked up rather than computed: the solver asks this three times for each digit and band.
    bits = np.arange(512)
    return np.sum([((bits >> 3 * s & 7) > 0).astype(np.int64) << s for s in range(3)], axis=0)


def _feasible_table() -> np.ndarray:
    """Nine bits of a 3 x 3 pattern -> those that belong to a permutation within the pattern; 0 when there is none."""
    ways = [sum(1 << (3 * r + s) for r, s in enumerate(order)) for order in permutations(range(3))]
    table = np.zeros(512, np.int64)
    for pattern in range(512):
        for way in ways:
            if pattern & way == way:
                table[pattern] |= way
    return table


def _peer_table() -> np.ndarray:
    """For each place in a band, its peers in the same band and itself."""
    place = np.arange(27)
    row, box = place // 9, place % 9 // 3
    shared = (row[:, None] == row) | (box[:, None] == box) | (place[:, None] % 9 == place % 9)
    return (shared.astype(np.int64) << place).sum(1)


_TRIPLETS, _FEASIBLE, _PEERS_IN_BAND = _triplet_table(), _feasible_table(), _peer_table()
_SPREAD = np.array([sum(7 << 3 * i for i in range(9) if pattern >> i & 1) for pattern in range(512)])
"""Nine bits, one a triplet of a band -> its 27 places."""
_LOCKED = _SPREAD[_FEASIBLE]
"""Which of a band's nine triplets hold a place -> the places of those triplets that may stay."""
_COLUMN = 1 << 0 | 1 << 9 | 1 << 18
_EVERY_ROW = _COLUMN
"""Times nine column bits, those columns in each of the three rows."""
_BOX = 7 | 7 << 9 | 7 << 18


@intrinsic
def _low_bit(context, mask):
    """Index of the lowest set bit of a mask that is not 0, as one instruction of the processor."""

    def count_trailing_zeros(context, builder, signature, arguments):
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

    return types.int64(types.int64), count_trailing_zeros


@njit(cache=True, nogil=True)
def assign(node, digit, band, place):
    """Put a digit at a place; False when it may not stand there."""
    bit = 1 << place
    mine = 3 * digit + band
    # Asked here and not by the callers: a propagation may find two singles in one pass of which the first rules out the second.
    if node[mine] & bit == 0:
        return False
    for other in range(DIGITS):
        node[3 * other + band] &= ~bit
    node[mine] = node[mine] & ~_PEERS_IN_BAND[place] | bit
    # Of the peers outside this band only the column's are left, and they are the same bits in both other bands.
    column = ~(_COLUMN << place % 9)
    node[3 * digit + (band + 1) % 3] &= column
    node[3 * digit + (band + 2) % 3] &= column
    node[SETTLED + band] |= bit
    return True


@njit(cache=True, nogil=True)
def _locked_rows(mask):
    """Places of one digit in one band that agree with some way to take a triplet of each row and each box."""
    return mask & _LOCKED[_TRIPLETS[mask & 511] | _TRIPLETS[mask >> 9 & 511] << 3 | _TRIPLETS[mask >> 18 & 511] << 6]


@njit(cache=True, nogil=True)
def _columns(mask):
    """Which of the nine columns have a place in a band."""
    return (mask | mask >> 9 | mask >> 18) & 511


@njit(cache=True, nogil=True)
def _shrink(node, digit):
    """Locked candidates of one digit, by rows and by columns, to their fixed point; False when it has no place left."""
    base = 3 * digit
    # Three local numbers instead of the array: they stay in registers for the whole loop.
    a, b, c = _locked_rows(node[base]), _locked_rows(node[base + 1]), _locked_rows(node[base + 2])
    while a and b and c:
        in_a, in_b, in_c = _columns(a), _columns(b), _columns(c)
        keep_a, keep_b, keep_c = 0, 0, 0
        # The same rule turned by 90 degrees: in a stack, the three bands play the part of the three rows.
        for stack in range(0, 9, 3):
            pattern = _FEASIBLE[(in_a >> stack & 7) | (in_b >> stack & 7) << 3 | (in_c >> stack & 7) << 6]
            keep_a |= (pattern & 7) << stack
            keep_b |= (pattern >> 3 & 7) << stack
            keep_c |= (pattern >> 6) << stack
        # Only columns can bring something new: the rows were at their fixed point before.
        if keep_a == in_a and keep_b == in_b and keep_c == in_c:
            node[base], node[base + 1], node[base + 2] = a, b, c
            return True
        a = _locked_rows(a & keep_a * _EVERY_ROW)
        b = _locked_rows(b & keep_b * _EVERY_ROW)
        c = _locked_rows(c & keep_c * _EVERY_ROW)
    return False


@njit(cache=True, nogil=True)
def _hidden_singles(node, digit):
    """Put one digit wherever a row, column or box has a single place for it; False when a unit has none."""
    base = 3 * digit
    # Two bits a column count to "more than once", for all nine columns at the same time.
    once, twice = 0, 0
    for band in range(3):
        mask = node[base + band]
        for row in range(0, 27, 9):
            line = mask >> row & 511
            twice |= once & line
            once |= line
    if once != 511:
        return False
    columns = once & ~twice
    for band in range(3):
        mask = node[base + band]
        found = mask & (columns * _EVERY_ROW)
        for row in range(0, 27, 9):
            line = mask & 511 << row
            if line & (line - 1) == 0:  # one bit or none; a row without any was met by `_shrink`
                found |= line
        for box in range(0, 9, 3):
            inside = mask & _BOX << box
            if inside & (inside - 1) == 0:
                found |= inside
        found &= ~node[SETTLED + band]
        while found:
            if not assign(node, digit, band, _low_bit(found)):
                return False
            found &= found - 1
    return True


@njit(cache=True, nogil=True)
def propagate(node, seen):
    """All three rules to their fixed point; False at a contradiction. `seen` [27] is scratch."""
    seen[:] = -1  # no mask is negative, so every digit has its first turn
    while True:
        quiet = True
        for digit in range(DIGITS):
            base = 3 * digit
            # A digit that nothing has touched since its last turn has nothing new to say.
            if node[base] == seen[base] and node[base + 1] == seen[base + 1] and node[base + 2] == seen[base + 2]:
                continue
            quiet = False
            if not _shrink(node, digit):
                return False
            # Noted before the singles are put, which change the masks again: the digit gets another turn for these.
            seen[base], seen[base + 1], seen[base + 2] = node[base], node[base + 1], node[base + 2]
            if not _hidden_singles(node, digit):
                return False
        # Naked singles come last: they are the dearest to find, since all nine digits have to be looked at.
        for band in range(3):
            once, twice = 0, 0
            for digit in range(DIGITS):
                mask = node[3 * digit + band]
                twice |= once & mask
                once |= mask
            if once != _FULL:
                return False
            singles = once & ~twice & ~node[SETTLED + band]
            while singles:
                place = _low_bit(singles)
                singles &= singles - 1
                for digit in range(DIGITS):
                    if node[3 * digit + band] >> place & 1:
                        assign(node, digit, band, place)
                        quiet = False
                        break
                else:
                    return False
        if quiet:
            return True


@njit(cache=True, nogil=True)
def branch_cell(node):
    """A cell with two digits left if there is one, else one with few: (band, place), or (-1, 0) when all are settled."""
    # A cell with two digits is as good as it gets, so the first one ends the look; three against four is only a tie-break.
    chosen, fewest, where = -1, 10, 0
    for band in range(3):
        open_cells = _FULL & ~node[SETTLED + band]
        if open_cells == 0:
            continue
        one, two, three, four = 0, 0, 0, 0
        for digit in range(DIGITS):
            mask = node[3 * digit + band]
            four |= three & mask
            three |= two & mask
            two |= one & mask
            one |= mask
        pairs, triples = two & ~three & open_cells, three & ~four & open_cells
        if pairs:
            return band, _low_bit(pairs)
        count, cells = (3, triples) if triples else (4, open_cells)
        if count < fewest:
            chosen, fewest, where = band, count, _low_bit(cells)
    return chosen, where


@njit(cache=True, nogil=True)
def candidate(node, band, place, first):
    """The first digit (0 to 8) that a cell may hold, counted from `first` on and around; the cell must have one."""
    digit = first
    while node[3 * digit + band] >> place & 1 == 0:
        digit = (digit + 1) % DIGITS
    return digit


@njit(cache=True, nogil=True)
def branch(stack, depth, digit, band, place):
    """Guess: node `depth` + 1 of `stack` has the digit put, and node `depth` has it ruled out.

    So a search that comes back to a node never meets the same guess again, and the two nodes share no solution.
    """
    node = stack[depth]
    stack[depth + 1] = node
    assign(stack[depth + 1], digit, band, place)
    node[3 * digit + band] &= ~(1 << place)


@njit(cache=True, nogil=True)
def load(node, board):
    """Candidates of a board with its digits put; False when digits clash."""
    # Not by 30 calls of `assign`: a generator loads a board for every clue that it tries to take away.
    node[SETTLED:] = 0
    for cell in range(CELLS):
        if board[cell]:
            node[SETTLED + cell // 27] |= 1 << cell % 27
    for mask in range(MASKS):
        node[mask] = _FULL & ~node[SETTLED + mask % 3]
    # Of the settled cells, a digit's masks now hold those that it has been put in, and no others.
    for cell in range(CELLS):
        if board[cell] == 0:
            continue
        band, place, base = cell // 27, cell % 27, 3 * (board[cell] - 1)
        column = _COLUMN << place % 9
        clash = 0
        for other in range(3):
            seen = _PEERS_IN_BAND[place] if other == band else column
            clash |= node[base + other] & seen & node[SETTLED + other]
            node[base + other] &= ~seen
        if clash:
            return False
        node[base + band] |= 1 << place
    return True


@njit(cache=True, nogil=True)
def read(node, board):
    """Write the digits of the settled cells of a node to `board` [81], 0 elsewhere."""
    for cell in range(CELLS):
        band, place = cell // 27, cell % 27
        board[cell] = 0
        if node[SETTLED + band] >> place & 1:
            for digit in range(DIGITS):
                if node[3 * digit + band] >> place & 1:
                    board[cell] = digit + 1


@njit(cache=True, nogil=True)
def _advance(stack, seen, limit, solutions, depth, found, nodes):
    """Go on with the search of the nodes up to `depth` of `stack`, for `nodes` nodes at most: (depth, solutions found,
    contradictions met, nodes left).

    The search is over when depth is below 0 or when `limit` solutions were found. They are written to `solutions` [s,81] as
    far as it has rows.
    """
    # A loop over a stack instead of recursion: it can stop after any node and go on, and numba compiles it to plain jumps.
    contradictions = 0
    while depth >= 0 and nodes > 0:
        nodes -= 1
        node = stack[depth]
        if not propagate(node, seen):
            contradictions += 1
            depth -= 1
            continue
        band, place = branch_cell(node)
        if band < 0:
            if found < len(solutions):
                read(node, solutions[found])
            found += 1
            if found == limit:
                break
            depth -= 1
            continue
        branch(stack, depth, candidate(node, band, place, 0), band, place)
        depth += 1
    return depth, found, contradictions, nodes


@njit(cache=True, nogil=True)
def count_from(stack, seen, limit, solution):
    """Solutions of the node at the bottom of `stack`, up to `limit`; the first is written to `solution`."""
    return _advance(stack, seen, limit, solution.reshape(1, CELLS), 0, 0, 1 << 62)[1]


@njit(cache=True, nogil=True)
def _count_on(stack, seen, at, boards, limit, solutions, counts, contradictions, nodes):
    """Go on counting the solutions of each board, up to `limit`, and the contradictions met, for `nodes` nodes; the first
    solution is written to `solutions`. at: the board that is next, and how deep its search is (-1: not begun)."""
    while at[0] < len(boards) and nodes > 0:
        i, depth = at[0], at[1]
        if depth < 0:
            nodes -= 1
            depth = 0 if load(stack[0], boards[i]) else -1
        depth, counts[i], met, nodes = _advance(stack, seen, limit, solutions[i : i + 1], depth, counts[i], nodes)
        contradictions[i] += met
        over = depth < 0 or counts[i] == limit
        at[0], at[1] = (i + 1, -1) if over else (i, depth)


def as_digits(boards: np.ndarray) -> np.ndarray:
    """Boards as int8 [n,81], fit for compiled code, which does not check its indices.

    Raises:
        ValueError: a board holds another number than 0 to 9.
    """
    boards = np.asarray(boards).reshape(-1, CELLS)
    if boards.size and not (boards.min() >= 0 and boards.max() <= DIGITS):
        raise ValueError(f"boards hold 0 to {DIGITS}, got {boards.min()} to {boards.max()}")
    return np.ascontiguousarray(boards, np.int8)


class Search:
    """A search for solutions that stops after a number of nodes and can go on."""

    def __init__(self, board: np.ndarray, limit: int, but_not: tuple[int, int] | None = None):
        """Look for up to `limit` solutions of a board, int8 [81]; with `but_not`, those where a cell has not a digit."""
        self._stack, self._seen = np.empty((CELLS + 1, NODE), np.int64), np.empty(MASKS, np.int64)
        self._solutions = np.zeros((limit, CELLS), np.int8)
        self._found = 0
        self._depth = 0 if load(self._stack[0], as_digits(board)[0]) else -1
        if but_not:
            cell, digit = but_not
            self._stack[0, 3 * (digit - 1) + cell // 27] &= ~(1 << cell % 27)

    @property
    def solutions(self) -> np.ndarray:
        """Those found so far, int8 [s,81]."""
        return self._solutions[: self._found]

    @property
    def over(self) -> bool:
        """Whether every solution was found, or as many as were asked for."""
        return self._depth < 0 or self._found == len(self._solutions)

    def go_on(self, nodes: int) -> None:
        """Search `nodes` nodes more, or to the end."""
        if not self.over:
            limit = len(self._solutions)
            self._depth, self._found, _, _ = _advance(
                self._stack, self._seen, limit, self._solutions, self._depth, self._found, nodes
            )


def _never() -> bool:
    return False


def _run(
    boards: np.ndarray, limit: int, stop: Callable[[], bool] = _never
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Solutions int8 [n,81], their numbers and the contradictions met, int64 [n]; numbers are -1 from where it was stopped."""
    boards = as_digits(boards)
    solutions = np.zeros_like(boards)
    counts, contradictions = np.zeros(len(boards), np.int64), np.zeros(len(boards), np.int64)
    stack = np.empty((CELLS + 1, NODE), np.int64)  # a guess settles a cell, so no search goes deeper
    seen, at = np.empty(MASKS, np.int64), np.array([0, -1])
    # In slices: a board with few clues and no solution may take hours, and Python hears nothing while compiled code runs.
    while at[0] < len(boards) and not stop():
        _count_on(stack, seen, at, boards, limit, solutions, counts, contradictions, _SLICE)
    counts[at[0] :] = UNDECIDED
    return solutions, counts, contradictions


def count_solutions(boards: np.ndarray, limit: int = 2, stop: Callable[[], bool] = _never) -> np.ndarray:
    """Solutions of each board, int8 [n,81], counted up to `limit`: int64 [n]. Clashing digits have none.

    stop: asked many times a second; once it says yes, boards that are not decided by then get UNDECIDED.

    Raises:
        ValueError: limit is below 1, or a board holds another number than 0 to 9.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    return _run(boards, limit, stop)[1]


def solve(boards: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One solution of each board, int8 [n,81] (zeros where there is none), and their number up to 2, int64 [n].

    Raises:
        ValueError: a board holds another number than 0 to 9.
    """
    return _run(boards, 2)[:2]


def count_backtracks(boards: np.ndarray) -> np.ndarray:
    """Guesses undone before the first solution of each board, int8 [n,81]: int64 [n]. The guess is the lowest digit of a
    cell with few candidates, as in every search that has no network to ask.

    Raises:
        ValueError: a board holds another number than 0 to 9.
    """
    return _run(boards, 1)[2]


assert SIDE == 9  # the masks are laid out for nine
