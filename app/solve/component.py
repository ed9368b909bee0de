"""The board and the player as one Streamlit component, registered once when this module is first imported.

`board.js` is its entry, `app.js` puts its parts together; what it shares with other pages lies in `parts/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from app.parts.component import numbered, script, source
from app.parts.doors import load_id_or_none, notes_or_none, own_or_none, puzzle_or_none, step_or_none
from app.parts.teaching import teaching
from app.parts.verdict import Report
from app.solve.session import Reply, Said, Session

_BOARD = st.components.v2.component(
    "sudoku_board",
    html=source("solve/board.html"),
    css=source("parts/board.css"),
    js=script("solve/board.js"),
)


@dataclass(frozen=True)
class Ask:
    """Something the visitor wants of the server: when it was pressed, what it is, and its details, still unchecked."""

    press: int
    kind: str
    details: Mapping[str, object]


@dataclass(frozen=True)
class Heard:
    """What the browser says: its board, and what it asks, if anything."""

    said: Said
    ask: Ask | None = None


def listen(*, key: str, load_id: str) -> Heard | None:
    """What the browser has said of the board `key` since it was last drawn, before it is drawn again; None if nothing.

    Whatever a browser says is checked here; nonsense and echoes of earlier loads count as nothing.
    """
    values = st.session_state.get(key)
    return _heard(values.get("board"), load_id) if isinstance(values, Mapping) else None


def board(session: Session, *, wiki: str, key: str) -> None:
    """Draw the editable board with its player.

    wiki: where a link to another solver leads. The board adopts the session's digits only when its `load_id` is new, so
    that a slow server never undoes what was typed meanwhile.
    """
    shown = {"load_id": session.load_id, "puzzle": session.puzzle, "own": session.own, "notes": session.notes}
    heard, run = listen(key=key, load_id=session.load_id), _plain(session.report)
    # A trace is large, and the browser has the one that it plays.
    if run and heard and heard.said.run == run["id"]:
        run["trace"] = None
    _BOARD(
        key=key,
        data=numbered(
            {
                **shown,
                "query": urlencode(session.to_query() | teaching().to_query()),
                "teaching": teaching().to_browser(),
                "at": session.step,
                "answered": session.answered,
                "report": run,
                "reply": _plain(session.reply),
                "settings": str(session.settings),
                "has_z": session.settings.has_latent,
                "wiki": wiki,
                "edits": [list(edit) for edit in session.settings.edits],
                "drawn": {"draw": session.settings.draw, "seed": session.settings.seed},
            },
            key=key,
        ),
        default={"board": shown},
        on_board_change=lambda: None,
    )


def _heard(value: object, load_id: str) -> Heard | None:
    if not isinstance(value, Mapping):
        return None
    puzzle, heard_id = puzzle_or_none(value.get("puzzle")), value.get("load_id")
    if puzzle is None or (heard_id != "" and load_id_or_none(heard_id) is None):
        return None
    # A session that has loaded nothing yet takes over the board the browser already shows.
    if load_id and heard_id != load_id:
        return None
    own, notes = own_or_none(value.get("own", ""), puzzle), notes_or_none(value.get("notes", ""))
    if own is None or notes is None:
        return None
    run = load_id_or_none(value.get("run")) or ""
    return Heard(Said(puzzle, str(heard_id), own, notes, run, step_or_none(value.get("step"))), _ask(value.get("ask")))


def _ask(value: object) -> Ask | None:
    if not isinstance(value, Mapping):
        return None
    press, kind, details = value.get("press"), value.get("kind"), value.get("details")
    # `type` and not isinstance: JSON's true would pass for 1.
    if type(press) is not int or not isinstance(kind, str):
        return None
    return Ask(press, kind, details if isinstance(details, Mapping) else {})


def _plain(value: Report | Reply | None) -> dict[str, object] | None:
    return {name: part for name, part in vars(value).items() if name != "settings"} if value else None
