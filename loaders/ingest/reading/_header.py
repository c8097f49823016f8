"""Which of a file's first rows names the columns, in text files and in workbooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.reading._kinds import Kind, kind, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["find_header", "named"]

_MOSTLY = 0.5
_NEARLY_ALL = 0.75
_LONGEST_NAME = 5
# Words that names of columns are made of, and data seldom.
_USUAL = (
    "id ids no nr number num ref code key uuid sku name names firstname lastname forename surname title email mail address phone "
    "zip postcode city country region state date day time timestamp datetime created updated at customer customers client "
    "user member order orders invoice transaction receipt amount total subtotal price cost value revenue sales spend "
    "spent quantity qty count units currency tax discount shipping status type category product item channel campaign "
    "source medium clicks impressions opens sends recipients conversions variant segment "
    "datum kunde kundennummer betrag umsatz menge preis fecha importe cliente montant bedrag klant"
)
_WORDS: Final = frozenset(_USUAL.split())


def find_header(
    rows: Sequence[list[str]], body: Sequence[list[str]], width: int
) -> tuple[int, list[str] | None]:
    """Return how many rows precede the header, and the header, or (0, None) if the file has none.

    Parameters
    ----------
    rows
        The first rows of the file.
    body
        Rows of data, all of one length, for what its columns look like.
    width
        How many columns hold anything in the body.
    """
    typed = _typed(body)
    best: tuple[int, list[str]] | None = None
    for position, row in enumerate(rows):
        if _is_data(row, typed):
            break
        if _may_be_header(row, width, typed) and (best is None or _names(row) > _names(best[1])):
            best = position, row
        if best is not None and not typed:
            # Nothing tells the rows below from further headers.
            break
    return best or (0, None)


def _typed(body: Sequence[list[str]]) -> dict[int, Kind]:
    """Return the columns that hold dates or numbers."""
    found: dict[int, Kind] = {}
    for position, column in enumerate(zip(*body, strict=True)):
        kinds = [kind(cell) for cell in column]
        options: tuple[Kind, ...] = ("date", "number")
        best = max(options, key=lambda wanted: share(kinds, wanted))
        if share(kinds, best) >= _MOSTLY:
            found[position] = best
    return found


def _is_data(row: list[str], typed: Mapping[int, Kind]) -> bool:
    """Tell whether a row holds what the columns hold, so that the header can't be below it."""
    like = sum(position < len(row) and kind(row[position]) == what for position, what in typed.items())
    return 2 * like > len(typed) and sum(bool(cell) for cell in row) > 1


def _may_be_header(row: list[str], width: int, typed: Mapping[int, Kind]) -> bool:
    given = [cell for cell in row if cell]
    if 2 * len(given) < width or len(given) < min(width, 2):
        return False
    known = sum(_is_usual_name(cell) for cell in given)
    untyped = not any(kind(cell) in ("date", "number") for cell in row)
    if known > 1 and (untyped or known >= _NEARLY_ALL * len(given)):
        return True
    # Titles that went through a spreadsheet have as many cells as other rows, most of them empty; programs that write
    # row numbers leave the first name empty.
    above = [kind(row[position]) for position in typed if 0 < position < len(row)]
    return untyped and len(row) >= width and len(given) > 1 and "empty" not in above


def _names(row: list[str]) -> int:
    return sum(bool(cell) for cell in row)


def _is_usual_name(cell: str) -> bool:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", cell)
    words = [word for word in re.split(r"[\W_]+", spaced.casefold()) if word]
    return 0 < len(words) <= _LONGEST_NAME and any(word in _WORDS for word in words)


def named(header: Sequence[str]) -> tuple[str, ...]:
    """Name the nameless by position, and number repeated names."""
    names: dict[str, None] = {}
    for position, cell in enumerate(header, start=1):
        base = cell.strip().lstrip("\ufeff") or f"column {position}"
        name, count = base, 1
        while name in names:
            count += 1
            name = f"{base}_{count}"
        names[name] = None
    return tuple(names)
