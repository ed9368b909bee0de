"""The Batch page without a browser: limits, what is brought, runs on disk, their queue, and the page."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from app_stubs import needs_model
from streamlit.testing.v1 import AppTest
from stubs import wait_for

from app.batch import page, queue, run_view
from app.batch import words as batch_words
from app.batch.figures import Figures, level
from app.batch.intake import Preview, preview, safe
from app.batch.limits import Limits, read_limits
from app.batch.process import Process
from app.batch.queue import Queue
from app.batch.store import Store, id_or_none
from app.compare.comparison import Comparison
from app.parts.settings import Settings
from app.server import start
from vmd_sudoku.board import Line
from vmd_sudoku.cli.main import main
from vmd_sudoku.errors import ConfigError, OutputError

ROOT = Path(__file__).parents[2]

PUZZLES = "".join(
    f"{line}\n"
    for line in (
        ".3..6.85.6.89....44...8..2....2.8.7.5.1.3.6.2.2.6.5....9..5...72....95.8.75.2..4.",
        "no puzzle [at all](http://x)",
        "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
        "." * 81,
    )
)
ARMS = (Settings(model="vmd", nfe=1), Settings(model="mdm", nfe=1), Settings(model="mdm", constraints="search"))
FAKE = """
import json, os, sys, time, pathlib
command = json.loads(sys.stdin.readline())
os.chdir(command["folder"])
pathlib.Path("argv").write_text(json.dumps(command["argv"]))
run = pathlib.Path("run")
run.joinpath("parts").mkdir(parents=True, exist_ok=True)
kind = pathlib.Path("puzzles", "kind.txt").read_text()
if kind == "quick":
    run.joinpath("parts", "part-00000.parquet").touch()
    run.joinpath("manifest.json").write_text('{"plan": {"parts": 1}}')
elif kind == "late":
    notes = [{"event": "begin", "time": 0}, {"event": "end", "time": 60}]
    run.joinpath("progress.jsonl").write_text("".join(json.dumps(note) + "\\n" for note in notes))
elif kind == "deaf":
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)
elif kind == "slow":
    time.sleep(60)
else:
    sys.exit(2)
