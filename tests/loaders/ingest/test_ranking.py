"""The profile that a file was exported for is ranked first, with reasons."""

from pathlib import Path

import pytest

from martlet.loaders.ingest.ranking import rank
from martlet.loaders.ingest.reading.source import open_source

from .sources import table

EXPORTS = [path for path in sorted((Path(__file__).parent / "exports").glob("*/*")) if path.is_file()]


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_export_of_a_system_fits_the_profile_of_that_system_best(path):
    first, second, *_ = rank(open_source(path))
    assert (first.profile, first.missing) == (path.parent.name, ())
    assert first.score > second.score


def test_a_list_of_orders_fits_the_profile_of_orders():
    first = rank(table("Order ID,Customer,Order Date,Total,Weather\nA1,Ann,2024-01-05,5.00,rain\n"))[0]
    assert first.profile == "orders"
    assert first.columns == {
        "order_id": "Order ID",
        "customer_id": "Customer",
        "ordered_at": "Order Date",
        "total": "Total",
    }
    assert first.unused == ("Weather",)
    assert first.reasons[0].startswith("uses 4 of the 5 columns")
    assert 0 < first.score <= 1


def test_what_is_missing_or_odd_lowers_the_score_and_is_said():
    whole = rank(table("customer,date,amount\nA,2024-01-05,5.00\n"))
    lacking = next(
        f for f in rank(table("customer,date,colour\nA,2024-01-05,red\n")) if f.profile == "orders"
    )
    odd = next(f for f in rank(table("customer,date,amount\nA,soon,much\n")) if f.profile == "orders")
    best = next(f for f in whole if f.profile == "orders")
    assert lacking.missing == ("net_revenue",)
    assert "lacks net_revenue" in lacking.reasons
    assert odd.reasons[1] == "holds something else than expected in date, amount"
    assert best.score > odd.score
    assert best.score > lacking.score


@pytest.mark.parametrize("text", ["foo\n1\n", "\u00e9\nx\n"])
def test_a_file_of_nothing_known_fits_nothing(text):
    assert [fit for fit in rank(table(text)) if not fit.missing] == []
