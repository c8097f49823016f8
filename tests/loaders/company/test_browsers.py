"""Browsers are known from the first moment at which something in them says whose they are, some late, some never."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import Company, _ids
from martlet.loaders.company.world import PERIOD
from martlet.loaders.warehouse.channels import CHANNELS

EMAIL = {channel.name: channel.key for channel in CHANNELS}["Email"]


@pytest.fixture(scope="module")
def visits(large):
    """The visits of customers' own browsers, whether known or not."""
    return (
        large["fact_session"]
        .filter(pl.col("visitor_id") % _ids.VISITORS < _ids.PROSPECTS)
        .with_columns(owner=(pl.col("visitor_id") // _ids.VISITORS).cast(pl.Int32))
        .join(
            large["dim_customer"].select(owner="customer_key", signed_up_at="signed_up_at"),
            on="owner",
            how="left",
        )
        .sort("visitor_id", "started_at", "session_id")
    )


def test_a_known_visit_is_that_of_the_browsers_owner(visits):
    known = visits.filter(pl.col("customer_key") > 0)
    assert (known["customer_key"] == known["owner"]).all()
    assert (known["started_at"] >= known["signed_up_at"]).all()


def test_once_known_a_browser_stays_known(visits):
    after = visits.select(
        ended=(pl.col("customer_key").shift(1).over("visitor_id") > 0) & (pl.col("customer_key") == 0)
    )
    assert not after["ended"].any()


def test_orders_sign_ups_and_clicks_in_mails_say_who_it_is(visits):
    says = (
        pl.col("is_converted") | (pl.col("channel_key") == EMAIL) | (pl.col("session_id") % _ids.TOUCHES == 0)
    )
    assert (visits.filter(says)["customer_key"] > 0).all()


def test_some_browsers_are_known_late_and_some_never(large, visits):
    """Of visits after the sign-up a share stays unknown, and a part of them finds its customer in the bridge."""
    later = visits.filter(pl.col("started_at") >= pl.col("signed_up_at"))
    unknown = later.filter(pl.col("customer_key") == 0)
    assert 0.1 < unknown.height / later.height < 0.5
    bridge = large["bridge_visitor"].select("visitor_id", found="customer_key")
    found = unknown.join(bridge, on="visitor_id")
    assert found.height == unknown.height
    assert 0.1 < (found["found"] > 0).mean() < 0.9


def test_the_bridge_says_from_when_a_browser_is_known(large):
    known = large["fact_touchpoint"].filter((pl.col("customer_key") > 0) & pl.col("visitor_id").is_not_null())
    first = known.group_by("visitor_id").agg(first=pl.col("touched_at").min())
    bridge = large["bridge_visitor"].join(first, on="visitor_id", how="left")
    assert bridge["identified_at"].equals(bridge["first"], null_equal=True)
    assert ((bridge["customer_key"] > 0) == bridge["identified_at"].is_not_null()).all()
    assert (bridge["first_seen_at"] <= bridge["identified_at"]).drop_nulls().all()


def test_strangers_are_never_known(large):
    strange = large["fact_session"].filter(pl.col("visitor_id") % _ids.VISITORS >= _ids.PROSPECTS)
    assert strange.height > 0
    assert (strange["customer_key"] == 0).all()
    assert not strange["is_converted"].any()


def test_a_device_loses_its_cookie_as_often_as_planted(tables_of):
    """Those who signed up before the data have lost one by chance in each period since: binomial counts."""
    chance, days = 0.2, 600
    changes = {
        "visits.cookie_lost": chance,
        "visits.prospects": 0,
        "visits.login": 1,
        "season": "off",
        "channels.Direct.touches": 2,
        "people.attention_after_churn": 1,
    }
    company = Company(customers=1500, days=days, until=date(2026, 1, 1), seed=5, set=changes)
    tables = tables_of(company)
    old = tables["dim_customer"].filter(pl.col("signed_up_at") < company.first_day)["customer_key"]
    touched = tables["fact_touchpoint"].filter(
        pl.col("customer_key").is_in(old.to_list()), pl.col("visitor_id") % _ids.VISITORS < _ids.PROSPECTS
    )
    # The periods of the clock begin one before the data.
    period = (
        (pl.col("touched_at") - pl.lit(company.first_day).cast(pl.Datetime)).dt.total_days() // PERIOD
    ) + 1
    number = (pl.col("visitor_id") % _ids.VISITORS) // 2
    touched = touched.select(
        device=pl.col("visitor_id") % 2, who="customer_key", period=period, number=number
    )
    early = touched.filter(pl.col("period") == 8).unique(["who", "device"])
    lost = early["number"].to_numpy()
    assert lost.size > 500
    mean, error = 8 * chance, np.sqrt(8 * chance * (1 - chance) / lost.size)
    assert abs(lost.mean() - mean) < 4 * error
    assert abs(lost.var() / (8 * chance * (1 - chance)) - 1) < 0.3
