"""Runs of the command line whose results are kept: what a given version solves, fills, measures and trains.

`python tests/recorded_runs.py FOLDER` writes what every run gives, a JSON file each, with every digit of every number:
two versions of the code on one machine must agree to the bit. `tests/recorded/` holds the same, rounded, for other
machines; `--keep` writes it anew, for a change that is meant.
"""

import contextlib
import csv
import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from vmd_sudoku import machine
from vmd_sudoku.cli.main import main
from vmd_sudoku.training import journal, presets

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "tests" / "recorded"
SETS = ROOT / "puzzles"

HARD = "...3....991.....282.8.......7.512.....1...6..4.......7.6..87..4.....1.8....4...9."
EXTREME = "...8....45.4....9..1...57.....91..46.2......9...76.........8.23..6.......5.3..4.."
TWO = "..7...89......4..32...78....56......82..3.16.....5...297.18.4...134..5....2.9.3.."
EASY = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
EMPTY = "." * 81

SOLVES = {
    "plain": (HARD,),
    "nfe-16": (HARD, "--nfe", "16"),
    "mdm": (HARD, "--model", "mdm", "--nfe", "10"),
    "drawn": (TWO, "--nfe", "5", "--z", "3"),
    "kept-z": (TWO, "--nfe", "5", "--z", "3", "--renew-z", "never"),
    "prior-z": (TWO, "--nfe", "5", "--renew-z", "prior", "--seed", "4"),
    "latents": (EXTREME, "--nfe", "4", "--latents", "4", "--seed", "1"),
    "average-order": (HARD, "--nfe", "6", "--policy", "average-order", "--latents", "3"),
    "top-prob": (HARD, "--nfe", "5", "--policy", "top-prob"),
    "entropy": (HARD, "--nfe", "5", "--policy", "entropy", "--schedule", "cosine"),
    "random": (HARD, "--nfe", "8", "--policy", "random", "--seed", "7"),
    "threshold": (EXTREME, "--policy", "threshold", "--threshold", "0.8"),
    "left-to-right": (HARD, "--cells", "3", "--policy", "left-to-right"),
    "noise": (HARD, "--nfe", "6", "--gumbel", "1", "--temperature", "1", "--seed", "2"),
    "blocks": (TWO, "--nfe", "9", "--blocks", "boxes", "--z", "5"),
    "bands": (EMPTY, "--nfe", "6", "--blocks", "bands", "--z", "5"),
    "rules": (EXTREME, "--nfe", "3", "--constraints", "rules"),
    "propagate": (EXTREME, "--nfe", "5", "--constraints", "propagate"),
    "search": (EXTREME, "--constraints", "search"),
    "search-proof": (TWO, "--constraints", "search", "--prove"),
    "remask-confidence": (EXTREME, "--nfe", "8", "--remask", "confidence", "--remask-share", "0.2"),
    "remask-conflict": (EXTREME, "--nfe", "8", "--remask", "conflict", "--remask-budget", "12"),
    "carry": (HARD, "--nfe", "5", "--carry"),
    "rounds": (HARD, "--nfe", "3", "--first-rounds", "24", "--rounds", "8", "--settle", "0"),
    "empty": (EMPTY, "--nfe", "4", "--z", "0"),
}
"""Options of `solve`, by name."""

PRINTS = {
    "check-several": ("check", TWO, "--solutions"),
    "check-none": ("check", "55" + EASY[2:]),
    "check-file": ("check", str(SETS / "two_solutions.csv")),
    "generate": ("generate", "--count", "5", "--seed", "3"),
    "generate-clues": ("generate", "--count", "3", "--clues", "34", "--seed", "9"),
    "generate-grids": ("generate", "--count", "3", "--grids", "--seed", "1"),
    **{
        f"convert-{form}": ("convert", HARD, "--to", form)
        for form in ("line", "sdk", "sdm", "ss", "svg", "sheet", "sudokuwiki", "sudokuexchange", "f-puzzles")
    },
}
"""Commands whose printed text is kept, by name."""

