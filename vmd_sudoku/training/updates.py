"""Training: boards in flight that carry their hidden state, one update a segment.

A board lives for several segments of a few rounds each. Its hidden state goes on, detached, from one segment to the
next; every segment has a loss and an update of its own. This gives depth that stays stable far beyond what one backward
pass can hold. When a board's life ends, it may come back with the true digits of the network's own surest cells filled
in: the boards that confidence policies visit when they decode (on-policy boards).
"""

import copy
import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
import torch.nn as nn
from torch import Tensor

from vmd_sudoku import machine
from vmd_sudoku.board import BLANK
from vmd_sudoku.config import check, from_plain, ranged, share, to_plain
from vmd_sudoku.decoding.policies import margin
from vmd_sudoku.diffusion.bound import Bound, masked_nats, time_weight
from vmd_sudoku.errors import CheckpointError, ConfigError, TrainingError
from vmd_sudoku.network.checkpoint import read_folder, write_folder
from vmd_sudoku.network.model import Model, ModelConfig
from vmd_sudoku.training import parallel
from vmd_sudoku.training.dreams import Dreams
from vmd_sudoku.training.guesses import best_draws
from vmd_sudoku.training.mixture import BoardStream, MixtureConfig

SEEDS_APART = 2**20
"""Between the seeds of parallel processes, so that they train on other boards."""
RESUMABLE = {"minutes", "steps", "workers"}
"""What may change of a run that goes on."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training run. Shares are between 0 and 1.

    minutes, steps: the budget; the run ends, and the learning rate has come down, when either is used up.
    batch: boards in flight.
    segment: rounds of the denoiser between updates; early_weight: weight of the loss read halfway through them.
    life: segments that a puzzle lives at most: until its answer is right, so that time goes to the puzzles that the network
        still gets wrong. Other boards, whose z may fail to tell the answer, live 1 to `open_life` segments by chance.
    leave: chance that a right board leaves after a segment; those that stay teach the network to keep what is right.
    posterior: share of the slots whose z is drawn from q(z | x0, xt); the others hold unique puzzles with z from the
        prior, or z = 0 for a share `mode` of them. (An MDM sees the same boards, without z.)
    open: share of the posterior slots' boards that have many completions; posterior_hard: share of their puzzles with one
        solution that come from the file of hard ones (as `mixture.hard` is of all others). A network of bounded depth cannot
        deduce the answer of a hard puzzle, so there too z has something to tell.
    dreams: share of the other slots' new boards that are empty, with a z from the prior and the legal grid that the
        averaged weights made of it in `dream_calls` calls, which carry their state with `dream_carry`, and renew z from the
        posterior of the guess so far with `dream_renew`, as the answer (see `dreams`); none for an MDM.
    dream_every: updates between two batches of such grids; dream_batch: made at a time, and wanted before the first.
    guesses: share of the other slots' new boards that are puzzles, of the posterior slots' kind, with the best of `guess_tries`
        draws of z from the prior: the one by which the averaged weights come nearest to the answer in one call (see `guesses`).
        This trains what several draws do together; none for an MDM.
    on_policy: chance that a board comes back with its surest cells filled in; carry: share of these that keep their
        hidden state, as decoding does if asked to.
    beta: weight of the KL; unique_beta: the same for puzzles with one solution, where a light one lets z tell so much that no
        draw of the prior does. Both rise from 0 over the part `beta_warmup` of the budget.
    free_nats: KL a masked cell that costs nothing, on boards with many completions.
    time_weight: 1 weighs boards by 1/t as the bound of masked diffusion does, 0 all alike, and 0.5 in between; with
        `weigh_latent` the KL is weighed too (as in VADD, arXiv 2505.17384), else the cells alone.
    muon: Muon for the matrices of the shared rounds, AdamW for the rest; else AdamW for all.
    average: decay of the averaged weights (EMA), which are the ones that get used.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    mixture: MixtureConfig = field(default_factory=MixtureConfig)
    seed: int = ranged(0, 0, 2**62)
    minutes: float = ranged(60.0, 0, 10_000_000)
    steps: int = ranged(1_000_000, 1, 10**12)
    batch: int = ranged(32, 2, 65_536)
    segment: int = ranged(8, 2, 1024)
    early_weight: float = share(0.3)
    life: int = ranged(12, 1, 1_000_000)
    open_life: int = ranged(12, 1, 1_000_000)
    leave: float = share(0.5)
    posterior: float = share(0.3125)
    open: float = share(1.0)
    posterior_hard: float = share(0.05)
    dreams: float = share(0.3)
    dream_calls: int = ranged(12, 1, 1024)
    dream_carry: bool = True
    dream_renew: bool = False
    dream_every: int = ranged(40, 1, 10**9)
    dream_batch: int = ranged(32, 1, 65_536)
    guesses: float = share(0.0)
    guess_tries: int = ranged(16, 1, 1024)
    mode: float = share(0.6)
    on_policy: float = share(0.5)
    carry: float = share(0.0)
    beta: float = share(0.5)
    unique_beta: float = share(1.0)
    beta_warmup: float = share(0.1)
    free_nats: float = ranged(0.3, 0, 1000)
    time_weight: float = share(0.5)
    weigh_latent: bool = True
    learning_rate: float = ranged(2.5e-3, 0, 1)
    weight_decay: float = ranged(0.01, 0, 10)
    muon: bool = True
    average: float = share(0.999)
    workers: int = ranged(1, 0, 1024)

    def __post_init__(self) -> None:
        check(self)
        if self.minutes == 0:
            raise ConfigError("minutes must be above 0, for a run to have a budget")
        if self.dreams + self.guesses > 1:
            raise ConfigError(f"dreams and guesses are shares of the same boards; got {self.dreams} and {self.guesses}")


@dataclass
class Flight:
    """The boards in flight: n slots, of which the first ones take z from the posterior.

    board, solution: int64 [n,81]; unique: bool [n], one solution; dream: bool [n], the solution is the model's own grid;
    guess: bool [n], z is the best of several draws for that solution;
    noise: what z is made of, float [n,9,9,9,K];
    age, life: segments lived and to live, int64 [n]; state: hidden state carried on, [n,9,9,9,w].
    """

    board: Tensor
    solution: Tensor
    unique: Tensor
    dream: Tensor
    guess: Tensor
    noise: Tensor
    age: Tensor
    life: Tensor
    state: Tensor

    @property
    def has_one_answer(self) -> Tensor:
        """Puzzles with one solution, and dreams, whose z has chosen one: bool [n]."""
        return self.unique | self.dream


@dataclass
class Progress:
    """How far a run is: updates made, boards whose life has ended or that came back, and seconds spent."""

    step: int = 0
    boards: int = 0
    seconds: float = 0.0


class Training:
    """A run in progress: model, averaged weights, optimiser, boards in flight, randomness and streams."""

    def __init__(self, config: TrainConfig, hard: Path | None = None, start: Model | None = None) -> None:
        """A run from random weights, or from those of `start` (see `Model.start_from`).

        Raises:
            ConfigError: the weights of `start` do not fit.
        """
        self.config, self.hard = config, hard
        self.device = machine.device()
        torch.manual_seed(config.seed)  # the layers' initial weights come from torch's global generator
        self.model = Model(config.model)
        if start:
            self.model.start_from(start)
        self.model.to(self.device)
        # A copy from the start, so that dreams and validation have a model before the first update.
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        # After the weights, which must be the same in all processes; from here on each draws boards of its own.
        self.seed = config.seed + parallel.rank() * SEEDS_APART
        self.rng = torch.Generator().manual_seed(self.seed)
        self.optimizers = _optimizers(self.model, config)
        self.progress = Progress()
        self.posterior_slots = round(config.posterior * config.batch)
        self.dreams = Dreams(config.model.latent, config.model.latent_kind)
        self._open_streams((0, 0, 0))
        self.flight = self._first_flight()

    def _open_streams(self, positions: Sequence[int]) -> None:
        """Boards of the posterior slots, of the others, and to guess at."""
        config, mixture = self.config, self.config.mixture
        hard = replace(mixture, hard=config.posterior_hard)
        kinds = [(config.open, hard), (0.0, mixture)] + ([(0.0, hard)] if self.has_guesses else [])
        self.streams = tuple(
            BoardStream(
                # Twice the seed: streams 0 and 1 of neighbouring seeds must not be the same boards.
                seed=2 * self.seed + i,
                open_share=open_share,
                config=shares,
                hard=self.hard,
                workers=config.workers,
                position=position,
            )
            for i, ((open_share, shares), position) in enumerate(zip(kinds, positions, strict=False))
        )

    @property
    def has_guesses(self) -> bool:
        """Whether some boards get the best of several draws of z."""
        return self.config.guesses > 0 and self.config.model.latent > 0

    def _first_flight(self) -> Flight:
        n, m = self.config.batch, self.posterior_slots
        columns = zip(self.streams[0].take(m), self.streams[1].take(n - m), strict=True)
        board, solution, unique = (torch.cat(both).to(self.device) for both in columns)
        flight = Flight(
            board=board,
            solution=solution,
            unique=unique,
            dream=torch.zeros_like(unique),
            guess=torch.zeros_like(unique),
            noise=torch.zeros(self.config.model.latent_shape(n), device=self.device),
            age=torch.zeros(n, dtype=torch.long, device=self.device),
            life=torch.zeros(n, dtype=torch.long, device=self.device),
            state=self.model.blank_state(n).to(self.device),
        )
        self._new_lives(flight, torch.arange(n, device=self.device))
        return flight

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.rng).to(self.device)

    def _new_lives(self, flight: Flight, slots: Tensor) -> None:
        """Fresh noise and a fresh life for boards that start in `slots` (indices)."""
        noise = torch.randn(self.config.model.latent_shape(len(slots)), generator=self.rng).to(self.device)
        # Noise is drawn for all slots and then set to 0 for some, so that the share of the mode does not move the
        # other draws.
        at_mode = (slots >= self.posterior_slots) & (self._uniform(len(slots)) < self.config.mode)
        flight.noise[slots] = noise * _per_board(~at_mode, noise)
        flight.age[slots] = 0
        flight.life[slots] = self._lives(flight.unique[slots])

    def _lives(self, unique: Tensor) -> Tensor:
        """Segments to live at most, [n], for boards of which `unique` [n] says whether they are puzzles with one solution."""
        by_chance = torch.randint(1, self.config.open_life + 1, (len(unique),), generator=self.rng).to(self.device)
        return torch.where(unique, self.config.life, by_chance)

    def done(self) -> float:
        """Part of the budget that is used up, 0 to 1."""
        spent = self.progress.seconds / 60 / self.config.minutes
        # Whichever budget is used up more: the learning rate must have come down by the end of either.
        return min(1.0, max(spent, self.progress.step / self.config.steps))

    def bound(self) -> tuple[Bound, Tensor, Tensor]:
        """One segment of every board in flight: the bound [b], the last logits [b,81,9], the hidden state."""
        flight, config, m = self.flight, self.config, self.posterior_slots
        z, divergence = None, torch.zeros(config.batch, device=self.device)
        with machine.mixed_precision(self.device):
            if config.model.latent:
                # Slots of the posterior come first, so that the encoder's batch is a slice of a fixed size
                # (docs/decisions.md).
                posterior = self.model.encode(flight.board[:m], flight.solution[:m])
                drawn = self.model.latent_from(flight.noise[m:], flight.board[m:])
                z = torch.cat([posterior.from_noise(flight.noise[:m]), drawn])
                if config.model.learned_prior:
                    kl = posterior.kl_from(self.model.prior(flight.board[:m]))
                else:
                    kl = posterior.kl_from_standard()
                divergence = torch.cat([kl, divergence[m:]])
            first, given = self.model.begin(flight.board, z)
            fresh = _per_board(flight.age == 0, first)
            # A choice and not a branch: new boards and those in flight go through the same product.
            state = torch.where(fresh, first.to(given.dtype), flight.state.to(given.dtype))
            half = config.segment // 2
            halfway = self.model.think(state, given, half)
            state = self.model.think(halfway, given, config.segment - half) if self.model.is_recurrent else halfway
            early, last = self.model.logits(halfway), self.model.logits(state)
        weight = config.early_weight
        truth, masked = flight.solution - 1, flight.board == BLANK
        cells = weight * masked_nats(early, truth, masked)
        cells = cells + (1 - weight) * masked_nats(last, truth, masked)
        # Detached: gradients end at the segment, or memory would grow with a board's life.
        return Bound(cells, divergence), last.detach(), state.detach()

    def update(self) -> dict[str, float]:
        """One segment and one update; returns what to log.

        Raises:
            TrainingError: the loss or the gradient is not a finite number; the weights stay as they are.
        """
        flight, config, done = self.flight, self.config, self.done()
        dreamt = math.nan
        if config.dreams and config.model.latent and self.progress.step % config.dream_every == 0:
            how = {"carry": config.dream_carry, "renew": config.dream_renew}
            dreamt = self.dreams.add(self.average, config.dream_batch, config.dream_calls, self.rng, **how)
        rate = self._set_rate(done)
        bound, logits, flight.state = self.bound()
        blanks = (flight.board == BLANK).sum(1)
        warmth = min(1.0, done / config.beta_warmup) if config.beta_warmup else 1.0
        unique, own = flight.unique, flight.dream
        beta = warmth * torch.where(unique, config.unique_beta, config.beta)
        many = ~flight.has_one_answer
        # Never on puzzles: free nats there would let the encoder leak the answer (docs/decisions.md).
        free_nats = config.free_nats * blanks * many
        weight = time_weight(blanks, config.time_weight)
        loss = bound.weighted(weight, beta, free_nats, weigh_latent=config.weigh_latent).mean()
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        parallel.average(p.grad for p in self.model.parameters())
        # Clipped after the mean over processes, so that all scale by the same norm and their models stay equal.
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        if not norm.isfinite():  # in all processes alike, as the gradients are averaged by now
            raise TrainingError(
                f"update {self.progress.step + 1} has a loss of {loss.item():g} and a gradient of {norm.item():g}; a lower "
                f"learning_rate than {config.learning_rate:g} may help, from the last checkpoint on"
            )
        for optimizer in self.optimizers:
            optimizer.step()
        self.progress.step += 1
        self._follow_average()
        guided = torch.arange(config.batch, device=self.device) < self.posterior_slots  # by a z that knows the answer
        alone = unique & ~guided & ~flight.guess  # without a z that was chosen by the answer
        whole = ((logits.argmax(-1) + 1 == flight.solution) | (flight.board != BLANK)).all(1)
        metrics = {
            "cells": _mean(bound.cells, many),
            "latent": _mean(bound.latent, many),
            "unique_cells": _mean(bound.cells, alone),
            "guided_cells": _mean(bound.cells, unique & guided),
            "guided_latent": _mean(bound.latent, unique & guided),
            "guess_cells": _mean(bound.cells, flight.guess),
            "dream_cells": _mean(bound.cells, own),
            "dreamt": dreamt,
            "gradient": norm.item(),
            "beta": warmth * config.beta,
            "learning_rate": rate,
        }
        ended = alone & self._move_on(logits, whole)
        return metrics | {"whole": _mean(whole.float(), ended)}

    def _set_rate(self, done: float) -> float:
        """The learning rate: it comes up over 200 updates and goes down to 2 % along a cosine."""
        warm = min(1, (self.progress.step + 1) / 200)
        # In this order, so that runs repeat to the bit.
        rate = self.config.learning_rate * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        return rate

    @torch.no_grad()
    def _follow_average(self) -> None:
        # At the start over few updates: the random weights of the beginning would else stay in the mean for
        # thousands.
        keep = min(self.config.average, self.progress.step / (self.progress.step + 20))
        theirs: list[Tensor] = list(self.average.parameters())
        ours: list[Tensor] = list(self.model.parameters())
        torch._foreach_lerp_(theirs, ours, 1 - keep)

    @torch.no_grad()
    def _move_on(self, logits: Tensor, whole: Tensor) -> Tensor:
        """Boards that are `whole` [n], or whose life has ended, come back on-policy or make room for new ones.

        Returns which boards these were, bool [n].
        """
        flight, config = self.flight, self.config
        flight.age += 1
        leaves = whole & (self._uniform(config.batch) < config.leave)
        over = ended = leaves | (flight.age >= flight.life)
        blanks = (flight.board == BLANK).sum(1)
        # With four blanks or fewer there is next to nothing left to reveal.
        again = over & (blanks > 4) & (self._uniform(config.batch) < config.on_policy)
        # Reveal the truth in 5 to 70 % of the blanks, the surest ones first.
        due = (blanks * (0.05 + 0.65 * self._uniform(config.batch))).ceil()
        # Below any margin, which is 0 or more, so that blanks come first.
        score = margin(logits.softmax(-1)).masked_fill(flight.board != BLANK, -1.0)
        rank = score.argsort(-1, descending=True).argsort(-1)
        reveal = (rank < due[:, None]) & again[:, None] & (flight.board == BLANK)
        flight.board = torch.where(reveal, flight.solution, flight.board)
        # An age of 1 keeps the carried state; 0 starts from nothing.
        carried = (self._uniform(config.batch) < config.carry).long()
        flight.age = torch.where(again, carried, flight.age)
        flight.life = torch.where(again, carried + self._lives(flight.unique), flight.life)
        over = ended & ~again
        self.progress.boards += int(ended.sum())
        slots = over.nonzero()[:, 0]
        of_posterior = slots < self.posterior_slots
        self._refill(slots[of_posterior], self.streams[0], 0.0, 0.0)
        self._refill(slots[~of_posterior], self.streams[1], config.dreams, config.guesses)
        return ended

    def _refill(self, slots: Tensor, stream: BoardStream, dreams: float, guesses: float) -> None:
        """New boards in `slots` (indices): some of the model's own, or to guess at; the rest of `stream`."""
        flight = self.flight
        chance = torch.rand(len(slots), generator=self.rng)
        # Not before there are enough: the same few grids would fill all the slots.
        dreamt = chance < (dreams if len(self.dreams) >= self.config.dream_batch else 0.0)
        guessed = ~dreamt & (chance >= 1 - guesses) & self.has_guesses
        self._place(slots[~dreamt & ~guessed], stream)
        if guessed.any():
            self._place(slots[guessed], self.streams[2])
        flight.unique[slots[dreamt]] = False
        flight.dream[slots], flight.guess[slots] = dreamt.to(self.device), guessed.to(self.device)
        self._new_lives(flight, slots)
        if guessed.any():
            self._draw_best(slots[guessed])
        if dreamt.any():
            z, grid = self.dreams.take(int(dreamt.sum()), self.rng)
            flight.board[slots[dreamt]] = BLANK
            flight.solution[slots[dreamt]], flight.noise[slots[dreamt]] = grid.to(self.device), z.to(self.device)

    def _place(self, slots: Tensor, stream: BoardStream) -> None:
        """The next boards of `stream` in `slots` (indices)."""
        board, solution, unique = (column.to(self.device) for column in stream.take(len(slots)))
        self.flight.board[slots], self.flight.solution[slots], self.flight.unique[slots] = board, solution, unique

    def _draw_best(self, slots: Tensor) -> None:
        """For the puzzles in `slots` (indices) the best of some draws of z."""
        flight, tries = self.flight, self.config.guess_tries
        flight.noise[slots] = best_draws(self.average, flight.board[slots], flight.solution[slots], tries, self.rng)

    def save(self, folder: Path) -> None:
        """Write everything that `resume` needs into `folder`."""
        # Boards in flight and the generator as well: a run that goes on makes the updates that it would have made.
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        tensors |= {f"flight.{f.name}": getattr(self.flight, f.name) for f in fields(Flight)}
        tensors |= {"dreams.latent": self.dreams.latent, "dreams.grid": self.dreams.grid}
        tensors["rng"] = self.rng.get_state()
        for i, optimizer in enumerate(self.optimizers):
            for p, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer.{i}.{p}.{k}": v.clone() for k, v in state.items()}
        note = {
            "config": to_plain(self.config),
            "hard": hard_note(self.hard),
            "progress": to_plain(self.progress),
            "streams": [stream.position for stream in self.streams],
        }
        write_folder(folder, "training", note, tensors)

    @classmethod
    def resume(
        cls, folder: Path, hard: Path | None = None, changes: Mapping[str, Any] = MappingProxyType({})
    ) -> "Training":
        """Go on with the run saved in `folder`: the same weights, boards in flight and stream of boards.

        hard: where the file of hard puzzles that the run began with lies by now; None where it lay. changes: another budget or
            number of workers, by the names of `TrainConfig`; nothing else may differ.

        Raises:
            CheckpointError: the folder is missing, damaged or of another format. ConfigError: the file of hard puzzles is
            another one, or missing, or a change is not one of those.
        """
        note, tensors = read_folder(folder, "training")
        if unknown := changes.keys() - RESUMABLE:
            raise ConfigError(
                f"a run that goes on keeps its {', '.join(sorted(unknown))}; begin another in a folder of its own"
            )
        # `...` says that the note is older than this entry; None, that the run had no file.
        hard = same_hard(note.get("hard", ...), hard)
        try:
            config = replace(from_plain(TrainConfig, note["config"]), **changes)
            training = cls(config, hard)
            training.progress = from_plain(Progress, note["progress"])
            for name, module in (("model", training.model), ("average", training.average)):
                module.load_state_dict(_under(f"{name}.", tensors))
            missing = {"flight.guess": torch.zeros(config.batch, dtype=torch.bool)}  # before there were guesses
            flight = _under("flight.", missing | tensors)
            training.flight = Flight(**{k: v.to(training.device) for k, v in flight.items()})
            training.dreams.latent, training.dreams.grid = tensors["dreams.latent"], tensors["dreams.grid"]
            training.rng.set_state(tensors["rng"])
            for i, optimizer in enumerate(training.optimizers):
                saved: dict[int, dict[str, Tensor]] = {}
                for key, value in _under(f"optimizer.{i}.", tensors).items():
                    index, name = key.split(".")
                    saved.setdefault(int(index), {})[name] = value
                optimizer.load_state_dict(optimizer.state_dict() | {"state": saved})
            positions = [int(position) for position in note["streams"]]
        except (KeyError, ValueError, TypeError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise CheckpointError(f"{folder / 'training.json'} does not describe a training ({reason})") from None
        # Anew from where the run had come to: those that `cls` opened begin at 0.
        training._open_streams(positions)
        return training

    def compile(self) -> None:
        """Compile the shared rounds and what reads them: twice the speed, after half a minute. Needs a C++ compiler."""
        for network in (self.model.denoiser, self.model.encoder):
            if network:
                network.compile_rounds()
                network.norm.compile()
        for network in (self.average.denoiser, self.average.encoder):
            if network:
                network.compile_rounds(dynamic=True)


def run(
    training: Training,
    *,
    until: Callable[[Training, dict[str, float]], bool] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Update until the budget is used up, or until `until(training, metrics)`, called after every update, says stop.

    stop: asked between updates; where one process of several says yes, all stop. Returns whether it did.
    """
    # Not the time of day, which a clock that is set moves.
    last = time.monotonic()
    while training.done() < 1:
        metrics = training.update()
        now = time.monotonic()
        # All processes must agree on how much of the budget is left, and on whether to stop.
        agreed = torch.tensor(
            [training.progress.seconds + now - last, stop()], dtype=torch.double, device=training.device
        )
        parallel.average([agreed])
        training.progress.seconds, stopped = agreed.tolist()
        last = now
        if stopped:
            return True
        if until and until(training, metrics):
            break
    return False


def hard_note(hard: Path | None) -> dict[str, str] | None:
    """What a run keeps of its file of hard puzzles, to know it again."""
    return None if hard is None else {"path": str(hard.absolute()), "sha256": _sha256(hard)}


def same_hard(saved: Any, given: Path | None) -> Path | None:
    """The file of hard puzzles of a run that goes on, which must be the one that it began with. saved: see `hard_note`.

    Raises:
        ConfigError: it is another one, or missing. CheckpointError: `saved` is no such note.
    """
    if saved is ...:  # written before it was kept
        return given
    if saved is None:
        if given:
            raise ConfigError(f"this run began without a file of hard puzzles; leave {given} out, or begin another run")
        return None
    if not isinstance(saved, dict) or not all(isinstance(saved.get(key), str) for key in ("path", "sha256")):
        raise CheckpointError(f"the run's note of its hard puzzles is damaged (found {saved!r}); begin another run")
    path = given or Path(saved["path"])
    if not path.is_file():
        raise ConfigError(f"this run mixes in hard puzzles from {path}, which is not there; say where it is (--hard)")
    if _sha256(path) != saved["sha256"]:
        raise ConfigError(f"{path} is not the file of hard puzzles that this run began with ({saved['path']})")
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _optimizers(model: Model, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """AdamW, or Muon for the matrices of the shared rounds and AdamW for the rest."""
    rounds = [network.round for network in (model.denoiser, model.encoder) if network]
    matrices = [p for part in rounds for p in part.parameters() if p.ndim == 2] if config.muon else []
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    decay: dict[str, Any] = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
    optimizers: list[torch.optim.Optimizer] = [torch.optim.AdamW(others, betas=(0.9, 0.98), **decay)]
    if matrices:
        optimizers.append(torch.optim.Muon(matrices, adjust_lr_fn="match_rms_adamw", **decay))
    return optimizers


def _per_board(values: Tensor, like: Tensor) -> Tensor:
    """One value a board, [n], shaped to go with `like` [n,...]."""
    return values.view(-1, *[1] * (like.ndim - 1))


def _mean(values: Tensor, chosen: Tensor) -> float:
    """Mean over the chosen boards; not a number when there are none."""
    return values.detach()[chosen].mean().item()


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
