"""The Compare page in a real browser. Under a minute."""

import re
from collections.abc import Iterator

import pytest
from browsing import ROOT, Axe, Server, Visit, needs_browser, needs_model, sync_api, visits

PUZZLE = (ROOT / "puzzles" / "apart.csv").read_text().splitlines()[1].split(",")[0]
"""Solved by the VMD and not by the MDM; `tools/pictures.py find` looks for such puzzles."""

pytestmark = [*needs_browser, needs_model]


@pytest.fixture
def visit(server: Server, chromium: "sync_api.Browser") -> Iterator[Visit]:
    """Open the page."""
    with visits(server, chromium, "/compare", '.compare[data-ready="true"]', seconds=60) as visit:
        yield visit


def boards(page: "sync_api.Page") -> list[str]:
    """The digits of every board on the screen, `.` for a blank."""
    return [
        "".join(text or "." for text in grid.locator(".cell .digit").all_text_contents())
        for grid in page.locator(".board .grid").all()
    ]


def at_step(page: "sync_api.Page") -> int:
    return int(page.locator(".player").get_attribute("data-step") or -1)


def seek(page: "sync_api.Page", tick: int) -> None:
    page.get_by_role("slider", name="Step").fill(str(tick))


def test_it_opens_soon_on_a_difference_and_plays_within_one_click(server: Server, visit: Visit):
    page = visit()
    one, other = boards(page)
    assert one == other  # the clues
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("""() => {
        const host = [...document.querySelectorAll('*')].find((node) => node.shadowRoot?.querySelector('.compare'))
        return host.shadowRoot.querySelector('.player').dataset.step === '5'
    }""")
    one, other = boards(page)
    assert "." not in one + other
    assert one != other
    states = page.locator(".board .state").all_inner_texts()
    assert sorted(state[0] for state in states) == ["✓", "✕"]


def test_jumps_lead_to_the_difference_and_marks_have_a_shape(visit: Visit):
    page = visit(f"?p={PUZZLE}")
    for name in page.get_by_role("button", name=re.compile("^Jump to")).all():
        name.click()
        assert at_step(page) > 0
        assert page.locator(".cell[data-chosen]").count() == 2
        assert page.locator(".chosen li").count() == 2
    seek(page, 5)
    lost = page.locator('.cell[data-mark="lost"]').first
    place = lost.get_attribute("data-cell")
    assert lost.evaluate("(node) => getComputedStyle(node, '::after').content") == '"✕"'
    assert "wrong where another board is right" in (lost.get_attribute("aria-label") or "")
    won = page.locator(f'.cell[data-mark="won"][data-cell="{place}"]')
    assert won.evaluate("(node) => getComputedStyle(node, '::after').content") == '"✓"'
    page.get_by_role("button", name="How sure").click()
    assert lost.evaluate("(node) => getComputedStyle(node, '::after').content") == "none"


def test_keys_move_one_choice_on_all_boards_and_the_space_bar_plays(visit: Visit):
    page = visit(f"?p={PUZZLE}")
    seek(page, 5)
    page.locator(".board .cell").nth(40).click()
    page.keyboard.press("ArrowRight")
    chosen = page.locator(".cell[data-chosen]")
    assert [node.get_attribute("data-cell") for node in chosen.all()] == ["41", "41"]
    assert page.locator(".chosen .head").inner_text() == "Row 5, column 6"
    page.keyboard.press("r")  # runs the page again anywhere else
    page.keyboard.press(" ")
    page.locator('.player[data-playing="true"]').wait_for()
    page.keyboard.press(" ")
    page.locator('.player[data-playing="false"]').wait_for()


def test_the_cursor_of_the_curves_follows_and_leads_the_slider(visit: Visit):
    page = visit(f"?p={PUZZLE}")
    cursor = page.locator(".chart .cursor").first
    start = cursor.evaluate("(node) => node.style.transform")
    seek(page, 3)
    assert cursor.evaluate("(node) => node.style.transform") != start
    box = page.locator(".chart svg[role=img]").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + 60)
    assert at_step(page) == 5
    assert page.locator(".chart .mistake").count() > 0


