"""Touches that follow from something else: mails that are opened, and what people do just before an order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import exponential
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.auction import cost_of
from martlet.loaders.company.baskets import phone_thrift
from martlet.loaders.company.browsers import device_of, in_browsers
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.modifiers import segment_factors
from martlet.loaders.company.touches import TOUCH_TYPES, Touches
from martlet.loaders.company.world import CAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["draw_harvest_touches", "touches_of_mails"]

_RETURN: Final = _ids.MOST_IN_CELL - 1
_DAY: Final = 86_400


def _touches(world: World, people: People, orders: Orders | None = None, **given: Ints | Floats) -> Touches:
    """Return touches with the given arrays and, for the rest, what holds for most; those of `orders` on the way to them."""
    ids = np.asarray(given["id"], dtype=np.int64)
    odds = people.phone_odds[np.asarray(given["who"], dtype=np.int64)]
    if orders is not None:
        odds *= phone_thrift(world, orders.id[np.asarray(given["order"], dtype=np.int64)])
    rest = {
        "browser": device_of(world, ids, odds, buying=orders is not None),
        "visits": np.ones(ids.size, dtype=bool),
        "is_exogenous": np.zeros(ids.size, dtype=bool),
        "order": np.full(ids.size, -1, dtype=np.int64),
        "converts": np.zeros(ids.size, dtype=bool),
        "cost": np.zeros(ids.size, dtype=np.int64),
    }
    return Touches(**{**rest, **given})  # type: ignore[arg-type]


def touches_of_mails(world: World, people: People, mails: Mails) -> tuple[Touches, Floats]:
    """Return the opens by people, which may cause orders, their clicks, which lead to visits, and what fatigue and the type of mail do to both."""
    parts, factors = [], []
    by_type = np.array([entry.orders for entry in world.preset.email.types])
    for moments, position, kind in (
        (mails.opened, _ids.OPEN, "email_open"),
        (mails.clicked, _ids.CLICK, "email_click"),
    ):
        rows = np.flatnonzero(moments < NEVER)
        who, at = mails.who[rows], moments[rows]
        opened = kind == "email_open"
        ids = people.key[who] * _ids.TOUCHES + position + 2 * mails.number[rows]
        touches = _touches(
            world,
            people,
            id=ids,
            who=who,
            u=mails.opened_u[rows] if opened else world.clock.forward(at, people.rhythm_at(who, at)),
            at=at,
            channel=np.full(rows.size, CHANNEL_KEYS["Email"]),
            campaign=mails.campaign[rows],
            kind=np.full(rows.size, TOUCH_TYPES.index(kind)),
            is_exogenous=np.ones(rows.size, dtype=bool),
            visits=np.full(rows.size, not opened),
        )
        if opened:
            touches = replace(touches, browser=np.full(rows.size, -1, dtype=np.int64))
        parts.append(touches)
        factors.append(mails.fatigue_factor[rows] * by_type[mails.kind[rows]])
    return in_browsers(world, people, Touches.join(parts)), np.concatenate(factors)


def draw_harvest_touches(
    world: World, people: People, orders: Orders, causes_u: Floats, mails: Mails, *, on_site: Bools
) -> tuple[Touches, Ints, Ints]:
    """Draw the touches just before each order, of which the last one's visit holds the order.

    An order at sign-up is held by the visit of the sign-up instead. An order without any such touch is held by a return
    through the link that caused it, or by a direct visit.

    Parameters
    ----------
    causes_u
        Operational time of each order's causing touch, minus infinity for baseline orders.
    on_site
        Whether each order is placed on the site; the others have no visit.

    Returns
    -------
    tuple
        Touches; and for each click on a mail among them, the mail's position and that of the touch.
    """
    draw = world.streams.uniform
    parts, clicked_mails, clicks = [], [], []
    drawn_before = 0
    everything = np.flatnonzero(on_site)
    for slot, entry in enumerate(world.preset.harvest):
        ids = _touch_ids(people, orders, everything, slot)
        is_mail = entry.touch_type == "email_click"
        chosen = draw("harvest/drawn", ids)
        kept = np.flatnonzero(is_mail | (chosen < entry.probability))
        rows, ids, chosen = everything[kept], ids[kept], chosen[kept]
        lag = np.minimum(exponential(draw("harvest/lag", ids)), CAP) * entry.lag_days
        room = orders.u[rows] - causes_u[rows]
        # Just before the order, but never before its cause.
        lag = np.where(lag < room, lag, np.where(np.isinf(room), lag, room * draw("harvest/room", ids)))
        u = orders.u[rows] - lag
        at = world.clock.inverse(u, people.rhythm_by(orders.who[rows], u))
        key = CHANNEL_KEYS[entry.channel]
        campaign = world.campaign_of(key, _slot_of(world, entry.channel, entry.campaign_type), at)
        if is_mail:
            position = _mail_before(world, mails, orders.who[rows], at)
            liking = _liking(world, people, orders.who[rows], mails.campaign[position])
            found = np.flatnonzero((position >= 0) & (chosen < entry.probability * liking))
            rows, ids, u, at, position = rows[found], ids[found], u[found], at[found], position[found]
            campaign = mails.campaign[position]
            clicked_mails.append(position)
            clicks.append(drawn_before + np.arange(rows.size, dtype=np.int64))
        drawn_before += rows.size
        channel = np.full(rows.size, key)
        kind = np.full(rows.size, TOUCH_TYPES.index(entry.touch_type))
        cost = cost_of(world, ids, channel, campaign, at)
        parts.append(
            _touches(
                world, people, orders, id=ids, who=orders.who[rows], u=u, at=at, channel=channel, campaign=campaign,
                kind=kind, order=rows, cost=cost,
            )
        )  # fmt: skip
    drawn = Touches.join(parts)
    returns, position, by_mail = _returns(world, people, orders, drawn, mails, on_site=on_site)
    touches = Touches.join([drawn, returns])
    clicked_mails.append(position)
    clicks.append(drawn_before + by_mail)
    last = np.lexsort((touches.id, touches.u, touches.order))
    ends = np.flatnonzero(np.append(np.diff(touches.order[last]) != 0, True))[: last.size]
    converts = np.zeros(touches.id.size, dtype=bool)
    converts[last[ends]] = True
    converts &= orders.local[touches.order] > 0
    nothing = np.zeros(0, dtype=np.int64)
    touches = in_browsers(world, people, replace(touches, converts=converts))
    return touches, np.concatenate([nothing, *clicked_mails]), np.concatenate([nothing, *clicks])


def _touch_ids(people: People, orders: Orders, rows: Ints, slot: int) -> Ints:
    return people.key[orders.who[rows]] * _ids.TOUCHES + _ids.harvest_touch(orders.local[rows], slot)


def _slot_of(world: World, channel: str, campaign_type: str) -> int:
    """Return the number of a type of campaign within its channel, from 1; 0 for none."""
    (mix,) = (mix for mix in world.preset.channels if mix.name == channel)
    types = [kind.type for kind in mix.campaigns]
    return types.index(campaign_type) + 1 if campaign_type else 0


def _returns(
    world: World, people: People, orders: Orders, drawn: Touches, mails: Mails, *, on_site: Bools
) -> tuple[Touches, Ints, Ints]:
    """Return a visit for each order that drew no touch, orders at sign-up excepted; and the mails clicked for it with the visits."""
    has_no_touch = on_site & (orders.local > 0)
    has_no_touch[drawn.order] = False
    rows = np.flatnonzero(has_no_touch)
    at = world.clock.inverse(orders.u[rows], people.rhythm_by(orders.who[rows], orders.u[rows]))
    root = orders.cause[rows] % _ids.TOUCHES
    by_mail = (orders.cause[rows] >= 0) & (root >= _ids.OPEN) & (root < _ids.HARVEST)
    number = (root - _ids.OPEN) // 2
    by_id = np.argsort(mails.id, kind="stable")
    wanted = people.key[orders.who[rows]] * _ids.EMAILS + number
    position = (
        by_id[np.searchsorted(mails.id[by_id], wanted[by_mail])]
        if by_mail.any()
        else np.zeros(0, dtype=np.int64)
    )
    # A link of a channel that is switched off by then leads nowhere.
    runs = world.media.runs(orders.channel[rows], people.place_at(orders.who[rows], at), at)
    returns_by_link = (orders.by_click[rows] & runs) | by_mail
    channel = np.where(returns_by_link, orders.channel[rows], CHANNEL_KEYS["Direct"])
    kind_of = {CHANNEL_KEYS[mix.name]: TOUCH_TYPES.index(mix.touch_type) for mix in world.preset.channels}
    kinds = np.array(
        [kind_of.get(key, TOUCH_TYPES.index("visit")) for key in range(max(CHANNEL_KEYS.values()) + 1)]
    )
    kinds[kinds == TOUCH_TYPES.index("impression")] = TOUCH_TYPES.index("click")
    kinds[kinds == TOUCH_TYPES.index("email_open")] = TOUCH_TYPES.index("email_click")
    ids, campaign = (
        _touch_ids(people, orders, rows, _RETURN),
        np.where(returns_by_link, orders.campaign[rows], 0),
    )
    touches = _touches(
        world, people, orders, id=ids, who=orders.who[rows], u=orders.u[rows], at=at, channel=channel, campaign=campaign,
        kind=kinds[channel], order=rows, cost=cost_of(world, ids, channel, campaign, at),
    )  # fmt: skip
    return touches, position, np.flatnonzero(by_mail)


def _liking(world: World, people: People, who: Ints, campaign: Ints) -> Floats:
    """Return how much likelier than others people go by a mail: who opens it more, and orders more of it."""
    channel = np.full(who.size, CHANNEL_KEYS["Email"], dtype=np.int64)
    opens, orders = (
        segment_factors(world, people, acts_on, who=who, channel=channel, campaign=campaign)
        for acts_on in ("opens", "orders")
    )
    return opens * orders


def _mail_before(world: World, mails: Mails, who: Ints, at: Ints) -> Ints:
    """Return the position of the last mail that each person got before a moment, -1 if there is none recent enough."""
    arrived = np.flatnonzero(mails.delivered < NEVER)
    span = world.until_at + 400 * _DAY
    line = mails.who[arrived] * span + mails.delivered[arrived]
    order = np.argsort(line, kind="stable")
    before = np.searchsorted(line[order], who * span + at) - 1
    if not arrived.size:
        return np.full(who.size, -1, dtype=np.int64)
    position = arrived[order[np.maximum(before, 0)]]
    recent = at - mails.delivered[position] < world.preset.email.harvest_days * _DAY
    return np.where((before >= 0) & (mails.who[position] == who) & recent, position, -1)
