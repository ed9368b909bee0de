"""Small faults put into the code one at a time: which of them do the tests notice?

    make mutants ARGS="--each 12 --seed 0"

A mutant changes one comparison, operator, constant or condition of one module. It is killed if one of the module's own tests
fails or does not end in time. `EXPLAINED` names mutants that no test could kill, and why. Each is tried in a process forked
from one that has loaded torch, without touching the files; compiled code gets a cache of its own. A first run without a mutant
notes which tests enter which function, and a mutant of a function meets those tests alone, the quick ones first.
"""

import ast
import importlib.util
import os
import pickle
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType

import click
import pytest
import torch
from numba.core import config

from vmd_sudoku.compiled import SOURCES

ROOT = Path(__file__).parents[1]
TESTS: dict[str, tuple[str, ...]] = {
    "board": ("tests/test_board.py",),
    "diffusion.bound": ("tests/diffusion/test_bound.py",),
    "evaluation.metrics": ("tests/evaluation/test_metrics.py",),
    "evaluation.accuracy": ("tests/evaluation/test_accuracy.py",),
    "decoding.policies": ("tests/decoding/test_loop.py",),
    "decoding.levels": ("tests/decoding/test_loop.py", "tests/decoding/test_search.py"),
    "decoding.loop": ("tests/decoding",),
    "decoding.singles": ("tests/decoding/test_singles.py",),
    "formats.text": ("tests/formats",),
    "exact.solver": ("tests/exact/test_solver.py",),
}
"""Modules that are tried, and the tests that should notice."""
EXPLAINED: dict[str, str] = {
    "decoding.loop: self.at = torch.full_like(board, -1): USub left out": "it is read of cells that were filled since",
    "decoding.loop: order = order.where(open_cells.gather(1, order), -1): 1 to 2, the second": (
        "what reads it asks whether it is below 0"
    ),
    "decoding.loop: turn = torch.where(written.why == singles.NETWORK, 0, written.rank + 1): 1 to 2": (
        "later singles still have later turns, and none but the last of an empty board a turn of 82"
    ),
    "exact.solver: _COLUMN = 1 << 0 | 1 << 9 | 1 << 18: LShift to RShift": "1 >> 0 is 1 << 0",
    "exact.solver: return _advance(stack, seen, limit, solution.reshape(1, CELLS), 0, 0, 1 << 62)[1]: 1 to 2, the second": (
        "2 << 62 nodes are as endless as 1 << 62"
    ),
    "decoding.policies: top = probabilities.topk(2, -1).values: 2 to 3": "the first two of three are the same two",
}
"""Mutants that change nothing that can be seen, by `module: statement: change`, with the reason."""
_ORDINALS = {2: "second", 3: "third"}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{
        ast.Add: ast.Sub,
        ast.Sub: ast.Add,
        ast.Mult: ast.Add,
        ast.Div: ast.Mult,
        ast.FloorDiv: ast.Mult,
        ast.Mod: ast.Add,
    },
    **{
        ast.BitAnd: ast.BitOr,
        ast.BitOr: ast.BitAnd,
        ast.LShift: ast.RShift,
        ast.RShift: ast.LShift,
        ast.BitXor: ast.BitAnd,
    },
    **{ast.And: ast.Or, ast.Or: ast.And, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
}


@dataclass(frozen=True)
class Mutant:
    """One fault: the module, where (the first line of the outermost function, 0 outside of any), and what changes."""

    module: str
    line: int
    function: int
    statement: str
    change: str
    place: int
    number: int

    @property
    def name(self) -> str:
        """As in EXPLAINED: without a line number, so that it stays what it is while others move."""
        return f"{self.module}: {self.statement}: {self.change}"

    def source(self) -> str:
        """The module's source with the fault."""
        tree = ast.parse(path_of(self.module).read_text())
        _apply(list(_code(tree))[self.place], self.number)
        return ast.unparse(ast.fix_missing_locations(tree))


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    return ROOT / "vmd_sudoku" / (module.replace(".", "/") + ".py")


