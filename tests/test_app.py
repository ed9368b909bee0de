"""The app without a browser: state, words, the gate, and the page driven headlessly with a stub for the network."""

import itertools
import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import components, report, resources
from app.session import (
    CONSTRAINTS,
    POLICIES,
    Report,
    Session,
    Settings,
    clues,
    from_query,
    load_id_or_none,
    new_id,
    puzzle_or_none,
)
from app.views import solve as solve_page
from vmd_sudoku.board import parse, to_line, verdict
from vmd_sudoku.errors import CheckpointError
from vmd_sudoku.solver import count_solutions, solve
from vmd_sudoku.trace import Trace, TraceStep

ROOT = Path(__file__).parents[1]
ENTRY = str(ROOT / "streamlit_app.py")
EMPTY = "." * 81
CLASH = "55" + "." * 79
# The first row leaves only a 9 for its last cell, and the column of that cell holds one already.
IMPOSSIBLE = "12345678." + "." * 9 + "........9" + "." * 54


presses = itertools.count(1)


def easy() -> str:
    return resources.levels()["Easy"].puzzles[0]


def stub_trace(puzzle: str, settings: Settings, mistakes: int = 0) -> Trace:
    """What an oracle would do: the true digits in reading order, the last `mistakes` of them wrong."""
    board, answer = parse(puzzle), solve(parse(puzzle)[None])[0][0].copy()
    blanks = np.flatnonzero(board == 0)
    wrong = blanks[len(blanks) - mistakes :]
    answer[wrong] = answer[wrong] % 9 + 1
    steps = [
        TraceStep(
            cells=(cell,),
            digits=(int(answer[cell]),),
            confidence=(0.9,),
            margin=(0.8,),
            entropy=(0.4,),
            why=("network",),
            remasked=(),
            backtracks=0,
            probabilities=tuple((1 / 9,) * 9 for _ in range(81)),
        )
        for cell in blanks.tolist()
    ]
    return Trace(
        puzzle=puzzle,
        model=settings.model,
        sha256="0" * 64,
        version="0",
        policy=settings.policy,
        nfe="cell",
        constraints=settings.constraints,
        remask="none",
        latents=1,
        z="mode",
        latent=None,
        seed=settings.seed,
        steps=tuple(steps),
        board=to_line(answer),
        verdict=verdict(answer, board),
        calls=len(steps),
        rounds=len(steps),
        backtracks=0,
        seconds=0.25,
        solutions="one" if count_solutions(board[None])[0] == 1 else "several",
        is_the_solution=not mistakes if count_solutions(board[None])[0] == 1 else None,
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Settings]]:
    """Put the oracle in the network's place; the list fills with what it was asked."""
    calls: list[tuple[str, Settings]] = []

    def answer(puzzle: str, settings: Settings) -> Trace:
        calls.append((puzzle, settings))
        return stub_trace(puzzle, settings)

    monkeypatch.setattr(resources, "solve", answer)
    monkeypatch.setattr(resources, "warm_up", lambda: None)
    return calls


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(ENTRY, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> dict:
    """What the page sends to the board in the browser."""
    return json.loads(app.get("bidi_component")[0].proto.json)


def session(app: AppTest) -> Session:
    return app.session_state["desk"].session


def press_solve(app: AppTest, puzzle: str, load_id: str | None = None) -> AppTest:
    said = {"load_id": session(app).load_id if load_id is None else load_id, "puzzle": puzzle}
    app.session_state[solve_page.BOARD] = {"board": said, "solve": said | {"press": next(presses)}}
    app.run()
    assert not app.exception
    return app


# ---- state


def test_settings_survive_a_link():
    settings = Settings(model="mdm", policy="random", nfe=7, constraints="rules", draw=True, seed=12)
    assert Settings.from_query(settings.to_query()) == settings
    assert Settings().to_query() == {}


@pytest.mark.parametrize(
    "query",
    [
        {"model": "gpt", "policy": "../../etc", "steps": "0", "rules": "yes", "z": "1", "seed": "-1"},
        {"steps": "82", "seed": str(2**31)},
        {"steps": "9" * 5000, "seed": "1e3"},
        {"steps": "٣", "seed": " 1"},
    ],
)
def test_a_link_cannot_go_past_the_limits(query):
    assert Settings.from_query(query) == Settings()


def test_a_link_with_an_unreadable_puzzle_falls_back_and_says_so():
    session = from_query({"p": "123"}, easy())
    assert session.puzzle == easy()
    assert "3" in session.notice
    assert "81" in session.notice
    assert from_query({"p": easy().replace(".", "0")}, EMPTY).puzzle == easy()


@pytest.mark.parametrize(
    "value", [None, 1, {}, "", EMPTY + ".", "0" * 81, "<img onerror>" * 9, "１" * 81, EMPTY + "\n"]
)
def test_only_81_plain_signs_count_as_a_puzzle(value):
    assert puzzle_or_none(value) is None


def test_a_load_id_is_sixteen_hexadecimal_digits():
    assert load_id_or_none(new_id())
    assert load_id_or_none("0" * 15) is None
    assert load_id_or_none("<script>".ljust(16)) is None


def test_an_echo_of_an_earlier_board_is_ignored():
    session = Session().load(easy())
    assert session.heard(EMPTY, new_id()) is session
    assert session.heard(EMPTY, session.load_id).puzzle == EMPTY


def test_a_session_that_loaded_nothing_takes_over_the_board_of_the_browser():
    load_id = new_id()
    session = Session(puzzle=easy()).heard(CLASH, load_id)
    assert (session.puzzle, session.load_id) == (CLASH, load_id)


def test_changing_the_puzzle_drops_the_report_and_repeating_it_does_not():
    told = Session(puzzle=easy()).tell(Report(puzzle=easy(), tone="solved", headline="", reason=""), 1)
    assert told.heard(easy(), "").report
    assert told.heard(EMPTY, "").report is None
    assert told.load(EMPTY).report is None


def test_examples_of_a_level_come_in_turn():
    session = Session()
    seen = []
    for _ in range(3):
        session = session.example("Easy", ("a", "b"))
        seen.append(session.puzzle)
    assert seen == ["a", "b", "a"]


def test_the_choices_are_those_of_the_library():
    from vmd_sudoku import decode

    assert set(POLICIES) <= set(decode.POLICIES)
    assert set(CONSTRAINTS) <= set(decode.CONSTRAINTS)


def test_every_example_is_what_its_level_says():
    expected = {"Two solutions": 2, "Empty": 2}
    for name, level in resources.levels().items():
        for puzzle in level.puzzles:
            assert puzzle_or_none(puzzle)
            assert report.refusal(puzzle) is None
            assert resources.solutions(puzzle)[0] == expected.get(name, 1), (name, puzzle)


# ---- words


def test_clashing_clues_are_refused_with_the_clash():
    said = report.refusal(CLASH)
    assert said
    assert said.tone == "refused"
    assert "5 twice in row 1" in said.reason


def test_a_full_board_needs_no_run():
    full = to_line(solve(parse(easy())[None])[0][0])
    said = report.refusal(full)
    assert said
    assert said.headline == "Solved already"


def test_a_solved_puzzle_with_one_solution():
    _, solution = resources.solutions(easy())
    said = report.outcome(stub_trace(easy(), Settings()), Settings(), solution)
    assert (said.tone, said.headline) == ("solved", "Solved")
    assert "The puzzle has exactly one solution." in said.notes
    assert said.first_wrong is None
    assert any("calls of the network in 0.25 s" in note for note in said.notes)


def test_a_wrong_board_says_what_is_wrong_and_where_it_began():
    _, solution = resources.solutions(easy())
    trace = stub_trace(easy(), Settings(), mistakes=2)
    said = report.outcome(trace, Settings(), solution)
    assert (said.tone, said.headline) == ("wrong", "Not solved")
    assert said.reason.startswith("Breaks a rule")
    assert "2 cells differ from the only solution." in said.notes
    assert said.first_wrong == trace.calls - 1


def test_several_solutions_ask_for_a_mistyped_clue_only_where_one_was_possible():
    two = resources.levels()["Two solutions"].puzzles[0]
    assert clues(two) >= report.FEWEST_CLUES
    assert any("mistype" in note for note in report.outcome(stub_trace(two, Settings()), Settings(), None).notes)
    assert not any("mistype" in note for note in report.outcome(stub_trace(EMPTY, Settings()), Settings(), None).notes)


# ---- gate


def test_the_gate_lets_one_in_and_turns_away_who_finds_the_queue_full():
    gate = resources.Gate(running=1, waiting=1, patience=10)
    inside, leave, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with gate.enter():
            inside.set()
            leave.wait(10)
            order.append("first")

    def second() -> None:
        with gate.enter():
            order.append("second")

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert inside.wait(10)
    threads.append(threading.Thread(target=second))
    threads[1].start()
    while gate._queue._value:  # the second is on its way into the queue
        pass
    with pytest.raises(resources.BusyError), gate.enter():
        pass
    leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]
    with gate.enter():
        pass


