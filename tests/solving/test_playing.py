"""A trace as pages play it."""

import base64
from dataclasses import replace

import numpy as np
import pytest
from app_stubs import stub_trace

from app.parts.settings import Settings
from vmd_sudoku.board import BLANK, parse
from vmd_sudoku.solving.playing import guesses, playable
from vmd_sudoku.solving.trace import TraceStep


@pytest.fixture
def trace(easy_line):
    return stub_trace(easy_line, Settings())


def test_what_the_calls_said_is_kept_in_bytes(trace):
    plain = playable(trace)
    said = np.frombuffer(base64.b64decode(plain["probabilities"]), np.uint8).reshape(len(trace.steps), 81, 9) / 255
    assert np.abs(said - np.array([step.probabilities for step in trace.steps])).max() <= 0.5 / 255 + 1e-9
    names = ["cells", "digits", "confidence", "margin", "entropy", "why", "remasked"]
    assert [list(step) for step in plain["steps"]] == [names] * len(trace.steps)
    assert plain["steps"][0]["cells"] == list(trace.steps[0].cells)


@pytest.mark.parametrize(("numbers", "shown"), [(None, 0), (64, 0), (729, 729), (3 * 729, 729)])
def test_of_z_the_first_number_of_every_candidate_is_shown(trace, numbers, shown):
    """One vector for the whole board has none for a candidate."""
    z = None if numbers is None else tuple(n / 8 for n in range(numbers))
    plain = playable(replace(trace, latent=z))
    if not shown:
        assert plain["latent"] is None
        return
    assert plain["latent"] == [round(n / 8, 2) for n in range(0, numbers, numbers // shown)]


def guessed(puzzle, calls, *, written=True, **setting):
    """A run by policy `guess` whose calls say 1 of every cell, as surely as `calls` has it by cell, and fully of the others."""
    blank = np.flatnonzero(parse(puzzle) == BLANK)
    steps = []
    for number, sure in enumerate(calls, 1):
        said = np.zeros((81, 9))
        said[:, 0] = [sure.get(cell, 1.0) for cell in range(81)]
        cells = tuple(blank.tolist()) if written and number == len(calls) else ()
        n = len(cells)
        said = tuple(map(tuple, said.tolist()))
        steps.append(TraceStep(cells, (1,) * n, (1.0,) * n, (1.0,) * n, (0.0,) * n, ("network",) * n, (), 0, said))
    trace = replace(stub_trace(puzzle, Settings(policy="guess")), steps=tuple(steps))
    return replace(trace, setting={"threshold": 0.9, "renew_z": "where-drawn", "blocks": "none"} | setting)


def test_a_guess_that_was_turned_down_is_told_and_one_that_was_written(easy_line):
    blank = np.flatnonzero(parse(easy_line) == BLANK).tolist()
    first, second = blank[:2]
    trace = guessed(easy_line, [{first: 0.8999, second: 0.5}, {first: 0.9}])
    down, written = guesses(trace)
    shares = down["guess"].pop("shares")
    digits = down["guess"].pop("digits")
    assert down["guess"] == {"cell": second, "sure": 0.5, "unsure": 2, "again": True}
    assert [at for at, sign in enumerate(digits) if sign == "1"] == blank
    assert (shares[first], shares[second], shares[blank[2]]) == (89, 50, 100)
    assert written["guess"] == {"cell": first, "sure": 0.9, "unsure": 0, "again": None}
    # The z of the last call is not what the others read.
    z = tuple(float(n) for n in range(729))
    assert playable(replace(trace, latent=z))["latent"] is None
    assert playable(replace(guessed(easy_line, [{}]), latent=z))["latent"] is not None
    assert not any(guesses(replace(trace, policy="margin")))


def test_guesses_of_one_z_or_of_a_block_are_told_as_such(easy_line):
    blank = np.flatnonzero(parse(easy_line) == BLANK)
    unsure = {int(blank[0]): 0.8, int(blank[-1]): 0.1}
    (alone,) = guesses(guessed(easy_line, [unsure], written=False, renew_z="never"))
    assert (alone["guess"]["again"], alone["guess"]["cell"]) == (False, blank[-1])
    (block,) = guesses(guessed(easy_line, [unsure], written=False, blocks="bands"))
    assert (block["guess"]["cell"], block["guess"]["unsure"]) == (blank[0], 1)
    assert block["guess"]["digits"][27:] == "." * 54
    # Rounded, the one that missed the threshold reaches it.
    (near,) = guesses(guessed(easy_line, [{int(blank[0]): 0.9}], written=False))
    assert near["guess"]["unsure"] == 1


def test_cells_that_a_search_takes_back_are_no_guess(easy_line):
    trace = guessed(easy_line, [{}])
    taken = replace(
        trace.steps[0], cells=(), digits=(), confidence=(), margin=(), entropy=(), why=(), remasked=trace.steps[0].cells
    )
    assert guesses(replace(trace, steps=(trace.steps[0], taken)))[1] == {}
