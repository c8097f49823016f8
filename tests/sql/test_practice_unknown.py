"""In the practice views what is not known is NULL, whatever the company."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import martlet
from martlet.engine.relations import relations
from martlet.loaders.warehouse import star as warehouse_star
from martlet.loaders.warehouse.atomic import rewriting

from ..quick import quick_loads

VIEWS = sorted(relation.name for relation in relations() if relation.unit.folder == "practice")
EXPORTS = Path(__file__).parents[1] / "loaders" / "ingest" / "exports"
SOURCES = ("ga4_bigquery", "klaviyo_recipients", "stripe_payments")


@pytest.fixture(scope="module")
def ingested(once):
    """A company of several exports that know nothing of each other, and leave out much."""

    def load(folder):
        path = folder / "warehouse.duckdb"
        with quick_loads():
            for profile in SOURCES:
                [file] = [found for found in (EXPORTS / profile).iterdir() if found.is_file()]
                martlet.ingest(profile, file, warehouse=path, as_of=date(2024, 12, 31))
        with rewriting(path, start_from_existing=True) as connection:
            warehouse_star.refresh(connection)

    with martlet.open(once("practice_of_exports", load) / "warehouse.duckdb") as opened:
        yield opened


def words_for_unknown(warehouse, view):
    rows = warehouse.sql(f"SELECT * FROM {view}").pl()
    texts = [name for name, kind in rows.schema.items() if kind in (pl.String, pl.Enum, pl.Categorical)]
    return {
        name
        for name in texts
        if rows[name].cast(pl.String).str.contains(r"(?i)^\(?(unknown|not set)\)$").any()
    }


@pytest.mark.parametrize("view", VIEWS)
def test_a_synthetic_company_has_no_word_for_unknown(view, warehouse):
    assert words_for_unknown(warehouse, view) == set()


@pytest.mark.parametrize("view", VIEWS)
def test_an_ingested_company_has_no_word_for_unknown(view, ingested):
    assert words_for_unknown(ingested, view) == set()


def test_the_ingested_company_has_much_that_is_not_known(ingested):
    for view, column in (
        ("customer_journeys", "customer_id"),
        ("orders", "device"),
        ("orders", "campaign"),
        ("page_events", "customer_id"),
        ("customers", "ordered_before_data"),
    ):
        count = f"SELECT count(*), count({column}) FROM {view}"
        rows, known = ingested.sql(count).rows()[0]
        assert rows > known, (view, column)


def test_visits_of_strangers_have_no_customer(warehouse):
    rows = warehouse.sql(
        "SELECT count(*) FILTER (WHERE customer_id IS NULL), count(DISTINCT customer_id) FROM customer_journeys"
    ).rows()
    strangers, people = rows[0]
    assert strangers > 1000
    assert 0 < people <= 300


def test_a_company_without_data_has_no_rows(given):
    warehouse = given({})
    assert [view for view in VIEWS if warehouse.sql(f"SELECT * FROM {view}").rows()] == []


def test_views_join_by_plain_ids_without_losing_rows(warehouse):
    """Each id of a view is one of the view that it names."""
    for view, column, target in (
        ("orders", "customer_id", "customers"),
        ("orders", "session_id", "customer_journeys"),
        ("order_items", "order_id", "orders"),
        ("order_items", "product_id", "products"),
        ("returns", "order_item_id", "order_items"),
        ("reviews", "product_id", "products"),
        ("reviews", "customer_id", "customers"),
        ("support_contacts", "customer_id", "customers"),
        ("leads", "customer_id", "customers"),
        ("customer_journeys", "customer_id", "customers"),
        ("page_events", "session_id", "customer_journeys"),
        ("page_events", "product_id", "products"),
        ("searches", "session_id", "customer_journeys"),
        ("searches", "customer_id", "customers"),
        ("email_sends", "campaign_id", "email_campaigns"),
        ("email_sends", "customer_id", "customers"),
        ("experiments", "customer_id", "customers"),
        ("stock_levels", "product_id", "products"),
        ("product_prices", "product_id", "products"),
        ("orders", "store_id", "stores"),
        ("orders", "coupon_code", "coupons"),
        ("order_items", "promotion_id", "promotions"),
        ("email_sends", "coupon_code", "coupons"),
        ("coupons", "campaign_id", "email_campaigns"),
        ("referrals", "customer_id", "customers"),
        ("subscriptions", "customer_id", "customers"),
        ("subscription_payments", "subscription_id", "subscriptions"),
    ):
        lost = warehouse.sql(
            f"SELECT count(*), count(found.{column}) FROM (SELECT DISTINCT {column} FROM {view} WHERE {column} IS NOT NULL) AS one "
            f"LEFT JOIN {target} AS found ON found.{column} = one.{column}"
        ).rows()[0]
        assert lost[0] == lost[1] > 0, (view, column)


def test_what_the_person_did_is_not_known_where_machines_cannot_be_told(given):
    moment = datetime(2024, 5, 1)
    mails = pl.DataFrame(
        {
            "email_id": [1, 2, 3],
            "assigned_at": [moment] * 3,
            "sent_at": [moment] * 3,
            "delivered_at": [moment] * 3,
            "first_opened_at": [moment, None, moment],
            "first_human_opened_at": [None, None, moment],
            "is_human_known": [False, False, True],
        },
        schema_overrides={"first_human_opened_at": pl.Datetime("us")},
    )
    rows = given({"star.fact_email": mails}).sql(
        "SELECT opened, opened_by_person, clicked_by_person FROM email_sends ORDER BY email_id"
    )
    assert rows.rows() == [(True, None, False), (False, False, False), (True, True, False)]
