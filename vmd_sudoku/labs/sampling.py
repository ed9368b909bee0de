"""Writing sequences with a lab's model, and the exact probability with which it writes them, where that can be summed."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.diffusion.schedule import Budget
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs.latents import Options
from vmd_sudoku.labs.model import LabModel

ROWS = 1 << 15
"""Sequences that are written together."""
POINTS = 1 << 16
"""Values of a Gaussian z that stand for its integral."""
FEWEST_POINTS = 1 << 12
MOST_PATHS = 1 << 12
"""Sets of known places that are summed over in a block."""


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """calls: of the denoiser in all, shared out equally over the blocks (NFE). tokens: `argmax`, or `drawn` from the
    probabilities. order: `sure`, the most probable places first, or `random`. renew_z: another z at every call (VADD, arXiv
    2505.17384) instead of one for the block.

    Raises:
        ConfigError: an unknown name, or no call.
    """

    calls: int = 1
    tokens: str = "argmax"
    order: str = "sure"
    renew_z: bool = False

    def __post_init__(self) -> None:
        if self.tokens not in ("argmax", "drawn") or self.order not in ("sure", "random"):
            raise ConfigError(f"tokens are argmax or drawn and the order is sure or random, got {self}")
        if self.calls < 1:
            raise ConfigError(f"the number of calls (NFE) must be 1 or more, got {self.calls}")

    def counts(self, model: LabModel) -> list[int]:
        """Places that each call of a block fills; all of them together fill it."""
        blocks = model.settings.blocks
        if self.calls % blocks:
            raise ConfigError(f"{self.calls} calls do not divide into {blocks} blocks; choose a multiple of {blocks}")
        left, counts = torch.tensor([model.shape.length // blocks]), []
        budget = Budget(calls=self.calls // blocks)
        for call in range(self.calls // blocks):
            due = budget.due(left, call).clamp(max=left)
            counts.append(int(due))
            left = left - due
        return [count for count in counts if count]


PAPER = Sampler()
"""How the paper writes with z: one z, the most probable token of the surest places."""
ANCESTRAL = Sampler(tokens="drawn", order="random")
"""How masked diffusion without a latent writes: each token drawn, places in random order."""


@torch.no_grad()
def sample(
    model: LabModel,
    count: int,
    how: Sampler,
    rng: torch.Generator,
    xt: Tensor | None = None,
    z: Tensor | None = None,
) -> Tensor:
    """`count` whole sequences int64 [count, length].

    `xt` [count, length] has places that are known from the start; `z` [count, size] is the first one instead of a draw.
    """
    boards = (model.masked(count) if xt is None else xt).split(ROWS)
    given = [None] * len(boards) if z is None else z.split(ROWS)
    return torch.cat([_sample(model, part, how, rng, first) for part, first in zip(boards, given, strict=True)])


def _sample(model: LabModel, xt: Tensor, how: Sampler, rng: torch.Generator, first: Tensor | None) -> Tensor:
    for block in range(model.settings.blocks):
        for number, count in enumerate(how.counts(model)):
            if number == 0 or how.renew_z:
                z = first if first is not None else model.draw(len(xt), block, rng)
                # A z from outside is the first block's first alone; later ones are drawn.
                first = None
            xt = call(model, xt, z, block, count, how, rng)
    return xt


def call(
    model: LabModel,
    xt: Tensor,
    z: Tensor | None,
    block: int,
    count: int,
    how: Sampler,
    rng: torch.Generator | None = None,
) -> Tensor:
    """The boards [n, length] after one call: `count` masked places of the block are filled, or all that there are."""
    p = model(xt, z).softmax(-1)
    token = p.argmax(-1) if how.tokens == "argmax" else _draw(p, rng)
    rank = p.amax(-1) if how.order == "sure" else torch.rand(xt.shape, generator=rng)
    free = torch.zeros_like(xt, dtype=torch.bool)
    free[:, model.block(block)] = True
    free &= xt == model.shape.mask
    # Where fewer places are free than asked for, topk takes others too; `put` leaves these out.
    chosen = rank.masked_fill(~free, -1).topk(count, -1).indices
    put = torch.zeros_like(free).scatter(1, chosen, True) & free
    return token.where(put, xt)


def _draw(p: Tensor, rng: torch.Generator | None) -> Tensor:
    """A token for each place: the exponential race (argmin of E/p) draws by p."""
    return (torch.empty_like(p).exponential_(generator=rng) / p.clamp_min(1e-38)).argmin(-1)


@torch.no_grad()
def law(
    model: LabModel, sequences: Tensor, how: Sampler, rng: torch.Generator, places: tuple[int, ...] | None = None
) -> Tensor | None:
    """Probability with which `model` writes each of `sequences` [m, tied] at `places`: float64 [m]; None where no sum is known.

    Without a latent and with codes the figure is exact; an integral over a Gaussian z is a mean over `POINTS` even points.
    """
    places = tuple(range(model.shape.length)) if places is None else places
    if how.tokens == "argmax":
        # In random order one would have to sum over orders as well.
        return _written_law(model, sequences, how, rng, places) if how.order == "sure" else None
    return _drawn_law(model, sequences, how, rng, places) if how.order == "random" else None


def _options(model: LabModel, block: int, rng: torch.Generator, boards: int) -> Options:
    if model.latent is None:
        return Options(torch.zeros(1, 1), torch.zeros(1))
    # Fewer points where many boards each need them: the product is what costs.
    points = max(FEWEST_POINTS, POINTS // boards)
    return model.latent.options(block, rng, points)


def _written_law(
    model: LabModel, sequences: Tensor, how: Sampler, rng: torch.Generator, places: tuple[int, ...]
) -> Tensor:
    """Every z writes one sequence: add up the weights of those that write the same."""
    boards, weight = model.masked(1), torch.ones(1, dtype=torch.float64)
    counts = how.counts(model)
    for block in range(model.settings.blocks):
        for part in [[count] for count in counts] if how.renew_z else [counts]:
            options = _options(model, block, rng, len(boards))
            boards, weight = _merged(list(_written(model, boards, weight, options, block, part, how)))
    return _weights_of(boards[:, list(places)], weight, sequences)


def _written(
    model: LabModel, boards: Tensor, weight: Tensor, options: Options, block: int, counts: list[int], how: Sampler
) -> Iterator[tuple[Tensor, Tensor]]:
    """What boards become with each z, and with what weight."""
    for z, log_weight in zip(options.z.split(ROWS), options.log_weight.split(ROWS), strict=True):
        for board, share in zip(boards, weight, strict=True):
            xt = board.expand(len(z), -1)
            for count in counts:
                xt = call(model, xt, None if model.latent is None else z, block, count, how)
            # Merged part by part: thousands of z write few different sequences, and only these are kept.
            yield _merged([(xt, share * log_weight.double().exp())])


def _merged(parts: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    boards, which = torch.unique(torch.cat([xt for xt, _ in parts]), dim=0, return_inverse=True)
    weight = torch.cat([share for _, share in parts])
    return boards, torch.zeros(len(boards), dtype=torch.float64).index_add(0, which, weight)


def _weights_of(boards: Tensor, weight: Tensor, sequences: Tensor) -> Tensor:
    """Sum of the weights of boards equal to each of the distinct `sequences`."""
    _, which = torch.unique(torch.cat([sequences, boards]), dim=0, return_inverse=True)
    total = torch.zeros(int(which.max()) + 1, dtype=torch.float64).index_add(0, which[len(sequences) :], weight)
    return total[which[: len(sequences)]]


def _drawn_law(
    model: LabModel, sequences: Tensor, how: Sampler, rng: torch.Generator, places: tuple[int, ...]
) -> Tensor | None:
    """Sum over z and over the orders in which places may be known, block by block given the true earlier ones."""
    has_noise = len(places) < model.shape.length
    one_call = len(how.counts(model)) == 1 and model.settings.blocks == 1
    size = model.shape.length // model.settings.blocks
    if not one_call and (has_noise or 2**size > MOST_PATHS):
        return None
    x0 = torch.zeros(len(sequences), model.shape.length, dtype=torch.int64)
    x0[:, list(places)] = sequences
    total = torch.zeros(len(sequences), dtype=torch.float64)
    for block in range(model.settings.blocks):
        options = _options(model, block, rng, 1 if one_call else len(sequences))
        inside = [place for place in range(model.shape.length)[model.block(block)] if place in places]
        counts = [len(inside)] if one_call else how.counts(model)
        total += _log_drawn_block(model, x0, block, inside, counts, options, how.renew_z)
    return total.exp()


def _log_drawn_block(
    model: LabModel, x0: Tensor, block: int, inside: list[int], counts: list[int], options: Options, renew_z: bool
) -> Tensor:
    """log p(block of x0 | earlier): for every set of known places the probability to come there, call by call; [n]."""
    log_weight = options.log_weight.double()
    paths: dict[tuple[int, ...], Tensor] = {(): torch.zeros(len(x0), len(log_weight), dtype=torch.float64)}
    for count in counts:
        grown: dict[tuple[int, ...], Tensor] = {}
        for known, reached in paths.items():
            log_p = _log_p(model, x0, block, known, options)
            free = [place for place in inside if place not in known]
            # All sets of places are equally likely in random order, so each path has this part of the probability.
            split = math.log(math.comb(len(free), count))
            for chosen in itertools.combinations(free, count):
                nats = reached + log_p[..., list(chosen)].sum(-1) - split
                key = tuple(sorted((*known, *chosen)))
                grown[key] = torch.logaddexp(grown[key], nats) if key in grown else nats
        if renew_z:
            grown = {k: (v + log_weight).logsumexp(1, keepdim=True).expand_as(v) for k, v in grown.items()}
        paths = grown
    (reached,) = paths.values()
    return (reached + log_weight).logsumexp(1)


def _log_p(model: LabModel, x0: Tensor, block: int, known: tuple[int, ...], options: Options) -> Tensor:
    """log p(x0_i | earlier blocks and `known` places of x0, z), float64 [n, s, length]."""
    shown = torch.arange(x0.shape[1]) < model.block(block).start
    shown[list(known)] = True
    boards, which = torch.unique(x0.where(shown, model.shape.mask), dim=0, return_inverse=True)
    z = options.z[None] if model.latent is not None else None
    log_p = model(boards[:, None], z).double().log_softmax(-1)
    target = x0[:, None, :, None].expand(-1, log_p.shape[1], -1, 1)
    return log_p[which].gather(-1, target)[..., 0]
