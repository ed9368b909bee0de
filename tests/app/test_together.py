"""Several visitors' puzzles in one batch of the network."""

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_stubs import easy, needs_model, stub_trace, whole
from stubs import ENDLESS, wait_for

from app.parts.settings import Settings
from app.server import examples, gate, models, solves, together
from vmd_sudoku.board import Line


class Held:
    """A gate that opens when told to, and what has come up to it."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked: list[together.Flag] = []

    @contextlib.contextmanager
    def enter(self, flag: together.Flag) -> Iterator[None]:
        self.asked.append(flag)
        while not self.open.wait(0.01):
            if flag.is_set():
                raise gate.CancelledError
        yield


@needs_model
@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(model="mdm", policy="top-prob", nfe=5), Settings(constraints="search", nfe=2)],
    ids=str,
)
def test_puzzles_that_wait_together_come_out_as_they_do_alone(settings: Settings, monkeypatch):
    monkeypatch.setattr(solves, "SOLVE_TIME", 600.0)  # also on a machine that is busy
    puzzles = [examples.levels()[name].puzzles[1] for name in ("Easy", "Medium", "Hard", "Two solutions")]
    held = Held()
    batches, loaded = together.Together(held.enter), models.model(settings.model)
    with ThreadPoolExecutor(len(puzzles)) as pool:
        setting = settings.library()
        waiting = [
            pool.submit(batches.solve, loaded, puzzle, settings, setting, threading.Event(), 600.0)
            for puzzle in puzzles
        ]
        wait_for(lambda: sum(len(batch.places) for batch in batches._waiting.values()) == len(puzzles))
        held.open.set()
        found = [one.result() for one in waiting]
    assert len(held.asked) == 1
    for puzzle, one in zip(puzzles, found, strict=True):
        assert one
        assert one.whole
        alone = solves.solve_afresh(puzzle, settings).trace
        assert dataclasses.replace(one.trace, seconds=0.0) == dataclasses.replace(alone, seconds=0.0)


def test_who_leaves_a_batch_does_not_end_it_for_the_others(monkeypatch):
    held = Held()
    batches = together.Together(held.enter)

    def decode(batch: together.Batch, *others: object) -> None:
        for place in batch.places:
            place.give(lambda puzzle=place.puzzle: whole(stub_trace(puzzle, Settings())))

    monkeypatch.setattr(together, "_decode", decode)
    leaves, stays = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        one, two = (pool.submit(batches.solve, None, easy(), Settings(), None, event, 9.0) for event in (leaves, stays))
        wait_for(lambda: held.asked and len(held.asked[0].places) == 2)
        leaves.set()
        assert one.result() is None
        assert not held.asked[0].is_set()
        held.open.set()
        found = two.result()
    assert found
    assert found.trace.solved


def test_a_batch_that_everybody_has_left_takes_nobody_in(monkeypatch):
    held = Held()
    batches = together.Together(held.enter)
    monkeypatch.setattr(together, "_decode", lambda batch, *others: batch.places[0].give(lambda: None))
    left, late = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(batches.solve, None, easy(), Settings(), None, left, 9.0)
        wait_for(lambda: held.asked)
        first = held.asked[0]
        assert isinstance(first, together.Batch)
        left.set()
        pool.submit(batches.solve, None, easy(), Settings(), None, late, 9.0)
        wait_for(lambda: len(held.asked) == 2)
        assert len(first.places) == 1
        held.open.set()


def test_a_batch_that_is_not_let_in_says_so_to_all_who_wait():
    def closed(flag: together.Flag) -> contextlib.AbstractContextManager[None]:
        raise gate.BusyError("full")

    batches = together.Together(closed)
    with pytest.raises(gate.BusyError):
        batches.solve(None, easy(), Settings(), None, threading.Event(), 9.0)
    assert not batches._waiting


@pytest.mark.parametrize(
    "settings",
    [
        Settings(draw=True),
        Settings(policy="random"),
        Settings(temperature=0.5),
        Settings(gumbel=0.5),
        Settings(latents=2),
        Settings(renew_z="prior"),
        Settings(edits=((1, 2.0),)),
    ],
    ids=str,
)
def test_what_is_drawn_or_steered_shares_no_batch(settings: Settings):
    assert together.can_share(Settings())
    assert not together.can_share(settings)


@needs_model
def test_a_batch_says_which_of_its_boards_came_to_their_end():
    """One board that no search comes to the end of, beside one that is solved."""
    batch, settings = together.Batch(), Settings(constraints="search", nfe=1)
    batch.places = [together.Place(puzzle, threading.Event()) for puzzle in (Line(ENDLESS), easy())]
    together._decode(batch, models.model("vmd"), settings.library(), 0.3)
    endless, solved = (place.take() for place in batch.places)
    assert (endless.whole, solved.whole) == (False, True)
    assert solved.trace.solved
    assert endless.trace.solutions == "not decided"


@needs_model
@pytest.mark.parametrize(
    "settings", [Settings(nfe=5), Settings(nfe=9, blocks="rows"), Settings(policy="threshold")], ids=str
)
def test_a_board_gets_its_answer_with_its_last_step(settings):
    batch = together.Batch()
    batch.places = [together.Place(level.puzzles[0], threading.Event()) for level in examples.levels().values()]
    together._decode(batch, models.model("vmd"), settings.library(), 600.0)
    for place in batch.places:
        found = place.take()
        assert found.whole
        assert dataclasses.replace(found.trace, seconds=0.0) == dataclasses.replace(
            solves.solve_afresh(place.puzzle, settings).trace, seconds=0.0
        )
