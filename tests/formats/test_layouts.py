"""One grid in the layouts of programs and people, arrays, packed links and saved states: read, or refused in one sentence."""

import base64
import contextlib
import io

import numpy as np
import pytest
from forms import ANSWERS, CLUES, GRIDS, LINES, SOLUTIONS, ZEROS, drawn, saved
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.board import to_grid, to_line
from vmd_sudoku.errors import PuzzleError, PuzzleFileError
from vmd_sudoku.formats import arrays, packed
from vmd_sudoku.formats.layouts import one_grid, why_none
from vmd_sudoku.formats.reader import records, records_of_text

ROWS = GRIDS[0].splitlines()
OWN = np.where((CLUES[0] == 0) & (np.arange(81) % 4 == 0), SOLUTIONS[0], 0)
BOTH = CLUES[0] + OWN


def grid(text):
    return one_grid(text.splitlines())


def line_of(text):
    found = grid(text)
    return found and to_line(found.puzzle)


@pytest.mark.parametrize("labels", ["ABCDEFGHI", "abcdefghi", "123456789", [f"R{row}" for row in range(1, 10)]])
@pytest.mark.parametrize("behind", [" ", ": ", "|", ") "])
@pytest.mark.parametrize("above", ["", "  1 2 3 4 5 6 7 8 9\n", "  A B C D E F G H I\n"])
def test_labels_of_rows_and_columns_are_no_cells(labels, behind, above):
    text = above + "\n".join(f"{label}{behind}{row}" for label, row in zip(labels, ROWS, strict=True))
    assert line_of(text) == LINES[0]


def test_labels_out_of_order_are_not_taken_off():
    labels = "ABCDEFGIH"
    assert line_of("\n".join(f"{label} {row}" for label, row in zip(labels, ROWS, strict=True))) is None


@pytest.mark.parametrize(("mark", "marked"), [("*", CLUES[0] > 0), ("+", OWN > 0)])
def test_stars_mark_clues_and_pluses_what_was_filled_in(mark, marked):
    """Simple Sudoku's and HoDoKu's way."""
    signs = [f"{mark * bool(m)}{d or '.'}" for d, m in zip(BOTH, marked, strict=True)]
    found = grid("\n".join(" ".join(signs[at : at + 9]) for at in range(0, 81, 9)))
    assert (found.puzzle == CLUES[0]).all()
    assert (found.own == OWN).all()


def candidate_grid(digits, own=None, apart=" "):
    groups = [str(d) if d else "123456789" for d in digits]
    if own is not None:
        groups = [f"u{d}" if d else group for d, group in zip(own, groups, strict=True)]
    return "\n".join(apart.join(groups[at : at + 9]) for at in range(0, 81, 9))


@pytest.mark.parametrize("apart", [" ", " | ", "\t"])
def test_candidates_with_one_digit_are_cells_and_a_u_marks_those_filled_in(apart):
    found = grid(candidate_grid(CLUES[0], OWN, apart))
    assert (found.puzzle == CLUES[0]).all()
    assert (found.own == OWN).all()
    assert "grid of candidates" in found.notes[0]
    assert grid(candidate_grid(CLUES[0], apart=apart)).own is None
    assert grid(candidate_grid(CLUES[0], apart=apart).replace("123456789", "1223")) is None


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    "shape",
    ["plain", "names", "counts", "numbered", "numbered and named", "open end", "ends early", "floats", "quoted"],
)
def test_nine_fields_a_line_are_read_with_what_a_spreadsheet_adds(mark, shape):
    fields = [[str(d) if d else "" for d in row] for row in CLUES[0].reshape(9, 9)]
    names = list("abcdefghi")
    if shape == "ends early":
        lines = [mark.join(row).rstrip(mark) for row in fields]
    elif shape == "floats":
        lines = [mark.join(f"{d}.0" if d else "" for d in row) for row in fields]
    elif shape == "quoted":
        lines = [mark.join(f'"{d}"' for d in row) for row in fields]
    else:
        lines = [mark.join(row) + mark * (shape == "open end") for row in fields]
    if shape in ("numbered", "numbered and named"):
        lines = [f"{at}{mark}{line}" for at, line in enumerate(lines, 1)]
        names = ["", *names]
    if shape in ("names", "numbered and named"):
        lines = [mark.join(names), *lines]
    elif shape == "counts":
        lines = [mark.join(map(str, range(9))), *lines]
    found = grid("\n".join(lines))
    assert to_line(found.puzzle) == LINES[0]
    assert ("filled up with blanks" in " ".join(found.notes)) == (shape == "ends early")


