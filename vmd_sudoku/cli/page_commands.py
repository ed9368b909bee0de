"""The command that writes pages which need no server."""

from pathlib import Path

import click

from vmd_sudoku.cli.options import MODEL_HELP, OutFile, load
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.network.cards import folder_of
from vmd_sudoku.writing import write


@click.command()
@click.argument("out", type=OutFile())
@click.option("--model", help=f"{MODEL_HELP}  [default: vmd]")
@click.option("--against", help="A second model to compare it with; `none` for none.  [default: mdm]")
@click.option(
    "--trace",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Play this solve instead (what `solve --json` wrote), with questions about it.",
)
@click.option("--lesson", help="Play this lesson instead: many, sure, independence, latent or rules.")
def export_html(out: Path, model: str | None, against: str | None, trace: Path | None, lesson: str | None) -> None:
    """Write OUT, one HTML file that needs no server and no network.

    It runs the models in the browser: it solves what is typed or pasted, plays the order in which blanks are filled, compares
    the two models and draws z. With --trace or --lesson it plays what was recorded, and holds no model.
    """
    from vmd_sudoku.live.pages import lesson_page, live_page, trace_page

    asked = [
        name
        for name, given in {"--model or --against": model or against, "--trace": trace, "--lesson": lesson}.items()
        if given
    ]
    if len(asked) > 1:
        raise ConfigError(f"{' and '.join(asked)} ask for different pages; give one of them")
    if trace:
        from vmd_sudoku.solving.trace import read_trace

        return _write(out, trace_page(read_trace(trace)))
    if lesson:
        from vmd_sudoku.lessons.lesson import load as load_lesson

        return _write(out, lesson_page(load_lesson(lesson)))
    names = list(dict.fromkeys(name for name in (model or "vmd", against or "mdm") if name != "none"))
    for name in names:
        folder_of(name)  # said before torch is loaded
    return _write(out, live_page([load(name) for name in names]))


def _write(out: Path, page: str) -> None:
    write(out, page)
    click.echo(f"{out}: {len(page.encode()) / 1000:.0f} kB, opens in any browser, without a server or a network")
