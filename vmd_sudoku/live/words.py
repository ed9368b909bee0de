"""What the pages show in words: the app's own sentences, and those of the pages that need no server."""

import ast
import json
from pathlib import Path
from typing import Any


def page_words(app: Path) -> dict[str, Any]:
    """All sentences by name, for WORDS of the app's `parts/words.js`. app: the folder `app`."""
    own = json.loads((app / "live" / "words.json").read_text(encoding="utf-8"))
    return _app_words(app / "parts" / "words.py") | _app_words(app / "learn" / "words.py") | own


def _app_words(path: Path) -> dict[str, Any]:
    """`BOARD` of the app's words. Read as data: the library runs nothing of the app."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == "BOARD"
            and node.value
        ):
            return ast.literal_eval(node.value)
    raise ValueError(f"{path} has no BOARD")
