"""Personas are found by the method of the textbook, from what an analyst has; and what people are like shows in what they do."""

from datetime import date

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet import build
from martlet.loaders.company import load_preset

from .clusters import adjusted_rand, k_means

pytestmark = pytest.mark.slow

PROFILE = """
WITH visits AS (
    SELECT
        coalesce(nullif(visit.customer_key, 0), visitor.customer_key) AS customer_key,
        avg(CAST(device.device_type = 'mobile' AS INTEGER)) AS phone,
        -- Counted from four in the morning, so that the night is not cut in two.
        avg((date_part('hour', timezone(place.time_zone, timezone('UTC', visit.started_at))) + 20) % 24) AS hour
    FROM star.fact_session AS visit
    INNER JOIN star.dim_device AS device ON device.device_key = visit.device_key
    INNER JOIN star.dim_geography AS place ON place.geography_key = visit.geography_key
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    GROUP BY 1
)

SELECT
    customer.customer_key,
    truth.persona,
    customer.age_range,
    customer.income_range,
    customer.loyalty_tier,
    profile.orders AS order_count,
    profile.sessions AS visit_count,
    date_diff('day', customer.birth_date, DATE '2026-01-01') / 365.25 AS age,
    ln(coalesce(CAST(customer.income AS DOUBLE), 68000)) AS income,
    least(customer.kids_at_home + customer.teens_at_home, 1) AS family,
    ln(coalesce(CAST(profile.avg_order_value AS DOUBLE), 66)) AS order_value,
    ln(1 + profile.orders) AS orders,
    ln(1 + profile.sessions) AS sessions,
    coalesce(profile.emails_opened / nullif(profile.emails_received, 0), 0.22) AS open_rate,
    visits.phone,
    visits.hour
FROM mart.customer_profile AS profile
INNER JOIN star.dim_customer AS customer ON customer.customer_key = profile.customer_key
INNER JOIN truth.customer AS truth ON truth.customer_key = profile.customer_key
INNER JOIN visits ON visits.customer_key = profile.customer_key
ORDER BY customer.customer_key
"""
VIEWS = """
SELECT
    coalesce(nullif(event.customer_key, 0), visitor.customer_key) AS customer_key,
    product.category,
    count(*) AS views
FROM star.fact_event AS event
INNER JOIN star.dim_product AS product ON product.product_key = event.product_key
LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = event.visitor_id
WHERE event.event_name = 'product_view' AND coalesce(nullif(event.customer_key, 0), visitor.customer_key) > 0
GROUP BY ALL
"""
MEASURES = ["age", "income", "family", "order_value", "orders", "sessions", "open_rate", "phone", "hour"]


