"""The page that runs the network, opened from disk in Chromium with the network off."""

import pytest
from live.offline import CHROMIUM, opened, overflows, violations

from vmd_sudoku.cli import main as cli

pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright (pip install .[dev])")
pytest.importorskip("axe_playwright_python", reason="axe is missing (pip install .[dev])")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need Chromium (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "live.html"
    with pytest.raises(SystemExit) as stop:
        cli.main(["export-html", str(out)])
    assert not stop.value.code
    return out


def verdict(page):
    page.wait_for_selector(".verdict .headline")
    return page.locator(".verdict .headline").inner_text()


def test_it_solves_plays_compares_and_refuses(file, easy_line, easy):
    with opened(file, reduced_motion="reduce") as page:
        page.fill("#puzzle", easy_line)
        page.click(".solve")
        assert verdict(page) == "Solved"
        shown = "".join(page.locator(".grid .digit").all_inner_texts())
        assert shown == "".join(map(str, easy[1]))
        page.keyboard.press("Tab")
        assert violations(page) == []
        # Both models from the empty board in five calls: z lets the VMD choose, the MDM has nothing to choose by.
        page.select_option("#examples", label="Empty board")
        page.select_option("#model", "both")
        page.select_option("#nfe", "5")
        page.click(".draw")
        assert "MDM: Wrong" in verdict(page)
        assert page.locator(".pane").count() == 2
        assert "stands" in page.locator(".pane .state").nth(1).inner_text()
        page.fill("#puzzle", "12 a")
        assert "“a” is neither a digit nor a blank" in page.locator(".verdict").inner_text()
        page.fill("#puzzle", "123")
        assert "Found 3 cells, wanted 81" in page.locator(".verdict").inner_text()
        page.fill("#puzzle", "11" + "." * 79)
        page.click(".solve")
        assert verdict(page) == "Clues clash"
        assert "1 stands twice in row 1" in page.locator(".verdict").inner_text()


@pytest.mark.parametrize(
    ("told", "words"), [("null", "is being unpacked"), ("{ready: true, fast: false}", "no WebAssembly")]
)
def test_how_the_engine_fares_is_said(file, told, words):
    worker = (
        f"window.Worker = class {{ postMessage() {{ const data = {told}; if (data) this.onmessage({{ data }}) }} }}"
    )
    with opened(file, script=worker) as page:
        assert words in page.locator(".status").inner_text()


def test_by_keyboard_alone_on_a_phone_in_the_dark(file, easy_line):
    narrow = {"viewport": {"width": 375, "height": 800}, "color_scheme": "dark", "reduced_motion": "reduce"}
    with opened(file, **narrow) as page:
        assert not overflows(page)
        page.locator(".cell").first.focus()
        page.keyboard.press("Control+Home")
        for sign in easy_line:
            page.keyboard.press("Delete" if sign == "." else sign)
            column = page.locator(".cell:focus").get_attribute("data-cell")
            page.keyboard.press("ArrowRight")
            if int(column) % 9 == 8:
                page.keyboard.press("ArrowDown")
                page.keyboard.press("Home")
        page.keyboard.press("Enter")
        assert verdict(page) == "Solved"
        page.locator(".cell").first.focus()
        page.keyboard.press(" ")
        page.wait_for_selector(".player[data-playing=true]")
        assert not overflows(page)
        assert violations(page) == []
