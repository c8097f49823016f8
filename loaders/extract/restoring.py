"""Restore a spoilt extract to the right values, cell by cell, from the record of its defects."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.loaders.extract._files import MOMENT
from martlet.loaders.extract._folder import DEFECTS_FILE, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["COPIES", "defects_of", "restored"]

COPIES: Final = ("exact_duplicate", "near_duplicate")
_NOT_CELLS: Final = (*COPIES, "late_row", "ragged_row", "encoding")


def restored(folder: str | Path, *, tables: Iterable[str] | None = None) -> dict[str, pl.DataFrame]:
    """Return the right rows of an extract, all columns as text: what a perfect cleaning would find.

    Parameters
    ----------
    folder
        The folder of an extract.
    tables
        Names of the tables to restore, such as `shop_orders`; all if None. A table is held in memory as a whole.

    Raises
    ------
    ParameterError
        If the folder is not an extract, lacks its `_truth`, has no such table, or a file was changed since.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    known = manifest["tables"]
    wanted = list(known) if tables is None else list(tables)
    for name in wanted:
        if name not in known:
            raise ParameterError(f"{folder} has no table {name!r}.{did_you_mean(name, known)}")
    record = defects_of(folder)
    return {name: _table(folder, known[name], record) for name in wanted}


def defects_of(folder: str | Path) -> pl.DataFrame:
    """Return the record of an extract's defects.

    Raises
    ------
    ParameterError
        If the folder has no such record.
    """
    path = Path(folder) / DEFECTS_FILE
    if not path.is_file():
        raise ParameterError(
            f"there is no {path}; without it an extract can't be restored or scored; ask whoever made the extract for its folder _truth"
        )
    return pl.read_parquet(path)


def _table(folder: Path, table: dict[str, Any], record: pl.DataFrame) -> pl.DataFrame:
    """Restore a table: late rows return to their positions; all others are in order already."""
    parts = []
    for name in table["files"]:
        mine = record.filter(pl.col("file") == name)
        rows = _cells(_read(folder / name, list(table["columns"]), mine), mine).with_row_index("row", 1)
        copies = mine.filter(pl.col("kind").is_in(COPIES)).select(pl.col("row").cast(pl.UInt32))
        parts.append(rows.join(copies, on="row", how="anti", maintain_order="left").drop("row"))
    late = record.filter((pl.col("kind") == "late_row") & pl.col("file").is_in(table["files"])).sort("row")
    if late.is_empty():
        return parts[0]
    positions = pl.Series("position", range(1, table["clean_rows"] + 1), dtype=pl.Int64)
    kept = positions.filter(~positions.is_in(late["clean_row"].implode()))
    numbered = (
        part.with_columns(position=position)
        for part, position in zip(parts, (kept, late["clean_row"]), strict=True)
    )
    return pl.concat(numbered).sort("position").drop("position")


def _read(path: Path, columns: list[str], defects: pl.DataFrame) -> pl.DataFrame:
    """Read a file as text, with its encoding known and its broken lines mended."""
    if path.suffix == ".csv":
        return _read_csv(path, defects)
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
    else:
        empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        frame = pl.read_ndjson(path, infer_schema_length=None) if path.stat().st_size else empty
    return frame.with_columns(pl.col(pl.Datetime).dt.strftime(MOMENT)).cast(pl.String)


def _read_csv(path: Path, defects: pl.DataFrame) -> pl.DataFrame:
    codec = defects.filter(pl.col("kind") == "encoding")["spoilt_value"].to_list() or ["utf-8"]
    text = path.read_bytes().decode(codec[0])
    broken = defects.filter(pl.col("kind") == "ragged_row")
    if broken.height:
        lines = text.split("\n")
        for row, right, wrong in broken.select("row", "original_value", "spoilt_value").iter_rows():
            if row >= len(lines) or lines[row] != wrong:
                raise ParameterError(
                    f"{path}: row {row} was changed after the extract was written; extract it again"
                )
            lines[row] = right
        text = "\n".join(lines)
    return pl.read_csv(io.BytesIO(text.encode()), infer_schema=False)


def _cells(frame: pl.DataFrame, defects: pl.DataFrame) -> pl.DataFrame:
    cells = defects.filter(~pl.col("kind").is_in(_NOT_CELLS))
    for (column,), mine in cells.partition_by("column", as_dict=True, maintain_order=True).items():
        name = str(column)
        series = frame[name].scatter((mine["row"] - 1).to_list(), mine["original_value"])
        frame = frame.with_columns(series.alias(name))
    return frame
