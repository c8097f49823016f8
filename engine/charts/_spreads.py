"""Values with what lies about them: points with their intervals, and boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts._data import label_of
from martlet.engine.charts._style import BAND, GREY, MAIN, PALETTE, reference

if TYPE_CHECKING:
    from martlet.engine.charts._drawn import Drawn

__all__ = ["box", "interval"]

# A name that no column of an answer has.
_NAME: Final = "_name"


def interval(drawn: Drawn) -> dict[str, Any]:
    """Return points with whiskers, beside the value at which nothing happens: the `reference`, or zero where it lies among them."""
    chart = drawn.chart
    low, high = chart.low or drawn.y, chart.high or drawn.y
    number = drawn.format_of(drawn.y, low, high)
    ends = [row[name] for row in drawn.rows for name in (low, high) if row[name] is not None]
    axis = {**drawn.value(low, number=number), "title": label_of(drawn.y), "scale": {"zero": False}}
    nothing = chart.reference
    if nothing is None and ends and min(ends) < 0 < max(ends):
        nothing = 0
    layers = [reference("x", nothing)] if nothing is not None else []
    series = drawn.in_order(chart.series) if chart.series else []
    if len(series) > len(PALETTE):
        # Colours would not tell them apart: each row has its whole name.
        names = {"calculate": f"datum[{chart.series!r}] + ': ' + datum[{chart.x!r}]", "as": _NAME}
        whole = [f"{row[str(chart.series)]}: {row[chart.x]}" for row in drawn.rows]
        place = {
            "y": {
                "field": _NAME,
                "type": "nominal",
                "title": None,
                "sort": whole,
                "axis": {"labelLimit": drawn.width // 2},
            }
        }
        colour, transforms = {}, [names]
    else:
        place, colour, transforms = {"y": {**drawn.category(chart.x), "title": None}}, drawn.colour, []
        # Beside each other stand series of one category alone.
        if len(series) > 1 and len(drawn.in_order(chart.x)) < len(drawn.rows):
            place["yOffset"] = {"field": chart.series, "sort": series}
    layers += [
        {
            "mark": {"type": "rule", "strokeWidth": 2.5},
            "encoding": {**place, "x": axis, "x2": {"field": high}, **colour},
        },
        {
            "mark": {"type": "point", "size": 80},
            "encoding": {**place, "x": {**axis, "field": drawn.y}, **colour, "tooltip": drawn.tips()},
        },
    ]
    step = max(BAND, 12 * len(series)) if "yOffset" in place else BAND
    # What is compared with itself has no interval.
    known = {"filter": f"isValid(datum[{drawn.y!r}])"}
    return {"height": {"step": step, "for": "position"}, "transform": [known, *transforms], "layer": layers}


def box(drawn: Drawn) -> dict[str, Any]:
    """Return a box of each category from `low` to `high` with a mark at `y`, and whiskers that end at `least` and `most`."""
    chart = drawn.chart
    ends = [str(name) for name in (chart.least, chart.low, chart.high, chart.most)]
    number = drawn.format_of(drawn.y, *ends)
    axis = {**drawn.value(ends[0], number=number), "title": label_of(drawn.y), "scale": {"zero": False}}
    place = {"y": {**drawn.category(chart.x), "title": None}, "tooltip": drawn.tips()}
    reach = {"x": axis, "x2": {"field": ends[3]}}
    whole = {"x": {**axis, "field": ends[1]}, "x2": {"field": ends[2]}}
    return {
        "height": {"step": BAND},
        "encoding": place,
        "layer": [
            {"mark": {"type": "rule", "color": GREY, "strokeWidth": 1.5}, "encoding": reach},
            {"mark": {"type": "bar", "color": MAIN, "size": 13}, "encoding": whole},
            {
                "mark": {"type": "tick", "color": "white", "size": 13, "thickness": 2.5},
                "encoding": {"x": {**axis, "field": drawn.y}},
            },
        ],
    }
