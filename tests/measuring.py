"""Figures of puzzles in memory, part by part in this process."""

from vmd_sudoku.evaluation.batch import BATCH_SIZE, PART_SIZE, counts_of, figures_of_set
from vmd_sudoku.evaluation.shards import shard_of_set, shards_of


def figures_of(loaded, puzzles, setting, batch_size=BATCH_SIZE):
    shards = [shard_of_set(puzzles, n, PART_SIZE) for n in range(shards_of(len(puzzles.puzzles), PART_SIZE))]
    counts = [counts_of(loaded, shard, setting, batch_size=batch_size) for shard in shards]
    return figures_of_set(loaded, puzzles.name, setting, counts)
