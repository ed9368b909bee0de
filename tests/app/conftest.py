import threading

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
