"""What a delimited file is like, judged from a sample of its lines: separator, width, header."""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.reading._fields import fields
from martlet.loaders.ingest.reading._header import find_header, named

if TYPE_CHECKING:
    from collections.abc import Sequence

from martlet.loaders.ingest.reading._kinds import kind, share

__all__ = ["LONGEST_PREAMBLE", "Layout", "Shape", "layout", "shape", "words"]

# In order of preference, where two explain the sample equally well; " " stands for runs of spaces and tabs.
_WORDS: Final = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "pipes",
    "^": "carets",
    "~": "tildes",
    "\x1f": "unit separators",
    "\x01": "control-A characters",
    " ": "spaces",
}
# Tried only if none of the above serves: these occur within times, addresses and names.
_RARE: Final = [mark for mark in string.punctuation if mark not in "\"'.-_" and mark not in _WORDS]
_HEAD, _SPREAD = 100, 200
_LONGEST_ROW = 50
_OPENING: Final = re.compile(r'(?:^|[,;\t|]) *"')
_EVEN_ENOUGH = 0.5
LONGEST_PREAMBLE: Final = 30
# So many rows that end early, and such a share, are a source's habit of leaving empty cells out, no damage.
_SHORT_ROWS, _SHORT_SHARE = 10, 0.1


@dataclass(frozen=True)
class Shape:
    """Separator, commonest number of fields, whether a line `sep=` says so, and the cells of sampled rows."""

    separator: str
    width: int
    is_declared: bool
    sample: list[list[str]]


@dataclass(frozen=True)
class Layout:
    """How rows become cells.

    Attributes
    ----------
    names
        The columns, named by the file or, without header, by position: '1', '2', ...
    fields
        How many fields most rows have: fewer than there are names if `may_end_early`, more if they end in separators.
    header
        The row that names the columns, if there is one.
    first_row
        Which row of the file is the first one of data, from 0.
    may_end_early
        Whether the source leaves out empty cells at the end of a row.
    """

    separator: str
    names: tuple[str, ...]
    fields: int
    header: tuple[str, ...] | None
    first_row: int
    may_end_early: bool
    notes: tuple[str, ...]


def words(separator: str) -> str:
    """Return a separator in words."""
    return _WORDS.get(separator, repr(separator))


def shape(lines: Sequence[str], *, declared: str | None = None) -> Shape:
    """Recognise the separator and the width of a file from its first lines."""
    whole = _whole([line for line in lines if line.strip()])
    step = max(1, (len(whole) - _HEAD) // _SPREAD)
    sample = [*whole[:_HEAD], *whole[_HEAD::step]]
    said = re.fullmatch(r'"?sep=(.)"?', sample[0].strip(" \r\n"), re.IGNORECASE) if sample else None
    if said and said[1].isascii() and not said[1].isalnum():
        sample, declared = sample[1:], declared or said[1]
    separator = declared or _separator(sample)
    rows = [fields(line, separator) for line in sample]
    return Shape(separator, _commonest_width(rows), is_declared=said is not None, sample=rows)


def _whole(lines: list[str]) -> list[str]:
    """Join lines that a quoted field spans; leave out those with a quote that nothing near them closes."""
    whole: list[str] = []
    odd = [position for position, line in enumerate(lines) if line.count('"') % 2]
    at = 0
    for first, final in pairwise([*odd, len(lines)]):
        if first < at:
            continue
        whole.extend(lines[at:first])
        at = first + 1
        if final == len(lines) and whole and _OPENING.search(lines[first]):
            # A field so large that the sample ends within it.
            return whole
        if final < min(first + _LONGEST_ROW, len(lines)):
            whole.append("\n".join(lines[first : final + 1]))
            at = final + 1
    return [*whole, *lines[at:]] or lines


def _separator(sample: list[str]) -> str:
    best = max(_WORDS, key=lambda mark: _fit(sample, mark))
    if _fit(sample, best)[1] >= _EVEN_ENOUGH:
        return best
    used = [mark for mark in _RARE if any(mark in line for line in sample)]
    return max([best, *used], key=lambda mark: _fit(sample, mark))


def _fit(sample: list[str], separator: str) -> tuple[float, float, bool, int]:
    """Score a separator: how many columns of dates and numbers it makes, how evenly, whether it is a mark, and its columns."""
    rows = [fields(line, separator) for line in sample]
    width = _commonest_width(rows)
    if width == 1:
        return 0.0, 0.0, False, 1
    even = [row for row in rows if len(row) == width]
    typed = 0.0
    for column in zip(*even, strict=True):
        kinds = [kind(cell) for cell in column]
        typed += max(share(kinds, "date"), share(kinds, "number"))
    evenness = len(even) / len(rows)
    return typed * evenness, evenness, separator != " ", width


def _commonest_width(rows: list[list[str]]) -> int:
    return _commonest([len(row) for row in rows if row]) or 1


def _commonest(widths: list[int]) -> int:
    """Return the commonest width, the largest of several, 0 if there are none."""
    counts = Counter(widths)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def layout(shape: Shape, head: Sequence[str]) -> Layout:
    """Find the header, if there is one, among the first rows of a file."""
    declaration = int(shape.is_declared)
    rows = [fields(row, shape.separator) for row in head[declaration:]]
    even = [row for row in shape.sample if len(row) == shape.width]
    filled = _commonest([_filled(row) for row in even[1:] or even]) or shape.width
    skipped, header = find_header(rows, even[1:] or even, filled)
    if header is None:
        names = tuple(str(position + 1) for position in range(shape.width))
        return Layout(shape.separator, names, shape.width, None, declaration, False, ())
    notes = []
    if skipped:
        notes.append(f"{skipped} {'line' if skipped == 1 else 'lines'} above the header left out")
    # Separators at the end of each row make no column.
    names = named(header[: max(filled, _filled(header))])
    short = [row for row in shape.sample if 1 < len(row) < len(names)]
    may_end_early = shape.width < len(names) or (
        len(short) >= _SHORT_ROWS and len(short) > _SHORT_SHARE * len(shape.sample)
    )
    if may_end_early:
        notes.append("many rows end early; the cells that they leave out are taken for empty")
    first_row = declaration + skipped + 1
    return Layout(shape.separator, names, shape.width, tuple(header), first_row, may_end_early, tuple(notes))


def _filled(row: list[str]) -> int:
    """Return how many cells a row has, not counting empty ones at its end."""
    return next((len(row) - i for i, cell in enumerate(reversed(row)) if cell), 0)
