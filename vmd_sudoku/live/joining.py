"""Modules of JavaScript joined into one script, with the words that they show."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

WORDS = "parts/words.js"
"""The module that holds the words; `Object.assign` fills it before any other module runs."""
_IMPORT = re.compile(r'^import [^;"]*?from "(?P<path>\.[^"]*)"\n', re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function\*?) (\w+)", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def joined(root: Path, *names: str, words: Mapping[str, object] = MappingProxyType({})) -> str:
    """The named modules of a folder and all that they import, as one script; with `words`, those come first.

    Streamlit takes a component's script as one text, and a file without a server has no other files to import, so the modules
    are put one after the other, each after those that it imports, and share one scope. What a browser, tsc and node see as
    modules is therefore kept to this: imports name what they take and rename nothing, and a name at the top of a module is no
    other module's.

    Raises:
        ValueError: two modules have a name in common.
    """
    modules = _with_imports(root, [WORDS, *names] if words else names)
    taken: dict[str, str] = {}
    for path, text in modules.items():
        for name in _NAME.findall(text):
            if name in taken:
                raise ValueError(f"{path} and {taken[name]} both have a {name}; rename one of them")
            taken[name] = path
    texts = [_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules.values()]
    if words:
        # Only the words may come before the rest: other modules use them while they are set up.
        texts.insert(1, f"Object.assign(WORDS, {json.dumps(dict(words))})")
    return "\n".join(texts)


def _with_imports(root: Path, names: list[str] | tuple[str, ...]) -> dict[str, str]:
    """Path to text of modules and of all that they import, each after what it imports."""
    found: dict[str, str] = {}

    def visit(path: str) -> None:
        if path in found:
            return
        text = (root / path).read_text(encoding="utf-8")
        for other in _imports(root, path, text):
            visit(other)
        # After what it imports, so that the order of the texts is one in which they can run.
        found[path] = text

    for name in names:
        visit(name)
    return found


def _imports(root: Path, path: str, text: str) -> Iterator[str]:
    for found in _IMPORT.finditer(text):
        yield ((root / path).parent / found["path"]).resolve().relative_to(root.resolve()).as_posix()
