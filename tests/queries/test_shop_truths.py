"""What is planted in the prices, shelves, baskets and returns of a synthetic company is found again by the packs product and overview."""

from datetime import datetime, timedelta
from math import log, sqrt

import pytest

import martlet

from ..quick import quick_loads

pytestmark = pytest.mark.slow
# Of some dozens of comparisons none may be further off than that.
FAR = 3.9
# Customers who order often, so that prices, pairs and shelves have much to tell.
BUSY = {"orders.rate_scale": 30.0}


@pytest.fixture(scope="module")
def company(once):
    def build(folder):
        martlet.build(folder / "warehouse.duckdb", customers=7000, days=730, seed=23, threads=2, set=BUSY)

    with martlet.open(once("shop_truths", build) / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def well_stocked(once):
    """The same company, draw for draw, whose suppliers never fail."""

    def build(folder):
        with quick_loads():
            martlet.build(
                folder / "warehouse.duckdb",
                customers=7000,
                days=730,
                seed=23,
                threads=2,
                set={**BUSY, "stock.shortage": 0.0},
            )

    with martlet.open(once("shop_truths_well_stocked", build) / "warehouse.duckdb") as opened:
        yield opened


def test_elasticities_are_found(company):
    """Baskets filled up to free shipping, one unit whatever the price, and coupons, which change no units, draw them towards 0 a little."""
    planted = dict(company.sql("SELECT category, elasticity FROM truth.price_elasticity").rows())
    weights = found = expected = 0.0
    for row in company.query("product/elasticity").pl().to_dicts():
        truth, error = planted.pop(row["category"]), row["standard_error"]
        assert abs(row["elasticity"] - truth) < FAR * error, row["category"]
        assert row["high"] < 0, row["category"]
        weights += error**-2
        found += row["elasticity"] * error**-2
        expected += truth * error**-2
    assert not planted
    assert 0.85 < found / expected < 1.05, (found / weights, expected / weights)


def test_how_often_a_thing_is_chosen_answers_to_price_as_much(company):
    planted = dict(company.sql("SELECT category, elasticity FROM truth.price_elasticity").rows())
    rows = company.query("product/elasticity", outcome="units_per_shop_line").pl().to_dicts()
    scores = [(row["elasticity"] - planted[row["category"]]) / row["standard_error"] for row in rows]
    assert max(map(abs, scores)) < FAR
    assert abs(sum(scores)) / sqrt(len(scores)) < FAR


def test_deeper_discounts_sell_more_units_a_line(company):
    """Each category's units a line against (1 - discount) ** elasticity: all discounts together, coupons too."""
    planted = dict(company.sql("SELECT category, elasticity FROM truth.price_elasticity").rows())
    for row in company.query("product/discounts", by="category").pl().to_dicts():
        expected = planted[row["item"]] * log(1 - row["discount_share"])
        assert row["ratio_low"] > 1, row["item"]
        assert 0.6 < log(row["units_ratio"]) / expected < 1.2, row["item"]


def test_pairs_above_chance_are_planted_or_of_one_style(company):
    """Companions of a basket are planted, and so is each customer's style, for which products of one style go together too."""
    names = "SELECT one.product_id, other.product_id FROM truth.product_affinity AS pair "
    names += "JOIN star.dim_product AS one USING (product_key) JOIN star.dim_product AS other ON other.product_key = pair.other_product_key"
    companions = set(map(frozenset, company.sql(names).rows()))
    style = dict(
        company.sql(
            "SELECT product_id, style FROM truth.product JOIN star.dim_product USING (product_key)"
        ).rows()
    )
    rows = company.query("product/cross_sell", per_item=100).pl().to_dicts()
    pairs = {frozenset((row["item"], row["other"])): row for row in rows if row["p_adjusted"] < 0.05}
    both = companions & pairs.keys()
    assert len(both) > 20
    others = pairs.keys() - companions
    of_one_style = sum(len({style[item] for item in pair}) == 1 for pair in others)
    assert len(others) - of_one_style <= 0.1 * len(pairs)
    # Pairs that met often enough to be tried, and were planted, are nearly all called.
    tried = companions & {frozenset((row["item"], row["other"])) for row in rows}
    assert len(both) > 0.85 * len(tried)


def test_empty_shelves_are_those_that_were_planned(company):
    planned = company.sql(
        "SELECT count(*) FROM star.fact_inventory AS shelf JOIN star.dim_date USING (date_key) "
        "JOIN truth.stock_out AS out ON out.product_key = shelf.product_key "
        "AND date >= out.starts_on AND date < out.starts_on + CAST(7 * out.weeks AS INTEGER)"
    ).rows()[0][0]
    out = sum(row["weeks_out"] for row in company.query("product/stock").pl().to_dicts())
    assert planned <= out < 1.15 * planned


def test_units_lost_are_those_that_the_same_company_sells_with_full_shelves(company, well_stocked):
    """And the shop loses nothing by it: people take another product."""
    rows = [row for row in company.query("product/stock").pl().to_dicts() if row["weeks_out"]]
    sold = "SELECT product_key, date_key, sold, is_in_stock FROM star.fact_inventory"
    with_full_shelves = {row[:2]: row[2] for row in well_stocked.sql(sold).rows()}
    lost = sum(
        with_full_shelves.get((product, week), 0) - count
        for product, week, count, is_in_stock in company.sql(sold).rows()
        if not is_in_stock
    )
    estimate = sum(row["units_lost"] or 0 for row in rows)
    # Both are counts: those told by the weeks around, and those that would have been.
    spread = sqrt(
        lost
        + sum(((row["units_lost_high"] or 0) - (row["units_lost_low"] or 0)) ** 2 for row in rows) / 3.92**2
    )
    assert lost > 100
    assert abs(estimate - lost) < FAR * spread, (estimate, lost, spread)
    units = [
        one.sql("SELECT sum(quantity) FROM star.fact_order_line").rows()[0][0]
        for one in (company, well_stocked)
    ]
    assert abs(units[0] - units[1]) < 0.1 * lost


def test_return_rates_are_found(company):
    planted = dict(company.sql("SELECT category, return_probability FROM truth.return_probability").rows())
    for row in company.query("product/returns", mature_days=100).pl().to_dicts():
        error = (row["rate_high"] - row["rate_low"]) / 3.92
        # What sells is better than the mean of the catalogue, and comes back a little less.
        assert abs(row["return_rate"] - planted[row["item"]]) < FAR * error + 0.1 * planted[row["item"]], row[
            "item"
        ]


def test_ratings_show_quality_and_hide_what_sells(company):
    """Appeal, which no review tells, decides most of what a product sells: stars and sales go together weakly, stars and quality well."""
    truth = {
        row["product_id"]: row
        for row in company.sql("SELECT product_id, quality, appeal FROM truth.product JOIN star.dim_product USING (product_key)")
        .pl()
        .to_dicts()
    }  # fmt: skip
    rows = [
        row
        for row in company.query("product/ratings_and_sales").pl().to_dicts()
        if row["reviews"] >= 3 and row["units"]
    ]
    assert len(rows) > 100

    def correlation(left, right):
        x, y = [left(row) for row in rows], [right(row) for row in rows]
        mx, my = sum(x) / len(x), sum(y) / len(y)
        products = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
        return products / sqrt(sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y))

    quality = correlation(lambda row: row["rating"], lambda row: truth[row["product_id"]]["quality"])
    sales = correlation(lambda row: row["rating"], lambda row: log(row["sales_index"]))
    appeal = correlation(
        lambda row: log(truth[row["product_id"]]["appeal"]), lambda row: log(row["sales_index"])
    )
    assert quality > 0.4
    assert appeal > 0.4
    assert abs(sales) < quality


