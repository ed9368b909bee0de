"""One at a time at the network."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.parts import words
from app.server.together import Flag
from vmd_sudoku.errors import VmdSudokuError

_LOOK_EVERY = 0.05
"""Seconds between two looks at whether somebody in the queue still wants to come in."""


class BusyError(VmdSudokuError):
    """Too many visitors are waiting for a solve."""


class CancelledError(VmdSudokuError):
    """Nobody waits for this any more: the visitor has asked for something else."""


class Gate:
    """Lets `running` threads in at a time and `waiting` more queue for at most `patience` seconds."""

    def __init__(self, running: int = 1, waiting: int = 4, patience: float = 20.0) -> None:
        """A gate with every place free."""
        self._places = threading.Semaphore(running)
        # Who is inside holds a place in the queue as well, so both together are limited.
        self._queue = threading.Semaphore(running + waiting)
        self._patience = patience

    @contextmanager
    def enter(self, cancelled: Flag | None = None) -> Iterator[None]:
        """Wait for a place.

        Raises:
            BusyError: the queue is full, or no place came free in time. CancelledError: `cancelled` was set meanwhile.
        """
        # Turned away at once: a browser that is told so asks again by itself.
        if not self._queue.acquire(blocking=False):
            raise BusyError(words.BUSY_QUEUE)
        try:
            end = time.monotonic() + self._patience
            # In short waits, since a semaphore cannot be told that its visitor has left.
            while not self._places.acquire(timeout=min(_LOOK_EVERY, self._patience)):
                if cancelled and cancelled.is_set():
                    raise CancelledError
                if time.monotonic() > end:
                    raise BusyError(words.BUSY_LONG)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


@st.cache_resource(show_spinner=False)
def gate() -> Gate:
    """The one gate of this process."""
    return Gate()
