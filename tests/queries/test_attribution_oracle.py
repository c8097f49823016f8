"""attribution/channels against a plain recomputation, conversion by conversion, on random touches and parameters."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .in_memory import InMemory

ORIGIN = datetime(2024, 1, 1)
CHANNELS = {0: "(unknown)", 1: "Direct", 2: "Organic Search", 3: "Paid Search", 6: "Email"}
TYPES = ["impression", "click", "visit", "email_open", "email_click", "other"]
VISITORS = {1: 1, 2: 2, 3: 0}


@pytest.fixture(scope="module")
def star():
    return InMemory()


# Few moments, so that touches tie with each other, with orders and with the ends of windows.
moments = st.builds(lambda half_days: ORIGIN + timedelta(hours=12 * half_days), st.integers(0, 20))
orders = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 3),
            "ordered_at": moments,
            "net_revenue": st.integers(0, 9999).map(lambda c: Decimal(c) / 100),
        }
    ),
    max_size=6,
)
touches = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 3),
            "visitor_id": st.sampled_from([None, 1, 2, 3]),
            "touched_at": moments,
            "channel_key": st.sampled_from(list(CHANNELS)),
            "touch_type": st.sampled_from(TYPES),
        }
    ),
    max_size=16,
)
spends = st.dictionaries(
    st.tuples(st.integers(1, 10), st.sampled_from([1, 3, 6])), st.integers(0, 9999), max_size=4
)
parameters = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["first", "last", "linear", "position", "time_decay"]),
        "start": st.sampled_from([None, datetime(2024, 1, 3), datetime(2024, 1, 4, 12)]),
        "until": st.sampled_from([None, datetime(2024, 1, 8), datetime(2024, 1, 7, 12)]),
        "lookback_days": st.sampled_from([0.0, 0.5, 2.0, 30.0]),
        "lookback_steps": st.sampled_from([0, 0, 1, 3]),
        "touch_types": st.sampled_from([["click", "visit", "email_click"], TYPES, []]),
        "exclude_channels": st.sampled_from([[], ["Direct"], ["Direct", "Email"]]),
        "include_channels": st.sampled_from([[], ["Direct", "Paid Search"]]),
        "conversions_per_customer": st.sampled_from(["all", "first"]),
        "first_weight": st.sampled_from([0.0, 0.3, 0.4, 0.5]),
        "last_weight": st.sampled_from([0.0, 0.2, 0.4, 0.5]),
        "half_life_days": st.sampled_from([0.01, 1.0, 7.0]),
    }
)


def weights(ages, p):
    """Return the share of each touch, given days before the order, earliest first, by the words of the contract."""
    n = len(ages)
    if p["model"] == "first":
        return [1.0] + [0.0] * (n - 1)
    if p["model"] == "last":
        return [0.0] * (n - 1) + [1.0]
    if p["model"] == "linear" or n == 1:
        return [1 / n] * n
    if p["model"] == "time_decay":
        raw = [2 ** (-(age - min(ages)) / p["half_life_days"]) for age in ages]
        return [value / sum(raw) for value in raw]
    first, last = p["first_weight"], p["last_weight"]
    if n == 2:
        ends = first + last
        return [first / ends, last / ends] if ends else [0.5, 0.5]
    return [first] + [(1 - first - last) / (n - 2)] * (n - 2) + [last]


def person(touch):
    return touch["customer_key"] or VISITORS.get(touch["visitor_id"], 0)


def recompute(orders, touches, p):
    result = defaultdict(lambda: [0.0, 0.0, 0, Decimal(0), set()])
    seen = set()
    total = [0, Decimal(0)]
    for order in sorted(orders, key=lambda o: (o["ordered_at"], o["order_id"])):
        when, customer = order["ordered_at"], order["customer_key"]
        if (p["start"] and when < p["start"]) or (p["until"] and when >= p["until"]):
            continue
        if p["conversions_per_customer"] == "first" and customer and customer in seen:
            continue
        seen.add(customer)
        total = [total[0] + 1, total[1] + order["net_revenue"]]
        path = [
            touch
            for touch in touches
            if customer
            and person(touch) == customer
            and timedelta(0) <= when - touch["touched_at"] <= timedelta(days=p["lookback_days"])
            and touch["touch_type"] in p["touch_types"]
            and CHANNELS[touch["channel_key"]] not in p["exclude_channels"]
            and (not p["include_channels"] or CHANNELS[touch["channel_key"]] in p["include_channels"])
        ]
        path.sort(key=lambda touch: (touch["touched_at"], touch["touchpoint_id"]))
        if p["lookback_steps"]:
            path = path[-p["lookback_steps"] :]
        if not path:
            row = result["(unattributed)"]
            row[0] += 1
            row[1] += float(order["net_revenue"])
            continue
        shares = weights([(when - touch["touched_at"]) / timedelta(days=1) for touch in path], p)
        assert sum(shares) == pytest.approx(1)
        for touch, share in zip(path, shares, strict=True):
            row = result[CHANNELS[touch["channel_key"]]]
            row[0] += share
            row[1] += share * float(order["net_revenue"])
            row[4].add(touch["touchpoint_id"])
        for channel in {CHANNELS[touch["channel_key"]] for touch in path}:
            result[channel][2] += 1
            result[channel][3] += order["net_revenue"]
    return result, total


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=orders, touches=touches, spends=spends, p=parameters)
def test_credits_are_those_of_the_plain_rule_and_sum_to_the_orders(star, orders, touches, spends, p):
    orders = [{"order_id": number, **order} for number, order in enumerate(orders, 1)]
    # Numbers run against time, so that ties and orders by number are told apart.
    touches = [{"touchpoint_id": 100 - number, **touch} for number, touch in enumerate(touches)]
    star.fill(
        bridge_visitor=[{"visitor_id": visitor, "customer_key": key} for visitor, key in VISITORS.items()],
        dim_date=[
            {"date_key": 20240100 + day, "date": datetime(2024, 1, day).date()} for day in range(1, 11)
        ],
        fact_order=orders,
        fact_touchpoint=touches,
        fact_ad_spend=[
            {"date_key": 20240100 + day, "channel_key": key, "spend": Decimal(cents) / 100}
            for (day, key), cents in spends.items()
        ],
    )
    rows = {row["channel"]: row for row in star.ask("attribution/channels", **p)}
    expected, (count, money) = recompute(orders, touches, p)
    ledger = defaultdict(Decimal)
    for (day, key), cents in spends.items():
        when = datetime(2024, 1, day)
        if (not p["start"] or when >= p["start"]) and (not p["until"] or when < p["until"]):
            ledger[CHANNELS[key]] += Decimal(cents) / 100
    assert rows.keys() == expected.keys() | ledger.keys() | {"(unattributed)"}
    for channel, row in rows.items():
        conversions, revenue, influenced, influenced_revenue, ids = expected[channel]
        assert row["conversions"] == pytest.approx(conversions, rel=1e-9, abs=1e-12)
        assert row["revenue"] == pytest.approx(revenue, rel=1e-9, abs=1e-9)
        assert (row["influenced_conversions"], row["influenced_revenue"]) == (influenced, influenced_revenue)
        assert (row["touches"], row["spend"]) == (len(ids), ledger[channel])
        spend = float(ledger[channel])
        assert row["roas"] == (pytest.approx(revenue / spend, rel=1e-9, abs=1e-12) if spend else None)
        assert row["roi"] == (pytest.approx(revenue / spend - 1, rel=1e-9, abs=1e-9) if spend else None)
        if conversions > 1e-9:
            assert row["cpa"] == pytest.approx(spend / conversions, rel=1e-6)
    assert sum(row["conversions"] for row in rows.values()) == pytest.approx(count, abs=1e-9)
    assert round(Decimal(sum(row["revenue"] for row in rows.values())), 2) == money
