"""Imports point one way: a module may use those above it in this list, never those below."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "vmd_sudoku"

FLOORS = [
    *(
        "errors",
        "places",
        "board",
        "solver",
        "proof",
        "generate",
        "symmetry",
        "puzzle_file",
        "lzstring",
        "drawing",
        "formats",
        "techniques",
        "config",
        "machine",
        "metrics",
        "trace",
        "reasons",
        "singles",
        "search",
        "schedule",
    ),
    *("noise", "policies", "levels", "remask", "decode", "blocks"),
    *("latent", "network", "transformer", "model", "loss", "predictor", "setting", "checkpoint"),
    *(
        "mixture",
        "dreams",
        "parallel",
        "train",
        "solve",
        "evaluate",
        "solutions",
        "reproduce",
        "journal",
        "presets",
        "bench",
        "cli",
    ),
]

NO_TORCH = set(FLOORS[: FLOORS.index("config") + 1]) - {"machine"} | {"metrics", "trace", "reasons"}


def imports(path):
    """Modules of the package, and other top-level packages, that a file imports anywhere."""
    ours, others = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            top, _, module = node.module.partition(".")
            if top != "vmd_sudoku":
                others.add(top)
            elif module:
                ours.add(module.split(".")[0])
            else:
                ours |= {alias.name for alias in node.names} & set(FLOORS)
        elif isinstance(node, ast.Import):
            others |= {alias.name.split(".")[0] for alias in node.names}
    return ours, others


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_modules_import_only_from_floors_above(path):
    ours, others = imports(path)
    allowed = set(FLOORS[: FLOORS.index(path.stem)])
    assert not ours - allowed, f"{path.name} reaches down"
    assert "app" not in others
    if path.stem in NO_TORCH:
        assert "torch" not in others


def test_the_app_draws_without_html_of_its_own_making():
    for path in (PACKAGE.parent / "app").rglob("*.py"):
        assert "unsafe_allow_html" not in path.read_text(), path.name
