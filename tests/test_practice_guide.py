"""The guide to the practice views: all views are there, and its questions are answered as from the star."""

import json
import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from martlet.engine.relations import relations

GUIDE = (Path(__file__).parents[1] / "docs" / "practice.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"\*\*([^*]+\?)\*\*\n\n```sql\n(.*?);\n```", GUIDE, re.DOTALL))
SALES = ["open", "completed", "partially_refunded", "refunded"]
CARTS = ["Add to Cart", "Checkout", "Purchase"]
ANSWERS = {}


def answers(question):
    """Register a function that answers a question from the star's tables."""

    def register(function):
        ANSWERS[question] = function
        return function

    return register


class Star:
    """The tables of the star as frames, words as text."""

    def __init__(self, warehouse):
        self._warehouse = warehouse
        self._frames = {}

    def __call__(self, table):
        if table not in self._frames:
            frame = self._warehouse.sql(f"SELECT * FROM star.{table}").pl()
            self._frames[table] = frame.with_columns(
                pl.col(pl.Enum, pl.Categorical).cast(pl.String), pl.col(pl.Decimal).cast(pl.Float64)
            )
        return self._frames[table]

    def sales(self):
        return self("fact_order").filter(pl.col("status").is_in(SALES))

    def lines(self):
        sold = self.sales().select("order_id")
        return self("fact_order_line").join(sold, on="order_id").join(self("dim_product"), on="product_key")

    def mails(self):
        mails = self("fact_email").filter(pl.col("delivered_at").is_not_null())
        return mails.join(self("dim_campaign"), on="campaign_key")


@pytest.fixture(scope="module")
def tables(warehouse):
    return Star(warehouse)


@answers("In which month was most sold?")
def _(star):
    months = (
        star.sales().group_by(month=pl.col("ordered_at").dt.truncate("1mo")).agg(pl.col("net_revenue").sum())
    )
    return months.sort("net_revenue").tail(1)


@answers("How many of the buyers bought again?")
def _(star):
    return star.sales().group_by("customer_key").len().select((pl.col("len") > 1).mean())


@answers("What is an order worth, by channel?")
def _(star):
    orders = star.sales().filter(pl.col("channel_key") > 0).join(star("dim_channel"), on="channel_key")
    return orders.group_by("channel").agg(pl.col("net_revenue").mean()).sort("channel")


@answers("How much of the revenue comes from new customers, by quarter?")
def _(star):
    quarter = pl.col("ordered_at").dt.truncate("1q")
    new = pl.col("net_revenue").filter("is_first_order").sum() / pl.col("net_revenue").sum()
    return star.sales().group_by(quarter).agg(new).sort("ordered_at")


@answers("How do orders of the site, of stores and from the catalogue differ?")
def _(star):
    figures = (pl.len(), pl.col("net_revenue").mean(), pl.col("customer_key").n_unique())
    by_channel = {row[0]: row for row in star.sales().group_by("order_channel").agg(*figures).iter_rows()}
    rows = [by_channel[name] for name in ("web", "store", "catalogue")]
    return pl.DataFrame(rows, schema=["channel", "orders", "worth", "customers"], orient="row")


@answers("Do baskets pile up just above the limit of free shipping, which is 50?")
def _(star):
    basket = (pl.col("net_revenue") + pl.col("coupon_amount")).round(2)
    baskets = star.sales().filter(pl.col("order_channel") == "web").select(basket=basket)
    near = baskets.filter((pl.col("basket") >= 20) & (pl.col("basket") < 80))
    return near.group_by(pl.col("basket") // 5 * 5).len().sort("basket")


@answers("What does each store sell in a day?")
def _(star):
    sales = star.sales().filter(pl.col("store_key") > 0).join(star("dim_store"), on="store_key")
    days = pl.col("ordered_at").dt.date().n_unique()
    return sales.group_by("store_id").agg(pl.col("net_revenue").sum() / days).sort("store_id")


@answers("What do sales cost, and what do they bring?")
def _(star):
    lines = star.sales().select("order_id").join(star("fact_order_line"), on="order_id")
    lines = lines.filter(pl.col("promotion_key") > 0).join(star("dim_promotion"), on="promotion_key")
    cut, paid = pl.col("discount_amount").sum(), pl.col("net_revenue").sum()
    return lines.group_by("promotion_type").agg(paid, cut / (paid + cut)).sort("promotion_type")


@answers("Do emails with a code bring more orders than those without?")
def _(star):
    kinds = ["Welcome", "Re-engagement", "Loyalty", "Abandoned Cart"]
    sends = star("fact_email").drop_nulls("sent_at").join(star("dim_campaign"), on="campaign_key")
    sends = sends.filter(pl.col("campaign_type").is_in(kinds))
    sends = sends.select("email_id", "customer_key", "sent_at", has_code=pl.col("coupon_key") > 0)
    placed = sends.join(star("fact_order"), on="customer_key").filter(
        pl.col("ordered_at") > pl.col("sent_at"),
        pl.col("ordered_at") <= pl.col("sent_at") + pl.duration(days=28),
    )
    orders = placed.group_by("has_code").agg(orders=pl.len())
    return sends.group_by("has_code").len().join(orders, on="has_code").sort("has_code")


@answers("Who brought the most customers?")
def _(star):
    referrers = star("dim_customer").select("customer_id", referrer_key="customer_key")
    brought = star("fact_referral").join(referrers, on="referrer_key").group_by("customer_id")
    counts = brought.agg(pl.len(), pl.col("reward_amount").sum())
    return counts.sort("len", "customer_id", descending=[True, False]).head(5)


@answers("How many members does each plan lose with each period?")
def _(star):
    rows = star("fact_subscription").select("plan", "renewals", "status").iter_rows()
    over, lost = Counter(), Counter()
    for plan, renewals, status in rows:
        over.update((plan, period) for period in range(1, renewals + 1))
        if status == "ended":
            over[plan, renewals + 1] += 1
            lost[plan, renewals + 1] += 1
    found = [(*key, over[key], lost[key] / over[key]) for key in sorted(over)]
    return pl.DataFrame(found, schema=["plan", "period", "periods", "churn"], orient="row")


@answers("How much do members pay in each month?")
def _(star):
    payments = star("fact_subscription_payment")
    return payments.group_by(pl.col("paid_at").dt.truncate("1mo")).agg(pl.col("amount").sum()).sort("paid_at")


@answers("Which three products bring most in each category?")
def _(star):
    sums = star.lines().group_by("category", "product_id", "name").agg(pl.col("net_revenue").sum())
    ranked = sums.sort("category", "net_revenue", "product_id", descending=[False, True, False])
    top = ranked.group_by("category", maintain_order=True).head(3).select("category", "name", "net_revenue")
    return top.sort("category", "net_revenue", "name", descending=[False, True, False])


@answers("Which categories are bought together most often?")
def _(star):
    held = (
        star("fact_order_line")
        .join(star("dim_product"), on="product_key")
        .select("order_id", "category")
        .unique()
    )
    pairs = held.join(held, on="order_id", suffix="_other").filter(
        pl.col("category") < pl.col("category_other")
    )
    counts = pairs.group_by("category", "category_other").len()
    return counts.sort("len", "category", "category_other", descending=[True, False, False]).head(5)


@answers("What does each category leave after its costs?")
def _(star):
    cost = (pl.col("quantity") * pl.col("unit_cost")).sum()
    revenue = pl.col("net_revenue").sum()
    return star.lines().group_by("category").agg((revenue - cost) / revenue).sort("category")


@answers("How much of each category comes back?")
def _(star):
    back = star("fact_return").group_by("order_line_id").agg(back=pl.col("quantity").sum())
    lines = star.lines().join(back, on="order_line_id", how="left")
    return lines.group_by("category").agg(pl.col("back").sum() / pl.col("quantity").sum()).sort("category")


@answers("Why do things come back?")
def _(star):
    reasons = star("fact_return").group_by("reason").agg(pl.len(), pl.col("refund_amount").sum())
    return reasons.sort("len", "reason", descending=[True, False])


@answers("Which products are rated best?")
def _(star):
    reviews = star("fact_review").join(star("dim_product"), on="product_key")
    rated = reviews.group_by("product_id").agg(pl.col("rating").mean(), pl.len())
    return rated.sort("rating", "len", "product_id", descending=[True, True, False]).head(10)


@answers("What do customers ask, and how long does it take?")
def _(star):
    hours = (pl.col("resolved_at") - pl.col("opened_at")).dt.total_seconds() / 3600
    asked = star("fact_support_contact").group_by("reason").agg(pl.len(), hours=hours.median())
    return asked.sort("len", "reason", descending=[True, False])


@answers("How many of the new buyers order again, month by month?")
def _(star):
    new = star("dim_customer").filter((pl.col("customer_key") != 0) & ~pl.col("ordered_before_data"))
    last = star("fact_order")["ordered_at"].max().date()
    new = new.filter(pl.col("first_ordered_on") < pl.lit(last).dt.offset_by("-7mo"))
    orders = star("fact_order").join(new.select("customer_key", "first_ordered_on"), on="customer_key")
    day, first = pl.col("ordered_at").dt, pl.col("first_ordered_on").dt
    months = (day.year() - first.year()) * 12 + day.month() - first.month().cast(pl.Int32)
    orders = orders.with_columns(months=months).filter(pl.col("months").is_between(1, 6))
    counts = orders.group_by("months").agg(pl.col("customer_key").n_unique() / new.height)
    return counts.sort("months")


@answers("How many carts are abandoned, by device?")
def _(star):
    visits = star("fact_session").filter(pl.col("furthest_stage").is_in(CARTS))
    visits = visits.join(star("dim_device"), on="device_key")
    return visits.group_by("device_type").agg(1 - pl.col("is_converted").mean()).sort("device_type")


@answers("How many visits end in an order, by source?")
def _(star):
    visits = star("fact_session").join(star("dim_channel"), on="channel_key")
    return visits.group_by("channel").agg(pl.len(), pl.col("is_converted").mean()).sort("channel")


@answers("Which products are seen often and put into the cart seldom?")
def _(star):
    events = star("fact_event").filter(pl.col("product_key") > 0).join(star("dim_product"), on="product_key")
    counts = events.group_by("product_id").agg(
        views=(pl.col("event_name") == "product_view").sum(),
        carts=(pl.col("event_name") == "add_to_cart").sum(),
    )
    rate = pl.col("carts") / pl.col("views")
    return counts.sort(rate, "views", "product_id", descending=[False, True, False]).head(10)


def _said(star, name, *keys):
    """Events of a name, with what their properties say of the keys, by Python's own reading of JSON."""
    events = star("fact_event").filter(pl.col("event_name") == name)
    said = [json.loads(text) for text in events["event_properties"]]
    return events.with_columns(pl.Series(key, [entry[key] for entry in said]) for key in keys)


@answers("What is clicked most, apart from products?")
def _(star):
    counts = _said(star, "click", "element").group_by("element").len()
    return counts.sort("len", "element", descending=[True, False])


@answers("Which videos are watched to the end?")
def _(star):
    plays = _said(star, "video_play", "video", "seconds", "length")
    whole = (pl.col("seconds") == pl.col("length")).mean()
    found = plays.group_by("video").agg(pl.len(), pl.col("seconds").mean(), whole.alias("whole"))
    return found.sort("len", "video", descending=[True, False])


def _searches(star):
    visits = star("fact_session").select("session_id", "is_converted")
    return _said(star, "search", "term", "results").join(visits, on="session_id")


@answers("What is searched for most, and how often does that lead to an order?")
def _(star):
    counts = _searches(star).group_by("term").agg(pl.len(), pl.col("is_converted").mean())
    return counts.sort("len", "term", descending=[True, False]).head(10)


@answers("What does it cost to find nothing?")
def _(star):
    nothing = (pl.col("results") == 0).alias("nothing")
    return _searches(star).group_by(nothing).agg(pl.len(), pl.col("is_converted").mean()).sort("nothing")


@answers("Which channels bring leads that buy?")
def _(star):
    leads = star("fact_lead").join(star("dim_channel"), on="channel_key")
    bought = pl.col("became_customer_at").is_not_null().mean()
    return leads.group_by("channel").agg(pl.len(), bought).sort("channel")


@answers("How many emails are opened and clicked by people, by kind of campaign?")
def _(star):
    by_people = [pl.col(f"first_human_{what}_at").is_not_null().mean() for what in ("opened", "clicked")]
    return star.mails().group_by("campaign_type").agg(*by_people).sort("campaign_type")


@answers("Who opens emails, by age?")
def _(star):
    mails = star.mails().join(star("dim_customer"), on="customer_key")
    opened = pl.col("first_human_opened_at").is_not_null().mean()
    return mails.group_by("age_range").agg(opened).sort("age_range")


@answers("At which hours are emails opened?")
def _(star):
    opens = star("fact_email").drop_nulls("first_human_opened_at")
    return opens.group_by(hour=pl.col("first_human_opened_at").dt.hour()).len().sort("hour")


@answers("What does an email bring, by kind of campaign?")
def _(star):
    """An order counts for the mail that its customer last clicked within 120 hours before it."""
    clicks = star("fact_email").drop_nulls("first_human_clicked_at")
    credited = (
        star.sales()
        .join(clicks, on="customer_key", suffix="_of_mail")
        .filter(
            pl.col("first_human_clicked_at") <= pl.col("ordered_at"),
            pl.col("ordered_at") <= pl.col("first_human_clicked_at") + pl.duration(hours=120),
        )
        .sort("first_human_clicked_at", "email_id")
        .group_by("order_id", maintain_order=True)
        .last()
    )
    revenue = credited.group_by(campaign_key="campaign_key_of_mail").agg(pl.col("net_revenue").sum())
    sent = star("fact_email").drop_nulls("sent_at").group_by("campaign_key").len()
    both = sent.join(revenue, on="campaign_key", how="left").join(star("dim_campaign"), on="campaign_key")
    return (
        both.group_by("campaign_type")
        .agg(pl.col("net_revenue").sum() / pl.col("len").sum())
        .sort("campaign_type")
    )


@answers("What does a click cost, and what do platforms claim for it?")
def _(star):
    spend = star("fact_ad_spend").join(star("dim_channel"), on="channel_key")
    sums = spend.group_by("channel").agg(pl.col("spend", "clicks", "platform_revenue").sum()).sort("channel")
    return sums.select(
        "channel", pl.col("spend") / pl.col("clicks"), pl.col("platform_revenue") / pl.col("spend")
    )


@answers("Which posts do people answer to?")
def _(star):
    answered = pl.sum_horizontal("likes", "comments", "shares", "clicks").sum() / pl.col("reach").sum()
    kinds = star("fact_social_post").group_by("platform", "content_type").agg(answered)
    return kinds.sort("platform", "content_type")


@answers("Which arm of each experiment is ahead?")
def _(star):
    person = pl.when(pl.col("customer_key") > 0).then("customer_key").otherwise(-pl.col("visitor_id"))
    exposed = (
        star("fact_exposure")
        .with_columns(person=person)
        .filter(pl.col("variant_key").n_unique().over("experiment_key", "person") == 1)
        .join(star("dim_experiment"), on="experiment_key")
        .join(star("dim_variant"), on="variant_key")
    )
    visits = star("fact_session").select(
        person=person, at="started_at", cart=pl.col("furthest_stage").is_in(CARTS), sold=pl.lit(value=False)
    )
    orders = star.sales().select(
        person=pl.col("customer_key").cast(pl.Int64),
        at="ordered_at",
        cart=pl.lit(value=False),
        sold=pl.lit(value=True),
    )
    done = exposed.join(pl.concat([visits, orders]), on="person").filter(
        pl.col("at") >= pl.col("exposed_at"), pl.col("at").dt.date() <= pl.col("ends_on")
    )
    outcomes = done.group_by("exposure_id").agg(pl.col("cart", "sold").any())
    rates = exposed.join(outcomes, on="exposure_id", how="left").group_by("name", "variant")
    means = [pl.col(name).fill_null(value=False).mean() for name in ("cart", "sold")]
    return rates.agg(pl.len(), *means).sort("name", "variant")


@answers("How many customers are won in each quarter?")
def _(star):
    first = star("fact_order").filter("is_first_order")
    return first.group_by(pl.col("ordered_at").dt.truncate("1q")).len().sort("ordered_at")


@answers("Which categories are best rated, and which sell?")
def _(star):
    products = star("dim_product").filter(pl.col("product_key") > 0)
    units = star.lines().group_by("category").agg(pl.col("quantity").sum())
    rated = (
        star("fact_review").join(products, on="product_key").group_by("category").agg(pl.col("rating").mean())
    )
    return units.join(rated, on="category", how="left").sort("category")


@answers("How often do list prices change, and by how much?")
def _(star):
    before = pl.col("list_price").shift(1).over("product_key")
    prices = star("fact_price").sort("product_key", "valid_from")
    changes = prices.select(change=pl.col("list_price") / before - 1).drop_nulls()
    return changes.select(n=pl.len(), size=pl.col("change").abs().mean(), up=(pl.col("change") > 0).mean())


@answers("Which categories are sold out most often?")
def _(star):
    stock = star("fact_inventory").join(star("dim_product"), on="product_key")
    shares = stock.group_by("category").agg(out=(~pl.col("is_in_stock")).mean())
    return shares.sort("out", "category", descending=[True, False])


def test_every_question_has_an_answer_from_the_star():
    assert set(QUESTIONS) == set(ANSWERS)
    assert len(QUESTIONS) >= 20


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_practice_views_answer_as_the_star_does(question, warehouse, tables):
    sql = QUESTIONS[question]
    assert not re.search(r"\b(star|mart)\.|_key\b", sql)
    found = warehouse.sql(sql).pl()
    found = found.with_columns(
        pl.col(pl.Enum, pl.Categorical).cast(pl.String), pl.col(pl.Decimal).cast(pl.Float64)
    )
    expected = ANSWERS[question](tables)
    assert found.height > 0
    expected = expected.rename(dict(zip(expected.columns, found.columns, strict=True)))
    assert_frame_equal(found, expected, check_dtypes=False, abs_tol=1e-6)


def test_every_practice_view_is_in_the_guide_with_its_id_and_a_question():
    views = {relation.name: relation for relation in relations() if relation.unit.folder == "practice"}
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (?:`(\w+)`)? ?\|", GUIDE, re.MULTILINE)
    assert {name for name, *_ in rows} == set(views)
    for name, _, key in rows:
        grain = views[name].unit.header["grain"]
        assert grain == [key] if key else len(grain) > 1
        assert re.search(rf"^### {name}\n\n\*\*", GUIDE, re.MULTILINE), name
