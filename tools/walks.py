"""Which packages a puzzle, a file and a training board enter, traced: the three walks of docs/architecture.md.

python tools/walks.py
"""

import itertools
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PRESSES = itertools.count(1)
HOUSE = {str(ROOT / name) + "/": name for name in ("vmd_sudoku", "app")}
PUZZLE = "...3....991.....282.8.......7.512.....1...6..4.......7.6..87..4.....1.8....4...9."


def room(path: str) -> tuple[str, str] | None:
    """The package and the file of a code object's path; None outside the house."""
    for start, name in HOUSE.items():
        if path.startswith(start):
            parts = path.removeprefix(start).split("/")
            return (f"{name}/{parts[0]}" if len(parts) > 1 else f"{name} (root)"), path.removeprefix(start)
    return None


def traced(walk: Callable[[], object]) -> list[tuple[str, str]]:
    """Package and file of every call, in the calling thread's order and its helpers'."""
    entered: list[tuple[str, str]] = []

    def seen(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (found := room(frame.f_code.co_filename)):
            entered.append(found)

    threading.setprofile(seen)
    sys.setprofile(seen)
    try:
        walk()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return entered


def browser() -> None:
    """A puzzle from the browser's message to the report."""
    from app.parts.desk import Job
    from app.solve import component, page
    from app.solve.session import Session

    heard = component._heard({"puzzle": PUZZLE, "own": "", "notes": "", "load_id": ""}, "")
    number = next(PRESSES)  # a solve that was made before would only be shown again
    settings = Session().settings.from_query({"seed": str(number), "z": "draw"})
    page.solve(Session(settings=settings).heard(heard.said), Job(number))


def evaluation() -> None:
    """A file of four puzzles through `evaluate`."""
    from vmd_sudoku.cli.main import cli

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "four.txt")
        file.write_text("\n".join([PUZZLE] * 4) + "\n", encoding="utf-8")
        cli.main(["evaluate", str(file)], standalone_mode=False)


def training() -> None:
    """Boards through three updates of the smallest preset."""
    from vmd_sudoku.training import presets
    from vmd_sudoku.training.updates import Training

    # Boards made in this process, since the tracer sees no other; and eager, since it would trace all of a compiler.
    run = Training(replace(presets.tiny(), workers=0))
    for _ in range(3):
        run.update()


def main() -> None:
    """Each walk twice, so that imports are not counted; what the second one enters."""
    for walk in (browser, evaluation, training):
        walk()
        entered = traced(walk)
        rooms = [name for name, _ in entered]
        changes = sum(a != b for a, b in itertools.pairwise(rooms))
        click.echo(
            f"{walk.__doc__} {len(set(rooms))} packages, {len({file for _, file in entered})} files, "
            f"{changes} changes of package: {', '.join(sorted(set(rooms)))}"
        )


if __name__ == "__main__":
    main()
