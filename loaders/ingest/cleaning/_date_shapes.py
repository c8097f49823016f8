"""Dates as text taken apart: three numbers whose order is still open, the time of day, and the zone."""

from __future__ import annotations

import re

import polars as pl

from martlet.loaders.ingest.cleaning.digits import western

__all__ = ["take_apart"]

_TIME = (
    r"^(?P<day>.*?)(?:(?:t|[\s,]+(?:at\s+)?|\s?at\s+)(?P<hour>\d{1,2})[:h](?P<minute>[0-5]\d)"
    r"(?::(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[ap])?(?:\.?m\.?)?"
    r"\s*(?P<zone>z|(?:utc|gmt)?\s?[-+]\d{1,2}(?::?\d{2})?|[a-z]{3,4})?)?$"
)
_DIGITS = (
    r"^(?P<day>\d{8})[t\s]?(?P<hour>\d{2}):?(?P<minute>[0-5]\d)"
    r"(?::?(?P<second>[0-5]\d)(?:\.(?P<fraction>\d{1,9}))?)?(?P<zone>z|[-+]\d{2}:?\d{2})?$"
)
_WEEKDAY = r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]*\s+"
_BETWEEN = r"\s?[-/.\s]\s?"
_MONTH = r"(?P<b>[^\W\d_]{3,12})"
_ORDINAL = r"(?P<c>\d{1,2})(?:st|nd|rd|th)?"
_PLAIN_CLOCK = r"^(?P<day>[\w/.-]{6,12})[ T](?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?$"
# By family; those with the month's name are `fixed` too.
_SHAPES = {
    "fixed": rf"^(?P<a>\d{{4}}){_BETWEEN}(?P<b>\d{{1,2}}){_BETWEEN}(?P<c>\d{{1,2}})\.?$",
    "year_last": rf"^(?P<a>\d{{1,2}}){_BETWEEN}(?P<b>\d{{1,2}}){_BETWEEN}(?P<c>\d{{4}})\.?$",
    "short": rf"^(?P<a>\d{{1,2}}){_BETWEEN}(?P<b>\d{{1,2}}){_BETWEEN}(?P<c>\d{{2}})\.?$",
    "compact": r"^(?P<a>\d{8})$",
    "count": r"^(?P<a>\d{5}(?:\.\d+)?|\d{10}(?:\.\d+)?|\d{13}|\d{16})$",
    "day_month_year": rf"^{_ORDINAL}[-/.,\s]*(?:of\s+|de\s+)?{_MONTH}[-/.,'\s]*(?:de\s+)?(?P<a>\d{{4}}|\d{{2}})$",
    "month_day_year": rf"^{_MONTH}\.?[-/\s]*{_ORDINAL}[-/,\s]+(?P<a>\d{{4}}|\d{{2}})$",
    "year_month_day": rf"^(?P<a>\d{{4}})[-/\s]*{_MONTH}[-/\s]*(?P<c>\d{{1,2}})$",
}
_NAMED = ("day_month_year", "month_day_year", "year_month_day")

