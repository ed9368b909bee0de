"""A training run seen from outside: progress bar, metrics.csv, validation by real decoding, checkpoints, the model."""

import contextlib
import csv
import math
import signal
import threading
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from vmd_sudoku import __version__, board, machine
from vmd_sudoku.config import to_plain
from vmd_sudoku.exact import generate
from vmd_sudoku.network.cards import read_card
from vmd_sudoku.network.checkpoint import LoadedModel, save_model
from vmd_sudoku.network.model import Model
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.training import parallel
from vmd_sudoku.training.updates import Training, run

LOG_EVERY = 100
SAVE_EVERY_S = 300
VALIDATE_EVERY_S = 900
VALIDATION_SEED = 2**30
"""Puzzles for validation are generated with a seed that no training stream uses as its own."""
VALIDATION_COUNT = 64

COLUMNS = [
    "step",
    "seconds",
    "boards",
    "cells",
    "latent",
    "unique_cells",
    "guided_cells",
    "guided_latent",
    "guess_cells",
    "dream_cells",
    "dreamt",
    "whole",
    "gradient",
    "beta",
    "learning_rate",
    "minimal_one_call",
    "minimal_nfe_10",
    "empty_nfe_20",
]


def run_and_record(training: Training, folder: Path, title: str = "", history: str = "") -> None:
    """Train to the end of the budget; writes metrics.csv, a checkpoint every five minutes and `folder`/model.

    title: before what the progress bar says; history: for the card, where the weights come from.

    Ctrl-C, and a stop by a service manager, are heard between two updates, and write a checkpoint and the model too. Whatever
    else ends the run leaves the last checkpoint as it is.

    Raises:
        KeyboardInterrupt: it was stopped. TrainingError: its numbers are numbers no more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recorder = _Recorder(training, folder, title, history)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=parallel.rank() > 0) as bar, _stop_signals() as stop:
        task = bar.add_task(f"{title}starting", total=1.0)
        until = partial(recorder.after_update, bar=bar, task=task)
        stopped = run(training, until=until, stop=stop.is_set)
        recorder.save()
    # Only now, with everything on disk: whoever called decides what a stop means.
    if stopped:
        raise KeyboardInterrupt
    figures = validate(training, VALIDATION_COUNT * 4)
    recorder.write({}, figures)
    save_model(folder / "model", training.average, card(training, figures, history))
    draw_curves(folder)


@contextlib.contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, instead of breaking in anywhere; a second Ctrl-C breaks in. Also in the
    background, where a shell has Ctrl-C ignored."""
    stop = threading.Event()

    def heard(number: int, frame: object) -> None:
        # The second Ctrl-C is for a run that does not come to the end of its update.
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():  # only there may signals be handled
        yield stop
        return
    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def draw_curves(folder: Path) -> None:
    """Draw metrics.csv as curves.html, which opens in any browser; does nothing without the packages of `[train]`."""
    try:
        import pandas as pd
        from plotly.subplots import make_subplots
    except ImportError:
        return
    metrics = pd.read_csv(folder / "metrics.csv")
    panels = {
        "nats a board": ["cells", "latent", "unique_cells", "guided_cells", "guided_latent"],
        "share of boards": ["whole", "minimal_one_call", "minimal_nfe_10", "empty_nfe_20"],
    }
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.05)
    for row, (title, names) in enumerate(panels.items(), 1):
        for name in names:
            # Validation fills its columns in few rows; without the gaps its curve is a line.
            known = metrics.dropna(subset=[name])
            # A handful of validations as a line alone would be hard to see.
            style = "lines" if len(known) > 20 else "lines+markers"
            figure.add_scatter(x=known["seconds"] / 60, y=known[name], name=name, mode=style, row=row, col=1)
        figure.update_yaxes(title_text=title, rangemode="tozero", row=row, col=1)
    figure.update_xaxes(title_text="minutes", row=len(panels), col=1)
    figure.write_html(folder / "curves.html", include_plotlyjs=True)


def validate(training: Training, count: int) -> dict[str, float]:
    """Accuracy of the averaged weights by real decoding: generated minimal puzzles, and grids from the empty board."""
    # The averaged weights, which are what gets used, and by decoding as a user would: the loss does not tell how
    # many are solved.
    return validate_model(training.average, count)


