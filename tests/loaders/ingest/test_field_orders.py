"""Small files that real systems write, in the shared folder: orders and lines come to the totals that are stated there."""

from decimal import Decimal

import pytest

import martlet

CASES = [
    # case, profile, files, net revenue of sales, what went back, lines and what they come to
    ("sales_lines", "orders", ["input.csv"], "241.12", "0.00", (4, "241.12")),
    ("sales_lines", "order_lines", ["input.csv"], "241.12", "0.00", (4, "241.12")),
    ("uci_returns", "order_lines", ["input.csv"], "46.68", "32.60", (4, "46.68")),
    ("refund_rows", "orders", ["input.csv"], "170.00", "90.00", (0, None)),
    ("tax_included", "orders", ["input.csv"], "145.00", "0.00", (0, None)),
    ("shopify_discount_code", "shopify_orders", ["input.csv"], "450.00", "0.00", (5, "450.00")),
    ("shopify_edited", "shopify_orders", ["first.csv", "second.csv"], "20.00", "0.00", (1, "20.00")),
    ("shopify_currencies2", "shopify_orders", ["input.csv"], "1000.00", "0.00", (10, "1000.00")),
]


@pytest.mark.parametrize("told", CASES, ids=lambda told: f"{told[0]}-{told[1]}")
def test_a_field_case_comes_to_its_totals(shared, loader, told):
    case, profile, files, sold, back, lines = told
    folder = shared / "field_cases" / case
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    for name in files:
        martlet.ingest(profile, folder / name, warehouse=loader.warehouse)
    assert loader.rows(
        "SELECT sum(net_revenue) FILTER (main.is_sale(status)), "
        "sum(refund_amount) FILTER (main.is_sale(status) OR status = 'credit_note') FROM star.fact_order"
    ) == [(Decimal(sold), Decimal(back))]
    number, amount = lines
    assert loader.rows("SELECT count(*), sum(net_revenue) FROM star.fact_order_line") == [
        (number, amount and Decimal(amount))
    ]
