"""Browsers: on which one a contact takes place, and whether the company knows then who uses it.

A person has a mobile and another device. A browser is a device's cookie, which lasts until it is lost: deleted, blocked, or
left behind with the old telephone. Its user is unknown until something in it says who that is: a sign-up, a log-in, an order,
a click in a mail. So a customer has several browsers, some known late, some never. Browsers that belong to no customer
are prospects; theirs are the numbers from `_ids.PROSPECTS`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import pick
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.world import PERIOD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "device_of",
    "devices_of",
    "in_browsers",
    "is_mobile",
    "is_recognised",
    "stranger_places",
    "visitors",
]

# A device has at most so many cookies, one after the other; the last one is kept.
_MOST_COOKIES: Final = _ids.PROSPECTS // 2


def device_of(world: World, touch: Ints, phone_odds: Floats, *, buying: bool = False) -> Ints:
    """Return by touch 0 for the mobile device, 1 for the other one; `phone_odds` are those of its person."""
    see = world.preset.visits
    share = see.mobile_share_of_orders if buying else see.mobile_share
    mobile = share * phone_odds / (1.0 - share + share * phone_odds)
    return (world.streams.uniform("touch/browser", touch) >= mobile).astype(np.int64)


def visitors(people: People, touches: Touches) -> Ints:
    """Return the visitor's number of each touch; of touches without a browser it means nothing."""
    return people.key[touches.who] * _ids.VISITORS + touches.browser


def in_browsers(world: World, people: People, touches: Touches) -> Touches:
    """Return touches with the numbers of browsers in the place of devices (0 mobile, 1 other).

    An even number is a cookie of the mobile device, an odd one of the other. A cookie is lost between one period and the
    next with a chance that is the same in all of them, from the sign-up on, or from where the record begins.
    """
    customer_rows = np.flatnonzero((touches.browser >= 0) & (touches.browser < _ids.PROSPECTS))
    who, device = touches.who[customer_rows], touches.browser[customer_rows]
    first = (np.maximum(people.signed_up_u, world.start) // PERIOD).astype(np.int64)
    period = np.maximum((touches.u[customer_rows] // PERIOD).astype(np.int64) - first[who], 0)
    most = int(period.max(initial=0))
    # Numbered by absolute period, so that a cell's fate does not depend on which others are looked at.
    cells = people.key[:, None] * _ids.MAX_PERIODS + first[:, None] + np.arange(1, most + 1)
    browser = touches.browser.copy()
    for number, name in enumerate(("mobile", "other")):
        lost = world.streams.uniform(f"browser/lost/{name}", cells) < world.preset.visits.cookie_lost
        cookie = np.concatenate((np.zeros((lost.shape[0], 1), np.int64), np.cumsum(lost, axis=1)), axis=1)
        rows = np.flatnonzero(device == number)
        kept = np.minimum(cookie[who[rows], period[rows]], _MOST_COOKIES - 1)
        browser[customer_rows[rows]] = 2 * kept + number
    return replace(touches, browser=browser)


def is_recognised(world: World, people: People, touches: Touches) -> Bools:
    """Return whether the company knows whose touch it is, by what these touches have told it up to then.

    A mail opened is the customer's. Everything else is known from the first sign-up, log-in, order or click in a mail in its
    browser on, that visit included. Who signed up before the record is known on one of the two devices.
    """
    customer = people.is_customer[touches.who] & (touches.at >= people.signed_up_at[touches.who])
    customer &= touches.browser < _ids.PROSPECTS
    customer_rows = np.flatnonzero(customer & (touches.browser >= 0))
    browser = touches.who[customer_rows] * _ids.PROSPECTS + touches.browser[customer_rows]
    visit = touches.visits[customer_rows]
    identifies = world.streams.uniform("visit/login", touches.id[customer_rows]) < world.preset.visits.login
    identifies |= (touches.channel[customer_rows] == CHANNEL_KEYS["Email"]) | touches.converts[customer_rows]
    identifies = (identifies & visit) | (touches.id[customer_rows] % _ids.TOUCHES == 0)
    identified_at = np.full(people.key.size * _ids.PROSPECTS, NEVER, dtype=np.int64)
    np.minimum.at(identified_at, browser[identifies], touches.at[customer_rows[identifies]])
    older = np.flatnonzero(people.signed_up_u < world.start)
    identified_at[
        older * _ids.PROSPECTS
        + device_of(world, people.key[older] * _ids.TOUCHES, people.phone_odds[older], buying=True)
    ] = 0
    customer[customer_rows] = touches.at[customer_rows] >= identified_at[browser]
    return customer


def stranger_places(world: World, visitor: Ints) -> Ints:
    """Return where the users of browsers live that never become known, by the visitor's number: fewer where visits convert."""
    weights = [entry.weight / entry.conversion for entry in world.preset.people.places]
    return pick(world.streams.uniform("visitor/place", visitor), weights)


def is_mobile(world: World, people: People, touches: Touches) -> Bools:
    """Return whether each touch takes place on a mobile device."""
    mobile: Bools = touches.browser % 2 == 0
    prospect_rows = np.flatnonzero(touches.browser >= _ids.PROSPECTS)
    visitor = visitors(people, touches)[prospect_rows]
    mobile[prospect_rows] = (
        world.streams.uniform("visitor/mobile", visitor) < world.preset.visits.mobile_share
    )
    return mobile


def devices_of(world: World, people: People, touches: Touches) -> Ints:
    """Return the device key of each touch, 0 for those without a browser."""
    mobile = is_mobile(world, people, touches)
    device = np.where(mobile, people.mobile[touches.who], people.desktop[touches.who])
    prospect_rows = np.flatnonzero(touches.browser >= _ids.PROSPECTS)
    visitor = visitors(people, touches)[prospect_rows]
    kinds = world.preset.visits.devices
    for here, is_of in ((mobile[prospect_rows], True), (~mobile[prospect_rows], False)):
        weights = [entry.weight if (entry.device_type == "mobile") is is_of else 0.0 for entry in kinds]
        rows = np.flatnonzero(here)
        device[prospect_rows[rows]] = (
            pick(world.streams.uniform("visitor/device", visitor[rows]), weights) + 1
        )
    return np.where(touches.browser < 0, 0, device)
