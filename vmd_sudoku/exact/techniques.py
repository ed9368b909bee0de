"""Human solving techniques on candidate masks, easiest first. Compiled by numba.

A state is 81 masks of nine bits: the digits that a blank cell may still hold, 0 where a digit stands. Every technique looks
for one place where it removes something, removes it, and leaves word of what its argument was. `run` fills in singles and
goes to the next harder technique only where no easier one is left, so the hardest one used up to a cell is the easiest that
gives it. The order is that of the ratings of Sudoku Explainer (Juillerat 2007), colouring last.
"""

from itertools import combinations

import numpy as np

from vmd_sudoku.board import BOX, CELLS, COL, DIGITS, PEERS, ROW, SIDE, UNITS
from vmd_sudoku.compiled import njit

NAKED_SINGLE, HIDDEN_SINGLE, CHAIN, LOCKED, NAKED_PAIR, X_WING, HIDDEN_PAIR, NAKED_TRIPLE = range(8)
SWORDFISH, HIDDEN_TRIPLE, XY_WING, UNIQUE_RECTANGLE, NAKED_QUAD, HIDDEN_QUAD, COLOURING = range(8, 15)
HARDEST = COLOURING
LOOK_AHEAD, GUESS = 15, 16
"""No technique gives the digit: every solution has it, or some solution has another one (or there is none)."""

REACHED, STUCK, IMPOSSIBLE = 1, 0, -1
"""How `run` ended: the asked digit is a single now; nothing more is found; the board contradicts itself."""

UP_TO = [np.arange(LOCKED, hardest + 1) for hardest in range(HARDEST + 1)]
"""For each technique, all that are no harder, without singles."""
_UP_TO_HARDEST = UP_TO[HARDEST]
PAPER_FILTER = np.array([LOCKED, NAKED_PAIR, NAKED_TRIPLE, XY_WING, UNIQUE_RECTANGLE])
"""With naked and hidden singles the seven strategies that solve every puzzle of the papers' sets (arXiv 2409.10502)."""

DIGIT_BITS, FROM_UNITS, TO_UNITS, _SKIP = range(4)
"""Words left by a technique: its digits, the units that it looks at and those that it removes from, as bits of a number."""
WORDS = 4

_ALL = (1 << DIGITS) - 1
_COUNT = np.array([bits.bit_count() for bits in range(512)])
_LOW = np.array([(bits & -bits).bit_length() - 1 for bits in range(512)])
"""Index of the lowest bit; -1 where there is none."""
# Tables instead of arithmetic: these are asked millions of times when techniques are counted over a set.
_SEES = (ROW[:, None] == ROW) | (COL[:, None] == COL) | (BOX[:, None] == BOX)
_SEES &= ~np.eye(CELLS, dtype=bool)
_PAIRS, _TRIPLES, _QUADS = (
    np.array([sum(1 << i for i in chosen) for chosen in combinations(range(SIDE), size)]) for size in (2, 3, 4)
)
_UNITS_OF = np.stack([ROW, SIDE + COL, 2 * SIDE + BOX], 1)


@njit(cache=True, nogil=True)
def candidates(board):
    """The masks of a board, int64 [81]: what no peer holds."""
    masks = np.zeros(CELLS, np.int64)
    for cell in range(CELLS):
        if board[cell] == 0:
            masks[cell] = _ALL
            for peer in PEERS[cell]:
                if board[peer]:
                    masks[cell] &= ~(1 << (board[peer] - 1))
    return masks


@njit(cache=True, nogil=True)
def places(masks, unit, digit):
    """Which of the nine cells of a unit may hold a digit (0 to 8), as bits."""
    found = 0
    for i in range(SIDE):
        found |= (masks[UNITS[unit, i]] >> digit & 1) << i
    return found


@njit(cache=True, nogil=True)
def hidden_in(masks, cell, digit):
    """The first unit, boxes first, in which a cell is the one place for a digit (0 to 8); -1 if there is none."""
    # A person looks at boxes first, so a single that both a box and a line show is told by its box.
    for kind in (2, 0, 1):
        unit = _UNITS_OF[cell, kind]
        if masks[cell] >> digit & 1 and _COUNT[places(masks, unit, digit)] == 1:
            return unit
    return -1


