"""The pack value on a generated company, against plain recomputations in Polars and NumPy."""

import math
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import permutations
from statistics import median

import pytest

SALES = {"open", "completed", "partially_refunded", "refunded"}


@pytest.fixture(scope="module")
def orders(warehouse):
    """The orders of known customers that are sales, and credit notes, in order of time."""
    rows = warehouse.sql(
        "SELECT customer_key, ordered_at, CAST(status AS VARCHAR) AS status, net_revenue, refund_amount, margin, channel_key, order_id "
        "FROM star.fact_order WHERE customer_key <> 0 ORDER BY ordered_at, order_id"
    ).pl()
    return [row for row in rows.to_dicts() if row["status"] in {*SALES, "credit_note"}]


@pytest.fixture(scope="module")
def customers(warehouse):
    rows = warehouse.sql(
        "SELECT customer_key, ordered_before_data, first_ordered_on, acquisition_channel_key FROM star.dim_customer"
    ).pl()
    return {row["customer_key"]: row for row in rows.to_dicts()}


def is_older(customer, first_day):
    on = customer["first_ordered_on"]
    return bool(customer["ordered_before_data"]) or (on is not None and on < first_day)


def days_of(orders):
    """Return the days with purchases of each customer, and what each came to, in order."""
    days = defaultdict(dict)
    for row in orders:
        known = days[row["customer_key"]]
        kept = row["net_revenue"] - row["refund_amount"]
        if row["status"] in SALES:
            day = row["ordered_at"].date()
            known[day] = known.get(day, 0) + kept
        elif known:
            known[max(known)] += kept
    return {key: known for key, known in days.items() if known}


@pytest.mark.parametrize("include_older", [False, True])
def test_histories_are_those_of_plain_counting(warehouse, orders, customers, include_older):
    today = max(row["ordered_at"] for row in orders if row["status"] in SALES).date()
    answer = {
        row["customer_key"]: row
        for row in warehouse.query("value/rfmt", include_older=include_older).pl().to_dicts()
    }
    days = days_of(orders)
    older = {key for key, known in days.items() if is_older(customers[key], min(known))}
    assert len(older) > 20
    assert answer.keys() == {key for key in days if include_older or key not in older}
    for key, row in answer.items():
        first, *later = sorted(days[key])
        assert row["is_older"] == (key in older)
        assert (row["x"], row["t_x"], row["age_days"]) == (
            len(later),
            (later[-1] - first).days if later else 0,
            (today - first).days,
        )
        if later:
            mean = sum(float(days[key][day]) for day in later) / len(later)
            assert float(row["monetary"]) == pytest.approx(mean, abs=0.00501)
        else:
            assert row["monetary"] is None


def test_a_range_leaves_out_who_bought_before_it(warehouse, orders, customers):
    start, until = "2025-06-01", "2025-10-01"
    answer = warehouse.query("value/rfmt", start=start, until=until).pl()
    every = days_of(orders)
    inside = {key: [day for day in known if start <= str(day) < until] for key, known in every.items()}
    expected = {
        key: len(days) - 1
        for key, days in inside.items()
        if days and str(min(every[key])) >= start and not is_older(customers[key], min(every[key]))
    }
    assert dict(answer.select("customer_key", "x").rows()) == expected


def test_cycles_and_silence_are_those_of_plain_counting(warehouse, orders):
    days = days_of(orders)
    today = max(row["ordered_at"] for row in orders if row["status"] in SALES).date()
    answer = warehouse.query("value/churn_risk").pl().to_dicts()
    assert {row["customer_key"] for row in answer} == set(days)
    gaps = {
        key: [(after - before).days for before, after in zip(sorted(known), sorted(known)[1:], strict=False)]
        for key, known in days.items()
    }
    every = sorted(gap for own in gaps.values() for gap in own)
    most = every[math.ceil(0.9 * len(every)) - 1]
    for row in answer:
        own = gaps[row["customer_key"]]
        silent = (today - max(days[row["customer_key"]])).days
        assert row["days_since"] == silent
        assert row["purchases"] == len(own) + 1
        assert row["cycle_days"] == (median(own) if own else None)
        if not own and silent > most:
            assert row["risk"] == "high"
        if own and silent > 3 * median(own):
            assert row["risk"] == "high"
    ranks = {"high": 0, "medium": 1, "low": 2}
    order = [(ranks[row["risk"]], -row["kept"], row["customer_key"]) for row in answer]
    assert order == sorted(order)
    assert [row["risk_rank"] for row in answer] == list(range(1, len(answer) + 1))


