"""The Learn page in a real browser: every lesson by keyboard, a phone, a projector, nothing in anyone's way."""

import re
from collections.abc import Iterator

import pytest
from browsing import Axe, Server, Visit, needs_browser, sync_api, visits

from vmd_sudoku.lessons.lesson import NAMES, load

pytestmark = needs_browser
PHONE = {"viewport": {"width": 375, "height": 812}, "color_scheme": "dark"}


@pytest.fixture
def visit(server: Server, chromium: "sync_api.Browser") -> Iterator[Visit]:
    """Open the page."""
    with visits(server, chromium, "/learn", ".learn .title, .learn .lead", reduced_motion="reduce") as visit:
        yield visit


def press_until(page: "sync_api.Page", name: str | re.Pattern, key: str = "Tab") -> None:
    """Go on by keyboard until a button of this name has the focus, then press it."""
    wanted = page.locator(".learn").get_by_role("button", name=name).first
    for _ in range(60):
        if wanted.evaluate("(node) => node === node.getRootNode().activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press(key)
    pytest.fail(f"{name} cannot be reached by {key}")


def answer(page: "sync_api.Page", right: int) -> None:
    """Choose an answer by keyboard and commit to it."""
    radio = page.locator(".learn .question input").first
    for _ in range(60):
        if radio.evaluate("(node) => node === node.getRootNode().activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(right):
        page.keyboard.press("ArrowDown")
    press_until(page, "That is my answer")


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_can_be_gone_through_by_keyboard_alone(visit: Visit, name):
    page, lesson = visit(f"?lesson={name}"), load(name)
    shown = page.locator(".learn .card")
    for number, card in enumerate(lesson.cards):
        page.get_by_role("heading", name=card.title, exact=True).wait_for()
        if card.question:
            assert card.question.because[0] not in shown.inner_text()
            answer(page, card.question.right)
        if number == 1 and lesson.cards[0].question:
            assert lesson.cards[0].question.because[0] in shown.inner_text()
        if card.game:
            for _ in card.game.steps:
                press_until(page, re.compile("^It will be"))
                press_until(page, re.compile("Next round|Play again"))
        if number < 4:
            press_until(page, "Next")
    asked = sum(card.question is not None for card in lesson.cards)
    assert page.locator(".learn .head .score").inner_text() == f"Score: {asked} of {asked}"
    assert f"said={name}.0." in page.url


def test_nothing_is_told_before_the_prediction_and_a_link_brings_the_answers_back(visit: Visit):
    page = visit("?lesson=many&card=2")
    page.get_by_text("Predict first.").wait_for()
    assert page.locator(".learn .board").count() == 0
    page = visit("?lesson=many&card=2&said=many.0.3")
    page.get_by_text("Right. You said: More than 30.").wait_for()
    assert page.locator(".learn .board").count() == 2
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator(".compare").wait_for()
    page.get_by_role("link", name="Learn", exact=True).click()
    page.get_by_text("Right. You said: More than 30.").wait_for()


def test_a_phone_in_the_dark(visit: Visit):
    page = visit("?lesson=sure&said=sure.0.1", **PHONE)
    for _ in range(4):
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.locator(".learn").evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")
        page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("heading", name="Try it yourself").wait_for()


def test_a_projector_and_another_script(visit: Visit):
    page = visit("?lesson=many&projector=1&digits=arabic&hide=lessons.score", viewport={"width": 1024, "height": 768})
    assert page.locator(".learn .clue .digit").first.inner_text() in "١٢٣٤٥٦٧٨٩"
    assert page.get_by_role("button", name=re.compile("All lessons")).count() == 0
    assert page.locator(".learn .board .frame").first.evaluate("(node) => node.clientWidth") > 400
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", {}),
        ("?lesson=many&card=2&said=many.0.1", {}),
        ("?lesson=independence&card=2&said=independence.0.1", {"color_scheme": "dark"}),
        ("?lesson=sure&card=4&said=sure.0.1_sure.3.1", PHONE),
        ("?lesson=sure&card=2&said=sure.0.1&projector=1", {"viewport": {"width": 1024, "height": 768}}),
    ],
)
def test_axe_finds_nothing(visit: Visit, query, options):
    page = visit(query, **options)
    page.wait_for_timeout(300)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_teachers_page(visit: Visit, server: Server):
    page = visit()
    page.goto(f"{server.url}/teach")
    page.get_by_text("Projector mode").click()
    page.get_by_text("projector=1").wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Download the worksheet")).click()
    assert "Answers" in download.value.path().read_text()
