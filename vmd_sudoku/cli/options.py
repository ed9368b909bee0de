"""Options that commands share."""

import functools
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

MODEL_HELP = "A shipped model (vmd, mdm) or the folder of a trained one."


NFE_HELP = "Calls of the denoiser (NFE), or `cell` for one cell a call."


class Nfe(click.ParamType):
    """A number of calls, or `cell`."""

    name = "N|cell"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """`cell` -> None, which means one cell a call."""
        if value == "cell":
            return None
        if not str(value).isdigit() or int(value) < 1:
            self.fail(f"{value!r} is neither a number of calls from 1 on nor `cell`", param, ctx)
        return int(value)


class ZChoice(click.ParamType):
    """`mode`, or a seed."""

    name = "mode|SEED"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """A seed as a number; `mode` as it is."""
        if value == "mode":
            return "mode"
        if not str(value).isdigit() or int(value) >= 2**63:
            self.fail(f"{value!r} is neither `mode` nor a seed from 0 to 2^63 - 1", param, ctx)
        return int(value)


SEED = click.IntRange(0, 2**63 - 1)


class Named(click.ParamType):
    """A name from one of the tables of `decode`, which is imported only when help is asked for or a name is given."""

    def __init__(self, table: str) -> None:
        self.name = table

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The known names."""
        from vmd_sudoku.solving import setting

        return "[" + "|".join(getattr(setting, self.name)) + "]"


def _adds(*options: Callable) -> Callable[[Callable], Callable]:
    """A decorator that gives a command several options, the first one on top."""

    def add(command: Callable) -> Callable:
        for option in reversed(options):
            command = option(command)
        return command

    return add


SETTING_OPTIONS = (
    click.option("--policy", type=Named("POLICIES"), default="margin", show_default=True, help="Which cells first."),
    click.option(
        "--threshold",
        type=float,
        default=0.9,
        show_default=True,
        help="Probability from which policy `threshold` fills a cell at once.",
    ),
    click.option("--nfe", type=Nfe(), default="cell", show_default=True, help=NFE_HELP),
    click.option(
        "--cells", type=int, default=1, show_default=True, help="Cells filled after each call, with --nfe cell."
    ),
    click.option(
        "--schedule",
        type=Named("SCHEDULES"),
        default="linear",
        show_default=True,
        help="How a number of calls shares out the cells.",
    ),
    click.option(
        "--blocks",
        type=Named("BLOCKS"),
        default="none",
        show_default=True,
        help="Parts of the board that are filled one after the other, each with a z of its own; they share the calls.",
    ),
    click.option(
        "--gumbel", type=float, default=0.0, show_default=True, help="Scale of Gumbel noise on the order of cells."
    ),
    click.option(
        "--temperature",
        type=float,
        default=0.0,
        show_default=True,
        help="Of the digits: 0 takes the most probable one, 1 draws by the probabilities.",
    ),
    click.option(
        "--constraints",
        type=Named("CONSTRAINTS"),
        default="none",
        show_default=True,
        help="What the rules may do: nothing; leave out digits that a peer holds; fill singles; search to the end.",
    ),
    click.option(
        "--prove/--no-prove",
        default=False,
        help="Let a search go on until it is known whether there is a second solution.",
    ),
    click.option(
        "--remask",
        type=Named("REMASKING"),
        default="none",
        show_default=True,
        help="Which filled cells return to MASK after a call.",
    ),
    click.option(
        "--remask-share",
        type=float,
        default=0.1,
        show_default=True,
        help="Part of the filled cells that `confidence` takes back in a step.",
    ),
    click.option(
        "--remask-budget", type=int, default=40, show_default=True, help="Cells that may return to MASK in all."
    ),
    click.option(
        "--renew-z",
        type=Named("RENEWALS"),
        default="where-drawn",
        show_default=True,
        help="Another z in later calls: from the prior, or from the posterior given the network's guess; `where-drawn` is "
        "the latter unless z is 0.",
    ),
    click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of all that is drawn."),
    click.option(
        "--carry",
        is_flag=True,
        help="Later calls go on from the hidden state of the call before, instead of from nothing.",
    ),
    click.option(
        "--first-rounds", type=click.IntRange(1, 1024), help="Rounds of the first call (default: the model's)."
    ),
    click.option(
        "--rounds",
        type=click.IntRange(1, 1024),
        help="Rounds of every later call (default: as in the first; with --carry, the model's).",
    ),
    click.option(
        "--settle",
        type=float,
        default=0.01,
        show_default=True,
        help="A board stops thinking when no probability has moved more than this in eight rounds; 0: never.",
    ),
)


LATENTS = click.option(
    "--latents", default=1, show_default=True, help="Values of z tried for each puzzle; the rules choose."
)


Z = click.option(
    "--z", type=ZChoice(), default="mode", show_default=True, help="z = 0 (`mode`), or the seed to draw z with."
)


MODEL = click.option("--model", default="vmd", show_default=True, help=MODEL_HELP)


JSON = click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON there.")


LIMIT = click.option("--limit", type=click.IntRange(1), help="Only the first N puzzles of each file.")


BATCH_SIZE = click.option(
    "--batch-size", type=click.IntRange(1, 65536), default=64, show_default=True, help="Boards decoded together."
)


def decoding_options(command: Callable) -> Callable:
    """The options of every command that decodes; the command gets those of `Setting` together, as `chosen`."""

    @functools.wraps(command)
    def gathered(**given: Any) -> Any:
        from vmd_sudoku.solving.setting import Setting

        chosen = {field.name: given.pop(field.name) for field in fields(Setting) if field.name in given}
        return command(chosen=chosen, **given)

    return _adds(MODEL, *SETTING_OPTIONS, JSON)(gathered)


def batch_options(command: Callable) -> Callable:
    """How many boards are decoded together, and how."""
    compiled = click.option(
        "--compile/--eager",
        "compiled",
        default=False,
        help="Compile the network's round: twice the speed on big sets.",
    )
    return _adds(BATCH_SIZE, compiled)(command)


def setting_of(chosen: dict[str, Any]) -> Any:
    """The `Setting` that options ask for. Where --z was left open, z is drawn with --seed."""
    from vmd_sudoku.solving.setting import Setting

    z = chosen.get("z", "mode")
    z = chosen["seed"] if z is None else z
    return Setting(**chosen | {"z": None if z == "mode" else z})


def load(name: str, compiled: bool) -> Any:
    """A model for many boards."""
    from vmd_sudoku.network.checkpoint import load_model

    loaded = load_model(name)
    if compiled:
        loaded.model.compile_for_decoding()
    return loaded
