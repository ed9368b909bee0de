"""What holds for all delimiters, encodings, line ends, signs of blanks and comments, and for every form that we write."""

import gzip
import io
import itertools
import re

import numpy as np
import pytest
from forms import ANSWERS, BYTES, CLUES, LINES, SOLUTIONS, TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import script

from vmd_sudoku.board import to_grid, to_line
from vmd_sudoku.errors import VmdSudokuError
from vmd_sudoku.formats import write
from vmd_sudoku.formats.lists import LOOKED_AT
from vmd_sudoku.formats.reader import records, records_of_text
from vmd_sudoku.formats.record import BadLine, Record
from vmd_sudoku.formats.sources import LINE_LIMIT

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
BLANK_SIGNS = ".0*_-?~#xX\u00b7\u25a1\uff0e"
CODES = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
BOARDS = st.lists(st.integers(0, 9), min_size=81, max_size=81).map(lambda digits: np.array(digits, np.int8))
WRITTEN = [form for form in write.WRITERS if form not in ("svg", "sheet")]


@settings(max_examples=60)
@given(
    mark=st.sampled_from(",;\t|"),
    names=st.sampled_from(
        ["puzzle solution", "quizzes solutions", "Question Answer", "BOARD SOLVED", "", "first second"]
    ),
    quote=st.sampled_from(["", '"']),
    end=ENDS,
    sign=st.sampled_from(BLANK_SIGNS),
    code=CODES,
    comments=st.lists(st.sampled_from(["# note", "", "   ", "// note"]), max_size=4),
    turned=st.booleans(),
)
def test_lists_are_read_whatever_separates_them(mark, names, quote, end, sign, code, comments, turned):
    order = (lambda pair: pair[::-1]) if turned else (lambda pair: pair)
    rows = [order([line.replace(".", sign), answer]) for line, answer in zip(LINES, ANSWERS, strict=True)]
    lines = [mark.join(f"{quote}{field}{quote}" for field in row) for row in rows]
    head = [mark.join(order(names.split()))] if names else []
    mixed = [line for pair in itertools.zip_longest(head + lines, comments, fillvalue="") for line in pair]
    found = list(records(io.BytesIO(end.join(mixed).encode(code))))
    assert [to_line(one.puzzle) for one in found] == LINES
    assert [to_line(one.solution) for one in found] == ANSWERS


@settings(max_examples=60)
@given(
    sign=st.sampled_from(BLANK_SIGNS),
    apart=st.sampled_from(["", " "]),
    end=ENDS,
    bar=st.sampled_from(["", "|", "\u2502", " | "]),
    between=st.sampled_from(["\n", "\n\n", "\nNo. 7\n"]),
    board=st.integers(0, 2),
)
def test_grids_are_read_whatever_draws_them(sign, apart, end, bar, between, board):
    def drawn(line):
        rows = [line.replace(".", sign)[at : at + 9] for at in range(0, 81, 9)]
        return "\n".join(bar.join(apart.join(row[at : at + 3]) for at in (0, 3, 6)) for row in rows)

    apart = apart if bar != " | " else " "
    one = [to_line(found.puzzle) for found in records_of_text(drawn(LINES[board]).replace("\n", end))]
    assert one == [LINES[board]]
    if sign not in "*-":  # between grids their rows could be art
        text = between.join([drawn(LINES[0]), drawn(LINES[1])]).replace("\n", end)
        assert [to_line(found.puzzle) for found in records_of_text(text)] == LINES[:2]


@settings(max_examples=30)
@given(BOARDS)
@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_written_is_read_back(form, board):
    (found,) = records_of_text(write.WRITERS[form](board, "A <title>"))
    assert (found.puzzle == board).all()
    assert found.own is None


@settings(max_examples=30)
@given(BOARDS, BOARDS)
@pytest.mark.parametrize("form", write.KEEPS_OWN)
def test_digits_filled_in_are_read_back_apart(form, board, own):
    own = np.where(board == 0, own, 0).astype(np.int8)
    (found,) = records_of_text(write.written(form, board, "A", own))
    assert (found.puzzle == board).all()
    assert (own == (0 if found.own is None else found.own)).all()


@settings(max_examples=50)
@given(
    st.lists(
        st.sampled_from([*LINES, "hello", LINES[0][:79], LINES[0] + "1", "x" * (LINE_LIMIT + 5), "\u00b2" * 81]),
        max_size=30,
    )
)
def test_every_line_of_a_list_is_read_or_named(lines):
    lines = [LINES[0], *lines]
    found = list(records_of_text("\n".join(lines)))
    assert [one.line for one in found] == list(range(1, len(lines) + 1))
    assert [isinstance(one, Record) for one in found] == [line in LINES for line in lines]


def test_a_list_of_any_length_needs_no_memory():
    class Endless(io.RawIOBase):
        """A list without an end."""

        def readable(self):
            return True

        def readinto(self, buffer):
            piece = (LINES[0].encode() + b"\n") * 50
            buffer[: len(piece)] = piece
            return len(piece)

    found = records(io.BufferedReader(Endless(), 8192))
    assert all(to_line(one.puzzle) == LINES[0] for one in itertools.islice(found, 5000))


def test_an_unsure_beginning_is_looked_at_for_a_few_lines_only():
    def lines():
        yield from [LINES[0][:80] + "\n"] * LOOKED_AT
        pytest.fail("more was read than is needed")

    class Slow(io.StringIO):
        source = lines()

        def readline(self, size=-1):
            return next(self.source)

    assert isinstance(next(records(Slow())), BadLine)


def test_a_bomb_is_no_more_than_a_long_line():
    found = records(io.BytesIO(gzip.compress(b"1" * 30_000_000)))
    with pytest.raises(VmdSudokuError, match="more than 10000000 characters"):
        list(found)


FOUND = [
    b"\x93NUMPY\x01\x00v\x00,'descr': '|i1', 'fortran_order': False, 'shape': (3, 9, 9), }" + b" " * 55 + b"\n",
    ":0000:x:" + "." * 80 + "+:::",
    "a;b\n0\x0c" + "0" * 40,
    "<opensudoku>\ud800</opensudoku>",
    "3\u2028.puzzle,rating\n" + LINES[0][:77] + ",1\n",
    "{" * 5000,
    '{"puzzle": {"puzzle": {"puzzle": 1}}}',
]


@pytest.mark.parametrize("given", [*TEXTS, *BYTES, *FOUND], ids=itertools.count())
def test_whatever_comes_out_is_a_record_or_one_sentence(given):
    found, refusal = [], ""
    try:
        found = list(records_of_text(given) if isinstance(given, str) else records(io.BytesIO(given)))
    except VmdSudokuError as error:
        refusal = str(error)
    assert len(refusal.splitlines()) <= 1
    for one in found:
        assert isinstance(one, Record) or re.fullmatch(r"[^\r\n]+", one.reason)


def test_a_slip_of_a_hand_makes_no_other_puzzle():
    puzzles, others = script("tools/slips.py").become(1500, seed=1)
    assert puzzles > 1000
    assert not others


def test_a_puzzle_and_its_solution_below_are_one_record():
    for text in (f"{LINES[0]}\n{ANSWERS[0]}\n", f"{to_grid(CLUES[0])}\n\nSolution\n{to_grid(SOLUTIONS[0])}\n"):
        (found,) = records_of_text(text)
        assert to_line(found.solution) == ANSWERS[0]
        assert "taken as its solution" in found.notes[-1]
    first, second = records_of_text(f"{LINES[0]}\n{ANSWERS[1]}\n")
    assert first.solution is None
    assert to_line(second.puzzle) == ANSWERS[1]
