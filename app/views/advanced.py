"""Widgets for the settings that few will want, for every page."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from app import choices, words
from app.session import MAX_NOISE, MAX_RETURNS, Settings

WIDTH = 400
"""Pixels that the choices take where there is room, so that they can be read to the end."""


def advanced(
    key: str, *, model: str, policy: str, nfe: int | None, remask: str, now: Settings | None = None
) -> dict[str, Any]:
    """The further fields of `Settings` as chosen; those without effect on the others are out of reach.

    key: what the widgets' keys begin with; the rest is the field's name. model to remask: as chosen beside them. now: what
    the widgets show at first; None where the page has put that into their state.
    """

    def number(name: str, label: str, about: str, most: float, off: bool = False) -> float:
        value: float | Literal["min"] = float(getattr(now, name)) if now else "min"
        shown = st.number_input(label, 0.0, most, value, step=0.05, disabled=off, help=about, key=f"{key}{name}")
        return round(shown, 4)

    def one_of(name: str, label: str, about: str, table: tuple[str, ...], title: Callable, off: bool = False) -> str:
        index = table.index(getattr(now, name)) if now else 0
        return st.selectbox(label, table, index, title, disabled=off, help=about, key=f"{key}{name}")

    return {
        "threshold": number("threshold", words.THRESHOLD, words.THRESHOLD_HELP, 1.0, policy != "threshold"),
        "schedule": one_of(
            "schedule", words.SCHEDULE, words.SCHEDULE_HELP, choices.schedules(), choices.schedule_name, not nfe
        ),
        "blocks": one_of("blocks", words.BLOCK, words.BLOCK_HELP, choices.blocks(), choices.blocks_name),
        "gumbel": number("gumbel", words.GUMBEL, words.GUMBEL_HELP, MAX_NOISE),
        "temperature": number("temperature", words.TEMPERATURE, words.TEMPERATURE_HELP, MAX_NOISE),
        "renew_z": one_of(
            "renew_z", words.RENEW, words.RENEW_HELP, choices.renewals(), choices.renewal_name, model == "mdm"
        ),
        "remask_share": number("remask_share", words.SHARE, words.SHARE_HELP, 1.0, remask != "confidence"),
        "remask_budget": int(
            st.number_input(
                words.RETURNS,
                0,
                MAX_RETURNS,
                now.remask_budget if now else "min",
                step=1,
                disabled=remask == "none",
                help=words.RETURNS_HELP,
                key=f"{key}remask_budget",
            )
        ),
    }
