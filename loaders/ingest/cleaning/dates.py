"""Dates and times as people and programs write them: days, and moments in UTC.

The order of day, month and year is decided for the whole column by which order makes the most cells real days, and
told when that leaves a choice. Times with a zone are converted to UTC; times without are of the zone that the profile
names, else of UTC; a day alone is its midnight in UTC, lest it become another day. A field that is a day takes the day
as it is written, whatever the zone.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from martlet.loaders.ingest.cleaning._date_order import CHOICES, OrderEvidence, day, either_day
from martlet.loaders.ingest.cleaning._date_shapes import take_apart
from martlet.loaders.ingest.cleaning.parser import Read, spread

if TYPE_CHECKING:
    from martlet.loaders.ingest.types import DateOrder

__all__ = ["DateReader"]

_ISO: Final = (
    r"^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z| ?\+00(?::?00)?| UTC)?)?$"
)
_UTC: Final = r"(?:Z|\+00(?::?00)?|UTC)$"
# Dates outside these years are mistakes, where a field has no bounds of its own.
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
# Dates this many years away from all others, in less than this share of the rows, are typing mistakes: one of them
# would be "the last moment in the data", and spoil every recency.
_LONELY_YEARS, _LONELY_SHARE = 20, 0.01
_HOURS: Final = 24
_DAY: Final = 86_400_000_000
_EPOCH: Final = "no date: 1970-01-01 is what systems write that have none"


class DateReader:
    """Reads a column of dates; `survey` all batches, `decide`, then `read` them.

    Parameters
    ----------
    kind
        `date` becomes Date, `timestamp` Datetime in UTC without zone.
    order
        The order of day, month and year in dates written as three numbers, if it is declared. Dates that begin with a
        four-digit year are year, month, day in any case.
    zone
        Zone of times that name none, such as Europe/Berlin; UTC if empty.
    bounded
        Whether the field has bounds of its own, so that old days are possible.
    """

    surveys: Final = True

    def __init__(
        self,
        kind: Literal["date", "timestamp"],
        *,
        order: DateOrder | None = None,
        zone: str = "",
        bounded: bool = False,
    ) -> None:
        self._kind: Final = kind
        self._asked: Final = order
        self._zone: Final = zone if kind == "timestamp" and zone.upper() != "UTC" else ""
        self._bounded: Final = bounded
        self._evidence: Final = {family: OrderEvidence(family) for family in CHOICES}
        self._orders: dict[str, DateOrder | None] = {
            family: order or CHOICES[family][0] for family in CHOICES
        }
        self._years: Counter[int] = Counter()
        self._counted: str | None = None
        self._first, self._last = _FIRST_YEAR, _LAST_YEAR
        self.has_time = False

    def survey(self, text: pl.Series) -> None:
        """Take evidence from a batch: the order of dates, their years, and whether any has a time of day."""
        iso = text.str.contains(_ISO).fill_null(value=True)
        years = text.filter(iso).str.head(4).drop_nulls().value_counts(name="times")
        self._years.update({int(year): times for year, times in years.iter_rows()})
        if not self.has_time:
            clock = text.filter(iso).str.slice(11).str.replace(_UTC, "").str.strip_chars()
            self.has_time = bool((clock.str.replace_all("[0:.]", "") != "").any())
        if iso.all():
            return
        rows = pl.DataFrame({"text": text.filter(~iso)})
        parts = take_apart(rows.unique(maintain_order=True))
        self.has_time = self.has_time or bool((parts["clock"] != 0).any())
        known = rows.join(
            parts.select("text", "family", "a", "b", "c"), on="text", how="left", maintain_order="left"
        )
        for (family,), dates in known.group_by("family", maintain_order=True):
            if family in self._evidence:
                self._evidence[str(family)].add(dates)
            elif family is not None:
                self._counted = self._counted or (dates["text"][0] if family == "count" else None)
                moment = _counted() if family == "count" else day("ymd")
                found = dates.select(moment.dt.year().alias("year")).drop_nulls()["year"].value_counts()
                self._years.update(dict(found.iter_rows()))

    def decide(self) -> list[str]:
        """Decide the order of dates, and which years are too far from all others; return what a person should know."""
        notes = []
        if self._counted:
            notes.append(
                f"dates such as {self._counted!r} were read as seconds since 1970 or, with five digits, as Excel's days"
            )
        for family, evidence in self._evidence.items():
            self._orders[family], further = evidence.decide(self._asked)
            notes.extend(further)
            self._years.update(evidence.years(self._orders[family]))
        if not self._bounded:
            self._first, self._last = _plausible(self._years)
        return notes

    def read(self, text: pl.Series) -> Read:
        """Read a batch; problems are "unreadable date", "ambiguous date: ...", "absurd date: ...", "unknown time zone: ..."."""
        iso = text.str.contains(_ISO)
        other = (~iso).fill_null(value=False)
        fast = _iso(
            pl.select(pl.when(iso).then(text)).to_series(), zone=self._zone, only_day=self._kind == "date"
        )
        read = Read(fast.cast(pl.Datetime("us")))
        if other.any():
            distinct = text.filter(other).unique(maintain_order=True)
            read = spread(text, other, read.values, self._other(pl.DataFrame({"text": distinct})))
        problems = self._checked(text, read)
        values = pl.select(pl.when(problems.is_null()).then(read.values)).to_series()
        changed = tuple((rule, mask & values.is_not_null()) for rule, mask in read.changed)
        if self._kind == "date":
            values = values.cast(pl.Date)
        return Read(values, problems if problems.null_count() < len(problems) else None, changed)

    def _checked(self, text: pl.Series, read: Read) -> pl.Series:
        """Return the problem of each cell that was given."""
        year = pl.col("value").dt.year()
        problem: pl.Expr = pl.when(pl.col("text").is_not_null() & pl.col("value").is_null()).then(
            pl.lit("unreadable date")
        )
        if not self._bounded:
            sentinel = self._kind == "timestamp"
            odd = ~year.is_between(_FIRST_YEAR, _LAST_YEAR)
            lonely = ~year.is_between(self._first, self._last)
            problem = pl.coalesce(
                problem,
                pl.when((pl.col("value") == pl.datetime(1970, 1, 1)) & sentinel).then(pl.lit(_EPOCH)),
                pl.when(odd).then(pl.lit(f"absurd date: not in {_FIRST_YEAR} to {_LAST_YEAR}")),
                pl.when(lonely).then(
                    pl.format(
                        "absurd date: {} is more than {} years from all other dates",
                        year,
                        pl.lit(_LONELY_YEARS),
                    )
                ),
            )
        known = read.problems if read.problems is not None else pl.Series([None], dtype=pl.String)
        frame = pl.DataFrame({"text": text, "value": read.values})
        if known.len() == len(frame):
            return frame.with_columns(known=known).select(pl.coalesce("known", problem)).to_series()
        return frame.select(problem.alias("problem")).to_series()

    def _other(self, distinct: pl.DataFrame) -> pl.DataFrame:
        """Read different texts that are not ISO 8601, family by family, since each may have its own order."""
        parts = take_apart(distinct)
        # Twelve digits with a clock never count; the family says what does.
        read = [parts.filter(pl.col("family").is_null()).with_columns(moment=pl.lit(None, pl.Datetime("us")))]
        read.append(parts.filter(pl.col("family") == "fixed").with_columns(moment=day("ymd")))
        read.append(parts.filter(pl.col("family") == "count").with_columns(moment=_counted()))
        for family, order in self._orders.items():
            members = parts.filter(pl.col("family") == family)
            if order is None:
                moment, unclear = either_day(family)
                read.append(members.with_columns(moment=moment, problem=pl.coalesce("problem", unclear)))
            else:
                read.append(members.with_columns(moment=day(order)))
        together = pl.concat(
            part.select("text", "family", "moment", "clock", "is_timed", "offset", "problem") for part in read
        )
        value = pl.col("moment")
        if self._kind == "timestamp":
            local = value + pl.duration(microseconds=pl.col("clock"), time_unit="us")
            offset = pl.duration(minutes=pl.col("offset"), time_unit="us")
            zoned = _localised(local, self._zone) if self._zone else local
            # A count of days or seconds has no zone to be read in, and a day alone is that day everywhere.
            fixed = pl.col("is_timed") & pl.col("offset").is_null() & (pl.col("family") != "count")
            value = (
                pl.when(pl.col("offset").is_not_null())
                .then(local - offset)
                .when(fixed)
                .then(zoned)
                .otherwise(local)
            )
        valid = pl.col("clock").is_not_null() & pl.col("problem").is_null()
        return together.select(
            "text", "problem", value=pl.when(valid).then(value), rule=pl.lit("date_format")
        )


def _iso(text: pl.Series, *, zone: str, only_day: bool) -> pl.Series:
    """Read text that has the shape of ISO 8601, in UTC or without zone; NULL if there is no such moment."""
    days = text.str.head(10).str.to_date("%Y-%m-%d", strict=False)
    if only_day or not (text.str.len_bytes() > len("2024-01-31")).any():
        return days.cast(pl.Datetime("us"))
    frame = pl.DataFrame({"text": text, "day": days.cast(pl.Datetime("us"))})
    hour, minute, second = (
        pl.col("text").str.slice(start, 2).cast(pl.Int64, strict=False).fill_null(0) for start in (11, 14, 17)
    )
    micros = ((hour * 60 + minute) * 60 + second) * 1_000_000
    if text.str.contains(".", literal=True).any():
        fraction = pl.col("text").str.extract(r"\.(\d{1,6})", 1).str.pad_end(6, "0").cast(pl.Int64)
        micros += fraction.fill_null(0)
    moment: pl.Expr = pl.when(hour < _HOURS).then(
        pl.col("day") + pl.duration(microseconds=micros, time_unit="us")
    )
    if zone:
        is_fixed = pl.col("text").str.contains(_UTC) | (pl.col("text").str.len_bytes() <= len("2024-01-31"))
        moment = pl.when(is_fixed).then(moment).otherwise(_localised(moment, zone))
    return frame.select(moment.alias("moment")).to_series()


def _localised(moment: pl.Expr, zone: str) -> pl.Expr:
    """Read a moment as one in a zone, and return it in UTC; the hour that summer time skips does not exist, the repeated one is the first."""
    zoned = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _counted() -> pl.Expr:
    """Return the moment that a number counts to; its number of digits tells what it counts."""
    digits = pl.col("a").str.extract(r"^(\d+)", 1).str.len_chars()
    # Excel counts days from 1899-12-30, 25,569 days before 1970.
    start = digits.replace_strict({5: 25_569}, default=0)
    unit = digits.replace_strict({5: _DAY, 10: 1_000_000, 13: 1_000, 16: 1}, default=None)
    return ((pl.col("a").cast(pl.Float64) - start) * unit).round().cast(pl.Int64).cast(pl.Datetime("us"))


def _plausible(years: Counter[int]) -> tuple[int, int]:
    """Return the first and last year that are not far from all others."""
    inside = sorted((year, times) for year, times in years.items() if _FIRST_YEAR <= year <= _LAST_YEAR)
    total = sum(times for _, times in inside)
    first, last, below = _FIRST_YEAR, _LAST_YEAR, 0
    for (year, times), (following, _) in pairwise(inside):
        below += times
        if following - year > _LONELY_YEARS:
            if below < _LONELY_SHARE * total:
                first = following
            elif total - below < _LONELY_SHARE * total:
                return first, year
    return first, last
