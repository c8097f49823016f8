"""Snapshots, category spend and campaign responses: a source's own figures, or the same computed from orders and mails."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

LAST = datetime(2025, 6, 30, 12, 0)
CUSTOMERS = pl.DataFrame({"customer_key": [1, 2, 3], "customer_id": ["a", "b", "c"]})


def order(order_id: int, customer: int, ago: timedelta, net: str, **more: object) -> dict[str, object]:
    return {
        "order_id": order_id,
        "customer_key": customer,
        "ordered_at": LAST - ago,
        "net_revenue": Decimal(net),
        "discount_amount": Decimal(0),
        "device_key": 0,
        "session_id": None,
    } | more


def test_computed_snapshot_by_hand(given):
    orders = [
        order(1, 1, timedelta(0), "10.00", device_key=1, discount_amount=Decimal(2)),
        order(2, 1, timedelta(days=729, hours=23), "5.50"),
        order(3, 1, timedelta(days=730), "99.00"),
        order(4, 2, timedelta(days=40, hours=23), "7.25", session_id=8),
    ]
    visits = [
        {"session_id": 7, "visitor_id": 70, "customer_key": 0, "started_at": LAST - timedelta(days=29)},
        {"session_id": 8, "visitor_id": None, "customer_key": 2, "started_at": LAST - timedelta(days=41)},
        {"session_id": 9, "visitor_id": None, "customer_key": 2, "started_at": LAST - timedelta(days=30)},
        {"session_id": 10, "visitor_id": None, "customer_key": 0, "started_at": LAST - timedelta(days=1)},
    ]
    answers = [
        {"survey_id": 1, "customer_key": 2, "answered_at": LAST - timedelta(days=3), "has_complained": True},
        {
            "survey_id": 2,
            "customer_key": 1,
            "answered_at": LAST - timedelta(days=731),
            "has_complained": True,
        },
    ]
    warehouse = given(
        {
            "star.dim_customer": CUSTOMERS,
            "star.fact_order": pl.DataFrame(orders),
            "star.bridge_visitor": pl.DataFrame(
                {"visitor_id": [70], "customer_key": [3], "first_seen_at": [LAST]}
            ),
            "star.fact_session": pl.DataFrame(visits),
            "star.fact_survey": pl.DataFrame(answers),
        }
    )
    found = warehouse.sql(
        "SELECT customer_key, snapshot_on, recency_days, web_visits, spend, purchases_deal, purchases_web, has_complained, "
        "is_computed FROM mart.customer_snapshot ORDER BY customer_key"
    ).rows()
    day = date(2025, 6, 30)
    assert found == [
        (1, day, 0, 0, Decimal("15.50"), 1, 1, False, True),
        (2, day, 40, 0, Decimal("7.25"), 0, 1, True, True),
        (3, day, None, 1, Decimal("0.00"), 0, 0, False, True),
    ]


def test_purchases_are_told_apart_by_the_channel_of_the_order(given):
    """Where no order tells, only those on the site are known; where some do, those that don't are known by visit and device."""
    orders = [
        order(1, 1, timedelta(0), "10.00", order_channel="store"),
        order(2, 1, timedelta(1), "10.00", order_channel="catalogue"),
        order(3, 1, timedelta(2), "10.00", order_channel="phone"),
        order(4, 1, timedelta(3), "10.00", order_channel="web"),
        order(5, 2, timedelta(4), "10.00", order_channel=None, device_key=1),
        order(6, 2, timedelta(5), "10.00", order_channel=None),
        order(7, 2, timedelta(days=731), "10.00", order_channel="store"),
    ]
    asked = "SELECT customer_key, purchases_web, purchases_catalog, purchases_store FROM mart.customer_snapshot ORDER BY customer_key"
    tables = {"star.dim_customer": CUSTOMERS, "star.fact_order": pl.DataFrame(orders)}
    assert given(tables).sql(asked).rows() == [(1, 1, 2, 1), (2, 1, 0, 0), (3, 0, 0, 0)]
    silent = pl.DataFrame(orders).with_columns(order_channel=pl.lit(None, dtype=pl.String))
    assert given(tables | {"star.fact_order": silent}).sql(asked).rows() == [
        (1, 0, None, None),
        (2, 1, None, None),
        (3, 0, None, None),
    ]


