"""Curves of a known shape: the Lorenz curve, the survival curve, and the response to a dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts._data import label_of
from martlet.engine.charts._style import GREY, MAIN, reference

if TYPE_CHECKING:
    from martlet.engine.charts._drawn import Drawn

__all__ = ["lorenz", "response", "survival"]

_HEIGHT: Final = 260
_SQUARE: Final = 320
# So many points can be told apart, and each have its interval.
_FEW: Final = 40
# Names of the series of a legend would cross a band each.
_BANDS: Final = 3


def lorenz(drawn: Drawn) -> dict[str, Any]:
    """Return the share of the whole that a share of the items brings, from nothing on, above the line on which all bring the same."""
    x, y = drawn.chart.x, drawn.y
    across = {**drawn.across(x), "scale": {"domain": [0, 1]}}
    across["axis"] = {"tickCount": 6, "grid": False, "format": ".0%"}
    even = [{x: 0, y: 0}, {x: 1, y: 1}]
    return {
        "data": {"values": [even[0], *drawn.rows]},
        "height": _SQUARE,
        "encoding": {"x": across, "y": drawn.value(y)},
        "layer": [
            {"mark": {"type": "area", "opacity": 0.12, "color": MAIN}},
            {
                "data": {"values": even},
                "mark": {"type": "line", "color": GREY, "strokeDash": [4, 3], "strokeWidth": 1.5},
            },
            {
                "mark": {"type": "line", "point": len(drawn.rows) <= _FEW},
                "encoding": {"tooltip": drawn.tips()},
            },
        ],
    }


def survival(drawn: Drawn) -> dict[str, Any]:
    """Return the steps down from 1 of the share to whom it has not happened, with the bands of their intervals."""
    chart = drawn.chart
    x, y, series = chart.x, drawn.y, chart.series
    groups = drawn.in_order(series) if series else [None]
    # At the beginning it has happened to nobody.
    begun = [
        {x: 0, y: 1, chart.low: 1, chart.high: 1, **({series: group} if series else {})} for group in groups
    ]
    across = {**drawn.across(x), "scale": {"domainMin": 0, "nice": False}}
    axis = {**drawn.value(y), "scale": {"domain": [0, 1]}}
    layers: list[dict[str, Any]] = []
    if chart.low and chart.high and len(groups) <= _BANDS:
        ends = {"y": {**axis, "field": chart.low}, "y2": {"field": chart.high}}
        layers.append(
            {"mark": {"type": "area", "opacity": 0.18, "interpolate": "step-after"}, "encoding": ends}
        )
    layers.append(
        {
            "mark": {"type": "line", "interpolate": "step-after"},
            "encoding": {"y": axis, "tooltip": drawn.tips()},
        }
    )
    return {
        "data": {"values": [*begun, *drawn.rows]},
        "height": _HEIGHT,
        "encoding": {"x": across, **drawn.colour},
        "layer": layers,
    }


def response(drawn: Drawn) -> dict[str, Any]:
    """Return what is measured at each dose with its interval, joined by a line, beside the `reference`."""
    chart = drawn.chart
    low, high = str(chart.low), str(chart.high)
    number = drawn.format_of(drawn.y, low, high)
    axis = {**drawn.value(drawn.y, number=number), "title": label_of(drawn.y), "scale": {"zero": False}}
    across = drawn.steps(chart.x)
    whiskers = {"y": {**axis, "field": low}, "y2": {"field": high}}
    layers = [reference("y", chart.reference)] if chart.reference is not None else []
    return {
        "height": _HEIGHT,
        "layer": [
            *layers,
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": across, **whiskers, **drawn.colour},
            },
            {
                "mark": {"type": "line", "point": {"size": 70}},
                "encoding": {"x": across, "y": axis, **drawn.colour, "tooltip": drawn.tips()},
            },
        ],
    }
