"""A run on the page: how far it is, its figures, what was not solved, and files to take along."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from app.batch import words as batch_words
from app.batch.figures import Figure, Figures, level
from app.batch.queue import Queue
from app.parts.settings import Settings
from app.server import start
from vmd_sudoku.board import Line
from vmd_sudoku.errors import RunError

Open = Callable[[Line, tuple[Settings, ...]], None]
"""Leads to a page with a puzzle and settings."""
Failed = tuple[int, list[dict[str, Any]]]
"""An arm with the first rows of boards that it did not solve."""

_FEW = 2
"""Points that no line is drawn between: it would tell of what was never measured."""
_EVERY = 0.5
"""Seconds between two looks at a run that is live."""
_COLOURS = ("#3f78ea", "#cf6a20", "#15803d", "#9333ea")
"""Of the arms, in tones that stand out on white and on black."""
_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:-])")


def count(puzzles: int) -> str:
    """So many puzzles, in words."""
    return batch_words.COUNT_ONE if puzzles == 1 else batch_words.COUNT.format(n=puzzles)


def plain(text: str) -> str:
    """A text that comes from a visitor, without a sign that Markdown reads."""
    return _MARKS.sub(r"\\\1", text)


def names(figures: Figures) -> list[str]:
    """Letter and settings of every arm."""
    return [
        batch_words.ARM.format(letter=letter, settings=settings)
        for letter, settings in zip(batch_words.LETTERS, figures.job.settings, strict=False)
    ]


# ---- how far it is


def live(runs: Queue, figures: Figures) -> bool:
    """Draw how far a run is, and its figures so far; whether more is to come."""
    if not runs.store.is_live(figures.job):
        done = figures.look()
        _ended(runs, figures, done)
        _so_far(figures)
        return False

    def draw() -> None:
        if not runs.store.is_live(figures.job):
            # The whole page once more, so that the clock of this part stops and the results come.
            st.rerun()
        _under_way(runs, figures)
        _so_far(figures)

    st.fragment(draw, run_every=_EVERY)()
    return True


def _under_way(runs: Queue, figures: Figures) -> None:
    job = figures.job
    done = figures.look()
    if runs.store.state(job) == "waiting":
        text = batch_words.WAITING.format(place=runs.place(job))
    elif not done:
        text = batch_words.STARTING
    else:
        text = batch_words.RUNNING.format(done=done, puzzles=job.puzzles, left=_left(figures.seconds_left()))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(done / max(job.puzzles, 1), 1.0), text=text)
        if st.button(batch_words.CANCEL, icon=":material/stop:", key="batch_cancel"):
            runs.cancel(job)
            st.rerun()


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return batch_words.LEFT_SECONDS.format(n=max(1, round(seconds)))
    return batch_words.LEFT_MINUTES.format(n=round(seconds / 60))


def _ended(runs: Queue, figures: Figures, done: int) -> None:
    job, seconds = figures.job, runs.store.seconds(figures.job)
    took = batch_words.TOOK_SECONDS if seconds < 90 else batch_words.TOOK_MINUTES
    st.write(
        batch_words.STATES[runs.store.state(job)].format(
            done=done,
            puzzles=count(job.puzzles),
            minutes=job.minutes,
            seconds=took.format(n=seconds if seconds < 90 else seconds / 60),
        )
    )


def _so_far(figures: Figures) -> None:
    """Solved boards of every arm with their interval, apart by how much the rules helped."""
    if figures.arms()[0].boards:
        # Not before: until the first result is there, the cores belong to the process that makes it.
        start.warm_up()
    for words, arms in _by_level(figures):
        st.caption(words)
        with st.container(horizontal=True, gap="large"):
            for arm in arms:
                low, high = arm.interval
                rate = 100 * arm.solved / arm.boards if arm.boards else 0.0
                st.metric(
                    names(figures)[arm.place],
                    batch_words.SOLVED.format(solved=arm.solved, boards=arm.boards) if arm.boards else "–",
                    batch_words.RATE.format(rate=rate, low=100 * low, high=100 * high)
                    if arm.boards
                    else batch_words.NOTHING_YET,
                    delta_color="off",
                    delta_arrow="off",
                )


def _by_level(figures: Figures) -> Iterator[tuple[str, list[Figure]]]:
    arms = figures.arms()
    for name, words in batch_words.LEVELS.items():
        if mine := [arm for arm in arms if level(arm.settings) == name]:
            yield words, mine


# ---- what came of it


def results(figures: Figures) -> None:
    """Tables and charts of what is there; nothing where nothing is."""
    if not figures.arms()[0].boards:
        return
    try:
        report = figures.report()
    except RunError:
        return
    _table(figures, report)
    _pairs(figures, report)
    left, right = st.columns(2, gap="large")
    with left:
        _clues_chart(figures, report)
    with right:
        _reliability_chart(figures, report)


def _table(figures: Figures, report: dict[str, Any]) -> None:
    st.header(batch_words.TABLE, anchor=False)
    groups = list(_by_level(figures))
    for words, arms in groups:
        if len(groups) > 1:
            st.caption(words)
        # Arms side by side, so that four of them fit on a phone.
        columns = {batch_words.LETTERS[arm.place]: _column(report["arms"][arm.place]["figures"]) for arm in arms}
        st.table({batch_words.FIGURE: list(batch_words.ROWS.values())} | columns)
    st.caption(batch_words.TABLE_NOTE)


def _column(found: dict[str, Any]) -> list[str]:
    n, cells = found["boards"], found["cell_accuracy"]
    shown = {
        "solved": f"{found['solved']:,} of {n:,}",
        "legal": f"{100 * found['legal'] / n:.1f} %",
        "clue_true": f"{100 * found['clue_true'] / n:.1f} %",
        "cells": "–" if cells is None else f"{100 * cells:.2f} %",
        "calls": f"{found['mean_calls']:g}",
        "rounds": f"{found['mean_rounds']:g}",
        "ms": f"{found['ms']:.0f}",
    }
    return [shown[name] for name in batch_words.ROWS]


def _pairs(figures: Figures, report: dict[str, Any]) -> None:
    if not report["pairs"]:
        return
    st.header(batch_words.PAIRS, anchor=False)
    many = len(report["pairs"])
    corrected = batch_words.PAIR_ONE if many == 1 else batch_words.PAIR_HOLM.format(n=many)
    lines = []
    for pair in report["pairs"]:
        letters = {name: batch_words.LETTERS[pair[name]] for name in ("first", "second")}
        p = pair["p_holm"]
        words = batch_words.PAIR if pair["only_first"] + pair["only_second"] else batch_words.PAIR_NONE
        values = pair | letters | {"p": f"{p:.3f}" if p >= 0.001 else f"{p:.1e}", "corrected": corrected}
        lines.append("- " + words.format(**values))
    st.markdown("\n".join(lines))


def _clues_chart(figures: Figures, report: dict[str, Any]) -> None:
    groups = [arm["by"]["clues"] for arm in report["arms"]]
    if max(map(len, groups)) < 2:
        return
    st.header(batch_words.BY_CLUES, anchor=False)
    traces = [
        {
            # Side by side, so that none hides another.
            "x": [int(one["group"]) + 0.12 * (place - (len(groups) - 1) / 2) for one in group],
            "y": [100 * one["solved"] / one["puzzles"] for one in group],
            "error_y": {
                "type": "data",
                "thickness": 1,
                "array": [100 * (one["interval"][1] - one["solved"] / one["puzzles"]) for one in group],
                "arrayminus": [100 * (one["solved"] / one["puzzles"] - one["interval"][0]) for one in group],
            },
        }
        for place, group in enumerate(groups)
    ]
    axes = {
        "xaxis": {"title": batch_words.BY_CLUES_AXIS, "tickformat": "d"},
        "yaxis": {"title": batch_words.PERCENT_AXIS},
    }
    _chart(traces, axes, "batch_clues")


def _reliability_chart(figures: Figures, report: dict[str, Any]) -> None:
    bins = [arm["reliability"]["bins"] for arm in report["arms"]]
    if not any(bins):
        return
    st.header(batch_words.RELIABILITY, anchor=False)
    traces = [{"x": [one["confidence"] for one in each], "y": [one["right"] for one in each]} for each in bins]
    axes = {
        "xaxis": {"title": batch_words.RELIABILITY_X, "range": [0, 1.03]},
        "yaxis": {"title": batch_words.RELIABILITY_Y, "range": [0, 1.05]},
    }
    _chart(traces, axes, "batch_reliability", ideal=True)


def _chart(traces: list[dict[str, Any]], axes: dict[str, Any], key: str, *, ideal: bool = False) -> None:
    """Lines of the arms, told apart by colour, dash and mark."""
    import plotly.graph_objects as go  # heavy, and wanted here alone

    figure = go.Figure()
    if ideal:
        line = {"dash": "dot", "width": 1, "color": "#7a8496"}
        figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name=batch_words.RELIABILITY_IDEAL)
    styles = zip(batch_words.LETTERS, _COLOURS, _DASHES, _SYMBOLS, strict=True)
    for trace, (letter, colour, dash, symbol) in zip(traces, styles, strict=False):
        figure.add_scatter(
            **trace,
            name=letter,
            mode="lines+markers" if len(trace["x"]) > _FEW else "markers",
            line={"dash": dash, "width": 2, "color": colour},
            marker={"symbol": symbol, "size": 8},
        )
    figure.update_layout(
        height=300, margin={"l": 0, "r": 0, "t": 10, "b": 0}, legend={"orientation": "h", "y": 1.15, "x": 0}, **axes
    )
    st.plotly_chart(figure, config={"displayModeBar": False}, key=key)


# ---- what was not solved


def failures(figures: Figures) -> list[Failed]:
    """The first boards of every arm that were not solved."""
    try:
        rows = figures.report()["failures"]
    except RunError:
        return []
    return [(place, [row for row in rows if row["arm"] == place]) for place in range(len(figures.job.settings))]


def failures_head(figures: Figures, failed: list[Failed]) -> None:
    """What stands over the boards."""
    arms = figures.arms()
    if not arms[0].boards:
        return
    st.header(batch_words.FAILURES, anchor=False)
    if not any(boards for _, boards in failed):
        st.write(batch_words.ALL_SOLVED)
        return
    drawn = any(settings.is_drawn(settings.has_latent) for settings in figures.job.settings)
    st.caption(batch_words.FAILURES_LEAD + (f" {batch_words.FAILURES_DRAWN}" if drawn else ""))


def group(figures: Figures, place: int, boards: list[dict[str, Any]]) -> dict[str, object]:
    """The boards of an arm, as the component takes them."""
    arm = figures.arms()[place]
    missing = arm.boards - arm.solved
    more = batch_words.FAILED_FIRST.format(n=len(boards)) if missing > len(boards) else ""
    shown = [
        {"number": row["number"] + 1, "puzzle": row["puzzle"], "board": row["board"], "wrong": row["wrong"]}
        for row in boards
    ]
    title = batch_words.FAILED_BY.format(arm=names(figures)[place], n=missing) + more
    return {"arm": place, "title": title, "boards": shown}


# ---- what is taken along


def downloads(figures: Figures) -> None:
    """Files of the run; each is made when it is asked for."""
    st.header(batch_words.DOWNLOADS, anchor=False)
    stem = figures.job.file.rpartition(".")[0] or figures.job.file
    arms = (figures.store.folder(figures.job) / "arms.toml").read_bytes
    files: list[tuple[str, Callable[[], bytes], str, str]] = [
        (batch_words.DOWNLOAD_HTML, figures.page, f"{stem}-report.html", "text/html"),
        (batch_words.DOWNLOAD_CSV, lambda: figures.table("csv"), f"{stem}-rows.csv", "text/csv"),
        (
            batch_words.DOWNLOAD_PARQUET,
            lambda: figures.table("parquet"),
            f"{stem}-rows.parquet",
            "application/octet-stream",
        ),
        (batch_words.DOWNLOAD_ARMS, arms, "arms.toml", "application/toml"),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for place, (label, made, name, kind) in enumerate(files):
            st.download_button(
                label, made, name, kind, on_click="ignore", icon=":material/download:", key=f"batch_download_{place}"
            )
    st.caption(batch_words.DOWNLOAD_NOTE.format(file=figures.job.file))
