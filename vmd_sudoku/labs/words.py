"""The words lab: five letters that must agree. Models with and without z write words in one call, in two and in five."""

import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vmd_sudoku.errors import ConfigError, DataError
from vmd_sudoku.labs import store
from vmd_sudoku.labs.latents import choose
from vmd_sudoku.labs.model import LabModel, ModelSettings, new_model
from vmd_sudoku.labs.results import Row, digest, grouped, means
from vmd_sudoku.labs.sampling import Sampler, sample
from vmd_sudoku.labs.training import Batch, Progress, TrainSettings, log_joint, train

DATA = Path(__file__).parent / "data"
LIST = DATA / "five-letter-words.txt"
"""4,442 words: SCOWL up to level 50, American and British (its notice is beside it)."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
RATE = 6e-3
HELD_OUT = 400
SPLIT_SEED = 0
FEWEST = 2 * HELD_OUT
MOST = 100_000
LONGEST = 12
BATCH = 384
SECONDS = 55.0
"""Of CPU that a training takes unless one says otherwise."""
POINTS = 64
"""Draws of the encoder for a word's likelihood."""

KINDS: dict[str, ModelSettings] = {
    "mdm": ModelSettings(latent="none", width=224, depth=3),
    "code": ModelSettings(latent="code", codes=3072, code_size=48, width=128, depth=1),
    "gaussian": ModelSettings(latent="gaussian", encoder=True, size=16, width=160, depth=2),
}
"""The models; the one without z has the most parameters of those that write."""
SHIPPED = ("mdm", "code")


@dataclass(frozen=True)
class Words:
    """Words of one length, as letters 0 to 25: train int64 [n, length], held_out int64 [400, length] that no model sees."""

    train: Tensor
    held_out: Tensor

    @property
    def length(self) -> int:
        """Letters of a word."""
        return self.train.shape[1]

    def batch(self, rng: torch.Generator) -> Batch:
        """Words to train on, drawn with replacement."""
        which = torch.randint(len(self.train), (BATCH,), generator=rng)
        return Batch(self.train[which], torch.full((BATCH,), 1 / BATCH))


