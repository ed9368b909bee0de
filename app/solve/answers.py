"""What the server says to everything that a browser asks but Solve itself: hints, checks, looks, texts, sheets.

Each answer takes the session and the details of the question, as they came from the browser, and gives what the browser
shows; where the session changes with it, that too. Whatever a browser sends, there is an answer in words.
"""

import base64
import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from threading import Event
from urllib.parse import urlsplit

import numpy as np

from app.parts import verdict, words
from app.parts.doors import entries, puzzle_or_none, with_own
from app.parts.settings import Settings, edits_or_none, later_seed
from app.server import exact, examples, gate, models, solves
from app.solve import report
from app.solve.session import EMPTY, Session
from vmd_sudoku.board import Line, cell_name, conflicts, is_complete, to_grid
from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats import drawing, write
from vmd_sudoku.formats import text as formats

MAX_LINK = 1500
"""Characters of the longest address that a QR code is made of; more would be too fine to be read from a screen."""
QUIET = 4
"""Blank modules around a QR code (ISO/IEC 18004)."""


CERTAIN = 255
"""What a probability of one is in bytes."""
REASONS_TIME = 3.0
"""Seconds for the reasons of one run."""


@dataclass(frozen=True)
class Answer:
    """What the browser shows, and how the session changes with it."""

    data: Mapping[str, object]
    change: Callable[[Session], Session] = lambda session: session


def message(tone: str, headline: str, reason: str, *notes: str, **more: object) -> Answer:
    """Words to show beside the board, in the form of a report; `more` are cells and digits that they are about."""
    return Answer({"message": {"tone": tone, "headline": headline, "reason": reason, "notes": list(notes)}, **more})


# ---- the network


