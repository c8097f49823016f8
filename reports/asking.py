"""The questions of a report: each is asked once, and an answer comes with its sentence and what it advises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from martlet.engine import calls
from martlet.engine.errors import MartletError, UnitError, did_you_mean
from martlet.engine.result import Result
from martlet.engine.statements import reading
from martlet.engine.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from martlet.engine.advice import Advised
    from martlet.engine.query import Query
    from martlet.engine.telling import Told
    from martlet.engine.warehouse import Warehouse
    from martlet.reports.blocks import QueryBlock
    from martlet.reports.filling import Words
    from martlet.reports.period import Period
    from martlet.reports.template import Placed, Template

__all__ = ["Answer", "Asker"]

# The columns without which there are no cards of key figures.
_FIGURES: Final = ("kpi", "value")
_COMPANY: Final = """
SELECT
    count(*) AS orders,
    CAST(sum(net_revenue) AS DOUBLE) AS revenue,
    CAST(avg(net_revenue) AS DOUBLE) AS order_value,
    stddev_samp(CAST(net_revenue AS DOUBLE)) AS order_spread,
    CASE WHEN count(margin) = count(*) THEN CAST(sum(margin) AS DOUBLE) / nullif(CAST(sum(net_revenue) AS DOUBLE), 0) END AS margin_share,
    date_diff('day', min(ordered_at), max(ordered_at)) + 1 AS days
FROM star.fact_order
WHERE
    main.is_sale(status)
    AND ($start IS NULL OR ordered_at >= $start)
    AND ($until IS NULL OR ordered_at < $until)
"""


@dataclass(frozen=True)
class Answer:
    """The answer to a block: the query that it is of, if any, the parameters given, and what it says and advises.

    `is_shown` is false where it is asked for its advice alone.
    """

    placed: Placed
    block: QueryBlock
    query: Query | None
    given: dict[str, Any]
    result: Result
    told: Told | None
    advised: Advised | None
    title: str = ""
    is_shown: bool = True

    @property
    def table(self) -> pa.Table:
        """The rows."""
        return self.result.arrow()

    @property
    def first_row(self) -> dict[str, Any]:
        """The first row, every value NULL where there is none."""
        rows = self.table.slice(0, 1).to_pylist()
        return rows[0] if rows else dict.fromkeys(self.table.column_names)

    @property
    def said(self) -> str:
        """What stands above the answer: its own title, the finding, or else the question."""
        if self.title:
            return self.title
        if self.told is not None and "finding" in self.block.show:
            return self.told.sentence
        return self.query.question if self.query else self.block.name.replace("_", " ") or "Answer"

    @property
    def command(self) -> str:
        """How a reader asks it again at a terminal; of SQL of one's own, the SQL."""
        if self.query is None:
            return self.block.sql.strip()
        said = {name: value for name, value in self.given.items() if value is not None}
        return calls.command(self.query.path, said)

    @property
    def columns(self) -> Sequence[str]:
        """The columns of the table: those that the block names, or else those that are the answer."""
        return self.block.columns or (self.query.headline if self.query else self.table.column_names)


