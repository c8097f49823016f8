"""The pack overview against plain recomputation, on random small shops."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import permutations
from math import ceil, sqrt
from statistics import NormalDist, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .shop_by_hand import (
    CHANNELS,
    DAY,
    ORIGIN,
    PRODUCTS,
    SALES,
    Z,
    benjamini_hochberg,
    calendar,
    dimensions,
    key_of,
    orders,
    ratio,
    sales,
    shops,
    within,
)


def about(value):
    return None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)


@st.composite
def visits(draw):
    return [
        {
            "session_id": number,
            "started_at": ORIGIN
            + draw(st.integers(0, 110)) * DAY
            + timedelta(hours=draw(st.sampled_from([0, 23]))),
            "is_converted": draw(st.booleans()),
        }
        for number in range(1, draw(st.integers(0, 15)) + 1)
    ]


@st.composite
def ledgers(draw):
    days = draw(st.lists(st.integers(0, 119), max_size=8, unique=True))
    return [
        {"date_key": key_of(ORIGIN + day * DAY), "channel_key": 3, "spend": Decimal(day + 1) / 4}
        for day in days
    ]


def day_of(moment):
    return datetime.combine(moment.date(), time())


def spent(ledger):
    days = {key_of(ORIGIN + number * DAY): ORIGIN + number * DAY for number in range(400)}
    return [(days[row["date_key"]], row["spend"]) for row in ledger]


# Key figures


def window_figures(placed, seen, ledger, start, until):
    """Work out the figures of one period, and of each the days that its source tells of."""
    sold = within(sales(placed), "ordered_at", start, until)
    notes = [
        row for row in within(placed, "ordered_at", start, until) if row["status"] in {*SALES, "credit_note"}
    ]
    net = sum((row["net_revenue"] for row in sold), Decimal(0))
    known = {row["customer_key"] for row in sold} - {0}
    here = within(seen, "started_at", start, until)
    money = [spend for day, spend in spent(ledger) if start <= day < until]
    margins = [row["margin"] for row in sold]
    return {
        "Net revenue": net,
        "Revenue net of refunds": net - sum(row["refund_amount"] for row in notes),
        "Margin": None if None in margins else sum(margins),
        "Orders": len(sold),
        "AOV": ratio(net, len(sold)),
        "Units per order": ratio(sum(row["item_count"] for row in sold), len(sold)),
        "Discount share": ratio(
            sum(row["discount_amount"] for row in sold), sum(row["gross_amount"] for row in sold)
        ),
        "Active customers": len(known) if known or not sold else None,
        "New customers": sum(row["is_first_order"] for row in sold) if known or not sold else None,
        "Visits": len(here),
        "Conversion rate": ratio(sum(row["is_converted"] for row in here), len(here)),
        "Ad spend": sum(money),
        "ROAS": ratio(net, sum(money)),
    }


@given(
    placed=orders(),
    seen=visits(),
    ledger=ledgers(),
    length=st.sampled_from([1, 7, 28]),
    start=st.sampled_from([None, ORIGIN + 40 * DAY, ORIGIN + timedelta(days=60, hours=9)]),
)
def test_key_figures_are_those_of_plain_counting(star, *, placed, seen, ledger, length, start):
    star.fill(**dimensions(), fact_order=placed, fact_session=seen, fact_ad_spend=ledger)
    sold = sales(placed)
    given_until = None if start is None else start + length * DAY
    answer = star.ask("overview/kpis", start=start, until=given_until, days=length)
    if not sold and start is None:
        assert all(row["value"] is None and row["change"] is None for row in answer)
        return
    until = given_until or day_of(max(row["ordered_at"] for row in sold)) + DAY
    begin = start or until - length * DAY
    sources = {
        "orders": [row["ordered_at"] for row in sold],
        "visits": [row["started_at"] for row in seen],
        "spend": [day for day, _ in spent(ledger)],
    }
    needed = defaultdict(lambda: ["orders"])
    needed |= {"Visits": ["visits"], "Conversion rate": ["visits"], "Ad spend": ["spend"]}
    needed["ROAS"] = ["orders", "spend"]

    def told(kpi, first, end):
        spans = [sources[name] for name in needed[kpi]]
        return all(span and day_of(min(span)) < end and first < day_of(max(span)) + DAY for span in spans)

    def covered(kpi, first, end):
        spans = [sources[name] for name in needed[kpi]]
        return all(span and day_of(min(span)) <= first and end <= day_of(max(span)) + DAY for span in spans)

    windows = [(begin, until), (begin - (until - begin), begin), (begin - 364 * DAY, until - 364 * DAY)]
    figures = [window_figures(placed, seen, ledger, *window) for window in windows]
    assert [row["kpi"] for row in answer] == list(figures[0])
    for row in answer:
        kpi = row["kpi"]
        now, *earlier = (
            values[kpi] if told(kpi, *window) and (number == 0 or covered(kpi, *window)) else None
            for number, (values, window) in enumerate(zip(figures, windows, strict=True))
        )
        assert row["value"] == about(now), kpi
        assert row["is_complete"] == covered(kpi, *windows[0])
        for value, name, change in zip(
            earlier, ["value_before", "value_year_before"], ["change", "year_change"], strict=True
        ):
            assert row[name] == about(value), (kpi, name)
            is_known = row["is_complete"] and now is not None and value
            assert row[change] == (about(float(now) / float(value) - 1) if is_known else None), kpi


# Days, months and customers


def spans(placed, kind, start, until):
    """Return the periods of the calendar with their ends and whether they lie in the range whole."""
    moments = [row["ordered_at"] for row in placed if row["status"] in {*SALES, "credit_note"}]
    sold = [row["ordered_at"] for row in sales(placed)]
    if not sold:
        return []
    first = max(start or day_of(min(sold)), day_of(min(sold)))
    end = day_of(max(moments)) + DAY
    end = min(until or end, end)
    found, day = [], day_of(first) if kind == "day" else datetime(first.year, first.month, 1)
    while day < end and first < end:
        after = day + DAY if kind == "day" else datetime(day.year + day.month // 12, day.month % 12 + 1, 1)
        found.append((day, after, first <= day and after <= end))
        day = after
    return found


ranges = st.fixed_dictionaries(
    {
        "start": st.sampled_from([None, ORIGIN + timedelta(days=20, hours=9), datetime(2024, 1, 1)]),
        "until": st.sampled_from([None, datetime(2024, 3, 1), ORIGIN + timedelta(days=90, hours=9)]),
    }
)


@pytest.mark.parametrize(("query", "kind"), [("daily", "day"), ("monthly", "month")])
@given(placed=orders(), seen=visits(), ledger=ledgers(), p=ranges)
def test_periods_hold_what_was_counted_in_them(star, *, query, kind, placed, seen, ledger, p):
    star.fill(**dimensions(), fact_order=placed, fact_session=seen, fact_ad_spend=ledger)
    answer = star.ask(f"overview/{query}", **p)
    calendar_spans = spans(placed, kind, **p)
    assert [row["day" if kind == "day" else "month"] for row in answer] == [
        first.date() for first, _, _ in calendar_spans
    ]
    inside = within(placed, "ordered_at", **p)
    told = any(row["customer_key"] for row in sales(placed))
    seen_days = [row["started_at"] for row in seen]
    spend_days = [day for day, _ in spent(ledger)]
    revenues = []
    for row, (first, after, is_complete) in zip(answer, calendar_spans, strict=True):
        sold = within(sales(inside), "ordered_at", first, after)
        net = sum((one["net_revenue"] for one in sold), Decimal(0))
        revenues.append((net, is_complete))
        assert row["is_complete"] == is_complete
        assert (row["orders"], row["revenue"]) == (len(sold), net)
        refunds = sum(
            one["refund_amount"]
            for one in within(inside, "ordered_at", first, after)
            if one["status"] in {*SALES, "credit_note"}
        )
        assert row["revenue_net_of_refunds"] == net - refunds
        assert row["customers"] == (len({one["customer_key"] for one in sold} - {0}) if told else None)
        assert row["new_customers"] == (sum(one["is_first_order"] for one in sold) if told else None)
        here = within(within(seen, "started_at", **p), "started_at", first, after)

        def is_told(days, first=first):
            begin = min(days, default=None)
            begin = begin and (day_of(begin) if kind == "day" else datetime(begin.year, begin.month, 1))
            return bool(days) and begin <= first <= max(days)

        assert row["visits"] == (len(here) if is_told(seen_days) else None)
        spend = sum(
            money
            for day, money in spent(ledger)
            if first <= day < after
            and (p["start"] or day) <= day
            and (p["until"] is None or day < p["until"])
        )
        assert row["spend"] == (spend if is_told(spend_days) else None)
    if kind == "month":
        for row, before, now in zip(answer[1:], revenues, revenues[1:], strict=False):
            is_known = before[1] and now[1] and before[0]
            assert row["revenue_change"] == (
                about(ratio(now[0] - before[0], before[0])) if is_known else None
            )
    else:
        for number, row in enumerate(answer):
            last = revenues[max(number - 6, 0) : number + 1]
            is_known = len(last) == 7 and all(whole for _, whole in last)
            expected = float(sum(net for net, _ in last)) / 7 if is_known else None
            got = row["revenue_7_days"]
            assert (got is None) == (expected is None)
            assert expected is None or abs(float(got) - expected) <= 0.00501


@given(placed=orders(), p=ranges)
def test_new_and_returning_customers_are_all_of_them(star, placed, p):
    star.fill(**dimensions(), fact_order=placed)
    answer = star.ask("overview/customers", **p)
    inside = within(sales(placed), "ordered_at", **p)
    calendar_spans = spans(placed, "month", **p)
    assert [(row["month"], row["is_complete"]) for row in answer] == [
        (first.date(), whole) for first, _, whole in calendar_spans
    ]
    ever = set()
    for row, (first, after, _) in zip(answer, calendar_spans, strict=True):
        sold = within(inside, "ordered_at", first, after)
        known = {one["customer_key"] for one in sold} - {0}
        new = {one["customer_key"] for one in sold if one["is_first_order"]} - {0}
        ever |= known
        assert (row["active_customers"], row["new_customers"]) == (len(known), len(new))
        assert row["returning_customers"] == len(known - new)
        assert row["customers_so_far"] == len(ever)
        money = defaultdict(Decimal)
        for one in sold:
            key = one["customer_key"]
            money["unknown" if key == 0 else "new" if key in new else "returning"] += one["net_revenue"]
        for name in ("new", "returning", "unknown"):
            assert row[f"{name}_revenue"] == money[name]
        assert row["orders_per_customer"] == about(
            ratio(sum(one["customer_key"] != 0 for one in sold), len(known))
        )


# Why revenue changed


def shapley(before, now):
    """Return what each of three factors does to their product, over all orders in which they may change."""
    parts = [0.0, 0.0, 0.0]
    for order in permutations(range(3)):
        factors = list(before)
        for place in order:
            old = factors[0] * factors[1] * factors[2]
            factors[place] = now[place]
            parts[place] += (factors[0] * factors[1] * factors[2] - old) / 6
    return parts


def life_cycle(placed, order, start):
    key = order["customer_key"]
    if key == 0:
        return "(unknown)"
    earlier = [
        row["ordered_at"] for row in sales(placed) if row["customer_key"] == key and row["ordered_at"] < start
    ]
    if not earlier:
        return "no order yet"
    silent = start - max(earlier)
    return "active" if silent <= 90 * DAY else "at risk" if silent <= 180 * DAY else "lapsed"


@pytest.mark.parametrize("by", ["channel", "category", "customers", "life_cycle"])
@given(shop=shops(days=160, max_orders=40), length=st.sampled_from([7, 28, 60]), data=st.data())
def test_a_change_is_taken_apart_without_rest(star, *, by, shop, length, data):
    star.fill(**dimensions(), **shop)
    placed = shop["fact_order"]
    start = data.draw(st.sampled_from([None, ORIGIN + 70 * DAY]))
    until = None if start is None else start + length * DAY
    answer = star.ask("overview/changes", by=by, start=start, until=until, days=length)
    sold = sales(placed)
    if not sold:
        assert answer == []
        return
    end = until or day_of(max(row["ordered_at"] for row in sold)) + DAY
    begin = start or end - length * DAY
    parts = []
    for is_now, first, last in [(0, begin - (end - begin), begin), (1, begin, end)]:
        for order in within(sold, "ordered_at", first, last):
            if by == "category":
                own = [row for row in shop["fact_order_line"] if row["order_id"] == order["order_id"]]
                parts += [
                    (
                        is_now,
                        PRODUCTS[row["product_key"]][2] if row["product_key"] else "(unknown)",
                        row["net_revenue"],
                    )
                    for row in own
                ]
                rest = order["net_revenue"] - sum(row["net_revenue"] for row in own)
                parts += [(is_now, "(no lines)", rest)] if rest else []
            else:
                value = {
                    "channel": CHANNELS[order["channel_key"]],
                    "customers": "new"
                    if order["is_first_order"]
                    else "returning"
                    if order["customer_key"]
                    else "(unknown)",
                    "life_cycle": life_cycle(placed, order, first),
                }[by]
                parts.append((is_now, value, order["net_revenue"]))
    all0, all1 = (sum(is_now == which for is_now, _, _ in parts) for which in (0, 1))
    found = {row["value"]: row for row in answer}
    assert found.keys() == {value for _, value, _ in parts}
    for value, row in found.items():
        own = [
            [money for is_now, name, money in parts if name == value and is_now == which] for which in (0, 1)
        ]
        (n0, n1), (money0, money1) = map(len, own), (sum(one, Decimal(0)) for one in own)
        assert (row["orders_before"], row["orders"]) == (n0, n1)
        assert (row["revenue_before"], row["revenue"]) == (money0, money1)
        assert row["volume"] + row["mix"] + row["rate"] == row["change"] == money1 - money0
        shares = [n0 / all0 if all0 else n1 / all1, n1 / all1 if all1 else n0 / all0]
        rates = [
            float(money0) / n0 if n0 else float(money1) / n1,
            float(money1) / n1 if n1 else float(money0) / n0,
        ]
        volume, mix, rate = shapley((all0, shares[0], rates[0]), (all1, shares[1], rates[1]))
        for name, expected, reach in [
            ("volume", volume, 0.00501),
            ("mix", mix, 0.00501),
            ("rate", rate, 0.01501),
        ]:
            assert abs(float(row[name]) - expected) <= reach, (value, name)
    total = [
        sum(row["net_revenue"] for row in within(sold, "ordered_at", first, last))
        for first, last in [(begin - (end - begin), begin), (begin, end)]
    ]
    assert sum((row["change"] for row in answer), Decimal(0)) == total[1] - total[0]
    assert all(
        row["is_compared"]
        == (
            day_of(min(one["ordered_at"] for one in sold)) <= begin - (end - begin)
            and end <= day_of(max(one["ordered_at"] for one in sold)) + DAY
        )
        for row in answer
    )


# Odd days


@given(
    counts=st.lists(st.integers(0, 14), min_size=40, max_size=90),
    special=st.sets(st.integers(0, 89), max_size=4),
    floor=st.sampled_from([0, 5]),
)
def test_odd_days_are_those_of_plain_counting(star, counts, special, floor):
    placed = [
        {"order_id": 100 * day + number, "ordered_at": ORIGIN + day * DAY + timedelta(hours=5), "status": "completed", "net_revenue": Decimal(3)}
        for day, count in enumerate(counts)
        for number in range(count)
    ]  # fmt: skip
    star.fill(dim_date=calendar(100, holidays=special), fact_order=placed)
    answer = [row for row in star.ask("overview/anomalies", min_count=floor) if row["metric"] == "orders"]
    first = next((day for day, count in enumerate(counts) if count), None)
    if first is None:
        assert answer == []
        return
    last = max(day for day, count in enumerate(counts) if count)
    ordinary = {day: None if day in special else counts[day] for day in range(first, last + 1)}

    def average(days):
        known = [ordinary[day] for day in days if ordinary.get(day) is not None]
        return (sum(known) / len(known) if known else None), len(known)

    expected = {}
    for day, value in ordinary.items():
        level, known = average(range(day - 28, day))
        recent = [counts[one] for one in range(max(day - 28, first), day)]
        usual = sum(recent) / len(recent) if recent else 0
        weekday, _ = average(day - 7 * back for back in range(1, 9))
        weeks, _ = average(range(day - 56, day))
        if value is None or known < 14 or max(value, usual) < floor:
            continue
        factor = weekday / weeks if weekday is not None and weeks else 1
        expected[day] = level * factor
    assert {row["day"] for row in answer} == {(ORIGIN + day * DAY).date() for day in expected}
    distances = {
        day: 2 * (sqrt(counts[day] + 0.375) - sqrt(value + 0.375)) for day, value in expected.items()
    }
    spread = median(map(abs, distances.values())) / 0.6744897501960817 if distances else 0
    for row in answer:
        day = (row["day"] - ORIGIN.date()).days
        assert row["amount"] == counts[day]
        assert row["expected"] == about(expected[day])
        assert row["change"] == about(ratio(counts[day] - expected[day], expected[day]))
        if spread > 1e-9:
            score = distances[day] / spread
            assert row["deviation"] == about(score)
            assert row["p_value"] == pytest.approx(2 * NormalDist().cdf(-abs(score)), rel=1e-6, abs=1e-12)
            assert row["high"] == about((sqrt(expected[day] + 0.375) + Z * spread / 2) ** 2 - 0.375)
    every = star.ask("overview/anomalies", min_count=floor)
    adjusted = benjamini_hochberg([row["p_value"] for row in every])
    for row, p in zip(every, adjusted, strict=True):
        assert row["p_adjusted"] == about(p)
        is_large = abs(row["amount"] - row["expected"]) >= 0.25 * row["expected"]
        assert row["is_anomaly"] == (p is not None and p < 0.05 and is_large)


def test_a_day_without_orders_is_found_and_no_other(star):
    """120 days like each other but for the weekday; on one of them the shop was shut."""
    counts = [(30, 32, 34, 36, 40, 60, 50)[day % 7] + (day * 7919) % 5 for day in range(120)]
    counts[100] = 0
    placed = [
        {"order_id": 1000 * day + number, "ordered_at": ORIGIN + day * DAY, "status": "open", "net_revenue": Decimal(5)}
        for day, count in enumerate(counts)
        for number in range(count)
    ]  # fmt: skip
    star.fill(dim_date=calendar(130), fact_order=placed)
    odd = [(row["metric"], row["day"]) for row in star.ask("overview/anomalies") if row["is_anomaly"]]
    assert sorted(odd) == [(name, (ORIGIN + 100 * DAY).date()) for name in ("orders", "revenue")]


# What is to come


def smooth(values, season, alpha, beta, gamma):
    """Return level, trend and season after each period, by Holt-Winters."""
    level, trend = sum(values[:season]) / season, 0.0
    effects = [value - level for value in values[:season]]
    states = {season: (level, trend, list(effects))}
    for place in range(season, len(values)):
        effect = effects[place % season]
        after = alpha * (values[place] - effect) + (1 - alpha) * (level + trend)
        effects[place % season] = gamma * (values[place] - level - trend) + (1 - gamma) * effect
        level, trend = after, beta * (after - level) + (1 - beta) * trend
        states[place + 1] = (level, trend, [effects[(place + 1 + ahead) % season] for ahead in range(season)])
    return states


def naive(values, season):
    return {place: (0.0, 0.0, values[place - season : place]) for place in range(season, len(values) + 1)}


def judged(values, states, season, steps, level):
    """Return the forecasts of a method, and how wrong it was while choosing and while judging."""
    known = len(values)

    def ahead(place, step):
        base, trend, effects = states[place]
        return max(base + step * trend + effects[(step - 1) % season], 0)

    choosing, judging, totals = [], defaultdict(list), []
    for place in range(max(season, ceil(known / 2)), known):
        errors = [
            ahead(place, step) - values[place + step - 1]
            for step in range(1, steps + 1)
            if place + step <= known
        ]
        if place * 4 < known * 3:
            choosing += map(abs, errors)
        else:
            for step, error in enumerate(errors, 1):
                judging[step].append(abs(error))
            if len(errors) == steps:
                totals.append(abs(sum(errors)))

    def reach(errors):
        place = ceil((len(errors) + 1) * level - 1e-9)
        return sorted(errors)[place - 1] if place <= len(errors) else None

    return {
        "choosing": sum(choosing) / len(choosing) if choosing else None,
        "forecasts": [ahead(known, step) for step in range(1, steps + 1)],
        "reaches": [reach(judging[step]) for step in range(1, steps + 1)],
        "total_reach": reach(totals),
        "error": ratio(sum(map(sum, judging.values())), sum(map(len, judging.values()))),
    }


@given(
    counts=st.lists(st.integers(0, 9), min_size=3, max_size=45),
    steps=st.sampled_from([1, 5, 9]),
    level=st.sampled_from([0.5, 0.8]),
)
def test_forecasts_are_those_of_plain_smoothing(star, counts, steps, level):
    counts = [counts[0] or 1, *counts[1:-1], counts[-1] or 1]
    placed = [
        {"order_id": 100 * day + number, "ordered_at": ORIGIN + day * DAY + timedelta(hours=7), "status": "completed", "net_revenue": Decimal(2)}
        for day, count in enumerate(counts)
        for number in range(count)
    ]  # fmt: skip
    star.fill(fact_order=placed)
    answer = star.ask("overview/forecast", metric="orders", steps=steps, level=level)
    values = [float(count) for count in counts]
    season = 7 if len(values) >= 21 else 1
    grid = {
        (alpha, beta, gamma): judged(values, smooth(values, season, alpha, beta, gamma), season, steps, level)
        for alpha in (0.05, 0.15, 0.4)
        for beta in (0, 0.02, 0.1)
        for gamma in ((0.05, 0.2) if season > 1 else (0,))
    }
    plain = judged(values, naive(values, season), season, steps, level)
    for method in ("holt_winters", "seasonal_naive"):
        rows = [row for row in answer if row["method"] == method]
        assert [row["step"] for row in rows] == list(range(1, steps + 1))
        chosen = (
            grid[rows[0]["alpha"], rows[0]["beta"], rows[0]["gamma"]] if method == "holt_winters" else plain
        )
        if method == "holt_winters" and chosen["choosing"] is not None:
            assert chosen["choosing"] <= min(one["choosing"] for one in grid.values()) + 1e-6
        total = sum(chosen["forecasts"])
        for row, forecast, reach in zip(rows, chosen["forecasts"], chosen["reaches"], strict=True):
            assert row["period_start"] == (ORIGIN + (len(values) + row["step"] - 1) * DAY).date()
            assert row["season"] == season
            assert row["forecast"] == about(forecast)
            assert row["low"] == about(None if reach is None else max(forecast - reach, 0))
            assert row["high"] == about(None if reach is None else forecast + reach)
            assert row["total"] == about(total)
            known = chosen["total_reach"]
            assert row["total_low"] == about(None if known is None else max(total - known, 0))
            assert row["total_high"] == about(None if known is None else total + known)
            if plain["error"] and chosen["error"] is not None:
                assert row["skill"] == about(1 - chosen["error"] / plain["error"])


def test_a_season_that_repeats_is_forecast_without_error(star):
    counts = [3, 5, 8, 2, 9, 12, 7] * 16
    placed = [
        {"order_id": 100 * day + number, "ordered_at": ORIGIN + day * DAY, "status": "open", "net_revenue": Decimal(2)}
        for day, count in enumerate(counts)
        for number in range(count)
    ]  # fmt: skip
    star.fill(fact_order=placed)
    for row in star.ask("overview/forecast", metric="orders", steps=14):
        expected = pytest.approx(counts[row["step"] - 1], abs=1e-9)
        assert (row["forecast"], row["low"], row["high"]) == (expected, expected, expected)


def test_months_and_weeks_begin_on_their_first_day(star):
    placed = [
        {"order_id": day, "ordered_at": ORIGIN + day * DAY, "status": "open", "net_revenue": Decimal(1)}
        for day in range(400)
    ]
    star.fill(fact_order=placed)
    months = star.ask("overview/forecast", metric="orders", period="month", steps=2)
    assert {row["period_start"] for row in months} == {date(2024, 12, 1), date(2025, 1, 1)}
    weeks = star.ask("overview/forecast", metric="orders", period="week", steps=1)
    assert [(row["period_start"], row["forecast"]) for row in weeks] == [
        (date(2024, 12, 30), pytest.approx(7))
    ] * 2
