"""A Sankey diagram, whose bands are areas with computed edges, since Vega-Lite has none of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

    from martlet.engine.telling import Chart

__all__ = ["STEP", "sankey", "summed"]

STEP: Final = "step_number"
_POINTS: Final = 16
_GAP: Final = 0.02
_NODE: Final = 0.02
# Names of thinner nodes would lie over each other.
_NAMED: Final = 0.025
# Pixels of a letter of a name.
_LETTER: Final = 6.5


def summed(table: pa.Table, chart: Chart) -> pa.Table:
    """Return the flows of an answer, each once: those of several times or groups between the same ends add up."""
    ends = [chart.x, str(chart.series), *([STEP] if STEP in table.column_names else [])]
    size = chart.y[0]
    found = table.group_by(ends, use_threads=False).aggregate([(size, "sum")])
    return found.rename_columns([*ends, size]) if found.column_names[-1] != size else found


def sankey(
    rows: list[dict[str, Any]], source: str, target: str, size: str, *, width: int, grey: str
) -> dict[str, Any]:
    """Return the layers: bands between columns of nodes, a node being a name at the end of a step.

    Nodes of a column stand by size, the greatest on top; bands leave and reach a node in the order of the nodes at their other end.
    """
    links = [(int(row.get(STEP) or 1), row[source], row[target], float(row[size] or 0)) for row in rows]
    links = [link for link in links if link[3] > 0]
    first = min((link[0] for link in links), default=1)
    sizes = _node_sizes(links, first)
    whole = max((sum(nodes.values()) for nodes in sizes.values()), default=1)
    places = {column: _stacked(nodes, whole) for column, nodes in sizes.items()}
    bands, nodes, names = [], [], []
    left = {(column, name): place[0] for column, stack in places.items() for name, place in stack.items()}
    right = dict(left)
    order = sorted(
        links,
        key=lambda link: (
            link[0],
            places[link[0] - first][link[1]][0],
            places[link[0] - first + 1][link[2]][0],
        ),
    )
    for number, (step, one, other, value) in enumerate(order):
        column = step - first
        height = value / whole
        begins, ends = left[column, one], right[column + 1, other]
        left[column, one] += height
        right[column + 1, other] += height
        for point in range(_POINTS + 1):
            along = point / _POINTS
            eased = along * along * (3 - 2 * along)
            low = begins + (ends - begins) * eased
            x = column + _NODE + (1 - 2 * _NODE) * along
            bands.append(
                {
                    "link": number,
                    "x": x,
                    "low": low,
                    "high": low + height,
                    "source": one,
                    "target": other,
                    "size": value,
                }
            )
    last = max(places, default=0)
    for column, stack in places.items():
        for name, (low, high) in stack.items():
            nodes.append({"x": column - _NODE, "x2": column + _NODE, "low": low, "high": high, "name": name})
            if high - low < _NAMED:
                continue
            names.append(
                {
                    "x": column,
                    "y": (low + high) / 2,
                    "told": f"{name} {sizes[column][name]:,.0f}",
                }
            )
    # The names of the last column stand beside the picture, those of others over the bands.
    beside = min(
        _LETTER * max((len(str(name["told"])) for name in names if name["x"] == last), default=0), width / 2
    )
    end = last + _NODE + beside * (last + 2 * _NODE) / (width - beside)
    hidden = {"axis": None, "type": "quantitative", "scale": {"domain": [-_NODE, end], "nice": False}}
    upright = {**hidden, "scale": {"reverse": True, "nice": False, "zero": False}}
    text = {"x": {"field": "x", **hidden}, "y": {"field": "y", **upright}, "text": {"field": "told"}}
    tips = [
        {"field": "source"},
        {"field": "target"},
        {"field": "size", "type": "quantitative", "format": ",.0f", "title": size},
    ]
    return {
        "data": {"values": bands},
        "height": 360,
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.35},
                "encoding": {
                    "x": {"field": "x", **hidden},
                    "y": {"field": "low", **upright},
                    "y2": {"field": "high"},
                    "detail": {"field": "link", "type": "nominal"},
                    "color": {"field": "source", "type": "nominal", "legend": None},
                    "tooltip": tips,
                },
            },
            {
                "data": {"values": nodes},
                "mark": {"type": "rect", "color": grey},
                "encoding": {
                    "x": {"field": "x", **hidden},
                    "x2": {"field": "x2"},
                    "y": {"field": "low", **upright},
                    "y2": {"field": "high"},
                },
            },
            {
                "data": {"values": names},
                "mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 11},
                "encoding": text,
            },
        ],
    }


def _node_sizes(links: list[tuple[int, str, str, float]], first: int) -> dict[int, dict[str, float]]:
    """Return the size of each node by column: what leaves it, or what reaches it where that is more."""
    out: dict[int, dict[str, float]] = {}
    into: dict[int, dict[str, float]] = {}
    for step, one, other, value in links:
        column = step - first
        out.setdefault(column, {})[one] = out.get(column, {}).get(one, 0) + value
        into.setdefault(column + 1, {})[other] = into.get(column + 1, {}).get(other, 0) + value
    sizes: dict[int, dict[str, float]] = {}
    for column in sorted({*out, *into}):
        names = {**into.get(column, {}), **out.get(column, {})}
        sizes[column] = {
            name: max(out.get(column, {}).get(name, 0), into.get(column, {}).get(name, 0)) for name in names
        }
    return sizes


def _stacked(nodes: dict[str, float], whole: float) -> dict[str, tuple[float, float]]:
    """Return the upper and lower edge of each node, the greatest on top, with gaps between."""
    places, at = {}, 0.0
    for name, size in sorted(nodes.items(), key=lambda node: (-node[1], node[0])):
        places[name] = (at, at + size / whole)
        at += size / whole + _GAP
    return places
