"""The Labs page without a browser: choices and links, trainings, and the page itself."""

import codecs
import json
import math
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from app_stubs import needs_model
from streamlit.testing.v1 import AppTest

from app.labs import charts, grids, writing
from app.labs.bench import Bench
from app.labs.choices import OWN, Choice, Prediction
from app.labs.tokens_view import token_set
from app.labs.training import Task, Trainer, Trial, draw_map, say
from app.server import models, start
from vmd_sudoku.board import parse
from vmd_sudoku.errors import DataError
from vmd_sudoku.labs import tokens as sets
from vmd_sudoku.labs.model import ModelSettings, new_model
from vmd_sudoku.labs.training import TrainSettings
from vmd_sudoku.network.checkpoint import load_model

LN10 = math.log(10)


@contextmanager
def open_gate(flag):
    yield


def trial(name="pairs", latent="code"):
    return Trial(Task(tokens=sets.named(name), latent=latent, seed=0))


def wait(holds, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


# ---- choices


def test_a_link_says_what_is_not_usual_and_brings_it_back():
    chosen = Choice(tokens="D2", distance=3, latent="code", seed=7)
    assert chosen.to_query() == {"tokens": "D2", "distance": "3", "latent": "code", "seed": "7"}
    assert Choice.from_query(chosen.to_query()) == chosen
    own = Choice(tokens=OWN, table="a b\nb a")
    assert Choice.from_query(own.to_query()) == own
    assert Choice().to_query() == {}


def test_what_a_link_may_not_say_is_left_as_usual():
    bad = {
        "lab": "x",
        "tokens": "../D1",
        "distance": "99",
        "latent": "<b>",
        "seed": "-1",
        "pattern": "s_r",
        "words_calls": "3",
    }
    assert Choice.from_query(bad) == Choice()


def test_a_prediction_is_judged_by_its_distance():
    said = [Prediction(value, LN10).verdict for value in (2.3, 3.0, 9.0)]
    assert said == ["right", "close", "off"]


def test_a_table_of_ones_own_is_read_or_refused_in_one_line():
    tokens = token_set(Choice(tokens=OWN, table="a b\nb c\nc a"))
    assert tokens.symbols == ("a", "b", "c")
    for table, message in [
        ("a b\nc", "row 2 has 1 fields"),
        ("", "holds no sequences"),
        ("a b", "two different sequences"),
        ("\n".join(f"{n} {n}" for n in range(60)), "at most 300 sequences of 16 tokens over 32 symbols"),
    ]:
        with pytest.raises(DataError, match=message) as caught:
            token_set(Choice(tokens=OWN, table=table))
        assert "\n" not in str(caught.value)


# ---- trainings


def test_a_training_steps_pauses_plays_and_ends_with_exact_figures(monkeypatch):
    usual = Task.settings
    monkeypatch.setattr(Task, "settings", lambda *what: (usual(*what)[0], TrainSettings(updates=400)))
    one, trainer = trial(), Trainer(open_gate, busy=BlockingIOError, gone=InterruptedError)
    assert trainer.start(one)
    one.go(1)
    wait(lambda: one.state == "paused" and len(one.views) == 2)
    assert [view.update for view in one.views.values()] == [10, 10]
    one.go()
    wait(lambda: one.look() or one.state == "done", seconds=250)
    mdm, vmd = one.views["mdm"].said, one.views["vmd"].said
    assert [said.nfe for said in vmd] == [1, 2]
    assert mdm[0].is_exact
    assert mdm[0].kl == pytest.approx(LN10, rel=0.03)
    assert vmd[0].accuracy > 0.99
    assert vmd[0].kl < 0.05
    assert one.losses["vmd"][-1][1] == pytest.approx(LN10, abs=0.1)


def test_a_training_stops_at_once_and_gives_its_place_back():
    entered = threading.Event()

    @contextmanager
    def gate(flag):
        entered.set()
        yield

    one, trainer = trial("D2", "gaussian"), Trainer(gate, busy=BlockingIOError, gone=InterruptedError)
    assert trainer.start(one)
    one.go()
    assert entered.wait(60)
    one.stop()
    assert one.state == "stopped"
    wait(lambda: not [thread for thread in threading.enumerate() if thread.name == "lab"])


def test_a_training_waits_where_others_go_first():
    turns = iter([True, True, False])

    @contextmanager
    def gate(flag):
        if next(turns, False):
            raise BlockingIOError
        yield

    one, trainer = trial(), Trainer(gate, busy=BlockingIOError, gone=InterruptedError)
    assert trainer.start(one)
    one.go(1)
    wait(lambda: one.state == "paused" and len(one.views) == 2)
    one.stop()


def test_a_training_that_nobody_looks_at_is_given_up():
    one = trial()
    one.go()
    one._seen -= 1000
    assert not one.take_turn()
    assert one.state == "stopped"


def test_another_task_stops_the_training_before():
    bench = Bench(Choice())
    first = bench.trial_of("a", lambda: trial().task)
    assert bench.trial_of("a", lambda: trial().task) is first
    assert bench.trial_of("b", lambda: trial().task) is not first
    assert first.state == "stopped"


def test_the_map_of_z_names_what_is_written():
    tokens = sets.apart(sets.named("pairs"), 2)
    for settings, cells in [(ModelSettings(latent="gaussian", size=2), 41 * 41), (ModelSettings(codes=10), 12)]:
        found = draw_map(tokens, new_model(settings, tokens.length, 10, 0))
        assert found
        assert len(found.labels) == found.rows * found.columns == cells
        assert all(len(name.split()) == 2 for name in found.names)
        for name, legal in zip(found.names, found.legal, strict=True):
            first, second = map(int, name.split())
            assert legal == (second == (first + 1) % 10)
    assert draw_map(tokens, new_model(ModelSettings(latent="none"), tokens.length, 10, 0)) is None


def test_what_cannot_be_summed_is_said_to_be_sampled():
    tokens = sets.named("sudoku4")
    model = new_model(ModelSettings(latent="none"), 16, 4, 0)
    assert say(tokens, model, 1, exact=True).is_exact
    assert not say(tokens, model, 16, exact=True).is_exact


def test_a_long_curve_is_thinned_and_keeps_its_end():
    curve = [(update, float(update)) for update in range(1000)]
    (line,) = charts.losses({"mdm": curve}, None).data
    assert len(line.x) <= 150
    assert line.x[-1] == 999


# ---- the page


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(start, "warm_up", lambda: None)

    def script():
        from app.labs import page

        page.page()

    def opened(**query):
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return opened


def sent(app, place=0):
    return json.loads(app.get("bidi_component")[place].proto.json)


def texts(app):
    return " ".join(each.value for each in [*app.markdown, *app.caption])


def test_the_answer_is_hidden_until_a_prediction_is_committed(page):
    app = page(tokens="D1")
    assert "6.908" not in texts(app)
    app.number_input(key="labs_said").set_value(6.9)
    app.button(key="labs_commit").click().run()
    assert "✓ Right" in texts(app)
    assert "the answer is **6.908 nats**" in texts(app)
    assert "3 × ln 10" in texts(app)
    app.selectbox(key="labs_set").set_value("D2").run()
    assert "4.605" not in texts(app)
    app.button(key="labs_skip").click().run()
    assert "The answer is **4.605 nats**" in texts(app)
    assert sent(app)["query"] == "tokens=D2"


def test_a_step_of_training_is_drawn(page):
    app = page(latent="code")
    assert sent(app)["map"] is None
    app.button(key="labs_skip_next").click().run()
    bench = app.session_state["labs"]
    wait(lambda: bench.trial.state == "paused" and len(bench.trial.views) == 2)
    app.run()
    assert not app.exception
    assert sent(app)["map"]["kind"] == "codes"
    assert "MDM's" in texts(app)
    bench.forget()


def test_a_bad_table_is_told_in_one_line_and_a_good_one_goes_on(page):
    app = page(tokens=OWN)
    assert "6 sequences of 2 tokens" in texts(app)
    app.text_area(key="labs_table").set_value("a b\nc").run()
    assert not app.exception
    assert [error.value for error in app.error] == [
        "the table, row 2 has 1 fields, the first one 2; make all rows equal"
    ]
    app.text_area(key="labs_table").set_value("a b\nb a").run()
    assert not app.error


# ---- words


def test_rude_words_are_hidden_and_others_are_not():
    rude = [codecs.encode(word, "rot13") for word in ("fuvgf", "encrq", "shpxf", "fhper")]
    assert [writing.is_hidden(word) for word in rude] == [True, True, True, False]
    assert not any(map(writing.is_hidden, ("grape", "spice", "title", "parse", "scrap", "grass", "class")))
    shown = [word for word in writing._kinds() if writing.is_hidden(word)]
    assert 5 < len(shown) < 60  # of 4,442: the list is short


def test_a_page_counts_all_words_and_shows_those_that_are_fit_to_be_seen(monkeypatch):
    found = [writing.Word("crane", "real", 3), writing.Word("abcde", "new"), writing.Word("fresh", "held", 1)]
    monkeypatch.setattr(writing, "is_hidden", lambda word: word == "abcde")
    page = writing._page(found)
    assert [word.text for word in page.words] == ["crane", "fresh"]
    assert (page.hidden, page.samples, page.real, page.distinct) == (1, 5, 0.8, 2)


def test_one_call_of_the_vmd_writes_words_and_of_the_mdm_hardly_any():
    mdm, vmd = writing.write("mdm", 1, "drawn", 0), writing.write("code", 1, "argmax", 0)
    assert mdm.real < 0.1 < 0.7 < vmd.real
    assert len(mdm.words) == len(vmd.words) == writing.SHOWN


def test_a_pattern_is_kept_and_the_square_has_words_at_its_corners():
    page = writing.complete("code", "s__r_", 5, "drawn", 0)
    assert all(word.text[0] == "s" and word.text[3] == "r" for word in page.words)
    z_map, names = writing.square(0)
    corners = [z_map.labels[cell] for cell in (0, z_map.columns - 1, -z_map.columns, -1)]
    assert tuple(z_map.names[label] for label in corners) == names


def test_the_words_lab_is_drawn_and_refuses_a_bad_pattern_in_one_line(page):
    app = page(lab="words")
    columns = sent(app)["columns"]
    assert [column["name"] for column in columns] == ["MDM", "VMD"]
    assert "real words" in columns[0]["note"]
    assert sent(app, -1)["query"] == "lab=words"
    app.text_input(key="labs_pattern").set_value("s_r").run()
    assert not app.exception
    assert [error.value for error in app.error] == ["a pattern has 5 signs, letters or _ for a blank; got 's_r'"]


# ---- grids


def test_grids_come_in_slices_are_judged_by_the_rules_and_can_be_stopped(monkeypatch):
    legal = "123456789456789123789123456214365897365897214897214365531642978642978531978531642"
    asked = []
    shared = {"mdm": set(), "vmd": set()}

    def some(loaded, how, place, stop, known):
        asked.append((loaded, how.nfe, how.z, how.temperature, place))
        shared[loaded].add(known)
        written = np.stack([parse(legal), np.ones(81, np.int8)])
        return grids.judged(written, np.zeros((2, 81), np.int8))

    monkeypatch.setattr(grids, "some_grids", some)
    draw = grids.Draw(calls=4, seed=7)
    drawer = grids.Drawer(open_gate, lambda name: name, busy=BlockingIOError, gone=InterruptedError)
    assert drawer.start(draw)
    wait(lambda: not draw.live)
    assert draw.state == "done"
    assert [grid.legal for grid in draw.grids["vmd"]] == [True, False] * 10
    assert asked[:2] == [("mdm", 4, None, 1.0, 0), ("vmd", 4, 7, 0.0, 0)]
    assert {place for *_, place in asked} == set(range(0, 100, 10))
    # The MDM is asked once what it says of an empty board; with a z of its own every grid of the VMD is another question.
    assert None not in shared["mdm"]
    assert len(shared["mdm"]) == 1
    assert shared["vmd"] == {None}
    stopped = grids.Draw(calls=1, seed=0)
    stopped.stop()
    assert drawer.start(stopped)
    wait(lambda: not [thread for thread in threading.enumerate() if thread.name == "lab-grids"])
    assert not stopped.grids["vmd"]


@needs_model
def test_what_the_first_call_said_is_the_same_when_it_is_not_asked_again():
    from vmd_sudoku.solving.predictor import FirstCalls

    loaded, how, known = load_model("mdm"), grids.setting("mdm", 1, 5), FirstCalls()
    grids.some_grids(loaded, how, 0, lambda: False, known)
    again = grids.some_grids(loaded, how, grids.BATCH, lambda: False, known)
    assert known.lent > 0
    assert again == grids.some_grids(loaded, how, grids.BATCH, lambda: False)


@needs_model
def test_a_walk_goes_from_one_z_to_the_other():
    loaded = load_model("vmd")
    found = grids.walk(loaded, 3, 4)
    assert len(found.grids) == len(found.sure) == grids.STEPS + 1
    for end, seed in ((0, 3), (-1, 4)):
        (alone,) = grids.some_grids(loaded, grids.setting("vmd", 1, seed), 0, lambda: False)[:1]
        assert found.grids[end].line == alone.line


def test_the_grids_lab_is_drawn(page, monkeypatch):
    grid = grids.Grid("1" * 81, legal=False)
    monkeypatch.setattr(grids, "walk", lambda *_: grids.Walk((grid,) * 3, ((50,) * 81,) * 3))
    monkeypatch.setattr(models, "many", lambda name: name)
    monkeypatch.setattr(grids, "some_grids", lambda *_: [grid] * 10)
    app = page(lab="grids", grids_calls="4")
    assert sent(app)["sure"][0] == [50] * 81
    app.button(key="labs_grids_start").click().run()
    bench = app.session_state["labs"]
    wait(lambda: not bench.draw.live)
    app.run()
    assert not app.exception
    columns = sent(app)["columns"]
    assert [len(column["grids"]) for column in columns] == [100, 100]
    assert "0 of 100 legal" in columns[0]["note"]
    assert sent(app, -1)["query"] == "lab=grids&grids_calls=4"


def test_grids_that_are_stopped_leave_the_training_of_another_lab(page, monkeypatch):
    grid = grids.Grid("1" * 81, legal=False)
    monkeypatch.setattr(grids, "walk", lambda *_: grids.Walk((grid,) * 3, ((50,) * 81,) * 3))
    monkeypatch.setattr(models, "many", lambda name: name)
    app = page(lab="grids")
    bench = app.session_state["labs"]
    one = bench.trial = trial()
    draw = bench.draw = grids.Draw(calls=1, seed=0)
    app.run()
    app.button(key="labs_grids_stop").click().run()
    assert draw.state == "stopped"
    assert bench.trial is one
    assert not one.over


def test_charts_of_a_running_training_are_not_drawn_anew_at_every_look():
    bench, one = Bench(Choice()), trial()
    one.state = "running"
    first = bench.charts(one)
    one.losses["mdm"].append((10, 1.0))
    assert bench.charts(one) == first
    one.state = "paused"
    assert bench.charts(one)[1]["mdm"] == [(10, 1.0)]


def test_a_teachers_link_reaches_the_labs(page, monkeypatch):
    grid = grids.Grid("1" * 81, legal=False)
    monkeypatch.setattr(grids, "walk", lambda *_: grids.Walk((grid,) * 3, ((50,) * 81,) * 3))
    monkeypatch.setattr(models, "many", lambda name: name)
    app = page(lab="grids", projector="1", digits="thai")
    assert not app.exception
    assert sent(app, -1)["query"] == "lab=grids&projector=1&digits=thai"
    assert sent(app, -2)["teaching"]["digits"].startswith("๑๒๓")
