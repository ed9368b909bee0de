"""The Compare page: several ways to fill one puzzle, on one time line, and races of two over a set."""

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app import choices, compare_board, compare_words, contrast, report, resources, words
from app.compare import (
    DRAWS,
    LETTERS,
    ONE_MODEL,
    RACE_CLUES,
    RACE_COUNTS,
    Comparison,
    RaceSettings,
    puzzle_in,
)
from app.race import Race, Track
from app.session import BUDGETS, LATENTS, MAX_SEED, MODELS, Settings
from app.views.advanced import WIDTH, advanced
from vmd_sudoku import puzzle_file
from vmd_sudoku.board import CELLS, to_line
from vmd_sudoku.errors import CheckpointError, VmdSudokuError
from vmd_sudoku.trace import Trace

BOARD = "compare_board"
OPEN = "compare_open_{name}"
_DESK = "compare"
_SOLVE_DESK = "desk"
_APART = "apart.csv"
_LEVELS = ("Expert", "Hard", "Extreme", "Medium")
_TRIES = 40
"""Puzzles that are tried to find one on which the boards differ."""
_SEARCH = 10.0
"""Seconds after which one that is filled in another order will do."""
_PATIENCE = 60.0
"""Seconds that a board waits while others are first, and between two tries."""
_BREATH = 1.0
_LIST = 40
"""Failures of one kind that a race offers to open."""
_BLUE, _ORANGE = "#3f78ea", "#cf6a20"
"""Of boards A and B, in tones that stand out on white and on black."""
_WIDTH = 1240
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What came of a request: what the component plays, or why there is nothing to play."""

    result: dict[str, object] | None = None
    failure: str = ""
    note: str = ""
    request: str = ""


@dataclass
class Found:
    """Where in the examples the last search for a difference ended."""

    place: int = -1


@dataclass
class Table:
    """What lies on a visitor's Compare page. Plain values, so that they outlive a run of the page that is cut off.

    turn: grows whenever something but the visitor's own hand changes the settings; it is in the keys of their widgets, which
        would keep their old values otherwise.
    """

    comparison: Comparison
    answer: Answer | None = None
    race: Race | None = None
    turn: int = 0
    shown: dict[str, int] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    _job: threading.Event = field(default_factory=threading.Event)
    _runs: int = 0

    def arrive(self) -> int:
        """A number for a run of the page, which the newest one has to show when it begins to work."""
        self._runs += 1
        return self._runs

    def begin(self, run: int) -> threading.Event:
        """Cancel what is under way; what begins now is cancelled by the event.

        A run that Streamlit has given up for a newer one may come here after it: that one's work must go on.
        """
        mine = threading.Event()
        if run == self._runs:
            self._job.set()
            self._job = mine
        else:
            mine.set()
        return mine

    def change(self, comparison: Comparison) -> None:
        """Put other settings there than those that the widgets show."""
        self.comparison = comparison
        self.turn += 1


def page() -> None:
    """Draw the page."""
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Table(Comparison.from_query(st.query_params.to_dict()))
    table: Table = st.session_state[_DESK]
    run = table.arrive()

    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH):
        st.title(compare_words.TITLE, anchor=False)
        st.caption(compare_words.LEAD)
        settings = st.container()
        comparison = table.comparison
        if comparison.notice:
            st.warning(comparison.notice)
        answer = table.answer if table.answer and table.answer.request == _request(comparison) else None
        if answer:
            _tell(table, answer)
        compare_board.compare_board(
            run=_request(comparison),
            puzzle=comparison.puzzle or "." * CELLS,
            view=comparison.view,
            boards=tuple(zip(comparison.names, _captions(comparison), strict=True)),
            result=answer.result if answer else None,
            at=comparison.at,
            working="" if answer else compare_words.START_WORKING if comparison.puzzle else compare_words.FINDING,
            key=BOARD,
        )
        progress = st.empty()
        # Their choices are read from tables beside torch, which takes seconds to load: the boards come first.
        with settings:
            _choices(table)
        if comparison.view == "sides":
            _race_section(table)
    query = table.comparison.to_query()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    resources.warm_up()
    # The boards are on the screen: now there is time to think.
    if answer is None:
        if not _work(table, run, progress.caption):
            st.stop()
        st.rerun()


def _captions(comparison: Comparison) -> tuple[str, ...]:
    if comparison.view == "sides":
        return tuple(map(str, comparison.shown))
    return tuple(compare_words.SEED_OF[each.model].format(seed=each.seed) for each in comparison.shown)


def _request(comparison: Comparison) -> str:
    """A name for what is to be computed, the same for the same puzzle and settings, in any process."""
    text = repr((comparison.puzzle, comparison.view, comparison.shown))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ---- what is compared


def _puzzles(table: Table) -> None:
    """Ways to another puzzle; a new one has the page drawn once more."""
    before = table.comparison
    _puzzle_choices(table)
    if table.comparison is not before:
        st.rerun()


def _puzzle_choices(table: Table) -> None:
    if st.button(compare_words.FIND, icon=":material/search:", help=compare_words.FIND_HELP, key="compare_find"):
        table.comparison = table.comparison.put(None)
    with st.popover(compare_words.PUZZLE, icon=":material/grid_on:"):
        st.caption(compare_words.LEVELS)
        with st.container(horizontal=True, gap="xsmall"):
            for name, level in resources.levels().items():
                if st.button(name, key=f"compare_level_{name}", help=level.about):
                    turn = table.shown.get(name, 0)
                    table.shown[name] = turn + 1
                    table.comparison = table.comparison.put(level.puzzles[turn % len(level.puzzles)])
        solve_desk = st.session_state.get(_SOLVE_DESK)
        if solve_desk and st.button(compare_words.FROM_SOLVE, key="compare_from_solve"):
            table.comparison = table.comparison.put(solve_desk.session.puzzle)
        text = st.text_area(
            compare_words.PUZZLE_LABEL, help=compare_words.PUZZLE_HELP, max_chars=2000, key="compare_text", height=120
        )
        if st.button(compare_words.PUZZLE_USE, key="compare_use"):
            puzzle = puzzle_in(text)
            if puzzle is None:
                st.error(compare_words.PUZZLE_BAD)
            else:
                table.comparison = table.comparison.put(puzzle)


def _choices(table: Table) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _puzzles(table)
        now = table.comparison
        shown = "draws" if now.view == "draws" else str(now.boards)
        chosen = _one_of(compare_words.VIEW, compare_words.SHOWN, shown, f"compare_shown_{table.turn}")
        if chosen == "draws":
            after = _draws(table, replace(now, view="draws"))
        else:
            after = replace(now, view="sides", boards=int(chosen))
            for which, letter in enumerate(LETTERS[: after.boards]):
                name = compare_words.CHANGE.format(name=letter)
                place = _popover(name, letter)
                if place is not None:
                    with place:
                        after = after.side(which, _settings(f"{letter}_{table.turn}", now.sides[which]))
    if after != now:
        table.comparison = replace(after, at=None)
        st.rerun()


def _draws(table: Table, now: Comparison) -> Comparison:
    model = _one_of(compare_words.WHAT_IS_DRAWN, compare_words.ONE_MODEL, now.one.model, f"compare_one_{table.turn}")
    one = now.one if model == now.one.model else ONE_MODEL[model]
    place, draws = _popover(compare_words.ONE.format(settings=one), "draws"), now.draws
    if place is not None:
        with place:
            draws = st.selectbox(
                compare_words.DRAWS, list(DRAWS), index=DRAWS.index(now.draws), key=f"compare_draws_{table.turn}"
            )
            one = _settings(f"{model}_{table.turn}", one, sides=False)
    return replace(now, draws=draws, one=one)


def _popover(label: str, name: str) -> DeltaGenerator | None:
    """A place for settings, once it is open: widgets that nobody sees would be most of a run's work."""
    popover = st.popover(label, icon=":material/tune:", key=OPEN.format(name=name), on_change="rerun")
    return popover.container(width=WIDTH) if popover.open else None


