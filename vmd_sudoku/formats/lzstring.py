"""LZString's base64 form, in which f-puzzles links carry their JSON: a dictionary coder (LZ78) on UTF-16 code units.

The stream is a row of codes, lowest bit first: 0 or 1 is a new character in 8 or 16 bits, 2 is the end, and any other number
is a text seen before. The reader's dictionary grows by every new character, then by every pair (text before, first character
of this one); a code has as many bits as the next free number.
"""

from vmd_sudoku.errors import PuzzleError

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SIX_BITS = {character: f"{value:06b}" for value, character in enumerate(_ALPHABET)}
_SHORT, _LONG, _END, _FIRST_FREE = 0, 1, 2, 3
_MOST_PER_UNIT = 8
"""Packed characters of six bits that one unit can take: 16 bits, and a code of less than 32."""


class _Codes:
    """The bits of a packed text, read as numbers."""

    def __init__(self, packed: str):
        try:
            self._bits = "".join([_SIX_BITS[character] for character in packed])
        except KeyError as error:
            raise PuzzleError(
                f"the puzzle in this link is damaged: {error.args[0]!r} cannot stand in it; copy the link again"
            ) from None
        self._place = 0

    def next(self, width: int) -> int:
        """The number in the next `width` bits, lowest first."""
        bits = self._bits[self._place : self._place + width]
        if len(bits) < width:
            raise PuzzleError("the puzzle in this link is cut off; copy the whole link")
        self._place += width
        return int(bits[::-1], 2)


def decode(packed: str, limit: int) -> str:
    """The text of a packed one, up to `limit` UTF-16 code units; `\\` may stand for `=`, as f-puzzles writes it.

    Raises:
        PuzzleError: damaged, cut off, or longer than `limit`.
    """
    too_much = PuzzleError(f"the puzzle in this link unpacks to more than {limit} characters; that is no Sudoku")
    # Before anything is unpacked: a link of megabytes costs no time.
    if len(packed) > _MOST_PER_UNIT * limit:
        raise too_much
    codes = _Codes(packed.rstrip("=\\"))
    known: dict[int, str] = {}
    free, size = _FIRST_FREE, 0
    before = ""
    written: list[str] = []
    while (code := codes.next(free.bit_length())) != _END:
        if code in (_SHORT, _LONG):
            entry = chr(codes.next(8 if code == _SHORT else 16))
            known[free] = entry
            free += 1
        elif code in known:
            entry = known[code]
        elif code == free and before:
            entry = before + before[0]  # the pair that is about to be made
        else:
            raise PuzzleError("the puzzle in this link is damaged; copy the link again")
        # An entry is a text that was written, and one character: so the limit bounds the dictionary too.
        size += len(entry)
        if size > limit:
            raise too_much
        if before:
            known[free] = before + entry[0]
            free += 1
        before = entry
        written.append(entry)
    return "".join(written).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode(text: str) -> str:
    """Pack a text; `decode` reads it back, and so does f-puzzles."""
    units = text.encode("utf-16-le", "surrogatepass")
    characters = [chr(units[i] | units[i + 1] << 8) for i in range(0, len(units), 2)]
    known: dict[str, int] = {}
    unwritten: set[str] = set()
    bits: list[str] = []
    readers_free = _FIRST_FREE

    def write(entry: str) -> None:
        nonlocal readers_free
        code, literal = known[entry], ""
        # A character goes out in full the first time only; then the reader's dictionary has it.
        if entry in unwritten:
            unwritten.remove(entry)
            code, width = (_SHORT, 8) if ord(entry) < 256 else (_LONG, 16)
            literal = _low_first(ord(entry), width)
        bits.append(_low_first(code, readers_free.bit_length()) + literal)
        # A new character, and from the second code on a pair.
        readers_free += bool(literal) + (len(bits) > 1)

    before = ""
    for character in characters:
        if character not in known:
            known[character] = _FIRST_FREE + len(known)
            unwritten.add(character)
        if before + character in known:
            before += character
            continue
        write(before)
        known[before + character] = _FIRST_FREE + len(known)
        before = character
    if before:
        write(before)
    stream = "".join(bits) + _low_first(_END, readers_free.bit_length())
    stream += "0" * (6 - len(stream) % 6)  # at least one: other readers look one bit ahead
    packed = "".join(_ALPHABET[int(stream[i : i + 6], 2)] for i in range(0, len(stream), 6))
    return packed + "=" * (-len(packed) % 4)


def _low_first(value: int, width: int) -> str:
    return f"{value:0{width}b}"[::-1]
