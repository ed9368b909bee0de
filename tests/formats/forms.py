"""Texts and files of every form that is read, for the tests and for `tools/fuzz.py`."""

import gzip
import io
import json
from urllib.parse import quote

import numpy as np

from vmd_sudoku.board import parse, to_grid, to_line
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats import lzstring
from vmd_sudoku.formats.reader import records_of_text
from vmd_sudoku.formats.record import Record

LINE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
ANSWER = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
PUZZLE = parse(LINE)
ROWS = [LINE[i : i + 9] for i in range(0, 81, 9)]
BARS = [f"{row[:3]}|{row[3:6]}|{row[6:]}" for row in ROWS]

SS = """*-----------*
|53.|.7.|...|
|6..|195|...|
|.98|...|.6.|
|---+---+---|
|8..|.6.|..3|
|4..|8.3|..1|
|7..|.2.|..6|
|---+---+---|
|.6.|...|28.|
|...|419|..5|
|...|.8.|.79|
*-----------*
"""

SDK = "#AA. Author\n#DMonday's puzzle\n#CEasy\n#B2026-11-24\n#SOwn\n#LEasy\n#Uhttp://example.org/?p=1\n"


def read(text):
    return list(records_of_text(text))


def boards(text):
    """The puzzles of a text in which every record is one, 81 characters each."""
    found = read(text)
    assert all(isinstance(one, Record) for one in found), found
    return [to_line(one.puzzle) for one in found]


def candidates(board):
    """81 groups of digits: blanks have all nine."""
    groups = [str(digit) if digit else "123456789" for digit in board]
    return "\n".join(" ".join(groups[i : i + 9]) for i in range(0, 81, 9))


def f_puzzles(**extra):
    cells = [{"value": int(d), "given": True} if d else {} for d in PUZZLE]
    return {"size": 9, "grid": [cells[i : i + 9] for i in range(0, 81, 9)]} | extra


def load_link(described, site="https://www.f-puzzles.com/?load="):
    return site + lzstring.encode(json.dumps(described))


