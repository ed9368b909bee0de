"""What a visitor has on the Labs page between two runs of it. No Streamlit."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.labs.choices import Choice, Prediction

if TYPE_CHECKING:
    from app.labs.grids import Draw
    from app.labs.training import Task, Trial


@dataclass
class Bench:
    """choice: what is chosen now. trial: the training on show; key: what it was made for. draw: grids on
    show.

    predictions: by what was asked; None where the answer was shown without a guess.
    """

    choice: Choice
    trial: "Trial | None" = None
    key: Hashable = None
    draw: "Draw | None" = None
    predictions: dict[str, Prediction | None] = field(default_factory=dict)

    def trial_of(self, key: Hashable, task: "Callable[[], Task]") -> "Trial":
        """The training of a task that `key` names: the one on show, or a new one in its place, which stops it."""
        # Here, because torch comes with it: the page is on the screen before.
        from app.labs.training import Trial

        if self.trial is None or self.key != key:
            self.forget()
            self.trial, self.key = Trial(task()), key
        return self.trial

    def forget(self) -> None:
        """Stop what is under way, so that other work can begin."""
        if self.draw:
            self.draw.stop()
        if self.trial:
            self.trial.stop()
        self.trial = None
