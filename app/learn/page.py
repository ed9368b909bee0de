"""The Learn page: five lessons of five cards, played in the browser from shipped runs."""

from dataclasses import replace

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.learn import component
from app.learn import words as learn_words
from app.learn.course import Place
from app.parts.teaching import teaching

BOARD = "learn_cards"
_PLACE, _OPEN = "learn_place", "learn_open"
_WIDTH = 1240


def page(for_teachers: StreamlitPage | None = None) -> None:
    """Draw the page. for_teachers: the page that a teacher finds the links and sheets on."""
    if _PLACE not in st.session_state:
        st.session_state[_PLACE] = Place.from_query(st.query_params.to_dict())
    place: Place = component.listen(key=BOARD) or st.session_state[_PLACE]
    # What is sent changes with the lesson alone: answers and cards are the browser's own matter, and a lesson is large.
    opened: Place = st.session_state.get(_OPEN) or place
    if opened.lesson != place.lesson or BOARD not in st.session_state:
        opened = place
    st.session_state[_PLACE], st.session_state[_OPEN] = place, opened
    asked = teaching()
    # A name of its own in projector mode: page.css leaves less around it then.
    key = "learn_projector" if asked.projector else "learn_page"
    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH, key=key):
        if not asked.projector:
            with st.container(key="intro", horizontal=True, vertical_alignment="center", gap="small"):
                st.title(learn_words.TITLE, anchor=False)
                if for_teachers and "lessons" not in asked.hide:
                    st.page_link(for_teachers, label=learn_words.FOR_TEACHERS)
        component.learn(replace(opened), asked, key=BOARD)
