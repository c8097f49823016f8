"""email/roi against a plain recomputation, mail by mail and order by order, on random mails and orders."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from math import hypot, sqrt
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

ORIGIN = datetime(2024, 1, 1)
Z = 1.959963984540054
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
            "status": st.sampled_from(
                ["completed", "completed", "open", "refunded", "cancelled", "pending", "failed", "unknown"]
            ),
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


def sales(orders):
    """Return the orders that count as revenue."""
    counted = {"open", "completed", "partially_refunded", "refunded"}
    return [order for order in orders if order.get("status", "completed") in counted]


def credit(mails, orders, p):
    """Return the orders credited to each mail: to the last one acted on, of all campaigns and of any range."""
    column = {"click": "first_human_clicked_at", "open": "first_human_opened_at", "delivered": "delivered_at"}
    result = defaultdict(list)
    for order in sales(orders):
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


def wilson(share, people):
    """Return the two shares that lie Z standard errors, of their own, from the share seen: Wilson's interval."""
    middle = share + Z**2 / 2 / people
    reach = Z * sqrt(share * (1 - share) / people + (Z / 2 / people) ** 2)
    return ((middle - reach) / (1 + Z**2 / people), (middle + reach) / (1 + Z**2 / people))


def difference(first, n_first, second, n_second):
    """Return Newcombe's hybrid score interval of the difference of two shares."""
    (low, high), (other_low, other_high) = wilson(first, n_first), wilson(second, n_second)
    return (
        first - second - hypot(first - low, other_high - second),
        first - second + hypot(high - first, second - other_low),
    )


def arms(mails, orders, p):
    """Return, for each campaign with two of both, what each person mailed and each one held out bought: lists of amounts."""
    window = timedelta(hours=p["email_hours"])
    found = []
    for campaign in TYPE_OF_CAMPAIGN:
        bought = {True: [], False: []}
        for mail in mails:
            if mail["campaign_key"] == campaign and mail["customer_key"]:
                bought[mail["is_holdout"]].append(
                    [
                        float(order["net_revenue"])
                        for order in sales(orders)
                        if order["customer_key"] == mail["customer_key"]
                        and timedelta(0) <= order["ordered_at"] - mail["assigned_at"] <= window
                    ]
                )
        if min(len(bought[True]), len(bought[False])) > 1:
            found.append((bought[False], bought[True]))
    return found


def gains(compared, measure):
    """Return what was gained and its interval, campaigns weighed by their mailed people, None without a campaign."""
    people = sum(len(sent) for sent, _ in compared)
    if not people:
        return None, None, None
    weights = [len(sent) / people for sent, _ in compared]

    def each(of):
        sent = sum(of(basket) for sent, _ in compared for basket in sent) / people
        held = sum(
            weight * mean(of(basket) for basket in held)
            for weight, (_, held) in zip(weights, compared, strict=True)
        )
        return sent, held

    sent, held = each(measure)
    gained = people * (sent - held)
    buyers = [measure(basket) for pair in compared for arm in pair for basket in arm if basket]
    if not buyers and measure is sum:
        return gained, None, None
    typical = mean(buyers) if buyers else 1
    spread = pvariance(buyers) if buyers else 0
    size = 1 / sum(weight**2 / len(held) for weight, (_, held) in zip(weights, compared, strict=True))
    sent_share, held_share = each(bool)
    low, high = difference(sent_share, people, held_share, size)
    among = Z * sqrt(
        spread * (mean(wilson(sent_share, people)) / people + mean(wilson(held_share, size)) / size)
    )
    share = sent_share - held_share
    return (
        gained,
        gained - people * hypot(typical * (share - low), among),
        gained + people * hypot(typical * (high - share), among),
    )


def test_newcombe_s_own_example():
    """56 of 70 against 48 of 80: 0.0524 to 0.3339, in Statistics in Medicine 17 (1998), table II, method 10."""
    assert difference(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(("share", "people"), [(0.0, 78.0), (1.0, 3.0), (0.8, 70.0), (0.02, 41.3)])
def test_wilson_macros_are_wilson_s_interval(star, share, people):
    (found,) = star.connection.execute(
        "SELECT stats.wilson_low($share, $people, stats.z_95()), stats.wilson_high($share, $people, stats.z_95())",
        {"share": share, "people": people},
    ).fetchall()
    assert found == pytest.approx(wilson(share, people), abs=1e-15)


def test_an_interval_has_a_width_where_no_one_held_out_bought(star):
    """577 mailed with 18 buyers against 78 held out with none: Newcombe's interval, about -9.9 to 28.1."""
    mails = [
        {
            "email_id": number,
            "campaign_key": 1,
            "customer_key": number,
            "assigned_at": ORIGIN,
            "is_holdout": number > 577,
        }
        for number in range(1, 577 + 78 + 1)
    ]
    orders = [
        {"order_id": number, "customer_key": number, "ordered_at": hours(1), "net_revenue": Decimal(10)}
        for number in range(1, 19)
    ]
    star.fill(
        dim_campaign=[
            {"campaign_key": 1, "campaign_id": "c1", "channel_key": 6, "campaign_type": "Newsletter"}
        ],
        fact_email=mails,
        fact_order=orders,
    )
    (row,) = star.ask("email/roi")
    assert (row["incremental_conversions"], row["compared_recipients"]) == (18, 577)
    ends = (row["incremental_conversions_low"], row["incremental_conversions_high"])
    assert ends == pytest.approx((-9.9, 28.1), abs=0.05)
    assert (row["incremental_revenue_low"], row["incremental_revenue_high"]) == pytest.approx(
        tuple(10 * end for end in ends)
    )


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
    # Without any mail there is nothing to tell, not even zeros.
    assert rows.keys() == (set(TYPE_OF_CAMPAIGN.values()) if mails else set())
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
        # Nothing that follows from orders is 0 where the warehouse holds none.
        assert (row["conversions"], row["revenue"]) == ((len(found), sum(found)) if orders else (None, None))
        assert row["cost"] == sum(mail["cost"] for mail in own)
        reached = {mail["customer_key"] for mail in own if mail["delivered_at"]} - {0}
        assert row["recipients"] == len(reached)
        assert row["holdout_recipients"] == sum(mail["is_holdout"] for mail in own)
        for rate, (above, below) in RATES.items():
            told = row[above] is not None and row[below]
            assert row[rate] == (pytest.approx(float(row[above]) / row[below]) if told else None), rate
        cost, revenue = float(row["cost"]), float(sum(found))
        assert row["roi"] == (pytest.approx((revenue - cost) / cost, abs=1e-12) if cost and orders else None)
        compared = arms(own, orders, p) if orders else []
        assert row["compared_recipients"] == sum(len(sent) for sent, _ in compared)
        for name, measure in (("conversions", len), ("revenue", sum)):
            expected = gains(compared, measure)
            for column, value in zip(("", "_low", "_high"), expected, strict=True):
                found = row[f"incremental_{name}{column}"]
                assert found == (None if value is None else pytest.approx(value, abs=1e-6)), (name, column)
