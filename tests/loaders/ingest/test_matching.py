"""Columns are found by name or by content, second candidates are told, and wrong ones get a helpful error."""

import pytest

from martlet.engine.errors import IngestError, ParameterError
from martlet.loaders.ingest.matching import match
from martlet.loaders.ingest.profile_files import load_profile

from .profiles import profile_of
from .sources import bare, table

ORDERS = "customer,date,amount\nAnn,2020-01-01,5.00\nBob,2020-01-02,6.50\n"
UNITS = "order,when,what,n,each\n1,2024-01-01,A,2,5.00\n"


def orders(source, overrides=None):
    return match(load_profile("orders"), source, overrides)


def test_without_header_content_decides():
    found = orders(
        bare("1001,Ann,2020-01-01,2,5.00\n1002,Bob,2020-01-02,1,5.10\n1004,Ann,2020-01-03,1,7.00\n")
    )
    assert found.columns == {
        "customer_id": "2",
        "ordered_at": "3",
        "net_revenue": "5",
        "order_id": "1",
        "item_count": "4",
    }


def test_without_header_or_guesses_the_order_of_the_profile_decides(tmp_path):
    profile = profile_of(
        tmp_path,
        """
        [columns]
        day = ["Day"]
        name = ["Campaign"]
        cost = ["Cost"]
        [[mappings]]
        entity = "ad_spend"
        date = "day"
        campaign = "name"
        spend = "cost"
        """,
    )
    found = match(profile, bare("2024-01-01,brand,5.00\n2024-01-02,brand,5.10\n"))
    assert found.columns == {"day": "1", "name": "2", "cost": "3"}
    assert "no header" in found.notes[0]
    with pytest.raises(IngestError, match="no column was recognised"):
        match(profile, bare("brand,2024-01-01,5.00\nbrand,2024-01-02,5.10\n"))


def test_a_mostly_spoilt_column_of_a_known_name_is_still_it():
    found = orders(table("customer,date,amount\nA,soon,5\nB,later,5\nC,2020-01-01,5\n"))
    assert found.columns["ordered_at"] == "date"


def test_a_known_name_whose_cells_fit_goes_before_one_whose_cells_do_not():
    found = orders(
        table("customer,order date,created at,amount\nA,soon,2020-01-01,5\nB,later,2020-01-02,5\n")
    )
    assert found.columns["ordered_at"] == "created at"


def test_the_only_column_of_dates_needs_no_known_name():
    found = orders(table("customer,wann,amount\nA,2020-01-01,5\n"))
    assert found.columns["ordered_at"] == "wann"
    assert "only column" in found.notes[0]


def test_without_customers_an_email_address_tells_them_apart():
    found = orders(table("Email,Created at,Total\na@x.org,2020-01-01,5\n"))
    assert (found.columns["customer_id"], found.columns["email"]) == ("Email", "Email")


def test_columns_are_found_under_many_names():
    found = orders(
        table("Order ID,Client Name,Purchased On,Grand Total,E-mail,Qty\n1,A,2020-01-01,5,a@x.org,1\n")
    )
    assert found.columns == {
        "order_id": "Order ID",
        "customer_id": "Client Name",
        "ordered_at": "Purchased On",
        "total": "Grand Total",
        "email": "E-mail",
        "item_count": "Qty",
    }


def test_delivery_dates_taxes_and_unit_prices_are_not_taken_for_the_date_and_the_amount():
    text = "customer_id,delivery_date,order_dt,tax_amount,unit_price,amount_paid\n1,2020-01-09,2020-01-01,1.00,2.00,5.00\n"
    found = orders(table(text)).columns
    assert (found["ordered_at"], found["total"]) == ("order_dt", "amount_paid")


def test_a_second_candidate_is_told():
    found = orders(table("customer,date,amount,revenue\nA,2020-01-01,4,5\n"))
    assert found.columns["net_revenue"] == "amount"
    assert "'revenue' would fit as well" in found.notes[0]


def test_columns_that_feed_nothing_are_told():
    assert orders(table("customer,date,amount,weather\nA,2020-01-01,4,rain\n")).unused == ("weather",)


def test_columns_can_be_named_in_any_case_or_by_position():
    found = orders(table(ORDERS), {"customer_id": "CUSTOMER", "ordered_at": 2, "net_revenue": "3"})
    assert found.columns == {"customer_id": "customer", "ordered_at": "date", "net_revenue": "amount"}


def test_misnamed_columns_get_the_nearest_name():
    with pytest.raises(IngestError, match="Did you mean 'customer'"):
        orders(table(ORDERS), {"customer_id": "custmer"})
    with pytest.raises(IngestError, match="no header.*3 columns"):
        orders(bare(ORDERS.split("\n", 1)[1]), {"customer_id": "name"})
    with pytest.raises(IngestError, match="can't be both"):
        orders(table(ORDERS), {"customer_id": "date", "ordered_at": "date"})
    with pytest.raises(ParameterError, match="no column 'custmer_id'.*Did you mean 'customer_id'"):
        orders(table(ORDERS), {"custmer_id": "customer"})


def test_a_file_of_other_things_is_refused_with_its_columns_and_what_to_say():
    with pytest.raises(
        IngestError, match=r"no column.*ordered_at.*foo \(number\).*--column ordered_at=COLUMN.*known as"
    ):
        orders(table("foo,bar,baz\n1,2,3\n4,5,6\n"))


def test_a_feed_without_its_columns_is_left_out_and_told(tmp_path):
    profile = profile_of(
        tmp_path,
        """
        [columns]
        order = ["order"]
        when = ["when"]
        what = ["what"]
        label = ["label"]
        n = ["n"]
        each = ["each"]
        [[mappings]]
        entity = "order_lines"
        order_id = "order"
        product_id = "what"
        quantity = "n"
        unit_price = "each"
        [[mappings]]
        entity = "products"
        product_id = "label"
        name = "what"
        """,
    )
    found = match(profile, table(UNITS))
    assert [mapping.entity for mapping in found.mappings] == ["order_lines"]
    assert found.notes == ("no products are made of these rows, since there is no column for product_id",)
    assert found.unused == ("when",)


def test_a_required_field_of_the_main_feed_must_have_a_column(tmp_path):
    profile = profile_of(
        tmp_path,
        """
        [columns]
        who = ["who"]
        mail = ["mail"]
        [[mappings]]
        entity = "customers"
        customer_id = "who"
        email = "mail"
        """,
    )
    with pytest.raises(IngestError, match="no column was recognised for customer_id"):
        match(profile, table("mail,x\na@x.org,1\n"))
