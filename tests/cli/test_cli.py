import itertools
import json
import math
import re
import signal
from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from vmd_sudoku import __version__, board
from vmd_sudoku.cli import main as cli
from vmd_sudoku.cli.options import OutFile, OutFolder, Value, described_option
from vmd_sudoku.config import abouts, described
from vmd_sudoku.exact.generate import puzzles
from vmd_sudoku.formats import write
from vmd_sudoku.network.cards import SHIPPED, read_card, shipped_models


@pytest.fixture(scope="module")
def one():
    clues, solutions = puzzles(1, seed=11, clues=36)
    return board.to_line(clues[0]), board.to_line(solutions[0])


def test_solve_prints_steps_board_and_verdict(call, one, tmp_path):
    code, out, _ = call("solve", one[0], "--nfe", 5, "--constraints", "rules", "--json", tmp_path / "trace.json")
    lines = out.splitlines()
    assert lines[-1] == "solved"
    assert code == 0
    assert lines[0].startswith("1  r")
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert trace["board"] == one[1]
    assert trace["calls"] == len(trace["steps"]) == 5


def test_solve_says_what_is_wrong_with_exit_code_1(call, one):
    code, out, _ = call("solve", "." * 81, "--model", "mdm", "--nfe", 1)
    assert code == 1
    assert out.splitlines()[-1].startswith("breaks a rule")


def test_solve_warns_of_several_solutions(call, one):
    _, _, err = call("solve", "." * 81, "--nfe", 1)
    assert "several solutions" in err


def test_solve_reads_nine_lines_and_files(call, one, tmp_path):
    rows = "\n".join(one[0][i : i + 9] for i in range(0, 81, 9))
    assert call("solve", rows, "--nfe", 5)[0] == 0
    file = tmp_path / "puzzle.txt"
    file.write_text(one[0] + "\n")
    assert call("solve", file, "--nfe", 5)[0] == 0


def test_evaluate_writes_the_promised_json(call, one, tmp_path):
    (tmp_path / "set.csv").write_text(f"puzzle,solution\n{one[0]},{one[1]}\n")
    (tmp_path / "lines.txt").write_text(f"{one[0]}\n{one[0]}\n")
    out = tmp_path / "out.json"
    code, text, _ = call(
        "evaluate", tmp_path / "set.csv", tmp_path / "lines.txt", "--nfe", 5, "--latents", 2, "--limit", 1, "--seed", 3,
        "--batch-size", 8, "--policy", "top-prob", "--first-rounds", 24, "--rounds", 8, "--json", out,
    )  # fmt: skip
    assert code == 0
    assert "set.csv" in text
    report = json.loads(out.read_text())
    assert report["version"] == __version__
    assert report["machine"]["cores"]
    assert [row["boards"] for row in report["rows"]] == [1, 1]
    row = report["rows"][0]
    assert (row["policy"], row["nfe"], row["latents"], row["seed"], row["mean_calls"]) == ("top-prob", 5, 2, 3, 10)
    assert (row["first_rounds"], row["rounds"]) == (24, 8)
    assert isinstance(row["accuracy"], float)


def test_sample_counts_valid_grids(call, tmp_path):
    out = tmp_path / "out.json"
    code, text, _ = call("sample", "--count", 3, "--nfe", 2, "--seed", 5, "--json", out)
    assert code == 0
    assert len(text.split()[0]) == 81
    row = json.loads(out.read_text())["rows"][0]
    assert row["count"] == 3
    assert 0 <= row["distinct"] <= row["valid"] <= 3
    assert row["z"] == 5
    assert call("sample", "--count", 3, "--nfe", 2, "--z", "mode", "--no-print-grids", "--json", out)[0] == 0
    assert json.loads(out.read_text())["rows"][0]["z"] == "mode"


@pytest.mark.parametrize(("change", "word", "ends"), [(lambda p: p, "one", 0), (lambda p: "." * 81, "several", 1)])
def test_check_counts_solutions(call, one, change, word, ends):
    code, out, _ = call("check", change(one[0]))
    assert (code, out.strip()) == (ends, word)


