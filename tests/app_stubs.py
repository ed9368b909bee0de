"""An oracle in the network's place, and the Solve page as a test drives it."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.parts.settings import Settings
from app.server import examples
from app.solve import page as solve_page
from app.solve.session import Session
from vmd_sudoku import board as boards
from vmd_sudoku.board import Line, parse, to_line
from vmd_sudoku.exact.solver import count_solutions, solve
from vmd_sudoku.solving.record import Solve
from vmd_sudoku.solving.trace import Trace, TraceStep

ROOT = Path(__file__).parents[1]
ENTRY = str(ROOT / "streamlit_app.py")
SHIPPED = ROOT / "vmd_sudoku" / "models" / "vmd" / "model.json"
needs_model = pytest.mark.skipif(not SHIPPED.exists(), reason="no trained model is shipped in vmd_sudoku/models/vmd")
EMPTY = Line("." * 81)
CLASH = Line("55" + "." * 79)
# The first row leaves only a 9 for its last cell, and the column of that cell holds one already.
IMPOSSIBLE = Line("12345678." + "." * 9 + "........9" + "." * 54)
presses = itertools.count(1)


def easy() -> Line:
    return examples.levels()["Easy"].puzzles[0]


def stub_trace(puzzle: str, settings: Settings, mistakes: int = 0) -> Trace:
    """What an oracle would do: the true digits in reading order, the last `mistakes` of them wrong."""
    board, answer = parse(puzzle), solve(parse(puzzle)[None])[0][0].copy()
    blanks = np.flatnonzero(board == 0)
    wrong = blanks[len(blanks) - mistakes :]
    answer[wrong] = answer[wrong] % 9 + 1
    steps = [
        TraceStep(
            cells=(cell,),
            digits=(int(answer[cell]),),
            confidence=(0.9,),
            margin=(0.8,),
            entropy=(0.4,),
            why=("network",),
            remasked=(),
            backtracks=0,
            probabilities=tuple((1 / 9,) * 9 for _ in range(81)),
        )
        for cell in blanks.tolist()
    ]
    return Trace(
        puzzle=puzzle,
        model=settings.model,
        sha256="0" * 64,
        version="0",
        policy=settings.policy,
        nfe="cell",
        constraints=settings.constraints,
        remask="none",
        latents=1,
        z="mode",
        latent=None,
        seed=settings.seed,
        setting={},
        steps=tuple(steps),
        board=to_line(answer),
        verdict=boards.verdict(answer, board),
        calls=len(steps),
        rounds=len(steps),
        backtracks=0,
        seconds=0.25,
        solutions="one" if count_solutions(board[None])[0] == 1 else "several",
        is_the_solution=not mistakes if count_solutions(board[None])[0] == 1 else None,
    )


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(ENTRY, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> dict:
    """What the page sends to the board in the browser."""
    return json.loads(app.get("bidi_component")[0].proto.json)


def whole(trace: Trace) -> Solve:
    """A run that came to its end."""
    return Solve(trace, whole=True)


def with_settings(app: AppTest) -> AppTest:
    """The page with its settings open."""
    app.session_state[solve_page.SETTINGS] = True
    return app.run()


def session(app: AppTest) -> Session:
    return app.session_state["desk"].session


def press_solve(app: AppTest, puzzle: str, load_id: str | None = None) -> AppTest:
    return ask(app, "solve", puzzle=puzzle, **({} if load_id is None else {"load_id": load_id}))


def ask(app: AppTest, kind: str, details: dict | None = None, **said: object) -> AppTest:
    """What the browser would send for a press, with the session's own board unless `said` has another."""
    now = session(app)
    board = {"load_id": now.load_id, "puzzle": now.puzzle, "own": now.own, "notes": now.notes} | said
    asked = {"press": next(presses), "kind": kind, "details": details or {}}
    app.session_state[solve_page.BOARD] = {"board": board | {"ask": asked}}
    app.run()
    assert not app.exception
    return app


def replied(app: AppTest) -> dict:
    return shown(app)["reply"]["data"]
