"""Rows of dimensions, described: customers, products, campaigns.

The last value of a file counts, an empty cell says nothing, and what only mentions a row in passing (the email in an
order) completes what is not known, without overruling the source of customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging import history
from martlet.loaders.ingest.merging.composing import compose
from martlet.loaders.ingest.merging.dimensions import resolve
from martlet.loaders.ingest.merging.gathering import gather
from martlet.loaders.ingest.merging.outcome import Outcome
from martlet.loaders.ingest.merging.reshaping import without_children
from martlet.loaders.ingest.merging.rows import ChangedRows
from martlet.loaders.ingest.merging.tables import count, quoted, rows_told
from martlet.loaders.warehouse.dimensions import dimension_of

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.rows import ComposedRows
    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["merge_dimension"]


def merge_dimension(
    connection: duckdb.DuckDBPyConnection, staged: Staged, as_of: datetime
) -> tuple[Outcome, ChangedRows]:
    """Write the staged rows of a dimension.

    Returns
    -------
    tuple
        What became of them, and those that are new or changed; their table is the caller's to drop.
    """
    resolved = resolve(connection, staged)
    of = dimension_of(staged.entity.table)
    gathered = gather(connection, staged, of, resolved.joins)
    resolved.drop(connection)
    composed = compose(connection, staged, of, gathered, as_of)
    changed = _changed(connection, of, composed)
    if of.is_dated and staged.is_main:
        history.refuse_older(connection, of, changed, as_of)
    _update(connection, of, composed)
    connection.execute(
        f"INSERT INTO {of.table} BY NAME SELECT * EXCLUDE (row, times) FROM {composed.table} "
        f"WHERE {of.column} IN (SELECT key FROM {changed.table} WHERE is_new) ORDER BY {of.column}"
    )
    if of.tracked:
        history.write_versions(connection, of, changed, as_of, is_main=staged.is_main)
    loaded = count(connection, changed.table)
    replaced = count(connection, f"{changed.table} WHERE NOT is_new AND NOT was_placeholder")
    outcome = Outcome(loaded=loaded, replaced=replaced, merged=_rows(connection, staged) - loaded)
    sql = f"SELECT coalesce(sum(times - 1), 0) FROM {composed.table}"
    repeats = int(connection.execute(sql).fetchall()[0][0])
    if repeats and staged.is_main:
        outcome.notes.append(
            f"rows that repeat a {staged.entity.key[0]}, merged; the last value of each field counts: {repeats:,}"
        )
    gathered.drop(connection)
    composed.drop(connection)
    return outcome, changed


def _rows(connection: duckdb.DuckDBPyConnection, staged: Staged) -> int:
    """Return how many rows of the file tell of the dimension; some do in several records."""
    counted = rows_told(connection, staged.name)
    return int(connection.execute(f"SELECT {counted} FROM {staged.name}").fetchall()[0][0])


def _changed(connection: duckdb.DuckDBPyConnection, of: Dimension, composed: ComposedRows) -> ChangedRows:
    """Find the rows that are new or say something else now."""
    changed = ChangedRows("changed_rows")
    compared = [name for name in composed.columns if name not in (of.column, "described_on")]
    differs = " OR ".join(f"old.{quoted(n)} IS DISTINCT FROM new.{quoted(n)}" for n in compared)
    described = "old.described_on" if of.is_dated else "CAST(NULL AS DATE)"
    placeholder = "coalesce(old.is_placeholder, false)" if of.has_placeholders else "false"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {changed.table} AS SELECT new.{of.column} AS key, old.{of.column} IS NULL AS is_new, "
        f"{placeholder} AS was_placeholder, {described} AS described_before FROM {composed.table} AS new "
        f"LEFT JOIN {of.table} AS old ON old.{of.column} = new.{of.column} WHERE old.{of.column} IS NULL OR {differs}"
    )
    return changed


def _update(connection: duckdb.DuckDBPyConnection, of: Dimension, composed: ComposedRows) -> None:
    """Write the new values of rows that are there."""
    key = of.column
    names = [name for name in composed.columns if name != key]
    linked = [name for name in names if name.endswith("_key")]
    plain = [name for name in names if name not in linked]
    assigned = ", ".join(f"{quoted(name)} = new.{quoted(name)}" for name in plain)
    connection.execute(
        f"UPDATE {of.table} AS old SET {assigned} FROM {composed.table} AS new WHERE old.{key} = new.{key}"
    )
    for name in linked:
        differs = f"old.{key} = new.{key} AND old.{name} <> new.{name}"
        if count(connection, f"{composed.table} AS new JOIN {of.table} AS old ON {differs}"):
            with without_children(connection, of.table):
                connection.execute(
                    f"UPDATE {of.table} AS old SET {name} = new.{name} FROM {composed.table} AS new WHERE {differs}"
                )
