"""Each technique on a position made for it: what it removes, and nothing else; and never a digit of the solution."""

import numpy as np
import pytest

from vmd_sudoku.board import CELLS, PEERS, UNITS, parse
from vmd_sudoku.exact import generate, solver
from vmd_sudoku.exact import techniques as t
from vmd_sudoku.exact.reasons import Moves, technique_numbers

NOTHING = np.zeros(CELLS, np.int8)


def cell(row, column):
    """Rows and columns from 1, as people count."""
    return 9 * (row - 1) + column - 1


def bits(*digits):
    return sum(1 << (digit - 1) for digit in digits)


def open_masks():
    return np.full(CELLS, bits(*range(1, 10)), np.int64)


def only_in(masks, digit, unit, *places):
    """Leave a digit in some cells of a unit."""
    for other in unit:
        if other not in places:
            masks[other] &= ~bits(digit)


def removed_by(technique, masks, skip=0):
    """{(row, column, digit)} that a technique removes, its words and the cells of its argument."""
    before = masks.copy()
    words, basis = np.array([0, 0, 0, skip]), np.zeros(CELLS, bool)
    worked = t.apply(technique, masks, NOTHING == 0, True, words, basis)
    gone = before & ~masks
    assert worked == bool(gone.any())
    removed = {(c // 9 + 1, c % 9 + 1, d + 1) for c in range(CELLS) for d in range(9) if gone[c] >> d & 1}
    return removed, words, {int(c) for c in np.flatnonzero(basis)}


ROW = {r: [cell(r, c) for c in range(1, 10)] for r in range(1, 10)}
COLUMN = {c: [cell(r, c) for r in range(1, 10)] for c in range(1, 10)}
BOX_1 = [cell(r, c) for r in (1, 2, 3) for c in (1, 2, 3)]


def test_pointing():
    masks = open_masks()
    only_in(masks, 5, BOX_1, cell(2, 1), cell(2, 3))
    removed, words, basis = removed_by(t.LOCKED, masks)
    assert removed == {(2, c, 5) for c in range(4, 10)}
    assert basis == {cell(2, 1), cell(2, 3)}
    assert words[: t.WORDS - 1].tolist() == [bits(5), 1 << 18, 1 << 1]


def test_claiming():
    masks = open_masks()
    only_in(masks, 5, COLUMN[2], cell(1, 2), cell(2, 2))
    removed, words, _ = removed_by(t.LOCKED, masks)
    assert removed == {(r, c, 5) for r in (1, 2, 3) for c in (1, 3)}
    assert words[: t.WORDS - 1].tolist() == [bits(5), 1 << 10, 1 << 18]


@pytest.mark.parametrize(("technique", "size"), [(t.NAKED_PAIR, 2), (t.NAKED_TRIPLE, 3), (t.NAKED_QUAD, 4)])
def test_naked_subsets(technique, size):
    masks = open_masks()
    digits = [1, 4, 6, 8][:size]
    for place in range(size):  # each cell holds all but one of the digits, but for the pair
        masks[cell(4, 2 * place + 1)] = bits(*(digits if size == 2 else digits[:place] + digits[place + 1 :]))
    removed, words, basis = removed_by(technique, masks)
    columns = [2 * place + 1 for place in range(size)]
    assert removed == {(4, c, d) for c in range(1, 10) if c not in columns for d in digits}
    assert basis == {cell(4, c) for c in columns}
    assert words[t.DIGIT_BITS] == bits(*digits)


@pytest.mark.parametrize(("technique", "size"), [(t.HIDDEN_PAIR, 2), (t.HIDDEN_TRIPLE, 3), (t.HIDDEN_QUAD, 4)])
def test_hidden_subsets(technique, size):
    masks = open_masks()
    digits, places = [2, 3, 7, 9][:size], [cell(r, 6) for r in (1, 4, 7, 9)][:size]
    for digit in digits:
        only_in(masks, digit, COLUMN[6], *places)
    removed, words, basis = removed_by(technique, masks)
    others = [d for d in range(1, 10) if d not in digits]
    assert removed == {(c // 9 + 1, 6, d) for c in places for d in others}
    assert basis == set(places)
    assert words[t.DIGIT_BITS] == bits(*digits)


@pytest.mark.parametrize(("technique", "rows"), [(t.X_WING, (2, 7)), (t.SWORDFISH, (2, 5, 7))])
@pytest.mark.parametrize("across", [True, False])
def test_fish(technique, rows, across):
    masks = open_masks()
    lines, columns = (ROW, COLUMN) if across else (COLUMN, ROW)
    cover = (3, 8) if technique == t.X_WING else (3, 6, 8)
    for place, row in enumerate(rows):
        left_out = [] if technique == t.X_WING else [lines[row][cover[place] - 1]]
        only_in(masks, 5, lines[row], *[lines[row][c - 1] for c in cover if lines[row][c - 1] not in left_out])
    removed, words, basis = removed_by(technique, masks)
    gone = {columns[c][r - 1] for c in cover for r in range(1, 10) if r not in rows}
    assert removed == {(c // 9 + 1, c % 9 + 1, 5) for c in gone}
    assert len(basis) == 4 if technique == t.X_WING else 6
    base, other = (0, 9) if across else (9, 0)
    assert words[t.FROM_UNITS] == sum(1 << (base + r - 1) for r in rows)
    assert words[t.TO_UNITS] == sum(1 << (other + c - 1) for c in cover)


def test_xy_wing():
    masks = open_masks()
    masks[cell(1, 1)], masks[cell(1, 5)], masks[cell(2, 3)] = bits(1, 2), bits(1, 9), bits(2, 9)
    removed, words, basis = removed_by(t.XY_WING, masks)
    assert removed == {(1, 2, 9), (1, 3, 9), (2, 4, 9), (2, 5, 9), (2, 6, 9)}
    assert basis == {cell(1, 1), cell(1, 5), cell(2, 3)}
    assert words[t.DIGIT_BITS] == bits(9)


CORNERS = {cell(1, 1), cell(1, 2), cell(4, 1), cell(4, 2)}


def rectangle(**extra):
    """Digits 3 and 7 in four corners, with more in some: a to d, row by row."""
    masks = open_masks()
    for name, corner in zip("abcd", sorted(CORNERS), strict=True):
        masks[corner] = bits(3, 7, *extra.get(name, ()))
    return masks


def test_unique_rectangle_with_one_corner_that_differs():
    removed, _, basis = removed_by(t.UNIQUE_RECTANGLE, rectangle(d=(1, 5)))
    assert removed == {(4, 2, 3), (4, 2, 7)}
    assert basis == CORNERS


def test_unique_rectangle_with_one_digit_more_in_two_corners():
    removed, _, _ = removed_by(t.UNIQUE_RECTANGLE, rectangle(c=(5,), d=(5,)))
    row = {(4, c, 5) for c in range(3, 10)}
    assert removed == row | {(r, c, 5) for r in (5, 6) for c in (1, 2, 3)}
    removed, _, _ = removed_by(t.UNIQUE_RECTANGLE, rectangle(a=(5,), d=(5,)))
    assert removed == {(r, 2, 5) for r in (2, 3)} | {(r, 1, 5) for r in (5, 6)}


def test_unique_rectangle_with_a_digit_confined_to_two_corners():
    masks = rectangle(c=(1,), d=(5,))
    only_in(masks, 3, ROW[4], cell(4, 1), cell(4, 2))
    removed, _, _ = removed_by(t.UNIQUE_RECTANGLE, masks)
    assert removed == {(4, 1, 7), (4, 2, 7)}


def test_no_rectangle_in_four_boxes_nor_where_there_may_be_several_solutions():
    masks = open_masks()
    for corner in (cell(1, 1), cell(1, 4), cell(4, 1)):
        masks[corner] = bits(3, 7)
    assert removed_by(t.UNIQUE_RECTANGLE, masks)[0] == set()
    words, basis = np.zeros(t.WORDS, np.int64), np.zeros(CELLS, bool)
    assert not t.apply(t.UNIQUE_RECTANGLE, rectangle(d=(1,)), NOTHING == 0, False, words, basis)
    blank = NOTHING == 0
    blank[cell(1, 1)] = False
    assert not t.apply(t.UNIQUE_RECTANGLE, rectangle(d=(1,)), blank, True, words, basis)


def test_colours_that_a_cell_sees_both_of():
    masks = open_masks()
    only_in(masks, 5, ROW[1], cell(1, 1), cell(1, 5))
    only_in(masks, 5, COLUMN[5], cell(1, 5), cell(7, 5))
    only_in(masks, 5, [cell(r, c) for r in (7, 8, 9) for c in (4, 5, 6)], cell(7, 5), cell(9, 4))
    removed, words, basis = removed_by(t.COLOURING, masks)
    assert removed == {(9, 1, 5)}
    assert basis == {cell(1, 1), cell(1, 5), cell(7, 5), cell(9, 4)}
    assert words[t.DIGIT_BITS] == bits(5)


def test_a_colour_twice_in_a_unit_is_wrong():
    masks = open_masks()
    only_in(masks, 5, ROW[1], cell(1, 1), cell(1, 5))
    only_in(masks, 5, COLUMN[5], cell(1, 5), cell(7, 5))
    only_in(masks, 5, ROW[7], cell(7, 5), cell(7, 3))
    only_in(masks, 5, COLUMN[3], cell(7, 3), cell(2, 3))
    removed, _, _ = removed_by(t.COLOURING, masks)
    assert {(1, 1, 5), (7, 5, 5), (2, 3, 5)} <= removed  # box 1 has the first and the last


def test_uses_may_be_passed_over():
    masks = open_masks()
    masks[[cell(1, 1), cell(1, 2)]] = bits(1, 2)
    row = {(1, c, d) for c in range(3, 10) for d in (1, 2)}
    box = {(r, c, d) for r in (2, 3) for c in (1, 2, 3) for d in (1, 2)} | {(1, 3, 1), (1, 3, 2)}
    assert removed_by(t.NAKED_PAIR, masks.copy())[0] == row
    assert removed_by(t.NAKED_PAIR, masks.copy(), skip=1)[0] == box
    assert removed_by(t.NAKED_PAIR, masks.copy(), skip=2)[0] == set()


@pytest.fixture(scope="module")
def random_puzzles():
    return generate.puzzles(400, seed=5)


@pytest.mark.parametrize("technique", range(t.LOCKED, t.HARDEST + 1))
def test_no_technique_removes_a_digit_of_the_solution(technique, random_puzzles):
    """On every second puzzle after its singles, again and again until it finds nothing more."""
    used = 0
    words, basis, level = np.zeros(t.WORDS, np.int64), np.zeros(CELLS, bool), np.zeros(CELLS, np.int64)
    for puzzle, solution in zip(*(boards[::2] for boards in random_puzzles), strict=True):
        digits, masks, blank = puzzle.copy(), t.candidates(puzzle), puzzle == 0
        t.run(masks, digits, blank, True, t.UP_TO[t.LOCKED if technique > t.LOCKED else t.CHAIN], -1, 0, level)
        while t.apply(technique, masks, blank, True, words, basis):
            used += 1
            words[:] = 0
            open_cells = digits == 0
            assert (masks[open_cells] >> (solution[open_cells] - 1) & 1).all()
    assert used > (0 if technique in (t.SWORDFISH, t.NAKED_QUAD) else 3)


def test_all_together_never_write_a_wrong_digit(random_puzzles):
    for puzzle, solution in zip(*random_puzzles, strict=True):
        digits, level = puzzle.copy(), np.full(CELLS, -1)
        t.run(t.candidates(puzzle), digits, puzzle == 0, True, t.UP_TO[t.HARDEST], -1, 0, level)
        assert ((digits == 0) | (digits == solution)).all()
        assert ((level >= 0) == ((puzzle == 0) & (digits != 0))).all()


def test_singles_are_as_a_slow_reading_of_the_rules_says(random_puzzles):
    for puzzle in random_puzzles[0][:40]:
        level, digits = np.full(CELLS, -1), np.zeros(CELLS, np.int8)
        t.direct_singles(t.candidates(puzzle), digits, level)
        left = [set() if puzzle[c] else set(range(1, 10)) - {*puzzle[PEERS[c]].tolist()} for c in range(CELLS)]
        naked = {c: min(left[c]) for c in range(CELLS) if len(left[c]) == 1}
        hidden = {}
        for unit in UNITS.tolist():
            for digit in range(1, 10):
                fits = [c for c in unit if digit in left[c]]
                if len(fits) == 1:
                    hidden[fits[0]] = digit
        assert {c: digits[c] for c in np.flatnonzero(level == t.NAKED_SINGLE)} == naked
        assert {c: digits[c] for c in np.flatnonzero(level == t.HIDDEN_SINGLE)} == {
            c: d for c, d in hidden.items() if c not in naked
        }


def test_a_board_that_contradicts_itself_ends_the_run():
    board = parse(".12345678" + "9" + "." * 71)
    level = np.full(CELLS, -1)
    assert t.run(t.candidates(board), board.copy(), board == 0, False, t.UP_TO[t.HARDEST], -1, 0, level) == t.IMPOSSIBLE
    assert int(solver.count_solutions(board[None])[0]) == 0


def test_which_puzzles_some_techniques_solve(random_puzzles):
    puzzles, solutions = random_puzzles
    every = np.arange(t.LOCKED, t.HARDEST + 1)
    with_all, with_some, with_none = (t.solvable(puzzles, allowed) for allowed in (every, t.PAPER_FILTER, every[:0]))
    assert not (with_some & ~with_all).any()
    assert not (with_none & ~with_some).any()
    assert with_none.sum() < with_some.sum() < len(puzzles)
    # The hardest reason of any cell, asked cell by cell, says the same.
    for puzzle, solution, solved in zip(puzzles[:40], solutions, with_all, strict=False):
        blanks = np.flatnonzero(puzzle == 0)
        moves = Moves(np.repeat(puzzle[None], len(blanks), 0), blanks, solution[blanks])
        assert solved == (technique_numbers(moves) <= t.HARDEST).all()
