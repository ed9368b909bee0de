import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stubs import contrary, examples, oracle, uniform

from vmd_sudoku.board import BLANK, is_legal, solved
from vmd_sudoku.decoding import levels, search
from vmd_sudoku.decoding.levels import held_by_peers
from vmd_sudoku.decoding.loop import CONSTRAINTS, POLICIES, REMASKING, SCHEDULES, Decoding, decode, finish
from vmd_sudoku.decoding.policies import Policy, View, margin
from vmd_sudoku.decoding.why import WHYS
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.exact.generate import puzzles

CLUES, SOLUTIONS = (torch.from_numpy(boards).long() for boards in puzzles(6, seed=3))
CLUES[0] = SOLUTIONS[0]  # one board that is full already
CLUES[1, 1:], CLUES[1, 0] = SOLUTIONS[1, 1:], BLANK  # and one with a single blank

fast = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])


def noise(count=6, seed=0):
    return Noise(seed, range(count))


def run(predict, clues=CLUES, how=None, seed=0, **names):
    return finish(decode(predict, clues, how or named(**names), noise(len(clues), seed)), clues)


def named(policy="margin", level="none", remask="none", nfe=None, cells=1, schedule="linear", **numbers):
    return Decoding(
        policy=POLICIES[policy],
        level=CONSTRAINTS[level],
        remasking=REMASKING[remask],
        budget=Budget(nfe, cells, schedule),
        **numbers,
    )


def noisy(solutions, strength, seed):
    """The true digits under noise; with strength 0 an oracle, with a great one nothing to learn from."""

    def predict(board, rows):
        numbers = noise(len(solutions), seed).normal(rows, int(board.sum()), (81, 9))
        return oracle(solutions)(board, rows) / 4 + strength * numbers

    return predict


@pytest.mark.parametrize("level", CONSTRAINTS)
@pytest.mark.parametrize("policy", POLICIES)
@fast
@given(
    nfe=st.sampled_from([None, 1, 5, 200]),
    cells=st.integers(1, 90),
    schedule=st.sampled_from(sorted(SCHEDULES)),
    remask=st.sampled_from(sorted(REMASKING)),
    gumbel=st.sampled_from([0.0, 0.5]),
    temperature=st.sampled_from([0.0, 0.5]),
)
def test_a_perfect_predictor_solves_under_every_policy_level_and_schedule(
    policy, level, nfe, cells, schedule, remask, gumbel, temperature
):
    how = named(policy, level, remask, nfe, cells, schedule, gumbel=gumbel, temperature=temperature)
    ended = run(oracle(SOLUTIONS), how=how)
    assert torch.equal(ended.board, SOLUTIONS)
    assert (ended.calls[1:] >= 1).all()
    assert ended.calls[0] == 0
    if nfe is not None:
        assert (ended.calls <= nfe).all()


@pytest.mark.parametrize("nfe", [1, 5, 200, None])
def test_calls_are_what_the_budget_says(nfe):
    blanks = (CLUES == BLANK).sum(1)
    taken = run(oracle(SOLUTIONS), nfe=nfe).calls
    assert torch.equal(taken, blanks if nfe is None else blanks.clamp(max=nfe))


