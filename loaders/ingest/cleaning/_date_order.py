"""In which order a column writes day, month and year, judged by all its dates: evidence from batches, then a decision."""

from __future__ import annotations

from collections import Counter
from typing import Final

import polars as pl

from martlet.loaders.ingest.types import ORDERS, DateOrder

__all__ = ["CHOICES", "OrderEvidence", "day", "either_day"]

# By family of shapes, in order of preference. Eight digits are mostly year first; dates with their year last have no
# third choice.
CHOICES: Final[dict[str, tuple[DateOrder, ...]]] = {
    "compact": ("ymd", "dmy", "mdy"),
    "year_last": ("dmy", "mdy"),
    "short": ("dmy", "mdy", "ymd"),
}
_PARTS: Final = ("a", "b", "c")
# Two-digit years 69 to 99 are of the 20th century, as in POSIX.
_PIVOT: Final = 69
# A column decided by a smaller share of its dates than this is worth a second look.
_THIN_EVIDENCE: Final = 0.05
_ENOUGH_DATES: Final = 20
_ENOUGH_FOR_A_SEQUENCE: Final = 3
# Dates that only another order makes real are mistakes while they are few, and a second habit of writing from here on.
_HABIT: Final = 2
_HABIT_SHARE: Final = 0.05


def day(order: DateOrder) -> pl.Expr:
    """Return midnight of the day that the parts `a`, `b`, `c` make when read in an order, NULL if there is none."""
    is_compact = pl.col("family") == "compact"
    letters = dict(zip(order, _PARTS, strict=True))
    if order == "ymd":
        cuts = {"y": (0, 4), "m": (4, 2), "d": (6, 2)}
    else:
        cuts = dict(zip(order, ((0, 2), (2, 2), (4, 4)), strict=True))
    part = {
        unit: pl.when(is_compact).then(pl.col("a").str.slice(*cuts[unit])).otherwise(letters[unit])
        for unit in "ymd"
    }
    year, month, date = (part[unit].cast(pl.Int32, strict=False) for unit in "ymd")
    century = pl.when(part["y"].str.len_bytes() > 2).then(0).when(year < _PIVOT).then(2000).otherwise(1900)  # noqa: PLR2004
    # A four-digit number in the place of a day or a month makes no day.
    real = month.is_between(1, 12) & date.is_between(1, 31) & (part["d"].str.len_bytes() <= 2)  # noqa: PLR2004
    text = pl.format(
        "{}-{}-{}",
        (year + century).cast(pl.String).str.zfill(4),
        month.cast(pl.String).str.zfill(2),
        date.cast(pl.String).str.zfill(2),
    )
    return pl.when(real).then(text).str.to_datetime("%Y-%m-%d", time_unit="us", strict=False)


def either_day(family: str) -> tuple[pl.Expr, pl.Expr]:
    """Return the day that all orders which make a real day agree on, and the problem where they don't."""
    days = [day(order) for order in CHOICES[family]]
    first, last = pl.min_horizontal(days), pl.max_horizontal(days)
    unclear = pl.format(
        "ambiguous date: it could be {} or {}", first.dt.to_string("%Y-%m-%d"), last.dt.to_string("%Y-%m-%d")
    )
    return pl.when(first == last).then(first), pl.when(first != last).then(unclear)