def _one_of(label: str, names: dict[str, str], now: str, key: str) -> str:
    """One of a few, side by side."""
    return st.segmented_control(
        label,
        list(names),
        default=now,
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=key,
    )


def _settings(key: str, now: Settings, sides: bool = True) -> Settings:
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
    label = words.SEED if sides else compare_words.SEED_FIRST
    seed = st.number_input(label, 0, MAX_SEED, value=now.seed, step=1, key=f"compare_seed_{key}")
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


# ---- the answer


def _tell(table: Table, answer: Answer) -> None:
    if answer.note:
        st.info(answer.note)
    if answer.failure:
        st.error(answer.failure)
        if st.button(compare_words.AGAIN, key="compare_again"):
            table.answer = None
            st.rerun()


def _work(table: Table, run: int, tell: Callable[[str], object]) -> bool:
    """Find a puzzle if there is none, and have every board filled; False if the visitor wants something else by now.

    `tell` puts words on the page; that, too, is where Streamlit ends a run of the page that nobody waits for.
    """
    job = Job(table.begin(run), tell)
    comparison = table.comparison
    note = ""
    try:
        if comparison.puzzle is None:
            puzzle, note = _find(comparison, table.found, job)
            comparison = replace(comparison, puzzle=puzzle)
        answer = _answer(comparison, job)
    except resources.CancelledError:
        return False
    except CheckpointError as error:
        # The message names files of the server, which are for its owner alone.
        _LOG.error("compare: %s", error)
        answer = Answer(failure=compare_words.NO_MODEL)
    except VmdSudokuError as error:
        answer = Answer(failure=report.sentence(str(error)))
    except Exception:
        number = secrets.token_hex(3)
        _LOG.exception("compare failed, error %s", number)
        answer = Answer(failure=words.BROKEN.format(number=number))
    if job.cancelled.is_set():
        return False
    table.comparison = comparison
    table.answer = replace(answer, request=_request(comparison), note=answer.note or note)
    return True


