"""Parquet to batches, row group by row group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading._arrow import framed
from martlet.loaders.ingest.reading._bytes import seekable
from martlet.loaders.ingest.reading._nested import (
    exploded,
    flat,
    json_lines,
    unwrapped,
    with_firsts,
    with_params,
)
from martlet.loaders.ingest.reading._oversize import too_long
from martlet.loaders.ingest.reading._values import as_text
from martlet.loaders.ingest.reading.options import Batch, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from martlet.loaders.ingest.reading.limits import Limits
    from martlet.loaders.ingest.reading.options import Reading

__all__ = ["Parquet", "open_parquet"]

ROWS: Final = 65_536
_MOST_CELLS: Final = 1 << 22
_FAILURES: Final = (
    pa.ArrowException,
    OSError,
    ValueError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)


@dataclass(frozen=True)
class Parquet:
    """A Parquet file that was recognised."""

    path: Path
    reading: Reading
    limits: Limits
    columns: tuple[str, ...]
    numeric: frozenset[str]
    notes: tuple[str, ...]
    format: str = "Parquet"

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns; no row repeats them."""
        return self.columns

    def batches(self) -> Iterator[Batch]:
        """Yield the rows; they aren't numbered yet."""
        for frame in _frames(self.path, self.limits):
            rows, origin = _shaped(frame, self.reading)
            texts, spoilt = [], dict[int, frozenset[str]]()
            for name in self.columns:
                text, is_spoilt = as_text(rows[name])
                texts.append(text.alias(name))
                for at in [] if is_spoilt is None else is_spoilt.arg_true():
                    spoilt[at] = spoilt.get(at, frozenset()) | {name}
            cells = pl.DataFrame(texts)
            problems = too_long(cells, self.limits)
            yield Batch(1, cells, problems, lambda at, f=frame, o=origin: json_lines(f[o.gather(at)]), spoilt)  # type: ignore[misc]


def open_parquet(path: Path, reading: Reading, limits: Limits) -> Parquet:
    """Recognise the columns of a Parquet file.

    Raises
    ------
    IngestError
        If it can't be read, has no rows, or too many columns.
    """
    frame = next(_frames(path, limits, first=1), None)
    if frame is None:
        raise IngestError(f"{path.name} has no rows")
    rows, _ = _shaped(frame, reading)
    usable = {name: dtype for name, dtype in rows.schema.items() if not dtype.is_nested()}
    used = {param.list for param in reading.params.values()}
    ignored = [name for name in rows.columns if name not in usable and name not in used]
    notes = (f"nested columns can't be used and were ignored: {listed(ignored)}",) if ignored else ()
    numeric = frozenset(name for name, dtype in usable.items() if dtype.is_numeric())
    return Parquet(path, reading, limits, tuple(usable), numeric, notes)


def _frames(path: Path, limits: Limits, *, first: int | None = None) -> Iterator[pl.DataFrame]:
    with seekable(path) as file:
        try:
            parquet = pq.ParquetFile(file)
            width = len(parquet.schema)
            if width > limits.columns:
                raise IngestError(
                    f"{path.name}, a Parquet file, is too wide: {limits.beyond('columns', width)}"
                )
            depth = max((parquet.schema.column(i).path.count(".") for i in range(width)), default=0)
            if depth > limits.depth:
                raise IngestError(f"{path.name} is nested too deeply: {limits.beyond('depth', depth)}")
            size = min(ROWS, max(1, _MOST_CELLS // max(1, width)))
            for batch in parquet.iter_batches(batch_size=first or size):
                if batch.num_rows:
                    yield framed(batch)
        except _FAILURES as error:
            what = str(error).split("\n", 1)[0]
            raise IngestError(f"{path.name} begins like a Parquet file, but can't be read: {what}") from error


def _shaped(frame: pl.DataFrame, reading: Reading) -> tuple[pl.DataFrame, pl.Series]:
    """Return the rows, flat but for lists, and which row of the frame each came from."""
    rows = unwrapped(frame)
    origin = pl.int_range(rows.height, dtype=pl.UInt32, eager=True)
    rows = with_firsts(rows, reading.params)
    if reading.explode is not None:
        rows, origin = exploded(rows, reading.explode)
        rows = unwrapped(rows)
    rows = flat(rows)
    moved = {c: p.path for c, p in reading.params.items() if p.path is not None and p.path in rows.columns}
    rows = rows.with_columns(pl.col(path).alias(column) for column, path in moved.items())
    return with_params(rows, reading.params), origin