def test_cells_a_call():
    blanks = (CLUES == BLANK).sum(1)
    assert torch.equal(run(oracle(SOLUTIONS), cells=7).calls, -(-blanks // 7))


@pytest.mark.parametrize("remask", REMASKING)
@pytest.mark.parametrize("level", CONSTRAINTS)
def test_every_step_says_what_it_did_and_no_clue_is_touched(level, remask):
    seen, returned = CLUES.clone(), 0
    how = named("entropy", level, remask, nfe=9, temperature=1.0, remask_share=0.3, remask_budget=40)
    for step in decode(noisy(SOLUTIONS, 2.0, 1), CLUES, how, noise()):
        before, new = seen[step.rows], step.filled != BLANK
        after = torch.where(new, step.filled, before).masked_fill(step.remasked & ~new, BLANK)
        # A cell that was filled and taken back in one step: a search put another digit there, or it returned at once.
        both = step.remasked & new
        replaced = both & (before != BLANK) & (step.board == step.filled)
        assert torch.equal(step.board, after.masked_fill(both & ~replaced, BLANK))
        assert level == "search" or not replaced.any()
        assert level != "search" or remask != "none" or torch.equal(replaced, both)
        returned += int(step.remasked.sum())
        assert not (step.remasked & (CLUES[step.rows] != BLANK)).any()
        assert torch.equal(step.why >= 0, step.rank >= 0)
        assert torch.equal(step.why >= 0, new)
        for filled, rank in zip(new, step.rank, strict=True):
            assert sorted(rank[filled].tolist()) == sorted(set(rank[filled].tolist()))
        seen[step.rows] = step.board
    clue = CLUES != BLANK
    assert torch.equal(seen[clue], CLUES[clue])
    assert returned or remask == "none" or level != "none"


@fast
@given(seed=st.integers(0, 1000))
def test_search_solves_with_a_contrary_predictor(seed):
    clues, solutions = (torch.from_numpy(boards).long() for boards in puzzles(4, seed=seed))
    ended = run(contrary(solutions), clues, level="search")
    assert torch.equal(ended.board, solutions)
    assert (ended.solutions == 1).all()


@fast
@given(
    seed=st.integers(0, 1000),
    policy=st.sampled_from(sorted(POLICIES)),
    nfe=st.sampled_from([None, 1, 3]),
    temperature=st.sampled_from([0.0, 1.0]),
)
def test_search_solves_whatever_the_network_says(seed, policy, nfe, temperature):
    predict = noisy(SOLUTIONS, 5.0, seed)
    ended = run(predict, level="search", policy=policy, nfe=nfe, temperature=temperature, seed=seed)
    assert torch.equal(ended.board, SOLUTIONS)


def test_search_asks_again_where_it_is_stuck_and_says_what_it_took_back(monkeypatch):
    monkeypatch.setattr(levels, "PATIENCE", 1)
    clues = torch.from_numpy(examples("extreme").puzzles).long()
    calls = torch.zeros(len(clues), dtype=torch.long)
    taken = 0
    for step in decode(noisy(clues.clamp(min=1), 9.0, 0), clues, named(level="search"), noise(len(clues))):
        calls[step.rows] += 1
        taken += int(step.remasked.sum())
        assert (step.undone >= 0).all()
    assert calls.max() > 1
    assert taken > 0


def test_search_proves_none_one_and_several():
    clues = CLUES.clone()
    clues[2] = BLANK  # several
    clues[3, :] = BLANK
    clues[3, 1:9] = torch.arange(1, 9)
    clues[3, 9] = 9  # none: the first cell sees all nine digits
    clues[4, :2] = 5  # none: two clues clash
    ended = run(uniform, clues, how=named(level="search", limit=2))
    assert ended.solutions.tolist() == [-1, 1, 2, 0, 0, 1]
    assert solved(ended.board.numpy(), clues.numpy()).tolist() == [True, True, True, False, False, True]
    assert torch.equal(ended.board[3], clues[3])


@fast
@given(seed=st.integers(0, 1000), nfe=st.sampled_from([1, 3, None]), policy=st.sampled_from(sorted(POLICIES)))
def test_rules_write_no_conflict_while_an_alternative_exists(seed, nfe, policy):
    clues, _ = (torch.from_numpy(boards).long() for boards in puzzles(4, seed=seed))
    board = clues.clone()
    for step in decode(noisy(clues.clamp(min=1), 3.0, seed), clues, named(policy, "rules", nfe=nfe), noise(4)):
        for place, row in enumerate(step.rows.tolist()):
            for cell in step.rank[place].argsort().tolist():
                if step.filled[place, cell] == BLANK:
                    continue
                held = held_by_peers(board[row : row + 1])[0, cell]
                assert held.all() or not held[step.filled[place, cell] - 1]
                board[row, cell] = step.filled[place, cell]


def test_propagation_fills_singles_and_ends_at_a_dead_end(easy):
    clues, solution = (torch.from_numpy(board).long()[None] for board in easy)
    (step,) = decode(uniform, clues, named(level="propagate"), noise(1))
    assert torch.equal(step.board, solution)
    whys = {WHYS[why] for why in step.why[0].tolist() if why >= 0}
    assert whys == {"naked single", "hidden single"}
    wrong = clues.clone()
    wrong[0, 2] = 1  # legal, and wrong
    ended = run(uniform, wrong, level="propagate")
    assert ended.calls.tolist() == [1]
    assert (ended.board == BLANK).any()
    assert is_legal(ended.board.numpy()).all()


def test_a_full_board_is_never_shown_to_the_predictor():
    def predict(board, rows):
        assert 0 not in rows.tolist()
        assert (board == BLANK).any(1).all()
        return uniform(board, rows)

    run(predict, nfe=3)


@fast
@given(
    policy=st.sampled_from(sorted(POLICIES)),
    level=st.sampled_from(sorted(CONSTRAINTS)),
    remask=st.sampled_from(sorted(REMASKING)),
    temperature=st.sampled_from([0.0, 1.0]),
    rows=st.sets(st.integers(0, 5), min_size=1),
)
def test_a_board_is_the_same_whatever_else_shares_the_batch(policy, level, remask, temperature, rows):
    how = named(policy, level, remask, nfe=6, temperature=temperature, gumbel=0.3)
    kept = torch.tensor(sorted(rows))

    def predict(board, of):
        """Depends on the board and the puzzle alone."""
        return torch.stack([oracle(SOLUTIONS)(b, o) / 6 + 3 * (b[:, None] * 7 + o).sin() for b, o in zip(board, of)])  # noqa: B905

    whole = finish(decode(predict, CLUES, how, noise()), CLUES)
    part = finish(
        decode(lambda board, of: predict(board, kept[of]), CLUES[kept], how, Noise(0, kept.numpy())), CLUES[kept]
    )
    for name in ("board", "calls", "undone", "remasked", "nats", "solutions"):
        assert torch.equal(getattr(whole, name)[kept], getattr(part, name)), name


def test_finished_boards_do_not_change():
    finals = {}
    for step in decode(noisy(SOLUTIONS, 1.0, 0), CLUES, named("threshold", threshold=0.99), noise()):
        assert not finals.keys() & set(step.rows.tolist())
        full = (step.board != BLANK).all(1)
        finals |= {int(row): board for row, board in zip(step.rows[full], step.board[full], strict=True)}
    ended = finish(decode(noisy(SOLUTIONS, 1.0, 0), CLUES, named("threshold", threshold=0.99), noise()), CLUES)
    for row, board in finals.items():
        assert torch.equal(ended.board[row], board)


def test_the_input_is_left_alone():
    copy = CLUES.clone()
    run(oracle(SOLUTIONS), nfe=3, policy="random", level="propagate")
    assert torch.equal(CLUES, copy)


def test_the_surest_cells_come_first():
    sure = torch.linspace(1, 5, 81)
    logits = torch.zeros(1, 81, 9)
    logits[0, :, 0] = sure
    empty = torch.zeros(1, 81, dtype=torch.long)
    for policy in ("margin", "top-prob", "entropy", "average-order"):
        steps = decode(lambda board, rows: logits, empty, named(policy), noise(1))
        assert [int((step.filled[0] != 0).nonzero()) for step in steps] == list(range(80, -1, -1))
    steps = decode(lambda board, rows: logits, empty, named("left-to-right"), noise(1))
    assert [int((step.filled[0] != 0).nonzero()) for step in steps] == list(range(81))


def test_the_threshold_fills_all_that_is_sure_and_at_least_one():
    logits = torch.zeros(1, 81, 9)
    logits[0, :40, 0] = 9.0
    first, second, *_ = decode(
        lambda board, rows: logits, torch.zeros(1, 81, dtype=torch.long), named("threshold", threshold=0.9), noise(1)
    )
    assert (first.filled[0] != 0).nonzero()[:, 0].tolist() == list(range(40))
    assert (second.filled[0] != 0).sum() == 1


def test_the_average_gives_the_order_and_the_first_latent_the_digits():
    said = torch.zeros(1, 2, 81, 9)
    said[0, 0, :, 3] = 1.0
    said[0, 0, 0, 3] = 2.0  # the first latent is surest of the first cell, where the second contradicts it
    said[0, 1, 0, 5] = 2.0
    said[0, 1, 7, 3] = 2.0
    first, *_ = decode(lambda board, rows: said, torch.zeros(1, 81, dtype=torch.long), named("average-order"), noise(1))
    assert (first.filled[0] != 0).nonzero()[:, 0].tolist() == [7]
    assert first.filled[0, 7] == 4


def test_only_the_cells_within_are_filled_and_blocks_can_be_chained():
    board = CLUES
    for band in range(3):
        within = torch.zeros(6, 81, dtype=torch.bool)
        within[:, 27 * band : 27 * band + 27] = True
        steps = decode(oracle(SOLUTIONS), board, named(nfe=2), noise(), within=within)
        board = finish(steps, board).board
        assert torch.equal(board == BLANK, (CLUES == BLANK) & (torch.arange(81) >= 27 * band + 27))
    assert torch.equal(board, SOLUTIONS)


def test_once_one_board_of_a_race_is_solved_all_leave():
    clues = CLUES[2:4].repeat_interleave(2, 0)
    race = torch.tensor([0, 0, 1, 1])

    def predict(board, rows):
        """The second board of every puzzle is sure of everything, the first of nothing."""
        return oracle(SOLUTIONS[2:4].repeat_interleave(2, 0))(board, rows) * (rows % 2)[:, None, None]

    ended = finish(decode(predict, clues, named("threshold"), noise(4), race=race), clues)
    assert ended.calls.tolist() == [1, 1, 1, 1]
    assert torch.equal(ended.board[1::2], SOLUTIONS[2:4])


def test_margin_is_the_gap_and_differs_from_top_probability():
    p = torch.tensor([[0.5, 0.5, 0, 0, 0, 0, 0, 0, 0], [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0]])
    torch.testing.assert_close(margin(p), torch.tensor([0.0, 0.3]))
    first, second = POLICIES["top-prob"].prefers(View(p, p, torch.zeros(2), 0.9))
    assert first > second


def test_temperature_draws_digits_by_their_probability():
    logits = torch.tensor([0.7, 0.2, 0.1]).log()
    said = torch.full((1, 81, 9), -torch.inf)
    said[..., :3] = logits
    empty = torch.zeros(400, 81, dtype=torch.long)
    drawn = finish(
        decode(lambda board, rows: said.expand(len(rows), 81, 9), empty, named(nfe=1, temperature=1.0), noise(400)),
        empty,
    ).board
    shares = torch.bincount(drawn.flatten(), minlength=4)[1:] / drawn.numel()
    torch.testing.assert_close(shares, torch.tensor([0.7, 0.2, 0.1]), atol=0.02, rtol=0)


def test_gumbel_noise_changes_the_order_only():
    p = oracle(SOLUTIONS)
    plain = next(decode(p, CLUES, named(), noise()))
    noisy_one = next(decode(p, CLUES, named(gumbel=5.0), noise()))
    assert not torch.equal(plain.filled, noisy_one.filled)
    assert torch.equal(plain.probabilities, noisy_one.probabilities)


def test_rules_leave_a_dead_end_visible_instead_of_nan():
    board = torch.zeros(1, 81, dtype=torch.long)
    board[0, 1:9] = torch.arange(1, 9)
    board[0, 9] = 9  # nothing is left for the first cell
    ended = run(uniform, board, level="rules", nfe=1)
    assert (ended.board != BLANK).all()
    assert torch.isfinite(ended.nats).all()
    held = held_by_peers(SOLUTIONS)
    assert not held.gather(2, SOLUTIONS[..., None] - 1).any()
    assert held.sum() == len(SOLUTIONS) * 81 * 8


def test_a_contrary_predictor_is_judged_wrong():
    final = run(contrary(SOLUTIONS), nfe=2).board
    assert solved(final.numpy(), CLUES.numpy()).tolist() == [True] + [False] * 5


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"calls": 0}, "1 or more"), ({"cells": 0}, "1 or more"), ({"schedule": "square"}, "linear, cosine")],
)
def test_budgets_refuse_nonsense(settings, message):
    with pytest.raises(ConfigError, match=message):
        Budget(**settings)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_share_out_all_cells_in_the_calls_asked_for(schedule):
    keep = SCHEDULES[schedule]
    assert keep(1) == 0
    assert keep(0) == 1
    left, dues = torch.tensor([60]), []
    budget = Budget(10, schedule=schedule)
    for step in range(10):
        dues.append(int(budget.due(left, step)))
        left = left - dues[-1]
    assert left.item() == 0
    assert budget.is_last(9)
    assert not budget.is_last(8)
    assert (dues == [6] * 10) if schedule == "linear" else (dues[0] < 6 < dues[-1])