"""
"""A process that stands by and does what the visitor's file says."""


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A queue that nobody but the test looks after, with a quick process in the place of ours."""

    def fake():
        return subprocess.Popen([sys.executable, "-c", FAKE], stdin=subprocess.PIPE, start_new_session=True)

    monkeypatch.setattr(queue, "_new_standby", fake)
    made = Queue(Limits(folder=str(tmp_path / "runs"), waiting=2, minutes=1.0))
    yield made
    for job in made.store.jobs():
        made.cancel(job)
    if made._standby:
        made._standby.kill()
    for child in [*made._children, *filter(None, [made._standby])]:
        child.wait(10)


def asked(runs, kind):
    return runs.add(Preview("kind.txt", kind.encode(), puzzles=8), ARMS)


def state_of(runs, job):
    runs.tick()
    return runs.store.state(job)


def test_the_owner_sets_limits_in_one_file(tmp_path, monkeypatch):
    monkeypatch.delenv("VMD_SUDOKU_BATCH", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert read_limits() == Limits()
    assert Limits().root == tmp_path / "vmd-sudoku" / "batch"
    file = tmp_path / "limits.toml"
    monkeypatch.setenv("VMD_SUDOKU_BATCH", str(file))
    file.write_text('folder = "/somewhere"\npuzzles = 7\n')
    assert (read_limits().puzzles, str(read_limits().root)) == (7, "/somewhere")
    for text, word in (("puzzles = 0", "puzzles must be"), ("puzles = 7", "no setting 'puzles'"), ("x", "not TOML")):
        file.write_text(text)
        with pytest.raises(ConfigError, match=word):
            read_limits()
    monkeypatch.setenv("VMD_SUDOKU_BATCH", str(tmp_path / "none.toml"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_limits()


def test_what_is_brought_is_looked_at_before_anything_starts():
    found = preview("mine.txt", PUZZLES.encode(), 100)
    assert (found.puzzles, found.more, found.bad, found.clues, found.failure) == (3, False, 1, (0, 33), "")
    assert found.lines[0][:2] == (2, "no puzzle [at all](http://x)")
    cut = preview("mine.txt", (PUZZLES + "bad\n" + PUZZLES).encode(), 3)
    assert (cut.puzzles, cut.more, cut.bad) == (3, True, 1)  # as a run with --limit 3 counts them
    assert preview("mine.txt", b"", 2).failure == "empty"
    assert "nothing" not in preview("mine.txt", b"hello\n", 2).failure
    assert preview("mine.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00", 2).failure


def test_a_file_of_very_many_bad_lines_is_given_up(monkeypatch):
    monkeypatch.setattr("app.batch.intake.MOST_BAD", 10)
    assert preview("mine.txt", PUZZLES.encode() + b"hello\n" * 100, 5).failure == "long"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("hard.csv", "hard.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\x\\y z.txt", "y_z.txt"),
        (".bashrc", "bashrc"),
        ("..", "puzzles.txt"),
        ("", "puzzles.txt"),
        ("-rf", "-rf"),
        ("a" * 300 + ".csv", "a" * 76 + ".csv"),
        ("`x` <b>$(y)\n.csv", "x_b_(y)_.csv"),
    ],
)
def test_names_of_files_are_made_safe(name, kept):
    assert safe(name) == kept


def test_only_an_id_names_a_run(runs, tmp_path):
    job = asked(runs, "slow")
    assert runs.store.find(job.id) == job
    (tmp_path / "runs" / "lock").touch()
    for other in (
        "",
        "..",
        "../runs",
        job.id[:-1],
        job.id.upper(),
        f"{job.id}/",
        f"{job.id}\n",
        "lock",
        None,
        7,
        "0" * 32,
    ):
        assert runs.store.find(other) is None
    assert id_or_none(job.id) == job.id
    assert len({Store(tmp_path).add(Preview("x", b""), ARMS, 1.0).id for _ in range(5)}) == 5
    assert (tmp_path / "runs").stat().st_mode & 0o077 == 0


def test_nobody_else_may_read_a_run_in_a_folder_that_the_owner_made(tmp_path):
    tmp_path.chmod(0o755)
    store = Store(tmp_path)
    assert store.folder(store.add(Preview("x", b""), ARMS, 1.0)).stat().st_mode & 0o077 == 0


def test_one_run_at_a_time_and_a_queue_with_places(runs):
    first, second, third = (asked(runs, "slow") for _ in range(3))
    assert [runs.store.state(job) for job in (first, second, third)] == ["running", "waiting", "waiting"]
    assert [runs.place(job) for job in (first, second, third)] == [0, 1, 2]
    assert asked(runs, "slow") is None  # two may wait
    runs.cancel(first)
    assert not runs.store.process(first).is_alive()
    wait_for(lambda: state_of(runs, second) == "running")
    assert (runs.place(second), runs.place(third)) == (0, 1)
    runs.cancel(third)
    assert [runs.store.state(job) for job in (first, second, third)] == ["cancelled", "running", "cancelled"]


def test_cancel_ends_a_process_that_does_not_hear_within_a_second(runs):
    job = asked(runs, "deaf")
    wait_for(lambda: (runs.store.folder(job) / "argv").exists())
    time.sleep(0.2)
    start_of = time.monotonic()
    runs.cancel(job)
    wait_for(lambda: not runs.store.process(job).is_alive(), 5)
    assert time.monotonic() - start_of < 2


def test_a_run_is_a_command_in_its_own_folder(runs):
    job = asked(runs, "quick")
    wait_for(lambda: state_of(runs, job) == "done")
    argv = json.loads((runs.store.folder(job) / "argv").read_text())
    assert argv[:6] == ["evaluate", "puzzles/kind.txt", "--grid", "arms.toml", "--out", "run"]
    assert not any(str(part).startswith("/") for part in argv)


def test_a_run_whose_time_is_up_or_that_fails_ends(runs):
    job = asked(runs, "late")
    wait_for(lambda: state_of(runs, job) == "stopped")
    job = asked(runs, "broken")
    wait_for(lambda: state_of(runs, job) == "failed")
    assert runs.store.process(job).attempt == queue.ATTEMPTS


def test_time_of_a_process_that_was_killed_counts(runs):
    job = asked(runs, "slow")
    wait_for(lambda: (runs.store.run(job) / "parts").exists())
    times = [("begin", 100), ("part", 130), ("begin", 500), ("part", 510), ("end", 519.5)]
    notes = "".join(json.dumps({"event": event, "time": time}) + "\n" for event, time in times)
    (runs.store.run(job) / "progress.jsonl").write_text(notes)
    assert runs.store.seconds(job) == 49.5
    with (runs.store.run(job) / "progress.jsonl").open("a") as file:
        file.write(
            json.dumps({"event": "begin", "time": 600}) + "\n" + json.dumps({"event": "part", "time": 610}) + "\n"
        )
    runs.store.process(job).stop()
    assert state_of(runs, job) == "stopped"  # a minute was given


def test_a_run_whose_process_was_killed_goes_on_under_a_server_started_again(runs):
    job = asked(runs, "slow")
    wait_for(lambda: (runs.store.folder(job) / "argv").exists())
    again = Queue(runs.limits)
    again.tick()
    assert again.store.process(job) == runs.store.process(job)  # still at work: nothing is started beside it
    runs.store.process(job).stop()
    again.tick()
    assert again.store.process(job).attempt == 2
    assert again.store.state(job) == "running"
    again.cancel(job)
    for child in again._children:
        child.wait(10)


def test_a_number_of_a_process_that_is_used_again_is_not_mistaken():
    mine = Process.of(os.getpid(), 1)
    assert mine.is_alive()
    assert not replace(mine, start="1").is_alive()
    assert not Process(2**22 + 1, "1").is_alive()


def test_old_runs_are_taken_away_but_not_what_is_at_work_or_is_no_run(runs, tmp_path):
    old, live = asked(runs, "quick"), asked(runs, "slow")
    wait_for(lambda: state_of(runs, old) == "done")
    wait_for(lambda: state_of(runs, live) == "running" and runs.store.process(live).is_alive())
    foreign = tmp_path / "runs" / "notes"
    foreign.mkdir()
    assert runs.store.remove_old(3600) == 0
    assert runs.store.remove_old(-1) == 1
    assert runs.store.find(old.id) is None
    assert runs.store.find(live.id)
    assert foreign.exists()


# ---- a run that was made


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of three arms over three puzzles, by our own command."""
    store = Store(tmp_path_factory.mktemp("made"))
    job = store.add(preview("some puzzles.txt", PUZZLES.encode(), 100), ARMS, 1.0)
    here = os.getcwd()
    os.chdir(store.folder(job))
    try:
        with pytest.raises(SystemExit) as end:
            main(store.command(job, 1.0))
    finally:
        os.chdir(here)
    assert end.value.code in (0, None)
    return store, job


