"""Totals of a load beside the file's own, each computed here by hand."""

import json
from decimal import Decimal

import duckdb
import pytest

from martlet.loaders.ingest.totals import Totals

HEADER = "order id,order date,customer id,net revenue,shipping,status\n"


def totals(report, entity, file=0):
    return next(made for made in report.files[file].totals if made.entity == entity)


def test_totals_are_those_of_the_rows_that_count(loader):
    report = loader(
        "orders",
        HEADER
        + "1,2024-01-01,a,10.00,1,completed\n2,2024-01-02,a,20.50,2,completed\n3,2024-01-03,b,7.00,4,cancelled\n",
    )
    found = totals(report, "orders")
    assert (found.sums["orders"], found.sums["customers"]) == (2, 1)
    assert (found.sums["net_revenue"], found.sums["shipping_amount"]) == (Decimal("30.50"), Decimal("3.00"))
    assert found.apart["cancelled"]["net_revenue"] == Decimal("7.00")
    assert found.own["net_revenue"].total == Decimal("37.50")
    assert report.files[0].differences == ()


def test_a_value_that_is_set_aside_explains_the_difference(loader):
    report = loader("orders", HEADER + "1,2024-01-01,a,10.00,1,completed\n2,never,a,20.50,1,completed\n")
    found = totals(report, "orders")
    assert (found.own["net_revenue"].total, found.own["net_revenue"].set_aside) == (
        Decimal("30.50"),
        Decimal("20.50"),
    )
    assert report.files[0].differences == ()


def test_what_nothing_explains_is_a_warning(loader):
    report = loader("orders", HEADER + "1,2024-01-01,a,10.00,1,completed\n1,2024-01-01,a,12.00,1,completed\n")
    assert any("'net revenue' comes to 22.00" in text for text in report.files[0].differences)
    assert "warning: " in report.summary()


def test_a_second_file_has_totals_of_its_own_rows(loader):
    loader("orders", HEADER + "1,2024-01-01,a,10.00,1,completed\n")
    report = loader(
        "orders",
        HEADER + "1,2024-01-01,a,10.00,1,completed\n2,2024-01-02,b,5.00,1,completed\n",
        HEADER + "3,2024-01-03,c,1.25,1,completed\n",
    )
    assert totals(report, "orders").sums["net_revenue"] == Decimal("15.00")
    assert totals(report, "orders", file=1).sums["net_revenue"] == Decimal("1.25")


def test_orders_made_of_lines_are_in_the_totals(loader):
    lines = "order id,order date,customer id,sku,quantity,unit price\n"
    report = loader("order_lines", lines + "1,2024-01-01,a,P,2,10.00\n1,2024-01-01,a,Q,1,5.00\n")
    assert totals(report, "orders").sums["net_revenue"] == Decimal("25.00")
    assert (totals(report, "order_lines").sums["lines"], totals(report, "order_lines").sums["quantity"]) == (
        2,
        3,
    )
    again = loader("order_lines", lines + "2,2024-01-01,a,P,1,4.00\n")
    assert totals(again, "orders").sums["net_revenue"] == Decimal("4.00")


def test_a_column_that_is_filled_down_counts_once_for_an_order(loader):
    header = "Name,Email,Financial Status,Created at,Currency,Subtotal,Total,Lineitem quantity,Lineitem name,Lineitem price\n"
    rows = "#1,a@x.com,paid,2024-03-01 10:00:00,USD,30.00,30.00,1,Mug,10.00\n#1,,,,,,,2,Pot,10.00\n#2,b@x.com,paid,2024-03-01 10:00:00,USD,10.00,10.00,1,Mug,10.00\n"
    report = loader("shopify_orders", header + rows)
    assert totals(report, "orders").own["total_amount"].total == Decimal("40.00")
    assert report.files[0].differences == ()


def test_ads_are_totalled_too(loader):
    report = loader(
        "ad_spend", "day,campaign,cost,impressions,clicks\n2024-01-01,A,1.50,10,2\n2024-01-02,A,2.25,20,3\n"
    )
    found = totals(report, "ad_spend")
    assert (found.sums["spend"], found.sums["impressions"], found.sums["clicks"]) == (Decimal("3.75"), 30, 5)


def test_the_log_keeps_them(loader):
    loader("orders", HEADER + "1,2024-01-01,a,10.00,1,completed\n")
    with duckdb.connect(str(loader.warehouse), read_only=True) as connection:
        (text,) = connection.execute("SELECT totals FROM meta.load").fetchall()[0]
    kept = json.loads(text)[0]
    assert (kept["entity"], kept["sums"]["net_revenue"], kept["file"]["net_revenue"]) == (
        "orders",
        "10.00",
        "10.00",
    )


def test_totals_of_nothing_have_no_lines():
    assert list(Totals("orders", {"orders": 0}).lines()) == []


@pytest.mark.parametrize("currency", [None, "EUR"])
def test_lines_align(currency):
    lines = list(Totals("ad_spend", {"spend": Decimal("1234.50"), "clicks": 7}).lines(currency))
    assert lines[1:] == ["  spend   1,234.50", "  clicks         7"]
    assert lines[0].endswith(", in EUR") is (currency is not None)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("order_id,customer_id,date,amount,currency\n1,c,2025-01-05,5,EUR\n2,c,2025-01-06,6,EUR\n", "EUR"),
        ("order_id,customer_id,date,amount\n1,c,2025-01-05,€5.00\n2,c,2025-01-06,€6.00\n", "EUR"),
        ("order_id,customer_id,date,amount\n1,c,2025-01-05,5.00\n2,c,2025-01-06,6.00\n", None),
    ],
)
def test_totals_name_the_currency(loader, text, currency):
    report = loader("orders", text)
    assert report.files[0].currency == currency
    heading = "totals of orders in the warehouse" + (f", in {currency}" if currency else "")
    assert heading in report.summary().splitlines()
    assert heading in report.totals().splitlines()
    # A later file that names none is of the company's currency too.
    later = loader("orders", "order_id,customer_id,date,amount\n3,c,2025-01-07,7.00\n")
    assert later.files[0].currency == currency