FORMS = {
    "81 with dots": LINE,
    "81 with zeros": LINE.replace(".", "0"),
    "81 with both": LINE.replace(".", "0", 20),
    **{f"81 with {sign}": LINE.replace(".", sign) for sign in "xX*_-?~"},
    "81 with spaces": LINE.replace(".", " "),
    "with a byte order mark": "\ufeff" + LINE,
    "nine lines": "\n".join(ROWS),
    "nine lines of Windows, with blank lines": "\r\n\r\n".join(ROWS) + "\r\n",
    "nine lines with spaces as blanks": "\n".join(ROWS).replace(".", " "),
    "nine lines with stars": "\n".join(ROWS).replace(".", "*"),
    "rows behind each other": " ".join(ROWS),
    "digits apart": "\n".join(" ".join(row) for row in ROWS),
    "three lines": "\n".join(LINE[i : i + 27] for i in range(0, 81, 27)),
    "a title before": "Monday's puzzle 17\n" + "\n".join(ROWS),
    "sdk": SDK + "\n".join(ROWS),
    "sdk with sections": SDK + "[Puzzle]\n" + "\n".join(ROWS) + "\n[State]\n" + to_grid(parse(ANSWER)),
    "sdk of a state alone": "[State]\n" + "\n".join(ROWS),
    "sdm": f"{LINE}\n{ANSWER}\n{ANSWER}\n",
    "sdm with ratings": f"{LINE} 1.5\n{ANSWER} 2.5\n",
    "ss": SS,
    "ss with x": SS.replace(".", "X"),
    "art with pluses": SS.replace("*", "+").replace("---+---+---", "===+===+==="),
    "art of HoDoKu": SS.replace("*", "."),
    "art with spaces as blanks": SS.replace(".", " "),
    "art without frame": "\n-----+-----+-----\n".join("\n".join(BARS[i : i + 3]) for i in (0, 3, 6)),
    "CSV": f"puzzle,solution,rating\n{LINE},{ANSWER},1.2\n{ANSWER},{ANSWER},0\n",
    "CSV with the puzzle second": f"solution,puzzle\n{ANSWER},{LINE}\n",
    "CSV of Sudoku-Extreme": f"source,question,answer,rating\npuzzles1,{LINE},{ANSWER},0\n",
    "CSV of Kaggle": f"quizzes,solutions\n{LINE.replace('.', '0')},{ANSWER}\n",
    "CSV without names": f'1,"{LINE}","{ANSWER}",0.5\n',
    "CSV of QQWing": f"Puzzle,\n{LINE},\n",
    "CSV with semicolons": f"Puzzle;Solution\n{LINE};{ANSWER}\n",
    "spreadsheet": "\n".join("\t".join(row).replace(".", "") for row in ROWS),
    "spreadsheet with commas": "\n".join(",".join(row).replace(".", "") for row in ROWS),
    "numbers with commas": "\n".join(",".join(row) for row in ROWS).replace(".", "0"),
    "nested lists": json.dumps(PUZZLE.reshape(9, 9).tolist()),
    "candidates": candidates(PUZZLE),
    "candidates with bars": candidates(PUZZLE).replace(" ", " | "),
    "SudokuWiki": "https://www.sudokuwiki.org/sudoku.htm?bd=" + LINE.replace(".", "0"),
    "SudokuWiki without scheme": "sudokuwiki.org/sudoku.htm?x=1&bd=" + LINE,
    "SudokuExchange": "https://sudokuexchange.com/play/?s=" + LINE.replace(".", "0"),
    "our own": f"http://localhost:8501/?p={LINE}&model=vmd",
    "our own, the query alone": f"?p={LINE}",
    "f-puzzles": load_link(f_puzzles(title="Monday's puzzle", author="A", ruleset="Classic")),
    "f-puzzles with backslashes": load_link(f_puzzles()).replace("=", "\\").replace("?load\\", "?load="),
    "f-puzzles quoted": "https://f-puzzles.com/?load=" + quote(lzstring.encode(json.dumps(f_puzzles())), safe=""),
    "SudokuPad": load_link(f_puzzles(), "https://sudokupad.app/fpuzzles"),
    "SudokuPad, older": load_link(f_puzzles(), "https://app.crackingthecryptic.com/sudoku/?puzzleid=fpuzzles"),
    "f-puzzles JSON": json.dumps(f_puzzles()),
    "INI": f"[Game]\nname=Monday\nboard={LINE}\n",
    "rows under keys": "[Sudoku]\n" + "".join(f"row{n}={','.join(row)}\n" for n, row in enumerate(ROWS, 1)),
    "printed by numpy": "array([[" + "],\n       [".join(", ".join(row) for row in ROWS).replace(".", "0") + "]], dtype=int8)",
    "printed by pandas": "  0 1 2 3 4 5 6 7 8\n" + "\n".join(f"{n} {' '.join(row)}" for n, row in enumerate(ROWS)),
    "numbers with -1": "\n".join(",".join(row) for row in ROWS).replace(".", "-1"),
    "a link in a message": f"Look at this one:\nhttps://sudokuexchange.com/play/?s={LINE} (from today)",
}  # fmt: skip

CLUES, SOLUTIONS = puzzles(3, seed=5)
LINES = [to_line(clues) for clues in CLUES]
ANSWERS = [to_line(solution) for solution in SOLUTIONS]
ZEROS = [line.replace(".", "0") for line in LINES]
GRIDS = [to_grid(clues) for clues in CLUES]
EASY = "..7..3.8.....4.....267......13.6.2.7...4..6.9.6.2.1.53.8..74..1...........25.8.9."


def table(*columns, mark=","):
    return "".join(mark.join(row) + "\n" for row in zip(*columns, strict=True))


