"""What the shipped models of words write, in values that a page shows; no Streamlit. Rude words are hidden, and counted."""

import codecs
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from app.labs.training import ZMap
from vmd_sudoku.labs import words
from vmd_sudoku.labs.latents import Codes
from vmd_sudoku.labs.model import LabModel
from vmd_sudoku.labs.sampling import Sampler, sample

SHOWN = 40
SAMPLES = 1_000
SIDE = 33
"""Steps of the square between four words, each way."""
GUESSES = 300
"""Words for a pattern."""
HIDDEN = "•••••"
_NOT_SHOWN = Path(__file__).with_name("not-shown.txt")


@dataclass(frozen=True)
class Word:
    """kind: `real` (in the list that was learnt), `held` (real, and never seen in training) or `new` (no word of the list)."""

    text: str
    kind: str
    count: int = 1


@dataclass(frozen=True)
class Page:
    """Words to show, how many were hidden beside them, and the share of real ones among all that were written."""

    words: tuple[Word, ...]
    hidden: int
    samples: int
    real: float
    distinct: int


@cache
def _blocked() -> tuple[frozenset[str], tuple[str, ...]]:
    lines = [line for line in _NOT_SHOWN.read_text(encoding="utf-8").split() if line.strip("*").isalpha()]
    plain = [codecs.encode(line, "rot13") for line in lines]
    return frozenset(line for line in plain if line[0] != "*"), tuple(line[1:] for line in plain if line[0] == "*")


def is_hidden(word: str) -> bool:
    """Whether a class should not see it."""
    exact, parts = _blocked()
    return word in exact or any(part in word for part in parts)


@cache
def _kinds() -> dict[str, str]:
    lists = words.read_words()
    real = dict.fromkeys(words.as_text(lists.train), "real")
    return real | dict.fromkeys(words.as_text(lists.held_out), "held")


def kind_of(word: str) -> str:
    """As in `Word.kind`."""
    return _kinds().get(word, "new")


@cache
def model(name: str) -> LabModel:
    """A shipped model, `mdm` or `code`."""
    return words.load_shipped(name)[0]


def way(name: str, calls: int, tokens: str) -> Sampler:
    """How a model writes: an MDM always draws its letters, since its most probable word is one and the same."""
    drawn = name == "mdm" or tokens == "drawn"
    return Sampler(calls=calls, tokens="drawn" if drawn else "argmax", order="random" if drawn else "sure")


def write(name: str, calls: int, tokens: str, seed: int) -> Page:
    """A page of words from nothing, of `SAMPLES` that are written."""
    rng = torch.Generator().manual_seed(seed)
    texts = words.as_text(sample(model(name), SAMPLES, way(name, calls, tokens), rng))
    return _page([Word(text, kind_of(text)) for text in texts])


def complete(name: str, pattern: str, calls: int, tokens: str, seed: int) -> Page:
    """What a model makes of a pattern such as `s__r_`, each word once, the commonest first.

    Raises:
        ConfigError: not five signs of a to z and `_`.
    """
    rng = torch.Generator().manual_seed(seed)
    texts = words.complete(model(name), pattern, GUESSES, way(name, calls, tokens), rng)
    return _page([Word(text, kind_of(text), count) for text, count in Counter(texts).most_common()])


def _page(found: list[Word]) -> Page:
    samples = sum(word.count for word in found)
    real = [word for word in found if word.kind != "new"]
    seen = [word for word in found[: SHOWN + 8] if not is_hidden(word.text)][:SHOWN]
    last = found.index(seen[-1]) + 1 if seen else 0
    hidden = sum(is_hidden(word.text) for word in found[:last])
    share = sum(word.count for word in real) / samples
    return Page(tuple(seen), hidden, samples, share, len({word.text for word in real}))


@torch.no_grad()
def square(seed: int) -> tuple[ZMap, tuple[str, ...]]:
    """What one call writes for each z between four codes that write real words, and those words: the corners, row by row."""
    vmd = model("code")
    assert isinstance(vmd.latent, Codes)
    rng = torch.Generator().manual_seed(seed)
    drawn = vmd.latent.draw(64, 0, rng)
    texts = words.as_text(vmd(vmd.masked(1), drawn).argmax(-1))
    good = {text: z for text, z in zip(texts, drawn, strict=True) if kind_of(text) != "new" and not is_hidden(text)}
    names = tuple(good)[:4]
    corners = torch.stack([good[name] for name in names]).view(2, 2, -1)
    part = torch.linspace(0, 1, SIDE)
    rows = torch.lerp(corners[0], corners[1], part[:, None, None])  # [side, 2, size]
    z = torch.lerp(rows[:, None, 0], rows[:, None, 1], part[None, :, None])
    written = vmd(vmd.masked(1), z.view(-1, z.shape[-1])).argmax(-1)
    distinct, labels = torch.unique(written, dim=0, return_inverse=True)
    shown = words.as_text(distinct)
    legal = tuple(kind_of(text) != "new" for text in shown)
    seen = tuple(HIDDEN if is_hidden(text) else text for text in shown)
    return ZMap("square", SIDE, SIDE, tuple(labels.tolist()), seen, legal, edge=1.0), names
