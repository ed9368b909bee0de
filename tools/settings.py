"""Writes tables from descriptions in the code: of settings in decoding.md, of a row's columns in scale.md.

python tools/settings.py
"""

from collections.abc import Callable
from pathlib import Path

from vmd_sudoku.config import markdown
from vmd_sudoku.evaluation import columns
from vmd_sudoku.solving.setting import Setting

DOCS = Path(__file__).parents[1] / "docs"
TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("decoding.md", lambda: markdown(Setting)),
    "columns": ("scale.md", columns.markdown),
}
"""By what they describe: the page that holds a table, and what makes it."""


def with_table(name: str, text: str) -> str:
    """A page with a table as it is now."""
    begin, end = f"<!-- {name}: python tools/settings.py -->\n\n", f"\n<!-- end of {name} -->\n"
    before, _, rest = text.partition(begin)
    return before + begin + TABLES[name][1]() + end + rest.split(end.lstrip())[1]


if __name__ == "__main__":
    for name, (page, _) in TABLES.items():
        path = DOCS / page
        path.write_text(with_table(name, path.read_text()))
