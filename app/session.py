"""What one visitor has on the table, and how it changes. Pure values: nothing here knows Streamlit or torch."""

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from app import choices, words
from vmd_sudoku.board import BLANK, CELLS, DIGITS, parse, to_line
from vmd_sudoku.errors import PuzzleError

MODELS = {"vmd": "VMD", "mdm": "MDM"}
BUDGETS: tuple[int | None, ...] = (None, 1, 2, 5, 10, 20)
LATENTS = (1, 2, 4, 8)
MAX_LATENTS = 16
"""Latents that a link may ask for: each is a decoding of its own."""
MAX_SEED = 2**31 - 1
CANDIDATES = CELLS * DIGITS
MAX_Z = 6.0
"""Farthest from 0 that a hand may put a number of z, in standard deviations of its prior."""
MAX_NOISE = 10.0
"""Largest Gumbel noise and temperature; from there on the network has next to nothing to say."""
MAX_RETURNS = 1000
"""Cells that a run may take back in all, at most."""
MAX_STEPS = CELLS * CELLS
"""A step of a run that a link may name; runs that backtrack have more steps than cells."""

_LINE = re.compile(rf"[1-{DIGITS}.]{{{CELLS}}}", re.ASCII)
_LOAD_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,4})?", re.ASCII)
_OWN = re.compile(rf"(?:[0-9]{{2}}[1-{DIGITS}]){{0,{CELLS}}}", re.ASCII)
_NOTES = re.compile(rf"(?:[0-9a-f][0-9a-v]){{{CELLS}}}", re.ASCII)
_EDITS = re.compile(r"[0-9]{1,3}:-?[0-9](?:\.[0-9]{1,2})?", re.ASCII)


def puzzle_or_none(value: object) -> str | None:
    """`value` if it is a puzzle of 81 characters from `1`-`9` and `.`, else None. For whatever a browser sends."""
    return value if isinstance(value, str) and _LINE.fullmatch(value) else None


def load_id_or_none(value: object) -> str | None:
    """`value` if it is an id made by `new_id`, else None. For whatever a browser sends."""
    return value if isinstance(value, str) and _LOAD_ID.fullmatch(value) else None


def own_or_none(value: object, puzzle: str) -> str | None:
    """`value` if it lists digits that a visitor put into blanks of `puzzle`, in the order of entry, else None.

    Each is three characters: the cell as two figures, 00 to 80, and the digit. No cell comes twice.
    """
    if not isinstance(value, str) or not _OWN.fullmatch(value):
        return None
    cells = [cell for cell, _ in entries(value)]
    fits = len(set(cells)) == len(cells) and all(cell < CELLS and puzzle[cell] == "." for cell in cells)
    return value if fits else None


def notes_or_none(value: object) -> str | None:
    """`value` if it is "" or the pencil marks of 81 cells, two characters of base 32 each (nine bits, 1 lowest)."""
    return value if isinstance(value, str) and (value == "" or _NOTES.fullmatch(value)) else None


def entries(own: str) -> list[tuple[int, int]]:
    """Cell and digit of each entry of a text of `own_or_none`, in the order of entry."""
    return [(int(own[at : at + 2]), int(own[at + 2])) for at in range(0, len(own), 3)]


def with_own(puzzle: str, own: Iterable[tuple[int, int]]) -> str:
    """A puzzle line with a visitor's own digits put in."""
    signs = list(puzzle)
    for cell, digit in own:
        signs[cell] = str(digit)
    return "".join(signs)


