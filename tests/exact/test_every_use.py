"""Every use that a technique finds, against a slow reading of its rule with sets; and the same uses on a turned board."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from vmd_sudoku.board import CELLS, PEERS, UNITS
from vmd_sudoku.exact import generate
from vmd_sudoku.exact import techniques as t
from vmd_sudoku.exact.symmetry import Symmetry

LINES = UNITS[:18].tolist()
SEES = [set(peers) for peers in PEERS.tolist()]


def uses(technique, masks, blank):
    """What each use of a technique would remove, {(cell, digit)}, in the order in which it finds them."""
    words, basis, found = np.zeros(t.WORDS, np.int64), np.zeros(CELLS, bool), []
    while True:
        state = masks.copy()
        words[:] = 0, 0, 0, len(found)
        if not t.apply(technique, state, blank, True, words, basis):
            assert (state == masks).all(), "a use that is passed over leaves no trace"
            return found
        assert not (state & ~masks).any()
        found.append(frozenset((c, d) for c in range(CELLS) for d in range(9) if (masks & ~state)[c] >> d & 1))


def slow(technique, masks, blank):
    """The same by the rule's words, on sets; empty ones are no use."""
    left = [{d for d in range(9) if mask >> d & 1} for mask in masks.tolist()]
    rule, *more = RULES[technique]
    return [gone for gone in rule(left, blank, *more) if gone]


def holders(left, cells, digit):
    return [cell for cell in cells if digit in left[cell]]


def clear(left, cells, digits):
    return frozenset((cell, digit) for cell in cells for digit in digits if digit in left[cell])


def locked(left, blank):
    for unit in UNITS.tolist():
        for digit in range(9):
            found = holders(left, unit, digit)
            for other in UNITS.tolist():
                if len(found) > 1 and other != unit and set(found) <= set(other):
                    yield clear(left, set(other) - set(found), {digit})


def naked(left, blank, size):
    for unit in UNITS.tolist():
        for chosen in combinations([cell for cell in unit if left[cell]], size):
            digits = set().union(*(left[cell] for cell in chosen))
            if len(digits) == size:
                yield clear(left, set(unit) - set(chosen), digits)


def hidden(left, blank, size):
    for unit in UNITS.tolist():
        for digits in combinations([d for d in range(9) if holders(left, unit, d)], size):
            cells = set().union(*(holders(left, unit, digit) for digit in digits))
            if len(cells) == size:
                yield clear(left, cells, set(range(9)) - set(digits))


def fish(left, blank, size):
    for digit in range(9):
        for base, cover in ((LINES[:9], LINES[9:]), (LINES[9:], LINES[:9])):
            for chosen in combinations([line for line in base if len(holders(left, line, digit)) > 1], size):
                inside = set().union(*(holders(left, line, digit) for line in chosen))
                covers = [line for line in cover if inside & set(line)]
                if len(covers) == size:
                    yield clear(left, set().union(*covers) - inside, {digit})


def xy_wing(left, blank):
    for pivot in range(CELLS):
        for one, other in combinations(sorted(SEES[pivot]), 2):
            three = [left[cell] for cell in (pivot, one, other)]
            # Three pairs of three digits that share none: xy, xz, yz.
            if all(len(pair) == 2 for pair in three) and len(set().union(*three)) == 3 and not set.intersection(*three):
                yield clear(left, SEES[one] & SEES[other], left[one] & left[other])


