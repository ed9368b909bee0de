"""The app without a browser: state, words, the gate, and the page driven headlessly with a stub for the network."""

import base64
import contextlib
import dataclasses
import itertools
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.compare import words as compare_words
from app.parts import component, verdict, words
from app.parts.desk import Desk
from app.parts.doors import (
    clues,
    entries,
    load_id_or_none,
    new_id,
    notes_or_none,
    own_or_none,
    puzzle_or_none,
    with_own,
)
from app.parts.settings import CANDIDATES, OFFERED, Settings, edits_or_none
from app.parts.verdict import Report
from app.server import exact, examples, gate, models, solves, start, together
from app.solve import answers, report
from app.solve import page as solve_page
from app.solve.session import Reply, Said, Session, from_query
from vmd_sudoku import board as boards
from vmd_sudoku.board import is_legal, parse, to_line
from vmd_sudoku.errors import CheckpointError
from vmd_sudoku.exact.solver import count_solutions, solve
from vmd_sudoku.formats import links, write
from vmd_sudoku.formats import text as formats
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.solving.trace import Trace, TraceStep

pytestmark = pytest.mark.usefixtures("compiled_reasons")

ROOT = Path(__file__).parents[2]
ENTRY = str(ROOT / "streamlit_app.py")
SHIPPED = ROOT / "vmd_sudoku" / "models" / "vmd" / "model.json"
needs_model = pytest.mark.skipif(not SHIPPED.exists(), reason="no trained model is shipped in vmd_sudoku/models/vmd")
EMPTY = "." * 81
CLASH = "55" + "." * 79
# The first row leaves only a 9 for its last cell, and the column of that cell holds one already.
IMPOSSIBLE = "12345678." + "." * 9 + "........9" + "." * 54


presses = itertools.count(1)


def easy() -> str:
    return examples.levels()["Easy"].puzzles[0]


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
        setting={},
        steps=tuple(steps),
        board=to_line(answer),
        verdict=boards.verdict(answer, board),
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

    def answer(puzzle: str, settings: Settings, cancelled: threading.Event | None = None) -> Trace:
        calls.append((puzzle, settings))
        return stub_trace(puzzle, settings)

    monkeypatch.setattr(solves, "solve", answer)
    monkeypatch.setattr(start, "warm_up", lambda: None)
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


def with_settings(app: AppTest) -> AppTest:
    """The page with its settings open."""
    app.session_state[solve_page.SETTINGS] = True
    return app.run()


def session(app: AppTest) -> Session:
    return app.session_state["desk"].session


def press_solve(app: AppTest, puzzle: str, load_id: str | None = None) -> AppTest:
    return ask(app, "solve", puzzle=puzzle, **({} if load_id is None else {"load_id": load_id}))


def ask(app: AppTest, kind: str, details: dict | None = None, **said: object) -> AppTest:
    """What the browser would send for a press, with the session's own board unless `said` has another."""
    now = session(app)
    board = {"load_id": now.load_id, "puzzle": now.puzzle, "own": now.own, "notes": now.notes} | said
    asked = {"press": next(presses), "kind": kind, "details": details or {}}
    app.session_state[solve_page.BOARD] = {"board": board | {"ask": asked}}
    app.run()
    assert not app.exception
    return app


def replied(app: AppTest) -> dict:
    return shown(app)["reply"]["data"]


# ---- state


def test_settings_survive_a_link():
    settings = Settings(
        model="mdm",
        policy="random",
        nfe=7,
        constraints="rules",
        remask="conflict",
        latents=4,
        draw=True,
        seed=12,
        edits=((3, -1.5), (728, 6.0)),
        threshold=0.75,
        schedule="cosine",
        blocks="bands",
        gumbel=0.5,
        temperature=1.25,
        remask_share=0.3,
        remask_budget=12,
        renew_z="prior",
    )
    usual = Settings()
    assert all(getattr(settings, name) != getattr(usual, name) for name in (*OFFERED, "model", "draw", "edits"))
    assert Settings.from_query(settings.to_query()) == settings
    assert Settings().to_query() == {}


