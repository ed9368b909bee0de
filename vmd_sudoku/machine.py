"""What this machine is, and the arithmetic that suits it."""

import contextlib
import os
import platform
from collections.abc import Iterator
from contextvars import ContextVar

import torch


def device() -> torch.device:
    """A GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_fast_bfloat16(where: torch.device) -> bool:
    """Whether bfloat16 products are faster there than float32 ones."""
    if where.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()


_FULL: ContextVar[bool] = ContextVar("full_precision", default=False)


@contextlib.contextmanager
def full_precision() -> Iterator[None]:
    """Matrix products in float32 within this, whatever the machine is fast at: for comparisons from machine to machine."""
    token = _FULL.set(True)
    try:
        yield
    finally:
        _FULL.reset(token)


def mixed_precision(where: torch.device) -> contextlib.AbstractContextManager:
    """Matrix products in bfloat16 where the machine is fast at them."""
    return torch.autocast(where.type, torch.bfloat16, enabled=has_fast_bfloat16(where) and not _FULL.get())


def describe() -> dict[str, object]:
    """Kind of machine, for the record beside a figure: no names that identify one."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": gpu,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "bfloat16": has_fast_bfloat16(device()),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        return names[0] if names else platform.machine()
    except OSError:
        return platform.processor() or platform.machine()
