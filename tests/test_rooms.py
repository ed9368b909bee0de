"""Imports point one way: a package may use the root and those above it in this list, never those below."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PACKAGES = [
    *("exact", "formats", "diffusion", "network", "decoding", "solving"),
    *("lessons", "training", "labs", "evaluation", "live", "cli"),
]
NO_TORCH = {"exact", "formats", "lessons", "cli"}
"""Packages of which no module imports torch while it is imported."""
ROOMS = ["parts", "server", "solve", "compare", "batch", "learn", "labs"]
"""Of the app. What pages share comes first; a page never imports a page."""
SHARED = {"parts", "server"}
LONGEST = 60
"""Lines of a function."""

FILES = sorted((ROOT / "vmd_sudoku").rglob("*.py")) + sorted((ROOT / "app").rglob("*.py"))


def imported(path, *, at_once=False):
    """Dotted names that a file imports: anywhere, or only while it is imported itself."""
    tree = ast.parse(path.read_text())
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room(dotted):
    """`exact` of `vmd_sudoku.exact.solver.solve`; nothing for a module of the root."""
    second = dotted.split(".")[1] if "." in dotted else ""
    return second if second in PACKAGES + ROOMS else ""


def rooms_used(path, top):
    return {room(name) for name in imported(path) if name.split(".")[0] == top} - {""}


def test_every_room_is_on_the_list():
    folders = {p.name for top in ("vmd_sudoku", "app") for p in (ROOT / top).iterdir() if (p / "__init__.py").exists()}
    assert folders <= {*PACKAGES, *ROOMS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: ".".join(path.relative_to(ROOT).with_suffix("").parts))
def test_imports_point_one_way(path):
    top, *inside = path.relative_to(ROOT).with_suffix("").parts
    here = inside[0] if len(inside) > 1 else ""
    used = rooms_used(path, top)
    if top == "app":
        above = SHARED - ({"server"} if here == "parts" else set())
        assert used - {here} <= above, "a page imports another page, or what pages share reaches down"
        return
    assert "app" not in {name.split(".")[0] for name in imported(path)}
    if not here:
        lazy = path.name in ("__init__.py", "__main__.py")
        assert lazy or not used, "a module of the root imports a package"
        return
    assert used - {here} <= set(PACKAGES[: PACKAGES.index(here)]), "a package reaches down"
    if here in NO_TORCH:
        assert "torch" not in {name.split(".")[0] for name in imported(path, at_once=True)}


def test_the_app_draws_without_html_of_its_own_making():
    for path in (ROOT / "app").rglob("*.py"):
        assert "unsafe_allow_html" not in path.read_text(), path.name


def test_no_two_files_of_tests_have_one_name():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names)), "pytest cannot import two test files of one name"


def test_what_may_be_no_number_is_not_taken_for_one():
    # `"²".isdigit()` is true, and int("²") an error.
    for top in ("vmd_sudoku", "app", "tools"):
        for path in (ROOT / top).rglob("*.py"):
            assert not re.search(r"\.(isdigit|isnumeric)\b", path.read_text()), path.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: ".".join(path.relative_to(ROOT).with_suffix("").parts))
def test_no_function_is_longer_than_a_screen(path):
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    lines = {f"{node.name}, line {node.lineno}": node.end_lineno - node.lineno + 1 for node in functions}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}
