"""The orders of a block as they turned out, and which of them lie in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.baskets import amounts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._world import World
    from martlet.loaders.company.baskets import Amounts, Demand, Lines
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Sales", "touched_before"]


@dataclass(frozen=True)
class Sales:
    """Orders and lines, those beyond the end of the data among them.

    `chosen` and `lines` are the places of the orders and the lines in the data, by customer and time; `holder` is the
    touch whose visit holds each order.
    """

    orders: Orders
    ordered_at: Ints
    sums: Amounts
    bought: Lines
    chosen: Ints
    lines: Ints
    holder: Ints
    in_data: Bools

    @classmethod
    def of(cls, world: World, people: People, demand: Demand, ordered_at: Ints, touches: Touches) -> Sales:
        """Settle the orders: sum them, take returns and cancellations, and cut at the end of the data."""
        orders = demand.orders
        sums, bought = amounts(world, orders, ordered_at, demand.bought)
        chosen = np.flatnonzero((ordered_at < world.until_at) & people.is_customer[orders.who])
        chosen = chosen[np.lexsort((orders.id[chosen], ordered_at[chosen], orders.who[chosen]))]
        in_data = np.zeros(orders.id.size, dtype=bool)
        in_data[chosen] = True
        rank = np.zeros(orders.id.size, dtype=np.int64)
        rank[chosen] = np.arange(chosen.size)
        lines = np.flatnonzero(in_data[bought.order])
        lines = lines[np.lexsort((bought.number[lines], rank[bought.order[lines]]))]
        holder = np.zeros(orders.id.size, dtype=np.int64)
        converting = np.flatnonzero(touches.converts)
        holder[touches.order[converting]] = converting
        return cls(orders, ordered_at, sums, bought, chosen, lines, holder, in_data)

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
