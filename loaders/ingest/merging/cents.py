"""Amounts finer than a cent, rounded so that the sum over the file stays; and amounts that some sources write as negative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.cleaning.changes import EXAMPLES, Change
from martlet.loaders.ingest.merging.tables import quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["positive", "to_cents", "without_negatives"]

_ROUNDED: Final = "rounded to the cent, so that the total of the file stays"


def to_cents(connection: duckdb.DuckDBPyConnection, staged: Staged, column: str) -> list[Change]:
    """Round a column of staged rows: each row gets by how many cents the rounded running sum grows with it."""
    name = quoted(column)
    running = f"sum({name}) OVER (ORDER BY row, part ROWS UNBOUNDED PRECEDING)"
    grown = f"round({running}, 2) - round({running} - {name}, 2)"
    return _replace(connection, staged, column, when=f"{name} <> round({name}, 2)", to=grown, rule=_ROUNDED)


def positive(connection: duckdb.DuckDBPyConnection, staged: Staged, column: str) -> list[Change]:
    """Take what a source writes as a negative discount or refund for what it is."""
    name = quoted(column)
    return _replace(
        connection, staged, column, when=f"{name} < 0", to=f"abs({name})", rule="taken as a positive amount"
    )


def without_negatives(connection: duckdb.DuckDBPyConnection, staged: Staged, column: str) -> list[Change]:
    """Empty amounts of a column that can't be below nothing, as those of a sale."""
    return _replace(connection, staged, column, when=f"{quoted(column)} < 0", to="NULL", rule="impossible")


def _replace(
    connection: duckdb.DuckDBPyConnection, staged: Staged, column: str, *, when: str, to: str, rule: str
) -> list[Change]:
    """Make `to` of the amounts of a column for which `when` holds, both as SQL; return what was changed."""
    if column not in staged.fed:
        return []
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE rounded AS SELECT row, part, {quoted(column)} AS old, {to} AS new "
        f"FROM {staged.name} WHERE {when}"
    )
    examples = connection.execute(
        f"SELECT CAST(old AS VARCHAR), coalesce(CAST(CAST(new AS DECIMAL(18, 2)) AS VARCHAR), '') FROM rounded ORDER BY row, part LIMIT {EXAMPLES}"
    ).fetchall()
    number = connection.execute(
        f"UPDATE {staged.name} AS staged SET {quoted(column)} = rounded.new FROM rounded "
        "WHERE staged.row = rounded.row AND staged.part = rounded.part"
    ).fetchall()[0][0]
    connection.execute("DROP TABLE rounded")
    return [Change(rule, column, number, tuple(examples))] if number else []
