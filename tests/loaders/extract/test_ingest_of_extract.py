"""`ingest orders` on a spoilt file: what it sets aside and merges is what was spoilt, row for row.

These agree exactly with the record: rows of broken lines, without a date or any amount, and dates that could
be two days in a column of both orders are quarantined; exact duplicates of rows that can be read are merged; all others
are loaded. Outliers and orphans are loaded as they stand: no reader can know.
"""

import re

import duckdb
import polars as pl
import pytest

import martlet


def record(folder, name):
    return pl.read_parquet(folder / "_truth" / "defects.parquet").filter(file=name)


def quarantined(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return dict(connection.execute("SELECT row_number, reason FROM quarantine.rejected_row").fetchall())


def test_a_clean_file_is_loaded_whole(extracts, tmp_path):
    report = martlet.ingest("orders", extracts() / "shop_orders.csv", warehouse=tmp_path / "w.duckdb")
    assert report.rows_read == report.rows_loaded > 300
    assert report.files[0].columns["net"] == "net_revenue"


@pytest.mark.parametrize(("level", "seed"), [("light", 42), ("heavy", 42), ("heavy", 2)])
def test_what_is_quarantined_and_merged_is_what_was_spoilt(level, seed, extracts, tmp_path):
    folder = extracts(messy=level, seed=seed)
    report = martlet.ingest("orders", folder / "shop_orders.csv", warehouse=tmp_path / "w.duckdb")
    defects = record(folder, "shop_orders.csv")
    assert report.rows_read == report.rows_loaded + report.rows_merged + report.rows_quarantined

    def rows(kinds, column):
        return set(defects.filter(pl.col("kind").is_in(kinds), column=column)["row"])

    expected = {
        "wrong number of fields": set(defects.filter(kind="ragged_row")["row"]),
        "no ordered_at": rows(["missing_value"], "ordered_at"),
        # Where the gross amount is told, so is what is left of it.
        "no net_revenue": rows(["missing_value", "placeholder"], "net_revenue")
        & rows(["missing_value", "placeholder"], "gross_amount"),
        **dates(defects),
    }
    bad = set().union(*expected.values())
    origin = dict(defects.filter(kind="ragged_row").select("clean_row", "row").iter_rows())
    spoilt = defects.filter(pl.col("column").is_not_null())
    origin |= dict(spoilt.select("clean_row", "row").iter_rows())
    copies = defects.filter(kind="exact_duplicate").select("row", "clean_row").rows()
    broken = expected["wrong number of fields"]
    bad_copies = {row for row, clean in copies if origin.get(clean) in bad - (broken - _bad_cells(expected))}
    found = quarantined(tmp_path / "w.duckdb")
    assert set(found) == bad | bad_copies
    for row, reason in found.items():
        if row in bad:
            assert any(row in of for name, of in expected.items() if reason.startswith(name)), reason
    # A copy is the order itself where the first line alone is broken.
    merged = [row for row, clean in copies if row not in bad_copies and origin.get(clean) not in broken]
    assert report.rows_merged == len(merged)


def _bad_cells(expected):
    return set().union(*(rows for reason, rows in expected.items() if reason != "wrong number of fields"))


def dates(defects):
    """The dates that can't be told: those that two orders make a day, in a column that is written in both.

    One that contradicts all others, or one in twenty of them, is no second habit, but a mistake.
    """
    spoilt = defects.filter(pl.col("kind").is_in(["date_format", "ambiguous_date"]), column="ordered_at")
    parts = {
        row: re.match(r"(\d\d)/(\d\d)/", text)
        for row, text in spoilt.select("row", "spoilt_value").iter_rows()
    }
    pairs = {row: (int(found[1]), int(found[2])) for row, found in parts.items() if found}
    day_first = {row for row, (first, _) in pairs.items() if first > 12}
    month_first = {row for row, (_, second) in pairs.items() if second > 12}
    few, many = sorted((day_first, month_first), key=len)
    if len(few) < 2 or len(few) <= 0.05 * len(few | many):
        return {"unreadable date": few}
    return {"ambiguous date": {row for row, pair in pairs.items() if max(pair) <= 12 and pair[0] != pair[1]}}


def test_late_rows_complete_the_orders(extracts, tmp_path):
    folder = extracts(messy="heavy", seed=2)
    for name in ("shop_orders.csv", "shop_orders_late.csv"):
        report = martlet.ingest("orders", folder / name, warehouse=tmp_path / "w.duckdb")
    assert report.rows_read == record(folder, "shop_orders_late.csv").filter(kind="late_row").height > 0
    assert report.rows_merged == 0