@njit(cache=True, nogil=True)
def _put(masks, digits, cell, digit):
    """Put a digit (0 to 8) in a cell; False when a peer is left without any."""
    # The mask goes to 0, so that a filled cell never shows up among the candidates of a unit.
    masks[cell], digits[cell] = 0, digit + 1
    # All peers are cleared even after one ran empty: the state stays consistent for whoever looks at it.
    fine = True
    for peer in PEERS[cell]:
        if masks[peer] >> digit & 1:
            masks[peer] &= ~(1 << digit)
            fine = fine and masks[peer] != 0
    return fine


@njit(cache=True, nogil=True)
def _missing(masks, digits):
    """Whether a unit has no cell left for a digit that it lacks, or a blank cell has no digit."""
    for cell in range(CELLS):
        if masks[cell] == 0 and digits[cell] == 0:
            return True
    for unit in range(len(UNITS)):
        there = 0
        for cell in UNITS[unit]:
            # One pass finds both a digit without a place and a digit that was put twice (its second place took
            # another one).
            there |= masks[cell] if digits[cell] == 0 else 1 << (digits[cell] - 1)
        if there != _ALL:
            return True
    return False


@njit(cache=True, nogil=True)
def _fill_singles(masks, digits, target, level, label):
    """Put every single but the target: how many, or IMPOSSIBLE. Newly filled cells without a level get `label`."""
    filled = 0
    for cell in range(CELLS):
        # The target stays blank: the question is what justifies its digit, and it may need more than a single.
        if masks[cell] == 0 or cell == target:
            continue
        digit = -1
        if _COUNT[masks[cell]] == 1:
            # A naked single is taken before a hidden one because it is found from this cell alone.
            digit = _LOW[masks[cell]]
        else:
            for d in range(DIGITS):
                if masks[cell] >> d & 1 and hidden_in(masks, cell, d) >= 0:
                    digit = d
                    break
        if digit >= 0:
            if not _put(masks, digits, cell, digit):
                return IMPOSSIBLE
            if level[cell] < 0:
                # Only the first label counts: a cell that an easier technique has filled is not made harder
                # afterwards.
                level[cell] = label
            filled += 1
    return filled


# Every technique below: True after it removed something. `words` [WORDS] and `basis` bool [81] get its argument; with a
# number n in words[_SKIP] the first n places where it would remove something are passed over.


@njit(cache=True, nogil=True)
def _passed_over(words):
    if words[_SKIP] == 0:
        return False
    # Asked after the check that something would be removed: only uses that remove something are counted.
    words[_SKIP] -= 1
    return True


@njit(cache=True, nogil=True)
def _say(words, digit_bits, from_units, to_units):
    words[DIGIT_BITS], words[FROM_UNITS], words[TO_UNITS] = digit_bits, from_units, to_units


@njit(cache=True, nogil=True)
def _locked(masks, words, basis):
    """A digit's places in one unit all lie in another one too, so it stands nowhere else in that."""
    for turn in range(len(UNITS)):
        unit = (turn + 2 * SIDE) % len(UNITS)  # boxes first
        for digit in range(DIGITS):
            found = places(masks, unit, digit)
            # A single place is a hidden single and is filled elsewhere.
            if _COUNT[found] < 2:
                continue
            # Every other place must lie in a unit of the first one, so its three units are all that can hold them.
            first = UNITS[unit, _LOW[found]]
            for kind in range(3):
                other = _UNITS_OF[first, kind]
                if other == unit:
                    continue
                inside = True
                for i in range(SIDE):
                    if found >> i & 1 and _UNITS_OF[UNITS[unit, i], kind] != other:
                        inside = False
                # As many places in both units means that nothing is left to remove.
                if not inside or _COUNT[places(masks, other, digit)] == _COUNT[found] or _passed_over(words):
                    continue
                _say(words, 1 << digit, 1 << unit, 1 << other)
                for cell in UNITS[unit]:
                    # The basis is noted before anything is removed, else it would be empty for the explanation.
                    basis[cell] = masks[cell] >> digit & 1
                for cell in UNITS[other]:
                    if not basis[cell]:
                        masks[cell] &= ~(1 << digit)
                return True
    return False


