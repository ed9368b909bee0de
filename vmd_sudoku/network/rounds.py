"""The shared rounds as one compiled function for processors with fast bfloat16: several times as fast as round by round.

`rounds.cpp` holds the arithmetic; it is compiled when it is first asked for, which takes a minute and a C++ compiler. The
result differs from that of `Round` by rounding alone.
"""

import functools
import hashlib
import importlib.util
import os
import sys
import tempfile
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path
from typing import Any

import torch
import torch.nn as nn
from torch import Tensor

from vmd_sudoku import compiled, machine

NAME = "vmd_sudoku_rounds"
_FILE = NAME + (".pyd" if os.name == "nt" else ".so")
SOURCE = Path(__file__).with_name("rounds.cpp")
FLAGS = ["-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", "-fno-trapping-math", "-std=c++20"]
TOLERANCE = 0.05
"""Relative distance to float32 that bfloat16 may have; it is a tenth of that."""
BLOCK = 16
"""Sizes of the network must be multiples of this."""


@functools.cache
def _library() -> Any:
    """The compiled functions, or None where they cannot be had."""
    # What is gained is gained in the bfloat16 products; elsewhere torch compiles the round (docs/decisions.md).
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return None
    library = compiled.kept(f"rounds-{_fingerprint()}") / _FILE
    try:
        if not library.exists():
            _compile(library)
        loader = ExtensionFileLoader(NAME, str(library))
        module = importlib.util.module_from_spec(ModuleSpec(NAME, loader, origin=str(library)))
        loader.exec_module(module)
        return module
    # No compiler, or one that refuses: the plain rounds do the same, so nobody needs to hear of it.
    except (OSError, RuntimeError, ImportError):
        return None


def is_kept() -> bool:
    """Whether they have been compiled on this machine, so that asking for them takes no time."""
    has_products = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return has_products and (compiled.kept(f"rounds-{_fingerprint()}") / _FILE).exists()


def _fingerprint() -> str:
    # With the processor: a home folder may be shared by machines of different kinds, and FLAGS suit only this one.
    parts = (SOURCE.read_text(encoding="utf-8"), FLAGS, machine.describe()["processor"], torch.__version__, sys.version)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _compile(library: Path) -> None:
    from torch.utils import cpp_extension

    library.parent.mkdir(parents=True, exist_ok=True)
    # In a folder of its own, and moved when it is whole. torch's own folder has a lock file, and whoever comes after
    # a compiler that was killed waits for that lock for ever.
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        cpp_extension.load(NAME, [str(SOURCE)], extra_cflags=FLAGS, build_directory=folder)
        os.replace(Path(folder, _FILE), library)


def available(round_: nn.Module) -> bool:
    """Whether a `Round` of this size can run so here; compiles if need be."""
    parameters = list(round_.parameters())
    # The code works on sixteen numbers at a time and has no remainder loops.
    fits = all(p.device.type == "cpu" and p.shape[0] % BLOCK == 0 for p in parameters)
    return fits and _library() is not None and _is_true(round_)


@torch.no_grad()
def _is_true(round_: nn.Module) -> bool:
    """Whether the compiled rounds do here what `Round` does: what the products need differs from processor to processor."""
    width, hidden = (getattr(round_, name).weight.shape[0] for name in ("down", "up"))
    rng = torch.Generator().manual_seed(0)
    state, given = (torch.randn(1, 9, 9, 9, size, generator=rng).bfloat16() for size in (width, hidden))
    expected = state.float()
    # Two rounds, so that what one writes is what the next one reads.
    for _ in range(2):
        expected = round_(expected, given.float())
    try:
        ours = run(round_, state, given, 2).float()
    except RuntimeError:
        return False
    return bool((ours - expected).norm() < TOLERANCE * expected.norm())


def run(round_: nn.Module, state: Tensor, given: Tensor, rounds: int) -> Tensor:
    """`rounds` rounds: state bfloat16 [b,9,9,9,w], given bfloat16 [b,9,9,9,h] -> the state after them."""
    # Weights are read as float32, whatever the model is kept in.
    parameters = [p.float() for p in round_.parameters()]
    state, given = state.bfloat16().contiguous(), given.bfloat16().contiguous()
    # States are kept only if somebody will go back: 64 rounds of them are 64 times the memory.
    if torch.is_grad_enabled() and any(t.requires_grad for t in (state, given, *parameters)):
        return _Rounds.apply(rounds, state, given, *parameters)
    return _library().forward(state, given, parameters, rounds, False)[0]


@torch.no_grad()
def read(state: Tensor, norm: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """What the hidden state says: state bfloat16 [b,9,9,9,w] -> float32 [b,9,9,9,outputs], without a way back.

    norm: weight [w] of the last norm. weight: [outputs,w] and bias [outputs] of the readout.
    """
    return _library().read(state.contiguous(), *(p.float().contiguous() for p in (norm, weight, bias)))


class _Rounds(torch.autograd.Function):
    """Keeps the state before every round, and computes the rest again on the way back."""

    @staticmethod
    def forward(ctx: Any, rounds: int, state: Tensor, given: Tensor, *parameters: Tensor) -> Tensor:
        states = _library().forward(state, given, list(parameters), rounds, True)
        ctx.save_for_backward(states, given, *parameters)
        # A copy: a caller that writes to the answer must not write to what the way back needs.
        return states[-1].clone()

    @staticmethod
    def backward(ctx: Any, *back: Tensor) -> tuple[Tensor | None, ...]:
        states, given, *parameters = ctx.saved_tensors
        return (None, *_library().backward(back[0].contiguous(), states, given, parameters))
