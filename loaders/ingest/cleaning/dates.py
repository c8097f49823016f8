"""Dates and times as people and programs write them: days, and moments as the clocks of the warehouse's zone show them.

The order of day, month and year is decided for the whole column by which order makes the most cells real days, and
told when that leaves a choice. Times with a zone are converted to the warehouse's; times without are of the zone that the
profile names, else the warehouse's own already; a day alone is its midnight there, lest it become another day. A field that
is a day takes the day as it is written, whatever the zone. The warehouse's zone is UTC where nobody says another.
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

__all__ = ["UTC", "DateReader"]

UTC: Final = "UTC"

_ISO: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?(?:Z| ?\+00(?::?00)?| UTC)?)?$"
_MARKED: Final = r"(?:Z|\+00(?::?00)?|UTC)$"
# Dates outside these years are mistakes, where a field has no bounds of its own.
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
# Dates this many years away from all others, in less than this share of the rows, are typing mistakes: one of them
# would be "the last moment in the data", and spoil every recency.
_LONELY_YEARS, _LONELY_SHARE = 20, 0.01
_HOURS: Final = 24
_DAY_LENGTH: Final = len("2024-01-31")
_EXCEL: Final = r"^\s*\d{5}(?:\.\d+)?\s*$"
_DAY: Final = 86_400_000_000
_EPOCH: Final = "no date: 1970-01-01 is what systems write that have none"


class DateReader:
    """Reads a column of dates; `survey` all batches, `decide`, then `read` them.

    Parameters
    ----------
    kind
        `date` becomes Date, `timestamp` Datetime without zone, as clocks of `home` show it.
    order
        The order of day, month and year in dates written as three numbers, if it is declared. Dates that begin with a
        four-digit year are year, month, day in any case.
    zone
        Zone of times that name none, such as Europe/Berlin; `home` if empty.
    home
        Zone of the warehouse.
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
        home: str = UTC,
        bounded: bool = False,
    ) -> None:
        self._kind: Final = kind
        self._asked: Final = order
        self._home: Final = home
        zone = UTC if zone.upper() == UTC else zone
        self._zone: Final = zone if kind == "timestamp" and zone != home else ""
        self._other_zone: str | None = None
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
            clock = text.filter(iso).str.slice(11).str.replace(_MARKED, "").str.strip_chars()
            self.has_time = bool((clock.str.replace_all("[0:.]", "") != "").any())
        if iso.all():
            return
        rows = pl.DataFrame({"text": text.filter(~iso)})
        parts = take_apart(rows.unique(maintain_order=True))
        self.has_time = self.has_time or bool((parts["clock"] != 0).any())
        if self._other_zone is None:
            self._other_zone = next(iter(parts.filter(pl.col("offset") != 0)["text"]), None)
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
        if self._other_zone and self._home == UTC and self._kind == "timestamp":
            notes.append(
                f"times such as {self._other_zone!r} were converted to UTC, so that days are those of UTC; for the days of a place "
                "say its zone at the first load of a warehouse, such as timezone='Europe/Berlin'"
            )
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
        read = Read(self._iso(pl.select(pl.when(iso).then(text)).to_series()).cast(pl.Datetime("us")))
        if other.any():
            distinct = text.filter(other).unique(maintain_order=True)
            read = spread(text, other, read.values, self._other(pl.DataFrame({"text": distinct})))
        problems = self._checked(text, read)
        values = pl.select(pl.when(problems.is_null()).then(read.values)).to_series()
        changed = tuple(
            (rule, mask & values.is_not_null())
            for rule, mask in (*read.changed, *self._moved(text, values, iso))
        )
        if self._kind == "date":
            values = values.cast(pl.Date)
        return Read(values, problems if problems.null_count() < len(problems) else None, changed)

    def _moved(self, text: pl.Series, values: pl.Series, iso: pl.Series) -> list[tuple[str, pl.Series]]:
        """Return which ISO times were converted from another zone, and which stand in an hour that summer time skips."""
        if self._kind == "date" or not (self._zone or self._home != UTC):
            return []
        moved: list[tuple[str, pl.Series]] = []
        is_timed = text.str.len_bytes() > _DAY_LENGTH
        named = text.str.contains(_MARKED)
        converted = named if not self._zone else is_timed
        if self._home != UTC or self._zone:
            moved.append(("time_zone", (iso & is_timed & converted).fill_null(value=False)))
        if self._home != UTC and not self._zone:
            there = pl.DataFrame({"at": values}).select(
                pl.col("at")
                .dt.replace_time_zone(self._home, ambiguous="earliest", non_existent="null")
                .is_null()
                & pl.col("at").is_not_null()
            )
            moved.append(("skipped_hour", there.to_series()))
        return moved

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
            zoned = _moved(local, self._zone, self._home) if self._zone else local
            # Seconds are counted in UTC, Excel's days nowhere; and a day alone is that day everywhere.
            seconds = (pl.col("family") == "count") & ~pl.col("text").str.contains(_EXCEL)
            value = (
                pl.when(pl.col("offset").is_not_null())
                .then(_moved(local - offset, UTC, self._home))
                .when(seconds)
                .then(_moved(local, UTC, self._home))
                .when(pl.col("is_timed") & (pl.col("family") != "count"))
                .then(zoned)
                .otherwise(local)
            )
        valid = pl.col("clock").is_not_null() & pl.col("problem").is_null()
        return together.select(
            "text", "problem", value=pl.when(valid).then(value), rule=pl.lit("date_format")
        )

    def _iso(self, text: pl.Series) -> pl.Series:
        """Read text that has the shape of ISO 8601, in UTC or without zone; NULL if there is no such moment."""
        if self._kind == "date" or not (text.str.len_bytes() > _DAY_LENGTH).any():
            return _days(text)
        found = _alike(text)
        if found is None:
            found = _clocked(text, _days(text))
        if not self._zone and self._home == UTC:
            return found
        is_day = pl.col("text").str.len_bytes() <= _DAY_LENGTH
        naive = _moved(pl.col("moment"), self._zone, self._home) if self._zone else pl.col("moment")
        moment = (
            pl.when(is_day)
            .then("moment")
            .when(pl.col("text").str.contains(_MARKED))
            .then(_moved(pl.col("moment"), UTC, self._home))
            .otherwise(naive)
        )
        return pl.DataFrame({"text": text, "moment": found}).select(moment.alias("moment")).to_series()


def _days(text: pl.Series) -> pl.Series:
    return text.str.head(_DAY_LENGTH).str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))


def _alike(text: pl.Series) -> pl.Series | None:
    """Return moments that are all written to the second in the same way, as most programs do; None if they are not."""
    first = text.drop_nulls().head(1)
    mark = first[0][_DAY_LENGTH : _DAY_LENGTH + 1] if len(first) else ""
    if mark not in ("T", " "):
        return None
    moments = text.str.to_datetime(f"%Y-%m-%d{mark}%H:%M:%S", time_unit="us", strict=False, cache=False)
    return moments if moments.null_count() == text.null_count() else None


def _clocked(text: pl.Series, days: pl.Series) -> pl.Series:
    """Return days with the time of day that the text gives them."""
    frame = pl.DataFrame({"text": text, "day": days})
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
    return frame.select(moment.alias("moment")).to_series()


def _moved(moment: pl.Expr, zone: str, home: str) -> pl.Expr:
    """Read a moment as one in a zone, and return it as clocks of another show it.

    The hour that summer time skips does not exist, the repeated one is the first.
    """
    if zone == home:
        return moment
    zoned = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone(home).dt.replace_time_zone(None)


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
