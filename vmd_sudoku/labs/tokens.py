"""Token sets: short sequences with a known joint distribution, the paper's or one's own."""

import csv
import io
import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from vmd_sudoku.errors import ConfigError, DataError

DIGITS = tuple("0123456789")
LONGEST = 256
MOST_SYMBOLS = 64
MOST_ROWS = 10_000
MOST_SEQUENCES = 1_000
"""Above these, sums over all sequences would no longer take moments."""


@dataclass(frozen=True, kw_only=True)
class TokenSet:
    """Sequences and the probability of each.

    sequences: int64 [m, tied], distinct, values 0 to len(symbols) - 1. probability: float64 [m], sums to 1. places: where the
    tied tokens stand in a sequence of `length`; all other places hold uniform noise, independent of everything.
    """

    name: str
    sequences: Tensor
    probability: Tensor
    symbols: tuple[str, ...]
    places: tuple[int, ...]
    length: int

    @property
    def has_noise(self) -> bool:
        """Whether tokens that depend on nothing stand between the tied ones."""
        return self.length > len(self.places)

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """Whole sequences, noise included: int64 [count, length]."""
        which = torch.multinomial(self.probability, count, replacement=True, generator=rng)
        return self.fill(self.sequences[which], rng)

    def fill(self, tied: Tensor, rng: torch.Generator) -> Tensor:
        """Tied tokens [n, tied] at their places, noise at the others: [n, length]."""
        if not self.has_noise:
            return tied
        whole = torch.randint(len(self.symbols), (len(tied), self.length), generator=rng)
        whole[:, list(self.places)] = tied
        return whole

    def marginals(self) -> Tensor:
        """Distribution of each tied token alone: float64 [tied, symbols]."""
        one_hot = torch.nn.functional.one_hot(self.sequences, len(self.symbols)).double()
        return (self.probability[:, None, None] * one_hot).sum(0)

    def joint(self, first: int, second: int) -> Tensor:
        """Distribution of two tied tokens together: float64 [symbols, symbols]."""
        table = torch.zeros(len(self.symbols), len(self.symbols), dtype=torch.float64)
        pair = (self.sequences[:, first], self.sequences[:, second])
        return table.index_put(pair, self.probability, accumulate=True)

    def entropy(self) -> float:
        """Nats of the tied tokens together."""
        return entropy(self.probability)

    def total_correlation(self, blocks: int = 1) -> float:
        """Sum of the entropies of single tokens minus that of all, each block given those before it, in nats.

        KL(data || product of its marginals): what an ideal masked diffusion without a latent pays that writes every block in
        one call (Watanabe 1960 for the quantity).
        """
        total, before = 0.0, 0.0
        for end in _ends(self, blocks):
            start = end - self.length // blocks
            inside = [i for i, place in enumerate(self.places) if start <= place < end]
            earlier = [i for i, place in enumerate(self.places) if place < start]
            total += sum(self._entropy_of([*earlier, i]) - before for i in inside)
            after = self._entropy_of([*earlier, *inside])
            total, before = total - (after - before), after
        # Rounding may leave a tiny number below 0.
        return max(0.0, total)

    def _entropy_of(self, tied: list[int]) -> float:
        if not tied:
            return 0.0
        _, which = torch.unique(self.sequences[:, tied], dim=0, return_inverse=True)
        return entropy(torch.zeros(int(which.max()) + 1, dtype=torch.float64).index_add(0, which, self.probability))

    def text(self, sequence: Tensor) -> str:
        """A sequence [any length] as its symbols."""
        return " ".join(self.symbols[token] for token in sequence.tolist())


def describe(tokens: TokenSet) -> str:
    """A line that says what a set is, so that a misread file is noticed."""
    return (
        f"{tokens.name}: {len(tokens.sequences):,} sequences of {tokens.length} tokens over {len(tokens.symbols)} symbols, "
        f"entropy {tokens.entropy():.3f} nats, total correlation {tokens.total_correlation():.3f} nats"
    )


def entropy(probability: Tensor) -> float:
    """-sum p ln p in nats; 0 ln 0 counts as 0."""
    return float(-torch.xlogy(probability, probability).sum())


def _ends(tokens: TokenSet, blocks: int) -> range:
    if blocks < 1 or tokens.length % blocks:
        raise ConfigError(f"{tokens.length} tokens do not divide into {blocks} equal blocks; choose a divisor")
    size = tokens.length // blocks
    return range(size, tokens.length + 1, size)


