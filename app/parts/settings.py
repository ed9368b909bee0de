"""How to solve, as a visitor chooses it, and as a link says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from app.parts import choices, words
from vmd_sudoku.board import CELLS, DIGITS

if TYPE_CHECKING:
    from vmd_sudoku.solving.setting import Setting


MODELS = {"vmd": "VMD", "mdm": "MDM"}


BUDGETS: tuple[int | None, ...] = (None, 1, 2, 5, 10, 20)


LATENTS = (1, 2, 4, 8)


MAX_LATENTS = 16
"""Latents that a link may ask for: each is a decoding of its own."""


MAX_SEED = 2**31 - 1


CANDIDATES = CELLS * DIGITS


MAX_Z = 6.0
"""Farthest from 0 that a hand may put a number of z, in standard deviations of its prior."""


MAX_NOISE = 10.0
"""Largest Gumbel noise and temperature; from there on the network has next to nothing to say."""


MAX_RETURNS = 1000
"""Cells that a run may take back in all, at most."""


_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)


_DECIMAL = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,4})?", re.ASCII)


_EDITS = re.compile(r"[0-9]{1,3}:-?[0-9](?:\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to solve.

    policy, constraints: rows of the library's tables. nfe: calls of the network, None for one cell a call.
    remask: row of the table of what may return to MASK. latents: how many z are tried, of which the best board counts.
    draw: z is drawn with `seed`, rather than at its mode, 0. edits: candidates of z put to a value by hand, as pairs of
        ((row * 9 + column) * 9 + digit - 1) and the value, by candidate.
    threshold to renew_z: as in the library's `Setting`, with the same defaults.
    """

    model: str = "vmd"
    policy: str = "margin"
    nfe: int | None = None
    constraints: str = "none"
    remask: str = "none"
    latents: int = 1
    draw: bool = False
    seed: int = 0
    edits: tuple[tuple[int, float], ...] = ()
    threshold: float = 0.9
    schedule: str = "linear"
    blocks: str = "none"
    gumbel: float = 0.0
    temperature: float = 0.0
    remask_share: float = 0.1
    remask_budget: int = 40
    renew_z: str = "where-drawn"

    def __str__(self) -> str:
        """In a few words, leaving out what is at its default and does not matter."""
        steps = words.ONE_CELL if self.nfe is None else words.STEPS_ONE if self.nfe == 1 else words.STEPS
        parts = [MODELS[self.model], choices.policy_name(self.policy).lower(), steps.format(n=self.nfe)]
        if self.policy == "threshold" and self.threshold != Settings.threshold:
            parts.append(words.SURE_FROM.format(sure=self.threshold))
        if self.nfe is not None and self.schedule != Settings.schedule:
            parts.append(choices.schedule_name(self.schedule).lower())
        if self.blocks != Settings.blocks:
            parts.append(choices.blocks_name(self.blocks).lower())
        if self.constraints != Settings.constraints:
            parts.append(choices.constraints_name(self.constraints).lower())
        if self.remask != Settings.remask:
            parts.append(words.REMASKED.format(name=choices.remask_name(self.remask).lower()))
            if self.remask == "confidence" and self.remask_share != Settings.remask_share:
                parts.append(words.RETURN_SHARE.format(share=self.remask_share))
            if self.remask_budget != Settings.remask_budget:
                parts.append(words.RETURN_BUDGET.format(n=self.remask_budget))
        if self.gumbel:
            parts.append(words.NOISY_ORDER.format(scale=self.gumbel))
        if self.temperature:
            parts.append(words.DIGITS_DRAWN.format(temperature=self.temperature))
        if self.latents > 1 and self.model != "mdm":
            parts.append(words.LATENTS_TRIED.format(n=self.latents))
        if self.z is not None:
            parts.append(words.Z_DRAWN)
        if self.edits and self.model != "mdm":
            parts.append(words.Z_STEERED)
        if self.renew_z != Settings.renew_z and self.model != "mdm":
            parts.append(words.Z_RENEWED.format(name=choices.renewal_name(self.renew_z).lower()))
        if self.is_drawn:
            parts.append(words.SEED_IS.format(seed=self.seed))
        return ", ".join(parts)

    @property
    def z(self) -> int | None:
        """The seed of the latent z, or None for the prior's mode. MDM has no z."""
        return self.seed if self.draw and self.model != "mdm" else None

    @property
    def is_drawn(self) -> bool:
        """Whether anything is drawn, so that the seed matters."""
        renewed = self.renew_z == "prior" and self.model != "mdm"
        return self.z is not None or self.policy == "random" or renewed or self.gumbel > 0 or self.temperature > 0

    def library(self) -> "Setting":
        """These settings as the library has them, without the z that was steered by hand."""
        from vmd_sudoku.solving.setting import Setting

        names = {field.name for field in fields(Setting)} & {field.name for field in fields(self)}
        return Setting(z=self.z, **{name: getattr(self, name) for name in names})

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as parameters of a link."""
        usual = Settings()._texts()
        return {name: text for name, text in self._texts().items() if text != usual[name]}

    def _texts(self) -> dict[str, str]:
        return {
            "model": self.model,
            "policy": self.policy,
            "steps": "cell" if self.nfe is None else str(self.nfe),
            "rules": self.constraints,
            "remask": self.remask,
            "latents": str(self.latents),
            "z": "draw" if self.draw else "mode",
            "seed": str(self.seed),
            "zset": ",".join(f"{candidate}:{value:g}" for candidate, value in self.edits),
            "threshold": f"{self.threshold:g}",
            "schedule": self.schedule,
            "blocks": self.blocks,
            "gumbel": f"{self.gumbel:g}",
            "temperature": f"{self.temperature:g}",
            "share": f"{self.remask_share:g}",
            "returns": str(self.remask_budget),
            "renew": self.renew_z,
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Settings":
        """Settings of a link. A value that is unknown or out of range counts as absent: links come from strangers."""
        known = cls()
        if (model := query.get("model")) in MODELS:
            known = replace(known, model=model)
        if (policy := query.get("policy")) and policy in choices.policies():
            known = replace(known, policy=policy)
        if (constraints := query.get("rules")) and constraints in choices.constraints():
            known = replace(known, constraints=constraints)
        if (remask := query.get("remask")) and remask in choices.remasking():
            known = replace(known, remask=remask)
        if (latents := _number(query.get("latents"), 1, MAX_LATENTS)) is not None:
            known = replace(known, latents=latents)
        if (steps := _number(query.get("steps"), 1, CELLS)) is not None:
            known = replace(known, nfe=steps)
        if (seed := _number(query.get("seed"), 0, MAX_SEED)) is not None:
            known = replace(known, seed=seed)
        if (schedule := query.get("schedule")) and schedule in choices.schedules():
            known = replace(known, schedule=schedule)
        if (blocks := query.get("blocks")) and blocks in choices.blocks():
            known = replace(known, blocks=blocks)
        if (renew := query.get("renew")) and renew in choices.renewals():
            known = replace(known, renew_z=renew)
        if (returns := _number(query.get("returns"), 0, MAX_RETURNS)) is not None:
            known = replace(known, remask_budget=returns)
        known = replace(
            known,
            threshold=_decimal(query.get("threshold"), 1.0, known.threshold),
            gumbel=_decimal(query.get("gumbel"), MAX_NOISE, known.gumbel),
            temperature=_decimal(query.get("temperature"), MAX_NOISE, known.temperature),
            remask_share=_decimal(query.get("share"), 1.0, known.remask_share),
        )
        edits = edits_or_none(query.get("zset", "").split(","))
        return replace(known, draw=query.get("z") == "draw", edits=edits or ())


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


def _number(text: str | None, low: int, high: int) -> int | None:
    if text is None or not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        return None
    return int(text)


def _decimal(text: str | None, high: float, usual: float) -> float:
    """The number from 0 to `high` that a text holds, or the usual one."""
    if text is None or not _DECIMAL.fullmatch(text) or float(text) > high:
        return usual
    return float(text)