def test_the_gate_does_not_wait_for_ever_and_frees_its_place_after_an_error():
    gate = resources.Gate(running=1, waiting=1, patience=0.01)
    with gate.enter(), pytest.raises(resources.BusyError), gate.enter():
        pass
    with pytest.raises(ValueError, match="inside"), gate.enter():
        raise ValueError("inside")
    with gate.enter():
        pass


# ---- page


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


def test_solve_takes_the_board_of_the_browser_not_the_one_on_the_server(asked):
    app = opened()
    other = resources.levels()["Medium"].puzzles[0]
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
    for name, level in resources.levels().items():
        app.button(key=f"level_{name}").click().run()
        assert shown(app)["puzzle"] == level.puzzles[0]
    before = session(app).load_id
    app.button(key="level_Easy").click().run()
    assert shown(app)["puzzle"] == resources.levels()["Easy"].puzzles[1]
    assert session(app).load_id not in ("", before)


def test_a_stale_solve_is_not_run(asked):
    app = opened()
    app.button(key="level_Hard").click().run()
    press_solve(app, easy(), load_id=new_id())
    assert not asked
    assert session(app).puzzle == resources.levels()["Hard"].puzzles[0]


@pytest.mark.parametrize(
    "said",
    [
        "x",
        3,
        {"board": "<img onerror=1>"},
        {"board": {"load_id": "", "puzzle": "<img>"}, "solve": {"puzzle": None, "press": 1}},
        {"solve": {"load_id": "", "puzzle": CLASH, "press": "now"}},
    ],
)
def test_nonsense_from_a_browser_changes_nothing(asked, said):
    app = opened()
    app.session_state[solve_page.BOARD] = said if isinstance(said, dict) else {"board": said, "solve": said}
    app.run()
    assert not app.exception
    assert session(app).puzzle == easy()
    assert not asked


