"""Frozen configurations whose fields are described where they are declared: checks, texts and JSON come from that.

    @dataclass(frozen=True, kw_only=True)
    class Setting:
        gumbel: float = described(0.0, "Scale of the noise on the order of cells.", low=0, high=1000)

        def __post_init__(self) -> None:
            check(self)

Checks, the options of a command line, widgets, links, files and tables are all made from the same description, so that none
of them can say something else.
"""

import dataclasses
import functools
import json
import math
import operator
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args, get_type_hints

from vmd_sudoku.errors import ConfigError

T = TypeVar("T")

# Spelled out rather than left to `int` and `float`, which also take underscores, spaces and the digits of other
# scripts: what a link or a file says must mean the same to every reader. Twenty digits hold every 64-bit number.
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?inf|nan", re.ASCII | re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Choice:
    """A row that is chosen by its name.

    word: its name on a page; without one it goes by its key. about: a few words for those who choose.
    calls: of the network, that it needs at least.
    """

    word: str = ""
    about: str = ""
    calls: int = 1


@dataclasses.dataclass(frozen=True)
class Beside:
    """A setting has an effect only beside another one, `name`: when that is one of `values`, or none of them if `but`."""

    name: str
    values: tuple[object, ...]
    but: bool = False

    def holds(self, config: object) -> bool:
        """Whether the other setting is as it must be."""
        return (getattr(config, self.name) in self.values) != self.but


@dataclasses.dataclass(frozen=True, kw_only=True)
class Page:
    """How a setting stands on a page.

    word: its label. link: its name in a link. said: what a caption says of a value that is not the usual one.
    none: what the choice is called that stands for None. offers: values to choose from; any other can come by a link.
    most: the largest value that a visitor may ask for, who shares the machine with others.
    first: whether it stands above the settings that few will want.
    """

    word: str
    link: str
    said: str = "{value}"
    none: str = ""
    offers: tuple[object, ...] = ()
    most: float = math.inf
    first: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class About:
    """What a setting is; `name`, `kind` and `default` come from the field that it describes.

    help: one line. choices: the rows that it names one of. low, high: the range of a number, both ends included.
    none: the word for None, which then is a value too; none_help: what it stands for.
    beside: other settings without which it has no effect; of_latent: whether it has one only on models with a latent z.
    page: how it stands on a page, None for one that pages do not offer.
    """

    help: str
    choices: Mapping[str, Choice] | None = None
    low: float = -math.inf
    high: float = math.inf
    none: str = ""
    none_help: str = ""
    beside: tuple[Beside, ...] = ()
    of_latent: bool = False
    page: Page | None = None
    name: str = ""
    kind: type = object
    default: Any = None

    @property
    def option(self) -> str:
        """As the command line has it: `--remask-share`."""
        return "--" + self.name.replace("_", "-")

    @property
    def wanted(self) -> str:
        """What a value may be, in words."""
        if self.choices is not None:
            return f"one of {', '.join(self.choices)}"
        if self.kind is bool:
            return "true or false"
        number = "a whole number" if self.kind is int else "a number"
        words = f"{number} from {_ends(self.low)} to {_ends(self.high)}" if self.is_number else "a text"
        return f"{words}, or {self.none}" if self.none else words

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.kind in (int, float)

    def checked(self, value: object) -> Any:
        """The value in the field's own type.

        Raises:
            ConfigError: another type, a number out of range (as `nan` is), or an unknown choice.
        """
        # None is allowed only where it has a word: elsewhere it is a forgotten value, and `_typed` says so.
        found = None if value is None and self.none else self._typed(value)
        if found is not None and self.choices is not None and found not in self.choices:
            raise self._wrong(value)
        # Written as "not within", so that nan, which compares as false with everything, is refused too.
        if found is not None and self.is_number and not self.low <= found <= self.high:
            raise self._wrong(value)
        return found

    def _typed(self, value: object) -> Any:
        # In Python `True` is an int. A setting that wants a number gets no yes or no, and the other way round.
        if isinstance(value, self.kind) and (self.kind is bool or not isinstance(value, bool)):
            return value
        try:
            if self.kind is int and not isinstance(value, bool):
                # `index` takes numpy's whole numbers and refuses 2.5, where `int` would cut it to 2.
                return operator.index(value)  # type: ignore[arg-type]
            if self.kind is float and not isinstance(value, bool | str):
                return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            pass
        raise self._wrong(value)

    def _wrong(self, value: object) -> ConfigError:
        return ConfigError(f"{self.name} must be {self.wanted}; got {value!r}")

    def read(self, text: str) -> Any:
        """The value that a text stands for.

        Raises:
            ConfigError: it stands for none.
        """
        # Before the type: the word for None is often no number, and would be refused below.
        if self.none and text == self.none:
            return None
        if self.kind is bool and text in ("true", "false"):
            return text == "true"
        if self.kind is str:
            return self.checked(text)
        pattern = _WHOLE if self.kind is int else _DECIMAL
        if not self.is_number or not pattern.fullmatch(text):
            raise self._wrong(text)
        return self.checked(self.kind(text))

    def plain(self, value: Any) -> Any:
        """A value as files have it: a word for None."""
        return self.none if value is None else value

    def text(self, value: Any) -> str:
        """A value as links and help have it, which `read` reads."""
        if isinstance(value, bool):
            return str(value).lower()
        # :g drops zeros that say nothing, so links stay short.
        return f"{value:g}" if isinstance(value, float) else str(self.plain(value))

    def word(self, value: Any) -> str:
        """A value as a page shows it."""
        if value is None and self.page:
            return self.page.none or self.none
        row = self.choices.get(value) if self.choices is not None else None
        return str(value) if row is None else row.word or str(value).replace("-", " ").capitalize()

    def has_effect(self, config: object, latent: bool = True) -> bool:
        """Whether the setting matters among the others, on a model with or without a latent."""
        return (latent or not self.of_latent) and all(other.holds(config) for other in self.beside)


