"""Entry of the web app: `streamlit run streamlit_app.py`."""

from pathlib import Path

import streamlit as st

from app.compare import page as compare
from app.labs import page as labs
from app.parts.bar import bar
from app.solve import page as solve

st.set_page_config(
    page_title="vmd-sudoku",
    page_icon=str(Path(__file__).parent / "app" / "icon.png"),
    layout="wide",
)
comparing = st.Page(compare.page, title="Compare", url_path="compare")
pages = [
    st.Page(lambda: solve.page(comparing), title="Solve", url_path="solve", default=True),
    comparing,
    st.Page(labs.page, title="Labs", url_path="labs"),
]
chosen = st.navigation(pages, position="hidden")
bar(pages)
chosen.run()