def look(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """What one call of the network says of a board, with z as steered: nine probabilities a cell."""
    board, edits = puzzle_or_none(details.get("board")), _edits(details.get("edits"))
    if board is None or edits is None:
        return Answer({"error": words.NOT_UNDERSTOOD})
    settings, z = replace(session.settings, edits=edits), details.get("z")
    if z == "draw":
        settings = replace(settings, draw=True, seed=later_seed(settings.seed, 1))
    elif z == "mode":
        settings = replace(settings, draw=False)
    elif isinstance(z, Mapping):
        # Back to a z of before, by the names of a link, so that the same door checks them.
        drawn = "draw" if z.get("draw") is True else "mode"
        there = Settings.from_query({"z": drawn, "seed": str(z.get("seed"))})
        settings = replace(settings, draw=there.draw, seed=there.seed)
    with gate.gate().enter(cancelled):
        probabilities, field = models.look(board, settings)
    return Answer(
        {
            "p": base64.b64encode(probabilities.tobytes()).decode(),
            "z": None if field is None else [round(float(value), 2) for value in field],
            "edits": [list(edit) for edit in settings.edits],
        },
        lambda session: session.configure(_same_z(session.settings, settings)),
    )


def _edits(text: object) -> tuple[tuple[int, float], ...] | None:
    if not isinstance(text, str):
        return None
    return edits_or_none(text.split(",")) if text else ()


def steered(session: Session, details: Mapping[str, object]) -> Session:
    """The session with z as the details of a question have it, which may be newer than what the server was told."""
    edits = _edits(details.get("edits"))
    return session if edits is None else session.configure(replace(session.settings, edits=edits))


def _same_z(settings: Settings, steered: Settings) -> Settings:
    return replace(settings, draw=steered.draw, seed=steered.seed, edits=steered.edits)


# ---- the exact side and its reasons


def hint(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """The cell that a person would fill next, with the reason, and how sure the network is of it."""
    from vmd_sudoku.exact.reasons import next_step

    board = session.board.digits
    if is_complete(board):
        return message("told", words.HINT_FULL, words.HINT_FULL_WHY)
    # On a board that is wrong already a next step would only add to it; what is wrong comes first.
    if conflicts(board) or exact.proof(session.board).solutions == "none":
        return check(session, details, cancelled)
    with gate.gate().enter(cancelled):
        try:
            cell, digit, reason = next_step(board)
        except PuzzleError as error:
            return message("failed", words.HINT_NONE, verdict.sentence(str(error)))
        said, _ = models.look(session.board, session.settings)
    return message(
        "told",
        words.HINT.format(place=cell_name(cell)),
        f"{words.HINT_HUMAN.format(technique=reason.technique)} {_opinion(said[cell], digit)}",
        cell=cell,
        digit=digit,
        why=verdict.sentence(reason.text),
        basis=list(reason.cells),
    )


def _opinion(said: np.ndarray, digit: int) -> str:
    """What the network thinks of a digit, without naming one: uint8 [9] are its probabilities for the cell."""
    likeliest = int(said.argmax()) + 1
    text = words.HINT_AGREES if likeliest == digit else words.HINT_DISAGREES
    return text.format(sure=f"{said.max() / CERTAIN:.0%}".replace("%", "\u00a0%"))


def reasons(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """A person's reason for every digit of the run on show, by step; for as many steps as there is time for."""
    if session.report is None or session.report.trace is None:
        return Answer({"error": words.NO_TRACE})
    trace, end = session.report.trace, time.monotonic() + REASONS_TIME
    steps: list[Mapping] = trace["steps"]  # type: ignore[assignment]
    found: list[list[dict[str, object]]] = []
    with gate.gate().enter(cancelled):
        for number, step in enumerate(steps):
            board = report.board_at(trace, number)
            row: list[dict[str, object]] = []
            for cell, digit in zip(step["cells"], step["digits"], strict=True):
                if cancelled.is_set():
                    raise gate.CancelledError
                if time.monotonic() > end:
                    return Answer({"steps": found})
                technique, text, cells = exact.reason(board, cell, digit)
                row.append({"technique": technique, "text": verdict.sentence(text), "cells": list(cells)})
            found.append(row)
    return Answer({"steps": found})


def check(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """Whether what is on the board can still be solved, and if not, the first digit, in the order of entry, to blame."""
    board, own = session.board.digits, entries(session.own)
    clashes = conflicts(board)
    if clashes:
        return message("wrong", words.CHECK_CLASH, verdict.sentence(str(clashes[0])), words.CLASH_DO)
    with gate.gate().enter(cancelled):
        clues = exact.proof(session.puzzle)
        if clues.solutions == "none":
            return _said(verdict.impossible(session.puzzle, exact.clashing(session.puzzle)))
        if clues.solutions == "not decided":
            return message("failed", words.CHECK_UNDECIDED, words.CHECK_UNDECIDED_WHY)
        about = words.PUZZLE_ONE if clues.solutions == "one" else words.PUZZLE_SEVERAL
        if not own:
            return message("told", words.CHECK_EMPTY, words.CHECK_EMPTY_NONE, about)
        now = exact.proof(session.board)
        at = first_wrong(session.puzzle, session.own) if now.solutions == "none" else None
    if now.solutions == "not decided":
        return message("failed", words.CHECK_UNDECIDED, words.CHECK_UNDECIDED_WHY, about)
    if at is not None:
        cell, digit = own[at]
        why = words.CHECK_WRONG_WHY.format(digit=digit, place=cell_name(cell), at=at + 1, n=len(own))
        return message("wrong", words.CHECK_WRONG, why, about, wrong=cell, clash=[cell])
    if now.solutions == "none":
        return message("wrong", words.CHECK_WRONG, words.CHECK_WRONG_SOMEWHERE, about)
    agree = words.CHECK_GOOD_DIGIT if len(own) == 1 else words.CHECK_GOOD_ONE.format(n=len(own))
    good = agree if clues.solutions == "one" else words.CHECK_GOOD_SEVERAL
    return message("solved", words.CHECK_GOOD, good, about)


def first_wrong(puzzle: Line, own: str) -> int | None:
    """Which of a visitor's digits, in the order of entry, first makes a puzzle impossible that can be solved; None if none
    was shown to."""
    found = entries(own)
    low, high = 0, len(found)
    if exact.proof(with_own(puzzle, found)).solutions != "none":
        return None
    # The first `low` digits can be completed and the first `high` cannot: more digits never make it possible again.
    while high - low > 1:
        middle = (low + high) // 2
        solutions = exact.proof(with_own(puzzle, found[:middle])).solutions
        if solutions == "not decided":
            return None
        low, high = (low, middle) if solutions == "none" else (middle, high)
    return high - 1


def _said(said: report.Report) -> Answer:
    return message(said.tone, said.headline, said.reason, *said.notes, clash=list(said.cells))


# ---- in and out


def read(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """Put the puzzle of a text, a link or a file on the board."""
    text, packed = details.get("text"), details.get("bytes")
    given = text if isinstance(text, str) else packed
    if not isinstance(given, str) or len(given) > solves.LONGEST_TEXT:
        return Answer({"error": words.TOO_LONG})
    try:
        found = formats.read_text(given) if given is text else formats.read_file(BytesIO(base64.b64decode(given)))
    except (PuzzleError, PuzzleFileError, ValueError) as error:
        return Answer({"error": verdict.sentence(str(error))})
    puzzle = Line(found.puzzle)
    own = "" if found.own is None else "".join(f"{at:02}{found.own[at]}" for at in np.flatnonzero(found.own))
    said = message(
        "told", words.LOADED, words.LOADED_UNDO, *map(verdict.sentence, filter(None, (found.title, found.note)))
    )
    return Answer(said.data, lambda session: session.load(puzzle, own))


def give(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """The board, or the run on show, as a text."""
    writer = FORMS.get(str(details.get("form")))
    if writer is None:
        return Answer({"error": words.NOT_UNDERSTOOD})
    text = writer(session)
    return Answer({"error": words.NO_TRACE} if text is None else {"text": text})


def _own(session: Session) -> np.ndarray:
    """The visitor's own digits alone, int8 [81]."""
    return with_own(EMPTY, entries(session.own)).digits


def _svg(session: Session) -> str:
    return drawing.to_svg(session.puzzle.digits, filled=shown(session).digits)


def _trace(session: Session) -> str | None:
    if session.report is None or session.report.trace is None:
        return None
    trace = solves.on_show(session.report.puzzle, session.report.settings)
    return json.dumps(trace.to_json(), indent=1)


FORMS: dict[str, Callable[[Session], str | None]] = {
    "line": lambda session: session.board,
    "grid": lambda session: to_grid(session.board.digits),
    "clues": lambda session: session.puzzle,
    "sdk": lambda session: write.to_sdk(session.puzzle.digits, own=_own(session)),
    "svg": _svg,
    "json": _trace,
}


def shown(session: Session) -> Line:
    """The board that the browser shows: as the run on show has it at its step, or clues and own digits."""
    if session.report is None or session.report.trace is None:
        return session.board
    return report.board_at(session.report.trace, session.step)


def code(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """The QR code of the page's address, as rows of 0 and 1."""
    import segno

    text = details.get("text")
    if not isinstance(text, str) or urlsplit(text).scheme not in ("http", "https"):
        return Answer({"error": words.NOT_UNDERSTOOD})
    if len(text) > MAX_LINK:
        return Answer({"error": words.CODE_LONG})
    made = segno.make(text, error="l", micro=False)
    return Answer({"rows": ["".join("1" if dark else "0" for dark in row) for row in made.matrix_iter(border=QUIET)]})


def sheet(session: Session, details: Mapping[str, object], cancelled: Event) -> Answer:
    """A page to print: the puzzle alone, or with the next three of its level."""
    count = 4 if details.get("count") == 4 else 1
    levels = examples.levels()
    puzzles = (levels.get(session.level) or next(iter(levels.values()))).puzzles
    turn = session.shown.get(session.level, 0) % len(puzzles)
    # The one on the board may be among them; a level that has no other prints it again.
    others = [puzzle for puzzle in (*puzzles[turn:], *puzzles[:turn]) if puzzle != session.puzzle] or [session.puzzle]
    lines = [session.puzzle, *itertools.islice(itertools.cycle(others), count - 1)]
    titles = [words.SHEET_TITLE.format(n=n) for n in range(1, count + 1)]
    return Answer({"page": drawing.to_sheet(np.stack([line.digits for line in lines]), titles, per_page=count)})


ANSWERS: dict[str, Callable[[Session, Mapping[str, object], Event], Answer]] = {
    "look": look,
    "hint": hint,
    "reasons": reasons,
    "check": check,
    "read": read,
    "give": give,
    "code": code,
    "sheet": sheet,
}
"""Everything that a browser may ask beside "solve"."""
