"""Every sentence of the Labs page: constants for Python, and `BOARD` for its components in the browser.

`{name}` stands for a value: `.format` fills it in Python, `fillIn` in `parts/words.js`.
"""

from typing import Any

TITLE = "Labs"
LAB = "Lab"
LABS = {"tokens": "Tokens", "words": "Words", "grids": "Grids"}

# ---- tokens

TOKENS_LEAD = (
    "Train two small models in front of the class. The MDM fills each blank of a call on its own; the VMD "
    "first draws a latent z, which ties them together."
)
SET = "What they learn"
SETS = {
    "pairs": "Pairs: k, k+1",
    "pairs-weighted": "Pairs, some more often",
    "D1": "D1: k, k+1, k+2, k+3",
    "D2": "D2: two pairs side by side",
    "sudoku4": "4x4 Sudoku: all 288 grids",
    "own": "Your own table",
}
DISTANCE = "Places apart"
DISTANCE_HELP = "Noise stands on the places between two tied tokens. Does distance make the tie harder to learn?"
LATENT = "z of the VMD"
LATENT_NAMES = {"gaussian": "Two numbers", "code": "A code"}
LATENT_HELP = (
    "Two numbers: z is a point of a plane, so all of it can be seen. A code: z is one of K vectors, which "
    "switch from one sequence to the next at once."
)
SEED = "Seed"
CALLS_OF_NETWORK = "Calls (NFE)"
TABLE = "Sequences, one a line"
TABLE_HELP = (
    "Symbols stand between spaces or commas, or are single signs. A first line that ends in `weight` makes "
    "the last column weights."
)
TABLE_LIMIT = (
    "The table has {what}; a class has time for at most {sequences} sequences of {length} tokens over "
    "{symbols} symbols. Leave some out."
)
TABLE_WHAT = "{sequences} sequences of {length} tokens over {symbols} symbols"
SET_IS = "{sequences} sequences of {length} tokens: {examples}"
SET_MORE = " … and {more} more"
SET_NOISE = " Noise stands between the tied tokens, which makes {length} in all."

PREDICT_ASK = (
    "In **one call** a perfect MDM still writes every place on its own. How far is that from the data, in "
    "nats of KL? A digit that may be any of ten holds ln 10 = 2.303 nats."
)
PREDICT_ASK_OWN = (
    "In **one call** a perfect MDM still writes every place on its own. How far is that from the data, in nats of KL?"
)
PREDICT_LABEL = "KL of one call, nats"
PREDICT_COMMIT = "Commit"
PREDICT_SKIP = "Show without a guess"
PREDICT_VERDICTS = {"right": "✓ Right", "close": "≈ Close", "off": "✕ Not quite"}
PREDICT_SAID = "**{verdict}.** You said {said:.3f}; the answer is **{truth:.3f} nats**."
PREDICT_TOLD = "The answer is **{truth:.3f} nats**."
PREDICT_TIES = " That is {ties} × ln 10: {ties} of the digits follow from others."
PREDICT_TIE = " That is 1 × ln 10: one digit follows from the other."
PREDICT_WHY = (
    "Why: the best that independent places can do is the product of their marginals, and its distance from "
    "the data is the *total correlation*, whatever the size of the network. The VMD need not pay it: once z "
    "says which sequence is meant, the places are independent."
)
PREDICT_MEASURED = " Measured just now: the MDM {mdm:.3f}, the VMD {vmd:.3f}."

PLAY, SLOW, STEP, PAUSE, STOP, AGAIN = "Play", "Slow", "Step", "Pause", "Stop", "Start over"
STEP_HELP = "Ten updates of each model"
STATES = {
    "ready": "Ready. Press Play, or go step by step.",
    "running": "Learning…",
    "paused": "Paused.",
    "done": "Both have finished learning: MDM {mdm:.1f} s, VMD {vmd:.1f} s of one core.",
    "stopped": "Stopped.",
    "failed": "It cannot go on: {why}",
}
FAILED_WHY = "something went wrong on the server. Start over."
FULL = "Many people are training just now. Try again in a minute."
PROGRESS = "{model}: update {update}"
NOT_BEGUN = "{model}: not begun"
MODELS = {"mdm": "MDM", "vmd": "VMD"}

HEAT = "Which pairs are written"
HEAT_TITLES = ("The data", "Product of marginals", "MDM, one call", "VMD, one call")
HEAT_HOVER = "%{y} then %{x}: %{z:.1%}<extra></extra>"
HEAT_IN_WORDS = (
    "Of the pairs that are written, {mdm:.0%} of the MDM's and {vmd:.0%} of the VMD's are pairs of the data."
)
HEAT_BEFORE = "Without training: the data, and what independent places would write at best."
LOSS = "Loss, nats a sequence"
LOSS_AXIS = "updates"
LOSS_FLOOR = "entropy of the data"
CALLS = "Accuracy by number of calls"
CALLS_HEAD = ("Calls (NFE)", "MDM right", "VMD right", "MDM: KL, nats", "VMD: KL, nats")
CALLS_HIDDEN = "?"
CALLS_NOTE_HIDDEN = "KL shows once you have committed a prediction."
CALLS_NOTE = {
    True: r"\* of 1,000 samples, which adds about {bias:.3f} nats; the others are exact sums.",
    False: "Of 1,000 samples each, which adds about {bias:.3f} nats to a KL. Exact at the end.",
}
CALLS_NOTE_EXACT = "Exact sums, without samples."
MAP = "The map of z"

