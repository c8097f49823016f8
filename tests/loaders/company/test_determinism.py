"""The same company comes out the same, whatever the threads, the blocks and the horizon."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from martlet.engine.errors import MartletError, ParameterError
from martlet.loaders.company import Company
from martlet.loaders.company import company as company_module

UNTIL = date(2025, 1, 1)
SORT = {
    "fact_session": "session_id",
    "fact_event": "event_id",
    "fact_touchpoint": "touchpoint_id",
    "fact_order": "order_id",
    "fact_lead": "lead_id",
    "fact_exposure": "exposure_id",
}


@pytest.fixture(scope="module")
def make(tables_of):
    def build(seed=3, threads=1, block=64):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(company_module, "BLOCK", block)
            return tables_of(Company(customers=200, days=200, until=UNTIL, seed=seed), threads)

    return build


@pytest.fixture(scope="module")
def once(make):
    return make()


@pytest.mark.parametrize("threads", [2, 8])
def test_threads_change_nothing(once, make, threads):
    again = make(threads=threads)
    assert list(again) == list(once)
    assert [name for name in once if not once[name].equals(again[name])] == []


def test_block_size_changes_nothing_but_the_order_of_rows(once, make):
    whole = make(block=4096)
    for name, frame in once.items():
        by = SORT.get(name)
        assert (frame.sort(by) if by else frame).equals(whole[name].sort(by) if by else whole[name]), name


def test_another_seed_is_another_company(once, make):
    other = make(seed=4)
    for name in ("dim_customer", "fact_order", "fact_session", "fact_email", "truth.customer"):
        assert not once[name].equals(other[name])


def test_customers_do_not_depend_on_how_many_there_are(tables_of):
    few, many = (Company(customers=count, days=200, until=UNTIL, seed=3) for count in (100, 200))
    # Where people live, and what follows from it, is drawn by the week of the sign-up, which has another date here.
    fixed = ["customer_key", "birth_date", "gender", "education"]
    one, two = (tables_of(company)["dim_customer"].drop("birth_date").head(50) for company in (few, many))
    assert one.select(fixed[2:]).equals(two.select(fixed[2:]))


def test_a_longer_horizon_adds_rows_and_changes_none(tables_of):
    """What was closed at the shorter end stays as it was: orders, touches, visits, mails."""
    days, more = 200, 120
    short = Company(customers=300, days=days, until=UNTIL, seed=3)
    long = Company(customers=300, days=days + more, until=UNTIL + timedelta(days=more), seed=3)
    scale = short._world.scale
    slots = int(np.ceil(scale * float(long._world.growth.forward(long._world.until_at)))) + 40
    long._world = replace(long._world, scale=scale, slots=slots)
    before, after = tables_of(short), tables_of(long)
    settled = UNTIL - timedelta(days=1)
    rules = {
        "fact_order": (
            "order_id",
            "ordered_at",
            [
                *("order_id", "customer_key", "ordered_at", "session_id", "net_revenue", "is_first_order"),
                *("order_channel", "store_key", "coupon_key", "coupon_amount", "shipping_amount"),
            ],
        ),
        "fact_order_line": ("order_line_id", "ordered_at", None),
        "fact_touchpoint": ("touchpoint_id", "touched_at", None),
        "fact_session": ("session_id", "started_at", None),
        "fact_event": ("event_id", "occurred_at", None),
        "fact_email": (
            "email_id",
            "assigned_at",
            ["email_id", "campaign_key", "assigned_at", "is_holdout", "sent_at", "delivered_at"],
        ),
        "fact_return": ("return_id", "returned_at", None),
        "fact_delivery": ("order_id", "delivered_at", None),
        "fact_review": ("review_id", "reviewed_at", None),
        "fact_exposure": ("exposure_id", "exposed_at", None),
        "fact_referral": (
            "referral_id",
            "referred_at",
            ["referral_id", "referrer_key", "referred_at", "signed_up_at", "code"],
        ),
        "fact_subscription": ("subscription_id", "started_at", ["subscription_id", "plan", "started_at"]),
        "fact_subscription_payment": ("payment_id", "paid_at", None),
        "fact_support_contact": (
            "support_contact_id",
            "opened_at",
            ["support_contact_id", "order_id", "opened_at", "channel", "reason"],
        ),
    }
    for name, (key, moment, columns) in rules.items():
        old = before[name].sort(key).select(columns or pl.all())
        new = after[name].sort(key).select(columns or pl.all())
        assert old.join(new, on=key, how="anti").is_empty(), name
        closed = (
            (pl.col(moment) < UNTIL)
            if name not in ("fact_session", "fact_email")
            else pl.col(moment) < settled
        )
        assert old.filter(closed).equals(new.filter(closed)), name
    # Totals by day and week, and the plans, come out the same too, the week that is cut short excepted.
    week = int((UNTIL - timedelta(days=6)).strftime("%Y%m%d"))
    for name in (
        "fact_inventory",
        "fact_content",
        "fact_ad_spend",
        "fact_ad_region",
        "truth.media_week",
        "truth.media_contribution",
    ):
        old = before[name].filter(pl.col("date_key") < week)
        assert old.height > 0
        assert old.join(after[name], on=old.columns, how="anti", nulls_equal=True).is_empty(), name
    for name in ("truth.product", "truth.stock_out_met"):
        assert before[name].join(after[name], on=before[name].columns, how="anti").is_empty(), name
    # A price that held at the end may have ended since.
    settled = before["fact_price"].drop_nulls("valid_to")
    assert settled.join(after["fact_price"], on=settled.columns, how="anti").is_empty()
    started = ["product_key", "valid_from", "list_price"]
    assert before["fact_price"].join(after["fact_price"], on=started, how="anti").is_empty()
    for name in (
        "truth.stock_out",
        "dim_campaign",
        "dim_page",
        "fact_social_post",
        "dim_promotion",
        "dim_coupon",
        "dim_store",
    ):
        old = before[name]
        assert old.join(after[name], on=old.columns, how="anti", nulls_equal=True).is_empty(), name
    assert after["dim_customer"].height > before["dim_customer"].height
    same = ["customer_key", "email", "signed_up_at", "acquisition_campaign_key"]
    known = after["dim_customer"].filter(pl.col("signed_up_at") < UNTIL)
    assert before["dim_customer"].select(same).equals(known.select(same))


def test_exactly_as_many_customers_as_asked_for(tables_of):
    for count in (1, 2, 137):
        frames = tables_of(Company(customers=count, days=90, until=UNTIL, seed=5))
        assert frames["dim_customer"]["customer_key"].to_list() == list(range(1, count + 1))


def test_a_company_of_one_day_is_whole(tables_of):
    frames = tables_of(Company(customers=20, days=1, until=UNTIL, seed=5))
    assert frames["dim_customer"].height == 20


def test_totals_need_their_blocks():
    company = Company(customers=10, days=30, until=UNTIL)
    with pytest.raises(MartletError, match="blocks"):
        next(company.totals())


@pytest.mark.parametrize(
    "wrong",
    [{"customers": 0}, {"customers": 10.5}, {"customers": True}, {"days": 0}, {"days": 10**6}, {"seed": -1}],
)
def test_impossible_arguments_are_named_with_their_range(wrong):
    (name,) = wrong
    with pytest.raises(ParameterError, match=rf"{name} is .* allowed are"):
        Company(**{"customers": 10, "days": 30, "until": UNTIL, **wrong})


def test_settings_say_what_makes_these_rows():
    company = Company(customers=10, days=30, until=UNTIL, seed=9)
    settings = company.settings()
    assert settings["seed"] == "9"
    assert settings["until"] == "2025-01-01"
    assert settings["first_day"] == "2024-12-02"
    assert float(settings["sign_up_scale"]) == company._world.scale
    assert {type(value) for value in settings.values()} == {str}
