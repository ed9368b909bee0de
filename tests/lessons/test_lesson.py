"""The lessons: what is shipped can be played, and what does not fit together is refused in one line."""

import base64
import json

import numpy as np
import pytest

from vmd_sudoku.board import Line, conflicts, verdict
from vmd_sudoku.errors import LessonError
from vmd_sudoku.lessons import lesson as lessons
from vmd_sudoku.lessons.lesson import KINDS, NAMES, load, read

WORDS = "\n".join(
    ['title = "T"', 'about = "A"', "minutes = 1"]
    + [f'[[cards]]\nkind = "{kind}"\ntitle = "{kind}"\ntext = ["{{one.calls}} calls"]' for kind in KINDS]
)
RUN = {
    "label": "one",
    "setting": "MDM",
    "trace": {"puzzle": "." * 81, "steps": [{"cells": [0], "digits": [1]}]},
    "facts": {"calls": 7},
    "query": {"p": "." * 81},
}
MADE = {"note": "", "figures": {"cells": 3}, "pairs": {}, "runs": {"one": RUN}}


def reading(words=WORDS, **changed):
    return read("test", words, json.dumps(MADE | changed))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_lesson_is_whole(name):
    lesson = load(name)
    assert [card.kind for card in lesson.cards] == list(KINDS)
    assert lesson.cards[0].question
    assert lesson.cards[1].show or lesson.cards[1].game or lesson.cards[1].pairs
    assert lesson.cards[3].question
    assert lesson.cards[4].links
    assert "{" not in json.dumps([card["text"] for card in lesson.to_json()["cards"]])


@pytest.mark.parametrize("name", NAMES)
def test_an_offline_player_has_room_for_it(name):
    assert len(json.dumps(load(name).to_json())) < 200_000


@pytest.mark.parametrize("name", NAMES)
def test_every_run_leads_where_its_facts_say(name):
    for run in load(name).runs.values():
        board, clues = Line(run.trace["puzzle"]).digits, Line(run.trace["puzzle"]).digits
        for step in run.trace["steps"]:
            board[step["cells"]] = step["digits"]
            board[step["remasked"]] = 0
        assert (verdict(board, clues) == "solved") == (run.facts["solved"] == "solved")
        cells = {cell for clash in conflicts(board) for cell in (clash.first, clash.second)}
        assert len(cells) == run.facts["clashing"]
        said = np.frombuffer(base64.b64decode(run.trace["probabilities"]), np.uint8)
        assert said.shape == (len(run.trace["steps"]) * 729,)


SAID = {
    "many": lambda f: f["one"]["clashing"] > 0 == f["single"]["clashing"] and f["single"]["solved"] == "solved",
    "sure": lambda f: f["wrong"]["solved"] == "not solved" and f["less"]["sure"] < f["whole"]["sure"],
    "independence": lambda f: f["one"]["solutions"] == 2 and f["two"]["solved"] == "solved",
    "latent": lambda f: min(f["zero"]["clashing"], f["vmdonce"]["clashing"]) > f["vmd1"]["clashing"],
    "rules": lambda f: (
        (f["none"]["solved"], f["search"]["solved"]) == ("not solved", "solved")
        and f["fooled"]["clashing"] > 0 == f["fooled"]["left"]
        and f["proved"]["left"] > 0
    ),
}
"""What the words of a lesson take for granted of its runs, which come from the shipped models."""


@pytest.mark.parametrize("name", NAMES)
def test_what_the_words_take_for_granted_is_so(name):
    assert SAID[name]({run: made.facts for run, made in load(name).runs.items()})


def test_the_tied_cells_are_coins():
    (pairs,) = [card.pairs for card in load("independence").cards if card.pairs]
    assert all(abs(share - 0.5) < 0.06 for cell in pairs.shares for share in cell)
    assert [pairs.digits[0][0], pairs.digits[0][1]] == [pairs.digits[1][1], pairs.digits[1][0]]


def test_numbers_are_filled_in_and_the_right_answer_follows_from_them():
    question = '[cards.question]\nask = "?"\nanswers = ["a", "b"]\nvalue = "{one.calls}"\nupto = [6]\nbecause = []'
    words = WORDS.replace('[[cards]]\nkind = "watch"', f'{question}\n[[cards]]\nkind = "watch"')
    first = reading(words).cards[0]
    assert first.text == ("7 calls",)
    assert first.question
    assert first.question.right == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"words": WORDS.replace("{one.calls}", "{one.rounds}")}, "{one.rounds}"),
        ({"words": WORDS.replace('"break"', '"brake"', 1)}, "brake"),
        ({"words": WORDS + '\nshow = { runs = ["two"] }'}, "card 5: there is no run 'two'"),
        ({"words": WORDS + '\nshow = { runs = ["one"], layout = "pile" }'}, "pile"),
        ({"words": WORDS + "\nsound = 1"}, "card has sound"),
        ({"words": WORDS + '\nquestion = { ask = "?", answers = ["a"], right = 2, because = [] }'}, "number 2"),
        ({"words": WORDS + '\ngame = { run = "one", steps = [1] }'}, "beyond the 1"),
        ({"words": WORDS + '\nlinks = [{ page = "moon", label = "x" }]'}, "moon"),
        ({"words": "title ="}, "run tools/lessons.py"),
        ({"runs": {"one": RUN | {"trace": {"puzzle": "x", "steps": []}}}}, "holds no trace"),
    ],
)
def test_what_does_not_fit_is_named(change, words):
    with pytest.raises(LessonError, match=r"^lesson 'test'") as error:
        reading(**change)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_lesson_that_there_is_not():
    with pytest.raises(LessonError, match="no lesson is called"):
        lessons.load("moon")