# ---- words

WORDS_LEAD = (
    "Five letters that must agree. Both models learnt the same 4,042 words for the same time; the MDM is the "
    "larger one. In one call the MDM chooses each letter on its own, and the VMD has z to say which word is "
    "meant."
)
LETTERS = "Letters of the VMD"
LETTER_WAYS = {"drawn": "Drawn", "argmax": "Most probable"}
LETTERS_HELP = "The MDM always draws: its most probable letters would be the same word each time."
WORDS_FREE = "Words from nothing"
WORDS_NOTE = "{real:.1f} % of {samples:,} are real words, {distinct:,} different ones"
WORDS_HIDDEN = "Rude words not shown: {count}. "
WORDS_UNFILTERED = "The figures count every word, shown or not."
WORDS_NO_MODEL = "This server cannot load the models of words. Install the package anew."
PATTERN = "A pattern"
PATTERN_LABEL = "Five signs, _ for a blank"
PATTERN_HELP = "Such as s__r_. The VMD draws z from what the known letters leave likely."
WALK = "Move z"
WALK_LEAD = "The corners are z of four words: {a}, {b}, {c} and {d}. What is written in between?"

# ---- grids

GRIDS_LEAD = (
    "Whole Sudoku grids from the empty board, judged by the rules alone. The VMD draws one z a grid and "
    "writes the surest digits: it was taught to make each z a guess at a whole board. The MDM, trained as long, has no z; it "
    "draws every digit, cells in random order. All 288 "
    "grids of 4x4 Sudoku, with exact KL, are a set of the Tokens lab."
)
GRIDS_HUNDRED = "A hundred of each"
GRIDS_START = "Write 100 grids with each"
GRIDS_STATES = {
    "running": "{done} of {count} grids",
    "done": "{count} grids, calls: {calls}, seed {seed}",
    "stopped": "Stopped after {done} of {count} grids",
    "failed": "It cannot go on: too many draw grids just now, or the server has no such model. Try again.",
}
GRIDS_NOTE = "{legal} of {count} legal, {distinct} different ones; {seconds:.1f} s of network"
GRIDS_WALK = "Walk from one z to another"
GRIDS_WALK_LEAD = (
    "The ghost of what the VMD would write now, in one call on the empty board, while z moves from that of "
    "this seed to that of the next. Faint digits are unsure."
)
GRIDS_WALKING = "Walking…"
GRIDS_NO_MODEL = "This server cannot load the model. Install the package anew."

BOARD: dict[str, Any] = {
    "map_label": "Map of the latent z: what one call writes for each",
    "map_says": "z = ({first}, {second}) writes",
    "map_code_says": "Code {n} of {codes}, drawn {share} of the time, writes",
    "map_legal": "✓ {text}",
    "map_wrong": "✕ {text}",
    "map_first": "z₁",
    "map_second": "z₂",
    "map_code": "Code",
    "map_key": "Drag the point, or use the sliders. Hatched: not in the set.",
    "map_code_key": "One tile a code: press one, or use the slider. Hatched: not in the set. Pale: hardly ever drawn.",
    "map_none": "The map of z appears with the first step.",
    "map_square_key": "Drag the point, or use the sliders. Hatched: no word of the list.",
    "map_square_share": "{legal} of the square are real words.",
    "grids_pick": "{name}: grid",
    "grids_legal": "✓ Grid {n} is legal",
    "grids_wrong": "✕ Grid {n}: {first}",
    "grids_key": "✓ and a solid frame: legal. Dashed: breaks a rule, in the marked cells. A square's shade is its digit.",
    "walk_slider": "z",
    "walk_legal": "✓ Step {n} of {steps}: a legal grid{changed}",
    "walk_wrong": "✕ Step {n} of {steps}: {first}{changed}",
    "walk_changed": "; {cells} changed with this step",
    "walk_key": "Framed: changed with this step. Shaded: breaks a rule. In the strip, filled steps are legal grids.",
    "walk_board": "Sudoku board: {line}",
    "chips_real": "{text}: a real word",
    "chips_held": "{text}: a real word that was held out of training",
    "chips_new": "{text}: no word of the list",
    "chips_key": "✓ a real word · ★ a real word that no training saw · dashed: no word of the list",
    "chips_count": "×{n}",
    "map_share": "{legal} of what z writes is in the set, weighed by how often z is drawn.",
}
