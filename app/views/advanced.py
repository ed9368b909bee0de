"""Widgets for the settings that few will want, for every page."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from app import choices, words
from app.session import MAX_NOISE, MAX_RETURNS, Settings

WIDTH = 400
"""Pixels that the choices take where there is room, so that they can be read to the end."""


def advanced(key: str, chosen: Settings, *, from_state: bool = False) -> dict[str, Any]:
    """The further fields of `Settings` as chosen; those without effect are not shown, and stay as they are.

    key: what the widgets' keys begin with; the rest is the field's name. chosen: what is chosen beside them, and what the
    widgets show at first, unless the page has put that into their state.
    """

    def number(name: str, label: str, about: str, most: float) -> float:
        value: float | Literal["min"] = "min" if from_state else float(getattr(chosen, name))
        return round(st.number_input(label, 0.0, most, value, step=0.05, help=about, key=f"{key}{name}"), 4)

    def one_of(name: str, label: str, about: str, table: tuple[str, ...], title: Callable) -> str:
        index = 0 if from_state else table.index(getattr(chosen, name))
        return st.selectbox(label, table, index, title, help=about, key=f"{key}{name}")

    found: dict[str, Any] = {}
    if chosen.policy == "threshold":
        found["threshold"] = number("threshold", words.THRESHOLD, words.THRESHOLD_HELP, 1.0)
    if chosen.nfe is not None:
        schedules = choices.schedules()
        found["schedule"] = one_of("schedule", words.SCHEDULE, words.SCHEDULE_HELP, schedules, choices.schedule_name)
    found["blocks"] = one_of("blocks", words.BLOCK, words.BLOCK_HELP, choices.blocks(), choices.blocks_name)
    found["gumbel"] = number("gumbel", words.GUMBEL, words.GUMBEL_HELP, MAX_NOISE)
    found["temperature"] = number("temperature", words.TEMPERATURE, words.TEMPERATURE_HELP, MAX_NOISE)
    if chosen.model != "mdm":
        found["renew_z"] = one_of("renew_z", words.RENEW, words.RENEW_HELP, choices.renewals(), choices.renewal_name)
    if chosen.remask == "confidence":
        found["remask_share"] = number("remask_share", words.SHARE, words.SHARE_HELP, 1.0)
    if chosen.remask != "none":
        budget: int | Literal["min"] = "min" if from_state else chosen.remask_budget
        found["remask_budget"] = int(
            st.number_input(
                words.RETURNS, 0, MAX_RETURNS, budget, step=1, help=words.RETURNS_HELP, key=f"{key}remask_budget"
            )
        )
    return found
