"""What all visitors share: the gate, what was solved before, examples, the network itself."""

import dataclasses
import threading
import time

import numpy as np
import pytest
from app_stubs import EMPTY, easy, needs_model, stub_trace
from stubs import ENDLESS, wait_for

from app.parts import verdict
from app.parts.doors import (
    puzzle_or_none,
)
from app.parts.settings import Settings
from app.server import exact, examples, gate, models, solves, start
from app.solve import report
from vmd_sudoku.board import Line
from vmd_sudoku.exact import proof as proofs
from vmd_sudoku.solving import record
from vmd_sudoku.solving.record import Solve


def test_every_example_is_what_its_level_says():
    expected = {"Two solutions": "several", "Empty": "several"}
    for name, level in examples.levels().items():
        for puzzle in level.puzzles:
            assert puzzle_or_none(puzzle)
            assert verdict.refusal(puzzle) is None
            assert exact.proof(puzzle).solutions == expected.get(name, "one"), (name, puzzle)


def test_the_gate_lets_one_in_and_turns_away_who_finds_the_queue_full():
    one = gate.Gate(running=1, waiting=1, patience=10)
    inside, leave, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with one.enter():
            inside.set()
            leave.wait(10)
            order.append("first")

    def second() -> None:
        with one.enter():
            order.append("second")

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert inside.wait(10)
    threads.append(threading.Thread(target=second))
    threads[1].start()
    wait_for(lambda: not one._queue._value)  # the second is on its way into the queue
    with pytest.raises(gate.BusyError), one.enter():
        pass
    leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]
    with one.enter():
        pass


def test_the_gate_does_not_wait_for_ever_and_frees_its_place_after_an_error():
    one = gate.Gate(running=1, waiting=1, patience=0.01)
    with one.enter(), pytest.raises(gate.BusyError), one.enter():
        pass
    with pytest.raises(ValueError, match="inside"), one.enter():
        raise ValueError("inside")
    with one.enter():
        pass


def test_who_is_no_longer_wanted_leaves_the_queue():
    one, cancelled = gate.Gate(running=1, waiting=1, patience=10), threading.Event()
    cancelled.set()
    with one.enter(), pytest.raises(gate.CancelledError), one.enter(cancelled):
        pass
    with one.enter():
        pass


def test_the_shelf_keeps_what_was_asked_for_last():
    shelf, trace = solves.Shelf(size=2), stub_trace(easy(), Settings())
    for seed in range(2):
        shelf.put(easy(), Settings(seed=seed), trace)
    assert shelf.take(easy(), Settings(seed=0)) is trace
    shelf.put(easy(), Settings(seed=2), trace)
    assert shelf.take(easy(), Settings(seed=1)) is None
    assert shelf.take(easy(), Settings(seed=0)) is trace


@needs_model
def test_a_solve_that_nobody_waits_for_stops_and_is_not_kept():
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(gate.CancelledError):
        solves.solve(easy(), Settings(seed=77), cancelled)
    assert solves.shelf().take(easy(), Settings(seed=77)) is None


@needs_model
def test_a_solve_that_takes_too_long_ends_with_what_it_has(monkeypatch):
    monkeypatch.setattr(solves, "SOLVE_TIME", 0.0)
    found = solves.solve(easy(), Settings(seed=78))
    assert found.trace.verdict.startswith("left unfinished")
    assert not found.whole
    assert solves.shelf().take(easy(), Settings(seed=78)) is None
    late = Solve(dataclasses.replace(found.trace, seconds=19.96), whole=False)
    assert "Stopped after 20 s" in report.outcome(late, Settings(), exact.proof(easy())).notes[-1]


@needs_model
def test_a_look_is_nine_shares_a_cell_and_follows_z():
    still, zero = models.look(EMPTY, Settings())
    assert still.shape == (81, 9)
    assert (abs(still.sum(1, dtype=int) - 255) < 9).all()
    assert zero is not None
    assert not zero.any()
    edits = ((0, 5.0), (12, -2.5))
    steered, z = models.look(EMPTY, Settings(edits=edits))
    assert z is not None
    assert {at: z[at] for at in np.flatnonzero(z)} == dict(edits)
    assert (steered != still).any()
    assert models.look(EMPTY, Settings(model="mdm", edits=edits))[1] is None


@needs_model
def test_a_steered_z_is_what_a_solve_runs_with():
    trace = solves.solve(easy(), Settings(nfe=1, edits=((0, 5.0),))).trace
    assert trace.latent
    assert trace.latent[0] == 5.0
    assert not any(trace.latent[1:])


