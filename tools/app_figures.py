"""What the app does, in figures, beside what it is meant to do.

python tools/app_figures.py                        # all of it; some five minutes
python tools/app_figures.py solving keys --json out.json

A server of its own on a free port, and Chromium. Needs playwright and axe (pip install .[dev]). Server and browser share the
machine, so the figures are of both; give them two cores that are otherwise idle.
"""

import asyncio
import itertools
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import click
import websockets
from axe_playwright_python.sync_playwright import Axe
from pictures import APART, LOOKS, ROOT, chromium, served
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from vmd_sudoku.board import to_line
from vmd_sudoku.formats import files as puzzle_file

WAIT = 120_000
OPENINGS, SOLVES, KEYS, SESSIONS, CLICKS, RUNS = 5, 10, 40, 20, 10, 3
TRY_AGAIN_AFTER = 2.25
"""Seconds after which a page asks a busy server again, on average."""
PLAYED = 5000
"""Milliseconds of playing in which frames are counted."""
RACE = "race=hard.200.1"
"""A race long enough to keep Python busy for all of a measurement."""
FOUR = "boards=4&a=usual&b=model.mdm&c=policy.top-prob&d=model.mdm_policy.top-prob"
TWO = "a=usual&b=model.mdm"

ROOT_OF = """(name) => [...document.querySelectorAll('*')]
    .find((node) => node.shadowRoot?.querySelector(name))?.shadowRoot.querySelector(name)"""
WATCH_OPENING = f"""
    const look = () => {{
        if (({ROOT_OF})('.app, .compare')?.querySelectorAll('.cell').length >= 81) window.opened = performance.now()
        else requestAnimationFrame(look)
    }}
    requestAnimationFrame(look)
"""
PRESS_SOLVE = f"""() => {{
    const app = ({ROOT_OF})('.app')
    const start = performance.now()
    app.querySelector('.solve').click()
    window.answer = new Promise((done) => {{
        const look = () => {{
            const said = app.querySelector('.verdict .headline')?.textContent ?? ''
            if (/^(Solved|Not solved)/.test(said)) done(performance.now() - start)
            else if (/^No answer/.test(said)) done(null)
        }}
        new MutationObserver(look).observe(app.querySelector('.verdict'), {{ childList: true, subtree: true }})
        look()
    }})
}}"""
WATCH_KEYS = f"""() => {{
    const app = ({ROOT_OF})('.app')
    window.keys = []
    const texts = () => [...app.querySelectorAll('.cell .digit')].map((node) => node.textContent).join()
    window.addEventListener('keydown', (event) => {{
        if (!/^[1-9]$/.test(event.key)) return
        const before = texts()
        let frames = 0
        const look = (now) => {{
            frames += 1
            if (texts() !== before) window.keys.push([frames, now - event.timeStamp])
            else requestAnimationFrame(look)
        }}
        requestAnimationFrame(look)
    }}, true)
}}"""
COUNT_FRAMES = """(wanted) => new Promise((done) => {
    const times = []
    const frame = (time) => {
        times.push(time)
        if (time - times[0] < wanted) requestAnimationFrame(frame)
        else done(times)
    }
    requestAnimationFrame(frame)
})"""


