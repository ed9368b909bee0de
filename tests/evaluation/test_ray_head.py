"""A cluster of one machine, started as docs/scale.md says. Half a minute."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from engine_jobs import HAS_RAY

from vmd_sudoku.evaluation.folder import RunFolder

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed; run `pip install -e '.[ray]'`"),
]


@pytest.fixture
def head(tmp_path):
    """The address of `ray start --head`, which ends with the test. `ray stop` would end every Ray of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}"]
    command += ["--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats"]
    # The path of a socket may have 107 signs, and that of a test's folder takes most of them.
    folder = tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
    command += [f"--temp-dir={folder.name}", f"--object-store-memory={128 << 20}"]
    with (tmp_path / "head.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=environment())
    try:
        end = time.monotonic() + 240
        while "Ray runtime started" not in (tmp_path / "head.txt").read_text():
            assert process.poll() is None, (tmp_path / "head.txt").read_text()
            assert time.monotonic() < end, "Ray did not start"
            time.sleep(0.2)
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        folder.cleanup()


TOKEN = secrets.token_hex(32)
"""Newer versions of Ray let in who has it; of its own, so that the test depends on no file of whoever runs it."""


def environment():
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "RAY_USAGE_STATS_ENABLED": "0"} | {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": TOKEN,
    }


def run(*arguments):
    command = [sys.executable, "-m", "vmd_sudoku.cli", *map(str, arguments)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=600)


def rows(folder):
    run_folder = RunFolder(folder)
    return [run_folder.rows(n).drop_columns(["ms"]).to_pylist() for n in sorted(run_folder.done())]


def test_a_head_that_was_started_measures_and_makes_the_same(head, tmp_path):
    measured = ["evaluate", ROOT / "puzzles" / "easy.csv", "--nfe", 1, "--part-size", 5]
    there = ["--engine", "ray", "--ray-address", head, "--workers", 2]
    found = run(*measured, "--out", tmp_path / "there", *there)
    assert found.returncode == 0, found.stderr
    assert run(*measured, "--out", tmp_path / "here").returncode == 0
    assert len(rows(tmp_path / "here")) == 5
    assert rows(tmp_path / "there") == rows(tmp_path / "here")
    made = ["generate", "--count", 10_050, "--clues", 75, "--out"]
    found = run(*made, tmp_path / "there.csv", *there)
    assert found.returncode == 0, found.stderr
    assert run(*made, tmp_path / "here.csv").returncode == 0
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
