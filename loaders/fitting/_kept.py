"""The tables of the schema `model`: what a fit left in them is removed, and copied from another warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

__all__ = ["TABLES", "carry_over", "remove", "rounded", "version"]

# Those first that others refer to.
TABLES: Final = (
    "registry",
    "parameter",
    "feature",
    "cluster",
    "centroid",
    "quality",
    "caused",
    "touch_weight",
    "diagnostic",
    "metric",
    "calibration",
    "importance",
    "coefficient",
    "tree_node",
    "subgroup",
    "card",
    "score",
    "reference",
    "drift",
    "term",
    "confusion",
    "mix_channel",
    "mix_draw",
    "mix_curve",
    "mix_week",
    "mix_backtest",
    "study",
    "uplift_test",
)
# So many digits of a number are the same on every machine and in any order of adding up, and far more than its standard error leaves.
_DIGITS: Final = 8


def remove(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove what the fit of a name left, and the view and macro that were made of it."""
    connection.execute(f"DROP VIEW IF EXISTS model.latest_{name}")
    connection.execute(f"DROP MACRO TABLE IF EXISTS model.{name}_scores")
    for table in reversed(TABLES):
        connection.execute(f"DELETE FROM model.{table} WHERE starts_with(model, $name)", {"name": f"{name}."})


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


def version(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return how often models of a fit have been made, 0 for never."""
    sql = "SELECT coalesce(max(version), 0) FROM model.registry WHERE starts_with(model, $name)"
    ((found,),) = connection.execute(sql, {"name": f"{name}."}).fetchall()
    return int(found)


def rounded(value: float) -> float:
    """Return a number as it is kept."""
    return float(f"{value:.{_DIGITS}g}")
