"""Where the rows of delimited text begin and end, found for a whole chunk at once.

A line whose quotes are all in legal positions is a row of its own, or lies within a quoted field. So only lines with other
quotes need thought: one that opens a field is joined with the next line of an odd number of quotes, if together they
make a row. If not, the quote is a stray one, and spoils its own row only.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.ingest.reading._bad_bytes import bad_bytes
from martlet.loaders.ingest.reading._fields import fields, is_open
from martlet.loaders.ingest.reading._oversize import oversize
from martlet.loaders.ingest.reading.limits import Limits
from martlet.loaders.ingest.reading.options import BROKEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["UNCLOSED", "Lines", "Records", "cut"]

UNCLOSED: Final = "a quote is opened and never closed"
_LF, _CR, _QUOTE = 10, 13, 34
# Quotes that are looked at together.
_AT_ONCE = 1 << 20
# A quoted field may have more lines only if they don't look like rows.
_LONGEST_FIELD_LINES = 1_000
# Longer lines are looked at one by one before their quotes are.
_LARGE = 1 << 20
# What is kept of a row that is too long.
_KEPT_BYTES = 1 << 16


@dataclass
class Records:
    """Rows of a chunk.

    Attributes
    ----------
    starts, ends
        Where each row's text begins and ends in the chunk, without its line end.
    plain
        Whether a row is one line of the usual number of fields, with quotes in legal positions only.
    problems
        What is wrong with a row as a whole, by its position.
    consumed
        How many bytes of the chunk the rows take; the rest belongs to a row that isn't complete.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    plain: NDArray[np.bool_]
    problems: dict[int, str]
    consumed: int


@dataclass
class Lines:
    """Lines of a chunk: where they begin and end, where their line ends lie, and what their quotes are like."""

    data: bytes
    separator: str
    width: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    breaks: NDArray[np.int64]
    # Fields of each line, if its quotes are legal.
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    odd: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    irregular: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    # What is too large about a line, by its position.
    oversize: dict[int, str] = field(default_factory=dict)

    def text(self, first: int, last: int) -> str:
        return self.data[self.starts[first] : self.ends[last]].decode(errors="backslashreplace")


def cut(
    data: bytes,
    separator: str,
    width: int,
    *,
    last: bool,
    may_be_invalid: bool,
    limits: Limits = Limits(),  # noqa: B008 - it is immutable
) -> Records:
    """Find the rows of a chunk that begins with a row.

    Parameters
    ----------
    data
        UTF-8 text, with any line ends.
    separator
        One ASCII character; " " stands for runs of spaces and tabs, and makes no row plain.
    width
        The usual number of fields.
    last
        Whether nothing follows the chunk, so that its last row is complete.
    may_be_invalid
        Whether some bytes may be no UTF-8.
    limits
        The most bytes of a row and of a cell; a row beyond them ends with its first line.
    """
    lines = _lines(data, separator, width, last=last)
    for i in np.flatnonzero(lines.ends - lines.starts > min(limits.row, limits.cell, _LARGE)).tolist():
        what = oversize(data[lines.starts[i] : lines.ends[i]], separator, limits)
        if what:
            lines.oversize[i] = what
    _look_at_quotes(lines)
    joined, spoilt, complete = _joined(lines, limits, last=last)
    is_own = np.ones(complete, np.bool_)
    row_last = np.arange(complete)
    for first, final in joined.items():
        is_own[first + 1 : final + 1] = False
        row_last[first] = final
    is_own &= ~_blank(lines)[:complete]
    rows = np.flatnonzero(is_own)
    plain = ~lines.irregular[:complete] & (lines.counts[:complete] == width) & (separator != " ")
    plain[list(joined)] = False
    spoilt |= {i: what for i, what in lines.oversize.items() if i < complete and is_own[i]}
    problems = dict(zip(np.searchsorted(rows, list(spoilt)).tolist(), spoilt.values(), strict=True))
    consumed = min(int(lines.breaks[complete - 1]) + 1, len(data)) if complete else 0
    starts, ends = lines.starts[rows], lines.ends[row_last[rows]]
    broken = bad_bytes(lines, consumed, may_be_invalid=may_be_invalid)
    if broken.size and rows.size:
        at = np.unique(np.maximum(np.searchsorted(starts, broken, side="right") - 1, 0))
        problems = dict.fromkeys(at.tolist(), BROKEN) | problems
    plain = plain[rows]
    plain[list(problems)] = False
    ends = np.where(ends - starts > limits.row, starts + min(_KEPT_BYTES, limits.row), ends)
    return Records(starts, ends, plain, problems, consumed)


def _lines(data: bytes, separator: str, width: int, *, last: bool) -> Lines:
    array = np.frombuffer(data, np.uint8)
    is_break = array == _LF
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        is_break |= (array == _CR) & np.append(array[1:] != _LF, True)
    breaks = np.flatnonzero(is_break)
    if not last and breaks.size and breaks[-1] == len(data) - 1 and data[-1] == _CR:
        # The line feed that may belong to it comes with the next chunk.
        breaks = breaks[:-1]
    if last and data and not is_break[-1]:
        breaks = np.append(breaks, len(data))
    starts = np.append(0, breaks[:-1] + 1) if breaks.size else np.zeros(0, np.int64)
    has_both = (breaks > starts) & (array[np.minimum(breaks, len(data) - 1)] == _LF)
    ends = breaks - (has_both & (array[np.maximum(breaks - 1, 0)] == _CR))
    return Lines(data, separator, width, starts, ends, breaks)


