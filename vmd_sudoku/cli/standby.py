"""A process that has loaded what a run needs and waits for one command: `python -m vmd_sudoku.cli.standby`.

To import torch and compiled code takes seconds; who starts this ahead has the first result of `evaluate` in less than one.

One line of JSON on standard input is the command: {"argv": [...], "folder": where it runs, "log": the file that it prints into,
"nice": how far it steps back for others once its first seconds are over}. Without one for ten minutes, or once nobody can give
one any more, the process ends.
"""

import contextlib
import json
import os
import sys
import threading
from typing import Any

PATIENCE = 600.0
"""Seconds that it waits for a command."""
SPRINT = 4.0
"""Seconds before a run steps back for others: somebody looks at an empty page until its first result is there."""
_EXAMPLE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"


def wait() -> None:
    """Get ready, take one command, and become it."""
    bored = threading.Timer(PATIENCE, os._exit, (0,))
    bored.daemon = True
    bored.start()
    _get_ready()
    line = sys.stdin.readline()
    bored.cancel()
    if line:
        _become(json.loads(line))


def _get_ready() -> None:
    """Whatever is loaded when it is first used is used once."""
    import torch

    from vmd_sudoku.cli import batch_commands, main  # noqa: F401 (what the command line loads, too)
    from vmd_sudoku.errors import VmdSudokuError
    from vmd_sudoku.evaluation.rows import evaluate

    torch.set_num_threads(1)
    with contextlib.suppress(VmdSudokuError):  # said by the command, if it needs what is missing
        list(evaluate([_EXAMPLE]))


def _become(command: dict[str, Any]) -> None:
    from vmd_sudoku.cli.main import main

    log = os.open(command["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.chdir(command["folder"])
    if hasattr(os, "setpriority"):
        later = threading.Timer(SPRINT, _step_back, (command["nice"],))
        later.daemon = True
        later.start()
    sys.argv = ["vmd-sudoku", *command["argv"]]
    main(command["argv"])


def _step_back(by: int) -> None:
    # Named by its number, and not by 0: Linux has a priority for each thread, and this is not the one that computes.
    os.setpriority(os.PRIO_PROCESS, os.getpid(), os.getpriority(os.PRIO_PROCESS, 0) + by)


if __name__ == "__main__":
    wait()