def test_what_was_solved_before_needs_no_gate(monkeypatch):
    one, settings = gate.Gate(running=1, waiting=0), Settings(seed=5)
    monkeypatch.setattr(gate, "gate", lambda: one)
    monkeypatch.setattr(start, "warm_up", lambda: None)
    trace = stub_trace(easy(), settings)
    solves.shelf().put(easy(), settings, trace)
    with one.enter():
        assert solves.solve(easy(), settings) == Solve(trace, whole=True)


@needs_model
@pytest.mark.parametrize("puzzle", [ENDLESS, Line(ENDLESS[:53] + "." + ENDLESS[54:])], ids=["16 clues", "15 clues"])
def test_a_link_cannot_take_the_server_away(puzzle, monkeypatch):
    """`?rules=search&steps=1&at=1` on a board that no search comes to the end of."""
    monkeypatch.setattr(solves, "SOLVE_TIME", 0.3)
    settings = Settings.from_query({"rules": "search", "steps": "1"})
    found = solves.solve(puzzle, settings)
    assert not found.whole
    assert solves.shelf().take(puzzle, settings) is None
    said = " ".join(report.outcome(found, settings, exact.proof(puzzle)).notes)
    assert "has several solutions" not in said
    assert "not enough time to find out" in said
    with gate.Gate(running=1, waiting=0).enter(), gate.gate().enter():  # it is free again
        pass


@needs_model
def test_a_search_that_nobody_waits_for_ends():
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(gate.CancelledError):
        solves.solve(ENDLESS, Settings(constraints="search", nfe=1, seed=3), cancelled)
    assert time.monotonic() - began < 15


def test_a_run_that_was_cut_off_is_not_kept_whatever_its_clock_says(monkeypatch):
    trace = dataclasses.replace(stub_trace(easy(), Settings()), seconds=solves.SOLVE_TIME - 0.01)
    monkeypatch.setattr(models, "model", lambda name: None)
    monkeypatch.setattr(solves, "model", lambda name: None)
    monkeypatch.setattr(record, "solve_within", lambda *args, **options: Solve(trace, whole=False))
    settings = Settings(policy="random", seed=41)
    assert not solves.solve(easy(), settings).whole
    assert solves.shelf().take(easy(), settings) is None
    monkeypatch.setattr(record, "solve_within", lambda *args, **options: Solve(trace, whole=True))
    assert solves.solve(easy(), settings).whole
    assert solves.shelf().take(easy(), settings) is trace


def test_what_was_not_decided_in_time_is_asked_again(monkeypatch):
    asked = []

    def late(puzzle):
        asked.append(puzzle)
        return proofs.Proof("not decided", None, None)

    puzzle = Line("1" + "." * 79 + "2")
    monkeypatch.setattr(proofs, "prove", late)
    assert [exact.proof(puzzle).solutions for _ in range(2)] == ["not decided"] * 2
    assert len(asked) == 2
    monkeypatch.setattr(proofs, "prove", lambda puzzle: proofs.Proof("several", None, None))
    assert exact.proof(puzzle).solutions == "several"
    monkeypatch.setattr(proofs, "prove", late)
    assert exact.proof(puzzle).solutions == "several"
    monkeypatch.setattr(proofs, "clashing_clues", lambda puzzle: ())
    assert exact.clashing(puzzle) == ()
    monkeypatch.setattr(proofs, "clashing_clues", lambda puzzle: (0, 80))
    assert exact.clashing(puzzle) == (0, 80)


def test_the_trace_of_a_run_that_was_cut_off_is_the_one_on_show(monkeypatch):
    settings = Settings(seed=71)
    cut, later = stub_trace(easy(), settings), dataclasses.replace(stub_trace(easy(), settings), seconds=3.0)
    monkeypatch.setattr(solves, "model", lambda name: None)
    monkeypatch.setattr(solves, "can_share", lambda settings: False)
    monkeypatch.setattr(start, "warm_up", lambda: None)
    monkeypatch.setattr(record, "solve_within", lambda *args, **options: Solve(cut, whole=False))
    assert not solves.solve(easy(), settings).whole
    monkeypatch.setattr(record, "solve_within", lambda *args, **options: Solve(later, whole=True))
    assert solves.on_show(easy(), settings) is cut  # nothing is solved again for it
    assert solves.solve(easy(), settings).trace is later
    assert solves.on_show(easy(), settings) is later
    other = dataclasses.replace(settings, seed=72)
    assert solves.on_show(easy(), other) is later  # not known any more: solved again