def rectangle(left, blank):
    for one, other in combinations(range(CELLS), 2):  # opposite corners
        (top, left_), (bottom, right) = divmod(one, 9), divmod(other, 9)
        corners = [9 * r + c for r in (top, bottom) for c in (left_, right)]
        boxes = {cell // 27 * 3 + cell % 9 // 3 for cell in corners}
        if top == bottom or left_ == right or len(boxes) != 2 or not all(blank[c] and left[c] for c in corners):
            continue
        for pair in {frozenset(left[cell]) for cell in corners if len(left[cell]) == 2}:
            yield from broken(left, corners, pair)


def broken(left, corners, pair):
    """What keeps the corners from all holding the pair."""
    more = [cell for cell in corners if left[cell] - pair]
    extra = set().union(*(left[cell] - pair for cell in more))
    if len(more) == 1:
        yield clear(left, more, pair)
    elif len(extra) == 1:
        yield clear(left, set.intersection(*(SEES[cell] for cell in more)), extra)
    for line in LINES:
        side = [cell for cell in corners if cell in line]
        floor = [cell for cell in corners if cell not in line]
        for digit in pair if len(side) == 2 and all(left[cell] == pair for cell in floor) else ():
            shared = [unit for unit in UNITS.tolist() if set(side) <= set(unit)]
            if any(set(holders(left, unit, digit)) == set(side) for unit in shared):
                yield clear(left, side, pair - {digit})


def colouring(left, blank):
    for digit in range(9):
        pairs = [found for unit in UNITS.tolist() if len(found := holders(left, unit, digit)) == 2]
        todo = {cell for pair in pairs for cell in pair}
        while todo:
            colour = {min(todo): 0}
            while more := {
                b: 1 - colour[a] for pair in pairs for a, b in (pair, pair[::-1]) if a in colour and b not in colour
            }:
                colour |= more
            todo -= set(colour)
            yield clear(left, wrong(left, colour, holders(left, range(CELLS), digit)), {digit})


def wrong(left, colour, places):
    """Cells of a colour that stands twice in a unit, and others that see both colours."""
    sides = [{cell for cell, side in colour.items() if side == which} for which in (0, 1)]
    gone = [side for side in sides if any(SEES[cell] & side for cell in side)]
    return set().union(*gone[:1], {c for c in places if c not in colour and all(SEES[c] & side for side in sides)})


RULES = {
    t.LOCKED: (locked,),
    t.NAKED_PAIR: (naked, 2),
    t.X_WING: (fish, 2),
    t.HIDDEN_PAIR: (hidden, 2),
    t.NAKED_TRIPLE: (naked, 3),
    t.SWORDFISH: (fish, 3),
    t.HIDDEN_TRIPLE: (hidden, 3),
    t.XY_WING: (xy_wing,),
    t.UNIQUE_RECTANGLE: (rectangle,),
    t.NAKED_QUAD: (naked, 4),
    t.HIDDEN_QUAD: (hidden, 4),
    t.COLOURING: (colouring,),
}


def after_singles(seed):
    """Masks and blanks of a puzzle whose singles and locked candidates are at an end; None where they solve it."""
    (puzzle,), _ = generate.puzzles(1, seed)
    digits, masks = puzzle.copy(), t.candidates(puzzle)
    t.run(masks, digits, puzzle == 0, True, t.UP_TO[t.LOCKED], -1, 0, np.zeros(CELLS, np.int64))
    return (masks, puzzle == 0) if masks.any() else None


def at_random(rng):
    """Masks of no puzzle: a rule speaks of candidates, wherever they come from."""
    there = rng.random((CELLS, 9)) < rng.choice([0.15, 0.25, 0.4]) * rng.uniform(0.5, 1.5, 9)
    return (there << np.arange(9)).sum(1), rng.random(CELLS) < 0.9


SOUND = [state for seed in range(60) if (state := after_singles(seed))][:16]
STATES = SOUND + [at_random(rng) for rng in np.random.default_rng(3).spawn(9)]


@pytest.mark.parametrize("technique", RULES)
def test_a_technique_finds_every_use_of_its_rule_and_no_other(technique):
    total = 0
    # Where both colours are wrong, which one goes first is nobody's rule.
    for masks, blank in SOUND if technique == t.COLOURING else STATES:
        found, wanted = uses(technique, masks, blank), slow(technique, masks, blank)
        if technique == t.UNIQUE_RECTANGLE:  # met from several of its corners
            found, wanted = set(found), set(wanted)
        assert Counter(found) == Counter(wanted)
        total += len(found)
    assert total


@pytest.mark.parametrize("technique", RULES)
def test_on_a_board_that_is_moved_and_renamed_a_technique_has_the_uses_moved(technique, rng):
    for masks, blank in SOUND if technique == t.COLOURING else STATES[::4]:
        symmetry = Symmetry.random(rng)
        there = symmetry.candidates(masks[:, None] >> np.arange(9) & 1, 0)
        moved = uses(technique, (there << np.arange(9)).sum(1), blank[symmetry.cells])
        back = {frozenset((symmetry.cells[c], symmetry.digits[d]) for c, d in gone) for gone in moved}
        assert back == set(uses(technique, masks, blank))


def test_the_hardest_technique_does_not_hang_on_how_the_board_lies(rng):
    puzzles, _ = generate.puzzles(300, seed=13)
    unique = np.ones(len(puzzles), bool)
    levels = t.hardest(puzzles, unique)
    assert len(set(levels.tolist())) > 5
    for _ in range(3):
        assert (t.hardest(Symmetry.random(rng).board(puzzles), unique) == levels).all()
