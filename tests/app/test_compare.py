"""The Compare page without a browser: its state, what runs say of each other, races, and the page with stubs."""

import json
import math
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.compare import contrast, page, race, race_view, work
from app.compare import words as compare_words
from app.compare.comparison import (
    DRAWS,
    GUESS_PUZZLE,
    GUESS_SIDES,
    RACE_COUNTS,
    USUAL_SIDES,
    Comparison,
    RaceSettings,
    puzzle_in,
)
from app.compare.contrast import (
    Run,
    boards_of,
    first_wrong,
    log_likelihood,
    partings,
    payload,
    step_at,
    tick_of,
)
from app.compare.race import Race, Tally, Track
from app.parts.settings import Settings
from app.server import examples, gate, models, solves, start
from vmd_sudoku.board import Line, parse, to_line, verdict
from vmd_sudoku.errors import CheckpointError, ConfigError
from vmd_sudoku.exact.solver import count_solutions, solve
from vmd_sudoku.solving.record import Solve
from vmd_sudoku.solving.trace import Trace, TraceStep

EASY = Line(".3..6.85.6.89....44...8..2....2.8.7.5.1.3.6.2.2.6.5....9..5...72....95.8.75.2..4.")
ANSWER = Line(solve(EASY.digits[None])[0][0])
BLANKS = [cell for cell, sign in enumerate(EASY) if sign == "."]


def step(cells, digits, confidence=0.9, remasked=()):
    n = len(cells)
    return TraceStep(
        cells=tuple(cells),
        digits=tuple(digits),
        confidence=(confidence,) * n,
        margin=(0.5,) * n,
        entropy=(0.3,) * n,
        why=("network",) * n,
        remasked=tuple(remasked),
        backtracks=0,
        probabilities=((1 / 9,) * 9,) * 81,
    )


def trace(steps, puzzle=EASY, seconds=0.1):
    board = parse(puzzle)
    for each in steps:
        board[list(each.cells)] = each.digits
        board[list(each.remasked)] = 0
    said = verdict(board, parse(puzzle))
    return Trace(
        puzzle=puzzle,
        model="vmd",
        sha256="0" * 64,
        version="0",
        policy="margin",
        nfe=len(steps),
        constraints="none",
        remask="none",
        latents=1,
        z="mode",
        latent=None,
        seed=0,
        setting={},
        steps=tuple(steps),
        board=to_line(board),
        verdict=said,
        calls=len(steps),
        rounds=8 * len(steps),
        backtracks=0,
        seconds=seconds,
        solutions="one",
        is_the_solution=said == "solved",
    )


def run_of(order, count, wrong=()):
    """A run that fills `order` in `count` steps with the true digits, another one in the cells `wrong`."""
    digits = {cell: int(ANSWER[cell]) % 9 + 1 if cell in wrong else int(ANSWER[cell]) for cell in order}
    parts = np.array_split(order, count)
    return trace([step(part.tolist(), [digits[cell] for cell in part.tolist()]) for part in parts])


# ---- state

any_settings = st.builds(
    Settings,
    model=st.sampled_from(["vmd", "mdm"]),
    policy=st.sampled_from(["margin", "top-prob", "random"]),
    nfe=st.none() | st.integers(1, 81),
    constraints=st.sampled_from(["none", "rules", "search"]),
    remask=st.sampled_from(["none", "conflict"]),
    latents=st.integers(1, 16),
    draw=st.booleans(),
    seed=st.integers(0, 2**31 - 1),
)
comparisons = st.builds(
    Comparison,
    puzzle=st.none() | st.just(EASY),
    view=st.sampled_from(["sides", "draws"]),
    boards=st.sampled_from([2, 4]),
    sides=st.tuples(any_settings, any_settings, any_settings, any_settings),
    draws=st.sampled_from(DRAWS),
    one=any_settings,
    race=st.builds(
        RaceSettings,
        level=st.sampled_from(["easy", "medium", "hard"]),
        count=st.sampled_from(RACE_COUNTS),
        seed=st.integers(0, 1000),
    ),
)


@given(comparisons)
def test_a_link_brings_everything_back(comparison):
    assert Comparison.from_query(comparison.to_query()) == comparison


