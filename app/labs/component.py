"""The Labs page's components, registered once when this module is imported."""

from collections.abc import Mapping, Sequence
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


_CHIPS = st.components.v2.component(
    "labs_chips",
    html=source("labs/chips.html"),
    css=source("parts/board.css", "labs/labs.css"),
    js=script("labs/chips.js", more_words=lab_words.BOARD),
)
_LINK = st.components.v2.component(
    "labs_link",
    html=source("labs/link.html"),
    css=source("parts/board.css"),
    js=script("labs/link.js"),
)


_GRIDS = st.components.v2.component(
    "labs_grids",
    html=source("labs/grids.html"),
    css=source("parts/board.css", "labs/labs.css"),
    js=script("labs/grids.js", more_words=lab_words.BOARD),
)
_WALK = st.components.v2.component(
    "labs_walk",
    html=source("labs/walk.html"),
    css=source("parts/board.css", "labs/labs.css"),
    js=script("labs/walk.js", more_words=lab_words.BOARD),
)


def grids(columns: Sequence[Mapping[str, object]], *, key: str) -> None:
    """Grids as thumbnails in columns. columns: name, side (mdm or vmd), note, and grids with line and legal."""
    _GRIDS(key=key, data=numbered({"columns": list(columns)}, key=key))


def walk(found: Mapping[str, object], *, key: str) -> None:
    """A board with a slider. found: the fields of `grids.Walk`."""
    _WALK(key=key, data=numbered(dict(found), key=key))


def link(query: Mapping[str, str], *, key: str) -> None:
    """Nothing to see: the page's address says `query`."""
    _LINK(key=key, data=numbered({"query": urlencode(query)}, key=key))


def chips(columns: Sequence[Mapping[str, object]], *, key: str) -> None:
    """Words in columns. columns: name, side (mdm or vmd), note, and words with text, kind and count."""
    _CHIPS(key=key, data=numbered({"columns": list(columns)}, key=key))


def plane(z_map: Mapping[str, object] | None, *, query: Mapping[str, str] | None, key: str) -> None:
    """A map of z with a point to drag.

    z_map: the fields of `training.ZMap`, or None before there is one. query: what the page's address
    says, None where another component tells it.
    """
    _PLANE(key=key, data=numbered({"map": z_map, "query": None if query is None else urlencode(query)}, key=key))