@njit(cache=True, nogil=True)
def _naked(masks, subsets, size, words, basis):
    """As many cells of a unit as digits in them: no other cell of the unit holds one of these."""
    for unit in range(len(UNITS)):
        cells = UNITS[unit]
        for subset in subsets:
            union, fits = 0, True
            for i in range(SIDE):
                if subset >> i & 1:
                    union |= masks[cells[i]]
                    fits = fits and masks[cells[i]] != 0
            # Fewer digits than cells would be a contradiction, which `_missing` reports; only the exact fit is an
            # argument.
            if not fits or _COUNT[union] != size:
                continue
            removes = False
            for i in range(SIDE):
                removes = removes or (subset >> i & 1 == 0 and masks[cells[i]] & union != 0)
            if not removes or _passed_over(words):
                continue
            _say(words, union, 1 << unit, 1 << unit)
            for i in range(SIDE):
                if subset >> i & 1:
                    basis[cells[i]] = True
                else:
                    masks[cells[i]] &= ~union
            return True
    return False


@njit(cache=True, nogil=True)
def _hidden(masks, subsets, size, words, basis):
    """As many digits as places for them in a unit: these cells hold nothing else."""
    where = np.zeros(DIGITS, np.int64)
    for unit in range(len(UNITS)):
        cells = UNITS[unit]
        for digit in range(DIGITS):
            where[digit] = places(masks, unit, digit)
        for subset in subsets:
            union, fits = 0, True
            for digit in range(DIGITS):
                if subset >> digit & 1:
                    union |= where[digit]
                    fits = fits and where[digit] != 0
            if not fits or _COUNT[union] != size:
                continue
            removes = False
            for i in range(SIDE):
                removes = removes or (union >> i & 1 == 1 and masks[cells[i]] & ~subset != 0)
            if not removes or _passed_over(words):
                continue
            _say(words, subset, 1 << unit, 1 << unit)
            for i in range(SIDE):
                if union >> i & 1:
                    basis[cells[i]] = True
                    masks[cells[i]] &= subset
            return True
    return False


@njit(cache=True, nogil=True)
def _fish(masks, subsets, size, words, basis):
    """A digit's places in some rows lie in as many columns, so these columns hold it nowhere else; or the reverse."""
    where = np.zeros(SIDE, np.int64)
    for digit in range(DIGITS):
        for base in (0, SIDE):  # rows, then columns
            for line in range(SIDE):
                where[line] = places(masks, base + line, digit)
            for subset in subsets:
                union, fits = 0, True
                for line in range(SIDE):
                    if subset >> line & 1:
                        union |= where[line]
                        # A line with one place is a hidden single; a fish through it would say less.
                        fits = fits and _COUNT[where[line]] >= 2
                if not fits or _COUNT[union] != size:
                    continue
                removes = False
                for line in range(SIDE):
                    removes = removes or (subset >> line & 1 == 0 and where[line] & union != 0)
                if not removes or _passed_over(words):
                    continue
                # Rows are units 0 to 8 and columns 9 to 17, so the cover of a fish on rows is shifted by nine, on
                # columns by none.
                _say(words, 1 << digit, subset << base, union << (SIDE - base))
                for line in range(SIDE):
                    for i in range(SIDE):
                        if where[line] & union & 1 << i:
                            cell = UNITS[base + line, i]
                            if subset >> line & 1:
                                basis[cell] = True
                            else:
                                masks[cell] &= ~(1 << digit)
                return True
    return False


@njit(cache=True, nogil=True)
def _remove_seen(masks, bits, basis, words):
    """Remove digits from every cell that sees all of `basis`; False when there is nothing to remove, or it is passed over."""
    removes = False
    # Two passes: the first one changes nothing, since a use that is passed over must leave no trace.
    for turn in range(2):
        for cell in range(CELLS):
            if masks[cell] & bits == 0 or basis[cell]:
                continue
            sees = True
            for other in range(CELLS):
                sees = sees and (not basis[other] or _SEES[cell, other])
            if sees and turn == 0:
                removes = True
            elif sees:
                masks[cell] &= ~bits
        if turn == 0 and (not removes or _passed_over(words)):
            return False
    return True


