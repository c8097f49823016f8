"""Which rows of a file are totals that the source wrote, and no data; strict, for a row of data must never be taken for one.

A total says so by a word where the rows have their names, or by leaving out all that rows are told apart by. With a word,
it has no date where the others have one; without, its numbers must be the sums of those above.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.reading._kinds import NULL_WORDS, kind, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from martlet.loaders.ingest.reading._kinds import Kind

__all__ = ["LABEL", "NOTHING", "Columns", "Sums", "columns_of", "is_total", "sums"]

_WORDS: Final = (
    "totals?|total(?: general| général| geral| ogółem)|totale(?: complessivo| generale)?|totaux|totali|totaal|totalt|totalsumm[ae]|"
    "(?:grand|overall)[ -]total|sub[ -]?totals?|sous-total|subtotaal|eindtotaal|delsumma|zwischensumme|endsumme|"
    "sum|sums|summa|summe|somme|somma|soma|suma|gesamt|gesamtsumme|gesamtergebnis|insgesamt|razem|ogółem|celkem|összesen|"
    "toplam|yhteensä|i alt|totalt antal|итого|всего|合計|总计|總計|합계"
)
_COUNTED: Final = r"(?:\s+(?:of|de|von|di|van|av|aus|z))?\s*[(\[]?\s*\d[\d.,\s]*(?:\p{L}+\s*){0,2}[)\]]?"
# The whole cell: a word for total alone, followed by a colon and what it is of, or by how many it sums.
LABEL: Final = rf"(?i)^[\s*=(\[–-]*(?:{_WORDS})(?:\s*[:：].*|{_COUNTED}|[\s*=)\]–-]*)$"
# What stands where a total has nothing to say.
NOTHING: Final = frozenset({*NULL_WORDS, "--", "---", "—", "–"})
_LABEL: Final = re.compile(LABEL.replace(r"\p{L}", r"[^\W\d_]"))
_CODE: Final = re.compile("[A-Z]{3}")
# A total of something, such as the parts of a day: no name of a thing is written so.
_OF_SOMETHING: Final = re.compile(rf"(?i)^\s*(?:{_WORDS})\s*:\s*\S")
_MOSTLY: Final = 0.5
_SAMPLE: Final = 300
_SEVERAL: Final = 2


@dataclass
class _Sum:
    """Sum and bounds of a column's numbers, by one of the two decimal marks."""

    decimal: str
    total: float = 0.0
    count: int = 0
    least: float = float("inf")
    most: float = float("-inf")


# By each of the two decimal marks.
Sums = tuple[_Sum, _Sum]


@dataclass(frozen=True)
class Columns:
    """What the rows of data hold, column by column: the kind of most cells, and the word of a column that has only one."""

    kinds: dict[str, Kind]
    constants: dict[str, str]
    height: int


def columns_of(rows: pl.DataFrame) -> Columns:
    """Judge columns by some rows of data."""
    kinds: dict[str, Kind] = {}
    constants: dict[str, str] = {}
    for name in rows.columns:
        cells = [(cell or "").strip() for cell in rows[name].head(_SAMPLE)]
        found = [kind(cell) for cell in cells]
        options: tuple[Kind, ...] = ("date", "number")
        best = max(options, key=lambda wanted: share(found, wanted))
        kinds[name] = best if share(found, best) >= _MOSTLY else "text"
        if len(set(cells)) == 1:
            constants[name] = cells[0]
    return Columns(kinds, constants, rows.height)


def is_total(row: Mapping[str, str], above: Columns, sums_above: Callable[[], Mapping[str, Sums]]) -> bool:
    """Tell whether a row is a total of the rows above it."""
    label = next((name for name, cell in row.items() if _LABEL.match(cell)), None)
    given = {name: cell for name, cell in row.items() if cell.lower() not in NOTHING and name != label}
    numbers = {
        name: cell for name, cell in given.items() if above.kinds[name] == "number" and kind(cell) == "number"
    }
    if not numbers or not all(
        _says_nothing(name, cell, above) for name, cell in given.items() if name not in numbers
    ):
        return False
    dates = [name for name, what in above.kinds.items() if what == "date"]
    undated = [name for name in dates if name not in given]
    if label is not None and dates and (len(undated) == len(dates) or _OF_SOMETHING.match(row[label])):
        return True
    if (dates and not undated) or (label is None and not _is_keyless(row, above)):
        return False
    summed = sums_above()
    # Above the first row of data there is nothing of which a row could be the sum.
    if any(name not in summed for name in numbers):
        return False
    fits = [_fit(cell, summed[name]) for name, cell in numbers.items()]
    sums, needed = (
        fits.count("sum"),
        1 if label is not None and len(undated) == len(dates) else min(_SEVERAL, len(fits)),
    )
    return sums >= needed and "" not in fits and (sums >= _SEVERAL or "between" not in fits)


def _says_nothing(name: str, cell: str, above: Columns) -> bool:
    """Tell whether a cell tells the row from no other: the currency, a word that all rows share, a day of the report."""
    if above.kinds[name] == "date":
        return kind(cell) == "date" or bool(_LABEL.match(cell))
    return bool(_CODE.fullmatch(cell)) or bool(_LABEL.match(cell)) or above.constants.get(name) == cell


def _is_keyless(row: Mapping[str, str], above: Columns) -> bool:
    keys = [name for name, what in above.kinds.items() if what != "number"]
    first = next(iter(row))
    return above.height >= _SEVERAL and bool(keys) and row[first].lower() in NOTHING


def sums(batches: Iterable[pl.DataFrame]) -> dict[str, Sums]:
    """Return the sums of all columns."""
    found: dict[str, Sums] = {}
    for cells in batches:
        for name in cells.columns:
            for one in found.setdefault(name, (_Sum("."), _Sum(","))):
                values = _numbers(cells[name], one.decimal).drop_nulls()
                if values.len():
                    one.total += float(values.sum())
                    one.count += values.len()
                    one.least = min(one.least, float(values.min()))  # type: ignore[arg-type]
                    one.most = max(one.most, float(values.max()))  # type: ignore[arg-type]
    return found


def _fit(cell: str, above: Sums) -> str:
    """Tell whether a number is the sum of those above, may be their mean, or what they come to without repetitions."""
    found = {_fit_of(cell, one) for one in above}
    return next((fit for fit in ("sum", "mean", "between") if fit in found), "")


def _fit_of(cell: str, above: _Sum) -> str:
    (value,) = _numbers(pl.Series([cell]), above.decimal)
    if value is None or not above.count:
        return ""
    size = abs(above.total)
    if size and abs(value - above.total) <= max(1e-6 * size, min(0.005 * above.count, 0.002 * size)):
        return "sum"
    if above.least <= value <= above.most or not (size or value):
        return "mean"
    return "between" if above.most < value < above.total else ""


def _numbers(cells: pl.Series, decimal: str) -> pl.Series:
    other = "," if decimal == "." else "."
    plain = cells.str.replace_all(rf"[^\d.,-]|[{other}]", "").str.replace(decimal, ".", literal=True)
    return plain.cast(pl.Float64, strict=False)
