import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from vmd_sudoku.training import parallel

WORKER = """
import sys
import torch
from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig
from vmd_sudoku.training import parallel
from vmd_sudoku.training.mixture import BoardStream
from vmd_sudoku.training.updates import TrainConfig, Training, run

BoardStream.CHUNK = 16
torch.set_num_threads(1)
parallel.start()
network = NetworkConfig(width=8, middle=8, hidden=16)
training = Training(TrainConfig(model=ModelConfig(network=network), steps=3, batch=6, segment=2, workers=0))
first = training.flight.board.clone()
run(training)
state = training.model.state_dict()
torch.save({"first": first, "seconds": training.progress.seconds, **state}, f"{sys.argv[1]}/{parallel.rank()}.pt")
"""


def test_a_process_alone_keeps_what_it_has():
    parallel.start()
    values = torch.tensor([1.0, 2.0])
    parallel.average([values, None])
    assert values.tolist() == [1, 2]
    assert parallel.rank() == 0


@pytest.mark.slow
def test_two_processes_train_one_model_on_boards_of_their_own(tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=29517"]
    (tmp_path / "worker.py").write_text(WORKER)
    done = subprocess.run(
        [*command, tmp_path / "worker.py", tmp_path],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    one, other = (torch.load(tmp_path / f"{i}.pt") for i in (0, 1))
    assert not torch.equal(one.pop("first"), other.pop("first"))
    for name in one:
        assert torch.equal(torch.as_tensor(one[name]), torch.as_tensor(other[name])), name
