"""How large a workbook is before it is read: its reader holds every cell of a sheet, empty ones too, and every text.

What an archive says of itself is not believed: its parts are unpacked, counted and thrown away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

import numpy as np

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.ingest.reading.limits import Limits

__all__ = ["check_size"]

_BLOCK: Final = 1 << 20
# A tag may begin in one block and end in the next.
_OVERLAP: Final = 1 << 12
# Longer than any number of a row.
_LONG: Final = 10
_SHEET: Final = re.compile(r"xl/worksheets/[^/]*\.xml")
_USUAL: Final = re.compile(rb"""<c r="([A-Z]{1,3})(\d{1,7})\"""")
_PLACE: Final = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_SHARED: Final = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*["']s["'][^<>]*>\s*<(?:\w+:)?v[^<>]*>\s*(\d{1,9})"""
)
_TEXTS, _ODS = "xl/sharedStrings.xml", "content.xml"


def check_size(name: str, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a workbook with a part that is too large unpacked, or a sheet of too many cells or too much text.

    Raises
    ------
    IngestError
        If it goes beyond the limits `unpacked` or `sheet`.
    """
    parts = archive.namelist()
    for part in parts:
        if archive.getinfo(part).file_size > limits.unpacked:
            raise _too_large(name, part, limits)
    if _ODS in parts:
        _check_cells(name, _ODS, _size_of(_Tables(), _part(name, archive, _ODS, limits)), limits)
        return
    lengths = _lengths(_part(name, archive, _TEXTS, limits)) if _TEXTS in parts else []
    for part in parts:
        if _SHEET.fullmatch(part):
            cells, text = _size_of_sheet(_part(name, archive, part, limits), max(lengths, default=0))
            if cells is None:
                cells = _size_of(_Cells(), _part(name, archive, part, limits))
            _check_cells(name, part, cells, limits)
            if text > limits.unpacked:
                text = _shared_text(_part(name, archive, part, limits), np.array(lengths, np.int64))
            if text > limits.unpacked:
                raise IngestError(
                    f"{name} repeats so much text in {part} that it comes to {limits.beyond('unpacked')}"
                )
        elif part.endswith(".bin") and part.startswith("xl/worksheets/"):
            _check_cells(name, part, _size_of_binary(_part(name, archive, part, limits)), limits)


def _check_cells(name: str, part: str, cells: int, limits: Limits) -> None:
    if cells > limits.sheet:
        raise IngestError(
            f"{name} has too large a sheet, {part}, cells from the first to the last, empty ones too: "
            f"{limits.beyond('sheet', cells)}; a stray cell far from the table may be the reason"
        )


def _too_large(name: str, part: str, limits: Limits) -> IngestError:
    return IngestError(f"{name} has too large a part, {part}, unpacked: {limits.beyond('unpacked')}")


def _part(name: str, archive: zipfile.ZipFile, part: str, limits: Limits) -> Iterator[bytes]:
    """Yield a part, unpacked."""
    size = 0
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > limits.unpacked:
                raise _too_large(name, part, limits)
            yield block


def _lengths(blocks: Iterator[bytes]) -> list[int]:
    """Return the bytes of each shared text, with its tags."""
    found: list[int] = []
    since, rest = 0, b""
    for block in blocks:
        text = rest + block
        done = 0
        for end in re.finditer(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>", text):
            found.append(since + end.end() - done)
            since, done = 0, end.end()
        rest = text[max(done, len(text) - _OVERLAP) :]
        since += len(text) - done - len(rest)
    return found


def _size_of_sheet(blocks: Iterator[bytes], longest: int) -> tuple[int | None, int]:
    """Return how many cells a sheet of Excel spans, None if some do not say where they are, and how much text they can share at most."""
    columns: set[bytes] = set()
    first, last, placed, counted, text = 1 << 30, 0, 0, 0, 0
    for block in _whole_tags(blocks):
        here = block.count(b"<c ") + block.count(b"<c>") + block.count(b":c ") + block.count(b":c>")
        places = _USUAL.findall(block)
        if len(places) < here:
            places = _PLACE.findall(block)
        counted += here
        placed += len(places)
        if places:
            letters, numbers = map(set, zip(*places, strict=True))
            columns |= letters
            rows = list(map(int, numbers))
            first, last = min(first, *rows), max(last, *rows)
        text += (block.count(b'"s"') + block.count(b"'s'")) * longest
    if placed < counted:
        return None, text
    wide = [_column(column.upper()) for column in columns]
    return (last - first + 1) * (max(wide) - min(wide) + 1) if wide else 0, text


def _shared_text(blocks: Iterator[bytes], lengths: NDArray[np.int64]) -> int:
    """Return the bytes of the shared texts in a sheet, counted for each cell."""
    found = 0
    for block in _whole_tags(blocks):
        used = np.array(_SHARED.findall(block), dtype="S9").astype(np.int64)
        found += int(lengths[used[used < lengths.size]].sum())
    return found


def _whole_tags(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a text cut where a cell begins."""
    rest = b""
    for block in blocks:
        text = rest + block
        cut = text.rfind(b"<", 0, max(text.rfind(b"<c"), text.rfind(b":c")) + 1)
        if cut < 0 or len(text) - cut > _BLOCK:
            cut = len(text)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _size_of(tables: _Cells | _Tables, blocks: Iterator[bytes]) -> int:
    """Return how many cells the largest sheet of some XML spans."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = tables.start
    parser.EndElementHandler = tables.end
    try:
        for block in blocks:
            parser.Parse(block)
    except expat.ExpatError:
        # The reader of workbooks says what is wrong.
        return 0
    return tables.largest


class _Cells:
    """Counts rows and columns of a sheet of Excel, where cells without a place follow the ones before."""

    def __init__(self) -> None:
        self._row = self._column = self._width = 0

    @property
    def largest(self) -> int:
        return self._row * self._width

    def start(self, name: str, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        tag = name.rpartition(":")[2]
        if tag in ("row", "c") and place.isdecimal() and len(place) < _LONG:
            self._row = max(self._row, int(place))
        elif tag == "row":
            self._row += 1
        if tag == "row":
            self._column = 0
        elif tag == "c":
            letters = attributes.get("r", "").rstrip("0123456789").upper()
            self._column = _column(letters.encode()) if 0 < len(letters) < _LONG else self._column + 1
            self._width = max(self._width, self._column)

    def end(self, name: str) -> None:
        """Nothing ends that counts."""


class _Tables:
    """Counts rows and columns of tables of OpenDocument, repeated ones too, but not empty ones at the end."""

    def __init__(self) -> None:
        self.largest = 0
        self._rows = self._waiting = self._width = 0
        self._repeat = self._cells = self._filled = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._rows = self._waiting = self._width = 0
        elif name == "table:table-row":
            self._repeat = _repeated(attributes, "table:number-rows-repeated")
            self._cells = self._filled = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cells += _repeated(attributes, "table:number-columns-repeated")
            if "office:value-type" in attributes:
                self._filled = self._cells
        elif name == "text:p":
            self._filled = self._cells

    def end(self, name: str) -> None:
        if name != "table:table-row":
            return
        if self._filled:
            self._rows += self._waiting + self._repeat
            self._waiting = 0
            self._width = max(self._width, self._filled)
            self.largest = max(self.largest, self._rows * self._width)
        else:
            self._waiting += self._repeat


def _repeated(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    return int(said) if said.isdecimal() and len(said) < _LONG else 1


def _size_of_binary(blocks: Iterator[bytes]) -> int:
    """Return how many cells a sheet of Excel's binary format spans: rows begin with record 0, cells are the records 1 to 11."""
    data = b"".join(blocks)
    at, row, first, last, low, high = 0, 0, 1 << 30, -1, 1 << 30, -1
    while at < len(data):
        kind, at = _varied(data, at)
        size, at = _varied(data, at)
        if kind == 0 and size >= 4:  # noqa: PLR2004 - bytes of a number
            row = int.from_bytes(data[at : at + 4], "little")
        elif 1 <= kind <= 11 and size >= 4:  # noqa: PLR2004
            column = int.from_bytes(data[at : at + 4], "little")
            first, last = min(first, row), max(last, row)
            low, high = min(low, column), max(high, column)
        at += size
    return (last - first + 1) * (high - low + 1) if last >= 0 else 0


def _varied(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of up to four bytes of seven bits; return it and where the next begins."""
    number = 0
    for place in range(4):
        byte = data[at] if at < len(data) else 0
        at += 1
        number |= (byte & 127) << 7 * place
        if byte < 128:  # noqa: PLR2004 - the bit that says that more follow
            break
    return number, at
