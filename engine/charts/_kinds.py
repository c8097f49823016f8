"""The layers of each kind of picture. Each function takes what is drawn, and returns part of a Vega-Lite specification."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts._curves import lorenz, response, survival
from martlet.engine.charts._data import label_of
from martlet.engine.charts._drawn import FOLDED, MEASURE, folded
from martlet.engine.charts._flows import sankey
from martlet.engine.charts._spreads import box, interval
from martlet.engine.charts._style import BAND, GREY, MAIN, reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from martlet.engine.charts._drawn import Drawn

__all__ = ["KINDS"]

_STEP: Final = {"step": BAND}
# So many marks with a number each can still be read.
_FEW: Final = 40
_SKEWED: Final = 4
# Pixels of a number and its share.
_WORDS: Final = 125


def bar(drawn: Drawn) -> dict[str, Any]:
    """Return bars: of categories to the right, of times and numbers upwards."""
    transforms, value, colour = folded(drawn)
    x = drawn.chart.x
    length = {**drawn.value(value), "title": label_of(drawn.y) if value == drawn.y else None}
    encoding: dict[str, Any]
    if drawn.scales[x] == "nominal":
        labels = {"labelLimit": max(90, drawn.width // 3)}
        encoding = {
            "y": {**drawn.category(x), "title": None, "axis": labels},
            "x": length,
            **colour,
            "tooltip": drawn.tips(),
        }
        if transforms:
            encoding["yOffset"] = {"field": MEASURE, "sort": colour["color"]["sort"]}
        step = BAND if not transforms else 14 * len(drawn.chart.y)
        part: dict[str, Any] = {"height": {"step": step, "for": "position"}}
        marks: list[dict[str, Any]] = [{"mark": {"type": "bar", "cornerRadiusEnd": 2}}]
        if (
            not transforms
            and not colour
            and len(drawn.rows) <= _FEW
            and all((row[value] or 0) >= 0 for row in drawn.rows)
        ):
            text = {"text": {"field": value, "type": "quantitative", "format": drawn.number}}
            marks.append({"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": text})
        return {**part, "transform": transforms, "encoding": encoding, "layer": marks}
    encoding = {"x": drawn.steps(x), "y": length, **colour, "tooltip": drawn.tips()}
    if transforms:
        encoding["xOffset"] = {"field": MEASURE, "sort": colour["color"]["sort"]}
    return {
        "height": 260,
        "transform": transforms,
        "encoding": encoding,
        "layer": [{"mark": {"type": "bar", "cornerRadiusEnd": 2}}],
    }


def line(drawn: Drawn) -> dict[str, Any]:
    """Return lines over time or numbers, with the band of an interval where there is one."""
    transforms, value, colour = folded(drawn)
    encoding = {"x": drawn.across(drawn.chart.x), **colour}
    axis = {**drawn.value(value), "title": label_of(drawn.y) if value == drawn.y else None}
    layers: list[dict[str, Any]] = []
    if drawn.chart.low and drawn.chart.high:
        ends = {"y": {**axis, "field": drawn.chart.low}, "y2": {"field": drawn.chart.high}}
        layers.append({"mark": {"type": "area", "opacity": 0.18}, "encoding": ends})
    layers.append(
        {
            "mark": {"type": "line", "point": len(drawn.rows) <= _FEW},
            "encoding": {"y": axis, "tooltip": drawn.tips(drawn.chart.x)},
        }
    )
    return {"height": 260, "transform": transforms, "encoding": encoding, "layer": layers}


def dumbbell(drawn: Drawn) -> dict[str, Any]:
    """Return two or more points of each category, with a line between the outer ones."""
    transforms, value, colour = folded(drawn)
    rows = {"y": {**drawn.category(drawn.chart.x), "title": None}, "x": {**drawn.value(value), "title": None}}
    ends = {
        "x": {"aggregate": "min", "field": value, "type": "quantitative"},
        "x2": {"aggregate": "max", "field": value},
    }
    return {
        "height": _STEP,
        "transform": transforms,
        "encoding": {"y": rows["y"]},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {**ends, "x": {**ends["x"], "title": None, "axis": rows["x"]["axis"]}},
            },
            {
                "mark": {"type": "point", "size": 90},
                "encoding": {"x": rows["x"], **colour, "tooltip": drawn.tips()},
            },
        ],
    }


def heat(drawn: Drawn) -> dict[str, Any]:
    """Return a table of colours; several columns of values stand side by side as they are."""
    chart = drawn.chart
    if len(chart.y) > 1:
        transforms, value, _ = folded(drawn)
        names = [label_of(name) for name in chart.y]
        down, across = (
            drawn.category(chart.x),
            {"field": MEASURE, "type": "nominal", "title": None, "sort": names},
        )
        values = [row[name] for row in drawn.rows for name in chart.y]
    else:
        transforms, value = [], chart.series or drawn.y
        down, across = drawn.category(drawn.y), drawn.category(chart.x)
        one, other = drawn.in_order(drawn.y), drawn.in_order(chart.x)
        if set(one) & set(other):
            # From and to are the same words: in the same order.
            down["sort"] = across["sort"] = list(dict.fromkeys([*one, *other]))
        values = [row[value] for row in drawn.rows]
    known = [one for one in values if isinstance(one, (int, float))]
    scale = _heat_scale(known)
    middle = _middle(known, scale) if known else 0
    number = drawn.format_of(*(chart.y if len(chart.y) > 1 else (value,)))
    cell = {
        "y": {**down, "axis": {"domain": False, "ticks": False}},
        "x": {
            **across,
            "axis": {
                "domain": False,
                "ticks": False,
                "labelAngle": 0 if drawn.scales[chart.x] == "quantitative" else -40,
                "labelOverlap": drawn.scales[chart.x] == "quantitative",
            },
        },
    }
    colour = {
        "color": {
            "field": value,
            "type": "quantitative",
            "title": label_of(value.strip("_")),
            "scale": {"type": scale},
            "legend": {"format": number, "gradientLength": 160},
        }
    }
    tips = (
        drawn.tips()
        if len(chart.y) == 1
        else [{"field": chart.x}, {"field": MEASURE}, {"field": FOLDED, "format": number}]
    )
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "rect", "stroke": "white"}, "encoding": {**colour, "tooltip": tips}}
    ]
    columns = len(chart.y) if len(chart.y) > 1 else len(drawn.in_order(chart.x))
    if columns * 44 <= drawn.width and len(known) <= 200:  # noqa: PLR2004 - numbers of four digits in their cells
        dark = {"condition": {"test": f"datum['{value}'] > {middle}", "value": "white"}, "value": "#222"}
        text = {"text": {"field": value, "type": "quantitative", "format": number}, "color": dark}
        layers.append({"mark": {"type": "text", "fontSize": 11}, "encoding": text})
    return {"height": _STEP, "transform": transforms, "encoding": cell, "layer": layers}


def _heat_scale(values: list[float]) -> str:
    """Return a scale on which a few great values don't make all others one colour."""
    return "sqrt" if values and min(values) >= 0 and max(values) > _SKEWED * median(values) else "linear"


