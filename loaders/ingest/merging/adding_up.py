"""Rows of a file that are parts of one thing, such as the lines of an order, added up where the profile says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.tables import count, quoted, sql_type

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["add_up"]


def add_up(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Make one row of the rows of one key; those that went into another are `merged` in `staged.dropped`."""
    key = [quoted(name) for name in staged.entity.key if name in staged.fed]
    if not staged.summed or len(key) < len(staged.entity.key):
        return []
    whole = ", ".join(key)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE part_of AS SELECT row, part, {whole}, "
        f"first_value(row) OVER same AS first_row, first_value(part) OVER same AS first_part FROM {staged.name} "
        f"WHERE {' AND '.join(f'{name} IS NOT NULL' for name in key)} WINDOW same AS (PARTITION BY {whole} ORDER BY row, part)"
    )
    further = "(row <> first_row OR part <> first_part)"
    merged = count(connection, f"part_of WHERE {further}")
    if merged:
        _write(connection, staged, further)
    connection.execute("DROP TABLE part_of")
    fields = ", ".join(staged.summed)
    name = staged.entity.name.replace("_", " ")
    return [Change(f"added up over the rows of one of the {name}", fields, merged)] if merged else []


def _write(connection: duckdb.DuckDBPyConnection, staged: Staged, further: str) -> None:
    kinds = {name: sql_type(staged.entity.field(name)) for name in staged.fed}
    first = "{'row': staged.row, 'part': staged.part}"
    values = ", ".join(
        f"CAST(sum(staged.{quoted(name)}) AS {kinds[name]}) AS {quoted(name)}"
        if name in staged.summed
        else f"arg_min(staged.{quoted(name)}, {first}) FILTER (WHERE staged.{quoted(name)} IS NOT NULL) AS {quoted(name)}"
        for name in staged.fed
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE whole AS SELECT first_row AS row, first_part AS part, "
        f"arg_min(staged.content, {first}) AS content, {values} FROM {staged.name} AS staged "
        f"JOIN part_of USING (row, part) GROUP BY first_row, first_part"
    )
    staged.make_dropped(connection)
    connection.execute(
        f"INSERT INTO {staged.dropped} SELECT row, part, 'merged', NULL, NULL, NULL FROM part_of WHERE {further}"
    )
    connection.execute(f"DELETE FROM {staged.name} WHERE (row, part) IN (SELECT (row, part) FROM part_of)")
    connection.execute(f"INSERT INTO {staged.name} BY NAME SELECT * FROM whole")
    connection.execute("DROP TABLE whole")
