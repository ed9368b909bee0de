"""The Batch page in a real browser, with the process that it starts. About a minute."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import ROOT, Axe, Server, Visit, needs_browser, needs_model, sync_api, visits

from app.batch.store import Store

pytestmark = [*needs_browser, needs_model]
MIXED = [*(ROOT / "puzzles" / "medium.csv").read_text().splitlines()[:5], "hello", "." * 81, "123"]
"""Under a line of column names four puzzles and the empty board, which no MDM fills in five calls; two lines hold none."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose owner keeps runs in a folder of the test."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "limits.toml").write_text(f'folder = "{folder / "runs"}"\n')
    before = os.environ.get("VMD_SUDOKU_BATCH")
    os.environ["VMD_SUDOKU_BATCH"] = str(folder / "limits.toml")
    server = Server(folder / "log.txt")
    server.runs = Store(folder / "runs")  # type: ignore[attr-defined]
    try:
        server.start()
        yield server
    finally:
        for job in server.runs.jobs():  # type: ignore[attr-defined]
            if process := server.runs.process(job):  # type: ignore[attr-defined]
                process.stop()
        server.stop()
        os.environ.pop("VMD_SUDOKU_BATCH")
        if before is not None:
            os.environ["VMD_SUDOKU_BATCH"] = before


@pytest.fixture
def visit(server: Server, chromium: "sync_api.Browser") -> Iterator[Visit]:
    """Open the page."""
    with visits(server, chromium, "/batch", "[data-testid=batch]", seconds=60, state="attached") as visit:
        yield visit


def bring(page: "sync_api.Page", lines: list[str], name: str = "mixed.csv") -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )


def measured(page: "sync_api.Page", lines: list[str]) -> str:
    """Bring a file, measure it to the end, and return the query of its link."""
    bring(page, lines)
    page.get_by_text("5 puzzles").wait_for()
    page.get_by_role("button", name="Measure").click()
    page.get_by_text(re.compile(r"^5 puzzles in ")).wait_for(timeout=120_000)
    page.get_by_role("button", name="Report (HTML)").wait_for()
    return "?" + page.url.partition("?")[2]


@pytest.fixture(scope="module")
def finished(server: Server, chromium: "sync_api.Browser") -> str:
    """The link of a run that is over."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.url}/batch")
    query = measured(page, MIXED)
    page.close()
    return query


def test_a_dropped_file_is_looked_at_measured_and_taken_along(visit: Visit, tmp_path: Path):
    page = visit()
    bring(page, MIXED)
    page.get_by_text("5 puzzles, 0 to 28 clues").wait_for()
    page.get_by_text("2 lines hold no puzzle").click()
    rows = page.locator(".lines tbody tr")
    assert [row.locator("td").first.inner_text() for row in rows.all()] == ["6", "8"]
    page.get_by_role("button", name="Measure").click()
    page.get_by_text(re.compile(r"^5 puzzles in ")).wait_for(timeout=120_000)
    assert re.search(r"[?&]run=[0-9a-f]{32}$", page.url)
    for name, end in (
        ("Report (HTML)", b"</html>\n"),
        ("Every puzzle (CSV)", b"\n"),
        ("Every puzzle (Parquet)", b"PAR1"),
    ):
        with page.expect_download() as coming:
            page.get_by_role("button", name=name).click()
        coming.value.save_as(tmp_path / "taken")
        assert (tmp_path / "taken").read_bytes().endswith(end)


def test_a_link_brings_a_run_back_and_a_board_leads_to_compare(visit: Visit, finished: str):
    page = visit(finished)
    page.get_by_text(re.compile(r"^5 puzzles in ")).wait_for()
    board = page.get_by_role("button", name=re.compile(r"^Puzzle 5, .*Open in Compare"))
    board.first.click()
    page.wait_for_url(re.compile("/compare"))
    page.locator('.compare[data-ready="true"]').wait_for()
    names = page.locator(".board .name").all_inner_texts()
    assert sorted(name.split(",")[0] for name in names) == ["MDM", "VMD"] or len(names) == 2
    page.get_by_role("link", name="Batch").click()
    page.get_by_text(re.compile(r"^5 puzzles in ")).wait_for()
    page.wait_for_url(re.compile(f"/batch{re.escape(finished)}$"))


def test_a_run_outlives_a_restarted_server_and_is_cancelled_at_once(server: Server, visit: Visit):
    page = visit()
    bring(page, (ROOT / "puzzles" / "hard.csv").read_text().splitlines() * 60)
    page.get_by_role("button", name="Measure").click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.get_by_text(re.compile(r"\d+ of \d,\d{3} puzzles")).wait_for(timeout=120_000)
    (job,) = [job for job in server.runs.jobs() if server.runs.is_live(job)]  # type: ignore[attr-defined]
    process = server.runs.process(job)  # type: ignore[attr-defined]
    page.goto("about:blank")
    server.stop()
    assert process.is_alive()
    server.start()
    page = visit(f"?run={job.id}")
    page.get_by_text(re.compile(r"\d+ of \d,\d{3} puzzles")).wait_for(timeout=60_000)
    assert server.runs.process(job) == process  # type: ignore[attr-defined]
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled after").wait_for()
    assert not process.is_alive()
    page.get_by_role("button", name="Report (HTML)").wait_for()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark phone", {"color_scheme": "dark", "viewport": {"width": 375, "height": 812}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_stands_in_anyones_way(visit: Visit, finished: str, name: str, options: dict):
    for query in ("", finished):
        page = visit(query, **options)
        if query:
            page.get_by_role("button", name="Report (HTML)").wait_for()
        else:
            bring(page, MIXED)
            page.get_by_text("2 lines hold no puzzle").click()
        page.wait_for_timeout(500)  # colours fade in
        assert page.evaluate(
            "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".every((node) => node.scrollWidth <= node.clientWidth)"
        )
        # Streamlit's own uploader calls itself presentation and has a name; nothing in the app can prevent it.
        found = Axe().run(page, context={"exclude": [["[data-testid=stFileUploaderDropzone]"]]})
        assert found.violations_count == 0, found.generate_report()
