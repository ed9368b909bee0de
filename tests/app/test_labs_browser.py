"""The Labs page in a real browser: one test a lab. Under a minute."""

from collections.abc import Iterator

import pytest
from browsing import Axe, Server, Visit, needs_browser, needs_model, sync_api, visits

pytestmark = [*needs_browser, needs_model]


@pytest.fixture
def visit(server: Server, chromium: "sync_api.Browser") -> Iterator[Visit]:
    """Open the page."""
    with visits(server, chromium, "/labs", "h1", seconds=90) as visit:
        yield visit


def check(page: "sync_api.Page") -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    assert Axe().run(page).response["violations"] == []
    wide, room = page.get_by_test_id("stMain").evaluate("(node) => [node.scrollWidth, node.clientWidth]")
    assert wide <= room


def test_a_class_predicts_then_steps_and_drags_the_point(visit: Visit):
    page = visit("?tokens=D1")
    page.get_by_label("KL of one call, nats").fill("6.9")
    page.get_by_role("button", name="Commit").click()
    page.get_by_text("✓ Right").wait_for()
    page.get_by_role("button", name="Step").click()
    page.get_by_test_id("plane").locator(".says").wait_for()
    page.get_by_text("Paused.").wait_for()
    says, slider = page.locator(".plane .at"), page.locator(".plane input").first
    before = says.inner_text()
    slider.focus()
    slider.press("ArrowLeft")
    assert says.inner_text() != before
    assert page.url.endswith("/labs?tokens=D1")
    check(page)


def test_words_light_up_and_a_pattern_is_filled(visit: Visit):
    page = visit("?lab=words&letters=argmax", viewport={"width": 375, "height": 812})
    columns = page.get_by_test_id("chips").first.locator(".column")
    columns.nth(1).locator(".chip.real").first.wait_for()
    assert columns.nth(1).locator(".chip.real").count() > columns.nth(0).locator(".chip.real").count()
    assert columns.nth(1).locator(".chip.real").first.inner_text().startswith("✓")
    check(page)


def test_a_walk_moves_by_keys_and_grids_begin_and_stop(visit: Visit):
    page = visit("?lab=grids", color_scheme="dark")
    slider = page.locator(".walk input")
    slider.wait_for()
    page.locator(".walk .picture").wait_for()
    before = page.locator(".walk .picture").get_attribute("aria-label")
    for _ in range(6):
        slider.press("ArrowRight")
    assert page.locator(".walk .picture").get_attribute("aria-label") != before
    page.get_by_role("button", name="Write 100 grids with each").click()
    page.locator(".thumb").first.wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped after").or_(page.get_by_text("200 grids, calls")).wait_for()
    check(page)
