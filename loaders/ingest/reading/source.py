"""A file of rows, opened: what it is, its columns, and its rows in batches."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from martlet.engine.errors import IngestError
from martlet.engine.paths import is_utf8, printable
from martlet.loaders.ingest.reading import _bytes
from martlet.loaders.ingest.reading._data_rows import LeftOut, check_options, data_rows
from martlet.loaders.ingest.reading._delimited import Delimited, open_delimited
from martlet.loaders.ingest.reading._excel import is_workbook, open_excel
from martlet.loaders.ingest.reading._json import open_json
from martlet.loaders.ingest.reading._parquet import open_parquet
from martlet.loaders.ingest.reading.failures import explained
from martlet.loaders.ingest.reading.limits import Limits
from martlet.loaders.ingest.reading.options import Batch, FillDown, Param, Reading, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Batch", "FillDown", "Param", "Reading", "Source", "open_source"]

_SAMPLE = 1_000
# A sample of large cells may have fewer rows: it must not fill the memory.
_LARGEST_SAMPLE = 1 << 26


_JSON: Final = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]\d-])")


class Opened(Protocol):
    """What each format gives; `header` is the row that names the columns, as the file writes it, if it has one."""

    @property
    def format(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def header(self) -> tuple[str, ...] | None: ...
    @property
    def numeric(self) -> frozenset[str]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    def batches(self) -> Iterator[Batch]: ...


@dataclass(frozen=True)
class Source:
    """A file that was recognised; its rows are read anew each time they are asked for.

    Attributes
    ----------
    path
        Where it is.
    format
        What was recognised, in words.
    columns
        Names of the columns; by position, '1', '2', ..., if the file has no header.
    has_header
        Whether the names are the file's own.
    numeric
        Columns that the file itself declares as numbers, whose decimal point needs no guessing.
    limits
        The most that is read of a row, a cell and other parts.
    """

    path: Path
    format: str
    columns: tuple[str, ...]
    has_header: bool
    numeric: frozenset[str]
    limits: Limits
    _opened: Opened = field(repr=False)
    _reading: Reading = field(repr=False)
    _left_out: LeftOut = field(repr=False, default_factory=LeftOut)
    # The name that stands for the file's own where that is hidden.
    _alias: str | None = None

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self._alias or self.path.name

    @property
    def is_hidden(self) -> bool:
        """Whether no cell of the file may be shown, nor its name."""
        return self._alias is not None

    def hidden_as(self, alias: str) -> Source:
        """Return the source under another name; what it tells of its rows quotes none of them."""
        return replace(self, _alias=alias, _left_out=LeftOut(is_hidden=True))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how the file was read; complete after a pass over all batches."""
        return (*self._opened.notes, *self._left_out.notes)

    @property
    def total_rows(self) -> tuple[Mapping[str, str], ...]:
        """Rows of totals that the file holds and that are no data, by column; complete after a pass over all batches."""
        return tuple(self._left_out.totals)

    def batches(self) -> Iterator[Batch]:
        """Yield the rows of data, in order and numbered from 1; each pass gives the same.

        Raises
        ------
        IngestError
            If the file turns out to be damaged, or to be larger in one of its parts than the limits allow.
        """
        with explained(self.name):
            yield from data_rows(self._opened.batches, self._opened.header, self._reading, self._left_out)

    @property
    def separator(self) -> str | None:
        """What separates the cells of a row of text; None if rows are kept as JSON."""
        return self._opened.layout.separator if isinstance(self._opened, Delimited) else None

    def content_hash(self) -> str:
        """Return the SHA-256 of the file's bytes, in hexadecimal."""
        return self._content_hash

    @cached_property
    def _content_hash(self) -> str:
        return _bytes.content_hash(self.path)

    def sample(self) -> pl.DataFrame:
        """Return the first rows of data, up to 1,000."""
        return self._sample

    @cached_property
    def _sample(self) -> pl.DataFrame:
        # What it leaves out is of no pass over all batches.
        batches = data_rows(self._first_batches, self._opened.header, self._reading, LeftOut())
        frames = [batch.cells for batch in batches]
        return (
            pl.concat(frames).head(_SAMPLE)
            if frames
            else pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
        )

    def _first_batches(self) -> Iterator[Batch]:
        """Yield batches until they hold the sample, and enough below it that the end of a file can't be in it."""
        rows = size = 0
        for batch in self._opened.batches():
            yield batch
            rows += batch.cells.height
            size += int(batch.cells.estimated_size())
            if rows >= 2 * _SAMPLE or size >= _LARGEST_SAMPLE:
                return


def open_source(
    path: Path,
    reading: Reading = Reading(),  # noqa: B008 - it is immutable
    limits: Limits = Limits(),  # noqa: B008
) -> Source:
    """Recognise a file by its content: delimited text, JSON, Parquet or a workbook, compressed or not.

    Raises
    ------
    IngestError
        If there is no such file, it is of another kind or damaged, it has no rows of data, it goes beyond the limits, or
        the options don't fit it.
    """
    if not is_utf8(path.name):
        raise IngestError(
            f"the name of the file {printable(path)} is not UTF-8, and is to be kept with its rows; rename it"
        )
    with explained(path.name):
        return _opened(path, reading, limits)


def _opened(path: Path, reading: Reading, limits: Limits) -> Source:
    packed = _bytes.compression(path)
    opened = _open(path, reading, limits)
    check_options(path.name, opened.columns, reading)
    source = Source(
        path,
        f"{packed}, {opened.format}" if packed else opened.format,
        opened.columns,
        opened.header is not None,
        opened.numeric,
        limits,
        opened,
        reading,
    )
    if source.sample().is_empty():
        raise IngestError(f"{path.name} has a header and no rows; its columns are: {listed(opened.columns)}")
    return source


def _open(path: Path, reading: Reading, limits: Limits) -> Opened:
    start = _bytes.head(path)
    _bytes.refuse_foreign(path.name, start)
    if start.startswith(b"PAR1"):
        return open_parquet(path, reading, limits)
    if is_workbook(path, start):
        return open_excel(path, reading, limits)
    # Byte order marks and the zeros of UTF-16 may stand between.
    if _JSON.match(start.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")):
        return open_json(path, reading, limits)
    return open_delimited(path, reading, limits)
