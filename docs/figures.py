"""The figures of the README and of the model cards: both shipped models on the public sets, neural only.

python docs/figures.py measure vmd --sets ../shared/puzzles    # half an hour on one core; writes docs/figures-vmd.json
python docs/figures.py measure mdm --sets ../shared/puzzles
python docs/figures.py publish                                 # into README.md and the cards

python docs/figures.py ship runs/vmd vmd --commit HASH         # makes a trained run the shipped model
"""

import json
from pathlib import Path

import click
import torch

from vmd_sudoku import __version__, puzzle_file
from vmd_sudoku.checkpoint import SHIPPED, load_model, read_json, save_model
from vmd_sudoku.evaluate import evaluate, report, sample
from vmd_sudoku.setting import Setting

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
MARKS = ("<!-- figures: python docs/figures.py publish -->", "<!-- end of figures -->")
SETTINGS = [
    # set, policy, NFE (None is one cell a call), first puzzles of the set (None is all); the most wanted ones first
    ("ye_test", "margin", 1, None),
    ("radcliffe_sample", "margin", None, None),
    ("seventeen_clue", "margin", None, None),
    ("radcliffe_sample", "margin", 5, 1000),
    ("radcliffe_sample", "top-prob", 5, 1000),
    ("radcliffe_sample", "margin", 1, 1000),
    ("seventeen_clue", "margin", 5, 1000),
]
SAMPLES = [20, 4, 1]
GRIDS = 200


@click.group()
def cli() -> None:
    """Measure, publish and ship."""


@cli.command()
@click.argument("model")
@click.option("--sets", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--limit", type=int, help="First puzzles of each set only, for a quick look.")
def measure(model: str, sets: Path, limit: int | None) -> None:
    """Every figure of one model."""
    torch.set_num_threads(1)
    loaded = load_model(model)
    loaded.model.compile_for_decoding()
    rows = []
    for nfe in SAMPLES:
        row, _ = sample(loaded, limit or GRIDS, Setting(nfe=nfe, z=0))
        rows.append({"file": "empty board"} | row)
        click.echo(json.dumps(rows[-1]))
        _write(model, rows)
    for name, policy, nfe, first in SETTINGS:
        puzzles = puzzle_file.read(sets / f"{name}.csv", limit or first)
        rows.append(evaluate(loaded, puzzles, Setting(policy=policy, nfe=nfe)))
        click.echo(json.dumps(rows[-1]))
        _write(model, rows)


def _write(model: str, rows: list) -> None:
    (HERE / f"figures-{model}.json").write_text(json.dumps(report(rows, __version__), indent=2) + "\n")


@cli.command()
def publish() -> None:
    """Write the measured figures into README.md and the cards of the shipped models."""
    reports = {name: read_json(HERE / f"figures-{name}.json") for name in ("vmd", "mdm")}
    for name, measured in reports.items():
        loaded = load_model(name)
        rows = [row for row in measured["rows"] if row["sha256"] == loaded.sha256]
        if len(rows) < len(measured["rows"]):
            raise click.ClickException(f"figures-{name}.json was measured with other weights; measure again")
        save_model(SHIPPED / name, loaded.model, loaded.card | {"figures": rows})
    lines = [
        "| set | boards | policy | calls | rounds | VMD | MDM |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_line(a, b) for a, b in zip(*(measured["rows"] for measured in reports.values()), strict=True)),
    ]
    text = README.read_text()
    before, after = text.split(MARKS[0])[0], text.split(MARKS[1])[1]
    README.write_text("\n".join([before + MARKS[0], *lines, MARKS[1]]) + after)


def _line(vmd: dict, mdm: dict) -> str:
    cells = [vmd["file"].removesuffix(".csv"), str(vmd.get("boards", vmd.get("count"))), vmd["policy"]]
    cells.append("one a cell" if vmd["nfe"] == "cell" else str(vmd["nfe"]))
    cells.append(f"{vmd['mean_rounds']:.0f}")
    for row in (vmd, mdm):
        low, high = row["interval"]
        rate = row["accuracy"] if "accuracy" in row else row["valid"] / row["count"]
        cells.append(f"{100 * rate:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
    return "| " + " | ".join(cells) + " |"


@cli.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name")
@click.option("--commit", required=True, help="Commit of the code that trained it.")
@click.option("--history", default="", help="What changed while it was trained, if anything did.")
def ship(run: Path, name: str, commit: str, history: str) -> None:
    """Put a trained run's model into the package under NAME."""
    loaded = load_model(run / "model")
    save_model(SHIPPED / name, loaded.model, loaded.card | {"commit": commit, "history": history, "figures": []})


if __name__ == "__main__":
    cli()
