"""The record of one solve: what was filled in every step and how sure the network was. Plain values, no tensors."""

from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class TraceStep:
    """One call of the denoiser. The first four are parallel, in the order in which the policy preferred the cells.

    cells: 0 to 80, row by row; digits: 1 to 9.
    confidence: probability of the digit; margin: its distance to the second most probable one.
    probabilities: what the call said of every cell, 81 rows of nine, rounded to four decimals.
    """

    cells: tuple[int, ...]
    digits: tuple[int, ...]
    confidence: tuple[float, ...]
    margin: tuple[float, ...]
    probabilities: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Trace:
    """A solve from its first call to its verdict, with every setting that it depends on.

    puzzle, board: 81 characters, `.` for a blank. nfe: calls asked for, or "cell" for one cell a call.
    z: "mode" for z = 0, or the seed that z was drawn with. verdict: "solved", or what is wrong.
    """

    puzzle: str
    model: str
    policy: str
    nfe: int | str
    constraints: str
    z: int | str
    seed: int
    steps: tuple[TraceStep, ...]
    board: str
    verdict: str
    calls: int
    seconds: float

    @property
    def solved(self) -> bool:
        """Whether the final board is full, legal and true to the clues."""
        return self.verdict == "solved"

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        return {"format": FORMAT} | asdict(self)
