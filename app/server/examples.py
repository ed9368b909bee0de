"""Example puzzles by level."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.parts import words
from vmd_sudoku.board import CELLS, Line
from vmd_sudoku.formats import files as puzzle_file

if TYPE_CHECKING:
    pass


EXAMPLES = Path(__file__).parents[2] / "puzzles"


LEVELS = {
    "Easy": ("easy.csv", "36 clues; hidden singles fill the board"),
    "Medium": ("medium.csv", "28 clues; naked and hidden singles fill the board"),
    "Hard": ("hard.csv", "Singles are not enough"),
    "Expert": ("expert.csv", "A search has to guess five times or more"),
    "Extreme": ("extreme.csv", "The hardest ten of 100,000 generated puzzles"),
    "Two solutions": ("two_solutions.csv", "A clue was taken away: two boards fit"),
}
"""File and description of each level, easiest first."""


@dataclass(frozen=True)
class Level:
    """Example puzzles of one difficulty: `puzzles` are boards, `about` says what they are."""

    name: str
    about: str
    puzzles: tuple[Line, ...]


@st.cache_resource(show_spinner=False)
def levels() -> dict[str, Level]:
    """The example puzzles, easiest first, by name of the level."""
    found = {}
    for name, (file, about) in LEVELS.items():
        puzzles = puzzle_file.read(EXAMPLES / file).puzzles
        found[name] = Level(name, about, tuple(map(Line, puzzles)))
    empty = Level(*words.EMPTY_LEVEL, (Line("." * CELLS),))
    return found | {empty.name: empty}
