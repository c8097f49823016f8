"""Where customers come from: the first touch of a person is the one that brought them."""

from datetime import date

import numpy as np
import polars as pl

from martlet.loaders.warehouse.channels import CHANNELS


def test_the_acquisition_channel_is_that_of_the_first_touch(large):
    people = large["dim_customer"]
    own = large["fact_touchpoint"].with_columns(person=pl.col("touchpoint_id") // 10_000_000)
    own = own.filter(pl.col("touchpoint_id") % 10_000_000 < 1_000)  # up to the sign-up, see _ids.py
    first = own.sort("touched_at", "touchpoint_id").unique("person", keep="first", maintain_order=True)
    joined = people.join(first, left_on="customer_key", right_on="person")
    late = joined.filter(pl.col("signed_up_at") > pl.datetime(2024, 4, 1))
    assert late.height > 2000
    assert (late["acquisition_channel_key"] == late["channel_key"]).all()
    assert (late["acquisition_campaign_key"] == late["campaign_key"]).all()
    # Most met the shop before they signed up, and the sign-up's own visit often came another way.
    sign_up = own.filter(pl.col("touchpoint_id") % 10_000_000 == 0).join(
        people, left_on="person", right_on="customer_key"
    )
    assert 0.3 < (sign_up["channel_key"] == sign_up["acquisition_channel_key"]).mean() < 0.7


def test_some_visitors_are_identified_later_and_some_never(large):
    visitors = large["bridge_visitor"]
    known = visitors.filter(pl.col("customer_key") > 0)
    assert 0.05 < known.height / visitors.height < 0.5
    assert (known["identified_at"] > known["first_seen_at"]).sum() > 1000
    assert (
        visitors.filter(pl.col("customer_key") == 0)["identified_at"].null_count()
        == visitors.height - known.height
    )


def test_campaigns_have_budgets_and_posts_have_campaigns(large):
    budgets = large["dim_campaign"].filter(pl.col("platform").is_not_null() & (pl.col("platform") != "Email"))
    assert (budgets["budget"].is_null() == (budgets["ends_on"] < date(2024, 1, 2))).all()
    spent = large["fact_ad_spend"].group_by("campaign_key").agg(pl.col("spend").sum().cast(pl.Float64))
    whole = budgets.filter((pl.col("starts_on") >= date(2024, 4, 1)) & (pl.col("ends_on") < date(2026, 1, 1)))
    joined = whole.join(spent, on="campaign_key").filter(pl.col("campaign_type") != "Brand")
    ratio = joined["spend"].sum() / float(joined["budget"].sum())
    assert 0.6 < ratio < 1.3
    posts = large["fact_social_post"]
    assert 0.3 < (posts["campaign_key"] > 0).mean() < 0.5
    kinds = posts.filter(pl.col("campaign_key") > 0).join(large["dim_campaign"], on="campaign_key")
    assert (kinds["channel_key"] == 7).all() or kinds["channel_key"].n_unique() == 1


def test_content_brings_the_leads_that_it_says(large):
    content = large["fact_content"]
    assert (content["leads"] <= content["views"]).all()
    assert (content["downloads"] <= content["views"]).all()
    share = content["leads"].sum() / large["fact_lead"].height
    assert 0.4 < share < 0.6
    by_day = content.group_by("date_key").agg(won=pl.col("leads").sum())
    leads = large["fact_lead"].group_by("date_key").agg(all=pl.len())
    joined = by_day.filter(pl.col("won") > 0).join(leads, on="date_key", how="left")
    assert (joined["won"] <= joined["all"]).all()


def test_weekly_contacts_follow_the_media_plan(large):
    """Contacts of customers by region and week, against those through a channel that is not bought, go along with the plan."""
    people = large["dim_customer"].select("customer_key", "country", "region")
    by = ["date_key", "country", "region"]
    monday = pl.col("touched_at").dt.truncate("1w").dt.strftime("%Y%m%d").cast(pl.Int32)
    touches = (
        large["fact_touchpoint"]
        .filter(pl.col("touchpoint_id") % 10_000_000 < 110_000, pl.col("touchpoint_id") % 10_000_000 >= 1_000)
        .join(people, on="customer_key")
        .with_columns(date_key=monday)
        .group_by(*by, "channel_key")
        .agg(n=pl.len())
    )
    usual = touches.filter(pl.col("channel_key") == _key("Organic Search")).select(*by, usual="n")
    plan = large["truth.media_week"].join(usual, on=by)
    joined = plan.join(touches, on=[*by, "channel_key"], how="left").with_columns(pl.col("n").fill_null(0))
    for (key,), mine in joined.group_by("channel_key"):
        # Who moved is counted where they lived at first: about one in thirty.
        off = mine.filter(pl.col("contact_index") == 0)
        assert off["n"].sum() < 0.05 * mine["n"].sum(), key
        on = mine.filter(pl.col("contact_index") > 0)
        strong = pl.col("contact_index") > on["contact_index"].median()
        sums = on.group_by(strong.alias("strong")).agg(
            pl.col("n", "usual").sum(), planned=(pl.col("contact_index") * pl.col("usual")).sum()
        )
        weak_row, strong_row = sums.sort("strong").rows(named=True)
        found = np.log(strong_row["n"] / strong_row["usual"] * weak_row["usual"] / weak_row["n"])
        planned = np.log(
            strong_row["planned"] / strong_row["usual"] * weak_row["usual"] / weak_row["planned"]
        )
        error = sum(1 / row[name] for row in (weak_row, strong_row) for name in ("n", "usual")) ** 0.5
        assert abs(found - planned) < 4 * error, key
        assert planned > 2.5 * error, key
    index = large["truth.media_week"]
    assert (index["spend_index"] - index["contact_index"] * index["price_index"]).abs().max() < 1e-9


def _key(name):
    return next(channel.key for channel in CHANNELS if channel.name == name)
