"""What is chosen on the Labs page: a value, and what a link says of it. No Streamlit, no torch."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

LABS = ("tokens", "words", "grids")
SETS = ("pairs", "pairs-weighted", "D1", "D2", "sudoku4")
OWN = "own"
"""A set that is typed in."""
TIES = {"pairs": 1, "D1": 3, "D2": 2}
"""How many digits of a sequence follow from another one; each costs ln 10 nats in one call without a latent."""
LATENTS = ("gaussian", "code")
CALLS = {"words": (1, 2, 5), "grids": (1, 2, 4, 20)}
MOST_DISTANCE = 16
MOST_SEED = 999
LONGEST_TABLE = 4_000
"""Characters of a set that is typed in."""
LONGEST_LINK = 600
"""Characters of such a set in a link."""
FIRST_TABLE = "red apple\nred cherry\ngreen apple\ngreen pear\nyellow pear\nyellow banana"
PATTERN = re.compile(r"[a-z_]{5}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """lab: one of LABS. tokens: a name of SETS, or OWN with `table`. distance: places from one tied token to the next.
    latent: of the VMD that is trained. pattern: letters of a word, `_` for a blank. letters: `drawn`, or the most probable
    (`argmax`). words_calls, grids_calls: of the network.
    """

    lab: str = "tokens"
    tokens: str = "pairs"
    table: str = FIRST_TABLE
    distance: int = 1
    latent: str = "gaussian"
    seed: int = 0
    pattern: str = "s__r_"
    letters: str = "drawn"
    words_calls: int = 1
    grids_calls: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Choice":
        """What a link says, as far as it can be chosen on the page; the rest is as usual."""
        found = {name: value for name, (door, _) in DOORS.items() if (value := door(query.get(name, ""))) is not None}
        return cls(**found)

    def to_query(self) -> dict[str, str]:
        """What is not at its usual value, and the lab where it is not the first."""
        usual = Choice()
        names = [name for name, (_, lab) in DOORS.items() if lab in ("", self.lab)]
        said = {name: str(getattr(self, name)) for name in names if getattr(self, name) != getattr(usual, name)}
        if self.tokens != OWN or len(self.table) > LONGEST_LINK:
            said.pop("table", None)
        return said

    @property
    def ties(self) -> int | None:
        """Ties of ln 10 each, where the set is made of such."""
        return TIES.get(self.tokens)


def _one_of(*names: str) -> Any:
    return lambda text: text if text in names else None


def _whole(low: int, high: int) -> Any:
    return lambda text: int(text) if re.fullmatch("[0-9]{1,4}", text, re.ASCII) and low <= int(text) <= high else None


def _calls(lab: str) -> Any:
    return lambda text: next((calls for calls in CALLS[lab] if str(calls) == text), None)


def _table(text: str) -> str | None:
    return text if 0 < len(text) <= LONGEST_LINK and text.isprintable() | ("\n" in text) else None


DOORS: dict[str, tuple[Any, str]] = {
    "lab": (_one_of(*LABS), ""),
    "tokens": (_one_of(*SETS, OWN), "tokens"),
    "table": (_table, "tokens"),
    "distance": (_whole(1, MOST_DISTANCE), "tokens"),
    "latent": (_one_of(*LATENTS), "tokens"),
    "seed": (_whole(0, MOST_SEED), ""),
    "pattern": (lambda text: text if PATTERN.fullmatch(text) else None, "words"),
    "letters": (_one_of("drawn", "argmax"), "words"),
    "words_calls": (_calls("words"), "words"),
    "grids_calls": (_calls("grids"), "grids"),
}
"""For each part of a choice: what makes it of a link's text, None for what cannot be, and the lab that it belongs to."""
# A part without a door would be lost in links without a word.
assert set(DOORS) == {part.name for part in fields(Choice)}


@dataclass(frozen=True)
class Prediction:
    """A guess of the KL of one call in nats, committed before the answer (`truth`) is seen."""

    said: float
    truth: float
    marks: tuple[float, float] = field(default=(0.1, math.log(10) / 2), repr=False)

    @property
    def verdict(self) -> str:
        """`right`, `close` or `off`."""
        error = abs(self.said - self.truth)
        return "right" if error <= self.marks[0] else "close" if error <= self.marks[1] else "off"
