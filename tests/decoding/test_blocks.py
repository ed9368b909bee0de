import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stubs import contrary, examples, oracle, uniform

from vmd_sudoku.board import BLANK, CELLS, is_legal
from vmd_sudoku.decoding import levels
from vmd_sudoku.decoding.blocks import BLOCKS, decode_blocks
from vmd_sudoku.decoding.levels import held_by_peers
from vmd_sudoku.decoding.loop import CONSTRAINTS, POLICIES, REMASKING, Decoding, decode, finish
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.exact.generate import puzzles

CLUES, SOLUTIONS = (torch.from_numpy(boards).long() for boards in puzzles(5, seed=3))
CLUES[0] = SOLUTIONS[0]  # one board that is full already
CLUES[1, 27:] = SOLUTIONS[1, 27:]  # and one with blanks in the first band only
KINDS = [name for name in BLOCKS if name != "none"]
LEVELS = [name for name in CONSTRAINTS if name != "search"]

fast = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])


def steps_of(predict, kind, how, clues=CLUES, race=None, ids=None, seed=0):
    ids = range(len(clues)) if ids is None else ids
    return decode_blocks(lambda block: (predict, Noise(seed, ids, block)), clues, how, BLOCKS[kind], race=race)


def named(policy="margin", level="none", remask="none", nfe=None, cells=1, **numbers):
    budget = Budget(nfe, cells)
    return Decoding(
        policy=POLICIES[policy], level=CONSTRAINTS[level], remasking=REMASKING[remask], budget=budget, **numbers
    )


def hazy(solutions):
    """Depends on the board and the puzzle alone; often wrong."""

    def predict(board, rows):
        return (
            oracle(solutions)(board, rows) / 6
            + 3 * (board[..., None] * 7 + rows[:, None, None]).sin().expand(-1, -1, 9) * torch.arange(9).cos()
        )

    return predict


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_cell_lies_in_one_block(kind):
    assert sorted(BLOCKS[kind].ravel()) == list(range(CELLS))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
@fast
@given(
    policy=st.sampled_from(sorted(POLICIES)),
    nfe=st.sampled_from([None, 9, 20, 200]),
    cells=st.integers(1, 90),
    remask=st.sampled_from(sorted(REMASKING)),
    temperature=st.sampled_from([0.0, 0.5]),
)
def test_a_perfect_predictor_solves_by_blocks(kind, level, policy, nfe, cells, remask, temperature):
    how = named(policy, level, remask, nfe, cells, temperature=temperature)
    ended = finish(steps_of(oracle(SOLUTIONS), kind, how), CLUES)
    assert torch.equal(ended.board, SOLUTIONS)
    assert ended.calls[0] == 0
    if nfe is not None:
        assert (ended.calls <= nfe).all()


