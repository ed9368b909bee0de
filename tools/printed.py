"""What the pages say that commands print, printed again: blocks of README.md that begin with `$ vmd-sudoku`, and the notebooks.

A line of three dots stands for lines that are left out: as many lines as before stay above and below it. A line that ends in
dots stays as long as it was. Run it again when the shipped models have changed.

python tools/printed.py
"""

import contextlib
import io
import json
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from vmd_sudoku.cli.main import main as command_line

ROOT = Path(__file__).parents[1]
DOTS = "…"
PROMPT = "$ vmd-sudoku "
_BLOCK = re.compile(r"(?<=```\n)\$ vmd-sudoku .*?(?=```)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b")


def printed(command: str) -> list[str]:
    """The lines that a command prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        command_line(shlex.split(command))
    return out.getvalue().splitlines()


def like(before: list[str], now: list[str]) -> list[str]:
    """What is printed now, with as much left out as before."""
    if DOTS in before:
        head, tail = before.index(DOTS), len(before) - before.index(DOTS) - 1
        now = [*now[:head], DOTS, *now[len(now) - tail :]]
    if len(before) != len(now):
        return now
    return [
        line[: len(old) - 2] + " " + DOTS if old.endswith(" " + DOTS) else line
        for old, line in zip(before, now, strict=True)
    ]


def commands_of(block: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a block, each with the lines under it."""
    for part in block.removesuffix("\n").split(PROMPT)[1:]:
        command, *lines = part.removesuffix("\n").split("\n")
        yield command, lines


def block_now(block: str) -> str:
    """A block with what its commands print now; a command that names a thing of the reader's is left as it is."""
    parts = []
    for command, lines in commands_of(block):
        if not _PLACEHOLDER.search(command):
            found = printed(command)
            lines = like(lines, found) if lines else lines
        parts.append("\n".join([PROMPT + command, *lines]) + "\n")
    return "".join(parts)


def notebook_now(path: Path) -> str:
    """A notebook with what its cells print now."""
    book = json.loads(path.read_text())
    names: dict[str, object] = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec("".join(cell["source"]), names)
            if cell["outputs"]:
                cell["outputs"][0]["text"] = out.getvalue().splitlines(keepends=True)
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


@click.command()
def main() -> None:
    """Print again what README.md and the notebooks show."""
    readme = ROOT / "README.md"
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        os.symlink(ROOT / "puzzles", "puzzles")
        os.environ["COLUMNS"] = "200"
        text = _BLOCK.sub(lambda found: block_now(found.group()), readme.read_text())
    readme.write_text(text)
    for path in sorted((ROOT / "docs").glob("*.ipynb")):
        path.write_text(notebook_now(path))
        click.echo(path.name)


if __name__ == "__main__":
    main()
