"""The Solve page: put a puzzle on the board, let a network fill it, watch the order, read the verdict."""

import logging
import secrets
from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.parts import verdict, words
from app.parts.desk import Desk, Job
from app.parts.form import WIDTH, form
from app.parts.settings import MODELS, Settings
from app.parts.teaching import teaching
from app.parts.verdict import Report
from app.server import exact, examples, gate, solves, start
from app.solve import component as components
from app.solve import report
from app.solve.answers import ANSWERS, first_wrong, message, steered
from app.solve.component import Ask
from app.solve.session import Reply, Session, from_query
from vmd_sudoku.errors import CheckpointError, VmdSudokuError
from vmd_sudoku.formats import links

BOARD = "solve_board"
SOLVE = "solve"
SETTINGS = "settings_open"
_DESK = "desk"
_PATIENCE = 60.0
"""Seconds that a run of the page waits for an answer that an earlier one works on."""
T = TypeVar("T")
_LOG = logging.getLogger(__name__)


def page(comparing: StreamlitPage | None = None) -> None:
    """Draw the page. comparing: the page that its first words lead to."""
    levels = examples.levels()
    if _DESK not in st.session_state:
        first = next(iter(levels.values()))
        st.session_state[_DESK] = Desk(from_query(st.query_params.to_dict(), first.puzzles[0]))
    desk: Desk[Session] = st.session_state[_DESK]

    asked = teaching()
    with st.container(horizontal_alignment="center"), st.container(width=1000, key="solve_page"):
        st.title(words.TITLE, anchor=False)
        with st.container(key="intro", horizontal=True, vertical_alignment="center", gap="small"):
            if not asked.projector:
                st.caption(words.ABOUT, width="content")
            if comparing and not asked.projector:
                st.page_link(comparing, label=words.TO_COMPARE)
        with st.container(key="levels", horizontal=True, vertical_alignment="center", gap="xsmall"):
            for name, level in levels.items() if "levels" not in asked.hide else ():
                # A callback is done before the run can be cut off by what the browser says next of its board.
                st.button(name, key=f"level_{name}", help=level.about, on_click=_example, args=(desk, name))
            settings = st.empty()
        if desk.session.notice:
            st.warning(desk.session.notice)
        drawn = _board(desk)
        # The choices come from tables beside torch: the board is on the screen while that loads.
        if "settings" not in asked.hide:
            with settings:
                _settings(desk)
    start.warm_up()
    _go_on(desk, drawn)


def _example(desk: Desk[Session], level: str) -> None:
    desk.cancel()
    puzzles = examples.levels()[level].puzzles
    desk.change(lambda session: session.example(level, puzzles))


# No fragment: a browser that comes back to a restarted server, or after its session ended, asks for a fragment which
# that server has never run, and would be left without an answer. A whole run finds the browser's board and goes on.
def _board(desk: Desk[Session]) -> Session:
    """Draw the board with what the browser said taken in; the session that was drawn."""
    heard = _hear(desk)
    drawn = desk.session
    components.board(drawn, wiki=links.sudokuwiki_link(drawn.puzzle.digits), key=BOARD)
    # What a browser says to a new server is known only after the board was drawn once.
    if not heard and _hear(desk):
        st.rerun()
    return drawn


def _hear(desk: Desk[Session]) -> bool:
    """Take over what the browser said, and answer if it asked something; whether anything was new."""
    before = desk.session
    heard = components.listen(key=BOARD, load_id=before.load_id)
    if heard is None:
        return False
    said = heard.said
    if desk.change(lambda session: session.heard(said)).board != before.board:
        desk.cancel()
    # A question stays in what is said until its answer has arrived, so one that is answered comes again.
    if heard.ask and heard.ask.press != before.answered:
        answer(desk, heard.ask)
    return desk.session != before


def _go_on(desk: Desk[Session], drawn: Session) -> None:
    """See to what is not finished: a run that a link asks for, or an answer that an earlier run of the page works on."""
    session = desk.session
    if session.step is not None and session.report is None:
        answer(desk, Ask(0, SOLVE, {"start": session.step}))
        desk.change(lambda session: session if session.report else session.at(None))
        st.rerun()
    job = desk.running()
    if job:
        job.done.wait(_PATIENCE)
    # The earlier run may have come to its answer after this one drew the board; its own drawing counts for nothing.
    if desk.session != drawn:
        st.rerun()


