"""Rows about orders: orders, lines, returns, reviews, survey answers, leads, causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, normal
from martlet.loaders.company._frames import NEVER, date_keys, keys, money, optional, texts, times, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.web_frames import TouchRecord
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = [
    "cause_frame",
    "line_frame",
    "order_frame",
    "return_frame",
    "review_frame",
    "survey_frame",
]

_STATUS: Final = ["open", "completed", "partially_refunded", "refunded", "cancelled"]
_CAUSES: Final = ["baseline", "touch"]
_STARS: Final = (1, 5)
_NPS: Final = (0, 10)
_COMPLAINT_CSAT: Final = 2


def order_frame(people: People, sales: Sales, touches: Touches, record: TouchRecord) -> pl.DataFrame:
    """Return the rows of `star.fact_order`."""
    orders, sums, chosen = sales.orders, sales.sums, sales.order_rows
    who, touch, at = orders.who[chosen], sales.holder[chosen], sales.ordered_at[chosen]
    return pl.DataFrame(
        {
            "order_id": orders.id[chosen],
            "customer_key": keys(people.key[who]),
            "ordered_at": times(at),
            "date_key": date_keys(at),
            "session_id": touches.id[touch],
            "channel_key": keys(touches.channel[touch]),
            "campaign_key": keys(touches.campaign[touch]),
            "device_key": keys(record.device[touch]),
            "geography_key": keys(people.place[who] + 1),
            "status": words(sums.status[chosen], _STATUS),
            "item_count": keys(sums.units[chosen]),
            "gross_amount": money(sums.gross[chosen]),
            "discount_amount": money(sums.discount[chosen]),
            "shipping_amount": money(sums.shipping[chosen]),
            "tax_amount": money(sums.tax[chosen]),
            "net_revenue": money(sums.net[chosen]),
            "refund_amount": money(sums.refund[chosen]),
            "margin": money((sums.net - sums.cost)[chosen]),
            "is_first_order": sales.is_first,
        }
    )


def line_frame(people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_order_line`."""
    orders, order_lines, chosen = sales.orders, sales.order_lines, sales.line_rows
    order = order_lines.order[chosen]
    at = sales.ordered_at[order]
    return pl.DataFrame(
        {
            "order_line_id": order_lines.id[chosen],
            "order_id": orders.id[order],
            "line_number": keys(order_lines.number[chosen]),
            "customer_key": keys(people.key[orders.who[order]]),
            "product_key": keys(order_lines.product[chosen] + 1),
            "ordered_at": times(at),
            "date_key": date_keys(at),
            "quantity": keys(order_lines.quantity[chosen]),
            "unit_price": money(order_lines.price[chosen]),
            "discount_amount": money(order_lines.discount[chosen]),
            "net_revenue": money(order_lines.net[chosen]),
            "unit_cost": money(order_lines.cost[chosen]),
        }
    )


def return_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_return`."""
    orders, order_lines, chosen = sales.orders, sales.order_lines, sales.line_rows
    back = chosen[order_lines.returned_at[chosen] < NEVER]
    who = orders.who[order_lines.order[back]]
    back = back[np.lexsort((order_lines.id[back], order_lines.returned_at[back], who))]
    order, at = order_lines.order[back], order_lines.returned_at[back]
    reasons = [reason.name for reason in world.preset.basket.return_reasons]
    return pl.DataFrame(
        {
            "return_id": order_lines.id[back],
            "order_line_id": order_lines.id[back],
            "order_id": orders.id[order],
            "customer_key": keys(people.key[orders.who[order]]),
            "product_key": keys(order_lines.product[back] + 1),
            "returned_at": times(at),
            "date_key": date_keys(at),
            "quantity": keys(order_lines.returned[back]),
            "refund_amount": money(order_lines.refund[back]),
            "reason": texts(order_lines.reason[back], reasons),
        }
    )


def review_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_review`: some lines, rated around the product's quality."""
    orders, order_lines, chosen = sales.orders, sales.order_lines, sales.line_rows
    feedback, draw = world.preset.feedback, world.streams.uniform
    drawn = (draw("review/drawn", order_lines.id[chosen]) < feedback.review) & ~sales.sums.is_cancelled[
        order_lines.order[chosen]
    ]
    rows = chosen[drawn]
    lag = (
        world.preset.basket.delivery_days
        + exponential(draw("review/lag", order_lines.id[rows])) * feedback.review_days
    )
    at = sales.ordered_at[order_lines.order[rows]] + (lag * DAY).astype(np.int64)
    rows, at = rows[at < world.until_at], at[at < world.until_at]
    who = orders.who[order_lines.order[rows]]
    order = np.lexsort((order_lines.id[rows], at, who))
    rows, at, who = rows[order], at[order], who[order]
    rating = feedback.rating_mean + world.products.quality[order_lines.product[rows]]
    rating = rating + feedback.rating_spread * normal(world.streams, "review/rating", order_lines.id[rows])
    return pl.DataFrame(
        {
            "review_id": order_lines.id[rows],
            "product_key": keys(order_lines.product[rows] + 1),
            "customer_key": keys(people.key[who]),
            "reviewed_at": times(at),
            "date_key": date_keys(at),
            "rating": keys(np.clip(np.round(rating), *_STARS)),
        }
    )


def survey_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_survey`: answers after some orders, of which complaints are unhappier."""
    orders, chosen = sales.orders, sales.order_rows
    feedback, draw = world.preset.feedback, world.streams.uniform
    rows = chosen[draw("survey/drawn", orders.id[chosen]) < feedback.survey]
    lag = (
        world.preset.basket.delivery_days
        + exponential(draw("survey/lag", orders.id[rows])) * feedback.survey_days
    )
    at = sales.ordered_at[rows] + (lag * DAY).astype(np.int64)
    rows, at = rows[at < world.until_at], at[at < world.until_at]
    order = np.lexsort((orders.id[rows], at, orders.who[rows]))
    rows, at = rows[order], at[order]
    ids = orders.id[rows]
    complains = draw("survey/complaint", ids) < feedback.complaint
    nps = feedback.nps_mean + feedback.nps_spread * normal(world.streams, "survey/nps", ids)
    nps = np.clip(np.round(np.where(complains, nps * feedback.complaint_nps, nps)), *_NPS)
    strays = feedback.csat_spread * (2 * draw("survey/csat", ids) - 1)
    csat = np.clip(np.round(1 + nps * feedback.csat_of_nps + strays), *_STARS)
    return pl.DataFrame(
        {
            "survey_id": ids,
            "customer_key": keys(people.key[orders.who[rows]]),
            "answered_at": times(at),
            "date_key": date_keys(at),
            "nps": keys(nps.astype(np.int64)),
            "csat": keys(np.where(complains, np.minimum(csat, _COMPLAINT_CSAT), csat)),
            "has_complained": complains,
        }
    )


def cause_frame(world: World, sales: Sales, causes_at: Ints) -> pl.DataFrame:
    """Return the rows of `truth.order_cause`; a touch before the data, at which `causes_at` points too, is not on record."""
    orders, chosen = sales.orders, sales.order_rows
    caused = orders.cause[chosen] >= 0
    on_record = caused & (causes_at[chosen] > world.start_at)
    return pl.DataFrame(
        {
            "order_id": orders.id[chosen],
            "cause": words(caused.astype(np.int64), _CAUSES),
            "touchpoint_id": optional(pl.Series(orders.cause[chosen]), on_record),
            "channel_key": keys(orders.channel[chosen]),
            "campaign_key": keys(orders.campaign[chosen]),
        }
    )
