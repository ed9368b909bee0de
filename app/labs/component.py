"""The Labs page's components, registered once when this module is imported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app.labs import words as lab_words
from app.parts.component import numbered, script, source
from app.parts.teaching import teaching


def _registered(name: str) -> Callable[..., Any]:
    """The component of `NAME.html` and `NAME.js`."""
    return st.components.v2.component(
        f"labs_{name}",
        html=source(f"labs/{name}.html"),
        css=source("parts/board.css", "parts/picture.css", "labs/labs.css"),
        js=script(f"labs/{name}.js", more_words=lab_words.BOARD),
    )


_PLANE, _CHIPS, _LINK, _GRIDS, _WALK = map(_registered, ("plane", "chips", "link", "grids", "walk"))


def _address(query: Mapping[str, str]) -> str:
    """What the page's address says, with what the teacher's link asked for."""
    return urlencode({**query, **teaching().to_query()})


def grids(columns: Sequence[Mapping[str, object]], *, key: str) -> None:
    """Grids as thumbnails in columns. columns: name, side (mdm or vmd), note, and grids with line and legal."""
    _GRIDS(key=key, data=numbered({"columns": list(columns), "teaching": teaching().to_browser()}, key=key))


def walk(found: Mapping[str, object], *, key: str) -> None:
    """A board with a slider. found: the fields of `grids.Walk`."""
    _WALK(key=key, data=numbered({**found, "teaching": teaching().to_browser()}, key=key))


def link(query: Mapping[str, str], *, key: str) -> None:
    """Nothing to see: the page's address says `query`."""
    _LINK(key=key, data=numbered({"query": _address(query)}, key=key))


def chips(columns: Sequence[Mapping[str, object]], *, key: str) -> None:
    """Words in columns. columns: name, side (mdm or vmd), note, and words with text, kind and count."""
    _CHIPS(key=key, data=numbered({"columns": list(columns)}, key=key))


def plane(z_map: Mapping[str, object] | None, *, query: Mapping[str, str] | None, key: str) -> None:
    """A map of z with a point to drag.

    z_map: the fields of `training.ZMap`, or None before there is one. query: what the page's address
    says, None where another component tells it.
    """
    _PLANE(key=key, data=numbered({"map": z_map, "query": None if query is None else _address(query)}, key=key))
