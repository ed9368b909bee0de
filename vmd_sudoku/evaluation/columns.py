"""A row: what an arm made of a puzzle. Its columns are described here once, for parts, tables, reports and notebooks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import pyarrow as pa

from vmd_sudoku.board import SIDE


@dataclass(frozen=True)
class Column:
    """One column. kind: its type in a part. help: one line. gallery: whether a report shows it of boards that were not solved.
    export: its name in a table for other tools, where that is another one. text: of a list, how CSV writes a member."""

    kind: pa.DataType
    help: str
    gallery: bool = False
    export: str = ""
    text: Callable[[Any], str] = str


def _cell(cell: int) -> str:
    return f"r{cell // SIDE + 1}c{cell % SIDE + 1}"


def _column(kind: pa.DataType, help: str, **more: Any) -> Any:
    return field(metadata={"column": Column(kind, help, **more)})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One puzzle, judged; the fields are described where they are declared. None: not known, or not asked for."""

    number: int = _column(pa.int64(), "Place of the puzzle in its file, from 0.", gallery=True)
    line: int = _column(pa.int64(), "Where it stands in the file, from 1.", gallery=True)
    name: str = _column(pa.string(), "What the file calls it, or nothing.", gallery=True)
    puzzle: str = _column(pa.string(), "81 characters, `.` for a blank.", gallery=True)
    # Beside a column `puzzle` a `board` would be taken for another puzzle by whoever reads the table as a file of puzzles.
    board: str = _column(pa.string(), "What the arm made of it; `filled` in tables.", gallery=True, export="filled")
    solved: bool = _column(pa.bool_(), "Full, legal and clue-true: judged by the rules.", gallery=True)
    legal: bool = _column(pa.bool_(), "Full, and no digit twice in a unit.", gallery=True)
    clue_true: bool = _column(pa.bool_(), "No clue was changed.", gallery=True)
    as_stored: bool | None = _column(pa.bool_(), "Equal to the solution in the file, where it has one.")
    solutions: int = _column(pa.int8(), "Of the puzzle: 0, 1, 2 for several, -1 not decided.", gallery=True)
    proved: int = _column(pa.int8(), "The same by the arm's own search; -1 without one.")
    calls: int = _column(pa.int32(), "Of the network.", gallery=True)
    rounds: int = _column(pa.int32(), "Of all calls.", gallery=True)
    backtracks: int = _column(pa.int32(), "Decisions that a search took back.")
    remasked: int = _column(pa.int32(), "Cells that went back to MASK.")
    ms: float = _column(pa.float32(), "Milliseconds, the batch's time shared by its puzzles.")
    clues: int = _column(pa.int8(), "Of the puzzle.", gallery=True)
    rating: float | None = _column(pa.float64(), "Difficulty by the file, or by the rater (`--rater`).", gallery=True)
    technique: str | None = _column(pa.string(), "The hardest human technique needed (`--techniques`).", gallery=True)
    nats: float = _column(pa.float32(), "Mean log-probability of the digits that were filled in.")
    wrong: tuple[int, ...] = _column(
        pa.list_(pa.int8()), "Wrong cells, 0 to 80; `r1c9` in CSV.", gallery=True, text=_cell
    )
    wrong_confidence: tuple[float, ...] = _column(
        pa.list_(pa.float32()), "How sure the network was of each.", gallery=True, text="{:.4f}".format
    )
    seed: int = _column(pa.int64(), "Of the arm.")


COLUMNS: dict[str, Column] = {one.name: one.metadata["column"] for one in fields(Row)}
PLACE = {
    "arm": Column(pa.int16(), "Place of the arm in the manifest, from 0; its words in tables."),
    "file": Column(pa.int32(), "Place of the file in the manifest, from 0; its name in tables."),
}
"""What tells the rows of a run apart: they stand before the columns of a row, in every part and every table."""
SCHEMA = pa.schema([(name, column.kind) for name, column in (PLACE | COLUMNS).items()])
"""Of a part."""
STATISTICS, ABOUT = b"statistics", b"about"
"""Keys of a part's metadata: JSON of the arms' statistics, and of what the part is."""
GALLERY = [name for name, column in COLUMNS.items() if column.gallery]


def rows_of(table: pa.Table) -> Iterator[Row]:
    """The rows of a part, without arm and file."""
    lists = [name for name, column in COLUMNS.items() if pa.types.is_list(column.kind)]
    for plain in table.select(list(COLUMNS)).to_pylist():
        yield Row(**plain | {name: tuple(plain[name]) for name in lists})


def for_others(table: pa.Table, arms: pa.Array, files: pa.Array) -> pa.Table:
    """A part's rows as a table for other tools: arms and files in words, columns under their names there."""
    table = table.replace_schema_metadata(None)
    for place, (name, words) in enumerate((("arm", arms), ("file", files))):
        table = table.set_column(place, name, words.take(table[name].combine_chunks()))
    return table.rename_columns([*PLACE, *(column.export or name for name, column in COLUMNS.items())])


def without_lists(table: pa.Table) -> pa.Table:
    """A table of `for_others` for CSV, which knows no lists: their members as text, with blanks between them."""
    for name, column in COLUMNS.items():
        if pa.types.is_list(column.kind):
            place = table.column_names.index(name)
            texts = [" ".join(map(column.text, values)) for values in table[name].to_pylist()]
            table = table.set_column(place, name, pa.array(texts, pa.string()))
    return table


def markdown() -> str:
    """The columns as a table of Markdown."""
    lines = [f"| `{name}` | {column.kind} | {column.help} |" for name, column in (PLACE | COLUMNS).items()]
    return "\n".join(["| column | type | what it is |", "| --- | --- | --- |", *lines]) + "\n"
