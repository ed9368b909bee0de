"""How far a page's engine and the library agree: the very script of the page, run by node, beside the library in float32."""

import base64
import contextlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vmd_sudoku.board import CELLS, DIGITS, parse, to_line
from vmd_sudoku.errors import VmdSudokuError
from vmd_sudoku.machine import full_precision
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.batch import begin, puzzles_a_batch
from vmd_sudoku.solving.setting import Setting

_BEFORE = """
globalThis.self = globalThis
const packNumbers = (key, value) => (value instanceof Float32Array ? Buffer.from(value.buffer).toString("base64") : value)
globalThis.postMessage = (said) => process.stdout.write(JSON.stringify(said, packNumbers) + "\\n")
"""
_AFTER = """
const unpackBytes = (text) => new Uint8Array(Buffer.from(text, "base64")).buffer
const held = JSON.parse(require("node:fs").readFileSync(process.argv[2], "utf8"))
self.onmessage({ data: { ...held, numbers: unpackBytes(held.numbers), kernel: held.kernel && unpackBytes(held.kernel) } })
const lines = require("node:readline").createInterface({ input: process.stdin })
lines.on("line", (line) => self.onmessage({ data: JSON.parse(line) }))
"""
_PART = re.compile(r'<script type="[a-z/]+" id="(\w+)">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Run:
    """One solve: the board after every call and what the calls said of it.

    boards: int8 [calls,81]. said: float32 [calls,81,9]. rounds: of the network. ms: milliseconds, nan where unknown.
    """

    boards: np.ndarray
    said: np.ndarray
    rounds: int
    ms: float


def has_node() -> bool:
    """Whether node is there to run a page's engine."""
    return shutil.which("node") is not None


def runs_of_page(page: str, requests: Sequence[dict[str, Any]], *, fast: bool = True) -> Iterator[Run]:
    """What the engine of a page says to requests (`LiveRequest` without `id` in app/types.d.ts), by node.

    fast: with WebAssembly, or else in plain JavaScript.

    Raises:
        VmdSudokuError: node is missing, or the engine failed.
    """
    if not has_node():
        raise VmdSudokuError("node is missing, which runs the page's engine here; install it (apt-get install nodejs)")
    parts = dict(_PART.findall(page))
    held = {"models": json.loads(parts["models"]), "numbers": parts["numbers"]}
    held["kernel"] = parts["kernel"] if fast else None
    lines = "".join(json.dumps({"id": number} | request) + "\n" for number, request in enumerate(requests))
    with tempfile.TemporaryDirectory() as folder:
        script, setup, asked = Path(folder, "engine.cjs"), Path(folder, "setup.json"), Path(folder, "asked.jsonl")
        script.write_text(_BEFORE + parts["worker"] + _AFTER, encoding="utf-8")
        setup.write_text(json.dumps(held), encoding="utf-8")
        # A file and no pipe that this process fills: it reads answers meanwhile, and both could wait for each other
        # for ever.
        asked.write_text(lines, encoding="utf-8")
        with (
            asked.open() as questions,
            subprocess.Popen(["node", script, setup], stdin=questions, stdout=subprocess.PIPE, text=True) as node,
        ):
            assert node.stdout
            steps: list[dict[str, Any]] = []
            told: Iterator[dict[str, Any]] = map(json.loads, node.stdout)
            if next(told, {"fast": None})["fast"] is not fast:
                raise VmdSudokuError("the page's engine did not start in node; see its message above")
            for message in told:
                if "step" in message:
                    steps.append(message["step"])
                else:
                    yield _run(requests[message["id"]]["puzzle"], steps, message["done"])
                    steps = []
        if node.returncode:
            raise VmdSudokuError(f"the page's engine ended with code {node.returncode}; see its message above")


def _run(puzzle: str, steps: list[dict[str, Any]], done: dict[str, Any]) -> Run:
    board, boards, said = parse(puzzle), [], []
    for step in steps:
        board = board.copy()
        board[step["cells"]] = step["digits"]
        boards.append(board)
        said.append(np.frombuffer(base64.b64decode(step["probabilities"]), "<f4").reshape(CELLS, DIGITS))
    assert not boards or to_line(boards[-1]) == done["board"].replace("0", ".")
    return Run(np.array(boards), np.array(said), done["rounds"], done["ms"])


def runs_of_library(
    loaded: LoadedModel, puzzles: np.ndarray, setting: Setting, *, full: bool = True, batch_size: int = 64
) -> Iterator[Run]:
    """What the library says to puzzles, int8 [n,81], each as the first of its set, as in the page. full: in float32."""
    # With one z for all: what is drawn belongs to a puzzle's place in its set, and in the page that is always the first.
    many = puzzles_a_batch(loaded, setting, batch_size) if not setting.is_drawn(loaded.model.config.latent > 0) else 1
    for start in range(0, len(puzzles), many):
        batch = puzzles[start : start + many]
        boards: list[list[np.ndarray]] = [[] for _ in batch]
        said: list[list[np.ndarray]] = [[] for _ in batch]
        with full_precision() if full else contextlib.nullcontext():
            run = begin(loaded, batch, setting)
            for step in run.steps:
                for at, row in enumerate(step.rows.tolist()):
                    boards[row].append(step.board[at].numpy().astype(np.int8))
                    said[row].append(step.probabilities[at].numpy())
        # Full boards never came to the network and may be missing at the end.
        ran = run.predictor.rounds_run.tolist() + [0] * len(batch)
        for row in range(len(batch)):
            yield Run(np.array(boards[row]), np.array(said[row]), ran[row], float("nan"))


@dataclass(frozen=True)
class Agreement:
    """Of one puzzle: whether the final boards are equal, all boards on the way, and the number of rounds; and the largest
    difference of a probability in calls on equal boards."""

    board: bool
    every_board: bool
    rounds: bool
    difference: float


def agreement(ours: Run, theirs: Run) -> Agreement:
    """Two runs on one puzzle, side by side."""
    calls = min(len(ours.boards), len(theirs.boards))
    same = (ours.boards[:calls] == theirs.boards[:calls]).all(1)
    # Calls after the first parting were asked about different boards.
    asked_alike = calls if same.all() else int(same.argmin()) + 1
    difference = np.abs(ours.said[:asked_alike] - theirs.said[:asked_alike]).max(initial=0.0)
    return Agreement(
        board=np.array_equal(ours.boards[-1:], theirs.boards[-1:]),
        every_board=len(ours.boards) == len(theirs.boards) and bool(same.all()),
        rounds=ours.rounds == theirs.rounds,
        difference=float(difference),
    )
