"""Consent is respected, and no step of a mail happens without the one before it."""

import polars as pl
import pytest


def test_a_click_implies_an_open_and_an_open_a_delivery(large):
    mails = large["fact_email"]
    for later, earlier in (
        ("sent_at", "assigned_at"),
        ("delivered_at", "sent_at"),
        ("first_opened_at", "delivered_at"),
        ("first_human_opened_at", "delivered_at"),
        ("first_clicked_at", "delivered_at"),
        ("first_human_clicked_at", "first_human_opened_at"),
        ("unsubscribed_at", "first_human_opened_at"),
        ("complained_at", "delivered_at"),
    ):
        reached = mails.filter(pl.col(later).is_not_null())
        assert reached.filter(pl.col(earlier).is_null() | (pl.col(earlier) > pl.col(later))).is_empty(), later
    assert (mails["first_opened_at"].is_not_null() == (mails["open_count"] > 0)).all()
    assert (mails["first_clicked_at"].is_not_null() == (mails["click_count"] > 0)).all()
    assert mails.filter(pl.col("first_human_opened_at") < pl.col("first_opened_at")).is_empty()


def test_people_held_out_get_nothing(large):
    held = large["fact_email"].filter("is_holdout")
    assert held.height > 0
    assert held["sent_at"].null_count() == held.height
    assert held["cost"].sum() == 0
    assert large["fact_email"].filter(~pl.col("is_holdout"))["sent_at"].null_count() == 0


def test_bounces_are_not_delivered(large):
    bounced = large["fact_email"].filter(pl.col("bounce_type").is_not_null())
    assert bounced["delivered_at"].null_count() == bounced.height


def test_nobody_is_mailed_after_unsubscribing_complaining_or_a_dead_address(large):
    mails = large["fact_email"].with_columns(
        dead=pl.when(pl.col("bounce_type") == "hard").then("sent_at"),
    )
    stopped = mails.group_by("customer_key").agg(
        stop=pl.min_horizontal(
            pl.col("unsubscribed_at").min(), pl.col("complained_at").min(), pl.col("dead").min()
        )
    )
    late = mails.join(stopped, on="customer_key").filter(pl.col("sent_at") > pl.col("stop"))
    assert late.is_empty()
    assert stopped["stop"].count() > 0


def test_nobody_is_mailed_without_consent(large):
    first = (
        large["dim_customer_history"].sort("valid_from").group_by("customer_key", maintain_order=True).first()
    )
    mailed = large["fact_email"].join(first, on="customer_key")
    assert mailed["is_email_opted_in"].all()
    gone = large["fact_email"].filter(pl.col("unsubscribed_at").is_not_null())
    now = gone.join(large["dim_customer"], on="customer_key")
    assert not now["is_email_opted_in"].any()


@pytest.mark.parametrize("kind", ["email_open", "email_click"])
def test_touches_by_mail_belong_to_a_mail(large, kind):
    column = {"email_open": "first_human_opened_at", "email_click": "first_human_clicked_at"}[kind]
    # A mail sent before the data leaves no row, but may be opened in them.
    begins = pl.col("touched_at") >= pl.datetime(2024, 2, 1)
    touches = large["fact_touchpoint"].filter(pl.col("touch_type") == kind, begins)
    mails = large["fact_email"].filter(pl.col(column).is_not_null())
    assert touches.join(mails, on=["customer_key", "campaign_key"], how="anti").is_empty()


def test_rates_are_those_of_the_trade(large):
    mails = large["fact_email"]
    delivered = mails["delivered_at"].count()
    assert 0.35 < mails["first_opened_at"].count() / delivered < 0.50
    assert 0.015 < mails["first_human_clicked_at"].count() / delivered < 0.04
    assert 0.001 < mails["unsubscribed_at"].count() / delivered < 0.006
