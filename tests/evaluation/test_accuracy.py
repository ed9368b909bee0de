import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from measuring import figures_of, untrained
from stubs import contrary, oracle

from vmd_sudoku.board import is_complete, is_legal
from vmd_sudoku.decoding.loop import finish
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.errors import ConfigError, PuzzleError
from vmd_sudoku.evaluation.accuracy import sample
from vmd_sudoku.evaluation.solutions import (
    Sampled,
    evaluate_solutions,
    perfect_coverage,
    perfect_kl,
    sample_solutions,
)
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.network.model import Model
from vmd_sudoku.solving import batch as solving
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.predictor import (
    Predictor,
    board_ids,
    draw_latents,
    from_posterior,
    from_prior,
    latent_for,
)
from vmd_sudoku.solving.record import solve_puzzle
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.solving.trace import Trace


@pytest.fixture(scope="module")
def some():
    return PuzzleSet("some", *puzzles(7, seed=2))


def stub_predictor(monkeypatch, make):
    """Put a stub in place of the network; it learns its batch's solutions from the order of calls."""

    class Stub:
        total_rounds = 0
        rounds_run = torch.zeros(0, dtype=torch.long)

        def __init__(self, model, z, **settings):
            self.z, self.predict = z, make()

        def __call__(self, board, rows):
            return self.predict(board, rows)

    monkeypatch.setattr(solving, "Predictor", Stub)


def test_a_perfect_network_scores_1_and_a_contrary_one_0(some, monkeypatch):
    solutions = torch.from_numpy(some.solutions).long()
    for stub, accuracy in ((oracle, 1.0), (contrary, 0.0)):
        stub_predictor(monkeypatch, lambda stub=stub: stub(solutions))
        row = figures_of(untrained(), some, Setting(nfe=5))
        assert row["accuracy"] == accuracy
        assert row["solved"] == row["as_stored"] == accuracy * 7
        assert row["boards"] == 7
        assert row["mean_calls"] == 5


def test_rows_have_the_promised_columns(some):
    row = figures_of(untrained(), some, Setting(nfe=2))
    promised = "file boards solved accuracy interval model policy nfe mean_calls constraints latents seed puzzles_per_s"
    assert set(promised.split()) <= set(row)
    low, high = row["interval"]
    assert 0 <= low <= row["accuracy"] <= high <= 1


def test_several_latents_count_their_calls_and_the_rules_choose(some, monkeypatch):
    right = torch.from_numpy(some.solutions).long().repeat_interleave(3, 0)
    wrong = right % 9 + 1
    mixed = right.clone()
    mixed[0::3] = wrong[0::3]  # the first latent of every puzzle is wrong
    stub_predictor(monkeypatch, lambda: oracle(mixed))
    row = figures_of(untrained(), some, Setting(nfe=4, latents=3))
    assert row["accuracy"] == 1
    assert row["mean_calls"] == 12
    assert row["latents"] == 3


def test_results_do_not_depend_on_the_batch_size(some):
    model = untrained()
    setting = Setting(nfe=3, z=5)
    whole = decode_boards(model, some.puzzles, setting, batch_size=64)
    parts = decode_boards(model, some.puzzles, setting, batch_size=2)
    assert (whole.board == parts.board).mean() > 0.95  # products of other shapes may round differently
    assert (whole.calls == parts.calls).all()


def test_latents_belong_to_puzzles_not_to_batches():
    model = untrained().model
    whole = draw_latents(model, 3, board_ids(0, 4, 2))
    assert torch.equal(whole[4:], draw_latents(model, 3, board_ids(2, 2, 2)))
    assert not torch.equal(whole[0], whole[1])
    assert draw_latents(untrained(0).model, 3, board_ids(0, 4, 2)) is None
    mode = draw_latents(model, None, board_ids(0, 2, 2), spare_seed=7)
    assert (mode[[0, 2]] == 0).all()
    assert (mode[[1, 3]] != 0).any()
    assert torch.equal(latent_for(model, 4, 3), whole[::2])


