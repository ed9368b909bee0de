import csv
import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stubs import ENDLESS

from vmd_sudoku.board import CELLS, PEERS, parse, to_line
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.exact import generate, solver
from vmd_sudoku.exact import techniques as t
from vmd_sudoku.exact.reasons import TECHNIQUES, Moves, count_reasons, next_step, reason_for, technique_numbers
from vmd_sudoku.solving.trace import Trace, TraceStep, moves_of

SWORDFISH = "rows 3, 6 and 9"
# Board, cell, digit, technique and where: the next step of rated puzzles from a public-domain collection (grantm).
KNOWN = [
    ("9....3.8212.4...6......9...5.4.1..93...364..5.1..9.7.6...9......9...8.3123.5....8", 17, 9, "hidden single", "column 9"),
    ("9....3.8212.4...6......9...5.4.1..9....364....1..9.7.6...9......9...8.3123.5....8", 35, 3, "naked single", ""),
    ("3..2846.9...96....4695.1...5.64...9194.1...6517.6592.46.4312..7...746...7.1895..6", 17, 3, "locked candidates", "box 1"),
    ("25..1...9...9.5..219......7.297536..375.6.92...1.9.7357.2....9.9.6...4.35.48.92.6", 79, 7, "naked pair", "column 8"),
    ("716924853..8367419943.1.67239..7.54.4.7...9.1.6..49327.3479.1.51..6..794.7945123.", 43, 6, "X-wing", "columns 2 and 5"),
    (".3....14.8.91.43.54.157389...4...931..6.1.7...18...6..1932465..64...8213.8...1469", 50, 7, "hidden pair", "column 1"),
    ("3.96.2..4..64.59..4..9.36.72...9...5.9.254.6.8...3.2.95.7.6.3.2.1..2..7.....47...", 9, 1, "naked triple", "row 8"),
    ("...68......617.3..7..324..69.785.432.4.792.6.2..43...7698247153...5186..1..963..8", 42, 8, "swordfish", SWORDFISH),
    ("5..2......4183725...2.541...934...25.573.296.82.5..31...572.6...6.14357......5...", 79, 3, "hidden triple", "row 9"),
    ("73.865..2.85921..79.24375.88..5.6.23.53298.712..1.38.5549782..6126359784378614259", 6, 9, "XY-wing", ""),
    ("9...53.8212.487.69....29..7564712893..9364..5312895746...93...449.278.3123.54.978", 59, 1, "unique rectangle", ""),
    (".92.45.6...4.......8.6729.4..91..7..37......9..8..7...847256.9.......2...2.73.54.", 20, 3, "naked quad", "row 2"),
    (".96.7158.1..5.89767589.6.21865.1.739.1.397865937865142.8.1.96576.975..1857168..9.", 10, 4, "simple colouring", ""),
    ("9...53.8212.487.69....29..7564712893..9364..5312895746...931..449.278.31231546978", 1, 4, "needs look-ahead", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "cell", "digit", "technique", "where"), KNOWN, ids=[row[3] for row in KNOWN])
def test_known_positions(line, cell, digit, technique, where):
    board = parse(line)
    found = reason_for(board, cell, digit)
    assert (found.technique, found.where) == (technique, where)
    assert found.text[0].isupper() or found.text[0].isdigit()
    assert bool(found.cells) == (technique != "needs look-ahead")
    assert cell not in found.cells or number_of(technique) >= t.LOCKED
    assert next_step(board)[2].technique in TECHNIQUES[: number_of(technique) + 1]


def number_of(technique):
    return TECHNIQUES.index(technique)


def test_singles_in_words(easy):
    naked = reason_for(easy[0], 40, 5)
    assert naked.text == "Only 5 is left for this cell"
    assert sorted(easy[0][list(naked.cells)]) == [1, 2, 3, 4, 6, 7, 8, 9]
    hidden = reason_for(parse(KNOWN[0][0]), 17, 9)
    assert hidden.text == "9 can only go here in column 9"
    chain = reason_for(easy[0], 2, 4)
    assert chain.technique == "chain of singles"
    assert chain.text.startswith("Once other cells with one possibility are filled, ")


def test_an_argument_in_words():
    row = next(row for row in KNOWN if row[3] == "X-wing")
    found = reason_for(parse(row[0]), row[1], row[2])
    assert found.text == (
        "In columns 2 and 5 the digit 8 fits only in rows 5 and 8, so the rest of rows 5 and 8 cannot hold it; "
        "then only 6 is left for this cell"
    )
    assert found.cells == (37, 40, 64, 67)


