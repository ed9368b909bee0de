"""A model's card on a terminal: one row in a list of models, or all of it."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from vmd_sudoku.cli.show import print_table

COLUMNS = ("name", "kind", "parameters", "trained", "minimal puzzles, NFE 10", "whole grids, NFE 20")
_FIGURES = "set boards solved interval policy nfe latents z first_rounds mean_calls puzzles_per_s"
_APART = ("model", "parameters", "validation", "figures", "config", "history", "machine")
"""Entries of a card that are shown in a form of their own."""


def row(name: str, card: Mapping[str, Any]) -> dict[str, object]:
    """A model in a list: what it is, how long it was trained, and what it reached on generated puzzles."""
    checked = card.get("validation", {})
    count = f" of {checked['puzzles']}" if "puzzles" in checked else ""
    minimal, grids = (checked.get(figure) for figure in ("minimal_nfe_10", "empty_nfe_20"))
    cells = (
        name,
        str(card.get("model", "?")).partition(" (")[0],
        f"{sum(card.get('parameters', {}).values()):,}",
        f"{card.get('minutes', '?')} min, {card.get('updates', '?')} updates",
        *("-" if figure is None else f"{100 * figure:.1f} %{count}" for figure in (minimal, grids)),
    )
    return dict(zip(COLUMNS, cells, strict=True))


def print_card(name: str, card: Mapping[str, Any]) -> None:
    """Everything that a card holds: facts, figures, history, and the settings of its training as `train --set` takes them."""
    click.echo(f"{name}: {card.get('model', 'a model without a card')}")
    parts = {f"parameters of the {part}": f"{count:,}" for part, count in card.get("parameters", {}).items()}
    facts = parts | {key: value for key, value in card.items() if key not in _APART} | dict(_flat(card, "machine"))
    for fact, value in facts.items():
        click.echo(f"  {fact}: {value}")
    _section("On generated puzzles, when it was trained", dict(_flat(card, "validation")))
    if card.get("figures"):
        click.echo("\nFigures, each by rules alone, on the first puzzles of the set:")
        names = _FIGURES.split()
        print_table([{column: figure.get(column, "") for column in names} for figure in card["figures"]], names)
    if card.get("history"):
        click.echo(f"\n{card['history']}")
    _section("Settings of its training", dict(_flat(card, "config")), sign="=")


def _section(title: str, values: Mapping[str, object], sign: str = ": ") -> None:
    if values:
        click.echo(f"\n{title}:")
        for name, value in values.items():
            click.echo(f"  {name}{sign}{value}")


def _flat(card: Mapping[str, Any], name: str) -> Iterator[tuple[str, object]]:
    """The entries of one part of a card, those inside others by names with dots."""
    for key, value in card.get(name, {}).items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", found) for inner, found in _flat(card[name], key))
        else:
            yield key, value
