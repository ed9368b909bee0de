"""The command line as a process: what it loads, and how it ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from vmd_sudoku.cli.main import TOPICS

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numba", "pandas", "streamlit", "plotly")
CODE = """
import sys
from vmd_sudoku.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    print(stop.code, *({modules!r} & set(sys.modules)), file=sys.stderr)
"""


def run(*args, modules=frozenset(HEAVY)):
    """Last line of stderr of a command: its exit code, and which modules it loaded."""
    code = CODE.format(modules=set(modules))
    done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, cwd=ROOT, timeout=120)
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["nothing"]], ids=" ".join)
def test_help_loads_next_to_nothing(args):
    assert run(*args, modules={*HEAVY, "numpy", "rich"}) == ("2" if args == ["nothing"] else "0")


@pytest.mark.parametrize("command", [name for topic in TOPICS.values() for name in topic])
def test_help_of_a_command_loads_nothing_heavy(command):
    assert run(command, "--help") == "0"


@pytest.mark.parametrize(
    "args",
    [
        ["solve", "1" * 80],
        ["solve", "." * 81, "--model", "nowhere"],
        ["solve", "." * 81, "--nfe", "0"],
        ["solve", "." * 81, "--blocks", "rows", "--nfe", "3"],
        ["solve", "." * 81, "--json", "nowhere/x.json"],
        ["solve", "55" + "." * 79],
        ["evaluate", "nofile.csv"],
        ["train", "--out", "/dev/null/x"],
        ["models", "nowhere"],
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_said_before_anything_heavy_is_loaded(args):
    assert run(*args) == "2"


def begin(*args, **how):
    """A command as a process of its own; `-u`, so that its output can be waited for."""
    # A shell's background job ignores Ctrl+C, and so would its children.
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code += "from vmd_sudoku.cli.main import main; main(sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-u", "-c", code, *map(str, args)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how,
    )  # fmt: skip


def test_generate_prints_as_it_goes_and_hears_ctrl_c():
    process = begin("generate", "--count", 3_000_000)
    assert len(process.stdout.readline()) == 82
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)  # for all of them it would take an hour
    assert process.returncode == 130


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_the_app_ends_its_server_when_it_is_told_to_end(how):
    port = free_port()
    process = begin("app", "--port", port)
    deadline = time.monotonic() + 60
    while not listens(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert listens(port)
    process.send_signal(how)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert not listens(port)


def test_a_server_that_does_not_hear_is_killed(monkeypatch):
    from vmd_sudoku.cli import app_command

    monkeypatch.setattr(app_command, "PATIENCE", 0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    read, write = os.pipe()

    def end():
        os.read(read, 1)  # it runs, and does not hear
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()
    start = time.monotonic()
    assert app_command.supervise([sys.executable, "-c", deaf], stdout=write) == 0
    assert time.monotonic() - start < 30


def test_the_exit_code_of_a_server_that_ends_by_itself_is_passed_on():
    from vmd_sudoku.cli import app_command

    assert app_command.supervise([sys.executable, "-c", "raise SystemExit(3)"]) == 3
