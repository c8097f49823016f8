"""Changes to rows of dimensions that foreign keys stand in the way of.

DuckDB writes a row whose indexed column changes as a new row, and refuses that as long as another table refers to
it. So the rows that refer are put aside for the moment.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from martlet.engine.relation import FOLDERS
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["repoint", "without_children"]


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
