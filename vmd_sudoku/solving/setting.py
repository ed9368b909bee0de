"""Everything that can be chosen about a decoding, by name and number: what one puzzle, a set, the command line and the app
share. It knows no model."""

from dataclasses import dataclass
from typing import Any

from vmd_sudoku.decoding.blocks import BLOCKS
from vmd_sudoku.decoding.loop import CONSTRAINTS, POLICIES, REMASKING, Decoding
from vmd_sudoku.diffusion.schedule import SCHEDULES, Budget
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.solving.predictor import MAX_LATENTS, RENEWALS

__all__ = ["BLOCKS", "CONSTRAINTS", "POLICIES", "REMASKING", "RENEWALS", "SCHEDULES", "Setting", "choose"]

MAX_SEED = 2**63 - 1


def choose(table: dict[str, Any], name: str, what: str) -> Any:
    """An entry of a table by name.

    Raises:
        ConfigError: unknown; the message lists the known names.
    """
    if name not in table:
        raise ConfigError(f"unknown {what} {name!r}; choose one of {', '.join(table)}")
    return table[name]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How boards are decoded.

    policy: which cells first. threshold: the confidence from which policy `threshold` fills a cell at once.
    nfe: calls of the denoiser, with `schedule` for the cells of each; None for `cells` cells a call.
    blocks: parts of the board that are filled one after the other, each with a z of its own; the calls and the cells that may
        return to MASK are shared out over them.
    gumbel: scale of the noise on the policy's preference. temperature: of the digits; 0 takes the most probable.
    constraints: what the rules may do. prove: a search goes on until it knows whether there is a second solution.
    remask: which filled cells return to MASK; remask_share of them in one step, remask_budget in all.
    latents: how many z are tried for every puzzle, each in a decoding of its own; the rules choose the most complete legal
        board, and among equals the one of the highest mean log-probability. With policy `average-order` they look at one
        board.
    z: None for the prior's mode, else the seed that z is drawn with. With several latents the first is the one asked for
        and the others are drawn.
    renew_z: whether later calls get another z: as a default from the posterior given the network's guess, where z is drawn.
    seed: of everything else that is drawn.
    carry: later calls go on from the hidden state of the call before, instead of from nothing.
    first_rounds, rounds: of the first and of later calls; None is what the model was made with for the first ones, and for
        later ones that carry a state; without one, as many as in the first.
    settle: a board stops thinking when no probability has moved more than this in a few rounds, and for good once all its
        blanks are sure; 0 runs every round of every call.

    Raises:
        ConfigError: an unknown name, or a number out of range.
    """

    policy: str = "margin"
    threshold: float = 0.9
    nfe: int | None = None
    cells: int = 1
    schedule: str = "linear"
    blocks: str = "none"
    gumbel: float = 0.0
    temperature: float = 0.0
    constraints: str = "none"
    prove: bool = False
    remask: str = "none"
    remask_share: float = 0.1
    remask_budget: int = 40
    latents: int = 1
    z: int | None = None
    renew_z: str = "where-drawn"
    seed: int = 0
    carry: bool = False
    first_rounds: int | None = None
    rounds: int | None = None
    settle: float = 0.01

    def __post_init__(self) -> None:
        self.decoding()
        choose(RENEWALS, self.renew_z, "way to renew z")
        if not 1 <= self.latents <= MAX_LATENTS:
            raise ConfigError(f"latents must be 1 to {MAX_LATENTS}, got {self.latents}")
        for name in ("threshold", "remask_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} must be between 0 and 1, got {getattr(self, name)}")
        for name in ("gumbel", "temperature", "remask_budget", "seed", "z", "settle"):
            if (getattr(self, name) or 0) < 0:
                raise ConfigError(f"{name} must be 0 or more, got {getattr(self, name)}")
        for name in ("seed", "z"):
            if (getattr(self, name) or 0) > MAX_SEED:
                raise ConfigError(f"{name} must be at most 2^63 - 1, got {getattr(self, name)}")
        count = len(choose(BLOCKS, self.blocks, "kind of blocks"))
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

    def decoding(self) -> Decoding:
        """The functions that the names stand for."""
        return Decoding(
            policy=choose(POLICIES, self.policy, "policy"),
            budget=Budget(self.nfe, self.cells, self.schedule),
            level=choose(CONSTRAINTS, self.constraints, "constraint level"),
            remasking=choose(REMASKING, self.remask, "remasking"),
            threshold=self.threshold,
            gumbel=self.gumbel,
            temperature=self.temperature,
            remask_share=self.remask_share,
            remask_budget=self.remask_budget,
            limit=2 if self.prove else 1,
        )

    def rounds_on(self, config: ModelConfig) -> tuple[int, int]:
        """Rounds of the first and of every later call on a model."""
        first, carried = config.rounds_for(self.nfe)
        first = self.first_rounds or first
        return first, self.rounds or (carried if self.carry else first)

    def latents_on(self, config: ModelConfig) -> tuple[int, int]:
        """Boards for each puzzle, and latents that look at each board; an MDM has one of both."""
        latents = self.latents if config.latent else 1
        return (1, latents) if POLICIES[self.policy].averages else (latents, 1)
