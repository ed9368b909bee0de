"""The text lab: block diffusion with and without z beside an autoregressive model, at equal parameters and equal time."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku.labs import blocks
from vmd_sudoku.labs.blocks import REACH, TextModel, TextSettings, new_text_model
from vmd_sudoku.labs.corpus import Corpus, as_text, ngram_bits, words_of
from vmd_sudoku.labs.figures import mean_interval
from vmd_sudoku.labs.results import Row, digest
from vmd_sudoku.labs.text_training import Budget, as_bits, train_text

CHARACTERS = 40_000
"""Held-out characters that are measured."""
REPEATS = 4
"""Draws of masks for each block of them."""
WEIGHTED_BLOCKS, DRAWS = 1_500, 16
WRITERS, LETTERS = 64, 192
PROMPT = 64


def sizes(block: int, width: int, codes: int) -> dict[str, TextSettings]:
    """The models of a block size: with z, and without z at as many parameters or a few more; block 1 is autoregressive."""
    vmd = TextSettings(block=block, codes=codes, width=width)
    enough = new_text_model(vmd, 0).parameter_count()
    return {"vmd": vmd, "mdm": matched(TextSettings(block=block, width=width), enough)}


def matched(settings: TextSettings, parameters: int) -> TextSettings:
    """The same model, just wide enough to have so many parameters."""
    while new_text_model(settings, 0).parameter_count() < parameters:
        # A search and no formula: a step is cheap, and parameters are counted where they are made.
        settings = replace(settings, width=settings.width + 2)
    return settings


def held_out_blocks(model: TextModel, corpus: Corpus, count: int) -> tuple[Tensor, Tensor]:
    """Contexts and blocks one after the other through the first held-out text, no letter twice."""
    size = model.settings.block
    letters = torch.from_numpy(corpus.held_out.astype(np.int64))[: REACH + 1 + count * size]
    with torch.no_grad():
        h = model.context(letters[None])[0, REACH:-size:size]
    return h, letters[REACH + 1 :].unfold(0, size, size)[: len(h)]


def measure_bits(model: TextModel, corpus: Corpus, rng: torch.Generator) -> Row:
    """Bits a held-out character: the bound letter by letter, in one call a block, and the importance-weighted bound."""
    size = model.settings.block
    h, x0 = held_out_blocks(model, corpus, CHARACTERS // size)
    bound = sum(blocks.bound_nats(model, h, x0, rng).mean().item() for _ in range(REPEATS)) / REPEATS
    few = slice(None, None, max(1, len(x0) // WEIGHTED_BLOCKS))  # spread, so that it is the same text as in the bound
    return {
        "bits": as_bits(bound, size),
        "bits_one_call": as_bits(blocks.one_call_nats(model, h, x0).mean().item(), size),
        "bits_weighted": as_bits(blocks.weighted_nats(model, h[few], x0[few], DRAWS, rng).mean().item(), size),
        "characters": len(x0) * size,
    }


def measure_samples(model: TextModel, corpus: Corpus, known: set[str], rng: torch.Generator) -> list[Row]:
    """What is written in one, two and as many calls a block as it has letters, after held-out prompts."""
    size = model.settings.block
    letters = torch.from_numpy(corpus.held_out.astype(np.int64))
    start = torch.randint(len(letters) - PROMPT, (WRITERS, 1), generator=rng)
    rows = []
    for calls in sorted({1, min(2, size), size}):
        whole = blocks.write(model, letters[start + torch.arange(PROMPT)], LETTERS // size, calls, rng)
        texts = [as_text(text.numpy()) for text in whole[:, PROMPT:]]
        rows.append({"calls": calls, **text_figures(texts, known), "example": texts[0]})
    return rows


def text_figures(texts: list[str], known: set[str]) -> Row:
    """Share of whole words that the training text has, and of runs of eight letters that came before in the same text."""
    # Without the first and the last, which may be parts of words.
    words = [word for text in texts for word in text.split(" ")[1:-1] if word]
    runs = [[text[i : i + 8] for i in range(len(text) - 7)] for text in texts]
    repeated = sum(len(run) - len(set(run)) for run in runs)
    return {
        "real_words": sum(word in known for word in words) / max(1, len(words)),
        "words": len(words),
        "repeated": repeated / max(1, sum(map(len, runs))),
    }


@dataclass(frozen=True)
class TextJob:
    """One model on a corpus for a time."""

    corpus: Corpus
    name: str
    settings: TextSettings
    budget: Budget
    seed: int

    def key(self) -> str:
        """The settings and the corpus."""
        letters = self.corpus.train.tobytes() + self.corpus.held_out.tobytes()
        return digest(self.name, self.settings, self.budget, self.seed, digest(letters), CHARACTERS)

    def line(self) -> str:
        """Model, block and seed."""
        return f"{self.name}, block {self.settings.block}, seed {self.seed}"

    def run(self) -> list[Row]:
        """Train and measure: one row."""
        *_, last = train_text(self.corpus, self.settings, self.budget, self.seed)
        # On the processor, so that figures of all machines are drawn from the same generator.
        model = last.model.cpu()
        rng = torch.Generator().manual_seed(self.seed)
        samples = measure_samples(model, self.corpus, words_of(self.corpus), rng)
        what = {"corpus": self.corpus.name, "model": self.name, "block": self.settings.block, "seed": self.seed}
        size = {"parameters": model.parameter_count(), "seconds": last.seconds, "updates": last.update}
        return [what | measure_bits(model, self.corpus, rng) | size | {"samples": samples}]


def jobs(
    corpus: Corpus, sizes_of: tuple[int, ...], budget: Budget, seeds: range, width: int, codes: int
) -> list[TextJob]:
    """VMD and MDM for each block size and an autoregressive model, all of as many parameters as the smallest VMD or more."""
    work = []
    for size in sizes_of:
        work += list(sizes(size, width, codes).items())
    fewest = min(new_text_model(settings, 0).parameter_count() for _, settings in work)
    work.append(("ar", matched(TextSettings(block=1, width=width), fewest)))
    return [TextJob(corpus, name, settings, budget, seed) for seed in seeds for name, settings in work]


def markdown(corpus: Corpus, rows: list[Row]) -> str:
    """Bits and samples of all models, and the paired difference between VMD and MDM."""
    parts = [
        f"{corpus.source}: {len(corpus.train):,} characters to train on, {rows[0]['characters']:,} held-out ones measured; "
        f"an n-gram model of five letters pays {ngram_bits(corpus):.3f} bits a held-out character. Mean over seeds "
        f"{', '.join(map(str, sorted({row['seed'] for row in rows})))}, ± half the width of the 95 % interval.",
        _bits_table(rows),
        _differences(rows),
        _sample_table(rows),
        "```\n" + "\n".join(_examples(rows)) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _groups(rows: list[Row]) -> dict[tuple[str, int], list[Row]]:
    found: dict[tuple[str, int], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["block"], row["model"] != "mdm", row["seed"])):
        found.setdefault((row["model"], row["block"]), []).append(row)
    return found


def _figure(values: list[float], digits: int = 3) -> str:
    mean, half = mean_interval(values)
    return f"{mean:.{digits}f}" + (f" ± {half:.{digits}f}" if math.isfinite(half) else "")


def _bits_table(rows: list[Row]) -> str:
    head = f"| model | block | bound, bits | weighted bound ({DRAWS} draws), bits | one call a block, bits "
    lines = [head + "| parameters | CPU s | updates |", "| " + " | ".join(["---"] * 8) + " |"]
    for (name, block), group in _groups(rows).items():
        figures = [_figure([row[key] for row in group]) for key in ("bits", "bits_weighted", "bits_one_call")]
        mean = [sum(row[key] for row in group) / len(group) for key in ("parameters", "seconds", "updates")]
        lines.append(f"| {name} | {block} | " + " | ".join([*figures, *(f"{value:,.0f}" for value in mean)]) + " |")
    return "\n".join(lines)


def _differences(rows: list[Row]) -> str:
    """Bits by which the VMD is below the MDM, seed by seed."""
    groups, lines = _groups(rows), ["| block | MDM minus VMD: bound, bits | one call, bits |", "| --- | --- | --- |"]
    for block in sorted({block for name, block in groups if name == "vmd"}):
        pairs = list(zip(groups["mdm", block], groups["vmd", block], strict=True))
        gains = [_figure([mdm[key] - vmd[key] for mdm, vmd in pairs]) for key in ("bits", "bits_one_call")]
        lines.append(f"| {block} | {gains[0]} | {gains[1]} |")
    return "\n".join(lines)


def _sample_table(rows: list[Row]) -> str:
    lines = [
        "| model | block | calls a block | real words, % | repeated runs of eight letters, % |",
        "| --- | --- | --- | --- | --- |",
    ]
    for (name, block), group in _groups(rows).items():
        for number, sample in enumerate(group[0]["samples"]):
            figures = [
                _figure([100 * row["samples"][number][key] for row in group], 1) for key in ("real_words", "repeated")
            ]
            lines.append(f"| {name} | {block} | {sample['calls']} | {figures[0]} | {figures[1]} |")
    return "\n".join(lines)


def _examples(rows: list[Row]) -> list[str]:
    firsts = [(name, block, group[0]) for (name, block), group in _groups(rows).items()]
    return [
        f"{name}, block {block}, calls {one['calls']}: {one['example'][:96]}"
        for name, block, row in firsts
        for one in row["samples"]
    ]


def report(corpus: Corpus, rows: list[Row], version: str, machine: dict[str, Any]) -> Row:
    """All rows with what a reader needs to judge them."""
    return {
        "rows": rows,
        "corpus": corpus.source,
        "ngram_bits": ngram_bits(corpus),
        "version": version,
        "machine": machine,
    }
