"""The time that a report is about: what was asked for, or else the last whole weeks of the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import ParameterError
from martlet.engine.parameters import Parameter

if TYPE_CHECKING:
    from martlet.engine.warehouse import Warehouse

__all__ = ["DAYS", "NAMES", "Period", "end_of_data", "period_of"]

# Thirteen weeks, which hold each day of the week as often as the thirteen before and those of the year before.
DAYS: Final = 91
_YEAR: Final = 364
# What a template knows of the time.
NAMES: Final = (
    "since",
    "until",
    "last_day",
    "days",
    "before_since",
    "year_since",
    "year_until",
    "quarter_since",
)
# Where it is seen how far the data go: in sales, and where there are none in what else happens.
_MOMENTS: Final = (
    ("star.fact_order", "ordered_at", "WHERE main.is_sale(status)"),
    ("star.fact_session", "started_at", ""),
    ("star.fact_touchpoint", "touched_at", ""),
    ("star.fact_email", "sent_at", ""),
)


@dataclass(frozen=True)
class Period:
    """From the first day on, up to the day after the last.

    `is_asked` says whether somebody gave an end of it; None stand where the warehouse is empty.
    """

    since: date | None
    until: date | None
    is_since_asked: bool = False
    is_until_asked: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What a template knows of it, by name."""
        if self.since is None or self.until is None:
            return dict.fromkeys(NAMES)
        days = (self.until - self.since).days
        return {
            "since": self.since,
            "until": self.until,
            "last_day": self.until - timedelta(days=1),
            "days": days,
            "before_since": self.since - timedelta(days=days),
            "year_since": self.since - timedelta(days=_YEAR),
            "year_until": self.until - timedelta(days=_YEAR),
            "quarter_since": self.until - timedelta(days=DAYS),
        }


def period_of(
    warehouse: Warehouse,
    since: date | str | None,
    until: date | str | None,
    *,
    days: int = DAYS,
    ends_with: str = "day",
) -> Period:
    """Return the period that was asked for; without an end it ends with the data, without a beginning it is so many days long.

    `ends_with` is what must be whole at the end of the data: the last day, week or month that is not over is left out.

    Raises
    ------
    ParameterError
        If it ends before it begins.
    """
    since, until = _day("since", since), _day("until", until)
    end = until or _whole(end_of_data(warehouse), ends_with)
    if end is None:
        return Period(since, until, since is not None, until is not None)
    begin = since or end - timedelta(days=days)
    if begin >= end:
        known = "" if until else ", the day after the last of the data"
        raise ParameterError(f"since is {begin}, but must be before until, which is {end}{known}")
    return Period(begin, end, since is not None, until is not None)


def _day(name: str, given: date | str | None) -> date | None:
    day: date | None = Parameter(name, "date", "").value(given)
    return day


def _whole(end: date | None, ends_with: str) -> date | None:
    """Return the end of the last whole week, which begins on Monday, or of the last whole month."""
    if end is None or ends_with == "day":
        return end
    return end - timedelta(days=end.weekday() if ends_with == "week" else end.day - 1)


def end_of_data(warehouse: Warehouse) -> date | None:
    """Return the day after the last of the data, None where there are none."""
    for table, column, condition in _MOMENTS:
        (last,) = warehouse.sql(f"SELECT CAST(max({column}) AS DATE) FROM {table} {condition}").rows()[0]
        if isinstance(last, date):
            return last + timedelta(days=1)
    return None
