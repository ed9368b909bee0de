"""Packed puzzles of links, where their makers say how they are packed."""

import base64
import binascii

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.record import Record

_RUNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
NOT_READ = "this packed form is not read; open the link in a browser and copy the 81 characters or the grid from there"


def from_runs(packed: str) -> Record:
    """Each sign is a digit (0: a blank) and how many blanks follow it: place in the alphabet = digit + 10 x blanks.

    The compact form of SudokuPad's classic puzzles (its `puzzletools.js`), which SudokuExchange takes over.

    Raises:
        PuzzleError: another sign, or not 81 cells.
    """
    digits: list[int] = []
    # One sign more than a board can have, so that too long a text is noticed without being read to its end.
    for sign in packed[: CELLS + 1]:
        place = _RUNS.find(sign)
        if place < 0:
            raise PuzzleError(NOT_READ)
        digits += [place % 10, *[0] * (place // 10)]
    if len(digits) != CELLS:
        raise PuzzleError(
            f"the packed puzzle of this link unpacks to {len(digits)} cells, {CELLS} wanted; copy the whole link"
        )
    return Record(puzzle=np.array(digits, np.int8))


def from_masks(packed: str) -> Record:
    """Two base-32 signs a cell: a bit for each candidate, shifted by one; the lowest bit marks a clue.

    SudokuWiki's boards since 2023 (its page "Sudoku String Definitions").

    Raises:
        PuzzleError: not 81 such pairs, or a clue that is no digit.
    """
    try:
        values = [int(packed[at : at + 2], 32) for at in range(0, 2 * CELLS, 2)]
    except ValueError:
        raise PuzzleError(NOT_READ) from None
    puzzle, own = np.zeros(CELLS, np.int8), np.zeros(CELLS, np.int8)
    for cell, value in enumerate(values):
        mask, clue = value >> 1, value & 1
        if mask >> DIGITS or (clue and mask.bit_count() != 1):
            raise PuzzleError("the packed puzzle of this link is damaged; copy the link again")
        if mask.bit_count() == 1:
            (puzzle if clue else own)[cell] = mask.bit_length()
    note = "Candidates that the link holds were left out."
    if own.any():
        note = "Digits that are no clues and candidates were left apart: a single candidate counts as filled in."
    return Record(puzzle=puzzle, own=own if own.any() else None, notes=(note,))


def from_nibbles(packed: str) -> Record:
    """Base64 of half a byte a cell, the first in the upper half (links of Good Sudoku).

    Raises:
        PuzzleError: damaged.
    """
    try:
        bytes_ = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise PuzzleError(NOT_READ) from None
    digits = [half for byte in bytes_ for half in (byte >> 4, byte & 15)]
    # 81 half bytes leave one over, which must be 0.
    if len(digits) != CELLS + 1 or max(digits) > DIGITS or digits[-1]:
        raise PuzzleError(NOT_READ)
    return Record(puzzle=np.array(digits[:CELLS], np.int8))
