"""tools/printed.py: what is left out of a page's print stays out."""

from pathlib import Path

import pytest
from scripts import script

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool():
    return script("tools/printed.py")


def test_lines_that_were_left_out_are_left_out_again(tool):
    assert tool.like(["a", "b", "…", "z"], list("123456")) == ["1", "2", "…", "6"]
    assert tool.like(["a", "…"], list("123")) == ["1", "…"]
    assert tool.like(["first │ sec …"], ["1.000 │ 2.000 │ 3.000"]) == ["1.000 │ 2.0 …"]
    assert tool.like(["one"], ["one", "two"]) == ["one", "two"]


def test_commands_of_a_block_keep_their_lines_and_those_of_the_readers_own_things_stay(tool, monkeypatch):
    block = "$ vmd-sudoku models\nold\n$ vmd-sudoku solve PUZZLE\nstays\n$ vmd-sudoku export-html x.html\n"
    assert list(tool.commands_of(block)) == [
        ("models", ["old"]),
        ("solve PUZZLE", ["stays"]),
        ("export-html x.html", []),
    ]
    monkeypatch.setattr(tool, "printed", lambda command: [f"new {command}"])
    assert tool.block_now(block) == block.replace("old", "new models")


def test_blocks_of_the_readme_are_found(tool):
    blocks = tool._BLOCK.findall((ROOT / "README.md").read_text())
    assert any("--nfe 16" in block for block in blocks)
    assert any("evaluate puzzles/hard.csv" in block for block in blocks)
    for block in blocks:
        assert block.endswith("\n")
        assert sum(1 for _ in tool.commands_of(block)) == block.count("$ vmd-sudoku ")
