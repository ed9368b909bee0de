"""The Compare page's boards, player and curves as one Streamlit component, registered once when this module is imported."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from app.compare import words as compare_words
from app.parts.component import numbered, script, source
from app.parts.teaching import teaching

_COMPARE = st.components.v2.component(
    "sudoku_compare",
    html=source("compare/compare.html"),
    css=source("parts/board.css", "compare/compare.css"),
    js=script("compare/compare.js", more_words=compare_words.BOARD),
)


def compare_board(
    *,
    run: str,
    puzzle: str,
    view: str,
    boards: tuple[tuple[str, str], ...],
    result: Mapping[str, object] | None,
    at: int | None,
    working: str,
    query: Mapping[str, str],
    key: str,
) -> None:
    """Draw the boards side by side with their player.

    run: names what is compared; the player starts afresh with a new one only. boards: name and settings of each.
    result: what `contrast.payload` made, or None while the server works, and `working` says at what.
    at: the tick to open at; None plays. query: what the page's address says of all this.
    """
    _COMPARE(
        key=key,
        data=numbered(
            {
                "id": run,
                "query": urlencode({**query, **teaching().to_query()}),
                "teaching": teaching().to_browser(),
                "puzzle": puzzle,
                "view": view,
                "boards": [{"name": name, "setting": setting} for name, setting in boards],
                "result": result,
                "at": at,
                "working": working,
            },
            key=key,
        ),
    )
