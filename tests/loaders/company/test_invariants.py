"""What must hold in every company, row by row."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from martlet.loaders.company import _ids
from martlet.loaders.warehouse.channels import channels

FACT_TIMES = {
    "fact_session": "started_at",
    "fact_event": "occurred_at",
    "fact_touchpoint": "touched_at",
    "fact_order": "ordered_at",
    "fact_order_line": "ordered_at",
    "fact_return": "returned_at",
    "fact_email": "assigned_at",
    "fact_exposure": "exposed_at",
    "fact_lead": "captured_at",
    "fact_review": "reviewed_at",
    "fact_survey": "answered_at",
    "fact_preference": "answered_at",
    "fact_subscription": "started_at",
    "fact_subscription_payment": "paid_at",
    "fact_recommendation": "shown_at",
    "fact_support_contact": "opened_at",
}
IDS = {
    "dim_customer": "customer_key",
    "dim_customer_history": "customer_version_key",
    "bridge_visitor": "visitor_id",
    "fact_session": "session_id",
    "fact_event": "event_id",
    "fact_touchpoint": "touchpoint_id",
    "fact_order": "order_id",
    "fact_order_line": "order_line_id",
    "fact_return": "return_id",
    "fact_email": "email_id",
    "fact_exposure": "exposure_id",
    "fact_lead": "lead_id",
    "fact_review": "review_id",
    "fact_survey": "survey_id",
    "fact_preference": "preference_id",
    "fact_referral": "referral_id",
    "fact_subscription": "subscription_id",
    "fact_subscription_payment": "payment_id",
    "truth.coupon_use": "order_id",
    "fact_recommendation": "recommendation_id",
    "fact_support_contact": "support_contact_id",
    "fact_social_post": "post_id",
    "truth.order_cause": "order_id",
    "truth.customer": "customer_key",
}
REFERENCES = {
    "customer_key": ("dim_customer", 0),
    "acquisition_campaign_key": ("dim_campaign", 0),
    "campaign_key": ("dim_campaign", 0),
    "ad_key": ("dim_ad", 0),
    "device_key": ("dim_device", 0),
    "geography_key": ("dim_geography", None),
    "page_key": ("dim_page", 0),
    "landing_page_key": ("dim_page", None),
    "product_key": ("dim_product", 0),
    "experiment_key": ("dim_experiment", None),
    "variant_key": ("dim_variant", None),
    "visitor_id": ("bridge_visitor", None),
    "session_id": ("fact_session", None),
    "order_id": ("fact_order", None),
    "promotion_key": ("dim_promotion", 0),
    "coupon_key": ("dim_coupon", 0),
    "store_key": ("dim_store", 0),
    "referrer_key": ("dim_customer", None),
    "subscription_id": ("fact_subscription", None),
    "order_line_id": ("fact_order_line", None),
    "touchpoint_id": ("fact_touchpoint", None),
}


def sign_ups(tables):
    return tables["dim_customer"].select("customer_key", "signed_up_at")


def test_every_table_of_the_star_has_rows(small):
    assert {name for name, frame in small.items() if frame.is_empty()} == set()
    assert len(small) == 72


@pytest.mark.parametrize("table", IDS)
def test_ids_are_unique_and_positive(small, table):
    ids = small[table][IDS[table]]
    assert ids.is_unique().all()
    assert ids.min() > 0
    assert ids.max() < 2**53


def test_keys_refer_to_members_that_exist(small):
    dangling = []
    for table, frame in small.items():
        for column, (target, unknown) in REFERENCES.items():
            name = column if column in frame.columns else None
            if name is None or table.removeprefix("star.") == target:
                continue
            key = {
                "acquisition_campaign_key": "campaign_key",
                "landing_page_key": "page_key",
                "referrer_key": "customer_key",
            }.get(column, column)
            known = set(small[target][key].to_list()) | {unknown, None}
            dangling += [(table, column, value) for value in set(frame[column].to_list()) - known]
    keys = set(channels()["channel_key"].to_list()) | {0}
    for table, frame in small.items():
        if "channel_key" in frame.columns:
            dangling += [
                (table, "channel_key", value) for value in set(frame["channel_key"].to_list()) - keys
            ]
    assert dangling == []


@pytest.mark.parametrize(("table", "column"), FACT_TIMES.items())
def test_known_customers_have_no_row_before_their_sign_up(small, table, column):
    early = (
        small[table].join(sign_ups(small), on="customer_key").filter(pl.col(column) < pl.col("signed_up_at"))
    )
    if table == "fact_lead":
        assert early.height > 0  # a lead comes before the account
    else:
        assert early.is_empty()


@pytest.mark.parametrize(("table", "column"), FACT_TIMES.items())
def test_rows_lie_within_the_data_and_carry_their_day(small, table, column):
    frame = small[table]
    assert frame[column].max() < pl.Series(["2025-03-01"]).str.to_datetime()[0]
    assert frame[column].min() >= pl.Series(["2024-01-06"]).str.to_datetime()[0]
    if "date_key" in frame.columns:
        assert (frame["date_key"] == frame[column].dt.strftime("%Y%m%d").cast(pl.Int32)).all()


@pytest.mark.parametrize(("table", "column"), FACT_TIMES.items())
def test_facts_are_clustered_by_customer_and_time(large, table, column):
    known = large[table].filter(pl.col("customer_key") > 0)
    assert known.equals(known.sort("customer_key", column, maintain_order=True))


def test_nobody_is_seen_before_the_first_visit_of_their_browser(small):
    seen = small["fact_touchpoint"].join(small["bridge_visitor"], on="visitor_id", suffix="_of_visitor")
    assert seen.filter(pl.col("touched_at") < pl.col("first_seen_at")).is_empty()
    known = seen.filter(pl.col("customer_key") > 0)
    assert known.filter(pl.col("customer_key") != pl.col("customer_key_of_visitor")).is_empty()


def test_no_baseline_order_after_churn(small):
    orders = (
        small["fact_order"]
        .join(small["truth.order_cause"], on="order_id")
        .filter(pl.col("cause") == "baseline")
    )
    late = orders.join(small["truth.customer"], on="customer_key").filter(
        pl.col("ordered_at") > pl.col("churned_at") + pl.duration(seconds=1)
    )
    assert late.is_empty()


def test_each_order_has_one_cause_before_it(small):
    assert (
        small["truth.order_cause"]
        .sort("order_id")["order_id"]
        .equals(small["fact_order"].sort("order_id")["order_id"])
    )
    caused = (
        small["truth.order_cause"]
        .filter(pl.col("cause") == "touch")
        .join(small["fact_order"], on="order_id")
        .join(small["fact_touchpoint"], on="touchpoint_id", suffix="_of_touch")
    )
    assert caused.height == small["truth.order_cause"]["touchpoint_id"].count()
    # Only at the start are there orders whose touch came before the data: six mean lags are more than any touch works.
    lost = small["truth.order_cause"].filter((pl.col("cause") == "touch") & pl.col("touchpoint_id").is_null())
    lost = lost.join(small["fact_order"], on="order_id")
    assert lost.filter(pl.col("ordered_at") >= datetime(2024, 1, 6) + timedelta(days=2 * 6 * 6.0)).is_empty()
    assert (lost["channel_key"] > 0).all()
    assert caused.height > 0
    assert caused.filter(pl.col("touched_at") >= pl.col("ordered_at")).is_empty()
    # A touch in a browser that the customer was not known in is the customer's all the same.
    unknown = caused.filter(pl.col("customer_key") != pl.col("customer_key_of_touch"))
    assert 0 < unknown.height < caused.height / 2
    assert (unknown["customer_key_of_touch"] == 0).all()
    assert (unknown["visitor_id"] // _ids.VISITORS == unknown["customer_key"]).all()
    assert caused.filter(pl.col("channel_key") != pl.col("channel_key_of_touch")).is_empty()
    baseline = small["truth.order_cause"].filter(pl.col("cause") == "baseline")
    assert baseline["touchpoint_id"].null_count() == baseline.height


def test_orders_are_the_sum_of_their_lines_to_the_cent(small):
    sums = (
        small["fact_order_line"]
        .group_by("order_id")
        .agg(
            pl.col("net_revenue", "discount_amount").sum().name.suffix("_sum"),
            gross=(pl.col("unit_price") * pl.col("quantity")).sum(),
            units=pl.col("quantity").sum(),
            cost=(pl.col("unit_cost") * pl.col("quantity")).sum(),
        )
    )
    joined = small["fact_order"].join(sums, on="order_id", how="left")
    assert (joined["net_revenue"] == joined["net_revenue_sum"]).all()
    assert (joined["discount_amount"] == joined["discount_amount_sum"]).all()
    assert (joined["gross_amount"] == joined["gross"]).all()
    assert (joined["gross_amount"] - joined["discount_amount"] == joined["net_revenue"]).all()
    assert (joined["net_revenue"] - joined["cost"] == joined["margin"]).all()
    assert (joined["item_count"] == joined["units"]).all()
    assert (joined["net_revenue"] > 0).all()


def test_refunds_are_the_returns_and_never_more_than_the_revenue(small):
    orders = small["fact_order"]
    assert (orders["refund_amount"] <= orders["net_revenue"]).all()
    returned = small["fact_return"].group_by("order_id").agg(back=pl.col("refund_amount").sum())
    kept = orders.filter(pl.col("status") != "cancelled").join(returned, on="order_id", how="left")
    assert (kept["refund_amount"] == kept["back"].fill_null(0)).all()
    lines = small["fact_return"].join(small["fact_order_line"], on="order_line_id", suffix="_of_line")
    assert (lines["quantity"] <= lines["quantity_of_line"]).all()
    assert (lines["returned_at"] > lines["ordered_at"]).all()


def test_first_orders_are_first(small):
    first = (
        small["fact_order"]
        .sort("ordered_at", "order_id")
        .group_by("customer_key", maintain_order=True)
        .first()
    )
    flagged = small["fact_order"].filter("is_first_order")
    assert set(flagged["order_id"]) <= set(first["order_id"])
    # Who signed up within the data has a first order there; of the older customers most had one before.
    people = first.join(sign_ups(small), on="customer_key")
    is_new = pl.col("signed_up_at") >= pl.datetime(2024, 1, 6)
    assert people.filter(is_new)["is_first_order"].all()
    assert 0.02 < people.filter(~is_new)["is_first_order"].mean() < 0.5


def test_stock_is_never_negative_and_follows_its_flows(small):
    stock = small["fact_inventory"].sort("product_key", "date_key")
    assert stock["on_hand"].min() >= 0
    change = stock.with_columns(before=pl.col("on_hand").shift(1).over("product_key")).drop_nulls("before")
    assert (change["before"] + change["received"] - change["sold"] == change["on_hand"]).all()
    assert stock["sold"].sum() == small["fact_order_line"]["quantity"].sum()
    assert (stock["is_in_stock"] == (stock["on_hand"] > 0)).all()


def test_emails_are_unique_and_lower_case(large):
    emails = large["dim_customer"]["email"]
    assert emails.is_unique().all()
    assert emails.str.contains(r"^[a-z.]+[0-9]+@example\.(com|net|org)$").all()


def test_customer_versions_join_up(small):
    versions = small["dim_customer_history"].sort("customer_key", "valid_from")
    following = versions.with_columns(following=pl.col("valid_from").shift(-1).over("customer_key"))
    assert following.filter(
        pl.col("following").is_not_null() & (pl.col("following") != pl.col("valid_until"))
    ).is_empty()
    assert (versions["is_current"] == versions["valid_until"].is_null()).all()
    now = versions.filter("is_current").join(small["dim_customer"], on="customer_key", suffix="_now")
    assert now.height == small["dim_customer"].height
    assert now["loyalty_tier"].eq_missing(now["loyalty_tier_now"]).all()
    assert (now["is_email_opted_in"] == now["is_email_opted_in_now"]).all()