def _middle(values: list[float], scale: str) -> float:
    """Return the value whose colour is halfway from the lightest to the darkest."""
    if scale == "sqrt":
        return (sqrt(min(values)) + sqrt(max(values))) ** 2 / 4
    return (min(values) + max(values)) / 2


def scatter(drawn: Drawn) -> dict[str, Any]:
    """Return a point of each row, and with `quadrants` the two medians and the names of the corners between them."""
    axes = {}
    for channel, name in (("x", drawn.chart.x), ("y", drawn.y)):
        if drawn.scales[name] == "quantitative":
            axes[channel] = {
                **drawn.value(name, number=drawn.format_of(name)),
                "scale": {"zero": False},
            }
        else:
            axes[channel] = drawn.across(name)
    point = {"type": "point", "opacity": 0.7 if len(drawn.rows) <= _FEW else 0.35}
    encoding = {**axes, **drawn.colour, "tooltip": drawn.tips(drawn.chart.x)}
    return {"height": 320, "layer": [*_quadrants(drawn), {"mark": point, "encoding": encoding}]}


def _quadrants(drawn: Drawn) -> list[dict[str, Any]]:
    """Return lines at the medians of both columns, and the names of the corners."""
    if not drawn.chart.quadrants:
        return []
    layers: list[dict[str, Any]] = []
    for channel, name in (("x", drawn.chart.x), ("y", drawn.y)):
        known = [row[name] for row in drawn.rows if row[name] is not None]
        layers.append(reference(channel, median(known) if known else 0))
    for number, name in enumerate(drawn.chart.quadrants):
        is_right, is_low = number % 2 == 1, number > 1
        mark = {
            "type": "text",
            "text": name,
            "fontSize": 11,
            "fontStyle": "italic",
            "color": "#555",
            "align": "right" if is_right else "left",
            "baseline": "bottom" if is_low else "top",
            "x": {"expr": "width - 4"} if is_right else 4,
            "y": {"expr": "height - 4"} if is_low else 4,
        }
        layers.append({"data": {"values": [{}]}, "mark": mark})
    return layers


