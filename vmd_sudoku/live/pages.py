"""The pages that need no server, made of the app's own parts."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmd_sudoku.board import to_line
from vmd_sudoku.formats.files import read
from vmd_sudoku.lessons.lesson import Lesson
from vmd_sudoku.live.document import document
from vmd_sudoku.live.joining import joined
from vmd_sudoku.live.quiz import lesson_of
from vmd_sudoku.live.words import page_words
from vmd_sudoku.places import app_folder
from vmd_sudoku.solving.trace import Trace

if TYPE_CHECKING:
    from vmd_sudoku.network.checkpoint import LoadedModel

_STYLES = ("live/theme.css", "parts/board.css")
_EXAMPLES = ("easy", "medium", "hard", "expert", "extreme", "two_solutions")
"""Files of the example puzzles, of which the page has the first."""


def live_page(models: "Sequence[LoadedModel]") -> str:
    """A page that runs models in the browser: it solves, plays, compares and draws z.

    Raises:
        ConfigError: a model that the page cannot run.
    """
    from vmd_sudoku.live.weights import packed  # torch, which the other pages do without

    app = app_folder() / "app"
    notes, numbers = packed(models)
    words = page_words(app)
    texts = {
        "numbers": base64.b64encode(numbers).decode(),
        "kernel": base64.b64encode((app / "live" / "kernel.wasm").read_bytes()).decode(),
        "worker": joined(app, "live/worker.js"),
    }
    return document(
        title=words["live_title"],
        body=_text(app, "live/live.html"),
        style=_text(app, *_STYLES, "live/live.css"),
        script=joined(app, "live/live.js", words=words),
        data={"models": notes, "examples-data": _examples(app.parent / "puzzles")},
        texts=texts,
    )


def trace_page(trace: Trace) -> str:
    """A page that plays one recorded solve, with questions about its steps first."""
    return _played(lesson_of(trace))


def lesson_page(lesson: Lesson) -> str:
    """A page that plays a lesson."""
    return _played(lesson.to_json())


def _played(lesson: Mapping[str, Any]) -> str:
    app = app_folder() / "app"
    return document(
        title=lesson["title"],
        body=_text(app, "live/deck.html"),
        style=_text(app, *_STYLES, "learn/learn.css", "live/deck.css"),
        script=joined(app, "live/deck.js", words=page_words(app)),
        data={"lesson": lesson},
    )


def _examples(folder: Path) -> list[dict[str, str]]:
    return [
        {"name": name.replace("_", " ").capitalize(), "puzzle": to_line(read(folder / f"{name}.csv", 1).puzzles[0])}
        for name in _EXAMPLES
    ]


def _text(app: Path, *names: str) -> str:
    return "\n".join((app / name).read_text(encoding="utf-8") for name in names)
