import importlib.util
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import engine_jobs as jobs
import pytest
from engine_jobs import EACH, name_of

from vmd_sudoku import engines
from vmd_sudoku.engines import Engine, Job
from vmd_sudoku.errors import ConfigError, PuzzleError, RunError

ONE, TWO = EACH[:2]


def test_every_task_is_done_once_by_any_engine(engine):
    found = list(engine.run(Job(jobs.begin, jobs.square, None), range(9)))
    assert sorted(found) == [(n, n * n) for n in range(9)]


@pytest.mark.parametrize("engine", EACH[1:], ids=name_of, indirect=True)
def test_a_killed_worker_costs_nothing_but_time(engine, tmp_path):
    found = list(engine.run(Job(jobs.begin, jobs.die_once, str(tmp_path)), range(9)))
    assert sorted(found) == [(n, n * n) for n in range(9)]
    assert (tmp_path / "died").exists()


def test_a_task_that_kills_every_worker_ends_the_run(monkeypatch):
    monkeypatch.setattr(engines, "_DEATHS", 2)
    with pytest.raises(RunError, match="died 2 times"):
        list(TWO.run(Job(jobs.begin, jobs.die, None), range(3)))


@pytest.mark.parametrize("engine", [ONE, TWO], ids=name_of)
def test_what_a_task_or_a_worker_complains_of_is_passed_on(engine):
    with pytest.raises(PuzzleError, match="no puzzle of ours"):
        list(engine.run(Job(jobs.begin, jobs.refuse, None), range(3)))
    with pytest.raises(PuzzleError, match="no compiler"):
        list(engine.run(Job(jobs.begin_badly, jobs.square, None), range(3)))


def test_tasks_are_asked_for_as_workers_become_free():
    asked = []

    def tasks():
        for n in range(50):
            asked.append(n)
            yield n

    for done, _ in enumerate(TWO.run(Job(jobs.begin, jobs.square, None), tasks()), 1):
        assert len(asked) <= done + 4


def test_two_workers_work_at_the_same_time():
    assert len({pid for _, pid in TWO.run(Job(jobs.begin, jobs.slow, None), range(12))}) == 2


def test_workers_end_with_the_process_that_started_them(tmp_path):
    """A worker of a killed run would hold its memory for ever."""
    code = (
        "import sys; from vmd_sudoku.engines import Engine, Job; import engine_jobs as jobs\n"
        "for _, pid in Engine(workers=2).run(Job(jobs.begin, jobs.slow, None), range(100000)):\n"
        "    print(pid, flush=True)\n"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    pids = {int(run.stdout.readline()) for _ in range(10)}
    run.send_signal(signal.SIGKILL)
    run.wait()
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return
        time.sleep(0.05)
    pytest.fail("a worker outlives its run")


def test_an_engine_that_cannot_be_had_is_refused(monkeypatch):
    with pytest.raises(ConfigError, match="unknown engine 'spark'; choose one of local, ray"):
        Engine(name="spark")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"vmd-sudoku\[ray\]"):
        Engine(name="ray")


def test_workers_that_nobody_waits_for_are_ended():
    """Ctrl+C in a training of minutes: the program would wait for it at its end."""
    results = TWO.run(Job(jobs.begin, jobs.sleep, None), [0, 600, 600])
    next(results)
    before = multiprocessing.active_children()
    assert len(before) >= 2
    start = time.monotonic()
    results.close()
    for process in before:
        process.join(20)
        assert not process.is_alive()
    assert time.monotonic() - start < 60  # and not the ten minutes of the tasks
