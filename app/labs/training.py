"""An MDM and a VMD that learn one token set side by side, frame by frame, in a background thread that knows no Streamlit.

A slice of some updates at a time passes the app's gate.
"""

import logging
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch

from app.labs.turns import Enter, Turns
from app.server.background import Background, Prepare
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs import synthetic
from vmd_sudoku.labs.dependency import MAP_EDGE, Frame, train_tokens, usual_sampler, written_map
from vmd_sudoku.labs.figures import exact_fit, sampled_fit, which
from vmd_sudoku.labs.latents import Codes
from vmd_sudoku.labs.model import LabModel, ModelSettings
from vmd_sudoku.labs.sampling import Sampler, law, sample
from vmd_sudoku.labs.tokens import TokenSet
from vmd_sudoku.labs.training import TrainSettings

MODELS = ("mdm", "vmd")
EVERY = 10
"""Updates of a slice."""
SAMPLES = 1_000
SLOW_SECONDS = 0.7
"""Between two frames at the slow pace."""
LOOK_SECONDS = 0.4
"""At least so long between two looks at what is written in several calls, which cost more than the updates."""
WALL_SECONDS = 600.0
"""Of training; then it ends with what it has."""
UNSEEN_SECONDS = {"running": 60.0, "paused": 900.0}
"""A training that no page has looked at for so long is given up."""
MOST_TRIALS = 48
"""Of this process."""
SMOOTH = 0.7
"""Of the loss that is drawn: one update's is noisy."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is learnt. latent: of the VMD, `gaussian` with two numbers, so that all of z can be seen, or `code`."""

    tokens: TokenSet
    latent: str
    seed: int

    def settings(self, name: str) -> tuple[ModelSettings, TrainSettings]:
        """Sizes and updates of one of MODELS, as in `reproduce synthetic`, but for the plane of z."""
        short = "mdm" if name == "mdm" else self.latent
        kind = next(kind for kind in synthetic.KINDS if kind.short == short)
        model = synthetic.model_settings(self.tokens, 1, kind)
        return replace(model, size=2), synthetic.train_settings(self.tokens, 1, kind, self.seed)

    def calls(self) -> tuple[int, ...]:
        """Numbers of calls that are looked at."""
        return tuple(sorted({1, 2, len(self.tokens.places)}))


@dataclass(frozen=True)
class Said:
    """What is written in `nfe` calls. is_exact: summed over all that can be written, else of samples."""

    nfe: int
    accuracy: float
    kl: float
    is_exact: bool


@dataclass(frozen=True)
class ZMap:
    """What each z writes: `labels` [rows * columns] number the `names`, and `legal` says which of those are in the set.

    shares: how often each code is drawn. Behind the codes, labels are -1 up to the end of the last row.
    """

    kind: str
    rows: int
    columns: int
    labels: tuple[int, ...]
    names: tuple[str, ...]
    legal: tuple[bool, ...]
    shares: tuple[float, ...] = ()
    edge: float = MAP_EDGE


@dataclass(frozen=True)
class View:
    """A model at one moment, in values that stay. joint: shares of pairs at the first two tied places, [symbols, symbols]."""

    update: int
    done: float
    seconds: float
    said: tuple[Said, ...]
    joint: np.ndarray
    z_map: ZMap | None


@dataclass
class Trial:
    """One training of both models. The thread writes, pages read; lists only ever grow.

    state: "ready", "running", "paused", "done", "stopped" or "failed". losses: for each model, update and smoothed loss in nats
    of every slice.
    """

    task: Task
    state: str = "ready"
    why: str = ""
    views: dict[str, View] = field(default_factory=dict)
    losses: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: {name: [] for name in MODELS})
    cancelled: threading.Event = field(default_factory=threading.Event)
    rest: float = 0.0
    _turns: float = 0.0
    _seen: float = field(default_factory=time.monotonic)
    _spent: float = 0.0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def live(self) -> bool:
        """Whether more is to come without a press."""
        return self.state == "running"

    @property
    def over(self) -> bool:
        """Whether nothing more can come."""
        return self.state in ("done", "stopped", "failed")

    def go(self, turns: float = math.inf, rest: float = 0.0) -> None:
        """Learn so many slices of each model, with a rest after each; 0 pauses."""
        with self._changed:
            if self.over:
                return
            self._turns, self.rest = turns, rest
            self.state = "running" if turns else "paused"
            self._changed.notify_all()

    def stop(self) -> None:
        """End it now."""
        self.cancelled.set()
        with self._changed:
            if not self.over:
                self.state = "stopped"
            self._changed.notify_all()

    def look(self) -> None:
        """Say that a page still shows this."""
        self._seen = time.monotonic()

    def take_turn(self) -> bool:
        """Wait until there is a slice to learn; False once it is over."""
        with self._changed:
            while not self.over:
                if (
                    time.monotonic() - self._seen > UNSEEN_SECONDS.get(self.state, math.inf)
                    or self._spent > WALL_SECONDS
                ):
                    self.state = "stopped"
                elif self._turns >= 1:
                    self._turns -= 1
                    return True
                else:
                    self.state = "paused"
                    # Not for ever: once a second it is looked whether a page still shows this.
                    self._changed.wait(1.0)
            return False

    def nap(self, spent: float) -> None:
        """The rest after a slice that took so many seconds."""
        self._spent += spent
        end = time.monotonic() + self.rest
        with self._changed:
            while self._turns and not self.over and (left := min(self.rest, end - time.monotonic())) > 0:
                # A wait and no sleep, so that a press ends the rest at once.
                self._changed.wait(left)

    def end(self, state: str, why: str = "") -> None:
        """Nothing more comes."""
        with self._changed:
            if not self.over:
                self.state, self.why = state, why

    def note(self, name: str, frame: Frame) -> None:
        """Keep a slice's loss."""
        losses = self.losses[name]
        last = losses[-1][1] if losses else frame.loss
        losses.append((frame.update, SMOOTH * last + (1 - SMOOTH) * frame.loss))


