"""Orders and the touches before them, as pairs: all that the rounds of the fit go over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.incremental.clock import clock
from martlet.models.incremental.habit import WEEK, person_weeks

if TYPE_CHECKING:
    from martlet.models.incremental.clock import Clock
    from martlet.models.incremental.habit import Weeks
    from martlet.models.incremental.observed import Floats, Ints, Observed

__all__ = ["LEAST_LAG", "WINDOW", "Pairs", "Times", "pairs", "times"]

# Operational days before an order in which a touch may have caused it, and the latest of them that are looked at.
WINDOW: Final = 60.0
MOST: Final = 60
# Moments of the same second are so far apart.
LEAST_LAG: Final = 1e-4


@dataclass(frozen=True)
class Times:
    """All moments by a clock: of touches, of orders, of customers' starts, and of the end."""

    touch: Floats
    order: Floats
    start: Floats
    end: float
    stretch: Floats | float


@dataclass(frozen=True)
class Pairs:
    """Pairs of an order and a touch of its customer before it, in the window; those of a visit and the order in it apart.

    Attributes
    ----------
    order, touch
        Places in `Observed.orders` and `Observed.touches`.
    held_order, held_touch
        Orders that were placed in the visit of a touch, and that touch.
    outcomes
        Orders that may have been caused: those after the sign-up.
    cell
        Cell of habit of each outcome.
    """

    observed: Observed
    times: Times
    weeks: Weeks
    order: Ints
    touch: Ints
    held_order: Ints
    held_touch: Ints
    outcomes: Ints
    cell: Ints

    def lag(self, at: Times) -> Floats:
        """Return the days from touch to order by a clock."""
        return np.maximum(at.order[self.order] - at.touch[self.touch], LEAST_LAG)


def times(observed: Observed, by: Clock, than: Clock | None = None) -> Times:
    """Return all moments by a clock; `than` is the clock of the weeks, where it is another."""
    stretch: Floats | float = 1.0
    if than is not None:
        weeks = np.minimum(np.arange(int(np.ceil(than.end / WEEK)) + 1) * WEEK, than.end)
        ends = by.at(np.interp(weeks, than.knots, np.arange(than.knots.size)) / 24)
        stretch = np.diff(ends) / np.maximum(np.diff(weeks), LEAST_LAG)
    return Times(
        by.at(observed.touches.day),
        by.at(observed.orders.day),
        by.at(np.clip(observed.since, 0, None)),
        by.end,
        stretch,
    )


def pairs(observed: Observed, *, most: int = MOST) -> Pairs:
    """Return the pairs of a company: at most so many of the latest touches of an order."""
    touches, orders = observed.touches, observed.orders
    at = times(observed, clock(observed.traffic, observed.first_weekday))
    visits = ~np.array([kind.is_mail for kind in observed.kinds])[touches.kind] & ~touches.is_entry
    weeks = person_weeks(
        at.start,
        is_new=observed.since >= 0,
        end=at.end,
        order_customer=orders.customer,
        order_at=at.order,
        visit_customer=touches.customer[visits],
        visit_at=at.touch[visits],
    )
    outcomes = np.flatnonzero(~orders.is_at_sign_up)
    width = at.end + 2 * WINDOW
    key = touches.customer * width + at.touch
    own = orders.customer[outcomes] * width
    until = np.searchsorted(key, own + at.order[outcomes], side="right")
    since = np.searchsorted(key, own + np.maximum(at.order[outcomes] - WINDOW, 0))
    since = np.maximum(since, until - most)
    count = np.maximum(until - since, 0)
    order = np.repeat(outcomes, count)
    touch = np.arange(count.sum()) + np.repeat(since - (np.cumsum(count) - count), count)
    other = touches.holds[touch] != order
    held = np.flatnonzero(touches.holds >= 0)
    return Pairs(
        observed=observed,
        times=at,
        weeks=weeks,
        order=order[other],
        touch=touch[other],
        held_order=touches.holds[held],
        held_touch=held,
        outcomes=outcomes,
        cell=weeks.of(orders.customer[outcomes], at.order[outcomes]),
    )
