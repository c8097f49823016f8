"""Operational time: a clock that runs fast when customers are busy.

Processes are drawn as homogeneous in operational time `u`, counted in days of average demand from the first day of the
data, and mapped to the calendar by the inverse of the cumulative intensity (trend x month x weekday x hour x holiday x
promotion). Counts stay exactly Poisson, and with a flat intensity both times agree. All timestamps are whole seconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.warehouse.calendar import holidays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset, Promotion

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["DAY", "EPOCH", "Clock", "Season", "dates_of_weeks", "occasions", "seconds", "weeks"]

DAY: Final = 86_400
EPOCH: Final = date(1970, 1, 1)
# 1970 began on a Thursday; weeks start on Monday.
_THURSDAY: Final = 3
_SATURDAY: Final = 5
_HOURS: Final = 24
_YEAR_DAYS: Final = 365.25
# Lags reach over both ends of the data; the calendar must too.
_PAD_DAYS: Final = 120
# Weekdays repeat after 28 years, over which Easter too has its usual spread: the mean year is one of these.
_CYCLE: Final = date(2001, 1, 1)
_CYCLE_DAYS: Final = 28 * 365 + 7
# Steps of the inverse's table in an operational day: five minutes of average demand.
_STEPS: Final = 288


def seconds(day: date) -> int:
    """Return the first second of a day, counted from 1970."""
    return (day - EPOCH).days * DAY


def weeks(at: Ints | int) -> Ints:
    """Return the calendar week of timestamps, counted from the one that holds the first day of 1970."""
    return np.asarray((np.asarray(at) // DAY + _THURSDAY) // 7)


def dates_of_weeks(week: Ints) -> Ints:
    """Return the first second of weeks, counted as by `weeks`."""
    return (week * 7 - _THURSDAY) * DAY


def occasions(promotions: Sequence[Promotion], first: date, until: date) -> list[tuple[date, date, int]]:
    """Return (first day, day after the last, number of the promotion) for all that overlap [first, until), by time."""
    found = []
    for year in range(first.year - 1, until.year + 2):
        named = holidays(year)
        for number, promotion in enumerate(promotions):
            anchor = named.get(promotion.anchor) or date.fromisoformat(f"{year}-{promotion.anchor}")
            begins = anchor + timedelta(days=promotion.offset_days)
            ends = begins + timedelta(days=promotion.days)
            if begins < until and ends > first:
                found.append((begins, ends, number))
    return sorted(found)


@dataclass(frozen=True)
class Season:
    """The intensity of each day from `origin` on, without trend: season x weekday x holiday x promotion; and its hours' shares.

    A mean year has as many operational days as calendar days, so that a rate per operational day is one per day.
    """

    origin: date
    weights: Floats
    curves: Floats

    @classmethod
    def of(cls, preset: Preset, first: date, until: date) -> Season:
        """Weigh the days of [first, until) and of the lags that reach over both ends."""
        origin = first - timedelta(days=_PAD_DAYS)
        days = (until - origin).days + _PAD_DAYS
        weights = _day_weights(preset, origin, days)
        weights /= _day_weights(preset, _CYCLE, _CYCLE_DAYS).mean()
        return cls(origin, weights, _day_curves(preset, origin, days))

    @property
    def days(self) -> Ints:
        """First second of each day."""
        return seconds(self.origin) + np.arange(self.weights.size, dtype=np.int64) * DAY


class Clock:
    """Operational time of one kind of event, and back.

    Parameters
    ----------
    season
        The intensity of the days.
    zero
        The day at whose start `u` is 0.
    growth_per_year
        Trend of the intensity, as a share a year.
    pull
        A further factor on each day of the season.
    """

    def __init__(
        self, season: Season, zero: date, growth_per_year: float, pull: Floats | float = 1.0
    ) -> None:
        at_zero = (zero - season.origin).days
        days = season.weights.size
        weights = (
            season.weights * pull * (1.0 + growth_per_year) ** ((np.arange(days) - at_zero) / _YEAR_DAYS)
        )
        cumulative = np.concatenate(([0.0], np.cumsum(weights[:, None] * season.curves)))
        cumulative -= cumulative[at_zero * _HOURS]
        self._knots: Floats = cumulative
        self._origin: Final = seconds(season.origin)
        self._low: Final = float(cumulative[0])
        steps = int((cumulative[-1] - cumulative[0]) * _STEPS)
        at = self._low + np.arange(steps + 1) / _STEPS
        self._table: Floats = np.interp(at, cumulative, np.arange(cumulative.size) * float(DAY // _HOURS))

    def forward(self, at: Ints | int) -> Floats:
        """Return the operational time of timestamps, in days of average demand."""
        position = (np.asarray(at, dtype=np.float64) - self._origin) / (DAY // _HOURS)
        return np.interp(position, np.arange(self._knots.size), self._knots)

    def inverse(self, u: Floats) -> Ints:
        """Return the timestamps of operational times; times outside the calendar go to its ends."""
        scaled = np.clip((u - self._low) * _STEPS, 0.0, self._table.size - 1.000001)
        whole = scaled.astype(np.int64)
        below = self._table[whole]
        moment = below + (scaled - whole) * (self._table[whole + 1] - below)
        return self._origin + moment.astype(np.int64)


def _day_curves(preset: Preset, origin: date, days: int) -> Floats:
    """Return, by day and hour, the share of the day's demand: weekends and the days off have a curve of their own."""
    shape = preset.clock
    free = (np.arange(days) + origin.weekday()) % 7 >= _SATURDAY
    for year in range(origin.year, (origin + timedelta(days=days)).year + 1):
        named = holidays(year)
        off = np.array([(named[name] - origin).days for name in shape.days_off], dtype=np.int64)
        free[off[(off >= 0) & (off < days)]] = True
    curves = np.array([shape.hour, shape.hour_weekend])
    curves /= curves.sum(axis=1, keepdims=True)
    return curves[free.astype(np.int64)]


def _day_weights(preset: Preset, origin: date, days: int) -> Floats:
    """Return the intensity of each day without trend, against an ordinary day of an ordinary month."""
    months = np.asarray(preset.clock.month) / np.mean(preset.clock.month)
    weekdays = np.asarray(preset.clock.weekday) / np.mean(preset.clock.weekday)
    weights = np.empty(days)
    calendar = [origin + timedelta(days=number) for number in range(days)]
    for number, day in enumerate(calendar):
        # Months are read at their middle and blended between, lest demand jump on the first.
        month_position = (day.month - 1 + (day.day - 0.5) / 30.4375 - 0.5) % 12
        month = int(month_position)
        blend = month_position - month
        season = months[month] * (1 - blend) + months[(month + 1) % 12] * blend
        weights[number] = season * weekdays[day.weekday()]
    for year in range(calendar[0].year, calendar[-1].year + 1):
        for name, day in holidays(year).items():
            day_number = (day - origin).days
            if 0 <= day_number < days:
                weights[day_number] *= preset.clock.holidays.get(name, 1.0)
    for begins, ends, number in occasions(preset.promotions, origin, origin + timedelta(days=days)):
        low, high = max((begins - origin).days, 0), min((ends - origin).days, days)
        weights[low:high] *= preset.promotions[number].demand
    return weights