def test_guesses_in_words(easy):
    board = np.zeros(CELLS, np.int8)
    assert reason_for(board, 0, 1).text == "1 is a guess: other digits are possible here too"
    board[8] = 1
    found = reason_for(board, 0, 1)
    assert (found.technique, found.cells) == ("a guess", (8,))
    assert found.text == "1 cannot stand here: row 1, column 9 holds it already"
    assert reason_for(easy[0], 2, 1).text == "1 is a wrong guess: with it the board has no solution"
    assert "no solution even before" in reason_for(parse(".12345678" + "9" + "." * 71), 80, 5).text


def forced(board, cell, digit):
    """Whether every solution has the digit there: an independent word, by trying all the others."""
    others = [d for d in range(1, 10) if d != digit]
    tried = np.repeat(board[None], len(others), 0)
    tried[:, cell] = others
    return not solver.count_solutions(tried, 1).any()


@settings(max_examples=25)
@given(st.integers(0, 2**31 - 1), st.integers(0, 12))
def test_what_a_technique_gives_follows_and_nothing_else_does(seed, left_out):
    """On boards with one or several solutions, right and wrong digits alike."""
    rng = np.random.default_rng(seed)
    (puzzle,), (solution,) = generate.puzzles(1, seed)
    board = np.where(rng.random(CELLS) < rng.random() * 0.7, solution, puzzle).astype(np.int8)
    clues = np.flatnonzero(board)
    board[rng.permutation(clues)[:left_out]] = 0
    blanks = np.flatnonzero(board == 0)
    wrong = rng.integers(1, 10, len(blanks))
    moves = Moves(np.repeat(board[None], 2 * len(blanks), 0), np.tile(blanks, 2), np.r_[solution[blanks], wrong])
    for cell, digit, number in zip(moves.cells, moves.digits, technique_numbers(moves), strict=True):
        assert forced(board, int(cell), int(digit)) == (number != t.GUESS), (to_line(board), cell, digit)


def test_the_reason_is_the_batch_s_and_no_easier_technique_gives_it():
    puzzles, solutions = generate.puzzles(40, seed=9)
    for puzzle, solution in zip(puzzles, solutions, strict=True):
        blanks = np.flatnonzero(puzzle == 0)
        numbers = technique_numbers(Moves(np.repeat(puzzle[None], len(blanks), 0), blanks, solution[blanks]))
        for cell, number in list(zip(blanks.tolist(), numbers.tolist(), strict=True))[::6]:
            digit = int(solution[cell])
            found = reason_for(puzzle, cell, digit)
            assert found.technique == TECHNIQUES[number]
            if t.LOCKED <= number <= t.HARDEST:
                masks, digits, level = t.candidates(puzzle), puzzle.copy(), np.zeros(CELLS, np.int64)
                ended = t.run(masks, digits, puzzle == 0, True, t.UP_TO[max(number - 1, 0)], cell, digit - 1, level)
                assert ended == t.STUCK
                assert found.cells


def test_counts_add_up_and_do_not_depend_on_the_order(rng):
    puzzles, solutions = generate.puzzles(10, seed=4)
    where = np.argwhere(puzzles == 0)
    moves = Moves(puzzles[where[:, 0]], where[:, 1], solutions[where[:, 0], where[:, 1]])
    counts = count_reasons(moves)
    assert list(counts) == list(TECHNIQUES)
    assert sum(counts.values()) == len(where)
    assert counts["a guess"] == 0
    order = rng.permutation(len(where))
    assert count_reasons(Moves(moves.boards[order], moves.cells[order], moves.digits[order])) == counts
    assert sum(count_reasons(Moves(np.zeros((0, CELLS), np.int8), np.zeros(0), np.zeros(0))).values()) == 0


@pytest.mark.parametrize(
    ("cell", "digit", "message"), [(0, 1, "blank cell"), (81, 1, "0 to 80"), (2, 0, "digits 1 to 9"), (2, 10, "1 to 9")]
)
def test_moves_that_are_none_are_refused(easy, cell, digit, message):
    with pytest.raises(ValueError, match=message):
        reason_for(easy[0], cell, digit)


def test_moves_need_as_many_boards_as_digits(easy):
    with pytest.raises(ValueError, match="got 1, 2 and 2"):
        technique_numbers(Moves(easy[0][None], np.array([2, 3]), np.array([4, 6])))