def test_a_link_brings_everything_back_in_a_second_browser(visit: Visit):
    page = visit(f"?p={PUZZLE}&boards=4&d=model.mdm_policy.random_steps.5_seed.3")
    seek(page, 3)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    other = visit(link.partition("/compare")[2])
    assert at_step(other) == 3
    assert len(boards(other)) == 4
    assert boards(other) == boards(page)
    assert page.locator(".name").all_inner_texts() == other.locator(".name").all_inner_texts()


def test_draws_of_one_model_with_their_agreement(visit: Visit):
    page = visit(f"?p={PUZZLE}&view=draws&draws=4")
    seek(page, 5)
    agreement, *draws = boards(page)
    assert len(draws) == 4
    assert "." not in agreement
    alike = [cell for cell in range(81) if len({draw[cell] for draw in draws}) == 1]
    assert all(agreement[cell] == draws[0][cell] for cell in alike)
    clues = sum(sign != "." for sign in PUZZLE)
    words = page.locator(".map .state").inner_text()
    assert words == f"All agree on {len(alike) - clues} of {81 - clues} cells"


def test_the_page_survives_a_restarted_server(server: Server, chromium: "sync_api.Browser"):
    page = chromium.new_page()
    page.goto(f"{server.url}/compare?p={PUZZLE}")
    page.locator('.compare[data-ready="true"]').wait_for()
    seek(page, 3)
    before = boards(page)
    server.stop()
    server.start()
    page.get_by_role("button", name="Step back").click()
    page.get_by_role("button", name="Step forward").click()
    assert boards(page) == before
    page.get_by_text("4 boards").click()
    page.locator('.compare[data-boards="4"][data-ready="true"]').wait_for(timeout=60_000)
    page.close()


@pytest.mark.parametrize(
    ("name", "query", "options"),
    [
        ("light", f"?p={PUZZLE}&at=3", {}),
        ("dark, four boards", f"?p={PUZZLE}&boards=4&at=3", {"color_scheme": "dark"}),
        ("dark phone", f"?p={PUZZLE}&at=3", {"color_scheme": "dark", "viewport": {"width": 375, "height": 812}}),
        ("phone, draws", f"?p={PUZZLE}&view=draws&at=5", {"viewport": {"width": 375, "height": 812}}),
    ],
    ids=lambda value: value if isinstance(value, str) and "?" not in value else "",
)
def test_nothing_stands_in_anyones_way(visit: Visit, name, query, options):
    page = visit(query, **options)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(".board .cell").nth(40).click()
    page.wait_for_timeout(300)  # colours fade in
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_race_can_be_cancelled(visit: Visit):
    page = visit(f"?p={PUZZLE}&race=hard.200.1")
    page.get_by_role("button", name="Race A against B").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled after").wait_for()


def test_a_race_opens_its_failures(visit: Visit):
    # Digits drawn all but evenly solve nothing, and a search solves everything, whatever the weights.
    pair = "a=steps.1_temperature.10&b=model.mdm_steps.1_rules.search"
    page = visit(f"?p={PUZZLE}&{pair}&race=hard.25.1")
    page.get_by_role("button", name="Race A against B").click()
    page.get_by_text("25 puzzles in").wait_for()
    page.get_by_text("McNemar").wait_for()
    page.wait_for_timeout(300)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    before = boards(page)
    page.get_by_text(re.compile(r"^No\. \d+$")).first.click()
    page.wait_for_function(
        """(before) => {
            const host = [...document.querySelectorAll('*')].find((node) => node.shadowRoot?.querySelector('.compare'))
            const root = host.shadowRoot.querySelector('.compare')
            const cells = [...root.querySelectorAll('.board .grid')[0].querySelectorAll('.cell.clue .digit')]
            return root.dataset.ready === 'true' && cells.map((cell) => cell.textContent).join('') !== before
        }""",
        arg="".join(sign for sign in before[0] if sign != "."),
    )
    # It plays by itself, and "To the end" can no longer be pressed once it is there.
    seek(page, int(page.get_by_role("slider", name="Step").get_attribute("max") or 0))
    assert "✕" in "".join(page.locator(".board .state").all_inner_texts())
