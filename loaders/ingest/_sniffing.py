"""What a delimited file is like, judged from a sample of its lines: separator, width, header."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from martlet.loaders.ingest._column_names import is_known_name
from martlet.loaders.ingest._kinds import kind, share

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "LONGEST_PREAMBLE",
    "WORDS",
    "Layout",
    "Shape",
    "fields",
    "layout",
    "pattern",
    "raw_fields",
    "shape",
]

# In order of preference, where two explain the sample equally well; " " stands for runs of spaces and tabs.
WORDS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "pipes",
    "^": "carets",
    "~": "tildes",
    " ": "spaces",
}
_HEAD, _SPREAD = 100, 200
LONGEST_PREAMBLE = 30
_MOSTLY = 0.5


@dataclass(frozen=True)
class Shape:
    """Separator, commonest number of fields, whether a line `sep=` says so, and the cells of sampled lines."""

    separator: str
    width: int
    is_declared: bool
    sample: list[list[str]]


@dataclass(frozen=True)
class Layout:
    """Names of the columns, whether the file gave them, and which of its rows is the first one of data, from 0."""

    names: tuple[str, ...]
    has_header: bool
    first_row: int
    notes: tuple[str, ...]


@cache
def pattern(separator: str, *, prefixed: bool = True) -> str:
    """Return a regular expression, for Rust and for Python, that matches a separator and the field that follows it."""
    if separator == " ":
        field = r'(?:"(?:[^"]|"")*"|[^\s]+)'
        return rf"\s+{field}" if prefixed else field
    mark = f"\\x{ord(separator):02x}"
    return rf'{mark}(?: *"(?:[^"]|"")*"[^{mark}]*|[^{mark}]*)'


def raw_fields(line: str, separator: str) -> list[str]:
    """Split one row into its fields, quotes kept."""
    if separator == " ":
        return re.findall(pattern(" ", prefixed=False), line)
    return [field[1:] for field in re.findall(pattern(separator), separator + line)]


def fields(line: str, separator: str) -> list[str]:
    """Split one row into its cells, trimmed, quotes undone."""
    cells = []
    for raw in raw_fields(line, separator):
        cell = raw.strip()
        if len(cell) > 1 and cell[0] == cell[-1] == '"':
            cell = cell[1:-1].replace('""', '"').strip()
        cells.append(cell)
    return cells


def shape(text: pl.Series) -> Shape:
    """Recognise the separator and the width of a file from its first lines and some spread over the rest."""
    filled = text.filter(text.str.strip_chars() != "")
    # Lines within a quoted field would mislead; whole ones suffice for a guess.
    whole = filled.filter(filled.str.count_matches('"', literal=True) % 2 == 0)
    step = max(1, (len(whole) - _HEAD) // _SPREAD)
    sample = [*whole.head(_HEAD), *whole.slice(_HEAD).gather_every(step)]
    declared = re.fullmatch(r'"?sep=(.)"?', filled[0].strip(), re.IGNORECASE)
    if declared and declared[1] in WORDS:
        rows = [fields(line, declared[1]) for line in sample[1:]]
        return Shape(declared[1], _commonest_width(rows), is_declared=True, sample=rows)
    separator = max(WORDS, key=lambda mark: _fit(sample, mark))
    rows = [fields(line, separator) for line in sample]
    return Shape(separator, _commonest_width(rows), is_declared=False, sample=rows)


def layout(shape: Shape, head: list[str]) -> Layout:
    """Find the header, if there is one, among the first rows of a file."""
    declaration = int(shape.is_declared)
    rows = [fields(row, shape.separator) for row in head[declaration:]]
    even = [row for row in shape.sample if len(row) == shape.width]
    skipped, header = _header(rows, even[1:] or even, shape.width)
    if header is None:
        names = tuple(str(position + 1) for position in range(shape.width))
        return Layout(names, has_header=False, first_row=declaration, notes=())
    notes: tuple[str, ...] = ()
    if skipped:
        notes = (f"{skipped} {'line' if skipped == 1 else 'lines'} above the header left out",)
    return Layout(_distinct(header), has_header=True, first_row=declaration + skipped + 1, notes=notes)


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
    counts = Counter(len(row) for row in rows if row)
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _header(head: list[list[str]], body: list[list[str]], width: int) -> tuple[int, list[str] | None]:
    """Return how many rows precede the header, and the header, or (0, None) if the file has none."""
    typed = [
        position
        for position, column in enumerate(zip(*body, strict=True))
        if max(share([kind(cell) for cell in column], wanted) for wanted in ("date", "number")) >= _MOSTLY
    ]
    for place, row in enumerate(head):
        known = sum(is_known_name(cell) for cell in row)
        untyped = not any(kind(cell) in ("date", "number") for cell in row)
        if known > 1 or (known == 1 and untyped and len(row) == width):
            return place, row
        if len(row) == width:
            above = [kind(row[position]) for position in typed]
            return (place, row) if untyped and all(k == "text" for k in above) else (0, None)
    return 0, None


def _distinct(header: list[str]) -> tuple[str, ...]:
    """Name the nameless by position, and number repeated names."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        base = cell or f"column {position}"
        name, count = base, 1
        while name in names:
            count += 1
            name = f"{base}_{count}"
        names.append(name)
    return tuple(names)
