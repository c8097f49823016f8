"""Operational time: a clock that runs fast when customers are busy.

Processes are drawn as homogeneous in operational time `u`, counted in days of average demand from the first day of the
data, and mapped to the calendar by the inverse of the cumulative intensity (trend x month x weekday x hour x holiday x
promotion). Counts stay exactly Poisson, and with a flat intensity both times agree. All timestamps are whole seconds UTC.

A day has its weight in UTC, the same for everybody; how it is spread over the day's hours is by the local hours of a *rhythm*:
a zone, and how many hours later than others a persona is about. So all rhythms agree at midnight UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from martlet.loaders.warehouse.calendar import holidays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset, Promotion

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["DAY", "EPOCH", "Clock", "Season", "dates_of_weeks", "occasions", "rhythm_of", "seconds", "weeks"]

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
_HOUR: Final = 3600
# Steps of the inverse's table of a day, whatever its weight.
_STEPS: Final = 1440
# Rhythms are numbered from 1; 0 is that of the shop's own days, UTC.
_SHOP: Final = 0


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

    A mean year has as many operational days as calendar days, so that a rate per operational day is one per day. `curves` are
    cumulative shares of a day's demand at the end of its hours, `curve_of` the curve by rhythm and day.
    """

    origin: date
    weights: Floats
    curves: Floats
    curve_of: Ints

    @classmethod
    def of(cls, preset: Preset, first: date, until: date) -> Season:
        """Weigh the days of [first, until) and of the lags that reach over both ends."""
        origin = first - timedelta(days=_PAD_DAYS)
        days = (until - origin).days + _PAD_DAYS
        weights = _day_weights(preset, origin, days)
        weights /= _day_weights(preset, _CYCLE, _CYCLE_DAYS).mean()
        return cls(origin, weights, *_day_curves(preset, origin, days))

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
        self._weights: Floats = (
            season.weights * pull * (1.0 + growth_per_year) ** ((np.arange(days) - at_zero) / _YEAR_DAYS)
        )
        self._begins: Floats = np.concatenate(([0.0], np.cumsum(self._weights)))
        self._begins -= self._begins[at_zero]
        self._origin: Final = seconds(season.origin)
        self._curves, self._curve_of = season.curves, season.curve_of
        part = np.arange(_STEPS + 1) / _STEPS
        hours = np.arange(_HOURS + 1) * float(_HOUR)
        self._moments: Floats = np.array([np.interp(part, curve, hours) for curve in self._curves])

    def forward(self, at: Ints | int, rhythm: Ints | int = _SHOP) -> Floats:
        """Return the operational time of timestamps, in days of average demand."""
        since = np.clip(np.asarray(at) - self._origin, 0, self._weights.size * DAY - 1)
        day, second = since // DAY, since % DAY
        hour, curve = second // _HOUR, self._curve_of[rhythm, day]
        below = self._curves[curve, hour]
        part = below + (self._curves[curve, hour + 1] - below) * (second % _HOUR / _HOUR)
        moments: Floats = self._begins[day] + self._weights[day] * part
        return moments

    def inverse(self, u: Floats, rhythm: Ints | int = _SHOP) -> Ints:
        """Return the timestamps of operational times; times outside the calendar go to its ends."""
        days = self._weights.size
        day = np.clip(np.searchsorted(self._begins, u, side="right") - 1, 0, days - 1)
        part = (u - self._begins[day]) / self._weights[day]
        scaled = np.clip(part * _STEPS, 0.0, _STEPS - 1e-6)
        whole, curve = scaled.astype(np.int64), self._curve_of[rhythm, day]
        below = self._moments[curve, whole]
        second = below + (scaled - whole) * (self._moments[curve, whole + 1] - below)
        moments: Ints = self._origin + day * DAY + second.astype(np.int64)
        return moments


def rhythm_of(preset: Preset, place: Ints, persona: Ints | int = -1) -> Ints:
    """Return the rhythm of people by their place and persona, -1 for who has none."""
    return place * (len(preset.people.personas) + 1) + persona + 2


def _offsets(preset: Preset, origin: date, days: int) -> tuple[Ints, Ints]:
    """Return rows of whole hours by which people's hours are ahead of UTC, by day, and the row of each rhythm.

    Summer time begins and ends at midnight UTC.
    """
    kinds = [("UTC", 0)]
    for place in preset.people.places:
        kinds += [
            (place.zone, later) for later in (0, *(persona.later for persona in preset.people.personas))
        ]
    noon = datetime(origin.year, origin.month, origin.day, 12, tzinfo=UTC)
    noons = [noon + timedelta(days=number) for number in range(days)]
    ahead = {}
    for name in sorted({name for name, _ in kinds}):
        zone = ZoneInfo(name)
        shifts = [moment.astimezone(zone).utcoffset() or timedelta() for moment in noons]
        ahead[name] = np.array([round(shift / timedelta(hours=1)) for shift in shifts], dtype=np.int64)
    distinct = sorted(set(kinds))
    rows = np.array([ahead[name] - later for name, later in distinct])
    return rows, np.array([distinct.index(kind) for kind in kinds])


def _day_curves(preset: Preset, origin: date, days: int) -> tuple[Floats, Ints]:
    """Return curves of demand by hour of a UTC day, cumulative, and which of them each rhythm has on each day.

    Local weekends and the days off have a curve of their own.
    """
    shape = preset.clock
    # With the days before and after, whose local hours reach into the UTC days.
    free = (np.arange(-1, days + 1) + origin.weekday()) % 7 >= _SATURDAY
    for year in range(origin.year, (origin + timedelta(days=days)).year + 1):
        named = holidays(year)
        off = np.array([(named[name] - origin).days + 1 for name in shape.days_off], dtype=np.int64)
        free[off[(off >= 0) & (off < free.size)]] = True
    hours = np.array([shape.hour, shape.hour_weekend])
    hours /= hours.sum(axis=1, keepdims=True)
    neighbours = 4 * free[:-2] + 2 * free[1:-1] + free[2:]
    offsets, row = _offsets(preset, origin, days)
    kinds, curve_of = np.unique(offsets * 8 + neighbours, return_inverse=True)
    local = np.arange(_HOURS) + (kinds // 8)[:, None]
    is_free = (kinds % 8)[:, None] >> (1 - local // _HOURS) & 1
    shares = hours[is_free, local % _HOURS]
    curves = np.zeros((kinds.size, _HOURS + 1))
    np.cumsum(shares, axis=1, out=curves[:, 1:])
    curves /= curves[:, -1:]
    return curves, curve_of.reshape(offsets.shape)[row]


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
