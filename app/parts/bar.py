"""The bar with all pages, one press away at every width, and the looks of what lies around the components."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_LOOKS = Path(__file__).with_name("page.css")


def bar(pages: Sequence[StreamlitPage]) -> None:
    """Draw the bar; the page itself comes under it.

    Streamlit's own navigation hides behind a side bar on a phone, which stays open over the page that was chosen.
    """
    st.html(_LOOKS)
    with st.container(key="pages", horizontal=True, wrap=False, gap="xsmall"):
        for page in pages:
            st.page_link(page, label=page.title)
