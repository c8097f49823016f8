"""The picture of a tile: a Vega-Lite specification that is the same whatever is chosen, and the marks that are put into it.

The script of a page makes the same marks of what is chosen: `dashboard.js` has `marks` too.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts import CONFIG, PALETTE
from martlet.reports import colours
from martlet.reports.dashboards.filling import ALL
from martlet.reports.dashboards.summing import Row, shown, totals
from martlet.reports.dashboards.template import PERIOD

if TYPE_CHECKING:
    from collections.abc import Callable

    from martlet.reports.dashboards.filling import Filled
    from martlet.reports.dashboards.template import Tile

__all__ = ["marks", "series_of", "specification"]

_AXES: Final = {"count": "~s", "money": "~s", "number": "~r", "percent": ".0%"}
# The room that numbers behind bars take, as a part of the longest.
_ROOM: Final = 1.5
# A step has its share behind it, too.
_FUNNEL_ROOM: Final = 2.3
_MOST_SERIES: Final = 7


def series_of(filled: Filled, tile: Tile) -> list[int]:
    """Return the words that make series, those with the most of the first measure over the whole period; their colours stay."""
    if len(tile.by) < 2 and not (tile.kind == "drop_off" and tile.by):  # noqa: PLR2004 - the second makes series
        return []
    name = tile.by[-1]
    where = {
        key: filled.words[key].index(word) for key, word in tile.where.items() if word in filled.words[key]
    }
    rows = totals(filled, (name,), where)
    rows.sort(key=lambda row: (-(row.values[tile.measures[0]] or 0), row.key))
    return sorted(row.key[0] for row in rows[:_MOST_SERIES])


def marks(
    filled: Filled, tile: Tile, rows: list[Row], periods: list[str], series: list[int]
) -> list[dict[str, Any]]:
    """Return what is drawn: a mark for each row, each step, or each period and series."""
    first = tile.measures[0]
    unit = filled.cube.figures[first].unit
    if tile.kind == "line":
        return _points(filled, tile, rows, periods, series)
    if tile.kind in ("funnel", "drop_off"):
        return [
            mark for row in rows if not row.key or row.key[0] in series for mark in _steps(filled, tile, row)
        ]
    if tile.kind == "scatter":
        one, other = tile.measures[:2]
        return [
            {
                "name": _name(filled, tile, row, 0),
                "x": row.values[one],
                "y": row.values[other],
                "told": _told(filled, tile, row),
            }
            for row in rows
            if row.values[one] is not None and row.values[other] is not None
        ]
    drawn = [
        row for row in rows if row.values[first] is not None and (len(row.key) == 1 or row.key[1] in series)
    ]
    if tile.kind == "interval":
        low, middle, high = tile.measures[:3]
        return [
            {"name": _name(filled, tile, row, 0), "low": row.values[low], "value": row.values[middle], "high": row.values[high],
             "told": _told(filled, tile, row)}
            for row in drawn
        ]  # fmt: skip
    return [
        {
            "name": _name(filled, tile, row, 0),
            "value": row.values[first],
            "told": shown(row.values[first], unit, short=True),
            **({"series": _name(filled, tile, row, 1)} if len(row.key) > 1 else {}),
        }
        for row in drawn
    ]


def _name(filled: Filled, tile: Tile, row: Row, place: int) -> str:
    return filled.words[tile.by[place]][row.key[place]]


def _told(filled: Filled, tile: Tile, row: Row) -> str:
    """Return all values of a row in words."""
    figures = filled.cube.figures
    return ", ".join(
        f"{figures[name].label} {shown(row.values[name], figures[name].unit)}" for name in tile.measures
    )


def _points(
    filled: Filled, tile: Tile, rows: list[Row], periods: list[str], series: list[int]
) -> list[dict[str, Any]]:
    """Return a mark for each period and series: nothing sold is zero where the cube has rows of the period at all, else unknown."""
    first = tile.measures[0]
    figure = filled.cube.figures[first]
    is_sum = getattr(figure, "kind", "ratio") == "sum"
    known = set(filled.columns[PERIOD])
    values = {row.key: row.values[first] for row in rows}
    points = []
    for one in series or [ALL]:
        for place in range(len(periods)):
            value = values.get(
                (place, one) if series else (place,), 0.0 if is_sum and place in known else None
            )
            mark: dict[str, Any] = {
                "at": f"{periods[place]}T00:00:00",
                "value": value,
                "told": shown(value, figure.unit),
            }
            points.append({**mark, "series": filled.words[tile.by[1]][one]} if series else mark)
    return points


def _steps(filled: Filled, tile: Tile, row: Row) -> list[dict[str, Any]]:
    """Return a mark for each step: how many come to it, or which share of those is lost before the next."""
    series = {"series": _name(filled, tile, row, 0)} if row.key else {}
    labels = [filled.cube.figures[name].label for name in tile.measures]
    values = [row.values[name] for name in tile.measures]
    if tile.kind == "funnel":
        shares = [value / values[0] if value is not None and values[0] else None for value in values]
        return [
            {
                "name": label,
                "value": value,
                "told": f"{shown(value, 'count')} ({shown(share, 'percent')})",
                **series,
            }
            for label, value, share in zip(labels, values, shares, strict=True)
        ]
    lost = [
        1 - after / before if after is not None and before else None for before, after in pairwise(values)
    ]
    return [
        {"name": label, "value": share, "told": shown(share, "percent"), **series}
        for label, share in zip(labels, lost, strict=False)
    ]


def specification(filled: Filled, tile: Tile, series: list[int]) -> dict[str, Any]:
    """Return the specification of the picture of a tile, without marks and without a width."""
    figures = [filled.cube.figures[name] for name in tile.measures]
    words = [filled.words[tile.by[-1]][place] for place in series]
    part = _KINDS[tile.kind](figures, words)
    spec = {
        "autosize": {"type": "fit-x", "contains": "padding"},
        **part,
        "config": {
            **CONFIG,
            "background": "transparent",
            "padding": 4,
            "legend": {
                **CONFIG["legend"],
                "columns": 3 if tile.kind == "line" else 2,
                "title": None,
                "labelLimit": 110,
                "labelColor": CONFIG["axis"]["labelColor"],
            },
        },
    }
    return _themed(spec)  # type: ignore[no-any-return]


def _themed(value: Any) -> Any:
    """Return a specification with variables of the page in place of the style's colours; words of the data stay, be they colours or not."""
    if isinstance(value, dict):
        return {key: one if key == "domain" else _themed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_themed(one) for one in value]
    return colours.variable(value) if isinstance(value, str) and value.startswith("#") else value


