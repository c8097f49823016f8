"""Changes to rows of dimensions that foreign keys stand in the way of.

DuckDB writes a row whose indexed column changes as a new row, and refuses that as long as another table refers to
it. So the rows that refer are put aside for the moment.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from martlet.engine.relation import FOLDERS
from martlet.engine.relations import relations
from martlet.loaders.ingest.merging.tables import columns_of, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["complete", "repoint", "without_children"]


@contextmanager
def without_children(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[None]:
    """Put aside the rows of all tables that refer to `table` by an enforced key, and put them back afterwards."""
    children = _children(table)
    for child in reversed(children):
        aside = f"aside_{child.removeprefix('star.')}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {aside} AS FROM {child}")
        connection.execute(f"DELETE FROM {child}")
    yield
    for child in children:
        aside = f"aside_{child.removeprefix('star.')}"
        connection.execute(f"INSERT INTO {child} FROM {aside}")
        connection.execute(f"DROP TABLE {aside}")


def _children(table: str) -> list[str]:
    """Return the tables that refer to `table`, directly or through others, each after those that it refers to."""
    found: list[str] = []
    for relation in relations():
        if not FOLDERS[relation.unit.folder].physical_keys or relation.qualified == table:
            continue
        if any(key.references == table for key in relation.keys):
            further = [relation.qualified, *_children(relation.qualified)]
            found = [name for name in found if name not in further] + further
    return found


def complete(connection: duckdb.DuckDBPyConnection, of: Dimension, twice: str) -> None:
    """Give rows what they lack and the rows know that turned out to be the same; `twice` as in `repoint`."""
    names = [
        column.name
        for column in columns_of(connection, of.table)
        if column.is_nullable and not column.name.endswith("_key")
    ]
    assigned = ", ".join(
        f"{quoted(name)} = coalesce(kept.{quoted(name)}, gone.{quoted(name)})" for name in names
    )
    connection.execute(
        f"UPDATE {of.table} AS kept SET {assigned} FROM {twice} AS twice JOIN {of.table} AS gone "
        f"ON gone.{of.column} = twice.placeholder WHERE kept.{of.column} = twice.described"
    )


def repoint(connection: duckdb.DuckDBPyConnection, of: Dimension, twice: str) -> None:
    """Point all that refers to a placeholder to the row that it turned out to be, and remove the placeholder.

    `twice` is a table with the keys of both, `placeholder` and `described`.
    """
    for relation in relations():
        columns = [
            k.columns[0]
            for k in relation.keys
            if k.references == of.table and relation.qualified != of.history
        ]
        for column in columns:
            change = (
                f"UPDATE {relation.qualified} AS referring SET {column} = twice.described FROM {twice} AS twice "
                f"WHERE referring.{column} = twice.placeholder"
            )
            if FOLDERS[relation.unit.folder].physical_keys:
                with without_children(connection, relation.qualified):
                    connection.execute(change)
            else:
                connection.execute(change)
    gone = f"SELECT placeholder FROM {twice}"
    if of.tracked:
        connection.execute(f"DELETE FROM {of.history} WHERE {of.column} IN ({gone})")
    connection.execute(f"DELETE FROM {of.table} WHERE {of.column} IN ({gone})")
