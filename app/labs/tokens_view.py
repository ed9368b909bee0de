"""The Tokens lab on the page: what is learnt, a prediction, and a training of both models, live."""

from collections.abc import Callable, Hashable
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app.labs import charts, component, controls
from app.labs import words as lab_words
from app.labs.bench import Bench
from app.labs.choices import LATENTS, LONGEST_TABLE, MOST_DISTANCE, OWN, SETS, Choice, Prediction
from app.server import gate
from vmd_sudoku.errors import VmdSudokuError

if TYPE_CHECKING:
    from app.labs.training import Said, Task, Trainer, Trial, View
    from vmd_sudoku.labs.tokens import TokenSet

MOST_SEQUENCES, MOST_LENGTH, MOST_SYMBOLS = 300, 16, 32
"""Of a table that is typed in: more would take a class too long."""
EXAMPLES = 6
TICK_SECONDS = 1.0
MOST_KL = 99.0


@st.cache_resource(show_spinner=False)
def trainer() -> "Trainer":
    """The one trainer of this process."""
    from app.labs.training import Trainer

    return Trainer(lambda flag: gate.gate().enter(flag), busy=gate.BusyError, gone=gate.CancelledError)


def tokens_lab(bench: Bench) -> None:
    """Draw the lab."""
    st.caption(lab_words.TOKENS_LEAD)
    bench.choice = _choose(bench.choice)
    try:
        tokens = token_set(bench.choice)
    except VmdSudokuError as error:
        bench.forget()
        st.error(str(error))
        component.plane(None, query=bench.choice.to_query(), key="labs_plane")
        return
    st.markdown(_describe(tokens))
    trial = bench.trial_of(_key(bench.choice), lambda: _task(tokens, bench.choice))
    _predict(bench, tokens)
    _live(bench, trial)


def _key(choice: Choice) -> Hashable:
    """What a training depends on."""
    table = choice.table if choice.tokens == OWN else ""
    return choice.tokens, table, choice.distance, choice.latent, choice.seed


def _task(tokens: "TokenSet", choice: Choice) -> "Task":
    from app.labs.training import Task

    return Task(tokens=tokens, latent=choice.latent, seed=choice.seed)


# ---- what is learnt


def _choose(now: Choice) -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        tokens = st.selectbox(
            lab_words.SET,
            [*SETS, OWN],
            index=[*SETS, OWN].index(now.tokens),
            format_func=lab_words.SETS.__getitem__,
            width=250,
            key="labs_set",
        )
        latent = st.segmented_control(
            lab_words.LATENT,
            list(LATENTS),
            default=now.latent,
            format_func=lab_words.LATENT_NAMES.__getitem__,
            required=True,
            help=lab_words.LATENT_HELP,
            key="labs_latent",
        )
        distance = now.distance
        if tokens != "sudoku4":
            distance = st.slider(
                lab_words.DISTANCE,
                1,
                MOST_DISTANCE,
                value=now.distance,
                help=lab_words.DISTANCE_HELP,
                width=200,
                key="labs_distance",
            )
        seed = controls.seed("tokens", now.seed)
    table = now.table
    if tokens == OWN:
        table = st.text_area(
            lab_words.TABLE,
            now.table,
            max_chars=LONGEST_TABLE,
            height=180,
            help=lab_words.TABLE_HELP,
            width=520,
            key="labs_table",
        )
    return replace(now, tokens=tokens, latent=latent, distance=distance, seed=seed, table=table)


@st.cache_resource(show_spinner=False, max_entries=64)
def _set_of(name: str, table: str, distance: int) -> "TokenSet":
    from vmd_sudoku.labs import tokens

    if name != OWN:
        return tokens.named(name, distance)
    return tokens.apart(tokens.from_text(table, "table"), distance)


def token_set(choice: Choice) -> "TokenSet":
    """The set that is chosen.

    Raises:
        DataError: the table holds none, or one that is too large for a class.
    """
    from vmd_sudoku.errors import DataError

    own = choice.tokens == OWN
    distance = 1 if choice.tokens == "sudoku4" else choice.distance
    tokens = _set_of(choice.tokens, choice.table if own else "", distance)
    sizes = (len(tokens.sequences), len(tokens.places), len(tokens.symbols))
    if own and any(size > most for size, most in zip(sizes, (MOST_SEQUENCES, MOST_LENGTH, MOST_SYMBOLS), strict=True)):
        names = ("sequences", "length", "symbols")
        what = lab_words.TABLE_WHAT.format(**dict(zip(names, sizes, strict=True)))
        most = dict(zip(names, (MOST_SEQUENCES, MOST_LENGTH, MOST_SYMBOLS), strict=True))
        raise DataError(lab_words.TABLE_LIMIT.format(what=what, **most))
    return tokens


