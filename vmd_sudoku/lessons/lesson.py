"""A lesson: five cards of words and questions, and the runs of the shipped models that they show.

Each lesson is two files in `lessons/data/`. `NAME.toml` is written by hand: words, questions, and which run is shown where.
`NAME.json` is written by `python tools/lessons.py`: the runs, and figures that were measured. A text names what the models did
as `{run.fact}` or `{figures.name}`, so that no number is typed. `load` puts both together and fills the numbers in.

A player needs nothing but `Lesson.to_json()`, plain JSON types:

    {"id", "title", "about", "minutes", "note",
     "cards": [{"kind", "title", "text": [paragraph],      five, of KINDS in this order
        "question": null | {"ask", "answers": [text], "right": index from 0, "because": [paragraph]},
        "before": null | SHOW,                             on the screen at once
        "show": null | SHOW,                               only after the card's question, if it has one
        "game": null | {"run", "steps": [number from 0]},  guess which cell each of these steps fills first
        "pairs": null | {"run", "cells": [a, b], "digits": [[of a, of b], [of a, of b]], "shares": [[.., ..], [.., ..]]},
        "table": null | {"head": [text], "rows": [[text]]},
        "links": [{"page": "solve" | "compare" | "labs", "label", "query": {name: value}}]}],
     "runs": {name: {"label", "setting", "trace", "facts": {name: number or text}, "query": {name: value},
                     "solution": 81 characters | null}}}
    SHOW = {"runs": [name], "layout": one of LAYOUTS, "at": step to stand at | null to play, "still": no player at all,
            "cells": [cells to mark, 0 to 80], "bars": show the nine probabilities of the chosen cell}

The answer of a "predict" card is told on the card after it, with `because`; that of any other card at once. `trace` is a run as
the app's player takes it (`with_queue` in app/solve/report.py). `pairs` are two cells of a puzzle with two solutions: the pairs
of digits that occur, and `shares`, what one call of the run says of these two digits, for each cell.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from vmd_sudoku.board import CELLS, DIGITS, looks_like_puzzle
from vmd_sudoku.errors import LessonError

NAMES = ("many", "sure", "independence", "latent", "rules")
"""Of the lessons, in the order of a course."""
KINDS = ("predict", "watch", "why", "break", "sandbox")
LAYOUTS = ("one", "beside", "choose")
"""One board; boards side by side on one time line; one of several, by its label."""
PAGES = ("solve", "compare", "labs")
_NUMBER = re.compile(r"\{([\w-]+)\.(\w+)\}")


@dataclass(frozen=True)
class Question:
    """A question with answers to choose from. right: index of the right one. because: told after the answer."""

    ask: str
    answers: tuple[str, ...]
    right: int
    because: tuple[str, ...]


@dataclass(frozen=True)
class Show:
    """Runs on the screen; see the module for the fields."""

    runs: tuple[str, ...]
    layout: str = "one"
    at: int | None = None
    still: bool = False
    cells: tuple[int, ...] = ()
    bars: bool = False


@dataclass(frozen=True)
class Game:
    """Guess the next cell: before each of these steps of a run, counted from 0."""

    run: str
    steps: tuple[int, ...]


@dataclass(frozen=True)
class Pairs:
    """Two tied cells: the digits of both in either solution, and what one call says of these digits in each cell."""

    run: str
    cells: tuple[int, int]
    digits: tuple[tuple[int, int], tuple[int, int]]
    shares: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Table:
    """Words and figures in rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Link:
    """Where the same is open to play with: a page of the app, and the parameters of its link."""

    page: str
    label: str
    query: Mapping[str, str]


@dataclass(frozen=True)
class Card:
    """One screen of a lesson."""

    kind: str
    title: str
    text: tuple[str, ...]
    question: Question | None = None
    before: Show | None = None
    show: Show | None = None
    game: Game | None = None
    pairs: Pairs | None = None
    table: Table | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Run:
    """A solve by a shipped model: the player's trace, facts counted from it, and the link's parameters that repeat it."""

    label: str
    setting: str
    trace: Mapping[str, Any]
    facts: Mapping[str, int | float | str]
    query: Mapping[str, str]
    solution: str | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson, ready to play. id: one of NAMES. note: the models and the version that made its runs."""

    id: str
    title: str
    about: str
    minutes: int
    note: str
    cards: tuple[Card, ...]
    runs: Mapping[str, Run]

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types: see the module."""
        # Through JSON, which makes lists of tuples: what is compared and sent has the types that a browser sees.
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


@cache
def load(name: str) -> Lesson:
    """A lesson by its name, one of NAMES.

    Raises:
        LessonError: there is none of this name, or its files do not fit together.
    """
    if name not in NAMES:
        raise LessonError(f"no lesson is called {name!r}; there are {', '.join(NAMES)}")
    data = resources.files("vmd_sudoku.lessons") / "data"
    return read(name, (data / f"{name}.toml").read_text("utf-8"), (data / f"{name}.json").read_text("utf-8"))


def read(name: str, words: str, runs: str) -> Lesson:
    """A lesson from the texts of its two files, TOML and JSON.

    Raises:
        LessonError: what is wrong, and on which card.
    """
    try:
        said, made = tomllib.loads(words), json.loads(runs)
        return _lesson(name, said, made)
    except LessonError as error:
        raise LessonError(f"lesson {name!r}: {error}") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise LessonError(f"lesson {name!r} cannot be read ({error!r}); run tools/lessons.py again") from None


