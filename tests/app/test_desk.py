"""A visitor's work between two runs of a page."""

import threading

import pytest
from app_stubs import EMPTY

from app.parts.desk import Desk
from app.solve.session import Reply, Said, Session


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


def test_a_change_and_the_end_of_a_job_lose_nothing_of_each_other():
    """The browser says something new at the very moment at which an answer comes in."""
    desk = Desk(Session())
    job = desk.begin(1)
    assert job
    ended = threading.Thread(target=desk.end, args=(job, lambda session: session.answer(Reply(1, "look", {}))))

    def heard(session: Session) -> Session:
        ended.start()
        ended.join(0.2)  # it has to wait until this change is made
        return session.heard(Said(EMPTY, "", notes="01" * 81))

    desk.change(heard)
    ended.join(10)
    assert desk.session.reply
    assert desk.session.notes == "01" * 81


def test_nobody_puts_a_state_there_that_was_read_before():
    with pytest.raises(AttributeError):
        Desk(Session()).session = Session()  # type: ignore[misc]
