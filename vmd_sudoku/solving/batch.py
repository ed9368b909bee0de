"""Decode puzzles with a model and a setting: a batch for figures, or one puzzle with its whole trace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from vmd_sudoku import board as boards
from vmd_sudoku.board import BLANK
from vmd_sudoku.decoding.blocks import BLOCKS, decode_blocks
from vmd_sudoku.decoding.levels import Stop, never
from vmd_sudoku.decoding.loop import Finished, Predict, Step, finish
from vmd_sudoku.diffusion.noise import Noise
from vmd_sudoku.network.checkpoint import LoadedModel
from vmd_sudoku.network.model import Model
from vmd_sudoku.solving.predictor import RENEWALS, FirstCalls, Predictor, Renew, as_latent, board_ids, draw_latents
from vmd_sudoku.solving.setting import Setting


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
    stop: Stop = never,
    first_calls: FirstCalls | None = None,
) -> Run:
    """The decoding of a batch of puzzles, int8 [n,81].

    place: number of the first puzzle in its set: what is drawn belongs to a puzzle's place, not to its batch.
    latent: z of the first board, [9,9,9,K], in every block, instead of the setting's.
    stop: asked before every call, and every few milliseconds of a search; once it says yes, the run ends there.
    first_calls: what the first calls of other settings on this very batch said, and what this one's will say.

    Raises:
        ConfigError: `latent` does not fit the model.
    """
    model = loaded.model
    where = next(model.parameters()).device
    each, views = setting.latents_on(model.config)
    count = len(puzzles)
    # Boards and latents are numbered apart: z has one for each view, the loop's noise one for each board.
    ids = board_ids(place, count, each * views)
    how = setting.decoding()
    if how.policy.waits and not model.config.latent:
        # Without z every call would say the same, so the first is all there is to wait for.
        how = replace(how, budget=replace(how.budget, calls=len(BLOCKS[setting.blocks])))
    latents = _latents(model, setting, ids, latent, how.policy.waits)
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
        every=how.policy.waits,
        first_calls=first_calls,
    )

    def begin_block(block: int) -> tuple[Predict, Noise]:
        if block:
            predictor.start_over(*latents(block))
        return predictor, Noise(setting.seed, board_ids(place, count, each), block)

    # All latents of a puzzle side by side in one batch: one product instead of one for each latent.
    board = torch.from_numpy(puzzles).long().to(where).repeat_interleave(each, 0)
    # As soon as one board of a puzzle is solved, its other boards need no more calls.
    race = torch.arange(count, device=where).repeat_interleave(each) if each > 1 else None
    steps = decode_blocks(begin_block, board, how, BLOCKS[setting.blocks], race=race, stop=stop)
    return Run(steps, board, predictor, each, views)


def _latents(
    model: Model, setting: Setting, ids: np.ndarray, given: np.ndarray | None, waits: bool
) -> Callable[[int], tuple[Tensor | None, Renew | None]]:
    """What says, for a block's number, its z of all boards and what renews it; `given` is the first board's, made by hand."""
    field = None if given is None else as_latent(model, given)
    # Whoever fixes z by its seed expects its later draws to follow from that seed, too.
    seed = setting.seed if setting.z is None else setting.z
    renewal = RENEWALS[setting.renew_z]

    def latents(block: int) -> tuple[Tensor | None, Renew | None]:
        z = draw_latents(model, setting.z, ids, setting.seed, block)
        if z is None:
            return None, None
        if field is not None:
            z[0] = field
        # A z made by hand is there to be looked at, so like z = 0 it counts as not drawn, and `where-drawn` keeps
        # it.
        drawn = setting.z is not None and field is None
        return z, renewal(model, Noise(seed, ids, block), drawn, waits) if renewal else None

    return latents


def best_of(run: Run, ended: Finished) -> np.ndarray:
    """Which board of every puzzle of a run wins, [n]: the most complete legal one, then the likeliest, then the first."""
    final = ended.board.cpu().numpy()
    legal = boards.is_legal(final)
    filled = (final != BLANK).sum(1)
    # By the rules first and by likelihood last: a likely board that breaks a rule must never win.
    order = np.stack([legal, filled, ended.nats.cpu().numpy()], 1).reshape(-1, run.each, 3)
    ranks = np.lexsort(
        order.transpose(2, 0, 1)[::-1], axis=1
    )  # the last key counts most, and equal ones keep their order
    # Equal boards all match the best one, and `argmax` takes the first of them: the same latent wins on every
    # machine.
    top = np.take_along_axis(order, ranks[:, -1:, None], 1)
    return (order == top).all(2).argmax(1) + np.arange(len(order)) * run.each


@dataclass(frozen=True)
class Decoded:
    """Decoded puzzles, one entry each.

    board: the best of each puzzle's boards, int8 [n,81]. calls, rounds: of the denoiser, over all its latents, int64 [n].
    undone, remasked: decisions that a search undid on that board, and cells that returned to MASK, [n].
    solutions: how many a search found, -1 without one, [n]. nats: mean log-probability of the filled digits, float32 [n].
    sure: probability of each digit when it was filled, 1 for a clue, float32 [n,81].
    stopped: whether the decoding was stopped before that board's end, bool [n]. draws: number, from 1, of the first of a
        puzzle's boards that the rules call solved, 0 where none is, [n].
    """

    board: np.ndarray
    calls: np.ndarray
    undone: np.ndarray
    remasked: np.ndarray
    solutions: np.ndarray
    rounds: np.ndarray
    nats: np.ndarray
    sure: np.ndarray
    stopped: np.ndarray
    draws: np.ndarray


def puzzles_a_batch(loaded: LoadedModel, setting: Setting, batch_size: int) -> int:
    """Puzzles that are decoded together, where a batch holds `batch_size` boards (puzzles x latents)."""
    boards_each, views = setting.latents_on(loaded.model.config)
    # A batch counts boards and not puzzles, so that memory does not grow with the number of latents.
    return max(1, batch_size // (boards_each * views))


def decode_batch(
    loaded: LoadedModel,
    puzzles: np.ndarray,
    setting: Setting,
    *,
    place: int = 0,
    stop: Stop = never,
    first_calls: FirstCalls | None = None,
) -> Decoded:
    """Decode puzzles, int8 [n,81], in one batch; the first is number `place` of its set. Other names are those of `begin`."""
    run = begin(loaded, puzzles, setting, place=place, stop=stop, first_calls=first_calls)
    ended = finish(run.steps, run.boards)
    best = best_of(run, ended)
    final = ended.board.cpu().numpy().astype(np.int8)
    right = boards.solved(final, puzzles.repeat(run.each, 0)).reshape(-1, run.each)
    ran = run.predictor.rounds_run.numpy()
    # Full boards never came to the network and may be missing at the end.
    rounds = np.pad(ran, (0, len(puzzles) * run.each * run.views - len(ran)))
    told = {
        name: getattr(ended, name).cpu().numpy()[best] for name in ("undone", "remasked", "solutions", "nats", "sure")
    }
    return Decoded(
        board=final[best],
        calls=ended.calls.cpu().numpy().reshape(-1, run.each).sum(1) * run.views,
        rounds=rounds.reshape(len(puzzles), -1).sum(1),
        stopped=ended.open.cpu().numpy()[best],
        draws=np.where(right.any(1), right.argmax(1) + 1, 0),
        **told,
    )


def joined(parts: list[Decoded]) -> Decoded:
    """Several batches as one."""
    names = [field.name for field in fields(Decoded)]
    if not parts:
        none: dict[str, np.ndarray] = {name: np.zeros(0, np.int64) for name in names}
        board = np.zeros((0, boards.CELLS))
        return Decoded(**none | {"board": board.astype(np.int8), "sure": board, "stopped": np.zeros(0, bool)})
    return Decoded(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def decode_boards(
    loaded: LoadedModel,
    puzzles: np.ndarray,
    setting: Setting,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] = lambda done, solved: None,
    stop: Stop = never,
    interrupted: Callable[[], None] | None = None,
) -> Decoded:
    """Decode puzzles, int8 [n,81], in batches of `batch_size` boards (puzzles x latents).

    `progress(done, solved)` is called after every batch with the counts so far. stop: as in `begin`; puzzles that it leaves
    unfinished are marked as stopped. interrupted: called when Ctrl+C comes; the puzzles of the batches that were finished
    before are then all that is returned. Without it KeyboardInterrupt goes on.
    """
    per_batch = puzzles_a_batch(loaded, setting, batch_size)
    parts, solved = [], 0
    try:
        for start in range(0, len(puzzles), per_batch):
            clues = puzzles[start : start + per_batch]
            parts.append(decode_batch(loaded, clues, setting, place=start, stop=stop))
            solved += int(boards.solved(parts[-1].board, clues).sum())
            progress(start + len(clues), solved)
    except KeyboardInterrupt:
        if interrupted is None:
            raise
        interrupted()
    return joined(parts)
