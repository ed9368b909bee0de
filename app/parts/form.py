"""Widgets for the settings that few will want, for every page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from app.parts import choices, words
from app.parts.settings import BUDGETS, LATENTS, MAX_NOISE, MAX_RETURNS, MAX_SEED, MODELS, Settings

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


def side_settings(key: str, now: Settings, sides: bool = True, seed_label: str = words.SEED) -> Settings:
    """Widgets for the settings of one side, or of draws, whose model and latent are chosen elsewhere."""
    model, draw = now.model, now.draw
    if sides:
        model = st.radio(
            words.MODEL,
            list(MODELS),
            index=list(MODELS).index(now.model),
            format_func=MODELS.__getitem__,
            horizontal=True,
            key=f"compare_model_{key}",
        )
    policies, rules, remasking = choices.policies(), choices.constraints(), choices.remasking()
    policy = st.selectbox(
        words.POLICY,
        policies,
        index=policies.index(now.policy),
        format_func=choices.policy_about,
        key=f"compare_policy_{key}",
    )
    budgets = list(BUDGETS) if now.nfe in BUDGETS else [*BUDGETS, now.nfe]
    nfe = st.selectbox(
        words.NFE,
        budgets,
        index=budgets.index(now.nfe),
        format_func=lambda calls: words.NFE_CELL if calls is None else str(calls),
        help=words.NFE_HELP,
        key=f"compare_nfe_{key}",
    )
    constraints = st.selectbox(
        words.RULES,
        rules,
        index=rules.index(now.constraints),
        format_func=choices.constraints_about,
        help=words.RULES_HELP,
        key=f"compare_rules_{key}",
    )
    remask = st.selectbox(
        words.REMASK,
        remasking,
        index=remasking.index(now.remask),
        format_func=choices.remask_about,
        help=words.REMASK_HELP,
        key=f"compare_remask_{key}",
    )
    latents = now.latents
    if model != "mdm":
        tried = LATENTS if now.latents in LATENTS else (*LATENTS, now.latents)
        latents = st.selectbox(
            words.LATENTS, tried, index=tried.index(now.latents), help=words.LATENTS_HELP, key=f"compare_latents_{key}"
        )
        if sides:
            draw = st.toggle(words.DRAW, value=now.draw, help=words.DRAW_HELP, key=f"compare_draw_{key}")
    seed = st.number_input(seed_label, 0, MAX_SEED, value=now.seed, step=1, key=f"compare_seed_{key}")
    chosen = replace(
        now,
        model=model,
        policy=policy,
        nfe=nfe,
        constraints=constraints,
        remask=remask,
        latents=latents,
        draw=draw,
        seed=int(seed),
    )
    with st.expander(words.ADVANCED):
        return replace(chosen, **advanced(f"compare_{key}_", chosen))
