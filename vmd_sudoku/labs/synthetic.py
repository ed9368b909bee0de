"""The paper's table of synthetic tokens beside ours: several seeds, with intervals and with the KL that needs no samples."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import torch

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs.dependency import trained, usual_sampler
from vmd_sudoku.labs.figures import Fit, bias, exact_fit, sampled_fit
from vmd_sudoku.labs.model import LabModel, ModelSettings
from vmd_sudoku.labs.results import Row, digest, grouped, means
from vmd_sudoku.labs.sampling import Sampler, law, sample
from vmd_sudoku.labs.tokens import TokenSet
from vmd_sudoku.labs.training import LATER, TrainSettings

SAMPLES = 10_000
"""What the paper's figures seem to rest on."""
SAMPLE_SEED = 10_007
MANY = 32
"""From so many different contents of a block on, a training is longer."""
HUNDREDS = 200
"""From so many on, longer still, and an MDM is wider, so that it is the larger one."""

PAPER: dict[tuple[str, int, int], dict[str, tuple[float, float]]] = {
    ("D1", 2, 4): {"mdm": (0.994, 0.007), "vmd": (1.0, 0.012)},
    ("D1", 2, 2): {"mdm": (0.101, 2.298), "vmd": (0.942, 0.068)},
    ("D1", 1, 4): {"mdm": (0.993, 0.010), "vmd": (1.0, 0.033)},
    ("D1", 1, 1): {"mdm": (0.001, 9.422), "vmd": (0.873, 0.165)},
    ("D2", 2, 4): {"mdm": (0.993, 0.018), "vmd": (1.0, 0.018)},
    ("D2", 2, 2): {"mdm": (0.011, 7.656), "vmd": (0.886, 0.148)},
    ("D2", 1, 4): {"mdm": (0.991, 0.015), "vmd": (1.0, 0.475)},
    ("D2", 1, 1): {"mdm": (0.011, 7.493), "vmd": (0.800, 0.268)},
}
"""Accuracy and KL by set, blocks and calls (arXiv 2510.23606)."""


@dataclass(frozen=True)
class Kind:
    """A way to model: its `model` and `latent` in a row, and how it is trained (`objective`). short: its name in a command."""

    short: str
    name: str
    model: str
    latent: str
    objective: str


KINDS = (
    Kind("mdm", "MDM", "mdm", "none", "bound"),
    Kind("code", "VMD, code", "vmd", "code", "sum"),
    Kind("gaussian", "VMD, gaussian", "vmd", "gaussian", "weights"),
    Kind("encoder", "VMD, gaussian, encoder", "vmd", "gaussian", "encoder"),
)
"""Without a latent; a code, summed exactly; a Gaussian by importance weights; by encoder and bound, as in the paper."""


@dataclass(frozen=True)
class Case:
    """One training: a set, a number of blocks, a kind, a seed and where z of later calls comes from."""

    tokens: TokenSet
    blocks: int
    kind: Kind
    seed: int
    later: str = "tied"

    def settings(self) -> tuple[ModelSettings, TrainSettings]:
        """Sizes and updates that fit the set."""
        how = train_settings(self.tokens, self.blocks, self.kind, self.seed)
        return model_settings(self.tokens, self.blocks, self.kind), replace(how, later=self.later)

    def key(self) -> str:
        """The settings and the set itself."""
        tokens = self.tokens
        return digest(
            self.settings(), tokens.name, tokens.sequences.tolist(), tokens.probability.tolist(), tokens.places
        )

    def line(self) -> str:
        """Set, blocks, kind and seed."""
        return f"{self.tokens.name}, blocks {self.blocks}, {self.kind.name}, seed {self.seed}"

    def run(self) -> list[Row]:
        """Train once and measure it in as few and in as many calls as there are: a row for each, with this seed alone."""
        last = trained(self.tokens, *self.settings())
        tied = len(self.tokens.places)
        more = [tied] if tied > self.blocks and not self.tokens.has_noise else []
        return [_row(self, last.model, nfe, last.seconds) for nfe in [self.blocks, *more]]


