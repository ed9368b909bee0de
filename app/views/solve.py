"""The Solve page: put a puzzle on the board, let a network fill it, watch the order, read the verdict."""

import logging
import secrets

import streamlit as st

from app import components, report, resources
from app.session import BUDGETS, CONSTRAINTS, MAX_SEED, MODELS, POLICIES, Desk, Report, Settings, from_query
from vmd_sudoku.errors import CheckpointError, VmdSudokuError

BOARD = "solve_board"
_DESK = "desk"
_LOG = logging.getLogger(__name__)


def page() -> None:
    """Draw the page."""
    levels = resources.levels()
    if _DESK not in st.session_state:
        first = next(iter(levels.values()))
        st.session_state[_DESK] = Desk(from_query(st.query_params.to_dict(), first.puzzles[0]))
    desk: Desk = st.session_state[_DESK]

    with st.container(horizontal_alignment="center"), st.container(width=1000):
        st.title("Solve a Sudoku", anchor=False)
        st.caption("A small neural network fills the blanks, surest cell first. Watch it work, or step through it.")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            for name, level in levels.items():
                if st.button(name, key=f"level_{name}", help=level.about):
                    desk.session = desk.session.example(name, level.puzzles)
            _settings(desk)
        if desk.session.notice:
            st.warning(desk.session.notice)
        _board(desk)
    resources.warm_up()


# No fragment: a browser that comes back to a restarted server, or after its session ended, asks for a fragment which
# that server has never run, and would be left without an answer. A whole run finds the browser's board and goes on.
def _board(desk: Desk) -> None:
    heard = _hear(desk)
    components.board(
        puzzle=desk.session.puzzle,
        load_id=desk.session.load_id,
        report=desk.session.report,
        settings=str(desk.session.settings),
        key=BOARD,
    )
    # What a browser says to a new server is known only after the board was drawn once.
    if not heard and _hear(desk):
        st.rerun()
    query = desk.session.to_query()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _hear(desk: Desk) -> bool:
    """Take over what the browser said, and answer if Solve was pressed; whether anything was new."""
    before = desk.session
    heard = components.listen(key=BOARD, load_id=before.load_id)
    if heard is None:
        return False
    desk.session = before.heard(heard.puzzle, heard.load_id)
    if heard.press is not None and heard.press != before.answered:
        desk.session = desk.session.tell(answer(heard.puzzle, before.settings), heard.press)
    return desk.session != before


def answer(puzzle: str, settings: Settings) -> Report:
    """Let the rules and the exact solver look at the puzzle, then the network; whatever happens, there is a report."""
    try:
        refused = report.refusal(puzzle)
        if refused:
            return refused
        with resources.gate().enter():
            count, solution = resources.solutions(puzzle)
            if count == 0:
                return report.impossible(puzzle)
            return report.outcome(resources.solve(puzzle, settings), settings, solution)
    except CheckpointError as error:
        # The message names files of the server, which are for its owner alone.
        _LOG.error("model %s: %s", settings.model, error)
        return report.failure(puzzle, f"This server cannot load the model {MODELS[settings.model]}. Choose another.")
    except VmdSudokuError as error:
        return report.failure(puzzle, str(error))
    except Exception:
        number = secrets.token_hex(3)
        _LOG.exception("solve failed, error %s", number)
        return report.failure(puzzle, f"Something went wrong on the server (error {number}). Try again, or reload.")


def _settings(desk: Desk) -> None:
    now = desk.session.settings
    with st.popover("Settings", icon=":material/tune:"):
        model = st.radio(
            "Model",
            list(MODELS),
            index=list(MODELS).index(now.model),
            format_func=MODELS.__getitem__,
            captions=["variational masked diffusion, with a latent z", "masked diffusion, without"],
            key="settings_model",
        )
        policy = st.selectbox(
            "Which cells first",
            list(POLICIES),
            index=list(POLICIES).index(now.policy),
            format_func=POLICIES.__getitem__,
            help="Margin: widest gap between the two likeliest digits. Top probability: likeliest digit. "
            "Random: any order, drawn with the seed.",
            key="settings_policy",
        )
        budgets = list(BUDGETS) if now.nfe in BUDGETS else [*BUDGETS, now.nfe]
        nfe = st.selectbox(
            "Calls of the network",
            budgets,
            index=budgets.index(now.nfe),
            format_func=lambda calls: "One for each blank" if calls is None else str(calls),
            help="With fewer calls, several cells are filled after each. Faster, and harder.",
            key="settings_nfe",
        )
        constraints = st.selectbox(
            "Rules",
            list(CONSTRAINTS),
            index=list(CONSTRAINTS).index(now.constraints),
            format_func=CONSTRAINTS.__getitem__,
            help="Whether digits that a row, column or box already holds are taken out before a cell is filled.",
            key="settings_constraints",
        )
        draw = st.toggle(
            "Draw the latent z",
            value=now.draw,
            disabled=model == "mdm",
            help="Off: z is its prior's mode, best where there is one solution. On: z is drawn with the seed.",
            key="settings_draw",
        )
        seed = st.number_input("Seed", 0, MAX_SEED, value=now.seed, step=1, key="settings_seed")
    chosen = Settings(model=model, policy=policy, nfe=nfe, constraints=constraints, draw=draw, seed=int(seed))
    if chosen != now:
        desk.session = desk.session.configure(chosen)
        st.rerun()
