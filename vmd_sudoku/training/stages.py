"""A run in stages: each an ordinary training that starts from the averaged weights of the one before.

The last stage lies in the run's own folder and those before it in folders of their names inside, so that `model` is what came
out in the end, and a run of one stage is a plain training.
"""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vmd_sudoku.config import from_plain, to_plain
from vmd_sudoku.errors import CheckpointError, ConfigError
from vmd_sudoku.network.cards import read_card, read_json
from vmd_sudoku.network.checkpoint import load_model
from vmd_sudoku.network.model import Model
from vmd_sudoku.training import journal
from vmd_sudoku.training.updates import RESUMABLE, TrainConfig, Training, hard_note, same_hard
from vmd_sudoku.writing import write

NOTE = "stages.json"
_TRAINING = "training.json"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is to be done in `folder`: stages by name, in order. start: the model that the first one starts from, if any."""

    folder: Path
    stages: Mapping[str, TrainConfig]
    hard: Path | None = None
    start: str | None = None

    def place(self, stage: str) -> Path:
        """The folder of a stage."""
        return self.folder if stage == list(self.stages)[-1] else self.folder / stage

    def is_behind(self, stage: str) -> bool:
        """Whether a stage before the last is done for good: it was measured at its end, or one after it has begun."""
        names = list(self.stages)
        after = names[names.index(stage) + 1 :]
        begun = any((self.place(name) / _TRAINING).exists() for name in after)
        return bool(after) and (begun or journal.is_finished(self.place(stage)))


def new_run(run: Run) -> Run:
    """The same run, once it is known that it can begin. Nothing is written.

    Raises:
        ConfigError: the folder holds a run already, or a stage could not start from the weights of the one before.
    """
    # A run takes hours; it is never overwritten by a forgotten option.
    if any((run.folder / name).exists() for name in (NOTE, _TRAINING)):
        raise ConfigError(f"{run.folder} already holds a run; go on with --resume, or give another folder")
    # Now and not after the hours of the first stage.
    configs = list(run.stages.values())
    for before, after in itertools.pairwise(configs):
        Model(after.model).start_from(Model(before.model))
    return run


def begun_run(folder: Path, hard: Path | None, changes: Mapping[str, Any]) -> Run:
    """The run in `folder`, to go on with. hard: where its file of hard puzzles lies by now; changes: see `Training.resume`, for
    stages that are not finished.

    Raises:
        CheckpointError: there is no run, or its note is damaged. ConfigError: another file of hard puzzles, or a value that is
            refused.
    """
    # A run begun before there were stages has one, and only the note of its training.
    path = folder / (NOTE if (folder / NOTE).exists() else _TRAINING)
    note = read_json(path)
    try:
        stages = {
            name: from_plain(TrainConfig, config)
            for name, config in note.get("stages", {"": note.get("config")}).items()
        }
    except (ConfigError, AttributeError) as error:
        raise CheckpointError(f"{path} does not describe a training ({error})") from None
    # Names become folders; a note from a stranger must not make us write elsewhere.
    if not stages or any(Path(name).name != name for name in stages):
        raise CheckpointError(f"{path} does not describe a training (found the stages {', '.join(stages) or 'none'})")
    start = note.get("start")
    known = same_hard(note.get("hard", ...), hard)
    run = Run(folder=folder, stages=stages, hard=known, start=None if start is None else str(start))
    now = {name: config if run.is_behind(name) else replace(config, **changes) for name, config in stages.items()}
    return replace(run, stages=now)


def go(run: Run, *, compiled: bool, say: Callable[[str], None]) -> None:
    """Do all stages that are not finished, from where they were. say: is told what begins, goes on or is finished.

    Raises:
        KeyboardInterrupt: it was stopped. VmdSudokuError: see `Training` and `journal.run_and_record`.
    """
    source = [run.start] if run.start else []
    start: str | Path | None = run.start
    for number, (name, config) in enumerate(run.stages.items(), 1):
        place = run.place(name)
        title = f"stage {number} of {len(run.stages)}, {name}: " if len(run.stages) > 1 else ""
        over = run.is_behind(name)
        if not over:
            training = _training(run, place, config, start)
            over = training.done() >= 1 and journal.is_finished(place)
        if over:
            say(f"{title}finished before, {_done(place)}")
        else:
            if title:
                say(f"{title}{_begins(training)}")
            _train(run, training, place, title, source, compiled)
        source.append(f"{name} ({_done(place)})")
        start = place / "model"


def _train(run: Run, training: Training, place: Path, title: str, source: list[str], compiled: bool) -> None:
    """A stage to its end. source: where its first weights come from."""
    if compiled:
        training.compile()
    run.folder.mkdir(parents=True, exist_ok=True)
    write(run.folder / NOTE, _note(run))
    history = f"From the weights of {', then '.join(source)}." if source else ""
    journal.run_and_record(training, place, title, history)


def _training(run: Run, place: Path, config: TrainConfig, start: str | Path | None) -> Training:
    """A stage's training, begun or from where it was."""
    if (place / _TRAINING).exists():
        return Training.resume(place, run.hard, {name: getattr(config, name) for name in RESUMABLE})
    return Training(config, run.hard, load_model(start).model if start else None)


def _note(run: Run) -> str:
    stages = {name: to_plain(config) for name, config in run.stages.items()}
    return json.dumps({"stages": stages, "start": run.start, "hard": hard_note(run.hard)}, indent=2) + "\n"


def _begins(training: Training) -> str:
    return f"goes on after {training.progress.step:,} updates" if training.progress.step else "begins"


def _done(place: Path) -> str:
    card = read_card(place / "model")
    # Who has the last stage's weights may have thrown the first one's away.
    return f"{card['updates']:,} updates in {card['minutes']} minutes" if "updates" in card else "its model not kept"