def test_what_a_source_gave_is_not_computed_again(given):
    day = date(2024, 1, 31)
    keys = {"customer_key": [1], "date_key": [20240131], "snapshot_on": [day]}
    warehouse = given(
        {
            "star.dim_customer": CUSTOMERS,
            "star.fact_order": pl.DataFrame([order(1, 2, timedelta(0), "10.00")]),
            "star.fact_customer_snapshot": pl.DataFrame(keys | {"spend": [Decimal("1.25")]}),
            "star.fact_customer_category_spend": pl.DataFrame(
                keys | {"category": ["Wine"], "spend": [Decimal("1.25")]}
            ),
            "star.fact_campaign_response": pl.DataFrame(
                {"customer_key": [1], "campaign_key": [0], "has_responded": [True]}
            ),
        }
    )
    snapshots = warehouse.sql(
        "SELECT customer_key, snapshot_on, spend, purchases_web, is_computed FROM mart.customer_snapshot"
    )
    assert snapshots.rows() == [(1, day, Decimal("1.25"), None, False)]
    spent = warehouse.sql(
        "SELECT customer_key, category, spend, is_computed FROM mart.customer_category_spend"
    )
    assert spent.rows() == [(1, "Wine", Decimal("1.25"), False)]
    answered = warehouse.sql(
        "SELECT customer_key, has_responded, has_converted, is_computed FROM mart.campaign_response"
    )
    assert answered.rows() == [(1, True, None, False)]


def test_spend_by_category_adds_up_where_a_source_gives_no_total(given):
    keys = {"customer_key": [1, 1], "date_key": [20240131] * 2, "snapshot_on": [date(2024, 1, 31)] * 2}
    warehouse = given(
        {
            "star.dim_customer": CUSTOMERS,
            "star.fact_customer_snapshot": pl.DataFrame(keys).head(1),
            "star.fact_customer_category_spend": pl.DataFrame(
                keys | {"category": ["Wine", "Fish"], "spend": [Decimal("1.25"), Decimal("2.50")]}
            ),
        }
    )
    assert warehouse.sql("SELECT spend FROM mart.customer_snapshot").rows() == [(Decimal("3.75"),)]


@pytest.mark.parametrize("mart", ["customer_snapshot", "customer_category_spend", "campaign_response"])
def test_nothing_comes_of_nothing(given, mart):
    assert given({"star.dim_customer": CUSTOMERS}).sql(f"SELECT * FROM mart.{mart}").rows() == []


def test_synthetic_snapshot_agrees_with_the_orders(warehouse):
    orders = warehouse.sql(
        "SELECT customer_key, ordered_at, net_revenue FROM star.fact_order WHERE status <> 'cancelled'"
    ).rows()
    last = warehouse.sql(
        "SELECT greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session))"
    ).rows()[0][0]
    expected = {
        customer: (
            (last - max(at for who, at, _ in orders if who == customer)).days,
            sum(net for who, at, net in orders if who == customer and at > last - timedelta(days=730)),
        )
        for customer in {who for who, _, _ in orders} - {0}
    }
    rows = warehouse.sql("SELECT customer_key, recency_days, spend FROM mart.customer_snapshot").rows()
    found = {customer: (recency, spend) for customer, recency, spend in rows}
    assert {customer: found[customer] for customer in expected} == expected
    assert all(figures == (None, 0) for customer, figures in found.items() if customer not in expected)
    assert len(found) == warehouse.sql("SELECT count(*) FROM star.dim_customer").rows()[0][0] - 1


def test_categories_add_up_to_the_spend_of_each_customer(warehouse):
    differing = warehouse.sql(
        "SELECT customer_key FROM mart.customer_snapshot LEFT JOIN (SELECT customer_key, sum(spend) AS by_category "
        "FROM mart.customer_category_spend GROUP BY customer_key) AS spent USING (customer_key) "
        "WHERE coalesce(by_category, 0) <> spend"
    ).rows()
    assert differing == []


def test_responses_are_credited_as_the_email_pack_credits_them(warehouse):
    revenue, people, held_out = warehouse.sql(
        "SELECT sum(revenue), count(*) FILTER (WHERE NOT is_holdout), count(*) FILTER (WHERE is_holdout AND has_responded) "
        "FROM mart.campaign_response"
    ).rows()[0]
    credited = warehouse.sql("SELECT sum(revenue) FROM email.roi").rows()[0][0]
    mailed = warehouse.sql(
        "SELECT count(DISTINCT (customer_key, campaign_key)) FROM star.fact_email WHERE customer_key <> 0 AND NOT is_holdout"
    ).rows()[0][0]
    assert revenue == credited > 0
    assert people == mailed
    assert held_out == 0
