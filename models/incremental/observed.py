"""What the model sees of a company: customers from the day they are known, their touches and orders, and how busy the site was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Bools: TypeAlias = NDArray[np.bool_]

__all__ = ["Browsers", "Contacts", "Kind", "Observed", "Orders", "Touches"]


@dataclass(frozen=True)
class Kind:
    """A kind of touch that has an effect of its own.

    Attributes
    ----------
    channel
        Whose touches they are.
    is_control
        Assumed to cause nothing, so that what it shows before orders is harvest.
    is_direct
        Visits without a known source: the way back of whoever was led to the site by anything.
    is_brand
        Paid search for the company's own name.
    is_mail
        Sent by the company: it does not tell how keen its reader is.
    is_view
        Seen, and no visit: it may happen in a browser that never visits.
    is_lasting
        Whether it may cause orders later than in its own visit. Clicks in mails do not where opens are known, whose effect it is.
    """

    channel: str
    is_control: bool = False
    is_direct: bool = False
    is_brand: bool = False
    is_mail: bool = False
    is_view: bool = False
    is_lasting: bool = True


@dataclass(frozen=True)
class Touches:
    """Touches of customers known when they happened, one a place.

    Attributes
    ----------
    customer
        Place of the customer.
    day
        Days since the start of the data, with fraction.
    kind
        Place in `Observed.kinds`.
    step
        Number of channel and campaign, from 0, for what is told by campaign.
    holds
        Place of the order that was placed in the touch's visit, -1 for none.
    is_entry
        Whether it is the touch of the sign-up itself, which says nothing about how often the customer comes.
    """

    customer: Ints
    day: Floats
    kind: Ints
    step: Ints
    holds: Ints
    is_entry: Bools


@dataclass(frozen=True)
class Orders:
    """Orders of known customers, one a place; those at the sign-up are history only, because nothing is known before."""

    customer: Ints
    day: Floats
    revenue: Floats
    is_at_sign_up: Bools


@dataclass(frozen=True)
class Browsers:
    """Browsers whose user was known by a log-in, and no order or mail: what tells how many users never come to be known.

    Attributes
    ----------
    customer
        Place of the customer.
    visits
        Visits by the browser, the one in which its user was known and all others.
    before
        Of these, those before it.
    views
        Touches in it that were no visits.
    is_older
        Whether the customer is older than the data, so that the log-in may lie before them.
    """

    customer: Ints
    visits: Ints
    before: Ints
    views: Ints
    is_older: Bools


@dataclass(frozen=True)
class Contacts:
    """Touches in browsers whose user is known by now, mails and visits with an order left out, by customer and kind of touch.

    `count`: how many; `known`: of these, those whose customer was known when they happened.
    """

    customer: Ints
    kind: Ints
    count: Ints
    known: Ints


@dataclass(frozen=True)
class Observed:
    """The company; touches and orders sorted by customer and moment.

    Attributes
    ----------
    days
        Days of the data.
    first_weekday
        Of the first of them, 0 is Monday.
    since
        Day from which on each customer is known, below 0 for those older than the data.
    kinds
        What `Touches.kind` and `Contacts.kind` count.
    traffic
        Visits of strangers through channels that nobody pays for, by day and hour.
    """

    days: int
    first_weekday: int
    since: Floats
    kinds: tuple[Kind, ...]
    touches: Touches
    orders: Orders
    browsers: Browsers
    contacts: Contacts
    traffic: Floats

    def of(self, chosen: Bools) -> Observed:
        """Return the company of some of its customers."""
        place = np.cumsum(chosen) - 1
        orders, touches = self.orders, self.touches
        kept, came = chosen[orders.customer], chosen[touches.customer]
        order_place = np.cumsum(kept) - 1
        holds = touches.holds[came]
        return replace(
            self,
            since=self.since[chosen],
            orders=Orders(
                place[orders.customer[kept]],
                orders.day[kept],
                orders.revenue[kept],
                orders.is_at_sign_up[kept],
            ),
            touches=Touches(
                place[touches.customer[came]],
                touches.day[came],
                touches.kind[came],
                touches.step[came],
                np.where(holds >= 0, order_place[holds], -1),
                touches.is_entry[came],
            ),
            browsers=Browsers(*_rows(self.browsers, chosen[self.browsers.customer], place)),
            contacts=Contacts(*_rows(self.contacts, chosen[self.contacts.customer], place)),
        )

    def between(self, first: int, last: int) -> Observed:
        """Return the company as if the data began and ended on other days."""
        orders, touches = self.orders, self.touches
        kept = (orders.day >= first) & (orders.day < last)
        came = (touches.day >= first) & (touches.day < last)
        order_place = np.where(kept, np.cumsum(kept) - 1, -1)
        holds = touches.holds[came]
        since = self.since - first
        return replace(
            self,
            days=last - first,
            first_weekday=(self.first_weekday + first) % 7,
            since=np.where(since < 0, -1.0, np.minimum(since, last - first)),
            orders=Orders(
                orders.customer[kept],
                orders.day[kept] - first,
                orders.revenue[kept],
                orders.is_at_sign_up[kept],
            ),
            touches=Touches(
                touches.customer[came],
                touches.day[came] - first,
                touches.kind[came],
                touches.step[came],
                np.where(holds >= 0, order_place[holds], -1),
                touches.is_entry[came],
            ),
            traffic=self.traffic[first:last],
        )

    def moved(self, days: int) -> Observed:
        """Return the company with each order placed some days before it was: what came in these days can't have caused it."""
        orders = self.orders
        day = orders.day - days
        kept = (day >= np.maximum(self.since[orders.customer], 0)) & ~orders.is_at_sign_up
        return replace(
            self,
            orders=Orders(orders.customer[kept], day[kept], orders.revenue[kept], orders.is_at_sign_up[kept]),
            touches=replace(self.touches, holds=np.full_like(self.touches.holds, -1)),
        )


def _rows(table: Browsers | Contacts, kept: Bools, place: Ints) -> list[Any]:
    """Return the columns of some rows, the customers' places put anew."""
    columns = [getattr(table, name)[kept] for name in table.__dataclass_fields__]
    return [place[columns[0]], *columns[1:]]