def answer(desk: Desk[Session], ask: Ask) -> None:
    """Answer one question of the browser and put the answer on the desk, whatever happens.

    Streamlit starts a new run of the page beside one that still works here; the new one's question cancels the old one's.
    """
    is_solve = ask.kind == SOLVE
    # z as the levers have it now, which the browser may not have told before it asked.
    session = desk.change(lambda session: _asked(session, ask)) if is_solve else desk.session
    job = desk.begin(ask.press, session.question() if is_solve else None)
    if job is None:
        return
    change = None
    try:
        change = _solved(session, ask, job) if is_solve else _replied(session, ask, job)
    except gate.CancelledError:
        _LOG.info("press %s was cancelled", ask.press)
    finally:
        # In `finally`: a run that Streamlit cuts off must leave no job that others wait for.
        desk.end(job, change)


def _asked(session: Session, ask: Ask) -> Session:
    """With the settings that a press of Solve brings along."""
    if ask.details.get("guess") is True:
        return session.configure(session.settings.guessing())
    return steered(session, ask.details)


def _solved(session: Session, ask: Ask, job: Job) -> Callable[[Session], Session]:
    said = session.run() or solve(session, job)
    start = ask.details.get("start")
    if said.trace and isinstance(start, int):
        return lambda session: session.tell(said, job.press).at(start)
    return lambda session: session.tell(said, job.press)


def solve(session: Session, job: Job) -> Report:
    """Let the rules and the exact solver look at the board, then the network; whatever happens, there is a report.

    Raises:
        CancelledError: the visitor wants something else by now.
    """
    board, settings = session.board, session.settings

    def run() -> Report:
        refused = verdict.refusal(board)
        if refused:
            return refused
        proof = exact.proof(board)
        if proof.solutions != "none":
            return report.outcome(solves.solve(board, settings, job.cancelled, proof), settings, proof)
        if session.own and exact.proof(session.puzzle).solutions in ("one", "several"):
            return report.ruled_out(session.puzzle, session.own, first_wrong(session.puzzle, session.own))
        return verdict.impossible(board, exact.clashing(board))

    return _guarded(run, settings, lambda words, headline, busy: verdict.failure(board, words, headline, busy))


def _replied(session: Session, ask: Ask, job: Job) -> Callable[[Session], Session]:
    def run() -> Callable[[Session], Session]:
        if ask.kind not in ANSWERS:
            return failed(words.NOT_UNDERSTOOD)
        found = ANSWERS[ask.kind](session, ask.details, job.cancelled)
        return lambda session: found.change(session).answer(Reply(ask.press, ask.kind, found.data))

    def failed(reason: str, headline: str = words.NO_RUN, busy: bool = False) -> Callable[[Session], Session]:
        said = message("failed", headline, verdict.sentence(reason), error=reason, busy=busy)
        return lambda session: session.answer(Reply(ask.press, ask.kind, said.data))

    return _guarded(run, session.settings, failed)


def _guarded(run: Callable[[], T], settings: Settings, failed: Callable[[str, str, bool], T]) -> T:
    """What `run` gives, or what `failed` makes of words that are fit to show a visitor, a headline, and whether to retry."""
    try:
        return run()
    except gate.CancelledError:
        raise
    except gate.BusyError as error:
        return failed(str(error), words.BUSY, True)
    except CheckpointError as error:
        # The message names files of the server, which are for its owner alone.
        _LOG.error("model %s: %s", settings.model, error)
        return failed(words.NO_MODEL.format(model=MODELS[settings.model]), words.NO_RUN, False)
    except VmdSudokuError as error:
        return failed(str(error), words.NO_RUN, False)
    # A page must always answer; the number leads from what the visitor sees to the log, which has the rest.
    except Exception:
        number = secrets.token_hex(3)
        _LOG.exception("no answer, error %s", number)
        return failed(words.BROKEN.format(number=number), words.NO_RUN, False)


def _settings(desk: Desk[Session]) -> None:
    now = desk.session.settings
    popover = st.popover(words.SETTINGS, icon=":material/tune:", key=SETTINGS, on_change="rerun")
    # A dozen widgets that nobody sees would be half the work of every run, here and in the browser.
    if not popover.open:
        return
    with popover, st.container(width=WIDTH):
        chosen = form("settings_", now)
    if chosen != now:
        # What was not touched here may have changed meanwhile: a z that was drawn anew.
        desk.change(lambda session: session.configure(session.settings.with_changes(now, chosen)))
        st.rerun()
