"""Pictures of the app, and the puzzles that Compare opens on. Run it again when the shipped models have changed.

python tools/pictures.py find           # puzzles/apart.csv: puzzles that tell the shipped models apart; about a minute
python tools/pictures.py animate        # docs/compare.gif
python tools/pictures.py solve          # docs/solve.png
python tools/pictures.py lesson         # docs/learn.png
python tools/pictures.py screenshots    # every page at a desk, on a phone and in the dark, into screenshots/

All but the first need Chromium, playwright and pillow (pip install .[dev]).
"""

import csv
import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import click
import numpy as np
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from vmd_sudoku import machine
from vmd_sudoku.board import solved, to_line
from vmd_sudoku.exact import generate
from vmd_sudoku.formats import files as puzzle_file
from vmd_sudoku.network.checkpoint import LoadedModel, load_model
from vmd_sudoku.solving.batch import decode_boards
from vmd_sudoku.solving.record import solve_puzzle
from vmd_sudoku.solving.setting import Setting

ROOT = Path(__file__).parents[1]
APART = ROOT / "puzzles" / "apart.csv"
SEED = 2028
NFE = 5
OF_EACH = 4
"""Puzzles that only the VMD solves, and as many that only the MDM solves."""
MOST, BATCH = 1536, 128
"""Puzzles tried, and how many at a time."""
WIDTH, STEP_MS, LAST_MS = 760, 1100, 3500
MIDDLE = 31
"""Step of the picture of Solve."""
LOOKS = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True},
    "dark-phone": {"viewport": {"width": 375, "height": 812}, "is_mobile": True, "color_scheme": "dark"},
}


@click.group()
def cli() -> None:
    """Pictures of the app."""


@cli.command()
def find() -> None:
    """Write puzzles that one of the shipped models solves in five calls and the other does not, taking turns."""
    torch.set_num_threads(1)
    models, setting = [load_model("vmd"), load_model("mdm")], Setting(nfe=NFE)
    kinds: dict[tuple[bool, bool], list[list[str]]] = {(True, False): [], (False, True): []}
    puzzles, solutions = generate.puzzles(MOST, SEED)
    for start in range(0, MOST, BATCH):
        here = puzzles[start : start + BATCH]
        ends = [solved(decode_boards(loaded, here, setting).board, here) for loaded in models]
        for at in np.flatnonzero(ends[0] != ends[1]) + start:
            # One at a time, as Compare decodes, and as both kinds of machines calculate: a near tie can turn.
            alone = {tuple(_solves(loaded, puzzles[at], setting, fast) for loaded in models) for fast in (False, True)}
            kind = alone.pop()
            if not alone and len(kinds.get(kind, [None] * OF_EACH)) < OF_EACH:
                kinds[kind].append([to_line(puzzles[at]), to_line(solutions[at])])
        if all(len(rows) == OF_EACH for rows in kinds.values()):
            break
    with open(APART, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["puzzle", "solution"])
        for turn in range(OF_EACH):
            rows.writerows(found[turn] for found in kinds.values() if turn < len(found))
    click.echo(f"{APART.name}: {', '.join(str(len(rows)) for rows in kinds.values())} puzzles for VMD and MDM")


def _solves(loaded: LoadedModel, puzzle: np.ndarray, setting: Setting, has_fast_bfloat16: bool) -> bool:
    """Whether a model solves a puzzle on a machine with or without fast bfloat16 products."""
    with mock.patch.object(machine, "has_fast_bfloat16", return_value=has_fast_bfloat16):
        return solve_puzzle(loaded, puzzle, setting).solved


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "compare.gif", show_default=True)
def animate(out: Path) -> None:
    """The two boards of Compare, step by step, as a picture that moves."""
    with chromium() as browser, served() as url:
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        open_page(page, f"{url}/compare?p={to_line(puzzle_file.read(APART).puzzles[0])}")
        steps = int(page.locator(".player input[type=range]").get_attribute("max") or 0)
        frames = []
        for step in range(steps + 1):
            page.locator(".player input[type=range]").fill(str(step))
            page.wait_for_timeout(400)  # digits fade in
            frames.append(Image.open(io.BytesIO(page.locator(".boards").screenshot())).convert("RGB"))
    palette = frames[-1].quantize(128)
    pictures = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [STEP_MS] * steps + [LAST_MS]
    pictures[0].save(out, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True)
    click.echo(f"{out}: {len(frames)} frames, {out.stat().st_size / 1024:.0f} KB")


