"""The pure function of a run: a shard and the arms in, a part out, which is a table of rows with its sufficient statistics.

The same shard gives the same rows to the bit wherever and beside whatever it is judged: its batches begin where it begins, and
what is drawn belongs to a puzzle's number. Only the times differ.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK, CELLS, PEERS
from vmd_sudoku.evaluation import statistics
from vmd_sudoku.evaluation.arms import Arm
from vmd_sudoku.evaluation.columns import ABOUT, SCHEMA, STATISTICS
from vmd_sudoku.evaluation.raters import Rater, rated
from vmd_sudoku.evaluation.shards import Shard
from vmd_sudoku.exact import techniques
from vmd_sudoku.exact.reasons import TECHNIQUES
from vmd_sudoku.exact.solver import Search
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.batch import Decoded, decode_batch, joined, puzzles_a_batch
from vmd_sudoku.solving.predictor import FirstCalls

UNDECIDED = -1
"""Stands where the exact search for one puzzle was given up."""
_NODES = 100_000
"""Nodes of that search: a tenth of a second; hardly a puzzle with one solution needs a thousand."""


@dataclass(frozen=True)
class Judge:
    """All that judging a shard takes: the arms with their models by sha256, boards decoded together, whether the human
    technique that a puzzle needs is looked for, and a program that rates puzzles instead of their source."""

    arms: tuple[Arm, ...]
    models: dict[str, LoadedModel]
    batch_size: int = 64
    techniques: bool = False
    rater: Rater | None = None

    def part(self, shard: Shard) -> pa.Table:
        """One row a puzzle and arm, the arms one after the other; `ms` and `seconds` are those of the arm alone."""
        facts = Facts.of(shard, self.techniques, self.rater)
        decoded = self._decode(shard)
        outcomes = [Outcome.of(facts, *decoded[number]) for number in range(len(self.arms))]
        tables = [
            _table(number, arm, facts, ends) for number, (arm, ends) in enumerate(zip(self.arms, outcomes, strict=True))
        ]
        about = {"part": shard.number, "file": shard.file, "first": shard.first, "puzzles": len(shard)}
        counted = [statistics.count(facts, ends) for ends in outcomes]
        metadata = {STATISTICS: json.dumps(counted).encode(), ABOUT: json.dumps(about).encode()}
        return pa.concat_tables(tables).replace_schema_metadata(metadata)

    def _decode(self, shard: Shard) -> dict[int, tuple[Decoded, np.ndarray]]:
        """By arm: the decoded shard, and seconds a puzzle [n]. Arms whose batches hold as many puzzles go through the shard
        together, so that what they ask alike is asked once."""
        together: dict[int, list[int]] = {}
        for number, arm in enumerate(self.arms):
            size = puzzles_a_batch(self.models[arm.sha256], arm.setting, self.batch_size)
            together.setdefault(size, []).append(number)
        found: dict[int, tuple[Decoded, np.ndarray]] = {}
        for size, numbers in together.items():
            parts: dict[int, list[Decoded]] = {number: [] for number in numbers}
            seconds: dict[int, list[np.ndarray]] = {number: [] for number in numbers}
            for start in range(0, len(shard), size):
                clues = shard.puzzles[start : start + size]
                for number, batch, spent in self._batch(numbers, clues, shard.first + start):
                    parts[number].append(batch)
                    seconds[number].append(np.full(len(clues), spent / len(clues)))
            found |= {number: (joined(parts[number]), np.concatenate(seconds[number])) for number in numbers}
        return found

    def _batch(self, numbers: list[int], clues: np.ndarray, place: int) -> Iterator[tuple[int, Decoded, float]]:
        """One batch by some of the arms, with the seconds that each would have taken alone."""
        # With one arm there is nobody to lend the answer to, and keeping it would cost memory.
        first_calls = FirstCalls() if len(numbers) > 1 else None
        for number in numbers:
            arm = self.arms[number]
            lent = first_calls.lent if first_calls else 0.0
            start = time.perf_counter()
            batch = decode_batch(self.models[arm.sha256], clues, arm.setting, place=place, first_calls=first_calls)
            # An answer that was taken over is charged in full: an arm's time must not depend on which arms stand
            # beside it.
            spent = time.perf_counter() - start + (first_calls.lent - lent if first_calls else 0.0)
            yield number, batch, spent


@dataclass(frozen=True)
class Facts:
    """What is true of the puzzles of a shard, whoever solves them.

    solutions: 0, 1, 2 for several, or UNDECIDED, int64 [n]. exact: the only solution, int8 [n,81], zeros elsewhere.
    technique: index into TECHNIQUES, int64 [n], or None where nobody asked.
    """

    shard: Shard
    solutions: np.ndarray
    exact: np.ndarray
    technique: np.ndarray | None

    @classmethod
    def of(cls, shard: Shard, with_techniques: bool, rater: Rater | None = None) -> "Facts":
        """Found out by the exact solver, and by the human techniques and a rater if they are asked for."""
        solutions, exact = exact_answers(shard.puzzles)
        if rater:
            # All of them its own, or none: two scales in one column would be compared with each other.
            shard = replace(shard, ratings=rated(rater, shard.puzzles, solutions == 1))
        technique = techniques.hardest(shard.puzzles, solutions == 1) if with_techniques else None
        return cls(shard, solutions, exact, technique)


def exact_answers(puzzles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solutions of puzzles int8 [n,81], counted up to 2 or UNDECIDED, int64 [n]; and the only ones, int8 [n,81], else zeros."""
    counts, exact = np.zeros(len(puzzles), np.int64), np.zeros_like(puzzles)
    for i, puzzle in enumerate(puzzles):
        search = Search(puzzle, limit=2)
        search.go_on(_NODES)
        found = search.solutions
        counts[i] = len(found) if search.over else UNDECIDED
        if counts[i] == 1:
            exact[i] = found[0]
    return counts, exact