@pytest.mark.parametrize("level", ["none", "rules"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_block_begins_when_the_one_before_is_full(kind, level):
    board, block_of = CLUES.clone(), np.zeros(CELLS, int)
    for number, cells in enumerate(BLOCKS[kind]):
        block_of[cells] = number
    seen = []
    for step in steps_of(hazy(SOLUTIONS), kind, named(level=level, nfe=20, remask="conflict")):
        (number,) = {int(block) for block in block_of[(step.filled != BLANK).any(0).numpy()]}
        seen.append(number)
        assert not (step.remasked & torch.from_numpy(block_of < number)).any()
        board[step.rows] = step.board
        assert (board[:, block_of < number] != BLANK).all()
        later = block_of > number
        assert torch.equal(board[:, later], CLUES[:, later])
    assert seen == sorted(seen)
    assert set(seen) == set(range(len(BLOCKS[kind])))
    assert torch.equal(board[CLUES != BLANK], CLUES[CLUES != BLANK])


def test_calls_are_shared_out_in_equal_parts_and_blocks_without_blanks_take_none():
    how = named(nfe=20, remask_budget=4)
    parts = [how.part(number, 9) for number in range(9)]
    assert [part.budget.calls for part in parts] == [3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert [part.remask_budget for part in parts] == [1, 1, 1, 1, 0, 0, 0, 0, 0]
    empty = torch.zeros(1, CELLS, dtype=torch.long)
    for nfe in (9, 20, 81):
        assert finish(steps_of(uniform, "rows", named(nfe=nfe), empty), empty).calls.tolist() == [nfe]
    assert finish(steps_of(oracle(SOLUTIONS), "bands", named(nfe=9)), CLUES).calls.tolist() == [0, 3, 9, 9, 9]
    blanks = (CLUES == BLANK).sum(1)
    assert torch.equal(finish(steps_of(oracle(SOLUTIONS), "boxes", named()), CLUES).calls, blanks)


def test_cells_that_may_return_are_shared_out_too_and_none_returns_from_a_full_block():
    how = named(remask="confidence", remask_share=0.5, remask_budget=10)
    for kind in KINDS:
        ended = finish(steps_of(hazy(SOLUTIONS), kind, how), CLUES)
        assert (ended.board != BLANK).all()
        assert (ended.remasked <= 10).all()
    row = CLUES.clone()
    row[:, 8:] = SOLUTIONS[:, 8:]
    row[:, 72:] = BLANK  # the first row lacks cells, and so does the last
    first, *_ = steps_of(oracle(SOLUTIONS), "rows", named(cells=9, remask="confidence", remask_share=1.0), row)
    assert not first.remasked.any()


def test_one_block_is_the_whole_board():
    how = named("random", "rules", nfe=7, temperature=1.0)
    chained = list(steps_of(hazy(SOLUTIONS), "none", how))
    whole = list(decode(hazy(SOLUTIONS), CLUES, how, Noise(0, range(5))))
    assert len(chained) == len(whole) == 7
    for a, b in zip(chained, whole, strict=True):
        assert torch.equal(a.board, b.board)
        assert torch.equal(a.rows, b.rows)


def test_an_impossible_puzzle_gets_its_clues_back_however_long_the_search(monkeypatch):
    monkeypatch.setattr(levels, "PATIENCE", 1)
    hard = examples("extreme")
    clues = torch.from_numpy(hard.puzzles).long()
    blank = (clues == BLANK).int().argmax(1, keepdim=True)
    right = torch.from_numpy(hard.solutions).long().gather(1, blank)
    legal = ~held_by_peers(clues).gather(1, blank[..., None].expand(-1, -1, 9))[:, 0]
    legal.scatter_(1, right - 1, False)
    clues.scatter_(1, blank, legal.int().argmax(1, keepdim=True) + 1)
    given = clues.clone()
    ended = finish(steps_of(uniform, "none", named(level="search"), clues), clues)
    assert (ended.calls > 1).any()
    assert (ended.solutions == 0).all()
    assert torch.equal(ended.board, given)
    assert torch.equal(clues, given)


@pytest.mark.parametrize("kind", KINDS)
def test_a_board_is_the_same_whatever_else_shares_the_batch(kind):
    how = named("random", "propagate", "conflict", temperature=1.0)
    kept = torch.tensor([1, 3])
    whole = finish(steps_of(hazy(SOLUTIONS), kind, how), CLUES)
    predict = hazy(SOLUTIONS)
    part = finish(
        steps_of(lambda board, rows: predict(board, kept[rows]), kind, how, CLUES[kept], ids=kept.numpy()), CLUES[kept]
    )
    assert torch.equal(whole.board[kept], part.board)
    assert torch.equal(whole.calls[kept], part.calls)


def test_a_dead_end_in_a_block_ends_the_board(easy):
    clues = torch.from_numpy(easy[0]).long()[None].clone()
    clues[0, 2] = 1  # legal, and wrong
    ended = finish(steps_of(uniform, "rows", named(level="propagate"), clues), clues)
    assert (ended.board == BLANK).any()
    assert is_legal(ended.board.numpy()).all()
    assert ended.calls.tolist() == [1]


def test_a_race_is_won_in_whichever_block_the_board_is_full():
    clues = CLUES[1:2].repeat(2, 1)  # blanks in the first band only
    race = torch.tensor([0, 0])

    def predict(board, rows):
        right, wrong = oracle(SOLUTIONS[1:2].repeat(2, 1)), contrary(SOLUTIONS[1:2].repeat(2, 1))
        return torch.where((rows == 1)[:, None, None], right(board, rows), wrong(board, rows))

    # With rows as blocks the second board is solved in the third block, with the first one still in the race until then.
    ended = finish(steps_of(predict, "rows", named(nfe=9), clues, race=race), clues)
    assert ended.calls.tolist() == [3, 3]
    assert torch.equal(ended.board[1], SOLUTIONS[1])
    clues = clues.clone()
    clues[1] = SOLUTIONS[1]
    clues[1, :1] = BLANK
    clues[0, :2] = BLANK
    ended = finish(steps_of(predict, "rows", named(nfe=9), clues, race=race), clues)
    assert ended.calls.tolist() == [1, 1]  # won in the first block: the other board does not begin another one


def test_every_block_has_numbers_of_its_own():
    rows = torch.arange(3)
    first, again, second, third = (Noise(4, range(3), part).normal(rows, 0, (200,)) for part in (0, 0, 1, 2))
    assert torch.equal(first, again)
    assert torch.equal(first, Noise(4, range(3)).normal(rows, 0, (200,)))
    both = torch.stack([first.flatten(), second.flatten(), third.flatten()])
    assert (torch.corrcoef(both) - torch.eye(3)).abs().max() < 0.15
