"""What the star's tables look like in the open file, and how an expression becomes a value of a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.engine.relations import relation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from martlet.loaders.ingest.entity import Field

__all__ = ["Column", "columns_of", "count", "has_rows", "primary_key", "quoted", "rows_told", "sql_type"]

_SQL_TYPES = {
    "number": "DOUBLE",
    "share": "DOUBLE",
    "count": "BIGINT",
    "year": "BIGINT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "bool": "BOOLEAN",
    "mark": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """A column of a table; `default` is SQL, or None."""

    name: str
    type: str
    is_nullable: bool
    default: str | None

    def filled(self, expression: str) -> str:
        """Return the expression as a value of the column: cast, and the default where it is NULL and must not be."""
        value = f"TRY_CAST({expression} AS {self.type})"
        return value if self.is_nullable or self.default is None else f"coalesce({value}, {self.default})"

    def known(self, alias: str) -> str:
        """Return what a row of the table tells: a default that stands for nothing known is NULL."""
        name = f"{alias}.{quoted(self.name)}"
        return name if self.is_nullable or self.default is None else f"nullif({name}, {self.default})"


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[Column]:
    """Return the columns of a qualified table, in order."""
    schema, name = table.split(".")
    found: Sequence[tuple[str, str, bool, str | None]] = connection.execute(
        "SELECT column_name, data_type, is_nullable, column_default FROM duckdb_columns() "
        "WHERE schema_name = $schema AND table_name = $name ORDER BY column_index",
        {"schema": schema, "name": name},
    ).fetchall()
    return [Column(*column) for column in found]


def primary_key(table: str) -> tuple[str, ...]:
    """Return the columns of a table's declared primary key."""
    return next(key.columns for key in relation_of(table).keys if key.kind == "primary")


def has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Tell whether a table holds any row."""
    return bool(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a table, or of what else can follow FROM."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def rows_told(connection: duckdb.DuckDBPyConnection, table: str, row: str = "row") -> str:
    """Return the SQL that counts the rows of the file that staged records are of; if each is of its own, without comparing them."""
    has_parts = has_rows(connection, f"{table} WHERE part > 0")
    return f"count(DISTINCT {row})" if has_parts else "count(*)"


def quoted(name: str) -> str:
    """Return a name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def sql_type(field: Field) -> str:
    """Return the SQL type in which a field is staged."""
    if field.type == "money":
        return f"DECIMAL(18, {field.decimals})"
    return _SQL_TYPES.get(field.type, "VARCHAR")
