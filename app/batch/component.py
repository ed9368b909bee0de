"""The Batch page's component: its address, lines that hold no puzzle, and boards that were not solved."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from app.batch import words as batch_words
from app.parts.component import numbered, script, source

_BATCH = st.components.v2.component(
    "sudoku_batch",
    html=source("batch/batch.html"),
    css=source("parts/board.css", "parts/picture.css", "batch/batch.css"),
    js=script("batch/batch.js", more_words=batch_words.BOARD),
)

Failed = tuple[int, int]
"""An arm, and a place among the failures that are shown of it."""


def opened(key: str, seen: int) -> tuple[int, Failed] | None:
    """The press of a visitor, newer than `seen`, and the board that was pressed; None where nothing was. Unchecked: the page
    knows which boards it shows."""
    values = st.session_state.get(key)
    said = values.get("open") if isinstance(values, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    press, arm, place = (said.get(name) for name in ("press", "arm", "place"))
    if type(press) is not int or type(arm) is not int or type(place) is not int or press <= seen:
        return None
    return press, (arm, place)


def batch_board(
    *,
    query: Mapping[str, str],
    bad: int = 0,
    lines: Sequence[tuple[int, str, str]] = (),
    groups: Sequence[Mapping[str, object]] = (),
    key: str,
) -> None:
    """Draw it. query: what the page's address says. bad: lines that hold no puzzle, of which `lines` are the first.
    groups: of every arm `arm`, a `title`, and `boards` that were not solved: number, puzzle, board, wrong."""
    _BATCH(
        key=key,
        data=numbered(
            {
                "query": urlencode(query),
                "bad": bad,
                "lines": [list(line) for line in lines],
                "groups": [dict(group) for group in groups],
            },
            key=key,
        ),
        default={"open": None},
        on_open_change=lambda: None,
    )
