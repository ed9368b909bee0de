"""Boards judged cell by cell against the rules as a person would apply them, and the sums that figures are made of."""

import math
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmd_sudoku.board import PEERS
from vmd_sudoku.evaluation import statistics, summary
from vmd_sudoku.evaluation.judging import Facts, Outcome
from vmd_sudoku.evaluation.metrics import wilson_interval
from vmd_sudoku.evaluation.shards import Shard
from vmd_sudoku.evaluation.statistics import Figures
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.solving.batch import Decoded

CLUES, SOLUTIONS = puzzles(12, seed=31)
CLUES[8:10, :] = np.where(np.arange(81) < 30, CLUES[8:10], 0)  # several solutions
CLUES[10] = 0
CLUES[10, [0, 8]] = 5  # none


def shard(stored=True):
    given_ones = SOLUTIONS.copy()
    if not stored:
        given_ones[3] = 0
    ratings = np.array([np.nan, *np.linspace(0.5, 12345.6, 11)])
    return Shard(0, 0, 0, CLUES, given_ones, ratings, np.arange(1, 13), tuple("abcdefghijkl"))


def decoded(rng):
    """Answers of every quality: right, with slips, with blanks, with a clue changed."""
    board = SOLUTIONS.copy()
    for row, share in enumerate((0, 0, 0.02, 0.1, 0.5, 0, 0.02, 1, 0, 0.1, 0.1, 0)):
        slips = rng.random(81) < share
        board[row] = np.where(slips, rng.integers(0, 10, 81), board[row])
    board[5, np.flatnonzero(CLUES[5])[0]] = 0
    whole = rng.integers(0, 9, (5, 12))
    sure = np.where(CLUES > 0, 1, rng.random((12, 81)).astype(np.float32))
    nats, stopped, draws = -rng.random(12).astype(np.float32), np.zeros(12, bool), rng.integers(0, 4, 12)
    return Decoded(board, *whole, nats=nats, sure=sure, stopped=stopped, draws=draws)


@pytest.fixture(scope="module")
def judged():
    facts = Facts.of(shard(), with_techniques=False)
    return facts, Outcome.of(facts, decoded(np.random.default_rng(2)), np.arange(12.0))


def test_what_is_true_of_a_puzzle_is_found_by_the_exact_solver(judged):
    facts, _ = judged
    assert facts.solutions.tolist() == [1] * 8 + [2, 2, 0, 1]
    assert (facts.exact[:8] == SOLUTIONS[:8]).all()
    assert not facts.exact[8:11].any()
    assert facts.technique is None


def test_every_cell_is_judged_as_a_person_would(judged):
    facts, ends = judged
    for row, (clues, board) in enumerate(zip(CLUES.tolist(), ends.decoded.board.tolist(), strict=True)):
        one = facts.solutions[row] == 1
        for cell, digit in enumerate(board):
            clashes = digit and any(board[peer] == digit for peer in PEERS[cell])
            changed = clues[cell] and digit != clues[cell]
            bad = digit != SOLUTIONS[row, cell] if one else changed or (clashes and not clues[cell])
            assert ends.wrong[row, cell] == bool(digit and bad)
            assert ends.right[row, cell] == (one and not clues[cell] and digit == SOLUTIONS[row, cell])
        full = 0 not in board
        legal = not any(d and d == board[peer] for cell, d in enumerate(board) for peer in PEERS[cell])
        true = all(not clue or clue == digit for clue, digit in zip(clues, board, strict=True))
        assert (ends.full[row], ends.legal[row], ends.clue_true[row]) == (full, legal, true)
        assert ends.solved[row] == (full and legal and true)
    assert 0 < ends.solved.sum() < 12


def part(facts, ends, rows):
    """The same of some puzzles alone."""

    def of(thing):
        return type(thing)(*(_pick(getattr(thing, field.name), rows) for field in fields(thing)))

    held = of(facts.shard)
    return Facts(held, facts.solutions[rows], facts.exact[rows], None), of(ends)


def _pick(value, rows):
    if isinstance(value, Decoded):
        return Decoded(*(getattr(value, field.name)[rows] for field in fields(value)))
    return value[rows] if isinstance(value, np.ndarray) else tuple(value[rows]) if isinstance(value, tuple) else value


