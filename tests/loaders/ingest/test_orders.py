"""An ingest loses nothing, doubles nothing, keeps keys, and happens wholly or not at all."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import polars as pl
import pytest

import martlet
from martlet.engine.errors import IngestError, ParameterError


def rows(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def load(quick, tmp_path):  # noqa: ARG001
    """A function that ingests text as a file into the test's warehouse."""
    counter = iter(range(1000))

    def run(text, **options):
        path = tmp_path / f"orders_{next(counter)}.csv"
        path.write_text(text)
        return martlet.ingest("orders", path, warehouse=tmp_path / "w.duckdb", **options)

    run.warehouse = tmp_path / "w.duckdb"
    return run


DIRTY = """customer,date,amount,order_no,email
Ann,2024-01-05,"1,234.50",A1,ANN@x.org
 Bob ,2024-01-06,12.00,A2,
Bob,2024-01-06,12.00,A2,
,2024-01-07,5.00,A3,
Cid,2024-02-31,5.00,A4,
Dora,2024-01-07,abc,A5,
Eve,2024-01-08,-5.00,A6,
Fay,2024-01-08,0.00,A7,
Gus,2024-01-08
Hal,2024-01-09,5.00,A2,
"""


def test_every_row_is_loaded_merged_or_quarantined(load):
    report = load(DIRTY)
    assert (report.rows_read, report.rows_loaded, report.rows_merged, report.rows_quarantined) == (
        10,
        5,
        1,
        4,
    )
    assert rows(
        load.warehouse,
        "SELECT kind, source, rows_read, rows_loaded, rows_merged, rows_quarantined FROM meta.load",
    ) == [("ingest orders", "orders_0.csv", 10, 5, 1, 4)]
    assert rows(
        load.warehouse, "SELECT source_id, net_revenue, refund_amount FROM star.fact_order ORDER BY order_id"
    ) == [
        ("A1", Decimal("1234.50"), 0),
        ("A2", Decimal("12.00"), 0),
        # Whoever ordered it, it was ordered.
        ("A3", Decimal("5.00"), 0),
        ("A7", Decimal("0.00"), 0),
        ("A6", 0, Decimal("5.00")),
    ]


def test_the_quarantine_keeps_row_number_text_column_and_reason(load):
    load(DIRTY)
    found = rows(
        load.warehouse,
        "SELECT row_number, row_text, column_name, reason FROM quarantine.rejected_row ORDER BY 1",
    )
    assert [row[:3] for row in found] == [
        (5, "Cid,2024-02-31,5.00,A4,", "date"),
        (6, "Dora,2024-01-07,abc,A5,", "amount"),
        (9, "Gus,2024-01-08", None),
        (10, "Hal,2024-01-09,5.00,A2,", "order_no"),
    ]
    assert [row[3] for row in found[:2]] == [
        "unreadable date",
        "unreadable amount",
    ]
    assert (
        "already, as Bob, 2024-01-06 00:00:00, 12.00; here it is Hal, 2024-01-09 00:00:00, 5.00"
        in found[3][3]
    )


def test_customers_are_complete_and_have_a_version(load):
    load(DIRTY)
    assert rows(
        load.warehouse,
        "SELECT customer_id, email, signed_up_at FROM star.dim_customer WHERE customer_key > 0 ORDER BY customer_key",
    ) == [
        ("Ann", "ann@x.org", None),
        ("Bob", None, None),
        ("Eve", None, None),
        ("Fay", None, None),
    ]
    assert rows(
        load.warehouse, "SELECT customer_key, is_current FROM star.dim_customer_history ORDER BY 1"
    ) == [(1, True), (2, True), (3, True), (4, True)]


def test_the_same_content_again_changes_nothing(load):
    load(DIRTY)
    before = load.warehouse.read_bytes(), load.warehouse.stat().st_mtime_ns
    report = load(DIRTY)
    assert report.already_loaded
    assert report.load_id == 1
    assert report.rows_read == report.rows_merged
    assert (load.warehouse.read_bytes(), load.warehouse.stat().st_mtime_ns) == before


