"""A lab's model in one safetensors file: weights in half precision, settings and card as JSON in its header."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from vmd_sudoku.config import from_plain, to_plain
from vmd_sudoku.errors import CheckpointError, ConfigError
from vmd_sudoku.labs.model import LabModel, ModelSettings

FORMAT = "1"


def save(path: Path, model: LabModel, card: dict[str, Any]) -> None:
    """Write the model and its card (data, seconds, seed, figures …). Half precision: the figures do not notice."""
    tensors = {name: value.detach().half().contiguous() for name, value in model.state_dict().items()}
    shape = {"length": model.shape.length, "symbols": model.shape.symbols}
    # In the file's own header: one file is a whole model, which cannot be parted from its settings.
    note = {"settings": to_plain(model.settings), "shape": shape, "card": card}
    save_file(tensors, path, {"format": FORMAT, "note": json.dumps(note)})


def load(path: Path) -> tuple[LabModel, dict[str, Any]]:
    """The model that `save` wrote, ready to use, and its card.

    Raises:
        CheckpointError: missing, damaged or of another format.
    """
    if not path.is_file():
        raise CheckpointError(f"no model {path.name}; the folder has {', '.join(_names(path.parent)) or 'none'}")
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118  (not a dictionary)
        if header.get("format") != FORMAT:
            raise CheckpointError(f"{path} has format {header.get('format')!r}; this version reads format {FORMAT!r}")
        note = json.loads(header["note"])
        model = LabModel(from_plain(ModelSettings, note["settings"]), **note["shape"])
        model.load_state_dict(tensors)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, ConfigError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{path} does not hold a model of a lab ({reason}); copy it again") from None
    return model.eval().requires_grad_(False), note["card"]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.safetensors"))
