"""Options that commands share."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from vmd_sudoku.addresses import is_address, is_remote, located
from vmd_sudoku.config import About, abouts, where
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.cards import folder_of
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.writing import require_file, require_folder

MODEL_HELP = "A shipped model (vmd, mdm) or the folder of a trained one."


class Value(click.ParamType):
    """What a description says that a value may be."""

    def __init__(self, about: About) -> None:
        self.about = about
        self.name = about.name

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """The known names, or what kind of number."""
        if self.about.choices is not None:
            return f"[{'|'.join(self.about.choices)}]"
        number = "INTEGER" if self.about.kind is int else "NUMBER"
        return f"{number}|{self.about.none}" if self.about.none else number

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A text as a value; a value stays as it is."""
        # Defaults come as values; only what was typed is read.
        if not isinstance(value, str):
            return value
        try:
            return self.about.read(value)
        except ConfigError:
            self.fail(f"must be {self.about.wanted}; got {value!r}", param, ctx)


def whole(low: int, high: int) -> Value:
    """A whole number in a range."""
    return Value(About(help="", kind=int, low=low, high=high))


def number(low: float, high: float) -> Value:
    """A number in a range, which `nan` and `inf` are outside of."""
    return Value(About(help="", kind=float, low=low, high=high))


def _require_no_address(value: Any, what: str) -> None:
    """Refuse an address where only files of this machine can be written."""
    if "://" in str(value):
        raise ConfigError(f"{str(value)[:80]} is an address; give {what} of this machine, or of a share mounted on it")


