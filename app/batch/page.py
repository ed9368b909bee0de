"""The Batch page: bring puzzles, choose settings, and see the run that measures them."""

import datetime
import logging
from dataclasses import dataclass, replace

import streamlit as st

from app.batch import component, run_view
from app.batch import words as batch_words
from app.batch.figures import Figures
from app.batch.intake import Preview, preview
from app.batch.limits import Limits, read_limits
from app.batch.queue import Queue
from app.batch.run_view import Open
from app.batch.store import Job, id_or_none
from app.parts.form import WIDTH, form
from app.parts.settings import Settings
from app.parts.verdict import sentence
from app.server import examples
from vmd_sudoku.board import Line
from vmd_sudoku.errors import ConfigError, OutputError

BOARD = "batch_board"
OPEN = "batch_open_{letter}"
_DESK = "batch"
_WIDTH = 1240
_USUAL = (Settings(model="vmd", nfe=5), Settings(model="mdm", nfe=5))
_ARMS = len(batch_words.LETTERS)
_LOG = logging.getLogger(__name__)


@dataclass
class Visit:
    """What lies on a visitor's Batch page. Plain values, so that they outlive a change of page.

    run: id of the run on show. own: of the last run that this visitor started. turn: grows whenever arms are added or taken
    away; it is in the keys of their widgets. looked: what was brought last.
    """

    run: str | None = None
    own: str | None = None
    arms: tuple[Settings, ...] = _USUAL
    turn: int = 0
    source: str = "file"
    figures: Figures | None = None
    pressed: int = 0
    notice: str = ""
    looked: tuple[str, Preview] | None = None

    def look(self, name: str, data: bytes, limit: int) -> Preview:
        """What is in a file; of the last one it is known already."""
        # Only the last one: a visitor's file may have megabytes.
        if self.looked is None or (self.looked[0], self.looked[1].data) != (name, data):
            self.looked = name, preview(name, data, limit)
        return self.looked[1]


@st.cache_resource(show_spinner=False)
def queue() -> Queue:
    """The one queue of this process.

    Raises:
        ConfigError: the owner's limits cannot be read.
    """
    found = Queue(read_limits())
    found.watch()
    return found


def page(open_compare: Open) -> None:
    """Draw the page. open_compare: leads to the Compare page, with a puzzle and settings."""
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Visit(run=st.query_params.to_dict().get("run"))
    visit: Visit = st.session_state[_DESK]
    with st.container(horizontal_alignment="center"), st.container(width=_WIDTH, key="batch_page"):
        try:
            runs = queue()
        except ConfigError as error:
            _LOG.error("batch: %s", error)
            st.title(batch_words.TITLE, anchor=False)
            st.error(batch_words.BAD_LIMITS)
            return
        job = _shown(visit, runs)
        if job:
            _run(visit, runs, job, open_compare)
        else:
            _brief(visit, runs)


def _shown(visit: Visit, runs: Queue) -> Job | None:
    """The run on show; a link that leads to none is told once."""
    job = runs.store.find(id_or_none(visit.run))
    if visit.run and not job:
        visit.run, visit.notice = None, batch_words.GONE.format(hours=runs.limits.hours)
    return job


# ---- before the start


def _brief(visit: Visit, runs: Queue) -> None:
    st.title(batch_words.TITLE, anchor=False)
    st.caption(batch_words.LEAD)
    if visit.notice:
        st.warning(visit.notice)
    found = _source(visit, runs.limits)
    if found:
        _tell(found, runs.limits)
    else:
        st.caption(batch_words.BROUGHT_NOTHING)
    component.batch_board(query={}, bad=found.bad if found else 0, lines=found.lines if found else (), key=BOARD)
    _arms(visit)
    _begin(visit, runs, found)
    runs.prepare()


def _source(visit: Visit, limits: Limits) -> Preview | None:
    """What the visitor brings, looked through; None as long as it is nothing."""
    visit.source = st.segmented_control(
        batch_words.SOURCE,
        list(batch_words.SOURCES),
        default=visit.source,
        format_func=batch_words.SOURCES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="batch_source",
    )
    if visit.source == "examples":
        name = st.selectbox(
            batch_words.EXAMPLES,
            list(examples.LEVELS),
            format_func=lambda level: batch_words.EXAMPLE.format(name=level, about=examples.LEVELS[level][1]),
            width=480,
            key="batch_examples",
        )
        path = examples.EXAMPLES / examples.LEVELS[name][0]
        return visit.look(path.name, path.read_bytes(), limits.puzzles)
    if visit.source == "paste":
        text = st.text_area(batch_words.PASTE, help=batch_words.PASTE_HELP, height=180, key="batch_text")
        if not text.strip():
            return None
        return _within(visit, batch_words.PASTED, text.encode("utf-8", "replace"), limits)
    file = st.file_uploader(
        batch_words.FILE,
        help=batch_words.FILE_HELP.format(megabytes=limits.megabytes),
        max_upload_size=limits.megabytes,
        key="batch_file",
    )
    return _within(visit, file.name, file.getvalue(), limits) if file else None


def _within(visit: Visit, name: str, data: bytes, limits: Limits) -> Preview | None:
    if len(data) > limits.megabytes << 20:
        st.error(batch_words.TOO_BIG.format(megabytes=limits.megabytes))
        return None
    return visit.look(name, data, limits.puzzles)