def mutants(module: str) -> list[Mutant]:
    """Every fault of a module."""
    tree = ast.parse(path_of(module).read_text())
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = []
    for place, node in enumerate(_code(tree)):
        if not (changes := _changes(node)):
            continue
        line = getattr(node, "lineno", 0)
        statement = max((one for one in statements if one.lineno <= line <= (one.end_lineno or 0)), key=_start)
        around = [one for one in functions if one.lineno <= line <= (one.end_lineno or 0)]
        function = _first_line(min(around, key=_start)) if around and not _for_all_tests(around) else 0
        words = ast.unparse(statement).splitlines()[0]
        found += [Mutant(module, line, function, words, change, place, number) for change, number in changes]
    return _told_apart(found)


def _told_apart(found: list[Mutant]) -> list[Mutant]:
    """The same, with a place in the change of those that would have one name."""
    seen: Counter[str] = Counter()
    apart = []
    for mutant in found:
        seen[mutant.name] += 1
        place = seen[mutant.name]
        ordinal = "" if place == 1 else f", the {_ORDINALS.get(place, f'{place}th')}"
        apart.append(replace(mutant, change=mutant.change + ordinal))
    return apart


def _start(node: ast.stmt) -> int:
    return node.lineno


def _first_line(function: ast.FunctionDef) -> int:
    """As `co_firstlineno`: that of the first decorator."""
    return min(node.lineno for node in (function, *function.decorator_list))


def _for_all_tests(functions: list[ast.FunctionDef]) -> bool:
    """Whether entering one of them cannot be seen: compiled by numba, or entered by the first of many callers alone."""
    words = " ".join(ast.unparse(node) for function in functions for node in function.decorator_list)
    return "njit" in words or "cache" in words


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that do something: no docstrings, annotations or decorators."""
    decorators = getattr(tree, "decorator_list", [])
    for node in ast.iter_child_nodes(tree):
        if node in decorators:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.arg | ast.ImportFrom | ast.Import):
            continue
        yield node
        yield from _code(node)


def _changes(node: ast.AST) -> list[tuple[str, int]]:
    """What can be changed at a node, in words and by number."""
    if isinstance(node, ast.Compare):
        return [(f"{_word(op)} to {_word(SWAPS[type(op)]())}", i) for i, op in enumerate(node.ops) if type(op) in SWAPS]
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in SWAPS:
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.left, ast.JoinedStr | ast.Name)
            and isinstance(node.op, ast.BitOr)
        ):
            return []  # a union of types
        return [(f"{_word(node.op)} to {_word(SWAPS[type(node.op)]())}", 0)]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return [(f"{node.value} to {node.value + 1}", 0)]
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        return [(f"{node.value} to {not node.value}", 0)]
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return [("condition negated", 0)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        return [(f"{_word(node.op)} left out", 0)]
    return []


def _word(operator: ast.AST) -> str:
    return type(operator).__name__


def _apply(node: ast.AST, number: int) -> None:
    """Make the change with this number, in place."""
    if isinstance(node, ast.Compare):
        node.ops[number] = SWAPS[type(node.ops[number])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd() if not isinstance(node.op, ast.Not) else ast.Not()
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)


class _Instead:
    """Loads one module of the package from another source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.path, self.mutant = f"vmd_sudoku.{mutant.module}", path_of(mutant.module), mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """As Python's import asks."""
        return importlib.util.spec_from_loader(name, self, origin=str(self.path)) if name == self.name else None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The usual one."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source under the file's own name."""
        module.__file__ = str(self.path)
        exec(compile(self.mutant.source(), str(self.path), "exec"), module.__dict__)


@dataclass
class Seen:
    """What a run without a mutant tells of a module's tests."""

    seconds: dict[str, float] = field(default_factory=dict)
    """Of each test that passed, by its name."""
    enter: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Tests that enter a function, by its first line; whole files where a shared fixture does."""
    cpu: float = 0.0

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Those that may notice a mutant, the quick ones first."""
        # What no test enters may have made a table while the module was loaded, so every test may notice.
        marks = (mutant.function and self.enter.get(mutant.function)) or set(self.seconds)
        return sorted((one for one in self.seconds if {one, one.split("::")[0]} & marks), key=self.seconds.__getitem__)


