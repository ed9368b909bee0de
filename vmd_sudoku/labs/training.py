"""Training as a generator: one update after the other, and now and then a frame to draw. Closing it stops at once."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vmd_sudoku.diffusion.bound import Bound, masked_nats
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs.latents import Codes, Options, choose
from vmd_sudoku.labs.model import LabModel

CALM_FROM = 0.5
"""Part of a training from which the learning rate falls, along a cosine."""
WARM_UPDATES = 20
SLOWEST = 0.005
"""Last learning rate, as a part of the first."""
BETA_UNTIL = 0.2
"""Part of a training in which the weight of the KL rises to 1: z is found useful before it costs."""
SHARES_FROM = 0.5
"""Part of a training from which p(z) of codes moves. Earlier it would starve sequences that no code has found yet."""
SHARES_RATE = 0.1
AVERAGE = 0.98
"""Decay of the averaged weights, which are what is looked at and returned."""
STEEPEST = 5.0
"""Longest gradient."""


LATER = ("tied", "own", "prior")


@dataclass(frozen=True)
class Batch:
    """x0 int64 [n, length] and the share of each in the loss, float [n], adding up to 1. whole: these are all there are."""

    x0: Tensor
    share: Tensor
    whole: bool = False


class Source(Protocol):
    """What a model is trained on."""

    def batch(self, rng: torch.Generator) -> Batch:
        """Sequences for one update."""


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """How long and how. updates, or CPU seconds where given; draws: points of a Gaussian z in an update; tied: z of a partly
    known board is the one that explains the whole sequence, as in sampling, where it is drawn once (else each partly known
    board has its own posterior, as in the paper's bound); whole: part of the boards of the bound with nothing known.

    Raises:
        ConfigError: a number that makes no training.
    """

    updates: int = 800
    seconds: float | None = None
    rate: float = 4e-3
    draws: int = 512
    later: str = "tied"
    whole: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.updates, self.draws) < 1 or self.rate <= 0 or (self.seconds is not None and self.seconds <= 0):
            raise ConfigError(f"updates and draws must be 1 or more, seconds and rate above 0, got {self}")

        if self.later not in LATER:
            raise ConfigError(f"unknown z of later calls {self.later!r}; choose one of {', '.join(LATER)}")

    def done(self, update: int, spent: float) -> float:
        """Part of the training that is behind, 0 to 1."""
        return min(1.0, update / self.updates if self.seconds is None else spent / self.seconds)


@dataclass(frozen=True)
class Progress:
    """After an update: its number from 1, part done, CPU seconds spent, loss in nats a sequence, the averaged model."""

    update: int
    done: float
    seconds: float
    loss: float
    model: LabModel


def train(model: LabModel, source: Source, settings: TrainSettings) -> Iterator[Progress]:
    """Train `model` in place, one progress an update; the last one has done = 1 and the final averaged weights."""
    rng = torch.Generator().manual_seed(settings.seed)
    objective = _objective(model, settings)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.rate, betas=(0.9, 0.97), fused=True)
    average = copy.deepcopy(model).requires_grad_(False).eval()
    update, spent, done = 0, 0.0, 0.0
    while done < 1:
        # CPU time of this thread: drawing frames and other visitors' work must not shorten a training.
        start = time.thread_time()
        _set_rate(optimizer, settings.rate, update, done)
        loss = objective(model, source.batch(rng), done, rng)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), STEEPEST, foreach=True)
        optimizer.step()
        _follow(average, model, update)
        update, spent = update + 1, spent + time.thread_time() - start
        done = settings.done(update, spent)
        yield Progress(update, done, spent, loss.item(), average)


def _set_rate(optimizer: torch.optim.Optimizer, rate: float, update: int, done: float) -> None:
    calm = max(0.0, (done - CALM_FROM) / (1 - CALM_FROM))
    factor = min(1.0, (update + 1) / WARM_UPDATES) * (SLOWEST + (1 - SLOWEST) * 0.5 * (1 + math.cos(math.pi * calm)))
    optimizer.param_groups[0]["lr"] = rate * factor


@torch.no_grad()
def _follow(average: LabModel, model: LabModel, update: int) -> None:
    """Averaged weights a step on; over fewer updates at the start, where the weights are still far away."""
    pairs = zip(average.parameters(), model.parameters(), strict=True)
    mine, theirs = map(list, zip(*pairs, strict=True))
    torch._foreach_lerp_(mine, theirs, 1 - min(AVERAGE, update / (update + 10)))
    # Buffers are the shares of codes, already a moving average: taken over as they are.
    for kept, new in zip(average.buffers(), model.buffers(), strict=True):
        kept.copy_(new)


Objective = Callable[[LabModel, Batch, float, torch.Generator], Tensor]
"""Loss in nats a sequence of a model on a batch, with the part of the training that is done."""


def _objective(model: LabModel, settings: TrainSettings) -> Objective:
    if model.latent is None:
        return _over_blocks(_masked_block)
    # Without an encoder the sum over z is made itself, exactly or by points, and needs no bound.
    if model.encoder is None:
        later = {"tied": _tied_later, "own": _own_later, "prior": _prior_later}[settings.later]
        return _over_blocks(partial(_summed_block, draws=settings.draws, later=later))
    if settings.later == "own":
        return _over_blocks(partial(_own_bound, whole=settings.whole))
    return _over_blocks(partial(_tied_bound, later=settings.later))


def _over_blocks(loss: Callable[..., Tensor]) -> Objective:
    """The sum over blocks of a loss (model, batch, block, rng, done)."""

    def total(model: LabModel, batch: Batch, done: float, rng: torch.Generator) -> Tensor:
        return torch.stack([loss(model, batch, block, rng, done) for block in range(model.settings.blocks)]).sum()

    return total


def before(model: LabModel, x0: Tensor, block: int) -> Tensor:
    """The boards that a block starts from: earlier blocks known, it and all later ones masked."""
    known = torch.arange(x0.shape[1]) < model.block(block).start
    return x0.where(known, model.shape.mask)


def _hide(model: LabModel, x0: Tensor, block: int, count: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Boards with `count` [n] places of the block masked and all later blocks; and which of the block are: [n, length]."""
    places = model.block(block)
    # Ranks of random numbers: exactly `count` places of each row are below it, without a loop over rows.
    order = torch.rand(len(x0), places.stop - places.start, generator=rng).argsort(-1).argsort(-1)
    hidden = torch.zeros_like(x0, dtype=torch.bool)
    hidden[:, places] = order < count[:, None]
    later = torch.arange(x0.shape[1]) >= places.stop
    return x0.where(~(hidden | later), model.shape.mask), hidden


def _counts(model: LabModel, n: int, most: int, rng: torch.Generator) -> Tensor:
    return torch.randint(1, most + 1, (n,), generator=rng)


def _size(model: LabModel) -> int:
    return model.shape.length // model.settings.blocks


def _mean(batch: Batch, nats: Tensor) -> Tensor:
    return (batch.share * nats).sum()


def _masked_block(model: LabModel, batch: Batch, block: int, rng: torch.Generator, done: float) -> Tensor:
    """Masked diffusion's bound on -log p(block | earlier): a uniform number k of masked places, weight size / k."""
    count = _counts(model, len(batch.x0), _size(model), rng)
    xt, hidden = _hide(model, batch.x0, block, count, rng)
    return _mean(batch, masked_nats(model(xt, None), batch.x0, hidden) * _size(model) / count)


def _beta(done: float) -> float:
    return min(1.0, done / BETA_UNTIL)


def _own_bound(model: LabModel, batch: Batch, block: int, rng: torch.Generator, done: float, whole: float) -> Tensor:
    """The paper's bound: z ~ q(z | x0, xt) of each partly known board, KL to N(0, I), both with weight size / k."""
    n, size = len(batch.x0), _size(model)
    count = torch.where(torch.rand(n, generator=rng) < whole, size, _counts(model, n, size, rng))
    xt, hidden = _hide(model, batch.x0, block, count, rng)
    posterior = model.encoder(batch.x0, xt)  # type: ignore[misc]
    nats = masked_nats(model(xt, posterior.sample(rng)), batch.x0, hidden)
    return _mean(batch, Bound(nats, posterior.kl_from_standard()).weighted(size / count, _beta(done)))


def _tied_bound(model: LabModel, batch: Batch, block: int, rng: torch.Generator, done: float, later: str) -> Tensor:
    """The same bound of the block with nothing known, and its z once more where a part is known."""
    start = before(model, batch.x0, block)
    posterior = model.encoder(batch.x0, start)  # type: ignore[misc]
    z = posterior.sample(rng)
    hidden = torch.zeros_like(batch.x0, dtype=torch.bool)
    hidden[:, model.block(block)] = True
    bound = Bound(masked_nats(model(start, z), batch.x0, hidden), posterior.kl_from_standard())
    again = z if later == "tied" else model.draw(len(z), block, rng)
    return _mean(batch, bound.total(_beta(done))) + _with_z(model, batch, block, rng, again)


def _with_z(model: LabModel, batch: Batch, block: int, rng: torch.Generator, z: Tensor | None) -> Tensor:
    """Cross-entropy where a part of the block is known, with a given z: 0 where a block is one place."""
    size = _size(model)
    if size == 1:
        return torch.zeros(())
    count = _counts(model, len(batch.x0), size - 1, rng)
    xt, hidden = _hide(model, batch.x0, block, count, rng)
    return _mean(batch, masked_nats(model(xt, z), batch.x0, hidden) * size / count)


def log_joint(model: LabModel, boards: Tensor, x0: Tensor, hidden: Tensor, options: Options) -> Tensor:
    """log p(z) + sum over hidden places of log p(x0_i | board, z) for all options: [n, s].

    boards, x0 int64 [n, length], hidden bool [n, length]. Equal boards share a pass.
    """
    # With nothing known all boards are the same one, so the costly pass over all z is made once and not once a
    # sequence.
    distinct, which = torch.unique(boards, dim=0, return_inverse=True)
    log_p = model(distinct[:, None], options.z[None]).log_softmax(-1).flatten(2)  # [boards, s, length * symbols]
    wanted = (F.one_hot(x0, model.shape.symbols) * hidden[..., None]).flatten(1).to(log_p)
    if len(distinct) == 1:
        return wanted @ log_p[0].T + options.log_weight
    return torch.einsum("nsi,ni->ns", log_p[which], wanted) + options.log_weight


def _summed_block(
    model: LabModel,
    batch: Batch,
    block: int,
    rng: torch.Generator,
    done: float,
    draws: int,
    later: Callable[[LabModel, Batch, int, torch.Generator, Options, Tensor], Tensor],
) -> Tensor:
    """-log sum_z p(z) prod_i p(x0_i | earlier, z): exact with codes, by points of a Gaussian. No bound, so no collapse."""
    assert model.latent is not None
    options = model.latent.options(block, rng, draws)
    hidden = torch.zeros_like(batch.x0, dtype=torch.bool)
    hidden[:, model.block(block)] = True
    joint = log_joint(model, before(model, batch.x0, block), batch.x0, hidden, options)
    # Only choices and shares are made of it; gradients go through the sum itself.
    posterior = joint.detach()
    if isinstance(model.latent, Codes) and done > SHARES_FROM:
        # Slower towards the end, so that the shares come to rest with the weights.
        rate = SHARES_RATE * (1 - done) / (1 - SHARES_FROM) + SHARES_RATE / 10
        if not batch.whole:  # most codes explain nothing in a small batch and would die of it
            rate *= min(1.0, len(batch.x0) / len(options.z))
        model.latent.move_shares(block, (batch.share[:, None] * posterior.softmax(1)).sum(0), rate)
    return _mean(batch, -joint.logsumexp(1)) + later(model, batch, block, rng, options, posterior)


def _tied_later(
    model: LabModel, batch: Batch, block: int, rng: torch.Generator, options: Options, posterior: Tensor
) -> Tensor:
    """Where a part is known: with one z from the exact posterior of the whole block."""
    return _with_z(model, batch, block, rng, options.z[choose(posterior, rng)])


def _prior_later(
    model: LabModel, batch: Batch, block: int, rng: torch.Generator, options: Options, posterior: Tensor
) -> Tensor:
    """Where a part is known: with any z, which can only be ignored."""
    return _with_z(model, batch, block, rng, model.draw(len(batch.x0), block, rng))


def _own_later(
    model: LabModel, batch: Batch, block: int, rng: torch.Generator, options: Options, posterior: Tensor
) -> Tensor:
    """Where a part is known: its own sum over all z, as if z were drawn for that board alone."""
    size = _size(model)
    if size == 1:
        return torch.zeros(())
    few = torch.randperm(len(batch.x0), generator=rng)[:16]  # each of these boards is read with every z
    part = Batch(batch.x0[few], batch.share[few] / batch.share[few].sum())
    count = _counts(model, len(few), size - 1, rng)
    xt, hidden = _hide(model, part.x0, block, count, rng)
    return _mean(part, -log_joint(model, xt, part.x0, hidden, options).logsumexp(1) * size / count)
