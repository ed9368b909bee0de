"""A recorded solve as a lesson of questions."""

import re
from dataclasses import replace

import numpy as np
import pytest
from app_stubs import stub_trace

from app.parts.settings import Settings
from vmd_sudoku.lessons.lesson import NAMES, load
from vmd_sudoku.live.pages import lesson_page, trace_page
from vmd_sudoku.live.quiz import lesson_of
from vmd_sudoku.network.checkpoint import load_model
from vmd_sudoku.solving.record import solve_puzzle
from vmd_sudoku.solving.setting import Setting


@pytest.fixture(scope="module")
def trace():
    puzzle = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
    return solve_puzzle(
        load_model("vmd"), np.array([int(s) if s != "." else 0 for s in puzzle], np.int8), Setting(nfe=8)
    )


def test_every_right_answer_is_what_the_trace_holds(trace):
    cards = lesson_of(trace)["cards"]
    assert [bool(card["question"]) for card in cards] == [True] * 5 + [False]
    for card in cards[:4]:
        step = trace.steps[card["before"]["at"]]
        question = card["question"]
        answer = question["answers"][question["right"]]
        marked = card["before"]["cells"]
        if len(marked) == 4:
            row, column = map(int, re.findall(r"\d+", answer))
            assert 9 * (row - 1) + column - 1 == step.cells[0]
            assert step.cells[0] == card["show"]["cells"][0]
        else:
            assert marked == [step.cells[0]]
            assert int(answer) == step.digits[0]
        assert len(set(question["answers"])) == 4
        assert question["because"]
    assert cards[4]["question"]["right"] == (0 if trace.solved else 1)


def test_wrong_cells_are_clearly_less_sure(trace):
    asked = [card for card in lesson_of(trace)["cards"] if card["before"] and len(card["before"]["cells"]) == 4]
    assert asked
    for card in asked:
        step = trace.steps[card["before"]["at"]]
        said = np.sort(np.array(step.probabilities), 1)
        margin = said[:, -1] - said[:, -2]
        right, *wrong = card["show"]["cells"]
        assert (margin[wrong] < margin[right] - 0.05).all()


def test_another_policy_is_asked_for_digits_alone(trace):
    cards = lesson_of(replace(trace, policy="random"))["cards"]
    assert all(len(card["before"]["cells"]) == 1 for card in cards[:4])


def test_a_guess_that_was_turned_down_is_played_and_not_asked_about(trace):
    first = trace.steps[0]
    down = replace(first, cells=(), digits=(), confidence=(), margin=(), entropy=(), why=())
    said = lesson_of(replace(trace, policy="guess", steps=(down, *trace.steps), calls=1 + len(trace.steps)))
    run = said["runs"]["run"]
    assert f"guess, guesses: {1 + len(trace.steps)}" in run["setting"]
    assert run["trace"]["steps"][0]["guess"]["digits"].count(".") == 81 - trace.puzzle.count(".")
    assert not any(card["title"].startswith("Step 1 of") for card in said["cards"])


def test_a_run_of_one_step_and_a_name_with_folders(trace):
    short = lesson_of(replace(trace, steps=trace.steps[:1], model="/home/someone/mine"))
    assert len(short["cards"]) == 3
    assert "someone" not in str(short)


def test_the_stub_of_the_app_plays_too(easy_line):
    assert "data-word" in trace_page(stub_trace(easy_line, Settings()))


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_small(name):
    page = lesson_page(load(name))
    assert len(page.encode()) < 300_000
    assert "kernel" not in page


def test_a_trace_of_one_cell_a_call_is_small_too(easy):
    page = trace_page(solve_puzzle(load_model("mdm"), easy[0]))
    assert len(page.encode()) < 300_000
