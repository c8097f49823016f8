"""Workbooks to batches, through Polars' reader: Excel's formats, old and new, and OpenDocument."""

from __future__ import annotations

import importlib.util
import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import IngestError, did_you_mean
from martlet.loaders.ingest.reading._bytes import seekable
from martlet.loaders.ingest.reading._header import find_header, named
from martlet.loaders.ingest.reading._nested import json_lines
from martlet.loaders.ingest.reading._oversize import too_long
from martlet.loaders.ingest.reading._sniffing import LONGEST_PREAMBLE
from martlet.loaders.ingest.reading._workbook_size import check_size
from martlet.loaders.ingest.reading.options import Batch, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from martlet.loaders.ingest.reading.limits import Limits
    from martlet.loaders.ingest.reading.options import Reading

__all__ = ["Excel", "is_workbook", "open_excel"]

_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0"
_SAMPLE: Final = 300
ROWS: Final = 65_536


@dataclass(frozen=True)
class Excel:
    """A sheet of a workbook."""

    columns: tuple[str, ...]
    header: tuple[str, ...] | None
    cells: pl.DataFrame
    format: str
    notes: tuple[str, ...]
    limits: Limits
    numeric: frozenset[str] = frozenset()

    def batches(self) -> Iterator[Batch]:
        """Yield the rows below the header; they aren't numbered yet."""
        for cells in self.cells.iter_slices(ROWS):
            problems = too_long(cells, self.limits)
            yield Batch(1, cells, problems, lambda at, f=cells: json_lines(f[at]))  # type: ignore[misc]


def is_workbook(path: Path, start: bytes) -> bool:
    """Tell whether a file is a workbook.

    Raises
    ------
    IngestError
        If it is an archive of something else.
    """
    if start.startswith(_OLD):
        return True
    if not start.startswith(_ZIP):
        return False
    try:
        with seekable(path) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise IngestError(
            f"{path.name} begins like an Excel workbook or another zip archive, but can't be read: {error}"
        ) from error
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return True
    raise IngestError(f"{path.name} is a zip archive, no Excel workbook; unpack it and give the files in it")


def open_excel(path: Path, reading: Reading, limits: Limits) -> Excel:
    """Read a sheet: the one that the profile names, or the first that holds anything.

    Raises
    ------
    IngestError
        If the reader isn't installed, the workbook can't be read, is too large, or the sheet is missing or empty.
    """
    if importlib.util.find_spec("fastexcel") is None:
        raise IngestError(
            f"{path.name} is an Excel workbook, which takes one more package; install it with: pip install 'martlet[excel]'"
        )
    sheets = {name: _filled(frame) for name, frame in _sheets(path, limits).items()}
    sheet = reading.sheet or next((name for name, frame in sheets.items() if frame.height), None)
    if sheet is None:
        raise IngestError(f"{path.name} is an Excel workbook whose sheets are all empty")
    if sheet not in sheets:
        raise IngestError(f"{path.name} has no sheet {sheet!r}.{did_you_mean(sheet, sheets)}")
    cells = sheets[sheet][reading.skip_lines :]
    if cells.is_empty():
        raise IngestError(f"{path.name} has no rows in the sheet {sheet!r}")
    others = [name for name, frame in sheets.items() if name != sheet and frame.height]
    notes = [f"the sheet {sheet!r} was read, others were not: {', '.join(others)}"] if others else []
    if cells.width > limits.columns:
        raise IngestError(
            f"{path.name}, an Excel workbook, is too wide: {limits.beyond('columns', cells.width)}"
        )
    head = [[(cell or "").strip() for cell in row] for row in cells.head(_SAMPLE).rows()]
    skipped, header = find_header(head[:LONGEST_PREAMBLE], head[1:] or head, cells.width)
    words = f"Excel, the sheet {sheet!r}, {'without' if header is None else 'with a'} header"
    if header is None:
        columns = tuple(str(i + 1) for i in range(cells.width))
    else:
        columns = named(header)
        cells = cells[skipped + 1 :]
        if skipped:
            notes.append(f"{skipped} {'line' if skipped == 1 else 'lines'} above the header left out")
    if cells.is_empty():
        raise IngestError(f"{path.name} has a header and no rows; its columns are: {listed(columns)}")
    cells.columns = list(columns)
    return Excel(columns, None if header is None else tuple(header), cells, words, tuple(notes), limits)


def _sheets(path: Path, limits: Limits) -> dict[str, pl.DataFrame]:
    with seekable(path) as file:
        _check_size(path.name, file, limits)
        file.seek(0)
        content = file.read()
    try:
        return pl.read_excel(
            io.BytesIO(content),
            sheet_id=0,
            has_header=False,
            read_options={"dtypes": "string"},
            raise_if_empty=False,
            drop_empty_rows=False,
            drop_empty_cols=False,
        )
    except (
        Exception,
        pl.exceptions.PanicException,
    ) as error:  # the reader's own errors share no base but this
        what = str(error).split("\n", 1)[0]
        raise IngestError(f"{path.name} is an Excel workbook, but can't be read: {what}") from error


def _check_size(name: str, file: IO[bytes], limits: Limits) -> None:
    size = file.seek(0, io.SEEK_END)
    if size > limits.unpacked:
        raise IngestError(f"{name} is too large a workbook: {limits.beyond('unpacked', size)}")
    file.seek(0)
    if file.read(len(_ZIP)) != _ZIP:
        return
    try:
        with zipfile.ZipFile(file) as archive:
            check_size(name, archive, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise IngestError(f"{name} is an Excel workbook, but can't be unpacked: {error}") from error


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out empty rows, and empty columns at the end."""
    if frame.is_empty():
        return frame
    frame = frame.select(pl.all().cast(pl.String))
    is_given = [
        frame.select((pl.nth(i).str.strip_chars() != "").any()).item() or False for i in range(frame.width)
    ]
    width = max((i + 1 for i, given in enumerate(is_given) if given), default=0)
    if not width:
        return frame.clear()
    any_given = pl.any_horizontal(pl.all().str.strip_chars().fill_null("") != "")
    return frame[:, :width].filter(any_given)
