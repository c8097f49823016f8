"""The moments of asking: the last whose horizon is over is the test, one before it chooses, and those before these teach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from martlet.engine.errors import FitError

if TYPE_CHECKING:
    import duckdb

__all__ = ["Moments", "moments", "now"]

# Before it, nobody has a history.
_LEAST_HISTORY: Final = 90
_MOST_TRAINING: Final = 6


@dataclass(frozen=True)
class Moments:
    """When features are asked for: each outcome is over before the next later moment, so that training sees nothing of the test."""

    training: tuple[datetime, ...]
    validation: datetime
    test: datetime
    now: datetime


def now(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Return the midnight after the last order or visit.

    Raises
    ------
    FitError
        If there is neither.
    """
    sql = """
        SELECT date_trunc('day', greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)))
            + INTERVAL 1 DAY"""
    ((found,),) = connection.execute(sql).fetchall()
    if not isinstance(found, datetime):
        raise FitError("there are neither orders nor visits to learn from")
    return found


def moments(first: datetime, at: datetime, *, gap: int, horizon: int) -> Moments:
    """Return the moments, walking back from `at` by gap and horizon; `first` is that of the first order.

    Raises
    ------
    FitError
        If there is too little time for one of each kind.
    """
    step = timedelta(days=gap + horizon)
    found = [at - step]
    while len(found) < 2 + _MOST_TRAINING and found[-1] - step >= first + timedelta(days=_LEAST_HISTORY):
        found.append(found[-1] - step)
    test, *before = found
    if len(before) < 2:  # noqa: PLR2004 (one to learn from, one to choose by)
        needed = 3 * (gap + horizon) + _LEAST_HISTORY
        raise FitError(
            f"the orders go back {(at - first).days} days; a gap of {gap} and a horizon of {horizon} take {needed}: "
            "training, validation and test, one after the other, and a history before them. Take a shorter horizon"
        )
    validation, *training = before
    return Moments(tuple(reversed(training)), validation, test, at)
