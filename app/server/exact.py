"""The exact solver for pages: proofs, clashing clues, reasons."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from vmd_sudoku.board import Line

if TYPE_CHECKING:
    from vmd_sudoku.exact.proof import Proof


class _NotKept(Exception):
    """Carries what a cache must not keep: what did not come to its end in time would stay so on a quiet machine too."""

    def __init__(self, found: Any) -> None:
        self.found = found


def proof(puzzle: Line) -> "Proof":
    """How many solutions a puzzle has, by the exact solver."""
    try:
        return _proof(puzzle)
    except _NotKept as late:
        return late.found


@st.cache_data(max_entries=1000, show_spinner=False)
def _proof(puzzle: Line) -> "Proof":
    from vmd_sudoku.exact.proof import prove

    found = prove(puzzle.digits)
    if found.solutions == "not decided":
        raise _NotKept(found)
    return found


def clashing(puzzle: Line) -> tuple[int, ...]:
    """Clues of an impossible puzzle that cannot stand together; () if none were found in time."""
    try:
        return _clashing(puzzle)
    except _NotKept as late:
        return late.found


@st.cache_data(max_entries=200, show_spinner=False)
def _clashing(puzzle: Line) -> tuple[int, ...]:
    from vmd_sudoku.exact.proof import clashing_clues

    found = clashing_clues(puzzle.digits)
    if not found:
        raise _NotKept(found)
    return found


@st.cache_data(max_entries=5000, show_spinner=False)
def reason(board: Line, cell: int, digit: int) -> tuple[str, str, tuple[int, ...]]:
    """Why a digit stands in a blank cell of a board: a person's technique, a sentence, and the cells it rests on."""
    from vmd_sudoku.exact.reasons import reason_for

    found = reason_for(board.digits, cell, digit)
    return found.technique, found.text, found.cells
