"""Churn, its course, comebacks and monthly flows against plain recomputation, on random orders."""

from collections import Counter
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .retention_by_hand import (
    DAY,
    ORIGIN,
    TODAY,
    Company,
    kept,
    midnight,
    next_start,
    orders,
    people,
    ratio,
    start_of,
    starts,
)
from .test_email_oracle import wilson

parameters = st.fixed_dictionaries(
    {
        "inactive_days": st.sampled_from([1, 12, 30, 90]),
        "as_of": st.sampled_from([None, TODAY, ORIGIN + 90 * DAY]),
    }
)
periods = st.sampled_from(["week", "month", "quarter", "year"])


def days(length):
    return length / DAY


@given(orders=orders, people=people(), p=parameters, breakdown=st.sampled_from(["none", "country"]))
def test_the_rate_and_the_list_are_of_those_silent_for_longer(star, orders, people, p, breakdown):
    star.fill(fact_order=orders, dim_customer=people)
    company = Company(orders, people, p["as_of"])
    silent = {key: company.today - company.moments(key)[-1] for key in company.buyers()}
    churned = {key for key, length in silent.items() if length > p["inactive_days"] * DAY}
    rates = {row.pop("breakdown_value"): row for row in star.ask("retention/churn", **p, breakdown=breakdown)}
    value_of = {
        key: "(all)" if breakdown == "none" else company.people.get(key, {}).get("country") or "(unknown)"
        for key in silent
    }
    assert rates.keys() == set(value_of.values())
    for value, row in rates.items():
        own = [key for key in silent if value_of[key] == value]
        gone = [key for key in own if key in churned]
        revenue, lost = (sum(map(company.kept, keys), Decimal(0)) for keys in (own, gone))
        low, high = wilson(len(gone) / len(own), len(own))
        assert row == {
            "customers": len(own),
            "churned": len(gone),
            "churn_rate": ratio(len(gone), len(own)),
            "churn_rate_low": pytest.approx(max(low, 0), abs=1e-12),
            "churn_rate_high": pytest.approx(high),
            "median_inactivity_days": pytest.approx(median(days(silent[key]) for key in own)),
            "revenue": revenue,
            "churned_revenue": lost,
            "churned_revenue_share": pytest.approx(ratio(lost, revenue)) if revenue else None,
        }
    listed = {row["customer_key"]: row for row in star.ask("retention/churned", **p)}
    assert listed.keys() == churned
    for key, row in listed.items():
        gaps = [days(end - begin) for begin, end, ender in company.silences(key) if ender]
        last = company.moments(key)[-1]
        assert row == {
            "customer_key": key,
            "customer_id": company.people.get(key, {}).get("customer_id"),
            "last_ordered_at": last,
            "churned_at": last + p["inactive_days"] * DAY,
            "inactivity_days": silent[key].days,
            "orders": len(gaps) + 1,
            "usual_days": pytest.approx(median(gaps)) if gaps else None,
            "revenue": company.kept(key),
        }


@given(orders=orders, people=people(), p=parameters, period=periods)
def test_the_ledger_of_active_customers_is_what_a_look_at_each_border_shows(star, orders, people, p, period):
    star.fill(fact_order=orders, dim_customer=people)
    company = Company(orders, people, p["as_of"])
    wait = p["inactive_days"] * DAY

    def active(when):
        # Who ordered within the wait; a silence of exactly the wait is not over, but it is at the same moment that it ends.
        return {key for key in company.buyers() if any(at < when <= at + wait for at in company.moments(key))}

    answer = star.ask("retention/churn_trend", **p, period=period)
    borders = starts(period, company.first_at, company.today) if company.buyers() else []
    if not borders:
        assert all(row["active_at_end"] == 0 for row in answer)
        return
    assert [row["period_start"] for row in answer] == borders
    new = Counter(start_of(period, company.moments(key)[0].date()) for key in company.new_buyers())
    losses = [
        (begin, begin + wait)
        for key in company.buyers()
        for begin, end, _ in company.silences(key)
        if end - begin > wait
    ]
    for row, begin in zip(answer, borders, strict=True):
        first, end = midnight(begin), midnight(next_start(period, begin))
        assert row["active_at_start"] == len(active(first))
        if row["complete"]:
            assert row["active_at_end"] == len(active(end))
        assert row["new_customers"] == new[begin]
        assert row["lost"] == sum(first <= at < end for _, at in losses)
        assert row["lost_of_start"] == sum(first <= at < end and since < first for since, at in losses)
        assert row["churn_rate"] == ratio(row["lost_of_start"], row["active_at_start"])
        flow = row["new_customers"] + row["came_back"] - row["lost"]
        assert row["active_at_end"] == row["active_at_start"] + flow
        assert row["complete"] == (end <= company.today)


