"""What the columns of a source hold, judged by a sample of their cells: enough to find columns and to tell profiles apart."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from martlet.loaders.ingest.cleaning.words import NULL_WORDS
from martlet.loaders.ingest.statuses import meaning

if TYPE_CHECKING:
    from martlet.loaders.ingest.reading.source import Source
    from martlet.loaders.ingest.types import Content

__all__ = ["MOSTLY", "Contents", "Kind"]

Kind = Literal["empty", "date", "number", "email", "text"]
# A column is of a kind if at least this share of its cells is.
MOSTLY: Final = 0.5
# A column tells the status of orders if at least this share of its cells is such a word, and there are no more of them.
_NEARLY_ALL, _MOST_STATUSES = 0.8, 50
_LARGEST_QUANTITY, _USUAL_QUANTITY = 1_000, 10
_CLOCK: Final = r"(?:[ t,]+(?:at )?\d{1,2}[:.]?\d{2}.*)?"
_DATE: Final = (
    r"(?i)^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,. ]+)?"
    r"(?:\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|\d{1,2}(?:st|nd|rd|th)?[-/., ]*[^\W\d_]{3,10}\.?[-/., ']*(?:\d{4}|\d{2})"
    r"|[^\W\d_]{3,10}\.?[-/ ]*\d{1,2}(?:st|nd|rd|th)?[-/, ]+\d{4}"
    r"|\d{4}[- ][^\W\d_]{3,10}[- ]\d{1,2}"
    r")" + _CLOCK + "$"
)
_SIGN: Final = r"[A-Z]{3}|[^\w\s.,()+-]{1,2}|[A-Z]{1,2}\$|kr\.?|Rs\.?"
_NUMBER: Final = (
    rf"^[-+\u2212(]?\s*(?:{_SIGN})?\s*[-+\u2212]?"
    r"\d[\d.,'\u2019_ \u00a0\u202f]*(?:[eE][-+]?\d+)?"
    rf"\s*(?:{_SIGN}|zł|Kč)?\s*[-)]?$"
)
_EMAIL: Final = r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$"
_LIKE_MONEY: Final = r"[.,]\d|\p{Sc}"


class Contents:
    """What the columns of a source hold, by a sample of its rows."""

    def __init__(self, source: Source) -> None:
        self._cells: Final = source.sample().select(pl.col(name).str.strip_chars() for name in source.columns)

    @cached_property
    def _kinds(self) -> dict[str, dict[Kind, float]]:
        """Share of each kind among the cells that are given, by column; of `empty` among all cells."""
        return {name: _shares(self._cells[name]) for name in self._cells.columns}

    def share(self, name: str, kind: Kind) -> float:
        """Return the share of a kind among the cells of a column that are given, 0 if none is."""
        return self._kinds[name][kind]

    def is_empty(self, name: str) -> bool:
        """Tell whether no cell of a column is given."""
        return self._kinds[name]["empty"] == 1

    def commonest(self, name: str) -> Kind:
        """Return the kind of most cells."""
        options: tuple[Kind, ...] = ("date", "number", "email", "text")
        return "empty" if self.is_empty(name) else max(options, key=lambda kind: self.share(name, kind))

    def holding(self, content: Content, names: list[str]) -> list[str]:
        """Return those of some columns that hold a content, in the order in which they are likely."""
        mostly = {
            kind: [n for n in names if self.share(n, kind) >= MOSTLY] for kind in ("date", "email", "number")
        }
        codes = [name for name in mostly["number"] if self._cells[name].str.contains(r"^0\d").any()]
        numbers = [name for name in mostly["number"] if name not in codes]
        decimal = [name for name in numbers if self._cells[name].str.contains(_LIKE_MONEY).any()]
        small = [name for name in numbers if name not in decimal and self._is_small(name)]
        identifiers = [n for n in names if n not in decimal and n not in small and n not in mostly["email"]]
        recurring = [n for n in identifiers if self._cells[n].n_unique() < self._cells.height]
        unique = [n for n in identifiers if n not in recurring and not self._counts_rows(n)]
        # Totals stand behind their parts, so the last column of money is the likeliest.
        money = decimal[::-1] or [name for name in numbers if name not in small][::-1] or small[::-1]
        if content == "status":
            return [name for name in names if self._tells_statuses(name)]
        return {
            "date": mostly["date"],
            "email": mostly["email"],
            "money": money,
            "quantity": small,
            "recurring": recurring,
            "unique": unique,
        }[content]

    def only_decimals(self, names: list[str]) -> list[str]:
        """Return those of some columns that hold numbers with decimals or signs of currencies."""
        return [
            name
            for name in names
            if self.share(name, "number") >= MOSTLY and self._cells[name].str.contains(_LIKE_MONEY).any()
        ]

    def _tells_statuses(self, name: str) -> bool:
        """Tell whether nearly all cells are words for the status of an order, not all of one status, and some of them sales."""
        cells = self._cells[name].drop_nulls()
        words = cells.filter(~cells.str.to_lowercase().is_in(NULL_WORDS)).value_counts(name="times")
        if not 0 < words.height <= _MOST_STATUSES:
            return False
        meanings = [(meaning(word), times) for word, times in words.iter_rows()]
        known = {status for status, _ in meanings if status is not None}
        share = sum(times for status, times in meanings if status is not None) / words["times"].sum()
        return share >= _NEARLY_ALL and len(known) > 1 and bool(known & {"open", "completed"})

    def _is_small(self, name: str) -> bool:
        """Tell whether a column of whole numbers looks like quantities: few and small, mostly below ten."""
        numbers = self._cells[name].cast(pl.Int64, strict=False).drop_nulls()
        median = numbers.median()
        return (
            isinstance(median, float)
            and median < _USUAL_QUANTITY
            and bool((numbers.abs() <= _LARGEST_QUANTITY).all())
        )

    def _counts_rows(self, name: str) -> bool:
        """Tell whether a column only numbers the rows: such numbers identify nothing in another file."""
        steps = self._cells[name].cast(pl.Int64, strict=False).diff().drop_nulls()
        return 0 < len(steps) == self._cells.height - 1 and bool((steps == 1).all())


def _shares(cells: pl.Series) -> dict[Kind, float]:
    text = pl.col("text")
    empty = text.str.to_lowercase().is_in(NULL_WORDS) | text.is_null()
    date = ~empty & text.str.contains(_DATE)
    number = ~empty & ~date & text.str.contains(_NUMBER)
    email = ~empty & ~date & ~number & text.str.contains(_EMAIL)
    counts = pl.DataFrame({"text": cells}).select(
        all=pl.len(), empty=empty.sum(), date=date.sum(), number=number.sum(), email=email.sum()
    )
    row = counts.row(0, named=True)
    filled = row["all"] - row["empty"]
    shares: dict[Kind, float] = {
        kind: row[kind] / filled if filled else 0.0 for kind in ("date", "number", "email")
    }
    shares["text"] = (filled - row["date"] - row["number"] - row["email"]) / filled if filled else 0.0
    shares["empty"] = row["empty"] / row["all"] if row["all"] else 1.0
    return shares
