"""How long customers stay, and how it shows: each order but the first may be the last, whatever caused it (BG/NBD).

Attention falls for some weeks before customers leave of their own accord, and at once when an order that a touch caused is the last.
What is drawn before that is known is drawn as if customers stayed until they leave of their own accord, and thinned here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import running_within
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.attention import attention_at
from martlet.loaders.company.mail import cart_delay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Lives"]

# Seconds are numbers of fewer bits.
_SECONDS: Final = 36


@dataclass(frozen=True)
class Lives:
    """When customers leave, in operational time, infinite for who stays: of their own accord (`own_u`), and in fact (`left_u`)."""

    own_u: Floats
    left_u: Floats

    @classmethod
    def of(cls, people: People, own_u: Floats, orders: Orders) -> tuple[Lives, Orders]:
        """Return the lives that come of all orders, sorted by customer and time, and the orders in them."""
        is_first = running_within(orders.who) == 0
        leaves = orders.leaves & ~is_first
        left_u = np.full(people.key.size, np.inf)
        np.minimum.at(left_u, orders.who[leaves], orders.u[leaves])
        orders = replace(orders, leaves=leaves, dropout=np.where(is_first, 0.0, orders.dropout))
        return cls(own_u, np.minimum(left_u, own_u)), orders.take(
            np.flatnonzero(orders.u <= left_u[orders.who])
        )

    def moments(self, world: World, people: People) -> Ints:
        """Return when customers leave, in seconds; `NEVER` if not in the data."""
        moments = np.full(people.key.size, NEVER, dtype=np.int64)
        gone = np.flatnonzero(self.left_u < world.end)
        moments[gone] = world.clock.inverse(self.left_u[gone], people.rhythm_by(gone, self.left_u[gone]))
        return moments

    def _keeps(self, world: World, name: str, ids: Ints, who: Ints, u: Floats) -> Bools:
        """Return whether what was drawn for who would leave of their own accord remains when they leave in fact."""
        keeps = np.ones(ids.size, dtype=bool)
        rows = np.flatnonzero(u > self.left_u[who])
        keeps[rows] = world.streams.uniform(name, ids[rows]) < self._remains(world, who[rows], u[rows])
        return keeps

    def _remains(self, world: World, who: Ints, u: Floats) -> Floats:
        """Return the share that remains of what was drawn for times after people left in fact."""
        remains: Floats = world.preset.people.attention_after_churn / attention_at(world, u, self.own_u[who])
        return remains

    def kept_touches(self, world: World, touches: Touches) -> Ints:
        """Return the positions of touches that remain: of who left, few after the sign-up."""
        place = touches.id % _ids.TOUCHES
        may_go = np.flatnonzero((place >= _ids.EXOGENOUS) & (place < _ids.PROSPECT_VISITS))
        keeps = np.ones(place.size, dtype=bool)
        keeps[may_go] = self._keeps(
            world, "touch/left", touches.id[may_go], touches.who[may_go], touches.u[may_go]
        )
        return np.flatnonzero(keeps)

    def faded_mails(self, world: World, people: People, mails: Mails, visits: Touches) -> Mails:
        """Return mails with fewer opens by who left (those that unsubscribe still do), and reminders only of carts of `visits`."""
        left_at = self.moments(world, people)
        of_cart = np.flatnonzero(mails.number >= _ids.CART)
        after = of_cart[mails.assigned[of_cart] > left_at[mails.who[of_cart]]]
        waited = np.array([cart_delay(kind) for kind in world.preset.email.types])[mails.kind[after]]
        filled = np.isin(
            (mails.who[after] << _SECONDS) + mails.assigned[after] - waited,
            (visits.who << _SECONDS) + visits.at,
        )
        stays = np.ones(mails.id.size, dtype=bool)
        stays[after] = filled
        mails = mails.take(stays)
        opened = np.flatnonzero((mails.opened < NEVER) & (mails.unsubscribed == NEVER))
        keeps = self._keeps(world, "mail/left", mails.id[opened], mails.who[opened], mails.opened_u[opened])
        gone = opened[~keeps]
        changed = {
            name: getattr(mails, name).copy()
            for name in ("opened_u", "opened", "clicked", "further_opens", "open_chance")
        }
        changed["opened_u"][gone] = np.inf
        late = np.flatnonzero((mails.sent < NEVER) & (mails.sent > left_at[mails.who]))
        sent_u = world.clock.forward(mails.sent[late], people.rhythm_at(mails.who[late], mails.sent[late]))
        changed["open_chance"][late] *= self._remains(world, mails.who[late], sent_u)
        changed["opened"][gone] = changed["clicked"][gone] = NEVER
        changed["further_opens"][gone] = 0
        return replace(mails, **changed)
