"""What the model of caused orders sees of a warehouse: only what a real company has too, and never the schema `truth`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import polars as pl

from martlet.engine.errors import FitError
from martlet.models.incremental.observed import Browsers, Contacts, Kind, Observed, Orders, Touches

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.models.incremental.observed import Ints

__all__ = ["CONTROLS", "Controls", "Rows", "rows"]

Controls = Literal["direct_and_brand", "direct", "none"]
CONTROLS: Final = get_args(Controls)

# Days since the first day with an order.
_DAY = "epoch({moment}) / 86400.0 - epoch($first) / 86400.0"
_RANGE = """
SELECT date_trunc('day', min(ordered_at)), date_trunc('day', max(ordered_at)) + INTERVAL 1 DAY
FROM star.fact_order
WHERE customer_key <> 0 AND main.is_sale(status)"""
_CUSTOMERS = f"""
SELECT customer_key, {_DAY.format(moment="signed_up_at")} AS since
FROM star.dim_customer
WHERE customer_key <> 0 AND (signed_up_at IS NULL OR signed_up_at < $last)
ORDER BY customer_key"""
_ORDERS = f"""
SELECT order_id, customer_key, session_id, {_DAY.format(moment="ordered_at")} AS day, CAST(net_revenue AS DOUBLE) AS revenue
FROM star.fact_order
WHERE customer_key <> 0 AND main.is_sale(status) AND ordered_at < $last
ORDER BY customer_key, ordered_at, order_id"""
# Paid search for the company's own name is a kind apart, and so are clicks in mails.
_KIND = """
    channel.channel,
    channel.is_direct,
    channel.is_paid AND channel.channel ILIKE '%search%' AND campaign.campaign_type = 'Brand' AS is_brand,
    touch.touch_type IN ('email_open', 'email_click') AS is_mail,
    touch.touch_type = 'email_click' AS is_click,
    touch.touch_type = 'impression' AS is_view"""
_TOUCHES = f"""
SELECT
    touch.touchpoint_id, touch.customer_key, touch.session_id, touch.channel_key, touch.campaign_key,
    {_DAY.format(moment="touch.touched_at")} AS day, {_KIND}
FROM star.fact_touchpoint AS touch
INNER JOIN star.dim_channel AS channel ON channel.channel_key = touch.channel_key
INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = touch.campaign_key
INNER JOIN star.dim_customer AS customer ON customer.customer_key = touch.customer_key
WHERE
    touch.customer_key <> 0 AND touch.touched_at >= $first AND touch.touched_at < $last
    AND (customer.signed_up_at IS NULL OR touch.touched_at >= customer.signed_up_at)
ORDER BY touch.customer_key, touch.touched_at, touch.touchpoint_id"""
_TRAFFIC = f"""
SELECT CAST(floor({_DAY.format(moment="visit.started_at")}) AS INTEGER) AS day, hour(visit.started_at) AS hour, count(*) AS visits
FROM star.fact_session AS visit
INNER JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
WHERE visit.customer_key = 0 AND NOT channel.is_paid AND visit.started_at >= $first AND visit.started_at < $last
GROUP BY 1, 2"""
# Touches in browsers whose user is known by now.
_BRIDGED = f"""
SELECT
    touch.visitor_id, visitor.customer_key, touch.touched_at, visitor.identified_at, touch.customer_key <> 0 AS is_known,
    touch.touch_type <> 'impression' AS is_visit, touch.touch_type IN ('email_open', 'email_click') AS is_mail_touch,
    coalesce(visit.is_converted, false) AS has_order, customer.signed_up_at, customer.signed_up_at < $first AS is_older,
    {_KIND}
FROM star.fact_touchpoint AS touch
INNER JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = touch.visitor_id AND visitor.customer_key <> 0
INNER JOIN star.dim_customer AS customer ON customer.customer_key = visitor.customer_key
INNER JOIN star.dim_channel AS channel ON channel.channel_key = touch.channel_key
INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = touch.campaign_key
LEFT JOIN star.fact_session AS visit ON visit.session_id = touch.session_id"""
# A browser tells how often people log in where a plain visit made its user known.
_BROWSERS = f"""
SELECT
    customer_key,
    count(*) FILTER (WHERE is_visit) AS visits,
    count(*) FILTER (WHERE is_visit AND touched_at < identified_at) AS before,
    count(*) FILTER (WHERE NOT is_visit) AS views,
    coalesce(bool_or(is_older), false) AS is_older
FROM ({_BRIDGED})
GROUP BY visitor_id, customer_key
HAVING
    NOT bool_or(has_order OR is_click OR touched_at <= signed_up_at + INTERVAL 2 SECOND)
    AND bool_or(is_visit AND touched_at = identified_at)
