"""How to solve, as links, widgets and the library have it."""

import dataclasses

import pytest
from app_stubs import easy, needs_model, opened, press_solve, session, shown, with_settings

from app.parts.settings import CANDIDATES, MODELS, OFFERED, Settings, edits_or_none
from app.server import examples, solves
from vmd_sudoku.board import Line
from vmd_sudoku.solving.setting import Setting

pytestmark = pytest.mark.usefixtures("compiled_reasons")


def test_settings_survive_a_link():
    settings = Settings(
        model="mdm",
        policy="random",
        nfe=7,
        constraints="rules",
        remask="conflict",
        latents=4,
        draw=True,
        seed=12,
        edits=((3, -1.5), (728, 6.0)),
        threshold=0.75,
        schedule="cosine",
        blocks="bands",
        gumbel=0.5,
        temperature=1.25,
        remask_share=0.3,
        remask_budget=12,
        renew_z="prior",
    )
    usual = Settings()
    assert all(getattr(settings, name) != getattr(usual, name) for name in (*OFFERED, "model", "draw", "edits"))
    assert Settings.from_query(settings.to_query()) == settings
    assert Settings().to_query() == {}


@pytest.mark.parametrize(
    "query",
    [
        {"model": "gpt", "policy": "../../etc", "steps": "0", "rules": "yes", "z": "1", "seed": "-1"},
        {"steps": "82", "seed": str(2**31)},
        {"steps": "9" * 5000, "seed": "1e3"},
        {"steps": "٣", "seed": " 1"},
        {"zset": "729:1"},
        {"latents": "0", "remask": "<b>"},
        {"latents": "17"},
        {"zset": "3:7"},
        {"zset": "3:nan,4:1"},
        {"zset": "<b>" * 5000},
        {"threshold": "1.1", "gumbel": "11", "temperature": "-1", "share": "nan", "returns": "1001"},
        {"threshold": "1e-1", "gumbel": "٣", "temperature": ".5", "share": "0.1\n", "returns": "x"},
        {"schedule": "../x", "blocks": "diagonals", "renew": "<b>"},
    ],
)
def test_a_link_cannot_go_past_the_limits(query):
    assert Settings.from_query(query) == Settings()


def test_steered_numbers_of_z_are_sorted_and_within_bounds():
    assert edits_or_none(["9:1.5", "2:-3", "9:2"]) == ((2, -3.0), (9, 2.0))
    for value in ("2:1", ["2:1", 3], ["729:1"], ["1:6.1"], ["1:inf"], ["1:1"] * (CANDIDATES + 1)):
        assert edits_or_none(value) is None


def test_settings_reach_the_solver_and_the_link(asked):
    app = with_settings(opened())
    app.radio(key="settings_model").set_value("mdm").run()
    app.selectbox(key="settings_policy").set_value("top-prob").run()
    assert app.selectbox(key="settings_nfe").value == "cell"
    app.selectbox(key="settings_nfe").set_value(10).run()
    app.selectbox(key="settings_remask").set_value("conflict").run()
    app.number_input(key="settings_seed").set_value(4).run()
    chosen = Settings(model="mdm", policy="top-prob", nfe=10, remask="conflict", seed=4)
    press_solve(app, easy())
    assert asked == [(easy(), chosen)]
    assert session(app).to_query() == {
        "p": easy(),
        "model": "mdm",
        "policy": "top-prob",
        "steps": "10",
        "remask": "conflict",
        "seed": "4",
    }