def test_noise_belongs_to_ids_and_looks_uniform():
    whole, part = Noise(3, range(100)), Noise(3, [7, 50])
    rows = torch.arange(100)
    numbers = whole.uniform(rows, 2, (81,))
    assert torch.equal(numbers[[7, 50]], part.uniform(torch.arange(2), 2, (81,)))
    assert not torch.equal(numbers, whole.uniform(rows, 3, (81,)))
    assert not torch.equal(numbers, Noise(4, range(100)).uniform(rows, 2, (81,)))
    assert numbers.min() > 0
    assert numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 0.02
    assert len(np.unique(numbers)) > 8000
    normal = whole.normal(rows, 0, (81,))
    assert abs(normal.mean()) < 0.04
    assert abs(normal.std() - 1) < 0.03


@pytest.mark.parametrize("level", ["rules", "propagate", "search"])
def test_digits_that_a_peer_holds_have_probability_zero_and_the_others_one_together(level):
    before = CLUES.clone()
    for step in decode(noisy(SOLUTIONS, 2.0, 1), CLUES, named(level=level, nfe=4), noise()):
        held = held_by_peers(before[step.rows])
        held &= ~held.all(-1, keepdim=True)  # dead ends stay visible
        assert held.any()
        assert (step.probabilities[held] == 0).all()
        torch.testing.assert_close(step.probabilities.sum(-1), torch.ones_like(step.probabilities[..., 0]))
        before[step.rows] = step.board
    free = next(decode(noisy(SOLUTIONS, 2.0, 1), CLUES, named(nfe=4), noise()))
    assert (free.probabilities > 0).all()


