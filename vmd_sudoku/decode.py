"""The reverse process: one loop that knows no model, and plain functions composed around `predict`.

    for step in decode(predict, board, POLICIES["margin"], calls(5), rng): ...

`predict(board, rows)` gets the boards that still have blanks, int64 [a,81], and which rows of the batch they are, int64
[a]; it returns logits [a,81,9]. The loop never looks at a clue or at a filled cell again, so digits that are filled stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from vmd_sudoku.board import BLANK, DIGITS, PEERS
from vmd_sudoku.errors import ConfigError

Predict = Callable[[Tensor, Tensor], Tensor]
Policy = Callable[[Tensor, torch.Generator], Tensor]
Budget = Callable[[Tensor, int], Tensor]


@dataclass(frozen=True)
class Step:
    """One call of the denoiser and what was filled after it; `a` boards of the batch were unfinished.

    rows: which boards of the batch, int64 [a].
    board: those boards after the step, int64 [a,81].
    filled: the cells filled in this step, bool [a,81].
    probabilities: what the call said of every cell, float [a,81,9].
    score: the policy's preference, float [a,81]; within a step, higher was filled first.
    """

    rows: Tensor
    board: Tensor
    filled: Tensor
    probabilities: Tensor
    score: Tensor


def confidence(probabilities: Tensor) -> Tensor:
    """Top probability, max_j p(x = j): [..., 9] -> [...] (Kim et al. 2025, arXiv 2502.06768)."""
    return probabilities.amax(-1)


def margin(probabilities: Tensor) -> Tensor:
    """Top probability margin, p(j1) - p(j2): [..., 9] -> [...] (Kim et al. 2025, arXiv 2502.06768)."""
    top = probabilities.topk(2, -1).values
    return top[..., 0] - top[..., 1]


def entropy(probabilities: Tensor) -> Tensor:
    """Entropy of a cell's digit in nats: [..., 9] -> [...]."""
    return torch.special.entr(probabilities).sum(-1)


def top_prob_policy(probabilities: Tensor, rng: torch.Generator) -> Tensor:
    """Fill the cells with the highest top probability."""
    return confidence(probabilities)


def margin_policy(probabilities: Tensor, rng: torch.Generator) -> Tensor:
    """Fill the cells with the widest gap between the two most probable digits."""
    return margin(probabilities)


def random_policy(probabilities: Tensor, rng: torch.Generator) -> Tensor:
    """Fill cells in random order."""
    return torch.rand(probabilities.shape[:-1], generator=rng).to(probabilities.device)


POLICIES: dict[str, Policy] = {"margin": margin_policy, "top-prob": top_prob_policy, "random": random_policy}


def one_cell(blanks: Tensor, step: int) -> Tensor:
    """One cell of every board in every call."""
    return torch.ones_like(blanks)


def calls(count: int) -> Budget:
    """At most `count` calls: every call fills an equal share of what is blank, so the last one fills the rest.

    Raises:
        ConfigError: count is below 1.
    """
    if count < 1:
        raise ConfigError(f"the number of calls (NFE) must be 1 or more, got {count}")

    def share(blanks: Tensor, step: int) -> Tensor:
        return -(-blanks // max(count - step, 1))

    return share


def budget(nfe: int | None) -> Budget:
    """The budget of a number of calls; None is one cell a call."""
    return one_cell if nfe is None else calls(nfe)


@torch.inference_mode()
def decode(predict: Predict, board: Tensor, policy: Policy, due: Budget, rng: torch.Generator) -> Iterator[Step]:
    """Fill the blanks of int64 boards [b,81] step by step, most preferred cells first; yields after every call.

    A board leaves as soon as it is full. Digits are the most probable ones. `due(blanks [a], step)` says how many cells
    of each board to fill.
    """
    rows = (board == BLANK).any(1).nonzero()[:, 0]
    board = board[rows]
    step = 0
    while len(rows):
        blank = board == BLANK
        probabilities = predict(board, rows).softmax(-1)
        score = policy(probabilities, rng)
        order = score.masked_fill(~blank, -torch.inf).argsort(dim=-1, descending=True, stable=True).argsort(-1)
        filled = blank & (order < due(blank.sum(1), step)[:, None])
        board = torch.where(filled, probabilities.argmax(-1) + 1, board)
        yield Step(rows, board, filled, probabilities, score)
        unfinished = (board == BLANK).any(1)
        rows, board = rows[unfinished], board[unfinished]
        step += 1


def finish(steps: Iterator[Step], board: Tensor) -> tuple[Tensor, Tensor]:
    """Run a decoding to its end: the final boards [b,81] and the calls that each of them took [b]."""
    board = board.clone()
    taken = torch.zeros(len(board), dtype=torch.long, device=board.device)
    for step in steps:
        board[step.rows] = step.board
        taken[step.rows] += 1
    return board, taken


def held_by_peers(board: Tensor) -> Tensor:
    """Digits that a peer of each cell holds: boards [b,81] -> bool [b,81,9]."""
    peers = board[:, torch.as_tensor(PEERS, device=board.device)]
    return (peers[..., None] == torch.arange(1, DIGITS + 1, device=board.device)).any(2)


def with_rules(predict: Predict) -> Predict:
    """Constraint level `rules`: a digit that a peer holds gets probability zero.

    A cell that has no digit left keeps what the network said: the dead end stays visible.
    """

    def legal(board: Tensor, rows: Tensor) -> Tensor:
        held = held_by_peers(board)
        held &= ~held.all(-1, keepdim=True)
        return predict(board, rows).masked_fill(held, -torch.inf)

    return legal


CONSTRAINTS: dict[str, Callable[[Predict], Predict]] = {"none": lambda predict: predict, "rules": with_rules}
