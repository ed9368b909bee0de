"""The Grids lab on the page: a hundred grids of each model, and a walk between two z."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app.labs import component, controls
from app.labs import words as lab_words
from app.labs.bench import Bench
from app.labs.choices import Choice
from app.server import gate, models
from vmd_sudoku.errors import CheckpointError

if TYPE_CHECKING:
    from app.labs.grids import Draw, Drawer, Walk

TICK_SECONDS = 0.7


@st.cache_resource(show_spinner=False)
def drawer() -> "Drawer":
    """The one drawer of this process."""
    from app.labs.grids import Drawer

    return Drawer(lambda flag: gate.gate().enter(flag), models.many, gate.BusyError, gate.CancelledError)


def grids_lab(bench: Bench) -> None:
    """Draw the lab."""
    st.caption(lab_words.GRIDS_LEAD)
    bench.choice = choice = _choose(bench)
    _live(bench)
    st.header(lab_words.GRIDS_WALK, anchor=False)
    st.caption(lab_words.GRIDS_WALK_LEAD)
    try:
        component.walk(asdict(_walk(choice.seed, choice.seed + 1)), key="labs_walk")
    except gate.BusyError as error:
        st.warning(str(error))
    except CheckpointError:
        st.error(lab_words.GRIDS_NO_MODEL)
    component.link(choice.to_query(), key="labs_link")


@st.cache_data(show_spinner=lab_words.GRIDS_WALKING, max_entries=32)
def _walk(first: int, second: int) -> "Walk":
    from app.labs import grids

    with gate.gate().enter():
        return grids.walk(models.many("vmd"), first, second)


def _choose(bench: Bench) -> Choice:
    now = bench.choice
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        calls, seed = controls.calls("grids", now.grids_calls), controls.seed("grids", now.seed)
        chosen = replace(now, grids_calls=calls, seed=seed)
        if bench.draw and bench.draw.live:
            if st.button(lab_words.STOP, icon=":material/stop:", key="labs_grids_stop"):
                bench.draw.stop()
                st.rerun()
        elif st.button(lab_words.GRIDS_START, icon=":material/play_arrow:", key="labs_grids_start"):
            _start(bench, chosen)
            st.rerun()
    return chosen


def _start(bench: Bench, choice: Choice) -> None:
    from app.labs.grids import Draw

    bench.choice = choice
    draw = Draw(choice.grids_calls, choice.seed)
    # Without a context of its own, Streamlit's caches warn that the thread belongs to no visitor.
    if not drawer().start(draw, prepare=add_script_run_ctx):
        draw.state = "failed"
    bench.draw = draw


def _live(bench: Bench) -> None:
    draw = bench.draw
    if draw is None:
        return
    draw.look()
    live = draw.live

    def show() -> None:
        draw.look()
        now = draw.live
        st.header(lab_words.GRIDS_HUNDRED, anchor=False)
        _progress(draw)
        component.grids([_column(draw, name) for name in lab_words.MODELS], key="labs_grids")
        if now != live:
            # The whole page once more, so that the clock of this part stops.
            st.rerun()

    st.fragment(show, run_every=TICK_SECONDS if live else None)()


def _progress(draw: "Draw") -> None:
    from app.labs.grids import COUNT

    done = sum(map(len, draw.grids.values()))
    text = lab_words.GRIDS_STATES[draw.state].format(done=done, count=2 * COUNT, calls=draw.calls, seed=draw.seed)
    st.progress(done / (2 * COUNT), text=text)


def _column(draw: "Draw", name: str) -> dict[str, object]:
    found = list(draw.grids[name])
    legal = sum(grid.legal for grid in found)
    distinct = len({grid.line for grid in found if grid.legal})
    note = lab_words.GRIDS_NOTE.format(legal=legal, count=len(found), distinct=distinct, seconds=draw.seconds[name])
    grids = [{"line": grid.line, "legal": grid.legal} for grid in found]
    return {"name": lab_words.MODELS[name], "side": name, "note": note if found else "", "grids": grids}