class _Watch:
    """Fills in Seen while tests run."""

    def __init__(self, module: str) -> None:
        self.path, self.seen, self.test = str(path_of(module)), Seen(), ""

    def _enters(self, frame: FrameType, event: str, arg: object) -> None:
        if frame.f_code.co_filename == self.path:
            self.seen.enter[frame.f_code.co_firstlineno].add(self.test)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Fixtures may serve all tests of the file."""
        self.test = item.nodeid.split("::")[0]
        sys.settrace(self._enters)

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """The test itself."""
        self.test = item.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is done."""
        if report.when == "call" and report.passed:
            self.seen.seconds[report.nodeid] = report.duration
        if report.when == "teardown":
            sys.settrace(None)


class _InOrder:
    """Runs the tests with these names, in this order."""

    def __init__(self, names: list[str]) -> None:
        self.place = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """As pytest asks."""
        items[:] = sorted((one for one in items if one.nodeid in self.place), key=lambda one: self.place[one.nodeid])


def seen(module: str) -> Seen:
    """Run the module's tests without a mutant.

    Raises:
        ClickException: they fail.
    """
    with tempfile.NamedTemporaryFile() as file:
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        watch = _Watch(module)
        if child := os.fork():
            if os.waitpid(child, 0)[1]:
                raise click.ClickException(f"the tests of {module} fail without any mutant")
        else:
            _test_and_exit(module, None, watch, lambda: Path(file.name).write_bytes(pickle.dumps(watch.seen)))
        found: Seen = pickle.loads(Path(file.name).read_bytes())
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    found.cpu = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    return found


def survives(mutant: Mutant, known: Seen) -> bool:
    """Whether the tests that may notice a mutant pass with it, in five times the processor's time that all took without it."""
    if not (names := known.tests_of(mutant)):
        return True
    child = os.fork()
    if child == 0:
        seconds = int(40 + 5 * known.cpu)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        _test_and_exit(mutant.module, mutant, _InOrder(names))
    end = time.monotonic() + 1800  # for one that waits and never works
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            # Not a mutant that was noticed: the files have changed under this run.
            if code == pytest.ExitCode.NO_TESTS_COLLECTED:
                raise click.ClickException(f"the tests of {mutant.module} are not what they were; begin again")
            return code == pytest.ExitCode.OK
        time.sleep(0.05)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False


def _test_and_exit(
    module: str, mutant: Mutant | None, plugin: object, at_the_end: Callable[[], object] = lambda: None
) -> None:
    """In the forked process: run the tests with the mutant in the module's place."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    for name in [name for name in sys.modules if name.split(".")[0] == "vmd_sudoku"]:
        del sys.modules[name]
    scratch = tempfile.mkdtemp()
    if mutant:
        sys.meta_path.insert(0, _Instead(mutant))  # type: ignore[arg-type]
        if path_of(module).relative_to(ROOT / "vmd_sudoku").as_posix() in SOURCES:
            config.CACHE_DIR = scratch
    code = 1
    try:
        files = (str(ROOT / test) for test in TESTS[module])
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *files], plugins=[plugin]))
        at_the_end()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(code)


@click.command()
@click.option("--module", "modules", multiple=True, type=click.Choice(list(TESTS)), help="Only this; may come again.")
@click.option("--each", type=click.IntRange(1), help="Mutants of each module, drawn at random; all without it.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--minutes", type=float, default=1e9, help="Begin no further mutant after so long.")
def main(modules: tuple[str, ...], each: int | None, seed: int, minutes: float) -> None:
    """Print every mutant that survives, and how many of those tried are killed or explained."""
    torch.set_num_threads(1)
    end, tried, good = time.monotonic() + 60 * minutes, 0, 0
    for module in modules or TESTS:
        every = mutants(module)
        chosen = every if each is None else random.Random(seed).sample(every, min(each, len(every)))
        known = seen(module)
        killed = explained = count = 0
        for mutant in chosen:
            if time.monotonic() > end:
                break
            count += 1
            if mutant.name in EXPLAINED:
                explained += 1
            elif not survives(mutant, known):
                killed += 1
            else:
                click.echo(f"survives, line {mutant.line}: {mutant.name}")
        tried, good = tried + count, good + killed + explained
        click.echo(f"{module}: {killed} killed and {explained} explained of {count} tried, of {len(every)}")
    click.echo(f"all: {good} of {tried} killed or explained ({good / max(tried, 1):.1%})")


if __name__ == "__main__":
    main()
