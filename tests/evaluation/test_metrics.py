import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.evaluation import metrics
from vmd_sudoku.evaluation.metrics import anytime_p, mcnemar, wilson_interval


def test_the_interval_is_the_published_one():
    # Newcombe 1998, table I, method 3 (without continuity correction).
    for successes, trials, low, high in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)]:
        assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate(case):
    successes, trials = case
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= high <= 1
    if trials:
        assert low - 1e-12 <= successes / trials <= high + 1e-12


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="0 to 3"):
        wilson_interval(4, 3)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_paired_test_counts_every_split_of_a_fair_coin_that_is_as_uneven(first, second):
    n = first + second
    as_uneven = [wins for wins in range(n + 1) if abs(2 * wins - n) >= abs(first - second)]
    assert mcnemar(first, second) == pytest.approx(sum(math.comb(n, wins) for wins in as_uneven) / 2**n)


def test_the_paired_test_has_known_values():
    assert (mcnemar(0, 0), mcnemar(3, 3), mcnemar(0, 5), mcnemar(5, 1)) == (1, 1, 0.0625, 0.21875)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        mcnemar(-1, 2)


def test_a_test_that_is_watched_is_seldom_wrong_at_any_moment(rng):
    """Equal sides: the exact test falls below 0.05 at some moment in every fifth race, this one in no more than 5 %."""
    watched = exact = 0
    for tosses in rng.random((400, 100)) < 0.5:
        watched += anytime_p(tosses.tolist()) <= 0.05
        wins = tosses.cumsum()
        exact += any(mcnemar(int(w), n - int(w)) < 0.05 for n, w in enumerate(wins, 1))
    assert watched / 400 < 0.05
    assert exact / 400 > 0.15


def test_a_test_that_is_watched_is_the_ratio_of_likelihoods():
    assert anytime_p([]) == 1
    assert anytime_p([True, False]) == 1
    for wins, losses in ((6, 0), (30, 4), (4, 30)):
        n = wins + losses
        last = (n + 1) * math.comb(n, wins) / 2**n
        for tosses in ([True] * wins + [False] * losses, [False] * losses + [True] * wins):
            assert anytime_p(tosses) <= last * (1 + 1e-9)
    assert anytime_p([True] * 10) == pytest.approx(11 / 2**10)
    # What was once shown stays shown.
    assert anytime_p([True] * 10 + [False] * 10) == pytest.approx(11 / 2**10)


def test_mcnemar_of_many_pairs_is_that_of_whole_numbers(monkeypatch):
    exact = [metrics.mcnemar(*pair) for pair in ((400, 480), (3, 700), (440, 440))]
    monkeypatch.setattr(metrics, "_EXACT_PAIRS", 0)
    assert [metrics.mcnemar(*pair) for pair in ((400, 480), (3, 700), (440, 440))] == pytest.approx(exact, rel=1e-9)
    assert 0 <= metrics.mcnemar(1_000_000, 990_000) < 1e-6


def test_holm_corrects_the_smallest_most_and_keeps_the_order():
    assert metrics.holm([0.04, 0.01, 0.5]) == pytest.approx([0.08, 0.03, 0.5])
    assert metrics.holm([0.02, 0.015]) == pytest.approx([0.03, 0.03])
    assert metrics.holm([0.9, 0.8]) == [1, 1]
    assert metrics.holm([]) == []


def test_no_win_in_very_many_pairs_is_a_power_of_two():
    # As logarithms: beside numbers as small as these, any tolerance of their own is wide.
    assert math.log(metrics.mcnemar(0, 1001)) == pytest.approx(-1000 * math.log(2))
    assert math.log(metrics.mcnemar(1, 1001)) == pytest.approx(math.log(1003) - 1001 * math.log(2))
