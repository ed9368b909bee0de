"""Frozen configurations to plain JSON types and back."""

import dataclasses
from typing import Any, TypeVar, get_type_hints

from vmd_sudoku.errors import ConfigError

T = TypeVar("T")


def to_plain(config: Any) -> dict[str, Any]:
    """A configuration as dictionaries, numbers and strings."""
    return dataclasses.asdict(config)


def from_plain(kind: type[T], plain: object) -> T:
    """The configuration of dataclass `kind` that `to_plain` wrote.

    Raises:
        ConfigError: not a dictionary, an unknown setting, a value of another type, or one that the class refuses.
    """
    if not isinstance(plain, dict):
        raise ConfigError(f"{kind.__name__} must be a set of named settings, got {plain!r}")
    types = get_type_hints(kind)
    if unknown := sorted(set(plain) - set(types)):
        raise ConfigError(f"{kind.__name__} has no setting {', '.join(unknown)}; it has {', '.join(types)}")
    values = {}
    for name, value in plain.items():
        wanted = types[name]
        if dataclasses.is_dataclass(wanted):
            value = from_plain(wanted, value)  # type: ignore[arg-type]
        elif isinstance(wanted, type) and not (isinstance(value, wanted) or (wanted is float and type(value) is int)):
            raise ConfigError(f"{kind.__name__} {name} must be of type {wanted.__name__}, got {value!r}")
        values[name] = value
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{kind.__name__}: {error}") from None
