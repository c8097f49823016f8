"""An answer in the hands of DuckDB, which writes all formats."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa

__all__ = ["answering"]


@contextmanager
def answering(table: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory connection in which the table is the relation `answer`."""
    import duckdb  # noqa: PLC0415 - heavy

    connection = duckdb.connect(config={"python_enable_replacements": False})
    try:
        connection.register("answer", table)
        yield connection
    finally:
        connection.close()
