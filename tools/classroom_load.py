"""A class on one server: pupils who open a lesson and go through its cards, each over a connection of his own.

python tools/classroom_load.py --pupils 30

Each pupil is a browser without a window: the page's own messages over the page's own connection, as Streamlit's client sends
them. A move is an answer or a card: what the browser tells the server, until the server has drawn the page again. Nothing here
asks the network. Prints the times with the number of errors.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import click
import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from vmd_sudoku.lessons.lesson import KINDS, NAMES

ROOT = Path(__file__).parents[1]


class Pupil:
    """One session: opens the page at a lesson, then tells the server card after card, as the page does."""

    def __init__(self, url: str, lesson: str) -> None:
        self.url, self.lesson = url, lesson
        self.opened = 0.0
        self.moves: list[float] = []
        self.errors: list[str] = []

    async def attend(self, pause: float, start: float) -> None:
        """Come in after `start` seconds and go through the lesson, thinking `pause` seconds before every move."""
        await asyncio.sleep(start)
        try:
            async with connect(self.url, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
                began = time.perf_counter()
                widget, page = await self._run(socket, f"lesson={self.lesson}", "", None)
                self.opened = time.perf_counter() - began
                for card in range(len(KINDS)):
                    await asyncio.sleep(pause)
                    began = time.perf_counter()
                    await self._run(socket, f"lesson={self.lesson}", page, (widget, self._place(card)))
                    self.moves.append(time.perf_counter() - began)
        except Exception as error:
            self.errors.append(repr(error))

    def _place(self, card: int) -> str:
        said = "_".join(f"{self.lesson}.{at}.1" for at in (0, 3) if at <= card)
        return f'{{"place":{{"lesson":"{self.lesson}","card":{card},"said":"{said}"}}}}'

    async def _run(
        self, socket: ClientConnection, query: str, page: str, state: tuple[str, str] | None
    ) -> tuple[str, str]:
        """Have the page run once; the component's id and the page's, when all of it has come."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = page
        message.rerun_script.page_name = "" if page else "learn"
        if state:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.json_value = state
        await socket.send(message.SerializeToString())
        found = ""
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await asyncio.wait_for(socket.recv(), 60))  # type: ignore[arg-type]
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                page = answer.new_session.page_script_hash
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                self.errors.append(answer.delta.new_element.exception.message)
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "bidi_component":
                found = answer.delta.new_element.bidi_component.id
            if kind == "script_finished":
                if not found and not state:
                    self.errors.append("the page came without its lesson")
                return found, page


async def a_class(url: str, pupils: int, pause: float) -> list[Pupil]:
    """The teacher first, then all pupils, who come in within one pause as people do; the teacher is the first of the list."""
    teacher = Pupil(url, NAMES[0])
    await teacher.attend(0, 0)
    everybody = [Pupil(url, NAMES[number % len(NAMES)]) for number in range(pupils)]
    await asyncio.gather(*(p.attend(pause, number * pause / pupils) for number, p in enumerate(everybody)))
    return [teacher, *everybody]


def wait_for(url: str) -> None:
    """Wait until the server is up."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise click.ClickException("the server did not start")


def told(name: str, seconds: list[float]) -> str:
    """A line on times."""
    middle, late = np.percentile(seconds, [50, 95])
    return f"{name}: {len(seconds)}, median {middle:.3f} s, 95 of 100 under {late:.3f} s, longest {max(seconds):.3f} s"


@click.command()
@click.option("--pupils", default=30, show_default=True, help="How many.")
@click.option("--pause", default=3.0, show_default=True, help="Seconds that each thinks before a move.")
def main(pupils: int, pause: float) -> None:
    """Start a server, send it a class, and print what it was like."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}")
            everybody = asyncio.run(a_class(f"ws://127.0.0.1:{port}/_stcore/stream", pupils, pause))
        finally:
            # Nothing of it is kept, and on a busy machine it would take its time to say goodbye to a class.
            server.kill()
            server.wait()
    errors = [error for pupil in everybody for error in pupil.errors]
    click.echo(f"{pupils} pupils, {pause:g} s between moves, {os.cpu_count()} cores: {len(errors)} errors")
    for error in sorted(set(errors)):
        click.echo(f"  {error}")
    click.echo(f"first visitor of a server that has just started: {everybody[0].opened:.3f} s")
    click.echo(told("lesson opened", [pupil.opened for pupil in everybody[1:] if pupil.opened]))
    click.echo(told("moves", [seconds for pupil in everybody[1:] for seconds in pupil.moves]))


if __name__ == "__main__":
    main()
