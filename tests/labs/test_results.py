"""The results file of a reproduction, and who measures its rows."""

import json

import pytest
from engine_jobs import Training

from vmd_sudoku.errors import DataError
from vmd_sudoku.labs import results


def test_rows_are_the_same_by_any_engine_and_in_the_order_of_the_jobs(engine):
    wanted = [row for seed in range(6) for row in Training(seed).run()]
    assert results.measure([Training(seed) for seed in range(6)], engine=engine) == wanted


def test_what_is_in_the_file_is_not_measured_again(tmp_path, monkeypatch):
    path, said = tmp_path / "results.json", []
    first = results.measure([Training(0), Training(1)], path, say=said.append)
    assert said == ["1 of 2: seed 0", "2 of 2: seed 1"]
    monkeypatch.setattr(Training, "run", lambda job: [{"seed": job.seed, "figure": "new"}])
    again = results.measure([Training(2), Training(1), Training(0)], path, say=said.append)
    assert said[2:] == ["1 of 1: seed 2"]
    assert again == [{"seed": 2, "figure": "new"}, first[1], first[0]]


def test_a_stop_keeps_the_rows_that_are_measured(tmp_path, monkeypatch):
    path, run = tmp_path / "results.json", Training.run

    def stopped(job):
        if job.seed == 1:
            raise KeyboardInterrupt
        return run(job)

    monkeypatch.setattr(Training, "run", stopped)
    with pytest.raises(KeyboardInterrupt):
        results.measure([Training(0), Training(1)], path)
    assert list(json.loads(path.read_text())["measured"]) == ["training 0"]


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "results.json").write_text('{"measured": [1]}')
    with pytest.raises(DataError, match="delete it or give another file"):
        results.measure([Training(0)], tmp_path / "results.json")