class OrderEvidence:
    """What the dates of one family of shapes say about their order, batch by batch."""

    def __init__(self, family: str) -> None:
        self._family: Final = family
        self._choices: Final = CHOICES[family]
        self._days: pl.DataFrame | None = None
        self._example = ""
        self._sequences: Final = {order: _Sequence() for order in self._choices}

    def add(self, dates: pl.DataFrame) -> None:
        """Take the dates of a batch, in order of rows: `text`, `a`, `b`, `c`."""
        self._example = self._example or dates["text"][0]
        dates = dates.select(*_PARTS, family=pl.lit(self._family))
        found = dates.group_by(*_PARTS, "family", maintain_order=True).agg(times=pl.len().cast(pl.Int64))
        found = found.with_columns(day(order).alias(order) for order in self._choices)
        real = found.filter(pl.any_horizontal(pl.col(order).is_not_null() for order in self._choices))
        if any(sequence.holds for sequence in self._sequences.values()):
            rows = dates.join(real, on=_PARTS, how="left", maintain_order="left", nulls_equal=True)
            for order, sequence in self._sequences.items():
                sequence.add(rows[order].drop_nulls())
        keys = (*_PARTS, "family", *self._choices)
        parts = [real] if self._days is None else [self._days, real.select(self._days.columns)]
        self._days = pl.concat(parts).group_by(keys, maintain_order=True).agg(pl.col("times").sum())

    def years(self, order: DateOrder | None) -> Counter[int]:
        """Return how many dates lie in each year, when read in an order."""
        if self._days is None:
            return Counter()
        moment = either_day(self._family)[0] if order is None else pl.col(order)
        counts = self._days.select("times", year=moment.dt.year()).drop_nulls().group_by("year").sum()
        return Counter(dict(counts.select("year", "times").iter_rows()))

    def decide(self, asked: DateOrder | None) -> tuple[DateOrder | None, list[str]]:
        """Return the order and what a person should know; None if the column mixes orders, so that each date speaks for itself."""
        is_asked = asked in self._choices and self._family != "compact"
        if is_asked or self._days is None or self._days.is_empty():
            return asked if is_asked else self._choices[0], []
        notes = []
        if asked and asked not in self._choices:
            notes.append(
                f"dates such as {self._example!r} end with their year, so they can't be {ORDERS[asked]}"
            )
        total = int(self._days["times"].sum())
        real = {order: self._times(pl.col(order).is_not_null()) for order in self._choices}
        most = max(real.values())
        best = [order for order in self._choices if real[order] == most]
        if asked in best:
            return asked, notes
        others = [order for order in self._choices if order != best[0]]
        alone = self._times(pl.all_horizontal(pl.col(order).is_null() for order in others))
        if total - most >= _HABIT and total - most > _HABIT_SHARE * alone:
            notes.append(
                f"dates such as {self._example!r} are written in more than one order in this column: each that only one order makes a day was read so, "
                "and those that could be two days were set aside; the profile's column or the date order can say which"
            )
            return None, notes
        if len(best) == 1 or self._same_days(best):
            margin = most - max(real[order] for order in others)
            if len(best) == 1 and total >= _ENOUGH_DATES and margin < _THIN_EVIDENCE * total:
                notes.append(
                    f"dates were read as {ORDERS[best[0]]} on the evidence of few: {margin:,} of {total:,}; check {self._example!r}"
                )
            return best[0], notes
        return self._by_custom(best, total, notes)

    def _by_custom(self, best: list[DateOrder], total: int, notes: list[str]) -> tuple[DateOrder, list[str]]:
        """Choose among orders that fit equally: the one that puts the dates in sequence, else the customary one."""
        if self._family == "compact" and best[0] == "ymd":
            return "ymd", notes
        in_order = [order for order in best if self._sequences[order].holds]
        custom: DateOrder = "mdy" if "/" in self._example and "mdy" in best else best[0]
        in_sequence = len(in_order) == 1 and total >= _ENOUGH_FOR_A_SEQUENCE
        chosen = in_order[0] if in_sequence else custom
        why = "so they are in sequence" if in_sequence else "by custom, since nothing in the column tells"
        others = " or ".join(f"date_order={order!r}" for order in best if order != chosen)
        notes.append(
            f"dates such as {self._example!r} could be read in more than one order; they were read as {ORDERS[chosen]}, {why}. If that is wrong, say {others}"
        )
        return chosen, notes

    def _times(self, where: pl.Expr) -> int:
        return 0 if self._days is None else int(self._days.filter(where)["times"].sum())

    def _same_days(self, orders: list[DateOrder]) -> bool:
        return not self._times(pl.any_horizontal(pl.col(orders[0]).ne_missing(pl.col(o)) for o in orders[1:]))


class _Sequence:
    """Whether days that come batch by batch only ever rise, or only ever fall."""

    def __init__(self) -> None:
        self._last: pl.Series | None = None
        self._rises = self._falls = True

    @property
    def holds(self) -> bool:
        return self._rises or self._falls

    def add(self, days: pl.Series) -> None:
        if not self.holds or days.is_empty():
            return
        joined = days if self._last is None else pl.concat([self._last, days])
        self._rises = self._rises and joined.is_sorted()
        self._falls = self._falls and joined.is_sorted(descending=True)
        self._last = days.tail(1)
