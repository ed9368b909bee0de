import os
from pathlib import Path

import pytest
from engine_jobs import EACH, name_of

from vmd_sudoku.evaluation import engines

TESTS = Path(__file__).parents[1]


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
