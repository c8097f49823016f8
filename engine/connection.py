"""Opening a warehouse file to read it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from martlet.engine.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["READING", "connect", "is_martlet", "named_in", "open_read_only", "refuse_foreign"]

# A PIVOT is several statements of one: it reads the values first that become columns.
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.MULTI)

# What every DuckDB file has after its first checksum.
_MAGIC = b"DUCK"


def open_read_only(path: str | Path, *, config: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file read-only.

    Raises
    ------
    WarehouseError
        If there is no such file, it is no DuckDB file, or another process is writing to it.
    """
    path = Path(path)
    if not path.exists():
        raise WarehouseError(f"there is no warehouse {path}; make one with: martlet build --warehouse {path}")
    if path.is_dir():
        raise WarehouseError(f"{path} is a directory, not a warehouse file")
    try:
        with path.open("rb") as file:
            beginning = file.read(12)
    except OSError as error:
        raise WarehouseError(f"{path} can't be read: {error.strerror or error}") from error
    if beginning[8:] != _MAGIC:
        raise WarehouseError(f"{path} is no DuckDB file, so no warehouse")
    try:
        return duckdb.connect(str(path), read_only=True, config=dict(config or {}))
    except duckdb.Error as error:
        raise WarehouseError(f"{path} can't be opened: {str(error).splitlines()[0]}") from error


@contextmanager
def connect(path: str | Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file read-only, for the length of a block."""
    connection = open_read_only(path)
    try:
        yield connection
    finally:
        connection.close()


def is_martlet(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the open file was made by Martlet: whether it has the table of its settings."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'setting'"
    ).fetchall()
    return bool(found)


def refuse_foreign(connection: duckdb.DuckDBPyConnection, path: str | Path) -> None:
    """Refuse an open DuckDB file that Martlet did not make.

    Raises
    ------
    WarehouseError
        If it is such a file.
    """
    if not is_martlet(connection):
        raise WarehouseError(f"{path} is a DuckDB file, but was not made by Martlet")


def named_in(connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that the one statement of `sql` names: the words chosen decide which of a query's it has."""
    (statement,) = connection.extract_statements(sql)
    return {name: values[name] for name in statement.named_parameters}