def test_patience_doubles_with_every_call(monkeypatch):
    asked = []
    go_on = search.GuidedSearch.go_on

    def heard(self, rows, said, turn, patience, *stop):
        asked.append(patience)
        return go_on(self, rows, said, turn, patience, *stop)

    monkeypatch.setattr(levels, "PATIENCE", 2)
    monkeypatch.setattr(search.GuidedSearch, "go_on", heard)
    clues = torch.from_numpy(examples("extreme").puzzles).long()
    run(uniform, clues, level="search")
    assert len(asked) > 3
    assert asked == [2 << call for call in range(len(asked))]
    asked.clear()
    run(uniform, clues, level="search", nfe=2)
    assert asked[0] == 2
    assert asked[1] > 1 << 60  # the last call has all the patience there is


def test_the_average_is_taken_by_its_margin():
    average = torch.full((2, 9), 0.01)
    average[0, :2] = 0.465  # likelier, but undecided
    average[1, 0] = 0.4
    average[1, 1:] = 0.075
    view = View(average.flip(0), average, torch.zeros(2), 0.9)
    first, second = POLICIES["average-order"].prefers(view)
    assert second > first


def test_below_the_threshold_the_surest_cell_is_filled():
    logits = torch.zeros(1, 81, 9)
    logits[0, :, 0] = torch.linspace(1.0, 2.0, 81)
    step = next(decode(lambda b, r: logits, torch.zeros(1, 81, dtype=torch.long), named("threshold"), noise(1)))
    assert (step.filled[0] != 0).nonzero()[:, 0].tolist() == [80]
    rank = next(
        decode(lambda b, r: logits, torch.zeros(1, 81, dtype=torch.long), named("threshold", threshold=0.1), noise(1))
    ).rank
    assert rank[0].tolist() == list(range(80, -1, -1))


