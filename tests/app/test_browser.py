"""The app in a real browser, against a real server on a free port of this machine. About half a minute."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Axe, Server, Visit, needs_browser, needs_model, sync_api, visits

EASY = ".3..6.85.6.89....44...8..2....2.8.7.5.1.3.6.2.2.6.5....9..5...72....95.8.75.2..4."

pytestmark = [pytest.mark.usefixtures("compiled_reasons"), *needs_browser]


@pytest.fixture
def visit(server: Server, chromium: "sync_api.Browser") -> Iterator[Visit]:
    """Open the page."""
    with visits(server, chromium, "", ".cell") as visit:
        yield visit


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


def test_the_first_board_is_an_example(visit: Visit):
    page = visit()
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


@needs_model
def test_where_the_network_failed_it_may_guess_and_its_guesses_can_be_stepped_through(visit: Visit):
    hard = "1.........8...7.69.5.......8.......62.61...4......67....1.....84..7.8.......93.2."
    page = visit(f"/?p={hard}&steps=5", reduced_motion="reduce")
    page.get_by_role("button", name="Solve", exact=True).click()
    wait_for_verdict(page, "Not solved")
    assert "." not in line(page)
    # The run that comes is shorter than the one at whose end the player stands.
    page.get_by_role("button", name="Let it guess").click()
    page.locator(".verdict .headline").get_by_text("Solved", exact=True).wait_for()
    assert page.get_by_role("button", name="Let it guess").count() == 0
    assert "." not in line(page)
    page.get_by_role("button", name="To the clues").click()
    page.get_by_role("button", name="Step forward").click()
    assert line(page) == hard
    assert re.fullmatch(
        r"Guess 1: \d+ cells? unsure, the least [\d.]+ %\. Another z\.", page.locator(".step").inner_text()
    )
    assert page.locator(".ghost[data-guess]").count() == hard.count(".")
    assert (
        page.get_by_role(
            "gridcell", name=re.compile(r"blank, guessed \d, only [\d.]+ % sure, the least of all")
        ).count()
        == 1
    )
    page.wait_for_timeout(300)  # colours of buttons fade in
    _assert_accessible(page, "guess")


def test_a_link_opens_its_puzzle_and_the_address_follows_the_board(visit: Visit):
    page = visit(f"/?p={EASY}&model=mdm")
    assert line(page) == EASY
    page.locator(".cell").first.click()
    page.keyboard.press("1")
    page.wait_for_url(f"**/?p={EASY}&model=mdm&own=001")
    page.get_by_text("Bring in, share").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url


def test_undo_redo_and_moving_about(visit: Visit):
    page = visit(f"/?p={EASY}")
    page.locator(".cell").nth(40).click()
    page.keyboard.press("ControlOrMeta+Home")
    for key in ("4", "ArrowDown", "End", "ArrowRight", "7"):
        page.keyboard.press(key)
    wait_for_verdict(page, "Row 2, column 9 is a clue")
    for key in ("ArrowLeft", "7"):
        page.keyboard.press(key)
    changed = "4" + EASY[1:16] + "7" + EASY[17:]
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
    cell = page.get_by_role("gridcell", name="Row 1 column 1: 3, your digit, breaks a rule")
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


PHONES = [(360, 640), (375, 667), (375, 812), (412, 915)]


def phone(size: tuple[int, int]) -> dict[str, object]:
    return {"viewport": {"width": size[0], "height": size[1]}, "has_touch": True, "is_mobile": True}


def assert_in_sight(page: "sync_api.Page", *selectors: str) -> None:
    """All of each is on the screen at once, below the bar."""
    height = page.viewport_size["height"]  # type: ignore[index]
    below = (page.locator(".st-key-pages").bounding_box() or {})["height"]
    for selector in selectors:
        box = page.locator(selector).bounding_box()
        assert box, selector
        assert below <= box["y"], (selector, box)
        assert box["y"] + box["height"] <= height, (selector, box)


def assert_no_sideways_scroll(page: "sync_api.Page") -> None:
    # Streamlit scrolls its main section and not the document.
    inside = "(node) => node.scrollWidth <= node.clientWidth"
    assert page.locator("[data-testid=stMain]").evaluate(inside)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@needs_model
@pytest.mark.parametrize("size", PHONES, ids=str)
def test_on_a_phone_board_and_pad_are_on_one_screen_and_a_hint_with_them(visit: Visit, size: tuple[int, int]):
    page = visit("/", **phone(size), reduced_motion="reduce")
    page.get_by_role("button", name="Settings").wait_for()
    assert_in_sight(page, ".grid", ".pad", ".solve")
    assert_no_sideways_scroll(page)
    page.get_by_role("button", name="Hint").tap()
    wait_for_verdict(page, "Look at row")
    page.wait_for_timeout(200)
    assert_in_sight(page, ".grid", ".pad", ".verdict", ".verdict .tools", ".solve")
    page.get_by_role("button", name="Show why").tap()
    page.wait_for_timeout(200)
    assert_in_sight(page, ".grid", ".pad", ".verdict", ".verdict .tools", ".solve")
    page.get_by_role("button", name="Put it in").tap()
    wait_for_verdict(page, "put into")
    page.wait_for_timeout(200)
    assert_in_sight(page, ".grid", ".pad", ".verdict", ".solve")
    assert_no_sideways_scroll(page)


@pytest.mark.parametrize("size", [*PHONES, (1280, 900)], ids=str)
def test_all_pages_are_one_press_away_and_a_newcomer_sees_what_this_is(visit: Visit, size: tuple[int, int]):
    page = visit("/", **(phone(size) if size[0] < 600 else {}))
    assert page.get_by_text("A small neural network solves your Sudoku").is_visible()
    assert_in_sight(page, ".st-key-intro")
    bar = page.locator(".st-key-pages")
    shown = bar.bounding_box() or {}
    for link in bar.get_by_role("link").all():
        box = link.bounding_box()
        assert box
        assert box["x"] + box["width"] <= shown["x"] + shown["width"]
        assert box["height"] >= 40
    page.get_by_role("link", name="See VMD against MDM").click()
    page.locator('[data-testid="compare"]').wait_for()
    assert_no_sideways_scroll(page)
    bar.get_by_role("link", name="Solve").click()
    page.locator('[data-testid="sudoku"]').wait_for()
    assert page.locator("[data-testid=stSidebar]").count() == 0


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


def test_notes_candidates_and_locking(visit: Visit):
    page = visit(f"/?p={EASY}")
    page.locator(".cell").first.click()
    page.get_by_role("radio", name="Notes").check()
    page.get_by_role("button", name="Note 1").click()
    page.get_by_role("button", name="Note 2").click()
    page.get_by_role("gridcell", name="Row 1 column 1: blank, notes 1 2").wait_for()
    page.get_by_role("button", name="Candidates").click()
    assert page.get_by_role("gridcell", name=re.compile("Row 1 column 3: blank, candidates ")).count() == 1
    page.locator(".cell").nth(2).click()
    page.keyboard.press("n")
    page.keyboard.press("2")  # no peer holds it; a digit that clashes leaves notes alone
    # The note of a peer goes with the digit, and undo brings both back.
    assert page.get_by_role("gridcell", name="Row 1 column 1: blank, notes 1").count() == 1
    assert page.get_by_role("gridcell", name="Row 1 column 3: 2, your digit").count() == 1
    page.get_by_role("button", name="Lock as clues").click()
    assert page.get_by_role("gridcell", name="Row 1 column 3: 2, clue").count() == 1
    page.keyboard.press("ControlOrMeta+z")
    page.keyboard.press("ControlOrMeta+z")
    assert page.get_by_role("gridcell", name="Row 1 column 1: blank, notes 1 2").count() == 1
    page.wait_for_url("**notes=03*")
    page.reload()
    page.get_by_role("gridcell", name="Row 1 column 1: blank, notes 1 2").wait_for()
    page.locator(".cell").first.click()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def press(page: "sync_api.Page", key: str, code: str, **more: bool) -> None:
    """A key of a keyboard that Playwright does not know."""
    page.evaluate(
        """(event) => {
            let node = document.activeElement
            while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
            node.dispatchEvent(new KeyboardEvent("keydown", { ...event, bubbles: true, composed: true, cancelable: true }))
        }""",
        {"key": key, "code": code, **more},
    )


def test_keyboards_of_other_languages_write_digits_and_undo(visit: Visit):
    page = visit(f"/?p={EASY}")
    cell = page.locator(".cell").first
    cell.click()
    for key, shift in (("&", False), ("1", True), ("۱", False), ("١", False), ("१", False), ("Process", False)):
        press(page, key, "Digit1", shiftKey=shift)
        assert line(page) == "1" + EASY[1:], key
        press(page, "я", "KeyZ", ctrlKey=True)
        assert line(page) == EASY, key
    press(page, "!", "Digit1", shiftKey=True)
    page.get_by_role("gridcell", name="Row 1 column 1: blank, notes 1").wait_for()
    press(page, "т", "KeyN")
    assert page.get_by_role("radio", name="Notes").is_checked()


def test_a_digit_that_clashes_deletes_no_notes(visit: Visit):
    page = visit(f"/?p={EASY}")
    page.locator(".cell").first.click()
    for key in ("Shift+Digit1", "Shift+Digit3", "ArrowDown", "ArrowRight", "Shift+Digit3", "ArrowUp", "ArrowLeft", "3"):
        page.keyboard.press(key)
    assert page.locator(".cell.clash").count() == 2
    page.keyboard.press("Delete")
    assert page.get_by_role("gridcell", name="Row 1 column 1: blank, notes 1 3").count() == 1
    assert page.get_by_role("gridcell", name="Row 2 column 2: blank, notes 3").count() == 1


def test_back_leads_to_the_page_before_not_to_the_digit_before(visit: Visit):
    page = visit(f"/?p={EASY}")
    length = page.evaluate("history.length")
    page.locator(".cell").first.click()
    for digit, own in (("1", "001"), ("2", "002"), ("4", "004")):
        page.keyboard.press(digit)
        page.wait_for_url(f"**/?p={EASY}&own={own}")
    assert page.evaluate("history.length") == length
    page.locator(".st-key-pages").get_by_role("link", name="Compare").click()
    page.locator('[data-testid="compare"]').wait_for()
    page.get_by_text("4 boards").click()
    page.wait_for_url("**/compare?*boards=4*")
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    page.locator('[data-testid="sudoku"]').wait_for()
    assert line(page) == "4" + EASY[1:]
    page.wait_for_url(f"**/?p={EASY}&own=004")


def test_the_first_press_of_a_level_brings_another_puzzle(visit: Visit):
    page = visit()
    first = line(page)
    page.get_by_role("button", name="Easy").click()
    page.get_by_role("button", name="Undo").wait_for()
    while line(page) == first:
        page.wait_for_timeout(50)


@needs_model
def test_a_cell_is_looked_into_and_a_link_opens_the_same_step_elsewhere(visit: Visit):
    page = visit(f"/?p={EASY}", reduced_motion="reduce")
    page.get_by_role("button", name="Solve", exact=True).click()
    wait_for_verdict(page, "Solved")
    for _ in range(5):
        page.get_by_role("button", name="Step back").click()
    blank = page.locator(".cell.blank").first
    cell = int(blank.get_attribute("data-cell") or 0)
    blank.click()
    rows = page.locator(".look tbody tr")
    rows.first.wait_for()
    shares = [float(text.replace("%", "")) for text in rows.locator(".number").all_inner_texts()]
    assert len(shares) == 9
    assert 98 < sum(shares) < 102
    assert "p₁ − p₂" in page.locator(".sums").inner_text()
    assert "in the queue of blank cells" in page.locator(".cell-notes").inner_text()
    steps = EASY.count(".")
    assert f"what call {steps - 5} said" in page.locator(".look h2").inner_text()
    page.locator(".cell").nth(cell).focus()
    # Which blank is first depends on the weights; the last column has none to its right.
    key, step = ("ArrowLeft", -1) if cell % 9 == 8 else ("ArrowRight", 1)
    page.keyboard.press(key)
    assert page.locator(".look h2").inner_text().startswith(f"Row {cell // 9 + 1}, column {cell % 9 + 1 + step}:")

    page.get_by_text("Bring in, share").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    other = visit(link.removeprefix(page.url.split("/?")[0]))
    other.get_by_text(f"Step {steps - 5} of {steps}:", exact=False).first.wait_for()
    assert line(other) == line(page)
    other.get_by_role("button", name="Edit puzzle").click()
    assert line(other) == EASY
    other.wait_for_url(f"**/?p={EASY}")


@needs_model
def test_z_is_steered_by_hand_and_a_grid_is_written_from_nothing(visit: Visit):
    page = visit(f"/?p={'.' * 81}", reduced_motion="reduce")
    page.get_by_text("Steer the latent z").click()
    page.get_by_role("radio", name="z itself").check()
    # At once, before the network has said anything that another z could be compared with.
    page.get_by_role("button", name="Draw a new z").evaluate("(button) => button.click()")
    page.wait_for_url("**z=draw*")
    page.get_by_text("The likeliest digit changed in").wait_for()
    page.locator(".cell").nth(40).click()
    lever = page.get_by_role("slider", name="z of digit 5")
    before = float(lever.input_value())
    mark = page.locator(".cell").nth(40).locator("i").nth(4).bounding_box()
    assert mark
    page.mouse.move(mark["x"] + 9, mark["y"] + 9)
    page.mouse.down()
    page.mouse.move(mark["x"] + 9, mark["y"] - 31, steps=4)
    page.mouse.up()
    assert float(lever.input_value()) == pytest.approx(before + 2, abs=0.06)
    page.wait_for_url("**zset=364*")
    page.get_by_text("The likeliest digit changed in").wait_for()
    page.get_by_role("button", name="Undo z").click()
    page.wait_for_url(re.compile("^((?!zset).)*$"))
    page.get_by_role("button", name="Write from the empty board").click()
    page.locator(".verdict .headline").wait_for()
    assert "." not in line(page)


@needs_model
def test_the_board_shows_what_the_network_would_write_while_z_is_dragged(visit: Visit):
    page = visit(f"/?p={EASY}", reduced_motion="reduce")
    ghosts = page.locator(".ghost[data-digit]")
    assert ghosts.count() == 0  # nobody has asked for it
    page.get_by_text("Steer the latent z").click()
    ghosts.first.wait_for()
    assert ghosts.count() == EASY.count(".")
    assert line(page) == EASY  # nothing is written
    page.get_by_text("Written now, the pale digits would break no rule.").wait_for()
    page.goto(page.url.split("?")[0] + f"?p={'.' * 81}&z=draw&seed=3")
    page.get_by_text("Steer the latent z").click()
    ghosts.nth(80).wait_for()
    cell = page.locator(".cell").first
    before = cell.locator(".ghost").get_attribute("data-digit")
    box = cell.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] + 130, steps=5)
    # The digit that is pulled down gives way to another while it is still held.
    page.locator(f'.cell[data-cell="0"] .ghost:not([data-digit="{before}"])').wait_for()
    page.mouse.up()
    page.get_by_text("Solve as soon as I let go").click()
    page.get_by_role("slider", name=f"z of digit {before}").press("ArrowUp")
    page.locator(".verdict .headline").wait_for()
    assert "." not in line(page)


def test_files_come_in_and_go_out(visit: Visit, tmp_path: Path):
    page = visit()
    page.add_init_script("window.print = () => { window.top.printed = document.querySelectorAll('svg').length }")
    page.reload()
    page.locator(".cell").first.wait_for()
    page.get_by_text("Bring in, share").click()
    source = tmp_path / "mine.sdk"
    source.write_text("#A me\n" + "\n".join(EASY[at : at + 9] for at in range(0, 81, 9)))
    page.locator("input.file").set_input_files(source)
    wait_for_verdict(page, "Puzzle loaded")
    assert line(page) == EASY
    large = tmp_path / "large.txt"
    large.write_bytes(b"." * (5 * 1024 * 1024 + 1))
    page.locator("input.file").set_input_files(large)
    page.get_by_text("larger than 5 MB").wait_for()
    page.evaluate(
        """() => {
            const data = new DataTransfer()
            data.items.add(new File(["no puzzle"], "x.txt", { type: "text/plain" }))
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }))
        }"""
    )
    wait_for_verdict(page, "This file was not read")
    assert line(page) == EASY
    page.get_by_label("Any text or link").fill("<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Put on the board").click()
    page.locator(".told", has_text="the XML or HTML cannot be read").wait_for()
    for name, start in ((".sdk", EASY[:9].encode()), ("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert Path(download.value.path()).read_bytes().startswith(start)
    page.get_by_role("button", name="Trace (JSON)").click()
    page.get_by_text("Solve first").wait_for()
    page.get_by_role("button", name="QR code").click()
    page.get_by_role("img", name="QR code").wait_for()
    page.get_by_role("button", name="Print four").click()
    page.wait_for_function("window.printed === 4")
    wiki = page.get_by_role("link", name="Open in SudokuWiki").get_attribute("href")
    assert wiki
    assert EASY in wiki.replace("0", ".")


@needs_model
def test_ten_clicks_on_solve_are_one_question_with_one_answer(visit: Visit):
    page = visit()
    presses: set[bytes] = set()
    page.on("websocket", lambda socket: socket.on("framesent", lambda sent: presses.update(_presses(sent))))
    page.reload()
    page.locator(".cell").first.wait_for()
    page.get_by_role("button", name="Solve", exact=True).evaluate(
        "(button) => [...Array(10)].forEach(() => button.click())"
    )
    wait_for_verdict(page, "Solved")
    assert len(presses) == 1
    # Once more is no other run: it is played again, with its words.
    page.get_by_role("button", name="To the end").click()
    page.get_by_role("button", name="Solve again").click()
    page.locator('.player[data-playing="true"]').wait_for()
    wait_for_verdict(page, "Solved")
    assert len(presses) == 2
    # Another puzzle in the middle of a solve: what was asked about the old one is forgotten.
    page.get_by_role("button", name="Extreme").click()
    while page.locator(".solve .label").inner_text() != "Solve":
        page.wait_for_timeout(20)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Solve", exact=True).click()
    page.get_by_role("button", name="Two solutions").click()
    while line(page).count(".") > 81 - 17 or page.locator(".solve .label").inner_text() != "Solve":
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Solve", exact=True).click()
    page.locator(".verdict", has_text="several solutions").wait_for()


def _presses(sent: str | bytes) -> list[bytes]:
    data = sent if isinstance(sent, bytes) else sent.encode()
    return re.findall(rb'"press":(\d+),"kind":"solve"', data)


def test_a_question_that_got_lost_comes_with_whatever_is_said_next(server: Server, chromium: "sync_api.Browser"):
    """A run of the page that another one cuts off has not heard the question that it was started for."""
    page = chromium.new_page()
    lost: list[bytes] = []

    def pass_on(message: str | bytes, socket: "sync_api.WebSocketRoute") -> None:
        data = message if isinstance(message, bytes) else message.encode()
        if b'"kind":"check"' in data and not lost:
            lost.append(data)
        else:
            socket.send(message)

    def connect(socket: "sync_api.WebSocketRoute") -> None:
        server_side = socket.connect_to_server()
        socket.on_message(lambda message: pass_on(message, server_side))

    page.route_web_socket("**/_stcore/stream", connect)
    # The timer that says everything again never rings.
    page.add_init_script(
        "const later = setTimeout; window.setTimeout = (act, wait, ...more) => wait === 4000 ? 0 : later(act, wait, ...more)"
    )
    page.goto(f"{server.url}/?p={EASY}")
    page.get_by_role("button", name="Settings").wait_for()
    page.get_by_role("button", name="Check").click()
    while not lost:
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("MDM", exact=True).click()
    wait_for_verdict(page, "Nothing entered yet")
    page.close()


@needs_model
@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_nothing_is_in_the_way_of_those_who_cannot_see_or_point(visit: Visit, look: str):
    options = {"color_scheme": "dark" if look == "dark" else "light", "reduced_motion": "reduce"}
    if look == "phone":
        options |= {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
    page = visit(f"/?p={EASY}", **options)
    page.get_by_role("button", name="Candidates").click()
    _assert_accessible(page, "edit")
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Advanced").click()
    page.get_by_role("spinbutton", name="Temperature of the digits").scroll_into_view_if_needed()
    _assert_accessible(page, "settings")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Escape")
    page.get_by_text("Bring in, share").click()
    _assert_accessible(page, "in and out")
    page.get_by_text("Steer the latent z").click()
    page.get_by_role("radio", name="z itself").check()
    page.locator(".marks i.top").first.wait_for()
    _assert_accessible(page, "latent")
    page.get_by_role("button", name="Solve", exact=True).click()
    wait_for_verdict(page, "Solved")
    page.get_by_text("Look into a cell").click()
    _assert_accessible(page, "watch")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _assert_accessible(page: "sync_api.Page", state: str) -> None:
    # Streamlit's link past the header is one; axe sees that only if the first other link lies outside any shadow root.
    found = Axe().run(page, {"exclude": [["[data-testid=stSkipToContent]"]]}).response["violations"]
    assert not found, (
        state,
        [(one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"]) for one in found],
    )


@pytest.mark.parametrize("drawn", [True, False], ids=["whole page", "first run under way"])
def test_a_restarted_server_keeps_the_board_and_hears_what_was_typed_meanwhile(
    server: Server, chromium: "sync_api.Browser", drawn: bool
):
    if not drawn:
        # A new server loads torch after it has drawn the board, and is in the middle of that.
        server.stop()
        server.start()
    page = chromium.new_page()
    page.goto(f"{server.url}/?p={EASY}")
    if drawn:
        page.get_by_role("button", name="Settings").wait_for()
    page.locator(".cell").first.click()
    server.stop(kill=not drawn)
    page.keyboard.press("1")
    server.start()
    page.wait_for_url(f"**/?p={EASY}&own=001", timeout=60_000)
    assert line(page) == "1" + EASY[1:]
    page.close()


def test_data_that_come_late_do_not_undo_newer_ones(chromium: "sync_api.Browser"):
    from app.parts.component import script

    page = chromium.new_page()
    came = "const app = {}; return [2, 1, 2, 3].map((number) => isStale(app, { number }))"
    assert page.evaluate(f"() => {{ {script('parts/order.js')}; {came} }}") == [False, True, False, False]
    page.close()