def test_a_link_brings_puzzle_and_settings(asked):
    puzzle = resources.levels()["Hard"].puzzles[1]
    app = opened(p=puzzle, model="mdm", policy="random", steps="5", seed="3")
    assert shown(app)["puzzle"] == puzzle
    press_solve(app, puzzle)
    assert asked == [(puzzle, Settings(model="mdm", policy="random", nfe=5, seed=3))]


def test_a_bad_link_gets_an_example_and_a_word(asked):
    app = opened(p="<script>alert(1)</script>", model="gpt")
    assert shown(app)["puzzle"] == easy()
    assert "cannot be read" in app.warning[0].value
    assert session(app).settings == Settings()


def test_settings_reach_the_solver_and_the_link(asked):
    app = opened()
    app.radio(key="settings_model").set_value("mdm").run()
    app.selectbox(key="settings_policy").set_value("top-prob").run()
    app.selectbox(key="settings_nfe").set_value(10).run()
    app.number_input(key="settings_seed").set_value(4).run()
    chosen = Settings(model="mdm", policy="top-prob", nfe=10, seed=4)
    press_solve(app, easy())
    assert asked == [(easy(), chosen)]
    assert session(app).to_query() == {"p": easy(), "model": "mdm", "policy": "top-prob", "steps": "10", "seed": "4"}


def test_a_model_that_cannot_be_loaded_is_told_without_paths(asked, monkeypatch):
    def missing(puzzle: str, settings: Settings) -> Trace:
        raise CheckpointError("/srv/secret/model.json is missing")

    monkeypatch.setattr(resources, "solve", missing)
    said = shown(press_solve(opened(), easy()))["report"]
    assert said["tone"] == "failed"
    assert "VMD" in said["reason"]
    assert "secret" not in json.dumps(said)


def test_an_unforeseen_error_is_told_by_a_number_alone(asked, monkeypatch):
    def broken(puzzle: str, settings: Settings) -> Trace:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(resources, "solve", broken)
    said = shown(press_solve(opened(), easy()))["report"]
    assert re.search(r"error [0-9a-f]{6}", said["reason"])
    assert "secret" not in json.dumps(said)


def test_a_busy_server_says_so(asked, monkeypatch):
    gate = resources.Gate(running=1, waiting=0)
    monkeypatch.setattr(resources, "gate", lambda: gate)
    app = opened()
    with gate.enter():
        press_solve(app, easy())
    assert "Try again" in shown(app)["report"]["reason"]
    assert not asked


def test_a_session_taken_over_after_a_restart_keeps_the_board_of_the_browser(asked):
    app = AppTest.from_file(ENTRY, default_timeout=30)
    app.run()
    app.session_state[solve_page.BOARD] = {"board": {"load_id": new_id(), "puzzle": CLASH}}
    app.run()
    assert session(app).puzzle == CLASH


# ---- promises kept by looking


def test_no_html_from_strings_and_nothing_from_elsewhere():
    for path in [*ROOT.glob("app/**/*"), ROOT / "streamlit_app.py"]:
        if path.suffix in {".py", ".js", ".html", ".css"}:
            text = path.read_text(encoding="utf-8")
            for banned in ("unsafe_allow", "innerHTML", "insertAdjacentHTML", "eval(", "@import", "url("):
                assert banned not in text, (path.name, banned)
            links = set(re.findall(r"https?://[^\s\"')]+", text))
            assert links <= {"http://www.w3.org/2000/svg"}, path.name


def test_the_parts_of_the_board_are_code_not_file_names():
    assert "\n" in components._source("board.css")
    assert "export default" in components._source("board.js")
