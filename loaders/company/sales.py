"""The orders of a block as they turned out, and which of them lie in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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

__all__ = ["Sales"]


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