@dataclass(frozen=True)
class Outcome:
    """What one arm made of a shard: the decoded boards, seconds [n], and what is true of them, bool [n].

    right, wrong: of cells, bool [n,81], told by the only solution, or where there is none by clashes and changed clues.
    """

    decoded: Decoded
    seconds: np.ndarray
    full: np.ndarray
    legal: np.ndarray
    clue_true: np.ndarray
    solved: np.ndarray
    right: np.ndarray
    wrong: np.ndarray

    @classmethod
    def of(cls, facts: Facts, decoded: Decoded, seconds: np.ndarray) -> "Outcome":
        """Judged by the rules, and cell by cell by the only solution."""
        board, clues = decoded.board, facts.shard.puzzles
        full, legal = boards.is_complete(board), boards.is_legal(board)
        clue_true = ((clues == BLANK) | (board == clues)).all(1)
        solved = full & legal & clue_true
        unique = (facts.solutions == 1)[:, None]
        right = unique & (board == facts.exact) & (clues == BLANK)
        clash = ((board[:, PEERS] == board[:, :, None]).any(2) & (clues == BLANK)) | (
            (clues != BLANK) & (board != clues)
        )
        # A blank is unfinished, not wrong.
        wrong = np.where(unique, board != facts.exact, clash) & (board != BLANK)
        return cls(decoded, seconds, full, legal, clue_true, solved, right, wrong)


def _table(number: int, arm: Arm, facts: Facts, ends: Outcome) -> pa.Table:
    shard, decoded = facts.shard, ends.decoded
    n = len(shard)
    stored = (shard.solutions != BLANK).all(1)
    as_stored = (decoded.board == shard.solutions).all(1)
    columns: dict[str, Any] = {
        "arm": np.full(n, number),
        "file": np.full(n, shard.file),
        "number": np.arange(shard.first, shard.first + n),
        "line": shard.lines,
        "name": shard.names,
        "puzzle": _lines(shard.puzzles),
        "board": _lines(decoded.board),
        "solved": ends.solved,
        "legal": ends.full & ends.legal,
        "clue_true": ends.clue_true,
        "as_stored": pa.array(as_stored, mask=~stored),
        "solutions": facts.solutions,
        "proved": decoded.solutions,
        "calls": decoded.calls,
        "rounds": decoded.rounds,
        "backtracks": decoded.undone,
        "remasked": decoded.remasked,
        "ms": 1000 * ends.seconds,
        "clues": (shard.puzzles != BLANK).sum(1),
        "rating": pa.array(shard.ratings, mask=np.isnan(shard.ratings)),
        "technique": [None] * n if facts.technique is None else [TECHNIQUES[t] for t in facts.technique],
        "nats": decoded.nats,
        "wrong": _lists(ends.wrong, np.broadcast_to(np.arange(CELLS, dtype=np.int8), ends.wrong.shape)),
        "wrong_confidence": _lists(ends.wrong, decoded.sure.astype(np.float32)),
        "seed": np.full(n, arm.setting.seed),
    }
    return pa.table(columns, SCHEMA)


def _lines(digits: np.ndarray) -> pa.Array:
    """Boards int8 [n,81] as texts of 81 characters."""
    # All texts in one buffer, as Arrow keeps them, and no Python string for each board.
    letters = np.where(digits == BLANK, ord("."), digits + ord("0")).astype(np.uint8)
    offsets = np.arange(0, (len(digits) + 1) * CELLS, CELLS, dtype=np.int32)
    return pa.StringArray.from_buffers(len(digits), pa.py_buffer(offsets), pa.py_buffer(letters.tobytes()))


def _lists(chosen: np.ndarray, values: np.ndarray) -> pa.Array:
    """Of each row the chosen values, [n,81] both."""
    offsets = np.concatenate([[0], chosen.sum(1).cumsum()]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values[chosen]))