def test_check_ends_with_1_unless_every_puzzle_is_unique(call, one, tmp_path):
    file = tmp_path / "list.sdm"
    for lines, ends in ((f"{one[0]}\n{one[0]}\n", 0), (f"{one[0]}\n{'.' * 81}\n", 1), (f"{'.' * 81}\n{one[0]}\n", 1)):
        file.write_text(lines)
        assert call("check", file)[0] == ends
    assert call("check", ".12345678" + "9" + "." * 71)[0] == 1


def test_check_finds_a_puzzle_without_solution(call):
    # The first cell sees 1 to 8 in its row and 9 in its column, but no two clues clash.
    assert call("check", ".12345678" + "9" + "." * 71)[1].strip() == "none"


def test_check_shows_solutions_and_clues_that_clash(call, one, tmp_path):
    assert call("check", one[0], "--solutions", "--budget-ms", 1000)[1].split() == ["one", one[1]]
    _, out, err = call("check", ".12345678" + "9" + "." * 71)
    assert out.strip() == "none"
    assert err.startswith("these 7 clues cannot stand together: 3 in row 1, column 4; 4 in")
    (tmp_path / "two.sdm").write_text(f"{one[0]}\n11{'.' * 79}\n")
    assert call("check", tmp_path / "two.sdm")[2].startswith(
        "puzzle 2: these 2 clues cannot stand together: 1 in row 1, c"
    )


def test_check_reads_every_form_and_all_puzzles_of_a_list(call, one, tmp_path):
    file = tmp_path / "one.sdk"
    file.write_text("#DMonday\n" + "\n".join(one[0][i : i + 9] for i in range(0, 81, 9)))
    assert call("check", file)[1].split() == ["one"]
    assert call("check", "https://www.sudokuwiki.org/sudoku.htm?bd=" + one[0])[1].split() == ["one"]
    (tmp_path / "two.sdm").write_text(f"{one[0]}\n{'.' * 81}\n")
    assert call("check", tmp_path / "two.sdm")[1].split() == ["one", "several"]


@pytest.mark.parametrize("form", write.WRITERS)
def test_convert_writes_every_form(call, one, form):
    code, out, _ = call("convert", one[0], "--to", form)
    assert code == 0
    if form not in ("svg", "sheet"):
        assert call("convert", out)[1].strip() == one[0]


def test_convert_says_what_it_left_out(call, one, tmp_path):
    (tmp_path / "two.sdm").write_text(f"{one[0]}\n{one[0]}\n")
    code, out, err = call("convert", tmp_path / "two.sdm")
    assert (code, out.strip()) == (0, one[0])
    assert "1 more line" in err


def test_reasons_counts_the_techniques_of_a_model_s_order(call, one, tmp_path):
    (tmp_path / "two.sdm").write_text(f"{one[0]}\n{one[0]}\n")
    out = tmp_path / "out.json"
    code, text, _ = call("reasons", tmp_path / "two.sdm", "--nfe", 5, "--limit", 1, "--model", "mdm", "--json", out)
    assert code == 0
    assert "hidden single" in text
    assert text.splitlines()[-1] == "45 cells, 1 of 1 puzzles solved"
    report = json.loads(out.read_text())
    assert (report["model"], report["nfe"], report["boards"], report["solved"]) == ("mdm", 5, 1, 1)
    assert sum(row["cells"] for row in report["rows"]) == report["cells"] == 45
    assert sum(row["share"] for row in report["rows"]) == pytest.approx(1)


def test_generate_makes_puzzles_with_one_solution(call, tmp_path):
    code, out, _ = call("generate", "--count", 2, "--clues", 30, "--seed", 4)
    assert code == 0
    assert [81 - line.count(".") for line in out.split()] == [30, 30]
    file = tmp_path / "made.csv"
    assert call("generate", "--count", 2, "--out", file)[0] == 0
    assert call("check", file)[1].split() == ["one", "one"]
    assert "." not in call("generate", "--grids", "--count", 1)[1]


def stops(parts, after):
    """The first parts, and then Ctrl+C."""
    yield from itertools.islice(parts, after)
    raise KeyboardInterrupt


