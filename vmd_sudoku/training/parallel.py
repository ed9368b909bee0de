"""Several processes that train one model under torchrun: each has boards of its own, and their gradients are averaged.

Every process starts from the same weights and makes the same updates, so the models stay equal without being sent.
"""

import os
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor


def start() -> None:
    """Join the other processes that torchrun started; does nothing for a process of its own."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not dist.is_initialized():
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def rank() -> int:
    """Number of this process among all; 0 for one alone."""
    return dist.get_rank() if dist.is_initialized() else 0


@torch.no_grad()
def average(tensors: Iterable[Tensor | None]) -> None:
    """Replace tensors by their means over all processes, in place; None is skipped, as it is None everywhere."""
    if not dist.is_initialized():
        return
    known = [tensor for tensor in tensors if tensor is not None]
    # One message and not one for each tensor: all processes wait for each other at every one.
    flat = torch.cat([tensor.flatten() for tensor in known]) / dist.get_world_size()
    dist.all_reduce(flat)
    for tensor, mean in zip(known, flat.split([tensor.numel() for tensor in known]), strict=True):
        tensor.copy_(mean.view_as(tensor))
