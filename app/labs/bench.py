"""What a visitor has on the Labs page between two runs of it. No Streamlit."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.labs.choices import Choice, Prediction

if TYPE_CHECKING:
    from app.labs.grids import Draw
    from app.labs.training import Task, Trial, View

CHART_SECONDS = 2.0
"""A slow machine takes a second for a drawing, and would never come to its end if each look brought another one."""


@dataclass
class Bench:
    """choice: what is chosen now. trial: the training on show; key: what it was made for. draw: grids on
    show.

    charted: what the charts show of a trial, and since when.
    predictions: by what was asked; None where the answer was shown without a guess.
    """

    choice: Choice
    trial: "Trial | None" = None
    key: Hashable = None
    draw: "Draw | None" = None
    charted: "tuple[Trial, float, dict[str, View], dict[str, list[tuple[int, float]]]] | None" = None
    predictions: dict[str, Prediction | None] = field(default_factory=dict)

    def trial_of(self, key: Hashable, task: "Callable[[], Task]") -> "Trial":
        """The training of a task that `key` names: the one on show, or a new one in its place, which stops it."""
        # Here, because torch comes with it: the page is on the screen before.
        from app.labs.training import Trial

        if self.trial is None or self.key != key:
            self.forget()
            self.trial, self.key = Trial(task()), key
        return self.trial

    def charts(self, trial: "Trial") -> "tuple[dict[str, View], dict[str, list[tuple[int, float]]]]":
        """Views and losses for charts: while a training runs, new ones every `CHART_SECONDS` only."""
        now = time.monotonic()
        if (
            not trial.live
            or self.charted is None
            or self.charted[0] is not trial
            or now - self.charted[1] > CHART_SECONDS
        ):
            curves = {name: list(curve) for name, curve in trial.losses.items()}
            self.charted = (trial, now, dict(trial.views), curves)
        return self.charted[2], self.charted[3]

    def forget(self) -> None:
        """Stop what is under way, so that other work can begin."""
        if self.draw:
            self.draw.stop()
        if self.trial:
            self.trial.stop()
        self.trial = None
