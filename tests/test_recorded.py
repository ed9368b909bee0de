"""What is solved, filled, measured and trained stays what it was; see recorded_runs.py."""

import json

import pytest
import torch
from recorded_runs import KEPT, rounded, runs

from vmd_sudoku import machine

QUICK = {
    "solve-nfe-16",
    "solve-drawn",
    "solve-latents",
    "solve-noise",
    "solve-propagate",
    "solve-remask-conflict",
    "solve-search-proof",
    "check-several",
    "convert-f-puzzles",
    "convert-sheet",
    "generate-clues",
    "evaluate-mdm",
    "reasons",
    "sample",
    "train-vmd",
}
"""Those that run every time; the others take a minute more."""


@pytest.fixture(autouse=True)
def plain_arithmetic(monkeypatch):
    monkeypatch.setattr(machine, "has_fast_bfloat16", lambda where: False)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def near(value, kept):
    """Equal, but for what sums in another order may change in numbers."""
    if isinstance(kept, dict):
        assert value.keys() == kept.keys()
        for name in kept:
            near(value[name], kept[name])
    elif isinstance(kept, list):
        assert len(value) == len(kept)
        for one, other in zip(value, kept, strict=True):
            near(one, other)
    elif isinstance(kept, float):
        assert value == pytest.approx(kept, rel=0.01, abs=0.002)
    else:
        assert value == kept


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in sorted(runs(KEPT))]
)
def test_the_same_run_gives_the_same_result(name, tmp_path):
    near(rounded(runs(tmp_path)[name]()), json.loads((KEPT / f"{name}.json").read_text()))
