"""Delimited text to batches: each chunk's plain rows are parsed by Polars at once, the others one by one, with care."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.ingest.reading import _sniffing
from martlet.loaders.ingest.reading._encoding import recognise, utf8_blocks
from martlet.loaders.ingest.reading._fields import cells_of, split_series
from martlet.loaders.ingest.reading._records import BROKEN, Records, cut
from martlet.loaders.ingest.reading.options import Batch
from martlet.sql.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from martlet.loaders.ingest.reading._encoding import Encoding
    from martlet.loaders.ingest.reading._sniffing import Layout
    from martlet.loaders.ingest.reading.options import Reading

__all__ = ["Delimited", "open_delimited"]

# Bytes of text that are parsed together; the smallest that keeps the cost of each call small.
CHUNK: Final = 1 << 23
_SAMPLE: Final = 1 << 18
_MOST_BROKEN: Final = 0.5
_LF, _CR = 10, 13


@dataclass(frozen=True)
class Delimited:
    """A delimited file that was recognised."""

    path: Path
    encoding: Encoding
    layout: Layout
    skip_lines: int

    @property
    def format(self) -> str:
        """What was recognised, in words."""
        header = "with a header" if self.layout.header else "without header"
        separator = _sniffing.words(self.layout.separator)
        return f"{self.encoding.words}, separated by {separator}, {header}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.layout.names

    @property
    def header(self) -> tuple[str, ...] | None:
        """The row that names them."""
        return self.layout.header

    @property
    def numeric(self) -> frozenset[str]:
        """No column is declared to be of numbers."""
        return frozenset()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know."""
        return (*self.encoding.notes, *self.layout.notes)

    def batches(self) -> Iterator[Batch]:
        """Yield the rows below the header; they aren't numbered yet."""
        above = self.layout.first_row
        for data, records in _chunks(self.path, self.encoding, self.layout, self.skip_lines):
            skipped = min(above, records.starts.size)
            above -= skipped
            if skipped < records.starts.size:
                yield _parse(data, records, skipped, self.layout)


def open_delimited(path: Path, reading: Reading) -> Delimited:
    """Recognise encoding, separator and header of a delimited file.

    Raises
    ------
    IngestError
        If the content is no text, has one column only, or no rows.
    """
    encoding = recognise(path, declared=reading.encoding)
    head = _head(path, encoding, reading.skip_lines)
    if not head.strip():
        raise IngestError(f"{path.name} is empty; a file with one record a row is needed")
    _check_separator(path.name, reading.separator)
    lines = re.split(r"\r\n|\r|\n", head.decode(errors="backslashreplace"))
    shape = _sniffing.shape(lines, declared=reading.separator)
    if shape.width == 1:
        raise IngestError(
            f"{path.name} has one column only: no comma, semicolon, tab, pipe, run of spaces or other mark separates "
            "its lines alike; at least two columns are needed in each row"
        )
    records = cut(head, shape.separator, shape.width, last=True, may_be_invalid=encoding.has_invalid)
    if list(records.problems.values()).count(BROKEN) > _MOST_BROKEN * records.starts.size:
        raise IngestError(
            f"{path.name} is not text, but binary data of an unknown kind, or in an unknown encoding"
        )
    first = _texts(head, records, np.arange(min(_sniffing.LONGEST_PREAMBLE, records.starts.size)))
    return Delimited(path, encoding, _sniffing.layout(shape, first.to_list()), reading.skip_lines)


def _check_separator(name: str, separator: str | None) -> None:
    if separator is not None and (len(separator) != 1 or not separator.isascii() or separator in '"\r\n'):
        raise IngestError(
            f"{name} is to be split at {separator!r}; a separator is one ASCII character, such as ';'"
        )


def _head(path: Path, encoding: Encoding, skip_lines: int) -> bytes:
    head = bytearray()
    for block in _content(path, encoding, skip_lines):
        head += block
        if len(head) >= _SAMPLE:
            # The line that is cut off would mislead.
            whole = max(head.rfind(b"\n"), head.rfind(b"\r")) + 1
            return bytes(head[:whole] or head)
    return bytes(head)


def _content(path: Path, encoding: Encoding, skip_lines: int) -> Iterator[bytes]:
    """Stream the text below the lines to be skipped, without the mark that DOS wrote at the end of a file."""
    waiting = b""
    for block in utf8_blocks(path, encoding):
        text = waiting + block
        while skip_lines and (end := _line_end(text)):
            text = text[end:]
            skip_lines -= 1
        if skip_lines:
            waiting = text
            continue
        kept = text.rstrip(b"\x1a")
        waiting = text[len(kept) :]
        yield kept


def _line_end(text: bytes) -> int:
    """Return where the second line begins, 0 if there is none."""
    found = [at for at in (text.find(b"\n"), text.find(b"\r", 0, len(text) - 1)) if at >= 0]
    if not found:
        return 0
    at = min(found)
    return at + 2 if text[at : at + 2] == b"\r\n" else at + 1


