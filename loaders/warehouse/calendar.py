"""The rows of `star.dim_date`: days, seasons and the holidays of a shop in the United States, by rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from martlet.engine.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

__all__ = ["HOLIDAYS", "calendar", "easter", "holidays"]

_MONDAY, _THURSDAY, _SUNDAY = 1, 4, 7
_FIXED: Final = {
    "New Year's Day": (1, 1),
    "Valentine's Day": (2, 14),
    "Independence Day": (7, 4),
    "Halloween": (10, 31),
    "Veterans Day": (11, 11),
    "Christmas Eve": (12, 24),
    "Christmas Day": (12, 25),
    "New Year's Eve": (12, 31),
}
# (month, ISO weekday, which one; -1 is the last)
_FLOATING: Final = {
    "Martin Luther King Jr. Day": (1, _MONDAY, 3),
    "Presidents' Day": (2, _MONDAY, 3),
    "Mother's Day": (5, _SUNDAY, 2),
    "Memorial Day": (5, _MONDAY, -1),
    "Father's Day": (6, _SUNDAY, 3),
    "Labor Day": (9, _MONDAY, 1),
    "Columbus Day": (10, _MONDAY, 2),
    "Thanksgiving": (11, _THURSDAY, 4),
}
# (anchor, days after it)
_AFTER: Final = {"Black Friday": ("Thanksgiving", 1), "Cyber Monday": ("Thanksgiving", 4)}

HOLIDAYS: Final = (*_FIXED, *_FLOATING, *_AFTER, "Easter Sunday")


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    if which > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (which - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.isoweekday() - weekday) % 7)


def holidays(year: int) -> dict[str, date]:
    """Return the holidays and shopping days of a year by name.

    Federal holidays follow 5 U.S.C. 6103 (the day itself, not the day observed), the others the usage of the trade.
    """
    found = {name: date(year, month, day) for name, (month, day) in _FIXED.items()}
    found |= {name: _nth(year, *rule) for name, rule in _FLOATING.items()}
    found["Easter Sunday"] = easter(year)
    for name, (anchor, days) in _AFTER.items():
        found[name] = found[anchor] + timedelta(days=days)
    return found


def calendar(start: date, until: date, promotions: Iterable[tuple[date, date]] | None = None) -> pl.DataFrame:
    """Return the rows of `star.dim_date` for the days of [start, until), without the unknown row.

    Parameters
    ----------
    start, until
        First day, and the day after the last one.
    promotions
        Half-open ranges of days, [first, until), in which the company ran a promotion for everybody. None or empty: none known.

    Raises
    ------
    ParameterError
        When the range holds no day.
    """
    import polars as pl  # noqa: PLC0415  (the rules alone must not cost an import of polars)

    if until <= start:
        raise ParameterError(f"the calendar from {start} until {until} holds no day: until must be later")
    named = {day: name for year in range(start.year, until.year + 1) for name, day in holidays(year).items()}
    promoted = {
        first + timedelta(days=offset)
        for first, end in promotions or ()
        for offset in range((end - first).days)
    }
    day = pl.date_range(start, until, "1d", closed="left", eager=True).alias("date")
    date_, month = pl.col("date"), pl.col("date").dt.month().cast(pl.Int32)
    seasons = pl.Enum(["Winter", "Spring", "Summer", "Autumn"])
    return pl.DataFrame([day]).select(
        date_key=(date_.dt.year() * 10_000 + month * 100 + date_.dt.day()).cast(pl.Int32),
        date=date_,
        year=date_.dt.year().cast(pl.Int32),
        quarter=date_.dt.quarter().cast(pl.Int32),
        month=month,
        month_name=date_.dt.strftime("%B"),
        iso_week=date_.dt.week().cast(pl.Int32),
        day_of_month=date_.dt.day().cast(pl.Int32),
        day_of_week=date_.dt.weekday().cast(pl.Int32),
        day_name=date_.dt.strftime("%A"),
        is_weekend=date_.dt.weekday() > 5,  # noqa: PLR2004
        is_month_end=date_ == date_.dt.month_end(),
        season=(month % 12 // 3).replace_strict(dict(enumerate(seasons.categories)), return_dtype=seasons),
        holiday=date_.replace_strict(named, default=None, return_dtype=pl.String),
        is_promo_period=date_.is_in(list(promoted)),
    )
