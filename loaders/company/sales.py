"""The orders of a block as they turned out, and which of them lie in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import running_within
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.amounts import order_amounts
from martlet.loaders.company.orders import EarlierOrders

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.amounts import Amounts
    from martlet.loaders.company.baskets import Demand, OrderLines
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.terms import Terms
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Sales", "last_touch_before"]


@dataclass(frozen=True)
class Sales:
    """Orders and lines, those outside of the data among them.

    An order lies in the data if the visit that holds it began there or, where none does, by its own moment. `order_rows` and `line_rows` are the positions of the orders and
    the lines in the data, by customer and time; `is_first` says of each of `order_rows` whether it is the customer's first that
    was not cancelled; `line_rows_before` are lines of orders shortly before the data; `holder` is the touch whose visit holds each order, -1 for none;
    `history` are all orders before the data; `first_sold_at` is the moment of each customer's first sale ever (`NEVER` without
    one), and `sold_before` says whether that lies before the data.
    """

    orders: Orders
    terms: Terms
    ordered_at: Ints
    sums: Amounts
    order_lines: OrderLines
    order_rows: Ints
    is_first: Bools
    line_rows: Ints
    line_rows_before: Ints
    holder: Ints
    in_data: Bools
    history: EarlierOrders
    first_sold_at: Ints
    sold_before: Bools

    @classmethod
    def of(
        cls,
        world: World,
        people: People,
        demand: Demand,
        *,
        ordered_at: Ints,
        touches: Touches,
        earlier_orders: EarlierOrders,
    ) -> Sales:
        """Sum the orders, draw returns and cancellations, and cut at both ends of the data."""
        orders = demand.orders
        sums, order_lines = order_amounts(world, demand, ordered_at)
        holder = np.full(orders.id.size, -1, dtype=np.int64)
        converting = np.flatnonzero(touches.converts)
        holder[touches.order[converting]] = converting
        placed = np.flatnonzero((ordered_at < world.until_at) & people.is_customer[orders.who])
        placed = placed[np.lexsort((orders.id[placed], ordered_at[placed], orders.who[placed]))]
        is_first = np.zeros(placed.size, dtype=bool)
        sold = np.flatnonzero(sums.is_sale[placed])
        is_first[sold] = running_within(orders.who[placed[sold]]) == 0
        is_first &= earlier_orders.count(people)[orders.who[placed]] == 0
        first_sold_at = np.full(people.key.size, NEVER, dtype=np.int64)
        np.minimum.at(first_sold_at, earlier_orders.who, earlier_orders.at)
        np.minimum.at(first_sold_at, orders.who[placed[sold]], ordered_at[placed[sold]])
        held = holder[placed] >= 0
        is_late = np.where(held, touches.at[holder[placed]], ordered_at[placed]) >= world.start_at
        before, order_rows = placed[~is_late], placed[is_late]
        sold_before = first_sold_at < NEVER
        sold_before[orders.who[placed[is_first & is_late]]] = False
        in_data = np.zeros(orders.id.size, dtype=bool)
        in_data[order_rows] = True
        rank = np.zeros(orders.id.size, dtype=np.int64)
        rank[order_rows] = np.arange(order_rows.size)
        line_rows = np.flatnonzero(in_data[order_lines.order])
        line_rows = line_rows[np.lexsort((order_lines.number[line_rows], rank[order_lines.order[line_rows]]))]
        was_before = np.zeros(orders.id.size, dtype=bool)
        was_before[before] = True
        history = EarlierOrders(
            np.concatenate((earlier_orders.who, orders.who[before])),
            np.concatenate((earlier_orders.at, ordered_at[before])),
        )
        return cls(
            orders=orders,
            terms=demand.terms,
            ordered_at=ordered_at,
            sums=sums,
            order_lines=order_lines,
            order_rows=order_rows,
            is_first=is_first[is_late],
            line_rows=line_rows,
            line_rows_before=np.flatnonzero(was_before[order_lines.order]),
            holder=holder,
            in_data=in_data,
            history=history,
            first_sold_at=first_sold_at,
            sold_before=sold_before,
        )

    def first_orders(self, people: People) -> Ints:
        """Return the moment of each customer's first order in the data, `NEVER` without one."""
        first = np.full(people.key.size, NEVER, dtype=np.int64)
        np.minimum.at(first, self.orders.who[self.order_rows], self.ordered_at[self.order_rows])
        return first


def last_touch_before(touches: Touches, who: Ints, at: Ints) -> Ints:
    """Return the first second after the last other touch of the person before each order; its visit is to be the last touch."""
    others = np.flatnonzero(~touches.converts & (touches.browser < _ids.PROSPECTS))
    span = int(max(touches.at.max(initial=0), at.max(initial=0))) + 1
    line = np.sort(touches.who[others] * span + touches.at[others])
    position = np.searchsorted(line, who * span + at) - 1
    if not line.size:
        return np.zeros(who.size, dtype=np.int64)
    found = line[np.maximum(position, 0)]
    return np.where((position >= 0) & (found // span == who), found % span + 1, 0)
