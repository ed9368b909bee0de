"""What is measured into the README and the model cards, and trained runs into the package.

vmd-sudoku reproduce sudoku --sets FOLDER --out runs/reproduce --compile   # measures; hours for whole sets
python tools/figures.py publish runs/reproduce                              # into README.md, docs/ and the cards

python tools/figures.py average runs/mean runs/a/model=0.7 runs/b/model=0.3 # the mean of trained weights
python tools/figures.py ship runs/vmd vmd --commit HASH                     # makes a trained run the shipped model
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from vmd_sudoku.evaluation.paper import EMPTY, GRID_BUDGETS, GUESS, Row
from vmd_sudoku.evaluation.reproduce import read_results
from vmd_sudoku.evaluation.tables import (
    draw,
    guess_summary,
    guess_words,
    markdown,
    paired,
    summary,
    usual_and_guesses,
)
from vmd_sudoku.network.checkpoint import SHIPPED, load_model, save_model
from vmd_sudoku.network.model import ModelConfig
from vmd_sudoku.training import journal

ROOT = Path(__file__).parents[1]
DOCS, README = ROOT / "docs", ROOT / "README.md"
MARKS = ("<!-- figures: python tools/figures.py publish -->", "<!-- end of figures -->")
IN_CARD = (
    *("set", "boards", "solved", "interval", "policy", "nfe", "latents", "z", "first_rounds", "settle", "seed"),
    *("mean_calls", "mean_rounds", "puzzles_per_s", "machine"),
)


class Solved:
    """What the rows of both models say in per cent, for words."""

    def __init__(self, rows: list[Row]) -> None:
        self._pairs = {
            (vmd["set"], vmd["policy"], vmd["setting"]["nfe"]): (vmd, mdm) for vmd, mdm in usual_and_guesses(rows)
        }

    def __call__(self, name: str, nfe: int, policy: str = "margin") -> tuple[str, str]:
        """Of VMD and MDM on a set; the policy is the VMD's.

        Raises:
            KeyError: it was not measured.
        """
        vmd, mdm = (f"{100 * row['solved'] / row['boards']:.1f}" for row in self._pairs[name, policy, nfe])
        return vmd, mdm

    def p(self, name: str, nfe: int, policy: str) -> str:
        """McNemar's p of the two."""
        return f"{paired(*self._pairs[name, policy, nfe])[2]:.2g}"

    def count(self, name: str) -> int:
        """Puzzles of a set, or grids."""
        return next(vmd["boards"] for (of, _, _), (vmd, _) in self._pairs.items() if of == name)


def words(solved: Solved) -> Iterator[str]:
    """Paragraphs under README's tables; one that lacks a figure is left out."""
    for paragraph in (_words_on_z, _words_on_guesses, _words_on_the_filter):
        with contextlib.suppress(KeyError, StopIteration):
            yield paragraph(solved)


def _words_on_z(solved: Solved) -> str:
    several, several_once = solved("several_solutions", 5), solved("several_solutions", 1)
    grids = [solved(EMPTY, nfe) for nfe in GRID_BUDGETS]
    vmd, mdm = (", ".join(pair[i] for pair in grids) for i in (0, 1))
    calls = ", ".join(map(str, GRID_BUDGETS))
    return (
        "z helps where blanks depend on each other. On puzzles with several solutions the VMD writes *one* of them in five "
        f"calls {several[0]} % of the time. The MDM, of the same size and training, mixes them and gets {several[1]} % (in a "
        f"single call the two get {several_once[0]} and {several_once[1]} %). From the empty board, the VMD's draws of z make "
        f"a whole legal grid {vmd} % of the time in {calls} calls ({solved.count(EMPTY):,} draws), the MDM {mdm} %. From the "
        "second call on, z is drawn anew from the posterior given the network's guess."
    )


def _words_on_guesses(solved: Solved) -> str:
    name = "radcliffe_sample"
    usual, guesses = ({nfe: solved(name, nfe, policy) for nfe in (5, 20)} for policy in ("margin", GUESS))
    return (
        "Where the solution is unique, a z that stays 0 has nothing to add: by one policy, margin, the VMD solves "
        f"{usual[5][0]} and {usual[20][0]} % of {name} in 5 and 20 calls, and the MDM {usual[5][1]} and {usual[20][1]} %. "
        f"There draws of z are guesses. By policy `{GUESS}` the VMD solves {guesses[5][0]} and {guesses[20][0]} %, beside the "
        f"MDM's {guesses[5][1]} and {guesses[20][1]} % by margin at the same rounds (p = {solved.p(name, 5, GUESS)} and "
        f"{solved.p(name, 20, GUESS)})."
    )


def _words_on_the_filter(solved: Solved) -> str:
    vmd, mdm = solved("radcliffe_filtered", 1)
    return (
        "On puzzles like those of the papers (`radcliffe_filtered`: the seven strategies of their filter solve them) the VMD "
        f"solves {vmd} % and the MDM {mdm} % in a single call, at a fiftieth of the size. "
        "[docs/experiments.md](docs/experiments.md) says what was tried, and [tools/latent.py](tools/latent.py) measures what "
        "z carries."
    )


