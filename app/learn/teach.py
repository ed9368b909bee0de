"""The teacher's page: tick boxes that write a link, and worksheets to print."""

from urllib.parse import urlencode, urlsplit

import numpy as np
import streamlit as st

from app.learn import words as learn_words
from app.learn.worksheet import worksheet
from app.parts.settings import MAX_SEED, MODELS, Settings
from app.parts.teaching import HIDDEN, SCRIPTS, Teaching
from app.server import exact, examples
from vmd_sudoku.board import CELLS, Line
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.text import read_text
from vmd_sudoku.lessons.lesson import NAMES, load

_WIDTH = 760
_COUNTS = (2, 4, 6)
_CALLS = (None, 1, 2, 5, 10, 20)


def page() -> None:
    """Draw the page."""
    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH, key="teach_page"):
        st.title(learn_words.TEACH, anchor=False)
        st.caption(learn_words.TEACH_LEAD)
        _link()
        st.header(learn_words.SHEETS, anchor=False)
        st.caption(learn_words.SHEETS_LEAD)
        _sheet()
        st.caption(learn_words.GUIDE)


def _link() -> None:
    opens = st.segmented_control(
        learn_words.OPENS,
        list(learn_words.OPENED),
        default="learn",
        format_func=learn_words.OPENED.__getitem__,
        required=True,
    )
    query = {"learn": _lesson, "solve": _solve, "compare": _compare, "labs": _lab}[str(opens)]()
    script = st.selectbox(learn_words.DIGITS, list(SCRIPTS), format_func=lambda name: SCRIPTS[name][1])
    projector = st.checkbox(learn_words.PROJECTOR)
    shown = [name for name, words in HIDDEN.items() if words.lower().startswith(str(opens))]
    if shown:
        st.markdown(f"**{learn_words.HIDE}**")
    hide = tuple(name for name in shown if st.checkbox(_capital(HIDDEN[name].partition(": ")[2]), key=f"hide_{name}"))
    if query is None:
        return
    query |= Teaching(projector=projector, digits=script, hide=hide).to_query()
    path = f"{opens}?{urlencode(query)}" if query else str(opens)
    st.markdown(f"**{learn_words.LINK}**")
    st.code(f"{_home()}/{path}", language=None, wrap_lines=True)
    st.link_button(learn_words.OPEN, f"{_home()}/{path}")


def _capital(text: str) -> str:
    """The rest stays: Solve and Compare are names."""
    return text[0].upper() + text[1:]


def _home() -> str:
    """The app's address, as this visitor has it."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/').removesuffix('/teach')}"


def _lesson() -> dict[str, str]:
    names = ["", *NAMES]
    name = st.selectbox(
        learn_words.LESSON,
        names,
        index=1,
        format_func=lambda name: load(name).title if name else learn_words.EVERY_LESSON,
    )
    if not name:
        return {}
    cards = load(name).cards
    card = st.selectbox(learn_words.CARD, range(len(cards)), format_func=lambda at: f"{at + 1}. {cards[at].title}")
    return {"lesson": name, "card": str(card + 1)}


def _puzzle() -> tuple[dict[str, str], bool]:
    """The puzzle of a link, and whether what was typed can be read."""
    text = st.text_input(learn_words.PUZZLE, max_chars=2000)
    if not text:
        return {}, True
    try:
        return {"p": str(Line(read_text(text).puzzle))}, True
    except PuzzleError:
        st.error(learn_words.PUZZLE_BAD)
        return {}, False


def _solve() -> dict[str, str] | None:
    query, is_read = _puzzle()
    with st.container(horizontal=True):
        model = st.selectbox(learn_words.MODEL, list(MODELS), format_func=MODELS.__getitem__)
        calls = st.selectbox(
            learn_words.CALLS, _CALLS, format_func=lambda n: "One for each blank" if n is None else str(n)
        )
        seed = st.number_input(learn_words.SEED, 0, MAX_SEED, help=learn_words.SEED_HELP)
        step = st.number_input(learn_words.STEP, 0, CELLS, value=None)
    settings = Settings(model=model, nfe=calls, seed=int(seed))
    at = {} if step is None else {"at": str(int(step))}
    return query | settings.to_query() | at if is_read else None


def _compare() -> dict[str, str] | None:
    query, is_read = _puzzle()
    with st.container(horizontal=True):
        calls = st.selectbox(learn_words.CALLS, _CALLS[1:], index=2)
        seed = st.number_input(learn_words.SEED, 0, MAX_SEED, help=learn_words.SEED_HELP)
    for letter, model in zip("ab", MODELS, strict=True):
        parts = Settings(model=model, nfe=calls, seed=int(seed)).to_query()
        query[letter] = "_".join(f"{name}.{value}" for name, value in parts.items())
    return query if is_read else None


def _lab() -> dict[str, str]:
    names = learn_words.LABS
    name = st.selectbox(learn_words.LAB, list(names), format_func=names.__getitem__)
    return {"lab": name}


def _sheet() -> None:
    levels = {name: examples.levels()[name] for name in examples.LEVELS}
    with st.container(horizontal=True):
        level = st.selectbox(learn_words.LEVEL, list(levels))
        count = st.selectbox(learn_words.COUNT, _COUNTS, index=1)
        name = st.selectbox(
            learn_words.SHEET_LESSON,
            ["", *NAMES],
            format_func=lambda name: load(name).title if name else learn_words.NO_LESSON,
        )

    def build() -> str:
        puzzles = levels[level].puzzles[:count]
        solutions = [np.asarray(exact.proof(puzzle).solution) for puzzle in puzzles]
        return worksheet(puzzles, solutions, level, load(name) if name else None)

    st.download_button(learn_words.DOWNLOAD, build, file_name="worksheet.html", mime="text/html", on_click="ignore")
