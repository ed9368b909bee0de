"""Digits written one by one by the rules, with or without the singles that follow. Compiled by numba, for whole batches.

The rules are kept as bits: bit d - 1 of `used[u]` says that digit d stands in unit u (rows, then columns, then boxes).
Boards are int64 [a,81]. `why` and `rank` say of every cell written now why (index into trace.WHYS) and when, counted from 0;
both are -1 elsewhere.
"""

import numpy as np

from vmd_sudoku.board import BLANK, BOX, CELLS, COL, DIGITS, PEERS, ROW, SIDE, UNITS
from vmd_sudoku.compiled import njit
from vmd_sudoku.decoding.why import WHYS

NOT_FILLED = -1
NETWORK, NAKED, HIDDEN, SEARCH = range(len(WHYS))
_ALL = (1 << DIGITS) - 1
_UNIT_OF = np.stack([ROW, SIDE + COL, 2 * SIDE + BOX], 1)
"""The three units of a cell, [81,3]."""


@njit(cache=True, nogil=True)
def _units_in_use(board, used):
    # Computed anew for every board, in 81 steps: to carry it from call to call would cost more to keep right than it
    # saves.
    used[:] = 0
    for cell in range(CELLS):
        if board[cell] != BLANK:
            for kind in range(3):
                used[_UNIT_OF[cell, kind]] |= 1 << (board[cell] - 1)


@njit(cache=True, nogil=True)
def _free(used, cell):
    """Digits that no unit of a cell holds, as bits."""
    return _ALL & ~(used[_UNIT_OF[cell, 0]] | used[_UNIT_OF[cell, 1]] | used[_UNIT_OF[cell, 2]])


@njit(cache=True, nogil=True)
def _put(board, used, cell, digit, why, rank, reason, turn):
    board[cell] = digit
    for kind in range(3):
        used[_UNIT_OF[cell, kind]] |= 1 << (digit - 1)
    why[cell] = reason
    rank[cell] = turn


@njit(cache=True, nogil=True)
def _digit(bits):
    """The digit of a single bit."""
    digit = 1
    while bits >> digit:
        digit += 1
    return digit


@njit(cache=True, nogil=True)
def _best(weights, bits):
    """The digit of the highest weight among `bits`."""
    chosen = 0
    for digit in range(1, DIGITS + 1):
        if bits >> (digit - 1) & 1 and (chosen == 0 or weights[digit - 1] > weights[chosen - 1]):
            chosen = digit
    return chosen


@njit(cache=True, nogil=True)
def _settle(board, used, why, rank, turn):
    """Fill naked and hidden singles until there are none: the next turn, and False at a dead end."""
    while True:
        # Naked singles first in every pass: they are found by a look at three numbers.
        before = turn
        for cell in range(CELLS):
            if board[cell] == BLANK:
                bits = _free(used, cell)
                # A blank cell without a digit is a dead end whatever else happens, so stop before more is written.
                if bits == 0:
                    return turn, False
                # n & (n - 1) clears the lowest bit: nothing is left of a single one.
                if bits & (bits - 1) == 0:
                    _put(board, used, cell, _digit(bits), why, rank, NAKED, turn)
                    turn += 1
        for unit in range(len(UNITS)):
            once, twice = 0, 0
            for cell in UNITS[unit]:
                if board[cell] == BLANK:
                    bits = _free(used, cell)
                    # Seen before and seen again; in this order, or every digit would count twice at once.
                    twice |= once & bits
                    once |= bits
            # A digit that has no place in a unit and does not stand in it.
            if once | used[unit] != _ALL:
                return turn, False
            hidden = once & ~twice
            for cell in UNITS[unit]:
                if hidden and board[cell] == BLANK:
                    bits = _free(used, cell) & hidden
                    # Two digits have this cell as their only place.
                    if bits & (bits - 1):
                        return turn, False
                    if bits:
                        _put(board, used, cell, _digit(bits), why, rank, HIDDEN, turn)
                        turn += 1
        if turn == before:
            return turn, True


