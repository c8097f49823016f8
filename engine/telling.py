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

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from martlet.engine.declared import Place, read
from martlet.engine.declared_types import Texts  # noqa: TC001 (read by `declared`)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from martlet.engine.units import Unit

__all__ = ["Chart", "Finding", "Telling", "chart_of", "finding_of", "refuse_wrong"]

_ANSWER: Final = "answer"
_SLOT: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_SMALL: Final = 0.05
_FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "": str,
    "percent": lambda value: f"{100 * value:.1f} %",
    "money": lambda value: f"{value:,.2f}",
    "count": lambda value: f"{value:,.0f}",
    "number": lambda value: f"{value:,.2f}" if value == 0 or abs(value) >= _SMALL else f"{value:.2g}",
    "days": lambda value: "1 day" if value == 1 else f"{value:,.{0 if value == int(value) else 1}f} days",
}


@dataclass(frozen=True)
class Chart:
    """The picture that fits an answer; its fields but `kind` name columns.

    `low` and `high` are the ends of an interval about `y`; of a sankey `x` is where a flow comes from, `series` where it goes, `y` how wide it is.
    """

    kind: Literal["bar", "dumbbell", "funnel", "heat", "interval", "line", "sankey", "scatter"]
    x: str
    y: Texts
    series: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the picture shows."""
        return (self.x, *self.y, *filter(None, (self.series, self.low, self.high)))


@dataclass(frozen=True)
class Finding:
    """A sentence with slots, and the SQL over `answer` whose first row fills them; no row: the sentence is not true."""

    text: str
    sql: str

    @property
    def slots(self) -> list[tuple[str, str]]:
        """Name and form of each slot of the text."""
        return _SLOT.findall(self.text)

    def of(self, answer: pa.Table) -> str | None:
        """Return the sentence that an answer supports, None where it does not hold.

        A slot that is NULL makes the sentence untrue.
        """
        import duckdb  # noqa: PLC0415 - there where there is an answer

        with duckdb.connect() as connection:
            connection.register(_ANSWER, answer)
            rows = connection.execute(self.sql).fetchall()
            names = [column[0] for column in connection.description or ()]
        values: dict[str, Any] = dict(zip(names, rows[0], strict=True)) if rows else {}
        if not rows or any(values[name] is None for name, _ in self.slots):
            return None
        return _SLOT.sub(lambda slot: _written(values[slot[1]], slot[2]), self.text)


@dataclass(frozen=True)
class Telling:
    """What an answer needs to be told without its query: which it is, what it asks, what it means, the picture and the sentence that fit."""

    path: str
    question: str
    doc: str
    chart: Chart | None = None
    finding: Finding | None = None
    headline: tuple[str, ...] = ()


def _written(value: Any, form: str | None) -> str:
    return str(_FORMS[form or ""](value))


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
    unit.refuse_strange("chart", chart.columns if chart else (), unit.columns)
    if finding:
        names, forms = zip(*finding.slots, strict=True) if finding.slots else ((), ())
        unit.refuse_strange("finding", names, _selected(unit, finding), what="column of its SQL")
        unit.refuse_strange("finding", forms, _FORMS, what="form of a value")


def _selected(unit: Unit, finding: Finding) -> list[str]:
    """Return the names of the columns that the SQL of a finding selects."""
    import sqlglot  # noqa: PLC0415 - a parser, which takes longer to import than many answers
    from sqlglot import exp  # noqa: PLC0415

    line = unit.line_of("finding")
    try:
        statement = sqlglot.parse_one(finding.sql, read="duckdb")
    except sqlglot.ParseError as error:
        message = f"the finding's sql is no SQL: {error.errors[0]['description']}"
        raise unit.error(message, line=line) from None
    if not isinstance(statement, exp.Select):
        raise unit.error("the finding's sql must be one SELECT", line=line)
    steps = {step.alias for step in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table):
        if table.name not in {_ANSWER, *steps} or table.db:
            message = f"the finding's sql reads {table.sql('duckdb')}; it may read {_ANSWER} alone"
            raise unit.error(message, line=line)
    if not steps:
        read_names = {column.name for column in statement.find_all(exp.Column)} - set(statement.named_selects)
        unit.refuse_strange("finding", sorted(read_names), unit.columns)
    return list(statement.named_selects)


def _place(unit: Unit, key: str) -> Place:
    return Place(f"a {key}", lambda message: unit.error(message, line=unit.line_of(key)), key=key, name=key)
