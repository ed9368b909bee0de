"""Where a visitor is in the course. Pure values: no Streamlit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vmd_sudoku.lessons.lesson import KINDS, NAMES

_SAID = re.compile(rf"({'|'.join(NAMES)})\.([0-4]\.[0-9]|game\.[0-9]{{1,2}})", re.ASCII)
_MOST = 40
"""Answers that a link may hold."""


@dataclass(frozen=True)
class Place:
    """lesson: one of NAMES, or "" for the list. card: 0 to 4. said: what was answered, as a link says it.

    said: `LESSON.CARD.ANSWER` and `LESSON.game.POINTS`, with `_` between them.
    """

    lesson: str = ""
    card: int = 0
    said: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Place":
        """The place that a link leads to; what is unknown counts as absent. `card` counts from 1."""
        card = query.get("card", "")
        number = int(card) - 1 if card in map(str, range(1, len(KINDS) + 1)) else 0
        lesson = query.get("lesson", "")
        return cls(lesson if lesson in NAMES else "", number, _said(query.get("said", "")))

    @classmethod
    def from_browser(cls, value: object) -> "Place | None":
        """The place that a browser says; None if it makes no sense."""
        if not isinstance(value, Mapping):
            return None
        lesson, card, said = value.get("lesson"), value.get("card"), value.get("said")
        if (
            lesson not in ("", *NAMES)
            or type(card) is not int
            or card not in range(len(KINDS))
            or not isinstance(said, str)
        ):
            return None
        return cls(str(lesson), card, _said(said))


def _said(text: str) -> str:
    parts = text.split("_") if text else []
    # Part by part: one that a stranger has spoilt does not cost the others.
    return "_".join(part for part in parts[:_MOST] if _SAID.fullmatch(part))
