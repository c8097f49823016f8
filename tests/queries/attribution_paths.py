"""Published path data as orders and touches of a warehouse in memory."""

from datetime import timedelta
from decimal import Decimal

from .in_memory import moment

CONVERSION = moment("2023-01-10T12:00")


def fill_paths(star, paths, *, direct=(), paid=(), spend=None):
    """Fill with paths (list of channels, value of each order, number of orders, number of people without an order)."""
    names = sorted({name for steps, *_ in paths for name in steps} | set(spend or {}))
    keys = {name: key for key, name in enumerate(names, 101)}
    orders, touches, customer = [], [], 0
    for steps, value, conversions, nulls in paths:
        for number in range(conversions + nulls):
            customer += 1
            if number < conversions:
                orders.append(
                    {
                        "order_id": customer,
                        "customer_key": customer,
                        "ordered_at": CONVERSION,
                        "net_revenue": Decimal(str(value)),
                    }
                )
            touches += [
                {
                    "touchpoint_id": customer * 1000 + place,
                    "customer_key": customer,
                    "touched_at": CONVERSION - timedelta(hours=len(steps) - place),
                    "channel_key": keys[name],
                }
                for place, name in enumerate(steps)
            ]
    star.fill(
        dim_channel=[
            {"channel_key": key, "channel": name, "is_direct": name in direct, "is_paid": name in paid}
            for name, key in keys.items()
        ],
        dim_date=[{"date_key": 20230110, "date": CONVERSION.date()}],
        fact_order=orders,
        fact_touchpoint=touches,
        fact_ad_spend=[
            {"date_key": 20230110, "channel_key": keys[name], "spend": Decimal(amount)}
            for name, amount in (spend or {}).items()
        ],
    )
