import json

import pytest
import torch

from vmd_sudoku.cli import main as cli
from vmd_sudoku.evaluation import bench
from vmd_sudoku.network.checkpoint import LoadedModel, load_model, save_model
from vmd_sudoku.network.latent import draw_prior
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig

NETWORK = NetworkConfig(width=8, middle=6, hidden=10)
PLAN = bench.Plan(batch=4, repeats=1, nfe=2, reference_calls=2, reference_batch=2, roof_size=64, compiled=False)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr("vmd_sudoku.training.updates.BoardStream.CHUNK", 16)


@pytest.fixture
def loaded():
    torch.manual_seed(0)
    model = Model(ModelConfig(network=NETWORK, latent=2, first_rounds=3, rounds=1)).eval().requires_grad_(False)
    return LoadedModel(model, "tiny", {}, "")


def test_counted_arithmetic_is_that_of_the_architecture(loaded):
    w, m, h = NETWORK.width, NETWORK.middle, NETWORK.hidden
    a_round = 729 * (w * h + h * w) + 4 * 81 * (w * m + m * h)
    around = 729 * (3 * w + (3 + 2) * h + w)
    board = torch.zeros(2, 81, dtype=torch.long)
    z = draw_prior(2, 2, torch.Generator().manual_seed(0))
    counted = bench.count_flops(lambda: loaded.model.denoise(board, z, rounds=3))
    assert counted == 2 * 2 * (3 * a_round + around)


def test_a_transformers_arithmetic_counts_its_attention():
    reference = bench._reference(torch.device("cpu"))
    w = reference.model.config.transformer.width
    expected = 2 * 81 * (3 * 12 * w * w + 9 * w) + 3 * 2 * 2 * 81 * 81 * w
    board = torch.zeros(1, 81, dtype=torch.long)
    with torch.inference_mode():
        assert bench.count_flops(lambda: reference.model.denoise(board)) == expected


def test_a_run_has_every_row_and_figure(loaded):
    said = []
    report = bench.bench(loaded, PLAN, said.append)
    assert [row["what"] for row in report["rows"]] == [
        "training update",
        "one call",
        "decoding, NFE 2",
        "6M transformer, one call",
        "6M transformer, 2 calls",
    ]
    assert len(said) == 4
    assert all(row["boards_per_s"] > 0 for row in report["rows"])
    assert set(report["times_the_6m_transformer"]) == {"one call, eager", "decoding, NFE 2, eager"}
    assert report["parameters"]["denoiser"] > 0
    assert {"cores", "threads", "torch"} <= set(report["machine"])
    for shares in report["shares"].values():
        assert sum(shares.values()) == pytest.approx(1, abs=0.01)
        assert shares["matrix products"] > 0


@pytest.mark.slow
def test_compiled_networks_are_timed_beside_eager_ones(loaded):
    plan = bench.Plan(batch=4, repeats=1, nfe=2, reference_calls=2, reference_batch=2, roof_size=64)
    report = bench.bench(loaded, plan)
    assert [row["compiled"] for row in report["rows"]] == [False] * 5 + [True] * 5
    calls = [row for row in report["rows"] if row["what"] == "one call"]
    assert calls[0]["gflop_per_board"] == calls[1]["gflop_per_board"]


def test_the_command_prints_a_table_and_writes_json(loaded, tmp_path, capsys, monkeypatch):
    save_model(tmp_path / "tiny", loaded.model, {})
    monkeypatch.setattr(bench, "QUICK", PLAN)
    options = [
        "--model",
        tmp_path / "tiny",
        "--batch-size",
        3,
        "--nfe",
        2,
        "--threads",
        1,
        "--json",
        tmp_path / "b.json",
    ]
    with pytest.raises(SystemExit) as stop:
        cli.main(["bench", "--quick", *map(str, options)])
    out = capsys.readouterr().out
    assert not stop.value.code
    assert "training update" in out
    assert "where the time goes" in out
    report = json.loads((tmp_path / "b.json").read_text())
    assert {row["batch"] for row in report["rows"]} == {3}
    assert report["sha256"] == load_model(tmp_path / "tiny").sha256
