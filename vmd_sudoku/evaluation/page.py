"""A report as files: one HTML page that needs nothing else, a CSV of the arms, and all figures as JSON."""

import base64
import csv
import gzip
import html
import io
import json
from pathlib import Path
from string import Template
from typing import Any

from vmd_sudoku.evaluation.folder import RunFolder
from vmd_sudoku.evaluation.summary import table_of

_HERE = Path(__file__).parent


def write(report: dict[str, Any], folder: Path) -> list[Path]:
    """Write report.html, report.csv and report.json into a folder; returns their paths.

    Raises:
        RunError: the folder cannot be written.
    """
    into = RunFolder(folder)
    texts = {
        "report.html": page(report),
        "report.csv": as_csv(report),
        "report.json": json.dumps(report, indent=1) + "\n",
    }
    return [into.write(name, text) for name, text in texts.items()]


def page(report: dict[str, Any]) -> str:
    """The report as one page. The library of its charts is inside, compressed: a browser unpacks it, and nothing is fetched."""
    names = " and ".join(run["name"] for run in report["runs"])
    return Template((_HERE / "report.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(f"vmd-sudoku: {names}"),
        # `</script>` in a name would end the element.
        data=json.dumps(report, ensure_ascii=False).replace("<", "\\u003c"),
        plotly=_plotly(),
        script=(_HERE / "report.js").read_text(encoding="utf-8"),
    )


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()


def as_csv(report: dict[str, Any]) -> str:
    """The arms, one a line."""
    rows = table_of(report)
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
