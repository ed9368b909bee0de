import numpy as np
import pytest

from vmd_sudoku.board import to_line
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats import files as puzzle_file

CLUES, SOLUTIONS = puzzles(3, seed=1)
LINES = [to_line(clues) for clues in CLUES]
ANSWERS = [to_line(solution) for solution in SOLUTIONS]


def write(tmp_path, text, name="some.csv"):
    file = tmp_path / name
    file.write_text(text, newline="")
    return file


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(LINES),
        "# three\n\n" + "\r\n".join(LINES) + "\r\n",
        "puzzle\n" + "\n".join(LINES),
        "\ufeffPuzzle\n" + "\n".join(line.replace(".", "0") for line in LINES),
        "id,puzzle,rating\n" + "\n".join(f'{i},"{line}",1.5' for i, line in enumerate(LINES)),
    ],
)
def test_every_form_is_read(tmp_path, text):
    read = puzzle_file.read(write(tmp_path, text))
    assert read.name == "some.csv"
    assert (read.puzzles == CLUES).all()
    assert read.solutions is None


def test_solutions_are_read_beside_their_puzzles(tmp_path):
    text = "solution,puzzle\n" + "\n".join(f"{b},{a}" for a, b in zip(LINES, ANSWERS, strict=True))
    read = puzzle_file.read(write(tmp_path, text), limit=2)
    assert (read.puzzles == CLUES[:2]).all()
    assert (read.solutions == SOLUTIONS[:2]).all()
    assert read.puzzles.dtype == np.int8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "some.csv has no puzzle"),
        ("puzzle,solution\n", "some.csv has no puzzle"),
        (f"{LINES[0]}\n{LINES[1][:80]}\n", "some.csv, line 2: 80 characters, 81 wanted"),
        (f"# one\n{LINES[0][:40]}x{LINES[0][41:]}\n", "some.csv, line 2: row 5, column 5 is 'x'"),
        ("a,b\n1,2\n", "line 1: several columns, but none is called `puzzle`"),
        (f"id,puzzle\n7\n8,{LINES[0]}\n", "line 2: no `puzzle` value"),
        (f"puzzle,solution\n{LINES[0]},{ANSWERS[1]}\n", "line 2: not the solution .*changes a clue"),
        (f"puzzle,solution\n{LINES[0]},{LINES[0]}\n", "line 2: not the solution .*left unfinished"),
        ("." * 20_001, "longer than 20000"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(PuzzleFileError, match=message):
        puzzle_file.read(write(tmp_path, text))


def test_puzzles_without_a_solution_may_stand_among_others(tmp_path):
    text = f"puzzle,solution\n{LINES[0]},\n{LINES[1]},{ANSWERS[1]}\n"
    read = puzzle_file.read(write(tmp_path, text))
    assert len(read.puzzles) == 2
    assert read.solutions is None
    assert read.unsolved == 2


def test_what_is_no_text_file_is_refused(tmp_path):
    with pytest.raises(PuzzleFileError, match=r"cannot read .*nowhere\.csv"):
        puzzle_file.read(tmp_path / "nowhere.csv")
    with pytest.raises(PuzzleFileError, match="cannot read"):
        puzzle_file.read(tmp_path)
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(128, 256)))
    with pytest.raises(PuzzleFileError, match=r"binary\.csv is not a text file"):
        puzzle_file.read(binary)


def test_a_number_of_solutions_is_no_solution(tmp_path):
    puzzle = "1...5.2.9..7.......6.......2...........5.1..2....2.39.3.4.9...15...1...3...8...4."
    (tmp_path / "list.csv").write_text(f"puzzle,solutions\n{puzzle},0\n{puzzle},125\n{puzzle},10000+\n")
    found = puzzle_file.read(tmp_path / "list.csv")
    assert len(found.puzzles) == 3
    assert found.solutions is None