@dataclass
class Asker:
    """Asks the blocks of a template in a warehouse."""

    warehouse: Warehouse
    template: Template
    words: Words
    period: Period
    _answers: dict[Any, Result] = field(default_factory=dict)
    _companies: dict[Any, pa.Table] = field(default_factory=dict)

    def ask(self, placed: Placed, block: QueryBlock) -> Answer:
        """Return the answer to a block.

        Raises
        ------
        UnitError
            If the question can't be asked; the message gives the line and the key.
        """
        line = placed.line_of("params")
        given = {name: self.words.parameter(value, line) for name, value in block.params.items()}
        title = self.words.fill(block.title, placed.line_of("title"))
        if block.sql:
            result = self._once(placed, "sql", block.sql, given)
            self._refuse_strange(placed, block, result)
            if block.chart:
                telling = Telling(block.name or "sql", title, "", block.chart)
                result = Result(block.sql, result.arrow(), telling)
            return Answer(placed, block, None, given, result, None, None, title)
        try:
            query = self.warehouse.describe(block.ask)
        except MartletError as error:
            self.template.fail(placed.line_of("ask"), f"ask: {error}")
        result = self._once(placed, "ask", block.ask, given)
        self._refuse_strange(placed, block, result)
        told = None if query.finding is None else query.finding.told(result.arrow())
        advised = None
        if query.advice is not None and len(result):
            advised = query.advice.of(result.arrow(), self._company(given), query.values(given))
        return Answer(placed, block, query, given, result, told, advised, title)

    def for_packs(self, query: Query) -> dict[str, Any]:
        """Return the parameters by which a query is held to the time that was asked for."""
        given: dict[str, Any] = {}
        if self.period.is_since_asked and {"start", "until"} <= query.parameters.keys():
            given = {"start": self.period.since, "until": self.period.until}
        elif self.period.is_until_asked and "until" in query.parameters:
            given = {"until": self.period.until}
        if self.period.is_until_asked and "as_of" in query.parameters:
            given["as_of"] = self.period.until
        return given

    def holds(self, answer: Answer) -> bool:
        """Return whether the condition of a block is true of its answer.

        Raises
        ------
        UnitError
            If it is no SQL over the answer; the message gives the line.
        """
        import duckdb  # noqa: PLC0415 - heavy

        if not answer.block.when:
            return True
        statement = f"SELECT coalesce(CAST(({answer.block.when}\n) AS BOOLEAN), false) FROM answer"
        # It is SQL of a file that somebody may have sent, so it reaches the answer alone.
        with duckdb.connect(config={"enable_external_access": "false"}) as connection:
            connection.register("answer", answer.table)
            try:
                reading(connection, statement)
                row = connection.execute(statement).fetchone()
            except (MartletError, duckdb.Error) as error:
                reason = str(error).split("\n", 1)[0]
                self.template.fail(
                    answer.placed.line_of("when"),
                    f"when must be SQL over the columns of the answer that is true or false: {reason}",
                )
        return row is not None and bool(row[0])

    def _refuse_strange(self, placed: Placed, block: QueryBlock, result: Result) -> None:
        """Refuse columns that the answer has not."""
        charted = block.chart.columns if block.chart else ()
        figures = _FIGURES if "figures" in block.show else ()
        for key, names in (("columns", block.columns), ("chart", charted), ("show", figures)):
            for name in names:
                if name not in result.columns:
                    near = did_you_mean(name, result.columns)
                    what = "figures takes" if key == "show" else "names"
                    message = f"{key} {what} {name!r}, which is no column of the answer.{near}"
                    self.template.fail(placed.line_of(key), message)

    def _once(self, placed: Placed, kind: str, text: str, given: dict[str, Any]) -> Result:
        key = (kind, text, repr(sorted(given.items())))
        if key not in self._answers:
            try:
                if kind == "ask":
                    self._answers[key] = self.warehouse.query(text, **given)
                else:
                    self._answers[key] = self.warehouse.sql(text, self._bound(text, given))
            except UnitError:
                raise
            except MartletError as error:
                self.template.fail(placed.line_of(self._key_of(str(error), given) or kind), f"{error}")
        return self._answers[key]

    @staticmethod
    def _key_of(message: str, given: dict[str, Any]) -> str:
        return (
            "params"
            if any(message.startswith(f"{name} ") for name in given) or "has no parameter" in message
            else ""
        )

    def _bound(self, sql: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the values that a statement names: those given, or the report's own."""
        import duckdb  # noqa: PLC0415 - heavy

        try:
            named = {name for one in duckdb.extract_statements(sql) for name in one.named_parameters}
        except duckdb.Error:
            # The warehouse says what is wrong with it.
            return given
        return {name: value for name, value in {**self.words.values, **given}.items() if name in named}

    def _company(self, given: dict[str, Any]) -> pa.Table:
        values = {"start": given.get("start"), "until": given.get("until")}
        key = repr(values)
        if key not in self._companies:
            self._companies[key] = self.warehouse.sql(_COMPANY, values).arrow()
        return self._companies[key]
