"""Components: their modules joined into one script, their data numbered."""

import itertools
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from app.parts import words

_APP = Path(__file__).parents[1]
_WORDS = "parts/words.js"
_IMPORT = re.compile(r'^import [^;"]*?from "(?P<path>\.[^"]*)"\n', re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def source(*names: str) -> str:
    """The named files of the app's folder, such as `parts/grid.js`, one after the other."""
    return "\n".join(_read(name) for name in names)


def script(*names: str, more_words: Mapping[str, object] = MappingProxyType({})) -> str:
    """The named modules of the app's folder and all that they import, as one script with the words that they show.

    Streamlit takes a component's script as one text, so the modules are put one after the other, each after those that it
    imports, and share one scope. What a browser, tsc and node see as modules is therefore kept to this: imports name what they
    take and rename nothing, and a name at the top of a module is no other module's.

    Raises:
        ValueError: two modules have a name in common.
    """
    modules = _with_imports([_WORDS, *names])
    taken: dict[str, str] = {}
    for path, text in modules.items():
        for name in _NAME.findall(text):
            if name in taken:
                raise ValueError(f"{path} and {taken[name]} both have a {name}; rename one of them")
            taken[name] = path
    # Only the words may come before the rest: other modules use them while they are set up.
    texts = [_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules.values()]
    put_in = f"Object.assign(WORDS, {json.dumps({**words.BOARD, **more_words})})"
    return "\n".join([texts[0], put_in, *texts[1:]])


def _with_imports(names: list[str]) -> dict[str, str]:
    """Path to text of modules and of all that they import, each after what it imports."""
    found: dict[str, str] = {}

    def visit(path: str) -> None:
        if path in found:
            return
        text = _read(path)
        for other in _imports(path, text):
            visit(other)
        found[path] = text

    for name in names:
        visit(name)
    return found


def _imports(path: str, text: str) -> Iterator[str]:
    for found in _IMPORT.finditer(text):
        yield ((_APP / path).parent / found["path"]).resolve().relative_to(_APP.resolve()).as_posix()


def _read(name: str) -> str:
    return (_APP / name).read_text(encoding="utf-8")


_NUMBERS = itertools.count(time.time_ns() // 1000)
"""Greater than those of a server that ran before, whose pages may still be open."""


def numbered(data: dict[str, object], *, key: str) -> dict[str, object]:
    """A component's data with a number that grows whenever they change.

    While Streamlit loads a component's script in a browser, it may hand over an earlier run's data after a later one's; by the
    number the script knows.
    """
    last = st.session_state.get(f"{key}_drawn")
    if last is None or last[0] != data:
        last = st.session_state[f"{key}_drawn"] = (data, next(_NUMBERS))
    return {**data, "number": last[1]}
