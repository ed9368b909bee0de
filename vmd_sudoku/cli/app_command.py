"""The command that opens the app."""

import signal
import subprocess
import sys
from typing import Any

import click

from vmd_sudoku.cli.options import whole

PATIENCE = 5.0
"""Seconds that the server has to end by itself."""


@click.command()
@click.option("--port", type=whole(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
def app(port: int, address: str) -> None:
    """Open the app in the browser (prints its address)."""
    from vmd_sudoku.places import app_folder

    folder = app_folder()
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "streamlit_app.py")]
    sys.exit(supervise([*command, "--server.port", str(port), "--server.address", address], cwd=folder))


def supervise(command: list[str], **how: Any) -> int:
    """Run a server to its end, and end it where this process is asked to end: exit code, 0 after such an end.

    A server that is at work when it is told to end may not hear it; after some seconds it is killed, so that its port is free.
    """
    with subprocess.Popen(command, **how) as server:

        def stop(number: int, frame: Any) -> None:
            raise KeyboardInterrupt

        before = {number: signal.signal(number, stop) for number in _ENDS}
        try:
            return server.wait()
        except KeyboardInterrupt:
            for number in before:
                signal.signal(number, signal.SIG_IGN)
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
            return 0
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
