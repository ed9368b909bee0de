"""Results as tables in Markdown and as a plot."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from vmd_sudoku.evaluation.metrics import mcnemar, wilson_interval
from vmd_sudoku.evaluation.paper import (
    BESIDE_GUESS,
    BIN,
    BUDGETS,
    EMPTY,
    FILTERED,
    GUESS,
    GUESS_BUDGETS,
    ORDERS,
    PAPER,
    REVIEWS,
    Row,
    _calls,
)

FEWEST_IN_A_BIN = 5

GUESSING = f"VMD {GUESS} / MDM {BESIDE_GUESS}"
"""Said wherever the two models of a pair have not the same policy."""


def paired(vmd: Row, mdm: Row) -> tuple[int, int, float]:
    """Puzzles that only the VMD, and only the MDM, solved, and the p of McNemar's exact test."""
    n = vmd["boards"]
    # Which puzzles were solved lies in a row as bits in hexadecimal: thousands of them in a line of JSON.
    first, second = (np.unpackbits(np.frombuffer(bytes.fromhex(row["which"]), np.uint8))[:n] for row in (vmd, mdm))
    only = int((first > second).sum()), int((second > first).sum())
    return *only, mcnemar(*only)


def _pairs(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Rows of the VMD with what they are held against, in their order: the MDM in the same setting, but that it fills by
    margin where the VMD guesses."""
    mdm = {_place(row, row["policy"]): row for row in rows if row["kind"] == "MDM"}
    beside = ((row, mdm.get(_place(row, _policy_of_mdm(row)))) for row in rows if row["kind"] == "VMD")
    return [(row, other) for row, other in beside if other is not None]


def _place(row: Row, policy: str) -> str:
    """What two rows of a pair share. As a text, since a setting is a dictionary, which cannot be a key."""
    return json.dumps([row["set"], row["boards"], row["setting"] | {"policy": policy}], sort_keys=True)


def _policy_of_mdm(vmd: Row) -> str:
    return BESIDE_GUESS if _is_guess(vmd) else vmd["policy"]


def _is_guess(vmd: Row) -> bool:
    return vmd["setting"]["policy"] == GUESS


def summary(report: dict[str, Any]) -> str:
    """The paper's table with ours beneath it, in Markdown."""
    head = [f"{policy}, NFE {nfe}" for policy in ORDERS for nfe in BUDGETS]
    lines = [_cells(["% of puzzles solved", "", *head]), _cells(["---"] * (2 + len(head)))]
    for kind in ("VMD", "MDM"):
        figures = [f"{figure:.1f}" for policy in ORDERS for figure in PAPER[kind, policy]]
        lines.append(_cells(["the paper, its test set", kind, *figures]))
    ours = _usual_pairs(report["rows"])
    columns = [(policy, nfe) for policy in ORDERS for nfe in BUDGETS]
    return "\n".join([*lines, *_solved(ours, columns, ("our VMD", "our MDM"))])


def guess_summary(report: dict[str, Any]) -> str:
    """Guesses of the VMD beside the MDM by margin, in Markdown; empty where nothing of it was measured."""
    ours = [pair for pair in _pairs(report["rows"]) if _is_guess(pair[0])]
    if not ours:
        return ""
    head = [f"NFE {nfe}" for nfe in GUESS_BUDGETS]
    lines = [_cells(["% of puzzles solved", "", *head]), _cells(["---"] * (2 + len(head)))]
    columns = [(GUESS, nfe) for nfe in GUESS_BUDGETS]
    return "\n".join([*lines, *_solved(ours, columns, (f"our VMD, {GUESS}", f"our MDM, {BESIDE_GUESS}"))])


def guess_words(report: dict[str, Any]) -> str:
    """What the table of guesses holds; empty where there is none."""
    guesses = [vmd for vmd, _ in _pairs(report["rows"]) if _is_guess(vmd)]
    if not guesses:
        return ""
    rounds = " or ".join(str(n) for n in sorted({row["setting"]["first_rounds"] for row in guesses if not _drawn(row)}))
    deep = (
        f" Where the solution is unique, both may run {rounds} rounds in each call, for that helps both."
        if rounds
        else ""
    )
    return (
        f"**{GUESSING}**: here the two models have not the same policy. The VMD writes nothing until a call is sure of every "
        "blank, and each call before is a guess with another z; the MDM, which has no z to guess with, fills by margin. Both "
        f"get the same calls at most.{deep}"
    )


def usual_and_guesses(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Both models with one latent, where boards stop when they have settled: by one policy, and guesses beside margin."""
    return [pair for pair in _pairs(rows) if _is_usual(pair[0])]


def _usual_pairs(rows: list[Row]) -> list[tuple[Row, Row]]:
    """Both models by one policy with one latent, on sets of puzzles; boards stop when they have settled."""
    return [pair for pair in _pairs(rows) if pair[0]["set"] != EMPTY and not _is_guess(pair[0]) and _is_usual(pair[0])]


def _solved(pairs: list[tuple[Row, Row]], columns: list[tuple[str, int]], names: tuple[str, str]) -> Iterator[str]:
    """A line for each model on each set: per cent solved, by policy of the VMD and calls."""
    for name in dict.fromkeys(vmd["set"] for vmd, _ in pairs):
        here = {
            (vmd["setting"]["policy"], vmd["setting"]["nfe"]): (vmd, mdm) for vmd, mdm in pairs if vmd["set"] == name
        }
        if not any(column in here for column in columns):
            continue
        count = next(iter(here.values()))[0]["boards"]
        for i, model in enumerate(names):
            figures = [f"{100 * here[c][i]['accuracy']:.1f}" if c in here else "" for c in columns]
            yield _cells([f"{name} ({count:,})", model, *figures])


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
        "rounds of the network in each: a board stops when its answer has settled, unless all rounds are asked for. A guess "
        "that is sure ends a board's calls. Calls and rounds are means over the boards. "
        f"{'. '.join(sizes[kind] for kind in sorted(sizes, reverse=True))}. {_versions(rows)}",
        "## The paper's table",
        summary(report),
        *(part for part in (guess_words(report), guess_summary(report)) if part),
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
        drawn = "" if not _drawn(first) else " with several solutions, any of which counts; z drawn"
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
                        _policies(vmd),
                        _asked(vmd),
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


def _policies(vmd: Row) -> str:
    return GUESSING if _is_guess(vmd) else str(vmd["policy"])


def _asked(vmd: Row) -> str:
    setting = vmd["setting"]
    deep = f", up to {setting['first_rounds']} rounds a call" if _is_guess(vmd) else ""
    return _calls(vmd) + deep + ("" if setting["settle"] else ", all rounds")


def _drawn(row: Row) -> bool:
    """z of the first call is drawn, since puzzles have several solutions."""
    return row["setting"]["z"] is not None


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
        if vmd["set"] != EMPTY and vmd["setting"]["nfe"] in BUDGETS and _is_usual(vmd):
            gain = 100 * (vmd["accuracy"] - mdm["accuracy"])
            found.setdefault(vmd["set"], {}).setdefault(_policies(vmd), []).append((gain, paired(vmd, mdm)[2]))
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

    usual = (row for pair in _usual_pairs(report["rows"]) for row in pair)
    rows = [row for row in usual if row.get("by_rating") and row["set"] not in FILTERED and _is_plotted(row)]
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


def _is_plotted(row: Row) -> bool:
    return row["setting"]["policy"] == "margin" and row["setting"]["nfe"] in _DASHES


def _is_usual(row: Row) -> bool:
    """One latent, and boards stop when they have settled."""
    return row["setting"]["latents"] == 1 and row["setting"]["settle"] > 0


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
