"""Opening a warehouse file to read it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from martlet.engine import interrupts
from martlet.engine.errors import WarehouseError
from martlet.engine.paths import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["connect", "is_duckdb", "is_martlet", "named_in", "open_read_only", "refuse_foreign"]

# What every DuckDB file has after its first checksum.
_MAGIC = b"DUCK"
# How DuckDB tells who writes to the file.
_HELD = re.compile(r"Conflicting lock is held in (.+?) \(PID (\d+)\)")


def open_read_only(path: str | Path, *, config: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file read-only.

    Raises
    ------
    WarehouseError
        If there is no such file, it is no DuckDB file, or another process is writing to it.
    """
    real = resolved(path)
    if not real.exists():
        raise WarehouseError(f"there is no warehouse {path}; make one with: martlet build --warehouse {path}")
    if not is_duckdb(real):
        raise WarehouseError(f"{path} is no DuckDB file, so no warehouse")
    try:
        return duckdb.connect(str(real), read_only=True, config=dict(config or {}))
    except duckdb.Error as error:
        raise WarehouseError(_not_opened(path, str(error).splitlines()[0])) from error


def is_duckdb(path: Path) -> bool:
    """Tell whether a file begins as every DuckDB file does.

    Raises
    ------
    WarehouseError
        If it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(12)[8:] == _MAGIC
    except OSError as error:
        raise WarehouseError(f"{path} can't be read: {error.strerror or error}") from error


def _not_opened(path: str | Path, problem: str) -> str:
    if found := _HELD.search(problem):
        return f"another program ({found[1]}, process {found[2]}) has {path} open for writing; close it there first"
    if "different configuration" in problem:
        return (
            f"this process has {path} open in another way, such as for writing; close that connection first"
        )
    return f"{path} can't be opened: {problem}"


@contextmanager
def connect(path: str | Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file read-only, for the length of a block."""
    connection = open_read_only(path)
    try:
        with interrupts.stopping(connection):
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
