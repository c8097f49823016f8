"""The maps and segments that a warehouse keeps, those that every one begins with and a user's own; `segments` says what they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import ParameterError, WarehouseError
from martlet.loaders.warehouse.atomic import rewriting
from martlet.loaders.warehouse.segments import parse

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.warehouse.segments import Segments

__all__ = ["carry_over", "install_segments", "put"]

# Tables, and the column that names what a row belongs to.
_TABLES: Final = {"meta.segment_rule": "segment_map", "meta.segment_condition": "segment"}


def put(connection: duckdb.DuckDBPyConnection, segments: Segments) -> None:
    """Put maps and segments into an open warehouse, in the place of those of the same names."""
    for (table, column), frame in zip(_TABLES.items(), (segments.rules, segments.conditions), strict=True):
        if frame.is_empty():
            continue
        connection.register("_segments", frame)
        connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT {column} FROM _segments)")
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM _segments")
        connection.unregister("_segments")


def carry_over(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Take the maps and segments of an attached warehouse, which has these tables too, in the place of one's own."""
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {database}.{table}")


def install_segments(file: str | Path, warehouse: str | Path = "warehouse.duckdb") -> list[str]:
    """Put the maps and segments of a TOML file into a warehouse, in the place of those of the same names; loads keep them.

    Returns
    -------
    list
        The names of the maps and segments of the file, in its order.

    Raises
    ------
    ParameterError
        If the file can't be read, or says what can't be; the message names file and key.
    WarehouseError
        If there is no such warehouse, or it can't be written.

    Examples
    --------
    >>> file = folder / "segments.toml"
    >>> _ = file.write_text('segments.buyers.where = [{ column = "frequency", at_least = 1 }]')
    >>> martlet.install_segments(file, path)
    ['buyers']
    """
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{file} can't be read: {error}") from None
    segments = parse(text, str(file))
    with connect(warehouse) as connection:
        refuse_foreign(connection, warehouse)
        _refuse_older(connection, warehouse)
    with rewriting(warehouse, start_from_existing=True) as connection:
        put(connection, segments)
    return [*segments.maps, *segments.segments]


def _refuse_older(connection: duckdb.DuckDBPyConnection, warehouse: str | Path) -> None:
    sql = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'segment_condition'"
    if not connection.execute(sql).fetchall():
        raise WarehouseError(
            f"another version of Martlet made {warehouse}: it keeps no segments; build it anew, or load a file into it"
        )
