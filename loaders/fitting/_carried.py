"""Fits copied from another warehouse, and the macros that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.fitting._kept import TABLES
from martlet.loaders.fitting.predicting import create_macros
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    import duckdb

__all__ = ["carry_over", "restore_macros"]


def carry_over(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Copy fits of other names than those that the warehouse has, from an attached one, so far as that has the tables."""
    sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = $database AND schema_name = 'model'"
    there = {table for (table,) in connection.execute(sql, {"database": database}).fetchall()}
    own = [model for (model,) in connection.execute("SELECT model FROM model.registry").fetchall()]
    for table in TABLES:
        if table in there:
            connection.execute(
                f"INSERT INTO model.{table} BY NAME SELECT * FROM {database}.model.{table} "
                "WHERE NOT list_contains($own, model) ORDER BY ALL",
                {"own": own},
            )


def restore_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the macros of the fits that were carried over, once the packs are there that they ask."""
    create_macros(connection)
    star.write_catalogue(connection)
