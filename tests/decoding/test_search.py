import numpy as np
import pytest
import torch
from measuring import figures_of
from sat import SatCounter, corrupted
from stubs import ENDLESS, contrary, examples, uniform

from vmd_sudoku.board import BLANK, parse, solved
from vmd_sudoku.decoding import levels, search
from vmd_sudoku.decoding.loop import CONSTRAINTS, Decoding, decode, finish
from vmd_sudoku.decoding.search import GuidedSearch
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.exact.solver import count_backtracks
from vmd_sudoku.formats import files as puzzle_file

PUBLIC = (
    *("ye_test", "radcliffe_sample", "seventeen_clue", "magictour_top1465"),
    *("forum_hardest_1106", "forum_hardest_11plus", "sudoku_exchange_rated"),
)


def proofs(boards, predict):
    """How many solutions a search finds, up to 2, with the boards that it ends with."""
    clues = torch.from_numpy(boards).long()
    how = Decoding(level=CONSTRAINTS["search"], limit=2)
    ended = finish(decode(predict, clues, how, Noise(0, range(len(clues)))), clues)
    return ended.solutions.numpy(), ended.board.numpy()


@pytest.mark.parametrize("stub", ["uniform", "contrary"])
def test_proofs_of_sound_and_corrupted_puzzles_agree_with_a_sat_solver(rng, stub):
    clues, solutions = puzzles(60, seed=12)
    boards = np.concatenate([clues, corrupted(clues, rng), np.where(rng.random(clues.shape) < 0.15, BLANK, clues)])
    predict = uniform if stub == "uniform" else contrary(torch.from_numpy(solutions).long().repeat(3, 1))
    found, ends = proofs(boards, predict)
    counter = SatCounter()
    assert found.tolist() == [counter.count(board) for board in boards]
    assert solved(ends, boards).tolist() == (found > 0).tolist()
    assert set(found.tolist()) == {0, 1, 2}


def test_impossible_and_open_public_puzzles_are_proved(public_set):
    boards = puzzle_file.read(public_set("not_unique")).puzzles
    counter = SatCounter()
    assert proofs(boards, uniform)[0].tolist() == [counter.count(board) for board in boards]


def test_a_first_solution_that_uses_up_the_patience_counts(monkeypatch):
    """The 32nd undone decision leads straight to a solution, of which there are several."""
    monkeypatch.setattr(levels, "PATIENCE", 32)
    board = parse("........1.....6.34..4.5.6.....2......1.....726...8.4....8..59...3.7.....5.6.4....")
    found, ends = proofs(board[None], uniform)
    assert found.tolist() == [SatCounter().count(board)] == [2]
    assert solved(ends, board[None]).all()


@pytest.mark.slow
def test_a_thousand_corrupted_public_puzzles_are_proved(public_set):
    rng, counter = np.random.default_rng(1), SatCounter()
    for name in ("radcliffe_sample", "seventeen_clue", "magictour_top1465", "forum_hardest_11plus"):
        clues = puzzle_file.read(public_set(name)).puzzles
        boards = corrupted(clues[rng.permutation(len(clues))[:250]], rng)
        assert proofs(boards, uniform)[0].tolist() == [counter.count(board) for board in boards], name


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_puzzle_is_solved_in_few_calls(public_set, name):
    from vmd_sudoku.network.checkpoint import load_model
    from vmd_sudoku.solving.setting import Setting

    row = figures_of(load_model("vmd"), puzzle_file.read(public_set(name)), Setting(constraints="search"))
    assert row["solved"] == row["boards"]
    assert row["mean_calls"] < 3


def test_the_search_knows_what_it_undid_and_found():
    clues, solutions = puzzles(5, seed=8)
    boards = torch.from_numpy(clues).long()
    own = GuidedSearch(boards)
    turn = torch.arange(81).expand(5, 81).contiguous()
    rows, said = torch.arange(5), torch.full((5, 81, 9), 1 / 9)
    assert own.found(rows).tolist() == [0] * 5
    found, ended, _ = own.go_on(rows, said, turn, 10**9)
    assert ended.all()
    assert (found.numpy() == solutions).all()
    assert own.found(rows).tolist() == [1] * 5
    assert (own.undone(rows) >= 0).all()
    # With the truth at hand nothing is undone.
    told = GuidedSearch(boards)
    truth = torch.nn.functional.one_hot(torch.from_numpy(solutions).long() - 1, 9).float()
    told.go_on(rows, truth, turn, 10**9)
    assert told.undone(rows).tolist() == [0] * 5


