"""Staged rows into the star: what is new, replaced or merged, and what certain entities bring about beside their rows."""

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest

from martlet.loaders.ingest.merging.merge import merge_file
from martlet.loaders.ingest.merging.staging import Staging
from martlet.loaders.privacy.forgotten import Forgotten
from martlet.loaders.warehouse import star

PERSONALITY = Path(__file__).parent / "exports" / "customer_personality" / "customers.csv"
MORNING = dt.datetime(2025, 1, 1, 9)


@pytest.fixture
def merge():
    """A function that merges rows of one entity into a star in memory; it returns the result, and is asked by `rows`."""
    with duckdb.connect() as connection:
        star.create(connection)

        def merge(entity, **columns):
            frame = pl.DataFrame(columns).with_row_index("row", offset=1).cast({"row": pl.Int64})
            content = pl.DataFrame({"row": frame["row"], "content": frame.drop("row").hash_rows()})
            staging = Staging(connection, entity, forgotten=Forgotten(connection))
            staging.add({entity: frame}, content)
            result = merge_file(connection, staging, load_id=1, as_of=MORNING, imputed={})
            staging.drop()
            return result

        merge.rows = lambda sql: connection.execute(sql).fetchall()
        yield merge


def exposures(merge, *rows):
    names = ("experiment", "variant", "customer_id", "is_control")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return merge("exposures", **columns, exposed_at=[MORNING] * len(rows))


def test_new_rows_get_numbers_in_the_order_of_the_file_changed_ones_keep_theirs_and_equal_ones_are_merged(
    merge,
):
    def orders(ids, amounts):
        return merge(
            "orders",
            order_id=ids,
            customer_id=["C"] * len(ids),
            ordered_at=[MORNING] * len(ids),
            net_revenue=amounts,
        ).main

    first = orders(["b", "a"], [1.0, 2.0])
    assert (first.loaded, first.replaced, first.merged) == (2, 0, 0)
    second = orders(["z", "a", "b", "c"], [5.0, 2.0, 9.0, 6.0])
    assert (second.loaded, second.replaced, second.merged) == (3, 1, 1)
    assert merge.rows(
        "SELECT order_id, source_id, CAST(net_revenue AS DOUBLE) FROM star.fact_order ORDER BY 1"
    ) == [(1, "b", 9.0), (2, "a", 2.0), (3, "z", 5.0), (4, "c", 6.0)]


def test_exposures_say_which_arm_is_the_control_and_the_last_row_counts(merge):
    arms = "SELECT experiment_id, variant, is_control FROM star.dim_variant JOIN star.dim_experiment USING (experiment_key) WHERE variant_key > 0 ORDER BY ALL"
    exposures(merge, ("E1", "A", "C1", True), ("E1", "B", "C2", False), ("E2", "A", "C1", None))
    assert merge.rows(arms) == [("E1", "A", True), ("E1", "B", False), ("E2", "A", False)]
    exposures(merge, ("E1", "A", "C3", True), ("E1", "A", "C4", False), ("E2", "A", "C4", True))
    assert merge.rows(arms) == [("E1", "A", False), ("E1", "B", False), ("E2", "A", True)]


def test_nothing_of_a_merge_is_left_in_temporary_tables(merge):
    exposures(merge, ("E1", "A", "C1", True))
    merge("customers", customer_id=["C1"], email=["c@example.org"])
    merge(
        "order_lines", order_id=["1"], product_id=["P"], quantity=[1], unit_price=[2.0], ordered_at=[MORNING]
    )
    merge("events", session_id=["S"], visitor_id=["V"], occurred_at=[MORNING], event_name=["page_view"])
    # What a file tells of is remembered until its totals are told.
    left = merge.rows("SELECT table_name FROM duckdb_tables() WHERE temporary")
    assert [name for (name,) in left if not name.startswith("told_")] == []


def test_the_table_of_a_family_of_fields_stays_in_order(loader):
    for month in (2, 1):
        loader("customer_personality", PERSONALITY.read_text(), as_of=dt.date(2025, month, 1))
    rows = loader.rows("SELECT customer_key, date_key, category FROM star.fact_customer_category_spend")
    assert len(rows) == 36
    assert rows == sorted(rows)


def test_a_contradiction_of_rows_that_show_nothing_but_their_key_is_told_by_the_row(loader):
    header = "campaign id,campaign,sent at,recipients\n"
    report = loader("email_reports", header + "1,A,2024-01-05,5\n1,A,2024-01-05,6\n2,B,2024-01-05,7\n")
    assert report.files[0].reasons == {"key repeated with other content": 1}
