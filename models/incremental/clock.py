"""Time that runs faster when the site is busy: season, promotions, weekday and hour are taken out of the lags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from martlet.models.incremental.observed import Floats

__all__ = ["Clock", "clock", "resampled"]

_HOURS: Final = 24
_WEEK: Final = 7
# A day's count is drawn so far towards the mean: by so many visits of an average day.
_PRIOR: Final = 2.0
# With fewer visits of strangers a day, the calendar's time is taken.
_FEWEST_A_DAY: Final = 5.0


@dataclass(frozen=True)
class Clock:
    """Operational time at the end of each hour, in days of average traffic."""

    knots: Floats

    def at(self, day: Floats) -> Floats:
        """Return the operational time of moments in days since the start of the data."""
        found: Floats = np.interp(day * _HOURS, np.arange(self.knots.size), self.knots)
        return found

    @property
    def end(self) -> float:
        """Return the operational time of the end of the data."""
        return float(self.knots[-1])


def clock(traffic: Floats, first_weekday: int) -> Clock:
    """Return the clock by which strangers come evenly.

    Parameters
    ----------
    traffic
        Visits of strangers by channels that are not paid for, by day and hour.
    first_weekday
        Of the first day, 0 is Monday.
    """
    days = len(traffic)
    if traffic.sum() < _FEWEST_A_DAY * days:
        return Clock(np.arange(days * _HOURS + 1) / _HOURS)
    weekend = ((first_weekday + np.arange(days)) % _WEEK) >= _WEEK - 2
    hours = np.array([traffic[~weekend].sum(axis=0), traffic[weekend].sum(axis=0)]) + 1.0
    hours /= hours.sum(axis=1, keepdims=True)
    by_day = traffic.sum(axis=1)
    by_day = by_day + _PRIOR
    by_day = by_day / by_day.mean()
    pace = by_day[:, None] * hours[weekend.astype(int)]
    return Clock(np.concatenate([[0.0], np.cumsum(pace.ravel())]))


def resampled(traffic: Floats, draw: np.random.Generator) -> Floats:
    """Return the traffic as it might as well have been: each count drawn anew (a Poisson bootstrap of visits)."""
    return draw.poisson(traffic).astype(float)
