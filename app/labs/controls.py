"""What several labs let a visitor choose."""

import streamlit as st

from app.labs import words as lab_words
from app.labs.choices import CALLS, MOST_SEED


def calls(lab: str, now: int) -> int:
    """How often the network is asked."""
    return st.segmented_control(
        lab_words.CALLS_OF_NETWORK, list(CALLS[lab]), default=now, required=True, key=f"labs_{lab}_calls"
    )


def seed(lab: str, now: int) -> int:
    """Of all that is drawn."""
    return int(st.number_input(lab_words.SEED, 0, MOST_SEED, value=now, width=120, key=f"labs_{lab}_seed"))
