import io
import json

import numpy as np
import pytest
from forms import ANSWER, FORMS, LINE, PUZZLE, ROWS, SS, candidates, f_puzzles, load_link
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vmd_sudoku.board import parse, to_line
from vmd_sudoku.errors import ConfigError, PuzzleError, PuzzleFileError
from vmd_sudoku.formats import drawing, lzstring, write
from vmd_sudoku.formats import text as formats
from vmd_sudoku.formats.text import read_text


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_every_form_is_read(text):
    found = read_text(text)
    assert to_line(found.puzzle) == LINE
    assert found.puzzle.dtype == np.int8


def test_titles_are_read():
    for form in ("sdk", "sdk with sections", "f-puzzles"):
        assert read_text(FORMS[form]).title == "Monday's puzzle"
    assert read_text(FORMS["a title before"]).title == "Monday's puzzle 17"
    assert read_text(SS).title == ""
    assert read_text("#D" + "\x1b[31m" + "A" * 500 + "\n" + LINE).title == "[31m" + "A" * 76


def test_notes_say_what_was_left_out():
    assert "full grid on line 2 was taken as its solution" in read_text(FORMS["sdm"]).note
    assert "1 more line follows" in read_text(FORMS["sdm"]).note
    assert read_text(FORMS["sdm"]).more == 1
    assert "1 more line follows" in read_text(FORMS["CSV"]).note
    assert "saved state" in read_text(FORMS["sdk with sections"]).note
    assert "taken as clues" in read_text(FORMS["sdk of a state alone"]).note
    assert "candidates" in read_text(FORMS["candidates"]).note
    assert read_text(LINE).note == ""
    played = f_puzzles()
    played["grid"][0][2] = {"value": "4", "centerPencilMarks": [4, 6]}
    found = read_text(json.dumps(played))
    assert to_line(found.puzzle) == LINE
    assert "1 digit filled in by hand is kept apart" in found.note
    assert found.own[2] == 4


def test_long_lists_are_read_from_their_beginning():
    found = read_text("#DMany\npuzzle,solution\n" + f"{LINE},{ANSWER}\n" * 500 + "\n")
    assert to_line(found.puzzle) == LINE
    assert (found.more, found.title) == (499, "Many")
    assert "499 more lines" in found.note


def test_the_written_preference_decides_between_signs():
    """Dots are blanks where both dots and stars are as many as cells are missing."""
    assert to_line(read_text("*" * 51 + "\n" + LINE).puzzle) == LINE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no puzzle here yet"),
        (" \n\t", "no puzzle here yet"),
        ("hello", "no puzzle was found in these 5 characters"),
        (LINE[:80], "80 characters, 81 wanted"),
        (LINE + "1", "82 characters, 81 wanted"),
        ("\n".join([*ROWS[:7], ROWS[7][:8], ROWS[8] + "."]), "line 8 of the puzzle has 8 characters, wanted 9"),
        (SS.replace("|...|.8.|.79|", "|...|.8.|.7|"), "line 9 of the puzzle has 8 characters"),
        (
            "The quick brown fox jumps over 13 lazy dogs. " * 20,
            "no puzzle was found in these 899 characters, of which 40",
        ),
        ("1" * 30_000, "longer than 20000 characters"),
        ("123456789" * 81, "Sukaku"),
        ("1..45...9" * 81, "Sukaku"),
        ("https://www.sudokuwiki.org/sudoku.htm?bd=" + "1" * 729, "holds candidates"),
        ("https://www.sudokuwiki.org/sudoku.htm?bd=" + LINE[:70], "70 characters, 81 wanted"),
        ("https://example.org/sudoku/17", "nothing is fetched from other sites"),
        ("https://[::1", "damaged"),
        ("https://sudokupad.app/scl" + "N4Ig" * 9, "only those with /fpuzzles"),
        ("https://f-puzzles.com/?load=N4Ig", "cut off"),
        ("https://f-puzzles.com/?load=N4I!", "'!' cannot stand in it"),
        (load_link("hello"), "no `grid`"),
        ("https://f-puzzles.com/?load=" + lzstring.encode("0" * 300_000), "more than 200000 characters"),
        ("{", "no JSON that can be read"),
        ('{"a":' * 100_000, "no JSON that can be read"),
        (json.dumps(f_puzzles(size=6)), "6x6 board"),
        (json.dumps(f_puzzles(grid=[[{}] * 9] * 8)), "8x8 board"),
        (json.dumps(f_puzzles(grid=[[{"value": 12}] + [{}] * 8] * 9)), "'12'; wanted 1 to 9"),
        (json.dumps(f_puzzles(killercage=[{"cells": ["R1C1"]}])), "this is a variant, with killer cages;"),
        (json.dumps(f_puzzles(arrow=[1], thermometer=[1], a=[1], b=[1])), "arrows, thermometers, 'a' and 1 more"),
        (json.dumps(f_puzzles(grid=[[{"region": 3}] * 9] * 9)), "irregular boxes"),
        ("1" * 10_100_000, "more than 10000000 characters"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(text, message):
    with pytest.raises(PuzzleError) as raised:
        read_text(text)
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_settings_of_f_puzzles_that_add_no_rule_are_no_variant():
    described = f_puzzles(author="A", disabledlogic=["x"], highlightConflicts=True, killercage=[], negative=False)
    assert to_line(read_text(json.dumps(described)).puzzle) == LINE


def read_or_refuse(text):
    """What was read, or None after one line that says why nothing was."""
    try:
        return read_text(text)
    except PuzzleError as error:
        message = str(error)
    assert len(message.splitlines()) == 1
    assert len(message) < 400
    return None


PIECES = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.*_xX|+-= \n\t,;#[]{}", max_size=200),
    st.sampled_from(
        [*FORMS.values(), *"\n,|;{}[]&?=%", "[Puzzle]\n", "https://", "?load=", "f-puzzles.com/?load=", "?p="]
    ),
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=6).map("".join))
@example("#")
@example("\ud800")
@example("https://f-puzzles.com:99999999/?load=%ff%fe")
@example("²" * 81)
@example("http://[")
@example('{"grid":' + "9" * 5000 + "}")
def test_any_text_gives_a_puzzle_or_a_sentence(text):
    found = read_or_refuse(text)
    if found is None:
        return
    assert found.puzzle.shape == (81,)
    assert found.puzzle.min() >= 0
    assert found.puzzle.max() <= 9
    assert found.title.isprintable()


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers(-3, 12) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.sampled_from(["size", "grid", "value"]), inner),
    )
)
def test_any_json_in_a_link_gives_a_puzzle_or_a_sentence(inner):
    cell = {"value": inner, "given": True}
    for described in (inner, {"grid": inner}, f_puzzles(title=inner), f_puzzles(grid=[[cell] * 9] * 9)):
        read_or_refuse(load_link(described))


