"""The boards that training sees, made on the fly: which puzzles, and which of their cells are masked.

Chunk `i` of a stream depends on the seed and on `i` alone, so worker processes may make chunks ahead and an interrupted
training finds the same boards again.
"""

import itertools
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from vmd_sudoku.board import BLANK, CELLS
from vmd_sudoku.config import check, share
from vmd_sudoku.decoding.blocks import BLOCKS
from vmd_sudoku.errors import PuzzleFileError
from vmd_sudoku.exact import generate
from vmd_sudoku.exact.symmetry import moved_apart
from vmd_sudoku.formats import files as puzzle_file
from vmd_sudoku.processes import end_with_parent


@dataclass(frozen=True, kw_only=True)
class MixtureConfig:
    """Shares of the training distribution, each between 0 and 1.

    several: of boards with many completions, the puzzles that lack a few clues; the others are random grids under
        random masks, where z has most to explain.
    all_masked: of the random grids, those with every cell masked.
    hard: of the unique puzzles, those from a file of hard ones (none without a file).
    untouched: of the puzzles, those with no further cell revealed; the others have a random share revealed.
    search: of the generated puzzles, at least about this share is such that singles and locked candidates do not fill
        them (about half of random ones are).
    moved: of all boards, those that a random symmetry moves and renames, for networks that lack the symmetries.
    blocks: of all boards, those masked as block diffusion meets them: filled before a block, blank but for clues after it.
    """

    several: float = share(0.15)
    all_masked: float = share(0.2)
    hard: float = share(0.05)
    untouched: float = share(0.75)
    search: float = share(0.75)
    moved: float = share(0.0)
    blocks: float = share(0.0)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Boards:
    """Training boards: `board` with BLANK where masked and its `solution`, int8 [n,81]; `unique` marks one solution, [n]."""

    board: np.ndarray
    solution: np.ndarray
    unique: np.ndarray


def _reveal(puzzle: np.ndarray, solution: np.ndarray, untouched: float, rng: np.random.Generator) -> np.ndarray:
    """Fill in a random share of every puzzle's blanks; small shares are likelier, since they are the harder boards."""
    n = len(puzzle)
    # The power pulls the share towards 0: nearly solved boards are answered right after a minute of training and
    # teach nothing more.
    share = np.where(rng.random(n) < untouched, 0.0, rng.random(n) ** 1.5)
    return np.where(rng.random((n, CELLS)) < share[:, None], solution, puzzle)


