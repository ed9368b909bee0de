"""The Solve page driven headlessly, with a stub for the network."""

import dataclasses
import json
import re
import threading

import pytest
from app_stubs import (
    CLASH,
    EMPTY,
    ENTRY,
    IMPOSSIBLE,
    ask,
    easy,
    opened,
    press_solve,
    presses,
    replied,
    session,
    shown,
    with_settings,
)
from streamlit.testing.v1 import AppTest

from app.parts import words
from app.parts.desk import Desk
from app.parts.doors import (
    new_id,
)
from app.parts.settings import GUESS_CALLS, Settings
from app.server import examples, gate, solves, start
from app.solve import page as solve_page
from app.solve.session import Reply
from vmd_sudoku.errors import CheckpointError
from vmd_sudoku.solving.trace import Trace

pytestmark = pytest.mark.usefixtures("compiled_reasons")


def test_solve_once_more_shows_the_same_run_and_computes_nothing(asked):
    app = press_solve(opened(), easy())
    first = shown(app)["report"]
    again = press_solve(app, easy())
    assert len(asked) == 1
    assert shown(again)["report"]["id"] == first["id"]
    assert shown(again)["answered"] == session(again).answered > 1
    with_settings(again).selectbox(key="settings_policy").set_value("top-prob").run()
    press_solve(again, easy())
    assert [settings.policy for _, settings in asked] == ["margin", "top-prob"]


def test_a_run_that_the_browser_has_is_not_sent_again(asked):
    app = press_solve(opened(), easy())
    run = shown(app)["report"]
    assert run["trace"]["steps"]
    ask(app, "check", run=run["id"], step=3)
    assert shown(app)["report"]["id"] == run["id"]
    assert shown(app)["report"]["trace"] is None
    # A browser that knows nothing of it gets all.
    ask(app, "check")
    assert shown(app)["report"]["trace"] == run["trace"]


def test_an_answer_that_comes_after_the_board_was_drawn_is_drawn_too(asked, monkeypatch):
    """An earlier run of the page answers while this one is past the board; what that run draws is thrown away."""
    app = opened()
    draw_settings = solve_page._settings

    def meanwhile(desk: Desk) -> None:
        job = None if desk.session.reply else desk.begin(next(presses))
        if job:
            desk.end(job, lambda session: session.answer(Reply(job.press, "hint", {"message": "here"})))
        draw_settings(desk)

    monkeypatch.setattr(solve_page, "_settings", meanwhile)
    app.run()
    assert replied(app) == {"message": "here"}


def test_the_page_opens_with_an_example_on_the_board(asked):
    app = opened()
    assert shown(app)["puzzle"] == easy()
    assert shown(app)["report"] is None
    assert session(app).to_query() == {"p": easy()}
    assert not asked


def test_solve_brings_a_trace_and_a_verdict(asked):
    app = press_solve(opened(), easy())
    said = shown(app)["report"]
    assert (said["tone"], said["headline"]) == ("solved", "Solved")
    assert len(said["trace"]["steps"]) == easy().count(".")
    assert asked == [(easy(), Settings())]


def test_guesses_are_asked_for_with_settings_of_their_own_which_stay(asked):
    app = press_solve(opened(model="mdm"), easy())
    # Where they would be of no use, the press is an ordinary one.
    ask(app, "solve", {"guess": True})
    assert len(asked) == 1
    app = opened(p=easy(), steps="5", zset="3:1", seed="4")
    ask(app, "solve", {"guess": True})
    guessing = Settings(model="vmd", policy="guess", nfe=GUESS_CALLS, seed=4)
    assert asked[1:] == [(easy(), guessing)]
    assert shown(app)["settings"] == str(guessing)
    assert Settings.from_query(session(app).to_query()) == guessing


def test_solve_takes_the_board_of_the_browser_not_the_one_on_the_server(asked):
    app = opened()
    other = examples.levels()["Medium"].puzzles[0]
    press_solve(app, other)
    assert [puzzle for puzzle, _ in asked] == [other]
    assert shown(app)["report"]["puzzle"] == other


