"""Rows of text that are too large, and lines too long to be held while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from martlet.loaders.ingest.reading.limits import Limits

__all__ = ["few_lines", "oversize", "shortened", "too_long"]

# Beyond so many bytes the fields of a row are counted before they are taken apart.
_LARGE: Final = 1 << 20
_LF, _CR, _QUOTE = 10, 13, 34


def oversize(row: bytes, separator: str, limits: Limits) -> str | None:
    """Return what is too large about a row: it has too many bytes, too many fields, or a cell of too many."""
    if len(row) > limits.row:
        return f"too long a row: {limits.beyond('row')}"
    if len(row) <= min(limits.cell, _LARGE):
        return None
    array = np.frombuffer(row, np.uint8)
    is_inside = (np.cumsum(array == _QUOTE, dtype=np.uint8) & 1).view(np.bool_)
    marks = np.flatnonzero((array == ord(separator)) & ~is_inside)
    if marks.size >= limits.columns:
        return f"too many fields in a row: {limits.beyond('columns', marks.size + 1)}"
    if int(np.diff(marks, prepend=-1, append=array.size).max()) - 1 > limits.cell:
        return f"too long a cell: {limits.beyond('cell')}"
    return None


def too_long(cells: pl.DataFrame, limits: Limits) -> pl.Series:
    """Return what is too large about each row of cells that were not cut out of text, or NULL."""
    if cells.estimated_size() <= min(limits.cell, limits.row):
        return pl.repeat(None, cells.height, dtype=pl.String, eager=True).alias("problem")
    lengths = cells.select(pl.all().str.len_bytes().cast(pl.Int64).fill_null(0))
    problem = (
        pl.when(pl.max_horizontal(pl.all()) > limits.cell)
        .then(pl.lit(f"too long a cell: {limits.beyond('cell')}"))
        .when(pl.sum_horizontal(pl.all()) > limits.row)
        .then(pl.lit(f"too long a row: {limits.beyond('row')}"))
    )
    return lengths.select(problem.alias("problem")).to_series()


def few_lines(data: bytes, most: int) -> bytes:
    """Return as much of a text as has so many line ends: each line costs memory, however short it is."""
    if data.count(b"\n") + data.count(b"\r") <= most:
        return data
    array = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero((array == _LF) | (array == _CR))
    return data[: int(ends[most]) + 1]


def shortened(blocks: Iterable[bytes], longest: int) -> Iterator[bytes]:
    """Yield a text less what its lines have beyond so many bytes and one: enough to tell that they are too long."""
    length = 0
    for block in blocks:
        first = _first_end(block)
        kept = max(0, longest + 1 - length)
        length += first
        if first > kept:
            block = block[:kept] + block[first:]  # noqa: PLW2901 - what is yielded
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if last >= 0:
            length = len(block) - 1 - last
        if block:
            yield block


def _first_end(block: bytes) -> int:
    """Return where the first line ends, the length of the block if none does."""
    found = (block.find(b"\n"), block.find(b"\r"))
    return min((at for at in found if at >= 0), default=len(block))
