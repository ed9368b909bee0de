import pytest
import torch
from stubs import contrary, oracle, uniform

from vmd_sudoku.board import BLANK, is_legal, solved
from vmd_sudoku.decode import CONSTRAINTS, POLICIES, budget, calls, decode, finish, held_by_peers, margin
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.generate import puzzles


@pytest.fixture(scope="module")
def batch():
    clues, solutions = puzzles(6, seed=3)
    clues[0] = solutions[0]  # one board that is full already
    clues[1, 1:], clues[1, 0] = solutions[1, 1:], BLANK  # and one with a single blank
    return torch.from_numpy(clues).long(), torch.from_numpy(solutions).long()


def rng():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("nfe", [1, 5, 200, None])
@pytest.mark.parametrize("level", CONSTRAINTS)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_perfect_predictor_solves_under_every_policy(policy, level, nfe, batch):
    clues, solutions = batch
    steps = decode(CONSTRAINTS[level](oracle(solutions)), clues, POLICIES[policy], budget(nfe), rng())
    final, taken = finish(steps, clues)
    assert torch.equal(final, solutions)
    blanks = (clues == BLANK).sum(1)
    assert torch.equal(taken, blanks if nfe is None else blanks.clamp(max=nfe))


def test_digits_once_filled_stay_and_each_blank_is_filled_once(batch):
    clues, solutions = batch
    seen = clues.clone()
    for step in decode(contrary(solutions), clues, POLICIES["margin"], calls(7), rng()):
        before = seen[step.rows]
        assert torch.equal(step.board[before != BLANK], before[before != BLANK])
        assert torch.equal(step.filled, (before == BLANK) & (step.board != BLANK))
        seen[step.rows] = step.board
    assert (seen != BLANK).all()


def test_a_full_board_is_never_shown_to_the_predictor(batch):
    clues, _ = batch

    def predict(board, rows):
        assert 0 not in rows.tolist()
        assert (board == BLANK).any(1).all()
        return uniform(board, rows)

    finish(decode(predict, clues, POLICIES["margin"], calls(3), rng()), clues)


def test_the_input_is_left_alone(batch):
    clues, solutions = batch
    copy = clues.clone()
    finish(decode(oracle(solutions), clues, POLICIES["random"], calls(3), rng()), clues)
    assert torch.equal(clues, copy)


def test_the_surest_cells_come_first():
    sure = torch.linspace(1, 5, 81)
    logits = torch.zeros(1, 81, 9)
    logits[0, :, 0] = sure
    order = [
        step.filled[0].nonzero().item()
        for step in decode(
            lambda board, rows: logits, torch.zeros(1, 81, dtype=torch.long), POLICIES["margin"], budget(None), rng()
        )
    ]
    assert order == list(range(80, -1, -1))


def test_margin_is_the_gap_and_differs_from_top_probability():
    probabilities = torch.tensor([[0.5, 0.5, 0, 0, 0, 0, 0, 0, 0], [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0]])
    torch.testing.assert_close(margin(probabilities), torch.tensor([0.0, 0.3]))
    assert POLICIES["top-prob"](probabilities, rng())[0] > POLICIES["top-prob"](probabilities, rng())[1]


def test_random_order_follows_its_generator():
    p = torch.rand(2, 81, 9)
    assert torch.equal(POLICIES["random"](p, rng()), POLICIES["random"](p, rng()))


def test_rules_forbid_what_a_peer_holds_and_never_write_a_conflict_one_cell_at_a_time(batch):
    clues, solutions = batch
    final, _ = finish(
        decode(CONSTRAINTS["rules"](oracle(solutions)), clues, POLICIES["random"], budget(None), rng()), clues
    )
    assert is_legal(final.numpy()).all()
    held = held_by_peers(solutions)
    assert not held.gather(2, solutions[..., None] - 1).any()
    assert held.sum() == len(solutions) * 81 * 8


def test_rules_leave_a_dead_end_visible_instead_of_nan():
    board = torch.zeros(1, 81, dtype=torch.long)
    board[0, 1:9] = torch.arange(1, 9)
    board[0, 9] = 9  # nothing is left for the first cell
    said = CONSTRAINTS["rules"](uniform)(board, torch.arange(1))
    assert torch.isfinite(said[0, 0]).all()


def test_a_contrary_predictor_is_judged_wrong(batch):
    clues, solutions = batch
    final, _ = finish(decode(contrary(solutions), clues, POLICIES["margin"], calls(2), rng()), clues)
    assert solved(final.numpy(), clues.numpy()).tolist() == [True] + [False] * 5


def test_no_calls_are_refused():
    with pytest.raises(ConfigError, match="1 or more"):
        calls(0)