def test_a_guess_that_was_turned_down_has_its_digits_and_its_confidence():
    said = tuple((0.6, *(0.05,) * 8) for _ in range(81))
    down = replace(step([], []), probabilities=said)
    guessed = replace(trace([down, *run_of(BLANKS, 1).steps]), policy="guess", setting={"threshold": 0.9})
    run = payload(EASY, [Run("A", Settings(policy="guess"), guessed)], ANSWER)["runs"][0]
    first, last = run["trace"]["steps"]
    assert (first["guess"]["unsure"], first["guess"]["digits"].count("1")) == (len(BLANKS), len(BLANKS))
    assert last["guess"]["again"] is None
    assert run["confidence"] == [0.6, 0.9]


def test_the_usual_comparison_needs_no_words_in_a_link():
    assert Comparison().to_query() == {}
    assert Comparison.from_query({"at": "12"}).at == 12


@pytest.mark.parametrize(
    "query",
    [
        {"p": "<script>alert(1)</script>"},
        {"p": "1" * 5000},
        {"view": "everything"},
        {"boards": "999"},
        {"boards": "٢"},
        {"draws": "100000"},
        {"a": "model.gpt"},
        {"b": "steps.99999"},
        {"c": "![x](http://example.com/x.png)"},
        {"d": "x" * 100_000},
        {"one": "nonsense"},
        {"race": "hard.1000000.0"},
        {"race": "hard.100.0.0"},
        {"race": "../../etc"},
        {"at": "-1"},
        {"at": "9" * 400},
        {"at": "1e3"},
    ],
)
def test_what_a_link_must_not_say_is_ignored_with_a_sentence_that_does_not_repeat_it(query):
    comparison = Comparison.from_query(query)
    assert replace(comparison, notice="") in (Comparison(), replace(Comparison(), at=None), _plain(query))
    assert comparison.notice.startswith("This link has values that do not exist")
    assert not any(value in comparison.notice for value in query.values() if len(value) > 1)


def _plain(query):
    """Settings that are not understood are as settings are by themselves."""
    (name,) = query
    if name == "one":
        return replace(Comparison(), one=Settings())
    return Comparison().side("abcd".index(name), Settings()) if name in "abcd" else None


@given(st.dictionaries(st.sampled_from(["p", "view", "boards", "a", "d", "draws", "one", "race", "at"]), st.text()))
def test_no_link_breaks_the_page(query):
    comparison = Comparison.from_query(query)
    assert len(comparison.shown) == len(comparison.names) in (2, 4, 8)


def test_draws_differ_in_their_seeds_alone():
    comparison = Comparison(view="draws", one=Settings(seed=5), draws=4)
    assert [each.seed for each in comparison.shown] == [5, 6, 7, 8]
    assert {replace(each, seed=0) for each in comparison.shown} == {Settings(draw=True)}


@pytest.mark.parametrize("text", [EASY, EASY.replace(".", "0"), f"https://www.sudokuwiki.org/sudoku.htm?bd={EASY}"])
def test_a_puzzle_is_read_from_text_and_links(text):
    assert puzzle_in(text) == EASY


# ---- what runs say of each other


@given(st.integers(1, 60), st.integers(1, 60))
def test_runs_of_all_lengths_start_and_end_together_and_miss_no_step(steps, more):
    ticks = steps + more
    shown = [step_at(tick, steps, ticks) for tick in range(ticks + 1)]
    assert shown[0] == 0
    assert shown[-1] == steps
    assert sorted(set(shown)) == list(range(steps + 1))
    assert all(step_at(tick_of(at, steps, ticks), steps, ticks) == at for at in range(steps + 1))


def test_boards_follow_what_is_taken_back():
    run = trace([step([BLANKS[0]], [1], remasked=[BLANKS[0]]), step([BLANKS[0]], [int(ANSWER[BLANKS[0]])])])
    assert boards_of(run)[:, BLANKS[0]].tolist() == [0, 0, int(ANSWER[BLANKS[0]])]


def test_the_first_mistake_is_the_first_in_the_order_of_preference():
    run = run_of(BLANKS, 5, wrong=BLANKS[15:20])
    found = first_wrong(run, ANSWER)
    assert (found.step, found.cell) == (2, BLANKS[15])
    assert first_wrong(run_of(BLANKS, 5), ANSWER) is None