def _lesson(name: str, said: dict[str, Any], made: dict[str, Any]) -> Lesson:
    known = {run: _run(run, plain) for run, plain in made["runs"].items()}
    # Before the cards are made, so that a question may have a measured number among its answers.
    said = _filled(said, known, made["figures"])
    cards = tuple(_card(number, card, known, made) for number, card in enumerate(said["cards"], 1))
    if tuple(card.kind for card in cards) != KINDS:
        raise LessonError(f"it has the cards {', '.join(card.kind for card in cards)}; wanted {', '.join(KINDS)}")
    return Lesson(name, said["title"], said["about"], said["minutes"], made["note"], cards, known)


def _run(name: str, plain: dict[str, Any]) -> Run:
    run = _made(Run, plain, f"run {name!r}")
    trace = run.trace
    cells = [cell for step in trace["steps"] for cell in step["cells"]]
    digits = [digit for step in trace["steps"] for digit in step["digits"]]
    sound = set(cells) <= set(range(CELLS)) and set(digits) <= set(range(1, DIGITS + 1)) and len(cells) == len(digits)
    if not looks_like_puzzle(trace["puzzle"]) or not sound:
        raise LessonError(f"run {name!r} holds no trace; run tools/lessons.py again")
    return run


# ---- numbers in words


def _filled(value: Any, runs: Mapping[str, Run], figures: Mapping[str, Any]) -> Any:
    """Words with their `{run.fact}` filled in, at any depth."""
    if isinstance(value, dict):
        return {name: _filled(part, runs, figures) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, runs, figures) for part in value]
    return (
        _NUMBER.sub(lambda found: str(_fact(found[1], found[2], runs, figures)), value) if type(value) is str else value
    )


def _fact(run: str, name: str, runs: Mapping[str, Run], figures: Mapping[str, Any]) -> Any:
    facts = figures if run == "figures" else runs[run].facts if run in runs else {}
    if name not in facts:
        raise LessonError(
            f"a text asks for {{{run}.{name}}}, which is not there; there are {_names(facts) or 'no facts'}"
        )
    return facts[name]


# ---- cards


def _card(number: int, said: dict[str, Any], runs: Mapping[str, Run], made: dict[str, Any]) -> Card:
    where = f"card {number}"
    try:
        made_of: dict[str, Callable[[Any], Any]] = {
            "question": _question,
            "before": lambda plain: _show(plain, runs, made["pairs"]),
            "show": lambda plain: _show(plain, runs, made["pairs"]),
            "game": lambda plain: _game(plain, runs),
            "pairs": lambda plain: _made(Pairs, made["pairs"][plain], "pairs"),
            "table": lambda plain: _made(Table, plain, "table"),
            "links": lambda plain: tuple(_link(link, runs) for link in plain),
        }
        return _made(Card, {name: made_of.get(name, _frozen)(part) for name, part in said.items()}, "card")
    except LessonError as error:
        raise LessonError(f"{where}: {error}") from None


def _question(plain: dict[str, Any]) -> Question:
    """Its right answer is given, from 1, or is the first of `upto` that `value` does not exceed."""
    # A copy: `pop` below must not change the lesson's own table.
    plain = dict(plain)
    answers = plain["answers"]
    if "upto" in plain:
        value, bounds = float(plain.pop("value")), plain.pop("upto")
        plain["right"] = 1 + next((at for at, bound in enumerate(bounds) if value <= bound), len(bounds))
    right = plain["right"]
    # Told when the lesson is loaded, and not to a class.
    if type(right) is not int or not 1 <= right <= len(answers):
        raise LessonError(f"the right answer is number {right!r}, and there are {len(answers)}")
    return _made(Question, plain | {"right": right - 1}, "question")


def _show(plain: dict[str, Any], runs: Mapping[str, Run], pairs: Mapping[str, Any]) -> Show:
    """`cells` may be the name of a pair."""
    if isinstance(cells := plain.get("cells"), str):
        plain = plain | {"cells": pairs[cells]["cells"]}
    show = _made(Show, plain, "what is shown")
    _require_runs(show.runs, runs)
    if show.layout not in LAYOUTS:
        raise LessonError(f"the layout is {show.layout!r}; wanted {', '.join(LAYOUTS)}")
    return show


def _game(plain: dict[str, Any], runs: Mapping[str, Run]) -> Game:
    game = _made(Game, plain, "game")
    _require_runs((game.run,), runs)
    steps = len(runs[game.run].trace["steps"])
    if any(not 0 <= step < steps for step in game.steps):
        raise LessonError(f"the game asks for a step beyond the {steps} of run {game.run!r}")
    return game


def _link(plain: dict[str, Any], runs: Mapping[str, Run]) -> Link:
    """`run` gives the parameters that repeat a run; `query` adds to them."""
    query = dict(plain.get("query", {}))
    if run := plain.get("run"):
        _require_runs((run,), runs)
        query = {**runs[run].query, **query}
    if plain["page"] not in PAGES:
        raise LessonError(f"a link leads to the page {plain['page']!r}; wanted {', '.join(PAGES)}")
    return Link(plain["page"], plain["label"], query)


def _require_runs(names: tuple[str, ...], runs: Mapping[str, Run]) -> None:
    for name in names:
        if name not in runs:
            raise LessonError(f"there is no run {name!r}; there are {_names(runs)}")


def _made(kind: type, plain: Mapping[str, Any], what: str) -> Any:
    """A dataclass from plain values; refuses unknown names, and missing ones that have no default."""
    names = {field.name for field in fields(kind)}
    if unknown := set(plain) - names:
        raise LessonError(f"{what} has {_names(unknown)}; wanted {_names(names)}")
    try:
        return kind(**{name: _frozen(value) for name, value in plain.items()})
    except TypeError:
        raise LessonError(f"{what} lacks some of {_names(names)}; it has {_names(plain)}") from None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list | tuple) else value


def _names(names: Any) -> str:
    return ", ".join(sorted(map(str, names)))