def model_settings(tokens: TokenSet, blocks: int, kind: Kind) -> ModelSettings:
    """Sizes that fit the set: some three codes for each content of a block, four numbers of a Gaussian z (two with an encoder,
    where more only cost KL)."""
    codes = 64
    while codes < 2.5 * contents(tokens, blocks):
        codes *= 2
    encoder = kind.objective == "encoder"
    width = 128 if kind.latent == "none" and contents(tokens, blocks) >= HUNDREDS else 64
    return ModelSettings(
        latent=kind.latent, encoder=encoder, codes=codes, size=2 if encoder else 4, blocks=blocks, width=width
    )


def train_settings(tokens: TokenSet, blocks: int, kind: Kind, seed: int) -> TrainSettings:
    """Updates that are enough for the set; all sets of the paper take seconds."""
    few, many, hundreds = {
        "bound": (1500, 3000, 6000),
        "sum": (600, 800, 2000),
        "weights": (800, 1500, 1500),
        "encoder": (1200, 2000, 2000),
    }[kind.objective]
    count = contents(tokens, blocks)
    updates = hundreds if count >= HUNDREDS else many if count > MANY else few
    return TrainSettings(updates=updates, draws=512 if blocks == 1 else 64, seed=seed)


def contents(tokens: TokenSet, blocks: int) -> int:
    """Most different contents that a block has."""
    size = tokens.length // blocks
    block_of = torch.tensor(tokens.places) // size
    parts = [tokens.sequences[:, block_of == block] for block in range(blocks)]
    return max(len(torch.unique(part, dim=0)) for part in parts if part.shape[1])


def cases(
    sets: list[TokenSet],
    blocks: tuple[int, ...],
    seeds: range,
    later: str = "tied",
    kinds: tuple[str, ...] = (),
) -> list[Case]:
    """Everything that the table needs, long trainings first so that processes end together. A set that does not divide into a
    number of blocks has no row for it. kinds: short names, all without any.

    Raises:
        ConfigError: nothing is left to do, or an unknown `later` or kind.
    """
    known = {kind.short: kind for kind in KINDS}
    if later not in LATER:
        raise ConfigError(f"unknown z of later calls {later!r}; choose one of {', '.join(LATER)}")
    if unknown := set(kinds) - set(known):
        raise ConfigError(f"unknown kind {', '.join(sorted(unknown))}; choose from {', '.join(known)}")
    possible = [(tokens, count) for tokens in sets for count in blocks if tokens.length % count == 0]
    if not possible:
        numbers = " or ".join(map(str, blocks))
        raise ConfigError(f"none of the sets divides into {numbers} equal blocks; choose a divisor of its length")
    wanted = [(tokens, count, kind) for tokens, count in possible for kind in KINDS if kind.short in (kinds or known)]
    every = [Case(*what, seed, later) for seed in seeds for what in wanted]
    # By seed first, so that an interrupted run has whole seeds to show.
    return sorted(every, key=lambda case: (case.seed, -len(case.tokens.sequences)))


def _row(case: Case, model: LabModel, nfe: int, seconds: float) -> Row:
    tokens, usual = case.tokens, usual_sampler(model)
    how = Sampler(calls=nfe, tokens=usual.tokens, order=usual.order)
    # Far from the seeds of trainings, so that samples are no draws that a model was trained on.
    rng = torch.Generator().manual_seed(SAMPLE_SEED + case.seed)
    found = sampled_fit(tokens, sample(model, SAMPLES, how, rng))
    return {
        "set": tokens.name,
        "distance": tokens.length // len(tokens.places),
        "blocks": case.blocks,
        "nfe": nfe,
        "model": case.kind.model,
        "latent": case.kind.latent,
        "objective": case.kind.objective,
        "later": case.later,
        "seed": case.seed,
        "accuracy": found.accuracy,
        "kl": found.kl,
        # Beside the paper's way: with 10,000 samples even a right model has a KL above 0.
        "kl_unbiased": found.kl - bias(len(tokens.sequences), SAMPLES),
        "missing": found.missing,
        **_exact(tokens, model, how, rng),
        "total_correlation": tokens.total_correlation(case.blocks),
        "seconds": seconds,
        "parameters": model.parameter_count(),
    }


def _exact(tokens: TokenSet, model: LabModel, how: Sampler, rng: torch.Generator) -> Row:
    written = law(model, tokens.sequences, how, rng, tokens.places)
    fit: Fit | None = None if written is None else exact_fit(tokens, written)
    return {
        "accuracy_exact": fit and fit.accuracy,
        "kl_exact": fit and fit.kl,
        "is_sum": model.latent is None or model.latent.is_exact,
    }


