"""Components: their modules joined into one script, their data numbered."""

import itertools
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from app.parts import words
from vmd_sudoku.live.joining import joined

_APP = Path(__file__).parents[1]


def source(*names: str) -> str:
    """The named files of the app's folder, such as `parts/grid.js`, one after the other."""
    return "\n".join((_APP / name).read_text(encoding="utf-8") for name in names)


def script(*names: str, more_words: Mapping[str, object] = MappingProxyType({})) -> str:
    """The named modules of the app's folder and all that they import, as one script with the words that they show: `joined`.

    Raises:
        ValueError: two modules have a name in common.
    """
    return joined(_APP, *names, words={**words.BOARD, **more_words})


_NUMBERS = itertools.count(time.time_ns() // 1000)
"""Greater than those of a server that ran before, whose pages may still be open."""


def numbered(data: dict[str, object], *, key: str) -> dict[str, object]:
    """A component's data with a number that grows whenever they change.

    While Streamlit loads a component's script in a browser, it may hand over an earlier run's data after a later one's; by the
    number the script knows.
    """
    last = st.session_state.get(f"{key}_drawn")
    # The same data keep their number: a run of the page that changed nothing is no news to the browser.
    if last is None or last[0] != data:
        last = st.session_state[f"{key}_drawn"] = (data, next(_NUMBERS))
    return {**data, "number": last[1]}
