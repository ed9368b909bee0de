"""Arrays of numpy (`.npy`): boards [n,81] or [n,9,9], read row by row.

Blanks are 0; or, as in the data of HRM and TRM (`all__inputs.npy` beside `all__labels.npy`; 0 is padding there), every value
is one more: 1 a blank, 2 to 10 the digits.
"""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, SIDE
from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats.cells import require_answer, wrong_size
from vmd_sudoku.formats.record import BadLine, Record

_AT_ONCE = 1024
_SAMPLE = 1024
SHIFTED = "Every value of the array is one more than its digit (1 is a blank), as in the data of TRM."


@dataclass
class _Boards:
    """The boards of an open array."""

    stream: BinaryIO
    dtype: np.dtype
    count: int

    def parts(self) -> Iterator[np.ndarray]:
        """Boards [m,81] of whole numbers."""
        left = self.count
        while left:
            size = min(left, _AT_ONCE) * CELLS * self.dtype.itemsize
            read = _exactly(self.stream, size)
            part = np.frombuffer(read, self.dtype).reshape(-1, CELLS)
            left -= len(part)
            yield part


def _exactly(stream: BinaryIO, size: int) -> bytes:
    parts, missing = [], size
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    if missing:
        raise PuzzleFileError("the array is cut off")
    return b"".join(parts)


def _opened(stream: BinaryIO) -> _Boards:
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        with warnings.catch_warnings(action="ignore"):  # a header of Python 2 is as good
            shape, fortran, dtype = read(stream, max_header_size=4096)
    except Exception as error:  # numpy parses the header as Python, so anything may come out of a damaged one
        raise PuzzleFileError(f"the array cannot be read ({str(error)[:80]})") from None
    if dtype.hasobject or dtype.kind not in "iuf":
        raise PuzzleFileError(f"an array of {dtype}; whole numbers are wanted")
    if fortran and len(shape) > 1:
        raise PuzzleFileError("an array in Fortran's order; save it with np.ascontiguousarray")
    if shape in ((CELLS,), (SIDE, SIDE)):
        shape = (1, *shape)
    if len(shape) < 2 or int(np.prod(shape[1:])) != CELLS or len(shape) > 3:
        side = shape[-1] if len(shape) == 3 and shape[1] == shape[2] else 0
        raise PuzzleFileError(wrong_size(side) if side else f"an array of shape {shape}; [n,81] or [n,9,9] is wanted")
    return _Boards(stream, dtype, shape[0])


def from_array(stream: BinaryIO, path: Path | None) -> Iterator[Record | BadLine]:
    """The boards of an array; with solutions where the array of labels lies beside TRM's array of inputs."""
    boards = _opened(stream)
    with ExitStack() as stack:
        beside = _labels(path)
        answers = None
        notes: list[str] = []
        if beside is not None:
            answers = _opened(stack.enter_context(open(beside, "rb")))
            notes.append(f"Solutions are from {beside.name}.")
            if answers.count != boards.count:
                raise PuzzleFileError(f"{beside.name} holds {answers.count} boards, this file {boards.count}")
        yield from _records(boards, answers, notes)


def _labels(path: Path | None) -> Path | None:
    if path is None or "inputs" not in path.name:
        return None
    beside = path.with_name(path.name.replace("inputs", "labels"))
    return beside if beside.is_file() else None


def _records(boards: _Boards, answers: _Boards | None, notes: list[str]) -> Iterator[Record | BadLine]:
    shift = None
    row = 0
    others = answers.parts() if answers else None
    for part in boards.parts():
        labels = next(others) if others else None
        if shift is None:
            shift = _shift(part)
            notes += [SHIFTED] * shift
        for at, values in enumerate(part):
            row += 1
            try:
                puzzle = _digits(values, shift)
                solution = require_answer(_digits(labels[at], shift), puzzle) if labels is not None else None
            except PuzzleError as error:
                yield BadLine(line=row, reason=str(error))
                continue
            yield Record(puzzle=puzzle, solution=solution, line=row).noted(*notes)
            notes = []


def _shift(part: np.ndarray) -> int:
    """By how much values are more than digits.

    Raises:
        PuzzleFileError: both readings fit.
    """
    sample = part[:_SAMPLE]
    if (sample == 0).any():
        if _counts_from_zero(sample):
            raise PuzzleFileError(
                "every board has the values 0 to 8 nine times each, so 0 is a digit here; add 1 to all"
            )
        return 0
    if (sample == DIGITS + 1).any():
        return 1
    with np.errstate(invalid="ignore"):  # what is no number is refused with its board
        whole = sample.astype(np.int64).clip(0, DIGITS + 1)
    if all((np.bincount(values, minlength=DIGITS + 2)[1:10] == SIDE).all() for values in whole):
        return 0  # full grids: each digit nine times
    if (sample == 1).sum() > (sample == 2).sum() * 2:
        raise PuzzleFileError("the array has neither 0 nor 10: whether 1 is a digit or a blank cannot be told")
    return 0


def _counts_from_zero(sample: np.ndarray) -> bool:
    """Whether boards [n,81] are full grids of the digits 0 to 8."""
    return all(((sample == digit).sum(1) == SIDE).all() for digit in range(DIGITS))


def _digits(values: np.ndarray, shift: int) -> np.ndarray:
    if values.dtype.kind == "f" and not (values == np.rint(values)).all():
        raise PuzzleError("a board of fractions or NaN; whole numbers are wanted, 0 for a blank")
    low, high = int(values.min()), int(values.max())
    if low < shift or high > DIGITS + shift:
        raise PuzzleError(f"values from {low} to {high}; {shift} to {DIGITS + shift} are wanted")
    return (values - shift).astype(np.int8)
