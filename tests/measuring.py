"""An untrained model, and figures of puzzles in memory, part by part in this process."""

import torch

from vmd_sudoku.evaluation.batch import BATCH_SIZE, PART_SIZE, counts_of, figures_of_set
from vmd_sudoku.evaluation.shards import shard_of_set, shards_of
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.network.symmetric import NetworkConfig


def untrained(latent=1):
    torch.manual_seed(0)
    config = ModelConfig(
        network=NetworkConfig(width=8, middle=8, hidden=8), latent=latent, first_rounds=2, rounds=1, cell_rounds=3
    )
    return LoadedModel(Model(config).eval().requires_grad_(False), "untrained", {}, "0" * 64)


def figures_of(loaded, puzzles, setting, batch_size=BATCH_SIZE):
    shards = [shard_of_set(puzzles, n, PART_SIZE) for n in range(shards_of(len(puzzles.puzzles), PART_SIZE))]
    counts = [counts_of(loaded, shard, setting, batch_size=batch_size) for shard in shards]
    return figures_of_set(loaded, puzzles.name, setting, counts).to_plain()
