"""Arms: the models and settings that are measured side by side on the same puzzles."""

import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vmd_sudoku.config import abouts
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.solving.setting import Setting

MOST_ARMS = 1000


@dataclass(frozen=True)
class Arm:
    """A model, by its name or folder and the sha256 of its weights, and how it decodes."""

    model: str
    sha256: str
    setting: Setting

    def to_plain(self) -> dict[str, Any]:
        """The arm as JSON types."""
        return {"model": self.model, "sha256": self.sha256, "setting": self.setting.to_table()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Arm":
        """What `to_plain` wrote."""
        return cls(plain["model"], plain["sha256"], Setting.from_table(plain["setting"]))


def grid(choices: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every combination of the values of each name, the last name changing fastest.

    Raises:
        ConfigError: a name has no value, or there are more than `MOST_ARMS` combinations.
    """
    if empty := [name for name, values in choices.items() if not values]:
        raise ConfigError(f"{empty[0]} has no value; give one or several")
    count = 1
    for values in choices.values():
        count *= len(values)
    if count > MOST_ARMS:
        raise ConfigError(f"these settings make {count:,} combinations; at most {MOST_ARMS:,} fit into one run")
    return [dict(zip(choices, chosen, strict=True)) for chosen in itertools.product(*choices.values())]


def read_grids(path: Path) -> list[dict[str, list[Any]]]:
    """The tables `[[grid]]` of a TOML file: `model` and any names of `Setting`, each with a value or a list of them.

    Raises:
        ConfigError: the file cannot be read, or holds something else.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}; give a TOML file with [[grid]] tables") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML ({error}); wanted [[grid]] tables") from None
    tables = plain.get("grid")
    if (
        not isinstance(tables, list)
        or not tables
        or set(plain) != {"grid"}
        or not all(isinstance(t, dict) for t in tables)
    ):
        raise ConfigError(f"{path} must hold [[grid]] tables and nothing else, got {', '.join(plain) or 'nothing'}")
    return [_choices(path, table) for table in tables]


def _choices(path: Path, table: dict[str, Any]) -> dict[str, list[Any]]:
    known = ["model", *abouts(Setting)]
    choices = {name.replace("-", "_"): value if isinstance(value, list) else [value] for name, value in table.items()}
    if unknown := [name for name in choices if name not in known]:
        raise ConfigError(f"{path} asks for {unknown[0]!r}, which is no setting; choose of {', '.join(known)}")
    if wrong := [value for value in choices.get("model", []) if not isinstance(value, str)]:
        raise ConfigError(f"{path}: model must be a name or a folder, got {wrong[0]!r}")
    return choices


def labels(arms: Sequence[Arm]) -> list[str]:
    """What tells the arms apart, in words: model, policy and calls always, and whatever else differs."""
    known = abouts(Setting)
    differ = [name for name in known if len({getattr(arm.setting, name) for arm in arms}) > 1]
    others = [name for name in differ if name not in ("policy", "nfe", "cells")]
    return [", ".join([_model_name(arm), *_words(arm.setting), *_more(arm.setting, others)]) for arm in arms]


def _model_name(arm: Arm) -> str:
    return Path(arm.model).name or arm.model


def _words(setting: Setting) -> tuple[str, str]:
    some = "1 cell" if setting.cells == 1 else f"{setting.cells} cells"
    return setting.policy, f"{some} a call" if setting.nfe is None else f"NFE {setting.nfe}"


def _more(setting: Setting, names: Sequence[str]) -> Iterator[str]:
    known = abouts(Setting)
    yield from (f"{name.replace('_', ' ')} {known[name].text(getattr(setting, name))}" for name in names)