@pytest.mark.parametrize(
    "query",
    [
        {"model": "gpt", "policy": "../../etc", "steps": "0", "rules": "yes", "z": "1", "seed": "-1"},
        {"steps": "82", "seed": str(2**31)},
        {"steps": "9" * 5000, "seed": "1e3"},
        {"steps": "٣", "seed": " 1"},
        {"zset": "729:1"},
        {"latents": "0", "remask": "<b>"},
        {"latents": "17"},
        {"zset": "3:7"},
        {"zset": "3:nan,4:1"},
        {"zset": "<b>" * 5000},
        {"threshold": "1.1", "gumbel": "11", "temperature": "-1", "share": "nan", "returns": "1001"},
        {"threshold": "1e-1", "gumbel": "٣", "temperature": ".5", "share": "0.1\n", "returns": "x"},
        {"schedule": "../x", "blocks": "diagonals", "renew": "<b>"},
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


def test_own_digits_lie_in_blanks_and_keep_their_order():
    assert own_or_none("045801", "." * 81) == "045801"
    assert entries("045801") == [(4, 5), (80, 1)]
    assert with_own("." * 81, entries("045801")) == "....5" + "." * 75 + "1"
    for value in (None, 5, "04", "815", "995", "045046", "04x", "045" * 100):
        assert own_or_none(value, "." * 81) is None, value
    assert own_or_none("045", "1" * 81) is None


def test_notes_are_nine_bits_a_cell():
    assert notes_or_none("") == ""
    assert notes_or_none("fv" * 81)
    for value in (None, "fv" * 80, "gv" * 81, "fw" * 81, "FV" * 81):
        assert notes_or_none(value) is None


def test_steered_numbers_of_z_are_sorted_and_within_bounds():
    assert edits_or_none(["9:1.5", "2:-3", "9:2"]) == ((2, -3.0), (9, 2.0))
    for value in ("2:1", ["2:1", 3], ["729:1"], ["1:6.1"], ["1:inf"], ["1:1"] * (CANDIDATES + 1)):
        assert edits_or_none(value) is None


def test_an_echo_of_an_earlier_board_is_ignored():
    session = Session().load(easy())
    assert session.heard(Said(EMPTY, new_id())) is session
    assert session.heard(Said(EMPTY, session.load_id)).puzzle == EMPTY


def test_a_session_that_loaded_nothing_takes_over_the_board_of_the_browser():
    load_id = new_id()
    session = Session(puzzle=easy()).heard(Said(CLASH, load_id))
    assert (session.puzzle, session.load_id) == (CLASH, load_id)


def test_changing_the_board_drops_the_report_and_notes_do_not():
    told = Session(puzzle=easy()).tell(Report(puzzle=easy(), tone="solved", headline="", reason=""), 1)
    assert told.heard(Said(easy(), "", notes="01" * 81)).report
    assert told.heard(Said(EMPTY, "")).report is None
    assert told.heard(Said(easy(), "", own="001")).report is None
    assert told.load(EMPTY).report is None


def test_locking_digits_as_clues_keeps_the_board():
    told = Session(puzzle=EMPTY, own="001").tell(Report(puzzle="1" + EMPTY[1:], tone="", headline="", reason=""), 1)
    assert told.report
    locked = told.heard(Said("1" + EMPTY[1:], ""))
    assert (locked.puzzle, locked.own, locked.report) == ("1" + EMPTY[1:], "", told.report)


def test_a_report_on_another_board_is_not_told():
    told = Session(puzzle=easy()).tell(Report(puzzle=EMPTY, tone="solved", headline="", reason=""), 7)
    assert (told.report, told.answered) == (None, 7)


def test_the_step_of_the_run_on_show_is_kept_until_the_visitor_leaves_it():
    run = Report(puzzle=easy(), tone="solved", headline="", reason="")
    told = Session(puzzle=easy()).tell(run, 1)
    assert told.heard(Said(easy(), "", run=new_id(), step=3)).step is None
    seen = told.heard(Said(easy(), "", run=run.id, step=3))
    assert (seen.step, seen.to_query()["at"]) == (3, "3")
    left = seen.heard(Said(easy(), "", run=run.id, step=None))
    assert (left.step, left.report) == (None, None)


def test_a_link_keeps_own_digits_notes_and_step():
    session = Session(puzzle=EMPTY, own="045001", notes="01" * 81, step=7)
    again = from_query(session.to_query(), easy())
    assert (again.puzzle, again.own, again.notes, again.step) == (EMPTY, "045001", "01" * 81, 7)
    bad = from_query({"p": easy(), "own": "995", "notes": "x", "at": "-1"}, EMPTY)
    assert (bad.puzzle, bad.own, bad.notes, bad.step) == (easy(), "", "", None)


def test_a_new_question_cancels_the_one_under_way():
    desk = Desk(Session())
    first = desk.begin(1)
    assert first
    assert desk.begin(1) is None
    assert desk.running() is first
    second = desk.begin(2)
    assert second
    assert first.cancelled.is_set()
    desk.end(first, lambda session: session.answer(Reply(1, "look", {})))
    assert first.done.is_set()
    assert desk.session.reply is None
    desk.end(second, lambda session: session.answer(Reply(2, "look", {})))
    assert desk.session.reply
    assert desk.running() is None


def test_the_same_question_again_waits_for_the_job_under_way():
    desk = Desk(Session())
    first = desk.begin(1, "a board")
    assert first
    assert desk.begin(2, "a board") is None
    assert not first.cancelled.is_set()
    assert first.press == 2
    other = desk.begin(3, "another board")
    assert other
    assert first.cancelled.is_set()
    # What was asked before is given up, and not taken up again.
    assert desk.begin(4, "a board") is not None


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


def test_z_goes_back_to_a_draw_of_before():
    session = Session(settings=Settings(draw=True, seed=7))

    def look(z: object) -> Settings:
        said = answers.look(session, {"board": EMPTY, "edits": "", "z": z}, threading.Event())
        return said.change(session).settings

    assert look("draw").z == 8
    assert look({"draw": True, "seed": 3}).z == 3
    assert look({"draw": False, "seed": 3}) == Settings(seed=3)
    assert look({"draw": "<b>", "seed": "<b>"}) == Settings()


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
        while sum(len(batch.places) for batch in batches._waiting.values()) < len(puzzles):
            time.sleep(0.01)
        held.open.set()
        found = [one.result() for one in waiting]
    assert len(held.asked) == 1
    for puzzle, trace in zip(puzzles, found, strict=True):
        assert trace
        alone = solves.solve_afresh(puzzle, settings)
        assert dataclasses.replace(trace, seconds=0.0) == dataclasses.replace(alone, seconds=0.0)


def test_who_leaves_a_batch_does_not_end_it_for_the_others(monkeypatch):
    held = Held()
    batches = together.Together(held.enter)

    def decode(batch: together.Batch, *others: object) -> None:
        for place in batch.places:
            place.give(lambda puzzle=place.puzzle: stub_trace(puzzle, Settings()))

    monkeypatch.setattr(together, "_decode", decode)
    leaves, stays = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        one, two = (pool.submit(batches.solve, None, easy(), Settings(), None, event, 9.0) for event in (leaves, stays))
        while len(held.asked) < 1 or len(held.asked[0].places) < 2:
            time.sleep(0.01)
        leaves.set()
        assert one.result() is None
        assert not held.asked[0].is_set()
        held.open.set()
        trace = two.result()
    assert trace
    assert trace.solved


def test_a_batch_that_everybody_has_left_takes_nobody_in(monkeypatch):
    held = Held()
    batches = together.Together(held.enter)
    monkeypatch.setattr(together, "_decode", lambda batch, *others: batch.places[0].give(lambda: None))
    left, late = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(batches.solve, None, easy(), Settings(), None, left, 9.0)
        while not held.asked:
            time.sleep(0.01)
        first = held.asked[0]
        assert isinstance(first, together.Batch)
        left.set()
        pool.submit(batches.solve, None, easy(), Settings(), None, late, 9.0)
        while len(held.asked) < 2:
            time.sleep(0.01)
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


def test_examples_of_a_level_come_in_turn():
    session = Session()
    seen = []
    for _ in range(3):
        session = session.example("Easy", ("a", "b"))
        seen.append(session.puzzle)
    assert seen == ["a", "b", "a"]


def test_every_example_is_what_its_level_says():
    expected = {"Two solutions": "several", "Empty": "several"}
    for name, level in examples.levels().items():
        for puzzle in level.puzzles:
            assert puzzle_or_none(puzzle)
            assert verdict.refusal(puzzle) is None
            assert exact.proof(puzzle).solutions == expected.get(name, "one"), (name, puzzle)


# ---- words


def test_clashing_clues_are_refused_with_the_clash():
    said = verdict.refusal(CLASH)
    assert said
    assert said.tone == "refused"
    assert "5 twice in row 1" in said.reason


def test_a_full_board_needs_no_run():
    full = to_line(solve(parse(easy())[None])[0][0])
    said = verdict.refusal(full)
    assert said
    assert said.headline == "Solved already"


def test_a_solved_puzzle_with_one_solution():
    said = report.outcome(stub_trace(easy(), Settings()), Settings(), exact.proof(easy()))
    assert (said.tone, said.headline) == ("solved", "Solved")
    assert "The puzzle has exactly one solution." in said.notes
    assert said.first_wrong is None
    assert any("calls of the network in 0.25 s" in note for note in said.notes)


def test_a_wrong_board_says_what_is_wrong_and_where_it_began():
    trace = stub_trace(easy(), Settings(), mistakes=2)
    said = report.outcome(trace, Settings(), exact.proof(easy()))
    assert (said.tone, said.headline) == ("wrong", "Not solved")
    assert said.reason.startswith("Breaks a rule")
    assert "2 cells differ from the only solution." in said.notes
    assert said.first_wrong == trace.calls - 1


def test_several_solutions_ask_for_a_mistyped_clue_only_where_one_was_possible():
    two = examples.levels()["Two solutions"].puzzles[0]
    assert clues(two) >= report.FEWEST_CLUES
    notes = {
        puzzle: " ".join(report.outcome(stub_trace(puzzle, Settings()), Settings(), exact.proof(puzzle)).notes)
        for puzzle in (two, EMPTY)
    }
    assert "mistype" in notes[two]
    assert re.search(r"differ in \d+ cells", notes[two])
    assert "mistype" not in notes[EMPTY]


def test_the_player_gets_probabilities_and_the_queue_in_bytes():
    trace = stub_trace(easy(), Settings())
    sent = report.playable(trace, Settings())
    said = np.frombuffer(base64.b64decode(sent["probabilities"]), np.uint8).reshape(-1, 81, 9)
    assert said.shape[0] == len(trace.steps)
    assert (said == round(255 / 9)).all()
    queue = np.frombuffer(base64.b64decode(sent["queue"]), np.uint8).reshape(-1, 81)
    for number, step in enumerate(trace.steps):
        blanks = len(trace.steps) - number
        assert queue[number, step.cells[0]] == 1
        assert sorted(queue[number][queue[number] > 0]) == list(range(1, blanks + 1))
    for settings in (Settings(policy="random"), Settings(gumbel=1.0), Settings(blocks="rows")):
        assert not any(base64.b64decode(report.playable(trace, settings)["queue"]))


def test_the_board_at_a_step_takes_back_what_was_remasked():
    steps = [
        {"cells": [0, 1], "digits": [1, 2], "remasked": [0]},
        {"cells": [0], "digits": [3], "remasked": []},
    ]
    trace = {"puzzle": EMPTY, "steps": steps}
    assert report.board_at(trace, 0) == EMPTY
    assert report.board_at(trace, 1) == ".2" + EMPTY[2:]
    assert report.board_at(trace, None) == "32" + EMPTY[2:]


# ---- gate


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
    while one._queue._value:  # the second is on its way into the queue
        pass
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


# ---- the network itself


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
    trace = solves.solve(easy(), Settings(seed=78))
    assert trace.verdict.startswith("left unfinished")
    assert solves.shelf().take(easy(), Settings(seed=78)) is None
    late = dataclasses.replace(trace, seconds=report.SOLVE_TIME)
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
    trace = solves.solve(easy(), Settings(nfe=1, edits=((0, 5.0),)))
    assert trace.latent
    assert trace.latent[0] == 5.0
    assert not any(trace.latent[1:])


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
    for name, level in examples.levels().items():
        app.button(key=f"level_{name}").click().run()
        assert shown(app)["puzzle"] == level.puzzles[0]
    before = session(app).load_id
    app.button(key="level_Easy").click().run()
    assert shown(app)["puzzle"] == examples.levels()["Easy"].puzzles[1]
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


def test_settings_reach_the_solver_and_the_link(asked):
    app = with_settings(opened())
    app.radio(key="settings_model").set_value("mdm").run()
    app.selectbox(key="settings_policy").set_value("top-prob").run()
    assert app.selectbox(key="settings_nfe").value == "cell"
    app.selectbox(key="settings_nfe").set_value(10).run()
    app.selectbox(key="settings_remask").set_value("conflict").run()
    app.number_input(key="settings_seed").set_value(4).run()
    chosen = Settings(model="mdm", policy="top-prob", nfe=10, remask="conflict", seed=4)
    press_solve(app, easy())
    assert asked == [(easy(), chosen)]
    assert session(app).to_query() == {
        "p": easy(),
        "model": "mdm",
        "policy": "top-prob",
        "steps": "10",
        "remask": "conflict",
        "seed": "4",
    }


@pytest.mark.parametrize(
    ("choices_before", "widget", "value", "query", "words_said"),
    [
        (
            {"policy": "threshold"},
            ("number_input", "threshold"),
            0.75,
            {"threshold": "0.75"},
            "threshold, one cell a step, from 75%",
        ),
        (
            {"steps": "10"},
            ("selectbox", "schedule"),
            "cosine",
            {"schedule": "cosine"},
            "10 steps, few first, many last",
        ),
        ({}, ("selectbox", "blocks"), "boxes", {"blocks": "boxes"}, "box by box"),
        ({}, ("number_input", "gumbel"), 0.5, {"gumbel": "0.5"}, "order noise 0.5, seed 0"),
        ({}, ("number_input", "temperature"), 1.0, {"temperature": "1"}, "temperature 1, seed 0"),
        ({}, ("selectbox", "renew_z"), "prior", {"renew": "prior"}, "z in later calls: drawn anew, seed 0"),
        ({"remask": "confidence"}, ("number_input", "remask_share"), 0.25, {"share": "0.25"}, "least sure, 25% a step"),
        ({"remask": "conflict"}, ("number_input", "remask_budget"), 5, {"returns": "5"}, "in conflict, 5 in all"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_an_advanced_setting_reaches_the_solver_the_link_and_the_words(
    asked, choices_before, widget, value, query, words_said
):
    kind, name = widget
    app = with_settings(opened(p=easy(), **choices_before))
    box = getattr(app, kind)(key=f"settings_{name}")
    assert not box.disabled
    box.set_value(value).run()
    assert not app.exception
    assert session(app).to_query() == {"p": easy(), **choices_before, **query}
    assert words_said in shown(app)["settings"]
    press_solve(app, easy())
    assert asked == [(easy(), dataclasses.replace(Settings.from_query(choices_before), **{name: value}))]
    again = with_settings(opened(p=easy(), **choices_before, **query))
    assert getattr(again, kind)(key=f"settings_{name}").value == value


def test_settings_without_effect_are_not_shown_and_stay_as_they_are(asked):
    """Not disabled: the label of a disabled choice is too faint to be read."""
    kept = {"latents": "4", "z": "draw", "threshold": "0.5", "schedule": "cosine", "renew": "prior", "share": "0.3"}
    app = with_settings(opened(p=easy(), model="mdm", returns="7", **kept))
    boxes = {box.key for box in [*app.selectbox, *app.number_input, *app.toggle]}
    without_effect = ("latents", "draw", "threshold", "schedule", "renew_z", "remask_share", "remask_budget")
    assert not boxes & {f"settings_{name}" for name in without_effect}
    app.radio(key="settings_model").set_value("vmd").run()
    assert not app.exception
    assert session(app).to_query() == {"p": easy(), "returns": "7", **kept}
    assert app.selectbox(key="settings_latents").value == 4
    assert app.toggle(key="settings_draw").value is True


def test_the_library_gets_what_was_chosen_with_a_z_that_fits_the_model():
    chosen = Settings(nfe=5, draw=True, seed=3, edits=((1, 2.0),))
    assert chosen.library() == Setting(nfe=5, seed=3, z=3)
    assert dataclasses.replace(chosen, seed=4).z == 4
    assert dataclasses.replace(chosen, draw=False).library() == Setting(nfe=5, seed=3)
    assert dataclasses.replace(chosen, model="mdm").library() == Setting(nfe=5, seed=3)


def test_a_seed_is_named_where_something_is_drawn():
    assert "seed" not in str(Settings())
    for settings in (Settings(latents=2), Settings(draw=True), Settings(policy="random"), Settings(gumbel=1.0)):
        assert str(settings).endswith("seed 0"), settings
    assert "seed" not in str(Settings(model="mdm", latents=2, draw=True, renew_z="prior"))


@needs_model
@pytest.mark.parametrize(
    "settings",
    [
        Settings(policy="threshold", threshold=0.5),
        Settings(nfe=5, schedule="cosine"),
        Settings(nfe=3, blocks="bands"),
        Settings(nfe=5, gumbel=3.0),
        Settings(nfe=5, temperature=5.0),
        Settings(nfe=5, renew_z="prior"),
        Settings(nfe=5, renew_z="posterior"),
        Settings(nfe=5, remask="confidence", remask_share=0.5),
    ],
    ids=str,
)
def test_every_advanced_setting_changes_what_the_network_does(settings):
    usual = dataclasses.replace(Settings(), policy=settings.policy, nfe=settings.nfe, remask=settings.remask)
    puzzle = examples.levels()["Extreme"].puzzles[0]
    assert solves.solve(puzzle, settings).steps != solves.solve(puzzle, usual).steps


def test_settings_that_do_not_go_together_get_a_sentence(monkeypatch):
    monkeypatch.setattr(start, "warm_up", lambda: None)
    for query, said in (({"rules": "search"}, "choose blocks `none`"), ({"steps": "5"}, "need 9 calls")):
        app = press_solve(opened(p=easy(), blocks="rows", **query), easy())
        report_shown = shown(app)["report"]
        assert report_shown["headline"] == words.NO_RUN
        assert said in report_shown["reason"]


def test_a_model_that_cannot_be_loaded_is_told_without_paths(asked, monkeypatch):
    def missing(puzzle: str, settings: Settings, cancelled: threading.Event) -> Trace:
        raise CheckpointError("/srv/secret/model.json is missing")

    monkeypatch.setattr(solves, "solve", missing)
    said = shown(press_solve(opened(), easy()))["report"]
    assert said["tone"] == "failed"
    assert "VMD" in said["reason"]
    assert "secret" not in json.dumps(said)


def test_an_unforeseen_error_is_told_by_a_number_alone(asked, monkeypatch):
    def broken(puzzle: str, settings: Settings, cancelled: threading.Event) -> Trace:
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


def test_what_was_solved_before_needs_no_gate(monkeypatch):
    one, settings = gate.Gate(running=1, waiting=0), Settings(seed=5)
    monkeypatch.setattr(gate, "gate", lambda: one)
    monkeypatch.setattr(start, "warm_up", lambda: None)
    trace = stub_trace(easy(), settings)
    solves.shelf().put(easy(), settings, trace)
    with one.enter():
        assert solves.solve(easy(), settings) is trace


# ---- own digits, hints, checks


def packed(*places: tuple[int, int]) -> str:
    return "".join(f"{cell:02d}{digit}" for cell, digit in places)


def right_and_wrong(count: int) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """The true digits of the first blanks, and one that clashes with nothing but is not the solution's."""
    answer = solve(parse(easy())[None])[0][0]
    blanks = [cell for cell, sign in enumerate(easy()) if sign == "."]
    good = [(cell, int(answer[cell])) for cell in blanks[:count]]
    board = parse(with_own(easy(), good))
    for cell in blanks[count:]:
        for digit in set(range(1, 10)) - {int(answer[cell])}:
            tried = board.copy()
            tried[cell] = digit
            if is_legal(tried):
                return good, (cell, digit)
    raise AssertionError("every wrong digit clashes")


def test_solve_goes_on_from_the_visitors_own_digits(asked):
    good, _ = right_and_wrong(1)
    app = ask(opened(), "solve", own=packed(*good))
    board = with_own(easy(), good)
    assert [puzzle for puzzle, _ in asked] == [board]
    assert shown(app)["report"]["puzzle"] == board
    assert session(app).to_query()["own"] == packed(*good)


def test_digits_that_rule_the_solution_out_are_named(asked):
    good, bad = right_and_wrong(1)
    said = shown(ask(opened(), "solve", own=packed(*good, bad)))["report"]
    assert said["headline"] == words.IMPOSSIBLE
    assert said["cells"] == [bad[0]]
    assert not asked


def test_check_finds_the_first_digit_that_went_wrong(asked):
    app = ask(opened(), "check")
    assert replied(app)["message"]["headline"] == words.CHECK_EMPTY
    good, bad = right_and_wrong(4)
    ask(app, "check", own=packed(*good))
    assert replied(app)["message"]["headline"] == words.CHECK_GOOD
    ask(app, "check", own=packed(*good[:3], bad, good[3]))
    assert replied(app)["message"]["headline"] == words.CHECK_WRONG
    assert replied(app)["wrong"] == bad[0]
    assert "entry 4 of 5" in replied(app)["message"]["reason"]


def test_a_hint_names_a_cell_and_keeps_its_digit_for_later(asked, monkeypatch):
    monkeypatch.setattr(models, "look", lambda board, settings: (np.full((81, 9), 255, np.uint8), None))
    app = ask(opened(), "hint")
    found = replied(app)
    assert easy()[found["cell"]] == "."
    assert found["digit"] == solve(parse(easy())[None])[0][0][found["cell"]]
    assert "single" in found["message"]["reason"]
    assert str(found["digit"]) in found["why"]
    assert set(found["basis"]) <= set(range(81)) - {found["cell"]}


def test_a_hint_on_a_board_that_went_wrong_says_where(asked):
    _, bad = right_and_wrong(0)
    app = ask(opened(), "hint", own=packed(bad))
    assert replied(app)["wrong"] == bad[0]
    assert replied(app)["message"]["headline"] == words.CHECK_WRONG
    full = to_line(solve(parse(easy())[None])[0][0])
    ask(app, "hint", puzzle=full, own="")
    assert replied(app)["message"]["headline"] == words.HINT_FULL


def test_every_digit_of_a_run_gets_a_persons_reason(asked):
    app = press_solve(opened(), easy())
    ask(app, "reasons")
    steps = replied(app)["steps"]
    assert len(steps) == easy().count(".")
    assert all(one["technique"] and one["text"].endswith(".") for step in steps for one in step)


def test_clues_that_cannot_stand_together_are_marked(asked):
    app = opened()
    press_solve(app, IMPOSSIBLE)
    said = shown(app)["report"]
    assert said["cells"]
    assert all(IMPOSSIBLE[cell] != "." for cell in said["cells"])
    ask(app, "check", puzzle=IMPOSSIBLE)
    assert replied(app)["clash"] == said["cells"]


# ---- in and out


@pytest.mark.parametrize(
    "text",
    [
        easy().replace(".", "0"),
        f"https://www.sudokuwiki.org/sudoku.htm?bd={easy()}",
        "\n".join(easy()[at : at + 9] for at in range(0, 81, 9)),
        write.to_sdk(parse(easy()), "By hand"),
        write.to_ss(parse(easy())),
        links.fpuzzles_link(parse(easy())),
    ],
)
def test_text_of_any_form_is_put_on_the_board(asked, text):
    app = opened(p=EMPTY)
    before = session(app).load_id
    ask(app, "read", {"text": text})
    assert session(app).puzzle == shown(app)["puzzle"] == easy()
    assert session(app).load_id not in ("", before)
    assert replied(app)["message"]["headline"] == words.LOADED


def test_text_of_no_form_keeps_the_board_and_says_why(asked):
    app = opened()
    ask(app, "read", {"text": "123"})
    assert session(app).puzzle == easy()
    assert "81" in replied(app)["error"]


def test_the_board_goes_out_in_every_form(asked):
    app = press_solve(opened(), easy())
    texts = {}
    for form in answers.FORMS:
        ask(app, "give", {"form": form})
        texts[form] = replied(app)["text"]
    assert texts["line"] == easy()
    for form in ("line", "grid", "sdk"):
        assert to_line(formats.read_text(texts[form]).puzzle) == easy()
    assert texts["svg"].startswith("<svg")
    assert texts["svg"].count("<text") == 81  # the run is at its end
    assert Trace.from_json(json.loads(texts["json"])).puzzle == easy()


def test_a_code_has_its_quiet_zone_and_is_square(asked):
    app = opened()
    ask(app, "code", {"text": f"http://127.0.0.1:8501/?p={easy()}"})
    rows = replied(app)["rows"]
    assert len({len(row) for row in rows} | {len(rows)}) == 1
    assert set(rows[0]) == {"0"}
    assert rows[answers.QUIET].startswith("0" * answers.QUIET + "1" * 7)


@pytest.mark.parametrize("count", [1, 4])
def test_a_sheet_holds_one_or_four_puzzles_that_differ(asked, count):
    app = opened()
    app.button(key="level_Hard").click().run()
    ask(app, "sheet", {"count": count})
    page = replied(app)["page"]
    assert page.count("<svg") == count
    assert len(set(re.findall(r"<svg.*?</svg>", page, re.DOTALL))) == count


# ---- a link that names a step


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


# ---- promises kept by looking


def test_no_html_from_strings_and_nothing_from_elsewhere():
    for path in [*ROOT.glob("app/**/*"), ROOT / "streamlit_app.py"]:
        if path.suffix in {".py", ".js", ".html", ".css"}:
            text = path.read_text(encoding="utf-8")
            for banned in ("unsafe_allow", "innerHTML", "insertAdjacentHTML", "eval(", "@import", "url("):
                assert banned not in text, (path.name, banned)
            links = set(re.findall(r"https?://[^\s\"')]+", text))
            assert links <= {"http://www.w3.org/2000/svg"}, path.name


def test_every_word_of_the_browser_is_used_and_no_other():
    sources = (path for path in (ROOT / "app").rglob("*") if path.suffix in {".js", ".html", ".css"})
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r"WORDS\.(\w+)", code)) | set(re.findall(r'data-(?:word|label|title)="(\w+)"', code))
    made = re.findall(r"WORDS\[`(\w+)\$\{|WORDS\[(\w+)\]", code)
    prefixes = tuple(start for start, _ in made if start)
    named = {"row", "column", "box"}  # WORDS[kind]
    known = words.BOARD | compare_words.BOARD
    assert used <= set(known)
    assert {word for word in known if word not in used | named and not word.startswith(prefixes)} == set()


def test_what_takes_long_to_load_is_not_loaded_before_the_board_is_drawn():
    heavy = "import sys, app.solve.page, app.compare.page; print({'torch', 'numba'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"


def test_the_parts_of_the_board_are_code_not_file_names():
    assert "\n" in component.source("parts/board.css")
    assert "export default" in component.source("solve/board.js")


def test_what_the_board_is_sent_is_numbered_by_its_changes(asked):
    app = opened(p=easy())
    first = shown(app)["number"]
    assert shown(app.run())["number"] == first
    assert shown(press_solve(app, easy()))["number"] > first
