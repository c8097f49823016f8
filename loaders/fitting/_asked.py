"""What a fit reads of a warehouse: queries of packs, so that it and they count alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from martlet.engine import packs
from martlet.engine.connection import named_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

__all__ = ["asked", "has_truth"]


def asked(
    connection: duckdb.DuckDBPyConnection, path: str, given: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a query of a pack and the values that it names."""
    query = packs.get(path)
    values = query.values(given)
    sql = query.render(values).sql
    return sql, named_in(connection, sql, values)


def has_truth(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether a table of the planted truth is there: not where it was hidden."""
    sql = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'truth' AND table_name = $table"
    return bool(connection.execute(sql, {"table": table}).fetchall())
