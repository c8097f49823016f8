"""Tables put in order at the end of a load: facts lie clustered by customer and time, which is what makes queries quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.merging.facts import order_of
from martlet.loaders.ingest.merging.tables import count, primary_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

__all__ = ["compute", "put_in_order"]

# Runs of rows in order that are on average as long as one of DuckDB's row groups are as quick to read as one run.
_LONG: Final = 122_880


def put_in_order(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Write tables anew in their order.

    A load adds its rows in order, so that a large table stays as it is until there are many runs of them.
    """
    for table in tables:
        if _has_long_runs(connection, table):
            continue
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ordered AS FROM {table}")
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM ordered ORDER BY {order_of(table)}")
        connection.execute("DROP TABLE ordered")


def compute(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Bring the columns that depend on all rows of their table up to date."""
    computed = {entity.table: entity.computed for entity in entities().values()}
    for table in tables:
        keys = primary_key(table)
        same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
        for name, sql in computed.get(table, {}).items():
            connection.execute(
                f"UPDATE {table} AS old SET {name} = new.computed "
                f"FROM (SELECT {', '.join(keys)}, {name} AS known, {sql} AS computed FROM {table}) AS new "
                f"WHERE {same} AND new.known IS DISTINCT FROM new.computed"
            )


def _has_long_runs(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    rows = count(connection, table)
    if rows < 2 * _LONG:
        return False
    leading, *_ = order_of(table).split(", ")
    breaks = count(
        connection,
        f"(SELECT {leading} AS this, lag({leading}) OVER () AS before FROM {table}) WHERE this < before",
    )
    return (breaks + 1) * _LONG <= rows