@pytest.mark.parametrize(
    ("choices_before", "widget", "value", "query", "words_said"),
    [
        (
            {"policy": "threshold"},
            ("number_input", "threshold"),
            0.75,
            {"threshold": "0.75"},
            "threshold, one cell a step, from 75%",
        ),
        (
            {"steps": "10"},
            ("selectbox", "schedule"),
            "cosine",
            {"schedule": "cosine"},
            "10 steps, few first, many last",
        ),
        ({}, ("selectbox", "blocks"), "boxes", {"blocks": "boxes"}, "box by box"),
        ({}, ("number_input", "gumbel"), 0.5, {"gumbel": "0.5"}, "order noise 0.5, seed 0"),
        ({}, ("number_input", "temperature"), 1.0, {"temperature": "1"}, "temperature 1, seed 0"),
        ({}, ("selectbox", "renew_z"), "prior", {"renew": "prior"}, "z in later calls: drawn anew, seed 0"),
        ({"remask": "confidence"}, ("number_input", "remask_share"), 0.25, {"share": "0.25"}, "least sure, 25% a step"),
        ({"remask": "conflict"}, ("number_input", "remask_budget"), 5, {"returns": "5"}, "in conflict, 5 in all"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_an_advanced_setting_reaches_the_solver_the_link_and_the_words(
    asked, choices_before, widget, value, query, words_said
):
    kind, name = widget
    app = with_settings(opened(p=easy(), **choices_before))
    box = getattr(app, kind)(key=f"settings_{name}")
    assert not box.disabled
    box.set_value(value).run()
    assert not app.exception
    assert session(app).to_query() == {"p": easy(), **choices_before, **query}
    assert words_said in shown(app)["settings"]
    press_solve(app, easy())
    assert asked == [(easy(), dataclasses.replace(Settings.from_query(choices_before), **{name: value}))]
    again = with_settings(opened(p=easy(), **choices_before, **query))
    assert getattr(again, kind)(key=f"settings_{name}").value == value


def test_settings_without_effect_are_not_shown_and_stay_as_they_are(asked):
    """Not disabled: the label of a disabled choice is too faint to be read."""
    kept = {"latents": "4", "z": "draw", "threshold": "0.5", "schedule": "cosine", "renew": "prior", "share": "0.3"}
    app = with_settings(opened(p=easy(), model="mdm", returns="7", **kept))
    boxes = {box.key for box in [*app.selectbox, *app.number_input, *app.toggle]}
    without_effect = ("latents", "draw", "threshold", "schedule", "renew_z", "remask_share", "remask_budget")
    assert not boxes & {f"settings_{name}" for name in without_effect}
    app.radio(key="settings_model").set_value("vmd").run()
    assert not app.exception
    assert session(app).to_query() == {"p": easy(), "returns": "7", **kept}
    assert app.selectbox(key="settings_latents").value == 4
    assert app.toggle(key="settings_draw").value is True


def test_the_library_gets_what_was_chosen_with_a_z_that_fits_the_model():
    chosen = Settings(nfe=5, draw=True, seed=3, edits=((1, 2.0),))
    assert chosen.library() == Setting(nfe=5, seed=3, z=3)
    assert dataclasses.replace(chosen, seed=4).z == 4
    assert dataclasses.replace(chosen, draw=False).library() == Setting(nfe=5, seed=3)
    assert dataclasses.replace(chosen, model="mdm").library() == Setting(nfe=5, seed=3)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(policy="guess"), "up to one guess for each blank, seed 0"),
        (Settings(policy="guess", nfe=20), "up to 20 guesses, seed 0"),
        (Settings(policy="guess", nfe=1), "one guess, seed 0"),
        (Settings(policy="guess", nfe=20, renew_z="never"), "up to 20 guesses, z in later calls: keep the first"),
        (Settings(policy="guess", nfe=20, model="mdm"), "one guess"),
        (Settings(policy="guess", nfe=20, model="mdm", blocks="rows"), "one guess for each part, row by row"),
        (Settings(policy="guess", nfe=5, threshold=0.5), "up to 5 guesses, from 50%, seed 0"),
    ],
)
def test_guesses_are_counted_as_such_and_an_mdm_has_one(settings, said):
    assert str(settings).split("guess the whole board, ")[1] == said


def test_every_model_has_a_partner():
    for name in MODELS:
        mine = Settings(model=name)
        other = dataclasses.replace(mine, model=mine.partner)
        assert (other.partner, other.has_latent) == (name, not mine.has_latent)
        assert Settings.from_query(mine.to_query()) == mine


def test_a_seed_is_named_where_something_is_drawn():
    assert "seed" not in str(Settings())
    for settings in (Settings(latents=2), Settings(draw=True), Settings(policy="random"), Settings(gumbel=1.0)):
        assert str(settings).endswith("seed 0"), settings
    assert "seed" not in str(Settings(model="mdm", latents=2, draw=True, renew_z="prior"))


@needs_model
@pytest.mark.parametrize(
    "settings",
    [
        Settings(policy="threshold", threshold=0.5),
        Settings(nfe=5, schedule="cosine"),
        Settings(nfe=3, blocks="bands"),
        Settings(nfe=5, gumbel=3.0),
        Settings(nfe=5, temperature=5.0),
        Settings(nfe=5, renew_z="prior"),
        Settings(nfe=5, renew_z="posterior"),
        Settings(nfe=5, remask="confidence", remask_share=0.5),
    ],
    ids=str,
)
def test_every_advanced_setting_changes_what_the_network_does(settings):
    usual = dataclasses.replace(Settings(), policy=settings.policy, nfe=settings.nfe, remask=settings.remask)
    # Half of the clues of a puzzle leave so much open that no network is sure, whatever its weights.
    puzzle = Line(str(examples.levels()["Extreme"].puzzles[0])[:40] + "." * 41)
    assert solves.solve(puzzle, settings).trace.steps != solves.solve(puzzle, usual).trace.steps
