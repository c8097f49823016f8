"""Small files that real systems write, read to the right rows; what each must give was worked out from the file by hand."""

import os
from pathlib import Path

import duckdb
import pytest

import martlet
from martlet.loaders.ingest.reading import open_source

from ...conftest import ROOT

CASES = Path(os.environ.get("MARTLET_SHARED", ROOT.parent / "shared")) / "field_cases"

pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason=f"no field cases in {CASES}: set MARTLET_SHARED to the folder that holds them"
)


@pytest.fixture
def load(quick, tmp_path):  # noqa: ARG001
    """A function that loads files of a case and returns the reports and a connection."""

    def loaded(case, profile, *names):
        warehouse = tmp_path / "a.duckdb"
        reports = [martlet.ingest(profile, CASES / case / name, warehouse=warehouse) for name in names]
        return reports, duckdb.connect(str(warehouse), read_only=True)

    return loaded


def asked(connection, query):
    return [tuple(str(cell) for cell in row) for row in connection.execute(query).fetchall()]


def test_names_that_end_in_a_year_do_not_split_tabs(load):
    (report,), connection = load("tab_campaign_year", "google_ads", "input.csv")
    assert "separated by tabs" in report.files[0].format
    assert asked(connection, "SELECT count(*), sum(spend) FROM star.fact_ad_spend") == [("28", "952.00")]
    names = asked(connection, "SELECT name FROM star.dim_campaign WHERE campaign_key <> 0 ORDER BY name")
    assert names == [("Summer 2024",), ("Winter 2024",)]


def test_lines_above_the_header_may_hold_another_separator(load):
    _, connection = load("gads_utf16_tab2", "google_ads", "input.csv")
    assert asked(connection, "SELECT count(*), sum(spend) FROM star.fact_ad_spend") == [("30", "33015.00")]


@pytest.mark.parametrize(
    ("case", "rows", "totals", "cost"),
    [
        ("gads_by_device", 4, 2, {"Cost": "1,500.75"}),
        ("gads_utf16_tab2", 30, 1, {"Cost": "33,015.00"}),
        ("microsoft_ads_ui", 2, 1, {"Spend": "1,110.00", "Clicks": "60"}),
        ("tiktok_ui", 2, 1, {"Cost": "1,021.00", "Conversions": "3"}),
    ],
)
def test_totals_are_no_rows_and_are_kept(case, rows, totals, cost):
    source = open_source(CASES / case / "input.csv")
    batches = list(source.batches())
    assert source.has_header
    assert sum(batch.cells.height for batch in batches) == rows
    assert all(batch.problems.null_count() == batch.cells.height for batch in batches)
    assert [{name: row[name] for name in cost} for row in source.total_rows] == [cost] * totals


def test_a_copyright_below_the_table_is_told():
    source = open_source(CASES / "microsoft_ads_ui" / "input.csv")
    list(source.batches())
    assert any("notes below the table: 1" in note and "Microsoft" in note for note in source.notes)


def test_an_odd_but_valid_character_drops_no_order(load):
    _, connection = load("utf8_replacement_char", "shopify_orders", "input.csv")
    assert asked(connection, "SELECT count(*), sum(net_revenue) FROM star.fact_order") == [("4", "400.00")]


def test_accents_in_headers_do_not_hide_the_order_id(load):
    (first, second), connection = load("accent_headers", "orders", "input.csv", "corrected.csv")
    assert first.files[0].columns["order_id"] == "Numéro de commande"
    assert second.rows_replaced == 1
    assert asked(connection, "SELECT count(*), sum(net_revenue) FROM star.fact_order") == [("2", "32.00")]


def test_ids_that_a_spreadsheet_has_rounded_are_told_and_merge_nothing(load):
    (report,), connection = load("sci_ids", "orders", "input.csv")
    note = report.files[0].notes[0]
    assert "a spreadsheet has rounded 3 of these ids" in note
    assert "6.86491E+12" in note
    assert asked(connection, "SELECT count(*), sum(net_revenue) FROM star.fact_order") == [("3", "60.00")]
    assert [change.count for change in report.files[0].changes if change.rule == "rounded_id"] == [3]
