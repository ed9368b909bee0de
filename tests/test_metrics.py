import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.metrics import mcnemar, wilson_interval


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


def test_mcnemar_is_the_binomial_tail_on_both_sides():
    # By hand: 2 * (1 + 10 + 45) / 1024, and 2 * (1 + 4) / 16.
    assert mcnemar(2, 8) == pytest.approx(0.109375)
    assert mcnemar(3, 1) == pytest.approx(0.625)
    assert mcnemar(0, 0) == mcnemar(5, 5) == 1


@given(st.integers(0, 500), st.integers(0, 500))
def test_mcnemar_knows_no_sides_and_shrinks_with_more_of_the_same(a, b):
    p = mcnemar(a, b)
    assert 0 < p <= 1
    assert p == mcnemar(b, a)
    if a > b:
        assert mcnemar(a + 1, b) < p or p == 1


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="-1"):
        mcnemar(-1, 3)
