"""The versions of a dimension's rows (SCD type 2): how the attributes that change slowly stood, and since when.

What completes a placeholder is no change, and neither is a correction of the same day: the current version takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.merging.tables import primary_key

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.rows import ChangedRows
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["begin", "refuse_older", "write_versions"]


def begin(connection: duckdb.DuckDBPyConnection, of: Dimension, keys: str) -> None:
    """Write the first version of new rows of a dimension; `keys` is a SELECT of their keys."""
    _insert(connection, of, f"FROM {of.table} WHERE {of.column} IN ({keys})")


def refuse_older(
    connection: duckdb.DuckDBPyConnection, of: Dimension, changed: ChangedRows, as_of: datetime
) -> None:
    """Refuse a file that would change rows back to how they stood before another file.

    Raises
    ------
    IngestError
        If a row that would change was described as of a later day.
    """
    count, example, latest = connection.execute(
        f"SELECT count(*), min({of.natural[0]}), max(described_on) FROM {of.table} "
        f"WHERE {of.column} IN (SELECT key FROM {changed.table}) AND described_on > CAST($as_of AS DATE)",
        {"as_of": as_of},
    ).fetchall()[0]
    if count:
        raise IngestError(
            f"{count:,} {of.plural or of.name}, such as {example}, would change to how they stood on {as_of:%Y-%m-%d}, but the "
            f"warehouse has them as of up to {latest} already; load files in the order of their days, or give the right --as-of"
        )


def write_versions(
    connection: duckdb.DuckDBPyConnection,
    of: Dimension,
    changed: ChangedRows,
    as_of: datetime,
    *,
    is_main: bool,
) -> None:
    """Bring the versions of changed rows up to date with the dimension."""
    begin(connection, of, f"SELECT key FROM {changed.table} WHERE is_new")
    key, (version_key,) = of.column, primary_key(of.history)
    differs = " OR ".join(f"now.{name} IS DISTINCT FROM version.{name}" for name in of.tracked)
    day = f"TIMESTAMP '{as_of:%Y-%m-%d} 00:00:00'"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE turned AS SELECT now.{key}, version.{version_key}, "
        f"{', '.join(f'now.{name}' for name in of.tracked)}, "
        f"changed.was_placeholder OR NOT {is_main} OR coalesce(changed.described_before = CAST({day} AS DATE), false) "
        f"OR version.valid_from >= {day} AS is_same_version "
        f"FROM {of.table} AS now JOIN {changed.table} AS changed ON changed.key = now.{key} "
        f"JOIN {of.history} AS version ON version.{key} = now.{key} AND version.is_current "
        f"WHERE NOT changed.is_new AND ({differs})"
    )
    assigned = ", ".join(f"{name} = turned.{name}" for name in of.tracked)
    connection.execute(
        f"UPDATE {of.history} AS version SET {assigned} FROM turned "
        f"WHERE turned.is_same_version AND turned.{version_key} = version.{version_key}"
    )
    connection.execute(
        f"UPDATE {of.history} AS version SET valid_until = {day}, is_current = false FROM turned "
        f"WHERE NOT turned.is_same_version AND turned.{version_key} = version.{version_key}"
    )
    _insert(connection, of, "FROM turned WHERE NOT is_same_version", valid_from=day)
    connection.execute("DROP TABLE turned")


def _insert(connection: duckdb.DuckDBPyConnection, of: Dimension, rows: str, *, valid_from: str = "") -> None:
    """Append current versions with new numbers; without a moment they are valid since ever."""
    (version_key,) = primary_key(of.history)
    since = f", {valid_from} AS valid_from" if valid_from else ""
    connection.execute(
        f"INSERT INTO {of.history} BY NAME SELECT CAST((SELECT coalesce(max({version_key}), 0) FROM {of.history}) "
        f"+ row_number() OVER (ORDER BY {of.column}) AS INTEGER) AS {version_key}, {of.column}, {', '.join(of.tracked)}{since} {rows}"
    )
