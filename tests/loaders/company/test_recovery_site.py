"""Landing pages, searches and what is said of events: what is planted shows in the tables that an analyst has."""

import json

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import load_preset
from martlet.loaders.warehouse.channels import channels

PRESET = load_preset("ecommerce")


@pytest.fixture(scope="module")
def landed(large):
    pages = large["dim_page"].select("page_key", "path", "page_type")
    campaigns = large["dim_campaign"].select("campaign_key", "campaign_type")
    visits = large["fact_session"].join(pages, left_on="landing_page_key", right_on="page_key")
    return visits.join(campaigns, on="campaign_key", how="left").with_columns(
        pl.col("page_type").cast(pl.String), pl.col("campaign_type").fill_null("")
    )


@pytest.fixture(scope="module")
def searches(large):
    events = large["fact_event"].filter(pl.col("event_name").cast(pl.String) == "search")
    said = events["event_properties"].cast(pl.String)
    return events.with_columns(
        term=said.str.json_path_match("$.term"), results=said.str.json_path_match("$.results").cast(pl.Int32)
    )


def test_visits_land_where_their_channel_leads(landed):
    """Kinds of landing pages by channel and type of campaign, against the planted shares: chi-square."""
    keys = dict(channels().select("channel", "channel_key").iter_rows())
    own = {(entry.channel, entry.campaign_type): entry.weights for entry in PRESET.visits.landings}
    names = ["home", "category", "product", "blog"]
    tested = 0
    for (channel, kind), mine in landed.group_by(
        pl.col("channel_key").replace_strict({key: name for name, key in keys.items()}), "campaign_type"
    ):
        weights = np.array(own.get((channel, kind), own[channel, ""]))
        counts = dict(mine["page_type"].value_counts().iter_rows())
        found = np.array([counts.get(name, 0) for name in names])
        assert found.sum() == mine.height
        expected = weights / weights.sum() * found.sum()
        assert found[expected == 0].sum() == 0
        if expected[expected > 0].min() > 5:
            tested += 1
            assert stats.chisquare(found[expected > 0], expected[expected > 0]).pvalue > 1e-5, (channel, kind)
    assert tested > 8


def test_bounces_differ_by_landing_page_as_planted(large, landed):
    """Ratio of bounce rates of two kinds of pages within channel, campaign type and device, by strangers; pooled (Mantel and Haenszel, 1959)."""
    strangers = landed.filter(pl.col("customer_key") == 0)
    factor = dict(large["truth.landing_page"].iter_rows())
    for name in ("category", "product", "blog"):
        cells = (
            strangers.filter(pl.col("page_type").is_in(["home", name]))
            .group_by("channel_key", "campaign_type", "device_key")
            .agg(
                n=(pl.col("page_type") == name).sum(),
                m=(pl.col("page_type") == "home").sum(),
                a=(pl.col("is_bounce") & (pl.col("page_type") == name)).sum(),
                b=(pl.col("is_bounce") & (pl.col("page_type") == "home")).sum(),
            )
            .filter((pl.col("n") > 0) & (pl.col("m") > 0))
            .select(pl.col("a", "b", "n", "m").cast(pl.Float64))
        )
        a, b, n, m = (cells[column].to_numpy() for column in "abnm")
        ratio = (a * m / (n + m)).sum() / (b * n / (n + m)).sum()
        # Variance of its log (Greenland and Robins, 1985).
        spread = (((a + b) * n * m - a * b * (n + m)) / (n + m) ** 2).sum()
        error = (spread / ((a * m / (n + m)).sum() * (b * n / (n + m)).sum())) ** 0.5
        planted = factor[name] / factor["home"]
        # Who knows the shop stays in any case, and no chance is above 1: a little of the ratio is lost.
        assert abs(np.log(ratio / planted)) < 4 * error + 0.04, (name, ratio, planted, error)


def test_what_is_ordered_is_landed_on(large, landed):
    orders = landed.filter(pl.col("order_id").is_not_null() & (pl.col("page_type") == "product"))
    page = large["dim_page"].select("page_key", "product_key")
    orders = orders.join(page, left_on="landing_page_key", right_on="page_key")
    lines = large["fact_order_line"].select("order_id", "product_key").unique()
    hit = orders.join(lines, on=["order_id", "product_key"]).height
    found = stats.binomtest(hit, orders.height, PRESET.visits.landed_on_order)
    # Some products that are not meant come up by chance.
    assert -0.03 < found.statistic - PRESET.visits.landed_on_order < 0.06, found


