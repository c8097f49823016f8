"""Drift between loads: counted by load, and measured as an independent computation measures it."""

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.quality import checks, drift
from martlet.loaders.warehouse import star


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        star.create(connection)
        yield connection


def add_orders(connection, load_id, amounts, *, channels=None, day="2025-01-02"):
    first = connection.execute("SELECT coalesce(max(order_id), 0) FROM star.fact_order").fetchall()[0][0] + 1
    frame = pl.DataFrame(
        {
            "order_id": np.arange(first, first + len(amounts)),
            "net_revenue": amounts,
            "channel_key": channels if channels is not None else np.ones(len(amounts), dtype=int),
        }
    ).with_columns(ordered_at=pl.lit(day).str.to_datetime())
    star.insert(connection, "star.fact_order", frame)
    drift.record(connection, load_id)


def drifted(connection):
    """Return the index of each column that drifted."""
    (check,) = checks.chosen(["distributions_are_stable"])
    found = connection.execute(f"FROM ({check.sql})", {"psi": 0.2}).fetchall()
    return {column: psi for _, column, psi, _ in found}


def money(seed, count, *, mean=3.0):
    return np.round(np.random.default_rng(seed).lognormal(mean, 1.0, count), 2)


def psi_of(before, added):
    """Return the index of two samples over the tenths of the first, with half a row in each bucket."""
    ends = np.quantile(before, np.arange(0.1, 0.95, 0.1), method="inverted_cdf")
    counted = [np.bincount(np.searchsorted(ends, sample), minlength=10) + 0.5 for sample in (before, added)]
    shares = [counts / counts.sum() for counts in counted]
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


def test_index_is_that_of_an_independent_computation(warehouse):
    before, added = money(1, 4000), money(2, 700, mean=3.7)
    add_orders(warehouse, 1, before)
    add_orders(warehouse, 2, added)
    assert drifted(warehouse) == {"net_revenue": pytest.approx(psi_of(before, added), abs=5e-4)}
    assert psi_of(before, added) > 0.2


def test_words_are_counted_as_they_are(warehouse):
    before, added = np.repeat([1, 2, 3], [500, 300, 200]), np.repeat([1, 2, 4], [100, 300, 100])
    add_orders(warehouse, 1, np.full(1000, 5.0), channels=before)
    add_orders(warehouse, 2, np.full(500, 5.0), channels=added)
    rows = warehouse.execute(
        "SELECT bucket, rows_before, rows_added FROM meta.load_profile WHERE column_name = 'channel_key' ORDER BY bucket"
    ).fetchall()
    assert rows == [("(others)", 0, 100), ("1", 500, 100), ("2", 300, 300), ("3", 200, 0)]
    shares = [
        (np.array(counts) + 0.5) / (np.sum(counts) + 2) for counts in ([0, 500, 300, 200], [100, 100, 300, 0])
    ]
    assert drifted(warehouse) == {
        "channel_key": pytest.approx(
            np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])), abs=5e-4
        )
    }


def test_the_same_distribution_does_not_drift_however_small_the_load(warehouse):
    add_orders(warehouse, 1, money(1, 3000))
    for load_id, count in enumerate((5, 20, 40, 80, 300, 2000), 2):
        add_orders(warehouse, load_id, money(load_id, count))
        assert drifted(warehouse) == {}, count


def test_a_small_load_in_cents_is_found_after_large_ones_and_older_days_too(warehouse):
    add_orders(warehouse, 1, money(1, 20_000))
    add_orders(warehouse, 2, money(2, 40) * 100, day="2020-01-01")
    assert drifted(warehouse).keys() == {"net_revenue"}


def test_chance_is_the_quantile_of_chi_square():
    """Wilson and Hilferty's approximation, as the check has it, against the exact quantile."""
    for freedom in (1, 3, 9, 19):
        approximate = freedom * (1 - 2 / (9 * freedom) + 3.0902 * np.sqrt(2 / (9 * freedom))) ** 3
        assert approximate == pytest.approx(stats.chi2.ppf(0.999, freedom), rel=0.04)


def test_each_load_counts_its_rows(warehouse):
    add_orders(warehouse, 1, money(1, 30))
    add_orders(warehouse, 2, money(2, 12))
    rows = warehouse.execute(
        "SELECT load_id, row_count, rows_added, last_key FROM meta.load_relation WHERE relation = 'star.fact_order' ORDER BY 1"
    ).fetchall()
    assert rows == [(1, 30, 30, 30), (2, 42, 12, 42)]


def test_missing_values_are_a_bucket(warehouse):
    for load_id, (first, share) in enumerate(((1, 10), (1001, 2)), 1):
        warehouse.execute(
            f"INSERT INTO star.dim_customer (customer_key, customer_id, gender) "
            f"SELECT k, k, CASE WHEN k % {share} = 0 THEN NULL ELSE 'female' END FROM range({first}, {first + 1000}) AS r (k)"
        )
        drift.record(warehouse, load_id)
    rows = warehouse.execute(
        "SELECT bucket, rows_before, rows_added FROM meta.load_profile WHERE column_name = 'gender' ORDER BY bucket"
    ).fetchall()
    assert rows == [("(empty)", 100, 500), ("female", 900, 500)]
    assert "gender" in drifted(warehouse)


def test_a_column_that_was_always_empty_is_watched_from_the_first_value(warehouse):
    warehouse.execute(
        "INSERT INTO star.dim_customer (customer_key, customer_id) SELECT k, k FROM range(1, 501) AS r (k)"
    )
    drift.record(warehouse, 1)
    warehouse.execute(
        "INSERT INTO star.dim_customer (customer_key, customer_id, income, gender) SELECT k, k, 5, 'f' FROM range(501, 1001) AS r (k)"
    )
    drift.record(warehouse, 2)
    assert drifted(warehouse).keys() == {"gender", "income"}


def test_of_a_generated_company_only_rows_are_counted(warehouse):
    warehouse.execute("INSERT INTO meta.setting VALUES ('generator', '1')")
    add_orders(warehouse, 1, money(1, 300))
    add_orders(warehouse, 2, money(2, 300) * 100)
    assert warehouse.execute("SELECT count(*) FROM meta.load_profile").fetchall() == [(0,)]
    assert drifted(warehouse) == {}
