import json
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vmd_sudoku.board import parse, to_grid, to_line
from vmd_sudoku.errors import ConfigError, PuzzleError, PuzzleFileError
from vmd_sudoku.formats import drawing, lzstring, write
from vmd_sudoku.formats import text as formats
from vmd_sudoku.formats.text import read_text

LINE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
ANSWER = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
PUZZLE = parse(LINE)
ROWS = [LINE[i : i + 9] for i in range(0, 81, 9)]
BARS = [f"{row[:3]}|{row[3:6]}|{row[6:]}" for row in ROWS]

SS = """*-----------*
|53.|.7.|...|
|6..|195|...|
|.98|...|.6.|
|---+---+---|
|8..|.6.|..3|
|4..|8.3|..1|
|7..|.2.|..6|
|---+---+---|
|.6.|...|28.|
|...|419|..5|
|...|.8.|.79|
*-----------*
"""

SDK = "#AA. Author\n#DMonday's puzzle\n#CEasy\n#B2026-11-24\n#SOwn\n#LEasy\n#Uhttp://example.org/?p=1\n"


def candidates(board):
    """81 groups of digits: blanks have all nine."""
    groups = [str(digit) if digit else "123456789" for digit in board]
    return "\n".join(" ".join(groups[i : i + 9]) for i in range(0, 81, 9))


def f_puzzles(**extra):
    cells = [{"value": int(d), "given": True} if d else {} for d in PUZZLE]
    return {"size": 9, "grid": [cells[i : i + 9] for i in range(0, 81, 9)]} | extra


def load_link(described, site="https://www.f-puzzles.com/?load="):
    return site + lzstring.encode(json.dumps(described))


FORMS = {
    "81 with dots": LINE,
    "81 with zeros": LINE.replace(".", "0"),
    "81 with both": LINE.replace(".", "0", 20),
    **{f"81 with {sign}": LINE.replace(".", sign) for sign in "xX*_-?~"},
    "81 with spaces": LINE.replace(".", " "),
    "with a byte order mark": "\ufeff" + LINE,
    "nine lines": "\n".join(ROWS),
    "nine lines of Windows, with blank lines": "\r\n\r\n".join(ROWS) + "\r\n",
    "nine lines with spaces as blanks": "\n".join(ROWS).replace(".", " "),
    "nine lines with stars": "\n".join(ROWS).replace(".", "*"),
    "rows behind each other": " ".join(ROWS),
    "digits apart": "\n".join(" ".join(row) for row in ROWS),
    "three lines": "\n".join(LINE[i : i + 27] for i in range(0, 81, 27)),
    "a title before": "Monday's puzzle 17\n" + "\n".join(ROWS),
    "sdk": SDK + "\n".join(ROWS),
    "sdk with sections": SDK + "[Puzzle]\n" + "\n".join(ROWS) + "\n[State]\n" + to_grid(parse(ANSWER)),
    "sdk of a state alone": "[State]\n" + "\n".join(ROWS),
    "sdm": f"{LINE}\n{ANSWER}\n{ANSWER}\n",
    "sdm with ratings": f"{LINE} 1.5\n{ANSWER} 2.5\n",
    "ss": SS,
    "ss with x": SS.replace(".", "X"),
    "art with pluses": SS.replace("*", "+").replace("---+---+---", "===+===+==="),
    "art of HoDoKu": SS.replace("*", "."),
    "art with spaces as blanks": SS.replace(".", " "),
    "art without frame": "\n-----+-----+-----\n".join("\n".join(BARS[i : i + 3]) for i in (0, 3, 6)),
    "CSV": f"puzzle,solution,rating\n{LINE},{ANSWER},1.2\n{ANSWER},{ANSWER},0\n",
    "CSV with the puzzle second": f"solution,puzzle\n{ANSWER},{LINE}\n",
    "CSV of Sudoku-Extreme": f"source,question,answer,rating\npuzzles1,{LINE},{ANSWER},0\n",
    "CSV of Kaggle": f"quizzes,solutions\n{LINE.replace('.', '0')},{ANSWER}\n",
    "CSV without names": f'1,"{LINE}","{ANSWER}",0.5\n',
    "CSV of QQWing": f"Puzzle,\n{LINE},\n",
    "CSV with semicolons": f"Puzzle;Solution\n{LINE};{ANSWER}\n",
    "spreadsheet": "\n".join("\t".join(row).replace(".", "") for row in ROWS),
    "spreadsheet with commas": "\n".join(",".join(row).replace(".", "") for row in ROWS),
    "numbers with commas": "\n".join(",".join(row) for row in ROWS).replace(".", "0"),
    "nested lists": json.dumps(PUZZLE.reshape(9, 9).tolist()),
    "candidates": candidates(PUZZLE),
    "candidates with bars": candidates(PUZZLE).replace(" ", " | "),
    "SudokuWiki": "https://www.sudokuwiki.org/sudoku.htm?bd=" + LINE.replace(".", "0"),
    "SudokuWiki without scheme": "sudokuwiki.org/sudoku.htm?x=1&bd=" + LINE,
    "SudokuExchange": "https://sudokuexchange.com/play/?s=" + LINE.replace(".", "0"),
    "our own": f"http://localhost:8501/?p={LINE}&model=vmd",
    "our own, the query alone": f"?p={LINE}",
    "f-puzzles": load_link(f_puzzles(title="Monday's puzzle", author="A", ruleset="Classic")),
    "f-puzzles with backslashes": load_link(f_puzzles()).replace("=", "\\").replace("?load\\", "?load="),
    "f-puzzles quoted": "https://f-puzzles.com/?load=" + quote(lzstring.encode(json.dumps(f_puzzles())), safe=""),
    "SudokuPad": load_link(f_puzzles(), "https://sudokupad.app/fpuzzles"),
    "SudokuPad, older": load_link(f_puzzles(), "https://app.crackingthecryptic.com/sudoku/?puzzleid=fpuzzles"),
    "f-puzzles JSON": json.dumps(f_puzzles()),
    "a link in a message": f"Look at this one:\nhttps://sudokuexchange.com/play/?s={LINE} (from today)",
}  # fmt: skip


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
        ("hello", "row 1, column 1 is 'h'"),
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


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=50, deadline=None)
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
    with pytest.raises(PuzzleFileError, match=r"monday\.sdk: row 1"):
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