class Trainer:
    """Trains in threads of its own."""

    def __init__(self, enter: Enter, busy: type[Exception], gone: type[Exception]) -> None:
        """Nothing runs.

        enter: how a slice waits for its turn, given a flag that says stop; it raises `busy` when others have to go first, and
        `gone` once the flag is set.
        """
        self._turns, self._gone = Turns(enter, busy), gone
        self._threads = Background("lab", MOST_TRIALS)

    def start(self, trial: Trial, prepare: Prepare | None = None) -> bool:
        """Have a thread for a trial, which then learns as `go` says; False if there are too many."""
        return self._threads.start(partial(self._run, trial), prepare)

    def _run(self, trial: Trial) -> None:
        try:
            self._learn(trial)
        except self._gone:
            trial.end("stopped")
        except ConfigError as error:
            trial.end("failed", str(error))
        except Exception:
            _LOG.exception("training of a lab failed")
            trial.end("failed")

    def _learn(self, trial: Trial) -> None:
        runs = {name: _Run(trial.task, name) for name in MODELS}
        while runs and trial.take_turn():
            start = time.monotonic()
            for name in list(runs):
                learn = partial(runs[name].learn, trial)
                if not self._turns.take(learn, trial.cancelled, trial.cancelled.is_set):
                    del runs[name]
            trial.nap(time.monotonic() - start)
        if not runs:
            trial.end("done")


class _Run:
    """One model on its way."""

    def __init__(self, task: Task, name: str) -> None:
        self._task, self._name = task, name
        model, settings = task.settings(name)
        self._frames: Iterator[Frame] = train_tokens(task.tokens, model, settings, every=EVERY, samples=SAMPLES)
        self._looked = -math.inf

    def learn(self, trial: Trial) -> bool:
        """Some updates and a look at them; False if it has learnt all that it will."""
        frame = next(self._frames, None)
        if frame is None:
            return False
        trial.note(self._name, frame)
        if view := self._view(frame, fresh=trial.rest > 0 or self._name not in trial.views):
            trial.views[self._name] = view
        return True

    def _view(self, frame: Frame, fresh: bool) -> View | None:
        """A look at a frame; None if the last one was a moment ago and it need not be `fresh`."""
        last = frame.done >= 1
        if not (last or fresh) and time.monotonic() - self._looked < LOOK_SECONDS:
            return None
        tokens = self._task.tokens
        said = tuple(say(tokens, frame.model, calls, exact=last) for calls in self._task.calls())
        z_map = draw_map(tokens, frame.model)
        self._looked = time.monotonic()
        return View(frame.update, frame.done, frame.seconds, said, frame.joint.numpy(), z_map)


def say(tokens: TokenSet, model: LabModel, calls: int, *, exact: bool) -> Said:
    """How right a model is in so many calls; exactly where it is asked for and can be summed."""
    usual = usual_sampler(model)
    how = Sampler(calls=calls, tokens=usual.tokens, order=usual.order)
    rng = torch.Generator().manual_seed(0)
    written = law(model, tokens.sequences, how, rng, tokens.places) if exact else None
    if written is not None:
        fit = exact_fit(tokens, written)
        return Said(calls, fit.accuracy, fit.kl, is_exact=model.latent is None or model.latent.is_exact)
    fit = sampled_fit(tokens, sample(model, SAMPLES, how, rng))
    return Said(calls, fit.accuracy, fit.kl, is_exact=False)


def draw_map(tokens: TokenSet, model: LabModel) -> ZMap | None:
    """What each z writes in one call, in words."""
    written = written_map(model)
    if written is None:
        return None
    flat = written.flatten(0, -2)[:, list(tokens.places)]
    whole = torch.zeros(len(flat), tokens.length, dtype=torch.int64)
    whole[:, list(tokens.places)] = flat
    distinct, labels = torch.unique(flat, dim=0, return_inverse=True)
    known = which(tokens, whole) >= 0
    legal = torch.zeros(len(distinct), dtype=torch.bool)
    legal[labels] = known
    names = tuple(short(tokens, row) for row in distinct)
    if not isinstance(model.latent, Codes):
        side = written.shape[0]
        return ZMap("plane", side, side, tuple(labels.tolist()), names, tuple(legal.tolist()))
    order = labels.argsort(stable=True)
    columns = math.ceil(math.sqrt(len(order)))
    rows = math.ceil(len(order) / columns)
    empty = (-1,) * (rows * columns - len(order))
    shares = model.latent.log_share[0].exp()[order]
    tiles = (*labels[order].tolist(), *empty)
    return ZMap(
        "codes", rows, columns, tiles, names, tuple(legal.tolist()), tuple(round(s, 6) for s in shares.tolist())
    )


def short(tokens: TokenSet, row: torch.Tensor) -> str:
    """Tied tokens as text; without spaces where every symbol is one sign and there are many."""
    signs = [tokens.symbols[token] for token in row.tolist()]
    tight = len(signs) > 4 and max(map(len, tokens.symbols)) == 1
    return "".join(signs) if tight else " ".join(signs)