def _chunks(
    path: Path, encoding: Encoding, layout: Layout, skip_lines: int
) -> Iterator[tuple[bytes, Records]]:
    pending = bytearray()
    wanted = CHUNK
    for block in _content(path, encoding, skip_lines):
        pending += block
        if len(pending) < wanted:
            continue
        data = bytes(pending)
        records = _cut(data, layout, encoding, last=False)
        if records.consumed:
            yield data, records
            del pending[: records.consumed]
        # A row larger than a chunk would be looked at in vain each time a little of it was added.
        wanted = max(CHUNK, 2 * len(pending))
    data = bytes(pending)
    yield data, _cut(data, layout, encoding, last=True)


def _cut(data: bytes, layout: Layout, encoding: Encoding, *, last: bool) -> Records:
    return cut(data, layout.separator, layout.fields, last=last, may_be_invalid=encoding.has_invalid)


def _texts(data: bytes, records: Records, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    spans = zip(records.starts[places].tolist(), records.ends[places].tolist(), strict=True)
    return pl.Series(
        "row_text", [data[a:b].decode(errors="backslashreplace") for a, b in spans], dtype=pl.String
    )


def _parse(data: bytes, records: Records, skipped: int, layout: Layout) -> Batch:
    places = np.arange(skipped, records.starts.size)
    is_plain = records.plain[skipped:]
    plain, other = places[is_plain], places[~is_plain]
    fast = _plain_cells(_lines_of(data, records, plain), layout)
    if fast.height != plain.size:
        plain, other, fast = places[:0], places, fast.clear()
    cells, problems = _named(fast, layout.names), _surplus(fast, layout)
    if other.size:
        with_care, their_problems = _cells_with_care(data, records, other, layout)
        order = pl.Series(np.argsort(np.concatenate([plain, other]), kind="stable"))
        cells = pl.concat([cells, with_care]).select(pl.all().gather(order))
        problems = pl.concat([problems, their_problems]).gather(order)
    return Batch(1, cells, problems, lambda rows: _texts(data, records, places[rows.to_numpy()]))


def _lines_of(data: bytes, records: Records, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bytes:
    """Return rows of one line each as one text, with the line ends that Polars knows."""
    if not places.size:
        return b""
    starts, ends = records.starts[places], records.ends[places]
    array = np.frombuffer(data, np.uint8)
    gaps = starts[1:] - ends[:-1]
    line_ends = array[ends[:-1]]
    is_usual = ((gaps == 1) & (line_ends == _LF)) | (
        (gaps == 2) & (line_ends == _CR) & (array[starts[1:] - 1] == _LF)  # noqa: PLR2004 - CR and LF
    )
    if is_usual.all():
        return data[starts[0] : ends[-1]]
    # The byte after each row is its line end, or lies beyond the text.
    edges = np.zeros(len(data) + 2, np.int8)
    edges[starts] += 1
    edges[ends + 1] -= 1
    chosen = np.cumsum(edges[: len(data)], dtype=np.int8).view(np.bool_)
    lines = array.copy()
    lines[ends[ends < len(data)]] = _LF
    return lines[chosen].tobytes()


def _plain_cells(text: bytes, layout: Layout) -> pl.DataFrame:
    schema = {str(i): pl.String for i in range(layout.fields)}
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(text, has_header=False, schema=schema, separator=layout.separator)


def _named(cells: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Name the columns; those that the rows leave out are empty."""
    return cells.select(
        (pl.nth(i) if i < cells.width else pl.lit(None, pl.String)).alias(name)
        for i, name in enumerate(names)
    )


def _surplus(cells: pl.DataFrame, layout: Layout) -> pl.Series:
    """Return the problem of rows with something in fields beyond the last column."""
    is_wrong = pl.any_horizontal(
        pl.lit(value=False),
        *(pl.nth(i).str.strip_chars() != "" for i in range(len(layout.names), cells.width)),
    )
    message = pl.lit(_wrong_number(layout.fields, layout))
    # The column makes the result as long as the frame when nothing can be wrong.
    long = pl.nth(0).is_null() & False
    return cells.select(pl.when(is_wrong | long).then(message).alias("problem")).to_series()


def _wrong_number(count: int | str, layout: Layout) -> str:
    counted_in = "header has" if layout.header else "other rows have"
    return f"wrong number of fields: {count}, where the {counted_in} {len(layout.names)}"


def _cells_with_care(
    data: bytes, records: Records, places: np.ndarray[tuple[int], np.dtype[np.int64]], layout: Layout
) -> tuple[pl.DataFrame, pl.Series]:
    width = len(layout.names)
    frame = pl.DataFrame(
        {
            "parts": split_series(_texts(data, records, places), layout.separator),
            "known": [records.problems.get(place) for place in places.tolist()],
        },
        schema_overrides={"known": pl.String},
    ).with_columns(count=pl.col("parts").list.len().cast(pl.Int64))
    beyond = pl.col("parts").list.slice(width).list.join("").str.strip_chars(f' "{layout.separator}')
    is_wrong = ((pl.col("count") > width) & (beyond != "")) | (
        (pl.col("count") < width) & pl.lit(not layout.may_end_early)
    )
    message = pl.format(_wrong_number("{}", layout), pl.col("count"))
    problems = frame.select(
        pl.when(pl.col("known").is_not_null()).then("known").when(is_wrong).then(message).alias("problem")
    ).to_series()
    cells = frame.select(
        cells_of(pl.col("parts").list.get(i, null_on_oob=True), layout.separator).alias(name)
        for i, name in enumerate(layout.names)
    )
    return cells, problems
