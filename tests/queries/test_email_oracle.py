"""email/roi against a plain recomputation, mail by mail and order by order, on random mails and orders."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from math import sqrt
from statistics import mean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

ORIGIN = datetime(2024, 1, 1)
TYPE_OF_CAMPAIGN = {1: "Newsletter", 2: "Newsletter", 3: "Promotional", 4: "Welcome"}
RATES = {
    "open_rate": ("unique_opens", "delivered"),
    "human_open_rate": ("unique_human_opens", "delivered"),
    "click_rate": ("unique_clicks", "delivered"),
    "human_click_rate": ("unique_human_clicks", "delivered"),
    "click_to_open_rate": ("unique_clicks", "unique_opens"),
    "revenue_per_email": ("revenue", "sent"),
    "revenue_per_recipient": ("revenue", "recipients"),
}


def hours(number):
    return ORIGIN + timedelta(hours=number)


@st.composite
def mails(draw):
    """Draw one mail whose story holds together: what is opened was delivered, what is delivered was sent."""
    assigned = draw(st.integers(0, 60))
    holdout = draw(st.booleans())
    bounce = None if holdout else draw(st.sampled_from([None, None, None, "hard", "soft"]))
    reached = not holdout and bounce is None
    human_open = draw(st.none() | st.integers(0, 20)) if reached else None
    human_click = draw(st.none() | st.integers(0, 20)) if reached else None
    opened = draw(st.sampled_from([human_open, 0])) if reached else None
    clicked = draw(st.sampled_from([human_click, 0])) if reached else None

    def at(delay):
        return None if delay is None else hours(assigned + delay)

    return {
        "campaign_key": draw(st.integers(1, 3)),
        "customer_key": draw(st.integers(0, 4)),
        "assigned_at": hours(assigned),
        "is_holdout": holdout,
        "sent_at": None if holdout else hours(assigned),
        "delivered_at": hours(assigned) if reached else None,
        "bounce_type": bounce,
        "first_opened_at": at(opened),
        "first_human_opened_at": at(human_open),
        "first_clicked_at": at(clicked),
        "first_human_clicked_at": at(human_click),
        "unsubscribed_at": at(draw(st.sampled_from([None, None, 3])) if reached else None),
        "complained_at": at(draw(st.sampled_from([None, None, 4])) if reached else None),
        "cost": Decimal(draw(st.integers(0, 300))) / 100,
    }


orders = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 4),
            "ordered_at": st.integers(0, 100).map(hours),
            "net_revenue": st.integers(0, 9999).map(lambda cents: Decimal(cents) / 100),
        }
    ),
    max_size=10,
)
parameters = st.fixed_dictionaries(
    {
        "start": st.sampled_from([None, hours(10)]),
        "until": st.sampled_from([None, hours(40)]),
        "email_hours": st.sampled_from([0.0, 5.0, 24.0, 120.0]),
        "basis": st.sampled_from(["click", "open", "delivered"]),
    }
)


def credit(mails, orders, p):
    """Return the orders credited to each mail: to the last one acted on, of all campaigns and of any range."""
    column = {"click": "first_human_clicked_at", "open": "first_human_opened_at", "delivered": "delivered_at"}
    result = defaultdict(list)
    for order in orders:
        acted = [
            (mail[column[p["basis"]]], mail["email_id"])
            for mail in mails
            if mail["customer_key"] == order["customer_key"] != 0 and mail[column[p["basis"]]] is not None
        ]
        window = timedelta(hours=p["email_hours"])
        before = [one for one in acted if timedelta(0) <= order["ordered_at"] - one[0] <= window]
        if before:
            result[max(before)[1]].append(order["net_revenue"])
    return result


def gains(mails, orders, p, measure):
    """Return estimate and variance summed over the campaigns that held out, None without one."""
    window = timedelta(hours=p["email_hours"])
    estimates = []
    for campaign in TYPE_OF_CAMPAIGN:
        arms = {True: [], False: []}
        for mail in mails:
            if mail["campaign_key"] == campaign and mail["customer_key"]:
                followed = [
                    order["net_revenue"]
                    for order in orders
                    if order["customer_key"] == mail["customer_key"]
                    and timedelta(0) <= order["ordered_at"] - mail["assigned_at"] <= window
                ]
                arms[mail["is_holdout"]].append(float(measure(followed)))
        sent, held = arms[False], arms[True]
        if len(sent) > 1 and len(held) > 1:
            effect = len(sent) * (mean(sent) - mean(held))
            spread = len(sent) ** 2 * (variance(sent) / len(sent) + variance(held) / len(held))
            estimates.append((effect, spread, len(sent)))
    if not estimates:
        return None, None, 0
    return tuple(map(sum, zip(*estimates, strict=True)))


@given(mails=st.lists(mails(), max_size=24), orders=orders, p=parameters)
def test_kinds_are_those_of_the_plain_rule(star, mails, orders, p):
    mails = [{"email_id": number, **mail} for number, mail in enumerate(mails, 1)]
    orders = [{"order_id": number, **order} for number, order in enumerate(orders, 1)]
    star.fill(
        dim_campaign=[
            {"campaign_key": key, "campaign_id": f"c{key}", "channel_key": 6, "campaign_type": kind}
            for key, kind in TYPE_OF_CAMPAIGN.items()
        ],
        fact_email=mails,
        fact_order=orders,
    )
    rows = {row["campaign_type"]: row for row in star.ask("email/roi", **p)}
    assert rows.keys() == set(TYPE_OF_CAMPAIGN.values())
    credited = credit(mails, orders, p)
    ranged = [
        mail
        for mail in mails
        if (not p["start"] or mail["assigned_at"] >= p["start"])
        and (not p["until"] or mail["assigned_at"] < p["until"])
    ]
    for kind, row in rows.items():
        own = [mail for mail in ranged if TYPE_OF_CAMPAIGN[mail["campaign_key"]] == kind]
        found = [amount for mail in own for amount in credited[mail["email_id"]]]
        columns = {
            "sent": "sent_at",
            "delivered": "delivered_at",
            "unique_opens": "first_opened_at",
            "unique_human_opens": "first_human_opened_at",
            "unique_clicks": "first_clicked_at",
            "unique_human_clicks": "first_human_clicked_at",
            "unsubscribes": "unsubscribed_at",
            "complaints": "complained_at",
        }
        for name, column in columns.items():
            assert row[name] == sum(mail[column] is not None for mail in own), name
        bounces = [mail["bounce_type"] for mail in own]
        assert (row["hard_bounces"], row["soft_bounces"]) == (bounces.count("hard"), bounces.count("soft"))
        assert row["campaigns"] == list(TYPE_OF_CAMPAIGN.values()).count(kind)
        assert (row["conversions"], row["revenue"]) == (len(found), sum(found))
        assert row["cost"] == sum(mail["cost"] for mail in own)
        reached = {mail["customer_key"] for mail in own if mail["delivered_at"]} - {0}
        assert row["recipients"] == len(reached)
        assert row["holdout_recipients"] == sum(mail["is_holdout"] for mail in own)
        for rate, (above, below) in RATES.items():
            assert row[rate] == (pytest.approx(float(row[above]) / row[below]) if row[below] else None), rate
        cost, revenue = float(row["cost"]), float(row["revenue"])
        assert row["roi"] == (pytest.approx((revenue - cost) / cost, abs=1e-12) if cost else None)
        for name, measure in (("conversions", len), ("revenue", sum)):
            effect, spread, people = gains(own, orders, p, measure)
            assert row["compared_recipients"] == people
            if effect is None:
                assert row[f"incremental_{name}"] is None
                continue
            assert row[f"incremental_{name}"] == pytest.approx(effect, abs=1e-6)
            if not spread:
                assert row[f"incremental_{name}_low"] is row[f"incremental_{name}_high"] is None
                continue
            margin = 1.959963984540054 * sqrt(spread)
            assert row[f"incremental_{name}_low"] == pytest.approx(effect - margin, abs=1e-4)
            assert row[f"incremental_{name}_high"] == pytest.approx(effect + margin, abs=1e-4)
