import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_jobs import EACH, name_of
from hypothesis import settings

from vmd_sudoku import engines
from vmd_sudoku.board import parse
from vmd_sudoku.exact.reasons import next_step

torch.set_num_threads(1)  # small products: more threads wait for each other

# How long one example takes is a matter of what else the machine does: timings live in benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PUBLIC_SETS = Path(os.environ.get("VMD_SUDOKU_PUBLIC_SETS", Path(__file__).parents[2] / "shared" / "puzzles"))


TESTS = Path(__file__).parent
SLOW_SECONDS = 6 * 3600
"""Time limit of a test over whole public sets; of every other see pyproject.toml."""


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


@pytest.fixture(autouse=True)
def main_module_stays():
    """A page under test becomes `__main__`; worker processes that start afterwards would run it again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def public_set():
    """Path of a public set of puzzles by its name; skips where they are not at hand (they are not ours to bundle)."""

    def path(name):
        file = PUBLIC_SETS / f"{name}.csv"
        if not file.exists():
            pytest.skip(f"no {file.name}: set VMD_SUDOKU_PUBLIC_SETS to the folder with the public sets")
        return file

    return path


@pytest.fixture
def call(capsys):
    """Run the command line: exit code, stdout, stderr."""
    from vmd_sudoku.cli import main as cli  # here, since few tests want it

    def run(*args):
        with pytest.raises(SystemExit) as stop:
            cli.main([str(a) for a in args])
        out, err = capsys.readouterr()
        return stop.value.code or 0, out, err

    return run


EASY = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"


@pytest.fixture
def easy():
    """A puzzle that needs singles only, with its solution."""
    return parse(EASY), parse("534678912672195348198342567859761423426853791713924856961537284287419635345286179")


@pytest.fixture
def easy_line():
    return EASY


@pytest.fixture(scope="session")
def compiled_reasons():
    """numba's code of the human techniques: half a minute on a fresh checkout, more than a page should wait for."""
    next_step(parse(EASY))


@pytest.fixture(scope="session")
def ray_here():
    """One Ray for all tests: it takes seconds to start, and an engine uses the one that is there."""
    import ray

    before = os.environ.get("PYTHONPATH", "")
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent), before]),
    }
    engines._start_ray(ray, 2, None)
    yield
    ray.shutdown()
    os.environ["PYTHONPATH"] = before


@pytest.fixture(params=EACH, ids=name_of)
def engine(request):
    """Every engine in turn."""
    if request.param.name == "ray":
        request.getfixturevalue("ray_here")
    return request.param
