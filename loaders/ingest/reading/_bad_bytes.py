"""Bytes of UTF-8 text that are no text, found in a whole chunk at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.ingest.reading._encoding import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.ingest.reading._records import Lines

__all__ = ["bad_bytes"]

_CONTROL_TABLE: Final = np.isin(np.arange(256), np.frombuffer(CONTROLS, np.uint8))
# In UTF-8, control characters beyond ASCII are this byte and one below the other.
_C1_LEAD, _C1_END = 0xC2, 0xA0
_REPLACEMENT: Final = "\ufffd".encode()


def bad_bytes(lines: Lines, end: int, *, may_be_invalid: bool) -> NDArray[np.int64]:
    """Return where bytes are that are no text: control characters, replaced ones, and those that are no UTF-8."""
    data = lines.data[:end]
    found: list[int] = []
    if len(data.translate(None, CONTROLS.replace(lines.separator.encode(), b""))) < len(data):
        array = np.frombuffer(data, np.uint8)
        found.extend(np.flatnonzero(_CONTROL_TABLE[array] & (array != ord(lines.separator))).tolist())
    if not data.isascii():
        array = np.frombuffer(data, np.uint8)
        lead = np.flatnonzero(array[:-1] == _C1_LEAD)
        found.extend(lead[array[lead + 1] < _C1_END].tolist())
        found.extend(_replaced(data))
        if may_be_invalid:
            found.extend(_invalid(lines, np.flatnonzero(array > 0x7F)))  # noqa: PLR2004 - beyond ASCII
    return np.array(sorted(found), np.int64)


def _replaced(data: bytes) -> Iterator[int]:
    at = data.find(_REPLACEMENT)
    while at >= 0:
        yield at
        at = data.find(_REPLACEMENT, at + 1)


def _invalid(lines: Lines, high: NDArray[np.int64]) -> Iterator[int]:
    for i in np.unique(np.searchsorted(lines.breaks, high)).tolist():
        try:
            lines.data[lines.starts[i] : lines.ends[i]].decode()
        except UnicodeDecodeError as error:
            yield int(lines.starts[i]) + error.start
