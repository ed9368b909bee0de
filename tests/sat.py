"""An independent word on the number of solutions, and puzzles that went wrong."""

import numpy as np
from pysat.solvers import Cadical153

from vmd_sudoku.board import CELLS, UNITS


class SatCounter:
    """An independent count of solutions up to two, by a SAT solver: one variable a candidate."""

    def __init__(self):
        self.solver = Cadical153()
        variable = np.arange(1, 730).reshape(CELLS, 9)
        groups = [*variable.tolist(), *(variable[unit, digit].tolist() for unit in UNITS for digit in range(9))]
        for group in groups:
            self.solver.add_clause(group)
            for i, one in enumerate(group):
                for other in group[:i]:
                    self.solver.add_clause([-one, -other])
        self.next_free = 730

    def count(self, board):
        clues = [9 * cell + int(digit) for cell, digit in enumerate(board) if digit]
        if not self.solver.solve(assumptions=clues):
            return 0
        model = [v for v in self.solver.get_model()[:729] if v > 0]
        guard, self.next_free = self.next_free, self.next_free + 1
        self.solver.add_clause([-guard, *(-v for v in model)])
        again = self.solver.solve(assumptions=[*clues, guard])
        self.solver.add_clause([-guard])
        return 2 if again else 1


def corrupted(puzzles, rng):
    """Each puzzle with one clue changed at random."""
    wrong = puzzles.copy()
    for board in wrong:
        cell = rng.choice(np.flatnonzero(board))
        board[cell] = (board[cell] + rng.integers(0, 8)) % 9 + 1
    return wrong