def from_table(
    name: str, sequences: Tensor, weights: Tensor | None = None, symbols: tuple[str, ...] = DIGITS
) -> TokenSet:
    """A set from rows [m, tied] and their weights [m], equal ones without; equal rows are added up.

    Raises:
        ConfigError: fewer than two different rows, or weights that are not all above 0 and finite.
    """
    # In doubles: exact sums are compared to the fourth decimal.
    weights = torch.ones(len(sequences), dtype=torch.float64) if weights is None else weights.double()
    if not (weights > 0).all() or not weights.isfinite().all():
        raise ConfigError("weights of sequences must be numbers above 0")
    distinct, which = torch.unique(sequences, dim=0, return_inverse=True)
    if len(distinct) < 2:
        raise ConfigError("a token set needs two different sequences or more: with one there is nothing to choose")
    share = torch.zeros(len(distinct), dtype=torch.float64).index_add(0, which, weights)
    length = distinct.shape[1]
    return TokenSet(
        name=name,
        sequences=distinct,
        probability=share / share.sum(),
        symbols=symbols,
        places=tuple(range(length)),
        length=length,
    )


def apart(tokens: TokenSet, distance: int) -> TokenSet:
    """The same set with each tied token `distance` places from the next, and noise on the places between.

    Raises:
        ConfigError: a distance below 1, or a sequence that gets longer than `LONGEST`.
    """
    length = len(tokens.places) * distance
    if distance < 1 or length > LONGEST:
        most = LONGEST // len(tokens.places)
        raise ConfigError(f"the distance must be 1 to {most} for {len(tokens.places)} tied tokens, got {distance}")
    places = tuple(place * distance for place in range(len(tokens.places)))
    return replace(tokens, places=places, length=length)


def _runs(length: int) -> Tensor:
    """(k, k+1, ... mod 10) for every k: [10, length]."""
    return (torch.arange(10)[:, None] + torch.arange(length)) % 10


def _pairs() -> TokenSet:
    return from_table("pairs", _runs(2))


def _weighted_pairs() -> TokenSet:
    return from_table("pairs-weighted", _runs(2), torch.arange(1, 11))


def _d1() -> TokenSet:
    return from_table("D1", _runs(4))


def _d2() -> TokenSet:
    pair = _runs(2)
    return from_table("D2", torch.cat([pair.repeat_interleave(10, 0), pair.repeat(10, 1)], 1))


def _sudoku4() -> TokenSet:
    """All grids of 4x4 cells: every row, column and box of 2x2 holds 1 to 4 once."""
    rows = list(itertools.permutations(range(4)))
    bands = [(*a, *b) for a, b in itertools.product(rows, repeat=2) if _fit(a, b)]
    grids = [[*top, *low] for top, low in itertools.product(bands, repeat=2) if _columns_fit(top, low)]
    return from_table("sudoku4", torch.tensor(grids), symbols=tuple("1234"))


def _fit(upper: tuple[int, ...], lower: tuple[int, ...]) -> bool:
    """Whether two rows fill two boxes."""
    return all(set(upper[box : box + 2]).isdisjoint(lower[box : box + 2]) for box in (0, 2))


def _columns_fit(top: tuple[int, ...], low: tuple[int, ...]) -> bool:
    """Whether two bands of two rows have four different values in each column."""
    return all(len({top[c], top[c + 4], low[c], low[c + 4]}) == 4 for c in range(4))


SETS: dict[str, Callable[[], TokenSet]] = {
    "pairs": _pairs,
    "pairs-weighted": _weighted_pairs,
    "D1": _d1,
    "D2": _d2,
    "sudoku4": _sudoku4,
}
"""The paper's sets (arXiv 2510.23606) over 0 to 9: (k, k+1), uniform and with P = (k+1)/55; (k, k+1, k+2, k+3); two
independent pairs side by side. And ours: the 288 Sudoku grids of 4x4 cells."""


def named(name: str, distance: int = 1) -> TokenSet:
    """A set of `SETS`, its tied tokens `distance` apart.

    Raises:
        ConfigError: an unknown name, or a distance that `apart` refuses.
    """
    if name not in SETS:
        raise ConfigError(f"no token set is called {name!r}; choose one of {', '.join(SETS)}, or give a CSV file")
    return apart(SETS[name](), distance)


