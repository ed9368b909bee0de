"""Models and interrupted trainings as folders that a person can read: one JSON note and one safetensors file.

The note is replaced last and names the tensors' file and its sha256, so a crash at any moment leaves the old or the new
checkpoint whole. Nothing is pickled: loading a folder runs no code from it.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes
from torch import Tensor

from vmd_sudoku.config import from_plain, to_plain
from vmd_sudoku.errors import CheckpointError, ConfigError
from vmd_sudoku.network.cards import SHIPPED, folder_of, read, read_card, read_json, shipped_models
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.writing import write

__all__ = [
    "SHIPPED",
    "LoadedModel",
    "load_model",
    "read_folder",
    "read_json",
    "save_model",
    "shipped_models",
    "write_folder",
]

FORMAT = 1
_TENSORS_LIMIT = 1 << 30


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to use, with the name it was asked for by, its card and the sha256 of its weights."""

    model: Model
    name: str
    card: dict[str, Any]
    sha256: str


def write_folder(folder: Path, name: str, note: dict[str, Any], tensors: dict[str, Tensor]) -> str:
    """Write `name`.json and the tensors it names into `folder`, atomically; returns the tensors' sha256."""
    folder.mkdir(parents=True, exist_ok=True)
    # safetensors refuses tensors that share memory or are not contiguous.
    data = tensors_to_bytes({key: value.detach().cpu().contiguous() for key, value in tensors.items()})
    digest = hashlib.sha256(data).hexdigest()
    file = f"{name}-{digest[:12]}.safetensors"
    # Named after its content: the old file stays beside it until the note points to the new one.
    write(folder / file, data)
    text = json.dumps({"format": FORMAT, "tensors": file, "sha256": digest} | note, indent=2) + "\n"
    write(folder / f"{name}.json", text)
    # Only after the note names the new file: before, the old one is what a reader needs.
    for old in folder.glob(f"{name}-*.safetensors"):
        if old.name != file:
            old.unlink()
    return digest


def read_folder(folder: Path, name: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The note and the tensors that `write_folder` wrote.

    Raises:
        CheckpointError: missing, unreadable, damaged, or of another format; the message names the file.
    """
    path = folder / f"{name}.json"
    note = read_json(path)
    if note.get("format") != FORMAT:
        raise CheckpointError(f"{path} has format {note.get('format')!r}; this version reads format {FORMAT}")
    file = note.get("tensors")
    # A note from a stranger must not make us read a file elsewhere on the disk.
    if not isinstance(file, str) or Path(file).name != file:
        raise CheckpointError(f"{path} names no tensors file beside it (found {file!r}); write the checkpoint again")
    data = read(folder / file, _TENSORS_LIMIT)
    if hashlib.sha256(data).hexdigest() != note.get("sha256"):
        raise CheckpointError(f"{folder / file} is damaged (its sha256 is not the one in {path.name}); copy it again")
    try:
        return note, tensors_from_bytes(data)
    except SafetensorError as error:
        raise CheckpointError(f"{folder / file} is not a safetensors file ({error}); copy it again") from None


def save_model(folder: Path, model: Model, card: dict[str, Any]) -> str:
    """Save a model with its card (card.json: data, steps, time, figures …); returns the weights' sha256."""
    digest = write_folder(folder, "model", {"config": to_plain(model.config)}, dict(model.state_dict()))
    write(folder / "card.json", (json.dumps(card | {"sha256": digest}, indent=2) + "\n"))
    return digest


def load_model(where: str | Path) -> LoadedModel:
    """A shipped model by its name, or any model by its folder.

    Raises:
        CheckpointError: there is no such model, or its folder is damaged or of another format.
    """
    folder = folder_of(where)
    note, tensors = read_folder(folder, "model")
    try:
        model = Model(from_plain(ModelConfig, note.get("config")))
        model.load_state_dict(tensors)
    except (ConfigError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{folder / 'model.json'} does not describe its weights ({reason})") from None
    # No gradients: a model that is used is never trained in place; training starts from a copy.
    return LoadedModel(model.eval().requires_grad_(False), str(where), read_card(folder), note["sha256"])
