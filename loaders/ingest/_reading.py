"""Any file of rows, CSV or Parquet, to one table of text cells that still knows each row as it was written.

Cells are text whatever the format, so that one set of rules reads dates and amounts. What can't be split into the
table's columns keeps its place and its text, with the problem in words: nothing is lost here.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest import _separated
from martlet.loaders.ingest._column_names import listed
from martlet.loaders.ingest._decoding import decode, unpack
from martlet.sql.errors import IngestError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Table", "read"]


@dataclass(frozen=True)
class Table:
    """Rows of a file, as text.

    Attributes
    ----------
    name
        Name of the file, without its folder.
    content_hash
        SHA-256 of the file's bytes, in hexadecimal.
    format
        What was recognised, in words.
    cells
        A row for each row of data, in the file's order, and a text column for each of its columns; an empty cell is ''
        or NULL. Columns of a file without header are named by position: '1', '2', ...
    has_header
        Whether the names are the file's own.
    numeric
        Columns that the file itself declares as numbers, whose decimal point needs no guessing.
    problems
        What is wrong with a row as a whole, or NULL; row for row as in `cells`.
    originals
        Rows as they were written, row for row as in `cells`: text, or a frame to be written as JSON.
    notes
        What a person should know about how the file was read.
    """

    name: str
    content_hash: str
    format: str
    cells: pl.DataFrame
    has_header: bool
    numeric: frozenset[str]
    problems: pl.Series
    originals: pl.Series | pl.DataFrame
    notes: tuple[str, ...]

    def originals_at(self, rows: pl.Series) -> pl.Series:
        """Return the given rows, counted from 0, as they were written; those of Parquet as JSON."""
        found = self.originals[rows]
        if isinstance(found, pl.DataFrame):
            return pl.Series("row_text", found.write_ndjson().splitlines(), dtype=pl.String)
        # A control character would make the quarantine itself hard to read and to export.
        controls = found.str.contains(r"[\x00-\x08\x0e-\x1f\x7f]")
        if controls.any():
            found = pl.Series(
                [
                    text.encode("unicode_escape").decode() if bad else text
                    for text, bad in zip(found, controls, strict=True)
                ]
            )
        return found.alias("row_text")


def read(path: Path) -> Table:
    """Read a file of rows whose format is recognised by its content, not by its name.

    Raises
    ------
    IngestError
        If there is no such file, it can't be opened, or it is neither delimited text nor Parquet, or has no rows.
    """
    if path.is_dir():
        raise IngestError(f"{path} is a directory; give the path of one file, CSV or Parquet")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise IngestError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise IngestError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
    content_hash = hashlib.sha256(data).hexdigest()
    data, compression = unpack(path.name, data)
    if data.startswith(b"PAR1"):
        return _parquet(path.name, content_hash, data)
    lines = decode(path.name, data)
    parts = _separated.split(path.name, lines)
    return Table(
        name=path.name,
        content_hash=content_hash,
        format=f"{compression}{lines.encoding}, {parts.format}",
        cells=parts.cells,
        has_header=parts.has_header,
        numeric=frozenset(),
        problems=parts.problems,
        originals=parts.originals,
        notes=(*lines.notes, *parts.notes),
    )


def _parquet(name: str, content_hash: str, data: bytes) -> Table:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException) as error:
        raise IngestError(
            f"{name} begins like a Parquet file, but can't be read: {str(error).splitlines()[0]}"
        ) from error
    if frame.is_empty():
        raise IngestError(f"{name} has no rows; its columns are: {listed(frame.columns) or 'none'}")
    flat = {column: dtype for column, dtype in frame.schema.items() if not dtype.is_nested()}
    notes: tuple[str, ...] = ()
    if len(flat) < frame.width:
        nested = ", ".join(column for column in frame.columns if column not in flat)
        notes = (f"nested columns can't be used and were ignored: {nested}",)
    return Table(
        name=name,
        content_hash=content_hash,
        format="Parquet",
        cells=frame.select(_as_text(column, dtype) for column, dtype in flat.items()),
        has_header=True,
        numeric=frozenset(column for column, dtype in flat.items() if dtype.is_numeric()),
        problems=pl.repeat(None, frame.height, dtype=pl.String, eager=True),
        originals=frame,
        notes=notes,
    )


def _as_text(column: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(column)
    if isinstance(dtype, pl.Datetime):
        utc = cell.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if dtype.time_zone else cell
        return utc.dt.cast_time_unit("us").dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
    if isinstance(dtype, pl.String):
        return cell.str.strip_chars()
    return cell.cast(pl.String, strict=False)
