"""What batch evaluation costs and survives on this machine: the figures of docs/scale.md.

python tools/scale.py overhead     processor time of a run against that of decoding alone
python tools/scale.py workers      two workers against one, local and Ray, on tasks that wait instead of computing
python tools/scale.py memory       peak memory of runs of growing size
python tools/scale.py kills        kill -9 at 20 random moments: of a run, of a local worker, of a worker of Ray
python tools/scale.py hostile      100,000 lines, good and bad ones mixed
python tools/scale.py report       the report of a run of a million rows
"""

import importlib.util
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vmd_sudoku import board, machine
from vmd_sudoku.engines import Engine, Job
from vmd_sudoku.evaluation import batch, page, summary
from vmd_sudoku.evaluation.arms import Arm
from vmd_sudoku.evaluation.batch import Request, measure
from vmd_sudoku.evaluation.folder import RunFolder, packed
from vmd_sudoku.evaluation.judging import Judge
from vmd_sudoku.evaluation.shards import Shard
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.network.checkpoint import load_model, save_model
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.solving.batch import decode_batch
from vmd_sudoku.solving.setting import Setting

TRIES = 20


def easy_file(folder: Path, count: int, clues: int = 50, seed: int = 0) -> Path:
    """A file of generated puzzles with one solution."""
    path = folder / f"easy-{count}.txt"
    with path.open("w") as file:
        for start in range(0, count, 10_000):
            made, _ = puzzles(min(10_000, count - start), seed + start, clues)
            file.writelines(board.to_line(puzzle) + "\n" for puzzle in made)
    return path


def tiny_model(folder: Path) -> Path:
    """A network so small that the run around it is what is measured."""
    torch.manual_seed(0)
    config = ModelConfig(
        network=NetworkConfig(width=8, middle=8, hidden=8), latent=0, first_rounds=1, rounds=1, cell_rounds=1
    )
    save_model(folder / "tiny", Model(config).eval(), {})
    return folder / "tiny"


def request_of(file: Path, model: str | Path, setting: Setting, **more: Any) -> Request:
    """A run of one arm."""
    return Request(files=(file,), arms=(Arm(str(model), load_model(model).sha256, setting),), **more)


def overhead(folder: Path) -> Iterator[str]:
    """Processor time, in turns, of decoding batches and nothing else, and of a whole run with its folder."""
    count, setting = 1024, Setting(nfe=1)
    file = easy_file(folder, count)
    request = request_of(file, "vmd", setting)
    made = np.array([[int(c) if c != "." else 0 for c in line] for line in file.read_text().splitlines()], np.int8)
    loaded = load_model("vmd")
    torch.set_num_threads(1)
    decode_batch(loaded, made[:64], setting)
    bare, whole = [], []
    for turn in range(2):
        start = time.process_time()
        for place in range(0, count, 64):
            decode_batch(loaded, made[place : place + 64], setting, place=place)
        bare.append(time.process_time() - start)
        start = time.process_time()
        measure(request, RunFolder(folder / f"run-{turn}"), models={loaded.sha256: loaded})
        whole.append(time.process_time() - start)
    share = min(bare) / min(whole)
    yield f"{count} puzzles of 50 clues, one call, vmd: decoding alone {min(bare):.2f} s, run {min(whole):.2f} s of processor"
    yield f"throughput of the run: {100 * share:.1f} % of decoding alone; {count / min(whole):.0f} puzzles/s of one core"


def wait_a_bit(context: None, task: int) -> int:
    """A task that takes a quarter of a second wherever it is done."""
    time.sleep(0.25)
    return task


def nothing(context: None) -> None:
    """No worker needs anything."""


def workers(folder: Path) -> Iterator[str]:
    """Time from the second result to the last, so that starting is not counted."""
    names = ["local", "ray"] if importlib.util.find_spec("ray") else ["local"]
    speed = {}
    for name in names:
        for count in (1, 2):
            stamps = []
            for _ in Engine(name=name, workers=count).run(Job(nothing, wait_a_bit, None), range(40 * count)):
                stamps.append(time.perf_counter())
            speed[name, count] = (len(stamps) - 2) / (stamps[-1] - stamps[1])
            yield f"{name}, {count} worker{'s' * (count > 1)}: {speed[name, count]:.2f} tasks/s (4 a worker at best)"
    yield f"local, 2 against 1: {speed['local', 2] / speed['local', 1]:.2f} times"
    if "ray" in names:
        yield f"2 of Ray against 2 local: {100 * speed['ray', 2] / speed['local', 2]:.0f} %"