# By their first letters, in English, German, French, Spanish, Italian, Dutch, Portuguese.
_MONTHS = {
    1: "jan ene gen",
    2: "feb fév fev",
    3: "mar mär maa mrt",
    4: "apr avr abr",
    5: "may mai mei mag",
    6: "jun juin giu",
    7: "jul juil lug",
    8: "aug aoû aou ago",
    9: "sep set",
    10: "oct okt ott out",
    11: "nov",
    12: "dec dez déc dic",
}
_MONTH_OF = {start: month for month, starts in _MONTHS.items() for start in starts.split()}
# Abbreviations that exports use, in minutes east of UTC. Others are ambiguous, and the row is set aside.
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300}
_FARTHEST_ZONE = 14
_ZONES |= {"mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "cet": 60, "cest": 120}


def take_apart(distinct: pl.DataFrame) -> pl.DataFrame:
    """Take the different texts of the column `text` apart.

    Returns
    -------
    polars.DataFrame
        `text`; `family`: `fixed` (`a`, `b`, `c` are year, month, day), `year_last`, `short` (two-digit years),
        `compact` (eight digits in `a`), `count` (of days or seconds, in `a`) or NULL; `clock`, microseconds since
        midnight, NULL if impossible; `is_timed`, whether a time of day is given; `offset`, minutes east of UTC, NULL if no zone is given; `problem`.
    """
    # Days recur where moments don't: a plain clock behind a day is read by itself, and each day once.
    frame = distinct.select("text", tidy=western(distinct["text"]))
    split = frame.with_columns(parts=pl.col("tidy").str.extract_groups(_PLAIN_CLOCK)).unnest("parts")
    timed = split.filter(pl.col("day").is_not_null())
    rest = _apart(split.filter(pl.col("day").is_null()).select("text", "tidy"))
    if timed.is_empty():
        return rest
    days = _apart(timed.select(text=pl.col("day").unique()).with_columns(tidy="text"))
    days = days.with_columns(
        clock=pl.lit(None, pl.Int64),
        is_timed=pl.lit(value=True),
        family=pl.when(pl.col("family") != "count").then("family"),
    )
    joined = timed.join(days.rename({"text": "day"}), on="day", how="left")
    joined = joined.with_columns(half=pl.lit(None, pl.String), fraction=pl.lit(None, pl.String)).with_columns(
        _clock().alias("clock")
    )
    return pl.concat([rest, joined.select(rest.columns)])


def _apart(distinct: pl.DataFrame) -> pl.DataFrame:
    tidy = (
        pl.col("tidy")
        .str.to_lowercase()
        .str.replace_all(r"\s+", " ")
        .str.replace(r"\s*\(.*\)$", "")
        .str.replace(_WEEKDAY, "")
    )
    frame = distinct.select("text", tidy=tidy)
    plain, digits = pl.col("tidy").str.extract_groups(_TIME), pl.col("tidy").str.extract_groups(_DIGITS)
    frame = frame.with_columns(plain=plain, digits=digits)
    is_digits = pl.col("digits").struct.field("day").is_not_null()
    names = ("day", "hour", "minute", "second", "fraction", "zone")
    picked = {
        n: pl.when(is_digits)
        .then(pl.col("digits").struct.field(n))
        .otherwise(pl.col("plain").struct.field(n))
        for n in names
    }
    frame = frame.with_columns(**picked, half=pl.when(~is_digits).then(pl.col("plain").struct.field("half")))
    day = pl.col("day").str.strip_chars(" ,")
    frame = frame.with_columns(
        day.str.extract_groups(shape).alias(family) for family, shape in _SHAPES.items()
    )
    frame = frame.with_columns(
        pl.coalesce(pl.col(family).struct.field("a") for family in _SHAPES).alias("a"),
        pl.coalesce(pl.col(family).struct.field("b") for family in ("fixed", "year_last", "short")).alias(
            "b"
        ),
        pl.coalesce(pl.col(family).struct.field("b") for family in _NAMED).alias("named"),
        pl.coalesce(pl.col(f).struct.field("c") for f in ("fixed", "year_last", "short", *_NAMED)).alias("c"),
        pl.coalesce(
            pl.when(pl.col(family).struct.field("a").is_not_null()).then(
                pl.lit("fixed" if family in _NAMED else family)
            )
            for family in _SHAPES
        ).alias("family"),
        _clock().alias("clock"),
        _offset(frame["zone"]).alias("offset"),
    )
    unknown_zone = pl.col("zone").is_not_null() & pl.col("offset").is_null()
    return frame.select(
        "text",
        "family",
        "a",
        pl.when(pl.col("named").is_not_null()).then(_month(frame["named"])).otherwise("b").alias("b"),
        "c",
        "clock",
        pl.col("hour").is_not_null().alias("is_timed"),
        "offset",
        problem=pl.when(unknown_zone).then(
            pl.format("unknown time zone: {}", pl.col("zone").str.to_uppercase())
        ),
    )


def _clock() -> pl.Expr:
    hour, minute, second = (pl.col(n).cast(pl.Int64).fill_null(0) for n in ("hour", "minute", "second"))
    half = pl.col("half")
    micros = pl.concat_str(pl.col("fraction").fill_null(""), pl.lit("000000")).str.slice(0, 6).cast(pl.Int64)
    hour_24 = (
        pl.when(half.is_null())
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + 12 * (half == "p").cast(pl.Int64))
    )
    return pl.when(hour_24.is_between(0, 23)).then(
        ((hour_24 * 60 + minute) * 60 + second) * 1_000_000 + micros
    )


def _offset(zones: pl.Series) -> pl.Series:
    """Return minutes east of UTC; the few distinct zones of a column are read one by one."""
    known: dict[str, int | None] = {}
    for zone in zones.unique().drop_nulls():
        shift = re.fullmatch(r"(?:utc|gmt)?\s?([-+])(\d{1,2})(?::?([0-5]\d))?", zone)
        if not shift:
            known[zone] = _ZONES.get(zone)
        elif int(shift[2]) <= _FARTHEST_ZONE:
            known[zone] = int(shift[1] + "1") * (int(shift[2]) * 60 + int(shift[3] or 0))
    return zones.replace_strict(known, default=None, return_dtype=pl.Int64)


def _month(words: pl.Series) -> pl.Series:
    numbers = {w: _MONTH_OF.get(w[:4], _MONTH_OF.get(w[:3])) for w in words.unique().drop_nulls()}
    return words.replace_strict(
        {w: None if n is None else str(n) for w, n in numbers.items()}, default=None, return_dtype=pl.String
    )
