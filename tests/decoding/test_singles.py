"""What the compiled code writes, replayed digit by digit with sets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmd_sudoku.board import BLANK, CELLS, PEERS, UNITS, is_legal, solved
from vmd_sudoku.decoding import singles
from vmd_sudoku.exact.generate import puzzles

SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=25)


def left_for(board, cell):
    """Digits that no peer holds."""
    return set(range(1, 10)) - set(board[PEERS[cell]].tolist())


def single_in(board, cell, digit):
    """NAKED, HIDDEN or None: what a person would call the digit in a blank cell."""
    if left_for(board, cell) == {digit}:
        return singles.NAKED
    for unit in UNITS.tolist():
        if cell in unit and [c for c in unit if board[c] == BLANK and digit in left_for(board, c)] == [cell]:
            return singles.HIDDEN
    return None


def singles_of(board):
    """(cell, digit) of every single."""
    blanks = np.flatnonzero(board == BLANK).tolist()
    return [(cell, digit) for cell in blanks for digit in left_for(board, cell) if single_in(board, cell, digit)]


def is_dead(board):
    """Whether a blank cell has no digit, a unit no place for a digit, or a cell is the only place of two digits."""
    blanks = {cell: left_for(board, cell) for cell in np.flatnonzero(board == BLANK).tolist()}
    if not all(blanks.values()):
        return True
    for unit in UNITS.tolist():
        missing = set(range(1, 10)) - set(board[unit].tolist())
        places = [[cell for cell in unit if digit in blanks.get(cell, ())] for digit in missing]
        only = [fits[0] for fits in places if len(fits) == 1]
        if not all(places) or len(only) != len(set(only)):
            return True
    return False


def settled(board):
    """A board with its singles filled in one after another; None where that meets a dead end."""
    board = board.copy()
    while not is_dead(board):
        if not (found := singles_of(board)):
            return board
        board[found[0][0]] = found[0][1]
    return None


def a_board(rng, wrong=0):
    """A puzzle with some of its blanks filled in, a few of them by a digit that the peers allow but the solution may not."""
    clues, solutions = puzzles(1, int(rng.integers(2**31)))
    board = np.where(rng.random(CELLS) < rng.random() * 0.6, solutions[0], clues[0]).astype(np.int64)
    for cell in rng.permutation(np.flatnonzero(board == BLANK))[:wrong]:
        board[cell] = rng.choice([*left_for(board, cell), BLANK])
    return board


def written(board, weights, order, due, propagate):
    """What `write` makes of one board: the board, why, rank, and whether it is alive."""
    board, alive = board.copy()[None], np.ones(1, bool)
    why, rank = np.full((2, 1, CELLS), singles.NOT_FILLED)
    singles.write(board, weights[None], order[None], np.array([due]), propagate, why, rank, alive)
    return board[0], why[0], rank[0], bool(alive[0])


def in_turn(before, after, why, rank):
    """(board so far, cell, digit, reason) of each digit in the order of its rank; nothing else may have changed."""
    assert ((rank >= 0) == (why >= 0)).all()
    assert (after[rank < 0] == before[rank < 0]).all()
    board, turns = before.copy(), np.argsort(rank)[np.count_nonzero(rank < 0) :]
    assert rank[turns].tolist() == list(range(len(turns)))
    for cell in turns.tolist():
        assert board[cell] == BLANK
        yield board, cell, int(after[cell]), why[cell]
        board[cell] = after[cell]


@few
@given(seed=SEEDS, wrong=st.integers(0, 4), due=st.integers(0, 60), dull=st.booleans())
def test_digits_are_the_likeliest_that_their_peers_leave(seed, wrong, due, dull):
    rng = np.random.default_rng(seed)
    before = a_board(rng, wrong)
    weights = rng.random((CELLS, 9))
    if dull:
        weights = weights.round(1)  # equal ones occur: the lower digit wins
    order = rng.permutation(np.flatnonzero(before == BLANK))
    padded = np.concatenate([order, np.full(CELLS - len(order), -1)])
    after, why, rank, alive = written(before, weights, padded, due, propagate=False)
    assert alive
    cells = []
    for board, cell, digit, reason in in_turn(before, after, why, rank):
        choice = sorted(left_for(board, cell) or range(1, 10), key=lambda d: (-weights[cell, d - 1], d))
        assert (digit, reason) == (choice[0], singles.NETWORK)
        cells.append(cell)
    assert cells == order[:due].tolist()


@few
@given(seed=SEEDS, wrong=st.integers(0, 4), due=st.integers(0, 12))
def test_singles_are_filled_before_and_after_every_digit_of_the_network(seed, wrong, due):
    rng = np.random.default_rng(seed)
    before = a_board(rng, wrong)
    weights, order = rng.random((CELLS, 9)), rng.permutation(CELLS)
    after, why, rank, alive = written(before, weights, order, due, propagate=True)
    guessed, seen = [], 0
    for board, cell, digit, reason in in_turn(before, after, why, rank):
        assert digit in left_for(board, cell)
        if reason != singles.NETWORK:
            # A cell that is both is called by what was looked for when it was found.
            assert single_in(board, cell, digit) in (reason, singles.NAKED)
            continue
        assert singles_of(board) == []
        open_cells = [c for c in order.tolist() if board[c] == BLANK]
        assert cell == open_cells[0]
        assert weights[cell, digit - 1] == max(weights[cell, d - 1] for d in left_for(board, cell))
        guessed, seen = [*guessed, cell], settled(tried(board, cell, digit))
    assert len(guessed) <= due
    end = seen if guessed else settled(before)
    assert alive == (end is not None)
    if alive:
        assert (after == end).all()
        assert len(guessed) == due or (after != BLANK).all()
    assert is_legal(after)


def tried(board, cell, digit):
    board = board.copy()
    board[cell] = digit
    return board


@few
@given(seed=SEEDS, gaps=st.integers(0, 30))
def test_reasons_are_told_by_filling_the_target_anew(seed, gaps):
    """From a board with blanks to another with fewer: singles, then what the network would say, else the search."""
    rng = np.random.default_rng(seed)
    clues, solutions = puzzles(1, int(rng.integers(2**31)))
    start, target = clues.astype(np.int64), solutions.astype(np.int64)
    target[0, rng.permutation(np.flatnonzero(start[0] == BLANK))[:gaps]] = BLANK
    weights, order = rng.random((1, CELLS, 9)), rng.permutation(CELLS)[None]
    why, rank = np.full((2, 1, CELLS), singles.NOT_FILLED)
    kept = start.copy(), target.copy()
    singles.explain(start, target, weights, order, why, rank)
    assert (start == kept[0]).all()
    assert (target == kept[1]).all()
    assert ((why[0] >= 0) == ((start[0] == BLANK) & (target[0] != BLANK))).all()
    if gaps:  # singles among the gaps are filled, too, on the way, but nobody hears of them
        return
    for board, cell, digit, reason in in_turn(start[0], target[0], why[0], rank[0]):
        if reason in (singles.NAKED, singles.HIDDEN):
            assert single_in(board, cell, digit) in (reason, singles.NAKED)
            continue
        assert singles_of(board) == []
        assert cell == next(c for c in order[0].tolist() if board[c] == BLANK)
        best = max(left_for(board, cell), key=lambda d: weights[0, cell, d - 1])
        assert reason == (singles.NETWORK if digit == best else singles.SEARCH)


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_what_came_after_goes_along_chains_of_peers(rng, share):
    for _ in range(20):
        at = np.where(rng.random(CELLS) < 0.3, -1, rng.permutation(CELLS))
        back = (rng.random(CELLS) < share) & (at >= 0)
        wanted = set(np.flatnonzero(back).tolist())
        todo = list(wanted)
        while todo:
            cell = todo.pop()
            later = {int(peer) for peer in PEERS[cell] if at[peer] > at[cell]} - wanted
            wanted |= later
            todo += later
        found = back[None].copy()
        singles.spread(found, at[None])
        assert set(np.flatnonzero(found[0]).tolist()) == wanted


def test_a_puzzle_of_singles_is_filled_without_a_word_of_the_network(easy):
    puzzle, solution = easy
    after, why, _, alive = written(puzzle.astype(np.int64), np.zeros((CELLS, 9)), np.full(CELLS, -1), 0, propagate=True)
    assert alive
    assert solved(after[None], puzzle[None]).all()
    assert (after == solution).all()
    assert set(why.tolist()) == {singles.NOT_FILLED, singles.NAKED, singles.HIDDEN}