def test_what_was_made_before_ctrl_c_is_kept(call, tmp_path, monkeypatch):
    from vmd_sudoku.exact import generate

    out, made = tmp_path / "made.csv", generate.stream
    monkeypatch.setattr(generate, "stream", lambda *args: stops(made(*args), 2))
    code, printed, err = call("generate", "--count", 1000, "--seed", 3, "--out", out)
    assert (code, "stopped" in err) == (130, True)
    monkeypatch.undo()
    lines = out.read_text().splitlines()
    assert (len(lines), printed) == (129, f"128 puzzles in {out}\n")
    assert lines[1].split(",") == [board.to_line(part[0]) for part in puzzles(1, seed=3)]


def test_reasons_that_were_counted_before_ctrl_c_are_kept(call, one, tmp_path, monkeypatch):
    from vmd_sudoku.solving import record

    solve, turns = record.solve_puzzle, iter([True])

    def interrupted(*args):
        if not next(turns, False):
            raise KeyboardInterrupt
        return solve(*args)

    monkeypatch.setattr(record, "solve_puzzle", interrupted)
    (tmp_path / "two.sdm").write_text(f"{one[0]}\n{one[0]}\n")
    out = tmp_path / "out.json"
    code, printed, err = call("reasons", tmp_path / "two.sdm", "--nfe", 5, "--json", out)
    assert (code, "stopped" in err) == (130, True)
    assert printed.splitlines()[-1].endswith("1 of 1 puzzles solved")
    assert json.loads(out.read_text())["boards"] == 1


@pytest.fixture
def stopped_at_the_third_batch(monkeypatch):
    from vmd_sudoku.solving import batch

    decode, turns = batch.decode_batch, iter([True, True])

    def interrupted(*args, **named):
        if not next(turns, False):
            raise KeyboardInterrupt
        return decode(*args, **named)

    monkeypatch.setattr(batch, "decode_batch", interrupted)


@pytest.mark.usefixtures("stopped_at_the_third_batch")
def test_grids_that_were_sampled_before_ctrl_c_are_kept(call, tmp_path):
    out = tmp_path / "out.json"
    code, printed, err = call("sample", "--count", 9, "--batch-size", 2, "--nfe", 2, "--json", out)
    assert (code, "stopped" in err) == (130, True)
    assert len([line for line in printed.splitlines() if len(line) == 81 and line.strip(".123456789") == ""]) == 4
    assert json.loads(out.read_text())["rows"][0]["count"] == 4


@pytest.mark.usefixtures("stopped_at_the_third_batch")
def test_solutions_that_were_sampled_before_ctrl_c_are_kept(call, one, tmp_path):
    out = tmp_path / "out.json"
    code, printed, err = call("solutions", one[0], "--count", 9, "--batch-size", 2, "--nfe", 2, "--json", out)
    assert (code, "stopped" in err) == (130, True)
    assert " of 4 boards; there are 1\n" in printed
    assert json.loads(out.read_text())["count"] == 4


@pytest.mark.usefixtures("stopped_at_the_third_batch")
def test_puzzles_that_were_sampled_before_ctrl_c_are_kept(call, one, tmp_path):
    (tmp_path / "three.sdm").write_text(f"{one[0]}\n" * 3)
    out = tmp_path / "out.json"
    options = ("--count", 3, "--batch-size", 2, "--nfe", 2, "--json", out)
    code, _, err = call("solutions", tmp_path / "three.sdm", *options)
    assert (code, "stopped" in err) == (130, True)
    row = json.loads(out.read_text())["rows"][0]
    assert (row["boards"], row["tries"]) == (1, 3)


@pytest.mark.usefixtures("stopped_at_the_third_batch")
def test_a_file_of_one_puzzle_counts_the_tries_that_were_made_before_ctrl_c(call, one, tmp_path):
    (tmp_path / "one.sdm").write_text(f"{one[0]}\n")
    out = tmp_path / "out.json"
    options = ("--limit", 1, "--count", 9, "--batch-size", 2, "--nfe", 2, "--json", out)
    code, _, err = call("solutions", tmp_path / "one.sdm", *options)
    assert (code, "stopped" in err) == (130, True)
    row = json.loads(out.read_text())["rows"][0]
    assert row["tries"] == 4
    assert row["valid"] in (0.25, 0.5, 0.75, 1.0)


def test_draws_are_of_the_column_that_was_asked_for(call, one, tmp_path):
    (tmp_path / "odd.csv").write_text(f"first,second\n{'.' * 81},{one[0]}\n")
    code, printed, _ = call("draws", tmp_path / "odd.csv", "--draws", 1, "--nfe", 2, "--puzzle-column", "second")
    assert code == 0
    assert "odd" in printed