@pytest.mark.parametrize(("by", "column"), [("category", "category"), ("product", "product_id")])
def test_baskets_are_those_of_plain_counting(warehouse, by, column):
    lines = warehouse.sql(
        f"SELECT order_id, {column} FROM star.fact_order_line JOIN star.dim_product AS p USING (product_key) "
        "JOIN star.fact_order AS o USING (order_id) WHERE main.is_sale(o.status) AND p.product_key <> 0"
    ).rows()
    baskets = defaultdict(set)
    for order, item in lines:
        baskets[order].add(item)
    single = Counter(item for items in baskets.values() for item in items)
    pairs = Counter(pair for items in baskets.values() for pair in permutations(items, 2))
    least = 2 if by == "product" else 1
    answer = warehouse.query("value/basket", by=by, min_baskets=least).pl().to_dicts()
    assert {(row["item"], row["other"]): row["baskets"] for row in answer} == {
        pair: count for pair, count in pairs.items() if count >= least
    }
    assert answer
    for row in answer:
        share = single[row["other"]] / len(baskets)
        assert row["confidence"] == pytest.approx(row["baskets"] / single[row["item"]])
        assert row["lift"] == pytest.approx(row["confidence"] / share)
        assert row["support"] == pytest.approx(row["baskets"] / len(baskets))


@pytest.fixture(scope="module")
def aged(orders, customers):
    """Of each new customer: the first sale, whole months seen, channel and what each month of age brought in."""
    today = max(row["ordered_at"] for row in orders if row["status"] in SALES)
    found = {}
    for row in orders:
        key = row["customer_key"]
        if key not in found:
            if row["status"] not in SALES:
                continue
            first = row["ordered_at"]
            own = customers[key]["acquisition_channel_key"]
            found[key] = {
                "first": first,
                "seen": (today - first) // timedelta(days=30),
                "channel": own or row["channel_key"],
                "kept": defaultdict(float),
            }
        one = found[key]
        month = (row["ordered_at"] - one["first"]) // timedelta(days=30)
        gained = row["net_revenue"] if row["status"] == "credit_note" else row["margin"]
        one["kept"][month] += float(gained - row["refund_amount"])
    return {key: one for key, one in found.items() if not is_older(customers[key], one["first"].date())}


def cumulated(group):
    """Return what a customer of a group has brought in, by month of age: each month of those who completed it."""
    total, found = 0.0, []
    for month in range(max((one["seen"] for one in group), default=0)):
        seen = [one for one in group if one["seen"] > month]
        total += sum(one["kept"][month] for one in seen) / len(seen)
        found.append((len(seen), total))
    return found


def test_cohorts_bring_in_what_plain_counting_says(warehouse, aged):
    cohorts = defaultdict(list)
    for one in aged.values():
        cohorts[one["first"].date().replace(day=1)].append(one)
    answer = warehouse.query("value/historic").pl().to_dicts()
    expected = {
        (cohort, month): (len(group), seen, total)
        for cohort, group in cohorts.items()
        for month, (seen, total) in enumerate(cumulated(group))
    }
    assert {(row["cohort"], row["age_month"]) for row in answer} == set(expected)
    for row in answer:
        size, seen, total = expected[row["cohort"], row["age_month"]]
        assert (row["customers"], row["customers_seen"], row["is_complete"]) == (size, seen, seen == size)
        assert row["kept_per_customer_cumulative"] == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("by", ["all", "channel"])
def test_payback_is_that_of_plain_counting(warehouse, aged, by):
    names = dict(warehouse.sql("SELECT channel_key, channel FROM star.dim_channel").rows())
    spend = defaultdict(float)
    for key, amount in warehouse.sql(
        "SELECT channel_key, sum(spend) FROM star.fact_ad_spend GROUP BY ALL"
    ).rows():
        spend["(all)" if by == "all" else names[key]] += float(amount)
    groups = defaultdict(list)
    for one in aged.values():
        groups["(all)" if by == "all" else names[one["channel"]]].append(one)
    answer = {row["bucket"]: row for row in warehouse.query("value/payback", by=by).pl().to_dicts()}
    assert answer.keys() == groups.keys() | spend.keys()
    for bucket, row in answer.items():
        group = groups[bucket]
        assert row["new_customers"] == len(group)
        assert float(row["spend"]) == pytest.approx(spend[bucket], abs=0.006)
        if not group:
            assert row["cac"] is None
            continue
        cost = spend[bucket] / len(group)
        months = [total for _, total in cumulated(group)]
        reached = [number for number, total in enumerate(months, 1) if total >= cost - 1e-9]
        assert row["payback_months"] == (0 if cost == 0 else reached[0] if reached else None)
        if months:
            assert float(row["kept_per_customer"]) == pytest.approx(months[-1], abs=0.006)
            if cost:
                assert row["ltv_to_cac"] == pytest.approx(months[-1] / cost, rel=1e-6)


def test_all_customers_are_the_sum_of_their_channels(warehouse):
    (whole,) = warehouse.query("value/payback", by="all").pl().to_dicts()
    for by in ("channel", "cohort"):
        parts = warehouse.query("value/payback", by=by).pl()
        assert parts["new_customers"].sum() == whole["new_customers"]
        assert parts["spend"].sum() == whole["spend"]