def test_the_carried_state_of_a_board_does_not_depend_on_who_left(some):
    model = untrained().model
    board = torch.from_numpy(some.puzzles).long()
    together = Predictor(model, latent_for(model, 7, 1), first_rounds=2, rounds=1, carry=True)
    together(board, torch.arange(7))
    keep = torch.tensor([1, 4, 6])
    z = latent_for(model, 7, 1)[keep]
    alone = Predictor(model, z, first_rounds=2, rounds=1, carry=True)
    alone(board[keep], torch.arange(3))
    said = together(board[keep], keep)
    torch.testing.assert_close(said, alone(board[keep], torch.arange(3)), rtol=0.02, atol=0.02)
    assert together.total_rounds == 7 * 2 + 3 * 1


def test_sampling_counts_valid_and_distinct_grids(some, monkeypatch):
    grids = torch.from_numpy(some.solutions).long()
    grids[1] = grids[0]
    stub_predictor(monkeypatch, lambda: oracle(grids))
    row, boards = sample(untrained(), 7, Setting(nfe=20, z=0))
    assert (row["count"], row["valid"], row["distinct"]) == (7, 7, 6)
    assert boards.shape == (7, 81)
    assert boards.dtype == np.int8


def test_later_calls_that_carry_a_state_have_rounds_of_their_own():
    config = untrained().model.config
    assert Setting(nfe=5).rounds_on(config) == (2, 2)
    assert Setting(nfe=5, first_rounds=7).rounds_on(config) == (7, 7)
    assert Setting(nfe=5, carry=True).rounds_on(config) == (2, 1)
    assert Setting(carry=True).rounds_on(config) == (2, 3)
    assert Setting(first_rounds=7, rounds=8).rounds_on(config) == (7, 8)


def test_an_empty_set_is_no_crash():
    row = figures_of(untrained(), PuzzleSet("empty", np.zeros((0, 81), np.int8), None), Setting(nfe=1))
    assert row["boards"] == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"blocks": "bands", "nfe": 2}, "blocks `bands` need 3 calls .* got 2"),
        ({"blocks": "rows", "constraints": "search"}, "a search decides cells of the whole board"),
        ({"prove": True}, "only constraints `search` can prove"),
    ],
)
def test_settings_that_cannot_work_together_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        Setting(**settings)


def test_a_trace_tells_the_whole_solve(some):
    trace = solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=6, z=3))
    assert trace.calls == len(trace.steps) == 6
    filled = {cell: digit for step in trace.steps for cell, digit in zip(step.cells, step.digits, strict=True)}
    blanks = [i for i, c in enumerate(trace.puzzle) if c == "."]
    assert sorted(filled) == blanks
    assert all(trace.board[cell] == str(digit) for cell, digit in filled.items())
    for step in trace.steps:
        assert list(step.margin) == sorted(step.margin, reverse=True)
        for cell, sure in zip(step.cells, step.confidence, strict=True):
            assert max(step.probabilities[cell]) == sure
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace
    assert trace.rounds == 6 * 2
    assert len(trace.latent) == 729
    assert solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=6, z=3)).steps == trace.steps
    assert trace.z == 3
    assert solve_puzzle(untrained(0), some.puzzles[0], Setting(nfe=1, z=3)).z == "mode"


def test_clashing_clues_are_refused_before_the_network_runs():
    puzzle = np.zeros(81, np.int8)
    puzzle[[0, 5]] = 7
    with pytest.raises(PuzzleError, match="row 1"):
        solve_puzzle(untrained(), puzzle)


