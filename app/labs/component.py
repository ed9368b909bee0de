"""The Labs page's components, registered once when this module is imported."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from app.labs import words as lab_words
from app.parts.component import numbered, script, source

_PLANE = st.components.v2.component(
    "labs_plane",
    html=source("labs/plane.html"),
    css=source("parts/board.css", "labs/labs.css"),
    js=script("labs/plane.js", more_words=lab_words.BOARD),
)


def plane(z_map: Mapping[str, object] | None, *, query: Mapping[str, str], key: str) -> None:
    """A map of z with a point to drag.

    z_map: the fields of `training.ZMap`, or None before there is one. query: what the page's address says.
    """
    _PLANE(key=key, data=numbered({"map": z_map, "query": urlencode(query)}, key=key))
