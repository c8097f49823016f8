"""Bytes of a file to lines of text: compression, encoding, and a plain word about files that are no text.

The file is read whole, and parsing it takes about twenty times its size in memory.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass

import polars as pl

from martlet.sql.errors import IngestError

__all__ = ["Lines", "decode", "unpack"]

_PROBE = 65_536
# More control characters than this among the first bytes is no text; a stray one spoils only its row.
_MOST_CONTROLS, _STRAY_CONTROLS = 0.02, 50
_MOST_BROKEN = 0.5
_BINARY = "{name} is not text, but binary data of an unknown kind; CSV and Parquet are read"
_CONTROLS = bytes([*range(9), 11, *range(14, 32), 127])
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
_FOREIGN = (
    (b"PK\x03\x04", "an Excel workbook or another zip archive; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ", "compressed with xz; unpack it first"),
    (b"%PDF", "a PDF document; export the data as CSV"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)
_JSON = re.compile(rb"\s*(?:\{\s*\"|\[\s*[\{\[\"])")


@dataclass(frozen=True)
class Lines:
    """The lines of a text file without their ends, the encoding in words, and which lines hold bytes that are no text."""

    text: pl.Series
    encoding: str
    broken: pl.Series
    notes: tuple[str, ...]


def unpack(name: str, data: bytes) -> tuple[bytes, str]:
    """Undo gzip, recognised by its first bytes; return the content and words for the format's name."""
    if not data.startswith(b"\x1f\x8b"):
        return data, ""
    try:
        return gzip.decompress(data), "gzip, "
    except (OSError, EOFError, zlib.error) as error:
        raise IngestError(f"{name} begins like a gzip file, but can't be unpacked: {error}") from error


def decode(name: str, data: bytes) -> Lines:
    """Split a text file into lines, whatever its encoding and its line ends.

    UTF-8 is tried first. If some lines are not valid in it, they are broken rows of a UTF-8 file when more lines hold
    valid accented letters than not; else the file is taken for Windows-1252, which is announced.

    Raises
    ------
    IngestError
        If the file is empty or is no text.
    """
    data = data.rstrip(b"\x1a")
    if not data.strip():
        raise IngestError(f"{name} is empty; a file with one order a row is needed, CSV or Parquet")
    _refuse_foreign(name, data)
    codec, words, data = _codec(name, data)
    undecodable: list[int] = []
    notes: tuple[str, ...] = ()
    if codec == "utf-8":
        data, undecodable, latin = _repaired(data)
        if latin:
            words = "Windows-1252"
            notes = (
                "the file is not valid UTF-8 and was read as Windows-1252; save it as UTF-8 if letters look wrong",
            )
    else:
        data = data.decode(codec, errors="replace").encode()
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    text = pl.scan_lines(io.BytesIO(data)).collect().to_series().alias("text")
    broken = text.str.contains("[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\ufffd]")
    if int(broken.sum()) > _MOST_BROKEN * len(broken):
        raise IngestError(_BINARY.format(name=name))
    if undecodable:
        broken = broken | pl.int_range(len(text), eager=True).is_in(undecodable)
    return Lines(text, words, broken, notes)


def _refuse_foreign(name: str, data: bytes) -> None:
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise IngestError(f"{name} is {what}; CSV and Parquet are read")
    if data[8:12] == b"DUCK":
        raise IngestError(f"{name} is a DuckDB database; copy the table to Parquet or CSV, which are read")
    if _MARKUP.match(data):
        raise IngestError(
            f"{name} is a web page or XML, perhaps a login page instead of the export; CSV and Parquet are read"
        )
    if _JSON.match(data):
        raise IngestError(f"{name} is JSON; convert it to CSV or Parquet, which are read")


def _codec(name: str, data: bytes) -> tuple[str, str, bytes]:
    """Return the codec, its name in words, and the data without their byte order mark."""
    for bom, codec, words in _BOMS:
        if data.startswith(bom):
            return codec, words, data[len(bom) :]
    probe = data[:_PROBE]
    even, odd = probe[::2].count(0), probe[1::2].count(0)
    # Text in a Latin script has a zero in every second byte of UTF-16.
    if max(even, odd) > 0.4 * len(probe) / 2 and min(even, odd) < 0.05 * len(probe) / 2:
        return ("utf-16-be" if even > odd else "utf-16-le"), "UTF-16", data
    controls = len(probe) - len(probe.translate(None, _CONTROLS))
    if controls > max(_STRAY_CONTROLS, _MOST_CONTROLS * len(probe)):
        raise IngestError(_BINARY.format(name=name))
    return "utf-8", "UTF-8", data


def _repaired(data: bytes) -> tuple[bytes, list[int], bool]:
    """Return valid UTF-8, the lines that were not, and whether the whole was taken for Windows-1252."""
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        return data, [], False
    lines = data.split(b"\n")
    invalid = [i for i, line in enumerate(lines) if not line.isascii() and not _is_utf8(line)]
    accented = sum(not line.isascii() for line in lines) - len(invalid)
    if accented > len(invalid):
        for i in invalid:
            lines[i] = lines[i].decode(errors="backslashreplace").encode()
        return b"\n".join(lines), invalid, False
    # Windows-1252 leaves five bytes undefined; as Latin-1 they become control characters, which mark the row as broken.
    text = data.decode("cp1252", errors="surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda m: chr(ord(m[0]) - 0xDC00), text).encode(), [], True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
