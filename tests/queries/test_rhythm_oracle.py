"""How often people buy and visit against plain recomputation, on random orders and visits."""

from datetime import datetime, timedelta
from decimal import Decimal
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .retention_by_hand import (
    DAY,
    ORIGIN,
    SALES,
    TODAY,
    Company,
    kept,
    moments,
    orders,
    people,
    ratio,
    start_of,
)

WEEK = 7 * DAY
todays = st.sampled_from([None, TODAY, ORIGIN + 90 * DAY])


@given(orders=orders, as_of=todays, least=st.sampled_from([2, 3]), factor=st.sampled_from([0.5, 2.0]))
def test_the_cycle_is_the_median_gap(star, orders, as_of, least, factor):
    star.fill(fact_order=orders)
    company = Company(orders, [], as_of)
    answer = star.ask("retention/purchase_cycle", as_of=as_of, min_orders=least, overdue_factor=factor)
    rows = {row["customer_key"]: row for row in answer}
    assert rows.keys() == {key for key in company.buyers() if len(company.sales(key)) >= least}
    for key, row in rows.items():
        *gaps, wait = [(end - begin) / DAY for begin, end, _ in company.silences(key)]
        cycle, last = median(gaps), company.moments(key)[-1]
        assert row == {
            "customer_key": key,
            "customer_id": None,
            "orders": len(gaps) + 1,
            "cycle_days": pytest.approx(cycle),
            "longest_gap_days": pytest.approx(max(gaps)),
            "last_ordered_at": last,
            "expected_at": last + cycle * DAY,
            "inactivity_days": pytest.approx(wait),
            "cycles_waited": pytest.approx(wait / cycle) if cycle else None,
            "is_overdue": wait / cycle > factor if cycle else None,
            "revenue": company.kept(key),
        }


@given(
    orders=orders,
    people=people(),
    p=st.fixed_dictionaries(
        {
            "start": st.sampled_from([None, ORIGIN + 20 * DAY]),
            "until": st.sampled_from([None, ORIGIN + 150 * DAY]),
            "within_days": st.sampled_from([None, 0, 30]),
            "whose": st.sampled_from(["new", "all"]),
            "most": st.sampled_from([1, 3, 10]),
            "as_of": todays,
        }
    ),
)
def test_orders_of_a_customer_are_counted_once(star, orders, people, p):
    star.fill(fact_order=orders, dim_customer=people)
    company = Company(orders, people, p["as_of"])
    within = None if p["within_days"] is None else p["within_days"] * DAY
    counts = {}
    for key in company.buyers() if p["whose"] == "all" else company.new_buyers():
        first = company.moments(key)[0]
        if (p["start"] and first < p["start"]) or (p["until"] and first >= p["until"]):
            continue
        if within is None or first + within <= company.today:
            own = [row for row in company.rows[key] if within is None or row["ordered_at"] - first <= within]
            counts[key] = (sum(row["status"] in SALES for row in own), sum(map(kept, own)))
    answer = star.ask("retention/frequency", **p)
    top = max((number for number, _ in counts.values()), default=0)
    assert [row["orders"] for row in answer] == list(range(1, min(top, p["most"]) + 1))
    whole = sum(amount for _, amount in counts.values())
    for row in answer:
        n = row["orders"]
        own = [amount for number, amount in counts.values() if number == n or number > n == p["most"]]
        at_least = sum(number >= n for number, _ in counts.values())
        more = sum(number > n for number, _ in counts.values())
        assert row["customers"] == len(own)
        assert row["customer_share"] == pytest.approx(len(own) / len(counts))
        assert (row["customers_at_least"], row["customers_more"]) == (at_least, more)
        assert row["repeat_rate"] == pytest.approx(more / at_least)
        assert row["revenue"] == sum(own, Decimal(0))
        assert row["revenue_share"] == (pytest.approx(ratio(sum(own), whole)) if whole else None)


