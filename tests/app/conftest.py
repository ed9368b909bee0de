import threading
from collections.abc import Iterator
from typing import Any

import pytest
from app_stubs import stub_trace, whole

from app.parts.settings import Settings
from app.server import solves, start
from vmd_sudoku.solving.record import Solve


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Settings]]:
    """Put the oracle in the network's place; the list fills with what it was asked."""
    calls: list[tuple[str, Settings]] = []

    def answer(
        puzzle: str, settings: Settings, cancelled: threading.Event | None = None, proof: object = None
    ) -> Solve:
        calls.append((puzzle, settings))
        return whole(stub_trace(puzzle, settings))

    monkeypatch.setattr(solves, "solve", answer)
    monkeypatch.setattr(start, "warm_up", lambda: None)
    return calls


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from browsing import Server  # skips where playwright is missing, which the other tests of the app do not need

    server = Server(tmp_path_factory.mktemp("server") / "log.txt")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from browsing import CHROMIUM, FLAGS, sync_api

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