def test_a_verdict_does_not_wait_for_the_puzzle_after_the_next(monkeypatch, capsys):
    from vmd_sudoku.cli import puzzle_commands
    from vmd_sudoku.formats.record import Record

    said = []

    def slow(*args):
        for place in range(3):
            said.append(capsys.readouterr().out)
            yield Record(puzzle=puzzles(1, seed=place)[0][0], line=place + 1)

    monkeypatch.setattr(puzzle_commands.puzzle_file, "good_records", slow)
    puzzle_commands.check.main(["-"], standalone_mode=False)
    assert said == ["", "one\n", "one\n"]


def test_files_that_were_measured_before_ctrl_c_are_kept(call, one, tmp_path, monkeypatch):
    from vmd_sudoku.evaluation.judging import Judge

    part = Judge.part

    def interrupted(judge, shard):
        if shard.file == 1:
            signal.raise_signal(signal.SIGINT)
        return part(judge, shard)

    monkeypatch.setattr(Judge, "part", interrupted)
    for name in ("one.txt", "two.txt", "three.txt"):
        (tmp_path / name).write_text(one[0] + "\n")
    out = tmp_path / "out.json"
    files = [tmp_path / name for name in ("one.txt", "two.txt", "three.txt")]
    code, printed, err = call("evaluate", *files, "--nfe", 2, "--json", out)
    assert (code, "stopped" in err) == (130, True)
    assert "two.txt" in printed
    assert "three.txt" not in printed
    assert [row["file"] for row in json.loads(out.read_text())["rows"]] == ["one.txt", "two.txt"]