@dataclass(frozen=True)
class Job:
    """One visit to the network: what asks it to stop, and where to say how far it is."""

    cancelled: threading.Event
    tell: Callable[[str], object]

    def solve(self, puzzle: str, settings: Settings, words_now: str) -> Trace:
        """One board; waits while others are first.

        Raises:
            CancelledError: nobody waits for it any more. BusyError: others were first for too long.
        """
        end = time.monotonic() + _PATIENCE
        while True:
            self.tell(words_now)
            try:
                return resources.solve(puzzle, settings, self.cancelled)
            except resources.BusyError as error:
                if time.monotonic() > end:
                    raise
                self.tell(str(error))
                self.cancelled.wait(_BREATH)


def _answer(comparison: Comparison, job: Job) -> Answer:
    puzzle = comparison.puzzle
    assert puzzle is not None  # found before
    refused = report.refusal(puzzle)
    if refused:
        return Answer(failure=refused.reason if refused.tone == "refused" else compare_words.FULL)
    proof = resources.proof(puzzle)
    if proof.solutions == "none":
        return Answer(failure=compare_words.NO_SOLUTION)
    shown = comparison.shown
    traces = [
        job.solve(puzzle, settings, compare_words.WORKING.format(now=number, boards=len(shown)))
        for number, settings in enumerate(shown, 1)
    ]
    runs = [contrast.Run(*each) for each in zip(comparison.names, shown, traces, strict=True)]
    solution = to_line(proof.solution) if proof.solutions == "one" and proof.solution is not None else None
    return Answer(result=contrast.payload(puzzle, runs, solution), note=_alike(comparison, traces))


def _alike(comparison: Comparison, traces: list[Trace]) -> str:
    if any(trace.steps != traces[0].steps for trace in traces):
        return ""
    if comparison.view == "draws":
        return compare_words.ALIKE
    return compare_words.SAME_SETTINGS if len(set(comparison.shown)) == 1 else ""


