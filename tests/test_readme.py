"""The README's promises: its code runs, its commands and files exist."""

import re
from pathlib import Path

import click

from vmd_sudoku.cli.main import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONTEXT = click.Context(cli)


def test_the_code_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert re.match(r"[1-9]{81} ", capsys.readouterr().out)


def test_the_commands_exist():
    commands = re.findall(r"^vmd-sudoku ([\w-]+)", README, re.MULTILINE)
    assert set(commands) == set(cli.list_commands(CONTEXT))
    targets = re.findall(r"^make (\w+)", README, re.MULTILINE)
    for target in targets:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_options_exist():
    commands = [cli.get_command(CONTEXT, name) for name in cli.list_commands(CONTEXT)]
    known = {option for command in commands for p in command.params for option in p.opts}
    for option in re.findall(r"`(--[a-z-]+)", README):
        assert option in known


def test_the_files_exist():
    rows = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    folder = ""
    for name in (name for row in rows for name in re.findall(r"`([^`]+)`", row)):
        folder = name.rpartition("/")[0] or folder
        assert (ROOT / name).exists() or (ROOT / folder / name).exists(), name
    for link in re.findall(r"\]\((docs/[^)]+)\)", README):
        assert (ROOT / link).exists(), link


def test_every_package_and_every_module_of_the_root_is_in_the_table_of_files():
    for path in (ROOT / "vmd_sudoku").iterdir():
        if (path / "__init__.py").exists():
            assert f"vmd_sudoku/{path.name}/" in README, path.name
        elif path.suffix == ".py" and not path.name.startswith("_"):
            assert path.name in README, path.name


def test_every_module_is_in_the_architecture():
    architecture = (ROOT / "docs" / "architecture.md").read_text()
    for path in (ROOT / "vmd_sudoku").rglob("[a-z]*.py"):
        assert f"`{path.stem}`" in architecture, path.relative_to(ROOT)
