"""Complete search with the network's probabilities as its guide: every valid puzzle is solved, and none or several is proved.

A node is what `solver` propagates: the candidates of all cells. A decision puts a digit into a cell, and leaves a second
node open in which that digit is ruled out. An open node's worth is the probability of the decisions on the way to it, so
the next node after a contradiction is the one that turns over the least certain decision. Nothing is ever dropped unless it
was refuted: when no node is left, there is no (further) solution.

If many decisions have been undone since a call, the network is asked again, on the board of the best open node.

A board with few clues and no solution can hold a search for hours. So it runs in slices of a few milliseconds a puzzle, and
whoever asked for it may stop it between two of them.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku.board import BLANK, CELLS, DIGITS
from vmd_sudoku.compiled import njit
from vmd_sudoku.exact.solver import MASKS, NODE, SETTLED, branch, load, propagate, read

PATIENCE = 1024
"""Decisions undone after the first call before the network is asked again; doubled with every call, so calls stay few."""
_OPEN = 64
"""Open nodes up to which the best is taken. With more, the newest is: then memory grows by the depth of a board at most."""
_SLOTS = _OPEN + CELLS + 1
_SLICE = 1000
"""Nodes of one puzzle between two questions whether to stop: a few milliseconds."""
_FLOOR = 1e-12
"""Keeps the logarithm of a probability finite."""
_MORE, _ASK, _OVER = range(3)
"""Where a slice leaves a puzzle: in the middle of the search, in want of another call, or at the search's end."""


@njit(cache=True, nogil=True)
def _best_last(nodes, worth, count):
    """Swap the most probable of `count` open nodes to the end."""
    # A scan and no heap: 64 entries at most, and nodes have to lie in an array for the compiled code anyway.
    best = count - 1
    for i in range(count):
        if worth[i] > worth[best]:
            best = i
    last = count - 1
    worth[best], worth[last] = worth[last], worth[best]
    for i in range(NODE):
        nodes[best, i], nodes[last, i] = nodes[last, i], nodes[best, i]


@njit(cache=True, nogil=True)
def _decision(node, probabilities, turn):
    """The cell to decide, its most probable digit from 0, and that digit's probability; cell -1 if all are settled.

    Cells with two digits left come before the others, then the policy's order decides: `turn` [81], low first.
    """
    chosen, chosen_few = -1, False
    for cell in range(CELLS):
        band, place = cell // 27, cell % 27
        if node[SETTLED + band] >> place & 1:
            continue
        left = 0
        for digit in range(DIGITS):
            left += node[3 * digit + band] >> place & 1
        # A cell with two digits halves the board's possibilities whatever is chosen; worth more than any confidence.
        few = left == 2
        if chosen < 0 or (few and not chosen_few) or (few == chosen_few and turn[cell] < turn[chosen]):
            chosen, chosen_few = cell, few
    if chosen < 0:
        return -1, 0, 0.0
    band, place = chosen // 27, chosen % 27
    total, best = 0.0, -1
    for digit in range(DIGITS):
        if node[3 * digit + band] >> place & 1:
            # Renormalised over what the rules left, so that worth compares nodes whose cells differ.
            total += probabilities[chosen, digit] + _FLOOR
            if best < 0 or probabilities[chosen, digit] > probabilities[chosen, best]:
                best = digit
    return chosen, best, (probabilities[chosen, best] + _FLOOR) / total


