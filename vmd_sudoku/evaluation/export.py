"""Rows of a run as one table for other tools, arms and files by their names: all rows, or those of boards that were not solved.

The CSV of failures is a file of puzzles too: `vmd-sudoku evaluate` measures it again.
"""

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from vmd_sudoku.evaluation.arms import Arm, labels
from vmd_sudoku.evaluation.columns import SCHEMA, for_others, without_lists
from vmd_sudoku.evaluation.folder import RunFolder, packed


def rows(folder: RunFolder, *, failures: bool = False) -> pa.Table:
    """The rows of the parts that are done, in order. `board` is called `filled` here, so that nobody takes it for a puzzle.

    failures: only those of boards that were not solved.

    Raises:
        RunError: the folder holds no run.
    """
    manifest = folder.require_manifest()
    arms = pa.array(labels([Arm.from_plain(plain) for plain in manifest["request"]["arms"]]), pa.string())
    files = pa.array(manifest["plan"]["names"], pa.string())
    # With a table of no rows, so that a run of which no part is done has its columns, too.
    return for_others(pa.concat_tables([SCHEMA.empty_table(), *_parts(folder, failures)]), arms, files)


def _parts(folder: RunFolder, failures: bool) -> Iterator[pa.Table]:
    for number in sorted(folder.done()):
        table = folder.rows(number).replace_schema_metadata(None)
        yield table.filter(pc.invert(table["solved"])) if failures else table


def as_parquet(table: pa.Table) -> bytes:
    """A table with its types."""
    return packed(table)


def as_csv(table: pa.Table) -> bytes:
    """A table as text; cells as `r1c9 r4c2`, and lists of numbers with blanks between them."""
    sink = io.BytesIO()
    pyarrow.csv.write_csv(without_lists(table), sink)
    return sink.getvalue()
