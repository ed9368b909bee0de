import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.board import solved
from vmd_sudoku.exact import generate, solver
from vmd_sudoku.exact.symmetry import Symmetry, moved_apart


@given(st.integers(0, 2**32 - 1))
def test_solved_boards_stay_solved_and_puzzles_keep_one_solution(seed):
    symmetry = Symmetry.random(np.random.default_rng(seed))
    puzzles, solutions = generate.puzzles(2, seed=1)
    moved, answers = symmetry.board(puzzles), symmetry.board(solutions)
    assert solved(answers, moved).all()
    assert (solver.solve(moved)[0] == answers).all()
    assert (moved > 0).sum() == (puzzles > 0).sum()


def test_candidates_move_with_the_digits(rng):
    symmetry = Symmetry.random(rng)
    solution = generate.full_grids(3, seed=0)
    held = np.eye(9, dtype=np.int8)[solution - 1]
    moved = np.eye(9, dtype=np.int8)[symmetry.board(solution) - 1]
    assert (symmetry.candidates(held, axis=1) == moved).all()
    assert (symmetry.candidates(held, axis=-2) == moved).all()
    with_features = np.stack([held, 2 * held], -1)
    assert (symmetry.candidates(with_features, axis=1)[..., 1] == 2 * moved).all()


def test_torch_and_numpy_agree(rng):
    symmetry = Symmetry.random(rng)
    puzzles, _ = generate.puzzles(3, seed=0)
    moved = symmetry.board(torch.from_numpy(puzzles).long())
    assert moved.dtype == torch.long
    assert (moved.numpy() == symmetry.board(puzzles)).all()
    assert (symmetry.board(torch.from_numpy(puzzles)) == moved).all()


def test_all_kinds_of_moves_occur():
    """Rows that leave their band, cells that leave their row, digits renamed."""
    some = [Symmetry.random(np.random.default_rng(seed)) for seed in range(60)]
    assert any(s.cells[0] // 27 != 0 for s in some)
    assert any(s.cells[1] - s.cells[0] in (9, -9, 18, -18) for s in some)
    assert any(abs(s.cells[1] - s.cells[0]) in (1, 2) for s in some)
    assert any((s.digits != np.arange(9)).all() for s in some)


def test_a_batch_is_moved_by_another_symmetry_for_every_board(rng):
    clues, solutions = generate.puzzles(300, seed=4)
    moved, answers = moved_apart([clues, solutions], rng)
    assert solved(answers, moved).all()
    assert moved.dtype == clues.dtype
    assert ((moved > 0).sum(1) == (clues > 0).sum(1)).all()
    assert (solver.solve(moved[:20])[0] == answers[:20]).all()
    same = np.repeat(solutions[:1], 2000, 0)
    (shuffled,) = moved_apart([same], rng)
    assert len(np.unique(shuffled, axis=0)) == 2000
    assert abs((shuffled == same).mean() - 1 / 9) < 0.01
    row = (shuffled[:, :9, None] == same[:, None, :9]).all(2)  # another order of digits almost everywhere
    assert row.mean() < 0.01