EVERYTHING = [
    Setting(nfe=3, constraints="rules", latents=3, z=5),
    Setting(nfe=4, policy="average-order", latents=3, schedule="cosine"),
    Setting(nfe=4, remask="confidence", remask_share=0.3, temperature=0.5, seed=9),
    Setting(cells=9, constraints="propagate", latents=2, remask="conflict", gumbel=0.2),
    Setting(cells=9, policy="threshold", threshold=0.3, renew_z="prior", z=4),
    Setting(cells=20, renew_z="posterior", first_rounds=9, rounds=9, settle=0.1),
    Setting(nfe=3, policy="guess"),
    Setting(cells=9, policy="guess", z=4, constraints="propagate", remask="conflict"),
    Setting(nfe=9, policy="guess", blocks="bands", latents=2, constraints="rules", carry=True),
    Setting(nfe=2, policy="guess", constraints="search", temperature=0.5),
    Setting(nfe=11, blocks="rows", latents=2, remask="confidence", temperature=0.5),
    Setting(cells=9, blocks="bands", renew_z="prior", z=4, constraints="propagate"),
    Setting(nfe=9, blocks="boxes", renew_z="posterior", policy="average-order", latents=2),
    Setting(constraints="search"),
    Setting(constraints="search", prove=True, nfe=2),
]


@pytest.mark.parametrize("setting", EVERYTHING, ids=str)
def test_a_trace_can_be_saved_and_repeated_under_every_setting(some, setting):
    trace = solve_puzzle(untrained(), some.puzzles[1], setting)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace
    again = solve_puzzle(untrained(), some.puzzles[1], setting)
    assert (again.steps, again.board, again.latent) == (trace.steps, trace.board, trace.latent)
    assert trace.solutions == "one"
    assert trace.is_the_solution == trace.solved
    assert trace.latents == setting.latents
    if setting.constraints == "search":
        assert trace.solved
        assert trace.backtracks == sum(step.backtracks for step in trace.steps)
    row = figures_of(untrained(), some, setting, batch_size=4)
    assert row["boards"] == 7
    assert (row["solved"] == 7) >= (setting.constraints == "search")
    if setting.prove:
        assert row["proved"] == {"none": 0, "one": 7, "several": 0}


def test_a_search_that_changes_its_mind_says_so_in_two_steps(some, monkeypatch):
    from vmd_sudoku.decoding import levels

    monkeypatch.setattr(levels, "PATIENCE", 1)
    hard = np.frombuffer(b"8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..", np.uint8)
    puzzle = np.where(hard == ord("."), 0, hard - ord("0")).astype(np.int8)
    trace = solve_puzzle(untrained(), puzzle, Setting(constraints="search"))
    assert trace.solved
    assert len(trace.steps) > trace.calls > 1
    assert any(step.remasked and not step.cells for step in trace.steps)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


def test_the_most_complete_legal_board_wins(some, monkeypatch):
    right = torch.from_numpy(some.solutions[:1]).long().repeat_interleave(3, 0)
    some_wrong = right.clone()
    some_wrong[0] = some_wrong[0] % 9 + 1  # fills everything against the rules
    stub_predictor(monkeypatch, lambda: oracle(some_wrong))
    setting = Setting(nfe=2, latents=3)
    trace = solve_puzzle(untrained(), some.puzzles[0], setting)
    assert trace.solved
    assert trace.calls == 6
    ended = finish(solving.begin(untrained(), some.puzzles[:1], setting).steps, torch.zeros(3, 81).long())
    run = solving.begin(untrained(), some.puzzles[:1], setting)
    import dataclasses

    likelier = dataclasses.replace(ended, nats=torch.tensor([0.0, -2.0, -1.0]))
    assert solving.best_of(run, likelier).tolist() == [2]


def test_a_latent_made_by_hand_replaces_the_drawn_one(some):
    field = np.full((9, 9, 9, 1), 0.25, np.float32)
    trace = solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=2), latent=field)
    assert set(trace.latent) == {0.25}
    assert trace.z == "given"
    drawn = solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=2, z=6, renew_z="never"))
    exact = latent_for(untrained().model, 1, 6)[0].numpy()
    assert solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=2), latent=exact).steps == drawn.steps
    with pytest.raises(ConfigError, match=r"\(9, 9, 9, 1\), got \(9, 9\)"):
        solve_puzzle(untrained(), some.puzzles[0], latent=np.zeros((9, 9)))
    with pytest.raises(ConfigError, match="MDM"):
        solve_puzzle(untrained(0), some.puzzles[0], latent=field)