@pytest.mark.parametrize(("puzzle", "headline"), [(CLASH, "Clues clash"), (IMPOSSIBLE, "No solution")])
def test_hopeless_puzzles_get_a_line_and_no_run(asked, puzzle, headline):
    app = press_solve(opened(), puzzle)
    assert shown(app)["report"]["headline"] == headline
    assert shown(app)["report"]["trace"] is None
    assert not asked


def test_each_level_loads_an_example(asked):
    app = opened()
    # Easy's first is on the board already: its button brings the second.
    first = {name: level.puzzles[0] for name, level in examples.levels().items()}
    for name, puzzle in (first | {"Easy": examples.levels()["Easy"].puzzles[1]}).items():
        app.button(key=f"level_{name}").click().run()
        assert shown(app)["puzzle"] == puzzle
    before = session(app).load_id
    app.button(key="level_Easy").click().run()
    assert shown(app)["puzzle"] == examples.levels()["Easy"].puzzles[2]
    assert session(app).load_id not in ("", before)


def test_a_stale_solve_is_not_run(asked):
    app = opened()
    app.button(key="level_Hard").click().run()
    press_solve(app, easy(), load_id=new_id())
    assert not asked
    assert session(app).puzzle == examples.levels()["Hard"].puzzles[0]


@pytest.mark.parametrize(
    "said",
    [
        "x",
        3,
        {"board": "<img onerror=1>"},
        {"board": {"load_id": "", "puzzle": "<img>", "ask": {"press": 1, "kind": "solve"}}},
        {"board": {"load_id": "", "puzzle": CLASH, "own": 3, "ask": {"press": 1, "kind": "solve"}}},
        {"board": {"load_id": "x", "puzzle": CLASH, "ask": {"press": "now", "kind": "solve"}}},
        {"board": {"load_id": "", "puzzle": CLASH, "own": "", "notes": "<b>"}},
    ],
)
def test_nonsense_from_a_browser_changes_nothing(asked, said):
    app = opened()
    app.session_state[solve_page.BOARD] = said if isinstance(said, dict) else {"board": said}
    app.run()
    assert not app.exception
    assert session(app).puzzle == easy()
    assert not asked


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("teleport", {}),
        ("look", {"board": "<img>", "edits": ""}),
        ("look", {"board": EMPTY, "edits": "0:99"}),
        ("look", {"board": EMPTY, "edits": ["0:1"]}),
        ("read", {"text": None}),
        ("read", {"text": "x" * (solves.LONGEST_TEXT + 1)}),
        ("read", {"text": "<script>alert(1)</script>"}),
        ("give", {"form": "../../etc/passwd"}),
        ("give", {"form": "json"}),
        ("reasons", {}),
        ("code", {"text": "javascript:alert(1)"}),
        ("code", {"text": "http://127.0.0.1/?" + "x" * 2000}),
        ("code", {}),
    ],
)
def test_hostile_questions_get_a_sentence_and_change_nothing(asked, kind, details):
    app = opened()
    before = session(app)
    ask(app, kind, details)
    error = replied(app)["error"]
    assert error[0].isupper()
    assert "Traceback" not in error
    assert (session(app).puzzle, session(app).settings) == (before.puzzle, before.settings)


def test_a_link_brings_puzzle_and_settings(asked):
    puzzle = examples.levels()["Hard"].puzzles[1]
    app = opened(p=puzzle, model="mdm", policy="random", steps="5", seed="3")
    assert shown(app)["puzzle"] == puzzle
    press_solve(app, puzzle)
    assert asked == [(puzzle, Settings(model="mdm", policy="random", nfe=5, seed=3))]