def new_id() -> str:
    """A random id, so that a restarted server cannot repeat one that a browser still holds."""
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to solve.

    policy, constraints: rows of the library's tables. nfe: calls of the network, None for one cell a call.
    remask: row of the table of what may return to MASK. latents: how many z are tried, of which the best board counts.
    draw: z is drawn with `seed`, rather than at its mode, 0. edits: candidates of z put to a value by hand, as pairs of
        ((row * 9 + column) * 9 + digit - 1) and the value, by candidate.
    threshold to renew_z: as in the library's `Setting`, with the same defaults.
    """

    model: str = "vmd"
    policy: str = "margin"
    nfe: int | None = None
    constraints: str = "none"
    remask: str = "none"
    latents: int = 1
    draw: bool = False
    seed: int = 0
    edits: tuple[tuple[int, float], ...] = ()
    threshold: float = 0.9
    schedule: str = "linear"
    blocks: str = "none"
    gumbel: float = 0.0
    temperature: float = 0.0
    remask_share: float = 0.1
    remask_budget: int = 40
    renew_z: str = "where-drawn"

    def __str__(self) -> str:
        """In a few words, leaving out what is at its default and does not matter."""
        steps = words.ONE_CELL if self.nfe is None else words.STEPS_ONE if self.nfe == 1 else words.STEPS
        parts = [MODELS[self.model], choices.policy_name(self.policy).lower(), steps.format(n=self.nfe)]
        if self.policy == "threshold" and self.threshold != Settings.threshold:
            parts.append(words.SURE_FROM.format(sure=self.threshold))
        if self.nfe is not None and self.schedule != Settings.schedule:
            parts.append(choices.schedule_name(self.schedule).lower())
        if self.blocks != Settings.blocks:
            parts.append(choices.blocks_name(self.blocks).lower())
        if self.constraints != Settings.constraints:
            parts.append(choices.constraints_name(self.constraints).lower())
        if self.remask != Settings.remask:
            parts.append(words.REMASKED.format(name=choices.remask_name(self.remask).lower()))
            if self.remask == "confidence" and self.remask_share != Settings.remask_share:
                parts.append(words.RETURN_SHARE.format(share=self.remask_share))
            if self.remask_budget != Settings.remask_budget:
                parts.append(words.RETURN_BUDGET.format(n=self.remask_budget))
        if self.gumbel:
            parts.append(words.NOISY_ORDER.format(scale=self.gumbel))
        if self.temperature:
            parts.append(words.DIGITS_DRAWN.format(temperature=self.temperature))
        if self.latents > 1 and self.model != "mdm":
            parts.append(words.LATENTS_TRIED.format(n=self.latents))
        if self.z is not None:
            parts.append(words.Z_DRAWN)
        if self.edits and self.model != "mdm":
            parts.append(words.Z_STEERED)
        if self.renew_z != Settings.renew_z and self.model != "mdm":
            parts.append(words.Z_RENEWED.format(name=choices.renewal_name(self.renew_z).lower()))
        if self.is_drawn:
            parts.append(words.SEED_IS.format(seed=self.seed))
        return ", ".join(parts)

    @property
    def z(self) -> int | None:
        """The seed of the latent z, or None for the prior's mode. MDM has no z."""
        return self.seed if self.draw and self.model != "mdm" else None

    @property
    def is_drawn(self) -> bool:
        """Whether anything is drawn, so that the seed matters."""
        renewed = self.renew_z == "prior" and self.model != "mdm"
        return self.z is not None or self.policy == "random" or renewed or self.gumbel > 0 or self.temperature > 0

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as parameters of a link."""
        usual = Settings()._texts()
        return {name: text for name, text in self._texts().items() if text != usual[name]}

    def _texts(self) -> dict[str, str]:
        return {
            "model": self.model,
            "policy": self.policy,
            "steps": "cell" if self.nfe is None else str(self.nfe),
            "rules": self.constraints,
            "remask": self.remask,
            "latents": str(self.latents),
            "z": "draw" if self.draw else "mode",
            "seed": str(self.seed),
            "zset": ",".join(f"{candidate}:{value:g}" for candidate, value in self.edits),
            "threshold": f"{self.threshold:g}",
            "schedule": self.schedule,
            "blocks": self.blocks,
            "gumbel": f"{self.gumbel:g}",
            "temperature": f"{self.temperature:g}",
            "share": f"{self.remask_share:g}",
            "returns": str(self.remask_budget),
            "renew": self.renew_z,
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Settings":
        """Settings of a link. A value that is unknown or out of range counts as absent: links come from strangers."""
        known = cls()
        if (model := query.get("model")) in MODELS:
            known = replace(known, model=model)
        if (policy := query.get("policy")) and policy in choices.policies():
            known = replace(known, policy=policy)
        if (constraints := query.get("rules")) and constraints in choices.constraints():
            known = replace(known, constraints=constraints)
        if (remask := query.get("remask")) and remask in choices.remasking():
            known = replace(known, remask=remask)
        if (latents := _number(query.get("latents"), 1, MAX_LATENTS)) is not None:
            known = replace(known, latents=latents)
        if (steps := _number(query.get("steps"), 1, CELLS)) is not None:
            known = replace(known, nfe=steps)
        if (seed := _number(query.get("seed"), 0, MAX_SEED)) is not None:
            known = replace(known, seed=seed)
        if (schedule := query.get("schedule")) and schedule in choices.schedules():
            known = replace(known, schedule=schedule)
        if (blocks := query.get("blocks")) and blocks in choices.blocks():
            known = replace(known, blocks=blocks)
        if (renew := query.get("renew")) and renew in choices.renewals():
            known = replace(known, renew_z=renew)
        if (returns := _number(query.get("returns"), 0, MAX_RETURNS)) is not None:
            known = replace(known, remask_budget=returns)
        known = replace(
            known,
            threshold=_decimal(query.get("threshold"), 1.0, known.threshold),
            gumbel=_decimal(query.get("gumbel"), MAX_NOISE, known.gumbel),
            temperature=_decimal(query.get("temperature"), MAX_NOISE, known.temperature),
            remask_share=_decimal(query.get("share"), 1.0, known.remask_share),
        )
        edits = edits_or_none(query.get("zset", "").split(","))
        return replace(known, draw=query.get("z") == "draw", edits=edits or ())


def edits_or_none(values: object) -> tuple[tuple[int, float], ...] | None:
    """Texts `candidate:value` as `Settings.edits`, the last of a candidate counting; None if one is out of range."""
    if not isinstance(values, list) or len(values) > CANDIDATES:
        return None
    edits = {}
    for text in values:
        if not isinstance(text, str) or not _EDITS.fullmatch(text):
            return None
        candidate, _, value = text.partition(":")
        if int(candidate) >= CANDIDATES or abs(float(value)) > MAX_Z:
            return None
        edits[int(candidate)] = float(value)
    return tuple(sorted(edits.items()))


def step_or_none(value: object) -> int | None:
    """`value` if it may be a step of a run."""
    return value if type(value) is int and 0 <= value <= MAX_STEPS else None


def _number(text: str | None, low: int, high: int) -> int | None:
    if text is None or not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        return None
    return int(text)


def _decimal(text: str | None, high: float, usual: float) -> float:
    """The number from 0 to `high` that a text holds, or the usual one."""
    if text is None or not _DECIMAL.fullmatch(text) or float(text) > high:
        return usual
    return float(text)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What there is to say after Solve.

    puzzle: the board that was solved: clues and the visitor's own digits.
    tone: "solved", "wrong" (the network's board is not a solution), "refused" (no run) or "failed".
    reason: one sentence on the board by the exact rules.
    notes: further sentences, such as what the exact solver says of the puzzle.
    first_wrong: the step, counted from 1, that first departs from the only solution; None if none does.
    cells: cells that the words are about, to be marked on the board.
    trace: what the player plays, in the form of `report.playable`; None where nothing ran.
    start: the step that the player stands at when it opens; None to play from the beginning.
    busy: others were first; the browser asks again by itself.
    settings: what it was solved with.
    """

    puzzle: str
    tone: str
    headline: str
    reason: str
    notes: tuple[str, ...] = ()
    first_wrong: int | None = None
    cells: tuple[int, ...] = ()
    trace: dict[str, object] | None = None
    start: int | None = None
    busy: bool = False
    settings: Settings = field(default_factory=Settings)
    id: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Said:
    """The browser's board: clues, own digits, pencil marks, the load that they belong to; and the run that its player
    shows ("" for none) with the step it stands at (None: the visitor left that run)."""

    puzzle: str
    load_id: str
    own: str = ""
    notes: str = ""
    run: str = ""
    step: int | None = None


