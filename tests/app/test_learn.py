"""The Learn page and the teacher's, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.labs.choices import LABS
from app.learn import words as learn_words
from app.learn.course import Place
from app.learn.worksheet import worksheet
from app.parts.teaching import HIDDEN, SCRIPTS, Teaching
from app.server import exact, examples
from vmd_sudoku.lessons.lesson import NAMES, load


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({}, Place()),
        ({"lesson": "many", "card": "3", "said": "many.0.2_sure.game.6"}, Place("many", 2, "many.0.2_sure.game.6")),
        ({"lesson": "<b>", "card": "6", "said": "many.0.2_<b>_many.9.1_moon.0.1"}, Place("", 0, "many.0.2")),
        ({"card": "٣", "said": "many.0.٢"}, Place()),
        ({"said": "_".join(["many.0.1"] * 999)}, Place(said="_".join(["many.0.1"] * 40))),
    ],
)
def test_a_link_leads_to_a_place_and_nonsense_nowhere(query, place):
    assert Place.from_query(query) == place


@pytest.mark.parametrize(
    "value", [None, [], {}, {"lesson": "moon", "card": 0, "said": ""}, {"lesson": "", "card": True, "said": ""}]
)
def test_what_a_browser_says_is_checked(value):
    assert Place.from_browser(value) is None


def test_a_teachers_link_comes_back_and_strangers_words_do_not():
    asked = Teaching(projector=True, digits="thai", hide=("skip", "score"))
    assert Teaching.from_query(asked.to_query()) == asked
    assert Teaching.from_query({"projector": "yes", "digits": "x", "hide": "moon.<b>"}) == Teaching()
    assert all(len(signs) == 9 for signs, _ in SCRIPTS.values())
    assert all(":" in words for words in HIDDEN.values())


@pytest.mark.parametrize("lesson", [None, *NAMES])
def test_a_worksheet_has_the_questions_and_the_answers_on_another_page(lesson):
    puzzles = examples.levels()["Easy"].puzzles[:2]
    solutions = [np.asarray(exact.proof(puzzle).solution) for puzzle in puzzles]
    page = worksheet(puzzles, solutions, "Easy", load(lesson) if lesson else None)
    asked, _, answers = page.partition('<section class="answers">')
    assert page.count("<svg") == 4
    assert "http" not in page.replace("http://www.w3.org", "")
    if lesson:
        question = load(lesson).cards[0].question
        assert question
        assert question.because[0][:20] not in asked
        assert question.because[0][:20] in answers.replace("&#x27;", "'")


def run(page: str, **query: str) -> AppTest:
    app = AppTest.from_string(f"from app.learn import {page}\n{page}.page()", default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def sent(app: AppTest) -> str:
    return app.get("bidi_component")[0].proto.json


def test_the_page_sends_the_lesson_of_the_link_and_keeps_the_answers():
    app = run("page", lesson="rules", card="2", said="rules.0.1", projector="1")
    assert not app.exception
    assert '"id":"rules"' in sent(app).replace(" ", "")
    assert not app.title
    app.session_state["learn_cards"] = {"place": {"lesson": "many", "card": 0, "said": "rules.0.1"}}
    app.run()
    assert '"id":"many"' in sent(app).replace('"lessons"', "").replace(" ", "")
    assert app.session_state["learn_place"].said == "rules.0.1"


def test_answers_do_not_send_the_lesson_again():
    app = run("page", lesson="many")
    before = sent(app)
    app.session_state["learn_cards"] = {"place": {"lesson": "many", "card": 1, "said": "many.0.3"}}
    app.run()
    assert sent(app) == before


def test_the_teachers_ticks_write_the_link():
    app = run("teach")
    assert not app.exception
    assert app.code[0].value.endswith("/learn?lesson=many&card=1")
    app.checkbox[0].check()
    app.checkbox(key="hide_skip").check()
    app.run()
    assert app.code[0].value.endswith("projector=1&hide=skip")


def test_a_teachers_link_may_open_a_lab():
    app = run("teach")
    app.segmented_control[0].set_value("labs").run()
    assert not app.exception
    assert app.code[0].value.endswith("/labs?lab=tokens")
    assert tuple(learn_words.LABS) == LABS
    app.selectbox[0].select("grids").run()
    app.checkbox[0].check().run()
    assert app.code[0].value.endswith("/labs?lab=grids&projector=1")
