"""Rows about orders: orders, lines, deliveries, returns, causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._frames import NEVER, date_keys, keys, money, optional, texts, times, words
from martlet.loaders.company.terms import ORDER_CHANNELS, STORE

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
    "delivery_frame",
    "line_frame",
    "order_frame",
    "return_frame",
    "stock_out_met_frame",
]

_STATUS: Final = ["open", "completed", "partially_refunded", "refunded", "cancelled"]
_CAUSES: Final = ["baseline", "touch"]


def order_frame(people: People, sales: Sales, touches: Touches, record: TouchRecord) -> pl.DataFrame:
    """Return the rows of `star.fact_order`."""
    orders, sums, chosen = sales.orders, sales.sums, sales.order_rows
    who, at, terms = orders.who[chosen], sales.ordered_at[chosen], sales.terms
    touch, held = np.maximum(sales.holder[chosen], 0), sales.holder[chosen] >= 0
    return pl.DataFrame(
        {
            "order_id": orders.id[chosen],
            "customer_key": keys(people.key[who]),
            "ordered_at": times(at),
            "date_key": date_keys(at),
            "order_channel": words(terms.channel[chosen], ORDER_CHANNELS),
            "store_key": keys(terms.store[chosen]),
            "session_id": optional(pl.Series(touches.id[touch]), held),
            "channel_key": keys(np.where(held, touches.channel[touch], 0)),
            "campaign_key": keys(np.where(held, touches.campaign[touch], 0)),
            "device_key": keys(np.where(held, record.device[touch], 0)),
            "geography_key": keys(np.where(held, record.place[touch], people.place_at(who, at)) + 1),
            "status": words(sums.status[chosen], _STATUS),
            "item_count": keys(sums.units[chosen]),
            "gross_amount": money(sums.gross[chosen]),
            "discount_amount": money(sums.discount[chosen]),
            "coupon_key": keys(sales.order_lines.coupon[chosen]),
            "coupon_amount": money(sums.off[chosen]),
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
            "promotion_key": keys(order_lines.promotion[chosen]),
            "net_revenue": money(order_lines.net[chosen]),
            "unit_cost": money(order_lines.cost[chosen]),
        }
    )


def delivery_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_delivery`: orders that have arrived, which those of stores need not."""
    sums, orders = sales.sums, sales.orders
    chosen = sales.order_rows[~sums.is_cancelled[sales.order_rows]]
    chosen = chosen[(sums.delivered_at[chosen] < world.until_at) & (sales.terms.channel[chosen] != STORE)]
    chosen = chosen[np.lexsort((orders.id[chosen], sums.delivered_at[chosen], orders.who[chosen]))]
    at = sums.delivered_at[chosen]
    return pl.DataFrame(
        {
            "order_id": orders.id[chosen],
            "customer_key": keys(people.key[orders.who[chosen]]),
            "promised_at": times(sales.ordered_at[chosen] + world.preset.basket.delivery_days * DAY),
            "delivered_at": times(at),
            "date_key": date_keys(at),
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


def stock_out_met_frame(sales: Sales) -> pl.DataFrame:
    """Return the rows of `truth.stock_out_met`."""
    chosen = sales.order_rows[sales.order_lines.met_stock_out[sales.order_rows]]
    return pl.DataFrame({"order_id": sales.orders.id[chosen]}, schema={"order_id": pl.Int64})


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
