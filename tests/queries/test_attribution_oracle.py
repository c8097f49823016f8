"""attribution/channels and its sisters against a plain recomputation, on random orders, touches and parameters."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import attribution_by_hand as by_hand

ORIGIN = datetime(2024, 1, 1)
# Keys of the warehouse's own channels: name, whether direct, whether paid.
CHANNELS = {
    0: ("(unknown)", False, False),
    1: ("Direct", True, False),
    2: ("Organic Search", False, False),
    3: ("Paid Search", False, True),
    6: ("Email", False, False),
}
KINDS = {name: kind for name, *kind in CHANNELS.values()}
SALES = {"open", "completed", "partially_refunded", "refunded"}
TYPES = ["impression", "click", "visit", "email_open", "email_click", "other"]
VISITORS = {1: 1, 2: 2, 3: 0, 4: 0}


# Few moments, so that touches tie with each other, with orders and with the ends of windows.
moments = st.builds(lambda half_days: ORIGIN + timedelta(hours=12 * half_days), st.integers(0, 20))
orders = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 3),
            "ordered_at": moments,
            "net_revenue": st.integers(0, 9999).map(lambda c: Decimal(c) / 100),
            "is_first_order": st.booleans(),
            "status": st.sampled_from(
                ["completed", "completed", "open", "refunded", "cancelled", "pending", "failed", "unknown"]
            ),
        }
    ),
    max_size=6,
)
touches = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 4),
            "visitor_id": st.sampled_from([None, 1, 2, 3, 4]),
            "touched_at": moments,
            "channel_key": st.sampled_from(list(CHANNELS)),
            "touch_type": st.sampled_from(TYPES),
            "session_id": st.sampled_from([None, 1, 2]),
        }
    ),
    max_size=18,
)
spends = st.dictionaries(
    st.tuples(st.integers(1, 10), st.sampled_from([1, 3, 6])), st.integers(0, 9999), max_size=4
)
parameters = st.fixed_dictionaries(
    {
        "start": st.sampled_from([None, None, datetime(2024, 1, 3), datetime(2024, 1, 4, 12)]),
        "until": st.sampled_from([None, None, datetime(2024, 1, 8), datetime(2024, 1, 7, 12)]),
        "lookback_days": st.sampled_from([0.0, 0.5, 2.0, 30.0, 30.0]),
        "lookback_steps": st.sampled_from([0, 0, 1, 3]),
        "touch_types": st.sampled_from([["click", "visit", "email_click"], TYPES, TYPES, ["other"]]),
        "exclude_channels": st.sampled_from([[], [], ["Direct"], ["Direct", "Email"]]),
        "include_channels": st.sampled_from([[], [], ["Direct", "Paid Search"]]),
        "conversions_per_customer": st.sampled_from(["all", "first"]),
        "cycle": st.booleans(),
        "path_grain": st.sampled_from(["touch", "session"]),
        "include_null_paths": st.booleans(),
        "path_transform": st.lists(st.sampled_from(list(by_hand.TRANSFORMS)), max_size=3).filter(
            # Once occurrences are counted, a step has a name of its own, and counting again would add to it.
            lambda chain: (
                chain.count("frequency") <= 1 and [*chain, "frequency"].index("frequency") >= len(chain) - 1
            )
        ),
        "transform_channel": st.sampled_from(["Direct", "Email"]),
        "trim_steps": st.sampled_from([1, 2]),
        "first_weight": st.sampled_from([0.0, 0.3, 0.4, 0.5]),
        "last_weight": st.sampled_from([0.0, 0.2, 0.4, 0.5]),
        "half_life_days": st.sampled_from([0.01, 1.0, 7.0]),
        "markov_order": st.sampled_from([1, 1, 2, 3]),
        "shapley_v": st.sampled_from(["conversions", "rate", "counterfactual"]),
    }
)


def fill(star, orders, touches, spends=None):
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
            for (day, key), cents in (spends or {}).items()
        ],
    )
    # Only sales have anything to credit.
    return [order for order in orders if order.get("status", "completed") in SALES], touches


def channel_of(node):
    return (
        node.rsplit("(", 1)[0] if node.endswith(")") and node not in ("(unknown)", "(unattributed)") else node
    )


@given(orders=orders, touches=touches, spends=spends, p=parameters)
def test_all_models_are_those_of_the_plain_rules_and_sum_to_the_orders(star, orders, touches, spends, p):
    orders, touches = fill(star, orders, touches, spends)
    found = by_hand.journeys(orders, touches, p, CHANNELS, VISITORS)
    answer = defaultdict(dict)
    for row in star.ask("attribution/channels", model=by_hand.MODELS, **p):
        answer[row["model"]][row["channel"]] = row
    counted = [journey.order for journey in found if journey.order]
    money = sum((order["net_revenue"] for order in counted), Decimal(0))
    ledger = defaultdict(Decimal)
    for (day, key), cents in spends.items():
        when = datetime(2024, 1, day)
        if (not p["start"] or when >= p["start"]) and (not p["until"] or when < p["until"]):
            ledger[CHANNELS[key][0]] += Decimal(cents) / 100
    on_path = {channel_of(node) for journey in found if journey.order for node in journey.path}
    assert answer.keys() == set(by_hand.MODELS)
    for model, rows in answer.items():
        expected = defaultdict(lambda: [0.0, 0.0])
        for node, credit in by_hand.credits_of(model, found, p, KINDS).items():
            for k in (0, 1):
                expected[channel_of(node)][k] += credit[k]
        # By markov a step of people who did not order can have its part.
        passed = (
            {channel_of(node) for journey in found for node in journey.path} if model == "markov" else on_path
        )
        assert rows.keys() == passed | ledger.keys() | {"(unattributed)"}, model
        for channel, row in rows.items():
            assert row["conversions"] == pytest.approx(expected[channel][0], rel=1e-9, abs=1e-9), (
                model,
                channel,
            )
            assert row["revenue"] == pytest.approx(expected[channel][1], rel=1e-9, abs=1e-7), (model, channel)
            touching = [j for j in found if j.order and channel in {channel_of(node) for node in j.path}]
            assert row["influenced_conversions"] == len(touching)
            assert row["influenced_revenue"] == sum((j.order["net_revenue"] for j in touching), Decimal(0))
            steps = [touch for j in touching for touch in j.touches if channel_of(touch["node"]) == channel]
            assert row["touches"] == len({touch["touchpoint_id"] for touch in steps})
            assert row["spend"] == ledger.get(channel, 0)
        assert sum(row["conversions"] for row in rows.values()) == pytest.approx(len(counted), abs=1e-9)
        assert round(Decimal(sum(row["revenue"] for row in rows.values())), 2) == money


@given(orders=orders, touches=touches, p=parameters)
def test_weights_of_an_order_sum_to_one_and_sum_up_to_the_channels(star, orders, touches, p):
    fill(star, orders, touches)
    rows = star.ask("attribution/touches", model=by_hand.MODELS, **p)
    by_order, by_channel = defaultdict(float), defaultdict(float)
    for row in rows:
        by_order[row["model"], row["order_id"]] += row["weight"]
        by_channel[row["model"], row["channel"]] += row["weight"]
    assert all(total == pytest.approx(1, abs=1e-9) for total in by_order.values())
    channels = star.ask("attribution/channels", model=by_hand.MODELS, **p)
    assert len(by_order) == round(sum(row["conversions"] for row in channels))
    for row in channels:
        if row["model"] != "markov":
            assert by_channel[row["model"], row["channel"]] == pytest.approx(row["conversions"], abs=1e-9)
    split = defaultdict(float)
    for query, step in (("new_vs_returning", "step"), ("roi", "channel")):
        split.clear()
        for row in star.ask(f"attribution/{query}", model=by_hand.MODELS, **p):
            split[row["model"], channel_of(row[step])] += row["conversions"]
        assert split == pytest.approx({k: v for k, v in by_channel.items() if k in split}, abs=1e-9)
        assert sum(split.values()) == pytest.approx(sum(by_channel.values()), abs=1e-9)


@given(orders=orders, touches=touches, p=parameters)
def test_removal_effects_are_shares_solved_exactly(star, orders, touches, p):
    orders, touches = fill(star, orders, touches)
    p = {
        k: v for k, v in p.items() if k not in ("first_weight", "last_weight", "half_life_days", "shapley_v")
    }
    found = by_hand.counted_paths(by_hand.journeys(orders, touches, p, CHANNELS, VISITORS))
    rows = {row["step"]: row for row in star.ask("attribution/removal_effects", **p)}
    if sum(row[0] for row in found.values()) == 0:
        assert all(row["removal_effect"] is None for row in rows.values())
        return
    expected = by_hand.removal_effects(found, p["markov_order"])
    for node, (effect, revenue_effect) in expected.items():
        got = rows[node]["removal_effect"] if node in rows else 0
        assert got == pytest.approx(effect, abs=1e-9)
        assert 0 <= got <= 1 + 1e-12
        if sum(row[2] for row in found.values()):
            assert (rows[node]["revenue_removal_effect"] if node in rows else 0) == pytest.approx(
                revenue_effect, abs=1e-9
            )
    # Each state's ways out are all of its passages.
    ways = defaultdict(float)
    for row in star.ask("attribution/transitions", **p):
        ways[row["from_state"]] += row["probability"]
    assert all(total == pytest.approx(1) for total in ways.values())
