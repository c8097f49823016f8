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
    "\t": "tabs",
    ";": "semicolons",
    "|": "pipes",
    ",": "commas",
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
_AGREED = 2
LONGEST_PREAMBLE: Final = 30
_NO_HEADER: Final = (
    f"no line that names the columns was found among the first {LONGEST_PREAMBLE}, so they go by number; if there are names, "
    "put them into one line directly above the rows"
)
# So many rows that end early, and such a share, are a source's habit of leaving empty cells out, no damage.
_SHORT_ROWS, _SHORT_SHARE = 10, 0.1
# In a sample of fewer lines the ones above the table weigh; and how many widths are tried.
_SHORT, _MOST_WIDTHS = 60, 3


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
    rows = {mark: [fields(line, mark) for line in sample] for mark in ([declared] if declared else _WORDS)}
    fits = {mark: _fit(cells, mark) for mark, cells in rows.items()}
    best = max(fits, key=lambda mark: fits[mark].rank)
    if declared is None and fits[best].evenness < _EVEN_ENOUGH:
        for mark in _RARE:
            if any(mark in line for line in sample):
                rows[mark] = [fields(line, mark) for line in sample]
                fits[mark] = _fit(rows[mark], mark)
        best = max(fits, key=lambda mark: fits[mark].score)
    return Shape(best, fits[best].width, is_declared=said is not None, sample=rows[best])


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


@dataclass(frozen=True)
class _Fit:
    """How well a separator explains a sample.

    Attributes
    ----------
    width
        Number of fields of its rows.
    agreement
        2 if the row that begins the table is as wide as those below; 1 if it is wider, and the rows seem to end early.
    evenness
        Share of the rows that have the width.
    typed
        How many columns of dates and numbers it makes.
    """

    width: int
    agreement: int = 0
    evenness: float = 0.0
    typed: float = 0.0
    is_mark: bool = True
    is_decimal: bool = False

    @property
    def score(self) -> tuple[float, float, bool, int]:
        return self.typed * self.evenness, self.evenness, self.is_mark, self.width

    @property
    def rank(self) -> tuple[int, tuple[float, float, bool, int]]:
        """A mark that header and rows agree on wins over runs of spaces, which stand within names and moments as well."""
        agrees = self.agreement if self.evenness >= _EVEN_ENOUGH else 0
        surely = self.is_mark and not self.is_decimal
        return (agrees + 1 if agrees and surely else int(agrees == _AGREED)), self.score


def _fit(rows: list[list[str]], separator: str) -> _Fit:
    best = _Fit(1)
    for width in _likely_widths(rows):
        even = [row for row in rows if len(row) == width]
        filled = _commonest([_filled(row) for row in even[1:] or even]) or width
        skipped, header = find_header(rows[:LONGEST_PREAMBLE], even[1:] or even, filled)
        below = rows[skipped:]
        # A line of one cell below the table is a note.
        below = below[: next((len(below) - i for i, row in enumerate(reversed(below)) if len(row) > 1), 0)]
        first = below[0] if below else []
        is_as_wide = len(first) == width or _filled(first) == filled
        agreement = _AGREED if is_as_wide else int(header is not None and len(first) > width)
        typed = 0.0
        for column in zip(*even, strict=True):
            kinds = [kind(cell) for cell in column]
            typed += max(share(kinds, "date"), share(kinds, "number"))
        evenness = sum(len(row) == width for row in below) / max(1, len(below))
        is_decimal = header is None and separator == "," and _only_decimals(even)
        fit = _Fit(width, agreement, evenness, typed, separator != " ", is_decimal)
        best = max(best, fit, key=lambda fit: (fit.width > 1, fit.agreement))
    return best


def _only_decimals(rows: list[list[str]]) -> bool:
    """Tell whether all commas stand between digits, as in decimals."""
    return all(left[-1:].isdigit() and right[:1].isdigit() for row in rows for left, right in pairwise(row))


def _likely_widths(rows: list[list[str]]) -> list[int]:
    """Return widths of more than one field, the likeliest first: lines above a short table may outnumber its rows."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if any(count > 1 for count in counts.values()):
        counts = Counter({width: count for width, count in counts.items() if count > 1})
    cells = {width: (width - 1) * count if len(rows) < _SHORT else count for width, count in counts.items()}
    return sorted(counts, key=lambda width: (cells[width], width), reverse=True)[:_MOST_WIDTHS]


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
        return Layout(shape.separator, names, shape.width, None, declaration, False, (_NO_HEADER,))
    notes = []
    if skipped:
        notes.append(f"{skipped} {'line' if skipped == 1 else 'lines'} above the header left out")
    # Separators at the end of each row make no column.
    names = named(header[: max(filled, _filled(header))])
    short = [row for row in shape.sample if 1 < len(row) < len(names)]
    may_end_early = shape.width < len(names) or (
        len(short) >= _SHORT_ROWS and len(short) > _SHORT_SHARE * len(shape.sample)
    )
    if shape.width < len(names) and all(len(row) < len(names) for row in even):
        notes.append(
            f"the header has {len(names)} names and the rows {shape.width} cells: nothing is read for "
            f"{', '.join(map(repr, names[shape.width :]))}; if cells stand under the wrong names, the header needs quotes"
        )
    elif may_end_early:
        notes.append("many rows end early; the cells that they leave out are taken for empty")
    first_row = declaration + skipped + 1
    return Layout(shape.separator, names, shape.width, tuple(header), first_row, may_end_early, tuple(notes))


def _filled(row: list[str]) -> int:
    """Return how many cells a row has, not counting empty ones at its end."""
    return next((len(row) - i for i, cell in enumerate(reversed(row)) if cell), 0)
