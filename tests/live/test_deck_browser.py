"""Recorded solves and lessons as files, opened from disk in Chromium with the network off."""

import json

import pytest
from live.offline import CHROMIUM, opened, overflows, violations

from vmd_sudoku.cli import main as cli
from vmd_sudoku.network.checkpoint import load_model
from vmd_sudoku.solving.record import solve_puzzle
from vmd_sudoku.solving.setting import Setting

pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright (pip install .[dev])")
pytest.importorskip("axe_playwright_python", reason="axe is missing (pip install .[dev])")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need Chromium (apt-get install chromium)"),
]


def exported(tmp_path, *arguments):
    out = tmp_path / "out.html"
    with pytest.raises(SystemExit) as stop:
        cli.main(["export-html", str(out), *map(str, arguments)])
    assert not stop.value.code
    return out


def press_until(page, selector, key="Tab"):
    """Tab to an element, by the keyboard alone."""
    for _ in range(40):
        if page.evaluate(f"document.activeElement?.matches({selector!r})"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{selector} is not reached by {key}")


def test_a_trace_by_keyboard_alone(tmp_path, easy):
    trace = solve_puzzle(load_model("mdm"), easy[0], Setting(nfe=6))
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(trace.to_json()))
    with opened(exported(tmp_path, "--trace", file), reduced_motion="reduce", color_scheme="dark") as page:
        # Its cards are of one kind, so they go by numbers, and no question waits for the one before.
        assert page.locator(".steps li").all_inner_texts() == ["1", "2", "3", "4", "5", "6"]
        for number in range(1, 6):
            press_until(page, "input[type=radio]")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            page.wait_for_selector(".verdict-box")
            assert page.locator(".head .score").inner_text().endswith(f"of {number}")
            if number == 1:
                assert violations(page) == []
            press_until(page, ".steps .next")
            page.keyboard.press("Enter")
        assert page.locator(".board .state").inner_text() == "✓ Solved"
        assert page.locator(".head .score").inner_text().endswith("of 5")


@pytest.mark.parametrize("lesson", ["independence", "sure"])
def test_a_lesson_on_a_phone(tmp_path, lesson):
    narrow = {"viewport": {"width": 375, "height": 800}, "reduced_motion": "reduce"}
    with opened(exported(tmp_path, "--lesson", lesson), **narrow) as page:
        for number in range(5):
            assert not overflows(page)
            if page.locator(".question button").count():
                assert page.locator(".question button").is_disabled()
                page.locator(".question input").first.check()
                page.click(".question button")
                page.wait_for_selector(".told")
            if page.locator(".pairs button").count():
                page.click(".pairs button")
                assert "of 100 drawn pairs" in page.locator(".pairs").inner_text()
            if page.locator(".game").count():
                page.locator(".grid .blank").first.click()
                page.click(".game button")
                assert "sure" in page.locator(".game [role=status]").inner_text()
            assert not overflows(page)
            if number in (1, 3):  # pairs, a game, an answer: axe takes its time
                assert violations(page) == []
            if number < 4:
                page.click(".steps .next")
        assert not page.locator(".steps .next").is_visible()
        # The app is not at hand: its pages are named, not linked.
        assert page.locator(".card a").count() == 0
        assert "In the app:" in page.locator(".card").inner_text()


def test_what_was_predicted_is_told_on_the_next_card(tmp_path):
    with opened(exported(tmp_path, "--lesson", "many"), reduced_motion="reduce") as page:
        page.locator(".question input").first.check()
        page.click(".question button")
        assert page.locator(".verdict-box").count() == 0
        assert page.locator(".head .score").inner_text() == ""
        page.click(".steps .next")
        assert "You said: None" in page.locator(".verdict-box").inner_text()
        assert page.locator(".head .score").inner_text() == "Score: 0 of 1"
        # The board of one call is full at the first step, that of one cell a call has only begun.
        page.click(".player .first")
        page.click(".player .next")
        blanks = [board.locator(".blank").count() for board in page.locator(".board").all()]
        assert blanks == [0, 63]
