"""Training a text model within a budget: progress after each update, on a processor or a card."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs import blocks
from vmd_sudoku.labs.blocks import REACH, TextModel, TextSettings, new_text_model
from vmd_sudoku.labs.corpus import Corpus

SPAN = 160
"""Letters of a stretch of text; all but the first `REACH` start a block."""
RATE = 3e-3
CALM_FROM = 0.4
STEEPEST = 1.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a training may use. seconds: of the processor on a CPU, of the clock on a card; texts: stretches in an update.

    Raises:
        ConfigError: no time, no text, or a card that is not there.
    """

    seconds: float = 300.0
    texts: int = 8
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.texts < 1:
            raise ConfigError(
                f"a training needs some seconds and a text an update, got {self.seconds} and {self.texts}"
            )
        if torch.device(self.device).type == "cuda" and not torch.cuda.is_available():
            raise ConfigError("no CUDA device is here; train on the CPU with --preset cpu")

    def clock(self) -> float:
        """Seconds spent so far, counted from anywhere."""
        return time.thread_time() if self.device == "cpu" else time.perf_counter()


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The sizes of a comparison that go together: of the VMD's layers and codes, and each training's budget."""

    width: int
    codes: int
    budget: Budget


def preset(name: str) -> Preset:
    """`cpu`: one thread. `gpu`: one card, sixteen times the numbers and thirty-two times the text an update.

    Raises:
        ConfigError: no such preset, or a card that is not there.
    """
    if name == "gpu":
        return Preset(width=512, codes=4096, budget=Budget(seconds=60.0, texts=256, device="cuda"))
    if name == "cpu":
        return Preset(width=128, codes=256, budget=Budget())
    raise ConfigError(f"no preset {name!r}; take cpu or gpu")


@dataclass(frozen=True)
class TextProgress:
    """After an update: its number from 1, part done, seconds spent, loss in bits a character, the averaged model."""

    update: int
    done: float
    seconds: float
    bits: float
    model: TextModel


def train_text(corpus: Corpus, settings: TextSettings, budget: Budget, seed: int = 0) -> Iterator[TextProgress]:
    """Train until the budget's seconds are spent: one progress an update; closing the generator stops it at once."""
    rng = torch.Generator(budget.device).manual_seed(seed)
    letters = torch.from_numpy(corpus.train.astype(np.int64)).to(budget.device)
    model = new_text_model(settings, seed).to(budget.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.97), weight_decay=1e-3, fused=True)
    average = new_text_model(settings, seed).to(budget.device).requires_grad_(False).eval()
    update, spent = 0, 0.0
    while spent < budget.seconds:
        start = budget.clock()
        optimizer.param_groups[0]["lr"] = RATE * _rate(update, spent / budget.seconds)
        h, x0 = some_blocks(model, letters, budget.texts, rng)
        nats = blocks.loss(model, h, x0, rng).mean()
        optimizer.zero_grad()
        nats.backward()
        nn.utils.clip_grad_norm_(model.parameters(), STEEPEST, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(
                list(average.parameters()), list(model.parameters()), 1 - min(0.98, update / (update + 10))
            )
        bits = as_bits(nats.item(), settings.block)  # waits for the card, so that its work is in the time
        update, spent = update + 1, spent + budget.clock() - start
        yield TextProgress(update, min(1.0, spent / budget.seconds), spent, bits, average)


def _rate(update: int, done: float) -> float:
    calm = max(0.0, (done - CALM_FROM) / (1 - CALM_FROM))
    return min(1.0, (update + 1) / 30) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * calm)))


def as_bits(nats: float, block: int) -> float:
    """Nats a block as bits a character."""
    return nats / block / math.log(2)


def some_blocks(model: TextModel, letters: Tensor, texts: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Contexts [n, width] and the blocks [n, block] after them, from random stretches of text; blocks overlap."""
    size = model.settings.block
    start = torch.randint(len(letters) - SPAN - size, (texts, 1), generator=rng, device=rng.device)
    text = letters[start + torch.arange(SPAN + size, device=rng.device)]
    h = model.context(text[:, :SPAN])[:, REACH:]
    following = text[:, REACH + 1 :].unfold(1, size, 1)[:, : h.shape[1]]
    return h.flatten(0, 1), following.flatten(0, 1)
