"""The data look like a company's: weeks, nights, holidays, keen customers, and the numbers that were planted."""

from datetime import date, datetime

import numpy as np
import polars as pl

from martlet.loaders.company import load_preset
from martlet.loaders.warehouse.calendar import calendar, holidays


def test_orders_vary_more_than_chance(large):
    counts = (
        large["dim_customer"]
        .select("customer_key")
        .join(large["fact_order"], on="customer_key", how="left")
        .group_by("customer_key")
        .agg(n=pl.col("order_id").count())["n"]
    )
    # The bounds of benchmarks/realism/ranges.toml: CDNOW and trade surveys.
    assert 1.5 < counts.var() / counts.mean() < 6
    assert 0.20 < (counts.filter(counts > 0) > 1).mean() < 0.49
    revenue = large["fact_order"].group_by("customer_key").agg(pl.col("net_revenue").sum().cast(pl.Float64))
    best = revenue["net_revenue"].sort(descending=True)
    assert 0.40 < best.head(best.len() // 10).sum() / best.sum() < 0.55
    assert 0.59 < best.head(best.len() // 5).sum() / best.sum() < 0.74


def test_nights_are_quiet_and_evenings_busy(large):
    """In London, where the clock is that of the data, or an hour ahead."""
    london = large["dim_geography"].filter(pl.col("city") == "London")
    hour = large["fact_session"].join(london, on="geography_key")["started_at"].dt.hour()
    assert (hour < 6).mean() < 0.08
    assert hour.is_between(19, 22).mean() > 0.22


def test_mondays_are_busier_than_saturdays(large):
    day = large["fact_session"]["started_at"].dt.weekday()
    assert (day == 1).sum() > 1.15 * (day == 6).sum()


def test_black_friday_is_the_best_day_of_its_month_but_for_cyber_monday(large):
    named = holidays(2025)
    november = large["fact_session"].filter(pl.col("date_key").is_between(20251101, 20251201))
    best = november["date_key"].value_counts().sort("count", descending=True)["date_key"].head(2)
    expected = {int(named[name].strftime("%Y%m%d")) for name in ("Black Friday", "Cyber Monday")}
    assert set(best) <= expected | {20251201}


def test_amounts_are_those_of_the_trade(large):
    orders = large["fact_order"]
    assert 60 < orders["net_revenue"].cast(pl.Float64).mean() < 90
    assert 0.05 < large["fact_return"].height / large["fact_order_line"].height < 0.13
    assert 0.35 < orders["margin"].cast(pl.Float64).sum() / orders["net_revenue"].cast(pl.Float64).sum() < 0.6


def test_units_answer_to_price_by_the_planted_elasticity(large):
    """Compare units a line on offer with those at full price, category by category, pooled."""
    lines = large["fact_order_line"].join(
        large["dim_product"].select("product_key", "category"), on="product_key"
    )
    on_offer = pl.col("discount_amount") > 0
    lines = lines.with_columns(
        cut=(pl.col("discount_amount") / (pl.col("unit_price") * pl.col("quantity"))).cast(pl.Float64)
    )
    lines = lines.join(large["truth.price_elasticity"], on="category")
    full = lines.filter(~on_offer)["quantity"].mean()
    offer = lines.filter(on_offer)
    expected = (full * (1 - offer["cut"]) ** offer["elasticity"]).mean()
    assert abs(offer["quantity"].mean() / expected - 1) < 0.06


def test_spend_reconciles_with_the_touches_that_it_bought(large):
    # Of affiliates' spend a part is commission, which no touch bears; see test_auction.
    platforms = pl.col("platform").is_in(["Google Ads", "Meta Ads", "Google Display"])
    paid = large["dim_campaign"].filter(platforms).select("campaign_key")
    cost = (
        large["fact_touchpoint"]
        .join(paid, on="campaign_key")
        .group_by("campaign_key", "date_key")
        .agg(cost=pl.col("cost").sum().cast(pl.Float64), clicks=(pl.col("touch_type") != "impression").sum())
    )
    spend = large["fact_ad_spend"].join(paid, on="campaign_key")
    joined = spend.join(cost, on=["campaign_key", "date_key"], how="full", coalesce=True)
    touched = joined.filter(pl.col("cost").is_not_null())
    assert touched["spend"].null_count() == 0
    assert (touched["spend"].cast(pl.Float64) - touched["cost"]).abs().max() <= 1e-9
    assert (touched["clicks"] == touched["clicks_right"]).all()
    assert (joined["clicks"] <= joined["impressions"]).all()


def test_platforms_claim_more_than_they_caused(large):
    claimed = large["fact_ad_spend"]["platform_conversions"].cast(pl.Float64).sum()
    paid = large["fact_ad_spend"]["campaign_key"].unique()
    caused = large["truth.order_cause"].filter(pl.col("campaign_key").is_in(paid.to_list())).height
    assert claimed > 1.5 * caused


def test_a_persona_shows_in_what_is_bought(large):
    lines = (
        large["fact_order_line"]
        .join(large["truth.customer"], on="customer_key")
        .join(large["dim_product"], on="product_key")
    )
    share = lines.group_by("persona").agg(electronics=(pl.col("category") == "Electronics").mean())
    shares = dict(share.iter_rows())
    assert shares["Gadget lover"] > 3 * shares["Home maker"]


def test_companions_are_bought_together(large):
    pairs = large["truth.product_affinity"]
    baskets = large["fact_order_line"].select("order_id", "product_key").unique()
    both = baskets.join(baskets, on="order_id").join(
        pairs, left_on=["product_key", "product_key_right"], right_on=["product_key", "other_product_key"]
    )
    orders = large["fact_order"].height
    usual = dict(baskets.group_by("product_key").len().iter_rows())
    expected = sum(usual.get(a, 0) * usual.get(b, 0) / orders for a, b, _ in pairs.iter_rows())
    assert both.height > 5 * expected


def test_demographics_are_consistent(large):
    people = large["dim_customer"]
    years = (pl.lit(datetime(2026, 1, 1)) - pl.col("birth_date").cast(pl.Datetime)).dt.total_days() / 365.25
    aged = people.with_columns(years=years)
    assert aged["years"].min() >= 18
    bounds = aged.group_by("age_range").agg(low=pl.col("years").min(), high=pl.col("years").max()).sort("low")
    assert (bounds["low"][1:].to_numpy() >= bounds["high"][:-1].to_numpy() - 0.01).all()
    degree = (
        people.drop_nulls("income")
        .group_by("education")
        .agg(pl.col("income").cast(pl.Float64).median())
        .sort("income")
    )
    assert degree["education"].to_list()[0] == "High school"
    bands = (
        people.drop_nulls("income")
        .group_by("income_range")
        .agg(low=pl.col("income").min(), high=pl.col("income").max())
        .sort("low")
    )
    assert (bands["low"][1:].to_numpy() > bands["high"][:-1].to_numpy()).all()


def test_sign_ups_grow(large):
    """Each year by as much as the preset says, but for chance and for weeks in which much was spent."""
    year = large["dim_customer"]["signed_up_at"].dt.year().value_counts().sort("signed_up_at")["count"]
    growth = load_preset("ecommerce").growth.sign_ups_per_year
    assert year.len() == 6
    assert abs(np.log(year[5] / year[4] / (1 + growth))) < 4 * np.sqrt(1 / year[4] + 1 / year[5])


def test_calendar_knows_the_days_of_the_trade():
    days = calendar(date(2024, 1, 1), date(2026, 1, 1), [(date(2024, 7, 8), date(2024, 7, 22))])
    assert days.height == 731
    named = dict(
        days.drop_nulls("holiday")
        .select("holiday", "date")
        .filter(pl.col("date").dt.year() == 2025)
        .iter_rows()
    )
    # As published for 2025.
    assert named["Easter Sunday"] == date(2025, 4, 20)
    assert named["Memorial Day"] == date(2025, 5, 26)
    assert named["Labor Day"] == date(2025, 9, 1)
    assert named["Thanksgiving"] == date(2025, 11, 27)
    assert named["Black Friday"] == date(2025, 11, 28)
    assert named["Cyber Monday"] == date(2025, 12, 1)
    assert days["is_promo_period"].sum() == 14
    by_season = dict(days.group_by("season").agg(pl.col("month").unique().sort()).iter_rows())
    assert by_season["Winter"] == [1, 2, 12]
    assert np.array_equal(days["day_of_week"].to_numpy() > 5, days["is_weekend"].to_numpy())
