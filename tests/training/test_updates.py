import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small import SMALL

from vmd_sudoku.board import is_complete, is_legal, to_line
from vmd_sudoku.config import abouts
from vmd_sudoku.decoding.blocks import BLOCKS
from vmd_sudoku.diffusion.bound import Bound, masked_nats
from vmd_sudoku.errors import CheckpointError, ConfigError, PuzzleFileError, TrainingError
from vmd_sudoku.exact import solver
from vmd_sudoku.exact.generate import full_grids, puzzles
from vmd_sudoku.formats.files import read
from vmd_sudoku.machine import mixed_precision
from vmd_sudoku.network.latent import draw_prior
from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.network.transformer import TransformerConfig
from vmd_sudoku.training import journal, presets
from vmd_sudoku.training.dreams import Dreams
from vmd_sudoku.training.mixture import Boards, BoardStream, MixtureConfig, open_boards, unique_boards
from vmd_sudoku.training.updates import TrainConfig, Training, run


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(BoardStream, "CHUNK", 16)


def stream(position=0, workers=0, hard=None):
    return BoardStream(seed=4, open_share=0.5, config=MixtureConfig(), hard=hard, workers=workers, position=position)


def test_unique_boards_have_one_solution_and_open_boards_are_true_to_theirs():
    one = unique_boards(60, 1, MixtureConfig(), None)
    assert (solver.count_solutions(one.board) == 1).all()
    many = open_boards(60, 1, MixtureConfig())
    for boards in (one, many):
        assert (is_complete(boards.solution) & is_legal(boards.solution)).all()
        shown = boards.board > 0
        assert (boards.board[shown] == boards.solution[shown]).all()
        assert (~shown).any(1).all()
    assert (~(many.board > 0).any(1)).any()  # some are masked whole
    assert one.unique.all()
    assert not many.unique.any()


def by_solution(boards):
    order = np.lexsort(boards.solution.T)
    return Boards(boards.board[order], boards.solution[order], boards.unique[order])


def test_boards_masked_by_blocks_stop_in_the_middle_of_one():
    config = MixtureConfig(several=0.0, untouched=1.0)
    by_blocks = replace(config, blocks=1.0)
    clues = by_solution(unique_boards(200, 1, config, None)).board > 0
    one, many = by_solution(unique_boards(200, 1, by_blocks, None)), open_boards(200, 1, by_blocks)
    for boards, given in ((one, clues), (many, np.zeros_like(clues))):
        shown = boards.board > 0
        assert (boards.board[shown] == boards.solution[shown]).all()
        stops = (~shown).sum(1) == 1  # a board that would be full has one blank anywhere
        assert (shown | ~given)[~stops].all()
        for cells in list(BLOCKS.values())[1:]:
            blank, untouched = (~shown)[:, cells], (shown == given)[:, cells]
            for block in range(len(cells)):
                stops |= ~blank[:, :block].any((1, 2)) & untouched[:, block + 1 :].all((1, 2))
        assert stops.all()
        assert len(np.unique(shown, axis=0)) > 150


def test_a_share_of_boards_masked_by_blocks_leaves_the_others_as_they_were():
    for make in (lambda config: unique_boards(200, 1, config, None), lambda config: open_boards(200, 1, config)):
        without, some = by_solution(make(MixtureConfig())), by_solution(make(MixtureConfig(blocks=0.3)))
        assert (without.solution == some.solution).all()
        assert 0.5 < (without.board == some.board).all(1).mean() < 0.9


@pytest.mark.parametrize("latent", [0, 1])
def test_a_run_on_blocks_makes_updates_and_goes_on(tmp_path, latent):
    mixture = presets.blocks().mixture
    assert mixture.blocks > 0
    training = Training(replace(SMALL, mixture=mixture, model=replace(SMALL.model, latent=latent)))
    losses = []
    run(training, until=lambda now, metrics: losses.append(metrics["cells"]) or now.progress.step == 4)
    assert np.isfinite(losses).all()
    training.save(tmp_path)
    assert Training.resume(tmp_path).config.mixture == mixture


def test_a_run_saved_before_boards_were_masked_by_blocks_goes_on(tmp_path):
    Training(SMALL).save(tmp_path)
    note = json.loads((tmp_path / "training.json").read_text())
    del note["config"]["mixture"]["blocks"]
    (tmp_path / "training.json").write_text(json.dumps(note))
    assert Training.resume(tmp_path).config == SMALL


