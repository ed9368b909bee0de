"""Everything that can be chosen about a decoding: what one puzzle, a set, the command line, files and pages share.

Each setting is described once, here; see `config.About` for what is made of that. No model and no torch is loaded until a
setting is put to use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vmd_sudoku.board import CELLS
from vmd_sudoku.config import Beside, Page, check, described, from_table, to_table
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.solving.choices import BLOCKS, CONSTRAINTS, POLICIES, REMASKING, RENEWALS, SCHEDULES

if TYPE_CHECKING:
    from vmd_sudoku.decoding.loop import Decoding
    from vmd_sudoku.network.model import ModelConfig

MAX_SEED = 2**63 - 1
MAX_LATENTS = 1024
"""Of one puzzle."""
MAX_ROUNDS = 1024
_PAGE_SEED = 2**31 - 1
"""What every browser can count to."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How boards are decoded; the described fields say what each setting is.

    The rules choose among several latents: the most complete legal board wins, and among equals the one of the highest mean
    log-probability. The first latent is the one that `z` asks for, the others are drawn.

    Raises:
        ConfigError: an unknown name, a number out of range, or settings that cannot work together.
    """

    policy: str = described(
        "margin",
        "Which cells are filled first.",
        choices=POLICIES,
        page=Page(word="Which cells first", link="policy", first=True),
    )
    nfe: int | None = described(
        None,
        "Calls of the network (NFE). With fewer calls, more cells are filled after each: faster, and harder.",
        low=1,
        high=10_000,
        none="cell",
        none_help="as many as it takes to fill `--cells` cells after each",
        page=Page(
            word="Calls of the network",
            link="steps",
            said="{value} steps",
            none="One for each blank",
            offers=(None, 1, 2, 5, 10, 20),
            most=CELLS,
            first=True,
        ),
    )
    constraints: str = described(
        "none",
        "How much the rules of Sudoku may help the network.",
        choices=CONSTRAINTS,
        page=Page(word="Rules", link="rules", first=True),
    )
    remask: str = described(
        "none",
        "Which filled cells return to blank (MASK) after a call.",
        choices=REMASKING,
        page=Page(word="Take digits back", link="remask", said="remasking: {value}", first=True),
    )
    latents: int = described(
        1,
        "Values of z tried for every puzzle, each in a run of its own (`average-order`: on one board). The rules choose.",
        low=1,
        high=MAX_LATENTS,
        of_latent=True,
        page=Page(
            word="Latents tried", link="latents", said="{value} latents", offers=(1, 2, 4, 8), most=16, first=True
        ),
    )
    z: int | None = described(
        None,
        "Seed that the latent z is drawn with.",
        low=0,
        high=MAX_SEED,
        none="mode",
        none_help="z = 0, the mode of its prior, best where there is one solution",
        of_latent=True,
    )
    seed: int = described(
        0,
        "Seed of everything that is drawn.",
        low=0,
        high=MAX_SEED,
        page=Page(word="Seed", link="seed", most=_PAGE_SEED, first=True),
    )
    threshold: float = described(
        0.9,
        "Probability from which a cell is filled at once; with policy `guess`, the whole board if all cells have it.",
        low=0,
        high=1,
        beside=(Beside("policy", ("threshold", "guess")),),
        page=Page(word="Confidence to fill at once", link="threshold", said="from {value:.0%}"),
    )
    cells: int = described(
        1, "Cells that are filled after each call.", low=1, high=CELLS, beside=(Beside("nfe", (None,)),)
    )
    schedule: str = described(
        "linear",
        "How a number of calls shares out the blanks.",
        choices=SCHEDULES,
        beside=(Beside("nfe", (None,), but=True),),
        page=Page(word="Cells of each call", link="schedule"),
    )
    blocks: str = described(
        "none",
        "Parts of the board that are filled one after the other, each with a z of its own. They share the calls: one for "
        "each, or more.",
        choices=BLOCKS,
        page=Page(word="Where to fill", link="blocks"),
    )
    gumbel: float = described(
        0.0,
        "Scale of Gumbel noise on the order of cells. 0: the surest cell is first.",
        low=0,
        high=1000,
        page=Page(word="Noise in the order", link="gumbel", said="order noise {value:g}", most=10),
    )
    temperature: float = described(
        0.0,
        "Temperature of the digits: 0 writes the most probable one, 1 draws by the probabilities.",
        low=0,
        high=1000,
        page=Page(word="Temperature of the digits", link="temperature", said="temperature {value:g}", most=10),
    )
    renew_z: str = described(
        "where-drawn",
        "z of the second call and after: the first one (`never`), another draw (`prior`), or one read off the board and the "
        "network's guess (`posterior`). `where-drawn`: as `posterior`, unless z is 0; then policy `guess` draws another.",
        choices=RENEWALS,
        of_latent=True,
        page=Page(word="z in later calls", link="renew", said="z in later calls: {value}"),
    )
    remask_share: float = described(
        0.1,
        "Largest part of the filled cells that may return to blank after a call.",
        low=0,
        high=1,
        beside=(Beside("remask", ("confidence",)),),
        page=Page(word="Taken back in a step", link="share", said="{value:.0%} a step"),
    )
    remask_budget: int = described(
        40,
        "Cells that may return to blank in a whole run.",
        low=0,
        high=1_000_000,
        beside=(Beside("remask", ("none",), but=True),),
        page=Page(word="Taken back in all", link="returns", said="{value} in all", most=1000),
    )
    prove: bool = described(
        False,
        "Let a search go on until it is known whether there is a second solution.",
        beside=(Beside("constraints", ("search",)),),
    )
    carry: bool = described(
        False, "Later calls go on from the hidden state of the call before, instead of from nothing."
    )
    first_rounds: int | None = described(
        None,
        "Rounds of the first call.",
        low=1,
        high=MAX_ROUNDS,
        none="model",
        none_help="as the model was made",
    )
    rounds: int | None = described(
        None,
        "Rounds of every later call.",
        low=1,
        high=MAX_ROUNDS,
        none="model",
        none_help="as many as in the first; with `--carry`, as the model was made",
    )
    settle: float = described(
        0.01,
        "A board stops thinking once no probability has moved more than this in eight rounds. 0: never.",
        low=0,
        high=1,
    )

    def __post_init__(self) -> None:
        check(self)
        self.require_together()

    def require_together(self) -> None:
        """Refuse settings that cannot work together.

        Raises:
            ConfigError: what does not fit, and what would.
        """
        count = BLOCKS[self.blocks].calls
        # Told here and not when the run is under way: a block without a call would stay blank.
        if self.nfe is not None and self.nfe < count:
            raise ConfigError(
                f"blocks `{self.blocks}` need {count} calls (NFE) or more, one for each block; got {self.nfe}"
            )
        if count > 1 and self.constraints == "search":
            raise ConfigError(
                f"a search decides cells of the whole board, so it has no blocks; got blocks `{self.blocks}`: choose "
                "blocks `none`, or constraints `propagate`"
            )
        if self.prove and self.constraints != "search":
            raise ConfigError(f"only constraints `search` can prove; got {self.constraints!r}")

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> "Setting":
        """The setting that a TOML table or a JSON object asks for, by the names of the fields; `to_table` writes one.

        Raises:
            ConfigError: an unknown name, or a value that is refused.
        """
        return from_table(cls, table)

    def to_table(self) -> dict[str, object]:
        """Every setting by its name, in types that TOML has."""
        return to_table(self)

    def decoding(self) -> "Decoding":
        """The functions that the names stand for."""
        # Loaded here, because this needs torch, which pages and `--help` do not wait for.
        from vmd_sudoku.decoding import loop
        from vmd_sudoku.diffusion.schedule import Budget

        return loop.Decoding(
            policy=loop.POLICIES[self.policy],
            budget=Budget(self.nfe, self.cells, self.schedule),
            level=loop.CONSTRAINTS[self.constraints],
            remasking=loop.REMASKING[self.remask],
            threshold=self.threshold,
            gumbel=self.gumbel,
            temperature=self.temperature,
            remask_share=self.remask_share,
            remask_budget=self.remask_budget,
            limit=2 if self.prove else 1,
        )

    def rounds_on(self, config: "ModelConfig") -> tuple[int, int]:
        """Rounds of the first and of every later call on a model."""
        first, carried = config.rounds_for(self.nfe)
        first = self.first_rounds or first
        # A call that starts from nothing needs as many rounds as the first one; only a carried state is nearly
        # there already.
        return first, self.rounds or (carried if self.carry else first)

    def latents_on(self, config: "ModelConfig") -> tuple[int, int]:
        """Boards for each puzzle, and latents that look at each board; an MDM has one of both."""
        from vmd_sudoku.decoding.loop import POLICIES as functions

        # Without z all boards of a puzzle would be the same one.
        latents = self.latents if config.latent else 1
        return (1, latents) if functions[self.policy].averages else (latents, 1)

    def is_drawn(self, latent: bool = True) -> bool:
        """Whether anything is drawn, so that seeds matter, on a model with or without a latent."""
        again = self.renew_z == "prior" or (self.policy == "guess" and self.renew_z == "where-drawn")
        of_z = latent and (self.z is not None or self.latents > 1 or again)
        return of_z or self.policy == "random" or self.gumbel > 0 or self.temperature > 0