def test_several_signs_for_a_blank_are_named():
    text = "\n".join(row.replace(".", "?", 2).replace(".", "~", 1) for row in ROWS)
    found = grid(text)
    assert to_line(found.puzzle) == LINES[0]
    assert found.notes == ("Several signs were read as blanks: . ? ~",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0" * 729, "these 729 characters are a Sukaku"),
        ("1234\n3412\n2143\n4321\n", "this is a 4x4 board"),
        ("\n".join([*ROWS[:8], ROWS[8][:8]]), "line 9 of the puzzle has 8 characters, wanted 9"),
        ("5 apples and 3 pears", "no puzzle was found in these 20 characters, of which 2 are digits"),
    ],
)
def test_what_is_no_grid_is_told_from_what_it_looks_like(text, words):
    assert grid(text) is None
    assert words in why_none(text.splitlines())


@given(st.lists(st.sampled_from("123456789 "), min_size=81, max_size=81), st.integers(0, 3))
def test_a_grid_whose_blanks_are_spaces_is_read_right_or_not_at_all(cells, edge):
    """Where the columns stand is told by the places of the digits; a doubt is no reading."""
    wanted = "".join(cells).replace(" ", ".")
    framed = drawn(wanted.replace(".", " "), **[{}, {"mark": ""}, {"left": ""}, {"left": "", "bar": "|"}][edge])
    for text in (framed, "\n".join(line.rstrip() for line in framed.splitlines())):
        with contextlib.suppress(PuzzleError):
            found = grid(text)
            assert found is None or to_line(found.board) == wanted


def test_a_first_row_that_may_have_lost_its_blanks_is_not_guessed_at():
    rows = [row.replace(".", " ") for row in ("..3......", *ROWS[1:])]
    with pytest.raises(PuzzleError, match="first row may have lost blanks"):
        grid("\n".join([rows[0].strip(), *rows[1:]]))


def sdk(puzzle, state, title="#DMonday\n"):
    return f"{title}[Puzzle]\n{puzzle}\n[State]\n{state}\n"


def test_a_saved_state_is_kept_apart_from_its_puzzle():
    (found,) = records_of_text(sdk(GRIDS[0], to_grid(BOTH)))
    assert (found.puzzle == CLUES[0]).all()
    assert (found.own == OWN).all()
    assert (found.name, f"{np.count_nonzero(OWN)} digits of the saved state are kept" in found.notes[0]) == (
        "Monday",
        True,
    )
    one = CLUES[0].copy()
    one[np.flatnonzero(OWN)[0]] = OWN[np.flatnonzero(OWN)[0]]
    (found,) = records_of_text(sdk(GRIDS[0], to_grid(one)))
    assert found.notes == ("1 digit of the saved state is kept apart from the clues.",)
    (found,) = records_of_text(sdk(GRIDS[0], GRIDS[0]))
    assert (found.own, found.notes) == (None, ())
    (found,) = records_of_text(sdk(GRIDS[0], "lost"))
    assert found.notes == ("The saved state could not be read; the clues were.",)
    changed = to_grid(np.where(CLUES[0] > 0, CLUES[0] % 9 + 1, 0))
    assert [one.reason for one in records_of_text(sdk(GRIDS[0], changed))] == [
        "the saved state changes a clue of the puzzle; save it again, or take the sections apart"
    ]


def test_puzzles_with_sections_follow_each_other():
    text = "".join(sdk(GRIDS[n], to_grid(SOLUTIONS[n]), f"#DPuzzle {n}\n\n") for n in range(3))
    found = list(records_of_text(text))
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [one.name for one in found] == ["Puzzle 0", "Puzzle 1", "Puzzle 2"]


def test_a_grid_below_that_is_called_a_solution_and_is_none_is_told():
    text = "\n".join([GRIDS[0], "", "Solution", to_grid(SOLUTIONS[1]), ""])
    (found,) = records_of_text(text)
    assert "what stands below as 'Solution' (line 12) is not the solution of its puzzle (changes a clue" in found.reason
    (first, second) = records_of_text(text.replace("Solution", "Another one"))
    assert [to_line(one.puzzle) for one in (first, second)] == [LINES[0], ANSWERS[1]]
    assert first.solution is None


def test_a_title_that_speaks_of_a_variant_is_noted():
    (found,) = records_of_text(f"My diagonal sudoku\n{GRIDS[0]}\n")
    assert any("only the classic rules are followed" in note for note in found.notes)


def runs(line):
    """SudokuPad's compact form: place in the alphabet = digit + 10 x blanks behind it."""
    signs, at = "", 0
    while at < 81:
        end = at + 1
        while end < 81 and line[end] == "0" and end - at < 6:
            end += 1
        signs += packed._RUNS[int(line[at]) + 10 * (end - at - 1)]
        at = end
    return signs


def masks(board, own):
    """SudokuWiki's: nine bits of candidates, and below them one that marks a clue."""
    values = [
        (1 << d - 1 << 1 | 1) if d else (1 << o - 1 << 1) if o else 1022
        for d, o in zip(board.tolist(), own.tolist(), strict=True)
    ]
    signs = "0123456789abcdefghijklmnopqrstuv"
    return "".join(signs[value >> 5] + signs[value & 31] for value in values)


