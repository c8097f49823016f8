"""A synthetic company, extracted and ingested, is the same company: nothing is lost on the way, in whatever order it goes."""

import datetime as dt
import itertools

import duckdb
import pytest

import martlet
from martlet.loaders.extract import extract

from ...quick import quick_loads
from .stars import star_of

# What of the company each file of an extract tells.
FILES = {
    "crm_customers": "customers",
    "catalogue_products": "products",
    "campaigns": "campaigns",
    "shop_orders": "orders",
    "shop_order_lines": "order_lines",
    "web_sessions": "sessions",
    "web_events": "events",
    "touchpoints": "touchpoints",
    "email_recipients": "email",
    "leads": "leads",
    "ads_google_ads": "google_ads",
    "ads_meta_ads": "meta_ads",
    "ads_google_display": "ad_spend",
    "ads_awin": "ad_spend",
}
FACTS_FIRST = [name for name in FILES if name not in ("crm_customers", "catalogue_products", "campaigns")]
# The past versions of customers, and how opens by machines are told from others, are not in the files.
COMPARED = (
    "customers",
    "products",
    "campaigns",
    "visitors",
    "orders",
    "lines",
    "sessions",
    "events",
    "touchpoints",
    "email",
    "leads",
)
DAY = dt.date(2026, 1, 1)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def raw(warehouse_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("extract") / "raw"
    extract(warehouse_path, folder)
    return folder


def ingest(folder, names, target):
    for name in names:
        path = folder / f"{name}.csv"
        report = martlet.ingest(FILES[name], path, warehouse=target, as_of=DAY)
        assert report.rows_read == report.rows_loaded > 0, name
    return target


@pytest.fixture(scope="module")
def ingested(raw, tmp_path_factory):
    with quick_loads():
        yield ingest(raw, FILES, tmp_path_factory.mktemp("ingested") / "w.duckdb")


@pytest.mark.parametrize("name", COMPARED)
def test_an_extract_holds_the_company_row_for_row(name, ingested, warehouse_path):
    assert star_of(ingested, [name])[name] == star_of(warehouse_path, [name])[name]


def test_ad_reports_hold_what_was_spent(ingested, warehouse_path):
    assert star_of(ingested, ["ad_spend"]) == star_of(warehouse_path, ["ad_spend"])


@pytest.mark.usefixtures("quick")
def test_facts_before_dimensions_give_the_same_star(raw, ingested, tmp_path):
    backwards = [*reversed(FACTS_FIRST), "crm_customers", "catalogue_products", "campaigns"]
    # Lines need their orders, or the moment of these.
    backwards.remove("shop_order_lines")
    backwards.insert(backwards.index("shop_orders") + 1, "shop_order_lines")
    other = ingest(raw, backwards, tmp_path / "w.duckdb")
    one, two = star_of(ingested), star_of(other)
    for name in one:
        assert one[name] == two[name], name
    with duckdb.connect(str(other), read_only=True) as connection:
        for table in ("dim_customer", "dim_product", "dim_campaign"):
            assert connection.execute(
                f"SELECT count(*) FROM star.{table} WHERE is_placeholder"
            ).fetchall() == [(0,)]
        assert connection.execute("SELECT count(*) FROM quarantine.awaited_reference").fetchall() == [(0,)]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["crm_customers", "shop_orders", "web_sessions", "ads_google_ads"])
def test_a_file_in_two_loads_is_the_file_in_one(name, raw, tmp_path):
    whole, parts = tmp_path / "whole.duckdb", tmp_path / "parts.duckdb"
    martlet.ingest(FILES[name], raw / f"{name}.csv", warehouse=whole, as_of=DAY)
    header, *lines = (raw / f"{name}.csv").read_text().splitlines(keepends=True)
    middle = len(lines) // 3
    for number, some in enumerate((lines[:middle], lines[middle:])):
        path = tmp_path / f"part_{number}.csv"
        path.write_text(header + "".join(some))
        martlet.ingest(FILES[name], path, warehouse=parts, as_of=DAY)
    assert star_of(whole) == star_of(parts)
    # Keys too are those of the file's order.
    tables = ("star.dim_customer", "star.fact_order", "star.fact_session", "star.fact_ad_spend")
    with duckdb.connect(str(whole), read_only=True) as connection:
        connection.execute(f"ATTACH '{parts}' AS parts (READ_ONLY)")
        for table, (one, other) in itertools.product(tables, (("", "parts."), ("parts.", ""))):
            assert (
                connection.execute(
                    f"SELECT * FROM {one}{table} EXCEPT ALL SELECT * FROM {other}{table}"
                ).fetchall()
                == []
            )


def test_facts_lie_by_customer_and_time(ingested):
    order = {
        "fact_order": "customer_key, ordered_at",
        "fact_session": "customer_key, started_at",
        "fact_event": "customer_key, occurred_at",
    }
    with duckdb.connect(str(ingested), read_only=True) as connection:
        for table, columns in order.items():
            stored = connection.execute(f"SELECT {columns} FROM star.{table} ORDER BY rowid").fetchall()
            assert stored == sorted(stored)
