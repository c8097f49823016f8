"""A heavy extract, ingested whole: what the cleaning repaired, what it set aside, and that it spoilt next to nothing."""

import datetime as dt

import duckdb
import polars as pl
import pytest

import martlet
from martlet.loaders.extract.scoring import score

from ...quick import quick_loads

_OF = "star.fact_{0} AS fact JOIN star.dim_customer AS customer USING (customer_key)"
_CHANNEL = "JOIN star.dim_channel AS channel ON channel.channel_key = fact.channel_key"
_CAMPAIGN = "JOIN star.dim_campaign AS campaign ON campaign.campaign_key = fact.campaign_key"
_WHO = "nullif(customer_id, '(unknown)') AS customer_id"
_THROUGH = "nullif(channel, '(unknown)') AS channel, nullif(campaign_id, '(unknown)') AS campaign_id"

# Each file with its profile, and how its table is read from the star again. Lines are found by their own number, which
# the star does not keep.
TABLES = {
    "crm_customers": (
        "customers",
        (
            "SELECT fact.* EXCLUDE (is_email_opted_in, is_sms_opted_in), nullif(channel, '(unknown)') AS acquisition_channel "
            "FROM star.dim_customer AS fact JOIN star.dim_channel ON channel_key = acquisition_channel_key "
            "WHERE customer_key <> 0 AND NOT is_placeholder"
        ),
    ),
    "catalogue_products": (
        "products",
        (
            "SELECT product_id AS sku, name, description, nullif(category, '(unknown)') AS category, nullif(subcategory, '(unknown)') AS "
            "subcategory, nullif(brand, '(unknown)') AS brand, unit_cost, list_price, launched_on FROM star.dim_product WHERE product_key <> 0"
        ),
    ),
    "shop_orders": (
        "orders",
        (
            f"SELECT source_id AS order_id, {_WHO}, ordered_at, CAST(item_count AS INTEGER) AS items, discount_amount, shipping_amount, tax_amount, "
            f"net_revenue, refund_amount, {_THROUGH}, CAST(status AS VARCHAR) AS status FROM {_OF.format('order')} {_CHANNEL} {_CAMPAIGN}"
        ),
    ),
    "shop_order_lines": ("order_lines", None),
    "leads": (
        "leads",
        f"SELECT source_id AS lead_id, {_WHO}, captured_at, became_customer_at, {_THROUGH} FROM {_OF.format('lead')} {_CHANNEL} {_CAMPAIGN}",
    ),
    "touchpoints": (
        "touchpoints",
        f"SELECT source_id AS touchpoint_id, {_WHO}, {_THROUGH} FROM {_OF.format('touchpoint')} {_CHANNEL} {_CAMPAIGN}",
    ),
}
# How a cell is written can be told from the cell, its column or its file; these must all be put right or set aside.
OF_FORM = (
    "currency_sign",
    "thousands_separator",
    "stray_spaces",
    "date_format",
    "exact_duplicate",
    "late_row",
    "ragged_row",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scored(extracts, tmp_path_factory):
    folder, target = extracts(messy="heavy"), tmp_path_factory.mktemp("scored") / "w.duckdb"
    with quick_loads():
        for name, (profile, _) in TABLES.items():
            report = (
                martlet.ingest(
                    profile,
                    folder / f"{name}.csv",
                    folder / f"{name}_late*.csv",
                    warehouse=target,
                    as_of=dt.date(2026, 1, 1),
                )
                if (folder / f"{name}_late.csv").exists()
                else martlet.ingest(
                    profile, folder / f"{name}.csv", warehouse=target, as_of=dt.date(2026, 1, 1)
                )
            )
            for file in report.files:
                assert file.rows_read == file.rows_loaded + file.rows_merged + file.rows_quarantined > 0
    with duckdb.connect(str(target), read_only=True) as connection:
        frames = {name: connection.sql(sql).pl() for name, (_, sql) in TABLES.items() if sql}
    return score(folder, frames)


def test_next_to_no_right_cell_is_spoilt(scored):
    """One in ten thousand: where an order and its lines contradict one another, a right cell can follow a wrong one."""
    assert scored.spoilt <= 1e-4
    assert scored.tables["cells_spoilt"].sum() <= 3


@pytest.mark.parametrize("kind", OF_FORM)
def test_defects_of_form_are_all_put_right_or_set_aside(scored, kind):
    found = scored.defects.filter(kind=kind)
    assert found["defects"].sum() > 0
    assert found["left"].sum() == 0


def test_words_and_addresses_in_other_letters_are_put_right(scored):
    """Names are left as they are, since a person may write DeVito as they like."""
    found = scored.defects.filter(kind="letter_case")
    assert found["repaired"].sum() >= 0.8 * found["defects"].sum()


def test_rows_are_missing_only_where_a_row_could_not_be_told_apart_from_noise(scored):
    lost = scored.tables.select("table", "rows_missing", "rows_extra")
    extra = {name: extra for name, _, extra in lost.rows() if extra}
    # People who signed up twice are flagged, not merged: only a person knows.
    # A quantity below nothing that was a mistake looks like a return of nothing known: it makes a credit note.
    assert set(extra) <= {"crm_customers", "shop_orders"}
    assert extra.get("shop_orders", 0) <= 3
    assert pl.Series(lost["rows_missing"]).sum() <= 60
