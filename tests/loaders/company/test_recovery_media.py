"""Media: what is planted about the plan, the contacts and their effect is found again, and so is the media mix."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company, _ids, load_preset
from martlet.loaders.warehouse.channels import CHANNELS

from .media_mix import PLANNED, Panel, adstock, days, planted
from .recovery import FLAT, changed

UNTIL = date(2026, 1, 1)
FIRST, WEEKS = date(2024, 1, 1), 104
KEYS = {channel.name: channel.key for channel in CHANNELS}
MIXES = {mix.name: mix for mix in load_preset("ecommerce").channels}


def _by_region(tables, frame, moment):
    """Return rows with country, region and the date key of their week."""
    places = tables["dim_geography"].select("geography_key", "country", "region")
    monday = pl.col(moment).dt.truncate("1w").dt.strftime("%Y%m%d").cast(pl.Int32)
    return frame.join(places, on="geography_key").with_columns(date_key=monday)


def test_contributions_are_the_orders_that_the_truth_names(large):
    """Caused by a contact, or at the sign-up of somebody whom the channel brought, by the region of the order."""
    orders = _by_region(large, large["fact_order"].drop("date_key"), "ordered_at")
    orders = orders.join(large["truth.order_cause"].rename({"channel_key": "root"}), on="order_id")
    people = large["dim_customer"].select("customer_key", "acquisition_channel_key")
    at_sign_up = pl.col("order_id") % _ids.ORDERS == 0
    orders = orders.join(people, on="customer_key").with_columns(
        brought_by=pl.when(at_sign_up)
        .then("acquisition_channel_key")
        .when(pl.col("cause") == "touch")
        .then("root"),
        at_sign_up=at_sign_up,
    )
    paid = [KEYS[name] for name, mix in MIXES.items() if mix.cost > 0]
    by = ["date_key", "channel_key", "country", "region"]
    mine = (
        orders.filter(pl.col("brought_by").is_in(paid))
        .rename({"channel_key": "seen"})
        .rename({"brought_by": "channel_key"})
    )
    expected = mine.group_by(by).agg(
        orders_by_contacts=(~pl.col("at_sign_up")).sum().cast(pl.Int64),
        orders_at_sign_up=pl.col("at_sign_up").sum().cast(pl.Int64),
    )
    truth = large["truth.media_contribution"]
    assert truth.sort(by).equals(expected.select(truth.columns).sort(by))
    assert truth["orders_by_contacts"].sum() > 500


def test_orders_by_region_and_week_follow_the_response_of_the_plan(large):
    """Regions and weeks held fixed: orders that each channel brought, within 4 standard errors of the regression."""
    panel = Panel(large, FIRST, WEEKS)
    plan = large["truth.media_week"]
    plan = plan.with_columns(day=days(plan))
    features = []
    for name in PLANNED:
        response = panel.grid(plan.filter(pl.col("channel_key") == KEYS[name]), "response_index")
        lag = MIXES[name].lag_days
        features.append(adstock(response, lag / (lag + 7.0)))
    found, errors, _ = panel.fit(features)
    truth = planted(large, FIRST, WEEKS)
    scores = (found - np.array([truth[name] for name in PLANNED])) / errors
    assert (np.abs(scores) < 4).all(), scores
    # At this size the three together are told from nothing.
    assert found.sum() > 4 * np.sqrt((errors**2).sum())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [42, 7])
def test_a_media_mix_model_finds_contributions_and_a_naive_one_does_not(tables_of, seed):
    """At 20,000 customers, within 25 %: some three standard errors for search and social, two for display."""
    tables = tables_of(Company(customers=20_000, days=731, until=UNTIL, seed=seed), threads=2)
    panel, truth = Panel(tables, FIRST, WEEKS), planted(tables, FIRST, WEEKS)
    found, naive = panel.contributions(), panel.naive()
    for name in PLANNED:
        assert abs(found[name] / truth[name] - 1) < 0.25, (name, found, truth)
    # Budgets follow the season and the growing number of customers, and so do orders.
    assert max(naive[name] / truth[name] for name in PLANNED) > 1.5, (naive, truth)
    assert sum(naive.values()) > 1.3 * sum(truth[name] for name in PLANNED), (naive, truth)


@pytest.mark.slow
def test_a_contact_brings_less_where_there_are_many(tables_of, tmp_path):
    """Orders a contact, by how many contacts are bought: chi-square of Poisson counts against the planted saturation."""
    only = {"experiments": [], "visits": {"prospects": 0.0, "pre_sign_up": 0.0}}
    only["channels"] = {name: {"touches": 0.4} for name in PLANNED}
    preset = changed(tmp_path / "media.toml", FLAT, only)
    tables = tables_of(
        Company(customers=6000, days=7 * WEEKS, until=UNTIL, seed=71, preset=preset), threads=2
    )
    people = tables["dim_customer"].join(tables["truth.customer"], on="customer_key")
    touches = tables["fact_touchpoint"].filter(
        pl.col("touchpoint_id") % _ids.TOUCHES < _ids.HARVEST,
        pl.col("touched_at") < pl.lit(UNTIL).cast(pl.Datetime) - timedelta(days=60),
    )
    touches = touches.join(
        people.select("customer_key", "country", "region", "signed_up_at", "churned_at"), on="customer_key"
    )
    touches = touches.filter(
        pl.col("touched_at") >= pl.col("signed_up_at"),
        pl.col("churned_at").is_null() | (pl.col("touched_at") < pl.col("churned_at")),
    ).with_columns(date_key=pl.col("touched_at").dt.truncate("1w").dt.strftime("%Y%m%d").cast(pl.Int32))
    # Who moved may have met the plan of another region: one in thirty, which the bound has room for.
    met = touches.join(tables["truth.media_week"], on=["date_key", "channel_key", "country", "region"])
    caused = tables["truth.order_cause"].group_by("touchpoint_id").agg(orders=pl.len())
    met = met.join(caused, on="touchpoint_id", how="left").with_columns(pl.col("orders").fill_null(0))
    for name in PLANNED:
        mine = met.filter(pl.col("channel_key") == KEYS[name], pl.col("contact_index") > 0)
        half = MIXES[name].half_spend
        wear = (1 + half) / (mine["contact_index"].to_numpy() + half)
        assert np.allclose(wear, (mine["response_index"] / mine["contact_index"]).to_numpy())
        part = np.digitize(wear, np.quantile(wear, [0.25, 0.5, 0.75]))
        orders = np.bincount(part, weights=mine["orders"].to_numpy())
        expected = np.bincount(part, weights=wear)
        result = stats.chisquare(orders, expected * orders.sum() / expected.sum())
        assert result.pvalue > 0.001, (name, orders, expected)
        flat = np.bincount(part) * orders.sum() / part.size
        if name == "Paid Social":
            assert stats.chisquare(orders, flat).pvalue < 0.001, (orders, flat)