def _colour(words: list[str]) -> dict[str, Any]:
    if not words:
        return {}
    return {
        "color": {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": words, "range": PALETTE[: len(words)]},
        }
    }


_TIPS: Final = [{"field": "name", "title": " "}, {"field": "told", "title": " "}]
_NAMES: Final[dict[str, Any]] = {
    "field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False, "labelLimit": 150, "labelPadding": 6},
}  # fmt: skip


def _bars(_: list[Any], words: list[str], room: float = _ROOM) -> dict[str, Any]:
    across = {"field": "value", "type": "quantitative", "axis": None}
    shift = {"yOffset": {"field": "series", "sort": words}} if words else {}
    return {
        "height": {"step": 18 if words else 26},
        "transform": [{"joinaggregate": [{"op": "max", "field": "value", "as": "most"}]}, {"calculate": f"{room} * datum.most", "as": "room"}],
        "encoding": {"y": _NAMES, **shift},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": {"x": across, "tooltip": _TIPS, **_colour(words)}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12}, "encoding": {"x": across, "text": {"field": "told"}}},
            {"mark": {"type": "point", "opacity": 0}, "encoding": {"x": {**across, "field": "room"}}},
        ],
    }  # fmt: skip


def _axis(figure: Any, ticks: int) -> dict[str, Any]:
    """Return an axis of numbers, each written for itself: 0 beside 10k, not 0k."""
    return {"labelExpr": f"format(datum.value, '{_AXES[figure.unit]}')", "tickCount": ticks}


def _funnel(figures: list[Any], words: list[str]) -> dict[str, Any]:
    return _bars(figures, words, _FUNNEL_ROOM)


def _upwards(figure: Any) -> dict[str, Any]:
    return {"field": "value", "type": "quantitative", "title": None, "axis": _axis(figure, 5)}


def _columns(figures: list[Any], words: list[str]) -> dict[str, Any]:
    across = {
        "field": "name",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": {"labelAngle": -40, "labelOverlap": False, "labelLimit": 90},
    }
    shift = {"xOffset": {"field": "series", "sort": words}} if words else {}
    return {
        "height": 210,
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {"x": across, "y": _upwards(figures[0]), **shift, **_colour(words), "tooltip": _TIPS},
    }


def _lines(figures: list[Any], words: list[str]) -> dict[str, Any]:
    across = {
        "field": "at",
        "type": "temporal",
        "title": None,
        "axis": {"tickCount": 6, "labelFlush": True, "grid": False},
    }
    tips = [
        *([{"field": "series", "title": " "}] if words else []),
        {"field": "at", "type": "temporal", "title": " "},
        _TIPS[1],
    ]
    return {
        "height": 230,
        "mark": {"type": "line", "point": {"size": 28}},
        "encoding": {"x": across, "y": _upwards(figures[0]), **_colour(words), "tooltip": tips},
    }


def _intervals(figures: list[Any], _: list[str]) -> dict[str, Any]:
    across = {
        "type": "quantitative",
        "title": None,
        "axis": _axis(figures[0], 4),
    }
    return {
        "height": {"step": 26},
        "encoding": {"y": _NAMES, "tooltip": _TIPS},
        "layer": [
            {
                "mark": {"type": "bar", "height": 12, "opacity": 0.4},
                "encoding": {"x": {**across, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "tick", "thickness": 3, "height": 18, "color": PALETTE[0]},
                "encoding": {"x": {**across, "field": "value"}},
            },
        ],
    }


def _scatter(figures: list[Any], _: list[str]) -> dict[str, Any]:
    axes = {
        channel: {
            "field": channel,
            "type": "quantitative",
            "title": figure.label,
            "scale": {"zero": channel == "y", "nice": True},
            "axis": _axis(figure, 5),
        }
        for channel, figure in zip("xy", figures, strict=False)
    }
    return {"height": 260, "mark": {"type": "point", "opacity": 0.6}, "encoding": {**axes, "tooltip": _TIPS}}


_KINDS: Final[dict[str, Callable[[list[Any], list[str]], dict[str, Any]]]] = {
    "bar": _bars, "funnel": _funnel, "drop_off": _bars, "column": _columns, "line": _lines, "interval": _intervals, "scatter": _scatter,
}  # fmt: skip
