"""The table of synthetic tokens: which trainings it takes, their sizes, and how rows of several seeds become one."""

import math

import pytest
import torch

from vmd_sudoku.errors import ConfigError
from vmd_sudoku.labs import synthetic
from vmd_sudoku.labs.figures import mean_interval
from vmd_sudoku.labs.tokens import from_table, named

KIND = {kind.short: kind for kind in synthetic.KINDS}


def row(seed, kl, **other):
    about = {
        **{"set": "D1", "distance": 1, "blocks": 2, "nfe": 2, "later": "tied", "seed": seed},
        **{"model": "mdm", "latent": "none", "objective": "bound"},
        **{"accuracy": 0.5, "kl": kl, "kl_unbiased": kl - 0.1, "missing": 0, "accuracy_exact": 0.25, "kl_exact": None},
        **{"seconds": 2.0, "is_sum": True, "total_correlation": 2.303, "parameters": 100},
    }
    return about | other


@pytest.mark.parametrize("name", ["D1", "D2"])
@pytest.mark.parametrize("blocks", [1, 2, 4])
def test_contents_of_a_block_are_counted(name, blocks):
    tokens = named(name)
    size = tokens.length // blocks
    wanted = max(
        len({tuple(sequence[block * size : block * size + size]) for sequence in tokens.sequences.tolist()})
        for block in range(blocks)
    )
    assert synthetic.contents(tokens, blocks) == wanted


def test_sizes_fit_the_set():
    small, large = named("D1"), from_table("many", torch.cartesian_prod(*[torch.arange(7)] * 3))
    assert synthetic.contents(large, 1) == 343
    for kind in synthetic.KINDS:
        model = synthetic.model_settings(large, 1, kind)
        assert (model.latent, model.encoder, model.blocks) == (kind.latent, kind.objective == "encoder", 1)
        assert model.codes >= 2.5 * 343
        assert math.log2(model.codes).is_integer()
        assert model.width == (128 if kind.short == "mdm" else 64)
        assert model.size == (2 if kind.short == "encoder" else 4)
        few, many = (synthetic.train_settings(tokens, 1, kind, 3) for tokens in (small, large))
        assert few.updates < many.updates
        assert (few.seed, few.draws) == (3, 512)
    assert synthetic.train_settings(small, 2, KIND["mdm"], 0).draws == 64


def test_cases_are_every_set_number_of_blocks_kind_and_seed_whole_seeds_first():
    three = from_table("three", torch.cartesian_prod(*[torch.arange(2)] * 3))
    found = synthetic.cases([named("D1"), three], (1, 2), range(2), kinds=("code", "mdm"))
    lines = [case.line() for case in found]
    assert len(found) == len(set(lines)) == 2 * (2 * 2 + 1 * 2)  # three tokens are not two equal blocks
    assert [case.seed for case in found] == [0] * 6 + [1] * 6
    assert len({case.key() for case in found}) == len(found)
    assert {case.kind.short for case in found} == {"mdm", "code"}
    assert lines[0].startswith("D1, blocks 1, MDM, seed 0")
    again = synthetic.cases([named("D1"), three], (1, 2), range(2), kinds=("code", "mdm"))
    assert [case.key() for case in again] == [case.key() for case in found]
    assert found[0].settings()[1].later == "tied"
    other = synthetic.cases([named("D1")], (1,), range(1), later="prior")
    assert other[0].settings()[1].later == "prior"
    assert other[0].key() not in {case.key() for case in found}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"later": "never"}, "unknown z of later calls 'never'; choose one of"),
        ({"kinds": ("mdm", "vmd", "x")}, "unknown kind vmd, x; choose from mdm, code, gaussian, encoder"),
        ({"blocks": (3, 5)}, "none of the sets divides into 3 or 5 equal blocks"),
    ],
)
def test_what_leaves_nothing_to_do_is_refused(how, words):
    with pytest.raises(ConfigError) as error:
        synthetic.cases([named("D1")], **{"blocks": (1,), "seeds": range(1)} | how)
    assert words in str(error.value)


def test_rows_of_several_seeds_become_one_with_its_interval():
    other = row(0, 1.0, latent="code", model="vmd", objective="sum")
    found = synthetic.over_seeds([row(2, 3.0), other, row(0, 1.0), row(1, 2.0)])
    assert [(one["latent"], one["seeds"]) for one in found] == [("none", [0, 1, 2]), ("code", [0])]
    mdm, code = found
    assert (mdm["kl"], mdm["kl_half"]) == pytest.approx(mean_interval([1.0, 2.0, 3.0]))
    assert [one["kl"] for one in mdm["each"]] == [1.0, 2.0, 3.0]
    assert (mdm["kl_exact"], mdm["kl_exact_half"]) == (None, None)
    assert (code["kl"], code["kl_half"]) == (1.0, None)
    assert mdm["accuracy_half"] == 0


def test_the_table_shows_the_papers_figures_beside_ours():
    rows = [row(seed, kl) for seed, kl in ((0, 2.3), (1, 2.5))]
    rows += [row(seed, 0.0, model="vmd", latent="code", objective="sum", kl_exact=0.0) for seed in (0, 1)]
    rows += [row(seed, 1.0, distance=16) for seed in (0, 1)]
    text = synthetic.markdown(synthetic.over_seeds(rows))
    assert text.startswith("Mean of 2 seeds")
    accuracy, kl, exact, seconds = (part.splitlines() for part in text.split("### ")[1:])
    assert accuracy[2] == "| set | blocks | NFE | total correlation | paper MDM | paper VMD | MDM | VMD, code |"
    assert accuracy[4] == "| D1 | 2 | 2 | 2.303 | 10.1 | 94.2 | 50.00 | 50.00 |"
    assert kl[4] == "| D1 | 2 | 2 | 2.303 | 2.298 | 0.068 | 2.4000 ± 1.2706 | 0.0000 |"
    assert exact[4] == "| D1 | 2 | 2 | 2.303 |  | 0.0000 |"
    assert seconds[5] == "| D1, 16 apart | 2 | 2 | 2.303 | 2.0 |  |"
    assert accuracy[5] == "| D1, 16 apart | 2 | 2 | 2.303 |  |  | 50.00 |  |"
