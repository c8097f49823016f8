"""Tables put in order at the end of a load: facts lie clustered by customer and time, which is what makes queries quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.merging.facts import order_of
from martlet.loaders.ingest.merging.tables import count, primary_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

__all__ = ["put_in_order"]

# Runs of rows in order that are on average as long as one of DuckDB's row groups are as quick to read as one run.
_LONG: Final = 122_880


def put_in_order(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Bring tables into their order, and what depends on all of their rows up to date.

    A load adds its rows in order, so that a large table stays as it is until there are many runs of them.
    """
    computed = {entity.table: entity.computed for entity in entities().values()}
    for table in tables:
        anew = computed.get(table, {})
        if _has_long_runs(connection, table):
            _compute(connection, table, anew)
        else:
            _rewrite(connection, table, anew)


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


def _compute(connection: duckdb.DuckDBPyConnection, table: str, computed: Mapping[str, str]) -> None:
    keys = primary_key(table)
    same = " AND ".join(f"old.{key} = new.{key}" for key in keys)
    for name, sql in computed.items():
        connection.execute(
            f"UPDATE {table} AS old SET {name} = new.{name} FROM (SELECT * FROM "
            f"(SELECT {', '.join(keys)}, {name} AS stored, {sql} AS {name} FROM {table}) WHERE {name} IS DISTINCT FROM stored) AS new "
            f"WHERE {same}"
        )


def _rewrite(connection: duckdb.DuckDBPyConnection, table: str, computed: Mapping[str, str]) -> None:
    replaced = (
        f" REPLACE ({', '.join(f'{sql} AS {name}' for name, sql in computed.items())})" if computed else ""
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ordered AS SELECT *{replaced} FROM {table}")
    connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM ordered ORDER BY {order_of(table)}")
    connection.execute("DROP TABLE ordered")
