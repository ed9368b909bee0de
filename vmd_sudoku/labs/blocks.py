"""Block diffusion of text: letters in blocks, each given all letters before it; with a code z for each block, or without.

With everything in a block masked, a code adds its own logits to those of the context, so that the sum over all K codes costs
four small matrix products a block: log p(x_i | z, h) = a_i[x_i] + u_i[z, x_i] - log sum_x exp(a_i[x] + u_i[z, x]).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vmd_sudoku.diffusion.bound import masked_nats
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs.denoiser import Denoiser, Shape
from vmd_sudoku.labs.latents import choose

DILATIONS = (1, 2, 4, 8, 16, 1)
REACH = sum(DILATIONS)
"""Letters before a block that it can depend on, less one."""


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """block: letters written together (1 is an autoregressive model); codes: K of z, 0 without (masked diffusion).

    Raises:
        ConfigError: a size below 1, or codes for blocks of one letter, which have nothing to tie.
    """

    block: int = 4
    codes: int = 0
    width: int = 128
    depth: int = 2
    symbols: int = 27

    def __post_init__(self) -> None:
        if min(self.block, self.width, self.depth, self.symbols) < 1 or self.codes < 0:
            raise ConfigError(f"sizes of a text model must be 1 or more, got {self}")
        if self.codes and self.block == 1:
            raise ConfigError("a block of one letter has nothing that a latent could tie; take a larger block")


class Context(nn.Module):
    """A causal stack of dilated convolutions of width two: what is known of the text up to each letter."""

    def __init__(self, symbols: int, width: int) -> None:
        super().__init__()
        self.letters = nn.Embedding(symbols, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in DILATIONS)
        self.layers = nn.ModuleList(nn.Linear(2 * width, width) for _ in DILATIONS)

    def forward(self, text: Tensor) -> Tensor:
        """int64 [b, t] -> [b, t, width]; each place depends on itself and on those before it."""
        h = self.letters(text)
        for dilation, norm, layer in zip(DILATIONS, self.norms, self.layers, strict=True):
            seen = norm(h)
            # Padded in front and cut behind: no place may see a letter after itself.
            before = nn.functional.pad(seen, (0, 0, dilation, 0))[:, : seen.shape[1]]
            h = h + nn.functional.silu(layer(torch.cat([seen, before], -1)))
        return h


class TextModel(nn.Module):
    """p(block | letters before): a context h, a denoiser of the block given h, and a code z with p(z | h)."""

    def __init__(self, settings: TextSettings) -> None:
        super().__init__()
        self.settings = settings
        block, codes, width, symbols = settings.block, settings.codes, settings.width, settings.symbols
        self.context = Context(symbols, width)
        self.denoiser = Denoiser(Shape(length=block, symbols=symbols, width=width, depth=settings.depth, z=width))
        if codes:
            self.prior = nn.Linear(width, codes)
            self.alone = nn.Linear(width, block * symbols)
            self.pattern = nn.Parameter(torch.randn(block, codes, symbols) * 0.5)
            self.code = nn.Embedding(codes, width)

    @property
    def mask(self) -> int:
        """The letter that is not known."""
        return self.settings.symbols

    def log_codes(self, h: Tensor, x0: Tensor) -> tuple[Tensor, Tensor]:
        """log p(z | h) and log p(x0 | z, h) of whole blocks in one call, for all codes: [n, K] each.

        h [n, width], x0 int64 [n, block].
        """
        log_p = h.new_zeros(len(h), self.settings.codes)
        for logits, pattern, letter in zip(*self._first(h), x0.T, strict=True):
            # Largest terms are taken out before exp and added to the logarithm again: else both could leave the
            # range of floats.
            top, peak = logits.amax(-1, keepdim=True), pattern.amax(-1)
            total = (logits - top).exp() @ (pattern - peak[:, None]).exp().T
            found = logits.gather(1, letter[:, None]) + pattern.T[letter]
            log_p = log_p + found - total.clamp_min(1e-30).log() - top - peak
        return self.prior(h).log_softmax(-1), log_p

    def _first(self, h: Tensor) -> tuple[Tensor, Tensor]:
        return self.alone(h).unflatten(-1, (self.settings.block, -1)).transpose(0, 1), self.pattern

    def logits(self, h: Tensor, xt: Tensor, z: Tensor | None) -> Tensor:
        """Logits of the block [n, block, symbols] given the context [n, width], what is known of it and the code int64 [n]."""
        if z is None:
            return self.denoiser(xt, h)
        first = self.alone(h).unflatten(-1, (self.settings.block, -1)) + self.pattern[:, z].transpose(0, 1)
        known = (xt != self.mask).any(1)[:, None, None]  # with nothing known the sum over codes must stay exact
        return first + self.denoiser(xt, h + self.code(z)) * known

    def parameter_count(self) -> int:
        """All numbers of the model."""
        return sum(p.numel() for p in self.parameters())


def new_text_model(settings: TextSettings, seed: int) -> TextModel:
    """A model with the initial weights of `seed`; torch's global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return TextModel(settings)


