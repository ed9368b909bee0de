"""Every sentence of the Compare page: constants for Python, and `BOARD` for the component in the browser.

`{name}` stands for a value: `.format` fills it in Python, `fillIn` in `parts/words.js`.
"""

TITLE = "Compare on one puzzle"
LEAD = (
    "The same clues, several ways to fill them. One slider moves all boards. They open on a puzzle that tells them apart: "
    "press play."
)
SHOWN = {"2": "2 boards", "4": "4 boards", "draws": "Draws"}
VIEW = "What to compare"
DRAWS = "Number of draws"
CHANGE = "Change {name}"
WHAT_IS_DRAWN = "What is drawn"
ONE_MODEL = {"vmd": "VMD: z", "mdm": "MDM: the order"}
SEED_FIRST = "First seed"
SEED_OF = {"vmd": "z of seed {seed}", "mdm": "seed {seed}"}
ONE = "Each board: {settings}"
PUZZLE = "Another puzzle"
LEVELS = "Examples"
PUZZLE_LABEL = "Puzzle as text"
PUZZLE_HELP = "81 characters, `.` or `0` for a blank, or any text or link of a puzzle."
PUZZLE_USE = "Compare on this puzzle"
PUZZLE_BAD = "That is not a puzzle: it takes 81 cells, 1 to 9, and `.` or `0` for a blank. The boards stay as they are."
FROM_SOLVE = "Take the board of the Solve page"
FIND = "Find a difference"
FIND_HELP = "Tries example puzzles until one board is solved and another is not."
GUESSES = "Guesses against an order"
GUESSES_HELP = (
    "VMD guesses the whole board, each time with another z, until it is sure of every cell. An MDM has no z: it fills the "
    "surest cells first, in as many calls."
)
FINDING = "Looking for a puzzle on which they differ…"
FOUND_NONE = "All boards came out alike on the {count} puzzles tried. Fewer calls make them differ."
WORKING = "Solving: board {now} of {boards}…"
START_WORKING = "Solving…"
ALIKE = "Every board is filled in the same way: this policy draws nothing. Choose the policy Random."
SAME_SETTINGS = "All boards have the same settings, so they do the same."
FULL = "No cell is blank on this board, so there is nothing to compare."
NO_SOLUTION = "The exact solver proves that no board fits these clues. Did you mistype one?"
NO_MODEL = "This server cannot load one of the models. Choose another."
AGAIN = "Try again"

ODD_LINK = "This link has values that do not exist ({what}). The usual ones are used instead."
ODD = {
    "p": "the puzzle",
    "view": "what to compare",
    "boards": "the number of boards",
    "draws": "the number of draws",
    "side": "settings of {name}",
    "one": "settings of the draws",
    "race": "the race",
    "at": "the step",
}

ORDER = "{place}: filled by {filled}, still blank on {blank}."
DIGITS = "{place}: {parts}."
DIGIT_ON = "{digit} on {names}"
WRONG = "{place} is {digit} and should be {truth} ({sure} % sure)."
CLASHES = "{place} is {digit}, which a peer holds ({sure} % sure)."
AND = "{first} and {last}"

RACE = "Race over a set"
RACE_LEAD = (
    "One puzzle says little. Here both sides solve the same generated puzzles, and a paired test says whether the "
    "difference could be luck. Where a puzzle has several solutions, any of them counts."
)
RACE_LEVEL = "Puzzles"
RACE_LEVELS = {
    "easy": "36 clues",
    "medium": "28 clues",
    "hard": "Minimal (20 to 28 clues)",
    "several": "Several solutions (3 fewer)",
}
RACE_COUNT = "How many"
RACE_SEED = "Seed of the puzzles"
RACE_START = "Race {first} against {second}"
RACE_CANCEL = "Cancel"
RACE_FULL = "Many races are waiting. Try again in a minute."
RACE_STATES = {
    "waiting": "Another race is running; this one starts after it.",
    "running": "{done} of {count} puzzles.",
    "done": "{count} puzzles in {seconds:.0f} s.",
    "cancelled": "Cancelled after {done} of {count} puzzles.",
    "stopped": "Out of time after {done} of {count} puzzles.",
    "failed": "It stopped after {done} puzzles: {why}",
}
RACE_BROKEN = "something went wrong on the server. Start it again."
RACE_MAKING = "Making the puzzles…"
RACE_SIDE = "{name}: {settings}"
RACE_SOLVED = "{solved} of {boards}"
RACE_RATE = "{rate:.0f} % (95 %: {low:.0f} to {high:.0f})"
RACE_PAIRS = "Both solved {both}, only {first} {only_first}, only {second} {only_second}, neither {neither}."
RACE_P = "Exact McNemar test on the {pairs} puzzles that only one side solved: p = {p}."
RACE_P_SO_FAR = (
    "On the {pairs} puzzles so far that only one side solved: p = {p}. This test holds whenever you look or stop; the exact "
    "McNemar test comes at the end."
)
RACE_P_NONE = "So far no puzzle was solved by one side alone, so there is nothing to test."
RACE_P_SMALL = "A fair coin would seldom split them so unevenly."
RACE_P_LARGE = "A fair coin could well have split them so."
RACE_CHART = "Solved so far"
RACE_CHART_AXIS = "Puzzles raced"
RACE_FAILURES = "Open a puzzle in Compare"
RACE_KINDS = {
    "first": "{first} failed, {second} solved",
    "second": "{second} failed, {first} solved",
    "both": "Both failed",
}
RACE_PUZZLE = "No. {number}"
RACE_MORE = "and {count} more"