@cli.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "screenshots", show_default=True
)
def screenshots(out: Path) -> None:
    """Every page as it is at a desk, on a phone and in the dark."""
    out.mkdir(parents=True, exist_ok=True)
    puzzle = to_line(puzzle_file.read(APART).puzzles[0])
    pages = {
        "solve": "/",
        "solve-run": f"/?p={puzzle}&steps=5&at=3",
        "compare": f"/compare?p={puzzle}&at=3",
        "compare-four": f"/compare?p={puzzle}&boards=4&at=5",
        "compare-draws": f"/compare?p={puzzle}&view=draws&at=5",
        "compare-several": f"/compare?p={to_line(puzzle_file.read(ROOT / 'puzzles' / 'two_solutions.csv').puzzles[0])}&at=5",
        "compare-refused": f"/compare?p={'55' + '.' * 79}&boards=7",
    }
    with chromium() as browser, served() as url:
        for look, options in LOOKS.items():
            for name, path in pages.items():
                context = browser.new_context(**options)
                page = context.new_page()
                open_page(page, url + path, wait=name != "compare-refused")
                whole(page)
                page.screenshot(path=out / f"{name}-{look}.png")
                context.close()
                click.echo(f"{name}-{look}.png")


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "solve.png", show_default=True)
def solve(out: Path) -> None:
    """A run on Solve in its middle, with a cell looked into, for the README."""
    puzzle = to_line(puzzle_file.read(ROOT / "puzzles" / "medium.csv", 1).puzzles[0])
    with served() as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1180, "height": 980}, reduced_motion="reduce")
        open_page(page, f"{url}/?p={puzzle}&at={MIDDLE}")
        page.locator(".verdict .headline").wait_for()
        page.locator(".cell.now").click()
        page.wait_for_timeout(1500)  # the reasons of the run come last
        page.screenshot(path=out)
    click.echo(out)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "learn.png", show_default=True)
def lesson(out: Path) -> None:
    """A card of a lesson, for the README and the teachers' guide."""
    with served() as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1240, "height": 830}, reduced_motion="reduce")
        page.goto(f"{url}/learn?lesson=many&card=2&said=many.0.1")
        page.locator(".learn .board").first.wait_for()
        page.wait_for_timeout(1000)
        page.screenshot(path=out)
    click.echo(out)


def open_page(page: Page, address: str, wait: bool = True) -> None:
    """Open a page and wait until its boards are filled, or its first board is there."""
    page.goto(address)
    page.locator(".cell").first.wait_for(timeout=60_000)
    if "/compare" in address and wait:
        page.locator('.compare[data-ready="true"]').wait_for(timeout=120_000)
    page.wait_for_timeout(1500)


def whole(page: Page) -> None:
    """Make the window as high as the page, which scrolls in a part of it."""
    high = page.evaluate("Math.max(...[...document.querySelectorAll('section, div')].map((node) => node.scrollHeight))")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": min(int(high) + 60, 5000)})
    page.wait_for_timeout(500)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without its calls home."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield browser
        browser.close()


LOGGED = (
    "import logging, sys; logging.basicConfig(level=logging.INFO); from streamlit.web.cli import main; sys.exit(main())"
)
"""Streamlit with what the app logs, which it would leave out."""


@contextmanager
def served(log: Path | None = None) -> Iterator[str]:
    """The app on a free port; its address. log: a file for what it logs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", LOGGED, "run", "streamlit_app.py", f"--server.port={port}"]
    out = (log or Path(os.devnull)).open("w")
    process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise click.ClickException("the app did not start; try `streamlit run streamlit_app.py`")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        out.close()


if __name__ == "__main__":
    cli()
