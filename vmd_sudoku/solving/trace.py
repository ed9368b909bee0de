"""The record of one solve: every call, what was filled after it and why, and what was taken back. Plain values, no tensors.

A trace holds everything that the solve depended on, so that it can be repeated, and `from_json` replays it: a trace whose
steps do not lead to its board is refused.
"""

import functools
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import numpy as np

from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK, CELLS, DIGITS, Line
from vmd_sudoku.decoding.why import WHYS
from vmd_sudoku.errors import PuzzleError, TraceError

if TYPE_CHECKING:
    from vmd_sudoku.exact.reasons import Moves

FORMAT = 3
SOLUTIONS = ("none", "one", "several", "not decided")
"""How many solutions the puzzle has, as far as that was decided."""


@dataclass(frozen=True)
class TraceStep:
    """One call of the denoiser. The first six are parallel, in the order in which the cells were filled.

    Where a search changed digits, the call has two steps: one that takes cells back, and one that fills them anew.

    cells: filled in this step, 0 to 80, row by row; digits: 1 to 9.
    confidence: what the call said of the digit; margin: distance of the two most probable digits of the cell; entropy: of
        the cell, in nats.
    why: one of WHYS for every filled cell.
    remasked: cells that returned to MASK at the end of this step, filled now or earlier.
    backtracks: decisions that a search undid in this step.
    probabilities: what the call said of every cell, 81 rows of nine, rounded to four decimals.
    """

    cells: tuple[int, ...]
    digits: tuple[int, ...]
    confidence: tuple[float, ...]
    margin: tuple[float, ...]
    entropy: tuple[float, ...]
    why: tuple[str, ...]
    remasked: tuple[int, ...]
    backtracks: int
    probabilities: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Trace:
    """A solve from its first call to its verdict, with every setting that it depends on.

    puzzle, board: 81 characters, `.` for a blank. model, sha256, version: the weights, and the program that ran them.
    nfe: calls asked for, or "cell" for one cell a call. latents: how many z were tried; this is the chosen one's solve.
    z: "mode" for z = 0, the seed that z was drawn with, or "given" if it was made by hand. latent: its 729 K numbers
        rounded to three decimals, index ((row * 9 + column) * 9 + digit - 1) * K + k, the last ones if calls renewed them;
        None for an MDM.
    setting: all that was chosen, by the names of `setting.Setting`, the rounds of a call resolved; what the fields above say
        in words is there too.
    verdict: "solved", or what is wrong. calls, rounds: of the denoiser, over all latents. solutions: one of SOLUTIONS.
    is_the_solution: whether `board` is the solution; None unless the puzzle has exactly one.
    """

    puzzle: str
    model: str
    sha256: str
    version: str
    policy: str
    nfe: int | str
    constraints: str
    remask: str
    latents: int
    z: int | str
    latent: tuple[float, ...] | None
    seed: int
    setting: dict[str, Any]
    steps: tuple[TraceStep, ...]
    board: str
    verdict: str
    calls: int
    rounds: int
    backtracks: int
    seconds: float
    solutions: str
    is_the_solution: bool | None

    @property
    def solved(self) -> bool:
        """Whether the final board is full, legal and true to the clues."""
        return self.verdict == "solved"

    def boards(self) -> Iterator[str]:
        """The board after every step, 81 characters each; raises as `grids`."""
        yield from map(boards.to_line, self.grids()[1:])

    def grids(self) -> np.ndarray:
        """The clues, and the board after every step: int8 [steps + 1, 81].

        Raises:
            TraceError: a step fills a cell that is not blank, or takes back a clue or a blank.
        """
        grids = np.repeat(Line(self.puzzle).digits[None], len(self.steps) + 1, 0)
        clues = grids[0] != BLANK
        for number, step in enumerate(self.steps, 1):
            board = grids[number]
            board[:] = grids[number - 1]
            for cell, digit in zip(step.cells, step.digits, strict=True):
                if board[cell] != BLANK:
                    raise TraceError(f"step {number} of the trace fills {boards.cell_name(cell)}, which is not blank")
                board[cell] = digit
            for cell in step.remasked:
                if clues[cell] or board[cell] == BLANK:
                    raise TraceError(f"step {number} of the trace takes back {boards.cell_name(cell)}, no filled cell")
                board[cell] = BLANK
        return grids

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        return {"format": FORMAT} | asdict(self)

    @classmethod
    def from_json(cls, plain: object) -> "Trace":
        """The trace that `to_json` wrote.

        Raises:
            TraceError: not a trace, one of another format, or one whose steps do not lead to its board.
        """
        if not isinstance(plain, dict) or "format" not in plain:
            raise TraceError("this is no trace; wanted what `vmd-sudoku solve --json` writes")
        # Before anything else is read: another format has other fields, and "damaged" would be the wrong word for
        # it.
        if plain["format"] != FORMAT:
            raise TraceError(f"the trace has format {plain['format']!r}; this version reads {FORMAT}: solve again")
        try:
            values = _values(cls, {name: value for name, value in plain.items() if name != "format"})
            trace = cls(**values | {"steps": tuple(TraceStep(**_values(TraceStep, step)) for step in plain["steps"])})
            _require_sound(trace)
        # A file from a stranger can be wrong in any way; whatever breaks while reading it means that it is no sound
        # trace.
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, PuzzleError) as error:
            raise TraceError(f"the trace is damaged ({error}); solve again") from None
        return trace