def test_without_one_solution_a_mistake_is_a_broken_rule():
    peer = next(cell for cell in BLANKS if cell // 9 == 0)
    run = trace([step([peer], [3])])  # row 1 holds a 3
    assert first_wrong(run, None).cell == peer
    assert first_wrong(run_of(BLANKS, 3), None) is None


def test_runs_part_where_they_fill_other_cells_and_where_digits_differ():
    one = run_of(BLANKS, 5)
    assert partings([one, one]) == (None, None)
    order, digits = partings([one, run_of(BLANKS[::-1], 5)])
    assert (order.tick, order.cell) == (1, BLANKS[0])
    assert digits is None
    order, digits = partings([one, run_of(BLANKS, 5, wrong=[BLANKS[-1]])])
    assert order is None
    assert (digits.tick, digits.cell) == (5, BLANKS[-1])


def test_runs_of_other_lengths_part_on_the_common_time_line():
    order, _ = partings([run_of(BLANKS, 2), run_of(BLANKS, 40)])
    assert order.tick == 1  # the long run has begun, the short one has not


def test_the_log_likelihood_counts_the_digits_that_stay():
    again = [step([BLANKS[0]], [1], 0.1, remasked=[BLANKS[0]]), step(BLANKS, [int(ANSWER[c]) for c in BLANKS], 0.5)]
    assert log_likelihood(trace(again)) == pytest.approx(len(BLANKS) * math.log(0.5))


def test_the_entropy_of_uniform_probabilities_is_ln_9():
    assert contrast.entropy_of_blanks(run_of(BLANKS, 3)) == pytest.approx([math.log(9)] * 3, abs=1e-3)


def test_the_payload_is_plain_and_names_what_differs():
    runs = [Run("A", Settings(), run_of(BLANKS, 5)), Run("B", Settings(), run_of(BLANKS, 5, wrong=BLANKS[-3:]))]
    said = json.loads(json.dumps(payload(EASY, runs, ANSWER)))
    assert said["ticks"] == 5
    assert [run["solved"] for run in said["runs"]] == [True, False]
    assert said["runs"][1]["differs"] == 3
    assert said["runs"][1]["wrong"]["tick"] == 5
    assert "should be" in said["runs"][1]["wrong_text"]
    assert [found["kind"] for found in said["partings"]] == ["digits"]
    assert len(said["runs"][1]["mistakes"]) == 3


# ---- races


def test_a_tally_adds_up():
    tally = Tally(boards=10, both=4, only_first=3, only_second=1)
    assert tally.solved == (7, 5)
    assert tally.neither == 2
    assert tally.p == pytest.approx(0.625)
    low, high = tally.interval(0)
    assert low < 0.7 < high


def test_a_run_that_comes_late_does_not_cancel_the_work_of_a_newer_one():
    table = work.Table(Comparison())
    late, newest = table.arrive(), table.arrive()
    running = table.begin(newest)
    assert table.begin(late).is_set()
    assert not running.is_set()
    table.begin(table.arrive())
    assert running.is_set()


def raced(solved, **changes):
    running = Race(USUAL_SIDES[:2], RaceSettings(count=25, level="easy"), **changes)
    track = Track(unanswered=(gate.BusyError, gate.CancelledError))
    threads = []
    assert track.start(running, solved, prepare=threads.append)
    threads[0].join(30)
    return running


def test_a_race_solves_every_puzzle_with_both_sides():
    asked = []

    def solved(puzzle, settings, cancelled):
        asked.append((puzzle, settings))
        return settings.model == "vmd"

    done = raced(solved)
    assert done.state == "done"
    assert done.tally() == Tally(boards=25, both=0, only_first=25, only_second=0)
    assert asked == [(puzzle, side) for puzzle in done.puzzles for side in done.pair]
    assert done.failures()["second"] == list(range(25))
    assert done.puzzles == race.puzzles_of(RaceSettings(count=25, level="easy"))
    assert {81 - puzzle.count(".") for puzzle in done.puzzles} == {36}


def test_puzzles_of_the_level_with_several_solutions_have_several():
    several = RaceSettings(count=25, level="several", seed=4)
    boards = np.stack([parse(puzzle) for puzzle in race.puzzles_of(several)])
    whole = np.stack([parse(puzzle) for puzzle in race.puzzles_of(replace(several, level="hard"))])
    assert ((boards == 0) | (boards == whole)).all()
    assert ((whole != 0).sum(1) - (boards != 0).sum(1) == 3).all()
    assert (count_solutions(boards) == 2).all()


def test_a_race_waits_while_visitors_are_first(monkeypatch):
    monkeypatch.setattr(race, "BREATH_SECONDS", 0.001)
    turns = iter([True, True, False])

    def solved(puzzle, settings, cancelled):
        if next(turns, False):
            raise gate.BusyError("others first")
        return True

    assert raced(solved).tally().both == 25


def test_a_cancelled_race_keeps_what_it_has():
    running = None

    def solved(puzzle, settings, cancelled):
        assert cancelled is running_events[0]
        if len(seen) == 6:
            cancelled.set()
            raise gate.CancelledError
        seen.append(puzzle)
        return True

    seen, running_events = [], [threading.Event()]
    running = raced(solved, cancelled=running_events[0])
    assert running.state == "cancelled"
    assert running.tally().boards == 3


def test_a_race_that_nobody_looks_at_or_that_fails_ends():
    assert raced(lambda *_: True, seen=time.monotonic() - 2 * race.UNSEEN_SECONDS).state == "cancelled"

    def broken(puzzle, settings, cancelled):
        raise CheckpointError("/srv/secret")

    assert raced(broken).state == "failed"

    def refused(puzzle, settings, cancelled):
        raise ConfigError("these do not go together")

    assert raced(refused).why == "these do not go together"


def test_few_races_wait_for_the_one_that_runs():
    track, go = Track(unanswered=(gate.BusyError, gate.CancelledError), waiting=1), threading.Event()

    def solved(puzzle, settings, cancelled):
        go.wait(10)
        return True

    races = [Race(USUAL_SIDES[:2], RaceSettings(count=25, level="easy")) for _ in range(3)]
    threads = []
    assert [track.start(each, solved, prepare=threads.append) for each in races] == [True, True, False]
    go.set()
    for thread in threads:
        thread.join(30)
    assert [each.state for each in races] == ["done", "done", "waiting"]


# ---- page


@pytest.fixture
def asked(monkeypatch):
    """Put runs of known outcome in the network's place: MDM is wrong in its last three cells."""
    calls = []

    def answer(puzzle, settings, cancelled=None, proof=None):
        calls.append((puzzle, settings))
        board = parse(puzzle)
        truth = solve(board[None])[0][0]
        blanks = np.flatnonzero(board == 0)
        digits = truth.copy()
        if settings.model == "mdm":
            digits[blanks[-3:]] = digits[blanks[-3:]] % 9 + 1
        parts = np.array_split(blanks, settings.nfe or len(blanks))
        return Solve(trace([step(part.tolist(), digits[part].tolist()) for part in parts], puzzle), whole=True)

    monkeypatch.setattr(solves, "solve", answer)
    monkeypatch.setattr(solves, "solve_afresh", answer)
    monkeypatch.setattr(models, "model", lambda name: None)
    monkeypatch.setattr(start, "warm_up", lambda: None)
    return calls


def script():
    from app.compare import page as compare

    compare.page()


def opened(**query):
    app = AppTest.from_function(script, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app):
    """What the page sends to the boards in the browser."""
    return json.loads(app.get("bidi_component")[0].proto.json)


def comparison(app):
    return app.session_state["compare"].comparison


def query(app):
    """What the page's address is to say."""
    return dict(parse_qsl(shown(app)["query"]))


def test_the_page_opens_on_a_puzzle_that_tells_vmd_from_mdm(asked):
    app = opened()
    said = shown(app)
    assert [run["solved"] for run in said["result"]["runs"]] == [True, False]
    assert [settings for _, settings in asked[:2]] == list(USUAL_SIDES[:2])
    assert said["at"] == 0
    assert query(app) == {"p": said["puzzle"]}


def test_the_boards_are_on_the_screen_before_the_network_is_asked(asked, monkeypatch):
    from app.compare import component as compare_board

    drawn = []
    draw = compare_board.compare_board
    monkeypatch.setattr(compare_board, "compare_board", lambda **data: (drawn.append(data["result"]), draw(**data)))
    opened(p=EASY)
    assert drawn[0] is None
    assert drawn[-1] is not None


def test_a_search_goes_on_from_the_last_puzzle_found(asked):
    app = opened()
    first = shown(app)["puzzle"]
    assert first == work._pool()[0]
    app.button(key="compare_find").click().run()
    assert shown(app)["puzzle"] == work._pool()[1]


def test_guesses_stand_beside_an_order_of_as_many_calls_one_click_away(asked):
    app = opened(view="draws", boards="4", p=EASY)
    app.button(key="compare_guesses").click().run()
    assert not app.exception
    said = shown(app)
    assert (said["puzzle"], len(said["boards"]), said["view"]) == (GUESS_PUZZLE, 2, "sides")
    assert [settings for puzzle, settings in asked if puzzle == GUESS_PUZZLE] == list(GUESS_SIDES)
    first, second = GUESS_SIDES
    assert (first.nfe, first.has_latent, second.has_latent) == (second.nfe, True, False)
    again = Comparison.from_query(dict(parse_qsl(said["query"])))
    assert again.shown == GUESS_SIDES
    assert GUESS_PUZZLE in examples.levels()["Expert"].puzzles


def test_draws_of_a_model_that_guesses_are_draws_of_its_kind(asked):
    app = opened(p=EASY, view="draws", one="model.mdm_policy.random_steps.5")
    assert not app.exception
    assert shown(app)["boards"][0]["setting"] == "seed 0"
    assert {settings.model for _, settings in asked} == {"mdm"}


def test_where_nothing_tells_the_boards_apart_the_page_says_so(asked, monkeypatch):
    monkeypatch.setattr(work, "_TRIES", 3)
    app = opened(a="usual", b="policy.top-prob")
    assert shown(app)["result"]
    assert "3 puzzles tried" in app.info[0].value


def test_a_link_brings_puzzle_boards_and_step(asked):
    app = opened(p=EASY, boards="4", d="model.mdm_steps.2", at="3")
    said = shown(app)
    assert (said["puzzle"], len(said["boards"]), said["at"]) == (EASY, 4, 3)
    assert asked[3] == (EASY, Settings(model="mdm", nfe=2))
    assert query(app) == {"p": EASY, "boards": "4", "d": "model.mdm_steps.2"}


def test_a_hostile_link_gets_the_usual_page_and_a_word(asked):
    app = opened(p="<script>", boards="1000000", a="model.../../etc", race="x", at="-3")
    assert app.warning[0].value.startswith("This link has values that do not exist")
    assert len(shown(app)["boards"]) == 2
    assert shown(app)["result"]


def unfolded(app, name):
    """The page with the settings of a board, or of draws, open."""
    app.session_state[page.OPEN.format(name=name)] = True
    return app.run()


def test_four_boards_and_draws(asked):
    app = opened(p=EASY)
    app.segmented_control(key="compare_shown_0").set_value("4").run()
    assert [board["name"] for board in shown(app)["boards"]] == ["A", "B", "C", "D"]
    assert shown(app)["at"] is None
    app.segmented_control(key="compare_shown_0").set_value("draws").run()
    assert shown(app)["view"] == "draws"
    assert len(shown(app)["result"]["runs"]) == 8
    assert "draws nothing" in app.info[0].value  # the stub does not
    app.segmented_control(key="compare_one_0").set_value("mdm").run()
    assert comparison(app).one.policy == "random"
    unfolded(app, "draws").selectbox(key="compare_draws_0").set_value(4).run()
    assert query(app) == {
        "p": EASY,
        "boards": "4",
        "view": "draws",
        "draws": "4",
        "one": "model.mdm_policy.random_steps.5",
    }


def test_settings_of_a_side_reach_the_network_and_the_link(asked):
    app = unfolded(opened(p=EASY), "B")
    app.radio(key="compare_B_0_model").set_value("vmd").run()
    app.selectbox(key="compare_B_0_policy").set_value("top-prob").run()
    app.selectbox(key="compare_B_0_nfe").set_value(10).run()
    app.selectbox(key="compare_B_0_constraints").set_value("rules").run()
    app.selectbox(key="compare_B_0_remask").set_value("conflict").run()
    app.selectbox(key="compare_B_0_latents").set_value(2).run()
    app.toggle(key="compare_B_0_draw").set_value(True).run()
    app.number_input(key="compare_B_0_seed").set_value(3).run()
    chosen = Settings(policy="top-prob", nfe=10, constraints="rules", remask="conflict", latents=2, draw=True, seed=3)
    assert asked[-1] == (EASY, chosen)
    assert comparison(app).sides == (USUAL_SIDES[0], chosen, *USUAL_SIDES[2:])
    assert Comparison.from_query(query(app)).sides[1] == chosen


def test_settings_that_few_want_reach_the_network_and_the_link_too(asked):
    app = unfolded(opened(p=EASY), "A")
    app.selectbox(key="compare_A_0_remask").set_value("confidence").run()
    app.selectbox(key="compare_A_0_policy").set_value("threshold").run()
    for name, value in (
        ("threshold", 0.75),
        ("gumbel", 0.5),
        ("temperature", 0.25),
        ("remask_share", 0.3),
        ("remask_budget", 7),
    ):
        app.number_input(key=f"compare_A_0_{name}").set_value(value).run()
    for name, choice in (("schedule", "cosine"), ("blocks", "bands"), ("renew_z", "prior")):
        app.selectbox(key=f"compare_A_0_{name}").set_value(choice).run()
    assert not app.exception
    chosen = replace(
        USUAL_SIDES[0],
        policy="threshold",
        remask="confidence",
        threshold=0.75,
        gumbel=0.5,
        temperature=0.25,
        remask_share=0.3,
        remask_budget=7,
        schedule="cosine",
        blocks="bands",
        renew_z="prior",
    )
    assert comparison(app).sides == (chosen, *USUAL_SIDES[1:])
    assert (EASY, chosen) in asked
    assert Comparison.from_query(query(app)).sides[0] == chosen
    again = opened(**query(app))
    assert comparison(again).sides[0] == chosen


def test_boards_of_the_same_settings_are_said_to_be_alike(asked):
    app = unfolded(opened(p=EASY), "B")
    app.radio(key="compare_B_0_model").set_value("vmd").run()
    assert app.info[0].value == compare_words.SAME_SETTINGS


def test_examples_and_own_puzzles(asked):
    app = opened(p=EASY)
    app.button(key="compare_level_Hard").click().run()
    assert shown(app)["puzzle"] == examples.levels()["Hard"].puzzles[0]
    app.text_area(key="compare_text").set_value("no puzzle").run()
    app.button(key="compare_use").click().run()
    assert app.error[0].value == compare_words.PUZZLE_BAD
    app.text_area(key="compare_text").set_value(EASY.replace(".", "0")).run()
    app.button(key="compare_use").click().run()
    assert shown(app)["puzzle"] == EASY
    app.button(key="compare_find").click().run()
    assert shown(app)["puzzle"] == work._pool()[0]


@pytest.mark.parametrize(
    ("puzzle", "word"),
    [
        ("55" + "." * 79, "5 twice"),
        (ANSWER, "No cell is blank"),
        ("12345678." + "." * 9 + "........9" + "." * 54, "no board fits"),
    ],
)
def test_hopeless_puzzles_get_a_line_and_no_run(asked, puzzle, word):
    app = opened(p=puzzle)
    assert word in app.error[0].value
    assert not asked
    assert shown(app)["result"] is None


def test_what_goes_wrong_is_told_without_paths_and_can_be_tried_again(asked, monkeypatch):
    def missing(puzzle, settings, cancelled=None, proof=None):
        raise CheckpointError("/srv/secret/model.json is missing")

    working = solves.solve
    monkeypatch.setattr(solves, "solve", missing)
    app = opened(p=EASY)
    assert app.error[0].value == compare_words.NO_MODEL
    monkeypatch.setattr(solves, "solve", working)
    app.button(key="compare_again").click().run()
    assert shown(app)["result"]


def test_a_busy_server_is_asked_again(asked, monkeypatch):
    monkeypatch.setattr(work, "_BREATH", 0.001)
    working, turns = solves.solve, iter([True, True])

    def busy(puzzle, settings, cancelled=None, proof=None):
        if next(turns, False):
            raise gate.BusyError("others first")
        return working(puzzle, settings)

    monkeypatch.setattr(solves, "solve", busy)
    assert shown(opened(p=EASY))["result"]


def test_a_race_ends_with_figures_and_opens_its_failures(asked):
    app = opened(p=EASY, race="easy.25.7")
    app.button(key="race_start").click().run()
    running = app.session_state["compare"].race
    deadline = time.monotonic() + 30
    while running.live and time.monotonic() < deadline:
        time.sleep(0.01)
    app.run()
    assert not app.exception
    assert running.state == "done"
    assert [metric.value for metric in app.metric] == ["25 of 25", "0 of 25"]
    words = " ".join(text.value for text in app.markdown)
    assert "only A 25, only B 0" in words
    assert "McNemar" in words
    assert app.get("plotly_chart")
    app.pills(key="race_open_second_0").set_value(3).run()
    assert shown(app)["puzzle"] == running.puzzles[3]
    assert query(app)["race"] == "easy.25.7"


def test_a_race_without_its_model_does_not_start(asked, monkeypatch):
    app = opened(p=EASY)

    def missing(name):
        raise CheckpointError("/srv/secret")

    monkeypatch.setattr(models, "model", missing)
    app.button(key="race_start").click().run()
    assert app.error[0].value == compare_words.NO_MODEL
    assert app.session_state["compare"].race is None


# ---- several runs of the page at once


def test_a_run_that_finishes_for_the_old_puzzle_does_not_overwrite_the_new_one(asked, monkeypatch):
    """The visitor's next press has put another puzzle there; its run has not come to its own work yet."""
    table = work.Table(Comparison(puzzle=EASY))
    working = solves.solve
    hard = examples.levels()["Hard"].puzzles[0]

    def meanwhile(puzzle, settings, cancelled=None, proof=None):
        table.put(hard)
        return working(puzzle, settings)

    monkeypatch.setattr(solves, "solve", meanwhile)
    assert not work._work(table, table.arrive(), lambda words: None)
    assert table.comparison.puzzle == hard
    assert table.answer is None
    monkeypatch.setattr(solves, "solve", working)
    assert work._work(table, table.arrive(), lambda words: None)
    assert table.answer.request == work._request(table.comparison)


def test_a_puzzle_that_was_found_keeps_the_race_that_was_chosen_meanwhile(asked):
    table = work.Table(Comparison())
    race_now = RaceSettings(count=25, seed=7)
    answer = work.Answer(result={})
    asked_then = table.comparison
    table.edit(race=race_now)
    assert table.finish(threading.Event(), asked_then, EASY, answer)
    assert (table.comparison.puzzle, table.comparison.race) == (EASY, race_now)
    cancelled = threading.Event()
    cancelled.set()
    assert not table.finish(cancelled, table.comparison, EASY, answer)


# ---- what a watched race may say


def test_what_is_drawn_is_drawn_anew_for_every_puzzle_of_a_race():
    drawn = replace(USUAL_SIDES[0], draw=True, seed=2**31 - 2)
    running = Race((drawn, USUAL_SIDES[1]), RaceSettings(count=25, level="easy"))
    seeds = []
    Track(unanswered=(gate.BusyError,))._run(running, lambda puzzle, settings, cancelled: bool(seeds.append(settings)))
    assert [settings.seed for settings in seeds[::2]] == [2**31 - 2, 2**31 - 1, *range(23)]
    assert set(seeds[1::2]) == {USUAL_SIDES[1]}  # draws nothing
    assert running.pair_on(3) == (replace(drawn, seed=1), USUAL_SIDES[1])


def test_a_race_gives_the_exact_p_at_its_end_alone():
    running = Race(USUAL_SIDES[:2], RaceSettings(count=25, level="easy"), state="running")
    running.results = [(True, False)] * 6
    assert running.tally().p < 0.05 < running.p_so_far()
    for state in ("running", "cancelled", "stopped"):
        running.state = state
        words = race_view._test_words(running, running.tally())
        assert "whenever you look" in words
        assert compare_words.RACE_P_LARGE in words
    running.state = "done"
    assert "Exact McNemar" in race_view._test_words(running, running.tally())


def test_the_log_likelihood_leaves_out_digits_that_were_taken_back_for_good():
    run = trace([step(BLANKS[:3], [int(ANSWER[c]) for c in BLANKS[:3]], 0.5, remasked=BLANKS[1:3])])
    assert log_likelihood(run) == pytest.approx(math.log(0.5))


def test_draws_go_round_behind_the_largest_seed():
    comparison = Comparison(view="draws", one=Settings(seed=2**31 - 2), draws=4)
    assert [each.seed for each in comparison.shown] == [2**31 - 2, 2**31 - 1, 0, 1]
