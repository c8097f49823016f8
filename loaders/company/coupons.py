"""Coupons: codes that some mails carry and that friends bring, and what they take off an order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company import _ids
from martlet.loaders.company._clock import DAY
from martlet.loaders.company._frames import NEVER, keys, money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.campaigns import Campaigns
    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "FREE_SHIPPING",
    "FRIEND",
    "Coupons",
    "carried",
    "coupon_use_frame",
    "effect_factors",
    "used_coupons",
    "with_coupons",
]

COUPON_TYPES: Final = ("percent", "fixed", "free shipping")
FREE_SHIPPING: Final = COUPON_TYPES.index("free shipping")
# The key of the coupon that a friend's invitation brings.
FRIEND: Final = 1
_CENTS: Final = 100
_HALF: Final = 2


@dataclass(frozen=True)
class Coupons:
    """By key: the coupon's type (a position in `COUPON_TYPES`) and value, percent or cents; `of_campaign` has the key by campaign, 0 for none."""

    kind: Ints
    value: Floats
    of_campaign: Ints
    frame: pl.DataFrame

    @classmethod
    def of(cls, preset: Preset, campaigns: Campaigns, opening: date) -> Coupons:
        """Give each campaign of the types that carry coupons a code of its own; the first coupon of all is that of friends."""
        friend = preset.referrals
        kinds = {entry.campaign_type: entry for entry in preset.coupons.kinds}
        rows = [(friend.code, "For friends who were invited", "fixed", friend.discount, opening, None, 0)]
        of_campaign = np.zeros(campaigns.frame.height + 1, dtype=np.int64)
        taken: Counter[str] = Counter()
        told = campaigns.frame.select("campaign_key", "name", "campaign_type", "starts_on", "ends_on")
        for key, name, campaign_type, starts, ends in told.iter_rows():
            if campaign_type in kinds:
                entry = kinds[campaign_type]
                until = ends + timedelta(days=preset.coupons.valid_days)
                code = f"{entry.prefix}-{starts:%y%m%d}"
                taken[code] += 1
                rows.append(
                    (
                        # Versions of a mailing have codes of their own.
                        code if taken[code] == 1 else f"{code}-{taken[code]}",
                        name,
                        entry.coupon_type,
                        entry.value,
                        starts,
                        until,
                        key,
                    )
                )
                of_campaign[key] = len(rows)
        types = [COUPON_TYPES.index(row[2]) for row in rows]
        values = np.array([0.0, *(row[3] for row in rows)])
        cents = np.round(values[1:] * _CENTS).astype(np.int64)
        frame = pl.DataFrame(
            {
                "coupon_key": keys(np.arange(1, len(rows) + 1)),
                "code": [row[0] for row in rows],
                "name": [row[1] for row in rows],
                "coupon_type": [row[2] for row in rows],
                "value": pl.select(pl.when(pl.Series(types) != FREE_SHIPPING).then(money(cents))).to_series(),
                "starts_on": pl.Series([row[4] for row in rows], dtype=pl.Date),
                "ends_on": pl.Series([row[5] for row in rows], dtype=pl.Date),
                "campaign_key": keys(np.array([row[6] for row in rows])),
            }
        )
        return cls(np.array([-1, *types]), values, of_campaign, frame)

    def frame_until(self, until: date) -> pl.DataFrame:
        """Return the rows of `star.dim_coupon`: the codes that were given out before `until`."""
        return self.frame.filter(pl.col("starts_on") < until)

    def worth(self, coupon: Ints, net: Ints) -> Ints:
        """Return what coupons take off orders of `net` cents."""
        percent = np.round(net * self.value[coupon] / 100).astype(np.int64)
        fixed = np.minimum(np.round(self.value[coupon] * _CENTS).astype(np.int64), net // _HALF)
        return np.select([self.kind[coupon] == 0, self.kind[coupon] == 1], [percent, fixed], 0)


def carried(world: World, mail: Ints, campaign: Ints) -> Ints:
    """Return the coupons that mails carry, by their ids and campaigns: half of the recipients, say, get the code, by lot."""
    coupon = world.coupons.of_campaign[campaign]
    rows = np.flatnonzero(coupon)
    given = world.streams.uniform("coupon/given", mail[rows]) < world.preset.coupons.given
    coupon[rows[~given]] = 0
    return coupon


def with_coupons(world: World, mails: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `star.fact_email` with the coupons that they carry; what is not sent carries none."""
    ids, campaign = (mails[name].to_numpy().astype(np.int64) for name in ("email_id", "campaign_key"))
    coupon = carried(world, ids, campaign)
    return mails.with_columns(coupon_key=keys(np.where(mails["sent_at"].is_null(), 0, coupon)))


def effect_factors(world: World, touches: Touches) -> Floats:
    """Return the factors that coupons put on the orders which mails cause, for touches of mails."""
    has_coupon = carried(world, _mail_of(touches.id), touches.campaign) > 0
    return np.where(has_coupon, 1.0 + world.preset.coupons.lift, 1.0)


def _mail_of(touch: Ints) -> Ints:
    """Return the ids of the mails that were opened or clicked, by the ids of the touches."""
    return touch // _ids.TOUCHES * _ids.EMAILS + (touch % _ids.TOUCHES - _ids.OPEN) // 2


def used_coupons(world: World, orders: Orders, at: Ints, may_use: Bools, mails: Mails) -> tuple[Ints, Bools]:
    """Return the coupon that each order uses, 0 for none, and whether the coupon caused it.

    Of the orders that a mail with a code causes, so many owe to the code as it adds to the mail's effect; they use it. Of all
    others that follow such a mail in time some use it too, though they would have come anyway.
    """
    coupons, draw = world.preset.coupons, world.streams.uniform
    code = carried(world, mails.id, mails.campaign)
    arrived = np.flatnonzero((mails.delivered < NEVER) & (code > 0))
    if not arrived.size:
        return np.zeros(orders.id.size, dtype=np.int64), np.zeros(orders.id.size, dtype=bool)
    span = world.until_at + 400 * DAY
    line = mails.who[arrived] * span + mails.delivered[arrived]
    order = np.argsort(line, kind="stable")
    before = np.searchsorted(line[order], orders.who * span + at) - 1
    mail = arrived[order[np.maximum(before, 0)]]
    follows = (before >= 0) & (mails.who[mail] == orders.who)
    # The mail that caused an order is the one whose code it uses, though another came since.
    by_id = arrived[np.argsort(mails.id[arrived], kind="stable")]
    root = _mail_of(orders.cause)
    found = by_id[np.minimum(np.searchsorted(mails.id[by_id], root), by_id.size - 1)]
    number = orders.cause % _ids.TOUCHES
    by_mail = (orders.cause >= 0) & (number >= _ids.OPEN) & (number < _ids.HARVEST)
    by_mail &= mails.id[found] == root
    mail = np.where(by_mail, found, mail)
    # A day less than the code is valid: mails of one campaign arrive on two days.
    in_time = at - mails.delivered[mail] < (coupons.valid_days - 1) * DAY
    can = may_use & (follows | by_mail) & in_time
    is_extra = can & by_mail & (draw("coupon/extra", orders.id) < coupons.lift / (1.0 + coupons.lift))
    uses = is_extra | (can & (draw("coupon/used", orders.id) < coupons.used))
    return np.where(uses, code[mail], 0), is_extra


def coupon_use_frame(sales: Sales) -> pl.DataFrame:
    """Return the rows of `truth.coupon_use`."""
    coupon, is_extra = sales.order_lines.coupon, sales.terms.is_extra
    chosen = sales.order_rows[coupon[sales.order_rows] > 0]
    return pl.DataFrame(
        {
            "order_id": sales.orders.id[chosen],
            "coupon_key": keys(coupon[chosen]),
            "is_extra": is_extra[chosen],
        }
    )
