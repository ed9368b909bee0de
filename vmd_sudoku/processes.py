"""Worker processes that end with their parent."""

import multiprocessing
import multiprocessing.connection
import os
import threading


def end_with_parent() -> None:
    """In a worker: end it as soon as its parent is gone. One whose parent was killed would wait for tasks, or for
    somebody to take its results, for ever."""
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        # Not `sys.exit`, which would only end this thread.
        os._exit(1)
