"""Every sentence of the Batch page: constants for Python, and `BOARD` for the component in the browser.

`{name}` stands for a value: `.format` fills it in Python, `fillIn` in `parts/words.js`.
"""

TITLE = "Measure a file of puzzles"
LEAD = "How many of your puzzles does a model solve? Up to four settings take the same puzzles, side by side."

SOURCE = "Where the puzzles come from"
SOURCES = {"file": "A file", "paste": "Pasted lines", "examples": "Examples"}
FILE = "File of puzzles"
FILE_HELP = (
    "One puzzle a line, CSV, JSON, .sdm, grids, packed or not: any form that the app reads. At most {megabytes} MB."
)
PASTE = "One puzzle a line"
PASTE_HELP = "81 characters each, `.` or `0` for a blank, or any text of puzzles. Press Ctrl+Enter when you are done."
PASTED = "pasted.txt"
EXAMPLES = "Set of examples"
EXAMPLE = "{name}: {about}"
COUNT_ONE = "1 puzzle"
COUNT = "{n:,} puzzles"
FOUND = "{puzzles}, {clues} clues{more}."
CLUES = "{low} to {high}"
FOUND_MORE = "; the file has more, and this server measures the first {n:,}"
NONE = "No puzzle was found: {reason}."
NONE_EMPTY = "nothing is in it"
NONE_LONG = "too many lines hold none, or the file takes too long to read"
TOO_BIG = (
    "That is more than {megabytes} MB. Split the file, or measure it with `vmd-sudoku evaluate` on your own machine."
)
BROUGHT_NOTHING = "Bring puzzles, and see here what is in them before anything starts."

ARMS = "Settings to compare"
ARM = "{letter}: {settings}"
ADD = "Add another"
REMOVE = "Remove {letter}"
SAME = "{first} and {second} are the same settings. Change one of them."
LETTERS = "ABCD"
START = "Measure"
START_HELP = (
    "At most {minutes:g} minutes. It goes on when you leave this page, and the link brings it back for {hours:g} hours."
)
FULL = "The queue is full. Try again in a few minutes."
ONE_LIVE = "Your other run is not over yet. Cancel it, or wait for it."
DISK = "This server cannot keep another run just now. Try again later."
BAD_LIMITS = "This server's limits for batch runs are not set correctly. Its owner can find the reason in its log."
TO_LIVE = "Go to it"

GONE = "There is no run at this link. Runs are deleted after {hours:g} hours."
HEAD = "{puzzles} of {file}"
LINK = "The address of this page brings this run back, also on another machine, until {until}. Whoever has it sees the run."
ANOTHER = "Measure something else"
CANCEL = "Cancel"
WAITING = "Waiting for the runs before it: place {place} in the queue."
STARTING = "Starting…"
RUNNING = "{done:,} of {puzzles:,} puzzles{left}"
LEFT_SECONDS = ", {n} s left"
LEFT_MINUTES = ", {n} min left"
STATES = {
    "done": "{puzzles} in {seconds}.",
    "cancelled": "Cancelled after {done:,} of {puzzles}. What was finished is below.",
    "stopped": "Time was up after {done:,} of {puzzles}: this server gives a run {minutes:g} minutes.",
    "failed": "It stopped after {done:,} of {puzzles}: something went wrong on the server. Start it again.",
}
TOOK_SECONDS = "{n:.0f} s"
TOOK_MINUTES = "{n:.1f} min"

LEVELS = {
    "none": "Network alone",
    "latents": "Several draws of z; the rules choose among the boards",
    "rules": "With the rules: no digit that a peer holds",
    "propagate": "With the rules: singles filled between calls",
    "search": "Complete search, guided by the network",
}
SOLVED = "{solved:,} of {boards:,}"
RATE = "{rate:.1f} % (95 %: {low:.1f} to {high:.1f})"
NOTHING_YET = "No puzzle is finished yet."

TABLE = "All figures"
FIGURE = "Figure"
ROWS = {
    "solved": "Solved",
    "legal": "Legal",
    "clue_true": "Clues kept",
    "cells": "Cells right",
    "calls": "Calls",
    "rounds": "Rounds",
    "ms": "ms a puzzle",
}
TABLE_NOTE = (
    "Solved: full, legal and true to every clue. Cells: blanks filled rightly, of puzzles with one solution. Calls, rounds and "
    "ms are means."
)
PAIRS = "Side by side"
PAIR = "Only {first} solved {only_first:,}, only {second} {only_second:,} of {puzzles:,}: p = {p} ({corrected})."
PAIR_HOLM = "McNemar, corrected by Holm for {n} pairs"
PAIR_ONE = "McNemar"
PAIR_NONE = "{first} and {second} solved the same puzzles."
BY_CLUES = "Solved by number of clues"
BY_CLUES_AXIS = "clues"
RELIABILITY = "Is a confidence of 0.9 right 90 % of the time?"
RELIABILITY_X = "confidence"
RELIABILITY_Y = "right"
RELIABILITY_IDEAL = "as it should be"
PERCENT_AXIS = "solved, %"

FAILURES = "Not solved"
FAILURES_LEAD = "Wrong cells are marked. Press a board to see in Compare how it was filled."
FAILURES_DRAWN = "These settings draw at random; Compare draws anew, so its board may differ from this one."
ALL_SOLVED = "Every puzzle was solved by every setting."
FAILED_BY = "{arm}: {n:,} not solved"
FAILED_FIRST = ", the first {n} of them"

DOWNLOADS = "Take it with you"
DOWNLOAD_HTML = "Report (HTML)"
DOWNLOAD_CSV = "Every puzzle (CSV)"
DOWNLOAD_PARQUET = "Every puzzle (Parquet)"
DOWNLOAD_ARMS = "Settings (TOML)"
DOWNLOAD_NOTE = "On your own machine: `vmd-sudoku evaluate {file} --grid arms.toml --out run` measures the same."

BOARD = {
    "lines_one": "1 line holds no puzzle and is left out",
    "lines_many": "{n} lines hold no puzzle and are left out",
    "lines_first": "The first {n}",
    "lines_head": ["Line", "What it says", "Why not"],
    "failed": "Puzzle {number}",
    "failed_wrong_one": "1 cell wrong",
    "failed_wrong_many": "{n} cells wrong",
    "failed_blank": "{n} left blank",
    "failed_open": "{what}. Open in Compare",
}
