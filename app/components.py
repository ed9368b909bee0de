"""The board and the player as one Streamlit component, registered once when this module is first imported.

Its parts lie in `board/`: `grid.js` (rules, reading text, 81 cells), `player.js` (a trace on a time line), `board.js`
(the Solve page's component, made of both). A component for another page is another entry file after the same parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.session import Report, load_id_or_none, puzzle_or_none

_FOLDER = Path(__file__).parent / "board"


def _source(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


_BOARD = st.components.v2.component(
    "sudoku_board",
    html=_source("board.html"),
    css=_source("board.css"),
    js=_source("grid.js", "player.js", "board.js"),
)


@dataclass(frozen=True)
class Heard:
    """What the browser says: the board it shows, which load that belongs to, and when Solve was pressed, if it was."""

    puzzle: str
    load_id: str
    press: int | None = None


def listen(*, key: str, load_id: str) -> Heard | None:
    """What the browser has said of the board `key` since it was last drawn, before it is drawn again; None if nothing.

    Whatever a browser says is checked here; nonsense and echoes of earlier loads count as nothing.
    """
    said = st.session_state.get(key)
    if not isinstance(said, Mapping):
        return None
    pressed = _heard(said.get("solve"), load_id)
    return pressed if pressed and pressed.press is not None else _heard(said.get("board"), load_id)


def board(*, puzzle: str, load_id: str, report: Report | None, settings: str, key: str) -> None:
    """Draw the editable board with its player.

    settings: what Solve will use, in a few words.
    The board adopts `puzzle` only when `load_id` is new, so that a slow server never undoes what was typed meanwhile.
    """
    shown = {"load_id": load_id, "puzzle": puzzle}
    _BOARD(
        key=key,
        data={**shown, "report": _plain(report), "settings": settings},
        default={"board": shown},
        on_board_change=lambda: None,
        on_solve_change=lambda: None,
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
    press = value.get("press")
    return Heard(puzzle, str(heard_id), press if type(press) is int else None)


def _plain(report: Report | None) -> dict[str, object] | None:
    if report is None:
        return None
    return {
        "id": report.id,
        "puzzle": report.puzzle,
        "tone": report.tone,
        "headline": report.headline,
        "reason": report.reason,
        "notes": list(report.notes),
        "first_wrong": report.first_wrong,
        "trace": report.trace,
    }
