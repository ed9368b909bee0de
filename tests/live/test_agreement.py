"""The engine of the page that needs no server, run by node, beside the library in float32."""

import re

import numpy as np
import pytest

from vmd_sudoku import board
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.live.agreement import agreement, has_node, runs_of_library, runs_of_page
from vmd_sudoku.live.pages import live_page
from vmd_sudoku.network.checkpoint import load_model
from vmd_sudoku.solving.setting import Setting

pytestmark = pytest.mark.skipif(not has_node(), reason="node is missing, which runs the page's engine here")


@pytest.fixture(scope="module")
def models():
    return {name: load_model(name) for name in ("vmd", "mdm")}


@pytest.fixture(scope="module")
def live(models):
    return live_page(list(models.values()))


def both(live, loaded, clues, *, fast=True, **chosen):
    """What page and library say to the same puzzles, in pairs."""
    setting = Setting(**chosen)
    asked = {"model": loaded.name, "policy": setting.policy, "nfe": setting.nfe, "z": setting.z}
    ours = runs_of_page(live, [asked | {"puzzle": board.to_line(puzzle)} for puzzle in clues], fast=fast)
    return list(zip(ours, runs_of_library(loaded, clues, setting), strict=True))


@pytest.mark.parametrize(
    ("model", "count", "chosen"),
    [
        ("vmd", 20, {"nfe": 5}),
        ("mdm", 6, {"nfe": 1, "policy": "top-prob"}),
        ("mdm", 2, {}),
        ("vmd", 4, {"nfe": 4, "z": 7}),
    ],
    ids=["nfe-5", "one-call", "one-cell-a-call", "z-drawn"],
)
def test_page_and_library_write_the_same(live, models, model, count, chosen):
    clues, _ = puzzles(count, 3)
    for ours, theirs in both(live, models[model], clues, **chosen):
        found = agreement(ours, theirs)
        assert found.board
        assert found.difference < 1e-3


def test_a_grid_from_the_empty_board_is_the_library_s(live, models):
    # Here z alone decides; every call after the first asks the encoder for another one.
    empty = np.zeros((1, board.CELLS), np.int8)
    ((ours, theirs),) = both(live, models["vmd"], empty, nfe=6, z=3)
    found = agreement(ours, theirs)
    assert found.board
    assert found.difference < 1e-3


def test_plain_javascript_writes_the_same(live, models, easy):
    ((ours, theirs),) = both(live, models["vmd"], easy[0][None], fast=False, nfe=1)
    found = agreement(ours, theirs)
    assert found.board
    assert found.rounds
    assert found.difference < 1e-3
    assert np.array_equal(ours.boards[-1], easy[1])


def test_the_page_needs_nothing_else_and_is_small(live):
    assert len(live.encode()) < 1.2e6
    assert not re.findall(r"<link|\bsrc=|@import|url\(", live)
    assert "default-src 'none'" in live  # so the browser fetches nothing, whatever the page asks for


def test_parted_runs_are_told_apart(live, models):
    clues, _ = puzzles(1, 3)
    ((ours, theirs),) = both(live, models["mdm"], clues, nfe=1)
    other = theirs.boards.copy()
    blank = np.flatnonzero(clues[0] == 0)[0]
    other[-1, blank] = other[-1, blank] % 9 + 1
    found = agreement(ours, type(theirs)(other, theirs.said + 0.25, theirs.rounds + 8, theirs.ms))
    assert (found.board, found.every_board, found.rounds) == (False, False, False)
    assert found.difference == pytest.approx(0.25, abs=1e-3)
