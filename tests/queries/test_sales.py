"""Only sales are revenue, by whatever road it is asked for; credit notes lower what is net of refunds, and are no orders."""

from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

SALES = {1: "open", 2: "completed", 3: "partially_refunded", 4: "refunded"}
OTHERS = {5: "cancelled", 6: "pending", 7: "failed", 8: "unknown"}
FIRST = datetime(2024, 1, 1, 12)
MODELS = ["first", "last", "linear", "position", "time_decay", "markov", "shapley"]


def order(number, status):
    # Each order has an amount of its own, a power of two: a sum tells which orders are in it.
    net = Decimal(2**number) if status != "credit_note" else Decimal(0)
    return {
        "order_id": number,
        "customer_key": 1,
        "ordered_at": FIRST + timedelta(days=number),
        "date_key": 20240101 + number,
        "status": status,
        "net_revenue": net,
        "gross_amount": net,
        "refund_amount": net
        if status in ("refunded", "cancelled")
        else Decimal(1)
        if status in ("partially_refunded", "credit_note")
        else Decimal(0),
        "is_first_order": number == 1,
    }


@pytest.fixture(scope="module")
def rows():
    numbered = SALES | OTHERS | {9: "credit_note"}
    return [order(number, status) for number, status in numbered.items()]


REVENUE = Decimal(2 + 4 + 8 + 16)
NET_OF_REFUNDS = REVENUE - 1 - 16 - 1


@pytest.fixture
def filled(star, rows):
    star.fill(
        dim_date=[{"date_key": 20240101 + day, "date": datetime(2024, 1, 1 + day).date(), "day_of_week": 1 + day % 7} for day in range(12)],
        bridge_visitor=[{"visitor_id": 1, "customer_key": 1}],
        fact_order=rows,
        fact_touchpoint=[{"touchpoint_id": 1, "customer_key": 1, "touched_at": FIRST, "channel_key": 3, "touch_type": "click"}],
        fact_ad_spend=[{"date_key": 20240102, "channel_key": 3, "spend": Decimal(5)}],
        fact_email=[
            {"email_id": number, "campaign_key": 1, "customer_key": 1, "assigned_at": row["ordered_at"] - timedelta(hours=2),
             "delivered_at": row["ordered_at"] - timedelta(hours=2), "first_human_clicked_at": row["ordered_at"] - timedelta(hours=1)}
            for number, row in enumerate(rows, 1)
        ],
    )  # fmt: skip
    return star


@pytest.mark.parametrize("query", ["channels", "touches", "roi", "new_vs_returning"])
def test_credit_sums_to_the_sales(filled, query):
    for model in MODELS:
        answer = filled.ask(f"attribution/{query}", model=[model])
        assert sum(row["revenue"] for row in answer) == pytest.approx(float(REVENUE)), model
        weight = "weight" if query == "touches" else "conversions"
        assert sum(row[weight] for row in answer) == pytest.approx(len(SALES)), model


def test_email_credits_sales_alone(filled):
    assert {row["order_id"] for row in filled.ask("email/credit")} == set(SALES)


def test_the_panel_counts_sales_alone(filled):
    weeks = {row["week_start"]: row for row in filled.ask("spend/weekly_panel")}
    assert sum(row["revenue"] for row in weeks.values()) == REVENUE
    assert sum(row["orders"] for row in weeks.values()) == len(SALES)


def test_a_credit_note_lowers_monetary_and_is_no_order(filled):
    (customer,) = filled.ask("segmentation/rfm")
    assert (customer["frequency"], customer["monetary"]) == (len(SALES), NET_OF_REFUNDS)
    assert customer["last_ordered_at"] == FIRST + timedelta(days=4)


def test_marts_and_views_count_sales_alone(given, rows):
    lines = [
        {"order_line_id": row["order_id"], "order_id": row["order_id"], "line_number": 1, "customer_key": 1, "product_key": 1,
         "ordered_at": row["ordered_at"], "date_key": row["date_key"], "quantity": 1, "unit_price": row["net_revenue"], "net_revenue": row["net_revenue"]}
        for row in rows if row["status"] != "credit_note"
    ]  # fmt: skip
    warehouse = given(
        {
            "star.dim_customer": pl.DataFrame({"customer_key": [1], "customer_id": ["a"]}),
            "star.dim_product": pl.DataFrame({"product_key": [1], "product_id": ["p"], "category": ["Wine"]}),
            "star.fact_order": pl.DataFrame(rows),
            "star.fact_order_line": pl.DataFrame(lines),
        }
    )
    one = "SELECT orders, cancelled_orders, unsold_orders, revenue, revenue_net_of_refunds, last_ordered_at FROM mart.customer_profile"
    assert warehouse.sql(one).rows() == [(4, 1, 3, REVENUE, NET_OF_REFUNDS, FIRST + timedelta(days=4))]
    assert warehouse.sql("SELECT spend, recency_days FROM mart.customer_snapshot").rows() == [(REVENUE, 5)]
    assert warehouse.sql("SELECT spend FROM mart.customer_category_spend").rows() == [(REVENUE,)]
    assert warehouse.sql("SELECT units_sold, revenue FROM products").rows() == [(4, REVENUE)]
    assert warehouse.sql("SELECT total_orders, total_spent FROM customers").rows() == [(4, REVENUE)]
    assert warehouse.sql(
        "SELECT count(*), sum(revenue) FILTER (WHERE main.is_sale(status)) FROM orders"
    ).rows() == [(9, REVENUE)]