def commands(group=cli.cli):
    """Every command, those of groups too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield from commands(command) if isinstance(command, click.Group) else [command]


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.name)
def test_every_number_has_a_range_and_every_output_is_looked_at_first(command):
    for param in command.params:
        assert not isinstance(param.type, click.types.IntParamType | click.types.FloatParamType), param.name
        if param.name in ("out", "output"):
            assert isinstance(param.type, OutFile | OutFolder), param.name
        if isinstance(param.type, Value) and param.type.about.is_number:
            assert math.isfinite(param.type.about.low), param.name
            assert math.isfinite(param.type.about.high), param.name


def test_models_are_listed_in_a_table_and_each_has_a_card(call):
    code, out, _ = call("models")
    assert code == 0
    assert len(out.splitlines()) < 12
    for name in shipped_models():
        assert f" {name} " in out
    code, out, _ = call("models", "vmd")
    assert code == 0
    for words in ("parameters of the denoiser: 55,105", "sha256", "model.network.width=64"):
        assert words in out
    assert "{" not in out
    code, out, _ = call("models", "vmd", "--json")
    assert (code, json.loads(out)) == (0, read_card(SHIPPED / "vmd"))
    assert set(json.loads(call("models", "--json")[1])) == set(shipped_models()) >= {"vmd", "mdm", "trunk"}
    code, _, err = call("models", "nothing")
    assert (code, "vmd, mdm" in err) == (2, True)


def test_a_card_may_be_empty(call, tmp_path):
    code, out, _ = call("models", tmp_path)
    assert code == 0
    assert "without a card" in out


def test_train_makes_a_model_and_goes_on_when_interrupted(call, tmp_path, monkeypatch):
    from vmd_sudoku.network.model import ModelConfig
    from vmd_sudoku.network.symmetric import NetworkConfig
    from vmd_sudoku.training import journal, presets
    from vmd_sudoku.training import updates as train

    small = train.TrainConfig(
        model=ModelConfig(network=NetworkConfig(width=8, middle=8, hidden=8), first_rounds=2, rounds=1),
        batch=4,
        segment=2,
        workers=0,
    )
    monkeypatch.setitem(presets.PRESETS, "small", presets.Preset({"small": lambda: small}, "", ""))
    monkeypatch.setattr(journal, "VALIDATION_COUNT", 2)
    monkeypatch.setattr(journal, "LOG_EVERY", 2)
    monkeypatch.setattr(train.BoardStream, "CHUNK", 16)
    run = tmp_path / "run"
    code, _, err = call("train", "--preset", "small", "--out", run, "--steps", 4, "--eager")
    assert code == 0, err
    card = json.loads((run / "model" / "card.json").read_text())
    assert card["updates"] == 4
    assert len((run / "metrics.csv").read_text().splitlines()) == 4
    assert "unique_cells" in (run / "curves.html").read_text()
    assert call("solve", "." * 81, "--model", run / "model", "--nfe", 1)[0] == 1
    code, _, err = call("train", "--preset", "small", "--out", run, "--eager")
    assert (code, "--resume" in err) == (2, True)
    for option, value in (
        ("--preset", "small"),
        ("--model", "vmd"),
        ("--seed", 1),
        ("--set", "batch=6"),
        ("--start-from", "x"),
    ):
        code, _, err = call("train", "--resume", "--out", run, "--eager", option, value)
        assert (code, option in err) == (2, True)
    code, out, _ = call("train", "--resume", "--out", run, "--eager")
    assert (code, out) == (0, "finished before, 4 updates in 0.0 minutes\n")
    assert call("train", "--resume", "--out", run, "--eager", "--steps", 6)[0] == 0
    assert json.loads((run / "model" / "card.json").read_text())["updates"] == 6
    code, _, err = call(
        *("train", "--preset", "small", "--model", "mdm", "--out", tmp_path / "mdm", "--steps", 2, "--eager"),
        *("--set", "batch=6", "--set", "model.network.width=16"),
    )
    assert code == 0, err
    config = json.loads((tmp_path / "mdm" / "model" / "card.json").read_text())["config"]
    assert (config["batch"], config["model"]["network"]["width"], config["model"]["latent"]) == (6, 16, 0)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["solve", "1" * 80], ["80", "81"]),
        (["solve", "x" + "." * 80], ["x", "row 1", "column 1"]),
        (["solve", "5...5" + "." * 76], ["5 twice in row 1", "column 1", "column 5"]),
        (["solve", ".12345678" + "." * 8 + "11" + "." * 62], ["1 twice"]),
        (["solve", ".12345678" + "9" + "." * 71], ["no solution", "these 7 clues", "9 in row 2, column 1"]),
        (["solve", "." * 81, "--policy", "best"], ["best", "margin"]),
        (["solve", "." * 81, "--constraints", "all"], ["all", "rules"]),
        (["solve", "." * 81, "--nfe", "0"], ["0", "cell"]),
        (["solve", "." * 81, "--nfe", "²"], ["²", "1 to 10,000", "cell"]),
        (["solve", "." * 81, "--z", "²"], ["²", "mode"]),
        (["solve", "." * 81, "--seed", "٣"], ["٣", "whole number"]),
        (["solve", "." * 81, "--temperature", "nan"], ["nan", "0 to 1,000"]),
        (["solve", "." * 81, "--gumbel", "inf"], ["inf", "0 to 1,000"]),
        (["solve", "." * 81, "--settle", "1e999"], ["1e999", "0 to 1"]),
        (["solve", "." * 81, "--threshold", "-nan"], ["-nan", "0 to 1"]),
        (["evaluate", "x.csv", "--batch-size", "1_0"], ["1_0", "1 to 65,536"]),
        (["evaluate", "x.csv", "--shard", "²/3"], ["²/3", "I/N"]),
        (["evaluate", "x.csv", "--shard", "9" * 5000 + "/9"], ["I/N"]),
        (["generate", "--ray-address", "auto"], ["--ray-address", "--engine ray"]),
        (["solve", "." * 81, "--json", "a" * 300], ["File name too long"]),
        (["solve", "." * 81, "--json", "a" * 253], ["File name too long"]),
        (["train", "--out", "a" * 300], ["File name too long"]),
        (["solve", "." * 81, "--model", "a" * 300], ["no model", "vmd"]),
        (["generate", "--count", "²"], ["²", "whole number"]),
        (["generate", "--clues", "0"], ["0", "1 to 81"]),
        (["train", "--out", "x", "--minutes", "nan"], ["nan", "a number"]),
        (["train", "--out", "x", "--minutes", "inf"], ["inf", "a number"]),
        (["train", "--out", "x", "--set", "dream_every=0"], ["dream_every", "got 0"]),
        (["train", "--out", "x", "--set", "learning_rate=NaN"], ["learning_rate", "nan"]),
        (["train", "--out", "x", "--set", "learning_rate=-1"], ["learning_rate", "-1"]),
        (["train", "--out", "x", "--set", "free_nats=Infinity"], ["free_nats", "inf"]),
        (["train", "--out", "x", "--set", "mixture.hard=NaN"], ["hard", "nan"]),
        (["train", "--out", "x", "--set", "model.network.width=0"], ["width", "0"]),
        (["train", "--out", "x", "--start-from", "nowhere"], ["nowhere", "vmd"]),
        (["solve", "." * 81, "--json", "nowhere/x.json"], ["no folder nowhere"]),
        (["evaluate", "nofile.csv", "--json", "."], [". is a folder"]),
        (["generate", "--out", "nowhere/x.csv"], ["no folder nowhere"]),
        (["train", "--out", "file/run"], ["file is a file"]),
        (["train", "--out", "file"], ["file is a file"]),
        (["reproduce", "sudoku", "--sets", ".", "--out", "file/run"], ["file is a file"]),
        (["bench", "--json", "file/x.json"], ["no folder file"]),
        (["solve", "." * 81, "--cells", "0"], ["0", "1 to 81"]),
        (["solve", "." * 81, "--remask", "all"], ["all", "conflict"]),
        (["solve", "." * 81, "--latents", "1025"], ["1025", "1 to 1,024"]),
        (["solve", "." * 81, "--prove"], ["search", "none"]),
        (["solve", "." * 81, "--blocks", "cubes"], ["cubes", "bands"]),
        (["solve", "." * 81, "--blocks", "rows", "--nfe", "8"], ["9 calls", "got 8"]),
        (["solve", "." * 81, "--blocks", "boxes", "--constraints", "search"], ["search", "boxes"]),
        (["solutions", "5...5" + "." * 76], ["5 twice in row 1"]),
        (["solve", "." * 81, "--model", "nowhere"], ["nowhere", "vmd"]),
        (["solve", "nofile.csv"], ["nofile.csv"]),
        (["check", "https://example.org/1"], ["nothing is fetched"]),
        (["convert", "." * 81, "--to", "gif"], ["gif", "svg"]),
        (["evaluate", "nofile.csv"], ["nofile.csv"]),
        (["generate", "--clues", "5"], ["5"]),
        (["train", "--out", "x", "--preset", "huge"], ["huge", "default"]),
        (["train", "--out", "x", "--model", "gpt"], ["gpt", "vmd"]),
        (["train", "--out", "x", "--set", "beta"], ["NAME=VALUE", "'beta'"]),
        (["train", "--out", "x", "--set", "bta=1"], ["no setting bta", "beta"]),
        (["train", "--out", "x", "--set", "beta.x=1"], ["'beta' is no group of settings"]),
        (["train", "--out", "x", "--set", "beta=2"], ["beta must be a number from 0 to 1", "2"]),
        (["train", "--out", "x", "--set", "batch=many"], ["batch must be of type int", "many"]),
        (["reproduce", "sudoku", "--sets", ".", "--only", "sudokus"], ["sudokus", "radcliffe_sample"]),
        (["train", "--out", "nothing-here", "--resume"], ["nothing-here"]),
    ],
)
def test_bad_input_gets_one_clear_line_and_exit_code_2(call, args, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    code, _, err = call(*args)
    assert code == 2
    assert "Traceback" not in err
    line = err.strip().splitlines()[-1]
    for word in words:
        assert word in line


def test_an_unreadable_line_is_named_and_counts_apart(call, one, tmp_path):
    file = tmp_path / "some.csv"
    file.write_text("\n".join(["puzzle", *[one[0]] * 15, one[0][:80]]))
    code, text, err = call("evaluate", file, "--nfe", 1)
    assert code == 0
    assert " 15 " in text
    assert "1 line holds no puzzle" in err
    assert "some.csv, line 17" in err
    file.write_text("# nothing\n")
    assert call("evaluate", file)[0] == 2


def test_damaged_model_folders_are_named(call, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text('{"format": 7}')
    code, _, err = call("solve", "." * 81, "--model", tmp_path / "model")
    assert code == 2
    assert "format 7" in err


def test_every_setting_can_be_given(call, one, tmp_path):
    from vmd_sudoku.solving.setting import Setting

    out = tmp_path / "trace.json"
    options = {
        "policy": "threshold", "threshold": 0.8, "nfe": 7, "cells": 2, "schedule": "cosine", "blocks": "none", "gumbel": 0.1,
        "temperature": 0.1, "constraints": "search", "remask": "conflict", "remask_share": 0.2, "remask_budget": 9,
        "latents": 2, "z": 3, "renew_z": "posterior", "seed": 4, "first_rounds": 20, "rounds": 10, "settle": 0.01,
    }  # fmt: skip
    given = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert set(options) | {"prove", "carry"} == set(Setting.__dataclass_fields__)
    code, _, err = call("solve", one[0], *given, "--prove", "--carry", "--progress", "--json", out)
    assert code == 0, err
    trace = json.loads(out.read_text())
    assert trace["board"] == one[1]
    assert trace["solutions"] == "one"
    assert (trace["latents"], trace["z"], trace["seed"], trace["remask"]) == (2, 3, 4, "conflict")
    (tmp_path / "set.txt").write_text(one[0] + "\n")
    assert call("evaluate", tmp_path / "set.txt", *given, "--json", out)[0] == 0
    row = json.loads(out.read_text())["rows"][0]
    assert {name: row[name] for name in options} == options
    assert row["mean_calls"] >= 1


def test_blocks_can_be_chosen_wherever_boards_are_decoded(call, one, tmp_path):
    out, file = tmp_path / "out.json", tmp_path / "set.txt"
    file.write_text(one[0] + "\n")
    code, _, err = call("solve", one[0], "--blocks", "bands", "--nfe", 6, "--constraints", "rules", "--json", out)
    assert code == 0, err
    trace = json.loads(out.read_text())
    assert [{cell // 27 for cell in step["cells"]} for step in trace["steps"]] == [{0}, {0}, {1}, {1}, {2}, {2}]
    for command in (["evaluate", file], ["sample", "--count", 1], ["solutions", file, "--count", 2]):
        if command[0] == "solutions":
            file.write_text(f"{one[0]}\n{one[0]}\n")
        assert call(*command, "--blocks", "rows", "--nfe", 9, "--json", out)[0] == 0
        assert json.loads(out.read_text())["rows"][0]["blocks"] == "rows"


def test_an_option_is_made_from_the_description_of_a_setting():
    @dataclass(frozen=True)
    class One:
        boldness: float = described(0.5, "How bold.", low=0, high=2)

    @click.command()
    @described_option(abouts(One)["boldness"])
    def show(boldness):
        click.echo(repr(boldness))

    run = CliRunner().invoke
    assert run(show, []).output == "0.5\n"
    assert run(show, ["--boldness", "2"]).output == "2.0\n"
    assert "must be a number from 0 to 2; got '3'" in run(show, ["--boldness", "3"]).output
    assert "--boldness NUMBER  How bold.  [default: 0.5]" in run(show, ["--help"]).output


def test_an_option_that_has_no_effect_is_said_to_have_none(call, one):
    _, _, err = call("solve", one[0], "--nfe", 5, "--cells", 2, "--threshold", 0.5)
    assert "note: --cells has no effect here: it has one with `--nfe cell`" in err
    assert "note: --threshold has no effect here: it has one with `--policy threshold`" in err
    assert "note" not in call("solve", one[0], "--nfe", 5, "--schedule", "cosine")[2]


def test_a_solve_is_proved_once(call, one, monkeypatch):
    from vmd_sudoku.exact import proof
    from vmd_sudoku.solving import record

    asked, prove = [], proof.prove
    for module in (proof, record):
        monkeypatch.setattr(module, "prove", lambda *args: asked.append(args) or prove(*args))
    for level in ("none", "search"):
        assert call("solve", one[0], "--nfe", 5, "--constraints", level)[0] in (0, 1)
    assert len(asked) == 2


def test_help_names_what_may_be_chosen(call):
    code, out, _ = call("solve", "--help")
    assert code == 0
    for name in ("average-order", "cosine", "propagate", "conflict", "posterior"):
        assert name in out


def test_replay_prints_what_solve_printed(call, one, tmp_path):
    file = tmp_path / "trace.json"
    _, solved, _ = call("solve", one[0], "--constraints", "propagate", "--nfe", 5, "--json", file)
    code, replayed, _ = call("replay", file)
    assert code == 0
    assert replayed == solved
    assert "single" in replayed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"format": 3', '"format": 9'), ["format 9", "reads 3"]),
        (lambda text: text.replace('"solved"', '"left unfinished"'), ["verdict"]),
        (lambda text: text[:100], ["not JSON"]),
        (lambda text: "[]", ["no trace"]),
    ],
)
def test_traces_that_were_changed_are_refused(call, one, tmp_path, change, words):
    file = tmp_path / "trace.json"
    call("solve", one[0], "--constraints", "search", "--json", file)
    file.write_text(change(file.read_text()))
    code, _, err = call("replay", file)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    for word in words:
        assert word in err
    assert call("replay", tmp_path / "nowhere.json")[0] == 2


def test_solutions_are_sampled_beside_their_exact_number(call, tmp_path):
    puzzle = "8.........59.......76.........426587...791243...853916...6.4795.....8162......438"
    out = tmp_path / "out.json"
    code, text, _ = call(
        "solutions", puzzle, "--count", 6, "--constraints", "rules", "--nfe", 20, "--bound", 100, "--json", out
    )
    found = json.loads(out.read_text())
    assert code == (0 if found["found"] else 1)
    assert sum(one["times"] for one in found["found"]) <= 6
    assert 2 <= found["exact"] <= 100
    assert any(f"{len(found['found'])} distinct" in line for line in text.splitlines())
    (tmp_path / "set.csv").write_text(f"puzzle\n{puzzle}\n{puzzle}\n")
    code, text, _ = call(
        "solutions", tmp_path / "set.csv", "--count", 2, "--nfe", 3, "--z", 1, "--model", "mdm", "--temperature", 1.0,
        "--limit", 2, "--json", out,
    )  # fmt: skip
    assert code == 0
    row = json.loads(out.read_text())["rows"][0]
    assert (row["boards"], row["tries"], row["temperature"]) == (2, 2, 1.0)
    assert 0 <= row["coverage"] <= 1


def test_a_search_proves_that_there_is_no_solution_and_says_so(call):
    """Two candidates are left for row 1, column 9 by its row, and its column holds both."""
    puzzle = "1234567.." + "." * 17 + "8" + "." * 26 + "9" + "." * 27
    code, out, err = call("solve", puzzle, "--constraints", "search")
    assert code == 2
    assert "no solution" in err
    assert "solutions: none" in out


def test_presets_say_what_they_cost(capsys):
    from vmd_sudoku.training.presets import PRESETS

    with pytest.raises(SystemExit) as stop:
        cli.main(["train", "--presets"])
    assert not stop.value.code
    parts = capsys.readouterr().out.strip().split("\n\n")
    assert [part.partition(":")[0] for part in parts] == list(PRESETS)
    for part, preset in zip(parts, PRESETS.values(), strict=True):
        _, *lines = part.splitlines()
        for name, line in zip(preset.stages, lines, strict=False):
            assert re.fullmatch(rf"  {name}: [\d,]+ (minutes|updates), [\d,]+ slots, [\d,]+ parameters", line)
        assert lines[len(preset.stages)].startswith("  figures: ")
    # The card of a shipped model counts its parameters, too.
    assert "fork: 8,000 updates, 32 slots, 110,339 parameters" in parts[0]


def test_figures_of_presets_name_commands_that_can_be_run():
    from vmd_sudoku.training.presets import PRESETS

    for preset in PRESETS.values():
        commands = re.findall(r"\(((?:evaluate|sample|draws|models) [^)]*)\)", preset.figures)
        assert commands or not re.search(r"\d+ %", preset.figures)
        for command in commands:
            name, *arguments = command.split()
            cli.cli.get_command(click.Context(cli.cli), name).make_context(name, arguments)


@pytest.mark.parametrize("command", ["evaluate", "draws", "reasons"])
def test_a_link_in_the_place_of_a_file_is_called_a_link(command, call):
    code, _, said = call(command, "https://example.org/?bd=" + "." * 81)
    assert code == 2
    assert "is a link, and a file is wanted here" in said
