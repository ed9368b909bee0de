"""The Compare page: several ways to fill one puzzle, on one time line, and races of two over a set."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.compare import component as compare_board
from app.compare import words as compare_words
from app.compare.comparison import (
    BOARDS,
    DRAWS,
    GUESS_PUZZLE,
    GUESS_SIDES,
    LETTERS,
    ONE_MODEL,
    Comparison,
    _request,
    puzzle_in,
)
from app.compare.race_view import _race_section
from app.compare.work import Answer, Table, _work
from app.parts.form import WIDTH, form
from app.parts.settings import Settings
from app.parts.teaching import teaching
from app.server import examples, start
from vmd_sudoku.board import CELLS, Line

BOARD = "compare_board"
OPEN = "compare_open_{name}"
_DESK = "compare"
_SOLVE_DESK = "desk"
_WIDTH = 1240


def page() -> None:
    """Draw the page."""
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Table(Comparison.from_query(st.query_params.to_dict()))
    table: Table = st.session_state[_DESK]
    run = table.arrive()

    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH, key="compare_page"):
        if not teaching().projector:
            st.title(compare_words.TITLE, anchor=False)
            st.caption(compare_words.LEAD)
        settings = st.container()
        comparison = table.comparison
        if comparison.notice:
            st.warning(comparison.notice)
        answer = table.answer if table.answer and table.answer.request == _request(comparison) else None
        if answer:
            _tell(table, answer)
        compare_board.compare_board(
            run=_request(comparison),
            puzzle=comparison.puzzle or "." * CELLS,
            view=comparison.view,
            boards=tuple(zip(comparison.names, _captions(comparison), strict=True)),
            result=answer.result if answer else None,
            at=comparison.at,
            working="" if answer else compare_words.START_WORKING if comparison.puzzle else compare_words.FINDING,
            query=comparison.to_query(),
            key=BOARD,
        )
        progress = st.empty()
        # Their choices are read from tables beside torch, which takes seconds to load: the boards come first.
        with settings:
            _choices(table)
        if comparison.view == "sides":
            _race_section(table)
    start.warm_up()
    # The boards are on the screen: now there is time to think.
    if answer is None:
        if not _work(table, run, progress.caption):
            st.stop()
        st.rerun()


def lay_out(puzzle: Line, sides: Sequence[Settings]) -> None:
    """Have the page show a puzzle under two to four settings when it is opened next."""
    table: Table = st.session_state.setdefault(_DESK, Table(Comparison()))
    four = (*sides, *table.comparison.sides[len(sides) :])
    table.put(puzzle)
    table.change(view="sides", boards=BOARDS[len(sides) > BOARDS[0]], sides=four)


def _captions(comparison: Comparison) -> tuple[str, ...]:
    if comparison.view == "sides":
        return tuple(map(str, comparison.shown))
    return tuple(compare_words.SEED_OF[each.model].format(seed=each.seed) for each in comparison.shown)


# ---- what is compared


def _puzzles(table: Table) -> None:
    """Ways to another puzzle; a new one has the page drawn once more."""
    before = table.comparison
    _puzzle_choices(table)
    if table.comparison is not before:
        st.rerun()


def _puzzle_choices(table: Table) -> None:
    if st.button(compare_words.FIND, icon=":material/search:", help=compare_words.FIND_HELP, key="compare_find"):
        table.put(None)
    if st.button(
        compare_words.GUESSES, icon=":material/casino:", help=compare_words.GUESSES_HELP, key="compare_guesses"
    ):
        lay_out(GUESS_PUZZLE, GUESS_SIDES)
    with st.popover(compare_words.PUZZLE, icon=":material/grid_on:"):
        st.caption(compare_words.LEVELS)
        with st.container(horizontal=True, gap="xsmall"):
            for name, level in examples.levels().items():
                if st.button(name, key=f"compare_level_{name}", help=level.about):
                    turn = table.shown.get(name, 0)
                    table.shown[name] = turn + 1
                    table.put(level.puzzles[turn % len(level.puzzles)])
        solve_desk = st.session_state.get(_SOLVE_DESK)
        if solve_desk and st.button(compare_words.FROM_SOLVE, key="compare_from_solve"):
            table.put(solve_desk.session.puzzle)
        text = st.text_area(
            compare_words.PUZZLE_LABEL, help=compare_words.PUZZLE_HELP, max_chars=2000, key="compare_text", height=120
        )
        if st.button(compare_words.PUZZLE_USE, key="compare_use"):
            puzzle = puzzle_in(text)
            if puzzle is None:
                st.error(compare_words.PUZZLE_BAD)
            else:
                table.put(puzzle)


def _choices(table: Table) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _puzzles(table)
        now = table.comparison
        shown = "draws" if now.view == "draws" else str(now.boards)
        chosen = _one_of(compare_words.VIEW, compare_words.SHOWN, shown, f"compare_shown_{table.turn}")
        if chosen == "draws":
            after = _draws(table, replace(now, view="draws"))
        else:
            after = replace(now, view="sides", boards=int(chosen))
            for which, letter in enumerate(LETTERS[: after.boards]):
                name = compare_words.CHANGE.format(name=letter)
                place = _popover(name, letter)
                if place is not None:
                    with place:
                        after = after.side(which, form(f"compare_{letter}_{table.turn}_", now.sides[which]))
    if after != now:
        touched = {name: value for name, value in vars(after).items() if value != getattr(now, name)}
        table.edit(**touched | {"at": None})
        st.rerun()


def _draws(table: Table, now: Comparison) -> Comparison:
    kind = _one_of(compare_words.WHAT_IS_DRAWN, compare_words.ONE_MODEL, now.one.model, f"compare_one_{table.turn}")
    one = now.one if kind == now.one.model else ONE_MODEL[kind]
    place, draws = _popover(compare_words.ONE.format(settings=one), "draws"), now.draws
    if place is not None:
        with place:
            draws = st.selectbox(
                compare_words.DRAWS, list(DRAWS), index=DRAWS.index(now.draws), key=f"compare_draws_{table.turn}"
            )
            labels = {"seed": compare_words.SEED_FIRST}
            one = form(f"compare_{kind}_{table.turn}_", one, model=False, labels=labels)
    return replace(now, draws=draws, one=one)


def _popover(label: str, name: str) -> DeltaGenerator | None:
    """A place for settings, once it is open: widgets that nobody sees would be most of a run's work."""
    popover = st.popover(label, icon=":material/tune:", key=OPEN.format(name=name), on_change="rerun")
    return popover.container(width=WIDTH) if popover.open else None


def _one_of(label: str, names: dict[str, str], now: str, key: str) -> str:
    """One of a few, side by side."""
    return st.segmented_control(
        label,
        list(names),
        default=now,
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=key,
    )


# ---- the answer


def _tell(table: Table, answer: Answer) -> None:
    if answer.note:
        st.info(answer.note)
    if answer.failure:
        st.error(answer.failure)
        if st.button(compare_words.AGAIN, key="compare_again"):
            table.forget()
            st.rerun()


# ---- the race
