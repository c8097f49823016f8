"""Writing the files of an extract, batch by batch."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl
import pyarrow.parquet as pq

from martlet.engine.errors import MartletError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from martlet.loaders.extract._tables import FileFormat

__all__ = ["MOMENT", "BrokenLine", "Writer", "arrow", "writer"]

MOMENT: Final = "%Y-%m-%d %H:%M:%S"
# Position in the batch, the line as it should be, and the line as it is written.
BrokenLine = tuple[int, str, str]
_MARKS: Final = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}
_CODECS: Final = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}


class Writer(Protocol):
    """Writes one file."""

    def write(self, frame: pl.DataFrame, broken: Sequence[tuple[int, float]] = ()) -> list[BrokenLine]:
        """Append rows; break the lines at these positions, each with a number in [0, 1) that says how."""

    def close(self) -> None:
        """Finish the file."""


def writer(path: Path, file_format: FileFormat, columns: Iterable[str], codec: str) -> Writer:
    """Return a writer for a new file."""
    if file_format == "csv":
        return _Csv(path, list(columns), codec)
    return _Parquet(path) if file_format == "parquet" else _Ndjson(path)


class _Csv:
    def __init__(self, path: Path, columns: list[str], codec: str) -> None:
        self._file = path.open("wb")
        self._codec = _CODECS.get(codec, codec)
        self._file.write(_MARKS.get(codec, b""))
        self._file.write((",".join(columns) + "\n").encode(self._codec))

    def write(self, frame: pl.DataFrame, broken: Sequence[tuple[int, float]] = ()) -> list[BrokenLine]:
        lines: list[BrokenLine] = []
        done = 0
        for position, draw in broken:
            self._plain(frame[done:position])
            row = frame[position : position + 1]
            right, wrong = _line(row), _line(_broken(row, draw))
            self._file.write(f"{wrong}\n".encode(self._codec))
            lines.append((position, right, wrong))
            done = position + 1
        self._plain(frame[done:])
        return lines

    def _plain(self, frame: pl.DataFrame) -> None:
        if self._codec == "utf-8":
            frame.write_csv(self._file, include_header=False, datetime_format=MOMENT)
        else:
            text = frame.write_csv(include_header=False, datetime_format=MOMENT)
            self._file.write(text.encode(self._codec))

    def close(self) -> None:
        self._file.close()


def _line(row: pl.DataFrame) -> str:
    return row.write_csv(include_header=False, datetime_format=MOMENT).removesuffix("\n")


def _broken(row: pl.DataFrame, draw: float) -> pl.DataFrame:
    """Return a row with an additional empty field, or cut short where an empty field would not be noticed."""
    empty = pl.Series("", [None], dtype=pl.String)
    if draw < 0.5 and row[0, -1] is not None:  # noqa: PLR2004
        return row.select(row.columns[:2]).with_columns(empty).hstack(row.select(row.columns[2:]))
    shortest = row.width // 2
    return row.select(row.columns[: shortest + int(draw * (row.width - shortest))])


class _Parquet:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(self, frame: pl.DataFrame, broken: Sequence[tuple[int, float]] = ()) -> list[BrokenLine]:
        if broken:
            raise MartletError("Parquet has no lines to break")
        table = arrow(frame)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)
        return []

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class _Ndjson:
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, frame: pl.DataFrame, broken: Sequence[tuple[int, float]] = ()) -> list[BrokenLine]:
        if broken:
            raise MartletError("NDJSON has no fields that could be cut off")
        buffer = io.BytesIO()
        frame.with_columns(
            pl.col(pl.Datetime).dt.strftime(MOMENT), pl.col(pl.Decimal, pl.Date).cast(pl.String)
        ).write_ndjson(buffer)
        self._file.write(buffer.getbuffer())
        return []

    def close(self) -> None:
        self._file.close()


def arrow(frame: pl.DataFrame) -> Any:
    """Return a frame as an Arrow table, in the types that every reader of Parquet knows."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
