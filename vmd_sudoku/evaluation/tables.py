"""Results as tables in Markdown and as a plot."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from vmd_sudoku.evaluation.metrics import mcnemar, wilson_interval
from vmd_sudoku.evaluation.paper import BIN, BUDGETS, EMPTY, FILTERED, ORDERS, PAPER, REVIEWS, Row, _calls

FEWEST_IN_A_BIN = 5


def paired(vmd: Row, mdm: Row) -> tuple[int, int, float]:
    """Puzzles that only the VMD, and only the MDM, solved, and the p of McNemar's exact test."""
    n = vmd["boards"]
    # Which puzzles were solved lies in a row as bits in hexadecimal: thousands of them in a line of JSON.
    first, second = (np.unpackbits(np.frombuffer(bytes.fromhex(row["which"]), np.uint8))[:n] for row in (vmd, mdm))
    only = int((first > second).sum()), int((second > first).sum())
    return *only, mcnemar(*only)


def _pairs(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Rows of the VMD with those of the MDM in the same setting, in the order of the rows."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        # As a text, since a setting is a dictionary, which cannot be a key.
        same = json.dumps([row["set"], row["boards"], row["setting"]])
        found.setdefault(same, {})[row["kind"]] = row
    return [(pair["VMD"], pair["MDM"]) for pair in found.values() if len(pair) == 2]


def summary(report: dict[str, Any]) -> str:
    """The paper's table with ours beneath it, in Markdown."""
    head = [f"{policy}, NFE {nfe}" for policy in ORDERS for nfe in BUDGETS]
    lines = [_cells(["% of puzzles solved", "", *head]), _cells(["---"] * (2 + len(head)))]
    for kind in ("VMD", "MDM"):
        figures = [f"{figure:.1f}" for policy in ORDERS for figure in PAPER[kind, policy]]
        lines.append(_cells(["the paper, its test set", kind, *figures]))
    table = [row for row in report["rows"] if row["set"] != EMPTY and _is_usual(row["setting"])]
    for name in dict.fromkeys(row["set"] for row in table):
        for kind in ("VMD", "MDM"):
            mine = {
                (row["setting"]["policy"], row["setting"]["nfe"]): row
                for row in table
                if (row["set"], row["kind"]) == (name, kind)
            }
            if not mine:
                continue
            count = next(iter(mine.values()))["boards"]
            figures = [
                f"{100 * mine[policy, nfe]['accuracy']:.1f}" if (policy, nfe) in mine else ""
                for policy in ORDERS
                for nfe in BUDGETS
            ]
            lines.append(_cells([f"{name} ({count:,})", f"our {kind}", *figures]))
    return "\n".join(lines)


def _versions(rows: list[Row]) -> str:
    """Which versions measured the rows; how many each, if there are several."""
    counts = Counter(row.get("version", "unknown") for row in rows)
    if len(counts) == 1:
        return f"Version {next(iter(counts))}."
    return "Versions " + ", ".join(f"{version} ({n} rows)" for version, n in sorted(counts.items())) + "."


def markdown(report: dict[str, Any]) -> str:
    """All tables, with intervals, paired tests, calls, rounds and speed."""
    rows = report["rows"]
    sizes = {
        row["kind"]: f"Our {row['kind']} is `{row['model']}` (sha256 {row['sha256'][:12]})" for row in reversed(rows)
    }
    parts = [
        "# VMD and MDM on Sudoku",
        "Neural only: no rules, no propagation, no search; filled digits stay filled. Whole boards, judged by the rules. "
        "z = 0 where the solution is unique; else it is drawn from the prior, and in later calls from the posterior given the "
        "network's guess (four rounds of the encoder in each, which the rounds below leave out). Brackets hold 95 % intervals "
        "(Wilson); p is McNemar's exact test over the same puzzles. Both models get equal calls (NFE), and at most the same "
        "rounds of the network in each: a board stops when its answer has settled, unless all rounds are asked for. Calls and "
        "rounds are means over the boards. "
        f"{'. '.join(sizes[kind] for kind in sorted(sizes, reverse=True))}. {_versions(rows)}",
        "## The paper's table",
        summary(report),
        *_set_tables(rows),
        *_latent_table(rows),
        *_grid_table(rows),
        "## Where the sources disagree",
        disagreement(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _set_tables(rows: list[Row]) -> Iterator[str]:
    pairs = [pair for pair in _pairs(rows) if pair[0]["set"] != EMPTY]
    for name in dict.fromkeys(vmd["set"] for vmd, _ in pairs):
        here = [pair for pair in pairs if pair[0]["set"] == name]
        first = here[0][0]
        yield f"## {name}"
        drawn = "" if first["setting"]["z"] is None else " with several solutions, any of which counts; z drawn"
        if name in FILTERED:
            yield (
                f"The puzzles of {FILTERED[name]} that singles, locked candidates, naked pairs and triples, XY-wings and "
                "unique rectangles solve: the filter of the papers' training and test sets (arXiv 2409.10502), by our own "
                "code."
            )
        yield f"{first['boards']:,} puzzles{drawn}, seed {first['seed']}, {_machine(first)}."
        lines = [
            "| policy | asked | calls | rounds | VMD | MDM | only VMD / only MDM | p | puzzles/s VMD / MDM |",
            _cells(["---"] * 9),
        ]
        for vmd, mdm in here:
            only_vmd, only_mdm, p = paired(vmd, mdm)
            lines.append(
                _cells(
                    [
                        vmd["policy"],
                        _calls(vmd) + ("" if vmd["setting"]["settle"] else ", all rounds"),
                        _both(vmd, mdm, "mean_calls"),
                        _both(vmd, mdm, "mean_rounds"),
                        _rate(vmd),
                        _rate(mdm),
                        f"{only_vmd} / {only_mdm}",
                        f"{p:.2g}",
                        f"{vmd['puzzles_per_s']:.1f} / {mdm['puzzles_per_s']:.1f}",
                    ]
                )
            )
        yield "\n".join(lines)


def _latent_table(rows: list[Row]) -> Iterator[str]:
    several = [row for row in rows if row["setting"]["latents"] > 1]
    if not several:
        return
    yield "## Several latents, the rules as judge"
    yield "The network alone fills the boards; the rules choose the first solved one among K latents. Calls count K times."
    lines = ["| set | puzzles | K | asked of each | calls | rounds | VMD, best of K | puzzles/s |", _cells(["---"] * 8)]
    for row in several:
        cells = [row["set"], row["boards"], row["latents"], _calls(row), row["mean_calls"], row["mean_rounds"]]
        lines.append(_cells([*map(str, cells), _rate(row), f"{row['puzzles_per_s']:.1f}"]))
    yield "\n".join(lines)


def _grid_table(rows: list[Row]) -> Iterator[str]:
    pairs = [pair for pair in _pairs(rows) if pair[0]["set"] == EMPTY]
    if not pairs:
        return
    yield "## Whole grids from the empty board"
    first = pairs[0][0]
    drawn = "z from the prior, in later calls from the posterior given the network's guess"
    yield f"{first['boards']:,} grids each, {drawn}, seed {first['seed']}, {_machine(first)}."
    lines = [
        "| policy | asked | calls | rounds | VMD valid | MDM valid | VMD distinct | grids/s VMD / MDM |",
        _cells(["---"] * 8),
    ]
    for vmd, mdm in pairs:
        both = [_both(vmd, mdm, "mean_calls"), _both(vmd, mdm, "mean_rounds")]
        speed = f"{vmd['puzzles_per_s']:.1f} / {mdm['puzzles_per_s']:.1f}"
        lines.append(_cells([vmd["policy"], _calls(vmd), *both, _rate(vmd), _rate(mdm), str(vmd["distinct"]), speed]))
    yield "\n".join(lines)


def disagreement(rows: list[Row]) -> str:
    """What the paper's own sources say of the gain of VMD over MDM, and what these rows say."""
    gains = [
        f"{PAPER['VMD', policy][i] - PAPER['MDM', policy][i]:+.1f}" for policy in ORDERS for i in range(len(BUDGETS))
    ]
    reviews = ", ".join(f"{gain:+.1f}" for gain in REVIEWS)
    text = (
        f"The paper's project page has VMD ahead of MDM by {', '.join(gains[:3])} points (margin, NFE 5, 10, 20) and "
        f"{', '.join(gains[3:])} (top-prob). A public review of the paper quotes gains of {reviews} points without naming "
        "the policy, and two others call the gain marginal; a reviewer also notes that z carries no information where the "
        "solution is unique."
    )
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for vmd, mdm in _pairs(rows):
        if vmd["set"] != EMPTY and vmd["setting"]["nfe"] in BUDGETS and _is_usual(vmd["setting"]):
            gain = 100 * (vmd["accuracy"] - mdm["accuracy"])
            found.setdefault(vmd["set"], {}).setdefault(vmd["policy"], []).append((gain, paired(vmd, mdm)[2]))
    lines = [f"- {name}: {'; '.join(_gains(*item) for item in found[name].items())}" for name in found]
    if not lines:
        return text
    return "\n".join([f"{text} Between our two models we find, in points at NFE 5, 10 and 20:", "", *lines])


def _gains(policy: str, found: list[tuple[float, float]]) -> str:
    gains, chances = zip(*found, strict=True)
    return f"{policy} {', '.join(f'{g:+.1f}' for g in gains)} (p = {', '.join(f'{p:.2g}' for p in chances)})"


def _cells(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _both(vmd: Row, mdm: Row, name: str) -> str:
    return f"{vmd[name]:g}" if vmd[name] == mdm[name] else f"{vmd[name]:g} / {mdm[name]:g}"


def _rate(row: Row) -> str:
    low, high = row["interval"]
    return f"{100 * row['solved'] / row['boards']:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _machine(row: Row) -> str:
    made = row["machine"]
    return f"{made['gpu'] or made['processor']}, {made['threads']} of {made['cores']} threads, torch {made['torch']}"


def plot(report: dict[str, Any]) -> Any:
    """Accuracy against the rating of difficulty with 95 % intervals, a panel a rated set; None when no set has ratings.

    Raises:
        ImportError: plotly is missing.
    """
    from plotly.subplots import make_subplots

    rated = (row for row in report["rows"] if row.get("by_rating") and row["set"] not in FILTERED)
    rows = [row for row in rated if _is_plotted(row["setting"])]
    names = list(dict.fromkeys(row["set"] for row in rows))
    if not names:
        return None
    figure = make_subplots(rows=1, cols=len(names), subplot_titles=names, shared_yaxes=True, horizontal_spacing=0.04)
    for row in rows:
        # A rate of a handful of puzzles would only show chance.
        points = [point for point in row["by_rating"] if point[1] >= FEWEST_IN_A_BIN]
        rates = [100 * solved / boards for _, boards, solved in points]
        ends = [wilson_interval(solved, boards) for _, boards, solved in points]
        figure.add_scatter(
            x=[low + BIN / 2 for low, _, _ in points],
            y=rates,
            error_y={
                "type": "data",
                "array": [100 * high - rate for (_, high), rate in zip(ends, rates, strict=True)],
                "arrayminus": [rate - 100 * low for (low, _), rate in zip(ends, rates, strict=True)],
                "thickness": 1,
            },
            name=f"{row['kind']}, {row['policy']}, {_calls(row)}",
            mode="lines+markers",
            line={
                "color": {"VMD": "#1f6feb", "MDM": "#c2410c"}[row["kind"]],
                "dash": _DASHES[row["setting"]["nfe"]],
            },
            legendgroup=f"{row['kind']} {row['setting']['nfe']}",
            # Once: the panels share their lines, and so their legend.
            showlegend=row["set"] == names[0],
            row=1,
            col=names.index(row["set"]) + 1,
        )
    figure.update_xaxes(title_text="rating of difficulty (the set's own scale)")
    figure.update_yaxes(title_text="puzzles solved, %", range=[0, 102], col=1)
    figure.update_layout(template="plotly_white", legend={"orientation": "h", "y": -0.2})
    return figure


_DASHES = {1: "dot", 5: "dash", 20: "solid"}


def _is_plotted(setting: dict[str, Any]) -> bool:
    return setting["policy"] == "margin" and setting["nfe"] in _DASHES and _is_usual(setting)


def _is_usual(setting: dict[str, Any]) -> bool:
    """One latent, and boards stop when they have settled."""
    return setting["latents"] == 1 and setting["settle"] > 0


def draw(report: dict[str, Any], folder: Path) -> list[str]:
    """Write difficulty.html and difficulty.png into `folder`; returns a line for each that says where it is, or why not."""
    try:
        figure = plot(report)
    except ImportError:
        return ["no plot: plotly is missing; install vmd-sudoku[train]"]
    if figure is None:
        return ["no plot: none of the sets has ratings"]
    page, picture = folder / "difficulty.html", folder / "difficulty.png"
    figure.write_html(page, include_plotlyjs=True)
    try:
        figure.write_image(picture, width=1200, height=560, scale=2)
    except Exception as error:  # kaleido or its Chrome is missing, or Chrome does not start: the page says the same
        return [str(page), f"no PNG ({str(error).strip().splitlines()[0]}); it needs kaleido and Chrome or Chromium"]
    return [str(page), str(picture)]
