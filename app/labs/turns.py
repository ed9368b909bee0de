"""Slices of a lab's work, one at a time behind the app's gate: whoever presses Solve waits for one at most. No Streamlit."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

Enter = Callable[[threading.Event], AbstractContextManager[None]]
"""How a slice waits for its turn, given a flag that says stop."""
BREATH_SECONDS = 0.3
"""How long one waits when the gate is full."""
T = TypeVar("T")


class Turns:
    """One lane for all work of a lab, so that it holds a single place of the queue at the gate."""

    def __init__(self, enter: Enter, busy: type[Exception]) -> None:
        """enter: raises `busy` when others have to go first."""
        self._enter, self._busy = enter, busy
        self._lane = threading.Lock()

    def take(self, work: Callable[[], T], cancelled: threading.Event, over: Callable[[], bool]) -> T | None:
        """What `work` returns, once it is its turn; None if it is `over` before that."""
        while not over():
            try:
                with self._lane, self._enter(cancelled):
                    return work()
            except self._busy:
                cancelled.wait(BREATH_SECONDS)
        return None
