"""How contacts work on different people: what truth.effect_modifier says can be found again."""

import math

import numpy as np
import polars as pl
import pytest

from martlet.loaders.warehouse.channels import CHANNELS

KEYS = {channel.name: channel.key for channel in CHANNELS}


@pytest.fixture(scope="module")
def contacts(large):
    """Exogenous contacts with living customers, the orders that each caused, and who the customers are."""
    caused = large["truth.order_cause"].group_by("touchpoint_id").agg(orders=pl.len())
    people = large["dim_customer"].with_columns(
        years=(pl.col("signed_up_at") - pl.col("birth_date").cast(pl.Datetime)).dt.total_days() / 365.25,
        children=pl.when(pl.col("kids_at_home") + pl.col("teens_at_home") > 0)
        .then(pl.lit("children at home"))
        .otherwise(pl.lit("none")),
    )
    history = large["dim_customer_history"].sort("valid_from").unique("customer_key", keep="first")
    return (
        large["fact_touchpoint"]
        .join(large["truth.customer"].select("customer_key", "churned_at"), on="customer_key")
        .filter(pl.col("churned_at").is_null() | (pl.col("touched_at") < pl.col("churned_at")))
        .filter(pl.col("touchpoint_id") % 10_000_000 < 200_000)  # exogenous ones, see _ids.py
        .filter(pl.col("touch_type") != "email_click")
        .join(people.select("customer_key", "years", "children"), on="customer_key")
        .join(history.select("customer_key", "is_email_opted_in"), on="customer_key")
        .join(large["dim_campaign"].select("campaign_key", "campaign_type"), on="campaign_key", how="left")
        .join(caused, on="touchpoint_id", how="left")
        .with_columns(pl.col("orders").fill_null(0), young=pl.col("years") < 35)
    )


def rate(contacts, *conditions):
    mine = contacts.filter(*conditions)
    return mine["orders"].mean(), mine["orders"].sum()


@pytest.mark.parametrize(("channel", "young_wins"), [("Paid Social", True), ("Email", False)])
def test_young_people_answer_to_social_media_and_old_ones_to_mail(contacts, channel, young_wins):
    mine = contacts.filter(pl.col("channel_key") == KEYS[channel])
    (young, a), (old, b) = rate(mine, pl.col("young")), rate(mine, pl.col("years") >= 45)
    assert min(a, b) > 10
    # Of so few orders the ratio is known to two standard errors of its logarithm (counts are Poisson).
    reach = math.exp(2 * math.sqrt(1 / a + 1 / b))
    more, less = (young, old) if young_wins else (old, young)
    assert more * reach > 1.3 * less
    assert more > less


def test_families_answer_to_family_offers(large):
    mails = (
        large["fact_email"]
        .join(large["dim_campaign"].select("campaign_key", "campaign_type"), on="campaign_key")
        .filter(pl.col("delivered_at").is_not_null())
        .join(
            large["dim_customer"].select("customer_key", "kids_at_home", "teens_at_home"), on="customer_key"
        )
        .with_columns(family=pl.col("kids_at_home") + pl.col("teens_at_home") > 0)
    )
    rates = mails.group_by("campaign_type", "family").agg(
        opened=pl.col("first_human_opened_at").is_not_null().mean(), n=pl.len()
    )
    opened = {(kind, family): share for kind, family, share, _ in rates.iter_rows()}
    assert opened["Family Offers", True] / opened["Family Offers", False] == pytest.approx(1.5 / 0.7, rel=0.2)
    assert opened["Newsletter", True] / opened["Newsletter", False] == pytest.approx(1.0, rel=0.15)


def test_who_was_mailed_lately_opens_less(large):
    mails = (
        large["fact_email"]
        .filter(pl.col("delivered_at").is_not_null())
        .join(large["dim_campaign"].filter(pl.col("campaign_type") == "Newsletter"), on="campaign_key")
    )
    sent = large["fact_email"].filter(pl.col("sent_at").is_not_null()).select("customer_key", "sent_at")
    recent = (
        mails.select("email_id", "customer_key", at="sent_at")
        .join(sent, on="customer_key")
        .filter(
            (pl.col("sent_at") < pl.col("at")) & (pl.col("at") - pl.col("sent_at") < pl.duration(days=30))
        )
        .with_columns(weight=(-(pl.col("at") - pl.col("sent_at")).dt.total_seconds() / 1_209_600).exp())
        .group_by("email_id")
        .agg(count=pl.col("weight").sum())
    )
    mails = mails.join(recent, on="email_id", how="left").with_columns(pl.col("count").fill_null(0.0))
    tired = pl.col("count") > mails["count"].median()
    opened = mails.group_by(tired.alias("tired")).agg(
        pl.col("first_human_opened_at").is_not_null().mean().alias("share"), pl.col("count").mean()
    )
    rested_row, tired_row = opened.sort("tired").rows(named=True)
    expected = 0.85 ** (tired_row["count"] - rested_row["count"])
    assert tired_row["share"] / rested_row["share"] == pytest.approx(expected, rel=0.2)
    assert expected < 0.95


def test_contacts_work_less_on_those_who_declined(contacts, large):
    """By the planted factor, within three standard errors of the ratio of two Poisson counts."""
    planted = large["truth.effect_modifier"].filter(
        pl.col("segment") == "consent", pl.col("value") == "declined", pl.col("acts_on") == "orders"
    )
    assert planted.height == 2
    for key, factor in planted.select("channel_key", "factor").iter_rows():
        mine = contacts.filter(pl.col("channel_key") == key)
        given, n = rate(mine, pl.col("is_email_opted_in"))
        declined, m = rate(mine, ~pl.col("is_email_opted_in"))
        assert n + m > 30
        assert abs(np.log(declined / given / factor)) < 3 * (1 / n + 1 / m) ** 0.5


def test_orders_per_touch_are_those_of_the_truth_table(contacts, large):
    """Counts are Poisson, so they lie within four standard deviations."""
    settled = contacts.filter(pl.col("touched_at") < pl.date(2025, 11, 15))
    for row in large["truth.channel_effect"].iter_rows(named=True):
        mine = settled.filter(pl.col("channel_key") == row["channel_key"])
        planned = mine.height * row["orders_per_touch"]
        assert abs(mine["orders"].sum() - planned) <= 4 * max(planned, 1) ** 0.5, row


def test_mail_sent_at_a_good_hour_is_opened_more(large):
    """Welcome mails go out at all hours, as people sign up."""
    mails = (
        large["fact_email"]
        .filter(pl.col("delivered_at").is_not_null())
        .join(large["dim_campaign"].filter(pl.col("campaign_type") == "Welcome"), on="campaign_key")
    )
    hours = large["truth.effect_modifier"].filter(pl.col("segment") == "hour of sending")
    hours = hours.select(hour=pl.col("value").cast(pl.Int8), factor="factor")
    mails = mails.with_columns(hour=pl.col("sent_at").dt.hour()).join(hours, on="hour")
    groups = mails.group_by((pl.col("factor") >= 1.05).alias("good")).agg(
        opened=pl.col("first_human_opened_at").is_not_null().mean(),
        factor=pl.col("factor").mean(),
        n=pl.len(),
    )
    bad, good = groups.sort("good").rows(named=True)
    error = sum((1 - row["opened"]) / (row["opened"] * row["n"]) for row in (bad, good)) ** 0.5
    assert abs(good["opened"] / bad["opened"] / (good["factor"] / bad["factor"]) - 1) < 4 * error
    assert good["opened"] > bad["opened"]
