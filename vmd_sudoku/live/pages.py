"""The pages that need no server, made of the app's own parts."""

import base64
from collections.abc import Sequence
from pathlib import Path

from vmd_sudoku.live.document import document
from vmd_sudoku.live.joining import joined
from vmd_sudoku.live.weights import packed
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.places import app_folder

_STYLES = ("live/theme.css", "parts/board.css")


def live_page(models: Sequence[LoadedModel]) -> str:
    """A page that runs models in the browser: it solves, plays, compares and draws z.

    Raises:
        ConfigError: a model that the page cannot run.
    """
    app = app_folder() / "app"
    notes, numbers = packed(models)
    texts = {
        "numbers": base64.b64encode(numbers).decode(),
        "kernel": base64.b64encode((app / "live" / "kernel.wasm").read_bytes()).decode(),
        "worker": joined(app, "live/worker.js"),
    }
    return document(
        title="Sudoku by variational masked diffusion",
        body=_text(app, "live/live.html"),
        style=_text(app, *_STYLES, "live/live.css"),
        script=joined(app, "live/live.js"),
        data={"models": notes},
        texts=texts,
    )


def _text(app: Path, *names: str) -> str:
    return "\n".join((app / name).read_text(encoding="utf-8") for name in names)
