"""What a visitor has on the table, and what a browser or a link may say of it."""

import pytest
from app_stubs import CLASH, EMPTY, easy

from app.parts.doors import (
    entries,
    load_id_or_none,
    new_id,
    notes_or_none,
    own_or_none,
    puzzle_or_none,
    with_own,
)
from app.parts.verdict import Report
from app.solve.session import Said, Session, from_query
from vmd_sudoku.board import Line


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
    assert with_own(Line("." * 81), entries("045801")) == "....5" + "." * 75 + "1"
    for value in (None, 5, "04", "815", "995", "045046", "04x", "045" * 100):
        assert own_or_none(value, "." * 81) is None, value
    assert own_or_none("045", "1" * 81) is None


def test_notes_are_nine_bits_a_cell():
    assert notes_or_none("") == ""
    assert notes_or_none("fv" * 81)
    for value in (None, "fv" * 80, "gv" * 81, "fw" * 81, "FV" * 81):
        assert notes_or_none(value) is None


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
    locked = told.heard(Said(Line("1" + EMPTY[1:]), ""))
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


def test_examples_of_a_level_come_in_turn():
    session = Session()
    seen = []
    for _ in range(3):
        session = session.example("Easy", ("a", "b"))
        seen.append(session.puzzle)
    assert seen == ["a", "b", "a"]


def test_a_level_never_brings_the_board_that_is_there_unless_it_has_no_other():
    assert Session(puzzle="a").example("Easy", ("a", "b")).puzzle == "b"
    assert Session(puzzle="a").example("Empty", ("a",)).puzzle == "a"