@click.group()
def cli() -> None:
    """Publish and ship."""


@cli.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def publish(folder: Path) -> None:
    """Write the figures that `vmd-sudoku reproduce sudoku` left in FOLDER into README.md, docs/ and the cards."""
    report = read_results(folder / "results.json")
    for name in ("vmd", "mdm"):
        loaded = load_model(name)
        rows = [{k: row[k] for k in IN_CARD if k in row} for row in report["rows"] if row["sha256"] == loaded.sha256]
        if not rows:
            raise click.ClickException(f"{folder} was measured with other weights than those of {name}; measure again")
        save_model(SHIPPED / name, loaded.model, loaded.card | {"figures": rows})
    shipped = {load_model(name).sha256 for name in ("vmd", "mdm")}
    report["rows"] = [row for row in report["rows"] if row["sha256"] in shipped]
    (DOCS / "figures.md").write_text(markdown(report))
    # Anew, since the folder's own picture holds only the sets that were measured last.
    for line in draw(report, folder):
        click.echo(line)
    shutil.copy(folder / "difficulty.png", DOCS / "difficulty.png")
    text = README.read_text()
    before, after = text.split(MARKS[0])[0], text.split(MARKS[1])[1]
    about = (
        "Per cent of whole boards solved, neural only, at equal calls and at most the same rounds for both models; z is drawn "
        "on several_solutions, where any solution counts, and 0 elsewhere. radcliffe_filtered holds the puzzles of "
        "radcliffe_sample that the papers' own filter keeps, so it is the row to hold against theirs. Intervals, paired tests, "
        "calls, rounds, speed, several latents and whole grids from nothing are in [docs/figures.md](docs/figures.md)."
    )
    picture = "![Accuracy against the rating of difficulty](docs/difficulty.png)"
    tables = [summary(report), about, guess_words(report), guess_summary(report), picture]
    parts = [MARKS[0], *tables, *words(Solved(report["rows"])), MARKS[1]]
    README.write_text(before + "\n\n".join(part for part in parts if part) + after)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("parts", nargs=-1, required=True, metavar="MODEL=WEIGHT...")
def average(out: Path, parts: tuple[str, ...]) -> None:
    """Write OUT/model, the weighted mean of trained weights, with the first one's card (Izmailov et al., arXiv 1803.05407).

    For the ends of trainings that went on from one another at a learning rate that rose again: their mean lies in a flatter
    place than each of them.
    """
    named = [part.rpartition("=") for part in parts]
    try:
        weights = [float(weight) for _, _, weight in named]
    except ValueError:
        raise click.ClickException(
            f"MODEL=WEIGHT is wanted, with a number as the weight; got {' '.join(parts)}"
        ) from None
    if not sum(weights) > 0 or min(weights) < 0:
        raise click.ClickException(f"the weights must be 0 or more, and one of them above 0; got {weights}")
    first, *others = (load_model(name) for name, _, _ in named)
    states = [loaded.model.state_dict() for loaded in (first, *others)]
    if any({k: v.shape for k, v in state.items()} != {k: v.shape for k, v in states[0].items()} for state in states):
        raise click.ClickException("the models are of different sizes or kinds, so they have no mean")
    shares = [weight / sum(weights) for weight in weights]
    mean = {key: sum(state[key] * share for state, share in zip(states, shares, strict=True)) for key in states[0]}
    first.model.load_state_dict(mean)
    # By what the weights are and not by where they lay, which means nothing on another machine.
    averaged = [[loaded.sha256, share] for loaded, share in zip((first, *others), shares, strict=True)]
    click.echo(save_model(out / "model", first.model, first.card | {"averaged": averaged, "figures": []}))


@cli.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name")
@click.option("--commit", required=True, help="Commit of the code that trained it.")
@click.option("--history", default="", help="What changed while it was trained, if anything did.")
@click.option(
    "--first-rounds", default=ModelConfig().first_rounds, show_default=True, help="Rounds of a call from nothing."
)
def ship(run: Path, name: str, commit: str, history: str, first_rounds: int) -> None:
    """Put a trained run's model, or a model's own folder, into the package under NAME, with the usual rounds of decoding."""
    loaded, usual = load_model(run / "model" if (run / "model").is_dir() else run), ModelConfig()
    loaded.model.config = replace(
        loaded.model.config,
        first_rounds=first_rounds,
        rounds=usual.rounds,
        cell_rounds=usual.cell_rounds,
    )
    card = loaded.card | {"commit": commit, "history": history, "figures": []}
    if "averaged" in card:  # its validation was that of the first of the weights that it is a mean of
        loaded.model.compile_for_decoding()
        card["validation"] = journal.validation(journal.validate_model(loaded.model, journal.VALIDATION_COUNT * 4))
    save_model(SHIPPED / name, loaded.model, card)


if __name__ == "__main__":
    cli()
