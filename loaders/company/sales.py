"""The orders of a block as they turned out, and which of them lie in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import running_within
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.baskets import amounts
from martlet.loaders.company.orders import Earlier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.baskets import Amounts, Demand, Lines
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Sales", "touched_before"]


@dataclass(frozen=True)
class Sales:
    """Orders and lines, those outside of the data among them.

    An order lies in the data if the visit that holds it began there. `chosen` and `lines` are the places of the orders and
    the lines in the data, by customer and time; `nth` says of each of `chosen` its number among all orders of the customer,
    from 1; `lines_before` are lines of orders shortly before the data; `holder` is the touch whose visit holds each order;
    `history` are all orders before the data.
    """

    orders: Orders
    ordered_at: Ints
    sums: Amounts
    bought: Lines
    chosen: Ints
    nth: Ints
    lines: Ints
    lines_before: Ints
    holder: Ints
    in_data: Bools
    history: Earlier

    @classmethod
    def of(
        cls,
        world: World,
        people: People,
        demand: Demand,
        *,
        ordered_at: Ints,
        touches: Touches,
        earlier: Earlier,
    ) -> Sales:
        """Settle the orders: sum them, take returns and cancellations, and cut at both ends of the data."""
        orders = demand.orders
        sums, bought = amounts(world, orders, ordered_at, demand.bought)
        holder = np.zeros(orders.id.size, dtype=np.int64)
        converting = np.flatnonzero(touches.converts)
        holder[touches.order[converting]] = converting
        placed = np.flatnonzero((ordered_at < world.until_at) & people.is_customer[orders.who])
        placed = placed[np.lexsort((orders.id[placed], ordered_at[placed], orders.who[placed]))]
        nth = 1 + running_within(orders.who[placed]) + earlier.count(people)[orders.who[placed]]
        is_late = touches.at[holder[placed]] >= world.start_at
        before, chosen = placed[~is_late], placed[is_late]
        in_data = np.zeros(orders.id.size, dtype=bool)
        in_data[chosen] = True
        rank = np.zeros(orders.id.size, dtype=np.int64)
        rank[chosen] = np.arange(chosen.size)
        lines = np.flatnonzero(in_data[bought.order])
        lines = lines[np.lexsort((bought.number[lines], rank[bought.order[lines]]))]
        was_before = np.zeros(orders.id.size, dtype=bool)
        was_before[before] = True
        history = Earlier(
            np.concatenate((earlier.who, orders.who[before])),
            np.concatenate((earlier.at, ordered_at[before])),
        )
        return cls(
            orders=orders,
            ordered_at=ordered_at,
            sums=sums,
            bought=bought,
            chosen=chosen,
            nth=nth[is_late],
            lines=lines,
            lines_before=np.flatnonzero(was_before[bought.order]),
            holder=holder,
            in_data=in_data,
            history=history,
        )

    def first_orders(self, people: People) -> Ints:
        """Return the moment of each customer's first order in the data, `NEVER` without one."""
        first = np.full(people.key.size, NEVER, dtype=np.int64)
        np.minimum.at(first, self.orders.who[self.chosen], self.ordered_at[self.chosen])
        return first


def touched_before(touches: Touches, who: Ints, at: Ints) -> Ints:
    """Return the first second after the last other touch of the person before each order; its visit is to be the last touch."""
    others = np.flatnonzero(~touches.converts & (touches.browser < _ids.PROSPECTS))
    span = int(max(touches.at.max(initial=0), at.max(initial=0))) + 1
    line = np.sort(touches.who[others] * span + touches.at[others])
    place = np.searchsorted(line, who * span + at) - 1
    if not line.size:
        return np.zeros(who.size, dtype=np.int64)
    found = line[np.maximum(place, 0)]
    return np.where((place >= 0) & (found // span == who), found % span + 1, 0)