def from_csv(path: Path) -> TokenSet:
    """A set from a CSV file: a sequence a row, a symbol a field. Where the first row ends in `weight`, it is a heading and the
    last field of each row is that sequence's weight.

    Raises:
        DataError: it cannot be read, has rows of different lengths or empty fields, a weight that is no number above 0, fewer
            than two different sequences, or more rows, symbols or tokens than a lab can sum over.
    """
    try:
        # utf-8-sig: spreadsheets begin their files with a byte order mark, which would become part of the first
        # symbol.
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = _rows(str(path), csv.reader(file, strict=True))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; give a CSV file of sequences") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not CSV text in UTF-8 ({error}); save it again as CSV") from None
    return _from_rows(str(path), path.stem, rows)


def from_text(text: str, name: str) -> TokenSet:
    """The same from a text, as people type it: where no line has a comma, symbols stand between spaces, or are single signs.

    Raises:
        DataError: as `from_csv`.
    """
    lines = text.replace("\t", " ").splitlines()
    try:
        if "," in text:
            return _from_rows(f"the {name}", name, _rows(f"the {name}", csv.reader(io.StringIO(text), strict=True)))
    except csv.Error as error:
        raise DataError(
            f"the {name} is not CSV text ({error}); write a sequence a line, commas between symbols"
        ) from None
    spaced = any(" " in line.strip() for line in lines)
    return _from_rows(
        f"the {name}", name, _rows(f"the {name}", (line.split() if spaced else list(line.strip()) for line in lines))
    )


def _rows(source: str, lines: Iterable[list[str]]) -> list[tuple[int, list[str]]]:
    """Number and fields of each row that is not blank."""
    filled = ((number, [field.strip() for field in line]) for number, line in enumerate(lines, 1) if any(line))
    # Two more than allowed, a heading and one row too many: enough to know, without reading a file of any length.
    rows = list(islice(filled, MOST_ROWS + 2))
    if len(rows) > MOST_ROWS + 1:
        raise DataError(
            f"{source} has more than {MOST_ROWS:,} rows; a token set is small: add up equal rows as weights"
        )
    return rows


def _from_rows(source: str, name: str, rows: list[tuple[int, list[str]]]) -> TokenSet:
    weighted = bool(rows) and rows[0][1][-1].lower() == "weight"
    body = rows[1:] if weighted else rows
    if not body:
        raise DataError(f"{source} holds no sequences; wanted one a row, a symbol a field")
    width = len(body[0][1])
    for number, fields in body:
        _check_row(source, number, fields, width)
    weights = [_weight(source, number, fields[-1]) for number, fields in body] if weighted else None
    table = [fields[:-1] if weighted else fields for _, fields in body]
    return _from_symbols(source, name, table, weights)


def _check_row(source: str, number: int, fields: list[str], width: int) -> None:
    if len(fields) != width:
        raise DataError(f"{source}, row {number} has {len(fields)} fields, the first one {width}; make all rows equal")
    if "" in fields:
        raise DataError(f"{source}, row {number}, field {fields.index('') + 1} is empty; write a symbol there")


def _weight(source: str, number: int, text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    # Written so that nan is refused, too.
    if not 0 < weight < math.inf:
        raise DataError(f"{source}, row {number}: the weight is {text!r}; wanted a number above 0")
    return weight


def _from_symbols(source: str, name: str, table: list[list[str]], weights: list[float] | None) -> TokenSet:
    # By length first, so that 2 comes before 10.
    symbols = tuple(sorted({symbol for row in table for symbol in row}, key=lambda s: (len(s), s)))
    if not 2 <= len(table[0]) <= LONGEST:
        raise DataError(f"{source} has sequences of {len(table[0])} tokens; wanted 2 to {LONGEST}")
    if len(symbols) > MOST_SYMBOLS:
        raise DataError(f"{source} has {len(symbols):,} different symbols; wanted at most {MOST_SYMBOLS}")
    number = {symbol: i for i, symbol in enumerate(symbols)}
    sequences = torch.tensor([[number[symbol] for symbol in row] for row in table])
    try:
        tokens = from_table(name, sequences, None if weights is None else torch.tensor(weights), symbols)
    except ConfigError as error:
        raise DataError(f"{source}: {error}") from None
    if len(tokens.sequences) > MOST_SEQUENCES:
        raise DataError(
            f"{source} has {len(tokens.sequences):,} different sequences; wanted at most {MOST_SEQUENCES:,}, since all are "
            "summed over"
        )
    return tokens
