"""The packs social and content against plain recomputations on random posts, uses and page views."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import exp, log, prod, sqrt
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from .mails_by_hand import ratio, wilson

ORIGIN = datetime(2024, 1, 1)
COUNTS = ("likes", "comments", "shares", "clicks")
POSTS = st.lists(
    st.fixed_dictionaries(
        {
            "posted_at": st.integers(0, 24 * 120).map(lambda hour: ORIGIN + timedelta(hours=hour)),
            "platform": st.sampled_from(["Instagram", "TikTok"]),
            "content_type": st.sampled_from(["image", "video", "story"]),
            "impressions": st.integers(0, 5000),
            "reach": st.integers(0, 3000),
            **{name: st.integers(0, 200) for name in COUNTS},
            "cost": st.integers(0, 9999).map(lambda cents: Decimal(cents) / 100),
        }
    ),
    max_size=30,
).map(lambda found: [{"post_id": number, **post} for number, post in enumerate(found, 1)])


def engagements(post):
    return sum(post[name] for name in COUNTS)


@given(posts=POSTS)
def test_platforms_sum_to_the_fact_and_take_posts_as_what_varies(star, posts):
    star.fill(fact_social_post=posts)
    rows = star.ask("social/platforms")
    for name in ("impressions", "reach", "cost", *COUNTS):
        assert sum(row[name] or 0 for row in rows) == sum(post[name] for post in posts)
    has_cost = any(post["cost"] for post in posts)
    for row in rows:
        own = [post for post in posts if post["platform"] == row["platform"]]
        reach = sum(post["reach"] for post in own)
        total = sum(map(engagements, own))
        assert (row["posts"], row["engagements"]) == (len(own), total)
        assert row["engagement_by_impressions"] == (
            None if not row["impressions"] else pytest.approx(total / row["impressions"])
        )
        assert row["cost_per_engagement"] == (
            pytest.approx(float(row["cost"]) / total) if total and has_cost else None
        )
        own = [post for post in own if post["reach"]]
        if len(own) < 2:
            assert row["engagement_high"] is None
            continue
        rate = sum(map(engagements, own)) / reach
        spread = (
            sum((engagements(post) - rate * post["reach"]) ** 2 for post in own) * len(own) / (len(own) - 1)
        )
        margin = stats.t.ppf(0.975, len(own) - 1) * sqrt(spread) / reach
        assert row["engagement_high"] == pytest.approx(rate + margin, rel=2e-3)
        assert row["engagement_low"] == pytest.approx(max(rate - margin, 0), rel=2e-2, abs=2e-3 * margin)


@given(posts=POSTS)
def test_kinds_of_posts_are_compared_by_least_squares_within_platform_and_quarter(star, posts):
    star.fill(fact_social_post=posts)
    rows = {row["content_type"]: row for row in star.ask("social/content_types")}
    counts = defaultdict(int)
    for post in posts:
        counts[post["content_type"]] += 1
    assert {kind: row["posts"] for kind, row in rows.items()} == counts
    if not posts:
        return
    usual = min(counts, key=lambda kind: (-counts[kind], kind))
    assert (rows[usual]["factor"], rows[usual]["factor_low"]) == (1, None)
    shown = [post for post in posts if post["reach"]]
    others = sorted(set(counts) - {usual})
    strata = sorted({(post["platform"], (post["posted_at"].month - 1) // 3) for post in shown})
    x = np.array(
        [
            [float(post["content_type"] == kind) for kind in others]
            + [float((post["platform"], (post["posted_at"].month - 1) // 3) == one) for one in strata]
            for post in shown
        ]
    )
    y = np.array([log((engagements(post) + 0.5) / post["reach"]) for post in shown])
    if not others or not shown or np.linalg.matrix_rank(x) < x.shape[1]:
        return
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    degrees = len(y) - x.shape[1]
    for kind, coefficient, variance in zip(others, beta, np.diag(np.linalg.inv(x.T @ x)), strict=False):
        row = rows[kind]
        assert row["factor"] == pytest.approx(exp(coefficient), rel=1e-7)
        if degrees:
            reach = stats.t.ppf(0.975, degrees) * sqrt(variance * ((y - x @ beta) ** 2).sum() / degrees)
            assert (row["factor_low"], row["factor_high"]) == pytest.approx(
                (exp(coefficient - reach), exp(coefficient + reach)), rel=6e-3
            )
        else:
            assert row["factor_low"] is None


@given(posts=POSTS, by=st.sampled_from(["hour", "weekday"]))
def test_times_are_held_against_platform_and_kind(star, posts, by):
    star.fill(fact_social_post=posts)
    shown = [post for post in posts if post["reach"]]
    usual = defaultdict(list)
    for post in shown:
        usual[post["platform"], post["content_type"]].append(log((engagements(post) + 0.5) / post["reach"]))
    bands = defaultdict(list)
    for post in shown:
        own = usual[post["platform"], post["content_type"]]
        band = f"{post['posted_at']:%H}" if by == "hour" else str(post["posted_at"].isoweekday())
        bands[band].append(log((engagements(post) + 0.5) / post["reach"]) - sum(own) / len(own))
    rows = star.ask("social/timing", by=by)
    assert [row["band"] for row in rows] == sorted(bands)
    degrees = len(shown) - len(bands) - len(usual) + 1
    squares = sum((value - sum(values) / len(values)) ** 2 for values in bands.values() for value in values)
    for row in rows:
        values = bands[row["band"]]
        mean = sum(values) / len(values)
        assert (row["posts"], row["factor"]) == (len(values), pytest.approx(exp(mean)))
        if degrees >= 1:
            reach = stats.t.ppf(0.975, degrees) * sqrt(squares / degrees / len(values))
            assert row["factor_high"] == pytest.approx(exp(mean + reach), rel=2e-2)
        else:
            assert row["factor_high"] is None


@given(posts=POSTS)
def test_places_and_reach_of_posts(star, posts):
    star.fill(fact_social_post=posts)
    rows = star.ask("social/posts", min_reach=500)
    assert [row["place"] for row in rows] == list(range(1, len(posts) + 1))
    assert sum(row["expected_engagements"] or 0 for row in rows) == pytest.approx(
        sum(engagements(post) for post in posts if post["reach"])
    )
    months = defaultdict(list)
    for post in posts:
        if post["reach"]:
            months[post["platform"], post["posted_at"].date().replace(day=1)].append(post["reach"])
    found = {(row["platform"], row["month"]): row for row in star.ask("social/reach", audience_factor=2.0)}
    assert found.keys() == months.keys()
    for key, reaches in months.items():
        audience = 2 * max(post["reach"] for post in posts if post["platform"] == key[0])
        row = found[key]
        assert row["estimated_reach"] == pytest.approx(
            audience * (1 - prod(1 - one / audience for one in reaches))
        )
        assert row["at_least"] - 1e-6 <= row["estimated_reach"] <= sum(reaches) + 1e-6


USES = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.integers(0, 200),
            "content_id": st.integers(1, 3),
            "views": st.integers(0, 50),
            "downloads": st.integers(0, 10),
            "leads": st.integers(0, 5),
        }
    ),
    max_size=30,
    unique_by=lambda use: (use["day"], use["content_id"]),
)
PUBLISHED = {1: date(2024, 1, 10), 2: date(2023, 6, 1), 3: None}


@given(uses=USES)
def test_content_is_counted_from_its_publication_on(star, uses):
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(201)]
    # What was published later cannot have been used before.
    uses = [use for use in uses if use["content_id"] != 1 or days[use["day"]] >= PUBLISHED[1]]
    star.fill(
        dim_date=[{"date_key": int(f"{day:%Y%m%d}"), "date": day} for day in days],
        fact_content=[
            {
                "date_key": int(f"{days[use['day']]:%Y%m%d}"),
                "title": f"T{use['content_id']}",
                "content_type": "guide",
                "published_on": PUBLISHED[use["content_id"]],
                **{name: use[name] for name in ("content_id", "views", "downloads", "leads")},
            }
            for use in uses
        ],
    )
    rows = star.ask("content/performance")
    assert {name: sum(row[name] for row in rows) for name in ("views", "downloads", "leads")} == {
        name: sum(use[name] for use in uses) for name in ("views", "downloads", "leads")
    }
    if not uses:
        return
    first, last = min(use["day"] for use in uses), max(use["day"] for use in uses)
    for row in rows:
        own = [use for use in uses if use["content_id"] == row["content_id"]]
        if row["content_id"] == 1 and first <= 9:
            assert row["days"] == last - 9 + 1
            launch = sum(use["views"] for use in own if use["day"] - 9 < 30) / 30 if last - 9 >= 29 else None
            later = (
                sum(use["views"] for use in own if use["day"] - 9 >= 90) / (last - 99 + 1)
                if last >= 99
                else None
            )
            for name, expected in (("launch", launch), ("later", later)):
                found = row[f"{name}_views_per_day"]
                assert found == (None if expected is None else pytest.approx(expected)), name
        elif row["content_id"] != 1:
            assert (row["launch_views_per_day"], row["life"]) == (None, "unknown")
    (row,) = star.ask("content/downloads_to_leads")
    views, leads = row["views"], row["leads"]
    assert leads == sum(use["leads"] for use in uses)
    share = None if not views else min(leads / views, 1)
    assert row["lead_rate"] == (None if share is None else pytest.approx(share))
    if views:
        assert (row["lead_low"], row["lead_high"]) == pytest.approx(wilson(share, views))


VIEWS = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.integers(0, 3),
            "known": st.booleans(),
            "hour": st.integers(0, 100),
            "page": st.integers(1, 3),
        }
    ),
    max_size=20,
)
SALES = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 3),
            "hour": st.integers(0, 120),
            "cents": st.integers(0, 9999),
            "status": st.sampled_from(["completed", "completed", "failed"]),
        }
    ),
    max_size=8,
)


@given(views=VIEWS, sales=SALES, days=st.sampled_from([0.5, 1.0, 30.0]))
def test_orders_are_assisted_by_what_their_customer_read_before(star, views, sales, days):
    hour = lambda number: ORIGIN + timedelta(hours=number)  # noqa: E731
    star.fill(
        dim_page=[{"page_key": key, "path": f"/{key}"} for key in (1, 2, 3)],
        fact_content=[
            {
                "date_key": 0,
                "content_id": key,
                "title": f"T{key}",
                "content_type": "guide",
                "page_path": f"/{key}",
                "views": 1,
            }
            for key in (1, 2)
        ],
        bridge_visitor=[{"visitor_id": 10 + who, "customer_key": who} for who in range(4)],
        fact_event=[
            {
                "event_id": number,
                "visitor_id": 10 + view["who"],
                "customer_key": view["who"] if view["known"] else 0,
                "occurred_at": hour(view["hour"]),
                "event_name": "page_view",
                "page_key": view["page"],
            }
            for number, view in enumerate(views, 1)
        ],
        fact_order=[
            {
                "order_id": number,
                "customer_key": sale["customer_key"],
                "ordered_at": hour(sale["hour"]),
                "net_revenue": Decimal(sale["cents"]) / 100,
                "status": sale["status"],
            }
            for number, sale in enumerate(sales, 1)
        ],
    )
    counted = [sale for sale in sales if sale["status"] == "completed" and sale["customer_key"]]
    rows = {row["band"]: row for row in star.ask("content/assisted", lookback_days=days)}
    read = [view for view in views if view["page"] < 3 and view["who"]]
    assert rows.keys() == (
        {"(any)"} | {f"{view['page']} T{view['page']}" for view in read} if read and counted else set()
    )
    if not rows:
        return
    shared, orders, gaps = defaultdict(float), defaultdict(int), defaultdict(list)
    for sale in counted:
        before = defaultdict(list)
        for view in read:
            if view["who"] == sale["customer_key"] and 0 <= sale["hour"] - view["hour"] <= days * 24:
                before[f"{view['page']} T{view['page']}"].append((sale["hour"] - view["hour"]) / 24)
        for band, ages in before.items():
            shared[band] += sale["cents"] / 100 / len(before)
            orders[band] += 1
            gaps[band].append(min(ages))
        if before:
            shared["(any)"] += sale["cents"] / 100
            orders["(any)"] += 1
            gaps["(any)"].append(min(age for ages in before.values() for age in ages))
    for band, row in rows.items():
        assert (row["assisted_orders"], row["shared_revenue"]) == (orders[band], pytest.approx(shared[band]))
        assert row["order_share"] == pytest.approx(ratio(orders[band], len(counted)))
        assert row["median_days"] == (pytest.approx(median(gaps[band])) if gaps[band] else None)
    assert sum(row["shared_revenue"] for band, row in rows.items() if band != "(any)") == pytest.approx(
        shared["(any)"]
    )
    assert sum(row["last_orders"] for band, row in rows.items() if band != "(any)") == orders["(any)"]


@pytest.mark.parametrize("path", ["social/posts", "social/platforms", "social/reach"])
def test_a_platform_is_found_in_any_letter_case_and_an_unknown_one_refused(star, path):
    post = {"posted_at": ORIGIN, "content_type": "image", "impressions": 20, "reach": 10, "likes": 1}
    star.fill(
        fact_social_post=[
            {**post, "post_id": 1, "platform": "TikTok"},
            {**post, "post_id": 2, "platform": "X"},
        ]
    )
    assert len(star.ask(path, only_platform="tiktok")) == 1
    with pytest.raises(Exception, match="only_platform must be one of: TikTok, X"):
        star.ask(path, only_platform="Myspace")


def test_posts_without_any_cost_or_reach_are_not_for_nothing(star):
    post = {"posted_at": ORIGIN, "platform": "X", "content_type": "image", "impressions": 20, "likes": 3}
    star.fill(fact_social_post=[{**post, "post_id": 1, "reach": 0}, {**post, "post_id": 2, "reach": 10}])
    (row,) = star.ask("social/platforms")
    assert {row[name] for name in ("cost", "cost_per_engagement", "cost_per_thousand")} == {None}
    assert (row["reach"], row["engagements"], row["engagement_rate"]) == (10, 6, pytest.approx(0.3))
    assert {post["post_id"]: post["reach"] for post in star.ask("social/posts")} == {1: None, 2: 10}