def sure_at(calls, solutions, sure=0.95):
    """Says the true digits, each board with `sure` from its own call in `calls` on, and weakly before."""
    step = -1

    def predict(board, rows):
        nonlocal step
        step += 1
        top = torch.where(torch.tensor(calls)[rows] <= step, sure, 0.5)[:, None, None]
        truth = torch.nn.functional.one_hot(solutions[rows] - 1, 9).bool()
        return torch.where(truth, top, (1 - top) / 8).log()

    return predict


def test_a_guess_is_written_whole_once_every_cell_is_sure():
    clues, solutions = CLUES[2:5], SOLUTIONS[2:5]
    steps = list(decode(sure_at([0, 2, 9], solutions), clues, named("guess", nfe=5, threshold=0.9), noise(3)))
    assert [step.rows.tolist() for step in steps] == [[0, 1, 2], [1, 2], [1, 2], [2], [2]]
    # Which boards were filled by each call: all blanks or none.
    filled = [(step.filled != BLANK).sum(1).tolist() for step in steps]
    blanks = (clues == BLANK).sum(1).tolist()
    assert filled == [[blanks[0], 0, 0], [0, 0], [blanks[1], 0], [0], [blanks[2]]]
    assert all((step.rank[step.filled == BLANK] == -1).all() for step in steps)
    ended = run(sure_at([0, 2, 9], solutions), clues, named("guess", nfe=5, threshold=0.9))
    assert torch.equal(ended.board, solutions)
    assert ended.calls.tolist() == [1, 3, 5]


@pytest.mark.parametrize(("threshold", "calls"), [(0.94, 1), (0.96, 3)])
def test_the_threshold_says_what_a_sure_guess_is(threshold, calls):
    ended = run(sure_at([0], SOLUTIONS[2:3]), CLUES[2:3], named("guess", nfe=3, threshold=threshold))
    assert ended.calls.tolist() == [calls]


