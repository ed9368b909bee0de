"""Files that are written whole or not at all, and a look beforehand at whether they can be."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vmd_sudoku.errors import OutputError


def write(path: Path, content: str | bytes) -> None:
    """Write beside, then rename: a reader, or a stop at any moment, finds the old file or the new one.

    Raises:
        OutputError: it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; give a path that can be written") from None


@contextlib.contextmanager
def replacing(path: Path, ending: str = ".new") -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once it is whole. ending: of its name until then; of its own for each process,
    where several may write the same file.

    Raises:
        OSError: it cannot be written.
    """
    path = path.resolve()  # of a link, what it leads to is replaced, and not the link
    if path.exists() and not path.is_file():
        with open(path, "wb") as file:
            yield file  # a terminal, a pipe: nothing to keep whole
        return
    # In the same folder, because a rename replaces a file in one step only within one disk.
    temporary = path.with_name(path.name + ending)
    try:
        with open(temporary, "wb") as file:
            yield file
            # Without fsync a crash of the machine could leave the new name with an empty file.
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    # Ctrl-C too: a half-written file under another name would be left behind.
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def require_file(path: Path) -> None:
    """Refuse the name of a file that could not be written, before the work that it is for.

    Raises:
        OutputError: it is a folder, lies in none, or may not be written.
    """
    # Its name until it is whole is longer, and may be too long where its own is not.
    _require_name(path.with_name(path.name + ".new") if path.name else path)
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise OutputError(f"there is no folder {path.parent}; make it, or give another path")
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"cannot write {path}: permission denied; give another path")
    if not path.exists() or path.is_file():
        _try(path.parent)


def require_folder(path: Path) -> None:
    """Refuse the name of a folder that could not be made or written in, before the work that it is for.

    Raises:
        OutputError: something on the way to it is a file, or may not be written.
    """
    _require_name(path)
    # The folder may be several levels deep and none of them made yet; what exists of the way decides.
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise OutputError(f"{there} is a file, so {path} can be no folder; give another path")
    _try(there)


def _require_name(path: Path) -> None:
    try:
        path.exists()
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass  # where it will be made, or what is said of below
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"{str(path)[:60]!r} cannot be the name of a file: {why}; give another path") from None


def _try(folder: Path) -> None:
    """Permissions say little (to root everything, on a full or a read-only disk nothing), so one file is tried."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"cannot write in {folder}: {error.strerror}; give a path that can be written") from None
