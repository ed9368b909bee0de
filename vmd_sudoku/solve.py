"""Decode puzzles with a model and a setting: a batch for figures, or one puzzle with its whole trace."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku import __version__
from vmd_sudoku import board as boards
from vmd_sudoku.blocks import BLOCKS, decode_blocks
from vmd_sudoku.board import BLANK, DIGITS
from vmd_sudoku.checkpoint import LoadedModel
from vmd_sudoku.decode import Finished, Predict, Step, Tally
from vmd_sudoku.noise import Noise
from vmd_sudoku.policies import entropy, margin
from vmd_sudoku.predictor import RENEWALS, Predictor, Renew, as_latent, board_ids, draw_latents
from vmd_sudoku.proof import prove
from vmd_sudoku.setting import Setting
from vmd_sudoku.trace import SOLUTIONS, WHYS, Trace, TraceStep


@dataclass(frozen=True)
class Run:
    """A decoding that is about to start: `boards` int64 [n * each,81], `each` boards for every puzzle.

    views: latents that look at each board.
    """

    steps: Iterator[Step]
    boards: Tensor
    predictor: Predictor
    each: int
    views: int


def begin(
    loaded: LoadedModel,
    puzzles: np.ndarray,
    setting: Setting,
    *,
    place: int = 0,
    latent: np.ndarray | None = None,
) -> Run:
    """The decoding of a batch of puzzles, int8 [n,81].

    place: number of the first puzzle in its set: what is drawn belongs to a puzzle's place, not to its batch.
    latent: z of the first board, [9,9,9,K], in every block, instead of the setting's.

    Raises:
        ConfigError: `latent` does not fit the model.
    """
    model = loaded.model
    where = next(model.parameters()).device
    each, views = setting.latents_on(model.config)
    count = len(puzzles)
    ids = board_ids(place, count, each * views)
    field = None if latent is None else as_latent(model, latent)
    seed = setting.seed if setting.z is None else setting.z
    renewal = RENEWALS[setting.renew_z]

    def latents(block: int) -> tuple[Tensor | None, Renew | None]:
        z = draw_latents(model, setting.z, ids, setting.seed, block)
        if z is None:
            return None, None
        if field is not None:
            z[0] = field
        drawn = setting.z is not None and field is None
        return z, renewal(model, Noise(seed, ids, block), drawn) if renewal else None

    z, renew = latents(0)
    first_rounds, rounds = setting.rounds_on(model.config)
    predictor = Predictor(
        model,
        z,
        first_rounds=first_rounds,
        rounds=rounds,
        views=views,
        renew=renew,
        carry=setting.carry,
        settle=setting.settle,
    )

    def begin_block(block: int) -> tuple[Predict, Noise]:
        if block:
            predictor.start_over(*latents(block))
        return predictor, Noise(setting.seed, board_ids(place, count, each), block)

    board = torch.from_numpy(puzzles).long().to(where).repeat_interleave(each, 0)
    race = torch.arange(count, device=where).repeat_interleave(each) if each > 1 else None
    steps = decode_blocks(begin_block, board, setting.decoding(), BLOCKS[setting.blocks], race=race)
    return Run(steps, board, predictor, each, views)


def best_of(run: Run, ended: Finished) -> np.ndarray:
    """Which board of every puzzle of a run wins, [n]: the most complete legal one, then the likeliest, then the first."""
    final = ended.board.cpu().numpy()
    legal = boards.is_legal(final)
    filled = (final != BLANK).sum(1)
    order = np.stack([legal, filled, ended.nats.cpu().numpy()], 1).reshape(-1, run.each, 3)
    ranks = np.lexsort(
        order.transpose(2, 0, 1)[::-1], axis=1
    )  # the last key counts most, and equal ones keep their order
    top = np.take_along_axis(order, ranks[:, -1:, None], 1)
    return (order == top).all(2).argmax(1) + np.arange(len(order)) * run.each


def solve_puzzle(
    loaded: LoadedModel,
    puzzle: np.ndarray,
    setting: Setting | None = None,
    *,
    latent: np.ndarray | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    watch: Callable[[str], None] = lambda board: None,
) -> Trace:
    """Fill the blanks of one puzzle, int8 [81], and judge the result by the rules.

    latent: a z made by hand, [9,9,9,K], instead of the one that `setting.z` asks for. cancelled: asked between calls; once
    it says yes, the trace ends with the board reached. watch: told the (first) board, 81 characters, after every call.

    Raises:
        PuzzleError: two clues clash. ConfigError: `latent` does not fit the model.
    """
    boards.require_legal(puzzle)
    setting = setting or Setting()
    start = time.perf_counter()
    run = begin(loaded, puzzle[None], setting, latent=latent)
    record = Record(loaded, setting, run, given=latent is not None)
    for step in _until(cancelled, run.steps):
        record.take(step)
        if step.rows[0] == 0:
            watch(boards.to_line(step.board[0].cpu().numpy()))
    return record.trace(0, seconds=time.perf_counter() - start)


class Record:
    """The steps of a run as they are made, and the trace of each of its puzzles, judged by the rules.

    Taking steps is work for the whole batch in torch; a trace is made in numpy, since many threads that each make theirs by
    small torch operations would wait for each other at every one.
    """

    def __init__(self, loaded: LoadedModel, setting: Setting, run: Run, *, given: bool = False) -> None:
        """Nothing was taken yet. given: whether z was made by hand."""
        self._loaded = loaded
        self._setting = setting
        self._run = run
        self._given = given
        self._tally = Tally(run.boards)
        self._steps: list[_Arrays] = []

    def take(self, step: Step) -> None:
        """Add the next step."""
        self._tally.take(step)
        self._steps.append(_Arrays.of(step))

    def trace(self, number: int, *, seconds: float) -> Trace:
        """The trace of a puzzle, by its number in the batch, from the steps taken so far. Safe beside a thread that takes more,
        once the puzzle's boards have left."""
        run, setting, loaded = self._run, self._setting, self._loaded
        ended, steps = self._tally.so_far(), tuple(self._steps)
        best = number if run.each == 1 else int(best_of(run, ended)[number])
        mine = slice(number * run.each, (number + 1) * run.each)
        views = slice(mine.start * run.views, mine.stop * run.views)
        clues, final = (board[best].cpu().numpy().astype(np.int8) for board in (run.boards, ended.board))
        verdict = boards.verdict(final, clues)
        found = int(ended.solutions[best])
        # A search that ended knows at least whether there is a solution; whether there is another, if it was asked to prove it.
        solutions = SOLUTIONS[found] if setting.prove and found >= 0 else prove(clues).solutions
        z = run.predictor.z
        return Trace(
            puzzle=boards.to_line(clues),
            model=loaded.name,
            sha256=loaded.sha256,
            version=__version__,
            policy=setting.policy,
            nfe="cell" if setting.nfe is None else setting.nfe,
            constraints=setting.constraints,
            remask=setting.remask,
            latents=run.each * run.views,
            z="given" if self._given else "mode" if setting.z is None or z is None else setting.z,
            latent=None if z is None else _rounded(z[best * run.views].flatten().cpu().numpy(), 3),
            seed=setting.seed,
            setting=asdict(setting)
            | dict(zip(("first_rounds", "rounds"), setting.rounds_on(loaded.model.config), strict=True)),
            steps=tuple(part for step in steps for part in step.of_board(best)),
            board=boards.to_line(final),
            verdict=verdict,
            calls=int(ended.calls[mine].sum()) * run.views,
            rounds=int(run.predictor.rounds_run[views].sum()),
            backtracks=int(ended.undone[best]),
            seconds=round(seconds, 3),
            solutions=solutions,
            is_the_solution=verdict == "solved" if solutions == "one" else None,
        )


def _until(cancelled: Callable[[], bool], steps: Iterator[Step]) -> Iterator[Step]:
    while not cancelled():
        step = next(steps, None)
        if step is None:
            return
        yield step


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
        cells = cells[np.argsort(self.rank[at, cells], kind="stable")]
        probabilities = tuple(zip(*[iter(_rounded(said.ravel()))] * DIGITS, strict=True))
        if (remasked & (digits != BLANK) & (self.board[at] != BLANK)).any():
            # Cells that a search filled anew were blank in between.
            taken = tuple(np.flatnonzero(remasked).tolist())
            yield TraceStep((), (), (), (), (), (), taken, undone, probabilities)
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
