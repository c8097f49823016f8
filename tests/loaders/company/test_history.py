"""The company is older than its data: what came before is not on record, but counts."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company, load_preset
from martlet.loaders.company._clock import Season, occasions, seconds
from martlet.loaders.warehouse.calendar import holidays

from .recovery import changed

UNTIL = date(2026, 1, 1)
MORE = 500
SILENT = {
    "channels": {mix.name: {"effect": 0.0} for mix in load_preset("ecommerce").channels},
    "visits": {"prospects": 0.0},
    "experiments": [],
}


@pytest.fixture(scope="module")
def cuts(tables_of, tmp_path_factory):
    """A company whose orders all come by habit, with data of two years, and the same one with data that begin later."""
    folder = tmp_path_factory.mktemp("preset")
    age = load_preset("ecommerce").growth.days_before
    later = changed(folder / "later.toml", SILENT, {"growth": {"days_before": age + MORE}})
    whole = Company(
        customers=1500, days=730, until=UNTIL, seed=5, preset=changed(folder / "whole.toml", SILENT)
    )
    part = Company(customers=1500, days=730 - MORE, until=UNTIL, seed=5, preset=later)
    return tables_of(whole), tables_of(part), part.first_day


def test_data_that_begin_later_are_a_cut_of_the_same_company(cuts):
    """Customers, and their orders by habit: the same, to the second that two clocks may round differently."""
    whole, part, first_day = cuts
    columns = ["customer_key", "last_name", "income", "persona"]
    people = [
        tables["dim_customer"].join(tables["truth.customer"], on="customer_key").select(columns)
        for tables in cuts[:2]
    ]
    assert people[0].equals(people[1])
    apart = (whole["dim_customer"]["signed_up_at"] - part["dim_customer"]["signed_up_at"]).dt.total_seconds()
    assert apart.abs().max() <= 1
    settled = pl.lit(first_day).cast(pl.Datetime) + timedelta(days=1)
    one, two = (
        tables["fact_order"].filter(pl.col("ordered_at") >= settled).sort("order_id") for tables in cuts[:2]
    )
    assert one.height > 300
    assert one["order_id"].equals(two["order_id"])
    assert one["is_first_order"].equals(two["is_first_order"])
    assert part["fact_order"].height < whole["fact_order"].height
    assert part["fact_order"]["ordered_at"].dt.date().min() >= first_day


def test_the_first_order_is_the_same_whenever_the_data_begin(cuts):
    """Its day is known where it has no row, and `ordered_before_data` says so."""
    whole, part, first_day = cuts
    columns = ["customer_key", "first_ordered_on", "ordered_before_data"]
    both = whole["dim_customer"].select(columns).join(part["dim_customer"].select(columns), on="customer_key")
    # Orders before the record are taken to have been sales, those on record may be cancelled.
    assert (both["first_ordered_on"].is_null() != both["first_ordered_on_right"].is_null()).mean() < 0.02
    apart = (both["first_ordered_on"] - both["first_ordered_on_right"]).dt.total_days().abs()
    assert (apart > 0).mean() < 0.05
    assert both.filter("ordered_before_data", ~pl.col("ordered_before_data_right")).is_empty()
    later = both.filter(~pl.col("ordered_before_data"), "ordered_before_data_right")
    assert later.height > 100
    assert later["first_ordered_on"].max() <= first_day


def test_cohorts_by_first_order_have_no_flood_where_the_data_begin(large):
    """By the first order on record the first quarter would hold the old customers too."""
    people, orders = large["dim_customer"], large["fact_order"]
    sold = orders.filter(pl.col("status").cast(pl.String) != "cancelled")
    on_record = sold.group_by("customer_key").agg(pl.col("ordered_at").min().dt.date().alias("day"))
    per_quarter = pl.col("day").dt.truncate("1q")

    def first_against_third(frame):
        counts = frame.group_by(per_quarter).len().sort("day")["len"]
        return counts[0] / counts[2]

    by_first_ever = people.select(day="first_ordered_on").filter(pl.col("day") >= date(2024, 1, 2))
    assert first_against_third(on_record) > 1.15 * first_against_third(by_first_ever)
    assert first_against_third(by_first_ever) < 1.1


def test_who_ordered_before_the_data_has_no_first_order_in_them(small):
    people = small["dim_customer"].select("customer_key", "first_ordered_on", "ordered_before_data")
    first = small["fact_order"].filter("is_first_order").select("customer_key", "ordered_at")
    joined = people.join(first, on="customer_key", how="left")
    assert (
        joined.filter("ordered_before_data")["ordered_at"].null_count() == joined["ordered_before_data"].sum()
    )
    new = joined.filter(~pl.col("ordered_before_data"))
    assert new["first_ordered_on"].eq_missing(new["ordered_at"].dt.date()).all()
    assert new["ordered_at"].count() > 50
    assert joined.filter("ordered_before_data")["first_ordered_on"].null_count() == 0


def test_loyalty_knows_the_orders_before_the_data(cuts):
    """Tiers that were reached before the data begin are in the history, with the moment at which they were."""
    whole, part, first_day = cuts
    tiers = [
        tables["dim_customer_history"]
        .drop_nulls("loyalty_tier")
        .group_by("customer_key", "loyalty_tier")
        .agg(pl.col("valid_from").min())
        .sort("customer_key", "valid_from")
        for tables in cuts[:2]
    ]
    assert tiers[0].height > 500
    assert (
        tiers[0]
        .select("customer_key", "loyalty_tier")
        .equals(tiers[1].select("customer_key", "loyalty_tier"))
    )
    # Visits last some minutes, by which the moments of orders within the data and before them differ.
    apart = (tiers[0]["valid_from"] - tiers[1]["valid_from"]).dt.total_minutes()
    assert apart.abs().max() <= 120
    assert tiers[1].filter(pl.col("valid_from") < first_day).height > 100
    assert whole["dim_customer"]["loyalty_tier"].eq_missing(part["dim_customer"]["loyalty_tier"]).all()


def test_orders_are_as_many_at_the_start_as_the_customers_of_then_bring(large):
    """No cold start: habit orders of the first quarter are a Poisson count of what the living customers bring."""
    world = Company(customers=6000, days=730, until=UNTIL, seed=11)._world
    people = large["truth.customer"].join(
        large["dim_customer"].select("customer_key", "signed_up_at"), on="customer_key"
    )
    ends = seconds(world.first_day + timedelta(days=91))
    begins = np.maximum(people["signed_up_at"].dt.epoch("s").to_numpy(), world.start_at)
    leaves = np.minimum(people["churned_at"].dt.epoch("s").fill_null(ends).to_numpy(), ends)
    lived = np.maximum(world.clock.forward(leaves) - world.clock.forward(begins), 0)
    expected = float((people["purchase_rate"].to_numpy() * lived).sum())
    # Order numbers within the customer: 0 at sign-up, 1 to 999 by habit; see _ids.py.
    orders = large["fact_order"].filter((pl.col("order_id") % 1_000_000).is_between(1, 999))
    found = orders.filter(pl.col("ordered_at") < world.first_day + timedelta(days=91)).height
    assert abs(found - expected) < 4 * np.sqrt(expected)


def test_marketing_works_from_the_first_day(large):
    """The share of orders that touches cause is the same in the first six weeks as in the year."""
    orders = large["fact_order"].join(large["truth.order_cause"], on="order_id")
    start = date(2024, 1, 2)
    first = pl.col("ordered_at") < start + timedelta(days=42)
    caused = pl.col("cause") == "touch"
    table = [
        [orders.filter(first & caused).height, orders.filter(first & ~caused).height],
        [orders.filter(~first & caused).height, orders.filter(~first & ~caused).height],
    ]
    assert stats.fisher_exact(table).pvalue > 0.001, table


def test_the_company_grows_gently(large):
    """Orders of the second year against the first: by more than nothing and by less than a third."""
    year = large["fact_order"]["ordered_at"].dt.year().value_counts().sort("ordered_at")["count"]
    assert 1.0 < year[1] / year[0] < 1.33


def test_a_mean_year_has_as_many_operational_days_as_calendar_days():
    """Over the 28 years after which weekdays repeat; other spans differ by the days on which holidays fall."""
    preset = load_preset("ecommerce")
    cycle = Season.of(preset, date(2001, 1, 1), date(2029, 1, 1))
    inside = (cycle.days >= seconds(date(2001, 1, 1))) & (cycle.days < seconds(date(2029, 1, 1)))
    assert cycle.weights[inside].sum() == pytest.approx(28 * 365.25, abs=1e-6)
    for year in (2024, 2025):
        other = Season.of(preset, date(year, 1, 1), date(year + 1, 1, 1))
        inside = (other.days >= seconds(date(year, 1, 1))) & (other.days < seconds(date(year + 1, 1, 1)))
        assert other.weights[inside].sum() == pytest.approx(inside.sum(), rel=0.01)


def test_promotions_are_bumps(large):
    """Orders a day during promotions, against the fortnights beside them, are as the planted demand says."""
    preset = load_preset("ecommerce")
    days = large["fact_order"].group_by(pl.col("ordered_at").dt.date().alias("day")).agg(n=pl.len())
    counts = dict(days.iter_rows())
    feasts = {
        day for year in (2024, 2025) for name, day in holidays(year).items() if name in preset.clock.holidays
    }
    runs = occasions(preset.promotions, date(2024, 1, 2), UNTIL)
    promoted = {begins + timedelta(days=n) for begins, ends, _ in runs for n in range((ends - begins).days)}
    plain = preset.clock.weekday

    def busy(chosen):
        """Orders of days, and the demand of their weekdays."""
        kept = [day for day in chosen if date(2024, 1, 2) <= day < UNTIL and day not in feasts]
        return sum(counts.get(day, 0) for day in kept), sum(plain[day.weekday()] for day in kept)

    during = usual = variance = expected = 0.0
    for begins, ends, number in runs:
        length = (ends - begins).days
        inside = [begins + timedelta(days=n) for n in range(length)]
        beside = [begins - timedelta(days=n) for n in range(1, 15)] + [
            ends + timedelta(days=n) for n in range(14)
        ]
        orders, demand = busy(inside)
        others, level = busy([day for day in beside if day not in promoted])
        planned = preset.promotions[number].demand * others * demand / level
        during, usual = during + orders, usual + others * demand / level
        expected, variance = expected + planned, variance + planned + planned**2 / max(others, 1)
    assert during > usual + 4 * np.sqrt(usual)
    # Months change within the five weeks that are compared: by a tenth at most.
    assert abs(during - expected) < 4 * np.sqrt(variance) + 0.1 * expected
