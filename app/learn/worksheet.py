"""A worksheet: puzzles, the questions of a lesson, and the answers on a page of their own. HTML that needs nothing else."""

from collections.abc import Sequence
from html import escape

import numpy as np

from app.learn import words as learn_words
from vmd_sudoku.board import Line
from vmd_sudoku.formats.drawing import to_svg
from vmd_sudoku.lessons.lesson import Lesson

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm; }}
body {{ max-width: 180mm; margin: 0 auto; font: 11pt/1.45 sans-serif; color: #111827; background: #ffffff; }}
header {{ display: flex; justify-content: space-between; gap: 1em; }}
section {{ break-after: page; }}
section:last-child {{ break-after: auto; }}
.boards {{ display: grid; grid-template-columns: repeat(2, 1fr); gap: 10mm; }}
.answers .boards {{ grid-template-columns: repeat(4, 1fr); gap: 5mm; }}
figure {{ margin: 0; break-inside: avoid; }}
svg {{ display: block; width: 100%; height: auto; }}
.question {{ break-inside: avoid; margin: 0 0 6mm; }}
.question ul {{ list-style: none; padding: 0; }}
.question li::before {{ content: "\\2610\\00a0\\00a0"; }}
.lines {{ height: 16mm; border-bottom: 1px solid #6b7280; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def worksheet(
    puzzles: Sequence[Line], solutions: Sequence[np.ndarray], level: str, lesson: Lesson | None = None
) -> str:
    """A page for the printer. solutions: a full board, int8 [81], for each puzzle."""
    heads = [learn_words.SHEET_PUZZLE.format(n=number, level=level) for number in range(1, len(puzzles) + 1)]
    blank = [_figure(head, to_svg(p.digits, title=head)) for head, p in zip(heads, puzzles, strict=True)]
    full = [
        _figure(head, to_svg(p.digits, filled, title=f"{head}, solved"))
        for head, p, filled in zip(heads, puzzles, solutions, strict=True)
    ]
    name = f"<span>{escape(learn_words.SHEET_NAME)}: ______________________</span>"
    sections = [f"<section><header><h1>{escape(learn_words.SHEET_TITLE)}</h1>{name}</header>{_boards(blank)}</section>"]
    if lesson:
        sections.append(f"<section>{_questions(lesson)}</section>")
    answers = f"<h1>{escape(learn_words.SHEET_ANSWERS)}</h1>{_boards(full)}{_answers(lesson) if lesson else ''}"
    sections.append(f'<section class="answers">{answers}</section>')
    return _PAGE.format(title=escape(learn_words.SHEET_TITLE), body="\n".join(sections))


def _figure(head: str, picture: str) -> str:
    return f"<figure><figcaption>{escape(head)}</figcaption>{picture}</figure>"


def _boards(figures: Sequence[str]) -> str:
    return f'<div class="boards">{"".join(figures)}</div>'


def _questions(lesson: Lesson) -> str:
    parts = [f"<h1>{escape(learn_words.SHEET_QUESTIONS.format(title=lesson.title))}</h1>"]
    for card in lesson.cards:
        if card.question is None:
            continue
        text = "".join(f"<p>{escape(part)}</p>" for part in card.text)
        choices = "".join(f"<li>{escape(answer)}</li>" for answer in card.question.answers)
        asked = f"<p><strong>{escape(card.question.ask)}</strong></p><ul>{choices}</ul>"
        why = f"<p>{escape(learn_words.SHEET_WHY)}</p><div class='lines'></div><div class='lines'></div>"
        parts.append(f'<div class="question"><h2>{escape(card.title)}</h2>{text}{asked}{why}</div>')
    return "".join(parts)


def _answers(lesson: Lesson) -> str:
    parts = [f"<h2>{escape(learn_words.SHEET_QUESTIONS.format(title=lesson.title))}</h2>"]
    for card in lesson.cards:
        if card.question:
            right = escape(card.question.answers[card.question.right])
            because = escape(" ".join(card.question.because))
            parts.append(f"<p><strong>{escape(card.title)}</strong>: {right}. {because}</p>")
    return "".join(parts)