def test_a_corrected_file_replaces_by_order_number(load):
    load("customer,date,amount,order_id\nAnn,2024-01-05,5.00,A1\nBob,2024-01-06,6.00,A2\n")
    report = load(
        "customer,date,amount,order_id\nAnn,2024-01-03,5.50,A1\nBob,2024-01-06,6.00,A2\nCid,2024-01-07,7.00,A3\n"
    )
    assert (report.rows_loaded, report.rows_replaced, report.rows_merged, report.new.get("customers", 0)) == (
        2,
        1,
        1,
        1,
    )
    assert rows(
        load.warehouse,
        "SELECT order_id, source_id, ordered_at, date_key, net_revenue FROM star.fact_order ORDER BY 1",
    ) == [
        (1, "A1", datetime(2024, 1, 3), 20240103, Decimal("5.50")),
        (2, "A2", datetime(2024, 1, 6), 20240106, Decimal("6.00")),
        (3, "A3", datetime(2024, 1, 7), 20240107, Decimal("7.00")),
    ]


def test_the_number_of_another_customers_order_is_refused(load):
    load("customer,date,amount,order_id\nAnn,2024-01-05,5.00,A1\n")
    report = load("customer,date,amount,order_id\nZed,2024-01-05,5.00,A1\nZed,2024-01-05,5.00,A9\n")
    assert (report.rows_loaded, report.rows_quarantined) == (1, 1)
    assert rows(load.warehouse, "SELECT column_name, reason FROM quarantine.rejected_row") == [
        ("order_id", "key of another customer: the warehouse has it as one of Ann")
    ]


def test_a_longer_export_without_order_numbers_merges_with_the_earlier(load):
    first = "customer,date,amount\nAnn,2024-01-05,5.00\nAnn,2024-01-05,5.00\nBob,2024-01-06,6.00\n"
    load(first)
    report = load(first + "Ann,2024-01-05,5.00\nCid,2024-02-01,7.00\n")
    assert (report.rows_loaded, report.rows_merged) == (2, 3)
    assert rows(load.warehouse, "SELECT count(*), sum(net_revenue) FROM star.fact_order") == [
        (5, Decimal("28.00"))
    ]


def test_equal_purchases_on_one_day_are_kept_and_counted(load):
    report = load("customer,date,amount\nAnn,2024-01-05,5.00\nAnn,2024-01-05,5.00\n")
    assert report.rows_loaded == 2
    assert any("day of ordered_at" in note for note in report.files[0].notes)


def test_rows_with_a_time_that_repeat_exactly_are_one_order(load):
    report = load(
        "customer,date,amount,note\nAnn,2024-01-05 10:00,5,x\nAnn,2024-01-05 10:00,5,x\nAnn,2024-01-05 10:00,5,y\n"
    )
    assert (report.rows_loaded, report.rows_merged) == (2, 1)


def test_customers_keep_their_keys_and_first_orders_move(load):
    load("customer,date,amount,order_id\nAnn,2024-01-05,5.00,A1\nBob,2024-01-06,6.00,A2\n")
    load("customer,date,amount,order_id,first_name\nBob,2023-01-01,6.00,A3,Robert\nAaa,2023-01-01,6.00,A4,\n")
    assert rows(
        load.warehouse,
        "SELECT customer_key, customer_id, first_name FROM star.dim_customer WHERE customer_key > 0 ORDER BY 1",
    ) == [
        (1, "Ann", None),
        (2, "Bob", "Robert"),
        (3, "Aaa", None),
    ]
    assert rows(load.warehouse, "SELECT source_id FROM star.fact_order WHERE is_first_order ORDER BY 1") == [
        ("A1",),
        ("A3",),
        ("A4",),
    ]


def test_facts_stay_clustered_by_customer_and_time(load):
    load("customer,date,amount\nBob,2024-01-09,1\nAnn,2024-01-05,2\nBob,2024-01-06,3\n")
    load("customer,date,amount\nBob,2023-01-09,1\nAnn,2024-01-04,2\n")
    stored = rows(load.warehouse, "SELECT customer_key, ordered_at FROM star.fact_order ORDER BY rowid")
    assert stored == sorted(stored)