ORDER BY visitor_id"""
_CONTACTS = f"""
SELECT customer_key, channel, is_direct, is_brand, is_mail, is_click, is_view, count(*) AS count, count(*) FILTER (WHERE is_known) AS known
FROM ({_BRIDGED})
WHERE NOT is_mail_touch AND NOT has_order AND (signed_up_at IS NULL OR touched_at > signed_up_at + INTERVAL 1 HOUR)
GROUP BY ALL
ORDER BY ALL"""
_KIND_COLUMNS: Final = ("channel", "is_direct", "is_brand", "is_mail", "is_click", "is_view")
_AT_SIGN_UP: Final = 1 / 24
_ENTRY: Final = 2 / 86_400


@dataclass(frozen=True)
class Rows:
    """A company as the model sees it, and what its places stand for: keys of touches and orders, and of each step its channel and campaign."""

    observed: Observed
    touchpoint_ids: Ints
    order_ids: Ints
    steps: pl.DataFrame
    as_of: datetime
    anonymous_share: float


def rows(connection: duckdb.DuckDBPyConnection, controls: Controls = "direct_and_brand") -> Rows:
    """Read a company.

    Raises
    ------
    FitError
        If there is no order of a known customer, or no touch.
    """
    ((first, last),) = connection.execute(_RANGE).fetchall()
    if first is None:
        raise FitError("there are no sales of known customers, so nothing can have been caused")

    def read(sql: str) -> pl.DataFrame:
        named = {name: moment for name, moment in (("first", first), ("last", last)) if f"${name}" in sql}
        frame: pl.DataFrame = connection.sql(sql, params=named).pl()
        return frame

    customers, orders, touches = read(_CUSTOMERS), read(_ORDERS), read(_TOUCHES)
    if touches.is_empty():
        raise FitError(
            "there are no touches of customers who were known at the time (star.fact_touchpoint.customer_key): caused orders can only "
            "be found where people are recognised"
        )
    contacts, browsers, traffic = read(_CONTACTS), read(_BROWSERS), read(_TRAFFIC)
    has_opens = bool((touches["is_mail"] & ~touches["is_click"]).any())
    declared = touches.select(_KIND_COLUMNS).unique().sort(_KIND_COLUMNS)
    kinds = tuple(_kind(row, controls, has_opens=has_opens) for row in declared.iter_rows(named=True))
    place_of = declared.with_row_index("kind")
    keys, since = customers["customer_key"].to_numpy(), customers["since"].fill_null(-1.0).to_numpy()

    def places(frame: pl.DataFrame) -> Ints:
        return np.searchsorted(keys, frame["customer_key"].to_numpy()).astype(np.int64)

    def kind_of(frame: pl.DataFrame) -> Ints:
        joined = frame.select(_KIND_COLUMNS).join(
            place_of, on=_KIND_COLUMNS, how="left", maintain_order="left"
        )
        return joined["kind"].fill_null(-1).cast(pl.Int64).to_numpy()

    orders = orders.filter(pl.col("customer_key").is_in(customers["customer_key"].implode()))
    held = (
        orders.with_row_index("holds")
        .filter(pl.col("session_id").is_not_null())
        .unique("session_id", keep="first")
    )
    steps = (
        touches.select("channel_key", "campaign_key", "channel").unique().sort("channel_key", "campaign_key")
    )
    touches = touches.join(held.select("session_id", "customer_key", "holds"), on=["session_id", "customer_key"], how="left", maintain_order="left").join(
        steps.with_row_index("step"), on=["channel_key", "campaign_key"], how="left", maintain_order="left"
    )  # fmt: skip
    touch_customer, order_customer = places(touches), places(orders)
    day, order_day = touches["day"].to_numpy(), orders["day"].to_numpy()
    is_at_sign_up = order_day - since[order_customer] < _AT_SIGN_UP
    holds = touches["holds"].fill_null(-1).cast(pl.Int64).to_numpy()
    # One touch holds an order: the first of the visit.
    _, earliest = np.unique(holds, return_index=True)
    is_first = np.zeros(holds.size, dtype=bool)
    is_first[earliest] = True
    holds = np.where(is_first & (holds >= 0) & ~is_at_sign_up[holds], holds, -1)
    contact_kind, days = kind_of(contacts), (last - first).days
    seen = contact_kind >= 0
    busy = np.zeros((days, 24))
    np.add.at(busy, (traffic["day"].to_numpy(), traffic["hour"].to_numpy()), traffic["visits"].to_numpy())
    contact_customer, browser_customer = places(contacts), places(browsers)
    observed = Observed(
        days=days,
        first_weekday=first.weekday(),
        since=since,
        kinds=kinds,
        touches=Touches(
            touch_customer,
            day,
            kind_of(touches),
            touches["step"].cast(pl.Int64).to_numpy(),
            holds,
            np.abs(day - since[touch_customer]) < _ENTRY,
        ),
        orders=Orders(order_customer, order_day, orders["revenue"].to_numpy(), is_at_sign_up),
        browsers=Browsers(
            browser_customer,
            browsers["visits"].to_numpy(),
            browsers["before"].to_numpy(),
            browsers["views"].to_numpy(),
            browsers["is_older"].to_numpy(),
        ),
        contacts=Contacts(
            contact_customer[seen],
            contact_kind[seen],
            contacts["count"].to_numpy()[seen],
            contacts["known"].to_numpy()[seen],
        ),
        traffic=busy,
    )
    known = float(contacts["known"].to_numpy().sum()) / max(float(contacts["count"].to_numpy().sum()), 1.0)
    return Rows(
        observed, touches["touchpoint_id"].to_numpy(), orders["order_id"].to_numpy(), steps, last, 1 - known
    )


def _kind(row: dict[str, object], controls: Controls, *, has_opens: bool) -> Kind:
    is_direct, is_brand, is_click = bool(row["is_direct"]), bool(row["is_brand"]), bool(row["is_click"])
    return Kind(
        channel=str(row["channel"]),
        is_control=(is_direct and controls != "none") or (is_brand and controls == "direct_and_brand"),
        is_direct=is_direct,
        is_brand=is_brand,
        is_mail=bool(row["is_mail"]),
        is_view=bool(row["is_view"]),
        is_lasting=not (is_click and has_opens),
    )