def test_ordinary_days_are_hardly_ever_called_odd_and_great_sales_are(company):
    ordinary = company.query("overview/anomalies").pl()
    assert ordinary.height > 1000
    assert ordinary["is_anomaly"].sum() <= 4
    every = company.query("overview/anomalies", special_days=True).pl().to_dicts()
    holidays = dict(company.sql("SELECT date, holiday FROM star.dim_date").rows())
    odd = [row for row in every if row["is_anomaly"]]
    called = {holidays[row["day"]] for row in odd if row["metric"] == "visits"}
    assert {"Black Friday", "Cyber Monday"} <= called
    special = dict(
        company.sql("SELECT date, holiday IS NOT NULL OR is_promo_period FROM star.dim_date").rows()
    )
    assert sum(special[row["day"]] for row in odd) > 0.6 * len(odd)


def test_intervals_of_forecasts_hold_about_as_often_as_they_say(company):
    days = {row["day"]: row["orders"] for row in company.query("overview/daily").pl().to_dicts()}
    inside = []
    for number in range(10):
        until = datetime(2024, 12, 1) + timedelta(days=38 * number)
        answer = company.query("overview/forecast", metric="orders", steps=14, level=0.8, until=until)
        inside += [
            row["low"] <= days[row["period_start"]] <= row["high"]
            for row in answer.pl().to_dicts()
            if row["method"] == "holt_winters"
        ]
    assert len(inside) == 10 * 14
    assert 0.64 < sum(inside) / len(inside) < 0.92
