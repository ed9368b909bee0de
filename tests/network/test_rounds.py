from pathlib import Path

import pytest
import torch
from torch.utils import cpp_extension

from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.network import rounds
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import CandidateNetwork, NetworkConfig

pytestmark = pytest.mark.slow  # a minute of the C++ compiler, the first time


@pytest.fixture(
    scope="module", params=[NetworkConfig(width=32, middle=16, hidden=48), NetworkConfig()], ids=["any", "usual"]
)
def model(request):
    torch.manual_seed(0)
    # The compiler knows the sizes of the second, so that it runs other code.
    model = Model(ModelConfig(network=request.param))
    if not rounds.available(model.denoiser.round):
        pytest.skip("this machine has no fast bfloat16, or no C++ compiler")
    return model


def start(model, boards):
    board = torch.from_numpy(puzzles(boards, 0)[0]).long()
    z = torch.randn(model.config.latent_shape(boards), generator=torch.Generator().manual_seed(1))
    state, given = model.begin(board, z)
    return state.detach().bfloat16(), given.detach().bfloat16()


def one_by_one(round_, state, given, count):
    for _ in range(count):
        state = round_(state, given)
    return state


def gradients(model, think, state, given, kind):
    """The last state, and the gradients of its product with random numbers: of state, given and all parameters."""
    round_ = model.denoiser.round
    round_.zero_grad()
    state, given = state.to(kind).requires_grad_(), given.to(kind).requires_grad_()
    last = think(round_, state, given, 3)
    (last.float() * torch.randn(last.shape, generator=torch.Generator().manual_seed(2))).sum().backward()
    return [last.detach(), state.grad, given.grad, *(p.grad for p in round_.parameters())]


def distance(one, other):
    return ((one.float() - other).norm() / other.norm()).item()


def test_what_is_read_from_a_state_is_what_the_network_reads_in_float32(model):
    state, _ = start(model, 3)
    network = model.denoiser
    with torch.no_grad():
        torch.nn.init.normal_(network.norm.weight)
        ours = rounds.read(state, network.norm.weight, network.readout.weight, network.readout.bias)
        theirs = network.read(state.float())
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_the_compiled_rounds_and_their_gradients_are_those_of_the_round_but_for_rounding(model):
    state, given = start(model, 3)
    exact = gradients(model, one_by_one, state, given, torch.float32)
    ours = gradients(model, rounds.run, state, given, torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        theirs = gradients(model, one_by_one, state, given, torch.bfloat16)
    for one, two, true in zip(ours, theirs, exact, strict=True):
        assert one.shape == true.shape
        assert distance(one, true) < 1.5 * distance(two, true) + 1e-3


@pytest.mark.parametrize("boards", [1, 5])
def test_a_board_comes_out_the_same_in_every_batch_with_gradients_and_without(model, boards):
    state, given = start(model, 5)
    with torch.no_grad():
        together = rounds.run(model.denoiser.round, state, given, 4)
        alone = rounds.run(model.denoiser.round, state[:boards], given[:boards], 4)
        in_two = rounds.run(model.denoiser.round, rounds.run(model.denoiser.round, state, given, 2), given, 2)
    assert torch.equal(together[:boards], alone)
    assert torch.equal(together, in_two)
    assert torch.equal(together, rounds.run(model.denoiser.round, state, given, 4).detach())


def test_what_is_given_is_left_as_it_was(model):
    state, given = start(model, 2)
    before = state.clone(), given.clone()
    with torch.no_grad():
        rounds.run(model.denoiser.round, state, given, 2)
    assert torch.equal(state, before[0])
    assert torch.equal(given, before[1])


def test_rounds_that_come_out_wrong_are_left_to_torch(model, monkeypatch):
    monkeypatch.setattr(rounds, "run", lambda round_, state, given, count: state)
    assert not rounds.available(model.denoiser.round)

    def refused(round_, state, given, count):
        raise RuntimeError("no such product here")

    monkeypatch.setattr(rounds, "run", refused)
    assert not rounds.available(model.denoiser.round)


def test_sizes_that_do_not_fit_and_other_devices_are_left_to_torch():
    odd = CandidateNetwork(NetworkConfig(width=24, middle=16, hidden=48), boards=1, latent=0, outputs=1)
    assert not rounds.available(odd.round)
    away = CandidateNetwork(NetworkConfig(width=32, middle=16, hidden=48), boards=1, latent=0, outputs=1).to("meta")
    assert not rounds.available(away.round)


def test_a_compiler_that_was_killed_keeps_nobody_waiting(model, monkeypatch, tmp_path):
    kept = tmp_path / "rounds-0"
    left = kept / "tmp-of-the-killed-one"
    left.mkdir(parents=True)
    (left / "lock").touch()

    def load(name, sources, extra_cflags, build_directory):
        # torch waits for a lock in here, and must find none; nor may a half-written library stand where one is looked for.
        assert not any(Path(build_directory).iterdir())
        assert not (kept / rounds._FILE).exists()
        Path(build_directory, rounds._FILE).write_bytes(b"")

    monkeypatch.setattr(rounds.compiled, "kept", lambda name: kept)
    monkeypatch.setattr(cpp_extension, "load", load)
    assert rounds._library.__wrapped__() is None  # an empty file is no library, and no error
    assert sorted(path.name for path in kept.iterdir()) == sorted([left.name, rounds._FILE])
