"""The exact solver for pages: proofs, clashing clues, reasons."""

from typing import TYPE_CHECKING

import streamlit as st

from vmd_sudoku.board import parse

if TYPE_CHECKING:
    from vmd_sudoku.exact.proof import Proof


@st.cache_data(max_entries=1000, show_spinner=False)
def proof(puzzle: str) -> "Proof":
    """How many solutions a puzzle line has, by the exact solver."""
    from vmd_sudoku.exact.proof import prove

    return prove(parse(puzzle))


@st.cache_data(max_entries=200, show_spinner=False)
def clashing(puzzle: str) -> tuple[int, ...]:
    """Clues of an impossible puzzle line that cannot stand together, none of which could be left out."""
    from vmd_sudoku.exact.proof import clashing_clues

    return clashing_clues(parse(puzzle))


@st.cache_data(max_entries=5000, show_spinner=False)
def reason(board: str, cell: int, digit: int) -> tuple[str, str, tuple[int, ...]]:
    """Why a digit stands in a blank cell of a board line: a person's technique, a sentence, and the cells it rests on."""
    from vmd_sudoku.exact.reasons import reason_for

    found = reason_for(parse(board), cell, digit)
    return found.technique, found.text, found.cells
