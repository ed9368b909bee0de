"""Compiled code that is kept between runs, in a folder named after the sources that it was made of.

numba compiles a function anew when its own file changes, but not when a function that it calls in another file does: it would
go on with the old code of that one. So what is kept for one state of the sources is not found from another.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import config as _config

SOURCES = (
    *("board.py", "decoding/search.py", "decoding/singles.py", "decoding/why.py"),
    *("exact/generate.py", "exact/solver.py", "exact/techniques.py"),
)
"""Files with compiled functions, and those whose constants they hold; within the package."""
_PACKAGE = Path(__file__).parent
config: Any = _config  # its names are made at run time


def njit(**options: Any) -> Callable[[Any], Any]:
    """`numba.njit`, with what it keeps (`cache=True`) in the folder of today's sources."""

    def compiled(function: Any) -> Any:
        # numba asks for the folder when it wraps a function; others in this process keep theirs.
        before = config.CACHE_DIR
        config.CACHE_DIR = str(folder(before))
        try:
            return numba.njit(**options)(function)
        finally:
            config.CACHE_DIR = before

    return compiled


@cache
def folder(chosen: str) -> Path:
    """Where compiled code of today's sources is kept: in `chosen` (NUMBA_CACHE_DIR), else beside the package, else for all
    packages of this user."""
    name = f"numba-{_fingerprint()}"
    return Path(chosen) / name if chosen else kept(name)


def kept(name: str) -> Path:
    """Where compiled code of this name is kept: beside the package, else in the user's cache."""
    # Python keeps its own compiled files there, so whoever deletes one deletes both.
    beside = _PACKAGE / "__pycache__"
    return beside / name if _can_hold(beside) else _of_the_user() / name


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        # The zero bytes part name from text, so that moving a line from one file to the next changes the sum.
        digest.update(source.encode() + b"\0" + (_PACKAGE / source).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _can_hold(place: Path) -> bool:
    try:
        place.mkdir(exist_ok=True)
        # Trying is the only sure answer: an installed package may lie on a disk that is read-only whatever its
        # permissions say.
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _of_the_user() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    mine = Path(home) / "vmd-sudoku"
    try:
        mine.mkdir(parents=True, exist_ok=True)
    except OSError:
        # With the user's number: in a folder that all users share, another's files could not be replaced.
        return Path(tempfile.gettempdir()) / f"vmd-sudoku-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    return mine
