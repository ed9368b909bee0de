"""Writes the table of settings in decoding.md from their descriptions: `python tools/settings.py`."""

from pathlib import Path

from vmd_sudoku.config import markdown
from vmd_sudoku.solving.setting import Setting

PAGE = Path(__file__).parents[1] / "docs" / "decoding.md"
BEGIN, END = "<!-- settings: python tools/settings.py -->\n\n", "\n<!-- end of settings -->\n"


def with_table(text: str) -> str:
    """A page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + markdown(Setting) + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
