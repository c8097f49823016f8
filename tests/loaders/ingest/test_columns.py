"""Columns are found by name or by content, second candidates are announced, and wrong ones get a helpful error."""

import pytest

from martlet.loaders.ingest._columns import choose
from martlet.loaders.ingest._reading import read
from martlet.sql.errors import IngestError

ORDERS = "customer,date,amount\nAnn,2020-01-01,5.00\nBob,2020-01-02,6.50\n"


@pytest.fixture
def table(tmp_path):
    """A function that reads text as a file."""

    def make(content):
        (tmp_path / "orders.csv").write_text(content)
        return read(tmp_path / "orders.csv")

    return make


def test_without_header_content_decides(table):
    found = choose(
        table("1001,Ann,2020-01-01,2,5.00\n1002,Bob,2020-01-02,1,5.10\n1004,Ann,2020-01-03,1,7.00\n"), {}
    )
    assert found.of == {"customer": "2", "date": "3", "amount": "5", "order_id": "1", "quantity": "4"}


def test_a_mostly_spoilt_column_of_a_known_name_is_still_it(table):
    assert (
        choose(table("customer,date,amount\nA,soon,5\nB,later,5\nC,2020-01-01,5\n"), {}).of["date"] == "date"
    )


def test_the_only_column_of_dates_needs_no_known_name(table):
    found = choose(table("customer,wann,amount\nA,2020-01-01,5\n"), {})
    assert found.of["date"] == "wann"
    assert "only column" in found.notes[0]


def test_without_customers_an_email_address_tells_them_apart(table):
    found = choose(table("Email,Created at,Total\na@x.org,2020-01-01,5\n"), {})
    assert (found.of["customer"], found.of["email"]) == ("Email", "Email")


def test_columns_are_found_under_many_names(table):
    found = choose(
        table("Order ID,Client Name,Purchased On,Grand Total,E-mail,Qty\n1,A,2020-01-01,5,a@x.org,1\n"), {}
    )
    assert found.of == {
        "customer": "Client Name",
        "date": "Purchased On",
        "amount": "Grand Total",
        "order_id": "Order ID",
        "email": "E-mail",
        "quantity": "Qty",
    }


def test_delivery_dates_taxes_and_unit_prices_are_not_taken(table):
    text = "customer_id,delivery_date,order_dt,tax_amount,unit_price,amount_paid\n1,2020-01-09,2020-01-01,1.00,2.00,5.00\n"
    found = choose(table(text), {})
    assert (found.of["date"], found.of["amount"]) == ("order_dt", "amount_paid")


def test_a_second_candidate_is_announced(table):
    found = choose(table("customer,date,subtotal,total\nA,2020-01-01,4,5\n"), {})
    assert found.of["amount"] == "total"
    assert "'subtotal' would fit as well" in found.notes[0]


def test_columns_can_be_named_in_any_case_or_by_position(table):
    found = choose(table(ORDERS), {"customer": "CUSTOMER", "date": 2, "amount": "3"})
    assert found.of == {"customer": "customer", "date": "date", "amount": "amount"}


def test_misnamed_columns_get_the_nearest_name(table):
    with pytest.raises(IngestError, match="Did you mean 'customer'"):
        choose(table(ORDERS), {"customer": "custmer"})
    with pytest.raises(IngestError, match="no header.*3 columns"):
        choose(table(ORDERS.split("\n", 1)[1]), {"customer": "name"})
    with pytest.raises(IngestError, match="can't be both"):
        choose(table(ORDERS), {"customer": "date", "date": "date"})


def test_a_file_of_other_things_is_refused_with_its_columns(table):
    with pytest.raises(IngestError, match=r"no column.*date.*foo \(number\)"):
        choose(table("foo,bar,baz\n1,2,3\n4,5,6\n"), {})


def test_unit_prices_are_not_amounts(table):
    with pytest.raises(IngestError, match="price of one unit"):
        choose(
            table("InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,6,12/1/2010 8:26,2.55,17850\n"), {}
        )
