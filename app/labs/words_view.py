"""The Words lab on the page: words of two models side by side, a pattern to fill, and a square of z between four words."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import streamlit as st

from app.labs import component, controls
from app.labs import words as lab_words
from app.labs.bench import Bench
from app.labs.choices import Choice
from app.server import gate
from vmd_sudoku.errors import CheckpointError, ConfigError

if TYPE_CHECKING:
    from app.labs.training import ZMap
    from app.labs.writing import Page

KINDS = {"mdm": "mdm", "vmd": "code"}


@st.cache_data(show_spinner=False, max_entries=256)
def _written(kind: str, calls: int, tokens: str, seed: int) -> "Page":
    from app.labs import writing

    with gate.gate().enter():
        return writing.write(kind, calls, tokens, seed)


@st.cache_data(show_spinner=False, max_entries=256)
def _completed(kind: str, pattern: str, calls: int, tokens: str, seed: int) -> "Page":
    from app.labs import writing

    with gate.gate().enter():
        return writing.complete(kind, pattern, calls, tokens, seed)


# By seed: a class that opens the same link asks for the same, and it is computed once.
@st.cache_data(show_spinner=False, max_entries=64)
def _square(seed: int) -> "tuple[ZMap, tuple[str, ...]]":
    from app.labs import writing

    with gate.gate().enter():
        return writing.square(seed)


def words_lab(bench: Bench) -> None:
    """Draw the lab."""
    st.caption(lab_words.WORDS_LEAD)
    bench.choice = choice = _choose(bench.choice)
    try:
        _free(choice)
        left, right = st.columns([3, 2], gap="large")
        with left:
            bench.choice = choice = _pattern(choice)
        with right:
            _walk(choice)
    except gate.BusyError as error:
        st.warning(str(error))
    except CheckpointError:
        st.error(lab_words.WORDS_NO_MODEL)
    component.link(choice.to_query(), key="labs_link")


def _choose(now: Choice) -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        calls = controls.calls("words", now.words_calls)
        letters = st.segmented_control(
            lab_words.LETTERS,
            list(lab_words.LETTER_WAYS),
            default=now.letters,
            format_func=lab_words.LETTER_WAYS.__getitem__,
            required=True,
            help=lab_words.LETTERS_HELP,
            key="labs_letters",
        )
        seed = controls.seed("words", now.seed)
    return replace(now, words_calls=calls, letters=letters, seed=seed)


def _free(choice: Choice) -> None:
    st.header(lab_words.WORDS_FREE, anchor=False)
    pages = {name: _written(kind, choice.words_calls, choice.letters, choice.seed) for name, kind in KINDS.items()}
    component.chips([_column(name, page) for name, page in pages.items()], key="labs_chips")
    st.caption(_hidden(pages.values()) + lab_words.WORDS_UNFILTERED)


def _column(name: str, page: "Page") -> dict[str, object]:
    note = lab_words.WORDS_NOTE.format(real=100 * page.real, distinct=page.distinct, samples=page.samples)
    words = [{"text": word.text, "kind": word.kind, "count": word.count} for word in page.words]
    return {"name": lab_words.MODELS[name], "side": name, "note": note, "words": words}


def _hidden(pages: "Iterable[Page]") -> str:
    count = sum(page.hidden for page in pages)
    return lab_words.WORDS_HIDDEN.format(count=count) if count else ""


def _pattern(choice: Choice) -> Choice:
    st.header(lab_words.PATTERN, anchor=False)
    pattern = st.text_input(
        lab_words.PATTERN_LABEL,
        choice.pattern,
        max_chars=40,
        help=lab_words.PATTERN_HELP,
        width=220,
        key="labs_pattern",
    )
    # A phone begins a field with a capital.
    pattern = pattern.strip().lower()
    try:
        pages = {
            name: _completed(kind, pattern, choice.words_calls, choice.letters, choice.seed)
            for name, kind in KINDS.items()
        }
    except ConfigError as error:
        st.error(str(error))
        return choice
    component.chips([_column(name, page) for name, page in pages.items()], key="labs_pattern_chips")
    if text := _hidden(pages.values()):
        st.caption(text)
    return replace(choice, pattern=pattern)


def _walk(choice: Choice) -> None:
    st.header(lab_words.WALK, anchor=False)
    z_map, names = _square(choice.seed)
    st.caption(lab_words.WALK_LEAD.format(**dict(zip(("a", "b", "c", "d"), names, strict=True))))
    component.plane(asdict(z_map), query=None, key="labs_square")
