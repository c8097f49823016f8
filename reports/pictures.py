"""The picture of an answer for a page: drawn as wide as a telephone, small, in the page's colours, and with words for who can't see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from martlet.engine import charts
from martlet.engine.charts import converting
from martlet.reports import slim

if TYPE_CHECKING:
    import pyarrow as pa

    from martlet.engine.result import Result
    from martlet.engine.telling import Chart

__all__ = ["NARROW", "WIDE", "Picture", "is_drawable", "spec_of"]

# Pixels of the whole picture: as wide as a telephone, and as a page.
NARROW: Final = 380
WIDE: Final = 900
# Pixels that labels take of it where their room can't be fitted.
_LABELS: Final = 130
_PADDING: Final = 3
# More dots than these are one dark cloud, and heavy.
_DOTS: Final = 300
_ROWS: Final = {"bar": 12, "box": 12, "dumbbell": 12, "interval": 12, "funnel": 24, "sankey": 40}
_NAMES: Final = {
    "bar": "Bars",
    "box": "Boxes with the middle half, and whiskers",
    "dumbbell": "Dots side by side",
    "funnel": "Funnel",
    "heat": "Heat map",
    "interval": "Points with their intervals",
    "line": "Lines",
    "lorenz": "Curve of shares added up, the greatest first",
    "response": "Points joined, with their intervals",
    "sankey": "Flows",
    "scatter": "Dots",
    "survival": "Steps down from 1",
}


@dataclass(frozen=True)
class Picture:
    """What is drawn: the specification, what it shows in words, and a note of what is left out."""

    spec: dict[str, Any]
    words: str
    note: str

    def svg(self, prefix: str, *, themed: bool = True) -> str:
        """Return it as SVG for a page; `prefix` keeps its names apart from those of other pictures."""
        return slim.slim(converting.svg_of(self.spec), prefix=prefix, themed=themed)


def is_drawable(result: Result) -> bool:
    """Return whether an answer has a picture."""
    told = result.telling
    return told is not None and told.chart is not None and charts.is_drawable(result.arrow(), told.chart)


def spec_of(result: Result, *, width: int = NARROW, rows: int | None = None) -> Picture:
    """Return the picture of an answer without its title, which a page says in its own words.

    Parameters
    ----------
    result
        An answer that has a picture.
    width
        Pixels of the whole picture.
    rows
        The most bars, or whatever stands one below the other.
    """
    told = result.telling
    assert told is not None and told.chart is not None  # noqa: S101, PT018 - it has a picture
    chart, table = told.chart, result.arrow()
    drawn, note = _fewer(table, chart, rows)
    spec = charts.spec(drawn, chart, title=told.question, width=width)
    title = spec.pop("title")
    said = " ".join(title.get("subtitle", ()))
    if "spec" in spec:
        spec["spec"]["width"] = width - _LABELS
    else:
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["config"] = {**spec["config"], "padding": _PADDING}
    _without_corners(spec)
    return Picture(spec, f"{_NAMES[chart.kind]}: {_columns(chart)}.", note or said.strip("() "))


def _without_corners(spec: dict[str, Any]) -> None:
    """Take the round corners of bars away: each would be a clipping of its own, which takes more bytes than the bar."""
    for layer in [*spec.get("layer", ()), *spec.get("spec", {}).get("layer", ())]:
        if isinstance(layer["mark"], dict):
            layer["mark"].pop("cornerRadiusEnd", None)


def _fewer(table: pa.Table, chart: Chart, rows: int | None) -> tuple[pa.Table, str]:
    """Return no more rows than a small picture can hold, and a note of it."""
    if chart.kind == "sankey":
        table = charts.summed(table, chart)
    count = table.num_rows
    if chart.kind == "scatter" and count > _DOTS:
        step = -(-count // _DOTS)
        drawn = table.take(list(range(0, count, step)))
        return drawn, f"Every {step}th of {count:,} rows is drawn."
    most = _ROWS.get(chart.kind)
    is_long = (
        chart.kind in ("bar", "box", "interval", "dumbbell") and charts.scale_of(table, chart.x) != "nominal"
    )
    if most is None or is_long:
        return table, ""
    most = min(most, rows or most)
    if count <= most:
        return table, ""
    return table.slice(0, most), f"The first {most} of {count:,} rows are drawn."


def _columns(chart: Chart) -> str:
    words = [name.replace("_", " ") for name in chart.y]
    by = [name.replace("_", " ") for name in (chart.x, chart.series) if name]
    return f"{', '.join(words)} by {' and '.join(by)}"
