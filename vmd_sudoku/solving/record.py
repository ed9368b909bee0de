"""One puzzle solved with a record of every step."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict, Unpack

import numpy as np

from vmd_sudoku import __version__
from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK, DIGITS
from vmd_sudoku.decoding.levels import Stop, never
from vmd_sudoku.decoding.loop import Finished, Step, Tally
from vmd_sudoku.decoding.policies import entropy, margin
from vmd_sudoku.decoding.why import WHYS
from vmd_sudoku.exact.proof import Proof, prove
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.solving.batch import Run, begin, best_of
from vmd_sudoku.solving.setting import Setting
from vmd_sudoku.solving.trace import SOLUTIONS, Trace, TraceStep


class SolveOptions(TypedDict, total=False):
    """What one solve may be told beside its setting; `solve_within` says what each is."""

    latent: np.ndarray | None
    cancelled: Stop
    watch: Callable[[str], None] | None
    seconds: float
    proof: Proof | None


def solve_puzzle(
    loaded: LoadedModel, puzzle: np.ndarray, setting: Setting | None = None, **options: Unpack[SolveOptions]
) -> Trace:
    """Fill the blanks of one puzzle, int8 [81], and judge the result by the rules.

    See `solve_within` for the options.

    Raises:
        PuzzleError: two clues clash. ConfigError: `latent` does not fit the model.
    """
    return solve_within(loaded, puzzle, setting, **options).trace


@dataclass(frozen=True)
class Solve:
    """A trace, and whether it is `whole`: not stopped before its end."""

    trace: Trace
    whole: bool


def solve_within(
    loaded: LoadedModel,
    puzzle: np.ndarray,
    setting: Setting | None = None,
    *,
    latent: np.ndarray | None = None,
    cancelled: Stop = never,
    watch: Callable[[str], None] | None = None,
    seconds: float = math.inf,
    proof: Proof | None = None,
) -> Solve:
    """The same with word of whether it came to its end.

    latent: a z made by hand, [9,9,9,K], instead of the one that `setting.z` asks for. cancelled: asked between calls, and
    every few milliseconds of a search; once it says yes, or once `seconds` have passed, the trace ends with the board
    reached. watch: told the (first) board, 81 characters, after every call. proof: what the exact solver says of the puzzle,
    if that is known already.

    Raises:
        PuzzleError: two clues clash. ConfigError: `latent` does not fit the model.
    """
    # Before the clock starts and the network is asked: no answer could be right.
    boards.require_legal(puzzle)
    setting = setting or Setting()
    start = time.perf_counter()

    def stop() -> bool:
        return cancelled() or time.perf_counter() - start > seconds

    run = begin(loaded, puzzle[None], setting, latent=latent, stop=stop)
    record = Record(loaded, setting, run, given=latent is not None, proofs=None if proof is None else [proof])
    for step in run.steps:
        record.take(step)
        # Row 0 is missing from a step once its board has left.
        if watch and step.rows[0] == 0:
            watch(boards.to_line(step.board[0].cpu().numpy()))
    return record.solve(0, seconds=time.perf_counter() - start)


class Record:
    """The steps of a run as they are made, and the trace of each of its puzzles, judged by the rules.

    Taking steps is work for the whole batch in torch; a trace is made in numpy, since many threads that each make theirs by
    small torch operations would wait for each other at every one.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        setting: Setting,
        run: Run,
        *,
        given: bool = False,
        proofs: Sequence[Proof | None] | None = None,
    ) -> None:
        """Nothing was taken yet. given: whether z was made by hand. proofs: of every puzzle, where it is known already."""
        self._loaded = loaded
        self._setting = setting
        self._run = run
        self._given = given
        self._proofs = proofs or [None] * len(run.boards)
        self._tally = Tally(run.boards)
        self._steps: list[_Arrays] = []

    def take(self, step: Step) -> None:
        """Add the next step."""
        self._tally.take(step)
        self._steps.append(_Arrays.of(step))

    def solve(self, number: int, *, seconds: float) -> Solve:
        """The trace of a puzzle, by its number in the batch, from the steps taken so far, and whether they are all. Safe beside
        a thread that takes more, once the puzzle's boards have left."""
        # A copy of the list: another thread may be adding steps for boards that are still going.
        ended, steps = self._tally.so_far(), tuple(self._steps)
        mine = slice(number * self._run.each, (number + 1) * self._run.each)
        return Solve(self._trace(number, ended, steps, seconds), not bool(ended.open[mine].any()))

    def _trace(self, number: int, ended: Finished, steps: tuple["_Arrays", ...], seconds: float) -> Trace:
        run, setting, loaded = self._run, self._setting, self._loaded
        # With one board a puzzle there is nothing to choose; the choice looks at the whole batch.
        best = number if run.each == 1 else int(best_of(run, ended)[number])
        mine = slice(number * run.each, (number + 1) * run.each)
        views = slice(mine.start * run.views, mine.stop * run.views)
        clues, final = (board[best].cpu().numpy().astype(np.int8) for board in (run.boards, ended.board))
        verdict = boards.verdict(final, clues)
        found = int(ended.solutions[best])
        # A search that ended knows whether there is a solution; whether there is another, if it was asked to prove it.
        if found == 0 or (setting.prove and found > 0):
            solutions = SOLUTIONS[found]
        else:
            solutions = (self._proofs[number] or prove(clues)).solutions
        z = run.predictor.z
        return Trace(
            puzzle=boards.Line(clues),
            model=loaded.name,
            sha256=loaded.sha256,
            version=__version__,
            policy=setting.policy,
            nfe="cell" if setting.nfe is None else setting.nfe,
            constraints=setting.constraints,
            remask=setting.remask,
            latents=run.each * run.views,
            z="given" if self._given else "mode" if setting.z is None or z is None else setting.z,
            # With several views, the first one's digits were written, so its z is the one to show.
            latent=None if z is None else _rounded(z[best * run.views].flatten().cpu().numpy(), 3),
            seed=setting.seed,
            setting=asdict(setting)
            # "As the model was made" resolved to numbers: a trace must be repeatable when that model's defaults
            # have changed.
            | dict(zip(("first_rounds", "rounds"), setting.rounds_on(loaded.model.config), strict=True)),
            steps=tuple(part for step in steps for part in step.of_board(best)),
            board=boards.Line(final),
            verdict=verdict,
            calls=int(ended.calls[mine].sum()) * run.views,
            rounds=int(run.predictor.rounds_run[views].sum()),
            backtracks=int(ended.undone[best]),
            seconds=round(seconds, 3),
            solutions=solutions,
            is_the_solution=verdict == "solved" if solutions == "one" else None,
        )