def _describe(tokens: "TokenSet") -> str:
    from app.labs.training import short

    count = len(tokens.sequences)
    examples = " · ".join(f"`{short(tokens, row).replace('`', ' ')}`" for row in tokens.sequences[:EXAMPLES])
    text = lab_words.SET_IS.format(sequences=count, length=len(tokens.places), examples=examples)
    if count > EXAMPLES:
        text += lab_words.SET_MORE.format(more=count - EXAMPLES)
    return text + (lab_words.SET_NOISE.format(length=tokens.length) if tokens.has_noise else "")


# ---- the prediction


def _asked(choice: Choice) -> str:
    return choice.table if choice.tokens == OWN else choice.tokens


def _predict(bench: Bench, tokens: "TokenSet") -> None:
    asked, choice = _asked(bench.choice), bench.choice
    with st.container(border=True, key="labs_predict"):
        if asked in bench.predictions:
            st.markdown(_answer(bench, tokens))
            return
        st.markdown(lab_words.PREDICT_ASK if choice.ties else lab_words.PREDICT_ASK_OWN)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            said = st.number_input(
                lab_words.PREDICT_LABEL, 0.0, MOST_KL, value=None, step=0.1, format="%.3f", width=190, key="labs_said"
            )
            committed = st.button(lab_words.PREDICT_COMMIT, key="labs_commit")
            skipped = st.button(lab_words.PREDICT_SKIP, type="tertiary", key="labs_skip")
        if (committed and said is not None) or skipped:
            truth = tokens.total_correlation()
            bench.predictions[asked] = None if skipped or said is None else Prediction(said, truth)
            st.rerun()


def _answer(bench: Bench, tokens: "TokenSet") -> str:
    prediction, truth = bench.predictions[_asked(bench.choice)], tokens.total_correlation()
    if prediction:
        verdict = lab_words.PREDICT_VERDICTS[prediction.verdict]
        text = lab_words.PREDICT_SAID.format(verdict=verdict, said=prediction.said, truth=truth)
    else:
        text = lab_words.PREDICT_TOLD.format(truth=truth)
    ties = bench.choice.ties
    if ties:
        text += (lab_words.PREDICT_TIE if ties == 1 else lab_words.PREDICT_TIES).format(ties=ties)
    trial = bench.trial
    if trial and trial.state == "done":
        text += lab_words.PREDICT_MEASURED.format(
            **{name: max(0.0, view.said[0].kl) for name, view in trial.views.items()}
        )
    return f"{text}\n\n{lab_words.PREDICT_WHY}"


# ---- the training


def _live(bench: Bench, trial: "Trial") -> None:
    trial.look()
    live = trial.live

    def draw() -> None:
        trial.look()
        state = trial.state
        _buttons(bench, trial)
        _state(trial)
        _figures(bench, trial)
        if (state == "running") != live:
            # The whole page once more: the clock of this part starts or stops, and the answer may be measured by now.
            st.rerun()

    st.fragment(draw, run_every=TICK_SECONDS if live else None)()


def _buttons(bench: Bench, trial: "Trial") -> None:
    from app.labs.training import SLOW_SECONDS

    with st.container(horizontal=True, gap="small", key="labs_buttons"):
        if trial.live:
            _button(lab_words.PAUSE, "pause", partial(_go, trial, 0))
        elif not trial.over:
            _button(lab_words.PLAY, "play_arrow", partial(_go, trial))
            _button(lab_words.SLOW, "slow_motion_video", partial(_go, trial, rest=SLOW_SECONDS))
            _button(lab_words.STEP, "skip_next", partial(_go, trial, 1), help=lab_words.STEP_HELP)
        if not trial.over and trial.views:
            _button(lab_words.STOP, "stop", trial.stop)
        if trial.over:
            _button(lab_words.AGAIN, "replay", bench.forget)


def _button(label: str, icon: str, act: Callable[[], object], help: str | None = None) -> None:
    if st.button(label, icon=f":material/{icon}:", help=help, key=f"labs_{icon}"):
        act()
        st.rerun()


