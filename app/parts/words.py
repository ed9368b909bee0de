"""Every sentence that the app shows, in one place: constants for Python, and `BOARD` for the component in the browser.

`{name}` stands for a value: `.format` fills it in Python, `fillIn` in `parts/words.js`.
"""

from typing import Any

# ---- settings

CHOICE = "{name}: {about}"
MODEL_CAPTIONS = {
    "vmd": "variational masked diffusion, with a latent z",
    "mdm": "masked diffusion, without a latent",
}
SETTINGS = "Settings"
MODEL = "Model"
DRAW = "Draw the latent z"
DRAW_HELP = (
    "Off: z is 0, the mode of its prior, which is best where there is one solution. On: z is drawn with the seed."
)
ADVANCED = "Advanced"
ONE_CELL = "one cell a step"
STEPS_ONE = "1 step"
GUESS_ONE = "one guess"
GUESS_BLOCK = "one guess for each part"
GUESS_UP_TO = "up to {n} guesses"
GUESS_BLANK = "up to one guess for each blank"
GUESS_WITHOUT_Z = "An MDM has no z and would say the same again: its first call is its answer."
Z_DRAWN = "z drawn"
Z_STEERED = "z steered by hand"
SEED_IS = "seed {seed}"

# ---- the page

TITLE = "Solve a Sudoku"
ABOUT = "A small neural network solves your Sudoku, surest cell first."
TO_COMPARE = "See VMD against MDM"
EMPTY_LEVEL = ("Empty", "No clue at all: the network makes up a grid")
BAD_LINK = "The puzzle in this link cannot be read ({error}). Here is an example instead."

# ---- verdicts

CLASH = "Clues clash"
CLASH_MORE = " There {are} more like it."
CLASH_DO = "Change one of the marked cells, then solve."
FULL = "Solved already"
FULL_WHY = "No blank is left, and every row, column and box holds 1 to 9 once."
IMPOSSIBLE = "No solution"
IMPOSSIBLE_WHY = "No board fits all the clues, though no two of them clash: the exact solver has proved it."
IMPOSSIBLE_CLUES = (
    "The {n} marked clues cannot stand together. Leave out any one of them, and they can. Did you mistype one?"
)
IMPOSSIBLE_OWN = "The clues can be solved, but your digits rule the solution out."
IMPOSSIBLE_OWN_FIRST = "The first one that does not fit is your {digit} in {place}."
IMPOSSIBLE_WHY_RUN = "The puzzle has no solution: every possibility was tried."
SOLVED = "Solved"
NOT_SOLVED = "Not solved"
SOLVED_WHY = "Every row, column and box holds 1 to 9 once, and every clue is kept."
ONE_SOLUTION = "The puzzle has exactly one solution."
FEW_CLUES = "The puzzle has several solutions: fewer than {fewest} clues never leave just one."
FEW_UNDECIDED = (
    "Fewer than {fewest} clues never leave just one solution. There was not enough time to find out whether this puzzle has "
    "several or none."
)
SEVERAL = "The puzzle has several solutions. Did you mistype a clue, or leave one out?"
SEVERAL_WHERE = "Two of them differ in {cells}."
UNDECIDED = "There was not enough time to find out how many solutions there are."
DIFFER_ONE = "1 cell differs from the only solution."
DIFFER = "{n} cells differ from the only solution."
FIGURES = "{settings}: {calls} of the network in {seconds:.2f} s."
CALLS_ONE = "1 call"
CALLS = "{n} calls"
BACKTRACKS = "{n} taken back and tried again."
STOPPED = "Stopped after {seconds:.3g} s, so that others get their turn."
NO_RUN = "No run this time"
NO_MODEL = "This server cannot load the model {model}. Choose another."
BROKEN = "Something went wrong on the server (error {number}). Try again, or reload."
BUSY = "Many people are solving just now"
BUSY_QUEUE = "The queue is full. Your turn comes in a few seconds; there is nothing to press."
BUSY_LONG = "The solves before yours take a while. Your turn comes soon; there is nothing to press."

# ---- hint and check

HINT = "Look at {place}"
HINT_HUMAN = "A person would find it by: {technique}."
HINT_AGREES = "The network agrees on the digit: it is {sure} sure."
HINT_DISAGREES = "The network would write another digit there: it is {sure} sure."
HINT_FULL = "Nothing to hint at"
HINT_FULL_WHY = "No blank is left."
HINT_NONE = "No next step"
CHECK_EMPTY = "Nothing entered yet"
CHECK_EMPTY_NONE = "You have not put in a digit of your own."
CHECK_GOOD = "Still solvable"
CHECK_GOOD_DIGIT = "Your digit agrees with the only solution."
CHECK_GOOD_ONE = "All {n} of your digits agree with the only solution."
CHECK_GOOD_SEVERAL = "Your digits leave at least one of the puzzle's solutions open."
CHECK_WRONG = "Here it went wrong"
CHECK_WRONG_WHY = (
    "Your {digit} in {place} is the first digit that makes the puzzle impossible. It was entry {at} of {n}."
)
CHECK_WRONG_SOMEWHERE = "Your digits make the puzzle impossible. There was not enough time to find the first wrong one."
CHECK_CLASH = "Two digits clash"
CHECK_UNDECIDED = "Not decided"
CHECK_UNDECIDED_WHY = "The exact solver ran out of time. Put in more digits and ask again."
PUZZLE_ONE = "The puzzle has exactly one solution."
PUZZLE_SEVERAL = "The puzzle has several solutions."

