"""What the model sees of a company: customers from the day they are known, their touches and orders, and how busy the site was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
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