def close(one, other):
    """Equal but for the rounding of sums."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        return all(close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == pytest.approx(other)


@settings(max_examples=25)
@given(st.sets(st.integers(1, 11)))
def test_sums_of_parts_are_the_sums_of_the_whole(judged, cuts):
    facts, ends = judged
    edges = [0, *sorted(cuts), 12]
    parts = [statistics.count(*part(facts, ends, slice(a, b))) for a, b in pairwise(edges)]
    whole = statistics.count(facts, ends)
    bits = np.concatenate([statistics.bits_of(one) for one in parts])
    assert (bits == ends.solved).all()
    assert (statistics.bits_of(whole) == ends.solved).all()
    del whole["bits"]  # of one part's puzzles: a sum of them means nothing
    assert close(statistics.total(parts), whole)
    assert close(statistics.total(parts[::-1]), whole)


def test_figures_are_rates_of_the_sums(judged):
    facts, ends = judged
    counts = statistics.count(facts, ends)
    row = Figures.of(counts).to_plain({"latents": 4, "prove": True})
    solved = int(ends.solved.sum())
    assert (row["boards"], row["solved"], row["accuracy"]) == (12, solved, solved / 12)
    assert row["interval"] == pytest.approx(wilson_interval(solved, 12), abs=1e-5)
    assert row["as_stored"] == int((ends.decoded.board == SOLUTIONS).all(1).sum())
    assert row["draws_until_solved"] == round(int(ends.decoded.draws.sum()) / solved, 2)
    assert row["proved"] == {
        word: int((ends.decoded.solutions == found).sum()) for found, word in enumerate(("none", "one", "several"))
    }
    assert row["mean_calls"] == round(ends.decoded.calls.mean(), 2)
    assert row["mean_backtracks"] == round(ends.decoded.undone.mean(), 2)
    assert row["mean_remasked"] == round(ends.decoded.remasked.mean(), 2)
    assert (row["seconds"], row["puzzles_per_s"]) == (66.0, round(12 / 66, 2))
    some = statistics.count(Facts.of(shard(stored=False), with_techniques=False), ends)
    assert "as_stored" not in Figures.of(some).to_plain({})
    nothing = Figures.of(statistics.NOTHING).to_plain({"latents": 4})
    assert (nothing["accuracy"], nothing["mean_calls"], nothing["puzzles_per_s"]) == (0, 0, 0)
    assert (nothing["interval"], nothing["draws_until_solved"]) == ([0, 1], None)


def test_confidence_is_compared_with_what_is_right(judged):
    """By bins: how many filled cells, the sum of their confidence, how many are right; of unique puzzles, clues aside."""
    facts, ends = judged
    counts, sure, right = statistics.count(facts, ends)["reliability"]
    bins = [[0, 0.0, 0] for _ in range(statistics.BINS)]
    for row in np.flatnonzero(facts.solutions == 1):
        for cell in np.flatnonzero((CLUES[row] == 0) & (ends.decoded.board[row] > 0)):
            of = float(ends.decoded.sure[row, cell])
            one = bins[min(int(of * statistics.BINS), statistics.BINS - 1)]
            one[0], one[1], one[2] = one[0] + 1, one[1] + of, one[2] + bool(ends.right[row, cell])
    assert counts == [one[0] for one in bins]
    assert sure == pytest.approx([one[1] for one in bins])
    assert right == [one[2] for one in bins]
    told = summary._reliability([counts, sure, right])
    gaps = [abs(one["confidence"] - one["right"]) * one["cells"] for one in told["bins"]]
    assert told["error"] == pytest.approx(sum(gaps) / sum(counts))
    assert summary._reliability([[0], [0], [0]]) == {"bins": [], "error": None}


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_ratings_are_grouped_by_three_digits_that_are_never_above_them(rating):
    group = float(statistics._rating(rating))
    assert group <= rating + 1e-8 * abs(rating)
    assert abs(rating - group) <= abs(rating) / 99
    assert len(f"{abs(group):.3g}".replace(".", "").lstrip("0")) <= 3 or abs(group) >= 1000 or "e" in f"{group:.3g}"


@pytest.mark.parametrize(
    ("rating", "said"),
    [(math.nan, ""), (0.0, "0.0"), (math.inf, "inf"), (1234.5, "1230"), (1.234, "1.23"), (5e-324, "5e-324")],
)
def test_ratings_in_words(rating, said):
    assert statistics._rating(rating) == said


@given(st.dictionaries(st.floats(0, 1e5).map(lambda x: f"{x:.6g}"), st.integers(1, 9), min_size=1, max_size=60))
def test_few_ratings_hold_every_puzzle_in_a_group_that_it_belongs_to(found):
    few = summary._few_ratings({group: [n, n // 2] for group, n in found.items()})
    assert 1 <= len(few) <= summary._RATING_GROUPS
    assert sum(n for _, (n, _) in few) == sum(found.values())
    edges = [tuple(map(float, name.split(" to "))) for name, _ in few]
    assert edges == sorted(edges)
    widths = [high - low for low, high in edges]
    assert widths == pytest.approx([widths[0]] * len(widths), rel=1e-3, abs=1e-9)
    for (low, high), (_, (n, _)) in zip(edges, few, strict=True):
        slack = 1e-4 * max(1, high)
        assert n <= sum(many for group, many in found.items() if low - slack <= float(group) <= high + slack)