def _look_at_quotes(lines: Lines) -> None:
    """Count the fields of each line, and tell which have quotes where RFC 4180 allows none, or an odd number."""
    array = np.frombuffer(lines.data, np.uint8)
    mark = ord(lines.separator)
    is_separator = array == mark
    lines.odd = np.zeros(lines.starts.size, np.bool_)
    lines.irregular = lines.odd.copy()
    if b'"' in lines.data and lines.starts.size:
        is_quote = array == _QUOTE
        is_inside = _parity(is_quote)
        at_end = is_inside[np.minimum(lines.breaks, array.size - 1)]
        lines.odd = at_end != np.append(False, at_end[:-1])
        if lines.odd.any():
            # Each line is looked at as if it began outside of quotes.
            toggles = is_quote.copy()
            toggles[lines.breaks[lines.odd & (lines.breaks < array.size)]] = True
            is_inside = _parity(toggles)
        lines.irregular = lines.odd.copy()
        quotes = np.flatnonzero(is_quote[: lines.ends[-1]])
        lines.irregular[_lines_of_illegal(lines, quotes, is_inside)] = True
        is_separator &= ~is_inside
    separators = np.flatnonzero(is_separator)
    lines.counts = 1 + np.searchsorted(separators, lines.ends) - np.searchsorted(separators, lines.starts)


def _parity(is_quote: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell of each byte whether the number of quotes up to it is odd."""
    # Overflow changes no parity.
    return (np.cumsum(is_quote, dtype=np.uint8) & 1).view(np.bool_)


def _lines_of_illegal(
    lines: Lines, quotes: NDArray[np.int64], is_inside: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the lines with a quote that begins no field, ends none and is doubled within none."""
    array = np.frombuffer(lines.data, np.uint8)
    found = [
        _illegal(lines, array, some, is_inside)
        for some in np.array_split(quotes, 1 + quotes.size // _AT_ONCE)
    ]
    return np.concatenate(found)


def _illegal(
    lines: Lines, array: NDArray[np.uint8], quotes: NDArray[np.int64], is_inside: NDArray[np.bool_]
) -> NDArray[np.int64]:
    # The neighbour of a quote that is the first or the last byte is no byte, as good as a line end.
    at = quotes + np.where(is_inside[quotes], -1, 1)
    neighbour = np.where((at < 0) | (at >= array.size), _LF, array[np.clip(at, 0, array.size - 1)])
    mark = ord(lines.separator)
    is_legal = (neighbour == mark) | (neighbour == _QUOTE) | (neighbour == _LF) | (neighbour == _CR)
    found: NDArray[np.int64] = np.searchsorted(lines.breaks, quotes[~is_legal])
    return found


def _joined(lines: Lines, limits: Limits, *, last: bool) -> tuple[dict[int, int], dict[int, str], int]:
    """Return the last line of rows that span lines, by their first, what is wrong with others, and how many lines are complete."""
    joined: dict[int, int] = {}
    wrong: dict[int, str] = {}
    odd = np.flatnonzero(lines.odd).tolist()
    done = -1
    for first in np.flatnonzero(lines.irregular).tolist():
        if first <= done or first in lines.oversize or not is_open(lines.text(first, first), lines.separator):
            continue
        if not lines.odd[first]:
            wrong[first] = UNCLOSED
            continue
        position = bisect_right(odd, first)
        final = odd[position] if position < len(odd) else None
        too_long = _too_long(lines, first, lines.starts.size - 1 if final is None else final, limits)
        if too_long:
            wrong[first] = too_long
        elif final is None and not last:
            return joined, wrong, first
        elif final is not None and _is_row(lines, first, final):
            joined[first] = done = final
        else:
            wrong[first] = UNCLOSED
    return joined, wrong, lines.starts.size


def _too_long(lines: Lines, first: int, final: int, limits: Limits) -> str | None:
    """Return what is wrong with a quoted field that goes on for so long that its quote may be a stray one."""
    inner = lines.counts[first + 1 : min(final, first + 1 + _LONGEST_FIELD_LINES)]
    if final - first > _LONGEST_FIELD_LINES and 2 * int((inner == lines.width).sum()) > inner.size:
        return UNCLOSED
    span = lines.data[lines.starts[first] : lines.ends[final]]
    too_large = oversize(span, lines.separator, limits)
    return too_large and f"{UNCLOSED}, or not soon enough, so that the row ends with its line: {too_large}"


def _is_row(lines: Lines, first: int, final: int) -> bool:
    """Tell whether lines make a row together: one of the usual width, or one where none of the lines has it either."""
    whole = lines.text(first, final)
    if is_open(whole, lines.separator):
        return False
    if len(fields(whole, lines.separator)) == lines.width:
        return True
    inner = slice(first + 1, final + 1)
    return not ((lines.counts[inner] == lines.width) & ~lines.irregular[inner]).any()


def _blank(lines: Lines) -> NDArray[np.bool_]:
    blank = lines.starts >= lines.ends
    for i in np.flatnonzero(~blank & ((lines.counts == 1) | (lines.separator == " "))).tolist():
        blank[i] = not lines.data[lines.starts[i] : lines.ends[i]].strip()
    return blank
