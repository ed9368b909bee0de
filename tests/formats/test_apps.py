"""XML of apps: what OpenSudoku, KSudoku and others write is read, digits filled in apart; the rest is refused by name."""

from itertools import pairwise

import numpy as np
import pytest
from forms import ANSWERS, CLUES, LINES, SOLUTIONS, ZEROS
from hypothesis import given, settings
from hypothesis import strategies as st

from vmd_sudoku.board import to_line
from vmd_sudoku.formats.apps import from_xml
from vmd_sudoku.formats.reader import records_of_text
from vmd_sudoku.formats.record import BadLine, Record

OWN = np.where((CLUES[0] == 0) & (np.arange(81) % 5 == 0), SOLUTIONS[0], 0)


def only(text):
    (found,) = records_of_text(text)
    return found


def reason(text):
    found = only(text)
    assert isinstance(found, BadLine), found
    return found.reason


def open_sudoku(data, folder='<folder name="Hard">'):
    return f'<?xml version="1.0"?>\n<opensudoku>\n{folder}<game state="0" data="{data}"/></folder></opensudoku>'


def letters(line):
    return "".join("_abcdefghij"[int(c) + 1] if c != "." else "_" for c in line)


def ksudoku(values=None, solution="", moves=(), **graph):
    named = " ".join(
        f'{key.replace("_", "-")}="{value}"' for key, value in ({"type": "sudoku", "order": "9"} | graph).items()
    )
    events = "".join(f'<simple-event index="{i}" value="{v}"{more}/>' for i, v, more in moves)
    values = letters(LINES[0]) if values is None else values
    return (
        f"<ksudoku><game><puzzle><graph {named}><values>{values}</values><solution>{solution}</solution></graph></puzzle>"
        f"<history>{events}</history></game></ksudoku>"
    )


def cells_of_open_sudoku(version, size, bars="|"):
    """Value, notes and whether it may be edited of every cell; later versions have notes of two kinds."""
    notes = "|".join(["0,"] * (size - 2))
    clue = np.where(CLUES[0] > 0, 0, 1)
    return f"version: {version}\n" + "".join(
        f"{value}|{notes}|{edit}{bars}" for value, edit in zip(CLUES[0] + OWN, clue, strict=True)
    )


@pytest.mark.parametrize("head", ["\n", "&#10;", " |", " "])
@pytest.mark.parametrize("size", [3, 4])
def test_cells_of_open_sudoku_tell_clues_from_digits_filled_in(size, head):
    found = only(open_sudoku(cells_of_open_sudoku(size - 1, size).replace("\n", head)))
    assert isinstance(found, Record), found
    assert (found.puzzle == CLUES[0]).all()
    assert (found.own == OWN).all()
    assert (found.name, found.line) == ("Hard", 3)


def test_a_name_of_a_folder_may_be_an_element():
    text = f'<opensudoku><name>Mine</name><game data="{ZEROS[0]}"/></opensudoku>'
    assert (only(text).name, to_line(only(text).puzzle)) == ("Mine", LINES[0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ZEROS[0][:80], "`data` has 80 characters, 81 wanted"),
        ("a" + ZEROS[0][1:], "row 1, column 1 is 'a'"),
        ("version: 9 |1|0|", "OpenSudoku's `data` of 'version: 9' is not read"),
        ("version: 1 |" + "x|0|1|" * 81, "is not read"),
        ("version: 1 |" + "12|0|1|" * 81, "is not read"),
        ("version: 1 |" + "1|0|2|" * 81, "is not read"),
        ("version: 1 |" + "1|1|" * 81, "is not read"),
        ("versions", "is not read"),
    ],
)
def test_games_of_open_sudoku_that_cannot_be_read_are_named(data, words):
    assert words in reason(open_sudoku(data))


