"""The weights of models as a page carries them: one run of float32 numbers, and a list of what lies where."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from vmd_sudoku.config import to_plain
from vmd_sudoku.diffusion.gaussian import LOG_VARIANCE_RANGE
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.checkpoint import LoadedModel


def packed(models: Iterable[LoadedModel]) -> tuple[list[dict[str, Any]], bytes]:
    """A note on each model, and all their numbers, little-endian.

    float32, as they were trained and saved: with 64 rounds one after the other, numbers of half the size would change digits.

    Raises:
        ConfigError: a model that the page cannot run.
    """
    notes, pieces, at = [], [], 0
    for loaded in models:
        _require_runnable(loaded)
        tensors = {}
        for name, tensor in loaded.model.state_dict().items():
            # Little-endian whatever this machine is: a browser's arrays are.
            numbers = tensor.cpu().numpy().astype("<f4")
            tensors[name] = {"at": at, "shape": list(numbers.shape)}
            pieces.append(np.ascontiguousarray(numbers).tobytes())
            at += numbers.size
        notes.append(
            {
                "name": loaded.name,
                "sha256": loaded.sha256,
                "tensors": tensors,
                "log_variance": LOG_VARIANCE_RANGE,
                "config": to_plain(loaded.model.config),
            }
        )
    return notes, b"".join(pieces)


def _require_runnable(loaded: LoadedModel) -> None:
    config = loaded.model.config
    if config.backbone != "symmetric" or config.learned_prior or (config.latent and config.latent_kind != "candidate"):
        raise ConfigError(
            f"the page runs symmetric models whose latent is N(0, I) at every candidate; {loaded.name!r} has backbone "
            f"{config.backbone!r}, latent kind {config.latent_kind!r}, learned prior {config.learned_prior}: choose another"
        )
