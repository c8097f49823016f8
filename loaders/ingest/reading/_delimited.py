"""A delimited file, opened and read chunk by chunk; a chunk ends where a row does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import _sniffing
from martlet.loaders.ingest.reading._chunk_cells import parse, texts
from martlet.loaders.ingest.reading._encoding import recognise, utf8_blocks
from martlet.loaders.ingest.reading._oversize import few_lines, shortened
from martlet.loaders.ingest.reading._records import Records, cut
from martlet.loaders.ingest.reading.options import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from martlet.loaders.ingest.reading._encoding import Encoding
    from martlet.loaders.ingest.reading._sniffing import Layout
    from martlet.loaders.ingest.reading.limits import Limits
    from martlet.loaders.ingest.reading.options import Batch, Reading

__all__ = ["Delimited", "open_delimited"]

# Bytes of text that are parsed together; the smallest that keeps the cost of each call small.
CHUNK: Final = 1 << 23
# The first is enough for a sample, which is often all that is wanted.
_FIRST_CHUNK: Final = 1 << 18
_SAMPLE: Final = 1 << 18
# Line ends in a chunk, unless one row has more.
_MOST_LINES: Final = 500_000
# Rows and cells of a batch: short rows, of many columns even, would make more of them than there are bytes.
_MOST_ROWS, _MOST_CELLS = 1 << 18, 1 << 21
# The marks that DOS wrote at the end of a file are held back up to so many.
_MOST_MARKS: Final = 1 << 10
_MOST_BROKEN: Final = 0.5


@dataclass(frozen=True)
class Delimited:
    """A delimited file that was recognised."""

    path: Path
    encoding: Encoding
    layout: Layout
    skip_lines: int
    limits: Limits

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
        together = min(_MOST_ROWS, max(1, _MOST_CELLS // max(self.layout.fields, len(self.layout.names))))
        for data, records in self._chunks():
            skipped = min(above, records.starts.size)
            above -= skipped
            for first in range(skipped, records.starts.size, together):
                yield parse(
                    data, records, range(first, min(first + together, records.starts.size)), self.layout
                )

    def _chunks(self) -> Iterator[tuple[bytes, Records]]:
        pending = bytearray()
        wanted, most = min(_FIRST_CHUNK, CHUNK), _MOST_LINES
        content = _content(self.path, self.encoding, self.skip_lines)
        blocks = shortened(content, self.limits.row)
        is_last = False
        while not is_last:
            while len(pending) < wanted and (block := next(blocks, None)) is not None:
                pending += block
            data = few_lines(bytes(pending), most)
            is_whole = len(data) == len(pending)
            is_last = is_whole and len(pending) < wanted
            records = self._cut(data, last=is_last)
            if records.consumed or is_last:
                yield data, records
                del pending[: records.consumed]
            # A row larger than a chunk would be looked at in vain each time a little of it was added.
            wanted = len(pending) + CHUNK if is_whole else len(data)
            most = _MOST_LINES if records.consumed else 2 * most

    def _cut(self, data: bytes, *, last: bool) -> Records:
        return cut(
            data,
            self.layout.separator,
            self.layout.fields,
            last=last,
            may_be_invalid=self.encoding.has_invalid,
            limits=self.limits,
        )


def open_delimited(path: Path, reading: Reading, limits: Limits) -> Delimited:
    """Recognise encoding, separator and header of a delimited file.

    Raises
    ------
    IngestError
        If the content is no text, has one column only, too many, or no rows.
    """
    encoding = recognise(path, declared=reading.encoding)
    head = _head(path, encoding, reading.skip_lines)
    if not head.strip():
        raise IngestError(f"{path.name} is empty; a file with one record a row is needed")
    _check_separator(path.name, reading.separator)
    lines = re.split(r"\r\n|\r|\n", head.decode(errors="backslashreplace"))
    # Comments above the header say nothing of how the rows are separated.
    rows = list(dropwhile(lambda line: line.startswith("#") or not line.strip(), lines)) or lines
    shape = _sniffing.shape(rows, declared=reading.separator)
    if shape.width == 1:
        raise IngestError(
            f"{path.name} has one column only: no comma, semicolon, tab, pipe, run of spaces or other mark separates "
            "its lines alike; at least two columns are needed in each row"
        )
    if shape.width > limits.columns:
        raise IngestError(
            f"{path.name}, separated by {_sniffing.words(shape.separator)}, is too wide: {limits.beyond('columns', shape.width)}"
        )
    records = cut(head, shape.separator, shape.width, last=True, may_be_invalid=encoding.has_invalid)
    if list(records.problems.values()).count(BROKEN) > _MOST_BROKEN * records.starts.size:
        raise IngestError(
            f"{path.name} is not text, but binary data of an unknown kind, or in an unknown encoding"
        )
    first = texts(head, records, np.arange(min(_sniffing.LONGEST_PREAMBLE, records.starts.size)))
    layout = _sniffing.layout(shape, first.to_list())
    if (
        shape.separator == " "
        and reading.separator is None
        and layout.header
        and len(layout.names) != shape.width
    ):
        raise IngestError(
            f"{path.name} has no mark that separates its cells alike: split at spaces, its header has {len(layout.names)} names "
            f"and its rows {shape.width} cells, so that cells would stand under wrong names; "
            "export it with commas, semicolons or tabs between the cells, and quotes around those that hold such a mark"
        )
    return Delimited(path, encoding, layout, reading.skip_lines, limits)


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
            # A carriage return may belong to a line feed that comes next.
            waiting = text[-1:]
            continue
        kept = text[: max(len(text.rstrip(b"\x1a")), len(text) - _MOST_MARKS)]
        waiting = text[len(kept) :]
        yield kept


def _line_end(text: bytes) -> int:
    """Return where the second line begins, 0 if there is none."""
    found = [at for at in (text.find(b"\n"), text.find(b"\r", 0, len(text) - 1)) if at >= 0]
    if not found:
        return 0
    at = min(found)
    return at + 2 if text[at : at + 2] == b"\r\n" else at + 1
