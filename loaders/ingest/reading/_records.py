"""Where the rows of delimited text begin and end, found for a whole chunk at once.

A line whose quotes are all in legal places is a row of its own, or lies within a quoted field. So only lines with other
quotes need thought: one that opens a field is joined with the next line of an odd number of quotes, if together they
make a row. If not, the quote is a stray one, and spoils its own row only.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.ingest.reading._encoding import CONTROLS
from martlet.loaders.ingest.reading._fields import fields, is_open

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["BROKEN", "UNCLOSED", "Records", "cut"]

BROKEN: Final = "bytes that are not text"
UNCLOSED: Final = "a quote is opened and never closed"
_LF, _CR, _QUOTE = 10, 13, 34
# A quoted field may be larger than either only if the lines in it don't look like rows, or not at all.
_LONGEST_FIELD_LINES = 1_000
_LONGEST_FIELD_BYTES = 1 << 25
_CONTROL_TABLE: Final = np.isin(np.arange(256), np.frombuffer(CONTROLS, np.uint8))
# In UTF-8, control characters beyond ASCII are this byte and one below the other.
_C1_LEAD, _C1_END = 0xC2, 0xA0
_REPLACEMENT: Final = "\ufffd".encode()


@dataclass
class Records:
    """Rows of a chunk.

    Attributes
    ----------
    starts, ends
        Where each row's text begins and ends in the chunk, without its line end.
    plain
        Whether a row is one line of the usual number of fields, with quotes in legal places only.
    problems
        What is wrong with a row as a whole, by its place.
    consumed
        How many bytes of the chunk the rows take; the rest belongs to a row that isn't complete.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    plain: NDArray[np.bool_]
    problems: dict[int, str]
    consumed: int


@dataclass
class _Lines:
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

    def text(self, first: int, last: int) -> str:
        return self.data[self.starts[first] : self.ends[last]].decode(errors="backslashreplace")