@needs_model
def test_figures_are_those_of_the_run(finished):
    store, job = finished
    figures = Figures(store, job)
    assert store.state(job) == "done"
    assert figures.look() == 3
    assert [(arm.boards, arm.solved) for arm in figures.arms()][2] == (3, 3)
    groups = list(run_view._by_level(figures))
    assert [[arm.place for arm in arms] for _, arms in groups] == [[0, 1], [2]]
    assert [arm["figures"]["solved"] for arm in figures.report()["arms"]] == [arm.solved for arm in figures.arms()]
    assert b"plotly" in figures.page()
    text = figures.table("csv").decode()
    assert text.splitlines()[0].startswith('"arm","file","number","line"')
    assert len(text.splitlines()) == 10
    assert figures.table("parquet")[:4] == b"PAR1"


def test_help_of_the_rules_is_kept_apart():
    assert level(Settings()) == "none"
    assert level(Settings(latents=4)) == "latents"
    assert level(Settings(model="mdm", latents=4)) == "none"
    assert level(Settings(constraints="search", latents=4)) == "search"


# ---- the page


def test_a_run_is_watched_without_torch_and_numba():
    """To load them takes seconds of the cores that the first result is waiting for."""
    code = (
        "import sys, app.batch.page, vmd_sudoku.evaluation.folder as folder; "
        "list(folder.RunFolder(folder.Path('none')).parts()); print({'torch', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"


@pytest.fixture
def opened(runs, monkeypatch):
    """The page is on the test's queue."""
    monkeypatch.setattr(start, "warm_up", lambda: None)
    monkeypatch.setattr(page, "queue", lambda: runs)


def script():
    import streamlit as st

    from app.batch import page

    page.page(lambda puzzle, sides: st.session_state.__setitem__("led to", (puzzle, sides)))


def drawn(run=None):
    app = AppTest.from_function(script, default_timeout=60)
    if run:
        app.query_params["run"] = run
    app.run()
    assert not app.exception
    return app


def sent(app):
    return json.loads(app.get("bidi_component")[0].proto.json)


def choose(app, key, value):
    app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("opened")
def test_pasted_lines_are_looked_at_and_measured(runs):
    app = drawn()
    assert app.title[0].value == batch_words.TITLE
    choose(app, "batch_source", "paste")
    assert app.button(key="batch_start").disabled
    app.text_area(key="batch_text").set_value("slow").run()
    assert "No puzzle was found" in app.error[0].value
    app.text_area(key="batch_text").set_value(PUZZLES).run()
    assert app.markdown[0].value == "3 puzzles, 0 to 33 clues."
    assert sent(app)["bad"] == 1
    assert sent(app)["lines"][0][0] == 2
    app.button(key="batch_add").click().run()
    assert len(app.session_state["batch"].arms) == 3
    app.button(key="batch_start").click().run()
    assert not app.exception
    (job,) = runs.store.jobs()
    assert (job.file, job.puzzles, job.bad, len(job.settings)) == ("pasted.txt", 3, 1, 3)
    assert sent(app)["query"] == f"run={job.id}"
    other = drawn(job.id)  # another visitor, who has the link
    assert other.title[0].value == "3 puzzles of pasted\\.txt"
    other.button(key="batch_another").click().run()
    assert other.title[0].value == batch_words.TITLE
    app.button(key="batch_another").click().run()
    app.text_area(key="batch_text").set_value(PUZZLES).run()
    app.button(key="batch_start").click().run()
    assert app.warning[0].value == batch_words.ONE_LIVE
    app.button(key="batch_to_live").click().run()
    assert app.title[0].value == "3 puzzles of pasted\\.txt"


@pytest.mark.usefixtures("opened")
def test_a_disk_that_takes_no_more_is_told_in_one_line(runs, monkeypatch):
    def full(*args):
        raise OutputError("cannot write job.json: No space left on device")

    monkeypatch.setattr("app.batch.store.write", full)
    app = drawn()
    choose(app, "batch_source", "examples")
    app.button(key="batch_start").click().run()
    assert not app.exception
    assert app.error[0].value == batch_words.DISK
    assert runs.store.jobs() == []


@pytest.mark.usefixtures("opened")
def test_a_link_to_no_run_says_so():
    for link in ("0" * 32, "../../etc", "x"):
        app = drawn(link)
        assert "There is no run at this link" in app.warning[0].value
        assert sent(app)["query"] == ""


@needs_model
@pytest.mark.usefixtures("opened")
def test_a_finished_run_shows_its_figures_and_leads_to_compare(runs, finished, monkeypatch):
    store, job = finished
    monkeypatch.setattr(runs, "store", store)
    app = drawn(job.id)
    assert [table.value.shape[1] for table in app.table] == [3, 2]
    data = sent(app)
    groups = data["groups"]
    assert all(board["wrong"] or "." in board["board"] for group in groups for board in group["boards"])
    assert groups, "the empty board in one call by the MDM"
    board = groups[0]["boards"][0]
    app.session_state[page.BOARD] = {"open": {"press": 5, "arm": groups[0]["arm"], "place": 0}}
    app.run()
    puzzle, sides = app.session_state["led to"]
    assert puzzle == board["puzzle"]
    assert isinstance(puzzle, Line)
    assert sides[0] == ARMS[groups[0]["arm"]]
    assert set(sides) == set(ARMS)
    for nonsense in ({"press": 9, "arm": 7, "place": 0}, {"press": 10, "arm": 0, "place": 99}, {"press": "x"}, "x"):
        app.session_state[page.BOARD] = {"open": nonsense}
        app.run()
        assert not app.exception


def test_compare_lays_out_what_it_is_led_to(monkeypatch):
    from app.compare import page as compare

    state = {}
    monkeypatch.setattr(compare.st, "session_state", state)
    compare.lay_out(PUZZLES.splitlines()[0], ARMS[:2])
    table = state["compare"].comparison
    assert (table.boards, table.sides[:2], table.view) == (2, ARMS[:2], "sides")
    compare.lay_out(PUZZLES.splitlines()[2], ARMS)
    table = state["compare"].comparison
    assert (table.boards, table.shown[:3], table.puzzle) == (4, ARMS, PUZZLES.splitlines()[2])
    assert Comparison.from_query(table.to_query()).sides == table.sides
