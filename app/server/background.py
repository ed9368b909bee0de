"""Work in threads of its own, for as many at a time as there are places. No Streamlit."""

import threading
from collections.abc import Callable

Prepare = Callable[[threading.Thread], object]
"""Sees a thread before it starts."""


class Background:
    """Threads of one name."""

    def __init__(self, name: str, places: int) -> None:
        """All places are free."""
        self._name = name
        self._places = threading.Semaphore(places)

    def start(self, work: Callable[[], object], prepare: Prepare | None = None) -> bool:
        """Begin `work`, which tells its own errors; False if no place is free."""
        # Said at once: a page that waited here could not be drawn.
        if not self._places.acquire(blocking=False):
            return False
        thread = threading.Thread(target=self._do, args=(work,), name=self._name, daemon=True)
        if prepare:
            prepare(thread)
        thread.start()
        return True

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            # Work that failed must not hold its place for ever.
            self._places.release()