def test_the_last_guess_writes_the_surest_answer_of_all():
    clues, step = torch.zeros(1, 81, dtype=torch.long), -1

    def predict(board, rows):
        nonlocal step
        step += 1
        said = torch.full((1, 81, 9), 0.01)
        # The second call is surest in its least sure cell, though others are surer of the rest.
        said[..., step], said[0, 0, step] = (0.99, 0.7, 0.99)[step], (0.3, 0.6, 0.5)[step]
        return said.log()

    ended = run(predict, clues, named("guess", nfe=3, threshold=0.9))
    assert (ended.board == 2).all()
    assert ended.sure[0, 5] > 0.85  # as the second call said, not the last


def test_guesses_without_a_number_of_calls_end_with_the_blanks():
    ended = run(uniform, CLUES[1:4], named("guess", cells=3))
    blanks = (CLUES[1:4] == BLANK).sum(1)
    assert ended.calls.tolist() == [-(-int(blank) // 3) for blank in blanks]
    assert (ended.board != BLANK).all()


def test_a_search_waits_for_a_sure_guess():
    clues, solutions = CLUES[2:4], SOLUTIONS[2:4]
    steps = list(
        decode(sure_at([1, 9], solutions), clues, named("guess", level="search", nfe=3, threshold=0.9), noise(2))
    )
    assert [step.solutions.tolist() for step in steps] == [[-1, -1], [1, -1], [1]]
    assert [int(step.undone.sum()) for step in steps] == [0, 0, 0]


def test_order_and_digits_are_drawn_with_numbers_of_their_own(monkeypatch):
    drawn = []
    uniform_numbers = Noise.uniform

    def noted(self, rows, stream, shape):
        drawn.append(stream)
        return uniform_numbers(self, rows, stream, shape)

    monkeypatch.setattr(Noise, "uniform", noted)
    run(uniform, how=named("random", nfe=3, gumbel=1.0, temperature=1.0))
    assert len(drawn) == 9
    assert len(set(drawn)) == 9


def test_nats_are_the_mean_over_the_digits_that_were_filled():
    said = torch.full((81, 9), -torch.inf)
    said[:, 0], said[:, 1] = math.log(0.75), math.log(0.25)
    empty = torch.zeros(2, 81, dtype=torch.long)
    empty[1, :41] = 1
    ended = finish(decode(lambda b, r: said.expand(len(r), 81, 9), empty, named(nfe=3), noise(2)), empty)
    torch.testing.assert_close(ended.nats, torch.full((2,), math.log(0.75)))


def test_noise_on_the_order_prefers_as_the_luce_model_does():
    """Gumbel noise on three preferences draws the first with softmax chances; noise of the other sign would not."""
    count, cells, preferred = 4000, [0, 1, 2], torch.tensor([0.9, 0.1, 0.1])
    board = torch.ones(count, 81, dtype=torch.long)
    board[:, cells] = BLANK

    def predict(boards, rows):
        return torch.zeros(*boards.shape, 9)

    policy = Policy(
        lambda view: preferred.new_zeros(count, 81).index_copy(1, torch.tensor(cells), preferred.expand(count, 3))
    )
    how = Decoding(policy=policy, gumbel=0.4)
    first = next(decode(predict, board, how, Noise(5, range(count)))).filled[:, :3] != BLANK
    assert (first.sum(1) == 1).all()
    chances = (preferred / 0.4).softmax(0)
    error = (chances * (1 - chances) / count).sqrt()
    assert ((first.float().mean(0) - chances).abs() < 3.5 * error).all()


@pytest.mark.parametrize("level", ["none", "rules", "propagate"])
def test_without_a_search_nothing_is_known_of_the_number_of_solutions(level):
    clues, solutions = (torch.from_numpy(boards).long() for boards in puzzles(2, seed=4))
    how = Decoding(level=CONSTRAINTS[level], budget=Budget(2))
    ended = finish(decode(oracle(solutions), clues, how, Noise(0, range(2))), clues)
    assert ended.solutions.tolist() == [-1, -1]
    assert ended.undone.tolist() == [0, 0]


def test_latents_look_at_one_board_for_the_policy_that_averages_them_and_no_other():
    assert [name for name, policy in POLICIES.items() if policy.averages] == ["average-order"]
    assert not Policy(POLICIES["margin"].prefers).averages
