"""The dependency lab: train on a token set in seconds, frame by frame, and look at what is written."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.labs.figures import Fit, sampled_fit, which
from vmd_sudoku.labs.latents import Codes
from vmd_sudoku.labs.model import LabModel, ModelSettings, new_model
from vmd_sudoku.labs.sampling import ANCESTRAL, PAPER, Sampler, sample
from vmd_sudoku.labs.tokens import TokenSet
from vmd_sudoku.labs.training import Batch, TrainSettings, train

WHOLE_SET = 300
"""Up to so many sequences an update takes them all, each with its probability."""
DRAWN = 128
"""Else it draws so many."""
MAP_SIDE = 41
MAP_EDGE = 2.5
"""The map of a two-dimensional z is a square of so many standard deviations to each side: it holds 97.5 % of the prior."""


@dataclass(frozen=True)
class TokenSource:
    """A token set as something to train on. drawn: batches are drawn, even where the set is small."""

    tokens: TokenSet
    drawn: bool = False

    def batch(self, rng: torch.Generator) -> Batch:
        """All sequences with their probabilities, or a drawn batch."""
        tokens = self.tokens
        if len(tokens.sequences) > WHOLE_SET or self.drawn:
            return Batch(tokens.draw(DRAWN, rng), torch.full((DRAWN,), 1 / DRAWN))
        return Batch(tokens.fill(tokens.sequences, rng), tokens.probability.float(), whole=True)


@dataclass(frozen=True)
class Frame:
    """A training at one moment.

    update: from 1; done: part of the training, 1 in the last frame; seconds: of CPU, without looking. loss: nats a sequence.
    model: the averaged weights (live: they move on with the next frame). samples: int64 [n, length], `fit` is theirs. joint:
    float [symbols, symbols], how often each pair of tokens was written at the first two tied places. z_map: number of the
    sequence that each z writes, -1 where it is none of the set: int64 [side, side] over -2.5 to 2.5 of a two-dimensional
    Gaussian (first axis down), [K] for codes, else None.
    """

    update: int
    done: float
    seconds: float
    loss: float
    model: LabModel
    samples: Tensor
    fit: Fit
    joint: Tensor
    z_map: Tensor | None


def train_tokens(
    tokens: TokenSet,
    model: ModelSettings,
    settings: TrainSettings,
    *,
    how: Sampler | None = None,
    every: int = 25,
    samples: int = 1000,
) -> Iterator[Frame]:
    """Train on a token set; a frame after every `every` updates and at the end. Closing the generator stops it at once.

    how: the way samples are written; the default is the paper's with z and drawn tokens without, one call a block. The last
    frame's model is the trained one.

    Raises:
        ConfigError: sizes that do not fit the set.
    """
    new = new_model(model, tokens.length, len(tokens.symbols), settings.seed)
    how = how or usual_sampler(new)
    source = TokenSource(tokens, drawn=new.latent is None)
    for progress in train(new, source, settings):
        if progress.done < 1 and progress.update % every:
            continue
        rng = torch.Generator().manual_seed(settings.seed)  # frames differ by what was learnt alone
        written = sample(progress.model, samples, how, rng)
        yield Frame(
            progress.update,
            progress.done,
            progress.seconds,
            progress.loss,
            progress.model,
            written,
            sampled_fit(tokens, written),
            joint(tokens, written),
            z_map(progress.model, tokens),
        )


def trained(tokens: TokenSet, model: ModelSettings, settings: TrainSettings) -> Frame:
    """The last frame of a training."""
    *_, last = train_tokens(tokens, model, settings, every=2**62)
    return last


def usual_sampler(model: LabModel) -> Sampler:
    """One call a block: the paper's way with z, drawn tokens without."""
    way = ANCESTRAL if model.latent is None else PAPER
    return Sampler(calls=model.settings.blocks, tokens=way.tokens, order=way.order)


def joint(tokens: TokenSet, written: Tensor) -> Tensor:
    """Shares of the pairs of tokens at the first two tied places of samples [n, length]: float64 [symbols, symbols]."""
    first, second = (written[:, place] for place in tokens.places[:2])
    size = len(tokens.symbols)
    return torch.bincount(first * size + second, minlength=size**2).double().view(size, size) / len(written)


def z_map(model: LabModel, tokens: TokenSet) -> Tensor | None:
    """What one call writes for each z of the first block, as in `Frame.z_map`; only where a block is the whole sequence."""
    written = written_map(model)
    return None if written is None else which(tokens, written.flatten(0, -2)).view(written.shape[:-1])


@torch.no_grad()
def written_map(model: LabModel) -> Tensor | None:
    """The sequences themselves that one call writes for each z of `z_map`: int64 [side, side, length] or [K, length]."""
    kind, blocks = model.settings.latent, model.settings.blocks
    if kind == "none" or blocks > 1 or (kind == "gaussian" and model.settings.size != 2):
        return None
    z = model.latent.table if isinstance(model.latent, Codes) else plane()
    written = model(model.masked(1), z.view(-1, z.shape[-1])).argmax(-1)
    return written.view(*z.shape[:-1], -1)


def plane() -> Tensor:
    """The square of two-dimensional z that a map shows: [side, side, 2]."""
    line = torch.linspace(-MAP_EDGE, MAP_EDGE, MAP_SIDE)
    return torch.stack(torch.meshgrid(line, line, indexing="ij"), -1)
