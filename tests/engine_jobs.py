"""Engines, and what workers do in their tests; in a module of its own, so that every process finds it."""

import importlib.util
import os
import signal
import time
from pathlib import Path

import pytest
import torch

from vmd_sudoku.engines import Engine
from vmd_sudoku.errors import PuzzleError

HAS_RAY = importlib.util.find_spec("ray") is not None
EACH = [Engine(), Engine(workers=2)]
"""One process, two processes, and two of Ray where it is installed."""
EACH.append(
    Engine(name="ray", workers=2)
    if HAS_RAY
    else pytest.param(None, marks=pytest.mark.skip(reason="Ray is not installed; run `pip install -e '.[ray]'`"))
)


def name_of(engine):
    return f"{engine.name}-{engine.workers}" if engine else "ray"


def begin(context):
    return context


def square(context, task):
    return task * task


def die_once(folder, task):
    """The first worker that gets task 3 is killed."""
    mark = Path(folder) / "died"
    if task == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def die(context, task):
    os.kill(os.getpid(), signal.SIGKILL)


def slow(context, task):
    time.sleep(0.05)
    return os.getpid()


def refuse(context, task):
    raise PuzzleError("no puzzle of ours")


def begin_badly(context):
    raise PuzzleError("no compiler")


def sleep(context, task):
    time.sleep(task)
    return os.getpid()


class Training:
    """A lab's job that takes no time; two of them write what one would."""

    def __init__(self, seed):
        self.seed = seed

    def key(self):
        return f"training {self.seed}"

    def line(self):
        return f"seed {self.seed}"

    def run(self):
        return [
            {"seed": self.seed, "figure": torch.rand(3, generator=torch.Generator().manual_seed(self.seed)).tolist()}
        ]