def test_weeks_are_compared_with_the_year_around_and_the_year_before(star):
    # Three years of weeks, of which some have no order at all, and an order of nobody known now and then.
    numbers = [
        1 if week == 0 else (week * week + 3 * week) % 7 + (10 if week % 52 in (50, 51) else 0)
        for week in range(160)
    ]
    first = datetime(2022, 1, 3, 8)
    rows = [
        {
            "customer_key": n % 3,
            "ordered_at": first + week * WEEK + timedelta(hours=16 * n),
            "net_revenue": Decimal(week + n),
            "is_first_order": n == 1,
        }
        for week, number in enumerate(numbers)
        for n in range(number)
    ]
    star.fill(fact_order=[{"order_id": n, **row} for n, row in enumerate(rows, 1)])
    as_of = first + 159 * WEEK + 2 * DAY
    answer = star.ask("retention/weekly_orders", as_of=as_of)
    seen = [
        [
            row
            for row in rows
            if start_of("week", row["ordered_at"].date()) == found["week_start"]
            and row["ordered_at"] <= as_of
        ]
        for found in answer
    ]
    counts, money = [len(own) for own in seen], [sum(row["net_revenue"] for row in own) for own in seen]
    last = len(answer) - 1
    assert [row["week_start"] for row in answer] == [(first + week * WEEK).date() for week in range(160)]
    trend = {
        week: (sum(counts[week - 25 : week + 26]) + (counts[week - 26] + counts[week + 26]) / 2) / 52
        for week in range(26, last - 26)
    }
    by_iso = {}
    for week, level in trend.items():
        by_iso.setdefault(answer[week]["week_start"].isocalendar()[1], []).append(counts[week] / level)
    means = {iso: mean(ratios) for iso, ratios in by_iso.items()}
    for week, row in enumerate(answer):
        assert row["complete"] == (week < last)
        assert (row["orders"], row["revenue"]) == (counts[week], money[week])
        assert row["customers"] == len({one["customer_key"] for one in seen[week]} - {0})
        assert row["new_customers"] == sum(one["is_first_order"] for one in seen[week])
        assert row["orders_recent"] == (
            pytest.approx(mean(counts[week - 12 : week + 1])) if 12 <= week < last else None
        )
        assert row["trend"] == (pytest.approx(trend[week]) if week in trend else None)
        season = means[row["week_start"].isocalendar()[1]] / mean(means.values())
        assert row["season"] == pytest.approx(season)
        assert row["orders_adjusted"] == (pytest.approx(counts[week] / season) if season else None)
        for name, values in (("orders", counts), ("revenue", money)):
            before = values[week - 52] if week >= 52 else None
            assert row[f"{name}_year_before"] == before
            change = ratio(values[week] - before, before) if before is not None and week < last else None
            assert row[f"{name}_change"] == (None if change is None else pytest.approx(change))


visits = st.lists(
    st.fixed_dictionaries(
        {
            "visitor_id": st.sampled_from([None, 1, 2, 3, 4]),
            "customer_key": st.sampled_from([0, 0, 1, 2]),
            "started_at": moments,
        }
    ),
    max_size=40,
).map(lambda rows: [{"session_id": number, **row} for number, row in enumerate(rows, 1)])
CUSTOMER_OF_VISITOR = {1: 1, 2: 2, 3: 2, 4: 0}


@given(
    visits=visits,
    unit=st.sampled_from(["customer", "visitor"]),
    period=st.sampled_from(["day", "week", "month"]),
    as_of=todays,
)
def test_people_of_a_day_are_held_against_those_of_its_month(star, visits, unit, period, as_of):
    star.fill(
        bridge_visitor=[
            {"visitor_id": visitor, "customer_key": customer}
            for visitor, customer in CUSTOMER_OF_VISITOR.items()
        ],
        fact_session=visits,
    )
    seen = [row for row in visits if as_of is None or row["started_at"] <= as_of]
    answer = star.ask("retention/stickiness", unit=unit, period=period, as_of=as_of)
    if not seen:
        assert answer == []
        return
    today = (as_of or max(row["started_at"] for row in seen)).date()
    first = min(row["started_at"] for row in seen).date()

    def who(row):
        known = row["customer_key"] or CUSTOMER_OF_VISITOR.get(row["visitor_id"], 0)
        return row["visitor_id"] if unit == "visitor" else known or None

    came = {(who(row), row["started_at"].date()) for row in seen if who(row) is not None}

    def active(day, length):
        return len({person for person, on in came if timedelta(0) <= day - on < timedelta(days=length)})

    figures = {}
    day = first + timedelta(days=29)
    while day < today:
        figures.setdefault(start_of(period, day), []).append([active(day, length) for length in (1, 7, 30)])
        day += DAY
    assert [row["period_start"] for row in answer] == sorted(figures)
    for row in answer:
        own = figures[row["period_start"]]
        daily, weekly, monthly = (sum(column) for column in zip(*own, strict=True))
        assert row["days"] == len(own)
        assert row["daily_active"] == pytest.approx(daily / len(own))
        assert row["weekly_active"] == pytest.approx(weekly / len(own))
        assert row["monthly_active"] == pytest.approx(monthly / len(own))
        assert row["stickiness"] == (pytest.approx(daily / monthly) if monthly else None)
        assert row["weekly_stickiness"] == (pytest.approx(daily / weekly) if weekly else None)
