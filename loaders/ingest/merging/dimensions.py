"""Natural identifiers become keys of dimensions; whoever is not known yet gets a placeholder, which a later load completes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging import history
from martlet.loaders.ingest.merging.tables import has_rows, quoted
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["Join", "Resolved", "resolve"]


@dataclass(frozen=True)
class Join:
    """A LEFT JOIN with a temporary table that gives `column` for each row of a staged table that is called `staged`."""

    table: str
    column: str
    sql: str
    expression: str


@dataclass
class Resolved:
    """The joins of a staged table."""

    joins: list[Join]

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Drop the tables that the joins read."""
        for join in self.joins:
            connection.execute(f"DROP TABLE {join.table}")


def resolve(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Resolved:
    """Find or make the rows of dimensions that staged rows name; their keys stand in temporary tables for the joins returned."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name in staged.fed:
        of = staged.entity.field(name)
        if of.dimension is not None and not (staged.entity.is_dimension and name in staged.entity.key):
            key = of.key or dimensions()[of.dimension].key
            groups.setdefault((of.dimension, key), []).append(name)
    resolved = Resolved([])
    # A variant's experiment must be there before it.
    order = list(dimensions())
    for dimension, key in sorted(groups, key=lambda pair: order.index(pair[0])):
        names = groups[dimension, key]
        resolved.joins.append(_resolve_one(connection, staged, dimensions()[dimension], key, names))
    return resolved


def _resolve_one(
    connection: duckdb.DuckDBPyConnection, staged: Staged, of: Dimension, key: str, names: list[str]
) -> Join:
    values = _natural(staged, of, names)
    columns = [f"n{number}" for number in range(1, len(values) + 1)]
    table = f"key_{staged.entity.name.replace('.', '_')}_{key}"
    wanted = ", ".join(f"{value} AS {column}" for value, column in zip(values, columns, strict=True))
    given = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    same = " AND ".join(f"known.{column} = wanted.{column}" for column in columns)
    alias = f"LEFT JOIN ({of.aliases()}) AS other ON other.n1 = wanted.n1" if of.alias else ""
    found = "coalesce(known.key, other.key)" if of.alias else "known.key"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS "
        f"WITH wanted AS (SELECT {wanted}, min(row) AS row FROM {staged.name} WHERE {given} GROUP BY ALL) "
        f"SELECT wanted.*, {found} AS key FROM wanted LEFT JOIN ({of.names()}) AS known ON {same} {alias}"
    )
    _make(connection, of, table)
    on = " AND ".join(f"{table}.{column} = {value}" for column, value in zip(columns, values, strict=True))
    return Join(table, key, f"LEFT JOIN {table} ON {on}", f"{table}.key")


def _make(connection: duckdb.DuckDBPyConnection, of: Dimension, table: str) -> None:
    """Make placeholders for what was not found."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT * REPLACE (greatest((SELECT max({of.column}) FROM {of.table}), {of.first_key - 1}) "
        f"+ row_number() OVER (ORDER BY row, n1) AS key) FROM {table} WHERE key IS NULL"
    )
    if has_rows(connection, "fresh"):
        connection.execute(of.add("fresh"))
        if of.tracked:
            history.begin(connection, of, "SELECT key FROM fresh")
        columns = [f"n{number}" for number in range(1, len(of.natural) + 1)]
        same = " AND ".join(f"{table}.{column} = fresh.{column}" for column in columns)
        connection.execute(f"UPDATE {table} SET key = fresh.key FROM fresh WHERE {same}")
    connection.execute("DROP TABLE fresh")


def _natural(staged: Staged, of: Dimension, names: list[str]) -> list[str]:
    """Return the SQL of what identifies the row of a dimension that a staged row names; NULL in all of them if it names none."""
    if len(of.natural) == 1:
        return [f"coalesce({', '.join(quoted(name) for name in names)})"]
    given = [
        f"coalesce({quoted(name)}, '(unknown)')" if name in staged.fed else "'(unknown)'"
        for name in of.fields
    ]
    some = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    return [f"CASE WHEN {some} THEN {value} END" for value in given]
