"""Orders and their causes: the customer's own rate (BG/NBD), and touches. Why chains have length one: DECISIONS, D-010."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import exponential, poisson, ragged
from martlet.loaders.company._ids import (
    BASELINE_ORDERS,
    MOST_CAUSED,
    ORDERS,
    PROSPECTS,
    TOUCHES,
    caused_order,
)
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.modifiers import segment_factors
from martlet.loaders.company.touches import TOUCH_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "BILLION",
    "EarlierOrders",
    "Effects",
    "Orders",
    "draw_baseline_orders",
    "draw_caused_orders",
    "is_late",
    "orders_at_sign_up",
]

BILLION: Final = 1_000_000_000


@dataclass(frozen=True)
class Orders:
    """Orders: `who` is the customer's position in the block, `local` the order's number within the customer.

    `cause` is the id of the touch at the root, -1 for baseline orders; `channel` and `campaign` are the touch's.
    `dropout` is the chance that the customer leaves after the order, `leaves` whether that is drawn (see `lives.py`).
    """

    id: Ints
    who: Ints
    local: Ints
    u: Floats
    cause: Ints
    channel: Ints
    campaign: Ints
    by_click: Bools
    dropout: Floats
    leaves: Bools

    def take(self, chosen: Ints) -> Orders:
        """Return the orders at the given positions."""
        return Orders(**{name: values[chosen] for name, values in vars(self).items()})

    @staticmethod
    def both(one: Orders, other: Orders) -> Orders:
        """Return the orders of both, sorted by customer, time and id."""
        return Orders(
            **{name: np.concatenate((values, getattr(other, name))) for name, values in vars(one).items()}
        ).in_order()

    def in_order(self) -> Orders:
        """Return the orders sorted by customer, time and id."""
        return self.take(np.lexsort((self.id, self.u, self.who)))


@dataclass(frozen=True)
class EarlierOrders:
    """Orders placed before all that is recorded, by customer and time: they count, but leave no rows."""

    who: Ints
    at: Ints

    @classmethod
    def of(cls, world: World, people: People, orders: Orders) -> EarlierOrders:
        """Date the orders of customers who were there before."""
        at = np.maximum(
            world.clock.inverse(orders.u, people.rhythm_by(orders.who, orders.u)),
            people.signed_up_at[orders.who],
        )
        return cls(orders.who, at)

    def count(self, people: People) -> Ints:
        """Return how many each customer had placed."""
        return np.bincount(self.who, minlength=people.key.size)


@dataclass(frozen=True)
class Effects:
    """By channel key: touches that could cause orders, and the orders expected of them, in billionths."""

    touches: Ints
    expected: Ints

    @classmethod
    def of(cls, world: World, people: People, touches: Touches, left_u: Floats, expected: Floats) -> Effects:
        """Sum the touches in the data; `expected` are the orders expected of each."""
        counted = can_cause(world, people, touches, left_u)
        counted &= (touches.at >= world.start_at) & (touches.at < world.until_at)
        size = max(CHANNEL_KEYS.values()) + 1
        # Whole numbers add up to the same in any order.
        weights = np.round(expected[counted] * BILLION)
        return cls(
            np.bincount(touches.channel[counted], minlength=size),
            np.bincount(touches.channel[counted], weights=weights, minlength=size).astype(np.int64),
        )


def can_cause(world: World, people: People, touches: Touches, left_u: Floats) -> Bools:
    """Return whether touches can cause orders: none that follows from one, nor before the sign-up, nor on who left.

    Nor the visit of a sign-up that holds an order already.

    Of an email the open counts, not the click that follows it; unknown browsers have no customer to order.
    """
    can: Bools = touches.is_exogenous & (touches.u < left_u[touches.who])
    can &= touches.u >= people.signed_up_u[touches.who]
    can &= (touches.id % TOUCHES > 0) | ~orders_at_sign_up(world, people)[touches.who]
    can &= (touches.kind != TOUCH_TYPES.index("email_click")) & (touches.browser < PROSPECTS)
    return can


def orders_at_sign_up(world: World, people: People) -> Bools:
    """Return who opens the account by ordering."""
    orders: Bools = (
        world.streams.uniform("order/trial", people.key) < world.preset.orders.first_order_at_sign_up
    )
    return orders


def leaving(world: World, people: People, who: Ints, ids: Ints) -> tuple[Floats, Bools]:
    """Return the chance that orders make their customers leave, and whether they do, as if none was the first.

    A late delivery makes it likelier, and one on time less so, by as much that on average it is the customer's own chance.
    """
    basket, own = world.preset.basket, people.dropout[who]
    late = np.minimum(own * world.preset.orders.late_leaves, 1.0)
    on_time = np.maximum((own - basket.delivered_late * late) / (1.0 - basket.delivered_late), 0.0)
    chance = np.where(is_late(world, ids), late, on_time)
    return chance, world.streams.uniform("order/leaves", ids) < chance


def is_late(world: World, ids: Ints) -> Bools:
    """Return whether orders are delivered later than promised."""
    late: Bools = world.streams.uniform("order/late", ids) < world.preset.basket.delivered_late
    return late


def draw_baseline_orders(world: World, people: People) -> tuple[Orders, Floats]:
    """Draw the customers' own orders, and when they would leave if nothing else made them order.

    Returns
    -------
    tuple
        Orders; by customer, the operational time of leaving (infinite if that is so late that nothing shows of it).
    """
    draw = world.streams.uniform
    horizon = world.last_order
    # Who leaves later does not show it before the horizon.
    seen_until = horizon + world.preset.people.fading_days
    left_u = np.full(people.key.size, np.inf)
    # An order at sign-up is the first of a life, as any first order: BG/NBD leaves it out, it starts the clock and can't be the last.
    begins = orders_at_sign_up(world, people)
    trial = np.flatnonzero(begins)
    who, local, at = [trial], [np.zeros(trial.size, dtype=np.int64)], [people.signed_up_u[trial]]
    active = np.arange(people.key.size, dtype=np.int64)
    u = people.signed_up_u.copy()
    for number in range(1, BASELINE_ORDERS + 1):
        ids = people.key[active] * ORDERS + number
        u[active] += exponential(draw("order/gap", ids)) / people.rate[active]
        reached = u[active] < seen_until
        active, ids = active[reached], ids[reached]
        if not active.size:
            break
        who.append(active)
        local.append(np.full(active.size, number, dtype=np.int64))
        at.append(u[active])
        leaves = leaving(world, people, active, ids)[1] & (begins[active] | (number > 1))
        left_u[active[leaves]] = u[active[leaves]]
        active = active[~leaves]
    owner, position, moment = np.concatenate(who), np.concatenate(local), np.concatenate(at)
    shown = np.flatnonzero(moment < horizon)
    owner, position, moment = owner[shown], position[shown], moment[shown]
    none = np.zeros(owner.size, dtype=np.int64)
    ids = people.key[owner] * ORDERS + position
    dropout, leaves = leaving(world, people, owner, ids)
    orders = Orders(
        id=ids,
        who=owner,
        local=position,
        u=moment,
        cause=none - 1,
        channel=none,
        campaign=none,
        by_click=none.astype(bool),
        dropout=dropout,
        leaves=leaves,
    )
    return orders, left_u


def draw_caused_orders(
    world: World, people: People, touches: Touches, left_u: Floats, factor: Floats
) -> tuple[Orders, Floats]:
    """Draw the orders that exogenous touches cause: Poisson with the channel's effect, at an exponential lag.

    `factor` multiplies the effect of each touch (experiments, fatigue), beside what the person is like. Touches on those
    who left cause nothing. The second result is the number of orders expected of each touch.
    """
    draw = world.streams.uniform
    effect = np.zeros(max(CHANNEL_KEYS.values()) + 1)
    lag = np.zeros_like(effect)
    for mix in world.preset.channels:
        effect[CHANNEL_KEYS[mix.name]], lag[CHANNEL_KEYS[mix.name]] = mix.effect, mix.lag_days
    mean = np.where(can_cause(world, people, touches, left_u), effect[touches.channel] * factor, 0.0)
    effective = np.flatnonzero(mean)
    place = people.place_at(touches.who[effective], touches.at[effective])
    mean[effective] *= world.media.wear(touches.channel[effective], place, touches.at[effective])
    mean[effective] *= world.external.at_home(world.media.regions.of_place[place], touches.at[effective])
    mean[effective] *= segment_factors(
        world,
        people,
        "orders",
        who=touches.who[effective],
        channel=touches.channel[effective],
        campaign=touches.campaign[effective],
    )
    count = poisson(draw("cause/count", touches.id), mean, at_most=MOST_CAUSED - 1)
    effective = np.flatnonzero(count)
    position, number = ragged(count[effective])
    root = effective[position]
    who = touches.who[root]
    local = caused_order(touches.id[root] - people.key[who] * TOUCHES, number)
    ids = people.key[who] * ORDERS + local
    u = touches.u[root] + exponential(draw("cause/lag", ids)) * lag[touches.channel[root]]
    dropout, leaves = leaving(world, people, who, ids)
    orders = Orders(
        id=ids,
        who=who,
        local=local,
        u=u,
        cause=touches.id[root],
        channel=touches.channel[root],
        campaign=touches.campaign[root],
        by_click=touches.visits[root],
        dropout=dropout,
        leaves=leaves,
    )
    return orders.take(np.flatnonzero(u < world.last_order)), mean
