"""What a teacher's link asks of every page: projector mode, the script of the digits, what is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

SCRIPTS = {
    "latin": ("123456789", "Latin"),
    "arabic": ("١٢٣٤٥٦٧٨٩", "Arabic"),
    "persian": ("۱۲۳۴۵۶۷۸۹", "Persian"),
    "devanagari": ("१२३४५६७८९", "Devanagari (Hindi)"),
    "bengali": ("১২৩৪৫৬৭৮৯", "Bengali"),
    "thai": ("๑๒๓๔๕๖๗๘๙", "Thai"),
    "chinese": ("一二三四五六七八九", "Chinese"),
}
"""Scripts of digits: the nine signs, and the name."""
HIDDEN = {
    "lessons": "Learn: the other lessons",
    "skip": "Learn: the way past a question",
    "score": "Learn: the score",
    "bars": "Learn: the bars of probabilities",
    "sandbox": "Learn: the last card, which leads to Solve and Compare",
    "settings": "Solve: Settings",
    "tools": "Solve: hint, check, sharing and z",
    "levels": "Solve: the example puzzles",
}
"""What a link may hide, and where."""
_SESSION = "teaching"


@dataclass(frozen=True)
class Teaching:
    """projector: big board, few controls. digits: a key of SCRIPTS. hide: keys of HIDDEN."""

    projector: bool = False
    digits: str = "latin"
    hide: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Teaching":
        """What a link asks for; what is unknown counts as absent: links come from strangers."""
        digits = query.get("digits", "")
        asked = query.get("hide", "").split(".")
        return cls(
            projector=query.get("projector") == "1",
            digits=digits if digits in SCRIPTS else "latin",
            hide=tuple(name for name in HIDDEN if name in asked),
        )

    def to_query(self) -> dict[str, str]:
        """What differs from the usual, as parameters of a link."""
        query = {"projector": "1"} if self.projector else {}
        if self.digits != "latin":
            query["digits"] = self.digits
        return query | ({"hide": ".".join(self.hide)} if self.hide else {})

    def to_browser(self) -> dict[str, object]:
        """The same for a component."""
        return {"projector": self.projector, "digits": SCRIPTS[self.digits][0], "hide": list(self.hide)}


def teaching() -> Teaching:
    """What the link of this visitor asked for; it stays while he goes from page to page."""
    asked = Teaching.from_query(st.query_params.to_dict())
    if asked != Teaching() or _SESSION not in st.session_state:
        st.session_state[_SESSION] = asked
    found: Teaching = st.session_state[_SESSION]
    return found