def hide(model: TextModel, x0: Tensor, count: Tensor, rng: torch.Generator) -> Tensor:
    """Blocks with `count` [n] random letters masked."""
    order = torch.rand(x0.shape, generator=rng, device=rng.device).argsort(-1).argsort(-1)
    return x0.where(order >= count[:, None], model.mask)


def part_nats(model: TextModel, h: Tensor, x0: Tensor, most: int, rng: torch.Generator, z: Tensor | None) -> Tensor:
    """An unbiased draw of the mean over k = 1 … `most` masked letters of their cross-entropy times block / k: [n]."""
    count = torch.randint(1, most + 1, (len(x0),), generator=rng, device=rng.device)
    xt = hide(model, x0, count, rng)
    return masked_nats(model.logits(h, xt, z), x0, xt == model.mask) * model.settings.block / count


def loss(model: TextModel, h: Tensor, x0: Tensor, rng: torch.Generator) -> Tensor:
    """Nats a block, [n]. Without z the bound of masked diffusion. With z the exact -log p(x0 | h) of one call, and the letters'
    cross-entropy where a part is known, with one z from the exact posterior."""
    block = model.settings.block
    if not model.settings.codes:
        return part_nats(model, h, x0, block, rng, None)
    prior, log_p = model.log_codes(h, x0)
    joint = prior + log_p
    # z is drawn from the exact posterior, so it knows the block; the part that is known is then read with it.
    z = choose(joint.detach(), rng)
    return -joint.logsumexp(1) + part_nats(model, h, x0, block - 1, rng, z)


@torch.no_grad()
def bound_nats(model: TextModel, h: Tensor, x0: Tensor, rng: torch.Generator) -> Tensor:
    """An unbiased draw of the bound on -log p(x0 | h) of writing letter by letter in random order, [n].

    With z its KL(q || p(z | h)) is in it, q being the exact posterior of one call.
    """
    if not model.settings.codes:
        return part_nats(model, h, x0, model.settings.block, rng, None)
    prior, log_p = model.log_codes(h, x0)
    posterior = (prior + log_p).log_softmax(1)
    kl = (posterior.exp() * (posterior - prior)).sum(1)
    return kl + part_nats(model, h, x0, model.settings.block, rng, choose(posterior, rng))


@torch.no_grad()
def one_call_nats(model: TextModel, h: Tensor, x0: Tensor) -> Tensor:
    """Exact -log p(x0 | h) of writing the whole block in one call, [n]."""
    if model.settings.codes:
        return -torch.stack(model.log_codes(h, x0)).sum(0).logsumexp(1)
    everything = torch.full_like(x0, model.mask)
    return masked_nats(model.logits(h, everything, None), x0, torch.ones_like(x0, dtype=torch.bool))


@torch.no_grad()
def weighted_nats(model: TextModel, h: Tensor, x0: Tensor, draws: int, rng: torch.Generator) -> Tensor:
    """The importance-weighted bound (Burda et al. 2016) with so many draws of z and of the order of letters, [n]."""
    terms = [_one_order(model, h, x0, rng) for _ in range(draws)]
    return -(torch.stack(terms).logsumexp(0) - torch.tensor(float(draws)).log())


def _one_order(model: TextModel, h: Tensor, x0: Tensor, rng: torch.Generator) -> Tensor:
    """log p(x0, z | h, order) - log q(z) for one random order and one z from q."""
    z, total = None, torch.zeros(len(x0))
    if model.settings.codes:
        prior, log_p = model.log_codes(h, x0)
        posterior = (prior + log_p).log_softmax(1)
        z = choose(posterior, rng)
        total = (prior - posterior).gather(1, z[:, None])[:, 0]
    order = torch.rand(x0.shape, generator=rng, device=rng.device).argsort(-1)
    xt = torch.full_like(x0, model.mask)
    for place in order.T[:, :, None]:
        letter = x0.gather(1, place)
        log_p = model.logits(h, xt, z).log_softmax(-1)
        at = log_p.gather(1, place[..., None].expand(-1, 1, log_p.shape[-1]))[:, 0]
        total = total + at.gather(1, letter)[:, 0]
        xt = xt.scatter(1, place, letter)
    return total


@torch.no_grad()
def write(model: TextModel, start: Tensor, blocks: int, calls: int, rng: torch.Generator) -> Tensor:
    """Go on with texts [n, t] for so many blocks, each in `calls` calls, letters drawn at random places.

    Returns [n, t + blocks * block].
    """
    text, size = start, model.settings.block
    # Differences of rounded totals: whatever the number of calls, they add up to the block.
    per_call = [(size * (call + 1)) // calls - size * call // calls for call in range(calls)]
    for _ in range(blocks):
        h = model.context(text[:, -REACH - 1 :])[:, -1]
        z = choose(model.prior(h), rng) if model.settings.codes else None
        xt = torch.full((len(text), size), model.mask)
        for count in filter(None, per_call):
            p = model.logits(h, xt, z).softmax(-1)
            drawn = torch.multinomial(p.flatten(0, 1), 1, generator=rng).view_as(xt)
            rank = torch.rand(xt.shape, generator=rng).masked_fill(xt != model.mask, -1)
            xt = xt.scatter(1, rank.topk(count, -1).indices, drawn.gather(1, rank.topk(count, -1).indices))
        text = torch.cat([text, xt], 1)
    return text