BOARD = {
    "board": "Board {name}: {setting}",
    "agreement": "Agreement",
    "agreement_note": "commonest digit; small number: boards that hold it",
    "agreement_cell": "Row {row} column {column}: {digit} on {count} of {draws} boards{wrong}",
    "agreement_wrong": ", not the solution",
    "agreement_state": "All agree on {agreed} of {filled} cells",
    "state": "Step {at} of {steps}, {blank} blank",
    "state_guess": "Guess {at} of {steps}: {cells} unsure",
    "solved": "✓ Solved",
    "unfinished": "✕ {cells} left blank",
    "not_solved": "✕ Not solved",
    "wrong_one": "✕ 1 cell wrong",
    "wrong_many": "✕ {n} cells wrong",
    "tick_step": "Step {at} of {steps}",
    "tick_share": "{share} % of every run",
    "tick_start": "{head}: the clues alone",
    "tick": "{head}: {sides}",
    "tick_all": "each fills {cells}",
    "tick_side": "{name} fills {cells}",
    "tick_side_step": "{name} at step {at} of {steps}",
    "tick_side_guess": "{name} unsure of {cells}",
    "paint": "What colours show",
    "paint_right": "Who was right",
    "paint_apart": "Where they differ",
    "paint_sure": "How sure",
    "mark_won": ", right where another board is wrong",
    "mark_lost": ", wrong where another board is right",
    "mark_all-wrong": ", wrong on every board that filled it",
    "mark_apart": ", another board says otherwise",
    "key_won": "right, another is wrong",
    "key_lost": "wrong, another is right",
    "key_all-wrong": "nobody is right",
    "key_apart": "boards differ",
    "key_sure": ["< 50", "50–80", "80–95", "95–99", "≥ 99 %"],
    "choose": "Choose a cell to see what every board says of it.",
    "cell_is_clue": "a clue",
    "cell_is_blank": "blank so far",
    "cell_is_guess": "{digit} guessed, {sure} sure, not written",
    "cell_says": "{digit} in step {step}, {sure} sure{right}",
    "cell_right": ", right",
    "cell_wrong": ", wrong",
    "parting_order": "The order differs from here",
    "parting_digits": "The digits differ from here",
    "never_order": "All boards are filled in the same order.",
    "never_digits": "No cell gets different digits.",
    "first_wrong": "{name} goes wrong",
    "all_wrong": "Where each board goes wrong",
    "all_clash": "Where each board breaks a rule",
    "never_wrong": "{name} makes no mistake.",
    "never_clash": "{name} breaks no rule.",
    "none_wrong": "No board makes a mistake.",
    "none_clash": "No board breaks a rule.",
    "jump": "Jump to",
    "jump_label": "Jump to: {what}",
    "copy_link": "Copy link to this step",
    "copied": "Link copied",
    "in_address": "It is in the address bar",
    "larger": "Larger boards",
    "mean": "Mean",
    "chart_confidence": "Confidence of a step, or of a guess, %",
    "chart_entropy": "Entropy of the blanks, nats a cell",
    "chart_filled": "Cells filled in a step",
    "chart_mistakes": "✕ wrong digit",
    "chart_axis": "step {step}",
    "chart_run": "{name} from {first} to {last}",
    "figures": "Figures of every board",
    "rows": {
        "calls": "Calls",
        "rounds": "Rounds",
        "ms": "Time",
        "verdict": "Verdict",
        "log_likelihood": "Log-likelihood",
    },
    "ms": "{n} ms",
    "figures_note": (
        "Calls of the network, and its rounds over all calls. Log-likelihood: the sum of ln p of the digits on the board, "
        "each at the call that wrote it, in nats; 0 is certainty."
    ),
}
