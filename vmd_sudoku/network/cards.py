"""Models on disk as far as they are known without being loaded: names, folders, cards. No torch."""

import json
import os
from pathlib import Path
from typing import Any

from vmd_sudoku.errors import CheckpointError

SHIPPED = Path(__file__).parents[1] / "models"
_NOTE_LIMIT = 1 << 20


def shipped_models() -> list[str]:
    """Names of the models inside the package, the product's own first."""
    names = [note.parent.name for note in SHIPPED.glob("*/model.json")]
    # False sorts before True, so `vmd` comes first; lists and menus offer the first one as the default.
    return sorted(names, key=lambda name: (name != "vmd", name))


def folder_of(where: str | Path) -> Path:
    """The folder of a shipped model by its name, or of any model.

    Raises:
        CheckpointError: there is no such model.
    """
    # Shipped names first: a folder called `vmd` in the working directory must not change what the default model is.
    folder = SHIPPED / where if str(where) in shipped_models() else Path(where)
    # Not `Path.is_dir`, which raises where a name is too long.
    if not os.path.isdir(folder):
        known = ", ".join(shipped_models()) or "none"
        raise CheckpointError(
            f"no model {str(where)[:80]!r}: give a shipped one ({known}) or the folder of a trained one"
        )
    return folder


def read_card(folder: Path) -> dict[str, Any]:
    """What the model says of itself: how it was made, and what it reaches; nothing where it has no card.

    Raises:
        CheckpointError: the card is damaged.
    """
    path = folder / "card.json"
    return read_json(path) if path.exists() else {}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        CheckpointError: missing, unreadable or not a JSON object.
    """
    try:
        note = json.loads(read(path, _NOTE_LIMIT))
    except ValueError as error:
        raise CheckpointError(f"{path} is not valid JSON ({error}); copy the folder again") from None
    if not isinstance(note, dict):
        raise CheckpointError(f"{path} must hold a JSON object, found {type(note).__name__}")
    return note


def read(path: Path, limit: int) -> bytes:
    """A file of at most so many bytes.

    Raises:
        CheckpointError: missing, unreadable or larger.
    """
    try:
        with open(path, "rb") as file:
            # One byte more than allowed, to tell "too large" without reading a file of any size into memory.
            data = file.read(limit + 1)
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror}; is the model folder complete?") from None
    if len(data) > limit:
        raise CheckpointError(f"{path} is larger than {limit} bytes; this is not one of our checkpoints")
    return data
