"""XML of Sudoku apps: OpenSudoku's folders of games and KSudoku's saved games; any other by the names of its tags.

Read by expat piece by piece. Documents that declare entities or a document type are refused: a few lines of such could
unfold to gigabytes, and no app writes them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.parsers import expat

import numpy as np

from vmd_sudoku.board import CELLS, SIDE
from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats.cells import HOW, line_cells, one_line, require_answer, wrong_length, wrong_size
from vmd_sudoku.formats.columns import meant
from vmd_sudoku.formats.record import BadLine, Record, clean
from vmd_sudoku.formats.variants import KINDS, ONLY_CLASSIC, is_rule, variant_word

_LONGEST_TEXT = 20_000
_DEEPEST = 50
_WEB = ("html", "svg", "rss", "feed")
_OF_A_TYPE = 4
"""Name, two addresses, and whether declarations follow."""
_OURS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class _Parsing:
    """What was read of a document so far."""

    found: list[Record | BadLine] = field(default_factory=list)
    root: str = ""
    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    name: str = ""
    ksudoku: dict[str, str] = field(default_factory=dict)
    saved: Record | BadLine | None = None
    filled: dict[int, int] = field(default_factory=dict)
    loose: dict[str, str] = field(default_factory=dict)
    line: int = 1


def from_xml(pieces: Iterable[str]) -> Iterator[Record | BadLine]:
    """The puzzles of a document, while it is read."""
    parser = expat.ParserCreate("utf-8")  # whatever the document says: it was decoded before
    parser.buffer_text = True
    state = _Parsing()
    parser.StartElementHandler = lambda tag, attributes: _start(parser, state, tag, attributes)
    parser.EndElementHandler = lambda tag: _end(state, tag)
    parser.CharacterDataHandler = lambda text: _characters(state, text)
    parser.StartDoctypeDeclHandler = _refuse_types
    parser.EntityDeclHandler = _refuse_types
    begun = False
    try:
        for piece in pieces:
            parser.Parse((piece if begun else piece.lstrip()).encode("utf-8", "replace"), False)
            begun = begun or bool(piece.strip())
            yield from _taken(state)
        parser.Parse(b"", True)
        yield from _taken(state)
    except expat.ExpatError as error:
        yield from _taken(state)
        yield BadLine(
            line=error.lineno, reason=f"the XML or HTML cannot be read on ({expat.ErrorString(error.code)}); {HOW}"
        )
        return
    except PuzzleError as error:
        yield from _taken(state)
        yield BadLine(line=state.line, reason=str(error))


def _taken(state: _Parsing) -> Iterator[Record | BadLine]:
    found, state.found = state.found, []
    yield from found


def _refuse_types(*args: object) -> None:
    # KSudoku names its type and declares nothing.
    if len(args) == _OF_A_TYPE and not any(args[1:]) and str(args[0]).lower() not in _WEB:
        return
    if args and str(args[0]).lower() in _WEB:
        raise PuzzleError(f"this is a web page or a picture ({str(args[0]).lower()}); copy the puzzle out of it: {HOW}")
    raise PuzzleError("this XML declares a document type or entities, which are refused; save the puzzles without them")


def _start(parser: expat.XMLParserType, state: _Parsing, tag: str, attributes: dict[str, str]) -> None:
    state.line = parser.CurrentLineNumber
    tag = tag.rpartition(":")[2].lower()
    if not state.root:
        state.root = tag
        if tag in _WEB or tag == "body":
            raise PuzzleError(f"this is a web page or a picture ({tag}); copy the puzzle out of it: {HOW}")
    state.names.append(tag)
    state.texts.append("")
    if len(state.names) > _DEEPEST:
        raise PuzzleError("this XML is nested too deep")
    if state.root == "opensudoku":
        if tag == "game":
            state.found.append(_of_opensudoku(attributes, state))
        elif tag == "folder":
            state.name = clean(attributes.get("name", ""))
    elif state.root == "ksudoku":
        if tag == "graph":
            state.ksudoku = {key: value[:40] for key, value in attributes.items()}
        elif tag == "simple-event":
            _fill(state, attributes)
    else:
        for name, value in attributes.items():
            _loose(state, name, value)


def _characters(state: _Parsing, text: str) -> None:
    if state.texts and len(state.texts[-1]) < _LONGEST_TEXT:
        state.texts[-1] += text


def _end(state: _Parsing, tag: str) -> None:
    tag, text = state.names.pop(), state.texts.pop().strip()
    if state.root == "opensudoku":
        if tag == "name" and len(state.names) == 1:
            state.name = clean(text)
    elif state.root == "ksudoku":
        if tag in ("values", "solution"):
            state.ksudoku[tag] = text
        elif tag == "puzzle":
            state.saved = _of_ksudoku(state)
        elif state.saved is not None and tag in ("game", "ksudoku"):
            state.found.append(_with_moves(state.saved, state.filled))
            state.saved, state.filled = None, {}
    else:
        _loose(state, tag, text)
        # Not before: what follows a puzzle may be a rule of it.
        if not state.names:
            _flush(state)
    if (
        not state.names
        and not state.found
        and not state.loose.get("seen")
        and state.root not in ("opensudoku", "ksudoku")
    ):
        state.found.append(BadLine(line=1, reason=f"no puzzle is in this XML of <{clean(state.root)}>; {HOW}"))


def _of_opensudoku(attributes: dict[str, str], state: _Parsing) -> Record | BadLine:
    """`data` is 81 digits; or `version: n`, then value, notes and whether it may be edited of each cell, between bars."""
    data = attributes.get("data", "").strip()
    try:
        if data.startswith("version"):
            found = _of_cells(data)
        else:
            if len(data) != CELLS:
                raise PuzzleError(f"`data` has {wrong_length(data)}")
            found = Record(puzzle=one_line(data))
    except PuzzleError as error:
        return BadLine(line=state.line, reason=str(error), text=data[:80])
    return replace(found, line=state.line, name=state.name)


def _of_cells(data: str) -> Record:
    head, _, rest = data.partition("\n") if "\n" in data else data.partition(" |") if " |" in data else _headed(data)
    values = rest.strip().rstrip("|").split("|")
    size = len(values) // CELLS
    if len(values) != size * CELLS or size not in (3, 4):
        raise PuzzleError(f"OpenSudoku's `data` of {head[:20]!r} is not read")
    puzzle, own = np.zeros(CELLS, np.int8), np.zeros(CELLS, np.int8)
    for cell in range(CELLS):
        value, editable = values[cell * size].strip(), values[cell * size + size - 1].strip()
        if not (value.isdecimal() and 0 <= int(value) <= SIDE and editable in ("0", "1")):
            raise PuzzleError(f"OpenSudoku's `data` of {head[:20]!r} is not read")
        (own if editable == "1" else puzzle)[cell] = int(value)
    return Record(puzzle=puzzle, own=own if own.any() else None)


def _headed(data: str) -> tuple[str, str, str]:
    match = re.match(r"(version: *\d+)\s+", data)
    return (match[1], " ", data[match.end() :]) if match else (data[:20], "", "")


def _of_ksudoku(state: _Parsing) -> Record | BadLine:
    """Letters from b (1) to j (9), `_` for a blank."""
    graph, state.ksudoku = state.ksudoku, {}
    kind = graph.get("specific-type", "Plain")
    if graph.get("type", "sudoku") != "sudoku" or kind.lower() not in ("plain", "sudoku", ""):
        return BadLine(line=state.line, reason=f"a KSudoku game of another kind ({kind}); {ONLY_CLASSIC}")
    if graph.get("order", "9") != "9":
        order = graph["order"]
        return BadLine(line=state.line, reason=wrong_size(int(order)) if order.isdecimal() else ONLY_CLASSIC)
    try:
        puzzle = _letters(graph.get("values", ""))
        solution = graph.get("solution", "")
        answer = require_answer(_letters(solution), puzzle) if solution.strip("_") else None
    except PuzzleError as error:
        return BadLine(line=state.line, reason=str(error), text=graph.get("values", "")[:80])
    return Record(puzzle=puzzle, solution=answer, line=state.line)


def _fill(state: _Parsing, attributes: dict[str, str]) -> None:
    """Take over a move of the saved game's history."""
    index, value = attributes.get("index", ""), attributes.get("value", "")
    if index.isdecimal() and value.isdecimal() and attributes.get("given") != "true":
        state.filled[int(index[:4])] = int(value[:4])