def test_lonely_dates_and_other_currencies_are_set_aside(load):
    text = "customer,date,amount\n" + "".join(f"c{i},2024-01-{i % 28 + 1:02d},$5.00\n" for i in range(300))
    report = load(text + "x,2087-01-01,$5.00\ny,1955-01-01,$5.00\nz,2024-01-01,5.00 EUR\nq,2024-01-01,5\n")
    assert report.reasons == {"absurd date": 2, "another currency": 1}
    assert report.files[0].first_on == date(2024, 1, 1)
    assert report.files[0].last_on == date(2024, 1, 28)


def test_numbers_that_became_floats_are_the_same_customers(load, tmp_path):
    load("CustomerID,date,amount\n17850,2024-01-05,5.00\n")
    pl.DataFrame({"CustomerID": [17850.0], "date": [date(2024, 1, 6)], "amount": [1.1]}).write_parquet(
        tmp_path / "a.parquet"
    )
    assert martlet.ingest("orders", tmp_path / "a.parquet", warehouse=load.warehouse).new == {}


def test_quantities_become_item_counts(load):
    load("customer,date,amount,quantity\nAnn,2024-01-05,5.00,3\nBob,2024-01-05,5.00,\n")
    assert rows(load.warehouse, "SELECT item_count FROM star.fact_order ORDER BY order_id") == [(3,), (1,)]


def test_refunds_alone_are_a_load_but_nonsense_alone_is_an_error(load):
    assert load("customer,date,amount\nAnn,2024-01-05,-5.00\n").rows_loaded == 1
    before = load.warehouse.read_bytes()
    with pytest.raises(IngestError, match="none of its 2 rows.*unreadable date"):
        load("customer,date,amount\nAnn,sometime,5.00\nBob,later,6\n", columns={"ordered_at": "date"})
    assert load.warehouse.read_bytes() == before


def test_an_error_leaves_no_file(load):
    with pytest.raises(IngestError):
        load("a,b\n1,2\n")
    assert [path.name for path in load.warehouse.parent.iterdir() if path.suffix != ".csv"] == []


def test_a_wrong_date_order_is_a_wrong_parameter(load):
    with pytest.raises(ParameterError, match="date_order is 'dym'"):
        load(DIRTY, date_order="dym")


def test_the_summary_says_what_was_understood_and_done(load):
    summary = load(DIRTY).summary()
    assert (
        "order_id = order_no, ordered_at = date, net_revenue = amount, customer_id = customer, email = email"
        in summary
    )
    assert "rows read 10 = loaded 5 + merged 1 + quarantined 4" in summary
    assert "quarantined 1: unreadable date" in summary


def test_progress_ends_at_one(load):
    steps = []
    load(DIRTY, progress=lambda step, share: steps.append((step, share)))
    assert steps[0] == ("reading", 0.0)
    assert steps[-1] == ("done", 1.0)


def test_orders_tell_their_channel_store_and_coupon(load):
    """Words of sources are understood, stores and coupons are made; an order that tells nothing has none."""
    load(
        "order_id,customer,date,amount,sales channel,store id,discount code\n"
        "1,Ann,2024-01-02,20,POS,Main Street,\n2,Bob,2024-01-03,30,Online,,SAVE2\n3,Bob,2024-01-04,30,kiosk,,\n4,Bob,2024-01-05,3,,,\n"
    )
    asked = (
        "SELECT orders.source_id, orders.order_channel, store.store_id, coupon.code FROM star.fact_order AS orders "
        "INNER JOIN star.dim_store AS store USING (store_key) INNER JOIN star.dim_coupon AS coupon USING (coupon_key) ORDER BY 1"
    )
    none = "(unknown)"
    with duckdb.connect(str(load.warehouse), read_only=True) as connection:
        found = connection.execute(asked).fetchall()
    assert found == [
        ("1", "store", "Main Street", none),
        ("2", "web", none, "SAVE2"),
        ("3", "other", none, none),
        ("4", None, none, none),
    ]
