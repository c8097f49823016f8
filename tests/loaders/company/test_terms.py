"""Where orders are placed and with which coupon; what that does to their sums; baskets that are filled up."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.engine.errors import ParameterError
from martlet.loaders.company import Company, load_preset

PRESET = load_preset("ecommerce")
LIMIT = PRESET.basket.free_shipping_from
UNTIL = date(2026, 1, 1)
# Three standard errors are passed by chance in one test of 370.
SURE = 0.0027


@pytest.fixture(scope="module")
def orders(large):
    people = large["dim_customer"].select("customer_key", "signed_up_at")
    causes = large["truth.order_cause"].select("order_id", "cause", "touchpoint_id")
    found = large["fact_order"].join(people, on="customer_key").join(causes, on="order_id")
    return found.with_columns(basket=(pl.col("net_revenue") + pl.col("coupon_amount")).cast(pl.Float64))


def test_only_orders_of_habit_are_placed_outside_of_the_site(orders):
    elsewhere = orders.filter(pl.col("order_channel") != "web")
    assert set(elsewhere["cause"].cast(pl.String)) == {"baseline"}
    assert elsewhere["session_id"].null_count() == elsewhere.height
    assert (
        elsewhere.select("channel_key", "campaign_key", "device_key", "coupon_key").sum_horizontal() == 0
    ).all()
    assert orders.filter(pl.col("order_channel") == "web")["session_id"].null_count() == 0
    shares = elsewhere["order_channel"].cast(pl.String).value_counts(normalize=True)
    assert set(shares["order_channel"]) == {"store", "catalogue"}
    assert 0.05 < elsewhere.height / orders.height < 0.2


def test_stores_serve_their_own_city_in_its_own_hours(orders, large):
    stores = large["dim_store"]
    sold = orders.filter(pl.col("store_key") > 0).join(stores, on="store_key")
    assert sold.height == orders.filter(pl.col("order_channel") == "store").height > 100
    places = large["dim_geography"].select("geography_key", "city")
    assert (sold["city"] == sold.join(places, on="geography_key")["city_right"]).all()
    assert (sold["ordered_at"].dt.date() >= sold["opened_on"]).all()
    zones = {place.city: ZoneInfo(place.zone) for place in PRESET.people.places}
    hours = [
        at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zones[city]).hour
        for at, city in sold.select("ordered_at", "city").iter_rows()
    ]
    assert PRESET.stores.opens <= min(hours)
    assert max(hours) < PRESET.stores.closes
    assert set(sold["store_key"]) == set(stores["store_key"])
    assert (sold["shipping_amount"] == 0).all()


def test_the_catalogue_is_for_older_customers(orders, large):
    """Of baseline orders that no store took, by age at the sign-up: the planted shares, each by its binomial test."""
    bands = [band.name for band in PRESET.people.ages]
    people = large["dim_customer"].select(
        "customer_key",
        age=((pl.col("signed_up_at") - pl.col("birth_date").cast(pl.Datetime)).dt.total_days() / 365.25),
    )
    edges = [band.low for band in PRESET.people.ages][1:]
    habit = orders.filter((pl.col("cause") == "baseline") & (pl.col("order_id") % 1_000_000 > 0))
    habit = habit.join(people, on="customer_key")
    band = np.searchsorted(edges, habit["age"].to_numpy(), side="right")
    by_catalogue = (habit["order_channel"] == "catalogue").to_numpy()
    for number, share in enumerate(PRESET.stores.catalogue):
        mine = band == number
        found = stats.binomtest(int(by_catalogue[mine].sum()), int(mine.sum()), share)
        assert found.pvalue > SURE / len(bands), bands[number]


def test_a_coupon_takes_off_what_it_says(orders, large):
    used = orders.filter(pl.col("coupon_key") > 0).join(large["dim_coupon"], on="coupon_key")
    day = used["ordered_at"].dt.date()
    assert used.height > 50
    assert (day >= used["starts_on"]).all()
    assert (day <= used["ends_on"].fill_null(UNTIL)).all()
    basket, off = used["basket"].to_numpy(), used["coupon_amount"].cast(pl.Float64).to_numpy()
    value = used["value"].cast(pl.Float64).fill_null(0.0).to_numpy()
    expected = np.select(
        [(used["coupon_type"] == kind).to_numpy() for kind in ("percent", "fixed")],
        [basket * value / 100, np.minimum(value, np.floor(basket * 50 + 1e-6) / 100)],
        0.0,
    )
    # Half a cent, either way.
    assert np.abs(off - expected).max() < 0.00501
    assert (used.filter(pl.col("coupon_type") == "free shipping")["shipping_amount"] == 0).all()
    assert set(used["coupon_type"]) == {"percent", "fixed", "free shipping"}


def test_half_of_the_mails_of_some_types_carry_a_code(large):
    types = {kind.campaign_type for kind in PRESET.coupons.kinds}
    mails = large["fact_email"].drop_nulls("sent_at").join(large["dim_campaign"], on="campaign_key")
    with_code = mails.filter(pl.col("coupon_key") > 0).join(
        large["dim_coupon"], on="coupon_key", suffix="_of_coupon"
    )
    assert set(with_code["campaign_type"]) == types
    assert (with_code["campaign_key"] == with_code["campaign_key_of_coupon"]).all()
    could = mails.filter(pl.col("campaign_type").is_in(types)).height
    assert stats.binomtest(with_code.height, could, PRESET.coupons.given).pvalue > SURE
    assert large["fact_email"].filter(pl.col("sent_at").is_null())["coupon_key"].sum() == 0


def test_who_uses_a_code_got_it_in_a_mail_or_was_invited(orders, large):
    # Mails from before the data have no row, and their codes are valid for some weeks.
    codes = orders.filter(
        (pl.col("coupon_key") > 1) & (pl.col("ordered_at") > pl.lit(date(2024, 1, 2) + timedelta(days=90)))
    )
    mails = large["fact_email"].filter(pl.col("coupon_key") > 0)
    got = codes.join(mails, on=["customer_key", "coupon_key"]).filter(
        pl.col("delivered_at") < pl.col("ordered_at")
    )
    assert got["order_id"].n_unique() == codes.height > 0
    friends = orders.filter(pl.col("coupon_key") == 1)
    assert (friends["order_id"] % 1_000_000 == 0).all()
    assert friends.join(large["fact_referral"], on="customer_key").height > 0.9 * friends.height > 0


def test_shipping_is_free_from_the_limit_in_stores_for_members_and_by_coupon(orders, large):
    members = large["fact_subscription"].select("customer_key", "started_at", "ended_at")
    free = large["dim_coupon"].filter(pl.col("coupon_type") == "free shipping")["coupon_key"]
    told = orders.join(members, on="customer_key", how="left").with_columns(
        is_member=(pl.col("ordered_at") >= pl.col("started_at"))
        & (pl.col("ended_at").is_null() | (pl.col("ordered_at") < pl.col("ended_at"))),
    )
    is_free = (
        (pl.col("basket") >= LIMIT - 1e-9)
        | (pl.col("order_channel") == "store")
        | pl.col("is_member").fill_null(value=False)
        | pl.col("coupon_key").is_in(free.implode())
    )
    told = told.with_columns(is_free=is_free)
    assert ((told["shipping_amount"] == 0) == told["is_free"]).all()
    assert set(told.filter(~pl.col("is_free"))["shipping_amount"].cast(pl.Float64)) == {
        PRESET.basket.shipping_fee
    }
    assert told.filter(pl.col("is_member") & (pl.col("basket") < LIMIT)).height > 10


def test_each_discount_has_its_promotion_or_coupon(large):
    lines = large["fact_order_line"].join(
        large["fact_order"].select("order_id", "coupon_key", "coupon_amount"), on="order_id"
    )
    lines = lines.join(large["dim_promotion"], on="promotion_key", how="left").join(
        large["dim_product"].select("product_key", "category"), on="product_key"
    )
    # An experiment on prices grants some people a discount that is no promotion.
    on_price = large["dim_experiment"].filter(pl.col("primary_metric") == "units")["experiment_key"].to_list()
    tried = large["fact_exposure"].filter(pl.col("experiment_key").is_in(on_price))["customer_key"].unique()
    lines = lines.filter(~pl.col("customer_key").is_in(tried.to_list()))
    plain = lines.filter((pl.col("promotion_key") == 0) & (pl.col("coupon_amount") == 0))
    assert (plain["discount_amount"] == 0).all()
    cut = lines.filter((pl.col("promotion_key") > 0) & (pl.col("coupon_amount") == 0))
    gross = (cut["unit_price"].cast(pl.Float64) * cut["quantity"]).to_numpy()
    assert (
        np.abs(cut["discount_amount"].cast(pl.Float64).to_numpy() - gross * cut["discount"].to_numpy()).max()
        < 0.0051
    )
    named = cut.drop_nulls("categories")
    assert all(category in told for category, told in named.select("category", "categories").iter_rows())
    assert set(lines["promotion_type"].drop_nulls()) == {"Seasonal sale", "Price cut"}


def test_baskets_are_filled_up_to_the_limit(large, kept, tables_of):
    """The same company without filling has the baskets that lacked little; so many of them as planted are gone, and lie above."""
    off = {"basket.filled_up": 0.0}
    plain = kept("plain", lambda: tables_of(Company(customers=2000, days=400, seed=11, set=off)))
    filled = kept("filled", lambda: tables_of(Company(customers=2000, days=400, seed=11)))

    def baskets(tables):
        return tables["fact_order"].select(
            "order_id",
            "order_channel",
            basket=(pl.col("net_revenue") + pl.col("coupon_amount")).cast(pl.Float64),
        )

    both = baskets(plain).join(baskets(filled), on="order_id", suffix="_filled")
    assert both.height == plain["fact_order"].height
    changed = both.filter((pl.col("basket") - pl.col("basket_filled")).abs() > 0.05)
    least = LIMIT - PRESET.basket.filled_up_by
    assert changed["basket"].is_between(least - 0.01, LIMIT).all()
    assert (changed["order_channel"] == "web").all()
    near = both.filter(
        pl.col("basket").is_between(least, LIMIT, closed="left"), pl.col("order_channel") == "web"
    )
    # Members, codes of free shipping and products that are there already leave some out.
    assert 0.3 < changed.height / near.height < PRESET.basket.filled_up + 0.1
    assert (changed["basket_filled"] >= LIMIT).mean() > 0.75
    everything = large["fact_order"].filter(pl.col("order_channel") == "web")
    basket = (everything["net_revenue"] + everything["coupon_amount"]).cast(pl.Float64)
    below, above = (basket.is_between(low, low + 5, closed="left").sum() for low in (LIMIT - 5, LIMIT))
    assert above > 1.4 * below


@pytest.mark.slow
def test_codes_drawn_by_lot_tell_what_they_cause(tables_of):
    """Where mail works ten times as well, the difference of orders between mails with and without a code is the planted one.

    The extra orders of the truth are counted too: among the mails with a code they are the lift's part of those which the mail caused.
    """
    strong = Company(customers=6000, days=400, seed=5, set={"channels.Email.effect": 0.2})
    tables = tables_of(strong)
    types = {kind.campaign_type for kind in PRESET.coupons.kinds}
    campaigns = tables["dim_campaign"].filter(pl.col("campaign_type").is_in(types))
    mails = tables["fact_email"].join(campaigns, on="campaign_key", how="semi")
    opened = mails.filter(pl.col("first_human_opened_at").is_not_null())
    caused = (
        tables["truth.order_cause"]
        .filter(pl.col("cause") == "touch")
        .join(campaigns, on="campaign_key", how="semi")
    )
    placed = caused.join(tables["fact_order"].select("order_id", "customer_key"), on="order_id")
    touches = tables["fact_touchpoint"].filter(pl.col("touch_type") == "email_open")
    placed = placed.join(touches.select("touchpoint_id"), on="touchpoint_id", how="semi")
    by_code = placed.join(
        opened.select("customer_key", "campaign_key", has_code=pl.col("coupon_key") > 0),
        on=["customer_key", "campaign_key"],
    )
    with_code, without = (by_code.filter(pl.col("has_code") == told).height for told in (True, False))
    mailed = [opened.filter((pl.col("coupon_key") > 0) == told).height for told in (True, False)]
    # Given the sum of two Poisson counts, one of them is binomial; its share follows from the lift.
    lift = 1 + PRESET.coupons.lift
    share = lift * mailed[0] / (lift * mailed[0] + mailed[1])
    assert with_code + without > 200
    assert stats.binomtest(with_code, with_code + without, share).pvalue > SURE
    uses = tables["truth.coupon_use"]
    extra = uses.filter("is_extra").height
    assert stats.binomtest(extra, with_code, PRESET.coupons.lift / lift).pvalue > SURE
    assert extra < uses.height


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (
            "coupons.kinds",
            [{"campaign_type": "Wellcome", "prefix": "A", "coupon_type": "fixed", "value": 1}],
            "Did you mean",
        ),
        ("stores.places", [{"city": "Gotham", "name": "A", "opened_day": 1}], "Gotham"),
        ("stores.places", [{"city": "Boston", "name": name, "opened_day": 1} for name in "AB"], "taken"),
        ("stores.catalogue", [0.1], "people.ages needs"),
        ("membership.plans", [], "weight is above 0"),
    ],
)
def test_contradictions_are_named(key, value, words):
    with pytest.raises(ParameterError, match=words):
        Company(customers=10, set={key: value})
