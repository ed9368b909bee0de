import json

import numpy as np
import pytest
import torch
from stubs import contrary, oracle

from vmd_sudoku import evaluate as evaluation
from vmd_sudoku.checkpoint import LoadedModel
from vmd_sudoku.errors import ConfigError, PuzzleError
from vmd_sudoku.evaluate import Setting, decode_boards, draw_latents, evaluate, sample
from vmd_sudoku.generate import puzzles
from vmd_sudoku.model import Model, ModelConfig
from vmd_sudoku.network import NetworkConfig
from vmd_sudoku.predictor import Predictor, latent_for
from vmd_sudoku.puzzle_file import PuzzleSet
from vmd_sudoku.solve import solve_puzzle
from vmd_sudoku.trace import Trace


def untrained(latent=1):
    torch.manual_seed(0)
    config = ModelConfig(
        network=NetworkConfig(width=8, middle=8, hidden=8), latent=latent, first_rounds=2, rounds=1, cell_rounds=3
    )
    return LoadedModel(Model(config).eval().requires_grad_(False), "untrained", {}, "0" * 64)


@pytest.fixture(scope="module")
def some():
    return PuzzleSet("some", *puzzles(7, seed=2))


def stub_predictor(monkeypatch, make):
    """Put a stub in place of the network; it learns its batch's solutions from the order of calls."""

    class Stub:
        total_rounds = 0

        def __init__(self, model, z, **rounds):
            self.predict = make()

        def __call__(self, board, rows):
            return self.predict(board, rows)

    monkeypatch.setattr(evaluation, "Predictor", Stub)


def test_a_perfect_network_scores_1_and_a_contrary_one_0(some, monkeypatch):
    solutions = torch.from_numpy(some.solutions).long()
    for stub, accuracy in ((oracle, 1.0), (contrary, 0.0)):
        stub_predictor(monkeypatch, lambda stub=stub: stub(solutions))
        row = evaluate(untrained(), some, Setting(nfe=5))
        assert row["accuracy"] == accuracy
        assert row["solved"] == row["as_stored"] == accuracy * 7
        assert row["boards"] == 7
        assert row["mean_calls"] == 5


def test_rows_have_the_promised_columns(some):
    row = evaluate(untrained(), some, Setting(nfe=2))
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
    row = evaluate(untrained(), some, Setting(nfe=4, latents=3))
    assert row["accuracy"] == 1
    assert row["mean_calls"] == 12
    assert row["latents"] == 3


def test_results_do_not_depend_on_the_batch_size(some):
    model = untrained()
    setting = Setting(nfe=3, z=5)
    whole = decode_boards(model, some.puzzles, setting, batch_size=64)
    parts = decode_boards(model, some.puzzles, setting, batch_size=2)
    assert (whole.board == parts.board).mean() > 0.95  # rounding may differ with the shapes of products
    assert (whole.calls == parts.calls).all()


def test_latents_belong_to_puzzles_not_to_batches():
    setting = Setting(z=3, latents=2)
    torch.testing.assert_close(draw_latents(1, 4, setting, 0)[2:], draw_latents(1, 2, setting, 2))
    assert draw_latents(0, 4, setting, 0) is None
    mode = draw_latents(1, 2, Setting(latents=2), 0)
    assert (mode[:, 0] == 0).all()
    assert (mode[:, 1] != 0).any()


def test_the_carried_state_of_a_board_does_not_depend_on_who_left(some):
    model = untrained().model
    board = torch.from_numpy(some.puzzles).long()
    together = Predictor(model, latent_for(model, 7, 1), first_rounds=2, rounds=1)
    together(board, torch.arange(7))
    keep = torch.tensor([1, 4, 6])
    z = latent_for(model, 7, 1)[keep]
    alone = Predictor(model, z, first_rounds=2, rounds=1)
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


def test_one_cell_a_call_has_rounds_of_its_own():
    config = untrained().model.config
    assert Setting(nfe=5).rounds_on(config) == (2, 1)
    assert Setting().rounds_on(config) == (2, 3)
    assert Setting(first_rounds=7, rounds=8).rounds_on(config) == (7, 8)


def test_an_empty_set_is_no_crash():
    row = evaluate(untrained(), PuzzleSet("empty", np.zeros((0, 81), np.int8), None), Setting(nfe=1))
    assert row["boards"] == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"policy": "best"}, "unknown policy 'best'; choose one of margin, top-prob, random"),
        ({"constraints": "all"}, "unknown constraint level 'all'; choose one of none, rules"),
        ({"nfe": 0}, "1 or more"),
        ({"latents": 0}, "1 to 1024"),
        ({"latents": 2000}, "1 to 1024"),
    ],
)
def test_unknown_settings_name_the_known_ones(settings, message):
    with pytest.raises(ConfigError, match=message):
        Setting(**settings)


def test_a_trace_tells_the_whole_solve(some):
    trace = solve_puzzle(untrained(), some.puzzles[0], nfe=6, z=3)
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
    assert trace.rounds == 2 + 5 * 1
    assert len(trace.latent) == 729
    assert solve_puzzle(untrained(), some.puzzles[0], nfe=6, z=3).steps == trace.steps
    assert trace.z == 3
    assert solve_puzzle(untrained(0), some.puzzles[0], nfe=1, z=3).z == "mode"


def test_clashing_clues_are_refused_before_the_network_runs():
    puzzle = np.zeros(81, np.int8)
    puzzle[[0, 5]] = 7
    with pytest.raises(PuzzleError, match="row 1"):
        solve_puzzle(untrained(), puzzle)
