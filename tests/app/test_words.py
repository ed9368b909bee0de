"""What the page says of a puzzle and a run, and what the player gets."""

import base64
import dataclasses
import re

import numpy as np
import pytest
from app_stubs import CLASH, EMPTY, easy, stub_trace, whole
from stubs import ENDLESS

from app.parts import verdict, words
from app.parts.doors import (
    clues,
)
from app.parts.settings import GUESS_CALLS, Settings
from app.server import exact, examples
from app.solve import report
from vmd_sudoku.board import Line, parse
from vmd_sudoku.exact.proof import Proof
from vmd_sudoku.exact.solver import solve
from vmd_sudoku.solving.record import Solve


def test_clashing_clues_are_refused_with_the_clash():
    said = verdict.refusal(CLASH)
    assert said
    assert said.tone == "refused"
    assert "5 twice in row 1" in said.reason


def test_a_full_board_needs_no_run():
    full = Line(solve(easy().digits[None])[0][0])
    said = verdict.refusal(full)
    assert said
    assert said.headline == "Solved already"


def test_a_solved_puzzle_with_one_solution():
    said = report.outcome(whole(stub_trace(easy(), Settings())), Settings(), exact.proof(easy()))
    assert (said.tone, said.headline) == ("solved", "Solved")
    assert "The puzzle has exactly one solution." in said.notes
    assert said.first_wrong is None
    assert any("calls of the network in 0.25 s" in note for note in said.notes)


def test_a_wrong_board_says_what_is_wrong_and_where_it_began():
    trace = stub_trace(easy(), Settings(), mistakes=2)
    said = report.outcome(whole(trace), Settings(), exact.proof(easy()))
    assert (said.tone, said.headline) == ("wrong", "Not solved")
    assert said.reason.startswith("Breaks a rule")
    assert "2 cells differ from the only solution." in said.notes
    assert said.first_wrong == trace.calls - 1


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        (Settings(), GUESS_CALLS),
        (Settings(model="vmd", nfe=5, draw=True), GUESS_CALLS),
        (Settings(model="mdm"), 0),
        (Settings(constraints="propagate"), 0),
        (Settings(policy="guess", nfe=5), 0),
    ],
    ids=str,
)
def test_guesses_are_offered_only_where_the_network_alone_failed_without_them(settings, offered):
    wrong, right = (whole(stub_trace(easy(), settings, mistakes=n)) for n in (2, 0))
    assert report.outcome(wrong, settings, exact.proof(easy())).guesses == offered
    assert report.outcome(right, settings, exact.proof(easy())).guesses == 0
    assert report.outcome(Solve(wrong.trace, False), settings, exact.proof(easy())).guesses == 0


def test_several_solutions_ask_for_a_mistyped_clue_only_where_one_was_possible():
    two = examples.levels()["Two solutions"].puzzles[0]
    assert clues(two) >= report.FEWEST_CLUES
    notes = {
        puzzle: " ".join(report.outcome(whole(stub_trace(puzzle, Settings())), Settings(), exact.proof(puzzle)).notes)
        for puzzle in (two, EMPTY)
    }
    assert "mistype" in notes[two]
    assert re.search(r"differ in \d+ cells", notes[two])
    assert "mistype" not in notes[EMPTY]


def test_the_player_gets_probabilities_and_the_queue_in_bytes():
    trace = stub_trace(easy(), Settings())
    sent = report.with_queue(trace, Settings())
    said = np.frombuffer(base64.b64decode(sent["probabilities"]), np.uint8).reshape(-1, 81, 9)
    assert said.shape[0] == len(trace.steps)
    assert (said == round(255 / 9)).all()
    queue = np.frombuffer(base64.b64decode(sent["queue"]), np.uint8).reshape(-1, 81)
    for number, step in enumerate(trace.steps):
        blanks = len(trace.steps) - number
        assert queue[number, step.cells[0]] == 1
        assert sorted(queue[number][queue[number] > 0]) == list(range(1, blanks + 1))
    for settings in (Settings(policy="random"), Settings(gumbel=1.0), Settings(blocks="rows")):
        assert not any(base64.b64decode(report.with_queue(trace, settings)["queue"]))


def test_the_board_at_a_step_takes_back_what_was_remasked():
    steps = [
        {"cells": [0, 1], "digits": [1, 2], "remasked": [0]},
        {"cells": [0], "digits": [3], "remasked": []},
    ]
    trace = {"puzzle": EMPTY, "steps": steps}
    assert report.board_at(trace, 0) == EMPTY
    assert report.board_at(trace, 1) == ".2" + EMPTY[2:]
    assert report.board_at(trace, None) == "32" + EMPTY[2:]


UNDECIDED = Proof("not decided", None, None)


def _notes(puzzle: str, proof: Proof, **changes: object) -> str:
    """What is said of a puzzle after a run that filled nothing."""
    trace = dataclasses.replace(stub_trace(easy(), Settings()), puzzle=puzzle, board=puzzle, steps=(), **changes)
    return " ".join(report.outcome(whole(trace), Settings(), proof).notes)


def test_several_solutions_are_said_only_of_what_was_decided():
    unfinished = {"verdict": "left unfinished: 65 blanks", "solutions": "not decided"}
    said = _notes(ENDLESS, UNDECIDED, **unfinished)
    assert "has several solutions" not in said
    assert "Fewer than 17 clues never leave just one solution" in said
    assert "not enough time to find out" in said
    one = solve(parse(EMPTY)[None])[0][0]
    assert "has several solutions: fewer than 17 clues never" in _notes(
        EMPTY, Proof("not decided", one, None), **unfinished
    )
    assert "has several" in _notes(ENDLESS, UNDECIDED, verdict="solved", solutions="not decided")
    assert words.UNDECIDED in _notes(easy(), UNDECIDED, **unfinished)


def test_a_search_that_tried_everything_says_that_there_is_no_solution():
    trace = dataclasses.replace(
        stub_trace(easy(), Settings()),
        puzzle=ENDLESS,
        board=ENDLESS,
        steps=(),
        verdict="left unfinished",
        solutions="none",
    )
    said = report.outcome(whole(trace), Settings(), UNDECIDED)
    assert said.headline == words.IMPOSSIBLE
    assert words.IMPOSSIBLE_WHY_RUN in said.notes
    assert "several" not in " ".join(said.notes)


def test_a_run_that_was_stopped_says_so_whatever_its_clock_says():
    trace = stub_trace(easy(), Settings())
    assert "Stopped" not in " ".join(report.outcome(Solve(trace, True), Settings(), UNDECIDED).notes)
    assert "Stopped after 0.25 s" in " ".join(report.outcome(Solve(trace, False), Settings(), UNDECIDED).notes)


def test_digits_that_rule_a_solution_out_are_named_only_if_found():
    assert report.ruled_out(EMPTY, "001012", 1).cells == (1,)
    said = report.ruled_out(EMPTY, "001012", None)
    assert (said.cells, said.notes) == ((), ())
