"""retention/survival, survival_test and hazard against scipy and the textbook sums, on random orders."""

from math import erfc, exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from .retention_by_hand import DAY, ORIGIN, TODAY, Company, orders, people
from .test_email_oracle import wilson

Z = stats.norm.ppf(0.975)

parameters = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["churn", "second_order"]),
        "inactive_days": st.sampled_from([1, 30, 90]),
        "start": st.sampled_from([None, ORIGIN + 20 * DAY]),
        "until": st.sampled_from([None, ORIGIN + 200 * DAY]),
        "as_of": st.sampled_from([None, TODAY]),
    }
)


def lives(company, p, breakdown="none"):
    """Return (days, whether the event came) of each customer with a first order on record, by value."""
    found = {}
    for key in company.new_buyers():
        first = company.moments(key)[0]
        if (p["start"] and first < p["start"]) or (p["until"] and first >= p["until"]):
            continue
        if p["event"] == "churn":
            wait = p["inactive_days"] * DAY
            ends = [begin + wait for begin, end, _ in company.silences(key) if end - begin > wait]
        else:
            ends = company.moments(key)[1:]
        life = ((min(ends) if ends else company.today) - first).days, bool(ends)
        value = "(all)" if breakdown == "none" else company.people.get(key, {}).get(breakdown) or "(unknown)"
        found.setdefault(value, []).append(life)
    return found


def risk(people_, day):
    """Return how many are at risk on a day, and to how many it happens."""
    return sum(days >= day for days, _ in people_), sum(days == day and came for days, came in people_)


@given(orders=orders, people=people(), p=parameters, breakdown=st.sampled_from(["none", "country"]))
def test_the_curve_is_that_of_scipy(star, orders, people, p, breakdown):
    star.fill(fact_order=orders, dim_customer=people)
    expected = lives(Company(orders, people, p["as_of"]), p, breakdown)
    answer = star.ask("retention/survival", **p, breakdown=breakdown)
    assert {(row["breakdown_value"], row["days"]) for row in answer} == {
        (value, days) for value, own in expected.items() for days, _ in own
    }
    for value, own in expected.items():
        data = stats.CensoredData(
            uncensored=[days for days, came in own if came], right=[days for days, came in own if not came]
        )
        curve = stats.ecdf(data).sf
        for row in answer:
            if row["breakdown_value"] != value:
                continue
            at_risk, events = risk(own, row["days"])
            assert (row["at_risk"], row["events"]) == (at_risk, events)
            assert row["censored"] == sum(days == row["days"] for days, _ in own) - events
            share = float(curve.evaluate(row["days"]))
            assert row["survival_rate"] == pytest.approx(share, abs=1e-12)
            if share == 0:
                assert (row["standard_error"], row["survival_low"], row["survival_high"]) == (
                    None,
                    None,
                    None,
                )
                continue
            greenwood = 0.0
            for day in {days for days, came in own if came and days <= row["days"]}:
                n, d = risk(own, day)
                greenwood += d / n / (n - d)
            assert row["standard_error"] == pytest.approx(share * sqrt(greenwood), abs=1e-12)
            if share == 1:
                assert (row["survival_low"], row["survival_high"]) == (None, None)
            else:
                ends = [share ** exp(side * Z * sqrt(greenwood) / log(share)) for side in (-1, 1)]
                assert [row["survival_low"], row["survival_high"]] == pytest.approx(sorted(ends))


@given(orders=orders, people=people(), p=parameters)
def test_the_log_rank_test_is_the_textbook_sum_over_days(star, orders, people, p):
    star.fill(fact_order=orders, dim_customer=people)
    expected = lives(Company(orders, people, p["as_of"]), p, "country")
    everybody = [life for own in expected.values() for life in own]
    answer = {
        row["breakdown_value"]: row for row in star.ask("retention/survival_test", **p, breakdown="country")
    }
    assert answer.keys() == expected.keys()
    for value, own in expected.items():
        row, hoped, variance, share = answer[value], 0.0, 0.0, 1.0
        median = None
        for day in sorted({days for days, came in everybody if came}):
            (n, d), (own_n, own_d) = risk(everybody, day), risk(own, day)
            hoped += d * own_n / n
            if n > 1:
                variance += d * (n - d) / (n - 1) * own_n / n * (1 - own_n / n)
            if own_n:
                share *= 1 - own_d / own_n
            median = day if median is None and share <= 0.5 + 1e-9 and own_d else median
        assert (row["customers"], row["events"]) == (len(own), sum(came for _, came in own))
        assert row["expected_events"] == pytest.approx(hoped, abs=1e-12)
        assert row["median_days"] == median
        if variance < 1e-9:
            assert (row["chi_square"], row["p_value"]) == (None, None)
            continue
        chi_square = (row["events"] - hoped) ** 2 / variance
        assert row["chi_square"] == pytest.approx(chi_square, abs=1e-9)
        assert row["p_value"] == pytest.approx(erfc(sqrt(chi_square / 2)), rel=1e-8)


@given(orders=orders, people=people(), p=parameters, step=st.sampled_from([1, 7, 30]))
def test_the_life_table_counts_who_leaves_in_each_step(star, orders, people, p, step):
    star.fill(fact_order=orders, dim_customer=people)
    own = lives(Company(orders, people, p["as_of"]), p).get("(all)", [])
    answer = star.ask("retention/hazard", **p, step_days=step)
    assert len(answer) == (max(days for days, _ in own) // step + 1 if own else 0)
    for number, row in enumerate(answer):
        begin, end = number * step, (number + 1) * step
        leaving = [came for days, came in own if begin <= days < end]
        at_risk, events = sum(days >= begin for days, _ in own), sum(leaving)
        exposed = at_risk - (len(leaving) - events) / 2
        low, high = wilson(events / exposed, exposed)
        assert row == {
            "breakdown_value": "(all)",
            "from_days": begin,
            "until_days": end,
            "at_risk": at_risk,
            "events": events,
            "censored": len(leaving) - events,
            "hazard": pytest.approx(events / exposed),
            "hazard_low": pytest.approx(max(low, 0), abs=1e-9),
            "hazard_high": pytest.approx(high),
        }
