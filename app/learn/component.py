"""The Learn page's component: the list of lessons and their cards, registered once when this module is imported."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from urllib.parse import urlencode

import streamlit as st

from app.learn import words as learn_words
from app.learn.course import Place
from app.parts.component import numbered, script, source
from app.parts.teaching import Teaching
from vmd_sudoku.lessons.lesson import NAMES, load

_LEARN = st.components.v2.component(
    "sudoku_learn",
    html=source("learn/learn.html"),
    css=source("parts/board.css", "learn/learn.css"),
    js=script("learn/learn.js", more_words=learn_words.BOARD),
)


@cache
def _lesson(name: str) -> dict[str, object]:
    return load(name).to_json()


@cache
def _contents() -> list[dict[str, object]]:
    return [
        {"id": name, "title": load(name).title, "about": load(name).about, "minutes": load(name).minutes}
        for name in NAMES
    ]


def listen(*, key: str) -> Place | None:
    """Where the browser says that its visitor is; None if it has said nothing that makes sense."""
    values = st.session_state.get(key)
    return Place.from_browser(values.get("place")) if isinstance(values, Mapping) else None


def learn(place: Place, teaching: Teaching, *, key: str) -> None:
    """Draw the lessons. place: where a browser that has nothing yet begins, and whose lesson is sent."""
    _LEARN(
        key=key,
        data=numbered(
            {
                "lessons": _contents(),
                # One at a time: all five with their runs would be a long wait for who wants the first.
                "lesson": _lesson(place.lesson) if place.lesson else None,
                "open": asdict(place),
                "teaching": teaching.to_browser(),
                "query": urlencode(teaching.to_query()),
            },
            key=key,
        ),
        default={"place": asdict(place)},
        on_place_change=lambda: None,
    )