def described(default: Any, help: str, **about: Any) -> Any:
    """A field with its description; see `About` for what may be said of it."""
    return dataclasses.field(default=default, metadata={"about": About(help=help, **about)})


def ranged(default: float, low: float, high: float) -> Any:
    """A field with a number in a range, both ends included, and nothing more to say of it here."""
    return described(default, "", low=low, high=high)


def share(default: float) -> Any:
    """A field with a number from 0 to 1."""
    return ranged(default, 0, 1)


def abouts(kind: Any) -> dict[str, About]:
    """The descriptions of a configuration's described fields, by name, in order."""
    return _abouts(kind)


@functools.cache
def _abouts(kind: type) -> dict[str, About]:
    types = get_type_hints(kind)
    return {
        field.name: dataclasses.replace(
            field.metadata["about"],
            name=field.name,
            # `int | None` is an int that may be missing; None has its own word in `About.none`.
            kind=next((t for t in get_args(types[field.name]) if t is not type(None)), types[field.name]),
            default=field.default,
        )
        for field in dataclasses.fields(kind)
        if "about" in field.metadata
    }


def check(config: Any) -> None:
    """Put every described value into its field's own type.

    Raises:
        ConfigError: see `About.checked`.
    """
    for name, about in abouts(type(config)).items():
        # The dataclass is frozen, and this runs in its `__post_init__`, before anybody else holds it.
        object.__setattr__(config, name, about.checked(getattr(config, name)))


def from_table(kind: type[T], table: Mapping[str, object]) -> T:
    """The configuration that a table of a TOML file, or an object of JSON, describes; what it leaves out is as usual.

    Raises:
        ConfigError: an unknown name, or a value that is refused.
    """
    known = abouts(kind)
    values = {}
    for written, value in table.items():
        # Files may spell a setting as the command line does.
        name = written.replace("-", "_")
        if name not in known:
            raise ConfigError(f"there is no setting {written!r}; choose of {', '.join(known)}")
        about = known[name]
        values[name] = None if about.none and value == about.none else about.checked(value)
    return kind(**values)


def to_table(config: object) -> dict[str, Any]:
    """What `from_table` reads: no value is None."""
    return {name: about.plain(getattr(config, name)) for name, about in abouts(type(config)).items()}


def markdown(kind: type) -> str:
    """A table of a configuration's described fields: option, values, default, where it matters, and help."""
    known = abouts(kind)
    lines = ["| option | values | default | has an effect | what it is |", "| --- | --- | --- | --- | --- |"]
    for about in known.values():
        help_text = f"{about.help} `{about.none}`: {about.none_help}." if about.none else about.help
        cells = (f"`{about.option}`", about.wanted, f"`{about.text(about.default)}`", where(about, known), help_text)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def where(about: About, known: Mapping[str, About]) -> str:
    """Where a setting has an effect, in words."""
    parts = ["with a latent"] if about.of_latent else []
    for other in about.beside:
        theirs = known[other.name]
        values = " or ".join(f"`{theirs.option} {theirs.text(value)}`" for value in other.values)
        parts.append(f"not with {values}" if other.but else f"with {values}")
    return "; ".join(parts) or "always"


def _ends(end: float) -> str:
    """An end of a range; large powers of two as such."""
    # Nobody reads nineteen digits; 2^63 - 1 is recognised.
    power = round(math.log2(end + 1)) if end > 1e15 else 0
    return f"2^{power} - 1" if power else f"{end:,.0f}" if end == int(end) else f"{end:g}"


def choose(table: Mapping[str, T], name: str, what: str) -> T:
    """An entry of a table by name.

    Raises:
        ConfigError: unknown; the message lists the known names.
    """
    if name not in table:
        raise ConfigError(f"unknown {what} {name!r}; choose one of {', '.join(table)}")
    return table[name]


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
        # JSON writes 1.0 as 1, so a whole number is fine for a float.
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
            # JSON gives numbers, true and false their types; a bare word such as `transformer` is no JSON and is
            # meant as text.
            inside[name] = json.loads(text)
        except ValueError:
            inside[name] = text
    return from_plain(type(config), plain)
