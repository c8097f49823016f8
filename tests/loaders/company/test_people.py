"""What customers are like, and what follows from it: planted amounts, found again."""

import numpy as np
import polars as pl
from scipy import special, stats

from martlet.loaders.company import Company, load_preset
from martlet.loaders.company._draws import gamma, normal_of_gamma
from martlet.loaders.company.people import People
from martlet.loaders.company.streams import Streams

PRESET = load_preset("ecommerce")


def test_gamma_numbers_have_the_normal_numbers_of_their_rank():
    drawn = gamma(Streams(3), "test", np.arange(50_000), 3.0)
    exact = special.ndtri(special.gammainc(3.0, drawn))
    # Wilson and Hilferty's cube root is right to some hundredths, but for the hundredth in the tails.
    assert np.quantile(np.abs(normal_of_gamma(drawn, 3.0) - exact), 0.99) < 0.08


def test_baskets_grow_with_income_as_planted(large):
    """The correlation of log income and the spend's normal score: the planted one, times the part of income that it is about."""
    people = large["dim_customer"].join(large["truth.customer"], on="customer_key").drop_nulls("income")
    income = np.log(people["income"].cast(pl.Float64).to_numpy())
    orders = PRESET.orders
    exact = stats.invgamma(orders.spend_spread, scale=orders.spend_shape * orders.spend_scale)
    score = special.ndtri(exact.cdf(people["mean_spend"].cast(pl.Float64).to_numpy()))
    planted = PRESET.people.income_and_spend * PRESET.people.income_spread / income.std()
    found = stats.pearsonr(income, score)
    low, high = found.confidence_interval(0.999)
    assert low < planted < high
    baskets = large["fact_order"].join(people, on="customer_key").sort("income", "order_id")
    fifth = baskets.height // 5
    poor, rich = (
        frame["net_revenue"].cast(pl.Float64).mean() for frame in (baskets.head(fifth), baskets.tail(fifth))
    )
    assert rich > 1.5 * poor


def test_contacts_are_scaled_to_an_average_customer():
    """Whatever the heterogeneity, the mean of all who sign up is 1: `touches` are those of an average customer."""
    for shape in (0.1, 0.25, 1.0, 4.0):
        world = Company(customers=40_000, set={"orders.rate_shape": shape})._world
        keen = People.of(world, 0, 40_000).engagement
        assert abs(keen.mean() - 1) < 4 * keen.std() / 200


def test_lines_come_back_as_often_as_their_product_says(large):
    settled = large["fact_order_line"].filter(pl.col("ordered_at") < pl.datetime(2025, 9, 1))
    orders = large["fact_order"].filter(pl.col("status") != "cancelled").select("order_id")
    lines = settled.join(orders, on="order_id").join(
        large["dim_product"].select("product_key", "category"), on="product_key"
    )
    lines = lines.join(large["truth.product"].select("product_key", "return_probability"), on="product_key")
    back = lines.with_columns(
        back=pl.col("order_line_id").is_in(large["fact_return"]["order_line_id"].to_list())
    )
    counts = back.group_by("category").agg(
        n=pl.len(), back=pl.col("back").sum(), return_probability=pl.col("return_probability").mean()
    )
    assert counts.height == len(PRESET.categories)
    for row in counts.iter_rows(named=True):
        assert stats.binomtest(row["back"], row["n"], row["return_probability"]).pvalue > 0.0001, row
    chances = dict(large["truth.return_probability"].iter_rows())
    assert chances["Clothing"] > 2 * chances["Electronics"] > 4 * chances["Books"]


def test_older_people_open_more(large):
    """By whole bands of age, as in published panels; the factors are tested in test_modifiers."""
    mails = (
        large["fact_email"]
        .filter(pl.col("delivered_at").is_not_null())
        .join(large["dim_customer"], on="customer_key")
    )
    rates = (
        mails.group_by("age_range")
        .agg(rate=pl.col("first_human_opened_at").is_not_null().mean())
        .sort("age_range")
    )
    assert rates["rate"][-1] > 1.7 * rates["rate"][0]
    assert (rates["rate"].diff().drop_nulls() > -0.01).all()


def test_sign_ups_follow_the_media(large):
    """Weeks in which a channel's response is strong bring more of its sign-ups, by the planted ratio; unpaid ones stay."""
    world = Company(customers=6000, days=730, seed=11)._world
    people = large["dim_customer"].filter(pl.col("signed_up_at") >= world.first_day)
    at = people["signed_up_at"].dt.epoch("s").to_numpy()
    plan, first, last = world.media, *world.media.week_of(np.array([world.start_at, world.until_at - 1]))
    weeks = np.arange(first + 1, last)  # whole ones
    bounds = (weeks[0] + plan.first_week + np.arange(weeks.size + 1)) * 7 * 86_400 - 3 * 86_400
    busy = np.diff(world.clock.forward(bounds))
    channel = people["acquisition_channel_key"].to_numpy()
    total = plan.pull_of(bounds[:-1])
    paid = sorted({int(key) for key in np.flatnonzero(plan.response.std(axis=(1, 2)) > 0)})
    unpaid = ~np.isin(channel, paid)
    cases = [(channel == key, plan.regions.weight @ plan.response[key][:, weeks]) for key in paid]
    for mine, response in [*cases, (np.ones_like(unpaid), total)]:
        count = np.histogram(at[mine], bounds)[0]
        strong = response > np.median(response)
        found = np.log(count[strong].sum() / busy[strong].sum() * busy[~strong].sum() / count[~strong].sum())
        planned = np.log((busy * response)[strong].sum() / busy[strong].sum())
        planned -= np.log((busy * response)[~strong].sum() / busy[~strong].sum())
        error = np.sqrt(1 / count[strong].sum() + 1 / count[~strong].sum())
        assert abs(found - planned) < 4 * error, (found, planned, error)
    count = np.histogram(at[unpaid], bounds)[0]
    strong = total > np.median(total)
    even = busy[strong].sum() / busy.sum()
    assert stats.binomtest(int(count[strong].sum()), int(count.sum()), even).pvalue > 0.001