@dataclass(frozen=True)
class Reply:
    """The answer to anything but Solve that the browser asked: which press it answers, and what the browser shows."""

    press: int
    kind: str
    data: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Session:
    """Everything a visitor would lose with the tab.

    puzzle: the clues. own: the visitor's own digits in the order of entry. notes: pencil marks. Both as texts, in the
        forms of `own_or_none` and `notes_or_none`.
    step: where the player stands; None before a run.
    load_id: names the last board put there by the server. Empty until then: a browser that already shows a board (the
        server was restarted under it) keeps it, and the session takes that over.
    level: the level that the last example came from. shown: how many examples of each have been on the board.
    answered: the last press that has had its answer, 0 before any.
    """

    puzzle: str = "." * CELLS
    own: str = ""
    notes: str = ""
    step: int | None = None
    load_id: str = ""
    settings: Settings = field(default_factory=Settings)
    level: str = ""
    shown: Mapping[str, int] = field(default_factory=dict)
    report: Report | None = None
    reply: Reply | None = None
    notice: str = ""
    answered: int = 0

    @property
    def board(self) -> str:
        """Clues and own digits as one line."""
        return with_own(self.puzzle, entries(self.own))

    def load(self, puzzle: str) -> "Session":
        """Put another puzzle on the board."""
        return replace(
            self, puzzle=puzzle, own="", notes="", step=None, load_id=new_id(), level="", report=None, notice=""
        )

    def example(self, level: str, puzzles: tuple[str, ...]) -> "Session":
        """Put the next example of `level` on the board."""
        turn = self.shown.get(level, 0)
        loaded = self.load(puzzles[turn % len(puzzles)])
        return replace(loaded, level=level, shown={**self.shown, level: turn + 1})

    def heard(self, said: "Said") -> "Session":
        """The browser's board, and where its player stands. An echo of an earlier load is ignored."""
        if said.load_id != self.load_id and self.load_id:
            return self
        now = replace(self, puzzle=said.puzzle, own=said.own, notes=said.notes, load_id=said.load_id)
        if now.board != self.board:
            return replace(now, step=None, report=None, notice="")
        if self.report and said.run == self.report.id:
            return replace(now, step=said.step, report=None if said.step is None else self.report)
        return now

    def configure(self, settings: Settings) -> "Session":
        """Other settings for the next solve; what is on the board stays."""
        return replace(self, settings=settings)

    def tell(self, report: Report, press: int) -> "Session":
        """The outcome of a solve, and which press of Solve it answers; one for another board is of no use any more."""
        answered = press or self.answered
        if report.puzzle != self.board:
            return replace(self, answered=answered)
        return replace(self, report=report, step=report.start, answered=answered)

    def run(self) -> Report | None:
        """The run on show, if pressing Solve now would only make the same once more."""
        same = self.report and self.report.trace and (self.report.puzzle, self.report.settings) == self.question()
        return self.report if same else None

    def question(self) -> tuple[str, Settings]:
        """What Solve asks: a board, and how to solve it."""
        return self.board, self.settings

    def at(self, step: int | None) -> "Session":
        """The player at a step."""
        return replace(self, step=step)

    def answer(self, reply: Reply) -> "Session":
        """The answer to anything else."""
        return replace(self, reply=reply, answered=reply.press)

    def to_query(self) -> dict[str, str]:
        """A link that brings this board, these settings and the step of the run back."""
        more = {"own": self.own, "notes": self.notes, "at": "" if self.step is None else str(self.step)}
        return {"p": self.puzzle, **self.settings.to_query(), **{name: text for name, text in more.items() if text}}


