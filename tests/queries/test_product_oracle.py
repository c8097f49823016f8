"""The pack product against plain recomputation, on random small shops."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from math import exp, log, sqrt
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from .shop_by_hand import (
    DAY,
    ORIGIN,
    PRODUCTS,
    PROMOTIONS,
    Z,
    benjamini_hochberg,
    dimensions,
    key_of,
    mean,
    ratio,
    returns_of,
    reviews,
    shops,
    sold_lines,
    wilson,
    within,
)

COLUMNS = {"product": 0, "category": 2, "subcategory": 3, "brand": 4}
ranges = st.fixed_dictionaries(
    {
        "start": st.sampled_from([None, ORIGIN + 20 * DAY]),
        "until": st.sampled_from([None, ORIGIN + timedelta(days=90, hours=9)]),
    }
)


def about(value):
    return None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)


def item_of(by, key):
    return PRODUCTS[key][COLUMNS[by]] if key else "(unknown)"


def category(key):
    return item_of("category", key)


@st.composite
def whole_shops(draw, most=3, max_orders=30):
    shop = draw(shops(max_orders=max_orders, most=most))
    return {
        **shop,
        "fact_return": draw(returns_of(shop["fact_order_line"])),
        "fact_review": draw(reviews()),
    }


@given(shop=whole_shops(), by=st.sampled_from(list(COLUMNS)), p=ranges)
def test_performance_is_that_of_plain_counting(star, shop, by, p):
    star.fill(**dimensions(), **shop)
    answer = {row["item"]: row for row in star.ask("product/performance", by=by, **p)}
    lines = sold_lines(shop, **p)
    keys = set(PRODUCTS) | {row["product_key"] for row in lines}
    assert answer.keys() == {item_of(by, key) for key in keys}
    whole = sum((row["net_revenue"] for row in lines), Decimal(0))
    assert sum((row["revenue"] for row in answer.values()), Decimal(0)) == whole
    back = Counter()
    for row in shop["fact_return"]:
        back[row["order_line_id"]] += row["quantity"]
    for item, row in answer.items():
        own = [line for line in lines if item_of(by, line["product_key"]) == item]
        revenue = sum((line["net_revenue"] for line in own), Decimal(0))
        costs = [line["unit_cost"] for line in own]
        assert row["orders"] == len({line["order_id"] for line in own})
        assert row["units"] == sum(line["quantity"] for line in own)
        assert row["revenue"] == revenue
        assert row["revenue_share"] == about(ratio(revenue, whole) if lines else None)
        margin = (
            None if None in costs else revenue - sum(line["quantity"] * line["unit_cost"] for line in own)
        )
        assert row["margin"] == margin
        cut = sum(line["discount_amount"] for line in own)
        assert row["discount_share"] == about(ratio(cut, revenue + cut) if own else None)
        assert row["returned_units"] == (
            sum(back[line["order_line_id"]] for line in own) if shop["fact_return"] else None
        )
        stars = [
            one["rating"]
            for one in within(shop["fact_review"], "reviewed_at", **p)
            if item_of(by, one["product_key"]) == item and item in answer
        ]
        assert row["reviews"] == (len(stars) if shop["fact_review"] else None)
        assert row["rating"] == about(mean(stars))
        assert row["position"] == 1 + sum(other["revenue"] > revenue for other in answer.values())


@given(shop=shops(), measure=st.sampled_from(["revenue", "margin"]), p=ranges)
def test_classes_are_those_of_plain_sorting(star, shop, measure, p):
    star.fill(**dimensions(), **shop)
    answer = star.ask("product/abc", measure=measure, **p)
    every = sold_lines(shop, **p)
    known = [row for row in every if row["product_key"]]
    amounts, units, moments = defaultdict(Decimal), Counter(), defaultdict(list)
    for row in known:
        key = row["product_key"]
        cost = row["unit_cost"] if measure == "margin" else 0
        amounts[key] += Decimal("nan") if cost is None else row["net_revenue"] - row["quantity"] * cost
        units[key] += row["quantity"]
        moments[key].append(row)
    amounts = {key: amount for key, amount in amounts.items() if not amount.is_nan()}
    assert {row["product_id"] for row in answer} == {PRODUCTS[key][0] for key in amounts}
    total = sum(amounts.values())
    keys = {PRODUCTS[key][0]: key for key in PRODUCTS}
    end = max((row["ordered_at"] for row in every), default=None)
    for row in answer:
        key = keys[row["product_id"]]
        amount = amounts[key]
        better = sum((other for other in amounts.values() if other > amount), Decimal(0))
        assert row["amount"] == amount
        assert row["units"] == units[key]
        expected = "C"
        if total > 0 and amount > 0:
            expected = (
                "A" if better / total < Decimal("0.8") else "B" if better / total < Decimal("0.95") else "C"
            )
        assert row["class"] == expected
        first = min(line["ordered_at"] for line in moments[key])
        monday = first.date() + timedelta(days=-first.weekday() % 7)
        last = (end + DAY).date()
        last -= timedelta(days=last.weekday())
        weekly = Counter(
            {monday + timedelta(days=7 * number): 0 for number in range(max((last - monday).days // 7, 0))}
        )
        for line in moments[key]:
            week = line["ordered_at"].date() - timedelta(days=line["ordered_at"].weekday())
            if week in weekly:
                weekly[week] += line["quantity"]
        counts = list(weekly.values())
        if len(counts) < 4:
            assert row["weekly_units"] is row["variation"] is row["demand"] is None
            continue
        assert row["weekly_units"] == about(mean(counts))
        variation = stdev(counts) / mean(counts) if any(counts) else None
        assert row["variation"] == about(variation)
        assert row["demand"] == (
            "X"
            if variation is not None and variation <= 0.5
            else "Y"
            if variation is not None and variation <= 1
            else "Z"
        )


def month_regression(points):
    """Regress y on x with a level for each month, weighted, by a plain design matrix: slope, HC1 error, degrees."""
    months = sorted({month for month, *_ in points})
    design = np.array([[x, *(month == one for one in months)] for month, x, _, _ in points], dtype=float)
    y, weight = np.array([point[2] for point in points]), np.array([float(point[3]) for point in points])
    bread = np.linalg.pinv(design.T @ (design * weight[:, None]))
    beta = bread @ design.T @ (weight * y)
    score = design * (weight * (y - design @ beta))[:, None]
    degrees = len(points) - len(months) - 1
    covariance = bread @ score.T @ score @ bread * len(points) / degrees if degrees > 0 else None
    return beta[0], None if covariance is None else sqrt(max(covariance[0, 0], 0)), degrees


@given(shop=shops(max_orders=60, most=4), outcome=st.sampled_from(["units_per_line", "units_per_shop_line"]))
def test_elasticities_are_those_of_a_plain_regression(star, shop, outcome):
    star.fill(**dimensions(), **shop)
    answer = star.ask("product/elasticity", outcome=outcome)
    lines = sold_lines(shop)
    listed = defaultdict(list)
    for row in lines:
        listed[row["product_key"]].append(row)
    listed = {
        key: sum(float(row["unit_price"]) * row["quantity"] for row in own)
        / sum(row["quantity"] for row in own)
        for key, own in listed.items()
    }
    weeks, shop_lines = defaultdict(list), Counter()
    for row in lines:
        week = row["ordered_at"].date() - timedelta(days=row["ordered_at"].weekday())
        if row["product_key"]:
            weeks[category(row["product_key"]), week].append(row)
            shop_lines[week] += 1
    assert {row["category"] for row in answer} == {name for name, _ in weeks}
    for row in answer:
        points = []
        for (name, week), own in weeks.items():
            if name != row["category"]:
                continue
            units = sum(line["quantity"] for line in own)
            usual = sum(
                line["quantity"]
                * (float(line["unit_price"]) if outcome == "units_per_line" else listed[line["product_key"]])
                for line in own
            )
            price = float(sum(line["net_revenue"] for line in own)) / usual
            per = len(own) if outcome == "units_per_line" else shop_lines[week]
            points.append(((week.year, week.month), log(price), log(units / per), len(own)))
        assert row["weeks"] == len(points)
        spread = [
            x
            - np.average(
                [p[1] for p in points if p[0] == month], weights=[p[3] for p in points if p[0] == month]
            )
            for month, x, _, _ in points
        ]
        if max(map(abs, spread)) < 1e-7:
            assert row["elasticity"] is row["standard_error"] is row["low"] is None
            continue
        slope, error, degrees = month_regression(points)
        assert row["elasticity"] == pytest.approx(slope, rel=1e-6, abs=1e-6)
        assert row["standard_error"] == (None if error is None else pytest.approx(error, rel=1e-5, abs=1e-6))
        if error is not None and error > 1e-5:
            reach = stats.t.ppf(0.975, degrees) * error
            assert row["low"] == pytest.approx(slope - reach, rel=1e-5, abs=1e-5)
            assert row["p_value"] == pytest.approx(
                2 * stats.t.sf(abs(slope / error), degrees), rel=1e-4, abs=1e-6
            )


def band(row):
    share = row["discount_amount"] / (row["net_revenue"] + row["discount_amount"])
    edges = [
        (Decimal("0.05"), "01-05 %"),
        (Decimal("0.1"), "05-10 %"),
        (Decimal("0.2"), "10-20 %"),
        (Decimal("0.3"), "20-30 %"),
    ]
    return next((name for edge, name in edges if share <= edge), "30 % and more")


def offer(by, row):
    if by == "category":
        return category(row["product_key"])
    if not row["discount_amount"]:
        return "full price"
    if by == "depth":
        return band(row)
    if not row["promotion_key"]:
        return "other discounts"
    name, kind = PROMOTIONS[row["promotion_key"]]
    return name if by == "promotion" else kind or "(unknown)"


def judged(margin, cut, low, high):
    """Return what the ratio of units must be for a discount to pay, and whether an interval says that it does."""
    if margin is None or margin <= 0:
        return None, None if margin is None else "no"
    needed = float((margin + cut) / margin)
    return about(needed), "yes" if low > needed else "no" if high < needed else "open"


@pytest.mark.parametrize("by", ["depth", "promotion", "promotion_type", "category"])
@given(shop=shops(days=50, max_orders=40))
def test_discounts_are_held_against_full_price(star, *, by, shop):
    star.fill(**dimensions(), **shop)
    answer = star.ask("product/discounts", by=by)
    lines = sold_lines(shop)

    def cell(row):
        return category(row["product_key"]), row["ordered_at"].year, row["ordered_at"].month

    full = defaultdict(list)
    for row in lines:
        if not row["discount_amount"]:
            full[cell(row)].append(row["quantity"])
    squares = sum((quantity - mean(own)) ** 2 for own in full.values() for quantity in own)
    freedom = sum(len(own) - 1 for own in full.values())
    groups = defaultdict(list)
    for row in lines:
        if by != "category" or row["discount_amount"]:
            groups[offer(by, row)].append(row)
    assert {row["item"] for row in answer} == set(groups)
    for row in answer:
        own = groups[row["item"]]
        net, cut = (
            sum((line[name] for line in own), Decimal(0)) for name in ("net_revenue", "discount_amount")
        )
        units = sum(line["quantity"] for line in own)
        assert (row["order_lines"], row["units"], row["revenue"], row["discount"]) == (
            len(own),
            units,
            net,
            cut,
        )
        assert row["discount_share"] == about(ratio(cut, net + cut))
        costs = [line["unit_cost"] for line in own]
        margin = None if None in costs else net - sum(line["quantity"] * line["unit_cost"] for line in own)
        assert row["margin"] == margin
        known = [line for line in own if full[cell(line)]]
        usual = sum(mean(full[cell(line)]) for line in known)
        sold = sum(line["quantity"] for line in known)
        times = sold / usual if known else None
        assert row["units_ratio"] == about(times)
        is_cut = bool(own[0]["discount_amount"])
        if not is_cut or len(known) < 2 or not freedom:
            assert row["ratio_low"] is None
            continue
        counts = [line["quantity"] for line in known]
        leaning = sum(many**2 / len(full[one]) for one, many in Counter(map(cell, known)).items())
        error = sqrt(stdev(counts) ** 2 * len(counts) / sold**2 + squares / freedom * leaning / usual**2)
        if error < 1e-6:
            continue
        low, high = times * exp(-Z * error), times * exp(Z * error)
        assert (row["ratio_low"], row["ratio_high"]) == (about(low), about(high))
        assert (row["break_even"], row["pays"]) == judged(margin, cut, low, high)


@given(shop=shops(), of=st.sampled_from(["paid", "before_discounts", "list"]))
def test_quantiles_are_prices_that_occur(star, shop, of):
    star.fill(**dimensions(), **shop)
    answer = star.ask("product/price_distribution", of=of)
    prices = defaultdict(list)
    if of == "list":
        for key, row in PRODUCTS.items():
            prices[row[2]] += [float(key * 3)] if key != 6 else []
    else:
        for row in sold_lines(shop):
            price = float(row["net_revenue"]) / row["quantity"] if of == "paid" else float(row["unit_price"])
            prices[category(row["product_key"])] += [price] * row["quantity"]
    assert {row["category"] for row in answer} == set(prices)
    for row in answer:
        own = sorted(prices[row["category"]])
        assert row["units"] == len(own)
        assert row["mean_price"] == about(mean(own))
        quantiles = {
            "low_decile": 0.1,
            "low_quartile": 0.25,
            "median_price": 0.5,
            "high_quartile": 0.75,
            "high_decile": 0.9,
        }
        for name, share in quantiles.items():
            assert row[name] == about(np.quantile(own, share, method="inverted_cdf")), name
        assert (row["min_price"], row["max_price"]) == (about(own[0]), about(own[-1]))


@st.composite
def shelves(draw):
    weeks = draw(st.integers(1, 24))
    rows = []
    for key in range(1, 4):
        for week in range(draw(st.integers(0, 3)), weeks - draw(st.integers(0, 1))):
            on_hand = draw(st.sampled_from([0, 0, 3, 40]))
            rows.append(
                {
                    "date_key": key_of(ORIGIN + 7 * week * DAY),
                    "product_key": key,
                    "sold": draw(st.integers(0, 6)),
                    "on_hand": on_hand,
                    "is_in_stock": on_hand > 0,
                }
            )
    return rows


@given(stock=shelves(), shop=shops(), pace=st.sampled_from([1, 8]))
def test_what_empty_shelves_cost_is_that_of_plain_counting(star, stock, shop, pace):
    star.fill(**dimensions(), **shop, fact_inventory=stock)
    answer = {row["product_id"]: row for row in star.ask("product/stock", pace_weeks=pace)}
    assert answer.keys() == {PRODUCTS[row["product_key"]][0] for row in stock}
    last = max((row["date_key"] for row in stock), default=None)
    for key in range(1, 4):
        own = sorted((row for row in stock if row["product_key"] == key), key=lambda row: row["date_key"])
        if not own:
            continue
        row = answer[PRODUCTS[key][0]]
        assert row["on_hand"] == own[-1]["on_hand"]
        whole = [one for one in own if one["is_in_stock"] and one["date_key"] != last]
        weekly = mean(one["sold"] for one in whole[-pace:])
        assert row["weekly_units"] == about(weekly)
        cover = own[-1]["on_hand"] * 7 / weekly if weekly else None
        assert row["days_of_cover"] == about(cover)
        if own[-1]["date_key"] != last:
            status = "not carried"
        elif not own[-1]["is_in_stock"]:
            status = "out"
        else:
            status = "idle" if cover is None else "low" if cover < 14 else "high" if cover > 180 else "ok"
        assert row["status"] == status
        out = [place for place, one in enumerate(own) if not one["is_in_stock"]]
        assert (row["weeks"], row["weeks_out"]) == (len(own), len(out))
        assert row["stock_outs"] == sum(place == 0 or own[place - 1]["is_in_stock"] for place in out)
        lost, near_sold, is_known = 0.0, [], True
        for place in out:
            near = [
                one["sold"]
                for one in own[max(place - 8, 0) : place + 9]
                if one["is_in_stock"] and one["date_key"] != last
            ]
            is_known &= bool(near)
            if near:
                lost += max(mean(near) - own[place]["sold"], 0)
                near_sold.append(sum(near))
        assert row["units_lost"] == about(lost if is_known else None)
        usual = mean(near_sold)
        if is_known and usual:
            assert row["units_lost_high"] == about(lost * (sqrt(usual) + Z / 2) ** 2 / usual)
            assert row["units_lost_low"] == about(lost * max(sqrt(usual) - Z / 2, 0) ** 2 / usual)
        sold = [line for line in sold_lines(shop) if line["product_key"] == key]
        if is_known and sold:
            price = float(sum(line["net_revenue"] for line in sold)) / sum(line["quantity"] for line in sold)
            assert abs(float(row["revenue_lost"]) - lost * price) < 0.0051
        else:
            assert row["revenue_lost"] is None


@given(shop=whole_shops(), days_after=st.sampled_from([1, 20, 60]))
def test_launches_are_held_against_what_else_sold(star, shop, days_after):
    star.fill(**dimensions(), **shop)
    answer = {row["product_id"]: row for row in star.ask("product/new_products", days_after=days_after)}
    lines = [row for row in sold_lines(shop) if row["product_key"]]
    if not lines:
        assert answer == {}
        return
    first, last = (pick(row["ordered_at"] for row in lines).date() for pick in (min, max))
    launched = {row["product_key"]: row["launched_on"] for row in dimensions()["dim_product"]}
    new = {key for key, day in launched.items() if day and first < day <= last}
    assert answer.keys() == {PRODUCTS[key][0] for key in new}
    firsts = {row["order_id"]: row for row in shop["fact_order"]}
    for key in new:
        row, day = answer[PRODUCTS[key][0]], launched[key]
        until = day + timedelta(days=days_after)
        own = [line for line in lines if line["product_key"] == key]
        early = [line for line in own if line["ordered_at"].date() < until]
        assert row["units"] == sum(line["quantity"] for line in early)
        assert row["revenue"] == sum(line["net_revenue"] for line in early)
        assert row["first_sold_on"] == min((line["ordered_at"].date() for line in own), default=None)
        is_mature = until <= last + timedelta(days=1)
        assert row["is_mature"] == is_mature
        others = [
            line
            for line in lines
            if category(line["product_key"]) == category(key)
            and line["product_key"] != key
            and day <= line["ordered_at"].date() < until
        ]
        products = len({line["product_key"] for line in others})
        usual = sum(line["quantity"] for line in others) / products if products else None
        assert row["units_index"] == about(ratio(row["units"], usual) if is_mature else None)
        known = {line["order_id"] for line in early if line["customer_key"]}
        share = ratio(sum(firsts[order]["is_first_order"] for order in known), len(known))
        assert row["new_customer_share"] == about(share)


@given(
    shop=shops(max_orders=40, most=4),
    by=st.sampled_from(["product", "category"]),
    least=st.sampled_from([1, 2]),
)
def test_partners_are_those_above_chance(star, shop, by, least):
    star.fill(**dimensions(), **shop)
    answer = star.ask("product/cross_sell", by=by, min_baskets=least, per_item=2)
    baskets = defaultdict(set)
    for row in sold_lines(shop):
        if row["product_key"]:
            baskets[row["order_id"]].add(item_of(by, row["product_key"]))
    single = Counter(item for items in baskets.values() for item in items)
    pairs = Counter(pair for items in baskets.values() for pair in combinations(sorted(items), 2))
    pairs = {pair: count for pair, count in pairs.items() if count >= least}
    n = len(baskets)
    chances = {
        (a, b): stats.poisson.sf(count - 1, single[a] * single[b] / n) for (a, b), count in pairs.items()
    }
    tests = len(single) * (len(single) - 1) / 2
    adjusted = dict(zip(chances, benjamini_hochberg(list(chances.values()), tests), strict=True))
    partners = defaultdict(list)
    for (a, b), count in pairs.items():
        times = count * n / single[a] / single[b]
        error = sqrt(max(1 / count - 1 / single[a] - 1 / single[b] + (2 * times - 1) / n, 0))
        for one, other in ((a, b), (b, a)):
            partners[one].append((round(times * exp(-Z * error), 9), count, other, times, error))
    assert {(row["item"], row["place"]) for row in answer} == {
        (item, place) for item, found in partners.items() for place in range(1, min(len(found), 2) + 1)
    }
    for row in answer:
        found = {
            other: rest
            for *rest, other in [
                (low, count, times, error, other) for low, count, other, times, error in partners[row["item"]]
            ]
        }
        low, count, times, error = found[row["other"]]
        best = sorted(partners[row["item"]], key=lambda one: (-one[0], -one[1], one[2]))[row["place"] - 1]
        assert low == pytest.approx(best[0], abs=2e-9)
        pair = tuple(sorted((row["item"], row["other"])))
        assert row["baskets"] == count == pairs[pair]
        assert row["confidence"] == about(count / single[row["item"]])
        assert row["support"] == about(count / n)
        assert row["lift"] == about(times)
        assert row["lift_high"] == about(times * exp(Z * error))
        assert row["p_value"] == pytest.approx(chances[pair], rel=1e-6, abs=1e-12)
        assert row["p_adjusted"] == pytest.approx(adjusted[pair], rel=1e-6, abs=1e-12)


@given(shop=whole_shops(), prior=st.sampled_from([0, 5]), p=ranges)
def test_ratings_are_drawn_towards_their_category(star, shop, prior, p):
    star.fill(**dimensions(), **shop)
    answer = {
        row["product_id"]: row for row in star.ask("product/ratings_and_sales", prior_reviews=prior, **p)
    }
    lines = sold_lines(shop, **p)
    given_stars = defaultdict(list)
    for row in within(shop["fact_review"], "reviewed_at", **p):
        if row["product_key"]:
            given_stars[row["product_key"]].append(row["rating"])
    if not lines:
        assert all(row["units"] == 0 and row["sales_index"] is None for row in answer.values())
        return
    first, last = (pick(row["ordered_at"] for row in lines) for pick in (min, max))
    launched = {row["product_key"]: row["launched_on"] for row in dimensions()["dim_product"]}
    units = Counter()
    for row in lines:
        units[row["product_key"]] += row["quantity"]
    days = {}
    for key, day in launched.items():
        begin = max(first, datetime.combine(day, datetime.min.time())) if day else first
        days[key] = (last - begin) / DAY
    paces = {key: units[key] / days[key] for key in PRODUCTS if days[key] >= 1}
    assert answer.keys() == {PRODUCTS[key][0] for key in given_stars}
    for key, stars in given_stars.items():
        row = answer[PRODUCTS[key][0]]
        others = [
            one for other, own in given_stars.items() if category(other) == category(key) for one in own
        ]
        assert row["reviews"] == len(stars)
        assert row["rating"] == about((sum(stars) + prior * mean(others)) / (len(stars) + prior))
        usual = mean(pace for other, pace in paces.items() if category(other) == category(key))
        assert row["sales_index"] == about(paces[key] / usual if key in paces and usual else None)


@given(
    shop=whole_shops(),
    by=st.sampled_from([*COLUMNS, "month"]),
    mature=st.sampled_from([0, 10, 60]),
    least=st.sampled_from([1, 3]),
)
def test_returns_are_those_of_plain_counting(star, shop, by, mature, least):
    star.fill(**dimensions(), **shop)
    answer = {
        row["item"]: row for row in star.ask("product/returns", by=by, mature_days=mature, min_lines=least)
    }
    moments = [row["ordered_at"] for row in shop["fact_order"]] + [
        row["returned_at"] for row in shop["fact_return"]
    ]
    lines = (
        [row for row in sold_lines(shop) if max(moments) - row["ordered_at"] >= mature * DAY]
        if moments
        else []
    )
    back = defaultdict(list)
    for row in shop["fact_return"]:
        back[row["order_line_id"]].append(row)

    def item(line):
        return (
            str(line["ordered_at"].date().replace(day=1))
            if by == "month"
            else item_of(by, line["product_key"])
        )

    groups = defaultdict(list)
    for line in lines:
        counted = [
            one
            for one in back[line["order_line_id"]]
            if one["returned_at"] - line["ordered_at"] <= mature * DAY
        ]
        groups[item(line)].append((line, counted))
    every = [one for own in groups.values() for one in own]
    expected = {name: own for name, own in groups.items() if len(own) >= least}
    assert answer.keys() == expected.keys()
    order = sorted(expected, key=str)
    for name, own in expected.items():
        row = answer[name]
        hit = [counted for _, counted in own if counted]
        assert (row["order_lines"], row["returned_lines"]) == (len(own), len(hit))
        low, high = wilson(len(hit), len(own))
        assert (row["rate_low"], row["rate_high"]) == (about(low), about(high))
        assert row["refunds"] == sum((one["refund_amount"] for counted in hit for one in counted), Decimal(0))
        firsts = [
            min(one["returned_at"] for one in counted) - line["ordered_at"]
            for line, counted in own
            if counted
        ]
        assert row["days_to_return"] == about(mean(gap / DAY for gap in firsts))
        reasons = Counter(one["reason"] for counted in hit for one in counted if one["reason"])
        assert row["main_reason"] == (
            min(reasons, key=lambda word: (-reasons[word], word)) if reasons else None
        )
        rest, rest_hit = len(every) - len(own), sum(bool(counted) for _, counted in every) - len(hit)
        assert row["other_rate"] == about(ratio(rest_hit, rest))
        pooled = (len(hit) + rest_hit) / len(every)
        if rest and 0 < pooled < 1:
            score = (len(hit) / len(own) - rest_hit / rest) / sqrt(
                pooled * (1 - pooled) * (1 / len(own) + 1 / rest)
            )
            assert row["p_value"] == pytest.approx(2 * stats.norm.sf(abs(score)), rel=1e-6, abs=1e-12)
        else:
            assert row["p_value"] is None
    adjusted = benjamini_hochberg([answer[name]["p_value"] for name in order])
    for name, p in zip(order, adjusted, strict=True):
        assert answer[name]["p_adjusted"] == about(p)
