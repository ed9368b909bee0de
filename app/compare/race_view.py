"""A race on the page."""

import logging
import threading

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app.compare import words as compare_words
from app.compare.comparison import (
    LETTERS,
    RACE_CLUES,
    RACE_COUNTS,
    RaceSettings,
)
from app.compare.race import Race, Tally, Track
from app.compare.work import Table
from app.parts.settings import MAX_SEED, Settings
from app.server import gate, models, solves
from vmd_sudoku.board import Line
from vmd_sudoku.errors import CheckpointError

_LOG = logging.getLogger(__name__)

_LIST = 40
"""Failures of one kind that a race offers to open."""


_BLUE, _ORANGE = "#3f78ea", "#cf6a20"
"""Of boards A and B, in tones that stand out on white and on black."""


@st.cache_resource(show_spinner=False)
def _track() -> Track:
    """The one track of this process."""
    return Track(unanswered=(gate.BusyError, gate.CancelledError))


def _race_section(table: Table) -> None:
    now = table.comparison
    first, second = now.names[:2]
    st.header(compare_words.RACE, anchor=False)
    st.caption(compare_words.RACE_LEAD)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        level = st.selectbox(
            compare_words.RACE_LEVEL,
            list(RACE_CLUES),
            index=list(RACE_CLUES).index(now.race.level),
            format_func=compare_words.RACE_LEVELS.__getitem__,
            width=240,
            key=f"race_level_{table.turn}",
        )
        count = st.selectbox(
            compare_words.RACE_COUNT,
            list(RACE_COUNTS),
            index=RACE_COUNTS.index(now.race.count),
            width=110,
            key=f"race_count_{table.turn}",
        )
        seed = st.number_input(
            compare_words.RACE_SEED, 0, MAX_SEED, value=now.race.seed, step=1, width=170, key=f"race_seed_{table.turn}"
        )
        chosen = RaceSettings(level=level, count=count, seed=int(seed))
        if chosen != now.race:
            table.edit(race=chosen)
        # No primary button: Streamlit writes white on it, which the light primary colour of the dark theme cannot carry.
        if st.button(compare_words.RACE_START.format(first=first, second=second), key="race_start"):
            _start_race(table)
    _race_live(table)
    # The boards above were drawn with the address of before.
    if chosen != now.race:
        st.rerun()


def _start_race(table: Table) -> None:
    if table.race:
        table.race.cancelled.set()
    pair = table.comparison.sides[:2]
    race = Race((pair[0], pair[1]), table.comparison.race)
    try:
        for settings in pair:
            models.model(settings.model)
    except CheckpointError as error:
        _LOG.error("race: %s", error)
        st.error(compare_words.NO_MODEL)
        return
    # Without a context of its own, Streamlit's caches warn that the thread belongs to no visitor.
    if _track().start(race, _is_solved, prepare=add_script_run_ctx):
        table.race = race
    else:
        st.warning(compare_words.RACE_FULL)


def _is_solved(puzzle: Line, settings: Settings, cancelled: threading.Event) -> bool:
    return solves.solve_afresh(puzzle, settings, cancelled).trace.solved


def _race_live(table: Table) -> None:
    race = table.race
    if race is None:
        return
    race.look()

    def draw() -> None:
        race.look()
        _race_state(race)
        _race_figures(race)
        if not race.live:
            # The whole page once more, so that the clock of this part stops.
            st.rerun()

    if race.live:
        st.fragment(draw, run_every=1.0)()
        return
    _race_state(race)
    _race_figures(race)
    _race_failures(table, race)


def _race_state(race: Race) -> None:
    why = race.why or compare_words.RACE_BROKEN
    values = {"done": len(race.results), "count": race.settings.count, "seconds": race.seconds, "why": why}
    text = compare_words.RACE_STATES[race.state].format(**values)
    if race.state == "running" and not race.puzzles:
        text = compare_words.RACE_MAKING
    if not race.live:
        st.caption(text)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(len(race.results) / race.settings.count, text=text)
        if st.button(compare_words.RACE_CANCEL, key="race_cancel"):
            race.cancelled.set()


def _race_figures(race: Race) -> None:
    tally = race.tally()
    if not tally.boards:
        return
    with st.container(horizontal=True, gap="large"):
        for side, settings in enumerate(race.pair):
            low, high = tally.interval(side)
            st.metric(
                compare_words.RACE_SIDE.format(name=LETTERS[side], settings=settings),
                compare_words.RACE_SOLVED.format(solved=tally.solved[side], boards=tally.boards),
                compare_words.RACE_RATE.format(
                    rate=100 * tally.solved[side] / tally.boards, low=100 * low, high=100 * high
                ),
                delta_color="off",
                delta_arrow="off",
            )
    names = {"first": LETTERS[0], "second": LETTERS[1]}
    st.write(
        compare_words.RACE_PAIRS.format(
            both=tally.both,
            only_first=tally.only_first,
            only_second=tally.only_second,
            neither=tally.neither,
            **names,
        )
    )
    st.write(_test_words(race, tally))
    # Drawing it every second would make the boards beside it stutter.
    if not race.live:
        _race_chart(race)


def _test_words(race: Race, tally: Tally) -> str:
    """What a test says: the exact one of a race that came to its end, else one that may be looked at at any moment."""
    pairs = tally.only_first + tally.only_second
    if not pairs:
        return compare_words.RACE_P_NONE
    p, test = (
        (tally.p, compare_words.RACE_P) if race.state == "done" else (race.p_so_far(), compare_words.RACE_P_SO_FAR)
    )
    verdict = compare_words.RACE_P_SMALL if p < 0.05 else compare_words.RACE_P_LARGE
    return f"{test.format(pairs=pairs, p=_p(p))} {verdict}"


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"


def _race_chart(race: Race) -> None:
    import plotly.graph_objects as go  # heavy, and wanted by races alone

    results = np.array(list(race.results))
    puzzles = np.arange(len(results) + 1)
    figure = go.Figure()
    for side, (dash, colour) in enumerate((("solid", _BLUE), ("dash", _ORANGE))):
        totals = np.concatenate([[0], results[:, side].cumsum()])
        figure.add_scatter(
            x=puzzles, y=totals, name=LETTERS[side], mode="lines", line={"dash": dash, "width": 3, "color": colour}
        )
    figure.update_layout(
        height=260,
        margin={"l": 0, "r": 0, "t": 10, "b": 0},
        xaxis={"title": compare_words.RACE_CHART_AXIS, "range": [0, race.settings.count]},
        yaxis={"title": compare_words.RACE_CHART, "rangemode": "tozero"},
        legend={"orientation": "h", "y": 1.1, "x": 0},
    )
    st.plotly_chart(figure, config={"displayModeBar": False}, key="race_chart")


def _race_failures(table: Table, race: Race) -> None:
    found = race.failures()
    if not any(found.values()):
        return
    st.subheader(compare_words.RACE_FAILURES, anchor=False)
    for kind, places in found.items():
        if not places:
            continue
        label = compare_words.RACE_KINDS[kind].format(first=LETTERS[0], second=LETTERS[1])
        more = len(places) - _LIST
        chosen = st.pills(
            label if more <= 0 else f"{label} ({compare_words.RACE_MORE.format(count=more)})",
            places[:_LIST],
            format_func=lambda place: compare_words.RACE_PUZZLE.format(number=place + 1),
            key=f"race_open_{kind}_{table.turn}",
        )
        if chosen is not None:
            sides = (*race.pair_on(chosen), *table.comparison.sides[2:])
            table.put(race.puzzles[chosen])
            table.change(view="sides", boards=2, sides=sides)
            st.rerun()
