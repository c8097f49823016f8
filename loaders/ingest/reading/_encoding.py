"""Text in any encoding to blocks of UTF-8.

A byte order mark decides. Without one, UTF-8 is tried first: if some bytes are not valid in it, they spoil their rows of
a UTF-8 file when the file has more valid letters beyond ASCII than invalid bytes; else an older encoding is
guessed, which is announced. All bytes are looked at once for this, so the first accent may come at the very end.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import _bytes
from martlet.loaders.ingest.reading._legacy import WINDOWS, guess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["CONTROLS", "Encoding", "recognise", "utf8_blocks"]

# Tab, line feed, carriage return, vertical tab and form feed occur in text.
CONTROLS: Final = bytes([*range(9), *range(14, 32), 127])
# More control characters than this among the first bytes is no text; a stray one spoils only its row.
_MOST_CONTROLS, _STRAY_CONTROLS = 0.02, 50
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
_SAMPLE: Final = 1 << 15
# What stands for bytes that are invalid: no file can hold it, unlike the replacement character U+FFFD.
_LOST, _LOST_BYTE = "martlet.lost", "\udcff"
codecs.register_error(_LOST, lambda error: (_LOST_BYTE, error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Encoding:
    """A codec, its name in words, the length of the byte order mark, and whether some bytes may not be valid in it."""

    codec: str
    words: str
    mark: int = 0
    has_invalid: bool = True
    notes: tuple[str, ...] = ()


def recognise(path: Path, *, declared: str | None = None) -> Encoding:
    """Recognise the encoding of a text file, by a byte order mark, its zeros, or a look at all of its bytes.

    Raises
    ------
    IngestError
        If the content is binary, or the encoding declared is unknown.
    """
    start = _bytes.head(path)
    if declared is not None:
        return _declared(path.name, declared, start)
    for mark, codec, words in _BOMS:
        if start.startswith(mark):
            if codec == "utf-8":
                return Encoding(codec, words, len(mark), has_invalid=_evidence(path)[1] > 0)
            return Encoding(codec, words, len(mark))
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = len(start) / 2
    # Text in a Latin script has a zero in every second byte of UTF-16.
    if max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
        return Encoding("utf-16-be" if even > odd else "utf-16-le", "UTF-16")
    controls = len(start) - len(start.translate(None, CONTROLS))
    if controls > max(_STRAY_CONTROLS, _MOST_CONTROLS * len(start)):
        raise IngestError(
            f"{path.name} is not text, but binary data of an unknown kind; CSV, Parquet, JSON and Excel are read"
        )
    valid, invalid = _evidence(path)
    if invalid and invalid >= valid:
        codec, words = guess(_lines_beyond_ascii(path))
        note = f"the file is not valid UTF-8 and was read as {words}; save it as UTF-8 if letters look wrong"
        return Encoding(codec, words, notes=(note,))
    return Encoding("utf-8", "UTF-8", has_invalid=invalid > 0)


def _declared(name: str, declared: str, start: bytes) -> Encoding:
    try:
        codec = codecs.lookup(declared).name
        "a".encode(codec).decode(codec)
    except (LookupError, ValueError):
        raise IngestError(
            f"{name} is to be read as {declared!r}, which is no known encoding; utf-8, cp1252 and shift_jis are some"
        ) from None
    mark = next((len(mark) for mark, other, _ in _BOMS if other == codec and start.startswith(mark)), 0)
    return Encoding(codec, declared, mark)


def _evidence(path: Path) -> tuple[int, int]:
    """Return how many letters beyond ASCII are valid UTF-8, and how many sequences of bytes are not."""
    valid = invalid = 0
    decoder = codecs.getincrementaldecoder("utf-8")(_LOST)
    for block in chain(_bytes.blocks(path), [b""]):
        if block and block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block, final=not block)
        plain = int(np.count_nonzero(np.frombuffer(block, np.uint8) < 128))  # noqa: PLR2004 - ASCII
        lost = text.count(_LOST_BYTE)
        invalid += lost
        valid += len(text) - plain - lost
    return valid, invalid


def _lines_beyond_ascii(path: Path) -> bytes:
    """Return the first lines that have bytes beyond ASCII, each whole."""
    found = bytearray()
    rest = b""
    for block in _bytes.blocks(path):
        # A line may have no end for long.
        *lines, rest = re.split(rb"[\r\n]+", rest[:_SAMPLE] + block)
        for line in lines:
            if not line.isascii():
                found += line + b"\n"
        if len(found) >= _SAMPLE:
            return bytes(found)
    return bytes(found + rest)


def utf8_blocks(path: Path, encoding: Encoding) -> Iterator[bytes]:
    """Stream the text of a file as UTF-8; bytes that are invalid in its encoding become such as are no UTF-8 either."""
    content = _without_mark(_bytes.blocks(path), encoding.mark)
    if encoding.codec == "utf-8":
        yield from content
    elif encoding.codec == "cp1252":
        for block in content:
            yield codecs.charmap_decode(block, "strict", WINDOWS)[0].encode(errors="surrogateescape")
    else:
        decoder = codecs.getincrementaldecoder(encoding.codec)(_LOST)
        for block in content:
            yield decoder.decode(block).encode(errors="surrogateescape")
        yield decoder.decode(b"", final=True).encode(errors="surrogateescape")


def _without_mark(content: Iterable[bytes], mark: int) -> Iterator[bytes]:
    for block in content:
        yield block[mark:]
        mark -= min(mark, len(block))
