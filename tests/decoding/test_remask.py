import pytest
import torch
from stubs import oracle

from vmd_sudoku.board import BLANK
from vmd_sudoku.decoding.loop import CONSTRAINTS, POLICIES, Decoding, decode, finish
from vmd_sudoku.decoding.remask import REMASKING, Filled, conflicting
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.exact.generate import puzzles


def filled(board, at, sure=None, written=None, dead=False, share=0.5, decided=None):
    own = at >= 0
    return Filled(
        board[None],
        own[None],
        (torch.ones(81) if sure is None else sure)[None],
        at[None],
        (own if decided is None else decided)[None],
        (own if written is None else written)[None],
        torch.tensor([dead]),
        (board == BLANK).sum()[None],
        share,
    )


def chain():
    """Digits in cells 0, 1, 2 and 80, filled one after another; none clash."""
    board, at = torch.zeros(81, dtype=torch.long), torch.full((81,), -1)
    for time, (cell, digit) in enumerate([(0, 1), (1, 2), (2, 3), (80, 4)]):
        board[cell], at[cell] = digit, time
    return board, at


def test_confidence_takes_back_the_least_sure_within_its_share():
    board, at = chain()
    sure = torch.ones(81)
    sure[[0, 80]] = torch.tensor([0.3, 0.2])
    back = REMASKING["confidence"].takes_back(filled(board, at, sure, share=0.5))
    assert back[0].nonzero()[:, 0].tolist() == [0, 80]
    assert not REMASKING["confidence"].takes_back(filled(board, at, sure, share=0.2)).any()
    board[board == BLANK] = 9
    assert not REMASKING["confidence"].takes_back(filled(board, at, sure)).any()


def test_a_conflict_takes_back_its_cells_and_what_depended_on_them():
    board, at = chain()
    assert not conflicting(board[None]).any()
    board[8], at[8] = 2, 9  # clashes with cell 1
    board[40], at[40] = 5, 10  # depends on none of them
    assert conflicting(board[None])[0].nonzero()[:, 0].tolist() == [1, 8]
    back = REMASKING["conflict"].takes_back(filled(board, at))
    # Cell 2 came after cell 1, in its row; cell 0 came before, and cell 80 sees column 8 but came before cell 8.
    assert back[0].nonzero()[:, 0].tolist() == [1, 2, 8]
    at[1] = -1  # a clue
    back = REMASKING["conflict"].takes_back(filled(board, at))
    assert back[0].nonzero()[:, 0].tolist() == [8]


def test_a_dead_end_takes_back_the_least_sure_cell_of_its_step():
    board, at = chain()
    sure = torch.ones(81)
    sure[[0, 1]] = torch.tensor([0.1, 0.4])
    written = at >= 1
    back = REMASKING["conflict"].takes_back(filled(board, at, sure, written, dead=True))
    assert back[0].nonzero()[:, 0].tolist() == [1, 2]


def test_a_dead_end_that_no_decision_of_its_step_led_to_takes_back_the_least_sure_of_all():
    board, at = chain()
    sure = torch.ones(81)
    sure[[1, 80]] = torch.tensor([0.1, 0.4])
    back = REMASKING["conflict"].takes_back(filled(board, at, sure, written=at > 80, dead=True))
    assert back[0].nonzero()[:, 0].tolist() == [1, 2]


def test_later_singles_return_even_if_they_are_no_peers():
    board, at = chain()
    sure = torch.ones(81)
    sure[1] = 0.1
    for singles, expected in (([0, 80], [1, 2, 80]), ([], [1, 2])):
        decided = at >= 0
        decided[singles] = False
        back = REMASKING["conflict"].takes_back(filled(board, at, sure, written=at > 80, dead=True, decided=decided))
        assert back[0].nonzero()[:, 0].tolist() == expected


def test_cells_return_only_within_the_budget():
    board = torch.zeros(1, 81, dtype=torch.long)

    def one(boards, rows):
        """The same digit everywhere: a conflict with every cell."""
        logits = torch.zeros(*boards.shape, 9)
        logits[..., 0] = 5.0
        return logits

    for budget in (0, 7):
        how = Decoding(remasking=REMASKING["conflict"], remask_budget=budget, budget=Budget())
        ended = finish(decode(one, board, how, Noise(0, [0])), board)
        assert (ended.board == 1).all()
        assert ended.remasked.item() <= budget
        assert (ended.remasked.item() > 0) == (budget > 0)


