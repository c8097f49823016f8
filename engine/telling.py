"""How an answer is told: the columns that are the answer, the picture that fits, and a sentence that it supports.

All three stand in the header of a query. The sentence is true by its own SQL, which reads the answer and returns a row only
where the sentence holds:

```toml
headline = ["segment", "customers", "revenue_share"]

[chart]
kind = "bar"
x = "segment"
y = "revenue"

[finding]
text = "{segment} are {share:percent} of the customers and bring {revenue_share:percent} of the revenue."
sql = "SELECT segment, share, revenue_share FROM answer WHERE revenue_share > share ORDER BY revenue_share DESC LIMIT 1"
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from martlet.engine.answer_sql import ANSWER, first_row, selected
from martlet.engine.declared import Place, read
from martlet.engine.declared_types import Number, Texts  # noqa: TC001 (read by `declared`)
from martlet.engine.slots import FORMS, filled, slots_of

if TYPE_CHECKING:
    import pyarrow as pa

    from martlet.engine.advice import Advice
    from martlet.engine.units import Unit

__all__ = ["Chart", "Finding", "Kind", "Telling", "Told", "chart_of", "finding_of", "refuse_wrong"]

Kind = Literal[
    "bar",
    "box",
    "dumbbell",
    "funnel",
    "heat",
    "interval",
    "line",
    "lorenz",
    "response",
    "sankey",
    "scatter",
    "survival",
]
# Fields without which a kind can't be drawn.
_NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    "box": ("low", "high", "least", "most"),
    "response": ("low", "high"),
    "sankey": ("series",),
}
_CORNERS: Final = 4


@dataclass(frozen=True)
class Chart:
    """The picture that fits an answer; its fields but `kind` name columns.

    `low` and `high` are the ends of an interval about `y`, or of a box, whose whiskers end at `least` and `most`; of a sankey `x` is where a flow
    comes from, `series` where it goes, `y` how wide it is.

    Two fields are no columns: `reference` is the value at which nothing happens, drawn as a line, and `quadrants` the names of the corners
    of a scatter, upper left, upper right, lower left, lower right, between lines at the medians.
    """

    kind: Kind
    x: str
    y: Texts
    series: str | None = None
    low: str | None = None
    high: str | None = None
    least: str | None = None
    most: str | None = None
    reference: Number | None = None
    quadrants: Texts = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the picture shows."""
        return (self.x, *self.y, *filter(None, (self.series, self.low, self.high, self.least, self.most)))


@dataclass(frozen=True)
class Told:
    """A sentence that an answer supports, and its effect, None where the finding has none."""

    sentence: str
    effect: float | None


@dataclass(frozen=True)
class Finding:
    """A sentence with slots, and the SQL over `answer` whose first row fills them; no row: the sentence is not true.

    `effect` names the column of the SQL that says how far the sentence is from what would be expected (the time before, an even share, the
    others), as a fraction of the whole (of orders, revenue, customers, visits); by it a summary takes the findings that matter most.
    """

    text: str
    sql: str
    effect: str | None = None

    @property
    def slots(self) -> list[tuple[str, str]]:
        """Name and form of each slot of the text."""
        return slots_of(self.text)

    def of(self, answer: pa.Table) -> str | None:
        """Return the sentence that an answer supports, None where it does not hold.

        A slot that is NULL makes the sentence untrue.
        """
        told = self.told(answer)
        return None if told is None else told.sentence

    def told(self, answer: pa.Table) -> Told | None:
        """Return the same with its effect."""
        values: dict[str, Any] = first_row(self.sql, {ANSWER: answer})
        if not values or any(values[name] is None for name, _ in self.slots):
            return None
        effect = (
            None if self.effect is None or values[self.effect] is None else abs(float(values[self.effect]))
        )
        return Told(filled(self.text, values), effect)


@dataclass(frozen=True)
class Telling:
    """What an answer needs to be told without its query: which it is, what it asks, what it means, the picture and the sentence that fit."""

    path: str
    question: str
    doc: str
    chart: Chart | None = None
    finding: Finding | None = None
    advice: Advice | None = None
    headline: tuple[str, ...] = ()


def chart_of(unit: Unit) -> Chart | None:
    """Return the chart of a query's header, None if it has none.

    Raises
    ------
    UnitError
        If a key is unknown, missing or of the wrong type.
    """
    return read(Chart, unit.header["chart"], _place(unit, "chart")) if "chart" in unit.header else None


def finding_of(unit: Unit) -> Finding | None:
    """Return the finding of a query's header, None if it has none.

    Raises
    ------
    UnitError
        If a key is unknown, missing or of the wrong type.
    """
    return (
        read(Finding, unit.header["finding"], _place(unit, "finding")) if "finding" in unit.header else None
    )


def refuse_wrong(unit: Unit) -> None:
    """Refuse what is told of columns that the answer lacks, or in SQL that reads anything else.

    Raises
    ------
    UnitError
        If it is so; the message gives the line.
    """
    unit.refuse_strange("headline", unit.header.get("headline", ()), unit.columns)
    chart, finding = chart_of(unit), finding_of(unit)
    if chart:
        _refuse_incomplete(unit, chart)
        unit.refuse_strange("chart", chart.columns, unit.columns)
    if finding:
        names, forms = zip(*finding.slots, strict=True) if finding.slots else ((), ())
        columns = selected(unit, "finding", finding.sql, {ANSWER: unit.columns})
        told = [*names, finding.effect] if finding.effect else names
        unit.refuse_strange("finding", told, columns, what="column of its SQL")
        unit.refuse_strange("finding", forms, FORMS, what="form of a value")


def _refuse_incomplete(unit: Unit, chart: Chart) -> None:
    lacking = [name for name in _NEEDED.get(chart.kind, ()) if getattr(chart, name) is None]
    if lacking:
        raise unit.error(
            f"a chart of kind {chart.kind} needs {', '.join(lacking)}", line=unit.line_of("chart")
        )
    if chart.quadrants and len(chart.quadrants) != _CORNERS:
        raise unit.error(
            f"quadrants must be {_CORNERS} names (upper left, upper right, lower left, lower right), not {len(chart.quadrants)}",
            line=unit.line_of("chart"),
        )


def _place(unit: Unit, key: str) -> Place:
    return Place(f"a {key}", lambda message: unit.error(message, line=unit.line_of(key)), key=key, name=key)
