"""Rows of a run as one table for other tools, arms and files by their names: all rows, or those of boards that were not solved.

The CSV of failures is a file of puzzles too: `vmd-sudoku evaluate` measures it again.
"""

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from vmd_sudoku.board import SIDE
from vmd_sudoku.evaluation.arms import Arm, labels
from vmd_sudoku.evaluation.folder import RunFolder, packed


def rows(folder: RunFolder, *, failures: bool = False) -> pa.Table:
    """The rows of the parts that are done, in order. `board` is called `filled` here, so that nobody takes it for a puzzle.

    failures: only those of boards that were not solved.

    Raises:
        RunError: the folder holds no run.
    """
    manifest = folder.require_manifest()
    arms = pa.array(labels([Arm.from_plain(plain) for plain in manifest["request"]["arms"]]))
    files = pa.array(manifest["plan"]["names"])
    parts = list(_parts(folder, failures))
    if not parts:
        return pa.table({name: pa.array([], pa.string()) for name in ("arm", "file", "number", "puzzle")})
    found = pa.concat_tables(parts).replace_schema_metadata(None)
    for place, (name, words) in enumerate((("arm", arms), ("file", files))):
        found = found.set_column(place, name, words.take(found[name].combine_chunks()))
    return found.rename_columns(["filled" if name == "board" else name for name in found.column_names])


def _parts(folder: RunFolder, failures: bool) -> Iterator[pa.Table]:
    for number in sorted(folder.done()):
        table = folder.rows(number)
        yield table.filter(pc.invert(table["solved"])) if failures else table


def as_parquet(table: pa.Table) -> bytes:
    """A table with its types."""
    return packed(table)


def as_csv(table: pa.Table) -> bytes:
    """A table as text; cells as `r1c9 r4c2`, and lists of numbers with blanks between them."""
    for place, name in enumerate(table.column_names):
        if pa.types.is_list(table.schema.types[place]):
            word = _cell if name == "wrong" else "{:.4f}".format
            texts = [" ".join(map(word, values)) for values in table[name].to_pylist()]
            table = table.set_column(place, name, pa.array(texts, pa.string()))
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    return sink.getvalue()


def _cell(cell: int) -> str:
    return f"r{cell // SIDE + 1}c{cell % SIDE + 1}"
