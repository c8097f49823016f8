"""How often a customer orders of their own accord, by their past alone: person-weeks in cells, and a log-linear hazard over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.incremental.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from martlet.models.incremental.observed import Floats, Ints

__all__ = ["WEEK", "Weeks", "design", "hazard_step", "person_weeks"]

WEEK: Final = 7.0
# Edges of the cells: orders so far, days since the last, days since the start, visits in half a year against the average.
_ORDERS: Final = (1, 2, 3, 4, 6, 9)
_RECENCY: Final = (20.0, 45.0, 90.0, 180.0, 360.0)
_TENURE: Final = (90.0, 240.0)
_KEENNESS: Final = (0.5, 0.8, 1.2, 1.8)
_SHAPE: Final = (2, len(_ORDERS) + 1, len(_RECENCY) + 1, len(_TENURE) + 1, len(_KEENNESS) + 1)
# Visits count for keenness half a year back, but not the last two weeks, which an order to come may have brought about.
_BACK: Final = 26
_GAP: Final = 2
# Customers whose weeks are in memory as numbers at once.
_CHUNK: Final = 20_000
_RIDGE: Final = 0.5


@dataclass(frozen=True)
class Weeks:
    """The cell of each customer in each week, and from when on the customer is watched; times are operational."""

    cell: np.ndarray[tuple[int, ...], np.dtype[np.int16]]
    start: Floats
    end: float

    @property
    def cells(self) -> int:
        """Return how many cells there are."""
        return int(np.prod(_SHAPE))

    def chunks(self) -> Iterator[slice]:
        """Return the customers in parts that fit into memory."""
        for first in range(0, len(self.cell), _CHUNK):
            yield slice(first, min(first + _CHUNK, len(self.cell)))

    def exposed(self, part: slice) -> Floats:
        """Return the days watched of customers, by week."""
        edges = np.minimum(np.arange(self.cell.shape[1] + 1) * WEEK, self.end)
        days: Floats = np.clip(edges[1:] - np.maximum(edges[:-1], self.start[part, None]), 0, None)
        return days

    def exposure(self, weights: Floats, stretch: Floats | float = 1.0) -> Floats:
        """Return the days watched by cell; `stretch` is how much longer each week is by another clock."""
        total = np.zeros(self.cells)
        for part in self.chunks():
            days = self.exposed(part) * weights[part, None] * stretch
            total += totals(self.cell[part].ravel(), days.ravel(), self.cells)
        return total

    def of(self, customer: Ints, at: Floats) -> Ints:
        """Return the cell of customers at moments."""
        week = np.clip(np.floor(at / WEEK).astype(np.int64), 0, self.cell.shape[1] - 1)
        return self.cell[customer, week].astype(np.int64)

    def ahead(self, hazard: Floats, customer: Ints, since: Floats, until: Floats) -> Floats:
        """Return the orders expected of customers, sorted by customer, from moments until others."""
        found = np.zeros(customer.size)
        weeks = self.cell.shape[1]
        for part in self.chunks():
            rows = slice(*np.searchsorted(customer, [part.start, part.stop]))
            if rows.start == rows.stop:
                continue
            summed = np.zeros((part.stop - part.start, weeks + 1))
            np.cumsum(hazard[self.cell[part]] * self.exposed(part), axis=1, out=summed[:, 1:])
            who, first = customer[rows] - part.start, self.start[customer[rows]]

            def at(
                moment: Floats,
                summed: Floats = summed,
                who: Ints = who,
                first: Floats = first,
                part: slice = part,
            ) -> Floats:
                week = np.clip(np.floor(moment / WEEK).astype(np.int64), 0, weeks - 1)
                into = np.clip(moment - np.maximum(week * WEEK, first), 0, None)
                value: Floats = summed[who, week] + hazard[self.cell[who + part.start, week]] * into
                return value

            found[rows] = at(until[rows]) - at(since[rows])
        return found


def person_weeks(
    start: Floats, *, is_new: np.ndarray, end: float, order_customer: Ints, order_at: Floats, visit_customer: Ints, visit_at: Floats
) -> Weeks:  # fmt: skip
    """Return the weeks of customers; orders and visits are sorted by customer, and their moments operational.

    A week's cell is of what had happened before it, so that neither the orders of the week nor what follows leak in.
    """
    weeks = max(1, int(np.ceil(end / WEEK)))
    edges = np.arange(weeks) * WEEK
    watched = np.maximum((end - start).sum(), 1.0)
    pace = visit_at.size / watched
    cell = np.zeros((start.size, weeks), dtype=np.int16)
    made = Weeks(cell, start, end)
    for part in made.chunks():
        size, began = part.stop - part.start, start[part, None]
        orders = slice(*np.searchsorted(order_customer, [part.start, part.stop]))
        visits = slice(*np.searchsorted(visit_customer, [part.start, part.stop]))
        counted = _counted(order_customer[orders] - part.start, order_at[orders], size, weeks)
        last = _last(order_customer[orders] - part.start, order_at[orders], size, weeks)
        came = _counted(visit_customer[visits] - part.start, visit_at[visits], size, weeks)
        first = np.maximum(np.arange(weeks) - _BACK - _GAP, 0)
        final = np.maximum(np.arange(weeks) - _GAP, 0)
        lately = came[:, final] - came[:, first]
        span = np.clip(np.minimum(edges - _GAP * WEEK - began, _BACK * WEEK), 0, None)
        features = (
            np.broadcast_to(is_new[part, None].astype(np.int64), counted.shape),
            np.digitize(counted, _ORDERS),
            np.digitize(edges - np.maximum(last, began), _RECENCY),
            np.digitize(edges - began, _TENURE),
            np.digitize((lately + 1.0) / (span * pace + 1.0), _KEENNESS),
        )
        cell[part] = np.ravel_multi_index(features, _SHAPE)
    return made


def _counted(customer: Ints, at: Floats, size: int, weeks: int) -> Ints:
    """Return how much had happened before each week."""
    week = np.floor(at / WEEK).astype(np.int64) + 1
    inside = week < weeks
    flat = np.bincount(customer[inside] * weeks + week[inside], minlength=size * weeks)
    return flat.reshape(size, weeks).cumsum(axis=1)


def _last(customer: Ints, at: Floats, size: int, weeks: int) -> Floats:
    """Return when it last happened before each week, minus infinity for never."""
    found = np.full((size, weeks), -np.inf)
    week = np.floor(at / WEEK).astype(np.int64) + 1
    inside = week < weeks
    np.maximum.at(found, (customer[inside], week[inside]), at[inside])
    latest: Floats = np.maximum.accumulate(found, axis=1)
    return latest


def design() -> Floats:
    """Return what the hazard is log-linear in, a row for each cell: keenness, tenure, orders by recency, and apart for new customers."""
    new, orders, recency, tenure, keen = np.unravel_index(np.arange(int(np.prod(_SHAPE))), _SHAPE)
    columns = [np.ones(new.size)]
    columns += [keen == level for level in range(1, _SHAPE[4])]
    columns += [tenure == level for level in range(1, _SHAPE[3])]
    columns += [
        (orders == count) & (recency == since)
        for count in range(_SHAPE[1])
        for since in range(_SHAPE[2])
        if (count, since) != (0, 0)
    ]
    columns += [(new == 1) & (orders == count) for count in range(_SHAPE[1])]
    columns += [(new == 1) & (keen == level) for level in range(1, _SHAPE[4])]
    return np.array(columns, dtype=float).T


def hazard_step(columns: Floats, orders: Floats, exposure: Floats, at: Floats, steps: int) -> Floats:
    """Return the coefficients after Newton steps of a Poisson regression with a small ridge."""
    ridge = np.eye(columns.shape[1]) * _RIDGE
    ridge[0, 0] = 0.0
    for _ in range(steps):
        mean = exposure * np.exp(np.clip(columns @ at, -20, 3))
        gradient = columns.T @ (orders - mean) - ridge @ at
        step = np.linalg.solve((columns * mean[:, None]).T @ columns + ridge, gradient)
        at = at + step * min(1.0, 3 / np.abs(step).max())
    return at
