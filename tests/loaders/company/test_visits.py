"""Visits hold their events, in the order of the funnel; visits with an order hold it, and what was bought."""

import tomllib
from datetime import timedelta

import polars as pl
from scipy import stats

from martlet.loaders.company import _ids
from martlet.loaders.warehouse.channels import CHANNELS

from .recovery import PRESET

EMAIL = next(channel.key for channel in CHANNELS if channel.name == "Email")
STAGES = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]


def test_visits_contain_their_events(small):
    events = small["fact_event"].join(small["fact_session"], on="session_id", suffix="_of_visit")
    assert events.height == small["fact_event"].height
    assert events.filter(pl.col("occurred_at") < pl.col("started_at")).is_empty()
    end = pl.col("started_at") + pl.duration(seconds=pl.col("duration_seconds"))
    assert events.filter(pl.col("occurred_at") > end).is_empty()
    for column in ("visitor_id", "customer_key"):
        assert (events[column] == events[f"{column}_of_visit"]).all()
    sums = (
        small["fact_event"]
        .group_by("session_id")
        .agg(
            count=pl.len(),
            pages=pl.col("event_name").is_in(["page_view", "product_view"]).sum(),
            last=pl.col("occurred_at").max(),
            stage=pl.col("funnel_stage").to_physical().max(),
        )
    )
    visits = small["fact_session"].join(sums, on="session_id")
    assert visits.height == small["fact_session"].height
    assert (visits["is_bounce"] == (visits["count"] == 1)).all()
    assert (visits["page_views"] == visits["pages"]).all()
    assert (
        visits["last"]
        == visits["started_at"]
        + pl.Series(visits["duration_seconds"].cast(pl.Int64) * 1_000_000).cast(pl.Duration("us"))
    ).all()
    assert (visits["furthest_stage"].to_physical() == visits["stage"]).all()


def test_events_go_in_the_order_of_the_funnel(small):
    stages = small["fact_event"].drop_nulls("funnel_stage").sort("session_id", "event_id")
    # A visit may begin on the page of a product, and go on to other pages.
    landed = stages.filter(pl.col("event_id") == pl.col("event_id").min().over("session_id"))
    landed = landed.filter(pl.col("funnel_stage") != "Homepage")
    assert (landed["funnel_stage"] == "Product Page").all()
    assert landed.height > 100
    stages = stages.join(landed, on="event_id", how="anti")
    steps = stages.with_columns(
        before=pl.col("funnel_stage").to_physical().shift(1).over("session_id"),
        then=pl.col("occurred_at").shift(1).over("session_id"),
    ).drop_nulls("before")
    jump = steps["funnel_stage"].to_physical().cast(pl.Int64) - steps["before"].cast(pl.Int64)
    assert jump.is_in([0, 1]).all()
    assert (steps["then"] <= steps["occurred_at"]).all()
    others = stages.join(landed, on="session_id", how="anti")
    first = others.group_by("session_id").agg(pl.col("funnel_stage").first())
    assert (first["funnel_stage"] == "Homepage").all()


def test_visits_with_an_order_hold_it_and_its_products(small):
    orders = small["fact_order"].join(small["fact_session"], on="session_id", suffix="_of_visit")
    # Each order of the site has its visit, and no other has one.
    on_site = small["fact_order"].filter(pl.col("order_channel") == "web")
    assert 0.8 * small["fact_order"].height < orders.height == on_site.height < small["fact_order"].height
    sales = orders.filter(pl.col("status").cast(pl.String) != "cancelled")
    assert (sales["order_id"] == sales["order_id_of_visit"]).all()
    assert (sales["net_revenue"] == sales["revenue"]).all()
    cancelled = orders.filter(pl.col("status").cast(pl.String) == "cancelled")
    assert cancelled["order_id_of_visit"].null_count() == cancelled.height
    assert not cancelled["is_converted"].any()
    assert (cancelled["revenue"] == 0).all()
    for column in ("customer_key", "channel_key", "campaign_key", "device_key"):
        assert (orders[column] == orders[f"{column}_of_visit"]).all(), column
    assert small["fact_session"]["is_converted"].sum() == sales.height
    bought = small["fact_order_line"].join(on_site.select("order_id", "session_id"), on="order_id")
    for event in ("product_view", "add_to_cart"):
        seen = small["fact_event"].filter(pl.col("event_name") == event)
        assert bought.join(seen, on=["session_id", "product_key"], how="anti").is_empty()
    purchases = small["fact_event"].filter(pl.col("event_name") == "purchase")
    joined = purchases.join(on_site, on="session_id")
    assert joined.height == on_site.height
    assert (joined["occurred_at"] == joined["ordered_at"]).all()
    assert (joined["value"] == joined["net_revenue"]).all()


def test_some_orders_are_cancelled(large):
    cancelled = large["fact_order"]["status"].cast(pl.String) == "cancelled"
    assert 0 < cancelled.mean() < 0.05


def test_carts_are_left_behind(large):
    visits = large["fact_session"]
    filled = visits.filter(pl.col("furthest_stage").to_physical() >= STAGES.index("Add to Cart"))
    assert 0.55 < 1 - filled["is_converted"].mean() < 0.8
    assert 0.02 < visits["is_converted"].mean() < 0.045


def test_each_visit_has_the_touch_that_opened_it(small):
    touches = small["fact_touchpoint"].filter(pl.col("session_id").is_not_null())
    joined = touches.join(small["fact_session"], on="session_id", suffix="_of_visit")
    assert joined.height == small["fact_session"].height == touches.height
    for column in ("customer_key", "visitor_id", "channel_key", "campaign_key", "device_key"):
        assert (joined[column] == joined[f"{column}_of_visit"]).all()
    assert (joined["touched_at"] == joined["started_at"]).all()


