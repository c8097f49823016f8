"""Dates and times as people and programs write them, to moments in UTC.

The order of day, month and year is decided for the whole column by which order makes the most cells real days, and
announced when that leaves a choice. Times with a zone are converted to UTC; times without are taken for UTC, and a
date alone is its midnight. Two-digit years 69 to 99 are of the 20th century, as in POSIX.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from martlet.loaders.ingest._date_shapes import take_apart
from martlet.loaders.ingest._kinds import NULL_WORDS

__all__ = ["ORDERS", "DateOrder", "Dates", "parse_dates"]

DateOrder = Literal["dmy", "mdy", "ymd"]
ORDERS: dict[DateOrder, str] = {
    "ymd": "year, month, day",
    "dmy": "day, month, year",
    "mdy": "month, day, year",
}

# Orders outside these years are mistakes.
_FIRST_YEAR, _LAST_YEAR = 1950, 2099
_ISO = r"^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z| ?\+00:?00| UTC)?)?$"
# In order of preference. Eight digits are mostly year first; dates with their year last have no third choice.
_CHOICES: dict[str, tuple[DateOrder, ...]] = {
    "compact": ("ymd", "dmy", "mdy"),
    "year_last": ("dmy", "mdy"),
    "short": ("dmy", "mdy", "ymd"),
}
# A column decided by a smaller share of its dates than this is worth a second look.
_THIN_EVIDENCE = 0.05
_ENOUGH_DATES = 20
_ENOUGH_FOR_A_SEQUENCE = 3
_PIVOT = 69
_DAY_IN_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class Dates:
    """`moment` (microseconds, UTC) and `problem` (text or NULL) row for row; whether any cell has a time of day."""

    frame: pl.DataFrame
    has_time: bool
    notes: tuple[str, ...]


def parse_dates(cells: pl.Series, *, order: DateOrder | None = None) -> Dates:
    """Read a column of dates, or of dates with times.

    Parameters
    ----------
    cells
        Text; empty cells and words for nothing become the problem "no date".
    order
        The order of day, month and year in dates written as three numbers; decided by the column if None. Dates that
        begin with a four-digit year are year, month, day in any case.
    """
    column = pl.DataFrame({"text": cells.fill_null("").str.strip_chars()})
    distinct = column.unique(maintain_order=True)
    is_iso = pl.col("text").str.contains(_ISO)
    read, notes = _other(distinct.filter(~is_iso), order)
    read = pl.concat([_iso(distinct.filter(is_iso)), read])
    year = pl.col("moment").dt.year()
    problem = pl.coalesce(
        pl.when(pl.col("text").str.to_lowercase().is_in(NULL_WORDS)).then(pl.lit("no date")),
        "problem",
        pl.when(pl.col("moment").is_null()).then(pl.lit("unreadable date")),
        pl.when(pl.col("moment") == pl.datetime(1970, 1, 1)).then(
            pl.lit("no date: 1970-01-01 is what systems write that have none")
        ),
        pl.when(~year.is_between(_FIRST_YEAR, _LAST_YEAR)).then(
            pl.lit(f"absurd date: not in {_FIRST_YEAR} to {_LAST_YEAR}")
        ),
    )
    read = read.with_columns(problem=problem)
    has_time = bool(read.filter(pl.col("problem").is_null())["clock"].any())
    frame = column.join(read, on="text", how="left", maintain_order="left").select("moment", "problem")
    return Dates(frame, has_time, tuple(notes))


def _iso(distinct: pl.DataFrame) -> pl.DataFrame:
    local = pl.col("text").str.replace(r"(?:Z| ?\+00:?00| UTC)$", "").str.replace("T", " ", literal=True)
    padded = local.str.replace(r"^(.{10})$", "${1} 00:00:00").str.replace(r"^(.{16})$", "${1}:00")
    moment = padded.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    return distinct.select("text", moment=moment).with_columns(
        clock=pl.col("moment").dt.timestamp("us") % _DAY_IN_MICROSECONDS != 0, problem=pl.lit(None, pl.String)
    )


def _other(distinct: pl.DataFrame, order: DateOrder | None) -> tuple[pl.DataFrame, list[str]]:
    """Read dates that are not ISO 8601, family by family, since each family of shapes may have its own order."""
    parts = take_apart(distinct)
    notes: list[str] = []
    moments = [_fixed(parts.filter(pl.col("family").is_null() | (pl.col("family") == "fixed")))]
    counts = parts.filter(pl.col("family") == "count")
    if counts.height:
        notes.append(
            f"dates such as {counts['text'][0]!r} were read as seconds since 1970 or, with five digits, as Excel's days"
        )
        moments.append(counts.with_columns(moment=_counted()))
    for family, choices in _CHOICES.items():
        members = parts.filter(pl.col("family") == family)
        if members.is_empty():
            continue
        chosen, family_notes = (order, []) if order in choices else _decide(members, choices, order)
        notes.extend(family_notes)
        moments.append(members.with_columns(moment=_day(chosen)))
    read = pl.concat([part.select("text", "moment", "clock", "offset", "problem") for part in moments])
    shift = pl.duration(microseconds=pl.col("clock"), time_unit="us") - pl.duration(
        minutes=pl.col("offset").fill_null(0), time_unit="us"
    )
    return read.select(
        "text", moment=pl.col("moment") + shift, clock=pl.col("clock") != 0, problem="problem"
    ), notes


def _fixed(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.with_columns(moment=pl.when(pl.col("family") == "fixed").then(_day("ymd")))


def _counted() -> pl.Expr:
    """Return the moment that a number counts to; its number of digits tells what it counts."""
    digits = pl.col("a").str.extract(r"^(\d+)", 1).str.len_chars()
    # Excel counts days from 1899-12-30, 25,569 days before 1970.
    start = digits.replace_strict({5: 25_569}, default=0)
    unit = digits.replace_strict({5: _DAY_IN_MICROSECONDS, 10: 1_000_000, 13: 1_000, 16: 1}, default=None)
    return ((pl.col("a").cast(pl.Float64) - start) * unit).round().cast(pl.Int64).cast(pl.Datetime("us"))


def _day(order: DateOrder) -> pl.Expr:
    """Return midnight of the day that the parts make when read in an order, NULL if there is no such day."""
    is_compact = pl.col("family") == "compact"
    letters = dict(zip(order, "abc", strict=True))
    cuts = {"ymd": {"y": (0, 4), "m": (4, 2), "d": (6, 2)}}.get(order) or dict(
        zip(order, ((0, 2), (2, 2), (4, 4)), strict=True)
    )
    part = {
        unit: pl.when(is_compact).then(pl.col("a").str.slice(*cuts[unit])).otherwise(letters[unit])
        for unit in "ymd"
    }
    number = part["y"].cast(pl.Int64, strict=False)
    century = (
        pl.when(part["y"].str.contains(r"^\d{3,}$")).then(0).when(number < _PIVOT).then(2000).otherwise(1900)
    )
    # A four-digit number in the place of a day or a month makes no day, nor do three digits anywhere.
    return pl.format("{}-{}-{}", number + century, part["m"], part["d"]).str.to_datetime(
        "%Y-%m-%d", time_unit="us", strict=False
    )


def _decide(
    members: pl.DataFrame, choices: tuple[DateOrder, ...], asked: DateOrder | None
) -> tuple[DateOrder, list[str]]:
    """Choose the order that makes the most real days; break ties by sortedness, then by custom, and say so."""
    days = {order: members.select(day=_day(order)).to_series() for order in choices}
    counts = {
        order: int(day.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR).sum()) for order, day in days.items()
    }
    most = max(counts.values())
    best = [order for order in choices if counts[order] == most]
    example = members["text"][0]
    notes = []
    if asked:
        notes.append(f"dates such as {example!r} end with their year, so they can't be {ORDERS[asked]}")
    if len(best) == 1 or all(days[best[0]].equals(days[other], null_equal=True) for other in best[1:]):
        margin = most - max((counts[order] for order in choices if order != best[0]), default=0)
        if len(best) == 1 and members.height >= _ENOUGH_DATES and margin < _THIN_EVIDENCE * members.height:
            notes.append(
                f"dates were read as {ORDERS[best[0]]} on the evidence of few: {margin} of {members.height} different ones; check {example!r}"
            )
        return best[0], notes
    if members["family"][0] == "compact" and best[0] == "ymd":
        return "ymd", notes
    in_order = [order for order in best if days[order].is_sorted() or days[order].is_sorted(descending=True)]
    slashes = "/" in example
    custom: DateOrder = "mdy" if slashes and "mdy" in best else best[0]
    chosen = in_order[0] if len(in_order) == 1 and members.height >= _ENOUGH_FOR_A_SEQUENCE else custom
    why = (
        "so they are in sequence"
        if chosen in in_order and len(in_order) == 1
        else "by custom, since nothing in the column tells"
    )
    others = " or ".join(f"date_order={order!r}" for order in best if order != chosen)
    notes.append(
        f"dates such as {example!r} could be read in more than one order; they were read as {ORDERS[chosen]}, {why}. If that is wrong, say {others}"
    )
    return chosen, notes
