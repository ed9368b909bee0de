"""What a visitor may ask of the Batch page: set by the server's owner in one TOML file, named by VMD_SUDOKU_BATCH."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from vmd_sudoku.config import check, described, from_table
from vmd_sudoku.errors import ConfigError

VARIABLE = "VMD_SUDOKU_BATCH"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a server; each has a line in docs/app.md.

    Raises:
        ConfigError: a value is refused.
    """

    folder: str = described("", "Where runs are kept; without it a folder of this user's cache.")
    megabytes: int = described(5, "Largest file.", low=1, high=200)
    puzzles: int = described(
        2000, "Most puzzles of a run; of a longer file the first ones are measured.", low=1, high=10**6
    )
    minutes: float = described(10.0, "Longest run.", low=0.01, high=10**5)
    waiting: int = described(4, "Runs that may wait while one is under way.", low=0, high=1000)
    hours: float = described(24.0, "How long a run is kept after it was asked for.", low=0.01, high=10**5)

    def __post_init__(self) -> None:
        check(self)

    @property
    def root(self) -> Path:
        """The folder of all runs."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return Path(self.folder).expanduser() if self.folder else cache / "vmd-sudoku" / "batch"


def read_limits() -> Limits:
    """The owner's limits, or the usual ones where there is no file.

    Raises:
        ConfigError: the file cannot be read, or a line of it is refused.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return Limits()
    try:
        return from_table(Limits, tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(
            f"{VARIABLE} names {path}, which cannot be read ({error.strerror}); give a TOML file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{VARIABLE} names {path}, which is not TOML ({error})") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
