"""Which field of a line is the puzzle, and which its solution, rating and name.

Names in use: `puzzle` (ours, QQWing), `quizzes`, `solutions` (Kaggle's million), `question`, `answer`, `rating`
(Sudoku-Extreme), `board`, `sudoku`, `mission`, and their kin. Without names the fields speak for themselves.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vmd_sudoku.board import CELLS, SIDE
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import hodoku
from vmd_sudoku.formats.cells import BLANKS, FIGURES, is_answer, line_cells
from vmd_sudoku.formats.record import clean
from vmd_sudoku.formats.variants import KINDS, is_rule

NAMES: Mapping[str, tuple[str, ...]] = {
    "puzzle": (
        *(
            "puzzle",
            "quizzes",
            "question",
            "sudoku",
            "board",
            "quiz",
            "mission",
            "unsolved",
            "problem",
            "clues",
            "givens",
        ),
        *(
            "puzzles",
            "questions",
            "sudokus",
            "boards",
            "quizes",
            "grid",
            "given",
            "inputs",
            "input",
            "initial",
            "start",
        ),
        "task",
    ),
    "solution": (
        *("solution", "solutions", "answer", "answers", "solved", "labels", "label", "target", "targets", "output"),
        *("outputs", "solve"),
    ),
    "rating": ("rating", "difficulty", "ratings", "score", "hardness", "level"),
    "name": ("name", "title", "id", "source", "hash"),
}
"""What columns, fields and tags are called, best known first."""

DELIMITERS = ",;\t|"
_MARKS = ("", *DELIMITERS, ":")
_BOARDS = NAMES["puzzle"][:8]
"""Names that hardly ever stand for anything but puzzles; `clues` may be a number of them."""
_LOOKS_LIKE_CELLS = 40
"""Characters from which a field is meant as a board, even if it has the wrong length."""
LOST = re.compile(r"\d(?:[.,]\d+)?[eE]\+(?:[5-7]\d|80)")
"""What a spreadsheet makes of 81 digits that it takes for a number."""
_MEANT = (FIGURES + BLANKS).replace(" ", "")
_NUMBER = re.compile(r"[-+]?\d{1,9}(?:[.,]\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Columns:
    """Columns that a person names, by their names or their numbers from 1 on; "": found out."""

    puzzle: str = ""
    solution: str = ""


@dataclass(frozen=True)
class Layout:
    """Where a list has what: the sign between its fields ("" for white space), and places of fields from 0 on.

    label: what messages call the puzzle's column, or "". fixed: whether names say where the puzzle is. sure: whether the names
    alone show that they are some, and no title. note: what was assumed. rules, words: columns, with their names, that may
    hold more rules than the classic ones, and such that may speak of them.
    """

    delimiter: str
    puzzle: int
    solution: int | None = None
    rating: int | None = None
    name: int | None = None
    label: str = ""
    fixed: bool = False
    sure: bool = True
    note: str = ""
    rules: tuple[tuple[int, str], ...] = ()
    words: tuple[tuple[int, str], ...] = ()


def meant(name: str, kind: str) -> bool:
    """Whether a column, a field or a tag of this name is of a kind of `NAMES`; `initial_board` is a puzzle."""
    words = [word for word in re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) if word]
    # A name of five words is a sentence, and a sentence may speak of puzzles.
    if not words or len(words) > 4:
        return False
    # `solved_board` and `board_solution` hold solutions, `puzzle_rating` ratings, `puzzle_id` names.
    order = ("solution", "rating", "name", "puzzle")
    first = next((k for k in order if any(word in NAMES[k] for word in words)), None)
    return first == kind


def split(line: str, delimiter: str) -> list[str]:
    """The fields of a line, without white space around them, which a field of 81 signs may need."""
    if not delimiter:
        whole = len(line) == CELLS and line_cells(line) is not None and not is_candidates(line.split())
        return [line] if whole else line.split()
    if delimiter == "|":
        return [_bare(field) for field in line.strip().strip("|").split("|")]
    try:
        return [_bare(field) for field in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, StopIteration):  # a quote that never ends
        return [_bare(field).strip('"') for field in line.split(delimiter)]


def is_candidates(groups: Sequence[str]) -> bool:
    """Whether nine groups of digits are a row of candidates: rising in each, and not one digit in all."""
    return (
        len(groups) == SIDE
        and any(len(group) > 1 for group in groups)
        and all(list(group) == sorted(set(group)) and group.isdecimal() for group in groups)
    )


def _bare(field: str) -> str:
    if len(field) == CELLS:
        return field
    field = field.strip()
    # Some write lists with the quotes of another language, and spreadsheets keep a text from being a number by ' or =.
    match = re.fullmatch(r"""=?(["'`])(.*)\1|'(.*)""", field, re.DOTALL)
    return match[2] or match[3] or "" if match else field


def kind_of(field: str) -> str:
    """`puzzle` with blanks, `full` without, `meant` as one but none, `number`, or `text`."""
    found = line_cells(field)
    if found is not None:
        return "full" if found.all() else "puzzle"
    if hodoku.marked_cells(field) is not None:
        return "puzzle"
    if LOST.fullmatch(field):
        return "meant"
    if _NUMBER.fullmatch(field):
        return "number"
    signs = sum(map(field.count, _MEANT))
    return "meant" if signs >= max(_LOOKS_LIKE_CELLS, 0.9 * len(field)) else "text"


def is_listed(line: str) -> bool:
    """Whether a line holds, by itself, what is meant as a board: a list's line rather than a row of a grid."""
    return len(line) >= _LOOKS_LIKE_CELLS and any(
        kind_of(field) in ("puzzle", "full", "meant")
        for mark in _MARKS
        if not mark or mark in line
        for field in split(line, mark)
    )


def header(line: str, columns: Columns) -> Layout | None:
    """Where a line of names says that everything is, or None if it can be no such line.

    Raises:
        PuzzleError: a column that was asked for is not there.
    """
    if not any(c.isalpha() for c in line) or is_listed(line):
        return None
    delimiter = next((mark for mark in DELIMITERS if mark in line), "" if len(line.split()) > 1 else ",")
    names = split(line, delimiter)
    if len(names) == 1 and names[0].lower() not in NAMES["puzzle"]:
        return None  # a title
    asked = {kind: name for kind, name in vars(columns).items() if name}
    places = {kind: _place(names, kind) for kind in NAMES}
    if not asked and places["puzzle"] is None:
        return None
    notes = []
    others = [at for at, name in enumerate(names) if name.lower() in _BOARDS and at != places["puzzle"]]
    if others and "puzzle" not in asked:
        notes = [f"Of several columns `{names[places['puzzle'] or 0]}` was read; --puzzle-column chooses another."]
    for kind, name in asked.items():
        places[kind] = _asked(names, name)
    puzzle = places["puzzle"]
    if puzzle is None:
        return None
    # Two known names are no accident; one alone may be a word of a title.
    known = {name for names in NAMES.values() for name in names}
    sure = bool(asked) or sum(name.lower() in known for name in names) > 1
    if not delimiter and not sure:
        return None  # a title of several words
    places = {kind: at if kind == "puzzle" or at != puzzle else None for kind, at in places.items()}
    rest = [(at, clean(name)) for at, name in enumerate(names) if name and at not in places.values()]
    rules = tuple((at, name) for at, name in rest if name.lower() in KINDS or is_rule(name))
    return Layout(
        delimiter,
        puzzle,
        places["solution"],
        places["rating"],
        places["name"],
        label=clean(names[puzzle]),
        fixed=True,
        sure=sure,
        note=" ".join(notes),
        rules=rules,
        words=tuple(one for one in rest if one not in rules),
    )


def _place(names: Sequence[str], kind: str) -> int | None:
    """Where the column of a kind is: by the best known name that is there, then by any that means it."""
    low = [name.lower() for name in names]
    exact = next((low.index(name) for name in NAMES[kind] if name in low), None)
    return exact if exact is not None else next((at for at, name in enumerate(names) if meant(name, kind)), None)


def _asked(names: Sequence[str], name: str) -> int:
    low = [other.lower() for other in names]
    if name.lower() in low:
        return low.index(name.lower())
    if name.isdecimal() and 1 <= int(name) <= len(names):
        return int(name) - 1
    raise PuzzleError(f"no column is called {name[:40]!r}; there are {', '.join(map(repr, names[:12]))}"[:300])


def by_content(lines: Sequence[str], columns: Columns, names: str = "", last: bool = False) -> Layout | None:
    """Where the first lines of a list have what, by what their fields are; None if they leave a doubt.

    names: the line of names before them, none of which is known. last: no more lines follow, so the best guess is wanted.

    Raises:
        PuzzleError: several columns could be the puzzle, or a column that was asked for is not there.
    """
    delimiter = _delimiter(lines)
    rows = [split(line, delimiter) for line in lines]
    titles = split(names, delimiter) if names else [str(at + 1) for at in range(max(map(len, rows), default=0))]
    if columns.puzzle:
        solution = _asked(titles, columns.solution) if columns.solution else None
        place = _asked(titles, columns.puzzle)
        return Layout(delimiter, place, solution, label=clean(titles[place]) if names else "", fixed=True)
    told = next((at for row in rows if (at := _told(row)) is not None), None)
    if told is None and last:
        told = next((at for row in rows if (at := _told_full(row)) is not None), None)
    if told is None:
        return None
    puzzle, solution = told
    called = titles[puzzle] if names and puzzle < len(titles) else ""
    if meant(called, "solution") and all(kind_of(row[puzzle]) == "full" for row in rows if puzzle < len(row)):
        raise PuzzleError(f"only solutions are here (`{clean(called)}`); --puzzle-column takes them for puzzles")
    if columns.solution:
        solution = _asked(titles, columns.solution)
    rating = next((at for at in range(puzzle + 1, len(rows[0])) if _all_numbers(rows, at)), None)
    name = next(
        (at for at in range(len(rows[0])) if at not in (puzzle, solution) and kind_of(rows[0][at]) == "text"), None
    )
    many = len([field for field in rows[0] if field]) > 1
    note = f"No column has a known name; field {puzzle + 1} was read as the puzzle." if many and names else ""
    return Layout(
        delimiter,
        puzzle,
        solution,
        rating,
        name,
        clean(called),
        note=note,
    )


def _delimiter(lines: Sequence[str]) -> str:
    """The sign between fields that leaves most boards whole."""
    best = max(
        _MARKS,
        key=lambda mark: sum(
            (2 if kind in ("puzzle", "full") else 1)
            for line in lines
            for field in split(line, mark)
            if (kind := kind_of(field)) in ("puzzle", "full", "meant")
        ),
    )
    return best


def _told(row: Sequence[str]) -> tuple[int, int | None] | None:
    """Places of puzzle and solution in a row that leaves no doubt."""
    kinds = [kind_of(field) for field in row]
    puzzles = [at for at, kind in enumerate(kinds) if kind == "puzzle"]
    full = [at for at, kind in enumerate(kinds) if kind == "full"]
    # Never a guess between two readings: the wrong board might be solved with confidence.
    if len(puzzles) > 1:
        places = " and ".join(str(at + 1) for at in puzzles[:3])
        raise PuzzleError(f"columns {places} both hold boards with blanks; say which with --puzzle-column")
    # A board that lost signs stands in the row, so the one that is whole may be its solution.
    if not puzzles or "meant" in kinds:
        return None
    if len(full) > 1:
        clues = line_cells(row[puzzles[0]])
        # Of several full grids the solution is the one that keeps the clues.
        fit = [at for at in full if clues is not None and is_answer(line_cells(row[at]), clues)]  # type: ignore[arg-type]
        full = fit[:1]
    return puzzles[0], full[0] if full else None


def _told_full(row: Sequence[str]) -> tuple[int, int | None] | None:
    """As `_told`, for lists of full grids; never beside a board that lost some of its signs."""
    kinds = [kind_of(field) for field in row]
    full = [at for at, kind in enumerate(kinds) if kind == "full"]
    if "meant" in kinds or not full or len(full) > 2 or (len(full) == 2 and row[full[0]] != row[full[1]]):
        meant_one = [at for at, kind in enumerate(kinds) if kind == "meant"]
        return (meant_one[0], None) if len(meant_one) == 1 else None
    return full[0], full[1] if len(full) == 2 else None


def _all_numbers(rows: Sequence[Sequence[str]], at: int) -> bool:
    return all(at < len(row) and _NUMBER.fullmatch(row[at]) for row in rows)
