"""The columns of a row, and whoever is made from them."""

import csv
import io
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from measuring import untrained

from vmd_sudoku.evaluation import columns, export
from vmd_sudoku.evaluation.arms import Arm
from vmd_sudoku.evaluation.columns import Row, rows_of
from vmd_sudoku.evaluation.judging import Judge
from vmd_sudoku.evaluation.shards import shard_of_set
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats.files import PuzzleSet
from vmd_sudoku.solving.setting import Setting

OF_FORMAT_1 = {
    **{"arm": "int16", "file": "int32", "number": "int64", "line": "int64", "name": "string", "puzzle": "string"},
    **{"board": "string", "solved": "bool", "legal": "bool", "clue_true": "bool", "as_stored": "bool"},
    **{"solutions": "int8", "proved": "int8", "calls": "int32", "rounds": "int32", "backtracks": "int32"},
    **{"remasked": "int32", "ms": "float", "clues": "int8", "rating": "double", "technique": "string"},
    **{"nats": "float", "wrong": "list<item: int8>", "wrong_confidence": "list<item: float>", "seed": "int64"},
}
"""Parts that lie on people's disks: another column needs another number in `folder.FORMAT`."""


@pytest.fixture(scope="module")
def table():
    clues, solutions = puzzles(6, seed=3, clues=40)
    some = PuzzleSet("some", clues, solutions, np.array([1.5, np.nan, 2, 3, 4, 5]))
    loaded = untrained()
    arms = tuple(Arm("untrained", loaded.sha256, Setting(nfe=2, seed=seed)) for seed in (0, 7))
    return Judge(arms, {loaded.sha256: loaded}, 4).part(shard_of_set(some, 0, 512))


def test_parts_keep_their_columns(table):
    assert {name: str(kind) for name, kind in zip(table.schema.names, table.schema.types, strict=True)} == OF_FORMAT_1
    assert list(OF_FORMAT_1) == table.column_names


def test_a_row_is_a_record_of_the_tables_values(table):
    rows = list(rows_of(table))
    assert len(rows) == 12
    assert [row.seed for row in rows] == [0] * 6 + [7] * 6
    assert rows[0].rating == 1.5
    assert rows[1].rating is rows[1].technique is None
    for row, plain in zip(rows, table.to_pylist(), strict=True):
        for one in fields(Row):
            value = getattr(row, one.name)
            assert (list(value) if isinstance(value, tuple) else value) == plain[one.name]
        assert len(row.wrong) == len(row.wrong_confidence)
        assert isinstance(row.solved, bool)
    with pytest.raises(FrozenInstanceError):
        rows[0].solved = True


def test_tables_for_others_have_words_for_places_and_no_board_that_looks_like_a_puzzle(table):
    found = columns.for_others(table, pa.array(["first", "second"]), pa.array(["some.csv"]))
    assert found["arm"].to_pylist() == ["first"] * 6 + ["second"] * 6
    assert set(found["file"].to_pylist()) == {"some.csv"}
    names = ["filled" if name == "board" else name for name in OF_FORMAT_1]
    lines = list(csv.DictReader(io.StringIO(export.as_csv(found).decode())))
    assert list(lines[0]) == found.column_names == names
    wrong = next(row.wrong for row in rows_of(table) if row.wrong)
    assert any(line["wrong"].startswith(f"r{wrong[0] // 9 + 1}c{wrong[0] % 9 + 1}") for line in lines)


def test_the_docs_name_every_column():
    page = (Path(__file__).parents[2] / "docs" / "scale.md").read_text()
    assert columns.markdown() in page, "write it anew: python tools/settings.py"