def nibbles(line):
    """Good Sudoku's: half a byte a cell."""
    digits = [*map(int, line), 0]
    return base64.urlsafe_b64encode(bytes(a << 4 | b for a, b in zip(digits[::2], digits[1::2], strict=True))).decode()


@pytest.mark.parametrize("number", range(3))
def test_packed_puzzles_unpack(number):
    line = ZEROS[number]
    assert to_line(packed.from_runs(runs(line)).puzzle) == LINES[number]
    assert to_line(packed.from_nibbles(nibbles(line).rstrip("=")).puzzle) == LINES[number]
    plain = packed.from_masks(masks(CLUES[number], np.zeros(81, int)))
    assert to_line(plain.puzzle) == LINES[number]
    assert plain.own is None
    own = np.where((CLUES[number] == 0) & (np.arange(81) < 40), SOLUTIONS[number], 0)
    assert (packed.from_masks(masks(CLUES[number], own)).own == own).all()


@pytest.mark.parametrize(
    ("unpack", "text", "words"),
    [
        (packed.from_runs, "0!", "this packed form is not read"),
        (packed.from_runs, "0" * 80, "unpacks to 80 cells, 81 wanted; copy the whole link"),
        (packed.from_runs, "x" * 300, "cells, 81 wanted"),
        (packed.from_masks, "zz" * 81, "this packed form is not read"),
        (packed.from_masks, "00" * 40, "this packed form is not read"),
        (packed.from_masks, "01" * 81, "is damaged"),
        (packed.from_masks, "vv" * 81, "is damaged"),
        (packed.from_nibbles, "!", "this packed form is not read"),
        (packed.from_nibbles, nibbles(ZEROS[0])[:-4], "this packed form is not read"),
        (packed.from_nibbles, nibbles("9" * 81).replace("mZ", "zZ"), "this packed form is not read"),
    ],
)
def test_packed_puzzles_that_are_damaged_are_refused(unpack, text, words):
    with pytest.raises(PuzzleError, match=words):
        unpack(text)


def of_array(array):
    return list(records(io.BytesIO(saved(array))))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float32, ">i4"])
def test_arrays_of_every_kind_of_number_are_read(dtype):
    for array in (CLUES, CLUES[0], CLUES[0].reshape(9, 9), SOLUTIONS, CLUES + 1, SOLUTIONS[:1] + 1):
        found = of_array(array.astype(dtype))
        shifted = array.max() > 9
        assert np.array_equal([one.puzzle for one in found], array.reshape(-1, 81) - shifted)
        assert (found[0].notes == (arrays.SHIFTED,)) == shifted


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((3, 80), np.int8), "an array of shape (3, 80)"),
        (np.zeros((3, 16, 16), np.int8), "this is a 16x16 board".removeprefix("this is ")),
        (np.zeros((2, 1, 3, 27), np.int8), "[n,81] or [n,9,9] is wanted"),
        (np.array(["a" * 81]), "whole numbers are wanted"),
        (np.asfortranarray(np.zeros((2, 81), np.int8)), "Fortran's order"),
        (np.where(np.arange(162).reshape(2, 81) % 3, 1, 5), "cannot be told"),
    ],
)
def test_arrays_that_are_no_boards_are_refused(array, words):
    with pytest.raises(PuzzleFileError) as error:
        of_array(array)
    assert words in str(error.value)


def test_boards_of_an_array_that_are_none_are_named_and_the_others_read():
    array = CLUES.astype(np.float64)
    array[1, 3], array[2, 4] = 1.5, 12
    first, second, third = of_array(array)
    assert to_line(first.puzzle) == LINES[0]
    assert (second.line, second.reason[:20]) == (2, "a board of fractions")
    assert (third.line, third.reason) == (3, "values from 0 to 12; 0 to 9 are wanted")
    cut = saved(CLUES)[:-5]
    with pytest.raises(PuzzleFileError, match="the array is cut off"):
        list(records(io.BytesIO(cut)))
    with pytest.raises(PuzzleFileError, match="the array cannot be read"):
        list(records(io.BytesIO(cut[:20])))


def test_labels_beside_an_array_must_fit_it(tmp_path):
    np.save(tmp_path / "all__inputs.npy", CLUES + 1)
    np.save(tmp_path / "all__labels.npy", SOLUTIONS[:2] + 1)
    with pytest.raises(PuzzleFileError, match=r"all__labels.npy holds 2 boards, this file 3"):
        list(records(tmp_path / "all__inputs.npy"))
    np.save(tmp_path / "all__labels.npy", SOLUTIONS[[0, 0, 2]] + 1)
    good, bad, last = records(tmp_path / "all__inputs.npy")
    assert (good.solution == SOLUTIONS[0]).all()
    assert (bad.line, "not the solution of its puzzle" in bad.reason) == (2, True)
    assert (last.solution == SOLUTIONS[2]).all()
