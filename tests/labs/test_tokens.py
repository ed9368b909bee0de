import itertools
import math

import pytest
import torch

from vmd_sudoku.errors import ConfigError, DataError
from vmd_sudoku.labs import tokens as sets

LN10 = math.log(10)


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "mine.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "sequences", "entropy", "ties"),
    [("pairs", 10, LN10, 1), ("D1", 10, LN10, 3), ("D2", 100, 2 * LN10, 2)],
)
def test_a_tie_of_two_uniform_digits_costs_ln_10(name, sequences, entropy, ties):
    tokens = sets.named(name)
    assert len(tokens.sequences) == sequences
    assert tokens.entropy() == pytest.approx(entropy)
    assert tokens.total_correlation() == pytest.approx(ties * LN10)


def test_weighted_pairs_are_as_the_paper_says():
    tokens = sets.named("pairs-weighted")
    first = tokens.sequences[:, 0]
    torch.testing.assert_close(tokens.probability, (first + 1).double() / 55)
    # Either token tells the other one, so the total correlation is the entropy of one.
    assert tokens.total_correlation() == pytest.approx(tokens.entropy())


def test_total_correlation_is_the_kl_from_the_product_of_marginals():
    tokens = sets.from_table(
        "three", torch.tensor([[0, 0, 1], [0, 1, 0], [1, 1, 1], [2, 0, 1]]), torch.tensor([1, 2, 3, 4])
    )
    product = tokens.marginals()[torch.arange(3), tokens.sequences].prod(1)
    kl = (tokens.probability * (tokens.probability / product).log()).sum()
    assert tokens.total_correlation() == pytest.approx(float(kl))


def test_blocks_pay_only_for_ties_inside_them():
    assert sets.named("D1").total_correlation(blocks=2) == pytest.approx(LN10)  # (k, k+1), then nothing is open
    assert sets.named("D2").total_correlation(blocks=2) == pytest.approx(2 * LN10)
    assert sets.named("D2").total_correlation(blocks=4) == pytest.approx(0)
    with pytest.raises(ConfigError, match="do not divide into 3"):
        sets.named("D1").total_correlation(blocks=3)


def test_the_joint_of_two_tokens_adds_up():
    joint = sets.named("D2").joint(0, 2)
    torch.testing.assert_close(joint, torch.full((10, 10), 0.01, dtype=torch.float64))
    assert sets.named("D1").joint(0, 1).count_nonzero() == 10


def test_far_apart_tokens_are_tied_and_the_others_noise():
    tokens = sets.named("D1", distance=16)
    drawn = tokens.draw(4000, torch.Generator().manual_seed(0))
    assert drawn.shape == (4000, 64)
    tied = drawn[:, list(tokens.places)]
    assert ((tied.diff(dim=1) - 1) % 10 == 0).all()
    assert tokens.total_correlation() == pytest.approx(3 * LN10)
    noise = torch.bincount(drawn[:, 1], minlength=10)
    assert noise.min() > 300
    assert noise.max() < 500


def test_drawn_sequences_have_the_weights():
    tokens = sets.named("pairs-weighted")
    counts = torch.bincount(tokens.draw(55_000, torch.Generator().manual_seed(0))[:, 0], minlength=10)
    assert ((counts - 1000 * torch.arange(1, 11)).abs() < 500).all()


def test_a_csv_file_with_weights_and_without(csv):
    tokens = sets.from_csv(csv("red,green\nblue,red\nred,green\n"))
    assert tokens.symbols == ("red", "blue", "green")
    assert {tokens.text(s): p for s, p in zip(tokens.sequences, tokens.probability.tolist(), strict=True)} == {
        "red green": pytest.approx(2 / 3),
        "blue red": pytest.approx(1 / 3),
    }
    tokens = sets.from_csv(csv("a,b,weight\n1, 2 ,3\n\n2,1,1\n", "utf-8-sig"))
    assert tokens.probability.tolist() == [0.75, 0.25]
    assert "2 sequences of 2 tokens over 2 symbols" in sets.describe(tokens)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no sequences"),
        ("a,b,weight\n", "holds no sequences"),
        ("1,2\n1,2,3\n", "row 2 has 3 fields, the first one 2"),
        ("1,2\n3,\n", "row 2, field 2 is empty"),
        ("1,2\n1,2\n", "two different sequences"),
        ("1\n2\n", "sequences of 1 tokens"),
        ("a,b,weight\n1,2,0\n", "the weight is '0'"),
        ("a,b,weight\n1,2,many\n", "the weight is 'many'"),
        ("a,b,weight\n1,2,inf\n", "the weight is 'inf'"),
        ("\n".join(f"{k},x" for k in range(70)), "71 different symbols"),
        ("1,2\n" * 10_100, "more than 10,000 rows"),
        ("\n".join(",".join(row) for row in itertools.product("0123456789", repeat=4)), "10,000 different sequences"),
        ('"1,2\n', "not CSV text"),
    ],
)
def test_a_bad_csv_file_is_one_line(csv, text, message):
    with pytest.raises(DataError, match=message) as error:
        sets.from_csv(csv(text))
    assert "\n" not in str(error.value)


def test_no_csv_file_and_no_text_are_one_line(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        sets.from_csv(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00,1\n")
    with pytest.raises(DataError, match="not CSV text in UTF-8"):
        sets.from_csv(tmp_path / "bytes.csv")


def test_ten_million_rows_are_refused_without_reading_them(csv):
    read = 0

    def lines():
        nonlocal read
        for _ in range(10**7):
            read += 1
            yield ["1", "2"]

    with pytest.raises(DataError, match="more than 10,000 rows"):
        sets._rows(csv(""), lines())
    assert read < 11_000


def test_unknown_names_and_distances_are_refused():
    with pytest.raises(ConfigError, match="no token set is called 'D3'; choose one of pairs"):
        sets.named("D3")
    with pytest.raises(ConfigError, match="distance must be 1 to 64"):
        sets.named("D1", distance=65)
