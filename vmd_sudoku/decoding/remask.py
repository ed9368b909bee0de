"""Filled cells that return to MASK: one row of REMASKING each. Clues never do."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.board import BLANK, PEERS
from vmd_sudoku.decoding import singles


@dataclass(frozen=True)
class Filled:
    """What remasking may look at after a call on `a` boards.

    board: int64 [a,81]. own: cells that are filled and no clue, bool [a,81].
    sure: what the call that filled a cell said of its digit, [a,81]. at: when it was filled, int64 [a,81], -1 where not own.
    decided: cells that the network filled, and no single, bool [a,81]. written: those of them that are of this step.
    dead: boards at a dead end, bool [a].
    left: blanks that are still to be filled, int64 [a].
    share: the most that may return in one step, of the cells that are filled.
    """

    board: Tensor
    own: Tensor
    sure: Tensor
    at: Tensor
    decided: Tensor
    written: Tensor
    dead: Tensor
    left: Tensor
    share: float


Remask = Callable[[Filled], Tensor]


def conflicting(board: Tensor) -> Tensor:
    """Filled cells whose digit a peer holds as well: boards [a,81] -> bool [a,81]."""
    peers = board[:, torch.as_tensor(PEERS, device=board.device)]
    return ((peers == board[..., None]).any(-1)) & (board != BLANK)


def nothing(filled: Filled) -> Tensor:
    """No cell returns."""
    return torch.zeros_like(filled.own)


def least_sure(filled: Filled) -> Tensor:
    """Cells that were filled with the least confidence, fewer as the board fills (ReMDM, arXiv 2503.00307).

    The share that returns is ReMDM's capped schedule, min(share, (1 - keep(s)) / keep(t)), with the board's own counts for
    keep: the blanks that are left over the cells that are filled. So none returns from a full board (or block).
    """
    own = filled.own.sum(1)
    # Never more than what is still to be filled: so a run with a budget ends with a full board.
    count = torch.minimum((filled.share * own).floor(), filled.left.double()).long()
    # The argsort of an argsort is each cell's rank.
    order = filled.sure.masked_fill(~filled.own, torch.inf).argsort(dim=-1, stable=True).argsort(-1)
    return filled.own & (order < count[:, None])


def in_conflict(filled: Filled) -> Tensor:
    """Cells that clash, or the least sure cell of the step that led to a dead end; and what was filled after them in
    dependence on them: their peers, and those cells' peers in turn, and all singles, which may follow from any cell and are
    filled anew at once if they still follow.

    A board that is at a dead end before the network has written anything was led there earlier: then it is the least sure
    cell of all that the network decided.
    """
    back = conflicting(filled.board) & filled.own
    suspects = filled.written.where(filled.written.any(1, keepdim=True), filled.decided)
    sure = filled.sure.masked_fill(~suspects, math.inf)
    weakest = (sure == sure.amin(1, keepdim=True)) & suspects
    # At a dead end one of the decisions is wrong; the least sure one is the best bet.
    back |= weakest & filled.dead[:, None]
    spread = back.cpu().numpy()
    singles.spread(spread, filled.at.cpu().numpy())
    back = torch.from_numpy(spread).to(back.device)
    first = filled.at.where(back, torch.iinfo(filled.at.dtype).max).amin(1, keepdim=True)
    # Singles are cheap to find again, so all later ones go: to track which of them hold would take a proof for each.
    return back | (filled.own & ~filled.decided & (filled.at > first))


@dataclass(frozen=True)
class Remasking:
    """One row of the table."""

    takes_back: Remask


REMASKING: dict[str, Remasking] = {
    "none": Remasking(nothing),
    "confidence": Remasking(least_sure),
    "conflict": Remasking(in_conflict),
}
