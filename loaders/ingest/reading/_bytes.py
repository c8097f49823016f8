"""A file's bytes: unpacked as they stream, hashed, and refused in plain words when they are no table."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import tempfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["blocks", "compression", "content_hash", "head", "refuse_foreign", "seekable"]

BLOCK: Final = 1 << 20
_HEAD: Final = 1 << 16
_PACKED: Final[dict[bytes, tuple[str, Callable[[Any], Any]]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"\x28\xb5\x2f\xfd": ("zstd", lambda file: pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")),
    b"BZh": ("bzip2", bz2.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
}
_FAILURES: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, pa.ArrowException, ValueError)
_READ = "CSV, Parquet, JSON and Excel are read"
_FOREIGN: Final = (
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV"),
    (b"ORC", "an ORC file; save it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file; export it as Parquet or JSON"),
    (b"%PDF", "a PDF document; export the data as CSV"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
)
_MARKUP: Final = re.compile(rb"\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)


def compression(path: Path) -> str | None:
    """Return the name of the compression that a file's first bytes show, or None.

    Raises
    ------
    IngestError
        If there is no such file, or it can't be read twice.
    """
    if path.is_dir():
        raise IngestError(f"{path} is a directory; give the path of one file")
    if path.exists() and not path.is_file():
        raise IngestError(f"{path} is a pipe or a device, and files are read twice; save it to a file first")
    with _explained(path, None), path.open("rb") as file:
        magic = file.read(6)
    return next((name for start, (name, _) in _PACKED.items() if magic.startswith(start)), None)


@contextmanager
def _explained(path: Path, packed: str | None) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise IngestError(f"there is no file {path}") from None
    except _FAILURES as error:
        what = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
        if packed:
            raise IngestError(
                f"{path.name} begins like a {packed} file, but can't be unpacked: {what}"
            ) from error
        raise IngestError(f"{path} can't be read: {what}") from error


def blocks(path: Path, *, size: int | None = None) -> Iterator[bytes]:
    """Stream the content of a file, unpacked if it is compressed."""
    packed = compression(path)
    with _explained(path, packed), path.open("rb") as raw:
        unpack = next((opener for name, opener in _PACKED.values() if name == packed), None)
        file = unpack(raw) if unpack else raw
        while block := file.read(size or BLOCK):
            yield block


def head(path: Path) -> bytes:
    """Return the first bytes of a file's content."""
    return next(blocks(path, size=_HEAD), b"")


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as they lie on disk, in hexadecimal."""
    with _explained(path, None), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def seekable(path: Path) -> Iterator[IO[bytes]]:
    """Open a file whose format is read from its end; a compressed one is unpacked to a temporary file."""
    if compression(path) is None:
        with _explained(path, None):
            plain = path.open("rb")
        with plain:
            yield plain
        return
    with tempfile.TemporaryFile() as unpacked:
        for block in blocks(path):
            unpacked.write(block)
        unpacked.seek(0)
        yield unpacked


def refuse_foreign(name: str, start: bytes) -> None:
    """Refuse what is known to be no table, by the first bytes of its content.

    Raises
    ------
    IngestError
        If the content is of a kind that isn't read; the message says what it is and what to do.
    """
    for magic, what in _FOREIGN:
        if start.startswith(magic):
            raise IngestError(f"{name} is {what}; {_READ}")
    if start[257:262] == b"ustar":
        raise IngestError(f"{name} is a tar archive; unpack it first; {_READ}")
    if start[8:12] == b"DUCK":
        raise IngestError(f"{name} is a DuckDB database; copy the table to Parquet or CSV, which are read")
    if _MARKUP.match(start):
        raise IngestError(f"{name} is a web page or XML, perhaps a login page instead of the export; {_READ}")
