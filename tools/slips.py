"""One slip of a hand in texts of known puzzles: how often another puzzle comes out, where a refusal is wanted.

`python tools/slips.py --count 20000 --seed 0`. A slip may change a cell or two, which nobody can see; a slip that moves the
others makes another puzzle, and an answer to it would be wrong without a word.
"""

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "formats"))

from forms import ANSWER, ANSWERS, EASY, FORMS, LINES, LISTS, drawn  # the forms of the tests

from vmd_sudoku.board import to_line
from vmd_sudoku.errors import VmdSudokuError
from vmd_sudoku.formats.reader import records_of_text
from vmd_sudoku.formats.record import Record

LONGEST = 4000
SEEN_BY_NOBODY = 2
"""Cells that a slip may change."""
TEXTS = {**FORMS, **{f"list: {name}": text for name, text in LISTS.items()}, "drawn": drawn(EASY)}
KINDS = ("gone", "twice", "more", "swapped", "other", "end cut off", "line gone", "line twice", "lines joined")


def slipped(text: str, kind: str, rng: random.Random) -> str:
    """The text with one slip."""
    at, sign = rng.randrange(len(text)), rng.choice("0123456789. ,|x-*#")
    lines = text.split("\n")
    row = rng.randrange(len(lines))
    ways = {
        "gone": text[:at] + text[at + 1 :],
        "twice": text[:at] + text[at] + text[at:],
        "more": text[:at] + sign + text[at:],
        "swapped": text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
        "other": text[:at] + sign + text[at + 1 :],
        "end cut off": text[:at],
        "line gone": "\n".join(lines[:row] + lines[row + 1 :]),
        "line twice": "\n".join(lines[: row + 1] + lines[row:]),
        "lines joined": "\n".join([*lines[:row], "".join(lines[row : row + 2]), *lines[row + 2 :]]),
    }
    return ways[kind]


def read(text: str) -> list[str]:
    """The puzzles of a text, 81 characters each."""
    try:
        return [to_line(found.puzzle) for found in records_of_text(text) if isinstance(found, Record)]
    except VmdSudokuError:
        return []


def become(count: int, seed: int) -> tuple[int, Counter[str]]:
    """How many puzzles come out of so many slips, and how many of them are others than were meant, by text and slip."""
    rng = random.Random(seed)
    names = [name for name, text in TEXTS.items() if len(text) <= LONGEST]
    known = {name: [*read(TEXTS[name]), ANSWER, *ANSWERS, *LINES] for name in names}
    others: Counter[str] = Counter()
    puzzles = 0
    for _ in range(count):
        name, kind = rng.choice(names), rng.choice(KINDS)
        for found in read(slipped(TEXTS[name], kind, rng)):
            puzzles += 1
            changed = min(sum(a != b for a, b in zip(found, true, strict=True)) for true in known[name])
            if changed > SEEN_BY_NOBODY:
                others[f"{name}, {kind}"] += 1
    return puzzles, others


def main() -> None:
    """Make slips and print what became of them."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    puzzles, others = become(given.count, given.seed)
    print(
        json.dumps(
            {"slips": given.count, "seed": given.seed, "puzzles": puzzles, "others": sum(others.values())} | others
        )
    )


if __name__ == "__main__":
    main()