def test_an_order_follows_its_own_touches(small):
    on_site = small["fact_order"].filter(pl.col("order_channel") == "web")
    last = on_site.join(
        small["fact_touchpoint"].drop("session_id"), on="customer_key", suffix="_of_touch"
    ).filter(pl.col("touched_at") <= pl.col("ordered_at"))
    assert last["order_id"].n_unique() == on_site.height


def test_bounces_are_the_planted_ones_by_device_and_channel(large):
    """Of browsers that belong to nobody; a bounce is the channel's, times that of strangers, times that of the device.

    Days on which a landing page was tried are left out.
    """
    preset = tomllib.loads(PRESET.read_text(encoding="utf-8"))
    see, keys = preset["visits"], {channel.name: channel.key for channel in CHANNELS}
    visits = (
        large["fact_session"]
        .filter(pl.col("visitor_id") % _ids.VISITORS >= _ids.PROSPECTS)
        .join(large["dim_device"].select("device_key", "device_type"), on="device_key")
        .with_columns(mobile=pl.col("device_type") == "mobile", day=pl.col("started_at").dt.date())
    )
    trials = large["truth.experiment"].filter(pl.col("metric") == "bounce").select("experiment_key").unique()
    trials = trials.join(large["dim_experiment"], on="experiment_key")
    for starts_on, ends_on in trials.select("starts_on", "ends_on").iter_rows():
        visits = visits.filter(~pl.col("day").is_between(starts_on, ends_on))
    assert trials.height == 2
    asked = 0
    for mix in preset["channels"]:
        for mobile in (True, False):
            mine = visits.filter(pl.col("channel_key") == keys[mix["name"]], pl.col("mobile") == mobile)
            if mine.height > 500:
                chance = mix["bounce"] * see["stranger_bounce"] * (see["mobile_bounce"] if mobile else 1.0)
                found = stats.binomtest(mine["is_bounce"].sum(), mine.height, chance)
                assert found.pvalue > 1e-4, (mix["name"], mobile, mine["is_bounce"].mean(), chance)
                asked += 1
    assert asked > 10


def test_visits_are_deeper_and_longer_on_a_large_screen_and_on_purpose(large):
    """Pages and seconds of visits that go on and hold no order, against the mean of their channel or device."""
    keys = {channel.key: channel.name for channel in CHANNELS}
    visits = (
        large["fact_session"]
        .filter(~pl.col("is_bounce"), ~pl.col("is_converted"))
        .join(large["dim_device"].select("device_key", "device_type"), on="device_key")
        .with_columns(channel=pl.col("channel_key").replace_strict(keys))
    )
    means = [pl.col("page_views").mean(), pl.col("duration_seconds").mean()]
    by_device = visits.group_by("device_type").agg(means).rows_by_key("device_type", unique=True)
    by_channel = visits.group_by("channel").agg(means).rows_by_key("channel", unique=True)
    for place in (0, 1):
        assert by_device["desktop"][place] > 1.1 * by_device["mobile"][place]
        assert by_channel["Email"][place] > 1.2 * by_channel["Display"][place]
        assert by_channel["Direct"][place] > 1.1 * by_channel["Paid Social"][place]


def test_a_browser_is_in_one_visit_at_a_time(large):
    visits = large["fact_session"].sort("visitor_id", "started_at", "session_id")
    ends = pl.col("started_at") + pl.duration(seconds=pl.col("duration_seconds"))
    overlaps = visits.with_columns(before=ends.shift(1).over("visitor_id")).filter(
        pl.col("started_at") < pl.col("before")
    )
    assert overlaps.is_empty()


def test_a_purchase_is_the_moment_of_its_order(large):
    purchases = large["fact_event"].filter(pl.col("event_name") == "purchase")
    joined = purchases.join(large["fact_order"], on="session_id")
    assert joined.height == purchases.height > 3000
    assert (joined["occurred_at"] == joined["ordered_at"]).all()


def test_what_people_click_in_a_mail_is_on_record_as_a_visit(large):
    """Also on the last day; and the first click begins a visit, but for those that begin before the mail arrived."""
    clicked = large["fact_email"].drop_nulls("first_human_clicked_at")
    visits = large["fact_touchpoint"].filter(
        pl.col("touch_type") == "email_click", pl.col("session_id").is_not_null()
    )
    person = (pl.col("touchpoint_id") // _ids.TOUCHES).cast(pl.Int32)
    visits = visits.select("campaign_key", "touched_at", customer_key=person)
    assert clicked.height > 1000
    assert clicked.join(visits, on=["customer_key", "campaign_key"], how="anti").is_empty()
    joined = clicked.join(visits, on=["customer_key", "campaign_key"])
    apart = (joined["first_human_clicked_at"] - joined["touched_at"]).abs()
    closest = joined.with_columns(apart=apart).group_by("email_id").agg(pl.col("apart").min())
    assert closest["apart"].max() < timedelta(hours=1)
    assert (closest["apart"] == timedelta(0)).mean() > 0.9
    assert (clicked["first_human_clicked_at"] > clicked["delivered_at"]).all()


def test_visits_of_ads_lie_within_their_campaign(large):
    """Also those that return through an ad of the quarter before; mail is read when it is read."""
    visits = large["fact_session"].filter(pl.col("channel_key") != EMAIL, pl.col("campaign_key") > 0)
    joined = visits.join(large["dim_campaign"], on="campaign_key")
    assert joined.height > 5000
    day = pl.col("started_at").dt.date()
    assert joined.filter((day < pl.col("starts_on")) | (day > pl.col("ends_on"))).is_empty()
    assert (joined["channel_key"] == joined["channel_key_right"]).all()
