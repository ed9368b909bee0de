"""Files and folders by their path, or by their address in an object store (`s3://bucket/run`), through fsspec."""

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import unquote, urlsplit

from vmd_sudoku.errors import ConfigError

STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "memory")
"""Stores in which an object is seen when it is whole and not before: what a run needs of its folder. `memory` is for tests."""
_SPOOLED = 32 << 20
"""Bytes of an object that are kept in memory until it is sent."""


def is_address(text: object) -> bool:
    """Whether a text names a file by `file://`, or an object of one of `STORES`."""
    return str(text).partition("://")[0] in ("file", *STORES) and "://" in str(text)


def located(text: object) -> Path:
    """A path; for an address of a store what stands for one, and has its methods.

    Raises:
        ConfigError: what speaks to such stores is not installed.
    """
    if not is_address(text):
        return text if isinstance(text, Path) else Path(str(text))
    if str(text).startswith("file://"):
        return Path(unquote(urlsplit(str(text)).path))
    try:
        from upath import UPath
    except ImportError:
        raise ConfigError(f"{text} lies in an object store; run `pip install 'vmd-sudoku[store]'`") from None
    # Nothing is remembered of what lies there: other processes may write beside this one.
    found = UPath(str(text), use_listings_cache=False)
    try:
        found.exists()
    except ImportError as error:  # fsspec names the package that speaks to this kind of store
        raise ConfigError(f"{text} cannot be reached: {error}") from None
    except Exception as error:  # stores raise what they like
        raise ConfigError(f"{text} cannot be reached: {_reason(error)}; are address and access right?") from None
    return cast(Path, found)


def is_remote(path: object) -> bool:
    """Whether a path is what `located` gives for an address of a store."""
    return not isinstance(path, (str, Path)) and hasattr(path, "protocol")


@contextlib.contextmanager
def putting(path: Any) -> Iterator[IO[bytes]]:
    """A file that becomes the object at `path` once it is whole. Whoever is killed before that leaves nothing.

    Raises:
        OSError: it cannot be sent.
    """
    # Collected first: whatever goes wrong while it is written must not end as half an object.
    with tempfile.SpooledTemporaryFile(_SPOOLED) as file:
        yield file
        file.seek(0)
        try:
            with path.open("wb") as sent:
                shutil.copyfileobj(file, sent)
        except Exception as error:
            raise OSError(errno.EIO, _reason(error)) from None


def _reason(error: Exception) -> str:
    """The first line of what a store complains of."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
