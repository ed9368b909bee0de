"""Figures of the Tokens lab, in colours that colour-blind people can tell apart; every figure is also said in words."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.labs import words as lab_words

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BLUE, ORANGE = "#3f78ea", "#cf6a20"
"""Of VMD and MDM, in tones that stand out on white and on black."""
LINES = {"mdm": ("dash", ORANGE), "vmd": ("solid", BLUE)}
CONFIG = {"displayModeBar": False, "scrollZoom": False}
_NO_MARGIN = {"l": 0, "r": 0, "t": 28, "b": 0}


def heat_maps(symbols: Sequence[str], tables: Sequence[np.ndarray | None]) -> "Figure":
    """Four tables of pairs [symbols, symbols] on one scale, two by two; None where there is nothing yet."""
    from plotly.subplots import make_subplots

    most = float(max(table.max() for table in tables[:2] if table is not None))
    figure = make_subplots(2, 2, subplot_titles=lab_words.HEAT_TITLES, horizontal_spacing=0.09, vertical_spacing=0.13)
    names = [f"\u200b{symbol}" for symbol in symbols]  # else digits would be drawn as numbers
    for place, table in enumerate(tables):
        shown = np.full((len(symbols),) * 2, np.nan) if table is None else table
        figure.add_heatmap(
            z=shown,
            x=names,
            y=names,
            coloraxis="coloraxis",
            hovertemplate=lab_words.HEAT_HOVER,
            xgap=1,
            ygap=1,
            row=place // 2 + 1,
            col=place % 2 + 1,
        )
    figure.update_xaxes(type="category", showgrid=False, fixedrange=True, tickangle=0, nticks=12)
    figure.update_yaxes(type="category", showgrid=False, fixedrange=True, autorange="reversed", nticks=12)
    bar = {"tickformat": ".0%", "thickness": 10, "orientation": "h", "y": -0.07, "yanchor": "top", "len": 0.6}
    figure.update_layout(
        height=520,
        margin={"l": 0, "r": 0, "t": 24, "b": 40},
        coloraxis={
            "colorscale": "Cividis",
            "cmin": 0,
            "cmax": most,
            "colorbar": bar,
        },
    )
    figure.update_annotations(font_size=13)
    return figure


def losses(curves: Mapping[str, Sequence[tuple[int, float]]], floor: float | None) -> "Figure":
    """Loss of both models over the updates. floor: the entropy of the data, where a loss can come down to it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, curve in curves.items():
        thin = _thinned(curve)
        dash, colour = LINES[name]
        line = {"dash": dash, "width": 2.5, "color": colour}
        mode = "lines" if len(thin) > 1 else "markers"
        figure.add_scatter(
            x=[update for update, _ in thin],
            y=[loss for _, loss in thin],
            name=lab_words.MODELS[name],
            mode=mode,
            line=line,
        )
    if floor is not None:
        figure.add_hline(floor, line={"dash": "dot", "width": 1.5}, annotation_text=lab_words.LOSS_FLOOR)
    figure.update_layout(
        height=230,
        margin=_NO_MARGIN,
        legend={"orientation": "h", "y": 1.15, "x": 0},
        xaxis={"title": lab_words.LOSS_AXIS, "fixedrange": True, "rangemode": "tozero"},
        yaxis={"rangemode": "tozero", "fixedrange": True},
    )
    return figure


def _thinned(curve: Sequence[tuple[int, float]], most: int = 150) -> Sequence[tuple[int, float]]:
    """At most so many points, the last one among them: a page draws them anew twice a second."""
    step = -(-len(curve) // most) or 1
    return list(curve)[::-1][::step][::-1]
