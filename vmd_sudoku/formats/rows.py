"""Which field of a line is the puzzle."""

import csv

_PUZZLE_COLUMNS = ("puzzle", "question", "quizzes", "quiz", "sudoku")


def _fields(line: str) -> list[str]:
    """The values of one line: of CSV with any usual separator; else the line as it is, then its words."""
    line = line.rstrip("\r\n")
    separator = next((s for s in ",;\t" if s in line), None)
    if separator is None:
        return [line, *line.split()]
    try:
        return [field.strip() for field in next(csv.reader([line], delimiter=separator))]
    except csv.Error:  # a field longer than any puzzle
        return []
