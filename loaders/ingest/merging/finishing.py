"""Tables put in order at the end of a load: facts lie clustered by customer and time, which is what makes queries quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.merging.facts import order_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

__all__ = ["put_in_order"]


def put_in_order(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Write tables anew in their order, with what depends on all of their rows."""
    computed = {entity.table: entity.computed for entity in entities().values()}
    for table in tables:
        order = order_of(table)
        anew = computed.get(table, {})
        replaced = f" REPLACE ({', '.join(f'{sql} AS {name}' for name, sql in anew.items())})" if anew else ""
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ordered AS SELECT *{replaced} FROM {table}")
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM ordered ORDER BY {order}")
        connection.execute("DROP TABLE ordered")
