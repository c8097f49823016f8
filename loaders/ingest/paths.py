"""Paths that somebody has already counted, from an analytics tool or a published data set, into `star.fact_path`."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from martlet.engine.errors import IngestError, ParameterError
from martlet.loaders.ingest.report import FileReport, IngestReport
from martlet.loaders.warehouse import empty, star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    import duckdb

__all__ = ["ingest_paths"]

_KIND = "ingest paths"
# The names that tools and data sets give to each column, ours first.
_NAMES = {
    "path": ("path", "transformed_path", "journey"),
    "conversions": ("conversions", "total_conversions", "conversion"),
    "revenue": ("revenue", "total_conversion_value", "conversion_value", "value"),
    "non_conversions": ("non_conversions", "total_null", "null", "nulls"),
}
_TYPES: dict[str, pl.DataType] = {
    "conversions": pl.Int64(),
    "revenue": pl.Decimal(18, 6),
    "non_conversions": pl.Int64(),
}


def ingest_paths(
    paths: str | Path | pl.DataFrame,
    *,
    warehouse: str | Path = "warehouse.duckdb",
    columns: dict[str, str] | None = None,
    separator: str = ">",
) -> IngestReport:
    """Load counted paths into a new or an existing warehouse, in place of those it had; ask `attribution/given_paths`.

    Parameters
    ----------
    paths
        A CSV or Parquet file, or a frame: a path of channels such as `Email > Direct`, its conversions, and perhaps their
        value and the people who walked it without one.
    warehouse
        The warehouse file to add to, or to make.
    columns
        The column of `path`, `conversions`, `revenue` and `non_conversions`; those left out are known by usual names, such
        as `total_conversions`. Only `path` and `conversions` must be there.
    separator
        What stands between the channels of a path, spaces around it aside.

    Raises
    ------
    IngestError
        If the file can't be read, a column is missing, or a row has an empty step or a number that is none; the message
        gives the row, counted from 1. Nothing is changed.
    ParameterError
        If `columns` names a role that there is not, or `separator` is empty.
    WarehouseError
        If the warehouse can't be written or isn't Martlet's.
    """
    began = time.perf_counter()
    if not separator.strip():
        raise ParameterError("separator is empty, but must be what stands between two channels, such as '>'")
    given, name = (
        (paths, "(frame)") if isinstance(paths, pl.DataFrame) else (_read(Path(paths)), Path(paths).name)
    )
    chosen = _choose(given, columns or {})
    frame = _checked(given, chosen, separator)
    with rewriting(warehouse, start_from_existing=True, empty=empty.put) as connection:
        star.create(connection)
        load_id = _load(connection, frame, name, time.perf_counter() - began)
        star.finish(connection, load_id)
    seconds = time.perf_counter() - began
    file = FileReport(
        load_id=load_id,
        source=name,
        format="paths with counts",
        columns=chosen,
        ignored=tuple(column for column in given.columns if column not in chosen.values()),
        rows_read=frame.height,
        rows_loaded=frame.height,
        seconds=seconds,
    )
    return IngestReport(files=(file,), seconds=seconds)


def _read(file: Path) -> pl.DataFrame:
    try:
        if file.suffix.lower() == ".parquet":
            return pl.read_parquet(file)
        return pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IngestError(f"{file} can't be read as CSV or Parquet: {str(error).splitlines()[0]}") from error


def _choose(given: pl.DataFrame, columns: dict[str, str]) -> dict[str, str]:
    """Return the column of each role that is there."""
    for role, column in columns.items():
        if role not in _NAMES:
            raise ParameterError(f"columns has {role!r}, but its roles are {', '.join(_NAMES)}")
        if column not in given.columns:
            raise IngestError(
                f"there is no column {column!r} for {role}; there are {', '.join(given.columns)}"
            )
    usual = {column.strip().lower(): column for column in reversed(given.columns)}
    chosen = dict(columns)
    for role, names in _NAMES.items():
        found = next((usual[name] for name in names if name in usual), None)
        if role not in chosen and found is not None:
            chosen[role] = found
    for role in ("path", "conversions"):
        if role not in chosen:
            there = ", ".join(given.columns)
            raise IngestError(
                f"there is no column for {role} (such as {' or '.join(_NAMES[role])}); there are {there}"
            )
    return chosen


def _checked(given: pl.DataFrame, chosen: dict[str, str], separator: str) -> pl.DataFrame:
    """Return the rows as they will stand in the star, or say which one can't."""
    steps = (
        given[chosen["path"]].cast(pl.String).str.split(separator).list.eval(pl.element().str.strip_chars())
    )
    empty = steps.list.eval(pl.element().eq("")).list.any().fill_null(value=True)
    if empty.any():
        row = empty.arg_true()[0]
        raise IngestError(f"row {row + 1}: the path {given[chosen['path']][row]!r} has a step without a name")
    columns = [steps.list.join(" > ").alias("path")]
    for role, kind in _TYPES.items():
        if role not in chosen:
            continue
        column = given[chosen[role]]
        exact = column.cast(pl.Decimal(30, 6), strict=False)
        wrong = (exact.is_null() | (exact < 0) | (kind.is_integer() & (exact != exact.floor()))).fill_null(
            value=True
        )
        if wrong.any():
            row = wrong.arg_true()[0]
            must = "a whole number, 0 or more" if kind.is_integer() else "an amount, 0 or more"
            raise IngestError(f"row {row + 1}: {chosen[role]} is {column[row]!r}, but must be {must}")
        columns.append(exact.cast(kind).alias(role))
    return pl.DataFrame(columns).with_row_index("path_id", offset=1)


def _load(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, name: str, seconds: float) -> int:
    connection.execute("DELETE FROM star.fact_path")
    star.insert(connection, "star.fact_path", frame)
    load_id = star.next_load_id(connection)
    digest = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    star.record_load(
        connection,
        {
            "load_id": load_id,
            "kind": _KIND,
            "source": name,
            "content_hash": digest,
            "rows_read": frame.height,
            "rows_loaded": frame.height,
            "rows_merged": 0,
            "rows_quarantined": 0,
            "seconds": seconds,
        },
    )
    return load_id
