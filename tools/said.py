"""What `check`, `solve`, `solutions` and `evaluate` say of every file in a folder: the table of docs/formats.md.

python tools/said.py FOLDER
"""

import contextlib
import io
import json
import sys
import tempfile
from itertools import groupby
from pathlib import Path

import click

from vmd_sudoku.cli.main import main as command_line


def called(*arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit code, and the lines of stdout and of stderr without progress."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            command_line(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    said = [line.strip() for line in err.getvalue().splitlines() if line.startswith(("vmd-sudoku", "note", "these"))]
    return code, out.getvalue().splitlines(), said


def many(lines: list[str]) -> str:
    """Lines on one, those that come again with how often."""
    counted = ((line, len(list(same))) for line, same in groupby(lines))
    return ", ".join(f"{line} ({count} times)" if count > 1 else line for line, count in counted)


def figures(command: str, file: str, *options: str) -> tuple[int, str, list[str]]:
    """Exit code, how many puzzles a command that measures has read, and what it said on stderr."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        code, _, said = called(command, file, "--nfe", "1", *options, "--json", str(out))
        if not out.exists():
            return code, "", said
        found = json.loads(out.read_text())
    row = found["rows"][0] if "rows" in found else {"boards": 1}
    bad = row.get("not_puzzles") or row.get("unreadable") or 0
    count = row.get("puzzles", row.get("boards", row.get("count")))
    return code, f"{count} read" + (f", {bad} not" if bad else ""), said


def told(code: int, out: str, said: list[str]) -> str:
    """One cell of the table."""
    notes = [line.removeprefix("vmd-sudoku: ") for line in said]
    return f"{code}: " + "; ".join([*([out] if out else []), *notes]).replace("|", "\\|")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Print the table, in Markdown; exit codes stand before the colon."""
    click.echo("| file | check | solve --nfe 1 | solutions | evaluate |\n| --- | --- | --- | --- | --- |")
    for file in sorted(folder.iterdir()):
        argument = file.read_text().strip() if file.suffix == ".link" else str(file)
        code, out, said = called("check", argument)
        cells = [told(code, many(out), said)]
        code, out, said = called("solve", argument, "--nfe", "1", "--model", "mdm")
        cells.append(told(code, out[-1] if out else "", said))
        cells.append(told(*figures("solutions", argument, "--count", "1")))
        cells.append(told(*figures("evaluate", argument)))
        same = cells[1:] == cells[:1] * 3
        shown = [cells[0], *(["the same"] * 3 if same else cells[1:])]
        click.echo(f"| `{file.name}` | " + " | ".join(cell.replace(f"{folder}/", "") for cell in shown) + " |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