@njit(cache=True, nogil=True)
def _xy_wing(masks, words, basis):
    """A cell xy sees cells xz and yz: one of these two holds z, so no cell that sees both does."""
    for pivot in range(CELLS):
        if _COUNT[masks[pivot]] != 2:
            continue
        for first in PEERS[pivot]:
            if _COUNT[masks[first]] != 2 or _COUNT[masks[first] & masks[pivot]] != 1:
                continue
            for second in PEERS[pivot]:
                z = masks[first] & masks[second] & ~masks[pivot]
                # Each pair of wings is met twice; the second time it would be counted as another use.
                if second <= first or _COUNT[masks[second]] != 2 or z == 0:
                    continue
                # Three digits in all, else the two wings do not leave z as the only way out.
                if _COUNT[masks[first] | masks[second] | masks[pivot]] != 3 or masks[first] == masks[second]:
                    continue
                basis[:] = False
                basis[first] = basis[second] = True
                if _remove_seen(masks, z, basis, words):
                    # The pivot joins the basis only now: cells that see the wings need not see the pivot.
                    basis[pivot] = True
                    _say(words, z, 0, 0)
                    return True
    basis[:] = False
    return False


@njit(cache=True, nogil=True)
def _confined(masks, first, second, digit):
    """Whether two cells are the only places for a digit in some unit that they share."""
    if (masks[first] & masks[second]) >> digit & 1 == 0:
        return False
    for kind in range(3):
        unit = _UNITS_OF[first, kind]
        if unit == _UNITS_OF[second, kind] and _COUNT[places(masks, unit, digit)] == 2:
            return True
    return False


