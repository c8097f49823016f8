"""Referrals: which customers were brought by which others, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential
from martlet.loaders.company._frames import NEVER, date_keys, keys, money, times
from martlet.loaders.company._ids import ORDERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = ["effect_frame", "invited_after", "referral_frame", "referrers_of"]

_CENTS: Final = 100
# A new customer's first order, which is placed in the visit of the sign-up, is done by the day after next.
_SETTLED: Final = 2
_LETTERS: Final = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"))
_CODE: Final = 6
# An odd factor scatters numbers over all codes, and no two come to one.
_SCATTER: Final = 387_420_489


def referrers_of(world: World, key: Ints, is_referred: NDArray[np.bool_], signed_up_at: Ints) -> Ints:
    """Return the key of the customer who brought each, 0 for nobody.

    Some of those whom a referral brings came by the programme. Who brought them is drawn among the earlier customers who tell
    others of the shop, and who ordered when they signed up. The day of a sign-up follows from its key alone, since all
    rhythms of the clock agree at midnight; so nobody else need be generated.
    """
    draw, programme = world.streams.uniform, world.preset.referrals
    found = np.zeros(key.size, dtype=np.int64)
    waiting = np.flatnonzero(is_referred & (draw("referral/programme", key) < programme.share))
    for attempt in range(programme.attempts):
        friend = (draw(f"referral/{attempt}", key[waiting]) * (key[waiting] - 1)).astype(np.int64) + 1
        fits = (draw("referral/advocate", friend) < programme.advocates) & (friend < key[waiting])
        fits &= draw("order/trial", friend) < world.preset.orders.first_order_at_sign_up
        fits &= draw("order/cancelled", friend * ORDERS) >= world.preset.basket.cancelled
        fits &= invited_after(world, friend) <= signed_up_at[waiting]
        found[waiting[fits]] = friend[fits]
        waiting = waiting[~fits]
    return found


def invited_after(world: World, key: Ints) -> Ints:
    """Return the moment from which on customers can invite others."""
    position = (key - 1 + world.streams.uniform("people/sign-up", key)) / world.scale
    moment: Ints = (world.growth.inverse(position) // DAY + _SETTLED) * DAY
    return moment


def referral_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_referral`: invitations in the data that were taken up."""
    programme = world.preset.referrals
    who = np.flatnonzero((people.referrer > 0) & people.is_customer)
    key, referrer = people.key[who], people.referrer[who]
    wait = exponential(world.streams.uniform("referral/wait", key)) * programme.days * DAY
    at = np.maximum(people.signed_up_at[who] - wait.astype(np.int64), invited_after(world, referrer))
    inside = at >= world.start_at
    who, key, referrer, at = who[inside], key[inside], referrer[inside], at[inside]
    bought_at = sales.first_sold_at[who]
    reward = np.where(bought_at < NEVER, round(programme.reward * _CENTS), 0)
    return pl.DataFrame(
        {
            "referral_id": key,
            "customer_key": keys(key),
            "referrer_key": keys(referrer),
            "code": _codes(referrer),
            "referred_at": times(at),
            "date_key": date_keys(at),
            "signed_up_at": times(people.signed_up_at[who]),
            "rewarded_at": times(bought_at),
            "reward_amount": money(reward),
        }
    )


def _codes(key: Ints) -> pl.Series:
    """Return the codes of customers' invitations, of six signs."""
    base = _LETTERS.size
    number = key * _SCATTER % base**_CODE
    signs = [pl.Series(_LETTERS[number // base**place % base]) for place in range(_CODE)]
    return pl.select(pl.concat_str(signs)).to_series()


def effect_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.referral_effect`."""
    programme = world.preset.referrals
    return pl.DataFrame(
        {"acts_on": ["purchase rate", "dropout"], "factor": [programme.rate, programme.dropout]}
    )
