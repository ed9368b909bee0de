from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product

import numpy as np
import pytest
from sat import SatCounter, corrupted
from stubs import ENDLESS, examples

from vmd_sudoku.board import CELLS, PEERS, UNITS, parse, solved
from vmd_sudoku.exact import generate, solver
from vmd_sudoku.exact.symmetry import Symmetry
from vmd_sudoku.formats import files as puzzle_file


@pytest.fixture(scope="module")
def sat():
    return SatCounter()


@pytest.mark.parametrize(
    "name",
    ["ye_test", "radcliffe_sample", "seventeen_clue", "magictour_top1465", "forum_hardest_11plus", "several_solutions"],
)
def test_public_sets_agree_with_a_sat_solver(name, sat, public_set, rng):
    """Every puzzle is solved as its file says; some, and corrupted ones, are counted by the SAT solver too."""
    puzzles = puzzle_file.read(public_set(name))
    solutions, counts = solver.solve(puzzles.puzzles)
    if name == "several_solutions":
        assert (counts == 2).all()
    else:
        assert (counts == 1).all()
        assert (solutions == puzzles.solutions).all()
    some = puzzles.puzzles[rng.permutation(len(counts))[:40]]
    for boards in (some, corrupted(some, rng)):
        assert solver.count_solutions(boards).tolist() == [sat.count(board) for board in boards]


def test_puzzles_without_a_single_solution_agree_with_a_sat_solver(sat, public_set):
    puzzles = puzzle_file.read(public_set("not_unique")).puzzles
    assert solver.count_solutions(puzzles).tolist() == [sat.count(board) for board in puzzles]


@pytest.mark.parametrize("level", ["easy", "medium", "hard", "expert", "extreme"])
def test_examples_agree_with_a_sat_solver(level, sat, rng):
    puzzles = examples(level).puzzles
    for boards in (puzzles, corrupted(puzzles, rng)):
        assert solver.count_solutions(boards).tolist() == [sat.count(board) for board in boards]


def test_generated_corrupted_and_underclued_puzzles_agree_with_a_sat_solver(sat, rng):
    puzzles, _ = generate.puzzles(60, seed=1)
    loose = np.where(rng.random(puzzles.shape) < 0.15, 0, puzzles).astype(np.int8)
    for boards, seen in ((puzzles, {1}), (corrupted(puzzles, rng), {0, 1, 2}), (loose, {1, 2})):
        counts = solver.count_solutions(boards).tolist()
        assert counts == [sat.count(board) for board in boards]
        assert set(counts) <= seen


def test_solutions_are_true_to_the_clues_and_zeros_where_there_is_none(easy):
    puzzle, solution = easy
    impossible = parse(".12345678" + "9" + "." * 71)
    boards = np.stack([puzzle, impossible, np.zeros(81, np.int8), solution])
    found, counts = solver.solve(boards)
    assert counts.tolist() == [1, 0, 2, 1]
    assert (found[0] == solution).all()
    assert (found[1] == 0).all()
    assert solved(found[2:3], boards[2:3]).all()


def test_clashing_clues_have_no_solution():
    board = np.zeros((1, 81), np.int8)
    board[0, [0, 80]] = 5
    assert solver.count_solutions(board).tolist() == [2]
    board[0, 8] = 5
    assert solver.count_solutions(board).tolist() == [0]


def test_counting_goes_up_to_the_limit():
    """The two digits of an unavoidable rectangle may be swapped."""
    puzzles, _ = generate.puzzles(50, seed=3)
    loose = puzzles.copy()
    loose[:, :9] = 0
    for limit in (1, 3, 10):
        counts = solver.count_solutions(loose, limit)
        assert counts.max() == limit
        assert counts.min() >= 1
    with pytest.raises(ValueError, match="at least 1"):
        solver.count_solutions(loose, 0)


def test_an_empty_batch_is_fine():
    assert solver.count_solutions(np.zeros((0, 81), np.int8)).shape == (0,)


@pytest.mark.parametrize("digit", [-1, 10, 300])
def test_numbers_that_are_no_digits_are_refused(digit):
    board = np.zeros((1, 81), np.int64)
    board[0, 40] = digit
    with pytest.raises(ValueError, match=f"0 to 9, got .*{digit}"):
        solver.solve(board)


def test_threads_do_not_disturb_each_other():
    """The compiled code lets other Python threads run beside it."""
    alone = [generate.puzzles(200, seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda seed: generate.puzzles(200, seed), range(4)))
        counts = list(pool.map(lambda made: solver.count_solutions(made[0]), beside))
    for one, other, count in zip(alone, beside, counts, strict=True):
        assert (one[0] == other[0]).all()
        assert (count == 1).all()


def test_a_count_that_would_not_end_can_be_stopped():
    clues, _ = generate.puzzles(3, seed=6)
    left = iter([False] * 5)
    counts = solver.count_solutions(np.stack([clues[0], parse(ENDLESS), clues[1]]), stop=lambda: next(left, True))
    assert counts.tolist() == [1, solver.UNDECIDED, solver.UNDECIDED]