def funnel(drawn: Drawn) -> dict[str, Any]:
    """Return bars about one middle, each with its number and its share of the first."""
    series = drawn.chart.series
    first: dict[Any, float] = {}
    times: Counter[tuple[Any, Any]] = Counter()
    rows, steps = [], []
    for row in drawn.rows:
        value, group, step = row[drawn.y] or 0, row.get(series or ""), row[drawn.chart.x]
        times[group, step] += 1
        # A step that comes again has a bar of its own.
        number = times[group, step]
        steps.append(f"{step} ({number})" if number > 1 else step)
        whole = first.setdefault(group, value)
        share = f" ({value / whole:.0%})" if whole else ""
        rows.append(
            {
                **row,
                drawn.chart.x: steps[-1],
                "half": value / 2,
                "minus": -value / 2,
                "told": f"{value:,.0f}{share}",
            }
        )
    most = max((row["half"] for row in rows), default=0)
    # Beside the widest bar its number must have room.
    words = min(_WORDS / drawn.width, 0.6)
    middle = {
        "field": "minus",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [-most, most * (1 + words) / (1 - words)]},
    }
    bars: dict[str, Any] = {
        "height": {"step": 34},
        "encoding": {
            "y": {**drawn.category(drawn.chart.x), "title": None, "sort": list(dict.fromkeys(steps))},
            "x": middle,
            "tooltip": drawn.tips(),
        },
        "layer": [
            {"mark": {"type": "bar", "color": MAIN}, "encoding": {"x2": {"field": "half"}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {"x": {**middle, "field": "half"}, "text": {"field": "told"}},
            },
        ],
    }
    if series is None or len(first) == 1:
        return {"data": {"values": rows}, **bars}
    facet = {**drawn.category(series), "title": None}
    return {"data": {"values": rows}, "facet": facet, "columns": 1, "spec": {**bars, "width": drawn.width}}


def flows(drawn: Drawn) -> dict[str, Any]:
    """Return a Sankey diagram of the flows from `x` to `series`, as wide as `y`; a column step_number says between which steps."""
    chart = drawn.chart
    return sankey(drawn.rows, chart.x, str(chart.series), drawn.y, width=drawn.width, grey=GREY)


KINDS: Final[dict[str, Callable[[Drawn], dict[str, Any]]]] = {
    "bar": bar,
    "box": box,
    "dumbbell": dumbbell,
    "funnel": funnel,
    "heat": heat,
    "interval": interval,
    "line": line,
    "lorenz": lorenz,
    "response": response,
    "sankey": flows,
    "scatter": scatter,
    "survival": survival,
}
