"""Variational masked diffusion for Sudoku.

The names that most users need are here; `docs/architecture.md` says where the rest is. Nothing heavy is imported until
one of them is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmd_sudoku.board import parse as parse
    from vmd_sudoku.evaluation.rows import evaluate as evaluate
    from vmd_sudoku.network.checkpoint import load_model as load_model
    from vmd_sudoku.solving.record import solve_puzzle as solve_puzzle
    from vmd_sudoku.solving.setting import Setting as Setting

__version__ = "0.3.1"

_HOMES = {
    "parse": "board",
    "load_model": "network.checkpoint",
    "Setting": "solving.setting",
    "solve_puzzle": "solving.record",
    "evaluate": "evaluation.rows",
}

__all__ = ["Setting", "__version__", "evaluate", "load_model", "parse", "solve_puzzle"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