def test_a_count_in_slices_is_the_count_in_one(monkeypatch):
    clues, _ = generate.puzzles(20, seed=6)
    boards = np.concatenate([clues, np.where(np.arange(81) % 3, clues, 0), clues])
    boards[-1, :2] = 5  # clashes
    whole = [array.tolist() for array in solver._run(boards, 50)]
    for nodes in (1, 3):
        monkeypatch.setattr(solver, "_SLICE", nodes)
        assert [array.tolist() for array in solver._run(boards, 50)] == whole


def open_node():
    """Every digit may stand everywhere."""
    node = np.zeros(solver.NODE, np.int64)
    assert solver.load(node, np.zeros(81, np.int8))
    return node


def cells_of(node, digit):
    """Cells that may hold a digit."""
    return {27 * band + place for band in range(3) for place in range(27) if node[3 * digit + band] >> place & 1}


@pytest.mark.parametrize("unit", range(27))
def test_the_only_place_of_a_digit_in_a_unit_is_found(unit):
    """A hidden single of every row, column and box, which no other unit shows and its cell does not either."""
    node, digit = open_node(), 4
    last = int(UNITS[unit][unit % 9])
    for cell in UNITS[unit]:
        if cell != last:
            node[3 * digit + cell // 27] &= ~(1 << cell % 27)
    assert solver._hidden_singles(node, digit)
    assert node[solver.SETTLED + last // 27] >> last % 27 & 1
    assert cells_of(node, digit) & ({last} | set(PEERS[last].tolist())) == {last}
    assert all(last not in cells_of(node, other) for other in range(9) if other != digit)


@pytest.mark.parametrize("line", range(18))
@pytest.mark.parametrize("inside", range(3))
def test_what_a_box_locks_into_a_line_leaves_the_rest_of_the_line(line, inside):
    """All places of a digit in a box lie in one row or column, and the other way round."""
    cells = set(UNITS[line].tolist())
    boxes = [set(box.tolist()) for box in UNITS[18:] if cells & set(box.tolist())]
    box, digit = boxes[inside], 7
    pointing, claiming = open_node(), open_node()
    for cell in box - cells:
        pointing[3 * digit + cell // 27] &= ~(1 << cell % 27)
    assert solver._shrink(pointing, digit)
    assert cells_of(pointing, digit) == set(range(81)) - (box - cells) - (cells - box)
    for cell in cells - box:
        claiming[3 * digit + cell // 27] &= ~(1 << cell % 27)
    assert solver._shrink(claiming, digit)
    assert cells_of(claiming, digit) == set(range(81)) - (box - cells) - (cells - box)


def test_a_digit_without_a_place_is_a_contradiction():
    for unit in range(27):
        node = open_node()
        for cell in UNITS[unit]:
            node[cell // 27] &= ~(1 << cell % 27)
        assert not solver.propagate(node, np.empty(solver.MASKS, np.int64)), unit


def test_two_equal_digits_of_one_unit_cannot_be_loaded():
    node = np.zeros(solver.NODE, np.int64)
    for cell in range(CELLS):
        for other in range(cell):
            board = np.zeros(CELLS, np.int8)
            board[[cell, other]] = 6
            assert solver.load(node, board) == (other not in PEERS[cell])
            board[other] = 7
            assert solver.load(node, board)


@pytest.mark.parametrize("column", range(9))
def test_a_column_without_a_place_for_a_digit_is_told_by_the_search_for_singles_too(column):
    node = open_node()
    for cell in range(column, CELLS, 9):
        node[cell // 27] &= ~(1 << cell % 27)
    assert not solver._hidden_singles(node, 0)
    assert solver._hidden_singles(node, 1)


def test_two_singles_of_one_digit_that_see_each_other_are_a_contradiction():
    node = open_node()
    for cell in range(18):  # the only places of the first two rows lie in one box
        if cell not in (0, 10):
            node[cell // 27] &= ~(1 << cell % 27)
    assert not solver._hidden_singles(node, 0)


@pytest.mark.parametrize("fewest", [2, 3, 4, 6])
def test_the_cell_to_guess_has_two_digits_or_else_few(fewest, rng):
    """The first with two; else the first with three of the first band that has one; else the first open one."""
    for settled_share in (0.2, 0.9, 1.0):
        for _ in range(30):
            sizes = rng.integers(fewest, 10, CELLS)
            settled = rng.random(CELLS) < settled_share
            node = np.zeros(solver.NODE, np.int64)
            for cell, size in enumerate(sizes):
                band, bit = cell // 27, 1 << cell % 27
                node[solver.SETTLED + band] |= bit * int(settled[cell])
                for digit in rng.permutation(9)[: 1 if settled[cell] else size]:
                    node[3 * digit + band] |= bit
            open_cells = np.flatnonzero(~settled)
            best = [[c for c in open_cells if sizes[c] == count] for count in (2, 3)] + [open_cells.tolist()]
            wanted = next((divmod(int(cells[0]), 27) for cells in best if len(cells)), (-1, 0))
            assert tuple(solver.branch_cell(node)) == wanted


TRIPLETS = [
    [[sorted(set(line) & set(box)) for box in UNITS[18:].tolist() if set(line) & set(box)] for line in lines]
    for lines in UNITS[:18].reshape(6, 3, 9).tolist()
]
"""Three cells of a line and a box, for every three lines that share their boxes: [6 bands and stacks][3 lines][3 boxes]."""


def slowly(board):
    """The candidates of every cell after the three rules, sets; None at a contradiction."""
    left = [{int(digit)} if digit else set(range(1, 10)) for digit in board]
    before = None
    while before != left:
        before = [set(some) for some in left]
        for digit in range(1, 10):
            for part in TRIPLETS:
                ways = [
                    way for way in permutations(range(3)) if all(has(left, part[i][way[i]], digit) for i in range(3))
                ]
                for line, box in product(range(3), repeat=2):
                    if all(way[line] != box for way in ways):
                        for cell in part[line][box]:
                            left[cell].discard(digit)
            for unit in UNITS.tolist():
                if len(places := [cell for cell in unit if digit in left[cell]]) == 1:
                    left[places[0]] &= {digit}
        for cell in range(CELLS):
            for peer in PEERS[cell] if len(left[cell]) == 1 else ():
                left[peer] -= left[cell]
    return (
        left
        if all(left) and all(set().union(*(left[c] for c in unit)) == set(range(1, 10)) for unit in UNITS)
        else None
    )


def has(left, cells, digit):
    return any(digit in left[cell] for cell in cells)


def test_propagation_leaves_what_three_rules_leave_and_no_more(rng):
    puzzles, _ = generate.puzzles(12, seed=21)
    loose = np.where(rng.random(puzzles.shape) < 0.3, 0, puzzles).astype(np.int8)
    dead = 0
    for board in [*puzzles, *loose, *corrupted(puzzles, rng), *corrupted(loose, rng)]:
        node = np.zeros(solver.NODE, np.int64)
        fine = solver.load(node, board) and solver.propagate(node, np.empty(solver.MASKS, np.int64))
        wanted = slowly(board)
        assert fine == (wanted is not None)
        dead += not fine
        if fine:
            places = [cells_of(node, digit) for digit in range(9)]
            assert [{d + 1 for d in range(9) if cell in places[d]} for cell in range(CELLS)] == wanted
            settled = [node[solver.SETTLED + cell // 27] >> cell % 27 & 1 for cell in range(CELLS)]
            assert settled == [len(some) == 1 for some in wanted]
    assert 8 < dead < 40


def every_solution(board):
    """By trying the digits of the cell with fewest, one after another."""
    if (board > 0).all():
        return [tuple(board.tolist())]
    left = {c: set(range(1, 10)) - set(board[PEERS[c]].tolist()) for c in np.flatnonzero(board == 0).tolist()}
    cell = min(left, key=lambda c: len(left[c]))
    return [
        one for digit in sorted(left[cell]) for one in every_solution(np.where(np.arange(CELLS) == cell, digit, board))
    ]


@pytest.fixture(scope="module")
def with_solutions():
    """Boards of a few to some dozens of solutions, and these."""
    clues, _ = generate.puzzles(40, 22)
    loose = np.where(np.random.default_rng(0).random(clues.shape) < 0.06, 0, clues).astype(np.int8)
    counts = solver.count_solutions(loose, 40)
    return [(board, sorted(every_solution(board))) for board in loose[(counts > 1) & (counts < 40)][:4]]


def test_a_search_finds_every_solution_once_however_the_board_lies(with_solutions, rng):
    for board, wanted in with_solutions:
        symmetry = Symmetry.random(rng)
        for moved, answers in ((board, wanted), (symmetry.board(board), symmetry.board(np.array(wanted)).tolist())):
            for nodes in (1, 7, 10_000):
                search = solver.Search(moved, limit=len(wanted) + 1)
                while not search.over:
                    search.go_on(nodes)
                assert sorted(map(tuple, search.solutions.tolist())) == sorted(map(tuple, answers))
        for limit in (1, len(wanted), len(wanted) + 1):
            assert solver.count_solutions(board[None], limit).tolist() == [min(limit, len(wanted))]


def test_a_digit_can_be_left_out_of_a_search(with_solutions, rng):
    for board, wanted in with_solutions:
        for cell in rng.permutation(np.flatnonzero(board == 0))[:8].tolist():
            digit = wanted[0][cell]
            search = solver.Search(board, limit=len(wanted), but_not=(cell, digit))
            search.go_on(10_000)
            assert search.over
            assert sorted(map(tuple, search.solutions.tolist())) == [one for one in wanted if one[cell] != digit]