@dataclass(frozen=True)
class _Arrays:
    """A `Step` in numpy, with the margin and the entropy of every cell."""

    rows: np.ndarray
    board: np.ndarray
    filled: np.ndarray
    why: np.ndarray
    rank: np.ndarray
    remasked: np.ndarray
    undone: np.ndarray
    probabilities: np.ndarray
    margin: np.ndarray
    entropy: np.ndarray

    @classmethod
    def of(cls, step: Step) -> "_Arrays":
        said = step.probabilities
        found = {name: getattr(step, name) for name in cls.__dataclass_fields__ if hasattr(step, name)}
        # For the whole batch, in torch: what is made per board later is numpy (see `Record`).
        found |= {"margin": margin(said), "entropy": entropy(said)}
        return cls(**{name: value.cpu().numpy() for name, value in found.items()})

    def of_board(self, row: int) -> Iterator[TraceStep]:
        """What the step says of one board of the batch: nothing if it had left; two parts where a search changed digits."""
        place = np.flatnonzero(self.rows == row)
        if not len(place):
            return
        at = int(place[0])
        said, digits, remasked, undone = (
            self.probabilities[at],
            self.filled[at],
            self.remasked[at],
            int(self.undone[at]),
        )
        cells = np.flatnonzero(digits != BLANK)
        # In the order in which they were written, which is what the player shows.
        cells = cells[np.argsort(self.rank[at, cells], kind="stable")]
        # One iterator nine times: zip takes nine numbers in turn, which makes rows without slicing 81 times.
        probabilities = tuple(zip(*[iter(_rounded(said.ravel()))] * DIGITS, strict=True))
        if (remasked & (digits != BLANK) & (self.board[at] != BLANK)).any():
            # Cells that a search filled anew were blank in between.
            taken = tuple(np.flatnonzero(remasked).tolist())
            yield TraceStep((), (), (), (), (), (), taken, undone, probabilities)
            # Told with the first part; the second must not count them again.
            remasked, undone = np.zeros_like(remasked), 0
        yield TraceStep(
            cells=tuple(cells.tolist()),
            digits=tuple(digits[cells].tolist()),
            confidence=_rounded(said[cells, digits[cells] - 1]),
            margin=_rounded(self.margin[at, cells]),
            entropy=_rounded(self.entropy[at, cells]),
            why=tuple(WHYS[reason] for reason in self.why[at, cells].tolist()),
            remasked=tuple(np.flatnonzero(remasked).tolist()),
            backtracks=undone,
            probabilities=probabilities,
        )


def _rounded(values: np.ndarray, decimals: int = 4) -> tuple[float, ...]:
    return tuple(np.round(values.astype(float), decimals).tolist())
