"""A trace as pages play it."""

import base64
from dataclasses import replace

import numpy as np
import pytest
from app_stubs import stub_trace

from app.parts.settings import Settings
from vmd_sudoku.solving.playing import playable


@pytest.fixture
def trace(easy_line):
    return stub_trace(easy_line, Settings())


def test_what_the_calls_said_is_kept_in_bytes(trace):
    plain = playable(trace)
    said = np.frombuffer(base64.b64decode(plain["probabilities"]), np.uint8).reshape(len(trace.steps), 81, 9) / 255
    assert np.abs(said - np.array([step.probabilities for step in trace.steps])).max() <= 0.5 / 255 + 1e-9
    names = ["cells", "digits", "confidence", "margin", "entropy", "why", "remasked"]
    assert [list(step) for step in plain["steps"]] == [names] * len(trace.steps)
    assert plain["steps"][0]["cells"] == list(trace.steps[0].cells)


@pytest.mark.parametrize(("numbers", "shown"), [(None, 0), (64, 0), (729, 729), (3 * 729, 729)])
def test_of_z_the_first_number_of_every_candidate_is_shown(trace, numbers, shown):
    """One vector for the whole board has none for a candidate."""
    z = None if numbers is None else tuple(n / 8 for n in range(numbers))
    plain = playable(replace(trace, latent=z))
    if not shown:
        assert plain["latent"] is None
        return
    assert plain["latent"] == [round(n / 8, 2) for n in range(0, numbers, numbers // shown)]