def test_a_bad_link_gets_an_example_and_a_word(asked):
    app = opened(p="<script>alert(1)</script>", model="gpt")
    assert shown(app)["puzzle"] == easy()
    assert "cannot be read" in app.warning[0].value
    assert session(app).settings == Settings()


def test_settings_that_do_not_go_together_get_a_sentence(monkeypatch):
    monkeypatch.setattr(start, "warm_up", lambda: None)
    for query, said in (({"rules": "search"}, "choose blocks `none`"), ({"steps": "5"}, "need 9 calls")):
        app = press_solve(opened(p=easy(), blocks="rows", **query), easy())
        report_shown = shown(app)["report"]
        assert report_shown["headline"] == words.NO_RUN
        assert said in report_shown["reason"]


def test_a_model_that_cannot_be_loaded_is_told_without_paths(asked, monkeypatch):
    def missing(puzzle: str, settings: Settings, cancelled: threading.Event, proof: object) -> Trace:
        raise CheckpointError("/srv/secret/model.json is missing")

    monkeypatch.setattr(solves, "solve", missing)
    said = shown(press_solve(opened(), easy()))["report"]
    assert said["tone"] == "failed"
    assert "VMD" in said["reason"]
    assert "secret" not in json.dumps(said)


def test_an_unforeseen_error_is_told_by_a_number_alone(asked, monkeypatch):
    def broken(puzzle: str, settings: Settings, cancelled: threading.Event, proof: object) -> Trace:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(solves, "solve", broken)
    said = shown(press_solve(opened(), easy()))["report"]
    assert re.search(r"error [0-9a-f]{6}", said["reason"])
    assert "secret" not in json.dumps(said)


def test_a_busy_server_says_so_and_the_browser_asks_again(monkeypatch):
    one = gate.Gate(running=1, waiting=0)
    monkeypatch.setattr(gate, "gate", lambda: one)
    monkeypatch.setattr(start, "warm_up", lambda: None)
    app = opened()
    with one.enter():
        press_solve(app, examples.levels()["Hard"].puzzles[3])
        said = shown(app)["report"]
        assert said["busy"]
        assert said["headline"] == words.BUSY
        ask(app, "check")
        assert replied(app)["busy"]


def test_a_link_with_a_step_solves_and_opens_there(asked):
    app = opened(p=easy(), at="7")
    assert asked == [(easy(), Settings())]
    assert shown(app)["report"]["trace"]
    assert shown(app)["at"] == 7
    assert session(app).to_query() == {"p": easy(), "at": "7"}


def test_a_link_with_a_step_to_a_hopeless_puzzle_says_so(asked):
    app = opened(p=IMPOSSIBLE, at="7")
    assert shown(app)["report"]["headline"] == words.IMPOSSIBLE
    assert "at" not in session(app).to_query()


def test_a_session_taken_over_after_a_restart_keeps_the_board_of_the_browser(asked):
    app = AppTest.from_file(ENTRY, default_timeout=30)
    app.run()
    app.session_state[solve_page.BOARD] = {"board": {"load_id": new_id(), "puzzle": CLASH}}
    app.run()
    assert session(app).puzzle == CLASH


def test_what_the_board_is_sent_is_numbered_by_its_changes(asked):
    app = opened(p=easy())
    first = shown(app)["number"]
    assert shown(app.run())["number"] == first
    assert shown(press_solve(app, easy()))["number"] > first


def test_settings_chosen_while_z_is_drawn_anew_keep_that_z(asked, monkeypatch):
    app = with_settings(opened())
    form = solve_page.form

    def meanwhile(*args: object) -> Settings:
        desk = app.session_state["desk"]
        desk.change(lambda session: session.configure(dataclasses.replace(session.settings, draw=True, seed=9)))
        monkeypatch.setattr(solve_page, "form", form)
        return form(*args)

    monkeypatch.setattr(solve_page, "form", meanwhile)
    app.selectbox(key="settings_policy").set_value("top-prob").run()
    assert session(app).settings == Settings(policy="top-prob", draw=True, seed=9)
