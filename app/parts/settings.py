"""How to solve, as a visitor chooses it, and as a link says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.parts import words
from vmd_sudoku.board import CELLS, DIGITS
from vmd_sudoku.config import About, Page, abouts, check
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.solving.setting import Setting

MODELS = {"vmd": "VMD", "mdm": "MDM"}
WITHOUT_LATENT = "mdm"
GUESS = "guess"
"""The policy whose calls are guesses at the whole board."""
GUESS_CALLS = 20
"""At most, of a run by that policy which a page proposes."""
CANDIDATES = CELLS * DIGITS
MAX_Z = 6.0
"""Farthest from 0 that a hand may put a number of z, in standard deviations of its prior."""
OFFERED: dict[str, tuple[About, Page]] = {
    name: (about, about.page) for name, about in abouts(Setting).items() if about.page
}
"""The settings of the library that pages offer."""
MAX_SEED = int(OFFERED["seed"][1].most)
_PLAIN = re.compile(r"[a-z-]{1,40}|[0-9]{1,10}(?:\.[0-9]{1,4})?", re.ASCII)
"""The values of a link."""
_EDITS = re.compile(r"[0-9]{1,3}:-?[0-9](?:\.[0-9]{1,2})?", re.ASCII)


def later_seed(seed: int, by: int) -> int:
    """The seed that comes so many after another; 0 follows the largest."""
    return (seed + by) % (MAX_SEED + 1)


@dataclass(frozen=True, kw_only=True)
class Settings(Setting):
    """The library's settings, with what a visitor chooses beside them.

    model: a key of MODELS. draw: z is drawn with `seed`, rather than at its mode, 0; `z` follows from that.
    edits: candidates of z put to a value by hand, as pairs of ((row * 9 + column) * 9 + digit - 1) and the value, by candidate.
    """

    model: str = "vmd"
    draw: bool = False
    edits: tuple[tuple[int, float], ...] = ()
    z: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        # Settings that cannot work together are told when somebody solves: a visitor may pass them on the way to others.
        check(self)
        object.__setattr__(self, "z", self.seed if self.draw and self.has_latent else None)

    def with_changes(self, before: "Settings", after: "Settings") -> "Settings":
        """These settings with what differs from `before` to `after`."""
        names = (part.name for part in fields(self) if part.init)
        return replace(self, **{n: getattr(after, n) for n in names if getattr(after, n) != getattr(before, n)})

    @property
    def has_latent(self) -> bool:
        """Whether the model has a latent z."""
        return self.model != WITHOUT_LATENT

    @property
    def partner(self) -> str:
        """The other model: the one without a latent, or with one."""
        return "mdm" if self.has_latent else "vmd"

    def __str__(self) -> str:
        """In a few words, leaving out what is at its default and does not matter."""
        parts = [MODELS[self.model], *(said for name in OFFERED if (said := self._said(name)))]
        if self.z is not None:
            parts.append(words.Z_DRAWN)
        if self.edits and self.has_latent:
            parts.append(words.Z_STEERED)
        if self.is_drawn(self.has_latent):
            parts.append(words.SEED_IS.format(seed=self.seed))
        return ", ".join(parts)

    def _said(self, name: str) -> str:
        """What is said of a setting: nothing where it is as usual or without effect, but always the order and the calls."""
        (about, page), value = OFFERED[name], getattr(self, name)
        if name == "nfe" and self.policy == GUESS:
            return self._guesses()
        if name == "nfe" and value in (None, 1):
            return words.ONE_CELL if value is None else words.STEPS_ONE
        always = name in ("policy", "nfe")
        if name == "seed" or (not always and (value == about.default or not about.has_effect(self, self.has_latent))):
            return ""
        return page.said.format(value=about.word(value).lower() if about.choices else value)

    def guessing(self) -> "Settings":
        """What may be proposed where the network alone has failed: guesses at the whole board, from z = 0 on. These settings
        themselves where guesses were made already, the rules help, or there is no z."""
        if not self.has_latent or self.policy == GUESS or self.constraints != Settings.constraints:
            return self
        return Settings(model="vmd", policy=GUESS, nfe=GUESS_CALLS, seed=self.seed)

    def _guesses(self) -> str:
        """How many guesses there may be; an MDM would say the same in each."""
        if not self.has_latent and self.blocks != Settings.blocks:
            return words.GUESS_BLOCK
        if self.nfe == 1 or not self.has_latent:
            return words.GUESS_ONE
        return words.GUESS_BLANK if self.nfe is None else words.GUESS_UP_TO.format(n=self.nfe)

    def library(self) -> Setting:
        """These settings as the library has them, without the z that was steered by hand.

        Raises:
            ConfigError: they cannot work together.
        """
        return Setting(**{part.name: getattr(self, part.name) for part in fields(Setting)})

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as parameters of a link."""
        usual = Settings()._texts()
        return {name: text for name, text in self._texts().items() if text != usual[name]}

    def _texts(self) -> dict[str, str]:
        return {
            "model": self.model,
            **{page.link: about.text(getattr(self, name)) for name, (about, page) in OFFERED.items()},
            "z": "draw" if self.draw else "mode",
            "zset": ",".join(f"{candidate}:{value:g}" for candidate, value in self.edits),
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Settings":
        """Settings of a link. A value that is unknown or out of range counts as absent: links come from strangers."""
        known: dict[str, Any] = {}
        for name, (about, page) in OFFERED.items():
            text = query.get(page.link)
            if text is not None and _PLAIN.fullmatch(text):
                known |= _value(name, about, page, text)
        if (model := query.get("model")) in MODELS:
            known["model"] = model
        edits = edits_or_none(query.get("zset", "").split(","))
        return cls(**known, draw=query.get("z") == "draw", edits=edits or ())


def _value(name: str, about: About, page: Page, text: str) -> dict[str, Any]:
    """The value of a setting that a text of a link stands for, by its name; nothing if it is refused."""
    try:
        value = about.read(text)
    except ConfigError:
        return {}
    return {} if about.is_number and value is not None and value > page.most else {name: value}


def edits_or_none(values: object) -> tuple[tuple[int, float], ...] | None:
    """Texts `candidate:value` as `Settings.edits`, the last of a candidate counting; None if one is out of range."""
    if not isinstance(values, list) or len(values) > CANDIDATES:
        return None
    edits = {}
    for text in values:
        if not isinstance(text, str) or not _EDITS.fullmatch(text):
            return None
        candidate, _, value = text.partition(":")
        if int(candidate) >= CANDIDATES or abs(float(value)) > MAX_Z:
            return None
        edits[int(candidate)] = float(value)
    return tuple(sorted(edits.items()))