def test_a_cancelled_solve_ends_between_calls_with_the_board_reached(some):
    seen = []
    trace = solve_puzzle(untrained(), some.puzzles[0], cancelled=lambda: len(seen) == 3, watch=seen.append)
    assert trace.calls == len(seen) == 3
    assert trace.board.count(".") == trace.puzzle.count(".") - 3
    assert not trace.solved
    assert seen[-1] == trace.board
    assert solve_puzzle(untrained(), some.puzzles[0], cancelled=lambda: True).calls == 0


def test_a_drawn_z_is_renewed_from_the_posterior_and_no_other(some):
    def steps(renew_z, z, latent=None):
        setting = Setting(nfe=3, z=z, renew_z=renew_z)
        return solve_puzzle(untrained(), some.puzzles[0], setting, latent=latent).steps

    assert Setting().renew_z == "where-drawn"
    assert steps("where-drawn", 6) == steps("posterior", 6) != steps("never", 6)
    assert steps("where-drawn", None) == steps("never", None) != steps("posterior", None)
    by_hand = np.full((9, 9, 9, 1), 0.25, np.float32)
    assert steps("where-drawn", 6, by_hand) == steps("never", 6, by_hand)


def test_every_guess_has_another_z_and_a_model_without_one_guesses_once(some):
    def said(**names):
        return solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=3, policy="guess", **names))

    first, *later = (step.probabilities for step in said().steps)
    assert all(other != first for other in later)
    # z = 0 first, as for other policies; then draws from the prior.
    assert first == solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=3)).steps[0].probabilities
    assert said().steps == said(renew_z="prior").steps
    # After a drawn z nearer to the mean than the posterior's own draws, which other policies take.
    assert said(z=6).steps == said(z=6, renew_z="posterior").steps
    assert solve_puzzle(untrained(0), some.puzzles[0], Setting(nfe=3, policy="guess")).calls == 1
    assert Setting(policy="guess").is_drawn()
    assert not Setting(policy="guess").is_drawn(latent=False)
    assert not Setting(policy="guess", renew_z="never").is_drawn()


@pytest.mark.parametrize("renew_z", ["never", "prior"])
def test_every_block_has_a_latent_and_a_hidden_state_of_its_own(some, renew_z, monkeypatch):
    seen = []

    class Watched(Predictor):
        def __call__(self, board, rows):
            first = self._last is None
            said = super().__call__(board, rows)
            seen.append((first, self.z.clone()))
            return said

    monkeypatch.setattr(solving, "Predictor", Watched)

    def latents(puzzles, **names):
        seen.clear()
        decode_boards(untrained(), puzzles, Setting(nfe=6, renew_z=renew_z, blocks="bands", **names))
        assert [first for first, _ in seen] == [True, False] * 3
        return [z for _, z in seen]

    drawn = latents(some.puzzles, z=3)
    assert torch.equal(drawn[0], draw_latents(untrained().model, 3, board_ids(0, 7, 1)))
    assert torch.equal(drawn[0], drawn[1]) == (renew_z == "never")
    for a, b in ((0, 2), (2, 4), (0, 4), (1, 3)):
        assert not torch.isclose(drawn[a], drawn[b]).any((1, 2, 3, 4)).all()
    for a, b in zip(drawn, latents(some.puzzles, z=3), strict=True):
        assert torch.equal(a, b)
    for a, b in zip(drawn, latents(some.puzzles[:2], z=3), strict=True):
        assert torch.equal(a[:2], b)
    if renew_z == "never":
        assert not any(z.any() for z in latents(some.puzzles))
        spare = latents(some.puzzles[:1], latents=2)
        assert not any(z[0].any() for z in spare)
        assert not torch.equal(spare[0][1], spare[2][1])


