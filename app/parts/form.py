"""The form for `Settings`: one for every page. Each widget is made from the library's description of its setting."""

from dataclasses import replace
from typing import Any

import streamlit as st

from app.parts import words
from app.parts.settings import GUESS, MODELS, OFFERED, Settings
from vmd_sudoku.config import About, Page

WIDTH = 400
"""Pixels that the choices take where there is room, so that they can be read to the end."""
_STEP = 0.05


def form(key: str, now: Settings, *, model: bool = True, labels: dict[str, str] | None = None) -> Settings:
    """Widgets for all settings that have an effect, and what is chosen; the others stay as they are.

    key: what the widgets' keys begin with; the rest is the name of the setting. now: what the widgets show. model: whether
    the model, and whether its z is drawn, are chosen here too. labels: other words than the usual for a setting.
    """
    _show(key, now)
    found: dict[str, Any] = {}
    if model:
        found["model"] = st.radio(
            words.MODEL,
            list(MODELS),
            format_func=MODELS.__getitem__,
            captions=[words.MODEL_CAPTIONS[name] for name in MODELS],
            key=f"{key}model",
        )
    chosen = _chosen(key, replace(now, **found), labels or {}, first=True)
    if chosen.policy == GUESS and not chosen.has_latent:
        st.caption(words.GUESS_WITHOUT_Z)
    if model and chosen.has_latent:
        chosen = replace(chosen, draw=st.toggle(words.DRAW, help=words.DRAW_HELP, key=f"{key}draw"))
    with st.expander(words.ADVANCED):
        return _chosen(key, chosen, labels or {}, first=False)


def _chosen(key: str, now: Settings, labels: dict[str, str], *, first: bool) -> Settings:
    """The widgets above the settings that few will want, or those of these settings."""
    for name, (about, page) in OFFERED.items():
        # Not disabled: the label of a disabled choice is too faint to be read.
        if page.first == first and about.has_effect(now, now.has_latent):
            value = _widget(about, page, labels.get(name, page.word), getattr(now, name), f"{key}{name}")
            now = replace(now, **{name: value})
    return now


def _widget(about: About, page: Page, label: str, now: Any, key: str) -> Any:
    """One widget, which shows what lies in the session's state under `key`."""
    if about.choices is not None:
        return st.selectbox(
            label, list(about.choices), format_func=lambda row: _row(about, row), help=about.help, key=key
        )
    if page.offers:
        # A link may bring a value that is not on offer; it must show, or the box would silently choose another.
        offers = page.offers if now in page.offers else (*page.offers, now)
        # None is no choice to a select box; its word stands for it.
        value = st.selectbox(
            label,
            list(map(about.plain, offers)),
            format_func=lambda value: page.none if value == about.none else str(value),
            help=about.help,
            key=key,
        )
        return None if value == about.none else value
    most = min(about.high, page.most)
    if about.kind is int:
        return int(st.number_input(label, int(about.low), int(most), step=1, help=about.help, key=key))
    # Rounded: steps of 0.05 add up to 0.15000000000000002, which would stand in the link.
    return round(st.number_input(label, float(about.low), float(most), step=_STEP, help=about.help, key=key), 4)


def _row(about: About, name: str) -> str:
    """A row's name on the screen, with what the library says of it."""
    more = about.choices[name].about if about.choices else ""
    return words.CHOICE.format(name=about.word(name), about=more) if more else about.word(name)


def _show(key: str, now: Settings) -> None:
    """Have the widgets show settings that did not come from them: of a link, or of a z drawn anew."""
    shown = f"{key}shown"
    plain = {name: about.plain(getattr(now, name)) for name, (about, _) in OFFERED.items()}
    for name, value in (plain | {"model": now.model, "draw": now.draw}).items():
        # Streamlit forgets the state of a widget that was not drawn, such as one in a closed drawer.
        if st.session_state.get(shown) != now or f"{key}{name}" not in st.session_state:
            st.session_state[f"{key}{name}"] = value
    st.session_state[shown] = now
