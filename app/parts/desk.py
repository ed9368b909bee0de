"""A visitor's work between two runs of a page."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

S = TypeVar("S")


class Desk(Generic[S]):
    """Where a page's state of one visitor lies, and the job that works on it.

    Streamlit cuts a run off at its next `st` call once the browser has said something new, and starts another beside it.
    Putting a state here is no such call, so the outcome of a long solve is kept. Both runs change the state, so each change is
    made of the state as it is by then, and no other comes between.
    """

    def __init__(self, session: S) -> None:
        self._session = session
        self._job: Job | None = None
        self._lock = threading.Lock()

    @property
    def session(self) -> S:
        """The state as it is now."""
        return self._session

    def change(self, change: Callable[[S], S]) -> S:
        """Put another state in the place of the one that `change` is given; returns it. `change` may not call the desk."""
        with self._lock:
            self._session = change(self._session)
            return self._session

    def begin(self, press: int, question: object = None) -> "Job | None":
        """The job of answering a press, in place of the one before, which is cancelled; None if it is under way.

        question: what is asked; who asks the same again, with another press, waits for the job that is under way.
        """
        with self._lock:
            now = self._job
            # The same once more: the answer under way will do, for the newer press.
            if now and question is not None and now.question == question and not now.cancelled.is_set():
                now.press = press
            if now and now.press == press:
                return None
            if now:
                now.cancelled.set()
            self._job = Job(press, question)
            return self._job

    def cancel(self) -> None:
        """Nobody waits for the job under way any more."""
        with self._lock:
            if self._job:
                self._job.cancelled.set()

    def end(self, job: "Job", change: Callable[[S], S] | None) -> None:
        """Put down what a job found, unless it was cancelled meanwhile."""
        with self._lock:
            # A job that another took the place of may still come to its end; its outcome is no longer wanted.
            if change and self._job is job and not job.cancelled.is_set():
                self._session = change(self._session)
            if self._job is job:
                self._job = None
        # Outside the lock: whoever waits for this will ask for the state next.
        job.done.set()

    def running(self) -> "Job | None":
        """The job under way that somebody waits for."""
        with self._lock:
            return self._job if self._job and not self._job.cancelled.is_set() else None


class Job:
    """The answer to a press, on its way. `cancelled` asks it to stop, `done` tells that it has.

    press: the last one that wants this answer. question: what is asked, None if no other press can ask the same.
    """

    def __init__(self, press: int, question: object = None) -> None:
        self.press = press
        self.question = question
        self.cancelled = threading.Event()
        self.done = threading.Event()