FIGURES = {
    "evaluate-hard": ("evaluate", str(SETS / "hard.csv"), "--limit", "8", "--nfe", "5"),
    "evaluate-mdm": ("evaluate", str(SETS / "expert.csv"), "--limit", "4", "--nfe", "2", "--model", "mdm"),
    "evaluate-latents": (
        *("evaluate", str(SETS / "two_solutions.csv"), "--limit", "4", "--nfe", "2", "--latents", "3", "--z", "0"),
    ),
    "evaluate-search": ("evaluate", str(SETS / "extreme.csv"), "--limit", "4", "--constraints", "search"),
    "sample": ("sample", "--count", "4", "--nfe", "4", "--seed", "2"),
    "sample-mdm": ("sample", "--count", "2", "--nfe", "2", "--model", "mdm"),
    "solutions": ("solutions", TWO, "--count", "6", "--nfe", "3"),
    "reasons": ("reasons", str(SETS / "medium.csv"), "--limit", "1", "--nfe", "5"),
}
"""Commands whose JSON is kept, by name."""

TRAININGS = {
    "train-vmd": ("--model", "vmd", "--set", "dreams=0.5", "--set", "dream_calls=2"),
    "train-mdm": ("--model", "mdm"),
}
"""Options of `train`, by name; the network is tiny and makes a few updates."""

OF_THE_RUN = {"seconds", "milliseconds", "machine", "version", "date", "ms_per_puzzle"}
"""Entries that differ from run to run or from version to version; so do all that count something a second."""


def call(*args: str) -> tuple[int, str]:
    """Exit code and printed text of a command."""
    printed = io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            main([*args])
        except SystemExit as stop:
            code = stop.code or 0
    return int(str(code)), printed.getvalue()


def _steady(value: Any) -> Any:
    """Without what differs from run to run."""
    if isinstance(value, dict):
        return {k: _steady(v) for k, v in value.items() if k not in OF_THE_RUN and not k.endswith("_per_s")}
    return [_steady(v) for v in value] if isinstance(value, list) else value


def _json_of(folder: Path, *args: str) -> Any:
    """The JSON that a command writes, and its exit code."""
    file = folder / "out.json"
    code, _ = call(*args, "--json", str(file))
    return {"exit": code, "json": _steady(json.loads(file.read_text()))}


def _trained(folder: Path, name: str, *options: str) -> Any:
    """Last row of the metrics of a short run, and the hash of its weights."""
    run = folder / name
    tiny = ("model.network.width=8", "model.network.middle=8", "model.network.hidden=16", "model.encoder_rounds=2")
    small = (*tiny, "batch=6", "segment=2", "life=3", "posterior=0.34")
    changes = [part for change in small for part in ("--set", change)]
    arguments = ("train", "--preset", "fork", "--out", str(run), "--steps", "12", "--workers", "0", "--eager")
    # The last stage of `default` alone, and a short validation, which would take far longer than the training.
    alone = {"fork": presets.Preset({"fork": presets.fork}, "", "")}
    with patch.dict(presets.PRESETS, alone), patch.object(journal, "VALIDATION_COUNT", 2):
        code, _ = call(*arguments, *changes, *options)
    with (run / "metrics.csv").open() as lines:
        row = list(csv.DictReader(lines))[-1]
    (weights,) = (run / "model").glob("*.safetensors")
    return {
        "exit": code,
        "metrics": {k: float(v) for k, v in row.items() if v and k != "seconds"},
        "weights": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


def runs(folder: Path) -> dict[str, Callable[[], Any]]:
    """Every run by name; `folder` is for what they write."""
    return {
        **{f"solve-{name}": lambda args=args: _json_of(folder, "solve", *args) for name, args in SOLVES.items()},
        **{
            name: lambda args=args: dict(zip(("exit", "text"), call(*args), strict=True))
            for name, args in PRINTS.items()
        },
        **{name: lambda args=args: _json_of(folder, *args) for name, args in FIGURES.items()},
        **{name: lambda n=name, args=args: _trained(folder, n, *args) for name, args in TRAININGS.items()},
    }


def rounded(value: Any) -> Any:
    """With four decimals, without long tables and the hash of weights: what other machines can agree with."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items() if k not in ("weights", "probabilities", "latent", "sha256")}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return round(value, 4) if isinstance(value, float) else value


def plain_arithmetic() -> None:
    """One thread and float32, so that machines with and without fast bfloat16 compute the same."""
    torch.set_num_threads(1)
    machine.has_fast_bfloat16 = lambda where: False


if __name__ == "__main__":
    import tempfile

    plain_arithmetic()
    exact = Path(sys.argv[1])
    for target in (exact, KEPT):
        target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for run_name, run in runs(Path(scratch)).items():
            found = run()
            (exact / f"{run_name}.json").write_text(json.dumps(found, indent=1) + "\n")
            if "--keep" in sys.argv:
                (KEPT / f"{run_name}.json").write_text(json.dumps(rounded(found)) + "\n")
