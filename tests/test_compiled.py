import ast
import os
import subprocess
import sys
from pathlib import Path

from numba.core import config

from vmd_sudoku import compiled

PACKAGE = Path(compiled.__file__).parent


def run(folder, **environment):
    """What the caller in a package of two compiled functions returns."""
    command = [sys.executable, "-c", "from vmd_sudoku.decoding import search; print(search.caller(5))"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def small_package(folder):
    package = folder / "vmd_sudoku"
    for source in (*compiled.SOURCES, "__init__.py", "exact/__init__.py", "decoding/__init__.py"):
        (package / source).parent.mkdir(parents=True, exist_ok=True)
        (package / source).write_text("")
    (package / "compiled.py").write_bytes(Path(compiled.__file__).read_bytes())
    head = "from vmd_sudoku.compiled import njit\n"
    (package / "exact" / "solver.py").write_text(f"{head}@njit(cache=True)\ndef callee(x):\n    return x + 1\n")
    (package / "decoding" / "search.py").write_text(
        f"{head}from vmd_sudoku.exact.solver import callee\n@njit(cache=True)\ndef caller(x):\n    return callee(x)\n"
    )
    return package


def test_a_callee_that_changed_in_another_file_is_compiled_anew(tmp_path):
    package = small_package(tmp_path)
    assert run(tmp_path) == "6"
    kept = sorted((package / "__pycache__").glob("numba-*"))
    assert len(kept) == 1
    source = package / "exact" / "solver.py"
    source.write_text(source.read_text().replace("x + 1", "x * 9"))
    assert run(tmp_path) == "45"
    source.write_text(source.read_text().replace("x * 9", "x + 1"))
    assert run(tmp_path) == "6"
    assert len(list((package / "__pycache__").glob("numba-*"))) == 2


def test_the_folder_is_where_the_user_wants_it(tmp_path):
    package = small_package(tmp_path)
    assert run(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "mine")) == "6"
    assert not list((package / "__pycache__").glob("numba-*"))
    assert list((tmp_path / "mine").glob("numba-*/*/*.nbc")) or list((tmp_path / "mine").glob("numba-*/**/*.nbc"))


def test_every_source_of_compiled_code_is_on_the_list():
    """A file with compiled functions, and whatever of the package it imports, whose constants it may hold."""
    wanted = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {node.module: node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        if path.name == "compiled.py":
            continue
        if "vmd_sudoku.compiled" not in names:
            assert not any(name.split(".")[0] == "numba" for name in names), f"{path} compiles without our cache"
            continue
        wanted.add(path.relative_to(PACKAGE).as_posix())
        wanted |= {
            name.replace(".", "/")[len("vmd_sudoku/") :] + ".py" for name in names if name.startswith("vmd_sudoku.")
        }
    assert wanted - {"compiled.py", "errors.py"} <= set(compiled.SOURCES)
    assert all((PACKAGE / source).is_file() for source in compiled.SOURCES)


def test_others_keep_their_own_folder():
    before = config.CACHE_DIR
    compiled.njit(cache=False)(lambda: 1)
    assert before == config.CACHE_DIR
