"""What is drawn, and how a column of it is encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts._data import Scale, exact_format, label_of, number_format

if TYPE_CHECKING:
    from martlet.engine.telling import Chart

__all__ = ["FOLDED", "MEASURE", "Drawn", "folded"]

# Names that no column of an answer has, of the values of several columns and of the column that each is of.
FOLDED: Final = "_value"
MEASURE: Final = "_measure"
_COLUMN: Final = "_column"


@dataclass(frozen=True)
class Drawn:
    """What is drawn: the header's chart, the rows of its columns, the scale of each, and which of them are shares."""

    chart: Chart
    rows: list[dict[str, Any]]
    scales: dict[str, Scale]
    shares: frozenset[str]
    width: int

    @property
    def y(self) -> str:
        """The first column of values."""
        return self.chart.y[0]

    @property
    def number(self) -> str:
        """The format of the values."""
        return self.format_of(*self.chart.y)

    def format_of(self, *names: str) -> str:
        """Return the one format of the values of some columns."""
        return number_format(self.rows, names, self.shares)

    def in_order(self, name: str) -> list[Any]:
        """Return the values of a column, each once, in the order of the answer."""
        return list(dict.fromkeys(row[name] for row in self.rows))

    def category(self, name: str) -> dict[str, Any]:
        """Return the encoding of a column whose values stand in the order of the answer."""
        return {"field": name, "type": "nominal", "title": label_of(name), "sort": self.in_order(name)}

    def steps(self, name: str) -> dict[str, Any]:
        """Return the encoding of times or numbers that stand side by side at equal distances."""
        axis = {"labelAngle": 0, "labelOverlap": "greedy", "ticks": False}
        if self.scales[name] == "temporal" and all(str(value)[8:10] == "01" for value in self.in_order(name)):
            axis["labelExpr"] = "slice(datum.value, 0, 7)"
        return {
            **self.category(name),
            "type": "ordinal",
            "title": None if self.scales[name] == "temporal" else label_of(name),
            "axis": axis,
        }

    def value(self, name: str, *, number: str = "") -> dict[str, Any]:
        """Return the encoding of a column of numbers."""
        axis: dict[str, Any] = {"format": number or self.number, "tickCount": 5}
        if axis["format"] == ",d":
            # Between whole numbers there is nothing to mark.
            axis["tickMinStep"] = 1
        return {"field": name, "type": "quantitative", "title": label_of(name), "axis": axis}

    def across(self, name: str) -> dict[str, Any]:
        """Return the encoding of a column along the picture: time, number or category."""
        if self.scales[name] == "nominal":
            return {**self.category(name), "axis": {"labelAngle": -40, "labelOverlap": False}}
        if self.scales[name] == "temporal":
            return {
                "field": name,
                "type": "temporal",
                "title": None,
                "axis": {"tickCount": 6, "labelFlush": True},
            }
        return {
            "field": name,
            "type": "quantitative",
            "title": label_of(name),
            "scale": {"nice": False},
            "axis": {"tickCount": 8, "grid": False},
        }

    def tips(self, timed: str = "") -> list[dict[str, Any]]:
        """Return what a pointer shows: each column of the picture. `timed` is drawn as time, any other day as text."""
        tips: list[dict[str, Any]] = []
        for name in dict.fromkeys(self.chart.columns):
            kind = "nominal" if self.scales[name] == "temporal" and name != timed else self.scales[name]
            tip: dict[str, Any] = {"field": name, "type": kind, "title": label_of(name)}
            if self.scales[name] == "quantitative":
                tip["format"] = exact_format(self.format_of(name))
            tips.append(tip)
        return tips

    @property
    def colour(self) -> dict[str, Any]:
        """The encoding of the series, empty where there is none, or one alone; a series of times goes from light to dark."""
        name = self.chart.series
        if name is None or len(self.in_order(name)) <= 1:
            return {}
        if self.scales[name] == "nominal":
            return {"color": {**self.category(name), "title": None}}
        return {
            "color": {
                "field": name,
                "type": "ordinal",
                "title": label_of(name),
                "scale": {"range": "ramp"},
                "legend": {"columns": 6},
            }
        }


def folded(drawn: Drawn) -> tuple[list[dict[str, Any]], str, dict[str, Any]]:
    """Return transforms, the name of the values, and the colours: several columns of values become series."""
    if len(drawn.chart.y) == 1:
        return [], drawn.y, drawn.colour
    names = [label_of(name) for name in drawn.chart.y]
    told = "[" + ", ".join(f"'{name}'" for name in names) + "]"
    columns = "[" + ", ".join(f"'{name}'" for name in drawn.chart.y) + "]"
    transforms: list[dict[str, Any]] = [
        {"fold": list(drawn.chart.y), "as": [_COLUMN, FOLDED]},
        {"calculate": f"{told}[indexof({columns}, datum.{_COLUMN})]", "as": MEASURE},
    ]
    return (
        transforms,
        FOLDED,
        {"color": {"field": MEASURE, "type": "nominal", "title": None, "sort": names}},
    )
