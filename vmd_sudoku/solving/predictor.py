"""From a model to `predict`: runs the rounds of each call, leaves boards alone that are decided, and keeps z."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku.board import BLANK, DIGITS
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.errors import ConfigError
from vmd_sudoku.machine import mixed_precision
from vmd_sudoku.network.model import Model
from vmd_sudoku.solving.setting import MAX_LATENTS

_Z_STREAM = 1 << 32
"""Streams of noise from here on are for z, those below for the loop."""
_CHUNK = 8
"""Rounds between two looks at whether a board has settled."""
_SURE = 0.9
"""Probability from which the network counts as sure of a digit."""


def board_ids(place: int, puzzles: int, each: int) -> np.ndarray:
    """A number for each of `each` boards (or latents) of every puzzle, the first puzzle being number `place` of its set:
    int64 [puzzles * each]. What is drawn belongs to these numbers, and so not to a batch."""
    # MAX_LATENTS numbers are kept for every puzzle, used or not: so trying more latents changes no other puzzle's
    # draws.
    return ((place + np.arange(puzzles))[:, None] * MAX_LATENTS + np.arange(each)).ravel()


def draw_latents(model: Model, seed: int | None, ids: np.ndarray, spare_seed: int = 0, part: int = 0) -> Tensor | None:
    """z of boards, [b,9,9,9,K] or global [b,K], or None for a model without a latent.

    With a learned prior this is the noise that z is made of (see `Model.latent_from`), and zeros stand for its mode.
    With a `seed` z is drawn from the prior. Without one, the first board of every puzzle gets the prior's mode, z = 0, and the
    others are drawn with `spare_seed`. part: of the decoding, as for Noise; each has a z of its own.
    """
    if not model.config.latent:
        return None
    # By number and not by place in the batch, so that a puzzle gets the same z alone, in a batch and on another
    # machine.
    noise = Noise(spare_seed if seed is None else seed, ids, part)
    z = noise.normal(torch.arange(len(ids)), _Z_STREAM, model.config.latent_shape(1)[1:])
    if seed is None:
        # The first latent of every puzzle: with a unique solution z = 0 is the best single guess
        # (docs/experiments.md).
        z[torch.from_numpy(ids % MAX_LATENTS == 0)] = 0
    return z


def latent_for(model: Model, boards: int, z: int | None) -> Tensor | None:
    """z that one board of each of so many puzzles gets: the prior's mode (z None), or drawn with seed `z`."""
    return draw_latents(model, z, board_ids(0, boards, 1))


def as_latent(model: Model, field: np.ndarray) -> Tensor:
    """A z made by hand, [9,9,9,K] or global [K], as a tensor; with a learned prior, the noise that z is made of.

    Raises:
        ConfigError: the model has no latent, or one of another shape.
    """
    if not model.config.latent:
        raise ConfigError("this model has no latent (it is an MDM); leave z out, or choose a model with one")
    wanted = model.config.latent_shape(1)[1:]
    if np.shape(field) != wanted:
        raise ConfigError(f"z must have the shape {wanted}, got {np.shape(field)}")
    # torch.tensor copies; z is replaced in place when calls renew it.
    return torch.tensor(np.asarray(field, np.float32))


_NEAR = 0.5
"""Part of the posterior's spread that another guess at the whole board is drawn with."""
Renew = Callable[[Tensor, int, Tensor, Tensor], Tensor]
"""(rows [a], number of the call, board [a,81], guess [a,81]) -> z of a later call."""


def from_prior(model: Model, noise: Noise, drawn: bool, waits: bool = False) -> Renew:
    """Fresh z from the prior in every call, as in VADD (arXiv 2505.17384)."""
    shape = model.config.latent_shape(1)[1:]

    def drawn_again(rows: Tensor, call: int, board: Tensor, guess: Tensor) -> Tensor:
        return model.latent_from(noise.normal(rows, _Z_STREAM + call, shape).to(board.device), board)

    return drawn_again


