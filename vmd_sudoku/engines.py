"""Engines: the same function on many tasks, in this process, in local processes that survive the death of one, or on Ray.

An engine knows nothing of puzzles. What every worker needs comes once, as the context; tasks are asked for as workers become
free, so an endless iterator of them is welcome, and one that ends early is how a run is stopped: what is under way is finished.
"""

import importlib.util
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from vmd_sudoku.errors import ConfigError, RunError
from vmd_sudoku.processes import end_with_parent

Task = Any
Result = Any

ENGINES = ("local", "ray")
_DEATHS = 20
"""Deaths of workers, one after another without a single result between them, after which a task counts as deadly."""


@dataclass(frozen=True)
class Job:
    """What workers do: `begin(context)` once in each of them, then `work(what begin returned, task)` for every task.

    Both functions are found by name in every process, so they are functions of modules.
    """

    begin: Callable[[Any], Any]
    work: Callable[[Any, Task], Result]
    context: Any


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Where the work is done. workers: how many at a time; address: of a Ray cluster (None: one is started here).

    Raises:
        ConfigError: an unknown engine, or Ray is asked for and not installed.
    """

    name: str = "local"
    workers: int = 1
    address: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise ConfigError(f"unknown engine {self.name!r}; choose one of {', '.join(ENGINES)}")
        if self.name == "ray" and importlib.util.find_spec("ray") is None:
            raise ConfigError("engine `ray` needs Ray, which is not installed; run `pip install 'vmd-sudoku[ray]'`")

    def run(self, job: Job, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Every task with its result, as they come.

        Raises:
            RunError: a task killed its worker again and again.
        """
        if self.name == "ray":
            return _on_ray(job, tasks, self.workers, self.address)
        return _here(job, tasks) if self.workers == 1 else _processes(job, tasks, self.workers)


HERE = Engine()
"""One after another, in this process."""


def _here(job: Job, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
    state = job.begin(job.context)
    for task in tasks:
        yield task, job.work(state, task)


def _processes(job: Job, tasks: Iterable[Task], workers: int) -> Iterator[tuple[Task, Result]]:
    """When one process dies, the pool loses all it had: another one is made, and what had no result yet is done again."""
    coming = iter(tasks)
    again: list[Task] = []
    deaths = 0
    while True:
        pool = _pool(job, workers)
        waiting: dict[Future, Task] = {}
        try:
            while True:
                # One more than there are workers, so that none waits for the next task.
                while len(waiting) <= workers and (task := again.pop(0) if again else next(coming, None)) is not None:
                    again.insert(0, task)  # submitting may find the pool broken
                    waiting[pool.submit(_work_here, task)] = task
                    again.pop(0)
                if not waiting:
                    return
                for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                    result = done.result()
                    deaths = 0
                    yield waiting.pop(done), result
        except BrokenProcessPool:
            # Whatever had no result: which task killed the worker cannot be told from outside.
            again = [*waiting.values(), *again]
            deaths += 1
            if deaths >= _DEATHS:
                raise RunError(
                    f"worker processes died {deaths} times in a row on the same tasks; is memory short?"
                ) from None
        finally:
            _end(pool, at_once=bool(waiting))


def _pool(job: Job, workers: int) -> ProcessPoolExecutor:
    # Not forked from here: torch's threads do not survive it. Where there is a server of forks, it imports what workers need
    # before it has any threads, so that a new worker is there at once.
    if "forkserver" in multiprocessing.get_all_start_methods():
        context: Any = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([job.work.__module__])
    else:
        context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=_begin_here, initargs=(job,))


def _end(pool: ProcessPoolExecutor, *, at_once: bool) -> None:
    """End the workers of a pool. at_once: even those that are at work, whose results nobody waits for any more."""
    # Python 3.14 has a method for this; before it, a pool that is given up computes on, and so does not let the program end.
    working = tuple((pool._processes or {}).values()) if at_once else ()
    pool.shutdown(wait=False, cancel_futures=True)
    for process in working:
        process.kill()


_here_now: list[tuple[Job, Any]] = []
"""The job of this worker process, with what its `begin` returned."""


def _begin_here(job: Job) -> None:
    # Ctrl+C reaches every process of the terminal; the first one decides what is finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    try:
        _here_now[:] = [(job, job.begin(job.context))]
    except Exception as error:  # said with the first task, or the pool would only be called broken
        _here_now[:] = [(Job(job.begin, _fail, None), error)]


def _fail(error: Exception, task: Task) -> Result:
    raise error


def _work_here(task: Task) -> Result:
    job, state = _here_now[0]
    return job.work(state, task)


_RAY_MEMORY = 256 << 20
"""Of the store for objects of a Ray that is started here: a few hundred times a shard and its part."""
_RAY_STARTS = 5


def _on_ray(job: Job, tasks: Iterable[Task], workers: int, address: str | None) -> Iterator[tuple[Task, Result]]:
    """One Ray task each; Ray itself does a task again whose worker or machine died."""
    # Ray reports how it is used unless told not to; a measurement talks to no other machine.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    # A Ray that a notebook has started goes on afterwards.
    mine = not ray.is_initialized()
    waiting: dict[Any, Task] = {}
    if mine:
        _start_ray(ray, workers, address)
    try:
        # In a list, so that a worker fetches it once and not with every task.
        context = [ray.put(job)]
        remote = ray.remote(num_cpus=1, max_retries=_DEATHS)(_work_on_ray)
        coming = iter(tasks)
        while True:
            while len(waiting) <= workers and (task := next(coming, None)) is not None:
                waiting[remote.remote(context, os.getpid(), task)] = task
            if not waiting:
                return
            (done,), _ = ray.wait(list(waiting), num_returns=1)
            yield waiting.pop(done), _result(ray, done)
    finally:
        if mine:
            ray.shutdown()
        else:
            for left in waiting:  # where nobody wants more results
                ray.cancel(left, force=True)


def _start_ray(ray: Any, workers: int, address: str | None) -> None:
    """Ray gives a machine half a minute to start; a busy one gets several."""
    own: dict[str, Any] = {"num_cpus": workers, "object_store_memory": _RAY_MEMORY, "include_dashboard": False}
    for left in reversed(range(1 if address else _RAY_STARTS)):
        try:
            ray.init(
                address=address or "local", log_to_driver=False, logging_level=logging.ERROR, **({} if address else own)
            )
            return
        except Exception as error:  # Ray raises what it likes, a bare Exception for what took too long
            ray.shutdown()
            if not left:
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                where = f"at {address}" if address else "on this machine"
                raise RunError(f"no Ray {where} ({reason}); start one with `ray start --head`") from None


def _result(ray: Any, done: Any) -> Result:
    try:
        return ray.get(done)
    except ray.exceptions.WorkerCrashedError:
        raise RunError(f"a worker of Ray died {_DEATHS} times on the same task; is memory short?") from None


_on_ray_now: dict[tuple[str, int], tuple[Job, Any]] = {}
"""The job of this Ray worker, by the reference that it came from and the process that sent it."""


def _work_on_ray(context: list[Any], sender: int, task: Task) -> Result:
    import ray

    key = (context[0].hex(), sender)
    if key not in _on_ray_now:
        job = ray.get(context[0])
        # One job at a time: a worker that is used again must not keep the models of the runs before.
        _on_ray_now.clear()
        _on_ray_now[key] = (job, job.begin(job.context))
    job, state = _on_ray_now[key]
    return job.work(state, task)
