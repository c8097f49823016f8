"""Bytes of UTF-8 text that are no text, found in a whole chunk at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.ingest.reading._encoding import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.ingest.reading._records import Lines

__all__ = ["bad_bytes", "has_bad_bytes"]

_BAD: Final = re.compile(f"[{re.escape(CONTROLS.decode())}\udc80-\udcff]")
_CONTROL_TABLE: Final = np.isin(np.arange(256), np.frombuffer(CONTROLS, np.uint8))


def bad_bytes(lines: Lines, end: int, *, may_be_invalid: bool) -> NDArray[np.int64]:
    """Return where bytes are that are no text: control characters, and those that are not valid in the file's encoding."""
    data = lines.data[:end]
    found: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    if len(data.translate(None, CONTROLS.replace(lines.separator.encode(), b""))) < len(data):
        array = np.frombuffer(data, np.uint8)
        found.append(np.flatnonzero(_CONTROL_TABLE[array] & (array != ord(lines.separator))))
    if may_be_invalid and not data.isascii() and not _is_valid(data):
        high = np.flatnonzero(np.frombuffer(data, np.uint8) > 0x7F)  # noqa: PLR2004 - beyond ASCII
        found.append(np.fromiter(_invalid(lines, high), np.int64))
    return np.sort(np.concatenate(found))


def has_bad_bytes(text: str) -> bool:
    """Tell whether a cell, decoded with `surrogateescape`, holds such bytes."""
    return bool(_BAD.search(text))


def _is_valid(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _invalid(lines: Lines, high: NDArray[np.int64]) -> Iterator[int]:
    for i in np.unique(np.searchsorted(lines.breaks, high)).tolist():
        try:
            lines.data[lines.starts[i] : lines.ends[i]].decode()
        except UnicodeDecodeError as error:
            yield int(lines.starts[i]) + error.start