def test_a_latent_made_by_hand_serves_every_block(some):
    field = np.full((9, 9, 9, 1), 0.25, np.float32)
    trace = solve_puzzle(untrained(), some.puzzles[0], Setting(nfe=3, blocks="bands"), latent=field)
    assert set(trace.latent) == {0.25}
    assert trace.calls == 3
    assert trace.rounds == 3 * 2  # each block's first call starts from nothing


def test_z_is_renewed_from_the_prior_or_the_posterior():
    model = untrained().model
    noise, rows = Noise(0, range(3)), torch.tensor([0, 2])
    board = torch.zeros(2, 81, dtype=torch.long)
    guess = torch.from_numpy(puzzles(2, seed=1)[1]).long()
    prior = from_prior(model, noise, True)
    assert torch.equal(prior(rows, 1, board, guess)[1:], prior(rows[1:], 1, board[1:], guess[1:]))
    assert not torch.equal(prior(rows, 1, board, guess), prior(rows, 2, board, guess))
    mean = model.encode(board, guess).mean
    assert torch.equal(from_posterior(model, noise, False)(rows, 1, board, guess), mean)
    drawn, near = (from_posterior(model, noise, True, waits)(rows, 1, board, guess) for waits in (False, True))
    assert not torch.equal(drawn, mean)
    torch.testing.assert_close(near - mean, 0.5 * (drawn - mean))


def test_boards_that_have_settled_stop_thinking(some):
    model = untrained().model
    model.denoiser.readout.weight[:] = 0  # says the same after every round
    board = torch.from_numpy(some.puzzles).long()

    def predictor(settle):
        return Predictor(model, latent_for(model, 7, None), first_rounds=40, rounds=8, settle=settle)

    full, soon = predictor(0.0), predictor(1.0)
    rows = torch.arange(7)
    assert torch.equal(full(board, rows), soon(board, rows))
    assert full.total_rounds == 7 * 40
    assert soon.total_rounds == 7 * 16
    soon(board, rows)
    assert soon.total_rounds == 7 * 16 + 7 * 8
    torch.nn.init.normal_(model.denoiser.readout.weight, std=100.0)
    restless = predictor(1e-9)
    restless(board, rows)
    assert restless.total_rounds > 7 * 16


def test_a_decided_board_is_left_alone_as_long_as_all_goes_as_it_said(some, monkeypatch):
    model = untrained().model
    sure_of_ones = torch.tensor([20.0] + [0.0] * 8)
    monkeypatch.setattr(Model, "logits", lambda self, state: sure_of_ones.expand(len(state), 81, 9))
    board, rows = torch.from_numpy(some.puzzles).long(), torch.arange(7)
    blank = (board == 0).float().argmax(1)
    predict = Predictor(model, latent_for(model, 7, None), first_rounds=4, rounds=4, settle=0.01)
    predict(board, rows)
    assert predict.total_rounds == 7 * 4
    as_said = board.clone()
    as_said[rows, blank] = 1
    predict(as_said, rows)
    assert predict.total_rounds == 7 * 4
    otherwise = as_said.clone()
    otherwise[2, blank[2]] = 0  # taken back
    otherwise[5, blank[5]] = 2  # a search writes another digit
    predict(otherwise, rows)
    assert predict.total_rounds == 7 * 4 + 2 * 4


def test_a_board_that_is_not_decided_starts_over_unless_its_state_is_carried(some):
    model = untrained().model
    board, rows = torch.from_numpy(some.puzzles).long(), torch.arange(7)
    z = latent_for(model, 7, 1)
    over = Predictor(model, z, first_rounds=4, rounds=4, settle=0.01)
    assert torch.equal(over(board, rows), over(board, rows))
    assert over.total_rounds == 2 * 7 * 4
    on = Predictor(model, z, first_rounds=2, rounds=2, carry=True)
    on(board, rows)
    torch.testing.assert_close(on(board, rows), over(board, rows), rtol=0.02, atol=0.02)