@njit(cache=True, nogil=True)
def _write(board, weights, order, count, propagate, used, why, rank):
    """Write `count` blank cells of `order` one by one; False at a dead end, which only `propagate` looks for."""
    # Each digit is checked against those written before it in the same call, which is what keeps cells of one call
    # apart.
    turn, alive = 0, True
    _units_in_use(board, used)
    if propagate:
        turn, alive = _settle(board, used, why, rank, turn)
    for cell in order:
        if not alive or count == 0:
            return alive
        # A single may have filled this cell since the order was made.
        if cell < 0:
            break
        if board[cell] != BLANK:
            continue
        bits = _free(used, cell)
        # Where the rules leave no digit, what the network says stays visible.
        _put(board, used, cell, _best(weights[cell], bits if bits else _ALL), why, rank, NETWORK, turn)
        turn += 1
        count -= 1
        if propagate:
            turn, alive = _settle(board, used, why, rank, turn)
    return alive


@njit(cache=True, nogil=True)
def write(board, weights, order, due, propagate, why, rank, alive):
    """Fill cells by the highest of `weights` [a,81,9] that the rules allow, in place; several cells of one call never clash
    while another digit is left.

    order: cells to fill, most preferred first, -1 behind the last, [a,81]. due: how many of them, [a].
    propagate: also fill the singles that follow, before and after every cell, and stop at a dead end (`alive` [a] False).
    """
    # One array for the whole batch: it is filled anew for every board.
    used = np.empty(len(UNITS), np.int64)
    for i in range(len(board)):
        alive[i] = _write(board[i], weights[i], order[i], due[i], propagate, used, why[i], rank[i])


@njit(cache=True, nogil=True)
def explain(start, target, probabilities, order, why, rank):
    """Say of every cell of `target` [a,81] that is blank in `start` [a,81] why it is right to be there.

    Singles are taken first; where none is left, the most preferred cell counts as the network's if it is the most probable
    digit that the rules left it, else as found by the search.
    """
    used, scratch_why, scratch_rank = (
        np.empty(len(UNITS), np.int64),
        np.empty(CELLS, np.int64),
        np.empty(CELLS, np.int64),
    )
    for i in range(len(start)):
        # The caller's boards stay as they are; here reasons are only tried out.
        board = start[i].copy()
        scratch_why[:] = NOT_FILLED
        scratch_rank[:] = NOT_FILLED
        _units_in_use(board, used)
        turn, _ = _settle(board, used, scratch_why, scratch_rank, 0)
        for cell in order[i]:
            if cell < 0:
                break
            if board[cell] != BLANK or target[i, cell] == BLANK:
                continue
            # The reason is found afterwards, by replaying the answer: during a search there are thousands of branches
            # that come to nothing.
            likely = _best(probabilities[i, cell], _free(used, cell)) == target[i, cell]
            reason = NETWORK if likely else SEARCH
            _put(board, used, cell, target[i, cell], scratch_why, scratch_rank, reason, turn)
            turn, _ = _settle(board, used, scratch_why, scratch_rank, turn + 1)
        for cell in range(CELLS):
            if start[i, cell] == BLANK and target[i, cell] != BLANK:
                why[i, cell] = scratch_why[cell]
                rank[i, cell] = scratch_rank[cell]


@njit(cache=True, nogil=True)
def spread(back, filled_at):
    """Add to the cells `back` bool [a,81] whatever was filled after one of them beside it, and after that in turn.

    filled_at: when each cell was filled, [a,81]; negative for clues and blanks, which stay.
    """
    for i in range(len(back)):
        # In the order of filling, so that one pass carries the effect along chains of any length.
        for cell in np.argsort(filled_at[i]):
            if filled_at[i, cell] < 0:
                continue
            for peer in PEERS[cell]:
                if back[i, peer] and 0 <= filled_at[i, peer] < filled_at[i, cell]:
                    back[i, cell] = True
