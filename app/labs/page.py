"""The Labs page: one lab at a time, chosen at its top."""

from dataclasses import replace

import streamlit as st

from app.labs import words as lab_words
from app.labs.bench import Bench
from app.labs.choices import LABS, Choice
from app.labs.grids_view import grids_lab
from app.labs.tokens_view import tokens_lab
from app.labs.words_view import words_lab
from app.parts.teaching import teaching
from app.server import start

_DESK = "labs"
_WIDTH = 1160
_VIEWS = {"tokens": tokens_lab, "words": words_lab, "grids": grids_lab}


def page() -> None:
    """Draw the page."""
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Bench(Choice.from_query(st.query_params.to_dict()))
    bench: Bench = st.session_state[_DESK]
    # Words that the last row can read: see page.css.
    key = "labs_projector" if teaching().projector else "labs_page"
    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH, key=key):
        st.title(lab_words.TITLE, anchor=False)
        lab = st.segmented_control(
            lab_words.LAB,
            list(LABS),
            default=bench.choice.lab,
            format_func=lab_words.LABS.__getitem__,
            required=True,
            label_visibility="collapsed",
            key="labs_lab",
        )
        if lab != bench.choice.lab:
            bench.choice = replace(bench.choice, lab=lab)
        _VIEWS[bench.choice.lab](bench)
    start.warm_up()