class InFile(click.Path):
    """A file of puzzles to be read, here or in an object store; any other link in its place is named as what it is, since a
    path would lose one of its strokes."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A text as a path."""
        if is_address(value):
            return located(value)
        if "://" in str(value):
            self.fail(
                f"{value[:80]} is a link, and a file is wanted here; write the link into a file, a link a line",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


class OutFile(click.Path):
    """A file to be written, refused before the work where it could not be."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A text as a path."""
        _require_no_address(value, "a file")
        path = Path(value)
        super().convert(value, param, ctx)
        require_file(path)
        return path


class OutFolder(click.Path):
    """A folder to be written in, made where it is missing; refused before the work where it could not be. stores: whether an
    address of an object store will do."""

    def __init__(self, *, stores: bool = False) -> None:
        super().__init__(path_type=Path)
        self.stores = stores

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A text as a path."""
        if self.stores and is_address(value) and is_remote(found := located(value)):
            return found
        if not (self.stores and is_address(value)):
            _require_no_address(value, "a folder")
        path = located(value)
        super().convert(path, param, ctx)
        require_folder(path)
        return path


class RunPath(click.Path):
    """A run folder, here or in an object store."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A text as a path."""
        return located(value) if is_address(value) else super().convert(value, param, ctx)


def described_option(about: About) -> Callable:
    """The option of a described setting."""
    if about.kind is bool:
        return click.option(
            f"{about.option}/--no-{about.option[2:]}", about.name, default=about.default, help=about.help
        )
    none = f" `{about.none}`: {about.none_help}." if about.none else ""
    return click.option(
        about.option,
        about.name,
        type=Value(about),
        default=about.text(about.default),
        show_default=True,
        help=about.help + none,
    )


def adds(*options: Callable) -> Callable[[Callable], Callable]:
    """A decorator that gives a command several options, the first one on top."""

    def add(command: Callable) -> Callable:
        # Decorators go on from the inside out; the first one is to stand on top of the help.
        for option in reversed(options):
            command = option(command)
        return command

    return add


SETTINGS = abouts(Setting)
SEED = Value(SETTINGS["seed"])
_OF_SOME_COMMANDS = ("latents", "z")


MODEL = click.option("--model", default="vmd", show_default=True, help=MODEL_HELP)


JSON = click.option("--json", "output", type=OutFile(), help="Also write JSON there.")


LIMIT = click.option("--limit", type=whole(1, 10**12), metavar="N", help="Only the first N puzzles of each file.")


SETTING_OPTIONS = tuple(described_option(about) for name, about in SETTINGS.items() if name not in _OF_SOME_COMMANDS)


THREADS = click.option(
    "--threads", type=whole(1, 1024), default=1, show_default=True, help="CPU threads for the network."
)


LATENTS = described_option(SETTINGS["latents"])


Z = described_option(SETTINGS["z"])


class _DrawnZ(Value):
    """z as the description has it, or `seed`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`seed` as it is."""
        return value if value == "seed" else super().convert(value, param, ctx)


DRAWN_Z = click.option(
    "--z",
    type=_DrawnZ(SETTINGS["z"]),
    default="seed",
    show_default=True,
    help="Seed that each latent z is drawn with. `seed`: that of --seed. `mode`: z = 0.",
)


BATCH_SIZE = click.option(
    "--batch-size", type=whole(1, 65_536), default=64, show_default=True, help="Boards decoded together."
)


def engine_options(workers: int = 1, what: str = "Processes at a time.") -> Callable[[Callable], Callable]:
    """Who does the work: how many processes, here or on Ray; the command gets it as `engine`."""
    options = (
        click.option("--workers", type=whole(1, 4096), default=workers, show_default=True, help=what),
        click.option("--engine", default="local", show_default=True, help="`local` processes, or `ray`."),
        click.option(
            "--ray-address",
            metavar="HOST:PORT",
            help="Ray cluster (`auto`: the one of this machine); default: a new one.",
        ),
    )

    def add(command: Callable) -> Callable:
        @functools.wraps(command)
        def gathered(workers: int, engine: str, ray_address: str | None, **given: Any) -> Any:
            from vmd_sudoku.engines import Engine

            if ray_address is not None and engine != "ray":
                raise click.UsageError("--ray-address is for --engine ray; leave it out, or choose that engine")
            return command(engine=Engine(name=engine, workers=workers, address=ray_address), **given)

        return adds(*options)(gathered)

    return add


COLUMN_OPTIONS = (
    click.option("--puzzle-column", default="", help="Column (name or number from 1 on) of the puzzles of a file."),
    click.option("--solution-column", default="", help="Column (name or number) of their solutions."),
)


def column_options(command: Callable) -> Callable:
    """Which columns of a file are meant, where their names do not tell; the command gets them together, as `columns`."""

    @functools.wraps(command)
    def gathered(puzzle_column: str, solution_column: str, **given: Any) -> Any:
        from vmd_sudoku.formats.columns import Columns

        return command(columns=Columns(puzzle_column, solution_column), **given)

    return adds(*COLUMN_OPTIONS)(gathered)


def decoding_options(command: Callable) -> Callable:
    """The options of every command that decodes; the command gets those of `Setting` together, as `setting`."""

    @functools.wraps(command)
    def gathered(**given: Any) -> Any:
        chosen = {name: given.pop(name) for name in SETTINGS if name in given}
        if chosen.get("z") == "seed":
            chosen["z"] = chosen["seed"]
        setting = Setting(**chosen)
        _note_what_has_no_effect(setting)
        return command(setting=setting, **given)

    return adds(MODEL, *SETTING_OPTIONS, JSON)(gathered)


def _note_what_has_no_effect(setting: Setting) -> None:
    """Say which options were given in vain, as far as that can be known without the model."""
    source = click.get_current_context().get_parameter_source
    for name, about in SETTINGS.items():
        # Only what was typed: a default that has no effect is nobody's mistake.
        given = source(name) == click.core.ParameterSource.COMMANDLINE
        if given and not about.has_effect(setting):
            click.echo(f"note: {about.option} has no effect here: it has one {where(about, SETTINGS)}", err=True)


def batch_options(command: Callable) -> Callable:
    """How many boards are decoded together, and how."""
    compiled = click.option(
        "--compile/--eager",
        "compiled",
        default=False,
        help="Compile the network's round: twice the speed on big sets.",
    )
    return adds(BATCH_SIZE, compiled)(command)


def load(name: str, compiled: bool = False) -> Any:
    """A model, compiled for many boards if wanted. A wrong name is found out before torch is loaded."""
    folder_of(name)
    from vmd_sudoku.network.checkpoint import load_model

    loaded = load_model(name)
    if compiled:
        loaded.model.compile_for_decoding()
    return loaded
