"""How many cells are filled after each call: a number of calls with its schedule, or a number of cells a call."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.errors import ConfigError

_ROUNDING = 1e-9
"""Below this a share of the blanks is no cell more: floating point, not intent."""


def linear(time: float) -> float:
    """Part of the cells that is filled at a time from 1 (all masked) to 0: 1 - t (arXiv 2406.04329)."""
    return 1 - time


def cosine(time: float) -> float:
    """Few cells while little is known, many at the end: 1 - sin(pi t / 2) (MaskGIT, arXiv 2202.04200)."""
    return 1 - math.sin(math.pi * time / 2)


SCHEDULES: dict[str, Callable[[float], float]] = {"linear": linear, "cosine": cosine}


def share(keep: Callable[[float], float], step: int, steps: int) -> float:
    """Part of the still blank cells due at call `step`, from 0, of `steps`; the last is 1.

    (keep(s) - keep(t)) / (1 - keep(t)) for a step from time t down to s: the reverse process of masked diffusion
    (arXiv 2406.04329).
    """
    # By rule and not by arithmetic: rounding could leave one cell blank for ever.
    if step >= steps - 1:
        return 1.0
    before, after = keep(1 - step / steps), keep(1 - (step + 1) / steps)
    return (after - before) / (1 - before)


@dataclass(frozen=True)
class Budget:
    """At most `calls` calls, each with its share of what is blank; or, where `calls` is None, `cells` cells a call.

    Raises:
        ConfigError: a number below 1, or an unknown schedule.
    """

    calls: int | None = None
    cells: int = 1
    schedule: str = "linear"

    def __post_init__(self) -> None:
        if self.calls is not None and self.calls < 1:
            raise ConfigError(f"the number of calls (NFE) must be 1 or more, got {self.calls}")
        if self.cells < 1:
            raise ConfigError(f"the number of cells a call must be 1 or more, got {self.cells}")
        if self.schedule not in SCHEDULES:
            raise ConfigError(f"unknown schedule {self.schedule!r}; choose one of {', '.join(SCHEDULES)}")

    def due(self, blanks: Tensor, step: int) -> Tensor:
        """Cells to fill after call `step`, from 0, of boards with `blanks` [a] blank cells: int64 [a], at least 1."""
        if self.calls is None:
            return torch.full_like(blanks, self.cells)
        part = share(SCHEDULES[self.schedule], step, self.calls)
        # Rounded up: rounding down would put off every cell to the last call.
        return (blanks.double() * part - _ROUNDING).ceil().long().clamp(min=1)

    def may_wait(self, blanks: Tensor, step: int) -> Tensor:
        """Whether boards with `blanks` [a] blank cells may fill none of them after call `step`: bool [a].

        Without a number of calls there are as many as would fill the cells.
        """
        if self.calls is None:
            return (step + 1) * self.cells < blanks
        return torch.full_like(blanks, not self.is_last(step), dtype=torch.bool)

    def is_last(self, step: int) -> bool:
        """Whether no call may follow call `step`."""
        return self.calls is not None and step >= self.calls - 1