def memory(folder: Path) -> Iterator[str]:
    """Peak memory of runs of 10,000 and 100,000 puzzles (or what is asked for), each in a process of its own."""
    model = tiny_model(folder)
    first = 0.0
    for count in map(int, sys.argv[2:] or ("10000", "100000")):
        file = easy_file(folder, count)
        request = request_of(file, model, Setting(nfe=1))
        start = time.perf_counter()
        peak = _in_process(_peak_of, request, RunFolder(folder / f"run-{count}"))
        first = first or peak
        took = time.perf_counter() - start
        yield f"{count:,} puzzles: {peak:.1f} MB at most ({100 * (peak / first - 1):+.1f} %), {took:.0f} s"


def _in_process(function: Callable, *args: Any) -> Any:
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(False)
    process = context.Process(target=lambda: writer.send(function(*args)))
    process.start()
    found = reader.recv()
    process.join()
    return found


def _peak_of(request: Request, folder: RunFolder) -> float:
    measure(request, folder)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows_of(folder: RunFolder) -> list[Any]:
    """All rows without times."""
    return [folder.rows(n).drop_columns(["ms"]).to_pylist() for n in sorted(folder.done())]


def kills(folder: Path) -> Iterator[str]:
    """A run, a worker, and a worker of Ray, killed at random moments; the rows are held against an undisturbed run."""
    file, model = easy_file(folder, 120, clues=70), tiny_model(folder)
    request = request_of(file, model, Setting(cells=3), part_size=2, batch_size=2)
    _in_process(_run, request, folder / "quiet", Engine())
    quiet = rows_of(RunFolder(folder / "quiet"))
    rng = random.Random(0)
    context = multiprocessing.get_context("fork")
    equal, lost = 0, []
    for attempt in range(TRIES):
        into = folder / f"killed-{attempt}"
        process = context.Process(target=_run, args=(request, into, Engine()))
        process.start()
        _await_parts(into, rng.randrange(1, 50), rng, threading.Event())
        process.kill()
        process.join()
        lost.append(60 - len(RunFolder(into).done()))
        _in_process(_run, request, into, Engine())
        equal += rows_of(RunFolder(into)) == quiet
    yield f"run killed: {equal} of {TRIES} the same table; {min(lost)} to {max(lost)} of 60 parts were left to do"
    names = ["local", "ray"] if importlib.util.find_spec("ray") else ["local"]
    for name in sys.argv[2:] or names:
        yield from _kill_workers(folder, request, name, quiet, rng)


def _run(request: Request, folder: Path, engine: Engine) -> int:
    torch.set_num_threads(1)
    return measure(request, RunFolder(folder), engine=engine).parts


def _kill_workers(folder: Path, request: Request, name: str, quiet: list[Any], rng: random.Random) -> Iterator[str]:
    """One run after another with two workers, of which one is killed at a random moment."""
    if name == "ray":
        from vmd_sudoku import engines

        engines._start_ray(__import__("ray"), 2, None)
    equal = killed = 0
    for attempt in range(TRIES):
        into, stop = folder / f"{name}-{attempt}", threading.Event()
        hits: list[int] = []
        thread = threading.Thread(target=_kill_one, args=(name, into, rng, stop, hits))
        thread.start()
        _run(request, into, Engine(name=name, workers=2))
        stop.set()
        thread.join()
        killed += len(hits)
        equal += rows_of(RunFolder(into)) == quiet
    yield f"worker of {name} killed: {killed} kills in {TRIES} runs, {equal} of {TRIES} the same table"


def _await_parts(folder: Path, count: int, rng: random.Random, stop: threading.Event) -> None:
    """Wait for so many parts, and then for a moment within the next one."""
    while len(RunFolder(folder).done()) < count and not stop.wait(0.001):
        pass
    time.sleep(0.02 * rng.random())


