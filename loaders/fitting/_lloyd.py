"""k-means on a table of any size: one SQL statement a step of Lloyd's, driven from here with the middles as literals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from martlet.models.k_means import STEPS, STILL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    Middles: TypeAlias = tuple[tuple[float, ...], ...]

__all__ = ["Lloyd", "labelled", "lloyd"]


@dataclass(frozen=True)
class Lloyd:
    """The middles found, how many rows are nearest to each and the sum of their squared distances."""

    middles: Middles
    sizes: tuple[int, ...]
    inertias: tuple[float, ...]
    steps: int
    converged: bool


def lloyd(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    middles: Sequence[Sequence[float]],
    steps: int = STEPS,
) -> Lloyd:
    """Move each middle to the mean of the rows nearest to it until nothing moves; one without rows goes to the farthest row.

    Parameters
    ----------
    connection
        Where the table is.
    table
        Name of a table without NULL in the columns. Where these are on a binary grid, sums are exact, and neither the order of rows nor
        the number of threads changes the result.
    columns
        Names of the columns that are the coordinates.
    middles
        Where to begin, with a coordinate for each column.
    steps
        After so many it ends, converged or not.
    """
    now: Middles = tuple(tuple(float(value) for value in middle) for middle in middles)
    sums = ", ".join(f"sum({column})" for column in columns)
    step, converged = 0, False
    while True:
        sql = f"SELECT cluster, count(*), sum(nearest), {sums} FROM ({labelled(table, columns, now)}) GROUP BY cluster"
        rows = {cluster: rest for cluster, *rest in connection.execute(sql).fetchall()}
        if converged or step == steps:
            sizes = tuple(rows[cluster][0] if cluster in rows else 0 for cluster in range(len(now)))
            inertias = tuple(
                float(f"{rows[cluster][1]:.9g}") if cluster in rows else 0.0 for cluster in range(len(now))
            )
            return Lloyd(now, sizes, inertias, step, converged)
        empty = [cluster for cluster in range(len(now)) if cluster not in rows]
        far = dict(zip(empty, _farthest(connection, table, columns, now, len(empty)), strict=False))
        moved = tuple(
            tuple(value / rows[cluster][0] for value in rows[cluster][2:])
            if cluster in rows
            else far.get(cluster, middle)
            for cluster, middle in enumerate(now)
        )
        step += 1
        converged = all(
            abs(new - old) <= STILL
            for one, other in zip(moved, now, strict=True)
            for new, old in zip(one, other, strict=True)
        )
        now = moved


def labelled(table: str, columns: Sequence[str], middles: Middles, *, keep: str = "") -> str:
    """Return SQL of the rows of a table with `cluster`, the place of the nearest middle, and `nearest`, its squared distance.

    `keep` names further columns, such as `customer_key, `.
    """
    squared = [
        " + ".join(
            f"({column} - {_literal(value)}) * ({column} - {_literal(value)})"
            for column, value in zip(columns, middle, strict=True)
        )
        for middle in middles
    ]
    names = [f"d{place}" for place in range(len(middles))]
    apart = ", ".join(f"{sql} AS {name}" for sql, name in zip(squared, names, strict=True))
    cases = " ".join(f"WHEN {name} = nearest THEN {place}" for place, name in enumerate(names))
    coordinates = ", ".join(columns)
    return (
        f"SELECT {keep}{coordinates}, nearest, CASE {cases} END AS cluster FROM ("
        f"SELECT *, least({', '.join(names)}) AS nearest FROM (SELECT {keep}{coordinates}, {apart} FROM {table}))"
    )


def _farthest(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], middles: Middles, count: int
) -> list[tuple[float, ...]]:
    if not count:
        return []
    coordinates = ", ".join(columns)
    sql = (
        f"SELECT DISTINCT nearest, {coordinates} FROM ({labelled(table, columns, middles)}) "
        f"WHERE nearest > 0 ORDER BY nearest DESC, {coordinates} LIMIT {count}"
    )
    return [tuple(point) for _, *point in connection.execute(sql).fetchall()]


def _literal(value: float) -> str:
    """Return a number as SQL reads it as a DOUBLE, without a digit lost."""
    return f"{value:.17e}"