# ---- in and out

LOADED = "Puzzle loaded"
LOADED_UNDO = "Undo brings the old one back."
TOO_LONG = "That text is too long for a puzzle."
NOT_UNDERSTOOD = "The server did not understand that. Reload the page and try again."
NO_TRACE = "Solve first: the trace is the record of a run."
CODE_LONG = "This board and its settings are too long for a QR code. Clear the pencil marks, or copy the link."
SHEET_TITLE = "Sudoku {n}"

BOARD: dict[str, Any] = {
    # ---- the grid
    "board": "Sudoku board",
    "cell": "Row {row} column {column}: {what}",
    "place": "row {row}, column {column}",
    "row": "row {n}",
    "column": "column {n}",
    "box": "box {n}",
    "cell_blank": "blank",
    "cell_clue": "{digit}, clue",
    "cell_own": "{digit}, your digit",
    "cell_fill": "{digit}, filled in step {order}, {sure} sure",
    "cell_notes": ", notes {notes}",
    "cell_candidates": ", candidates {candidates}",
    "cell_clash": ", breaks a rule",
    "cell_ghost": ", the network would write {digit}, {sure} sure",
    "cell_guess_sure": ", guessed {digit}, {sure} sure",
    "cell_guess_unsure": ", guessed {digit}, only {sure} sure",
    "cell_guess_least": ", guessed {digit}, only {sure} sure, the least of all",
    "cell_gone": ", taken back in this step",
    "cell_target": ", hinted",
    "cell_basis": ", part of the reason",
    "clash": "{digit} stands {times} in {unit}",
    "twice": "twice",
    "times": "{n} times",
    "percent": "{n} %",
    "cells_one": "1 cell",
    "cells_many": "{n} cells",
    "count": "{clues} clues, {blanks} blanks",
    "count_own": "{clues} clues, {own} of your own, {blanks} blanks",
    "count_run": "{given} given, {filled} of {blanks} blanks filled",
    "count_guess": "{given} given, {guessed} guessed, least sure: {place}",
    # ---- actions
    "solve": "Solve",
    "solving": "Solving…",
    "solve_again": "Solve again",
    "edit": "Edit puzzle",
    "hint": "Hint",
    "hint_label": "Hint: which cell is next, and why",
    "hint_why": "Show why",
    "hint_put": "Put it in",
    "put_in": "{digit} put into {place}",
    "check": "Check",
    "check_title": "Is what is on the board still solvable? Where did it go wrong?",
    "take_back": "Take the {digit} back",
    "take_back_since": "Take back everything since",
    "jump": "Show step {step}, the first wrong one",
    "guess_run": "Let it guess: up to {calls} tries, each with another z",
    "no_answer": "No answer",
    "no_answer_why": "The server has not answered. Try again, or reload the page.",
    # ---- editing
    "pens": "What the keys write",
    "pen_digit": "Digits",
    "pen_note": "Notes",
    "pen_clue": "Clues",
    "pad": "Number pad",
    "pad_put": "Put {digit}, {left} left",
    "pad_spent": "Put {digit}, none left",
    "pad_note": "Note {digit}",
    "erase": "Erase",
    "undo": "Undo",
    "undo_title": "Undo (Ctrl+Z)",
    "redo": "Redo",
    "redo_title": "Redo (Ctrl+Y)",
    "clear": "Clear board",
    "cleared": "Board cleared",
    "cleared_why": "Undo brings it back. What you type now are clues.",
    "candidates": "Candidates",
    "candidates_title": "Show in every blank the digits that its row, column and box do not hold yet",
    "lock": "Lock as clues",
    "lock_title": "Turn your digits into clues",
    "locked": "{cells} locked as clues",
    "locked_why": "Undo unlocks them.",
    "is_clue": "{place} is a clue",
    "is_clue_why": "To change it, choose Clues over the number pad.",
    "tip": "Arrows move, digits fill, Enter solves. Paste a puzzle or drop a file anywhere on the page.",
    "keys": "Keys",
    "keys_label": "Keys: what the keyboard does",
    "help_title": "Keys",
    "close": "Close",
    "help": [
        ["1 – 9", "write the digit"],
        ["Shift + 1 – 9", "make a note of it"],
        ["Arrows, Home, End", "move; with Ctrl, Home and End go to the corners"],
        ["Delete, 0, Space", "erase"],
        ["N", "digits or notes"],
        ["H", "hint"],
        ["Enter", "solve"],
        ["Space", "play or pause a run"],
        ["Esc", "leave a run"],
        ["Ctrl + Z, Ctrl + Y", "undo, redo"],
        ["Ctrl + V", "paste a puzzle, anywhere on the page"],
        ["?", "this help"],
    ],
    # ---- the player
    "player": "Player",
    "step": "Step",
    "first": "To the clues",
    "back": "Step back",
    "play": "Play",
    "pause": "Pause",
    "next": "Step forward",
    "last": "To the end",
    "speed": "Speed",
    "before": "Before the first of {steps} steps: the board as it was given",
    "step_head": "Step {at} of {steps}",
    "step_nothing": "{head}: nothing filled",
    "step_one": "{head}: {place} is {digit} ({sure} sure, margin\u00a0{margin})",
    "step_many": "{head}: {cells} cells, {sure} sure",
    "sure_range": "{low} to {high}",
    "by_rule": "{sentence}, by {rule}",
    "taken_back": "{sentence}; then {cells} taken back",
    "guess_down": "Guess {at}: {cells} unsure, the least {sure}.",
    "guess_another": "Another z.",
    "guess_same": "Once more.",
    "guess_sure": "Guess {at}: every blank sure, {sure} or more. {all} written",
    "guess_last": "Guess {at}: none was sure, so the surest is written, {cells} unsure",
    "guess_only": "The only guess is written, {cells} unsure",
    "legend": "How sure the network was, in per cent",
    "legend_note": "Tint: how sure the network was. Small number: the step that filled the cell. "
    "Dotted line: less than 80 % sure.",
    # ---- a cell looked into
    "look": "Look into a cell",
    "look_digit": "Digit",
    "look_probability": "Probability",
    "look_z": "z",
    "look_sums": "Margin = p₁ − p₂ = {p1} − {p2} = {margin}",
    "look_head": "{place}: {what}",
    "look_call": "what call {call} said",
    "look_blank": "blank",
    "look_clue": "a clue",
    "look_own": "your digit",
    "look_now": "What one call of the network says of this cell on the board as it is.",
    "look_given": "Given: the network may not change it.",
    "look_filled": "Filled in this step, as number {place} of {of}.",
    "look_queue": "Number {rank} of {of} in the queue of blank cells.",
    "look_earlier": "Filled earlier, in step {step}.",
    "look_reason": "A person's reason: {technique}. {text}",
    "look_asking": "Asking the network…",
    # ---- the latent
    "latent": "Steer the latent z",
    "z_none": "This model has no latent. Choose VMD in the settings.",
    "z_about": "z holds one number for each of the 729 candidates. All blanks read it, so one draw settles the choice for the "
    "whole board. Pull a lever, or drag a pale digit on the board up or down: the others follow.",
    "z_board": "Shown on the board",
    "z_board_ghost": "What it would write",
    "z_board_field": "z itself",
    "z_board_none": "Nothing",
    "z_ghost_right": "Written now, the pale digits would break no rule.",
    "z_ghost_wrong": "Written now, {cells} would break a rule.",
    "z_solve": "Solve with this z",
    "z_let_go": "Solve as soon as I let go",
    "z_cell": "z in {place}",
    "z_slider": "z of digit {digit}",
    "z_draw": "Draw a new z",
    "z_mode": "z = 0",
    "z_undo": "Undo z",
    "z_turned": "The likeliest digit changed in {turned} of {blanks} blanks.",
    "z_empty": "Write from the empty board",
    "z_empty_note": "Clears the board (Undo brings it back) and lets the network write a whole grid with this z.",
    # ---- in and out
    "carry": "Bring in, share, save, print",
    "carry_in": "Any text or link of a puzzle; . or 0 for a blank. Links are read, never opened.",
    "use": "Put on the board",
    "open": "Open a file",
    "open_file": "Puzzle file",
    "carry_out": "Copy",
    "copy_link": "Copy link",
    "copy_line": "81 characters",
    "copy_grid": "Nine lines",
    "copy_clues": "Clues alone",
    "copied_clues": "Copied: the clues as 81 characters, without your own digits.",
    "copied_link": "Copied: a link to this board, its settings and this step.",
    "copied_line": "Copied: the board as 81 characters, clues and own digits alike.",
    "copied_grid": "Copied: the board as nine lines, clues and own digits alike.",
    "copy_yourself": "The text is selected in the field above: copy it with Ctrl+C.",
    "carry_save": "Save",
    "save_sdk": ".sdk",
    "save_svg": "SVG",
    "save_png": "PNG",
    "save_json": "Trace (JSON)",
    "saved": "Saved as {name}.",
    "carry_more": "Elsewhere",
    "code": "QR code",
    "code_label": "QR code of the link to this board",
    "print_one": "Print one",
    "print_four": "Print four",
    "sheet": "Sheet to print",
    "wiki": "Open in SudokuWiki",
    "not_a_puzzle": "Not a puzzle",
    "not_a_file": "This file was not read",
    "file_too_big": "The file is larger than 5 MB. A puzzle needs 81 characters.",
    "file_unread": "The browser cannot read the file. Save it as text and try again.",
}