WATCH_PRESS = """([name, words, wait]) => new Promise((done) => {
    const button = [...document.querySelectorAll('button')].find((one) => one.textContent.includes(name))
    const start = performance.now()
    const look = () => {
        if (new RegExp(words).test(document.body.innerText) || performance.now() - start > wait) done(performance.now() - start)
        else requestAnimationFrame(look)
    }
    button.click()
    look()
})"""


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, the value in words, the target, and whether it was reached."""

    what: str
    value: str
    target: str = ""
    reached: bool | None = None


class Visits:
    """Pages of the app in one browser; what they ask of other machines, and their errors, are kept."""

    def __init__(self, browser: Browser, url: str, log: Path, outside: list[str], errors: list[str]) -> None:
        self.url = url
        self.log = log
        self.outside = outside
        self.errors = errors
        self._browser = browser

    def solves(self) -> int:
        """Times that the network has solved a board, or several at once, since the server started."""
        return len(re.findall("the network solved", self.log.read_text()))

    @contextmanager
    def page(self, path: str = "/", ready: str = "window.opened", **options: object) -> Iterator[Page]:
        """A visitor of his own, once `ready` is true in the browser; `options` are those of a browser context."""
        context = self._browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(WAIT)
        own = (self.url, self.url.replace("http", "ws", 1), "data:", "blob:")
        page.on("request", lambda sent: None if sent.url.startswith(own) else self.outside.append(sent.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        page.add_init_script(WATCH_OPENING)
        page.goto(self.url + path)
        page.wait_for_function(ready)
        yield page
        context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        # Opened at a page other than the first, Streamlit's own script looks for its server below that page's address.
        if message.type == "error" and not re.search(r"/(compare|batch)/_stcore/", message.location.get("url", "")):
            self.errors.append(message.text)


def puzzles(*files: str) -> list[str]:
    """The example puzzles of some levels."""
    return [to_line(puzzle) for file in files for puzzle in puzzle_file.read(ROOT / "puzzles" / f"{file}.csv").puzzles]


def relabelled(line: str, by: int) -> str:
    """The same puzzle with other digits, for a server that remembers what it has solved."""
    return "".join(sign if sign == "." else str((int(sign) - 1 + by) % 9 + 1) for sign in line)


def warm(visits: Visits) -> None:
    """Have the models, the exact solver and the reasons loaded."""
    with visits.page(f"/?p={puzzles('easy')[-1]}&at=0") as page:
        page.locator(".verdict .headline").wait_for()
        page.get_by_role("button", name="Edit puzzle").click()
        page.get_by_role("button", name="Hint").click()
        page.locator(".verdict .headline").wait_for()


def share_of_a_core(seconds: float = 1.0) -> float:
    """How much of a core a busy process gets, from 0 to 1; less than 1 means that the machine works for others too."""
    start, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        pass
    return (time.process_time() - used) / (time.perf_counter() - start)


def solve_once(page: Page) -> tuple[float, float]:
    """Milliseconds from the press of Solve to the verdict, and those of them that the network took."""
    page.evaluate(PRESS_SOLVE)
    whole = page.evaluate("() => window.answer")
    network = re.search(r"in (\d+\.\d+) s", page.locator(".verdict").inner_text())
    return whole, 1000 * float(network[1]) if network else float("nan")


# ---- what is measured


def opening(visits: Visits) -> Iterator[Figure]:
    """The first board on the screen, on a server that just started and on one that runs."""
    for path, name in (("/", "Solve"), ("/compare", "Compare")):
        seconds = []
        for _ in range(OPENINGS):
            with visits.page(path) as page:
                seconds.append(page.evaluate("window.opened") / 1000)
        yield Figure(f"first board, {name}", _spread(seconds, "s"), "< 3 s", max(seconds) < 3)


def solving(visits: Visits) -> Iterator[Figure]:
    """A solve at default settings of puzzles that were not solved before, with everything loaded."""
    for name, setting in (("default settings", ""), ("5 calls", "&steps=5")):
        whole, network = [], []
        for puzzle in puzzles("easy", "medium")[:SOLVES]:
            with visits.page(f"/?p={puzzle}{setting}") as page:
                page.get_by_role("button", name="Settings").wait_for()
                each = solve_once(page)
                whole.append(each[0])
                network.append(each[1])
        reached = statistics.median(whole) < 300 if not setting else None
        yield Figure(f"solve, {name}", _spread(whole, "ms"), "" if setting else "< 300 ms", reached)
        yield Figure(f"  of which the network, {name}", _spread(network, "ms"))


def keys(visits: Visits) -> Iterator[Figure]:
    """From a key to its digit on the screen, while a race keeps Python busy."""
    with _busy(visits), visits.page(f"/?p={'.' * 81}") as page:
        page.evaluate(WATCH_KEYS)
        page.locator(".cell").first.click()
        for number in range(KEYS):
            page.keyboard.press(str(number % 9 + 1))
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(30)
        page.wait_for_function(f"window.keys.length === {KEYS}")
        heard = page.evaluate("window.keys")
        frames, ms = [int(each[0]) for each in heard], [each[1] for each in heard]
        yield Figure("key to digit, server busy", f"{max(frames)} frames at most", "<= 2 frames", max(frames) <= 2)
        yield Figure("  the same in time", _spread(ms, "ms"))


def playing(visits: Visits) -> Iterator[Figure]:
    """Frames a second of the player while a race keeps Python busy."""
    for name, query in (("two boards", TWO), ("four boards", FOUR)):
        with visits.page(f"/compare?p={to_line(puzzle_file.read(APART).puzzles[0])}&{query}&{RACE}") as page:
            page.locator('.compare[data-ready="true"]').wait_for()
            page.get_by_role("button", name="Race A against B").click()
            page.get_by_role("button", name="Cancel").wait_for()
            page.get_by_role("slider", name="Step").fill("0")
            page.get_by_role("button", name="Play").click()
            times = page.evaluate(COUNT_FRAMES, PLAYED)
            played = int(page.locator(".player").get_attribute("data-step") or 0)
            page.get_by_role("button", name="Cancel").click()
        rate = 1000 * (len(times) - 1) / (times[-1] - times[0])
        longest = max(after - before for before, after in itertools.pairwise(times))
        words = f"{rate:.1f} frames a second, longest gap {longest:.0f} ms, {played} steps"
        yield Figure(f"player, {name}, Python busy", words, ">= 55", rate >= 55 and played > 0)


def sessions(visits: Visits) -> Iterator[Figure]:
    """Twenty visitors who press Solve at the same time, each on a puzzle of his own.

    Twenty pages that draw their signs of waiting keep the cores from the server. Visitors bring a machine of their own, so here
    nothing moves, and the last figure is of the server alone, asked by as many connections without a page.
    """
    lines, errors = puzzles("easy", "medium", "hard")[:SESSIONS], len(visits.errors)
    with _many(visits, [f"/?p={relabelled(line, 1)}" for line in lines]) as pages:
        for page in pages:
            page.get_by_role("button", name="Settings").wait_for()
            tools = page.context.new_cdp_session(page)
            tools.send("Animation.enable")
            tools.send("Animation.setPlaybackRate", {"playbackRate": 0})
        for page in pages:
            page.evaluate(PRESS_SOLVE)
        answers = [page.evaluate("() => window.answer") for page in pages]
    seconds = sorted(each / 1000 if each else float("inf") for each in answers)
    failed = len(visits.errors) - errors + answers.count(None)
    yield Figure(f"{SESSIONS} sessions solve at once, errors", str(failed), "0", failed == 0)
    words, p95 = _waits(seconds)
    yield Figure("  from press to verdict", words, "p95 < 3 s", p95 < 3)
    # Playwright has an event loop in this thread.
    with ThreadPoolExecutor(1) as pool:
        served_alone = pool.submit(
            lambda: asyncio.run(_connections(visits.url, [relabelled(line, 2) for line in lines]))
        )
        words, _ = _waits(sorted(served_alone.result()))
    yield Figure("  the server alone, from question to answer", words)


def clicks(visits: Visits) -> Iterator[Figure]:
    """Ten clicks on Solve in a second: on one board, and on a board that changes before every click."""
    with visits.page(f"/?p={relabelled(puzzles('hard')[1], 3)}") as page:
        page.get_by_role("button", name="Settings").wait_for()
        alone, _ = solve_once(page)
    with visits.page(f"/?p={relabelled(puzzles('hard')[2], 3)}") as page:
        page.get_by_role("button", name="Settings").wait_for()
        before = visits.solves()
        page.evaluate(f"""() => {{
            const button = ({ROOT_OF})('.app .solve')
            for (let click = 0; click < {CLICKS}; click += 1) setTimeout(() => button.click(), {900 // CLICKS} * click)
        }}""")
        page.wait_for_timeout(1000)
        page.locator(".verdict .headline").wait_for()
        page.wait_for_timeout(2000)
        solves = visits.solves() - before
        yield Figure(f"{CLICKS} clicks on Solve in a second, boards solved", str(solves), "1", solves == 1)
    # Each digit makes another board, so that each click asks something new and makes the one before pointless.
    hard = puzzle_file.read(ROOT / "puzzles" / "hard.csv")
    assert hard.solutions is not None
    line, solution = to_line(hard.puzzles[3]), to_line(hard.solutions[3])
    with visits.page(f"/?p={line}") as page:
        page.get_by_role("button", name="Settings").wait_for()
        for cell in [cell for cell in range(81) if line[cell] == "."][:CLICKS]:
            start = time.monotonic()
            page.locator(".cell").nth(cell).evaluate("(cell) => cell.focus()")
            page.keyboard.press(solution[cell])
            page.locator(".solve").evaluate("(button) => button.click()")
            page.wait_for_timeout(max(0.0, 90 - 1000 * (time.monotonic() - start)))
        start = time.monotonic()
        page.locator(".verdict .headline", has_text=re.compile("olved")).wait_for()
        last = 1000 * (time.monotonic() - start)
        words = f"{last:.0f} ms after the last click; one solve alone takes {alone:.0f}"
        yield Figure(f"  {CLICKS} boards and clicks in a second, verdict", words)


def batch(visits: Visits) -> Iterator[Figure]:
    """From the press of Measure to the first figures of a run, and from the press of Cancel to the end of its process.

    A visitor takes some seconds to choose puzzles; at once is what an impatient one gets.
    """
    for name, wait in (("after five seconds on the page", 5000), ("as soon as it is there", 0)):
        first, ended = [], []
        for turn in range(RUNS):
            with visits.page("/batch", f"!!({ROOT_OF})('.batch')") as page:
                page.locator("input[type=file]").set_input_files(_many_puzzles(turn))
                page.get_by_text("puzzles, ").first.wait_for()
                page.wait_for_timeout(wait)
                first.append(_pressed(page, "Measure", r"[1-9]\d* of [\d,]+ puzzles"))
                ended.append(_pressed(page, "Cancel", "Cancelled after"))
        yield Figure(f"Batch, Measure to first result, {name}", _spread(first, "s"), "< 3 s", max(first) < 3)
        yield Figure("  Cancel to the end of the run", _spread(ended, "s"), "< 1 s", max(ended) < 1)


def _many_puzzles(turn: int) -> Any:
    """A file that takes long enough to be cancelled; another one each time."""
    lines = [relabelled(line, turn) for line in puzzles("hard")] * 20
    return {"name": f"hard-{turn}.txt", "mimeType": "text/plain", "buffer": "\n".join(lines).encode()}


def _pressed(page: Page, button: str, words: str) -> float:
    """Seconds from the press of a button until the page says something, by the browser's own clock."""
    expect(page.get_by_role("button", name=button)).to_be_enabled(timeout=WAIT)
    return page.evaluate(WATCH_PRESS, [button, words, WAIT]) / 1000


def looks(visits: Visits) -> Iterator[Figure]:
    """axe's objections, and whether a phone has to scroll sideways."""
    easy, apart = puzzles("easy")[0], to_line(puzzle_file.read(APART).puzzles[0])
    found, wide = [], []
    for look, options in LOOKS.items():
        for path in (
            f"/?p={easy}",
            f"/?p={easy}&at=9",
            f"/compare?p={apart}&at=3",
            f"/compare?p={apart}&boards=4&at=5",
        ):
            with visits.page(path, reduced_motion="reduce", **options) as page:
                ready = (
                    '.compare[data-ready="true"]'
                    if "compare" in path
                    else ".verdict .headline"
                    if "at=" in path
                    else ".cell"
                )
                page.locator(ready).first.wait_for()
                page.wait_for_timeout(500)  # colours fade in
                answer = Axe().run(page, {"exclude": [["[data-testid=stSkipToContent]"]]}).response["violations"]
                found += [(look, path, one["id"]) for one in answer]
                if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                    wide.append((look, path))
    yield Figure("axe, 4 looks of 4 states", f"{len(found)} violations {found or ''}".strip(), "0", not found)
    yield Figure("sideways scroll, the same", f"{len(wide)} {wide or ''}".strip(), "0", not wide)


MEASURES: dict[str, Callable[[Visits], Iterator[Figure]]] = {
    "opening": opening,
    "solving": solving,
    "keys": keys,
    "playing": playing,
    "clicks": clicks,
    "batch": batch,
    "looks": looks,
    "sessions": sessions,
}


@click.command()
@click.argument("which", nargs=-1, type=click.Choice(list(MEASURES)))
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON there.")
def cli(which: tuple[str, ...], output: Path | None) -> None:
    """Measure WHICH, or everything, and print a table."""
    figures: list[Figure] = []
    machine = {"cores": len(os.sched_getaffinity(0)), "share_of_a_core": round(share_of_a_core(), 2)}

    def tell(figure: Figure) -> None:
        figures.append(figure)
        mark = {True: "reached", False: "MISSED", None: ""}[figure.reached]
        click.echo(f"{figure.what:<50} {figure.value:<70} {figure.target:<12} {mark}")

    click.echo("{cores} cores, of one of which a busy process gets {share_of_a_core:.0%}".format(**machine))
    outside: list[str] = []
    errors: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        _own_runs(Path(folder)),
        served(log := Path(folder) / "log.txt") as url,
    ):
        with chromium() as browser, Visits(browser, url, log, outside, errors).page() as page:
            cold = page.evaluate("window.opened") / 1000
        tell(Figure("first board, server just started", f"{cold:.2f} s", "< 3 s", cold < 3))
        for name in which or MEASURES:
            with chromium() as browser:
                visits = Visits(browser, url, log, outside, errors)
                warm(visits)
                for figure in MEASURES[name](visits):
                    tell(figure)
    tell(Figure("requests that leave the machine", str(len(outside)), "0", not outside))
    tell(Figure("errors in the console", f"{len(errors)} {errors or ''}".strip(), "0", not errors))
    if output:
        output.write_text(json.dumps({"machine": machine, "figures": [asdict(one) for one in figures]}, indent=1))


@contextmanager
def _own_runs(folder: Path) -> Iterator[None]:
    """The server that is started within this keeps runs of the Batch page there, and not among the owner's."""
    limits = folder / "limits.toml"
    limits.write_text(f"folder = {json.dumps(str(folder / 'runs'))}\n")
    with mock.patch.dict(os.environ, {"VMD_SUDOKU_BATCH": str(limits)}):
        yield


@contextmanager
def _busy(visits: Visits) -> Iterator[None]:
    """A race in another window."""
    with visits.page(f"/compare?p={to_line(puzzle_file.read(APART).puzzles[0])}&{RACE}") as page:
        page.locator('.compare[data-ready="true"]').wait_for()
        page.get_by_role("button", name="Race A against B").click()
        page.get_by_role("button", name="Cancel").wait_for()
        yield
        page.get_by_role("button", name="Cancel").click()
        # Or it would go on, unseen, beside what is measured next.
        page.get_by_role("button", name="Cancel").wait_for(state="detached")


@contextmanager
def _many(visits: Visits, paths: list[str]) -> Iterator[list[Page]]:
    """As many visitors, at once."""
    if not paths:
        yield []
        return
    with visits.page(paths[0], reduced_motion="reduce") as page, _many(visits, paths[1:]) as others:
        yield [page, *others]


async def _connections(url: str, lines: list[str]) -> list[float]:
    """Seconds from the question to the answer, of visitors without a browser who all ask at once."""
    ready, go = asyncio.Semaphore(0), asyncio.Event()

    async def visit(line: str) -> float:
        address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        async with websockets.connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]

            async def run(component: str = "", said: object = None) -> None:
                message = BackMsg()
                message.rerun_script.query_string = f"p={line}"
                if component:
                    message.rerun_script.widget_states.widgets.add(id=component, json_value=json.dumps({"board": said}))
                await socket.send(message.SerializeToString())

            async def drawn() -> tuple[str, dict]:
                while True:
                    message = ForwardMsg()
                    message.ParseFromString(await socket.recv())
                    element = message.delta.new_element
                    if element.WhichOneof("type") == "bidi_component":
                        return element.bidi_component.id, json.loads(element.bidi_component.json)

            await run()
            component, data = await drawn()
            await asyncio.sleep(2)
            ready.release()
            await go.wait()
            press, start = 0, time.monotonic()
            board = {name: data[name] for name in ("load_id", "puzzle", "own", "notes")}
            while True:
                press += 1
                await run(component, board | {"ask": {"press": press, "kind": "solve", "details": {}}})
                while data["answered"] != press:
                    _, data = await drawn()
                if not data["report"]["busy"]:
                    return time.monotonic() - start
                await asyncio.sleep(TRY_AGAIN_AFTER)

    visitors = [asyncio.create_task(visit(line)) for line in lines]
    for _ in visitors:
        await ready.acquire()
    go.set()
    return await asyncio.gather(*visitors)


def _waits(seconds: list[float]) -> tuple[str, float]:
    """Sorted seconds in words, and their 95th percentile."""
    p95 = seconds[round(0.95 * len(seconds)) - 1]
    return f"p50 {statistics.median(seconds):.2f}, p95 {p95:.2f}, all under {seconds[-1]:.2f} s", p95


def _spread(values: list[float], unit: str) -> str:
    low, high = min(values), max(values)
    form = ".2f" if unit == "s" else ".0f"
    return f"median {statistics.median(values):{form}}, {low:{form}} to {high:{form}} {unit}"


if __name__ == "__main__":
    cli()
