"""Orders and their causes: the customer's own rate (BG/NBD), and touches. Why chains have length one: DECISIONS, D-010."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import exponential, poisson, ragged
from martlet.loaders.company._frames import NEVER
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

__all__ = ["BILLION", "EarlierOrders", "Effects", "Orders", "draw_baseline_orders", "draw_caused_orders"]

BILLION: Final = 1_000_000_000


@dataclass(frozen=True)
class Orders:
    """Orders: `who` is the customer's position in the block, `local` the order's number within the customer.

    `cause` is the id of the touch at the root, -1 for baseline orders; `channel` and `campaign` are the touch's.
    """

    id: Ints
    who: Ints
    local: Ints
    u: Floats
    cause: Ints
    channel: Ints
    campaign: Ints
    by_click: Bools

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
        at = np.maximum(world.clock.inverse(orders.u), people.signed_up_at[orders.who])
        return cls(orders.who, at)

    def count(self, people: People) -> Ints:
        """Return how many each customer had placed."""
        return np.bincount(self.who, minlength=people.key.size)


@dataclass(frozen=True)
class Effects:
    """By channel key: touches that could cause orders, and the orders expected of them, in billionths."""

    touches: Ints
    expected: Ints


def draw_baseline_orders(world: World, people: People) -> tuple[Orders, Ints, Floats]:
    """Draw the customers' own orders, and when they leave.

    Returns
    -------
    tuple
        Orders; by customer, the moment of leaving in seconds (`NEVER` if not in the data) and in operational time.
    """
    draw = world.streams.uniform
    horizon = world.last_order
    churned_u = np.full(people.key.size, np.inf)
    # An order at sign-up is the trial that BG/NBD leaves out: it starts the clock and can't be the last.
    trial = np.flatnonzero(draw("order/trial", people.key) < world.preset.orders.first_order_at_sign_up)
    who, local, at = [trial], [np.zeros(trial.size, dtype=np.int64)], [people.signed_up_u[trial]]
    active = np.arange(people.key.size, dtype=np.int64)
    u = people.signed_up_u.copy()
    for number in range(1, BASELINE_ORDERS + 1):
        ids = people.key[active] * ORDERS + number
        u[active] += exponential(draw("order/gap", ids)) / people.rate[active]
        reached = u[active] < horizon
        active, ids = active[reached], ids[reached]
        if not active.size:
            break
        who.append(active)
        local.append(np.full(active.size, number, dtype=np.int64))
        at.append(u[active])
        leaves = draw("order/leaves", ids) < people.dropout[active]
        churned_u[active[leaves]] = u[active[leaves]]
        active = active[~leaves]
    owner, position, moment = np.concatenate(who), np.concatenate(local), np.concatenate(at)
    none = np.zeros(owner.size, dtype=np.int64)
    baseline_orders = Orders(
        id=people.key[owner] * ORDERS + position,
        who=owner,
        local=position,
        u=moment,
        cause=none - 1,
        channel=none,
        campaign=none,
        by_click=none.astype(bool),
    )
    churned_at = np.full(people.key.size, NEVER, dtype=np.int64)
    gone = churned_u < world.end
    churned_at[gone] = world.clock.inverse(churned_u[gone])
    return baseline_orders, churned_at, churned_u


def draw_caused_orders(
    world: World, people: People, touches: Touches, churned_u: Floats, factor: Floats
) -> tuple[Orders, Effects, Floats]:
    """Draw the orders that exogenous touches cause: Poisson with the channel's effect, at an exponential lag.

    `factor` multiplies the effect of each touch (experiments, fatigue), beside what the person is like. Touches on those
    who left cause nothing. The third result is the number of orders expected of each touch.
    """
    draw = world.streams.uniform
    effect = np.zeros(max(CHANNEL_KEYS.values()) + 1)
    lag = np.zeros_like(effect)
    for mix in world.preset.channels:
        effect[CHANNEL_KEYS[mix.name]], lag[CHANNEL_KEYS[mix.name]] = mix.effect, mix.lag_days
    alive = (
        touches.is_exogenous
        & (touches.u < churned_u[touches.who])
        & (touches.u >= people.signed_up_u[touches.who])
    )
    # Of an email the open counts, not the click that follows it; unknown browsers have no customer to order.
    alive &= (touches.kind != TOUCH_TYPES.index("email_click")) & (touches.browser < PROSPECTS)
    mean = np.where(alive, effect[touches.channel] * factor, 0.0)
    effective = np.flatnonzero(mean)
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
    caused_orders = Orders(
        id=ids,
        who=who,
        local=local,
        u=u,
        cause=touches.id[root],
        channel=touches.channel[root],
        campaign=touches.campaign[root],
        by_click=touches.visits[root],
    )
    counted = alive & (touches.at >= world.start_at) & (touches.at < world.until_at)
    size = effect.size
    effects = Effects(
        np.bincount(touches.channel[counted], minlength=size),
        # Whole numbers add up to the same in any order.
        np.bincount(
            touches.channel[counted], weights=np.round(mean[counted] * BILLION), minlength=size
        ).astype(np.int64),
    )
    return caused_orders.take(np.flatnonzero(u < world.last_order)), effects, mean
