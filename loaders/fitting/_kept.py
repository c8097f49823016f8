"""The tables of the schema `model`: what a fit left in them is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

__all__ = ["TABLES", "remove", "rounded"]

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
)
# So many digits of a number are the same on every machine and in any order of adding up, and far more than its standard error leaves.
_DIGITS: Final = 8


def remove(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove what the fit of a name left, and the view and macro that were made of it."""
    connection.execute(f"DROP VIEW IF EXISTS model.latest_{name}")
    connection.execute(f"DROP MACRO TABLE IF EXISTS model.{name}_scores")
    for table in reversed(TABLES):
        connection.execute(f"DELETE FROM model.{table} WHERE starts_with(model, $name)", {"name": f"{name}."})


def rounded(value: float) -> float:
    """Return a number as it is kept."""
    return float(f"{value:.{_DIGITS}g}")