def test_many_open_nodes_are_searched_to_the_end():
    """The empty board leaves a node open with every decision, more than the best is chosen from."""
    empty = torch.zeros(1, 81, dtype=torch.long)
    own = GuidedSearch(empty, limit=200)
    turn = torch.arange(81)[None]
    _, ended, _ = own.go_on(torch.arange(1), torch.full((1, 81, 9), 1 / 9), turn, 10**9)
    assert ended.all()
    assert own.found(torch.arange(1)).item() == 200


def test_the_bare_solver_counts_its_backtracks(easy):
    assert count_backtracks(easy[0][None]).tolist() == [0]
    hard = examples("extreme").puzzles
    assert count_backtracks(hard).sum() > 50
    assert count_backtracks(hard).max() > 20


def after(asks):
    """A stop that is patient for so many questions."""
    left = iter([False] * asks)
    return lambda: next(left, True)


@pytest.mark.parametrize("clue", [None, 53])
def test_a_search_that_would_not_end_can_be_stopped_and_holds_nobody_up(clue):
    board = parse(ENDLESS)
    if clue:
        board[clue] = BLANK
    good, solutions = puzzles(2, seed=4)
    clues = torch.from_numpy(np.stack([board, *good])).long()
    how = Decoding(level=CONSTRAINTS["search"], budget=Budget(1))
    ended = finish(decode(uniform, clues, how, Noise(0, range(3)), stop=after(20)), clues)
    assert ended.open.tolist() == [True, False, False]
    assert ended.solutions.tolist() == [levels.UNDECIDED, 1, 1]
    assert (ended.board.numpy() == np.stack([board, *solutions])).all()


def test_a_search_in_slices_is_the_search_in_one(monkeypatch):
    """Down to one node a slice: the same boards, the same decisions undone, the same calls."""
    boards = examples("extreme").puzzles
    clues = torch.from_numpy(boards).long()
    monkeypatch.setattr(levels, "PATIENCE", 8)
    found = []
    for nodes in (1, 7, 1 << 40):
        monkeypatch.setattr(search, "_SLICE", nodes)
        how = Decoding(level=CONSTRAINTS["search"], limit=2)
        found.append(finish(decode(uniform, clues, how, Noise(0, range(len(clues)))), clues))
    for name in ("board", "calls", "undone", "solutions", "open"):
        assert torch.equal(getattr(found[0], name), getattr(found[2], name)), name
        assert torch.equal(getattr(found[1], name), getattr(found[2], name)), name
    assert found[0].calls.max() > 1


def test_a_stop_between_calls_keeps_what_was_filled():
    clues, _ = puzzles(1, seed=5)
    board = torch.from_numpy(clues).long()
    ended = finish(decode(uniform, board, Decoding(), Noise(0, range(1)), stop=after(3)), board)
    assert (ended.calls.tolist(), ended.open.tolist()) == ([3], [True])
    assert ((ended.board != BLANK).sum() - (board != BLANK).sum()).item() == 3


def test_a_stop_before_the_first_call_leaves_what_has_blanks_open():
    clues, solutions = puzzles(1, seed=5)
    boards = torch.from_numpy(np.stack([clues[0], solutions[0]])).long()
    ended = finish(decode(uniform, boards, Decoding(), Noise(0, range(2)), stop=after(0)), boards)
    assert torch.equal(ended.board, boards)
    assert (ended.open.tolist(), ended.calls.tolist()) == ([True, False], [0, 0])
    assert (ended.nats.tolist(), ended.solutions.tolist()) == ([0, 0], [levels.UNDECIDED] * 2)


def test_decisions_undone_add_up_over_the_calls(monkeypatch):
    made = []

    class Kept(GuidedSearch):
        def __init__(self, *given):
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(levels, "GuidedSearch", Kept)
    monkeypatch.setattr(levels, "PATIENCE", 1)
    clues = torch.from_numpy(
        parse("........1.....6.34..4.5.6.....2......1.....726...8.4....8..59...3.7.....5.6.4....")[None]
    ).long()
    steps = list(decode(uniform, clues, Decoding(level=CONSTRAINTS["search"], limit=2), Noise(0, range(1))))
    assert len(steps) > 2
    assert sum(int(step.undone.sum()) for step in steps) == int(made[0].undone(torch.tensor([0])).sum()) > 2