_BLOCK_OF = np.array([cells.ravel().argsort() // cells.shape[1] for cells in BLOCKS.values() if len(cells) > 1])
"""Number of the block that each cell lies in, for every kind of blocks, int [kinds,81]."""


def _by_blocks(
    board: np.ndarray, clues: np.ndarray, solution: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Boards [n,81] of which a `share` stop in the middle of a block.

    A kind of blocks and one of its blocks are chosen at random; cells before it show their digits, a random part of its own
    cells does, and of those after it the clues only.
    """
    n = len(board)
    rng = rng.spawn(1)[0]  # numbers of its own, so that without a share the boards stay what they were
    block_of = _BLOCK_OF[rng.integers(len(_BLOCK_OF), size=n)]
    block = rng.integers(block_of.max(1, keepdims=True) + 1)
    shown = (block_of < block) | ((block_of == block) & (rng.random((n, CELLS)) < rng.random((n, 1))))
    chosen = rng.random((n, 1)) < share
    return np.where(chosen, np.where(shown, solution, clues), board)


def open_boards(count: int, seed: int, config: MixtureConfig) -> Boards:
    """Boards with many completions: random grids masked at a rate t ~ U[0,1] (or whole), and under-clued puzzles."""
    rng = np.random.default_rng(seed)
    # A fixed number and not a draw for each board: generators work on whole batches.
    several = round(config.several * count)
    grid = generate.full_grids(count - several, int(rng.integers(2**31)))
    rate = np.where(rng.random(len(grid)) < config.all_masked, 1.0, rng.random(len(grid)))
    masked = np.where(rng.random(grid.shape) < rate[:, None], BLANK, grid)
    puzzle, solution = generate.puzzles(several, int(rng.integers(2**31)))
    # Of a minimal puzzle every clue is needed, so one that is dropped already gives a second solution.
    drop = rng.random(puzzle.shape) < rng.uniform(0.05, 0.4, (several, 1))
    puzzle = np.where(drop, BLANK, puzzle)
    board, solution = np.concatenate([masked, puzzle]), np.concatenate([grid, solution])
    board = _by_blocks(board, np.concatenate([np.full_like(grid, BLANK), puzzle]), solution, config.blocks, rng)
    return _shuffled(board, solution, np.zeros(count, bool), rng)


def _generated(count: int, search: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Minimal puzzles and their solutions, [count,81] each, a share `search` of them beyond singles."""
    pool = round((1 + 2 * search) * count)  # about half of a pool are beyond singles, so they suffice
    puzzle, solution = generate.puzzles(pool, int(rng.integers(2**31)))
    beyond = generate.needs_search(puzzle)
    # The first boards are random; of the rest, those beyond singles take the places of some that are not.
    easy = np.flatnonzero(~beyond[:count])
    more = count + np.flatnonzero(beyond[count:])
    swapped = max(0, min(len(easy), len(more), round(search * count) - int(beyond[:count].sum())))
    chosen = np.arange(count)
    chosen[easy[:swapped]] = more[:swapped]
    return puzzle[chosen], solution[chosen]


def unique_boards(count: int, seed: int, config: MixtureConfig, hard: puzzle_file.PuzzleSet | None) -> Boards:
    """Puzzles with one solution, from minimal to nearly full."""
    rng = np.random.default_rng(seed)
    # Drawn and not rounded: with small chunks a rounded share of 5 % would be no hard puzzle at all.
    from_file = 0 if hard is None else int(rng.binomial(count, config.hard))
    puzzle, solution = _generated(count - from_file, config.search, rng)
    if hard is not None:
        assert hard.solutions is not None  # the stream has checked
        chosen = rng.integers(0, len(hard.puzzles), from_file)
        puzzle = np.concatenate([puzzle, hard.puzzles[chosen]])
        solution = np.concatenate([solution, hard.solutions[chosen]])
    board = _reveal(puzzle, solution, config.untouched, rng)
    board = _by_blocks(board, puzzle, solution, config.blocks, rng)
    return _shuffled(board, solution, np.ones(count, bool), rng)


def _shuffled(board: np.ndarray, solution: np.ndarray, unique: np.ndarray, rng: np.random.Generator) -> Boards:
    """Random order; a board that came out full gets one blank, since it would teach nothing."""
    full = (board != BLANK).all(1)
    board[full, rng.integers(CELLS, size=int(full.sum()))] = BLANK
    order = rng.permutation(len(board))
    return Boards(board[order].astype(np.int8), solution[order].astype(np.int8), unique[order])


class _Chunks(Dataset):
    """Chunk i of a stream: `open_share` of the boards have many completions."""

    def __init__(self, size: int, open_share: float, seed: int, config: MixtureConfig, hard: Path | None) -> None:
        self.size, self.open_share, self.seed, self.config = size, open_share, seed, config
        self.hard = puzzle_file.read(hard) if hard else None
        if self.hard and self.hard.solutions is None:
            raise PuzzleFileError(
                f"{hard}, line {self.hard.unsolved}: no solution, which training needs beside every puzzle"
            )

    def __getitem__(self, index: int) -> Boards:
        # By the chunk's number, so that a stream can go on at any place without what came before it.
        rng = np.random.default_rng((self.seed, index))
        seeds = rng.integers(2**31, size=2)
        count = int(rng.binomial(self.size, self.open_share))
        many = open_boards(count, int(seeds[0]), self.config)
        one = unique_boards(self.size - count, int(seeds[1]), self.config, self.hard)
        both = [np.concatenate([getattr(many, name), getattr(one, name)]) for name in ("board", "solution", "unique")]
        if self.config.moved:
            chosen = rng.random(self.size) < self.config.moved
            # Board and solution by the same symmetry, or they would no longer be a pair.
            both[0][chosen], both[1][chosen] = moved_apart([both[0][chosen], both[1][chosen]], rng)
        order = rng.permutation(self.size)
        return Boards(*(column[order] for column in both))


def _as_is(chunk: Boards) -> Boards:
    return chunk


def _begin_worker(worker: int) -> None:
    end_with_parent()
    # A stop reaches the whole group of processes, and the training needs its boards until it has saved itself.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


class BoardStream:
    """An endless stream of training boards that can be continued from `position`.

    Raises:
        PuzzleFileError: the file of hard puzzles cannot be read or has no solutions.
    """

    CHUNK = 2048

    def __init__(
        self, *, seed: int, open_share: float, config: MixtureConfig, hard: Path | None, workers: int, position: int = 0
    ) -> None:
        self.position = position
        """Boards taken so far."""
        first, self._used = divmod(position, self.CHUNK)
        loader = DataLoader(
            _Chunks(self.CHUNK, open_share, seed, config, hard),
            sampler=itertools.count(first),
            batch_size=None,
            collate_fn=_as_is,  # type: ignore[arg-type]  # without batches it gets one chunk
            num_workers=workers,
            worker_init_fn=_begin_worker,
            multiprocessing_context="spawn" if workers else None,  # forking after torch has threads may hang
            persistent_workers=workers > 0,
        )
        self._chunks: Iterator[Boards] = iter(loader)
        self._chunk = next(self._chunks)

    def take(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """The next `count` boards: board int64 [count,81], solution int64 [count,81], unique bool [count]."""
        # An empty first part: zip has its three columns even when nothing is asked for.
        none = slice(0)
        parts = [(self._chunk.board[none], self._chunk.solution[none], self._chunk.unique[none])]
        missing = count
        while missing:
            if self._used == self.CHUNK:
                self._chunk, self._used = next(self._chunks), 0
            upto = min(self._used + missing, self.CHUNK)
            here = slice(self._used, upto)
            parts.append((self._chunk.board[here], self._chunk.solution[here], self._chunk.unique[here]))
            missing -= upto - self._used
            self._used = upto
        self.position += count
        board, solution, unique = (torch.from_numpy(np.concatenate(column)) for column in zip(*parts, strict=True))
        return board.long(), solution.long(), unique
