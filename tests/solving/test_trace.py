import copy
import json
from dataclasses import replace

import pytest

from vmd_sudoku.cli.show import print_trace
from vmd_sudoku.errors import TraceError
from vmd_sudoku.solving.playing import playable
from vmd_sudoku.solving.trace import FORMAT, Trace, TraceStep

NINTHS = ((round(1 / 9, 4),) * 9,) * 81


def step(cells, digits, remasked=()):
    n = len(cells)
    return TraceStep(cells, digits, (0.5,) * n, (0.25,) * n, (1.5,) * n, ("network",) * n, remasked, 0, NINTHS)


@pytest.fixture
def trace(easy):
    """The last three blanks of a board, of which two are filled, taken back and filled again."""
    solution = "".join(map(str, easy[1]))
    digits = {cell: int(solution[cell]) for cell in (0, 40, 80)}
    puzzle = "".join("." if cell in digits else c for cell, c in enumerate(solution))
    return Trace(
        puzzle=puzzle,
        model="stub",
        sha256="0" * 64,
        version="1",
        policy="margin",
        nfe="cell",
        constraints="none",
        remask="conflict",
        latents=1,
        z="mode",
        latent=None,
        seed=0,
        setting={},
        steps=(
            step((0, 40), (digits[40], digits[40]), remasked=(0,)),
            step((0,), (digits[0],)),
            step((80,), (digits[80],)),
        ),
        board=solution,
        verdict="solved",
        calls=3,
        rounds=3,
        backtracks=0,
        seconds=0.1,
        solutions="one",
        is_the_solution=True,
    )


def plain(trace):
    return json.loads(json.dumps(trace.to_json()))


def test_a_trace_survives_json(trace):
    assert Trace.from_json(plain(trace)) == trace


def test_boards_follow_the_steps(trace):
    first, second, last = trace.boards()
    assert [board.count(".") for board in (first, second, last)] == [2, 1, 0]
    assert first[0] == "."
    assert last == trace.board


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p | {"format": FORMAT + 1}, "format 4; this version reads 3"),
        (lambda p: p | {"board": p["board"][::-1]}, "do not lead to its board"),
        (lambda p: p | {"board": p["board"][:80]}, "damaged"),
        (lambda p: p | {"verdict": "breaks a rule"}, "verdict"),
        (lambda p: p | {"puzzle": 5}, "damaged"),
        (lambda p: p | {"solutions": "many"}, "many"),
        (lambda p: p | {"more": 1}, "more"),
        (lambda p: {k: v for k, v in p.items() if k != "seed"}, "seed"),
        (lambda p: p | {"steps": [p["steps"][0] | {"cells": [0, 81]}]}, "81"),
        (lambda p: p | {"steps": [p["steps"][0] | {"digits": [0, 1]}]}, "0"),
        (lambda p: p | {"steps": [p["steps"][0] | {"why": ["luck", "network"]}]}, "luck"),
        (lambda p: p | {"steps": [p["steps"][0] | {"margin": [0.5]}]}, "differ in number"),
        (lambda p: p | {"steps": [p["steps"][0] | {"probabilities": []}]}, "probabilities"),
        (lambda p: p | {"steps": [p["steps"][0] | {"remasked": [1]}]}, "takes back row 1, column 2"),
        (lambda p: p | {"steps": [p["steps"][1], p["steps"][1]]}, "step 2 of the trace fills row 1, column 1"),
        (lambda p: p | {"steps": "none"}, "damaged"),
        (lambda p: [p], "no trace"),
        (lambda p: {}, "no trace"),
    ],
)
def test_a_changed_trace_is_refused_in_one_line(trace, change, words):
    with pytest.raises(TraceError, match=words) as caught:
        Trace.from_json(change(plain(trace)))
    assert "\n" not in str(caught.value)


def places(value, path=()):
    """Where the values of a JSON object are; of lists the first two."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


@pytest.mark.parametrize(
    "other", [None, True, "x", -1, 0.5, 10**9, 1e308, float("nan"), [], {}, [["a"]]], ids=lambda other: repr(other)
)
def test_whatever_stands_in_a_trace_is_refused_or_can_be_shown(trace, other):
    """One value after another is replaced: either reading says no in one line, or who shows the trace has no trouble."""
    read = 0
    for path in [path for path in places(plain(trace)) if path]:
        changed = inside = copy.deepcopy(plain(trace))
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = other
        try:
            found = Trace.from_json(changed)
        except TraceError as error:
            said = str(error)
            assert "\n" not in said, said
            continue
        read += 1
        print_trace(found)
        json.dumps(playable(found), allow_nan=False)
    assert read < 20


def test_solved_is_the_verdict(trace):
    assert trace.solved
    assert not replace(trace, verdict="left unfinished: 1 blank").solved
