"""A board is one value from the browser's message to the report: it is parsed once, and proved once."""

import itertools

import pytest

from app.parts.desk import Job
from app.server import exact, solves
from app.solve import component
from app.solve import page as solve_page
from app.solve.session import Session
from vmd_sudoku import board as boards
from vmd_sudoku.board import Line
from vmd_sudoku.exact import proof
from vmd_sudoku.exact.solver import solve
from vmd_sudoku.solving import record

PUZZLE = "...3....991.....282.8.......7.512.....1...6..4.......7.6..87..4.....1.8....4...9."
SOLUTION = Line(solve(Line(PUZZLE).digits[None])[0][0])
PRESSES = itertools.count(1)


@pytest.fixture
def counted(monkeypatch):
    """How often boards are parsed and proved from here on, with nothing kept from before."""
    exact._proof.clear()
    shelf = solves.Shelf()
    monkeypatch.setattr(solves, "shelf", lambda: shelf)
    counts = {"parse": 0, "prove": 0}

    def counting(name, function):
        def wrapped(*args, **more):
            counts[name] += 1
            return function(*args, **more)

        return wrapped

    monkeypatch.setattr(boards, "parse", counting("parse", boards.parse))
    prove = counting("prove", proof.prove)
    monkeypatch.setattr(proof, "prove", prove)
    monkeypatch.setattr(record, "prove", prove)
    return counts


@pytest.mark.parametrize("query", [{}, {"z": "draw"}, {"rules": "search"}], ids=str)
@pytest.mark.parametrize("own", [False, True], ids=["clues alone", "own digit"])
def test_a_solve_from_the_app(counted, own, query):
    own = f"00{SOLUTION[0]}" if own else ""
    said = {"puzzle": PUZZLE, "own": own, "notes": "", "load_id": ""}
    heard = component._heard(said, "")
    session = Session(settings=Session().settings.from_query({"steps": "2", **query})).heard(heard.said)
    report = solve_page.solve(session, Job(next(PRESSES)))
    assert report.trace is not None
    assert report.puzzle == session.board
    assert counted == {"parse": 1, "prove": 1}