def read_words(path: Path = LIST) -> Words:
    """A list of words, one a line, all of one length, of the letters a to z (capitals are lowered); 400 are held out.

    Raises:
        DataError: it cannot be read, a line is no such word, or there are too few or too many.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; give a list of words, one a line") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not text in UTF-8; save the list of words again") from None
    words = {word.strip().lower(): number for number, word in enumerate(lines, 1) if word.strip()}
    _check(path, words)
    # Sorted, so that the same list in another order is split the same way.
    letters = as_letters(sorted(words))
    order = torch.randperm(len(letters), generator=torch.Generator().manual_seed(SPLIT_SEED))
    return Words(letters[order[:-HELD_OUT]], letters[order[-HELD_OUT:]])


def _check(path: Path, words: dict[str, int]) -> None:
    if not FEWEST <= len(words) <= MOST:
        raise DataError(f"{path} has {len(words):,} different words; wanted {FEWEST:,} to {MOST:,}")
    length = len(next(iter(words)))
    for word, line in words.items():
        if not re.fullmatch("[a-z]+", word):
            raise DataError(f"{path}, line {line}: {word[:40]!r} has other signs than the letters a to z")
        if len(word) != length or not 2 <= length <= LONGEST:
            raise DataError(
                f"{path}, line {line}: {word[:40]!r} has {len(word)} letters, the first word {length}; wanted words of one "
                f"length, 2 to {LONGEST}"
            )


def as_letters(words: list[str]) -> Tensor:
    """Words of one length -> int64 [n, length]."""
    return torch.tensor([[LETTERS.index(letter) for letter in word] for word in words])


def as_text(letters: Tensor) -> list[str]:
    """int64 [n, length] -> words; `_` where a letter is masked."""
    signs = LETTERS + "_"
    return ["".join(signs[letter] for letter in word) for word in letters.tolist()]


def train_words(
    words: Words, kind: str, seconds: float, seed: int = 0, settings: ModelSettings | None = None
) -> Iterator[Progress]:
    """Train one of `KINDS` (or other sizes) for so many CPU seconds: one progress an update, the last with the model."""
    if kind not in KINDS:
        raise ConfigError(f"no model of words is called {kind!r}; choose one of {', '.join(KINDS)}")
    model = new_model(settings or KINDS[kind], words.length, len(LETTERS), seed)
    return train(model, words, TrainSettings(seconds=seconds, rate=RATE, seed=seed))


def load_shipped(kind: str) -> tuple[LabModel, Row]:
    """A shipped model of five-letter words and its card.

    Raises:
        CheckpointError: there is none of that name, or its file is damaged.
    """
    return store.load(DATA / f"words-{kind}.safetensors")


def complete(model: LabModel, pattern: str, count: int, how: Sampler, rng: torch.Generator) -> list[str]:
    """Words for a pattern such as `s__r_`: z from its posterior given the known letters, then the blanks.

    Raises:
        ConfigError: a pattern of another length or with other signs than letters and `_`.
    """
    length = model.shape.length
    if not re.fullmatch(f"[a-z_]{{{length}}}", pattern.lower()):
        raise ConfigError(f"a pattern has {length} signs, letters or _ for a blank; got {pattern!r}")
    known = torch.tensor([(LETTERS + "_").index(letter) for letter in pattern.lower()]).expand(count, -1)
    return as_text(sample(model, count, how, rng, known, z_given(model, known, rng)))


@torch.no_grad()
def z_given(model: LabModel, known: Tensor, rng: torch.Generator) -> Tensor | None:
    """z from its posterior given the known letters of equal patterns [n, length]: [n, size]; None without a latent."""
    if model.latent is None:
        return None
    options = model.latent.options(0, rng, 1 << 12)
    shown = known[:1] != model.shape.mask
    weights = log_joint(model, model.masked(1), known[:1].where(shown, 0), shown, options)
    return options.z[choose(weights.expand(len(known), -1), rng)]


@dataclass(frozen=True)
class Written:
    """What a model wrote.

    samples: how many; real: share of list words (train and held out) among them; distinct: different real words. new:
    different strings that are no training word; hits: held-out words among them; by_chance: held-out words that so many
    random one-letter changes of training words would hold on average; p: the chance of as many hits so.
    """

    samples: int
    real: float
    distinct: int
    new: int
    hits: int
    by_chance: float
    p: float


def judge(words: Words, written: Tensor) -> Written:
    """Count what was written [n, length] against the list."""
    train, held_out = _keys(words.train), _keys(words.held_out)
    keys = _keys(written)
    real = torch.isin(keys, torch.cat([train, held_out]))
    different = keys.unique()
    new = int((~torch.isin(different, train)).sum())
    hits = int(torch.isin(different, held_out).sum())
    rate = chance(words)
    return Written(
        len(keys), real.double().mean().item(), len(keys[real].unique()), new, hits, new * rate, _tail(hits, new, rate)
    )


def chance(words: Words) -> float:
    """Share of held-out words among all strings that differ from a training word by one letter and are none themselves."""
    size, n = len(LETTERS), len(words.train)
    changed = words.train[:, None, None].repeat(1, words.length, size, 1)
    for place in range(words.length):
        changed[:, place, :, place] = torch.arange(size)
    # Each string once: many are a letter away from several training words.
    keys = _keys(changed.view(n * words.length * size, -1)).unique()
    keys = keys[~torch.isin(keys, _keys(words.train))]
    return torch.isin(keys, _keys(words.held_out)).double().mean().item()


def _keys(letters: Tensor) -> Tensor:
    """A number for each word."""
    return (letters * len(LETTERS) ** torch.arange(letters.shape[1])).sum(1)


def _tail(hits: int, trials: int, rate: float) -> float:
    """P(at least `hits` of `trials` at that rate), binomial."""
    if not hits:
        return 1.0
    if not 0 < rate < 1:
        return float(rate >= 1)
    log_rate, log_miss = math.log(rate), math.log1p(-rate)
    # Logarithms: the binomial coefficients of thousands of trials are out of range.
    ways = (math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1) for k in range(hits, trials + 1))
    logs = [way + k * log_rate + (trials - k) * log_miss for k, way in enumerate(ways, hits)]
    # fsum: thousands of terms of very different size.
    return min(1.0, math.fsum(map(math.exp, logs)))


@torch.no_grad()
def one_call_nats(model: LabModel, letters: Tensor, rng: torch.Generator) -> float:
    """Mean -log p of words [n, length] written in one call, in nats: exact without a latent and with codes; with an encoder the
    importance-weighted bound (Burda et al. 2016) of `POINTS` draws."""
    boards, everything = model.masked(len(letters)), torch.ones_like(letters, dtype=torch.bool)
    if model.encoder is not None:
        posterior = model.encoder(letters, boards)
        terms = [_weight(model, letters, posterior.sample(rng), posterior) for _ in range(POINTS)]
        return float(-(torch.stack(terms).logsumexp(0) - math.log(POINTS)).mean())
    if model.latent is None:
        log_p = model(boards, None).log_softmax(-1).gather(-1, letters[..., None])
        return float(-log_p.sum((1, 2)).mean())
    joint = log_joint(model, boards, letters, everything, model.latent.options(0, rng, 1 << 14))
    return float(-joint.logsumexp(1).mean())


def _weight(model: LabModel, letters: Tensor, z: Tensor, posterior: Any) -> Tensor:
    log_p = model(model.masked(len(letters)), z).log_softmax(-1).gather(-1, letters[..., None]).sum((1, 2))
    prior = -0.5 * (z**2 + math.log(2 * math.pi)).sum(1)
    return log_p + prior - posterior.log_prob(z)


def measure(model: LabModel, words: Words, kind: str, seed: int = 0, samples: int = 10_000) -> list[Row]:
    """Rows for one, two and as many calls as letters, drawn tokens and, with z, argmax as well."""
    rng = torch.Generator().manual_seed(seed)
    nats = {"nats_train": one_call_nats(model, words.train[:HELD_OUT], rng)} | {
        "nats_held_out": one_call_nats(model, words.held_out, rng)
    }
    # Without z the most probable letters are the same word each time, so only draws are worth counting.
    ways = [("drawn", "random"), *([] if model.latent is None else [("argmax", "sure")])]
    rows = []
    for tokens, order in ways:
        for calls in (1, 2, words.length):
            how = Sampler(calls=calls, tokens=tokens, order=order)
            written = sample(model, samples, how, rng)
            what = {"model": kind, "tokens": tokens, "nfe": calls, "seed": seed, "parameters": model.parameter_count()}
            rows.append(what | asdict(judge(words, written)) | nats | {"examples": as_text(written[:12])})
    return rows


@dataclass(frozen=True)
class WordJob:
    """One model of words trained for a time."""

    words: Words
    kind: str
    seconds: float
    seed: int

    def key(self) -> str:
        """The settings and the words."""
        letters = digest(self.words.train.tolist(), self.words.held_out.tolist())
        return digest(KINDS[self.kind], self.seconds, self.seed, BATCH, letters)

    def line(self) -> str:
        """Model and seed."""
        return f"{self.kind}, seed {self.seed}"

    def run(self) -> list[Row]:
        """Train and measure."""
        *_, last = train_words(self.words, self.kind, self.seconds, self.seed)
        return [row | {"seconds": last.seconds} for row in measure(last.model, self.words, self.kind, self.seed)]


def measure_shipped(words: Words, kinds: tuple[str, ...], seed: int = 0) -> list[Row]:
    """Rows of the shipped models."""
    rows = []
    for kind in kinds:
        model, card = load_shipped(kind)
        rows += [row | {"seconds": card["seconds"]} for row in measure(model, words, kind, seed)]
    return rows


def over_seeds(rows: list[Row]) -> list[Row]:
    """One row for all seeds of the same thing: means, and half widths of intervals as `real_half` and so on."""
    return [
        group[0]
        | {"seeds": [one["seed"] for one in group]}
        | means(group, ("real", "nats_train", "nats_held_out", "seconds"))
        for group in grouped(rows, ("model", "tokens", "nfe"))
    ]


def markdown(rows: list[Row], chance_rate: float) -> str:
    """The table of all rows (of `over_seeds`), and some of what was written."""
    head = (
        "| model | tokens | NFE | real words, % | different | new strings | held-out words among them | by chance | p "
    )
    lines = [head + "| nats a held-out word, one call | parameters | CPU s |", "| " + " | ".join(["---"] * 12) + " |"]
    for row in rows:
        half = f" ± {100 * row['real_half']:.1f}" if row["real_half"] is not None else ""
        cells = [row["model"], row["tokens"], row["nfe"], f"{100 * row['real']:.1f}{half}", f"{row['distinct']:,}"]
        cells += [f"{row['new']:,}", row["hits"], f"{row['by_chance']:.1f}", f"{row['p']:.2g}"]
        cells += [f"{row['nats_held_out']:.2f}", f"{row['parameters']:,}", f"{row['seconds']:.0f}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    examples = [f"{row['model']}, {row['tokens']}, NFE {row['nfe']}: {' '.join(row['examples'])}" for row in rows]
    seeds = ", ".join(map(str, rows[0]["seeds"]))
    note = (
        f"{rows[0]['samples']:,} words each, all letters masked at the start; seeds {seeds}, counts of the first. By chance: "
        f"{100 * chance_rate:.2f} % of all one-letter changes of training words are held-out words; p is the chance of as many "
        "hits at that rate (binomial)."
    )
    return "\n".join([note, "", *lines, "", "```", *examples, "```"]) + "\n"
