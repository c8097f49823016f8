"""Published order files load to the counts, sums and summaries that their publishers give."""

import shutil
from datetime import date

import duckdb
import polars as pl
import pytest

import martlet


@pytest.fixture(scope="module")
def cdnow(shared, _empty_warehouse, tmp_path_factory):
    path = tmp_path_factory.mktemp("cdnow") / "w.duckdb"
    shutil.copyfile(_empty_warehouse, path)
    report = martlet.ingest(
        "orders",
        shared / "known_answers/lifetimes/CDNOW_sample.txt",
        warehouse=path,
        columns={"customer_id": "2"},
    )
    return report, path


def orders_of(path):
    sql = "SELECT customer_id, ordered_at, net_revenue, item_count, is_first_order FROM star.fact_order JOIN star.dim_customer USING (customer_key)"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql(sql).pl()


@pytest.mark.usefixtures("quick")
def test_rfm_r(shared, tmp_path):
    path = tmp_path / "w.duckdb"
    report = martlet.ingest("orders", shared / "known_answers/rfm_r/rfm_data_orders.csv", warehouse=path)
    assert (report.rows_read, report.rows_loaded, report.new["customers"]) == (4906, 4906, 995)
    assert (report.files[0].first_on, report.files[0].last_on) == (date(2001, 10, 29), date(2006, 12, 30))
    published = pl.read_csv(shared / "known_answers/rfm_r/expected_rfm_and_segments.csv")
    found = (
        orders_of(path)
        .group_by("customer_id")
        .agg(transaction_count=pl.len().cast(pl.Int64), amount=pl.col("net_revenue").sum().cast(pl.Int64))
    )
    columns = ["customer_id", "transaction_count", "amount"]
    assert found.sort("customer_id").equals(published.select(columns).sort("customer_id"))


def test_cdnow_is_understood_without_header(cdnow, shared):
    report, _ = cdnow
    assert "separated by spaces, without header" in report.files[0].format
    assert report.files[0].columns == {
        "customer_id": "2",
        "ordered_at": "3",
        "net_revenue": "5",
        "item_count": "4",
    }
    lines = (shared / "known_answers/lifetimes/CDNOW_sample.txt").read_text().split("\n")
    assert report.rows_read == report.rows_loaded == sum(bool(line.strip()) for line in lines)
    assert report.new["customers"] == 2357


@pytest.mark.usefixtures("quick")
def test_cdnow_guesses_the_master_id_and_says_so(shared, tmp_path):
    report = martlet.ingest(
        "orders", shared / "known_answers/lifetimes/CDNOW_sample.txt", warehouse=tmp_path / "w.duckdb"
    )
    assert (report.files[0].columns["customer_id"], report.new["customers"]) == ("1", 2357)
    assert any("say customer_id=2 for it" in note for note in report.files[0].notes)


def test_cdnow_sums(cdnow, shared):
    _, path = cdnow
    rows = [
        line.split()
        for line in (shared / "known_answers/lifetimes/CDNOW_sample.txt").read_text().splitlines()
        if line.strip()
    ]
    found = orders_of(path)
    assert int(found["net_revenue"].sum() * 100) == sum(round(float(row[4]) * 100) for row in rows)
    assert found["item_count"].sum() == sum(int(row[3]) for row in rows)
    assert found["is_first_order"].sum() == 2357


def test_cdnow_gives_the_published_summary(cdnow, shared):
    """Frequency, recency, age and mean repeat spend, days merged, over the 39 weeks to 1997-09-30, as BTYD publishes."""
    _, path = cdnow
    published = pl.read_csv(shared / "known_answers/lifetimes/cdnow_customers_summary_with_transactions.csv")
    days = (
        orders_of(path)
        .with_columns(day=pl.col("ordered_at").dt.date(), spend=pl.col("net_revenue").cast(pl.Float64))
        .filter(pl.col("day") <= date(1997, 9, 30))
        .group_by("customer_id", "day")
        .agg(pl.col("spend").sum())
        .sort("customer_id", "day")
    )
    found = (
        days.group_by("customer_id")
        .agg(
            x=pl.len().cast(pl.Int64) - 1,
            t_x=(pl.col("day").max() - pl.col("day").min()).dt.total_days() / 7,
            T=(pl.lit(date(1997, 9, 30)) - pl.col("day").min()).dt.total_days() / 7,
            zbar=pl.col("spend").slice(1).mean().fill_null(0.0),
        )
        .with_columns(ID=pl.col("customer_id").cast(pl.Int64))
        .sort("ID")
    )
    assert found["ID"].to_list() == published["ID"].to_list()
    assert found["x"].to_list() == published["x"].to_list()
    for column in ("t_x", "T", "zbar"):
        assert (found[column] - published[column]).abs().max() <= 0.0051, column


def test_equal_purchases_on_one_day_count_twice(cdnow):
    """Customer 147's published mean spend, 29.86, holds only if two equal purchases of one day both count."""
    _, path = cdnow
    orders = orders_of(path).filter(pl.col("customer_id").cast(pl.Int64) == 147)
    assert orders.select("ordered_at", "net_revenue", "item_count").is_duplicated().any()