def from_posterior(model: Model, noise: Noise, drawn: bool, waits: bool = False) -> Renew:
    """z from q(z | x0, xt) with the network's guess for x0: a draw where z is drawn, else the mean.

    With a policy that waits the draw keeps nearer to the mean, which leads to a whole grid more often (docs/experiments.md).
    """

    def refined(rows: Tensor, call: int, board: Tensor, guess: Tensor) -> Tensor:
        posterior = model.encode(board, guess)
        if not drawn:
            return posterior.mean
        spread = noise.normal(rows, _Z_STREAM + call, tuple(posterior.mean.shape[1:]))
        return posterior.from_noise(_NEAR * spread if waits else spread)

    return refined


def where_drawn(model: Model, noise: Noise, drawn: bool, waits: bool = False) -> Renew | None:
    """From the posterior where z was drawn; z = 0, or one made by hand, is kept, but with a policy that waits followed by draws
    from the prior.

    A drawn z seldom fits one grid in every cell. After a call the encoder's z for the board as the network sees it does, so
    the calls agree on one grid from the second on.
    """
    if drawn:
        return from_posterior(model, noise, drawn, waits)
    # The same z would give the same answer again.
    return from_prior(model, noise, drawn, waits) if waits else None


RENEWALS: dict[str, Callable[[Model, Noise, bool, bool], Renew | None] | None] = {
    "where-drawn": where_drawn,
    "never": None,
    "prior": from_prior,
    "posterior": from_posterior,
}
"""Ways to come by another z in later calls. `drawn` says whether the first one was drawn, `waits` whether later calls guess
anew at the board as it was (see `policies.Policy`)."""