def test_several_latents_may_look_at_one_board(some):
    model = untrained().model
    board = torch.from_numpy(some.puzzles[:2]).long()
    z = draw_latents(model, 1, board_ids(0, 2, 3))
    together = Predictor(model, z, first_rounds=2, rounds=1, views=3)(board, torch.arange(2))
    assert together.shape == (2, 3, 81, 9)
    alone = Predictor(model, z[[1, 4]], first_rounds=2, rounds=1)(board, torch.arange(2))
    torch.testing.assert_close(together[:, 1], alone, rtol=0.02, atol=0.02)


def test_sampled_solutions_are_counted_beside_the_exact_number(some, monkeypatch):
    puzzle = some.solutions[:1].copy()
    swap = {}
    # A rectangle of two digits in two boxes can be turned over: two solutions.
    found = False
    grid = puzzle.reshape(9, 9)
    for r in range(0, 9, 3):
        for a in range(r, r + 3):
            for b in range(a + 1, r + 3):
                for c in range(9):
                    for d in range(c + 1, 9):
                        if not found and grid[a, c] == grid[b, d] and grid[b, c] == grid[a, d] and c // 3 != d // 3:
                            swap, found = {(a, c), (a, d), (b, c), (b, d)}, True
    if not found:
        puzzle[:] = 0
        swap = {(0, 0)}
    for r, c in swap:
        puzzle.reshape(9, 9)[r, c] = 0
    solution = torch.from_numpy(some.solutions[:1]).long()
    stub_predictor(monkeypatch, lambda: lambda board, rows: oracle(solution)(board, rows * 0))
    (sampled,) = sample_solutions(untrained(), puzzle, 4, Setting(nfe=1, z=0), bound=50)
    assert sampled.times.tolist() == [4]
    assert (sampled.found[0] == some.solutions[0]).all()
    if found:
        assert (sampled.exact, sampled.coverage) == (2, 0.5)
        assert sampled.kl == pytest.approx(np.log(2))
        row = evaluate_solutions(untrained(), PuzzleSet("two", puzzle, None), 4, Setting(nfe=1, z=0), bound=50)
        assert (row["coverage"], row["valid"], row["solutions"], row["kl_puzzles"]) == (0.5, 1.0, 2.0, 1)
    else:
        assert sampled.exact == 50
        assert sampled.kl is None


@pytest.mark.parametrize(("count", "draws"), [(1, 5), (2, 1), (2, 6), (7, 64), (261, 64), (40, 500)])
def test_what_a_perfect_sampler_comes_to_is_what_simulated_ones_do(rng, count, draws):
    drawn = rng.integers(count, size=(4000, draws))
    times = np.stack([np.bincount(row, minlength=count) for row in drawn])
    coverage = (times > 0).sum(1) / min(count, draws)
    share = times / draws
    kl = (share * np.log(np.where(share > 0, share * count, 1))).sum(1)
    assert perfect_coverage(count, draws) == pytest.approx(coverage.mean(), abs=5 * coverage.std() / 4000**0.5 + 1e-3)
    assert perfect_kl(count, draws) == pytest.approx(kl.mean(), abs=5 * kl.std() / 4000**0.5 + 1e-3)


def test_a_perfect_sampler_stands_beside_ours():
    grids = np.arange(4 * 81, dtype=np.int8).reshape(4, 81)
    even = Sampled(grids, np.array([16] * 4), 64, 4, 50)
    assert (even.coverage, even.kl) == (1, 0)
    assert 0.99 < even.perfect_coverage < 1
    assert 0.01 < even.perfect_kl < 0.04  # three degrees of freedom over twice the draws
    assert Sampled(grids, np.array([16] * 4), 64, 50, 50).perfect_kl is None


def test_distinct_grids_are_legal_ones(some, monkeypatch):
    ends = some.solutions.copy()
    ends[0, 0] = 0  # legal as far as it goes, but unfinished
    ends[1, 1] = ends[1, 0]  # full, and clashes
    ends[2] = ends[3]  # the same grid twice
    decoded = SimpleNamespace(board=ends, calls=np.ones(7), rounds=np.ones(7))
    monkeypatch.setattr("vmd_sudoku.evaluation.accuracy.decode_boards", lambda *args, **options: decoded)
    row, _ = sample(untrained(), 7, Setting(nfe=1, z=0))
    assert (row["valid"], row["distinct"]) == (5, 4)


