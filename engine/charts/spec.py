"""One specification for each answer: its rows, the layers of its kind, the title that the answer supports, and words for who can't see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts._data import rows_of, scale_of
from martlet.engine.charts._drawn import Drawn
from martlet.engine.charts._flows import summed
from martlet.engine.charts._kinds import KINDS
from martlet.engine.charts._style import CONFIG, PALETTE
from martlet.engine.shares import shares_of

if TYPE_CHECKING:
    import pyarrow as pa

    from martlet.engine.telling import Chart

__all__ = ["DRAWN_ROWS", "is_drawable", "spec"]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
# More bars than a page can hold tell nothing; more points than these only darken the picture.
DRAWN_ROWS: Final = {
    "bar": 30,
    "box": 40,
    "dumbbell": 30,
    "interval": 40,
    "scatter": 2000,
    "sankey": 200,
    "line": 5000,
    "lorenz": 5000,
    "response": 400,
    "survival": 5000,
    "heat": 5000,
    "funnel": 60,
}
# Pixels of a letter and of a symbol of a legend.
_LETTER: Final = 7.5
_SYMBOL: Final = 26


def spec(
    table: pa.Table, chart: Chart, *, title: str, subtitle: str = "", width: int = 640
) -> dict[str, Any]:
    """Return the Vega-Lite specification of the picture of an answer.

    Parameters
    ----------
    table
        The answer, whose columns the chart names.
    chart
        The picture that fits it, of the query's header.
    title
        What the picture says: the finding, or the question.
    subtitle
        What it shows.
    width
        Width of the drawing in pixels, without the labels of its axis.

    Notes
    -----
    Where the answer has more rows than a picture of its kind can show (`DRAWN_ROWS`), the first ones are drawn, and the subtitle says so.
    """
    names, shares = chart.columns, shares_of(table)
    if chart.kind == "sankey":
        table = summed(table, chart)
        names = tuple(table.column_names)
    rows = rows_of(table, names)
    # Categories need a bar each, times and numbers do not.
    is_long = chart.kind in ("bar", "box", "interval", "dumbbell") and scale_of(table, chart.x) != "nominal"
    most = 400 if is_long else DRAWN_ROWS[chart.kind]
    left_out = len(rows) - most
    if left_out > 0:
        rows = rows[:most]
        subtitle = f"{subtitle} (the first {most:,} of {most + left_out:,} rows)".strip()
    scales = {name: scale_of(table, name) for name in names}
    if scales.get(chart.series or "") == "nominal" and chart.kind in ("line", "bar", "scatter"):
        rows, subtitle = _with_few_series(rows, str(chart.series), subtitle)
    drawn = Drawn(chart, rows, scales, shares, width)
    part = KINDS[chart.kind](drawn)
    wide = {} if "spec" in part else {"width": width}
    return {
        "$schema": SCHEMA,
        "description": f"{title} {subtitle}".strip(),
        "title": {
            "text": _wrapped(title, width),
            **({"subtitle": _wrapped(subtitle, width)} if subtitle else {}),
        },
        "data": {"values": rows},
        **wide,
        **part,
        "config": {**CONFIG, "legend": {**CONFIG["legend"], **_in_columns(part, width)}},
    }


def _in_columns(part: dict[str, Any], width: int) -> dict[str, int]:
    """Return how many names of a legend stand side by side, so that it is no wider than the picture."""
    places = [part, *part.get("layer", ())]
    names = [place.get("encoding", {}).get("color", {}).get("sort", ()) for place in places]
    letters = max((len(str(name)) for some in names for name in some), default=10)
    entry = min(round(_LETTER * letters) + _SYMBOL, width // 2)
    return {"columns": width // entry, "labelLimit": entry - _SYMBOL}


def _with_few_series(
    rows: list[dict[str, Any]], series: str, subtitle: str
) -> tuple[list[dict[str, Any]], str]:
    """Leave out the series beyond those that colours tell apart, and say so."""
    names = list(dict.fromkeys(row[series] for row in rows))
    if len(names) <= len(PALETTE):
        return rows, subtitle
    kept = set(names[: len(PALETTE)])
    said = f"{subtitle} (the first {len(kept)} of {len(names)} series)".strip()
    return [row for row in rows if row[series] in kept], said


def is_drawable(table: pa.Table, chart: Chart) -> bool:
    """Return whether the answer has a value to draw."""
    return any(table.column(name).null_count < table.num_rows for name in chart.y)


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines that fit above the picture; a character takes some eight pixels."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * 7.6 > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
