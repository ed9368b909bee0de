"""The figures of one run or of several side by side, from the sums that the parts carry: their cost grows with parts, not rows.

Rows are read for the gallery of failures alone, a few parts of them.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from vmd_sudoku import __version__
from vmd_sudoku.errors import RunError
from vmd_sudoku.evaluation import statistics
from vmd_sudoku.evaluation.arms import Arm, labels
from vmd_sudoku.evaluation.batch import Plan
from vmd_sudoku.evaluation.columns import GALLERY
from vmd_sudoku.evaluation.folder import Part, RunFolder
from vmd_sudoku.evaluation.metrics import holm, mcnemar, wilson_interval
from vmd_sudoku.evaluation.statistics import Figures
from vmd_sudoku.exact.reasons import TECHNIQUES

FAILURES = 12
"""Boards of the gallery for each arm, and the most in all."""
MOST_FAILURES = 96
_BAD_LINES = 50
_RATING_GROUPS = 24

Plain = dict[str, Any]


@dataclass(frozen=True)
class _Run:
    """A run as it is: manifest, plan, parts without their rows."""

    name: str
    folder: RunFolder
    manifest: Plain
    plan: Plan
    parts: list[Part]

    @classmethod
    def read(cls, path: Path) -> "_Run":
        folder = RunFolder(path)
        folder.require_ours()
        manifest = folder.require_manifest()
        parts = list(folder.parts())
        if not parts:
            raise RunError(f"no part of {path} is done yet; go on with `vmd-sudoku evaluate --resume {path}`")
        return cls(path.resolve().name, folder, manifest, Plan.of(manifest), parts)

    @property
    def puzzles_key(self) -> str:
        """Runs with the same key judge the same puzzles."""
        # By what is in the files and not by their names: a file that was moved holds the same puzzles.
        return repr([[file["sha256"] for file in self.manifest["request"]["files"]], self.manifest["request"]["limit"]])

    def solved(self, arm: int) -> np.ndarray:
        """Of every puzzle of the run, int8 [n]: 1 solved, 0 not, -1 not judged yet."""
        starts = np.concatenate([[0], np.cumsum(self.plan.puzzles)]).astype(int)
        # -1 and not 0: in a run that goes on, a puzzle that nobody has judged yet is not unsolved.
        found = np.full(starts[-1], -1, np.int8)
        for part in self.parts:
            start = starts[part.file] + part.first
            found[start : start + part.puzzles] = statistics.bits_of(part.arms[arm])
        return found


def summary(paths: Sequence[Path]) -> Plain:
    """Everything that a report shows, as JSON types.

    Raises:
        RunError: a folder holds no run, nothing of it is done, or a part is damaged.
    """
    runs = [_Run.read(path) for path in paths]
    arms = [arm for number, run in enumerate(runs) for arm in _arms(number, run, len(runs) > 1)]
    return {
        "version": __version__,
        "runs": [_about(run) for run in runs],
        "arms": arms,
        "pairs": _pairs(runs, arms),
        "failures": list(itertools.islice(_failures(runs, arms), MOST_FAILURES)),
        "bad_lines": [
            line | {"run": run.name} for run in runs for line in itertools.islice(run.folder.bad_lines(), _BAD_LINES)
        ],
    }


def _about(run: _Run) -> Plain:
    plan, made = run.plan, run.manifest
    files = [
        {"name": name, "sha256": file["sha256"], "puzzles": puzzles, "bad_lines": bad}
        for name, file, puzzles, bad in zip(plan.names, made["request"]["files"], plan.puzzles, plan.bad, strict=True)
    ]
    same = {
        name: made["request"][name]
        for name in ("limit", "part_size", "batch_size", "compiled", "threads", "techniques")
    }
    return {
        "name": run.name,
        "files": files,
        "parts": plan.parts,
        "parts_done": len(run.parts),
        "puzzles_done": sum(part.puzzles for part in run.parts),
        **{name: made[name] for name in ("version", "command", "date", "machine")},
        **same,
        "rater": (made["request"].get("rater") or {}).get("command"),
    }


def _arms(number: int, run: _Run, several: bool) -> Iterator[Plain]:
    known = [Arm.from_plain(plain) for plain in run.manifest["request"]["arms"]]
    for place, (arm, label) in enumerate(zip(known, labels(known), strict=True)):
        counts = statistics.total(part.arms[place] for part in run.parts)
        yield {
            "run": number,
            "place": place,
            "label": f"{run.name}: {label}" if several else label,
            "model": arm.model,
            "sha256": arm.sha256,
            "setting": arm.setting.to_table(),
            "figures": _figures(counts, run.manifest["settings"][place]),
            "by": _groups(counts["by"]),
            "reliability": _reliability(counts["reliability"]),
        }


def _figures(counts: Plain, settings: Plain) -> Plain:
    # At least 1, so that a run without boards has figures of 0 and no error.
    n, cells = max(counts["boards"], 1), counts["cells"]
    row = Figures.of(counts).to_plain({"prove": settings.get("prove")})
    row.pop("prove", None)
    return row | {
        "full": counts["full"],
        "clue_true": counts["clue_true"],
        "stored": counts["stored"],
        "as_stored": counts["as_stored"],
        "cells": cells,
        "cells_right": counts["cells_right"],
        "cell_accuracy": counts["cells_right"] / cells if cells else None,
        "ms": 1000 * counts["seconds"] / n,
        "mean_log_probability": counts["nats"] / n,
        "first_rounds": settings["first_rounds"],
        "rounds": settings["rounds"],
    }


def _groups(by: Plain) -> Plain:
    """Puzzles, solved ones and interval of every group; ratings in a few groups of equal width, the others in their order."""
    found: Plain = {}
    for name, groups in by.items():
        ordered = (
            _few_ratings(groups) if name == "rating" else sorted(groups.items(), key=lambda item: _order(name, item[0]))
        )
        found[name] = [
            {"group": group, "puzzles": n, "solved": solved, "interval": wilson_interval(solved, n)}
            for group, (n, solved) in ordered
        ]
    return found


def _order(name: str, group: str) -> float:
    if name == "technique":
        return TECHNIQUES.index(group)
    return list(statistics.SOLUTIONS.values()).index(group) if name == "solutions" else float(group)


def _few_ratings(groups: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    """Ratings in steps of 1, 2 or 5 times a power of ten, so many that there are at most `_RATING_GROUPS`."""
    values = np.array([float(group) for group in groups])
    if not len(values):
        return []
    # Never 0, of which there is no logarithm: all puzzles may have the same rating.
    spread = max(float(values.max() - values.min()), 1e-9)
    power = 10.0 ** np.floor(np.log10(spread / _RATING_GROUPS))
    # One group fewer than there may be: the lowest and the highest rating may lie in the middle of theirs. So ten is not
    # always enough, as of a spread of 23.5.
    step = next(power * times for times in (1, 2, 5, 10, 20) if spread / (power * times) <= _RATING_GROUPS - 1)
    found: dict[float, list[int]] = {}
    for value, (n, solved) in zip(values.tolist(), groups.values(), strict=True):
        # A little more than the value: a rating at the border of two groups must not fall below it by rounding.
        pair = found.setdefault(float(np.floor(value / step + 1e-9)) * step, [0, 0])
        pair[0] += n
        pair[1] += solved
    return [(f"{low:.6g} to {low + step:.6g}", pair) for low, pair in sorted(found.items())]


def _reliability(counts: list[list[float]]) -> Plain:
    """Of filled cells by confidence: how many, mean confidence, part that is right; and the expected calibration error."""
    n, sure, right = (np.array(part, float) for part in counts)
    some = n > 0
    bins = [
        {"cells": int(cells), "confidence": of / cells, "right": good / cells}
        for cells, of, good in zip(n[some], sure[some], right[some], strict=True)
    ]
    total = n.sum()
    return {"bins": bins, "error": float(np.abs(sure - right).sum() / total) if total else None}


def _pairs(runs: list[_Run], arms: list[Plain]) -> list[Plain]:
    """McNemar's test of every two arms on the puzzles that both judged, with Holm's correction over all of them."""
    solved = [runs[arm["run"]].solved(arm["place"]) for arm in arms]
    found: list[Plain] = []
    for first, second in itertools.combinations(range(len(arms)), 2):
        if runs[arms[first]["run"]].puzzles_key != runs[arms[second]["run"]].puzzles_key:
            continue
        a, b = solved[first], solved[second]
        both = (a >= 0) & (b >= 0)
        only = int((both & (a > b)).sum()), int((both & (b > a)).sum())
        pair = {"first": first, "second": second, "puzzles": int(both.sum())}
        found.append(pair | {"only_first": only[0], "only_second": only[1], "p": mcnemar(*only)})
    # Over all pairs: with many arms, one of many tests looks certain by chance.
    corrected = holm([pair["p"] for pair in found])
    return [pair | {"p_holm": p} for pair, p in zip(found, corrected, strict=True)]


def _failures(runs: list[_Run], arms: list[Plain]) -> Iterator[Plain]:
    """The first boards of every arm that are not solved, an arm after the other."""
    # Fewer for each arm where there are many, so that the page stays small.
    each = max(1, min(FAILURES, MOST_FAILURES // len(arms)))
    for number, arm in enumerate(arms):
        run, left = runs[arm["run"]], each
        for part in run.parts:
            counts = part.arms[arm["place"]]
            if not left:
                break
            # Known from the part's sums, so that only parts with failures are read.
            if counts["solved"] == counts["boards"]:
                continue
            rows = run.folder.rows(part.number, ["arm", *GALLERY])
            mine = rows.filter(pc.and_(pc.equal(rows["arm"], arm["place"]), pc.invert(rows["solved"]))).slice(0, left)
            left -= len(mine)
            file = run.plan.names[part.file]
            yield from (row | {"arm": number, "file": file} for row in mine.to_pylist())


def table_of(report: Plain) -> list[Plain]:
    """An arm a row, flat: for a CSV."""
    return [
        {"run": report["runs"][arm["run"]]["name"], "arm": arm["label"], "model": arm["model"], "sha256": arm["sha256"]}
        | {"low": arm["figures"]["interval"][0], "high": arm["figures"]["interval"][1]}
        | {name: value for name, value in arm["figures"].items() if name not in ("interval", "proved")}
        | {"calibration_error": arm["reliability"]["error"]}
        | {f"setting_{name}": value for name, value in arm["setting"].items()}
        for arm in report["arms"]
    ]