def test_a_stream_goes_on_where_it_stopped():
    whole = stream().take(50)
    early = stream()
    first = early.take(21)
    rest = stream(early.position).take(29)
    for a, b, c in zip(whole, first, rest, strict=True):
        assert torch.equal(a, torch.cat([b, c]))


def test_worker_processes_make_the_same_boards():
    for a, b in zip(stream().take(10), stream(workers=1).take(10), strict=True):
        assert torch.equal(a, b)


def test_hard_puzzles_come_from_the_file(tmp_path):
    clues, solutions = puzzles(3, 0)
    file = tmp_path / "hard.csv"
    rows = [f"{to_line(a)},{to_line(b)}" for a, b in zip(clues, solutions, strict=True)]
    file.write_text("\n".join(["puzzle,solution", *rows]))
    boards = unique_boards(50, 0, MixtureConfig(hard=1.0), read(file))
    known = {to_line(s) for s in solutions}
    assert {to_line(s) for s in boards.solution} <= known
    file.write_text("\n".join(["puzzle", *(to_line(a) for a in clues)]))
    with pytest.raises(PuzzleFileError, match="solution"):
        stream(hard=file)


@pytest.mark.parametrize("latent", [0, 1])
@pytest.mark.parametrize("muon", [False, True])
def test_an_interrupted_training_ends_with_the_same_weights(tmp_path, latent, muon):
    config = replace(SMALL, model=replace(SMALL.model, latent=latent), muon=muon)
    whole = Training(config)
    run(whole)
    first = Training(config)
    run(first, until=lambda training, metrics: training.progress.step == 5)
    first.save(tmp_path)
    second = Training.resume(tmp_path)
    assert second.progress.step == 5
    run(second)
    assert second.progress.step == whole.progress.step == 12
    for a, b in zip(whole.model.state_dict().values(), second.model.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    for a, b in zip(whole.average.state_dict().values(), second.average.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_the_bound_comes_in_named_terms_and_only_posterior_slots_pay_for_z():
    training = Training(replace(SMALL, mode=0.5))
    bound, logits, state = training.bound()
    m = training.posterior_slots
    assert (bound.cells > 0).all()
    assert (bound.latent[:m] > 0).all()
    assert (bound.latent[m:] == 0).all()
    assert logits.shape == (6, 81, 9)
    assert state.shape == training.flight.state.shape


def test_slots_beyond_the_posterior_ones_hold_unique_puzzles_with_z_drawn_or_zero():
    training = Training(replace(SMALL, batch=64, posterior=0.25))
    noise = training.flight.noise[16:].flatten(1)
    assert training.flight.unique[16:].all()
    assert 0.2 < (noise == 0).all(1).float().mean() < 0.8
    assert (training.flight.noise[:16].flatten(1).std(1) > 0.8).all()


def test_posterior_slots_may_hold_hard_puzzles_with_a_kl_weight_of_their_own(tmp_path):
    clues, solutions = puzzles(3, 0)
    file = tmp_path / "hard.csv"
    rows = [f"{to_line(a)},{to_line(b)}" for a, b in zip(clues, solutions, strict=True)]
    file.write_text("\n".join(["puzzle,solution", *rows]))
    shares = {"posterior": 0.5, "open": 0.4, "posterior_hard": 1.0, "mixture": MixtureConfig(hard=0.0)}
    config = replace(SMALL, batch=64, beta_warmup=0.0, **shares)
    training = Training(config, file)
    m, flight = training.posterior_slots, training.flight
    from_file = (flight.solution[:, None] == torch.from_numpy(solutions).long()).all(-1).any(1)
    assert torch.equal(from_file[:m], flight.unique[:m])
    assert 0.3 < flight.unique[:m].float().mean() < 0.9
    assert not from_file[m:].any()
    assert (training.bound()[0].latent[:m] > 0).all()
    heavier = Training(replace(config, unique_beta=0.0), file)
    first, second = training.update(), heavier.update()
    assert first["guided_latent"] == second["guided_latent"] > 0
    assert first["gradient"] != second["gradient"]


def test_dreams_may_renew_z_from_the_posterior_and_keep_the_z_of_the_first_call(monkeypatch):
    model = Training(SMALL).average
    seen = []
    begin = model.begin
    monkeypatch.setattr(model, "begin", lambda board, z: seen.append(z.clone()) or begin(board, z))
    monkeypatch.setattr("vmd_sudoku.training.dreams.boards.solved", lambda final, puzzle: np.ones(len(final), bool))
    for renew in (False, True):
        seen.clear()
        dreams = Dreams(1)
        dreams.add(model, 4, 2, torch.Generator().manual_seed(0), carry=False, renew=renew)
        assert torch.equal(dreams.latent, seen[0])
        assert torch.equal(seen[1], seen[0]) is not renew


def test_boards_come_back_with_true_digits_only():
    training = Training(replace(SMALL, on_policy=1.0, life=1, steps=6))

    def check(training, metrics):
        board, solution = training.flight.board, training.flight.solution
        assert torch.equal(board[board > 0], solution[board > 0])
        assert metrics["beta"] <= 1
        return False

    run(training, until=check)


def test_the_budget_ends_in_time_too():
    training = Training(replace(SMALL, minutes=1e-4, steps=10**6))
    run(training)
    assert 0 < training.progress.step < 10**6


@pytest.mark.parametrize(
    "settings",
    [
        {"minutes": 0},
        {"steps": 0},
        {"batch": 1},
        {"segment": 1},
        {"on_policy": 1.5},
        {"life": 0},
        {"guess_tries": 0},
        {"guesses": 0.8, "dreams": 0.3},
    ],
)
def test_nonsense_is_refused(settings):
    with pytest.raises(ConfigError):
        replace(SMALL, **settings)


def test_a_share_out_of_range_is_refused():
    with pytest.raises(ConfigError, match="hard must be a number from 0 to 1"):
        MixtureConfig(hard=2)


def test_a_damaged_training_is_refused(tmp_path):
    Training(SMALL).save(tmp_path)
    note = json.loads((tmp_path / "training.json").read_text())
    del note["streams"]
    (tmp_path / "training.json").write_text(json.dumps(note))
    with pytest.raises(CheckpointError, match=r"training\.json"):
        Training.resume(tmp_path)


@pytest.mark.slow
def test_a_small_network_learns():
    """End to end: the loss of unique puzzles comes down a long way in 600 updates."""
    network = NetworkConfig(width=24, middle=24, hidden=48)
    config = replace(
        SMALL, model=ModelConfig(network=network), steps=600, batch=16, segment=6, muon=True, posterior=0.0
    )
    training = Training(config)
    last = []
    run(training, until=lambda training, metrics: last.append(metrics["unique_cells"]) or False)
    assert np.mean(last[-30:]) < 0.4 * np.mean(last[:30])


def test_solved_puzzles_make_room_and_unsolved_ones_live_on():
    training = Training(replace(SMALL, batch=8, posterior=0.0, life=5, leave=1.0, on_policy=0.0))
    before = training.flight.board.clone()
    solved = torch.arange(8) < 3
    ended = training._move_on(torch.zeros(8, 81, 9), solved)
    assert torch.equal(ended, solved)
    changed = (training.flight.board != before).any(1)
    assert torch.equal(changed, solved)
    assert (training.flight.age == (~solved).long()).all()


def test_dreams_are_legal_grids_that_share_a_slot_with_their_z(monkeypatch):
    training = Training(replace(SMALL, batch=8, posterior=0.25, dreams=1.0, life=1, on_policy=0.0, dream_every=1))
    grids = torch.from_numpy(full_grids(SMALL.dream_batch, 0)).long()
    z = draw_prior(SMALL.dream_batch, 1, torch.Generator().manual_seed(3))

    def add(self, model, count, nfe, rng, *, carry, renew):
        self.latent, self.grid = z[:count], grids[:count]
        return 1.0

    monkeypatch.setattr(Dreams, "add", add)
    training.update()
    flight = training.flight
    assert flight.dream[2:].all()
    assert not flight.dream[:2].any()
    assert (flight.board[2:] == 0).all()
    for solution, noise in zip(flight.solution[2:], flight.noise[2:], strict=True):
        (place,) = (grids == solution).all(1).nonzero()
        assert torch.equal(z[place[0]], noise)
    assert math.isfinite(training.update()["dream_cells"])


def test_guesses_are_puzzles_with_the_likeliest_of_some_draws(monkeypatch):
    config = replace(SMALL, batch=8, posterior=0.25, guesses=1.0, guess_tries=3, life=1, on_policy=0.0, mode=1.0)
    training = Training(config)
    drawn = []
    monkeypatch.setattr(
        "vmd_sudoku.training.guesses.draw_prior", lambda *args: drawn.append(draw_prior(*args)) or drawn[-1]
    )
    training.update()
    flight = training.flight
    assert flight.guess[2:].all()
    assert not flight.guess[:2].any()
    assert flight.unique[2:].all()
    for board, solution, noise, draws in zip(
        flight.board[2:], flight.solution[2:], flight.noise[2:], drawn, strict=True
    ):
        boards = board.expand(3, -1)
        with mixed_precision(board.device):
            nats = masked_nats(training.average.denoise(boards, draws), solution.expand(3, -1) - 1, boards == 0)
        assert torch.equal(noise, draws[nats.argmin()])
    assert math.isfinite(training.update()["guess_cells"])


def test_a_run_with_guesses_goes_on_as_if_it_had_not_stopped(tmp_path):
    config = replace(SMALL, guesses=0.5, guess_tries=2, steps=6)
    whole, first = Training(config), Training(config)
    run(whole)
    run(first, until=lambda training, metrics: training.progress.step == 3)
    first.save(tmp_path)
    second = Training.resume(tmp_path)
    run(second)
    for a, b in zip(whole.model.state_dict().values(), second.model.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_only_legal_grids_are_kept():
    dreams = Dreams(1)
    share = dreams.add(Training(SMALL).average, 4, 2, torch.Generator().manual_seed(0), carry=True, renew=True)
    assert share == 0  # untrained weights make none
    assert len(dreams) == 0


def test_a_model_with_a_latent_may_start_as_an_mdm():
    mdm = Training(replace(SMALL, model=replace(SMALL.model, latent=0))).model
    vmd = Training(SMALL, start=mdm).model
    clues = torch.from_numpy(puzzles(2, 0)[0]).long()
    z = draw_prior(2, 1, torch.Generator().manual_seed(0))
    torch.testing.assert_close(vmd.denoise(clues, z, 3), mdm.denoise(clues, None, 3))
    wider = replace(SMALL, model=replace(SMALL.model, network=NetworkConfig(width=12, middle=8, hidden=16)))
    with pytest.raises(ConfigError, match="cannot start"):
        Training(wider, start=mdm)


def test_boards_may_be_moved_by_symmetries_and_stay_true(tmp_path):
    clues, solutions = puzzles(1, 0)
    file = tmp_path / "hard.csv"
    file.write_text(f"puzzle,solution\n{to_line(clues[0])},{to_line(solutions[0])}\n")
    config = MixtureConfig(hard=1.0, moved=1.0)
    shared = {"seed": 4, "open_share": 0.0, "hard": file, "workers": 0}
    board, solution, _ = BoardStream(config=config, **shared).take(16)
    assert len(solution.unique(dim=0)) == 16
    assert (is_complete(solution.numpy()) & is_legal(solution.numpy())).all()
    assert torch.equal(board[board > 0], solution[board > 0])


@pytest.mark.parametrize("settings", [{"weigh_latent": False}, {"time_weight": 1.0}, {"time_weight": 0.0}])
def test_the_weights_of_the_bound_are_settings(settings):
    """Another weight makes another update of the same boards."""
    usual, other = Training(SMALL), Training(replace(SMALL, **settings, beta_warmup=0.0))
    usual.config = replace(SMALL, beta_warmup=0.0)
    gradients = [training.update()["gradient"] for training in (usual, other)]
    assert gradients[0] != gradients[1]


@pytest.mark.parametrize(
    "kind", [TrainConfig, MixtureConfig, ModelConfig, NetworkConfig, TransformerConfig], ids=lambda kind: kind.__name__
)
def test_every_number_of_a_run_has_a_range(kind):
    """Against `nan` and `inf` too: a run must not begin that cannot end well."""
    numbers = [field.name for field in dataclasses.fields(kind) if type(field.default) in (int, float)]
    assert set(numbers) == {name for name, about in abouts(kind).items() if about.is_number}
    for name in numbers:
        for value in (math.nan, math.inf, -math.inf, -1, "1", None, True):
            with pytest.raises(ConfigError, match=name):
                kind(**{name: value})
    assert kind() == dataclasses.replace(kind())


@pytest.mark.parametrize("posterior", [0.0, 1.0])
def test_all_slots_or_none_may_take_z_from_the_posterior(posterior):
    training = Training(replace(SMALL, posterior=posterior))
    assert training.config.model.latent
    assert math.isfinite(training.update()["gradient"])


def test_the_share_of_whole_boards_is_of_the_boards_whose_life_has_ended(monkeypatch):
    """Their slots hold other boards by the time it is logged, here none with one solution."""
    training = Training(replace(SMALL, batch=8, posterior=0.0, life=1, leave=1.0, on_policy=0.0))
    assert training.flight.unique.all()
    place = Training._place

    def open_ones(self, slots, stream):
        place(self, slots, stream)
        self.flight.unique[slots] = False

    monkeypatch.setattr(Training, "_place", open_ones)
    whole = training.update()["whole"]
    assert not training.flight.unique.any()
    assert 0 <= whole <= 1


def test_a_loss_that_is_no_number_ends_the_run_and_says_so(tmp_path):
    training = Training(replace(SMALL, learning_rate=0.5))
    training.update()
    with torch.no_grad():
        for weights in training.model.denoiser.parameters():
            weights.fill_(math.nan)
    before = {name: value.clone() for name, value in training.average.state_dict().items()}
    with pytest.raises(TrainingError, match=r"update 2 has a loss of nan.*learning_rate than 0\.5"):
        training.update()
    assert training.progress.step == 1
    assert all(torch.equal(value, before[name]) for name, value in training.average.state_dict().items())


def test_an_error_leaves_the_last_good_checkpoint_as_it_is(tmp_path, monkeypatch):
    training = Training(SMALL)
    training.update()
    training.save(tmp_path)
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken(self, *args):
        raise RuntimeError("no memory left")

    monkeypatch.setattr(Training, "bound", broken)
    with pytest.raises(RuntimeError, match="no memory"):
        journal.run_and_record(training, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_in_the_middle_of_an_update_waits_for_its_end(tmp_path, monkeypatch, number):
    training = Training(replace(SMALL, on_policy=1.0, life=1, open_life=1))
    move_on = Training._move_on

    def stopped_here(self, *args):
        if self.progress.step == 3:
            signal.raise_signal(number)
        return move_on(self, *args)

    before = signal.getsignal(number)
    monkeypatch.setattr(Training, "_move_on", stopped_here)
    with pytest.raises(KeyboardInterrupt):
        journal.run_and_record(training, tmp_path)
    assert signal.getsignal(number) is before
    again = Training.resume(tmp_path)
    assert again.progress.step == 3
    assert (again.flight.age <= 1).all()  # the update came to its end: every board has moved on
    shown = again.flight.board != 0
    assert torch.equal(again.flight.board[shown], again.flight.solution[shown])
    assert (tmp_path / "model" / "model.json").exists()


def test_a_second_stop_does_not_wait():
    with journal._stop_signals() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_one_process_that_is_stopped_stops_all(monkeypatch):
    """The others hear of it when they agree on the time."""
    agreed = []

    def two_of_them(tensors):
        for tensor in tensors:
            if tensor.dtype == torch.double:
                tensor[1] += 0.5
                agreed.append(tensor)

    monkeypatch.setattr("vmd_sudoku.training.parallel.average", two_of_them)
    training = Training(SMALL)
    assert run(training)
    assert training.progress.step == len(agreed) == 1


def test_a_run_that_goes_on_keeps_its_hard_puzzles(tmp_path):
    clues, solutions = puzzles(3, seed=1)
    lines = ["puzzle,solution", *(f"{to_line(c)},{to_line(s)}" for c, s in zip(clues, solutions, strict=True))]
    hard, moved, other = (tmp_path / name for name in ("hard.csv", "moved.csv", "other.csv"))
    hard.write_text("\n".join(lines))
    other.write_text("\n".join(lines[:-1]))
    run_folder, plain = tmp_path / "run", tmp_path / "plain"
    Training(SMALL, hard).save(run_folder)
    assert Training.resume(run_folder).hard == hard
    hard.rename(moved)
    with pytest.raises(ConfigError, match=r"hard\.csv, which is not there"):
        Training.resume(run_folder)
    assert Training.resume(run_folder, moved).hard == moved
    with pytest.raises(ConfigError, match="not the file of hard puzzles"):
        Training.resume(run_folder, other)
    Training(SMALL).save(plain)
    with pytest.raises(ConfigError, match="began without"):
        Training.resume(plain, moved)


def test_a_run_that_goes_on_may_have_another_budget_and_nothing_else(tmp_path):
    Training(SMALL).save(tmp_path)
    assert Training.resume(tmp_path, changes={"steps": 20, "minutes": 3.0}).config == replace(
        SMALL, steps=20, minutes=3.0
    )
    with pytest.raises(ConfigError, match="keeps its batch, beta"):
        Training.resume(tmp_path, changes={"beta": 0.1, "batch": 2, "steps": 20})


def test_makers_of_boards_leave_signals_to_the_training():
    boards = stream(workers=1)
    workers = boards._chunks._workers
    for worker in workers:
        os.kill(worker.pid, signal.SIGINT)
        os.kill(worker.pid, signal.SIGTERM)
    boards.take(100)
    assert all(worker.is_alive() for worker in workers)


KILLED = """
import time
from vmd_sudoku.training.mixture import BoardStream, MixtureConfig

if __name__ == "__main__":
    boards = BoardStream(seed=4, open_share=1.0, config=MixtureConfig(several=0), hard=None, workers=1)
    print(boards._chunks._workers[0].pid, flush=True)
    time.sleep(600)
"""


def test_makers_of_boards_end_with_a_training_that_was_killed(tmp_path):
    (tmp_path / "killed.py").write_text(KILLED)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    # Whole chunks, which are more than a pipe holds.
    with subprocess.Popen(
        [sys.executable, tmp_path / "killed.py"], stdout=subprocess.PIPE, env=environment
    ) as training:
        worker = int(training.stdout.readline())
        training.kill()
        try:
            training.communicate(timeout=60)  # the worker has the same stdout, which ends with the last that has it
        except subprocess.TimeoutExpired:
            os.kill(worker, signal.SIGKILL)
            raise


def test_the_averaged_weights_follow():
    training = Training(replace(SMALL, average=0.9, learning_rate=0.01))
    for step in range(1, 4):
        before = [p.clone() for p in training.average.parameters()]
        training.update()
        keep = min(0.9, step / (step + 20))
        moved = False
        for old, now, weights in zip(before, training.average.parameters(), training.model.parameters(), strict=True):
            torch.testing.assert_close(now, old + (1 - keep) * (weights - old))
            moved |= not torch.equal(now, old)
        assert moved


def test_the_truth_is_revealed_in_the_surest_cells():
    training = Training(replace(SMALL, batch=8, posterior=0.0, life=1, on_policy=1.0))
    flight, before = training.flight, training.flight.board.clone()
    logits = torch.zeros(8, 81, 9)
    logits[..., 0] = torch.rand(8, 81, generator=torch.Generator().manual_seed(0)) * 5
    training._move_on(logits, torch.zeros(8, dtype=torch.bool))
    shown = (before == 0) & (flight.board != 0)
    left = flight.board == 0
    assert shown.any(1).all()
    assert torch.equal(flight.board[shown], flight.solution[shown])
    for sure, new, hidden in zip(logits[..., 0], shown, left, strict=True):
        assert sure[new].min() > sure[hidden].max()


def test_the_kl_gains_its_weight_over_the_warm_up(monkeypatch):
    weights = []
    weighted = Bound.weighted

    def noted(self, weight, beta, *more, **options):
        weights.append(beta.clone())
        return weighted(self, weight, beta, *more, **options)

    monkeypatch.setattr(Bound, "weighted", noted)
    training = Training(
        replace(SMALL, steps=10, minutes=10_000.0, beta=0.4, unique_beta=0.8, beta_warmup=0.4, posterior=0.5)
    )
    logged = []
    for _ in range(6):
        unique = training.flight.unique.clone()
        logged.append(training.update()["beta"])
        assert torch.allclose(weights[-1], torch.where(unique, 2.0, 1.0) * logged[-1])
    assert logged == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.4], abs=1e-3)