def _values(kind: type, plain: dict[str, Any]) -> dict[str, Any]:
    """The values of a dataclass with lists as tuples; refuses missing and unknown names, and values of another type."""
    types = _types(kind)
    if set(types) != set(plain):
        raise ValueError(f"{', '.join(sorted(set(types) ^ set(plain)))}: missing or unknown")
    values = {name: _frozen(value) for name, value in plain.items()}
    # Whoever shows a trace does arithmetic with its numbers, so they must be some.
    for name, value in values.items():
        if name != "steps" and not _fits(value, types[name]):
            raise ValueError(f"{name} is of another type: {str(plain[name])[:40]!r}")
    return values


@functools.cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: object, kind: Any) -> bool:
    """Whether a value has a type of the fields of a trace; numbers that are infinite, or none, have not."""
    if isinstance(kind, UnionType):
        return any(_fits(value, one) for one in get_args(kind))
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(_fits(item, get_args(kind)[0]) for item in value)
    if get_origin(kind) is dict:
        return isinstance(value, dict)
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]  # JSON writes 1.0 as 1
    return type(value) is kind


def _frozen(value: Any) -> Any:
    # JSON knows lists only, and a frozen trace must compare equal to the one that was written.
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _require_sound(trace: Trace) -> None:
    """Refuse values out of range, and steps that do not lead to the board."""
    puzzle, board = Line(trace.puzzle).digits, Line(trace.board).digits
    for step in trace.steps:
        wrong = {c for c in (*step.cells, *step.remasked) if c not in range(CELLS)} | set(step.why) - set(WHYS)
        wrong |= {digit for digit in step.digits if digit not in range(1, DIGITS + 1)}
        if wrong:
            raise ValueError(f"a step holds {', '.join(map(repr, wrong))}")
        if len({len(v) for v in (step.cells, step.digits, step.confidence, step.margin, step.entropy, step.why)}) > 1:
            raise ValueError("a step's cells, digits and figures differ in number")
        if [len(row) for row in step.probabilities] != [DIGITS] * CELLS:
            raise ValueError(f"a step has no {CELLS} rows of {DIGITS} probabilities")
        if any(not 0 <= p <= 1 for row in (step.confidence, step.margin, *step.probabilities) for p in row):
            raise ValueError("a step holds a probability that is not from 0 to 1")
    if trace.solutions not in SOLUTIONS:
        raise ValueError(f"solutions is {trace.solutions!r}")
    if not np.array_equal(trace.grids()[-1], board):
        raise TraceError("the steps of the trace do not lead to its board; one of them was changed: solve again")
    # Replayed rather than believed: a trace that was edited by hand must not show a solve that never was.
    if boards.verdict(board, puzzle) != trace.verdict:
        raise TraceError("the verdict of the trace is not its board's; one of them was changed: solve again")


def read_trace(path: Path) -> Trace:
    """The trace in a file that `solve --json` or the app wrote.

    Raises:
        TraceError: the file cannot be read, or holds no sound trace.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TraceError(f"cannot read {path}: {error.strerror}; give a file that `solve --json` wrote") from None
    except ValueError as error:
        raise TraceError(f"{path} is not JSON ({error}); give a file that `solve --json` wrote") from None
    return Trace.from_json(plain)


def moves_of(traces: Iterable[Trace]) -> "Moves":
    """Everything that was filled in, each on the board as it was before its step.

    Raises:
        TraceError: the steps of a trace do not fit together.
    """
    from vmd_sudoku.exact.reasons import Moves  # numba; a page that shows a trace does not wait for it

    boards = [np.zeros((0, CELLS), np.int8)]
    cells: list[int] = []
    digits: list[int] = []
    for trace in traces:
        # There is one grid more than steps, the final board, which nothing was filled on.
        for before, step in zip(trace.grids(), trace.steps, strict=False):
            boards.append(np.repeat(before[None], len(step.cells), 0))
            cells.extend(step.cells)
            digits.extend(step.digits)
    return Moves(np.concatenate(boards), np.array(cells, np.int64), np.array(digits, np.int64))
