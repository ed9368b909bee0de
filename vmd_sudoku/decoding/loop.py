"""The reverse process: one loop that knows no model, and plain functions composed around `predict`.

    for step in decode(predict, board, Decoding(), noise): ...

`predict(board, rows)` gets the boards that still have blanks, int64 [a,81], and which rows of the batch they are, int64
[a]; it returns logits [a,81,9], or [a,v,81,9] if v latents look at the same board: the first one's digits are written, and
the policy may look at the mean. What may be chosen stands in tables: POLICIES, SCHEDULES, CONSTRAINTS, REMASKING.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK, CELLS, DIGITS
from vmd_sudoku.decoding import singles
from vmd_sudoku.decoding.levels import CONSTRAINTS, UNDECIDED, Level, Plan, Stop, Written, keep_legal, never, write_due
from vmd_sudoku.decoding.policies import POLICIES, Policy, View
from vmd_sudoku.decoding.remask import REMASKING, Filled, Remasking
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.diffusion.schedule import SCHEDULES, Budget

__all__ = [
    "CONSTRAINTS",
    "POLICIES",
    "REMASKING",
    "SCHEDULES",
    "Decoding",
    "Finished",
    "Predict",
    "Step",
    "Tally",
    "decode",
    "finish",
    "races_won",
]

Predict = Callable[[Tensor, Tensor], Tensor]

_STREAMS = 3
"""Kinds of noise in a call: the random order, Gumbel noise on the order, Gumbel noise on the digits."""
_LEAST_NATS = -100.0
"""Stands for the logarithm of a probability of zero, so that one such cell does not hide the others."""


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """How to decode, as the functions of the tables; `setting.Setting` makes one from names. What is not asked for is off.

    threshold: confidence from which the policy of that name fills a cell at once, and `guess` a whole board.
    gumbel: scale of the Gumbel noise on the policy's preference. temperature: of the digits; 0 takes the most probable.
    remask_share, remask_budget: cells that may return to MASK, as a share of the filled ones in one step, and in all.
    limit: solutions that a search looks for before it ends.
    """

    policy: Policy = POLICIES["margin"]
    budget: Budget = field(default_factory=Budget)
    level: Level = CONSTRAINTS["none"]
    remasking: Remasking = REMASKING["none"]
    threshold: float = 1.0
    gumbel: float = 0.0
    temperature: float = 0.0
    remask_share: float = 0.0
    remask_budget: int = 0
    limit: int = 1

    def part(self, number: int, count: int) -> "Decoding":
        """One of `count` parts that share the calls and the cells that may return to MASK; the first ones get what is over."""

        def shared(whole: int) -> int:
            return whole // count + (number < whole % count)

        calls = self.budget.calls
        budget = replace(self.budget, calls=None if calls is None else shared(calls))
        return replace(self, budget=budget, remask_budget=shared(self.remask_budget))


@dataclass(frozen=True)
class Step:
    """One call of the denoiser and what was done after it; `a` boards of the batch were unfinished.

    rows: which boards of the batch, int64 [a].
    board: those boards after the step, int64 [a,81].
    filled: the cells filled in this step, with their digits, int64 [a,81], BLANK elsewhere.
    why, rank: of the filled cells, index into trace.WHYS and order within the step, -1 elsewhere, int64 [a,81].
    remasked: cells that returned to MASK, bool [a,81]: filled now, or before (and perhaps filled anew by a search).
    undone: decisions that a search undid, int64 [a]. solutions: how many it knows of once it has ended, else -1, int64 [a].
    open: boards that are not at their end: a next step goes on with them, unless the decoding is stopped, bool [a].
    probabilities: what the call said of every cell, float [a,81,9].
    """

    rows: Tensor
    board: Tensor
    filled: Tensor
    why: Tensor
    rank: Tensor
    remasked: Tensor
    undone: Tensor
    solutions: Tensor
    open: Tensor
    probabilities: Tensor


class _Memory:
    """Of every cell of a batch: how sure the network was of it, and when it was filled (-1: a clue, or blank)."""

    def __init__(self, board: Tensor, budget: int) -> None:
        self.clue = board != BLANK
        self.sure = torch.ones(board.shape, device=board.device)
        self.at = torch.full_like(board, -1)
        self.left = torch.full_like(board[:, 0], budget)
        """Cells that may still return to MASK, int64 [b]."""

    def note(self, rows: Tensor, written: Written, before: Tensor, probabilities: Tensor, step: int) -> Tensor:
        """Take in what a call wrote; returns the cells filled in this step, bool [a,81]."""
        # A search may put another digit where one stood; that counts as filled now, with today's certainty.
        new = (written.board != BLANK) & (written.board != before)
        digit = (written.board - 1).clamp(min=0)
        self.sure[rows] = torch.where(new, probabilities.gather(2, digit[..., None])[..., 0], self.sure[rows])
        # Cells that the network fills in one call know nothing of each other; singles follow from those before them.
        turn = torch.where(written.why == singles.NETWORK, 0, written.rank + 1)
        self.at[rows] = torch.where(new, step * (CELLS + 1) + turn, self.at[rows])
        return new

    def take_back(self, rows: Tensor, written: Written, new: Tensor, mine: Tensor, how: Decoding) -> Tensor:
        """Cells that return to MASK now, bool [a,81]; boards whose budget does not suffice keep theirs."""
        own = (written.board != BLANK) & ~self.clue[rows]
        # Turn 0 of a call is the network's; singles have later turns.
        decided = own & (self.at[rows] % (CELLS + 1) == 0)
        filled = Filled(
            written.board,
            own,
            self.sure[rows],
            self.at[rows].where(own, -1),
            decided,
            decided & new,
            written.ended & (written.board == BLANK).any(1),
            ((written.board == BLANK) & mine).sum(1),
            how.remask_share,
        )
        back = how.remasking.takes_back(filled)
        # All or nothing: half of what hangs together would leave digits that rest on blanks.
        back &= (back.sum(1) <= self.left[rows])[:, None]
        self.left[rows] -= back.sum(1)
        return back


class _Surest:
    """For a policy that waits: of every board of a batch [b,81] the surest answer so far."""

    def __init__(self, board: Tensor) -> None:
        self._said = torch.zeros(*board.shape, DIGITS, device=board.device)

    def of(self, rows: Tensor, probabilities: Tensor, blank: Tensor) -> tuple[Tensor, Tensor]:
        """Take in what a call said, [a,81,9]; the surest answers, [a,81,9], and the probability of their least sure cell
        among those that are `blank` [a,81], [a]."""

        def least(said: Tensor) -> Tensor:
            return said.amax(-1).masked_fill(~blank, 1.0).amin(1)

        # One cell decides: a board is right in all of them or is not right.
        better = least(probabilities) > least(self._said[rows])
        best = torch.where(better[:, None, None], probabilities, self._said[rows])
        self._said[rows] = best
        return best, least(best)


@torch.inference_mode()
def decode(
    predict: Predict,
    board: Tensor,
    how: Decoding,
    noise: Noise,
    *,
    within: Tensor | None = None,
    race: Tensor | None = None,
    stop: Stop = never,
) -> Iterator[Step]:
    """Fill the blanks of int64 boards [b,81] step by step, most preferred cells first; yields after every call.

    A board leaves as soon as it is full, or when no further call can help. The clues and the boards handed in stay as they
    are.

    within: cells that the policy may choose from, bool [b,81]; a board leaves when all of these are filled. So decodings
        of one block after another can be chained.
    race: boards with the same number, int64 [b], answer the same puzzle: once one of them is solved, all leave.
    stop: asked before every call, and every few milliseconds of a search; once it says yes, the boards stay as they are.
    """
    clues, memory = board, _Memory(board, how.remask_budget)
    surest = _Surest(board) if how.policy.waits else None
    mine = torch.ones_like(memory.clue) if within is None else within
    write = how.level.begin(board, how.limit, stop)
    rows = ((board == BLANK) & mine).any(1).nonzero()[:, 0]
    # Only unfinished boards are handed to the model: late calls, with few boards left, are the cheap ones.
    board = board[rows]
    step = 0
    while len(rows) and not stop():
        said = predict(board, rows)
        # One latent or several, the rest of the loop sees the same shape.
        said = said[:, None] if said.dim() == 3 else said
        said = (keep_legal(board, said) if how.level.legal_only else said).softmax(-1)
        probabilities, average = said[:, 0], said.mean(1)
        # The plan is made from the board as the network saw it; nothing written in this call changes it.
        plan = _plan(board, rows, probabilities, average, mine[rows], how, noise, step, surest)
        written = write(plan) if surest is None else write_due(write, plan)
        new = memory.note(rows, written, board, plan.probabilities, step)
        taken = (board != BLANK) & (written.board != board)
        after, ended = written.board, written.ended
        # After the last call nothing could fill a cell that returned.
        if not plan.is_last:
            back = memory.take_back(rows, written, new, mine[rows], how)
            after, taken = after.masked_fill(back, BLANK), taken | back
            # A dead end from which cells returned is none any more.
            ended = ended & ~back.any(1)
        stay = ((after == BLANK) & mine[rows]).any(1) & ~ended
        if race is not None:
            stay &= ~races_won(race[rows], after, clues[rows])
        yield _step(plan, written, after, new=new, taken=taken, stay=stay)
        if plan.is_last:
            return
        rows, board = rows[stay], after[stay]
        step += 1


def _step(plan: Plan, written: Written, after: Tensor, *, new: Tensor, taken: Tensor, stay: Tensor) -> Step:
    """What is told of a call: boards `after` it, cells that are `new` or `taken` back, and which boards go on."""
    return Step(
        rows=plan.rows,
        board=after,
        filled=written.board.where(new, BLANK),
        why=written.why,
        rank=written.rank,
        remasked=taken,
        undone=written.undone,
        solutions=written.solutions,
        open=stay,
        probabilities=plan.probabilities,
    )


def races_won(race: Tensor, board: Tensor, clues: Tensor) -> Tensor:
    """Boards [a,81] of whose race, int64 [a], one is solved: bool [a]."""
    solved = torch.from_numpy(boards.solved(board.cpu().numpy(), clues.cpu().numpy())).to(race.device)
    return torch.isin(race, race[solved])


def _plan(
    board: Tensor,
    rows: Tensor,
    probabilities: Tensor,
    average: Tensor,
    mine: Tensor,
    how: Decoding,
    noise: Noise,
    step: int,
    surest: _Surest | None,
) -> Plan:
    """Which cells are to be filled, and by which weights of the digits."""
    cells = (CELLS,)
    open_cells = (board == BLANK) & mine
    if surest:
        best, least = surest.of(rows, probabilities, open_cells)
        waits = (least < how.threshold) & how.budget.may_wait(open_cells.sum(1), step)
        # A board that waits shows what this call said; one that is filled, the answer that it is filled with.
        probabilities = torch.where(waits[:, None, None], probabilities, best)
    # Three streams a call, used or not: so switching one kind of noise on does not change the others.
    view = View(probabilities, average, noise.uniform(rows, _STREAMS * step, cells), how.threshold)
    # The policy orders cells; it never sees the noise, so that noise can be added to any policy.
    score = how.policy.prefers(view)
    if how.gumbel:
        score = score + how.gumbel * noise.gumbel(rows, _STREAMS * step + 1, cells)
    weights = probabilities
    if how.temperature:
        gumbel = noise.gumbel(rows, _STREAMS * step + 2, tuple(probabilities.shape[1:]))
        # Gumbel noise on log weights makes the maximum a draw, so everything after this line can go on taking the
        # maximum.
        weights = (probabilities.log() / how.temperature + gumbel).softmax(-1)
    # A stable sort: equal scores keep the reading order, so results do not hang on the sort of a device.
    order = score.masked_fill(~open_cells, -torch.inf).argsort(dim=-1, descending=True, stable=True)
    # Cells that may not be filled were sorted to the end by their -inf; -1 says where they begin.
    order = order.where(open_cells.gather(1, order), -1)
    due = open_cells.sum(1).masked_fill(waits, 0) if surest else how.budget.due(open_cells.sum(1), step)
    if how.policy.at_once is not None:
        # The budget is a lower bound here: a threshold may fill more, never fewer, so a run always ends.
        due = torch.maximum(due, (how.policy.at_once(view) & open_cells).sum(1))
    return Plan(rows, board, probabilities, weights, order, due, step, how.budget.is_last(step))


@dataclass(frozen=True)
class Finished:
    """A decoding at its end, one entry a board.

    board: int64 [b,81]. calls: of the denoiser, int64 [b]. undone: decisions that a search undid, int64 [b].
    remasked: cells that returned to MASK, int64 [b]. nats: mean log-probability of the filled digits when they were filled,
        [b]; those that were taken back do not count. solutions: how many a search found in the end, UNDECIDED without one,
        int64 [b]. open: boards that were stopped before their end, bool [b].
    sure: probability that the network gave to each digit when it was filled, 1 for a clue, float32 [b,81].
    """

    board: Tensor
    calls: Tensor
    undone: Tensor
    remasked: Tensor
    nats: Tensor
    solutions: Tensor
    open: Tensor
    sure: Tensor


class Tally:
    """Adds up the steps of a decoding of boards [b,81]; what it says of a board is final once the board has left."""

    def __init__(self, board: Tensor) -> None:
        # The caller keeps its boards.
        self._board = board.clone()
        self._calls, self._undone, self._remasked = (torch.zeros_like(board[:, 0]) for _ in range(3))
        self._solutions = torch.full_like(self._calls, UNDECIDED)
        self._open = (board == BLANK).any(1)
        self._filled = torch.zeros_like(board, dtype=torch.bool)
        self._nats = torch.zeros(board.shape, device=board.device)
        self._sure = torch.ones(board.shape, device=board.device)

    def take(self, step: Step) -> None:
        """Add the next step."""
        rows = step.rows
        self._board[rows] = step.board
        self._calls[rows] += 1
        self._undone[rows] += step.undone
        self._remasked[rows] += step.remasked.sum(1)
        self._solutions[rows] = step.solutions
        self._open[rows] = step.open
        new = step.filled != BLANK
        # Blank is clamped to a digit that exists, and taken out again one line below.
        said = step.probabilities.gather(2, (step.filled - 1).clamp(min=0)[..., None])[..., 0]
        filled = (self._filled[rows] | new) & (step.board != BLANK)
        self._filled[rows] = filled
        self._nats[rows] = said.log().clamp(min=_LEAST_NATS).where(new, self._nats[rows]).where(filled, 0)
        self._sure[rows] = torch.where(new, said, self._sure[rows])

    def so_far(self) -> Finished:
        """Every board as the steps taken so far leave it; later steps show in it too, except in `nats`."""
        nats = self._nats.sum(1) / self._filled.sum(1).clamp(min=1)
        return Finished(
            self._board, self._calls, self._undone, self._remasked, nats, self._solutions, self._open, self._sure
        )


def finish(steps: Iterator[Step], board: Tensor) -> Finished:
    """Run a decoding of boards [b,81] to its end."""
    tally = Tally(board)
    for step in steps:
        tally.take(step)
    return tally.so_far()
