import json

import pytest
import torch

from vmd_sudoku.config import from_plain
from vmd_sudoku.errors import CheckpointError, ConfigError
from vmd_sudoku.network.checkpoint import load_model, read_folder, save_model, shipped_models, write_folder
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig

CONFIG = ModelConfig(network=NetworkConfig(width=8, middle=8, hidden=8), latent=1)


@pytest.fixture
def folder(tmp_path):
    save_model(tmp_path / "model", Model(CONFIG), {"data": "none"})
    return tmp_path / "model"


def test_a_model_comes_back_the_same(tmp_path):
    model = Model(CONFIG)
    digest = save_model(tmp_path, model, {"data": "none"})
    loaded = load_model(tmp_path)
    assert loaded.model.config == CONFIG
    assert loaded.card["data"] == "none"
    assert loaded.sha256 == digest == loaded.card["sha256"]
    for name, value in model.state_dict().items():
        assert torch.equal(value, loaded.model.state_dict()[name])


def test_saving_again_replaces_the_tensors(folder):
    save_model(folder, Model(CONFIG), {})
    assert len(list(folder.glob("*.safetensors"))) == 1
    assert not list(folder.glob("*.new"))


def test_a_crash_before_the_note_leaves_the_old_checkpoint(folder, monkeypatch):
    before = load_model(folder).sha256
    from vmd_sudoku.network import checkpoint

    real = checkpoint.write

    def crash(path, data):
        if path.suffix == ".json":
            raise KeyboardInterrupt
        real(path, data)

    monkeypatch.setattr(checkpoint, "write", crash)
    with pytest.raises(KeyboardInterrupt):
        save_model(folder, Model(CONFIG), {})
    assert load_model(folder).sha256 == before


def test_a_missing_model_names_the_shipped_ones(tmp_path):
    with pytest.raises(CheckpointError, match=r"no model .*nowhere.*shipped"):
        load_model(tmp_path / "nowhere")


def test_an_empty_folder_names_the_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match=r"model\.json"):
        load_model(tmp_path)


def test_another_format_is_refused(folder):
    note = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(note | {"format": 99}))
    with pytest.raises(CheckpointError, match="has format 99; this version reads format 1"):
        load_model(folder)


@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_damaged_weights_are_refused(folder, damage):
    weights = next(folder.glob("*.safetensors"))
    data = weights.read_bytes()
    if damage == "gone":
        weights.unlink()
    else:
        weights.write_bytes(data[:100] if damage == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(CheckpointError, match=weights.name):
        load_model(folder)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 1, "tensors": "../x"}'])
def test_a_damaged_note_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"model\.json"):
        load_model(folder)


def test_a_config_that_does_not_fit_the_weights_is_refused(folder):
    note = json.loads((folder / "model.json").read_text())
    note["config"]["network"]["width"] = 16
    (folder / "model.json").write_text(json.dumps(note))
    with pytest.raises(CheckpointError, match="does not describe its weights"):
        load_model(folder)


def test_tensors_of_any_type_come_back(tmp_path):
    tensors = {"a": torch.arange(3), "b": torch.tensor([True, False]), "c": torch.randn(2, 2).bfloat16()}
    write_folder(tmp_path, "training", {"x": 1}, tensors)
    note, back = read_folder(tmp_path, "training")
    assert note["x"] == 1
    for name, value in tensors.items():
        assert torch.equal(back[name], value)


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"latents": 1}, "has no setting latents"),
        ({"latent": "one"}, "latent must be of type int"),
        ({"latent": 99}, "latent must be 0"),
        ([], "must be a set of named settings"),
    ],
)
def test_nonsense_in_a_config_is_named(plain, message):
    with pytest.raises(ConfigError, match=message):
        from_plain(ModelConfig, plain)


def test_the_shipped_models_are_small_and_carry_cards():
    assert shipped_models()[:2] == ["vmd", "mdm"]
    assert "trunk" in shipped_models()
    for name in shipped_models():
        loaded = load_model(name)
        assert {"data", "updates", "minutes", "machine", "commit", "figures", "sha256"} <= set(loaded.card)
        assert loaded.card["sha256"] == loaded.sha256
    vmd, mdm = load_model("vmd"), load_model("mdm")
    assert vmd.model.config.latent
    assert not mdm.model.config.latent
    assert vmd.model.config.network == mdm.model.config.network