class Predictor:
    """`predict` for one decoding of one batch.

    Every call starts from nothing: it thinks `first_rounds` rounds, later ones `rounds`, about the board as it is by then. z
    comes from the prior that the boards of the first call have, if the model has learned one.

    views: latents that look at each board; then `z` has as many for every board, one after the other.
    renew: another z for later calls; None keeps the first.
    carry: later calls go on from the hidden state of the call before, with the newly filled cells injected.
    first_calls: what first calls on the same boards said to other decodings; see FirstCalls.
    settle: adaptive depth. A board stops thinking in a call when its most probable digits stayed the same for eight rounds
        and no probability of a blank cell moved more than this. A later call leaves it alone, and repeats the answer, if
        the network was sure of every blank and all that happened since is that some were filled as it said: there is
        nothing left to decide, and further rounds can only lose what is right. 0: every call runs all its rounds, as those
        of a network without rounds do.
    every: no board is left alone, since every call is another guess.
    """

    def __init__(
        self,
        model: Model,
        z: Tensor | None,
        *,
        first_rounds: int,
        rounds: int,
        views: int = 1,
        renew: Renew | None = None,
        carry: bool = False,
        settle: float = 0.0,
        every: bool = False,
        first_calls: "FirstCalls | None" = None,
    ) -> None:
        self.model, self.views, self.every = model, views, every
        self.first_calls = first_calls
        self.carry = carry and model.is_recurrent
        # A transformer's call is one pass, so there is nothing to stop early.
        self.settle = settle if model.is_recurrent else 0.0
        self.first_rounds, self.rounds = first_rounds, rounds
        self.rounds_run = torch.zeros(0, dtype=torch.long)
        """Rounds run so far on every board, one after the other as in `z`; boards that came to none may be missing: int64."""
        self.start_over(z, renew)

    def start_over(self, z: Tensor | None, renew: Renew | None) -> None:
        """Forget what was said, so that the next call is a first one, with another z: a block begins."""
        self.z, self._renew = z, renew
        self._calls = 0
        self._last: _Call | None = None

    @property
    def total_rounds(self) -> int:
        """Rounds run so far, over all boards."""
        return int(self.rounds_run.sum())

    @torch.inference_mode()
    def __call__(self, board: Tensor, rows: Tensor) -> Tensor:
        """Boards int64 [a,81] that are rows [a] of the batch -> logits float32 [a,81,9], or [a,views,81,9] of several."""
        if self.views > 1:
            # Several latents on one board are that many rows for the network and one for the loop.
            rows = (rows[:, None] * self.views + torch.arange(self.views, device=rows.device)).flatten()
            board = board.repeat_interleave(self.views, 0)
        # Boards that were finished since the last call are gone from `rows`, and their old answers with them.
        last = self._last.of(rows) if self._last else None
        z = self._latent(board, rows, last)
        # The old answer is the start: boards that are left alone repeat it.
        logits = torch.zeros(*board.shape, DIGITS, device=board.device) if last is None else last.logits
        # Boards that need no thought are left out of the product altogether.
        moving = torch.arange(len(board), device=board.device) if last is None else self._undecided(board, last)
        state = None if last is None else last.state
        if len(moving):
            if last is None and self.first_calls is not None:
                asked = _Asked(self.model, board, z, self.first_rounds, self.settle)
                said = self.first_calls.said(asked, lambda: self._ask(board, z, None, None, self.first_rounds))
            else:
                rounds = self.first_rounds if last is None else self.rounds
                # Without a carried state there is nothing that the first rounds could be compared with.
                before = None if state is None else logits[moving].softmax(-1)
                mine = None if state is None else state[moving]
                said = self._ask(board[moving], None if z is None else z[moving], mine, before, rounds)
            logits[moving], thought, ran = said
            self._count(rows[moving], ran)
            if self.carry:
                state = thought if state is None else state.index_copy(0, moving, thought)
        self._last = _Call(rows, board, logits, state)
        # Counted after z was made: the number of the call is the stream of noise that a renewed z is drawn from.
        self._calls += 1
        return logits.view(-1, self.views, *logits.shape[1:]) if self.views > 1 else logits

    def _ask(
        self, board: Tensor, z: Tensor | None, state: Tensor | None, before: Tensor | None, rounds: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The network on boards [a,81], from `state` or from nothing: logits [a,81,9], hidden state, rounds run on each."""
        with mixed_precision(board.device):
            first, given = self.model.begin(board, z)
            # The type of autocast, so that the state does not change its type after the first round and compile anew.
            start = first.to(given.dtype) if state is None else state
            thought, ran = self._think(start, given, rounds, board == BLANK, before)
            return self.model.logits(thought), thought, ran

    def _latent(self, board: Tensor, rows: Tensor, last: "_Call | None") -> Tensor | None:
        """z of the boards at hand: in the first call from the learned prior, later another one if they are renewed."""
        if self.z is None:
            return None
        where = rows.to(self.z.device)
        with mixed_precision(board.device):
            if last is None:
                z = self.model.latent_from(self.z[where].to(board.device), board)
            elif self._renew is not None:
                # Digits that stand are certain; the guess fills the rest, and the encoder needs a full board.
                guess = last.logits.argmax(-1) + 1
                z = self._renew(rows, self._calls, board, torch.where(board == BLANK, guess, board))
            else:
                return self.z[where].to(board.device)
        # Kept for the trace, which shows the z that was used last.
        self.z = self.z.index_copy(0, where, z.to(self.z))
        return self.z[where].to(board.device)

    def _undecided(self, board: Tensor, last: "_Call") -> Tensor:
        """Which boards [a,81] a later call has to think about, as indices."""
        if not self.settle or self.every:
            return torch.arange(len(board), device=board.device)
        blank = last.board == BLANK
        # Sure of all blanks: one that wavers may change its mind, and then others may.
        decided = (last.logits.softmax(-1).amax(-1) > _SURE) | ~blank
        as_said = (board == last.board) | (blank & (board == last.logits.argmax(-1) + 1))
        return (~(decided & as_said).all(1)).nonzero()[:, 0]

    def _count(self, rows: Tensor, ran: Tensor) -> None:
        # Counts live on the CPU: they are few, and are read after every decoding.
        rows, ran = rows.cpu(), ran.cpu()
        # The size of the batch is not known beforehand; boards that were full from the start never come here.
        missing = int(rows.max()) + 1 - len(self.rounds_run)
        counts = torch.nn.functional.pad(self.rounds_run, (0, max(0, missing)))
        self.rounds_run = counts.index_add(0, rows, ran)

    def _think(
        self, state: Tensor, given: Tensor, rounds: int, blank: Tensor, before: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """`rounds` rounds, or fewer for boards whose answer has settled; the state, and rounds run on each board, int64 [a].

        before: what was said last, [a,81,9].
        """
        ran = torch.zeros(len(state), dtype=torch.long, device=state.device)
        if not self.settle:
            # All boards run alike, so no copy and no look in between.
            return self.model.think(state, given, rounds), ran + rounds
        final = torch.empty_like(state)
        active = torch.arange(len(state), device=state.device)
        for done in range(0, rounds, _CHUNK):
            # The last chunk may be short: a call never runs more rounds than were asked for.
            chunk = min(_CHUNK, rounds - done)
            state = self.model.think(state, given, chunk)
            ran[active] += chunk
            now = self.model.logits(state).softmax(-1)
            # After the first eight rounds there may be nothing to compare with; then all boards go on.
            if before is not None:
                moved = (now - before).abs().amax(-1) > self.settle
                # Near a tie the favourite can change while no probability moves by much.
                changed = now.argmax(-1) != before.argmax(-1)
                moves = ((moved | changed) & blank).any(1)
                # Settled boards drop out of the product, so the batch shrinks while the hard ones go on. Only then are
                # the others copied: a board's state and input are a quarter of a megabyte.
                if not moves.all():
                    final[active[~moves]] = state[~moves]
                    active, state, given, blank, now = (x[moves] for x in (active, state, given, blank, now))
            before = now
            if not len(active):
                break
        final[active] = state
        return final, ran


@dataclass(frozen=True)
class _Asked:
    """All that a first call depends on: the model, boards int64 [a,81], their z, rounds, and when a board has settled."""

    model: Model
    board: Tensor
    z: Tensor | None
    rounds: int
    settle: float

    def same(self, other: "_Asked") -> bool:
        """Whether the other call must say the same to the bit."""
        if self.model is not other.model or (self.rounds, self.settle) != (other.rounds, other.settle):
            return False
        # By value: every decoding makes its own tensors of the same batch.
        if (self.z is None) != (other.z is None) or not torch.equal(self.board, other.board):
            return False
        return self.z is None or other.z is None or torch.equal(self.z, other.z)


class FirstCalls:
    """First calls on one batch of boards, for decodings that begin alike and go on differently.

    Settings that differ in what happens after a call (policy, number of calls, help of the rules) ask the network the same
    first question; it is answered once. `lent` is how many seconds answers that were taken from here had cost.
    """

    def __init__(self) -> None:
        self._known: list[tuple[_Asked, tuple[Tensor, Tensor, Tensor], float]] = []
        self.lent = 0.0

    def said(self, asked: _Asked, ask: Callable[[], tuple[Tensor, Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
        """The answer that is known, or that `ask` gives."""
        for known, answer, seconds in self._known:
            if known.same(asked):
                self.lent += seconds
                return answer
        start = time.perf_counter()
        answer = ask()
        # A list and no dictionary: tensors have no useful hash, and there are a handful of settings.
        self._known.append((asked, answer, time.perf_counter() - start))
        return answer


@dataclass(frozen=True)
class _Call:
    """What a call saw and said. rows int64 [a], board int64 [a,81], logits [a,81,9], state [a,...] if it is carried."""

    rows: Tensor
    board: Tensor
    logits: Tensor
    state: Tensor | None

    def of(self, rows: Tensor) -> "_Call":
        """The same without the boards that have left since."""
        here = torch.isin(self.rows, rows)
        return _Call(rows, self.board[here], self.logits[here], None if self.state is None else self.state[here])