@given(orders=orders, people=people(), period=periods, as_of=parameters.map(lambda p: p["as_of"]))
def test_buyers_of_a_period_are_new_retained_or_reactivated(star, orders, people, period, as_of):
    star.fill(fact_order=orders, dim_customer=people)
    company = Company(orders, people, as_of)
    answer = star.ask("retention/reactivation", period=period, as_of=as_of)
    bought = {key: {start_of(period, at.date()) for at in company.moments(key)} for key in company.buyers()}
    before = None
    for row in answer:
        begin = row["period_start"]
        now = {key for key, begins in bought.items() if begin in begins}
        new = {key for key in now if begin == min(bought[key]) and not company.is_older(key)}
        assert (row["buyers"], row["new_customers"]) == (len(now), len(new))
        if before is None:
            assert [row[name] for name in ("retained", "reactivated", "buyers_before", "lapsed")] == [
                None
            ] * 4
        else:
            assert row["retained"] == len(now & before)
            assert row["reactivated"] == len(now - before - new)
            assert row["lapsed"] == len(before - now)
            assert row["new_customers"] + row["retained"] + row["reactivated"] == row["buyers"]
            assert (
                row["buyers_before"] + row["new_customers"] + row["reactivated"] - row["lapsed"]
                == row["buyers"]
            )
            assert row["retention_rate"] == ratio(len(now & before), len(before))
            assert row["quick_ratio"] == ratio(len(new | (now - before)), len(before - now))
        before = now
    assert len(answer) == (len(starts(period, company.first_at, company.today)) if company.rows else 0)


@given(orders=orders, p=parameters, step=st.sampled_from([1, 12, 30]))
def test_silences_end_or_go_on_step_by_step(star, orders, p, step):
    star.fill(fact_order=orders)
    company = Company(orders, [], p["as_of"])
    silences = [
        (end - begin, ender)
        for key in company.buyers()
        for begin, end, ender in company.silences(key)
        if end - begin > p["inactive_days"] * DAY
    ]
    answer = star.ask("retention/winback", **p, step_days=step)
    silent = 1
    for number, row in enumerate(answer):
        begin, end = p["inactive_days"] + number * step, p["inactive_days"] + (number + 1) * step
        assert (row["from_days"], row["until_days"]) == (begin, end)
        reached = [(length, ender) for length, ender in silences if length > begin * DAY]
        back = [ender for length, ender in reached if ender and length <= end * DAY]
        still = sum(length <= end * DAY for length, ender in reached if not ender)
        assert (row["silences"], row["came_back"], row["still_silent"]) == (len(reached), len(back), still)
        rate = len(back) / (len(reached) - still / 2)
        low, high = wilson(rate, len(reached) - still / 2)
        silent *= 1 - rate
        revenue = sum(map(kept, back), Decimal(0))
        assert row["return_rate"] == pytest.approx(rate)
        assert row["return_rate_low"] == pytest.approx(max(low, 0), abs=1e-9)
        assert row["return_rate_high"] == pytest.approx(high)
        assert row["returned_rate"] == pytest.approx(1 - silent, abs=1e-12)
        assert row["revenue"] == revenue
        assert row["revenue_per_return"] == (pytest.approx(ratio(revenue, len(back))) if back else None)
    longest = max((length for length, _ in silences), default=None)
    assert bool(answer) == bool(silences)
    if answer:
        assert answer[-1]["from_days"] * DAY < longest <= answer[-1]["until_days"] * DAY