@njit(cache=True, nogil=True)
def _search(nodes, worth, state, probabilities, turn, patience, limit, visits, seen, board):
    """Go on with one puzzle until `limit` solutions are found, no node is left, `patience` decisions were undone since the
    call, or `visits` nodes were looked at.

    state: open nodes, solutions found, decisions undone before the first solution, decisions undone since the call. board
    [81] becomes the first solution, else the digits of the best open node when patience ends. Returns _OVER, _ASK, or _MORE.
    """
    for _ in range(visits):
        if state[0] == 0:
            return _OVER
        # Beyond that the newest node is taken, which is depth first and needs no more memory.
        if state[0] <= _OPEN:
            _best_last(nodes, worth, state[0])
        node = nodes[state[0] - 1]
        if not propagate(node, seen):
            state[0] -= 1
            state[3] += 1
            if state[1] == 0:
                state[2] += 1
            continue
        cell, digit, probability = _decision(node, probabilities, turn)
        if cell < 0:
            if state[1] == 0:
                read(node, board)
            state[1] += 1
            state[0] -= 1
            if state[1] == limit:
                return _OVER
            continue
        # Not before: a node that has come to its end is a solution, and no call could add to it.
        if state[3] >= patience and state[1] == 0:
            read(node, board)
            return _ASK
        child, so_far = state[0], worth[state[0] - 1]
        # Logarithms: the product of eighty probabilities would underflow.
        worth[child] = so_far + np.log(probability)
        # The parent's place becomes the node in which the digit is ruled out: no node is copied twice.
        worth[child - 1] = so_far + np.log(max(1 - probability, _FLOOR))
        branch(nodes, child - 1, digit, cell // 27, cell % 27)
        state[0] += 1
    return _OVER if state[0] == 0 else _MORE


@njit(cache=True, nogil=True)
def _begin(nodes, state, boards):
    for i in range(len(boards)):
        if load(nodes[i, 0], boards[i]):
            state[i, 0] = 1


@njit(cache=True, nogil=True)
def _go_on(nodes, worth, state, rows, probabilities, turn, patience, limit, visits, boards, status):
    """One slice of every puzzle that wants more; whether any still does."""
    seen = np.empty(MASKS, np.int64)
    more = False
    for i in range(len(rows)):
        # Puzzles that are through wait for the others of their batch without cost.
        if status[i] == _MORE:
            row = rows[i]
            status[i] = _search(
                nodes[row], worth[row], state[row], probabilities[i], turn[i], patience, limit, visits, seen, boards[i]
            )
            more |= status[i] == _MORE
    return more


class GuidedSearch:
    """The open nodes of a batch of puzzles, int64 [b,81], from call to call. Ends after `limit` solutions of a puzzle."""

    def __init__(self, puzzles: Tensor, limit: int = 1) -> None:
        count = len(puzzles)
        self.limit = limit
        # All memory at once, since compiled code cannot grow it; empty, because every node is written before it is
        # read.
        self._nodes = np.empty((count, _SLOTS, NODE), np.int64)
        self._worth = np.zeros((count, _SLOTS))
        self._state = np.zeros((count, 4), np.int64)
        _begin(self._nodes, self._state, puzzles.cpu().numpy())

    def go_on(
        self,
        rows: Tensor,
        probabilities: Tensor,
        turn: Tensor,
        patience: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Search with the probabilities [a,81,9] of a call until it ends or `patience` decisions were undone.

        rows: which puzzles, int64 [a]. turn: place of each cell in the policy's order, int64 [a,81]. stop: asked every few
        milliseconds a puzzle; once it says yes, the searches that have not ended stay as they are.
        Returns boards int64 [a,81], solved or to ask the network about (blank where none fits, or where it was stopped);
        whether each search has ended, bool [a]; and whether it was stopped before, bool [a].
        """
        boards = np.full((len(rows), CELLS), BLANK, np.int64)
        status, places = np.full(len(rows), _MORE), rows.cpu().numpy()
        # Patience counts from this call on.
        self._state[places, 3] = 0
        # Doubles: worth adds up many logarithms, and the order of nodes hangs on it.
        given = (probabilities.double().cpu().numpy(), turn.cpu().numpy(), patience, self.limit, _SLICE)
        while _go_on(self._nodes, self._worth, self._state, places, *given, boards, status) and not stop():
            pass
        found = (boards, status == _OVER, status == _MORE)
        board, ended, stopped = (torch.from_numpy(array).to(rows.device) for array in found)
        return board, ended, stopped

    def found(self, rows: Tensor) -> Tensor:
        """Solutions found so far, up to `limit`; all there are if the search has ended with fewer: int64 [a]."""
        return torch.from_numpy(self._state[rows.cpu().numpy(), 1]).to(rows.device)

    def undone(self, rows: Tensor) -> Tensor:
        """Decisions undone before the first solution, int64 [a]."""
        return torch.from_numpy(self._state[rows.cpu().numpy(), 2]).to(rows.device)