BOARDS = st.lists(st.integers(0, 9), min_size=81, max_size=81).map(lambda digits: np.array(digits, np.int8))


@settings(max_examples=50)
@given(BOARDS)
def test_what_is_written_is_read_back(board):
    for form in ("line", "grid", "sdk", "sdm", "ss", "sudokuwiki", "sudokuexchange", "f-puzzles"):
        assert (read_text(write.WRITERS[form](board, "A <title>")).puzzle == board).all(), form
    assert (read_text(candidates(board)).puzzle == board).all()


def test_titles_are_written():
    for form in ("sdk", "f-puzzles"):
        assert read_text(write.WRITERS[form](PUZZLE, "Monday's puzzle\n")).title == "Monday's puzzle"


def test_lists_are_written():
    both = np.stack([PUZZLE, parse(ANSWER)])
    assert write.to_sdm(both) == f"{LINE}\n{ANSWER}\n"


def test_files_are_read(tmp_path):
    file = tmp_path / "monday.sdk"
    file.write_text(FORMS["sdk"])
    assert to_line(formats.read_file(file).puzzle) == LINE
    file.write_text("hello")
    with pytest.raises(PuzzleFileError, match=r"monday\.sdk: no puzzle was found"):
        formats.read_file(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PuzzleFileError, match="not a text file"):
        formats.read_file(file)
    with pytest.raises(PuzzleFileError, match=r"cannot read .*nowhere"):
        formats.read_file(tmp_path / "nowhere")


def test_names_of_files_are_no_puzzles():
    assert not formats.is_text("puzzles/easy.csv")
    assert not formats.is_text("f-puzzles.csv")
    for text in (LINE, "\n".join(ROWS), FORMS["SudokuWiki"], FORMS["our own, the query alone"], SS):
        assert formats.is_text(text)


def test_an_unknown_number_of_puzzles_a_page_is_refused():
    with pytest.raises(ConfigError, match="1 or 4 puzzles, not 3"):
        drawing.to_sheet(PUZZLE, per_page=3)


def test_what_follows_the_first_puzzle_is_counted(tmp_path):
    from vmd_sudoku.formats.text import Imported

    assert Imported(parse(LINE)).more == 0
    assert formats.read_text(LINE).more == 0
    two, three = formats.read_text(f"{LINE}\n{LINE}\n"), formats.read_text(f"{LINE}\n{LINE}\n{LINE}\n")
    assert (two.more, three.more) == (1, 2)
    assert two.note.endswith("; 1 more line follows.")
    assert three.note.endswith("; 2 more lines follow.")


def test_the_name_of_a_file_a_text_and_standard_input_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "12").write_text(LINE)
    (tmp_path / "-").write_text("no puzzle")
    # A name that might be a puzzle is that of a file where a file is asked for, and never where a text is.
    assert to_line(formats.read_file("12").puzzle) == LINE
    with pytest.raises(PuzzleError, match="this one has 2"):
        formats.read_any("12")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ANSWER.encode())))
    assert to_line(formats.read_file("-").puzzle) == ANSWER
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ANSWER.encode())))
    assert to_line(formats.read_any("-").puzzle) == ANSWER
    assert to_line(formats.read_any(LINE).puzzle) == LINE
    (tmp_path / "mine.txt").write_text(LINE)
    assert to_line(formats.read_any("mine.txt").puzzle) == LINE


def test_an_open_file_is_read_as_it_is():
    assert to_line(formats.read_file(io.BytesIO(LINE.encode())).puzzle) == LINE
    assert to_line(formats.read_file(io.StringIO(LINE)).puzzle) == LINE
