"""Random and mutated texts and files through the one reader: nothing but records, bad lines and our errors may come out.

`python tools/fuzz.py --count 1000000 --seed 0` (`make fuzz`). What it finds is printed whole, so that it can become a test.
"""

import argparse
import gzip
import io
import json
import random
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "formats"))

from forms import BYTES, TEXTS  # the forms of the tests

from vmd_sudoku.errors import VmdSudokuError
from vmd_sudoku.formats.reader import is_text, records, records_of_text
from vmd_sudoku.formats.record import BadLine, Record

SIGNS = (
    "0123456789" * 4 + ".........    \n\n\n,;|\t:-_*xX+#[]{}()\"'=<>/?&%\\~\r\x00\x0cN"
    "\u00b2\u2460\ufeff\u0660\uff15\u2502\u2550\u00b7\ud800\u2028"
)
PIECES = (
    *("[Puzzle]\n", "[State]\n", "puzzle,solution\n", ":0000:x:", "https://", "?p=", "N4Ig", "\n\n", "81", "null"),
    *('{"puzzle":', "[Game]\nboard=", "-1,", "array([", "\n#1 ", "\nSolution: ", "type=killer\n"),
)
LONGEST = 1500
SLOW = 2.0
"""Seconds that no text of this length may take."""


def mutated(text: str, rng: random.Random) -> str:
    """A text with a few random changes."""
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at, end = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        kind = rng.randrange(9)
        if kind == 0:
            text = text[:at] + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + rng.choice(SIGNS) + text[at:]
        elif kind == 2:
            text = text[:at] + rng.choice(SIGNS) + text[at + 1 :]
        elif kind == 3:
            text = text[:at] + text[end:]
        elif kind == 4:
            text = text[:end] + text[at:]
        elif kind == 5:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif kind == 6:
            lines = text.split("\n")
            rng.shuffle(lines)
            text = "\n".join(lines)
        elif kind == 7:
            text = text.replace(rng.choice(SIGNS), rng.choice(SIGNS))
        else:
            other = rng.choice(TEXTS)
            text = text[:at] + other[rng.randrange(len(other) + 1) :]
    return text[:LONGEST]


def inputs(count: int, seed: int) -> Iterator[str | bytes]:
    """Texts and files: seven of ten mutated, one random, one of bytes, one packed."""
    rng = random.Random(seed)
    for _ in range(count):
        kind = rng.randrange(10)
        if kind < 7:
            yield mutated(rng.choice(TEXTS), rng)
        elif kind == 7:
            yield "".join(rng.choices(SIGNS, k=rng.randrange(400)))
        elif kind == 8:
            data = bytearray(rng.choice(BYTES))
            for _ in range(rng.randrange(4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            yield bytes(data[: rng.choice((len(data), rng.randrange(len(data) + 1)))])
        else:
            text = mutated(rng.choice(TEXTS), rng)
            encoding = rng.choice(("utf-8", "utf-16", "utf-16-be", "utf-32", "cp1252", "utf-8-sig"))
            yield rng.choice(PACKS)(text.encode(encoding, "replace"))


def _zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("list", data)
    return packed.getvalue()


PACKS: tuple[Callable[[bytes], bytes], ...] = (bytes, bytes, gzip.compress, _zipped)


def looked_at(given: str | bytes) -> Counter[str]:
    """How many records and bad lines an input gives, or that it is refused.

    Raises:
        AssertionError: one of them is not what it promises. Whatever else the reader raises is a fault.
    """
    found: Counter[str] = Counter()
    refusal = ""
    try:
        for one in records_of_text(given) if isinstance(given, str) else records(io.BytesIO(given)):
            check(one)
            found["records" if isinstance(one, Record) else "bad lines"] += 1
        if isinstance(given, str):
            is_text(given)
    except VmdSudokuError as error:
        refusal = str(error)
        found["refused"] += 1
    assert len(refusal.splitlines()) <= 1
    return found


def check(one: Record | BadLine) -> None:
    """Whether a record or a bad line is what it promises."""
    if isinstance(one, BadLine):
        assert 0 < len(one.reason) < 500, one
        assert len(one.reason.splitlines()) == 1, one
        assert one.line >= 0, one
        return
    for board in (one.puzzle, one.own, one.solution):
        if board is not None:
            assert board.shape == (81,), one
            assert board.dtype == np.int8, one
            assert 0 <= board.min() <= board.max() <= 9, one
    assert one.own is None or not ((one.own > 0) & (one.puzzle > 0)).any(), one
    assert one.name.isprintable(), one
    assert all(len(note.splitlines()) == 1 for note in one.notes), one


def main() -> None:
    """Run, with a line every 50,000 inputs; exit code 1 at the first fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    found: Counter[str] = Counter()
    slowest, start = 0.0, time.perf_counter()
    for number, given in enumerate(inputs(chosen.count, chosen.seed), 1):
        begun = time.perf_counter()
        try:
            found += looked_at(given)
        except Exception as error:
            print(f"input {number} of seed {chosen.seed}: {type(error).__name__}: {error}\n{given!r}", file=sys.stderr)
            raise
        slowest = max(slowest, time.perf_counter() - begun)
        if number % 50_000 == 0:
            print(f"{number} inputs, {dict(found)}, slowest {slowest:.3f} s", flush=True)
    report = {"inputs": chosen.count, "seed": chosen.seed, **found, "slowest_s": round(slowest, 3)}
    print(json.dumps(report | {"seconds": round(time.perf_counter() - start)}))


if __name__ == "__main__":
    main()
