"""A user's own packs in an open warehouse file: kept there as text, so that the file stands on its own, and installed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from martlet.engine import user_packs
from martlet.engine.errors import QueryError
from martlet.engine.relation import in_order
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from martlet.engine.query import Query

__all__ = ["carry_over", "create", "refresh", "replace"]


def replace(connection: duckdb.DuckDBPyConnection, files: Mapping[str, str]) -> None:
    """Keep these files of packs in the place of those that the warehouse has, whose schemas are dropped."""
    known = user_packs.stored(connection, "warehouse")
    for pack in sorted({query.pack for query in known.own.values()}):
        connection.execute(f"DROP SCHEMA IF EXISTS {pack} CASCADE")
    # A file that an earlier version made lacks the table.
    table = next(relation for relation in relations() if relation.qualified == user_packs.TABLE)
    connection.execute(f"DROP TABLE IF EXISTS {table.qualified}")
    for statement in (*table.creates, *table.comments):
        connection.execute(statement)
    for path, text in files.items():
        connection.execute(
            f"INSERT INTO {table.qualified} (path, text) VALUES ($path, $text)", {"path": path, "text": text}
        )


def carry_over(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Copy the packs that an attached warehouse keeps; one that an earlier version made has no table of them."""
    name = user_packs.TABLE.split(".")[1]
    sql = "SELECT 1 FROM duckdb_tables() WHERE database_name = $database AND table_name = $name"
    if connection.execute(sql, {"database": database, "name": name}).fetchall():
        connection.execute(
            f"INSERT INTO {user_packs.TABLE} BY NAME FROM {database}.{user_packs.TABLE} ORDER BY ALL"
        )


def refresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views and macros of the packs that the warehouse keeps; see `create` for the errors."""
    packs = user_packs.stored(connection, "warehouse")
    if packs.own:
        create(connection, [packs.get(path) for path in packs.own])


def create(connection: duckdb.DuckDBPyConnection, queries: Sequence[Query]) -> None:
    """Make the view and the macro of each query.

    Raises
    ------
    QueryError
        If the SQL of one fails; the message names the file.
    """
    from martlet.engine import writing  # noqa: PLC0415 - a parser, which takes long to import

    for schema in sorted({query.pack for query in queries}):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for relation in in_order(writing.relation(query) for query in queries):
        try:
            for statement in (*relation.creates, *relation.comments):
                connection.execute(statement)
        except duckdb.Error as error:
            what = str(error).split("\nLINE ")[0].strip()
            raise QueryError(f"{relation.unit.path}: {what}") from error
