"""An extract with nothing spoilt is the warehouse, in other words."""

import json

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from martlet.loaders.extract import restored

TABLES = {
    "crm_customers": "star.dim_customer WHERE customer_key <> 0",
    "catalogue_products": "star.dim_product WHERE product_key <> 0",
    "catalogue_prices": "star.fact_price",
    "campaigns": "star.dim_campaign WHERE campaign_key <> 0",
    "shop_orders": "star.fact_order",
    "shop_order_lines": "star.fact_order_line",
    "shop_deliveries": "star.fact_delivery",
    "returns": "star.fact_return",
    "reviews": "star.fact_review",
    "surveys": "star.fact_survey",
    "preferences": "star.fact_preference",
    "support_contacts": "star.fact_support_contact",
    "web_sessions": "star.fact_session",
    "web_events": "star.fact_event",
    "touchpoints": "star.fact_touchpoint",
    "email_recipients": "star.fact_email",
    "leads": "star.fact_lead",
    "ads_google_ads": "star.fact_ad_spend WHERE platform = 'Google Ads'",
    "ads_google_display": "star.fact_ad_spend WHERE platform = 'Google Display'",
    "ads_meta_ads": "star.fact_ad_spend WHERE platform = 'Meta Ads'",
    "ads_awin": "star.fact_ad_spend WHERE platform = 'Awin'",
}
SUMS = {
    "shop_orders": {"net_revenue": "net_revenue", "refund_amount": "refund_amount", "items": "item_count"},
    "shop_order_lines": {"net_revenue": "net_revenue", "quantity": "quantity"},
    "catalogue_prices": {"list_price": "list_price"},
    "returns": {"refund_amount": "refund_amount"},
    "reviews": {"rating": "rating"},
    "web_sessions": {"page_views": "page_views", "duration_seconds": "duration_seconds"},
    "touchpoints": {"cost": "cost"},
    "email_recipients": {"opens": "open_count", "clicks": "click_count"},
    "ads_google_ads": {"Impr.": "impressions", "Cost": "spend", "Conv. value": "platform_revenue"},
    "ads_meta_ads": {"Link clicks": "clicks", "Amount spent": "spend"},
    "ads_awin": {"commission": "spend", "transactions": "platform_conversions"},
}


@pytest.fixture(scope="module")
def clean(extracts):
    return extracts()


@pytest.fixture(scope="module")
def ask(company):
    with duckdb.connect(str(company), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_each_table_has_a_file_and_no_other_file_is_there(clean):
    found = {path.relative_to(clean).as_posix() for path in clean.rglob("*") if path.is_file()}
    assert found == {f"{name}.csv" for name in TABLES} | {"manifest.json", "_truth/defects.parquet"}


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_those_of_the_warehouse(name, clean, ask):
    rows = pl.read_csv(clean / f"{name}.csv", infer_schema_length=None)
    assert [(rows.height,)] == ask(f"SELECT count(*) FROM {TABLES[name]}")
    key = manifest(clean)["tables"][name]["key"]
    assert not rows.select(key).is_duplicated().any()
    assert sum(rows.select(key).null_count().row(0)) == 0


@pytest.mark.parametrize(("name", "column"), [(name, column) for name in SUMS for column in SUMS[name]])
def test_sums_are_those_of_the_warehouse(name, column, clean, ask):
    rows = pl.read_csv(clean / f"{name}.csv", infer_schema=False)
    total = rows.select(pl.col(column).cast(pl.Decimal(18, 6)).sum()).item()
    assert [(total,)] == ask(f"SELECT CAST(sum({SUMS[name][column]}) AS DECIMAL(18, 6)) FROM {TABLES[name]}")


def test_references_lead_to_their_rows(clean):
    rows = {name: pl.read_csv(clean / f"{name}.csv", infer_schema=False) for name in TABLES}
    customers, skus = rows["crm_customers"]["customer_id"], rows["catalogue_products"]["sku"]
    for table in rows.values():
        for column, known in (
            ("customer_id", customers),
            ("sku", skus),
            ("order_id", rows["shop_orders"]["order_id"]),
            ("campaign_id", rows["campaigns"]["campaign_id"]),
        ):
            if column in table.columns:
                assert table[column].drop_nulls().is_in(known.implode()).all()


def test_orders_keep_customer_and_moment(clean, ask):
    rows = pl.read_csv(clean / "shop_orders.csv", infer_schema=False)
    found = rows.select("order_id", "customer_id", "ordered_at").rows()
    assert found == ask(
        "SELECT CAST(order_id AS VARCHAR), customer_id, CAST(ordered_at AS VARCHAR) "
        "FROM star.fact_order JOIN star.dim_customer USING (customer_key) ORDER BY ordered_at, order_id"
    )


def test_no_truth_leaks_into_the_files(clean):
    header = " ".join(" ".join(table["columns"]) for table in manifest(clean)["tables"].values())
    for word in ("cause", "persona", "churn", "rate"):
        assert word not in header


@pytest.mark.parametrize("file_format", ["parquet", "mixed"])
def test_formats_hold_the_same(file_format, clean, extracts):
    other = restored(extracts(format=file_format))
    for name, rows in restored(clean).items():
        assert_frame_equal(rows, other[name])


def test_parquet_is_typed_when_nothing_is_spoilt(extracts):
    schema = pl.read_parquet_schema(extracts(format="parquet") / "shop_orders.parquet")
    assert schema["net_revenue"] == pl.Decimal(18, 2)
    assert schema["ordered_at"] == pl.Datetime("us")
    assert schema["order_id"] == pl.Int64


def test_mixed_formats_are_those_of_the_systems(extracts):
    folder = extracts(format="mixed")
    suffixes = {path.stem: path.suffix for path in folder.iterdir() if path.is_file()}
    assert suffixes["catalogue_products"] == suffixes["web_sessions"] == ".parquet"
    assert suffixes["web_events"] == ".ndjson"
    assert suffixes["shop_orders"] == ".csv"
