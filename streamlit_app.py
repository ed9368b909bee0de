"""Entry of the web app: `streamlit run streamlit_app.py`."""

from pathlib import Path

import streamlit as st

from app.batch import page as batch
from app.compare import page as compare
from app.labs import page as labs
from app.learn import page as learn
from app.learn import teach
from app.parts.bar import bar
from app.parts.settings import Settings
from app.solve import page as solve
from vmd_sudoku.board import Line

st.set_page_config(
    page_title="vmd-sudoku",
    page_icon=str(Path(__file__).parent / "app" / "icon.png"),
    layout="wide",
)
teaching = st.Page(teach.page, title="Teach", url_path="teach")
comparing = st.Page(compare.page, title="Compare", url_path="compare")


def open_compare(puzzle: Line, sides: tuple[Settings, ...]) -> None:
    """Lead to Compare with a puzzle and settings."""
    compare.lay_out(puzzle, sides)
    st.switch_page(comparing)


pages = [
    st.Page(lambda: solve.page(comparing), title="Solve", url_path="solve", default=True),
    comparing,
    st.Page(lambda: learn.page(teaching), title="Learn", url_path="learn"),
    st.Page(labs.page, title="Labs", url_path="labs"),
    st.Page(lambda: batch.page(open_compare), title="Batch", url_path="batch"),
    teaching,
]
chosen = st.navigation(pages, position="hidden")
bar([page for page in pages if page is not teaching])  # which is opened from Learn
chosen.run()