LISTS = {
    "a field for every cell": table(*zip(*ZEROS, strict=True)),
    "a field for every cell, and others": ",".join(["id", *(f"c{at}" for at in range(81))])
    + "\n"
    + table("123", *zip(*ZEROS, strict=True)),
    "a field for every cell behind a number": table("123", *zip(*ZEROS, strict=True)),
    "sections of keys": "".join(
        f"[P{n}]\nclues={a}\nsolution={b}\n" for n, (a, b) in enumerate(zip(ZEROS, ANSWERS, strict=True))
    ),
    "solutions above": "".join(f"Solution: {b}\nPuzzle: {a}\n" for a, b in zip(ZEROS, ANSWERS, strict=True)),
    "alone": "\n".join(LINES),
    "zeros, ended by CR alone": "\r".join(ZEROS) + "\r",
    "Kaggle": "quizzes,solutions\n" + table(ZEROS, ANSWERS),
    "TRM": "source,question,answer,rating\n" + table(["a"] * 3, LINES, ANSWERS, "012"),
    "semicolons": "puzzle;solution\n" + table(LINES, ANSWERS, mark=";"),
    "tabs": "Puzzle\tSolution\n" + table(LINES, ANSWERS, mark="\t"),
    "bars": "puzzle|solution\n" + table(LINES, ANSWERS, mark="|"),
    "without names": table(LINES, ANSWERS),
    "without names, answers first": table(ANSWERS, LINES),
    "unknown names": "first,second\n" + table(LINES, ANSWERS),
    "hash, digits, rating": table(
        ["b9c4c6c74dae", "b4f657d4a2ab", "44fae7f3ae0e"], ZEROS, [" 1.2", " 2.2", " 3"], mark=" "
    ),
    "comments behind": "".join(f"{line}  # no. {n} of a book\n" for n, line in enumerate(LINES)),
    "comments before": "# three\n// or so\n" + "\n\n".join(LINES),
    "quotes": '"id","puzzle","solution"\n' + table("123", (f'"{x}"' for x in LINES), (f'"{x}"' for x in ANSWERS)),
    "trailing commas": "puzzle,,\n" + table(LINES, ["", "", ""], ["", "", ""]),
    "grids in quoted fields": "puzzle,rating\n" + table((f'"{grid}"' for grid in GRIDS), "123"),
    "names that say it with more words": "Sudoku_Board,SolvedBoard\n" + table(LINES, ANSWERS),
    "a Markdown table": "| puzzle | solution |\n| --- | :-: |\n"
    + "".join(f"| {a} | {b} |\n" for a, b in zip(LINES, ANSWERS, strict=True)),
    "HoDoKu's library": "".join(f":0000:x:{line}:::\n" for line in LINES),
    "JSON lines": "".join(json.dumps({"puzzle": a, "solution": b}) + "\n" for a, b in zip(LINES, ANSWERS, strict=True)),
    "JSON array": json.dumps(
        [{"board": CLUES[n].reshape(9, 9).tolist(), "answer": ANSWERS[n]} for n in range(3)], indent=1
    ),
    "JSON of pandas": json.dumps({"puzzle": dict(zip("012", LINES, strict=True)), "rating": {"0": 1, "1": 2, "2": 3}}),
    "JSON arrays of numbers": json.dumps(CLUES.tolist()),
    "titles between": "".join(f"Grid 0{n}\n{GRIDS[n]}\n" for n in range(3)),
    "titles between lines": "".join(f"Puzzle {n}\n{LINES[n]}\n" for n in range(3)),
    "blank lines between": "\n\n".join(GRIDS),
    "blank lines within and between": "\n\n\n".join(g[:30] + "\n" + g[30:60] + "\n" + g[60:] for g in GRIDS),
    "solutions below": "\n\n".join(f"{GRIDS[n]}\n\nSolution:\n{to_grid(SOLUTIONS[n])}" for n in range(3)),
    "OpenSudoku": '<?xml version="1.0" encoding="UTF-8"?>\n<opensudoku version="2"><folder name="Hard">'
    + "".join(f'<game data="{line}" state="0"/>\n' for line in ZEROS)
    + "</folder></opensudoku>",
    "links": "".join(f"https://sudoku.example/play/{line}?from=me\n" for line in ZEROS),
}


def drawn(line, left="| ", mark=" ", bar=" | ", edge="+-------+-------+-------+"):
    """A grid with bars between its boxes."""
    rows = [line[at : at + 9] for at in range(0, 81, 9)]
    boxed = [left + bar.join(mark.join(row[at : at + 3]) for at in (0, 3, 6)) + " |" * bool(left) for row in rows]
    return "\n".join(["" if not left else edge, *boxed[:3], edge, *boxed[3:6], edge, *boxed[6:], edge]) + "\n"


PACKED = {
    "runs": "https://sudokuexchange.com/play/?s=ARDws26v01DGCbOGJGCB5DS7Opo2FIJ",
    "masks": "https://www.sudokuwiki.org/sudoku.htm?bd=hihg41i2h609hi813kpah8p2q20hj4la6e34pq052141p2h0hq0q1gpg0309o"
    "021h0050g41d450900h98502102g1sg21og05o0038g1109j881h0i8410h182c03nqlohiiagei4do6sbk6q4o05110a814og12g",
    "the clear": "https://www.sudoku-solutions.com/index.php?sudoku=" + EASY.replace(".", "0"),
    "Markdown": f"Try [this one](https://sudoku.coach/en/play/{EASY.replace('.', '0')})!",
}


def saved(array):
    """The bytes of a `.npy` file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


TEXTS = [*FORMS.values(), *LISTS.values(), *PACKED.values(), drawn(EASY), drawn(EASY.replace(".", " "))]
BYTES = [
    saved(CLUES),
    saved(CLUES.reshape(-1, 9, 9) + 1),
    gzip.compress("\n".join(LINES).encode()),
    LISTS["OpenSudoku"].encode(),
    *(LISTS["Kaggle"].encode(code) for code in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32")),
]