def _go(trial: "Trial", turns: float = float("inf"), rest: float = 0.0) -> None:
    # Without a context of its own, Streamlit's caches warn that the thread belongs to no visitor.
    if trial.state == "ready" and not trainer().start(trial, prepare=add_script_run_ctx):
        trial.end("failed", lab_words.FULL)
        return
    trial.go(turns, rest)


def _state(trial: "Trial") -> None:
    seconds = {name: view.seconds for name, view in trial.views.items()}
    why = trial.why or lab_words.FAILED_WHY
    st.caption(lab_words.STATES[trial.state].format(**{"mdm": 0.0, "vmd": 0.0} | seconds, why=why))
    with st.container(horizontal=True, gap="medium"):
        for name, word in lab_words.MODELS.items():
            view = trial.views.get(name)
            text = lab_words.NOT_BEGUN if view is None else lab_words.PROGRESS
            st.progress(view.done if view else 0.0, text=text.format(model=word, update=view.update if view else 0))


def _figures(bench: Bench, trial: "Trial") -> None:
    tokens, views = trial.task.tokens, dict(trial.views)
    charted, curves = bench.charts(trial)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.header(lab_words.HEAT, anchor=False)
        _heat(tokens, charted)
    with right:
        st.header(lab_words.MAP, anchor=False)
        z_map = views["vmd"].z_map if "vmd" in views else None
        component.plane(asdict(z_map) if z_map else None, query=bench.choice.to_query(), key="labs_plane")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.header(lab_words.LOSS, anchor=False)
        floor = None if tokens.has_noise else tokens.entropy()
        st.plotly_chart(charts.losses(curves, floor), config=charts.CONFIG, key="labs_losses")
    with right:
        st.header(lab_words.CALLS, anchor=False)
        _table(bench, trial, views)


def _heat(tokens: "TokenSet", views: "dict[str, View]") -> None:
    data, product = _pairs(tokens)
    written = [views[name].joint if name in views else None for name in ("mdm", "vmd")]
    st.plotly_chart(charts.heat_maps(tokens.symbols, (data, product, *written)), config=charts.CONFIG, key="labs_heat")
    if len(views) == 2:
        shares = {name: float(view.joint[data > 0].sum()) for name, view in views.items()}
        st.caption(lab_words.HEAT_IN_WORDS.format(**shares))
    else:
        st.caption(lab_words.HEAT_BEFORE)


def _pairs(tokens: "TokenSet") -> tuple[np.ndarray, np.ndarray]:
    """The first two tied tokens together, in the data and where they are independent."""
    first, second = tokens.marginals()[:2].numpy()
    return tokens.joint(0, 1).numpy(), np.outer(first, second)


def _table(bench: Bench, trial: "Trial", views: "dict[str, View]") -> None:
    from app.labs.training import SAMPLES
    from vmd_sudoku.labs.figures import bias

    calls, shown = trial.task.calls(), _asked(bench.choice) in bench.predictions
    said = [[views[name].said[row] if name in views else None for name in ("mdm", "vmd")] for row in range(len(calls))]
    cells = [
        [str(nfe), *map(_accuracy, row), *(_kl(one) if shown else lab_words.CALLS_HIDDEN for one in row)]
        for nfe, row in zip(calls, said, strict=True)
    ]
    head, rule = " | ".join(lab_words.CALLS_HEAD), " | ".join(["---:"] * len(lab_words.CALLS_HEAD))
    st.markdown("\n".join(f"| {line} |" for line in (head, rule, *(" | ".join(row) for row in cells))))
    exact = {one.is_exact for row in said for one in row if one}
    if not shown:
        st.caption(lab_words.CALLS_NOTE_HIDDEN)
    elif exact == {True}:
        st.caption(lab_words.CALLS_NOTE_EXACT)
    elif exact:
        text = lab_words.CALLS_NOTE[True in exact]
        st.caption(text.format(bias=bias(len(trial.task.tokens.sequences), SAMPLES)))


def _accuracy(said: "Said | None") -> str:
    return "–" if said is None else f"{100 * said.accuracy:.1f} %"


def _kl(said: "Said | None") -> str:
    return "–" if said is None else f"{max(0.0, said.kl):.3f}" + ("" if said.is_exact else r"\*")
