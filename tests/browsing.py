"""A real browser against a real server of the app, on a free port of this machine: what the pages' browser tests share."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright (pip install .[dev])")

Axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing (pip install .[dev])").Axe

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHIPPED = ROOT / "vmd_sudoku" / "models" / "vmd" / "model.json"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need Chromium (apt-get install chromium)"),
]
needs_model = pytest.mark.skipif(not SHIPPED.exists(), reason="no trained model is shipped in vmd_sudoku/models/vmd")
Visit = Callable[..., "sync_api.Page"]


class Server:
    """The app's server on a port of its own; `restart` replaces the process under an open page."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={self.port}"]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.05)
        self.stop()
        pytest.fail(f"the server did not start:\n{self._log.read_text()}")

    def stop(self, kill: bool = False) -> None:
        if self._process:
            self._process.kill() if kill else self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None


@contextmanager
def visits(
    server: Server,
    chromium: "sync_api.Browser",
    path: str,
    ready: str,
    *,
    seconds: float = 30,
    state: str = "visible",
    **usual: object,
) -> Iterator[Visit]:
    """A function that opens `path` and a query in a context of its own, and waits for `ready`. At the end: nothing was asked
    of another machine, and no error was logged."""
    contexts, outside, errors = [], [], []

    def is_error(message: "sync_api.ConsoleMessage") -> bool:
        # Opened at a page other than the first, Streamlit's own script looks for its server below that page's address first.
        asked = message.location.get("url", "")
        probe = "/_stcore/" in asked and not asked.startswith(f"{server.url}/_stcore/")
        return message.type == "error" and not probe

    def open_page(query: str = "", **options: object) -> "sync_api.Page":
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **usual, **options})
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * seconds)
        own = (server.url, server.url.replace("http", "ws", 1), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
        page.goto(server.url + path + query)
        page.locator(ready).first.wait_for(state=state)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not outside
    assert not errors
