"""Frozen configurations to plain JSON types and back."""

import dataclasses
import json
from collections.abc import Iterable
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


def changed(config: T, changes: Iterable[str]) -> T:
    """The same configuration with some settings changed, each `name=value` or, inside another one, `model.latent=2`.

    Values are JSON; what is no JSON is taken as text.

    Raises:
        ConfigError: a change without a name or a value, an unknown setting, or a value that is refused.
    """
    plain = to_plain(config)
    for change in changes:
        path, equals, text = change.partition("=")
        if not path or not equals or not text:
            raise ConfigError(f"a change is NAME=VALUE, such as beta=0.5 or model.latent=2; got {change!r}")
        *outer, name = path.split(".")
        inside = plain
        for step in outer:
            inside = inside.get(step)  # type: ignore[assignment]
            if not isinstance(inside, dict):
                raise ConfigError(f"{change!r}: {step!r} is no group of settings")
        try:
            inside[name] = json.loads(text)
        except ValueError:
            inside[name] = text
    return from_plain(type(config), plain)