def test_hints_alone_solve_puzzles():
    puzzles, solutions = generate.puzzles(12, seed=21)
    for puzzle, solution in zip(puzzles, solutions, strict=True):
        board = puzzle.copy()
        while (board == 0).any():
            cell, digit, found = next_step(board)
            assert digit == solution[cell]
            assert found.technique != "a guess"
            board[cell] = digit


def test_a_hint_on_an_open_board_is_a_guess_that_can_be_right(easy):
    board = np.zeros(CELLS, np.int8)
    cell, digit, found = next_step(board)
    assert found.technique == "a guess"
    board[cell] = digit
    assert solver.count_solutions(board[None])[0]


def test_boards_without_a_next_step_say_why(easy):
    puzzle, solution = easy
    with pytest.raises(PuzzleError, match="full"):
        next_step(solution)
    wrong = puzzle.copy()
    wrong[2] = 1
    with pytest.raises(PuzzleError, match="no solution any more"):
        next_step(wrong)
    wrong[2] = 5
    with pytest.raises(PuzzleError, match="5 twice in row 1"):
        next_step(wrong)


@pytest.mark.parametrize(
    ("rating", "technique"),
    [
        (3.0, "naked pair"),
        (3.2, "X-wing"),
        (3.4, "hidden pair"),
        (3.6, "naked triple"),
        (3.8, "swordfish"),
        (4.2, "XY-wing"),
        (4.5, "unique rectangle"),
        (5.0, "naked quad"),
    ],
)
def test_the_hardest_technique_agrees_with_sudoku_explainer(rating, technique, public_set):
    """Of puzzles whose rating names a technique, most need it and nothing harder; it never has to be easier or harder."""
    with open(public_set("sudoku_exchange_rated")) as file:
        rows = [row for row in csv.DictReader(file) if float(row["rating"]) == rating]
    hardest = []
    for row in rows[:60]:
        puzzle, solution = parse(row["puzzle"]), parse(row["solution"])
        blanks = np.flatnonzero(puzzle == 0)
        numbers = technique_numbers(Moves(np.repeat(puzzle[None], len(blanks), 0), blanks, solution[blanks]))
        hardest.append(TECHNIQUES[numbers.max()])
    assert hardest.count(technique) > 0.5 * len(hardest)


def step(cells, digits, remasked=()):
    """A step of a trace of which only cells, digits and remasking matter here."""
    nothing = {"confidence": (), "margin": (), "entropy": (), "why": (), "backtracks": 0, "probabilities": ()}
    return TraceStep(cells=cells, digits=digits, remasked=remasked, **nothing)


def trace_of(puzzle, steps):
    others = {field.name: None for field in dataclasses.fields(Trace)}
    return Trace(**others | {"puzzle": to_line(puzzle), "steps": tuple(steps)})


def test_moves_of_a_trace_stand_on_the_board_before_their_step(easy):
    puzzle, solution = easy
    blanks = np.flatnonzero(puzzle == 0)
    first, second = blanks[:3], blanks[3:]
    again = blanks[:1]
    answer = {tuple(cells): tuple(solution[cells].tolist()) for cells in (first, second, again)}
    trace = trace_of(
        puzzle,
        [
            step(tuple(first.tolist()), answer[tuple(first)], tuple(again.tolist())),
            step(tuple(second.tolist()), answer[tuple(second)]),
            step(tuple(again.tolist()), answer[tuple(again)]),
        ],
    )
    moves = moves_of([trace, trace])
    assert moves.cells.tolist() == 2 * [*blanks, *again]
    assert (moves.digits == solution[moves.cells]).all()
    assert (moves.boards[:3] == puzzle).all()
    taken_back = puzzle.copy()
    taken_back[first[1:]] = solution[first[1:]]
    assert (moves.boards[3 : len(blanks)] == taken_back).all()
    assert np.count_nonzero(moves.boards[len(blanks)] == 0) == 1
    assert (moves.boards[len(blanks) + 1] == puzzle).all()
    assert count_reasons(moves)["a guess"] == 0
    assert moves_of([]).boards.shape == (0, CELLS)


def test_a_guess_on_a_board_that_is_not_decided_claims_nothing():
    board = parse(ENDLESS)
    cell = int(np.flatnonzero(board == 0)[0])
    text = reason_for(board, cell, next(d for d in range(1, 10) if d not in board[PEERS[cell]])).text
    assert "not decided in time" in text
    assert "possible" not in text