def test_unfinished_boards_are_not_called_legal(some, monkeypatch):
    solutions = torch.from_numpy(some.solutions).long()
    stub_predictor(monkeypatch, lambda: contrary(solutions))
    setting = Setting(nfe=3, constraints="propagate")  # a wrong digit leads to a dead end, without a clash
    ends = decode_boards(untrained(), some.puzzles, setting).board
    unfinished = ~is_complete(ends)
    assert unfinished.any()
    assert is_legal(ends[unfinished]).all()
    row = figures_of(untrained(), some, setting)
    assert row["legal"] == int((is_legal(ends) & ~unfinished).sum()) < len(ends)


def test_a_row_of_sampled_grids_says_what_was_measured(monkeypatch):
    from vmd_sudoku.evaluation import accuracy

    grid = puzzles(1, seed=0)[1][0]
    seen = {}

    def decoded(loaded, empty, setting, **given):
        seen.update(given, empty=empty)
        boards = np.stack([grid, grid, np.zeros(81, np.int8)])
        return SimpleNamespace(board=boards, calls=np.array([1, 1, 2]), rounds=np.array([10, 10, 11]))

    monkeypatch.setattr(accuracy, "decode_boards", decoded)
    monkeypatch.setattr(accuracy, "time", SimpleNamespace(perf_counter=iter([5.0, 5.67891]).__next__))
    row, grids = sample(untrained(), 3, Setting())
    assert seen["batch_size"] == 64
    assert seen["empty"].shape == (3, 81)
    assert not seen["empty"].any()
    assert len(grids) == 3
    wanted = {"count": 3, "valid": 2, "distinct": 1, "mean_calls": 1.33, "mean_rounds": 10.3, "seconds": 0.68}
    assert wanted.items() <= row.items()
    assert row["interval"] == [0.20766, 0.93851]  # Wilson's, of 2 in 3
    assert row["grids_per_s"] == 4.42
    monkeypatch.setattr(accuracy, "time", SimpleNamespace(perf_counter=iter([5.0, 7.0]).__next__))
    none = SimpleNamespace(board=np.zeros((0, 81), np.int8), calls=np.zeros(0), rounds=np.zeros(0))
    monkeypatch.setattr(accuracy, "decode_boards", lambda *args, **given: none)
    row, _ = sample(untrained(), 3, Setting())  # stopped before the first batch was finished
    assert (row["count"], row["mean_calls"], row["mean_rounds"]) == (0, 0.0, 0.0)


def test_one_grid_can_be_sampled_and_none_cannot():
    assert sample(untrained(), 1, Setting(nfe=1))[0]["count"] == 1
    with pytest.raises(ConfigError, match="1 or more, got 0"):
        sample(untrained(), 0, Setting())


@pytest.mark.parametrize(
    ("latent", "setting", "shown"),
    [
        (1, Setting(nfe=None), {"nfe": "cell", "z": "mode", "latents": 1}),
        (1, Setting(nfe=5, z=3, latents=4), {"nfe": 5, "z": 3, "latents": 4}),
        (0, Setting(nfe=5), {"nfe": 5, "z": None, "latents": 1, "first_rounds": 2, "rounds": 2}),
        (0, Setting(nfe=5, carry=True, rounds=7), {"z": None, "first_rounds": 2, "rounds": 7}),
    ],
)
def test_a_row_has_the_setting_as_the_model_takes_it(latent, setting, shown):
    from vmd_sudoku.evaluation.accuracy import settings_of

    row = settings_of(untrained(latent), setting)
    assert shown.items() <= row.items()
    assert (row["model"], row["sha256"], row["policy"]) == ("untrained", "0" * 64, setting.policy)
