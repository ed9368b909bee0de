"""Speed of the exact solver and of the generator on one core: `python tools/exact_speed.py [FOLDER]`.

FOLDER holds the public sets seventeen_clue.csv and forum_hardest_11plus.csv; without it the project's own examples are
solved. Every figure is the median of five runs after one that compiles, by the processor time that this one thread used.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from vmd_sudoku.exact import generate, solver
from vmd_sudoku.formats import files as puzzle_file

RUNS = 5
EXAMPLES = Path(__file__).parents[2] / "puzzles"


def per_second(count: int, work: Callable[[], object]) -> float:
    """`count` by the median time of `work`."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return count / statistics.median(times)


def main() -> None:
    """Print one line a figure."""
    if len(sys.argv) > 1:
        files = [Path(sys.argv[1]) / f"{name}.csv" for name in ("seventeen_clue", "forum_hardest_11plus")]
    else:
        files = [EXAMPLES / f"{name}.csv" for name in ("easy", "hard", "expert")]
    for file in files:
        puzzles = puzzle_file.read(file).puzzles
        repeated = puzzles.repeat(max(1, 2_000 // len(puzzles)), 0)
        speed = per_second(len(repeated), partial(solver.count_solutions, repeated))
        print(f"{file.stem}: {speed:,.0f} checks for uniqueness a second ({len(puzzles)} puzzles)")
    print(f"minimal puzzles: {per_second(2_000, partial(generate.puzzles, 2_000, 1)):,.0f} a second")
    print(f"puzzles with 30 clues: {per_second(2_000, partial(generate.puzzles, 2_000, 1, 30)):,.0f} a second")
    print(f"full grids: {per_second(20_000, partial(generate.full_grids, 20_000, 1)):,.0f} a second")


if __name__ == "__main__":
    main()
