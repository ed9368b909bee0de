from xml.etree import ElementTree

import numpy as np
import pytest

from vmd_sudoku.board import CELLS
from vmd_sudoku.formats.drawing import to_sheet, to_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_a_picture_has_clues_in_bold_and_filled_digits_lighter(easy):
    puzzle, solution = easy
    texts = ElementTree.fromstring(to_svg(puzzle, solution)).findall(f".//{NAMESPACE}text")
    assert [int(text.text) for text in texts] == solution.tolist()
    assert [text.get("font-weight") == "700" for text in texts] == (puzzle > 0).tolist()
    assert len({text.get("fill") for text in texts}) == 2
    alone = ElementTree.fromstring(to_svg(puzzle)).findall(f".//{NAMESPACE}text")
    assert len(alone) == np.count_nonzero(puzzle)


def test_digits_stand_in_their_cells():
    board = np.zeros(CELLS, np.int8)
    board[4 * 9 + 7] = 6
    (text,) = ElementTree.fromstring(to_svg(board)).findall(f".//{NAMESPACE}text")
    assert (text.get("x"), text.get("y"), text.text) == ("379", "229", "6")


def test_titles_cannot_carry_markup(easy):
    assert ElementTree.fromstring(to_svg(easy[0], title="<b>&")).find(f"{NAMESPACE}title").text == "<b>&"
    assert "<script" not in to_sheet(easy[0], ["<script>"])


@pytest.mark.parametrize(("per_page", "pages"), [(1, 5), (4, 2)])
def test_a_sheet_holds_every_puzzle(easy, per_page, pages):
    sheet = to_sheet(np.stack([easy[0]] * 5), ["Monday"], per_page)
    assert sheet.count("<section>") == pages
    assert sheet.count("<svg") == 5
    assert "<figcaption>Monday</figcaption>" in sheet
    assert "<figcaption>Sudoku 5</figcaption>" in sheet
    assert "http" not in sheet.replace('xmlns="http://www.w3.org/2000/svg"', "")