def _kill_one(name: str, folder: Path, rng: random.Random, stop: threading.Event, hits: list[int]) -> None:
    _await_parts(folder, rng.randrange(1, 50), rng, stop)
    found = [] if stop.is_set() else _workers_of(name)
    if found:
        hits.append(rng.choice(found))
        os.kill(hits[0], signal.SIGKILL)


def _workers_of(name: str) -> list[int]:
    """Processes that judge parts right now: children of the server of forks, or those that Ray has named."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            above = (Path("/proc") / str(parent) / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except (OSError, ValueError):
            continue
        is_ray = name == "ray" and command.startswith((b"ray::_work_on_ray", b"ray::IDLE"))
        is_local = name == "local" and b"forkserver" in command and int(above) == os.getpid()
        if is_ray or is_local:
            found.append(int(entry.name))
    return found


def hostile(folder: Path) -> Iterator[str]:
    """Good lines in several forms between lines that hold no puzzle."""
    rng = random.Random(1)
    good, _ = puzzles(2000, 5, 40)
    lines = [board.to_line(puzzle) for puzzle in good]
    bad = [
        "",
        "# a comment",
        "12345",
        "hello",
        lines[0][:80],
        lines[0] + "1",
        "\U0001f600" * 81,
        "a,b,c",
        '"' * 8,
        "9" * 100_001,
    ]
    expected = wrong = 0
    path = folder / "hostile.txt"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(100_000):
            if rng.random() < 0.2:
                line = rng.choice(lines)
                file.write(rng.choice([line, line.replace(".", "0"), f"  {line}  "]) + "\n")
                expected += 1
            else:
                line = rng.choice(bad)
                wrong += bool(line) and not line.startswith("#")
                file.write(line + "\n")
    request = request_of(path, tiny_model(folder), Setting(nfe=1))
    start = time.perf_counter()
    into = RunFolder(folder / "hostile")
    found = measure(request, into)
    listed = sum(1 for _ in into.bad_lines())
    judged = sum(counts["boards"] for (counts, *_) in found.totals.values())
    yield f"100,000 lines in {time.perf_counter() - start:.0f} s: {judged:,} of {expected:,} puzzles judged"
    yield f"{listed:,} of {wrong:,} bad lines listed (empty lines and comments are neither)"


def report(folder: Path) -> Iterator[str]:
    """A run of a million rows of two arms, made of few judged puzzles; then its report."""
    count, size = 500_000, 512
    made, _ = puzzles(size, 3, 30)
    file, model = easy_file(folder, size, clues=30), tiny_model(folder)
    digest = load_model(model).sha256
    arms = tuple(Arm(str(model), digest, Setting(nfe=nfe)) for nfe in (1, 5))
    request = Request(files=(file,), arms=arms)
    into = RunFolder(folder / "million")
    measure(request, into)
    judge = Judge(arms, batch.load_models(arms))
    parts = -(-count // size)
    shard = Shard(0, 0, 0, made, np.zeros_like(made), np.arange(size) / 50, np.arange(size), ("",) * size)
    table = judge.part(shard)
    for number in range(parts):
        about = json.dumps({"part": number, "file": 0, "first": number * size, "puzzles": size}).encode()
        into.write_part(number, packed(table.replace_schema_metadata(table.schema.metadata | {b"about": about})))
    manifest = into.require_manifest()
    manifest["plan"] = {"names": [file.name], "puzzles": [parts * size], "bad_lines": [0], "parts": parts}
    into.write("manifest.json", json.dumps(manifest))
    start, cpu = time.perf_counter(), time.process_time()
    paths = page.write(summary.summary([into.path]), into.path)
    took = f"{time.perf_counter() - start:.1f} s ({time.process_time() - cpu:.1f} s of processor)"
    yield f"{parts * size * 2:,} rows in {parts} parts: report in {took}, {paths[0].stat().st_size / 1e6:.2f} MB"


def main() -> None:
    """Print the figures that are asked for."""
    wanted = {f.__name__: f for f in (overhead, workers, memory, kills, hostile, report)}
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in wanted:
        sys.exit(__doc__)
    print(f"{machine.describe()['processor']}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for line in wanted[name](Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