def test_games_of_ksudoku_are_read_with_solution_and_moves():
    blank = int(np.flatnonzero(CLUES[0] == 0)[0])
    clue = int(np.flatnonzero(CLUES[0])[0])
    moves = [(blank, 3, ""), (blank, 5, ' given="false"'), (clue, 9, ""), (blank + 1, 4, ' given="true"'), (400, 1, "")]
    found = only(ksudoku(solution=letters(ANSWERS[0]), moves=moves))
    assert (found.puzzle == CLUES[0]).all()
    assert (found.solution == SOLUTIONS[0]).all()
    assert np.flatnonzero(found.own).tolist() == [blank]
    assert found.own[blank] == 5  # the last move counts
    assert only(ksudoku(values=ZEROS[0], moves=[(blank, 3, ""), (blank, 0, "")])).own is None
    assert only(ksudoku(solution="_" * 81)).solution is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ksudoku(type="roxdoku"), "a KSudoku game of another kind (Plain); only"),
        (ksudoku(specific_type="Killer"), "a KSudoku game of another kind (Killer); only"),
        (ksudoku(order="16"), "this is a 16x16 board; only 9x9 is solved here"),
        (ksudoku(order="many"), "only"),
        (ksudoku(values="_" * 80), "KSudoku's values: 80 characters, 81 wanted"),
        (ksudoku(values="k" * 81), "letters from b to j"),
        (ksudoku(solution=letters(ANSWERS[1])), "not the solution of its puzzle"),
    ],
)
def test_games_of_ksudoku_that_are_none_of_ours_are_named(text, words):
    assert words in reason(text)


@pytest.mark.parametrize("shape", ["attributes", "elements", "spaces"])
def test_xml_of_any_app_is_read_by_its_names(shape):
    pairs = zip(ZEROS, ANSWERS, strict=True)
    games = {
        "attributes": (f'<game puzzle="{a}" solution="{b}"/>' for a, b in pairs),
        "elements": (f"<game><board>{a}</board><answer>{b}</answer></game>" for a, b in pairs),
        "spaces": (f"<g>\n<Puzzle> {a[:9]}\n{a[9:]} </Puzzle><x>{b}</x><solution>{b}</solution></g>" for a, b in pairs),
    }[shape]
    found = list(records_of_text("<list>" + "\n".join(games) + "</list>"))
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [to_line(one.solution) for one in found] == ANSWERS
    wrong = f'<list><game puzzle="{ZEROS[0]}" solution="{ANSWERS[1]}"/></list>'
    assert "not the solution of its puzzle" in reason(wrong)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><body>x</body></html>", "a web page or a picture (html)"),
        ("<svg/>", "a web page or a picture (svg)"),
        ("<!DOCTYPE html><html/>", "a web page or a picture (html)"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type or entities"),
        ("<a>" * 60 + "</a>" * 60, "nested too deep"),
        ("<book><title>No board</title></book>", "no puzzle is in this XML of <book>"),
        (f'<a><killer/><game puzzle="{ZEROS[0]}"/></a>', "describes a variant, with <killer>"),
        ("<a><b></a>", "the XML or HTML cannot be read on (mismatched tag)"),
    ],
)
def test_other_xml_gets_one_sentence(text, words):
    assert words in reason(text)


def test_games_before_a_fault_are_kept():
    whole = open_sudoku(ZEROS[0]).replace("</folder>", f'<game data="{ZEROS[1]}"/>\n</folder>')
    for text in (whole[: whole.index("</folder>")], whole.replace("</folder>", "<!-- ")):
        *good, bad = from_xml([text])
        assert [to_line(one.puzzle) for one in good] == LINES[:2]
        assert "cannot be read on" in bad.reason


@settings(max_examples=40)
@given(st.sampled_from([open_sudoku(ZEROS[0]), ksudoku(moves=[(0, 1, "")])]), st.lists(st.integers(0, 400), max_size=6))
def test_where_a_text_is_cut_into_pieces_does_not_matter(text, cuts):
    edges = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert list(from_xml(pieces)) == list(from_xml([text]))