def cut(data: bytes, separator: str, width: int, *, last: bool, may_be_invalid: bool) -> Records:
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
    """
    lines = _lines(data, separator, width, last=last)
    _look_at_quotes(lines)
    joined, unclosed, complete = _joined(lines, last=last)
    is_own = np.ones(complete, np.bool_)
    row_last = np.arange(complete)
    for first, final in joined.items():
        is_own[first + 1 : final + 1] = False
        row_last[first] = final
    is_own &= ~_blank(lines)[:complete]
    rows = np.flatnonzero(is_own)
    plain = ~lines.irregular[:complete] & (lines.counts[:complete] == width) & (separator != " ")
    plain[list(joined)] = False
    problems = dict.fromkeys(np.searchsorted(rows, sorted(unclosed)).tolist(), UNCLOSED)
    consumed = int(lines.breaks[complete - 1]) + 1 if complete else 0
    starts, ends = lines.starts[rows], lines.ends[row_last[rows]]
    broken = _broken(data[: min(consumed, len(data))], separator, may_be_invalid=may_be_invalid)
    if broken.size and rows.size:
        at = np.unique(np.maximum(np.searchsorted(starts, broken, side="right") - 1, 0))
        problems.update(dict.fromkeys(at.tolist(), BROKEN))
    plain = plain[rows]
    plain[list(problems)] = False
    return Records(starts, ends, plain, problems, min(consumed, len(data)))


def _lines(data: bytes, separator: str, width: int, *, last: bool) -> _Lines:
    array = np.frombuffer(data, np.uint8)
    is_break = array == _LF
    if data.count(b"\r") != data.count(b"\r\n"):
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
    return _Lines(data, separator, width, starts, ends, breaks)


def _look_at_quotes(lines: _Lines) -> None:
    """Count the fields of each line, and tell which have quotes where RFC 4180 allows none, or an odd number."""
    count = lines.starts.size
    array = np.frombuffer(lines.data, np.uint8)
    mark = ord(lines.separator)
    separators = np.flatnonzero(array == mark)
    first_separator = np.searchsorted(separators, lines.starts)
    per_line = np.searchsorted(separators, lines.ends) - first_separator
    lines.counts = per_line + 1
    lines.odd = np.zeros(count, np.bool_)
    lines.irregular = np.zeros(count, np.bool_)
    quotes = np.flatnonzero(array == _QUOTE) if b'"' in lines.data else np.zeros(0, np.int64)
    quotes = quotes[: np.searchsorted(quotes, lines.ends[-1])] if count else quotes[:0]
    if not quotes.size:
        return
    line = np.searchsorted(lines.breaks, quotes)
    first_quote = np.searchsorted(quotes, lines.starts)
    lines.odd = np.bincount(line, minlength=count) % 2 == 1
    opens = (np.arange(quotes.size) - first_quote[line]) % 2 == 0
    before = array[np.maximum(quotes - 1, 0)]
    after = array[np.minimum(quotes + 1, array.size - 1)]
    may_open = (quotes == lines.starts[line]) | (before == mark) | (before == _QUOTE)
    may_close = (quotes + 1 == lines.ends[line]) | (after == mark) | (after == _QUOTE)
    illegal = np.where(opens, ~may_open, ~may_close)
    lines.irregular = lines.odd | (np.bincount(line[illegal], minlength=count) > 0)
    used = separators[first_separator[0] : np.searchsorted(separators, lines.ends[-1])]
    of_line = np.searchsorted(lines.breaks, used)
    is_quoted = (np.searchsorted(quotes, used) - first_quote[of_line]) % 2 == 1
    lines.counts = lines.counts - np.bincount(of_line[is_quoted], minlength=count)


def _joined(lines: _Lines, *, last: bool) -> tuple[dict[int, int], set[int], int]:
    """Return the last line of rows that span lines, by their first, lines with an unclosed quote, and how many lines are complete."""
    joined: dict[int, int] = {}
    unclosed: set[int] = set()
    odd = np.flatnonzero(lines.odd).tolist()
    done = -1
    for first in np.flatnonzero(lines.irregular).tolist():
        if first <= done or not is_open(lines.text(first, first), lines.separator):
            continue
        if not lines.odd[first]:
            unclosed.add(first)
            continue
        place = bisect_right(odd, first)
        final = odd[place] if place < len(odd) else None
        if _is_too_long(lines, first, lines.starts.size - 1 if final is None else final):
            unclosed.add(first)
        elif final is None and not last:
            return joined, unclosed, first
        elif final is not None and _is_row(lines, first, final):
            joined[first] = done = final
        else:
            unclosed.add(first)
    return joined, unclosed, lines.starts.size


def _is_too_long(lines: _Lines, first: int, final: int) -> bool:
    if lines.starts[final] - lines.starts[first] > _LONGEST_FIELD_BYTES:
        return True
    inner = lines.counts[first + 1 : min(final, first + 1 + _LONGEST_FIELD_LINES)]
    return final - first > _LONGEST_FIELD_LINES and 2 * int((inner == lines.width).sum()) > inner.size


def _is_row(lines: _Lines, first: int, final: int) -> bool:
    """Tell whether lines make a row together: one of the usual width, or one where none of the lines has it either."""
    whole = lines.text(first, final)
    if is_open(whole, lines.separator):
        return False
    if len(fields(whole, lines.separator)) == lines.width:
        return True
    inner = slice(first + 1, final + 1)
    return not ((lines.counts[inner] == lines.width) & ~lines.irregular[inner]).any()


def _blank(lines: _Lines) -> NDArray[np.bool_]:
    blank = lines.starts >= lines.ends
    for i in np.flatnonzero(~blank & ((lines.counts == 1) | (lines.separator == " "))).tolist():
        blank[i] = not lines.data[lines.starts[i] : lines.ends[i]].strip()
    return blank


def _broken(data: bytes, separator: str, *, may_be_invalid: bool) -> NDArray[np.int64]:
    """Return where bytes are that are no text: control characters, replaced ones, and those that are no UTF-8."""
    found: list[int] = []
    if len(data.translate(None, CONTROLS.replace(separator.encode(), b""))) < len(data):
        array = np.frombuffer(data, np.uint8)
        found.extend(np.flatnonzero(_CONTROL_TABLE[array] & (array != ord(separator))).tolist())
    if not data.isascii():
        array = np.frombuffer(data, np.uint8)
        lead = np.flatnonzero(array[:-1] == _C1_LEAD)
        found.extend(lead[array[lead + 1] < _C1_END].tolist())
        found.extend(_replaced(data))
        if may_be_invalid:
            found.extend(_invalid(data))
    return np.array(sorted(found), np.int64)


def _replaced(data: bytes) -> Iterator[int]:
    at = data.find(_REPLACEMENT)
    while at >= 0:
        yield at
        at = data.find(_REPLACEMENT, at + 1)


def _invalid(data: bytes) -> list[int]:
    text = data.decode(errors="surrogateescape")
    points = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), np.uint32)
    escaped = (points >= 0xD800) & (points < 0xE000)  # noqa: PLR2004 - surrogates stand for one byte each
    lengths = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)  # noqa: PLR2004 - UTF-8
    lengths[escaped] = 1
    found: list[int] = (np.cumsum(lengths) - lengths)[escaped].tolist()
    return found