class Desk:
    """Where a session lies.

    Streamlit cuts a run off at its next `st` call once the browser has said something new, and starts another beside it.
    Putting a session here is no such call, so the outcome of a long solve is kept.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._job: Job | None = None
        self._lock = threading.Lock()

    def begin(self, press: int, question: object = None) -> "Job | None":
        """The job of answering a press, in place of the one before, which is cancelled; None if it is under way.

        question: what is asked; who asks the same again, with another press, waits for the job that is under way.
        """
        with self._lock:
            now = self._job
            if now and question is not None and now.question == question and not now.cancelled.is_set():
                now.press = press
            if now and now.press == press:
                return None
            if now:
                now.cancelled.set()
            self._job = Job(press, question)
            return self._job

    def cancel(self) -> None:
        """Nobody waits for the job under way any more."""
        with self._lock:
            if self._job:
                self._job.cancelled.set()

    def end(self, job: "Job", change: Callable[[Session], Session] | None) -> None:
        """Put down what a job found, unless it was cancelled meanwhile."""
        with self._lock:
            if change and self._job is job and not job.cancelled.is_set():
                self.session = change(self.session)
            if self._job is job:
                self._job = None
        job.done.set()

    def running(self) -> "Job | None":
        """The job under way that somebody waits for."""
        with self._lock:
            return self._job if self._job and not self._job.cancelled.is_set() else None


class Job:
    """The answer to a press, on its way. `cancelled` asks it to stop, `done` tells that it has.

    press: the last one that wants this answer. question: what is asked, None if no other press can ask the same.
    """

    def __init__(self, press: int, question: object = None) -> None:
        self.press = press
        self.question = question
        self.cancelled = threading.Event()
        self.done = threading.Event()


def from_query(query: Mapping[str, str], fallback: str) -> Session:
    """The session a link asks for; `fallback` is the puzzle where the link has none or an unreadable one."""
    session = Session(puzzle=fallback, settings=Settings.from_query(query))
    text = query.get("p")
    if text is None:
        return session
    try:
        puzzle = to_line(parse(text))
    except PuzzleError as error:
        return replace(session, notice=words.BAD_LINK.format(error=error))
    return replace(
        session,
        puzzle=puzzle,
        own=own_or_none(query.get("own"), puzzle) or "",
        notes=notes_or_none(query.get("notes")) or "",
        step=_number(query.get("at"), 0, MAX_STEPS),
    )


def clues(puzzle: str) -> int:
    """How many cells of a puzzle line are given."""
    return CELLS - puzzle.count(".") - puzzle.count(str(BLANK))
