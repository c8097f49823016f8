"""On what terms orders are placed: on the site, in a store or from the catalogue; with which coupon; as a member or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._ids import BASELINE_ORDERS
from martlet.loaders.company.coupons import FRIEND, used_coupons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.memberships import Memberships
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["CATALOGUE", "ORDER_CHANNELS", "STORE", "WEB", "Terms"]

ORDER_CHANNELS: Final = ["web", "store", "catalogue"]
WEB, STORE, CATALOGUE = range(3)


@dataclass(frozen=True)
class Terms:
    """By order: the code of its channel; the key of the store, and that of the coupon that the customer would use, 0 for none.

    `is_extra` says whether the coupon caused the order, `is_member` whether the customer is one, who pays no shipping.
    """

    channel: Ints
    store: Ints
    coupon: Ints
    is_extra: Bools
    is_member: Bools

    @classmethod
    def of(
        cls, world: World, people: People, orders: Orders, mails: Mails, memberships: Memberships
    ) -> Terms:
        """Draw the terms. What marketing causes, and what opens an account, is ordered on the site: it follows a visit."""
        at = world.clock.inverse(orders.u, people.rhythm_by(orders.who, orders.u))
        store, channel = _channels(world, people, orders, at)
        at_sign_up = orders.local == 0
        coupon, is_extra = used_coupons(world, orders, at, (channel == WEB) & ~at_sign_up, mails)
        coupon[at_sign_up & people.is_referred[orders.who]] = FRIEND
        return cls(
            channel=channel,
            store=store,
            coupon=coupon,
            is_extra=is_extra,
            is_member=memberships.holds(orders.who, at),
        )


def _channels(world: World, people: People, orders: Orders, at: Ints) -> tuple[Ints, Ints]:
    """Return the store and the channel of orders: some like to buy in the store of their city, some from the catalogue."""
    shops, draw = world.preset.stores, world.streams.uniform
    store, channel = np.zeros(orders.id.size, dtype=np.int64), np.full(orders.id.size, WEB, dtype=np.int64)
    rows = np.flatnonzero((orders.local > 0) & (orders.local <= BASELINE_ORDERS) & (orders.u >= world.start))
    who = orders.who[rows]
    near = world.stores.near(people.place_at(who, at[rows]), at[rows])
    chance = draw("order/channel", orders.id[rows])
    # From none to twice the share, by person.
    liking = 2.0 * shops.share * draw("people/store", people.key)
    in_store = (near > 0) & (chance < liking[who])
    by_catalogue = chance >= 1.0 - np.array(shops.catalogue)[people.age[who]]
    store[rows] = np.where(in_store, near, 0)
    channel[rows] = np.where(in_store, STORE, np.where(by_catalogue, CATALOGUE, WEB))
    return store, channel