def _with_moves(found: Record | BadLine, filled: dict[int, int]) -> Record | BadLine:
    """A game with the digits that its moves left in blank cells."""
    if isinstance(found, BadLine):
        return found
    own = np.zeros(CELLS, np.int8)
    for cell, value in filled.items():
        if cell < CELLS and 0 <= value <= SIDE and not found.puzzle[cell]:
            own[cell] = value
    return replace(found, own=own) if own.any() else found


def _letters(text: str) -> np.ndarray:
    if len(text) != CELLS or set(text) - set("_bcdefghij"):
        found = line_cells(text)
        if found is None:
            raise PuzzleError(f"KSudoku's values: {wrong_length(text)}; letters from b to j, _ for a blank")
        return found
    return np.array([max(0, _OURS.find(c)) for c in text], np.int8)


def _loose(state: _Parsing, name: str, text: str) -> None:
    """Keep a value of an unknown app's document if its name and its 81 signs say that it is a board."""
    for kind in ("puzzle", "solution"):
        squeezed = "".join(text.split())
        if meant(name, kind) and len(squeezed) == CELLS and line_cells(squeezed) is not None:
            if kind in state.loose and kind == "puzzle":
                _flush(state)
            state.loose |= {kind: squeezed} | ({"line": str(state.line)} if kind == "puzzle" else {})
    if name.lower() in KINDS and (word := variant_word(text[:200])):
        raise PuzzleError(f"this XML describes a variant ({word}); {ONLY_CLASSIC}")
    if name == "constraint" or (is_rule(name) and (text.strip() or name not in KINDS)):
        raise PuzzleError(f"this XML describes a variant, with <{clean(name)}>; {ONLY_CLASSIC}")


def _flush(state: _Parsing) -> None:
    if "puzzle" in state.loose:
        puzzle, line = one_line(state.loose["puzzle"]), int(state.loose["line"])
        try:
            answer = require_answer(one_line(state.loose["solution"]), puzzle) if "solution" in state.loose else None
            state.found.append(Record(puzzle=puzzle, solution=answer, line=line))
        except PuzzleError as error:
            state.found.append(BadLine(line=line, reason=str(error)))
        state.loose = {"seen": "1"}
