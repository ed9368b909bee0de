import math

import pytest
import torch

from vmd_sudoku.errors import CheckpointError, ConfigError, DataError
from vmd_sudoku.labs import store, words
from vmd_sudoku.labs.model import ModelSettings, new_model
from vmd_sudoku.labs.sampling import Sampler


@pytest.fixture(scope="module")
def five():
    return words.read_words()


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def listed(tmp_path):
    def write(lines):
        path = tmp_path / "list.txt"
        path.write_text("\n".join(lines))
        return path

    return write


def many(count, length=3):
    letters = words.LETTERS
    return [letters[k // 676 % 26] + letters[k // 26 % 26] + letters[k % 26] for k in range(count)]


def test_the_shipped_list_has_its_notice_and_a_fixed_held_out_part(five):
    assert (words.DATA / "SCOWL.txt").read_text().count("Permission to use, copy, modify")
    assert len(five.train) + len(five.held_out) == 4442
    train, held_out = set(words.as_text(five.train)), set(words.as_text(five.held_out))
    assert len(held_out) == 400
    assert not train & held_out
    again = words.read_words()
    assert torch.equal(again.held_out, five.held_out)


def test_a_list_of_ones_own(listed):
    mine = words.read_words(listed([*many(900), "", "AAA"]))
    assert mine.length == 3
    assert len(mine.train) == 500


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "has 0 different words; wanted 800 to"),
        (["house"] * 900, "has 1 different words"),
        ([*many(900), "four"], "line 901: 'four' has 4 letters, the first word 3"),
        ([*many(900), "don't"], 'line 901: "don\'t" has other signs'),
        ([word[-1] for word in many(900)], "26 different words"),
    ],
)
def test_a_bad_list_is_one_line(listed, lines, message):
    with pytest.raises(DataError, match=message) as error:
        words.read_words(listed(lines))
    assert "\n" not in str(error.value)


def test_no_list_is_one_line(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        words.read_words(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError, match="not text in UTF-8"):
        words.read_words(tmp_path / "bytes")


def test_judging_counts_real_new_and_held_out(five):
    written = torch.cat([five.train[:3], five.train[:1], five.held_out[:2], words.as_letters(["zzzzz", "zzzzz"])])
    found = words.judge(five, written)
    assert (found.samples, found.real, found.distinct) == (8, 6 / 8, 5)
    assert (found.new, found.hits) == (3, 2)
    assert found.p < 0.01


def test_chance_is_the_rate_of_one_letter_changes():
    tiny = words.Words(words.as_letters(["ab", "cd"]), words.as_letters(["ad", "xx"]))
    # 2 x 25 changes of each, of which `ad` and `cb` come from both: 98 strings, one of them held out.
    assert words.chance(tiny) == pytest.approx(1 / 98)


@pytest.mark.parametrize(("hits", "trials", "rate"), [(3, 10, 0.2), (0, 5, 0.1), (5, 5, 0.5)])
def test_the_tail_is_binomial(hits, trials, rate):
    by_hand = sum(math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(hits, trials + 1))
    assert words._tail(hits, trials, rate) == pytest.approx(by_hand)


def test_nats_of_one_call_with_an_encoder_and_by_even_points_agree(five, rng):
    model = new_model(ModelSettings(latent="gaussian", encoder=True, size=2, width=16), 5, 26, seed=0)
    with_encoder = words.one_call_nats(model, five.held_out[:50], rng)
    model.encoder = None
    assert with_encoder == pytest.approx(words.one_call_nats(model, five.held_out[:50], rng), abs=0.02)


def test_a_word_costs_ln_26_a_letter_where_nothing_is_known(five, rng):
    model = new_model(ModelSettings(latent="code", codes=3), 5, 26, seed=0)
    with torch.no_grad():
        model.denoiser.out.weight.zero_()
        model.denoiser.out.bias.zero_()
    assert words.one_call_nats(model, five.held_out[:5], rng) == pytest.approx(5 * math.log(26), rel=1e-5)


def test_a_training_of_a_second_gets_better_than_single_letters(five):
    small = ModelSettings(latent="code", codes=64, code_size=8, width=32)
    *_, last = words.train_words(five, "code", 1.0, settings=small)
    rng = torch.Generator().manual_seed(0)
    independent = -math.fsum(
        (column := torch.bincount(five.train[:, i], minlength=26).double() / len(five.train)).xlogy(column).sum().item()
        for i in range(5)
    )
    assert words.one_call_nats(last.model, five.train[:400], rng) < independent + 0.5


@pytest.mark.parametrize("kind", words.SHIPPED)
def test_the_shipped_models_write_words(kind, five):
    model, card = words.load_shipped(kind)
    (row, *_) = words.measure(model, five, kind, samples=2000)
    assert row["real"] > {"mdm": 0.01, "code": 0.4}[kind]
    assert card["seconds"] > 0
    equal = words.load_shipped("mdm")[0].parameter_count()
    assert model.parameter_count() <= equal


def test_a_pattern_is_kept_and_z_listens_to_it(rng):
    model, _ = words.load_shipped("code")
    found = words.complete(model, "s__r_", 50, Sampler(), rng)
    assert all(word[0] == "s" and word[3] == "r" for word in found)
    listed = set(words.as_text(words.read_words().train))
    assert sum(word in listed for word in found) > 10
    with pytest.raises(ConfigError, match="a pattern has 5 signs"):
        words.complete(model, "s__r", 1, Sampler(), rng)


def test_a_damaged_or_missing_model_is_one_line(tmp_path):
    with pytest.raises(CheckpointError, match="no model words-none"):
        words.load_shipped("none")
    path = tmp_path / "bad.safetensors"
    path.write_bytes(b"12345678nonsense")
    with pytest.raises(CheckpointError, match="does not hold a model of a lab"):
        store.load(path)


def test_a_model_survives_its_file(tmp_path, rng):
    model = new_model(ModelSettings(latent="gaussian", encoder=True, size=2, width=8), 5, 26, seed=0)
    store.save(tmp_path / "one.safetensors", model, {"seed": 0})
    loaded, card = store.load(tmp_path / "one.safetensors")
    assert card == {"seed": 0}
    assert loaded.settings == model.settings
    xt, z = model.masked(2), torch.zeros(2, 2)
    torch.testing.assert_close(loaded(xt, z), model(xt, z), atol=1e-2, rtol=1e-2)
