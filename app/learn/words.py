"""Every sentence of the Learn page and of the teacher's, for Python and for the browser."""

from typing import Any

TITLE = "Learn"
FOR_TEACHERS = "For teachers"

BOARD: dict[str, Any] = {
    "learn_lead": "Five lessons of about nine minutes. Each asks you first, then shows what a real run did, then says why.",
    "learn_lesson": "Lesson {n}",
    "learn_minutes": "{n} minutes",
    "learn_start": "Start",
    "learn_on": "Go on",
    "learn_done": "{right} of {said} right",
    "learn_loading": "Loading the lesson…",
    "learn_back": "Back",
    "learn_next": "Next",
    "learn_all": "All lessons",
    "learn_following": "Next lesson",
    "learn_cards": "Cards of this lesson",
    "learn_kinds": {"predict": "Predict", "watch": "Watch", "why": "Why", "break": "Break it", "sandbox": "Sandbox"},
    "learn_card": "Card {n} of {of}",
    "learn_at": "{title}. Card {n} of {of}",
    "learn_score": "Score: {right} of {said}",
    "learn_commit": "That is my answer",
    "learn_committed": "You said: {answer}. The next card shows what happened.",
    "learn_right": "Right. You said: {answer}.",
    "learn_wrong": "Not so. You said: {answer}. It is: {right}.",
    "learn_first": "Predict first. What is shown here would give the answer away.",
    "learn_to_question": "To the question",
    "learn_anyway": "Show it anyway",
    "learn_boards": "Which board",
    "learn_board": "Board: {label}",
    "learn_state": "{at} of {steps} calls, {blank} blank",
    "learn_solved": "✓ Solved",
    "learn_clash": "✕ {n} cells clash",
    "learn_unfilled": "✕ {n} cells left blank",
    "learn_differs": "✕ No clash, but not this puzzle's solution",
    "learn_marked": ", one of the cells that the text is about",
    "learn_bars": "What the network says of a cell",
    "learn_bars_of": "{place}, after {at} calls",
    "learn_bars_none": "Choose a cell and step forward: the nine bars show what the network said of it.",
    "learn_margin": "Confidence {p1}, margin {p1} − {p2} = {margin}",
    "learn_game": "Round {n} of {of}",
    "learn_game_ask": "Which blank does the network fill next? Choose a cell, then press Enter or the button.",
    "learn_game_commit": "It will be {place}",
    "learn_game_filled": "That cell holds a digit already. Choose a blank one.",
    "learn_game_hit": "Two points for you: it fills {place} with {digit}, {sure} sure.",
    "learn_game_near": "One point each. It fills {place} with {digit}, {sure} sure. Your cell is number {rank} in its queue.",
    "learn_game_miss": "Two points for the network: it fills {place} with {digit}, {sure} sure. "
    "Your cell is number {rank} in its queue.",
    "learn_game_score": "You {you}, network {model}",
    "learn_game_next": "Next round",
    "learn_game_over": "That was the last round: you {you}, network {model}.",
    "learn_game_again": "Play again",
    "learn_mine": ", your guess",
    "learn_its": ", the network's choice",
    "learn_pairs": "Pairs drawn by one call, each cell on its own",
    "learn_pairs_head": ["Pair", "In a solution?", "Truth", "One call", "Drawn"],
    "learn_pairs_cells": "First cell: {a}. Second cell: {b}.",
    "learn_yes": "✓ yes",
    "learn_no": "✕ no",
    "learn_draw_one": "Draw one pair",
    "learn_draw_many": "Draw 100 pairs",
    "learn_draw_clear": "Start over",
    "learn_drawn": "{real} of {all} drawn pairs are in a solution.",
    "learn_price": "Price of one call: KL = {kl} (ln 2 = 0.693)",
    "learn_note": "Runs: {note}",
}

TEACH = "For teachers"
TEACH_LEAD = (
    "Tick what your class should see. The link below holds all of it, so everybody who opens it sees the same. "
    "Nothing is kept on the server, and no pupil has to give a name."
)
OPENS = "What the link opens"
OPENED = {"learn": "A lesson", "solve": "Solve", "compare": "Compare", "labs": "A lab"}
LESSON = "Lesson"
EVERY_LESSON = "The list of all lessons"
CARD = "Card"
LAB = "Lab"
LABS = {"tokens": "Tokens", "words": "Words", "grids": "Grids"}
PUZZLE = "Puzzle (any text of 81 cells; empty: the page's own)"
PUZZLE_BAD = "This text holds no puzzle. Give 81 cells: digits for clues, and . or 0 for blanks."
MODEL = "Model"
CALLS = "Calls of the network"
SEED = "Seed"
SEED_HELP = "Everything random comes from it: with the same seed, everybody gets the same."
STEP = "Step to stand at (empty: nothing is run yet)"
DIGITS = "Script of the digits"
PROJECTOR = "Projector mode: big board, few controls"
HIDE = "Hide"
LINK = "The link"
OPEN = "Open it"
SHEETS = "Worksheets"
SHEETS_LEAD = "A page to print: puzzles, the questions of a lesson, and the answers on a page of their own."
LEVEL = "Puzzles"
COUNT = "How many"
SHEET_LESSON = "Questions of"
NO_LESSON = "No questions"
DOWNLOAD = "Download the worksheet (HTML)"
SHEET_TITLE = "Sudoku worksheet"
SHEET_NAME = "Name"
SHEET_PUZZLE = "Puzzle {n}, {level}"
SHEET_QUESTIONS = "Questions: {title}"
SHEET_ANSWERS = "Answers"
SHEET_WHY = "Why? Write one or two sentences."
GUIDE = (
    "The guide for 45 minutes, minute by minute, is docs/teaching.md. The notebook docs/lesson-c.ipynb leads from the library "
    "to lesson 3."
)
