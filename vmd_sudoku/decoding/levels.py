"""How much the rules of Sudoku may help the network: four levels, one row of CONSTRAINTS each.

A level says how the cells that a policy prefers are written. `Begin` starts it for one batch, since a search has to remember
what it has tried.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku.board import BLANK, CELLS, DIGITS, PEERS
from vmd_sudoku.decoding import singles
from vmd_sudoku.decoding.search import PATIENCE, GuidedSearch

UNDECIDED = -1
Stop = Callable[[], bool]
"""Whether nobody waits for more, or time is up."""


def never() -> bool:
    """Nobody stops this."""
    return False


_WITHOUT_END = 1 << 62


@dataclass(frozen=True)
class Plan:
    """What a call leads to, before anything is written; `a` boards of the batch.

    rows: which boards of the batch, int64 [a]. board: int64 [a,81].
    probabilities: of the digits, [a,81,9]. weights: what digits are chosen by, [a,81,9]; the highest wins.
    order: cells that may be filled, most preferred first, -1 behind the last, int64 [a,81]. due: how many, int64 [a].
    step: how many calls there were before. is_last: no call follows.
    """

    rows: Tensor
    board: Tensor
    probabilities: Tensor
    weights: Tensor
    order: Tensor
    due: Tensor
    step: int
    is_last: bool


@dataclass(frozen=True)
class Written:
    """The boards after a call.

    board: int64 [a,81]. A cell that was filled before may be blank or hold another digit, after a search went back.
    why, rank: of the cells written now, index into trace.WHYS and order in time, else -1, int64 [a,81].
    ended: boards that no further call can help: a dead end, or a search that is over, bool [a].
    undone: decisions that a search undid, int64 [a].
    solutions: how many the search knows of, once it has ended, else UNDECIDED, int64 [a].
    """

    board: Tensor
    why: Tensor
    rank: Tensor
    ended: Tensor
    undone: Tensor
    solutions: Tensor


Write = Callable[[Plan], Written]
Begin = Callable[[Tensor, int, Stop], Write]


@dataclass(frozen=True)
class Level:
    """One row of the table.

    begin: makes the function that writes, from the batch's clues int64 [b,81], the number of solutions that a search looks
        for, and what may stop a search.
    legal_only: a digit that a peer holds gets probability zero, and the rest is renormalised.
    """

    begin: Begin
    legal_only: bool = True


def held_by_peers(board: Tensor) -> Tensor:
    """Digits that a peer of each cell holds: boards [b,81] -> bool [b,81,9]."""
    peers = board[:, torch.as_tensor(PEERS, device=board.device)]
    return (peers[..., None] == torch.arange(1, DIGITS + 1, device=board.device)).any(2)


def keep_legal(board: Tensor, logits: Tensor) -> Tensor:
    """Logits [a,...,81,9] without digits that a peer holds. A cell that has none left keeps all: dead ends stay visible."""
    held = held_by_peers(board)
    # All -inf would make softmax return NaN, and would hide that the cell is at a dead end.
    held &= ~held.all(-1, keepdim=True)
    return logits.masked_fill(held.view(len(board), *(1,) * (logits.dim() - 3), CELLS, DIGITS), -torch.inf)


def _written(plan: Plan, board: Tensor, why: Tensor, rank: Tensor, ended: Tensor) -> Written:
    """Without a search."""
    none = torch.zeros_like(plan.due)
    return Written(board, why, rank, ended, undone=none, solutions=none + UNDECIDED)


def write_due(write: Write, plan: Plan) -> Written:
    """What `write` makes of the boards that have cells due; the others stay as they are, and no search begins on them."""
    here = (plan.due > 0).nonzero()[:, 0]
    nothing = torch.full_like(plan.board, singles.NOT_FILLED)
    idle = _written(plan, plan.board, nothing, nothing, torch.zeros_like(plan.rows, dtype=torch.bool))
    if not len(here):
        return idle
    columns = {
        name: getattr(plan, name)[here] for name in ("rows", "board", "probabilities", "weights", "order", "due")
    }
    written = write(replace(plan, **columns))
    both = ((getattr(idle, field.name), getattr(written, field.name)) for field in fields(Written))
    return Written(*(before.index_copy(0, here, after) for before, after in both))


def _as_the_network_says(plan: Plan) -> Written:
    """The digit of the highest weight, whatever stands beside it."""
    place = torch.arange(CELLS, device=plan.order.device).expand_as(plan.order)
    # Without a Python loop over boards: every row has its own number of cells.
    due = (place < plan.due[:, None]) & (plan.order >= 0)
    rank = torch.full_like(plan.order, singles.NOT_FILLED)
    # Entries that are not due all write to the first cell of the order, with the rank that it has anyway.
    rank.scatter_(1, plan.order.where(due, plan.order[:, :1]), place.where(due, 0))
    filled = rank >= 0
    why = torch.where(filled, singles.NETWORK, singles.NOT_FILLED)
    board = torch.where(filled, plan.weights.argmax(-1) + 1, plan.board)
    return _written(plan, board, why, rank, torch.zeros_like(plan.rows, dtype=torch.bool))


def _one_by_one(plan: Plan, propagate: bool) -> Written:
    # The compiled code writes in place, and the plan's board is still needed to tell what is new.
    board = plan.board.cpu().numpy().copy()
    why, rank = np.full((2, *board.shape), singles.NOT_FILLED)
    alive = np.ones(len(board), np.bool_)
    weights, order, due = (given.cpu().numpy() for given in (plan.weights.float(), plan.order, plan.due))
    singles.write(board, weights, order, due, propagate, why, rank, alive)
    return _written(plan, *(torch.from_numpy(array).to(plan.board.device) for array in (board, why, rank, ~alive)))


def _by_search(clues: Tensor, limit: int, stop: Stop) -> Write:
    search = GuidedSearch(clues, limit)

    def write(plan: Plan) -> Written:
        # Column 81 takes the writes of the padding (-1) and is cut off again.
        turn = plan.order.new_full((len(plan.order), CELLS + 1), CELLS)
        places = torch.arange(CELLS, device=plan.order.device).expand_as(plan.order)
        turn.scatter_(1, plan.order.where(plan.order >= 0, CELLS), places)
        before = search.undone(plan.rows)
        # Shifted by 40 at most: 2^50 decisions are without end already, and more would overflow.
        patience = _WITHOUT_END if plan.is_last else PATIENCE << min(plan.step, 40)
        board, ended, stopped = search.go_on(plan.rows, plan.weights, turn[:, :CELLS].contiguous(), patience, stop)
        found = search.found(plan.rows)
        # What a refuted search has last tried means nothing, so the clues are shown instead.
        board = torch.where((ended & (found == 0))[:, None], clues[plan.rows], board)
        # A search that was stopped has nothing to show; the board stays as it was before the call.
        board = torch.where((stopped & (found == 0))[:, None], plan.board, board)
        # Reasons are told from what the search left standing: cells that it changed were filled anew.
        kept = plan.board.where(plan.board == board, BLANK)
        start, said, order = (given.cpu().numpy() for given in (kept, plan.probabilities.float(), plan.order))
        why, rank = np.full((2, *start.shape), singles.NOT_FILLED)
        singles.explain(start, board.cpu().numpy(), said, order, why, rank)
        return Written(
            board,
            torch.from_numpy(why).to(board.device),
            torch.from_numpy(rank).to(board.device),
            ended,
            undone=search.undone(plan.rows) - before,
            solutions=found.where(ended, UNDECIDED),
        )

    return write


CONSTRAINTS: dict[str, Level] = {
    "none": Level(lambda clues, limit, stop: _as_the_network_says, legal_only=False),
    "rules": Level(lambda clues, limit, stop: lambda plan: _one_by_one(plan, propagate=False)),
    "propagate": Level(lambda clues, limit, stop: lambda plan: _one_by_one(plan, propagate=True)),
    "search": Level(_by_search),
}
