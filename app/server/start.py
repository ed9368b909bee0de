"""Everything loaded before the first visitor needs it."""

import gc
import threading
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from app.parts.settings import MODELS, Settings
from vmd_sudoku.errors import VmdSudokuError

if TYPE_CHECKING:
    pass
from app.server import gate
from app.server.exact import proof, reason
from app.server.examples import levels
from app.server.models import model
from app.server.solves import solve


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Load torch, the models and the exact solver in the background, so that the first Solve need not wait for them."""
    # A daemon: a server that is stopped while torch loads need not wait for it.
    thread = threading.Thread(target=_load_everything, name="warm-up", daemon=True)
    # Without a context of its own, Streamlit's caches warn that the thread belongs to no visitor.
    add_script_run_ctx(thread)
    thread.start()
    return thread


def _load_everything() -> None:
    first = next(iter(levels().values())).puzzles[0]
    try:
        with gate.gate().enter():
            proof(first)
        # Whoever presses Solve on the example that the page opens with finds its trace ready.
        solve(first, Settings())
        for name in MODELS:
            model(name)
        blank = first.index(".")
        solution = proof(first).solution
        if solution is not None:
            # Asked once for numba's sake, which loads its compiled code with the first call.
            reason(first, blank, int(solution[blank]))
    except VmdSudokuError:
        # A missing model is told to the visitor who asks for it.
        return
    # What is loaded now stays for good: the garbage collector need not go through it again and again.
    gc.freeze()
