"""What `check`, `solve`, `solutions` and `evaluate` say of every file in a folder: the table of docs/formats.md.

python tools/said.py FOLDER
"""

import contextlib
import io
import json
import re
import sys
import tempfile
from itertools import groupby
from pathlib import Path

import click

from vmd_sudoku.cli.main import main as command_line

_SAID = re.compile(r"vmd-sudoku: |note: |these |\d+ lines? holds? |  \S+, line \d+: ")


def called(*arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit code, and the lines of stdout and of stderr without progress."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            command_line(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    said = [line.strip() for line in err.getvalue().splitlines() if _SAID.match(line)]
    return code, out.getvalue().splitlines(), said


def many(lines: list[str]) -> str:
    """Lines on one, those that come again with how often."""
    counted = ((line, len(list(same))) for line, same in groupby(lines))
    return ", ".join(f"{line} ({count} times)" if count > 1 else line for line, count in counted)


def figures(command: str, file: str, *options: str) -> tuple[int, str, list[str]]:
    """Exit code, how many puzzles a command that measures has read, and what it said of others."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        code, _, said = called(command, file, "--nfe", "1", *options, "--json", str(out))
        if not out.exists():
            return code, "", said
        found = json.loads(out.read_text())
    count = found["rows"][0]["boards"] if "rows" in found else 1
    return code, f"{count} read", said


def told(code: int, out: str, said: list[str]) -> str:
    """One cell of the table."""
    notes = [line.removeprefix("vmd-sudoku: ") for line in said]
    return f"{code}: " + "; ".join([*([out] if out else []), *notes]).replace(":; ", ": ").replace("|", "\\|")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Print the table, in Markdown; exit codes stand before the colon."""
    click.echo("| file | check | solve --nfe 1 | solutions | evaluate |\n| --- | --- | --- | --- | --- |")
    for file in sorted(folder.iterdir()):
        argument = str(file)
        code, out, said = called("check", argument)
        cells = [told(code, many(out), said)]
        code, out, said = called("solve", argument, "--nfe", "1", "--model", "mdm")
        cells.append(told(code, out[-1] if out else "", said))
        cells.append(told(*figures("solutions", argument, "--count", "1")))
        cells.append(told(*figures("evaluate", argument)))
        shown = [cells[0], *("the same" if cell == cells[0] else cell for cell in cells[1:])]
        click.echo(f"| `{file.name}` | " + " | ".join(cell.replace(f"{folder}/", "") for cell in shown) + " |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