def _tell(found: Preview, limits: Limits) -> None:
    if found.failure:
        reason = {"empty": batch_words.NONE_EMPTY, "long": batch_words.NONE_LONG}.get(found.failure, found.failure)
        st.error(sentence(batch_words.NONE.format(reason=reason.rstrip("."))))
        return
    low, high = found.clues
    more = batch_words.FOUND_MORE.format(n=limits.puzzles) if found.more else ""
    clues = str(low) if low == high else batch_words.CLUES.format(low=low, high=high)
    st.write(batch_words.FOUND.format(puzzles=run_view.count(found.puzzles), clues=clues, more=more))


def _arms(visit: Visit) -> None:
    """A chip for each arm, which opens to its settings."""
    st.header(batch_words.ARMS, anchor=False)
    after = list(visit.arms)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="batch_arms"):
        for place, (letter, now) in enumerate(zip(batch_words.LETTERS, visit.arms, strict=False)):
            label = batch_words.ARM.format(letter=letter, settings=now)
            chip = st.popover(label, icon=":material/tune:", key=OPEN.format(letter=letter), on_change="rerun")
            # Widgets that nobody sees would be most of a run's work.
            if not chip.open:
                continue
            with chip.container(width=WIDTH):
                after[place] = form(f"batch_{letter}_{visit.turn}_", now)
                if len(visit.arms) > 1 and st.button(
                    batch_words.REMOVE.format(letter=letter), icon=":material/close:", key=f"batch_remove_{letter}"
                ):
                    visit.arms = (*visit.arms[:place], *visit.arms[place + 1 :])
                    visit.turn += 1
                    st.rerun()
        if len(visit.arms) < _ARMS and st.button(batch_words.ADD, icon=":material/add:", key="batch_add"):
            visit.arms = (*visit.arms, _another(visit.arms))
            visit.turn += 1
            st.rerun()
    if tuple(after) != visit.arms:
        visit.arms = tuple(after)
        st.rerun()


def _another(arms: tuple[Settings, ...]) -> Settings:
    """Settings that are not there yet: the last with one call more or less."""
    steps = (1, 5, 10, 20, None)
    return next(one for nfe in steps if (one := replace(arms[-1], nfe=nfe)) not in arms)


def _begin(visit: Visit, runs: Queue, found: Preview | None) -> None:
    twins = [
        (batch_words.LETTERS[a], batch_words.LETTERS[b])
        for b in range(len(visit.arms))
        for a in range(b)
        if visit.arms[a] == visit.arms[b]
    ]
    if twins:
        st.warning(batch_words.SAME.format(first=twins[0][0], second=twins[0][1]))
    ready = found is not None and not found.failure and not twins
    limits = runs.limits
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button(batch_words.START, icon=":material/play_arrow:", disabled=not ready, key="batch_start")
        st.caption(batch_words.START_HELP.format(minutes=limits.minutes, hours=limits.hours))
    if pressed and ready and found:
        _start(visit, runs, found)


def _start(visit: Visit, runs: Queue, found: Preview) -> None:
    mine = runs.store.find(visit.own)
    if mine and runs.store.is_live(mine):
        st.warning(batch_words.ONE_LIVE)
        # By a callback: in the next run of the page Start is not pressed any more, and this button is not drawn.
        st.button(batch_words.TO_LIVE, key="batch_to_live", on_click=_show, args=(visit, mine))
        return
    try:
        job = runs.add(found, visit.arms)
    except ConfigError as error:
        st.error(sentence(str(error)))
        return
    except (OSError, OutputError) as error:
        _LOG.error("batch: %s", error)
        st.error(batch_words.DISK)
        return
    if job is None:
        st.warning(batch_words.FULL)
        return
    visit.own = job.id
    _show(visit, job)
    st.rerun()


def _show(visit: Visit, job: Job | None) -> None:
    """Put a run on show, or the form for another."""
    visit.run, visit.figures, visit.notice = job.id if job else None, None, ""


# ---- a run


def _run(visit: Visit, runs: Queue, job: Job, open_compare: Open) -> None:
    if visit.figures is None or visit.figures.job != job:
        visit.figures = Figures(runs.store, job)
    figures = visit.figures
    st.title(batch_words.HEAD.format(puzzles=run_view.count(job.puzzles), file=run_view.plain(job.file)), anchor=False)
    until = datetime.datetime.fromtimestamp(job.made + 3600 * runs.limits.hours)
    st.caption(batch_words.LINK.format(until=until.strftime("%d %B, %H:%M").lstrip("0")))
    live = run_view.live(runs, figures)
    failed = [] if live or not figures.look() else run_view.failures(figures)
    pressed = component.opened(BOARD, visit.pressed)
    if pressed:
        visit.pressed, (arm, place) = pressed
        _open(job, failed, arm, place, open_compare)
    if not live:
        run_view.results(figures)
        run_view.failures_head(figures, failed)
    component.batch_board(
        query={"run": job.id},
        bad=job.bad,
        lines=job.lines,
        groups=[] if live else [run_view.group(figures, arm, boards) for arm, boards in failed if boards],
        key=BOARD,
    )
    if not live and figures.look():
        run_view.downloads(figures)
    if st.button(batch_words.ANOTHER, icon=":material/add:", key="batch_another"):
        _show(visit, None)
        st.rerun()


def _open(job: Job, failed: list[run_view.Failed], arm: int, place: int, open_compare: Open) -> None:
    """Lead to Compare with a board that is on show, its own settings first."""
    boards = dict(failed).get(arm, [])
    if not 0 <= place < len(boards):
        return
    arms = job.settings
    sides = [arms[arm], *(other for number, other in enumerate(arms) if number != arm)]
    if len(sides) == 1:
        sides.append(replace(sides[0], model=sides[0].partner))
    open_compare(Line(boards[place]["puzzle"]), tuple(sides))