def validate_model(model: Model, count: int) -> dict[str, float]:
    """As `validate`, of weights that are no training's."""
    loaded = LoadedModel(model, "in training", {}, "")
    puzzles, _ = generate.puzzles(count, VALIDATION_SEED)
    empty = np.full((count, board.CELLS), board.BLANK, np.int8)

    def accuracy(clues: np.ndarray, setting: Setting) -> float:
        return float(board.solved(decode_boards(loaded, clues, setting).board, clues).mean())

    return {
        "minimal_one_call": accuracy(puzzles, Setting(nfe=1)),
        "minimal_nfe_10": accuracy(puzzles, Setting(nfe=10)),
        "empty_nfe_20": accuracy(empty, Setting(nfe=20, z=0)),
    }


def is_finished(folder: Path) -> bool:
    """Whether a run in `folder` has come to the end of its budget: only then is its model measured, and its card says so.

    Raises:
        CheckpointError: the card is damaged.
    """
    return "minimal_nfe_10" in read_card(folder / "model").get("validation", {})


def card(training: Training, figures: dict[str, float], history: str = "") -> dict[str, Any]:
    """The model card: what the weights are, how they were made, and what they reach on generated puzzles."""
    progress = training.progress
    return {
        "model": "VMD" if training.config.model.latent else "MDM (VMD without its latent)",
        "parameters": {
            "denoiser": sum(p.numel() for p in training.average.denoiser.parameters()),
            "encoder": sum(p.numel() for p in training.average.encoder.parameters()) if training.average.encoder else 0,
        },
        # Said on the card: a model must not have seen the puzzles that it is measured on.
        "data": "generated on the fly" + (f"; hard puzzles from {training.hard.name}" if training.hard else ""),
        "updates": progress.step,
        "boards": progress.boards,
        "minutes": round(progress.seconds / 60, 1),
        "seed": training.config.seed,
        "machine": machine.describe(),
        "version": __version__,
        "date": date.today().isoformat(),
        "validation": validation(figures),
        "config": to_plain(training.config),
    } | ({"history": history} if history else {})


def validation(figures: dict[str, float]) -> dict[str, Any]:
    """The entry of a card for what `validate` found at the end."""
    return {"puzzles": VALIDATION_COUNT * 4, "seed": VALIDATION_SEED, "policy": "margin"} | figures


class _Recorder:
    """Collects metrics between rows of metrics.csv, and knows when to validate and to save."""

    def __init__(self, training: Training, folder: Path, title: str = "", history: str = "") -> None:
        self.training, self.folder, self.title, self.history = training, folder, title, history
        self.rows: list[dict[str, float]] = []
        # Counted from where a resumed run begins, not from 0, or it would save at once.
        self.saved = self.validated = training.progress.seconds
        self.validation = 0.0
        self.mark = (time.monotonic(), training.progress.boards)

    def after_update(self, training: Training, metrics: dict[str, float], bar: Progress, task: Any) -> bool:
        self.rows.append(metrics)
        progress = training.progress
        if progress.step % LOG_EVERY == 0:
            means = _means(self.rows)
            self.rows = []
            self.write(means, {})
            now = time.monotonic()
            speed = (progress.boards - self.mark[1]) / (now - self.mark[0])
            self.mark = (now, progress.boards)
            bar.update(
                task,
                completed=training.done(),
                description=f"{self.title}update {progress.step}: open {means['cells']:.1f} nats + KL {means['latent']:.1f}, "
                f"puzzles {means['unique_cells']:.2f} nats, whole {means['whole']:.3f}, {speed:.0f} boards/s",
            )
        if progress.seconds - self.saved > SAVE_EVERY_S:
            self.saved = progress.seconds
            self.save()
        if progress.seconds - self.validated > VALIDATE_EVERY_S:
            self.validated = progress.seconds
            self.write({}, validate(training, VALIDATION_COUNT))
        return False

    def save(self) -> None:
        """A checkpoint, and the model as it is."""
        self.training.save(self.folder)
        save_model(self.folder / "model", self.training.average, card(self.training, {}, self.history))

    def write(self, means: dict[str, float], figures: dict[str, float]) -> None:
        """One row of metrics.csv."""
        progress = self.training.progress
        row = to_plain(progress) | means | figures
        path = self.folder / "metrics.csv"
        fresh = not path.exists()
        columns = (
            COLUMNS if fresh else path.read_text().partition("\n")[0].split(",")
        )  # of the version that began the run
        # Opened for each row: a run that dies keeps all rows before, and somebody may read along.
        with open(path, "a", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            if fresh:
                writer.writeheader()
            writer.writerow({k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()})


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    """Mean of every column, leaving out updates where it was not a number (no such board in the batch)."""
    means = {}
    for name in rows[0]:
        known = [row[name] for row in rows if not math.isnan(row[name])]
        means[name] = sum(known) / len(known) if known else math.nan
    return means