@st.cache_resource(show_spinner=False)
def _pool() -> tuple[str, ...]:
    """Where a difference is looked for: puzzles that once told the shipped models apart, then examples, hard ones first."""
    apart = [to_line(puzzle) for puzzle in puzzle_file.read(resources.EXAMPLES / _APART).puzzles]
    return (*apart, *(puzzle for name in _LEVELS for puzzle in resources.levels()[name].puzzles))


def _find(comparison: Comparison, found: Found, job: Job) -> tuple[str, str]:
    """A puzzle that one board solves and another does not, and what to say if there is none.

    The search goes on from where the visitor's last one ended. Where it takes long, or where no puzzle tells the boards
    apart, one that they fill in another order will do.
    """
    pool = _pool()
    began = time.monotonic()
    second = None
    for turn in range(1, _TRIES + 1):
        place = (found.place + turn) % len(pool)
        traces = [job.solve(pool[place], settings, compare_words.FINDING) for settings in comparison.shown]
        if len({trace.solved for trace in traces}) == 2:
            found.place = place
            return pool[place], ""
        if second is None and any(trace.steps != traces[0].steps for trace in traces):
            second = place
        if second is not None and time.monotonic() - began > _SEARCH:
            break
    found.place = (found.place + 1) % len(pool) if second is None else second
    return pool[found.place], compare_words.FOUND_NONE.format(count=_TRIES) if second is None else ""


# ---- the race


@st.cache_resource(show_spinner=False)
def _track() -> Track:
    """The one track of this process."""
    return Track(unanswered=(resources.BusyError, resources.CancelledError))


def _race_section(table: Table) -> None:
    now = table.comparison
    first, second = now.names[:2]
    st.header(compare_words.RACE, anchor=False)
    st.caption(compare_words.RACE_LEAD)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        level = st.selectbox(
            compare_words.RACE_LEVEL,
            list(RACE_CLUES),
            index=list(RACE_CLUES).index(now.race.level),
            format_func=compare_words.RACE_LEVELS.__getitem__,
            width=240,
            key=f"race_level_{table.turn}",
        )
        count = st.selectbox(
            compare_words.RACE_COUNT,
            list(RACE_COUNTS),
            index=RACE_COUNTS.index(now.race.count),
            width=110,
            key=f"race_count_{table.turn}",
        )
        seed = st.number_input(
            compare_words.RACE_SEED, 0, MAX_SEED, value=now.race.seed, step=1, width=170, key=f"race_seed_{table.turn}"
        )
        chosen = RaceSettings(level=level, count=count, seed=int(seed))
        if chosen != now.race:
            table.comparison = replace(now, race=chosen)
        # No primary button: Streamlit writes white on it, which the light primary colour of the dark theme cannot carry.
        if st.button(compare_words.RACE_START.format(first=first, second=second), key="race_start"):
            _start_race(table)
    _race_live(table)


def _start_race(table: Table) -> None:
    if table.race:
        table.race.cancelled.set()
    pair = table.comparison.sides[:2]
    race = Race((pair[0], pair[1]), table.comparison.race)
    try:
        for settings in pair:
            resources.model(settings.model)
    except CheckpointError as error:
        _LOG.error("race: %s", error)
        st.error(compare_words.NO_MODEL)
        return
    # Without a context of its own, Streamlit's caches warn that the thread belongs to no visitor.
    if _track().start(race, _is_solved, prepare=add_script_run_ctx):
        table.race = race
    else:
        st.warning(compare_words.RACE_FULL)


def _is_solved(puzzle: str, settings: Settings, cancelled: threading.Event) -> bool:
    return resources.solve_afresh(puzzle, settings, cancelled).solved


def _race_live(table: Table) -> None:
    race = table.race
    if race is None:
        return
    race.look()

    def draw() -> None:
        race.look()
        _race_state(race)
        _race_figures(race)
        if not race.live:
            # The whole page once more, so that the clock of this part stops.
            st.rerun()

    if race.live:
        st.fragment(draw, run_every=1.0)()
        return
    _race_state(race)
    _race_figures(race)
    _race_failures(table, race)