def test_what_the_network_filled_between_two_digits_that_clash_stays_where_it_sees_neither():
    _, solutions = (torch.from_numpy(boards).long() for boards in puzzles(1, seed=5))
    board, said = solutions.clone(), solutions.clone()
    board[0, [0, 40, 72]] = BLANK
    said[0, 72] = said[0, 0]  # of one column; the cell between is filled after the first, and sees neither
    how = Decoding(policy=POLICIES["left-to-right"], remasking=REMASKING["conflict"], remask_budget=9)
    first, second, third, *_ = decode(oracle(said), board, how, Noise(0, [0]))
    assert [int(step.filled[0].nonzero()) for step in (first, second, third)] == [0, 40, 72]
    assert not first.remasked.any()
    assert not second.remasked.any()
    assert third.remasked[0].nonzero()[:, 0].tolist() == [0, 72]


@pytest.mark.parametrize("digits", [(1, 2), (2, 1), (9, 1)])
def test_how_sure_a_cell_is_is_said_by_the_digit_that_it_got(digits):
    """Two cells in a call; the one whose digit was less probable returns."""
    said = torch.full((1, 81, 9), 1 / 9)
    for cell, (digit, chance) in enumerate(zip(digits, (0.9, 0.6), strict=True)):
        said[0, cell] = (1 - chance) / 8
        said[0, cell, digit - 1] = chance
    how = Decoding(remasking=REMASKING["confidence"], remask_share=0.5, remask_budget=1, budget=Budget(cells=2))
    first = next(decode(lambda board, rows: said.log(), torch.zeros(1, 81, dtype=torch.long), how, Noise(0, [0])))
    assert first.filled[0, :2].tolist() == list(digits)
    assert first.remasked[0].nonzero()[:, 0].tolist() == [1]


def test_a_conflict_that_was_a_slip_is_mended():
    from vmd_sudoku.exact.generate import puzzles

    clues, solutions = (torch.from_numpy(boards).long() for boards in puzzles(1, seed=5))
    slips = []

    def predict(boards, rows):
        """Wrong about one cell in the first call."""
        digits = solutions.clone()
        if not slips:
            cell = int((clues[0] == BLANK).nonzero()[0])
            digits[0, cell] = digits[0, cell] % 9 + 1
            slips.append(cell)
        return 20.0 * torch.nn.functional.one_hot(digits - 1, 9).float()

    how = Decoding(remasking=REMASKING["conflict"], remask_budget=40, budget=Budget(cells=81))
    ended = finish(decode(predict, clues, how, Noise(0, [0])), clues)
    assert torch.equal(ended.board, solutions)
    assert ended.remasked.item() > 0


@pytest.mark.parametrize("remask", ["confidence", "conflict"])
def test_the_mean_of_nats_leaves_out_digits_that_were_taken_back(remask):
    clues, solutions = (torch.from_numpy(boards).long() for boards in puzzles(3, seed=9))

    def predict(board, rows):
        return oracle(solutions)(board, rows) / 8 + Noise(1, range(3)).normal(rows, int(board.sum()), (81, 9))

    how = Decoding(
        remasking=REMASKING[remask], remask_share=0.3, remask_budget=40, budget=Budget(12), level=CONSTRAINTS["none"]
    )
    last, taken = [{} for _ in range(3)], 0
    ended = finish(decode(predict, clues, how, Noise(0, range(3))), clues)
    for step in decode(predict, clues, how, Noise(0, range(3))):
        taken += int(step.remasked.sum())
        for at, row in enumerate(step.rows.tolist()):
            for cell in step.filled[at].nonzero()[:, 0].tolist():
                last[row][cell] = step.probabilities[at, cell, step.filled[at, cell] - 1].log().item()
            for cell in step.remasked[at].nonzero()[:, 0].tolist():
                last[row].pop(cell, None)
    assert taken
    wanted = [sum(said.values()) / len(said) for said in last]
    torch.testing.assert_close(ended.nats, torch.tensor(wanted), rtol=1e-4, atol=1e-5)
