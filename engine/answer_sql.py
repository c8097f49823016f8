"""SQL in a header that reads the answer alone: which columns it selects, and that it reads nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pyarrow as pa

    from martlet.engine.units import Unit

__all__ = ["ANSWER", "first_row", "selected"]

ANSWER: Final = "answer"


def first_row(sql: str, tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Return the first row of a SELECT over some tables by the names of its columns, empty where it has none."""
    import duckdb  # noqa: PLC0415 - there where there is an answer

    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        row = connection.execute(sql).fetchone()
        names = [column[0] for column in connection.description or ()]
    return {} if row is None else dict(zip(names, row, strict=True))


def selected(unit: Unit, key: str, sql: str, tables: Mapping[str, Collection[str]]) -> list[str]:
    """Return the names of the columns that the SQL of a header's key selects.

    Parameters
    ----------
    unit
        The query's file.
    key
        The key that holds the SQL.
    sql
        The SQL.
    tables
        The columns of the tables that it may read.

    Raises
    ------
    UnitError
        If it is not one SELECT, or reads anything else; the message gives the line.
    """
    import sqlglot  # noqa: PLC0415 - a parser, which takes longer to import than many answers
    from sqlglot import exp  # noqa: PLC0415

    line = unit.line_of(key)
    try:
        statement = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        message = f"the {key}'s sql is no SQL: {error.errors[0]['description']}"
        raise unit.error(message, line=line) from None
    if not isinstance(statement, exp.Select):
        raise unit.error(f"the {key}'s sql must be one SELECT", line=line)
    steps = {step.alias for step in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table):
        if table.name not in {*tables, *steps} or table.db:
            allowed = " and ".join(tables)
            message = f"the {key}'s sql reads {table.sql('duckdb')}; it may read {allowed} alone"
            raise unit.error(message, line=line)
    if not steps:
        known = [name for columns in tables.values() for name in columns]
        names = {column.name for column in statement.find_all(exp.Column)} - set(statement.named_selects)
        unit.refuse_strange(key, sorted(names), known)
    return list(statement.named_selects)