def _race_state(race: Race) -> None:
    why = race.why or compare_words.RACE_BROKEN
    values = {"done": len(race.results), "count": race.settings.count, "seconds": race.seconds, "why": why}
    text = compare_words.RACE_STATES[race.state].format(**values)
    if race.state == "running" and not race.puzzles:
        text = compare_words.RACE_MAKING
    if not race.live:
        st.caption(text)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(len(race.results) / race.settings.count, text=text)
        if st.button(compare_words.RACE_CANCEL, key="race_cancel"):
            race.cancelled.set()


def _race_figures(race: Race) -> None:
    tally = race.tally()
    if not tally.boards:
        return
    with st.container(horizontal=True, gap="large"):
        for side, settings in enumerate(race.pair):
            low, high = tally.interval(side)
            st.metric(
                compare_words.RACE_SIDE.format(name=LETTERS[side], settings=settings),
                compare_words.RACE_SOLVED.format(solved=tally.solved[side], boards=tally.boards),
                compare_words.RACE_RATE.format(
                    rate=100 * tally.solved[side] / tally.boards, low=100 * low, high=100 * high
                ),
                delta_color="off",
                delta_arrow="off",
            )
    names = {"first": LETTERS[0], "second": LETTERS[1]}
    st.write(
        compare_words.RACE_PAIRS.format(
            both=tally.both,
            only_first=tally.only_first,
            only_second=tally.only_second,
            neither=tally.neither,
            **names,
        )
    )
    pairs = tally.only_first + tally.only_second
    if pairs:
        words = compare_words.RACE_P.format(pairs=pairs, p=_p(tally.p))
        st.write(f"{words} {compare_words.RACE_P_SMALL if tally.p < 0.05 else compare_words.RACE_P_LARGE}")
    else:
        st.write(compare_words.RACE_P_NONE)
    # Drawing it every second would make the boards beside it stutter.
    if not race.live:
        _race_chart(race)


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"


def _race_chart(race: Race) -> None:
    import plotly.graph_objects as go  # heavy, and wanted by races alone

    results = np.array(list(race.results))
    puzzles = np.arange(len(results) + 1)
    figure = go.Figure()
    for side, (dash, colour) in enumerate((("solid", _BLUE), ("dash", _ORANGE))):
        totals = np.concatenate([[0], results[:, side].cumsum()])
        figure.add_scatter(
            x=puzzles, y=totals, name=LETTERS[side], mode="lines", line={"dash": dash, "width": 3, "color": colour}
        )
    figure.update_layout(
        height=260,
        margin={"l": 0, "r": 0, "t": 10, "b": 0},
        xaxis={"title": compare_words.RACE_CHART_AXIS, "range": [0, race.settings.count]},
        yaxis={"title": compare_words.RACE_CHART, "rangemode": "tozero"},
        legend={"orientation": "h", "y": 1.1, "x": 0},
    )
    st.plotly_chart(figure, config={"displayModeBar": False}, key="race_chart")


def _race_failures(table: Table, race: Race) -> None:
    found = race.failures()
    if not any(found.values()):
        return
    st.subheader(compare_words.RACE_FAILURES, anchor=False)
    for kind, places in found.items():
        if not places:
            continue
        label = compare_words.RACE_KINDS[kind].format(first=LETTERS[0], second=LETTERS[1])
        more = len(places) - _LIST
        chosen = st.pills(
            label if more <= 0 else f"{label} ({compare_words.RACE_MORE.format(count=more)})",
            places[:_LIST],
            format_func=lambda place: compare_words.RACE_PUZZLE.format(number=place + 1),
            key=f"race_open_{kind}_{table.turn}",
        )
        if chosen is not None:
            sides = (*race.pair, *table.comparison.sides[2:])
            table.change(replace(table.comparison.put(race.puzzles[chosen]), view="sides", boards=2, sides=sides))
            st.rerun()
