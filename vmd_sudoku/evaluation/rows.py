"""Rows for a notebook: one for every puzzle, as it is judged.

for row in evaluate(puzzles, "vmd", Setting(nfe=5)): ...
frame = pandas.DataFrame(evaluate("puzzles/hard.csv"))  # a column for each field of `Row`
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from vmd_sudoku.addresses import located
from vmd_sudoku.board import CELLS, parse
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.evaluation.arms import Arm
from vmd_sudoku.evaluation.batch import BATCH_SIZE, Cut, judged
from vmd_sudoku.evaluation.columns import Row, rows_of
from vmd_sudoku.evaluation.folder import table_of
from vmd_sudoku.evaluation.judging import Judge
from vmd_sudoku.evaluation.shards import Source, source_of, source_of_set
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.formats.record import BadLine, Record
from vmd_sudoku.network.checkpoint import LoadedModel, load_model
from vmd_sudoku.solving.setting import Setting

Puzzles = str | Path | PuzzleSet | np.ndarray | Iterable[str | np.ndarray]


def evaluate(
    puzzles: Puzzles,
    model: str | Path | LoadedModel = "vmd",
    setting: Setting | None = None,
    *,
    batch_size: int = BATCH_SIZE,
    techniques: bool = False,
) -> Iterator[Row]:
    """Judge puzzles by a model and a setting; yields a row for each, a batch at a time.

    puzzles: a file, by its path or its address in an object store, a PuzzleSet, an array int8 [n,81], or texts of 81
    characters. A `Row` has puzzle and board as texts, whether it is solved by the rules, calls, rounds, and so on: the columns
    of a run's parts (docs/scale.md). `techniques` looks for the human technique that each puzzle needs.

    Raises:
        PuzzleFileError: a file cannot be read, or one of its lines holds no puzzle.
        PuzzleError: a text is no puzzle.
        CheckpointError: there is no such model.
    """
    loaded = model if isinstance(model, LoadedModel) else load_model(model)
    judge = Judge(
        (Arm(loaded.name, loaded.sha256, setting or Setting()),), {loaded.sha256: loaded}, batch_size, techniques
    )
    how = Cut(part_size=batch_size, threads=torch.get_num_threads())
    for _, data in judged(judge, [_strict(_source(puzzles))], how):
        yield from rows_of(table_of(data))


def _source(puzzles: Puzzles) -> Source:
    if isinstance(puzzles, (str, Path)):
        return source_of(located(puzzles))
    if isinstance(puzzles, PuzzleSet):
        return source_of_set(puzzles)
    if isinstance(puzzles, np.ndarray):
        return source_of_set(PuzzleSet("array", puzzles.reshape(-1, CELLS), None))
    return Source("puzzles", lambda: (Record(puzzle=_board(one), line=n) for n, one in enumerate(puzzles, 1)))


def _board(puzzle: str | np.ndarray) -> np.ndarray:
    return parse(puzzle) if isinstance(puzzle, str) else np.asarray(puzzle, np.int8).reshape(CELLS)


def _strict(source: Source) -> Source:
    """The same source, which a line without a puzzle ends: no row may be missing unseen."""

    def lines() -> Iterator[Record]:
        for line in source.lines():
            if isinstance(line, BadLine):
                raise PuzzleFileError(f"{source.name}, line {line.line}: {line.reason}")
            yield line

    return replace(source, lines=lines)