def test_pages_have_words_in_their_paths(large):
    pages = large["dim_page"].join(large["dim_product"], on="product_key", how="left")
    products = pages.filter(pl.col("page_type").cast(pl.String) == "product")
    assert products["path"].str.contains(r"^/p/[a-z0-9-]+-[0-9]{5}$").all()
    assert (
        products["path"]
        .str.contains(products["brand"].str.split(" ").list.first().str.to_lowercase(), literal=True)
        .all()
    )
    content = pages.filter(pl.col("page_type").cast(pl.String) == "blog", pl.col("path") != "/blog")["path"]
    used = set(large["fact_content"]["page_path"])
    assert set(content) >= used
    # Visits are to pages of content that is published.
    seen = large["fact_event"].join(pages, on="page_key").filter(pl.col("path").is_in(content.to_list()))
    published = large["fact_content"].group_by("page_path").agg(pl.col("published_on").min())
    seen = seen.join(published, left_on="path", right_on="page_path")
    assert seen.height > 0
    assert (seen["occurred_at"].dt.date() >= seen["published_on"]).all()
    assert pages["path"].is_unique().all()


def test_what_is_said_of_events_is_json_of_documented_keys(large):
    keys = {
        "search": {"term", "results"},
        "click": {"element"},
        "video_play": {"video", "seconds", "length"},
        "form_submit": {"form"},
        "add_to_cart": {"quantity"},
    }
    said = large["fact_event"].select(pl.col("event_name", "event_properties").cast(pl.String)).unique()
    for name, text in said.iter_rows():
        if name in keys:
            assert set(json.loads(text)) == keys[name]
        elif name == "product_view" and text is not None:
            assert json.loads(text)["from"] == "recommendation"
        else:
            assert text is None
    assert large["fact_event"]["event_properties"].null_count() > 0.9 * large["fact_event"].height


def test_carts_say_how_many(large):
    carts = large["fact_event"].filter(pl.col("event_name").cast(pl.String) == "add_to_cart")
    carts = carts.with_columns(
        units=pl.col("event_properties").cast(pl.String).str.json_path_match("$.quantity").cast(pl.Int32)
    )
    lines = large["fact_order_line"].join(large["fact_order"].select("order_id", "session_id"), on="order_id")
    both = lines.join(carts, on=["session_id", "product_key"], suffix="_of_cart")
    assert both.height > 1000
    assert (both["quantity"] == both["units"]).mean() > 0.98


def test_terms_follow_zipf_and_say_what_is_sought(large, searches):
    counts = searches["term"].value_counts(sort=True)
    # A tenth of the terms makes half of the searches or more, and many come once or twice.
    assert 0.4 < counts["count"].head(counts.height // 10).sum() / searches.height < 0.9
    assert (counts["count"] <= 2).mean() > 0.3
    truth = large["truth.search_term"]
    assert set(counts["term"]) <= set(truth["term"])
    assert truth["intent"].n_unique() == 5
    assert truth.filter("is_misspelled")["results"].max() == 0
    joined = searches.join(truth, on="term", suffix="_of_term")
    assert (joined["results"] == joined["results_of_term"]).all()
    products = set(truth.filter((pl.col("intent") == "product") & ~pl.col("is_misspelled"))["term"])
    assert {"headphones", "tent", "baskets", "shelves"} <= products


def test_searches_that_find_nothing_lead_to_fewer_orders(large, searches):
    """Log odds ratio of an order with nothing found against something found, against the planted factor."""
    orders = large["fact_order"].select("session_id", "order_id")
    visits = searches.join(orders, on="session_id", how="left").with_columns(
        nothing=pl.col("results") == 0, ordered=pl.col("order_id").is_not_null()
    )
    cells = {(n, o): c for n, o, c in visits.group_by("nothing", "ordered").len().iter_rows()}
    ratio = cells[True, True] * cells[False, False] / (cells[True, False] * cells[False, True])
    error = sum(1 / count for count in cells.values()) ** 0.5
    planted = large["truth.search_effect"]["conversion_odds_factor"][0]
    assert abs(np.log(ratio / planted)) < 4 * error, (ratio, planted, error)
    assert np.log(ratio) < -3 * error
