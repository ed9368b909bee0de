"""Hints, checks and whatever else a browser asks beside Solve."""

import base64
import gzip
import json
import re
import threading

import numpy as np
import pytest
from app_stubs import EMPTY, IMPOSSIBLE, ask, easy, opened, press_solve, replied, session, shown

from app.parts import words
from app.parts.doors import with_own
from app.parts.settings import MAX_SEED, Settings
from app.server import exact, examples, models
from app.solve import answers
from app.solve.session import Session
from vmd_sudoku.board import is_legal, parse, to_line
from vmd_sudoku.exact.proof import Proof
from vmd_sudoku.exact.solver import solve
from vmd_sudoku.formats import links, write
from vmd_sudoku.formats import text as formats
from vmd_sudoku.solving.trace import Trace

pytestmark = pytest.mark.usefixtures("compiled_reasons")


def test_z_goes_back_to_a_draw_of_before():
    session = Session(settings=Settings(draw=True, seed=7))

    def look(z: object) -> Settings:
        said = answers.look(session, {"board": EMPTY, "edits": "", "z": z}, threading.Event())
        return said.change(session).settings

    assert look("draw").z == 8
    assert look({"draw": True, "seed": 3}).z == 3
    assert look({"draw": False, "seed": 3}) == Settings(seed=3)
    assert look({"draw": "<b>", "seed": "<b>"}) == Settings()


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


@pytest.mark.parametrize("turn", [0, 2, 23, 24])
def test_a_sheet_of_a_fresh_page_repeats_nothing(asked, turn):
    app = opened(p=examples.levels()["Easy"].puzzles[turn])
    ask(app, "sheet", {"count": 4})
    assert len(set(re.findall(r"<svg.*?</svg>", replied(app)["page"], re.DOTALL))) == 4


@pytest.mark.parametrize(("likeliest", "said"), [(0, words.HINT_AGREES), (1, words.HINT_DISAGREES)])
def test_a_hint_gives_the_probability_of_the_digit_that_it_speaks_of(asked, monkeypatch, likeliest, said):
    """The network is surest of its own digit, which need not be the one that the hint is about."""
    answer = solve(parse(easy())[None])[0][0]
    shares = np.full((81, 9), 5, np.uint8)
    shares[np.arange(81), (answer - 1 + likeliest) % 9] = 215
    monkeypatch.setattr(models, "look", lambda board, settings: (shares, None))
    reason = replied(ask(opened(), "hint"))["message"]["reason"]
    assert said.format(sure="84\u00a0%") in reason


def test_a_check_that_was_not_decided_does_not_call_the_board_solvable(asked, monkeypatch):
    good, _ = right_and_wrong(2)
    decided = {easy(): "one"}
    monkeypatch.setattr(exact, "proof", lambda puzzle: Proof(decided.get(puzzle, "not decided"), None, None))
    app = ask(opened(), "check", own=packed(*good))
    assert replied(app)["message"]["headline"] == words.CHECK_UNDECIDED
    # The board is shown to be impossible, and the digits on the way to it are not decided: nobody is blamed.
    decided[with_own(easy(), good)] = "none"
    ask(app, "check", own=packed(*good))
    assert replied(app)["message"]["reason"] == words.CHECK_WRONG_SOMEWHERE
    assert "wrong" not in replied(app)
    assert answers.first_wrong(easy(), packed(*good)) is None
    decided[with_own(easy(), good[:1])] = "none"
    assert answers.first_wrong(easy(), packed(*good)) == 0


def test_own_digits_are_blamed_only_where_the_puzzle_was_shown_to_have_a_solution(asked, monkeypatch):
    good, _ = right_and_wrong(1)
    board = with_own(easy(), good)
    monkeypatch.setattr(exact, "proof", lambda puzzle: Proof("none" if puzzle == board else "not decided", None, None))
    monkeypatch.setattr(exact, "clashing", lambda puzzle: ())
    said = shown(ask(opened(), "solve", own=packed(*good)))["report"]
    assert (said["headline"], said["reason"]) == (words.IMPOSSIBLE, words.IMPOSSIBLE_WHY)


def test_the_seed_after_the_largest_is_0_and_the_largest_is_one_of_its_own():
    session = Session(settings=Settings(draw=True, seed=MAX_SEED - 1))
    drawn = []
    for _ in range(3):
        said = answers.look(session, {"board": EMPTY, "edits": "", "z": "draw"}, threading.Event())
        session = said.change(session)
        drawn.append(session.settings.seed)
    assert drawn == [MAX_SEED, 0, 1]


def test_own_digits_come_in_and_go_out_apart_from_the_clues():
    good, _ = right_and_wrong(3)
    session = Session(puzzle=easy(), own=packed(*good))
    for form in ("sdk", "clues"):
        found = answers.read(session, {"text": answers.FORMS[form](session)}, threading.Event()).change(session)
        assert found.puzzle == easy()
        assert found.board == (session.board if form == "sdk" else easy())


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: data.decode().encode("utf-16")])
def test_files_that_are_no_plain_text_are_read_by_the_server(pack):
    def read(data: bytes) -> answers.Answer:
        return answers.read(Session(), {"bytes": base64.b64encode(data).decode()}, threading.Event())

    assert read(pack(easy().encode())).change(Session()).puzzle == easy()
    assert "not a text" in read(bytes(range(256))).data["error"]
    assert "error" in answers.read(Session(), {"bytes": "?"}, threading.Event()).data
