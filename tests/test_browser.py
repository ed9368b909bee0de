"""The app in a real browser, against a real server on a free port of this machine. About half a minute."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright (pip install .[dev])")

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
EASY = ".3..6.85.6.89....44...8..2....2.8.7.5.1.3.6.2.2.6.5....9..5...72....95.8.75.2..4."

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need Chromium (apt-get install chromium)"),
]
needs_model = pytest.mark.skipif(not SHIPPED.exists(), reason="no trained model is shipped in vmd_sudoku/models/vmd")


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

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server") / "log.txt")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator["sync_api.Browser"]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


Visit = Callable[..., "sync_api.Page"]


@pytest.fixture
def visit(server: Server, chromium: "sync_api.Browser") -> Iterator[Visit]:
    """Open the app. At the end of the test: nothing was asked of another machine, and no error was logged."""
    contexts, outside, errors = [], [], []

    def open_page(path: str = "", **options: object) -> "sync_api.Page":
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        own = (server.url, server.url.replace("http", "ws", 1), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(server.url + path)
        page.locator(".cell").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not outside
    assert not errors


def line(page: "sync_api.Page") -> str:
    """The digits on the screen, `.` for a blank."""
    return "".join(text or "." for text in page.locator(".cell .digit").all_text_contents())


def wait_for_line(page: "sync_api.Page", puzzle: str) -> None:
    page.wait_for_function(
        """(wanted) => {
            const app = [...document.querySelectorAll('*')].find((node) => node.shadowRoot?.querySelector('.app'))
            const cells = [...(app?.shadowRoot.querySelectorAll('.cell .digit') ?? [])]
            return cells.map((cell) => cell.textContent || '.').join('') === wanted
        }""",
        arg=puzzle,
    )


def type_puzzle(page: "sync_api.Page", puzzle: str) -> None:
    """As a person would: along each row with the arrow keys."""
    page.locator(".cell").first.click()
    for start in range(0, 81, 9):
        page.keyboard.press("Home")
        for digit in puzzle[start : start + 9]:
            page.keyboard.press(digit if digit != "." else "Delete")
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")


def paste(page: "sync_api.Page", text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("ControlOrMeta+v")


def wait_for_verdict(page: "sync_api.Page", headline: str) -> None:
    page.locator(".verdict .headline", has_text=headline).wait_for()


def test_the_first_board_is_there_soon_and_has_an_example(visit: Visit):
    start = time.monotonic()
    page = visit()
    assert time.monotonic() - start < 5
    assert 17 <= sum(digit != "." for digit in line(page)) < 81
    assert page.get_by_role("button", name="Solve", exact=True).is_visible()
    assert page.get_by_role("grid").count() == 1
    assert page.get_by_role("gridcell").count() == 81


@needs_model
def test_type_paste_solve_scrub_back_and_see_solved(visit: Visit):
    page = visit()
    page.get_by_role("button", name="Clear board").click()
    assert line(page) == "." * 81
    type_puzzle(page, EASY[:27] + "." * 54)
    assert line(page) == EASY[:27] + "." * 54
    page.locator("h1").click()
    paste(page, "\n".join(EASY[at : at + 9].replace(".", "0") for at in range(0, 81, 9)))
    wait_for_line(page, EASY)
    assert page.get_by_role("gridcell", name="Row 1 column 2: 3, clue").is_visible()

    page.get_by_role("button", name="Solve", exact=True).click()
    wait_for_verdict(page, "Solved")
    page.get_by_role("button", name="To the end").click()
    solved = line(page)
    assert "." not in solved
    assert all(clue in (".", digit) for clue, digit in zip(EASY, solved, strict=True))
    orders = {int(text) for text in page.locator(".cell .order").all_text_contents() if text}
    assert orders == set(range(1, EASY.count(".") + 1))

    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert line(page).count(".") == 1
    page.get_by_role("button", name="Step back").click()
    assert line(page).count(".") == 2
    page.keyboard.press("Home")
    slider.fill("0")
    assert line(page) == EASY
    wait_for_verdict(page, "Solved")

    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.hidden === false")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Edit puzzle").click()
    assert line(page) == EASY


@needs_model
def test_less_motion_shows_the_end_at_once(visit: Visit):
    page = visit(f"/?p={EASY}", reduced_motion="reduce")
    page.get_by_role("button", name="Solve", exact=True).click()
    wait_for_verdict(page, "Solved")
    assert "." not in line(page)


def test_a_link_opens_its_puzzle_and_the_address_follows_the_board(visit: Visit):
    page = visit(f"/?p={EASY}&model=mdm")
    assert line(page) == EASY
    page.locator(".cell").first.click()
    page.keyboard.press("1")
    page.wait_for_url(f"**/?p=1{EASY[1:]}&model=mdm")
    page.get_by_text("Paste, type or copy as text").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url


def test_undo_redo_and_moving_about(visit: Visit):
    page = visit(f"/?p={EASY}")
    page.locator(".cell").nth(40).click()
    page.keyboard.press("ControlOrMeta+Home")
    for key in ("4", "ArrowDown", "End", "ArrowRight", "7"):
        page.keyboard.press(key)
    changed = "4" + EASY[1:17] + "7" + EASY[18:]
    assert line(page) == changed
    page.keyboard.press("ControlOrMeta+z")
    page.keyboard.press("ControlOrMeta+z")
    assert line(page) == EASY
    page.keyboard.press("ControlOrMeta+y")
    page.keyboard.press("ControlOrMeta+Shift+z")
    assert line(page) == changed
    page.get_by_role("button", name="Clear board").click()
    page.get_by_role("button", name="Undo").click()
    assert line(page) == changed


def test_clashes_are_marked_by_shape_and_refused_with_the_reason(visit: Visit):
    page = visit(f"/?p={EASY}")
    page.locator(".cell").first.click()
    page.keyboard.press("3")
    assert page.locator(".cell.clash").count() == 2
    cell = page.get_by_role("gridcell", name="Row 1 column 1: 3, clue, breaks a rule")
    assert cell.locator(".digit").evaluate("(node) => getComputedStyle(node).textDecorationStyle") == "wavy"
    page.keyboard.press("Enter")
    wait_for_verdict(page, "Clues clash")
    assert "3 twice in row 1" in page.locator(".verdict").inner_text()


@pytest.mark.parametrize(
    ("text", "puzzle"),
    [
        (EASY.replace(".", "0"), EASY),
        (f"https://example.org/?bd={EASY}", EASY),
        (f"{EASY},{'1' * 81}", EASY),
        ("\n".join("|" + EASY[at : at + 9].replace(".", "_") + "|" for at in range(0, 81, 9)), EASY),
        ("123", None),
        ("<img src=x onerror=alert(1)>", None),
    ],
)
def test_pasted_text_is_read_or_explained(shared_page: "sync_api.Page", text: str, puzzle: str | None):
    page = shared_page
    page.locator("h1").click()
    before = line(page)
    paste(page, text)
    wait_for_verdict(page, "Puzzle loaded" if puzzle else "Not a puzzle")
    assert line(page) == (puzzle or before)


@pytest.fixture(scope="module")
def shared_page(server: Server, chromium: "sync_api.Browser") -> Iterator["sync_api.Page"]:
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page = context.new_page()
    page.goto(server.url)
    page.locator(".cell").first.wait_for()
    yield page
    context.close()


def test_letters_typed_on_the_board_do_not_run_the_page_again(visit: Visit):
    page = visit(f"/?p={EASY}")
    page.locator(".cell").first.click()
    for key in "rc":
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.get_by_role("dialog").count() == 0
    assert page.locator("[data-testid='stStatusWidget']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_is_enough(visit: Visit, scheme: str):
    phone = {"width": 375, "height": 812}
    page = visit(f"/?p={EASY}", viewport=phone, has_touch=True, is_mobile=True, color_scheme=scheme)
    page.locator(".cell").first.tap()
    page.get_by_role("button", name="Put 1, 8 left").tap()
    assert line(page) == "1" + EASY[1:]
    page.get_by_role("button", name="Put 1, 7 left").wait_for()
    page.get_by_role("button", name="Erase").tap()
    assert line(page) == EASY
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for button in page.locator(".app button:visible").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 40


def test_another_example_replaces_the_board_and_undo_brings_it_back(visit: Visit):
    page = visit()
    page.locator(".cell").nth(1).click()
    page.keyboard.press("5")
    mine = line(page)
    page.get_by_role("button", name="Medium").click()
    page.get_by_role("button", name="Undo").wait_for()
    while line(page) == mine:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Undo").click()
    assert line(page) == mine


def test_a_restarted_server_keeps_the_board_and_hears_what_was_typed_meanwhile(
    server: Server, chromium: "sync_api.Browser"
):
    page = chromium.new_page()
    page.goto(f"{server.url}/?p={EASY}")
    page.locator(".cell").first.click()
    server.stop()
    page.keyboard.press("1")
    server.start()
    page.wait_for_url(f"**/?p=1{EASY[1:]}", timeout=30_000)
    assert line(page) == "1" + EASY[1:]
    page.close()