@njit(cache=True, nogil=True)
def _unique_rectangle(masks, blank, words, basis):
    """Four cells of two rows, two columns and two boxes cannot all hold the same two digits: these could be swapped.

    Only where the board has one solution, and for cells that it leaves blank (bool [81]). Types 1, 2, 4 and 5.
    """
    corners = np.zeros(4, np.int64)
    for top in range(SIDE):
        for bottom in range(top + 1, SIDE):
            for left in range(SIDE):
                for right in range(left + 1, SIDE):
                    # Two rows of one band and two columns of two stacks, or the reverse: in four boxes a swap would
                    # break the boxes.
                    if (top // 3 == bottom // 3) == (left // 3 == right // 3):
                        continue
                    corners[0], corners[1] = SIDE * top + left, SIDE * top + right
                    corners[2], corners[3] = SIDE * bottom + left, SIDE * bottom + right
                    usable = True
                    for cell in corners:
                        # Only cells that the puzzle leaves blank: a swap may not change a clue, so with a clue in it
                        # the rectangle proves nothing.
                        usable = usable and blank[cell] and masks[cell] != 0
                    if usable and _rectangle(masks, corners, words, basis):
                        return True
    return False


@njit(cache=True, nogil=True)
def _rectangle(masks, corners, words, basis):
    for start in range(4):
        pair = masks[corners[start]]
        if _COUNT[pair] != 2:
            continue
        extra, with_extra, last = 0, 0, 0
        for i in range(4):
            if masks[corners[i]] & ~pair:
                extra |= masks[corners[i]] & ~pair
                with_extra += 1
                last = corners[i]
        # Type 1: three corners hold just the pair, so the fourth must break it.
        if with_extra == 1 and masks[last] & pair and not _passed_over(words):
            masks[last] &= ~pair
            basis[corners] = True
            _say(words, pair, 0, 0)
            return True
        # Types 2 and 5: one of the corners with the extra digit holds it, so no cell that sees them all does.
        if with_extra >= 2 and _COUNT[extra] == 1:
            basis[:] = False
            for cell in corners:
                basis[cell] = masks[cell] & extra != 0
            if _remove_seen(masks, extra, basis, words):
                basis[corners] = True
                _say(words, pair, 0, 0)
                return True
            # The trial basis is wiped: the next type starts from nothing.
            basis[:] = False
        # The two cells of the opposite side; the sides of corner i lead to i ^ 1 (its row) and i ^ 2 (its column).
        for along in (1, 2):
            if masks[corners[start ^ along]] != pair:
                continue
            first, second = corners[start ^ 3], corners[start ^ along ^ 3]
            for digit in range(DIGITS):
                other = pair & ~(1 << digit)
                if pair >> digit & 1 == 0 or not _confined(masks, first, second, digit):
                    continue
                if (masks[first] | masks[second]) & other == 0 or _passed_over(words):
                    continue
                masks[first] &= ~other
                masks[second] &= ~other
                basis[corners] = True
                _say(words, pair, 0, 0)
                return True
    return False


@njit(cache=True, nogil=True)
def _wrong_colour(colour, queue, size):
    """A colour that two cells of one unit have, and which is false in the whole cluster; 0 if there is none."""
    wrong = 0
    for i in range(size):
        for j in range(i):
            if _SEES[queue[i], queue[j]] and colour[queue[i]] == colour[queue[j]]:
                wrong = colour[queue[i]]
    return wrong


@njit(cache=True, nogil=True)
def _colouring(masks, words, basis):
    """Where units have two places for a digit, these alternate: all of one colour hold it, or all of the other.

    A colour that is twice in a unit is the wrong one; a cell that sees both colours does not hold the digit.
    """
    colour, queue = np.zeros(CELLS, np.int64), np.zeros(CELLS, np.int64)
    for digit in range(DIGITS):
        bit = 1 << digit
        # Every cluster is found from each of its cells; looking at it once is enough.
        done = np.zeros(CELLS, np.bool_)
        for seed in range(CELLS):
            if done[seed] or masks[seed] & bit == 0:
                continue
            colour[:] = 0
            # Breadth first, with 1 and -1 for the two colours, so that the other colour is a change of sign.
            colour[seed], queue[0], size, place = 1, seed, 1, 0
            while place < size:
                cell = queue[place]
                place += 1
                done[cell] = True
                for kind in range(3):
                    unit = _UNITS_OF[cell, kind]
                    found = places(masks, unit, digit)
                    if _COUNT[found] != 2:
                        continue
                    for i in range(SIDE):
                        other = UNITS[unit, i]
                        if found >> i & 1 and colour[other] == 0:
                            colour[other], queue[size] = -colour[cell], other
                            size += 1
            if size < 2:
                continue
            wrong = _wrong_colour(colour, queue, size)
            removes = False
            for turn in range(2):
                for cell in range(CELLS):
                    if masks[cell] & bit == 0:
                        continue
                    goes = wrong != 0 and colour[cell] == wrong
                    if colour[cell] == 0:
                        sees_one, sees_other = False, False
                        for i in range(size):
                            if _SEES[cell, queue[i]]:
                                sees_one = sees_one or colour[queue[i]] == 1
                                sees_other = sees_other or colour[queue[i]] == -1
                        goes = sees_one and sees_other
                    if goes and turn == 0:
                        removes = True
                    elif goes:
                        masks[cell] &= ~bit
                if turn == 0 and (not removes or _passed_over(words)):
                    break
                if turn == 1:
                    for i in range(size):
                        basis[queue[i]] = True
                    _say(words, bit, 0, 0)
                    return True
    return False


@njit(cache=True, nogil=True)
def apply(technique, masks, blank, unique, words, basis):
    """Use a technique once, from LOCKED on; False where it removes nothing."""
    basis[:] = False
    if technique == LOCKED:
        return _locked(masks, words, basis)
    if technique == NAKED_PAIR:
        return _naked(masks, _PAIRS, 2, words, basis)
    if technique == X_WING:
        return _fish(masks, _PAIRS, 2, words, basis)
    if technique == HIDDEN_PAIR:
        return _hidden(masks, _PAIRS, 2, words, basis)
    if technique == NAKED_TRIPLE:
        return _naked(masks, _TRIPLES, 3, words, basis)
    if technique == SWORDFISH:
        return _fish(masks, _TRIPLES, 3, words, basis)
    if technique == HIDDEN_TRIPLE:
        return _hidden(masks, _TRIPLES, 3, words, basis)
    if technique == XY_WING:
        return _xy_wing(masks, words, basis)
    if technique == UNIQUE_RECTANGLE:
        return unique and _unique_rectangle(masks, blank, words, basis)
    if technique == NAKED_QUAD:
        return _naked(masks, _QUADS, 4, words, basis)
    if technique == HIDDEN_QUAD:
        return _hidden(masks, _QUADS, 4, words, basis)
    return _colouring(masks, words, basis)


@njit(cache=True, nogil=True)
def run(masks, digits, blank, unique, allowed, target, digit, level):
    """Fill in singles and use the `allowed` techniques, easiest first, until `digit` (0 to 8) is a single in the cell `target`
    (or -1).

    masks int64 [81] and digits int8 [81] are the state; blank: cells that the board leaves empty; unique: whether it has
    one solution. `level` int64 [81] gets, where it is below 0, the hardest technique used up to each filled cell.
    """
    words, basis = np.zeros(WORDS, np.int64), np.zeros(CELLS, np.bool_)
    # Singles found after the first round rest on cells that were filled before, which is already a chain.
    label = CHAIN
    while True:
        if _missing(masks, digits):
            return IMPOSSIBLE
        if target >= 0:
            if masks[target] >> digit & 1 == 0:
                return IMPOSSIBLE  # the asked digit has gone: it cannot follow
            if masks[target] == 1 << digit or hidden_in(masks, target, digit) >= 0:
                return REACHED
        # All singles before any technique: so a technique counts only where singles are at an end.
        filled = _fill_singles(masks, digits, target, level, label)
        if filled == IMPOSSIBLE:
            return IMPOSSIBLE
        if filled:
            continue
        for technique in allowed:
            if apply(technique, masks, blank, unique, words, basis):
                # Back to singles after one removal: a harder technique is never used while an easier one would do.
                label = max(label, technique)
                break
        else:
            return STUCK


@njit(cache=True, nogil=True)
def direct_singles(masks, digits, level):
    """Mark what a board gives at once: naked singles, then hidden ones; `digits` and `level` as of `run`."""
    for cell in range(CELLS):
        if _COUNT[masks[cell]] == 1:
            # Marked, not filled: filling would make the next cell easier, and the board at hand is what is asked
            # about.
            level[cell], digits[cell] = NAKED_SINGLE, _LOW[masks[cell]] + 1
            continue
        for digit in range(DIGITS):
            if masks[cell] and hidden_in(masks, cell, digit) >= 0:
                level[cell], digits[cell] = HIDDEN_SINGLE, digit + 1
                break


@njit(cache=True, nogil=True)
def solvable(puzzles, allowed):
    """Which puzzles int8 [n,81], of one solution each, singles and some techniques from LOCKED on solve: bool [n]."""
    solved, level = np.zeros(len(puzzles), np.bool_), np.zeros(CELLS, np.int64)
    for i in range(len(puzzles)):
        digits = puzzles[i].copy()
        run(candidates(digits), digits, digits == 0, True, allowed, -1, 0, level)
        solved[i] = (digits > 0).all()
    return solved


@njit(cache=True, nogil=True)
def hardest(puzzles, unique):
    """The hardest technique that a person needs for each puzzle, int8 [n,81], if easier ones are always tried first: int64 [n].

    CHAIN: singles are enough; LOOK_AHEAD: no technique here solves it; GUESS: it is not `unique`, bool [n].
    """
    found = np.full(len(puzzles), GUESS)
    for i in range(len(puzzles)):
        if not unique[i]:
            continue
        digits, level = puzzles[i].copy(), np.full(CELLS, -1)
        run(candidates(digits), digits, digits == 0, True, _UP_TO_HARDEST, -1, 0, level)
        found[i] = max(CHAIN, level.max()) if (digits > 0).all() else LOOK_AHEAD
    return found
