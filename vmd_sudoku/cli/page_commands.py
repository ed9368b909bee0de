"""The command that writes pages which need no server."""

from pathlib import Path

import click

from vmd_sudoku.cli.options import MODEL_HELP, OutFile, load
from vmd_sudoku.network.cards import folder_of
from vmd_sudoku.writing import write


@click.command()
@click.argument("out", type=OutFile())
@click.option("--model", default="vmd", show_default=True, help=MODEL_HELP)
@click.option("--against", default="mdm", show_default=True, help="A second model to compare it with; `none` for none.")
def export_html(out: Path, model: str, against: str) -> None:
    """Write OUT, one HTML file that needs no server and no network.

    It runs the models in the browser: it solves what is typed or pasted, plays the order in which blanks are filled, compares
    the two models and draws z.
    """
    names = [model] if against in ("none", model) else [model, against]
    for name in names:
        folder_of(name)  # said before torch is loaded
    from vmd_sudoku.live.pages import live_page

    _write(out, live_page([load(name) for name in names]))


def _write(out: Path, page: str) -> None:
    write(out, page)
    click.echo(f"{out}: {len(page.encode()) / 1000:.0f} kB, opens in any browser, without a server or a network")
