"""The notebook of the documents: its code runs, and prints what it shows."""

import contextlib
import io
import json
from pathlib import Path

NOTEBOOK = json.loads((Path(__file__).parents[2] / "docs" / "measure.ipynb").read_text())


def test_the_notebook_runs_and_prints_what_it_shows():
    names: dict[str, object] = {}
    for cell in NOTEBOOK["cells"]:
        if cell["cell_type"] != "code":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec("".join(cell["source"]), names)
        shown = "".join(cell["outputs"][0]["text"])
        assert [line.split()[:2] for line in printed.getvalue().splitlines()] == [
            line.split()[:2] for line in shown.splitlines()
        ]