@pytest.fixture(scope="module")
def warehouse(once):
    def write(folder):
        build(folder / "w.duckdb", customers=5000, days=730, until=date(2026, 1, 1), seed=29, threads=2)

    with duckdb.connect(str(once("segments", write) / "w.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def people(warehouse):
    return warehouse.sql(PROFILE).pl()


@pytest.fixture(scope="module")
def profiles(warehouse, people):
    """Profiles of customers with five visits or more, with the share of each category in what they looked at."""
    views = warehouse.sql(VIEWS).pl()
    shares = views.with_columns(share=pl.col("views") / pl.col("views").sum().over("customer_key"))
    wide = shares.pivot("category", index="customer_key", values="share").fill_null(0)
    return people.filter(pl.col("visit_count") >= 5).join(wide, on="customer_key").sort("customer_key")


def test_k_means_finds_the_personas(profiles):
    """Five clusters of the standardised profile: age, income (the median where not given), children at home, order value, orders and
    visits (logarithms), open rate, share of visits by phone, mean local hour, and shares of the eight categories looked at.

    Found by and large, but not cleanly: personas overlap.
    """
    categories = [category.name for category in load_preset("ecommerce").categories]
    clusters = k_means(profiles.select(*MEASURES, *categories).to_numpy().astype(float), 5)
    codes = np.unique(profiles["persona"].to_numpy(), return_inverse=True)[1]
    index = adjusted_rand(codes, clusters)
    assert profiles.height > 2000
    assert 0.6 < index < 0.95, index


def test_demographics_alone_tell_something_of_the_personas(profiles):
    clusters = k_means(profiles.select("age", "income", "family").to_numpy().astype(float), 5)
    codes = np.unique(profiles["persona"].to_numpy(), return_inverse=True)[1]
    assert 0.15 < adjusted_rand(codes, clusters) < 0.6


@pytest.mark.parametrize("measure", ["age", "income", "family", "order_value", "phone", "hour"])
def test_personas_differ_in_each_measure(profiles, measure):
    groups = [mine[measure].to_numpy() for _, mine in profiles.group_by("persona")]
    assert stats.kruskal(*groups).pvalue < 1e-6


def test_higher_incomes_go_with_more_orders_and_visits(people):
    """By band, of those who told their income: the correlation is weak, the ends of the table are not alike."""
    known = people.drop_nulls("income_range")
    assert 0.02 < stats.spearmanr(known["income"], known["visit_count"]).statistic < 0.3
    bands = (
        known.group_by("income_range").agg(pl.col("order_count", "visit_count").mean()).sort("income_range")
    )
    for measure in ("order_count", "visit_count"):
        assert bands[measure][-1] > 1.1 * bands[measure][0], bands


def test_income_bands_sort_as_texts(warehouse):
    rows = warehouse.execute(
        "SELECT income_range, min(income) AS low FROM star.dim_customer WHERE income_range IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [low for _, low in rows] == sorted(low for _, low in rows)
    assert len(rows) == 6


def test_members_of_higher_tiers_open_more(warehouse):
    rates = dict(
        warehouse.execute(
            "SELECT coalesce(loyalty_tier, 'none'), avg(CAST(first_human_opened_at IS NOT NULL AS INTEGER)) "
            "FROM star.fact_email JOIN star.dim_customer USING (customer_key) WHERE delivered_at IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    assert rates["none"] < rates["Bronze"] < rates["Silver"] < rates["Gold"]
    assert rates["Gold"] > 1.25 * rates["Bronze"]


def test_cities_convert_as_planted(warehouse):
    """Browsers that stay unknown are multinomial with the cities' weights over the planted factors; so big cities convert better."""
    places = load_preset("ecommerce").people.places
    rows = warehouse.sql(
        "SELECT geography_key, city, conversion_factor, count(*) AS visits, count(*) FILTER (is_converted) AS orders, "
        "count(DISTINCT visitor_id) FILTER (visitor_id % 100 >= 20) AS strangers "
        "FROM star.fact_session JOIN truth.place_conversion USING (geography_key) "
        "JOIN star.dim_geography USING (geography_key) GROUP BY ALL ORDER BY geography_key"
    ).pl()
    factors = dict(zip(rows["city"], rows["conversion_factor"], strict=True))
    weights = np.array([place.weight / factors[place.city] for place in places])
    strangers = rows["strangers"].to_numpy()
    assert stats.chisquare(strangers, weights / weights.sum() * strangers.sum()).pvalue > 0.001
    good, bad = (
        rows.filter(pl.col("conversion_factor") > 1.15),
        rows.filter(pl.col("conversion_factor") < 0.9),
    )
    assert good["orders"].sum() / good["visits"].sum() > 1.15 * bad["orders"].sum() / bad["visits"].sum()


def test_desktops_convert_better_than_phones(warehouse):
    rates = dict(
        warehouse.execute(
            "SELECT device.device_type, avg(CAST(is_converted AS INTEGER)) FROM star.fact_session AS visit "
            "JOIN star.dim_device AS device USING (device_key) GROUP BY 1"
        ).fetchall()
    )
    assert 1.5 * rates["mobile"] < rates["desktop"] < 3 * rates["mobile"]


def test_young_people_convert_better_on_social_media(warehouse):
    """The obvious cross-tab, of identified visits, with the orders of the sign-up."""
    rows = warehouse.execute(
        "SELECT customer.age_range IN ('18-24', '25-34') AS is_young, avg(CAST(visit.is_converted AS INTEGER)) "
        "FROM star.fact_session AS visit JOIN star.dim_channel AS channel USING (channel_key) "
        "JOIN star.dim_customer AS customer USING (customer_key) WHERE channel.channel = 'Paid Social' "
        "AND customer_key > 0 AND customer.age_range NOT IN ('35-44') GROUP BY 1"
    ).fetchall()
    rates = dict(rows)
    assert rates[True] > 1.05 * rates[False], rates