WHAT = ("set", "distance", "blocks", "nfe", "model", "latent", "objective", "later")
"""The fields that say what a row is about."""
FIGURES = ("accuracy", "kl", "kl_unbiased", "missing", "accuracy_exact", "kl_exact", "seconds")


def over_seeds(rows: list[Row]) -> list[Row]:
    """One row for all seeds of the same thing: means, half widths of intervals, and every seed's figures as `each`."""
    order = {kind: number for number, kind in enumerate((kind.latent, kind.objective) for kind in KINDS)}
    found = [_mean_row(sorted(group, key=lambda row: row["seed"])) for group in grouped(rows, WHAT)]
    return sorted(
        found,
        key=lambda row: (
            row["set"],
            row["distance"],
            -row["blocks"],
            -row["nfe"],
            order[row["latent"], row["objective"]],
        ),
    )


def _mean_row(group: list[Row]) -> Row:
    row = {name: group[0][name] for name in (*WHAT, "is_sum", "total_correlation", "parameters")}
    row["seeds"] = [one["seed"] for one in group]
    row |= means(group, FIGURES)
    row["each"] = [{name: one[name] for name in FIGURES} for one in group]
    return row


def markdown(rows: list[Row]) -> str:
    """Accuracy, KL the paper's way, exact KL and seconds, the paper's figures beside ours."""
    seeds = len(rows[0]["seeds"])
    parts = [
        f"Mean of {seeds} seeds, with half the width of the 95 % interval (Student's t) where it is not zero; {SAMPLES:,} "
        "samples.",
        "### Accuracy, %",
        _table(rows, lambda row: _with_half(row, "accuracy", 100, 2), lambda paper: f"{100 * paper[0]:.1f}"),
        "### KL(data || written), nats, the paper's way (shares of the samples, floor 1e-8)",
        _table(rows, lambda row: _with_half(row, "kl", 1, 4), lambda paper: f"{paper[1]:.3f}"),
        "### KL(data || written), nats, without samples",
        _table(rows, lambda row: _with_half(row, "kl_exact", 1, 4), None),
        "### CPU seconds of a training",
        _table(rows, lambda row: _with_half(row, "seconds", 1, 1), None),
    ]
    return "\n\n".join(parts) + "\n"


def _with_half(row: Row, name: str, scale: float, digits: int) -> str:
    if row[name] is None:
        return ""
    text = f"{scale * row[name]:.{digits}f}".replace("-0.0000", "0.0000")
    half = f"{scale * (row[f'{name}_half'] or 0.0):.{digits}f}"
    return text if float(half) == 0 else f"{text} ± {half}"


def _table(rows: list[Row], cell: Callable[[Row], str], paper: Callable[[tuple[float, float]], str] | None) -> str:
    theirs = ["paper MDM", "paper VMD"] if paper else []
    kinds = [kind for kind in KINDS if any(_is(row, kind) for row in rows)]
    lines = [["set", "blocks", "NFE", "total correlation", *theirs, *(kind.name for kind in kinds)]]
    lines.append(["---"] * len(lines[0]))
    for name, distance, blocks, nfe in dict.fromkeys(tuple(row[k] for k in WHAT[:4]) for row in rows):
        here = [row for row in rows if tuple(row[k] for k in WHAT[:4]) == (name, distance, blocks, nfe)]
        known = PAPER.get((name, blocks, nfe)) if distance == 1 else None
        cells = [_of_paper(known, model, paper) for model in ("mdm", "vmd")] if paper else []
        cells += [next((cell(row) for row in here if _is(row, kind)), "") for kind in kinds]
        label = name if distance == 1 else f"{name}, {distance} apart"
        lines.append([label, str(blocks), str(nfe), f"{here[0]['total_correlation']:.3f}", *cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _of_paper(
    known: dict[str, tuple[float, float]] | None, model: str, show: Callable[[tuple[float, float]], str]
) -> str:
    return show(known[model]) if known else ""


def _is(row: Row, kind: Kind) -> bool:
    return (row["latent"], row["objective"]) == (kind.latent, kind.objective)


def report(rows: list[Row], version: str, machine: dict[str, object]) -> Row:
    """All rows with what a reader needs to judge them."""
    kinds = [asdict(kind) for kind in KINDS]
    return {"rows": rows, "kinds": kinds, "samples": SAMPLES, "version": version, "machine": machine}
