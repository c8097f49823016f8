"""The retention pack against published results: Freireich's trial of 6-MP, and the CDNOW sample."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from math import erfc, sqrt

import pytest

from .retention_by_hand import DAY

# Freireich et al. 1963, weeks of remission (+ is censored), as in every textbook of survival analysis.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
TODAY = datetime(2024, 6, 1)
PUBLISHED = {6: (0.8571, 0.0764), 10: (0.7529, 0.0963), 23: (0.4482, 0.1346)}
LOG_RANK = 16.79294098921654


@pytest.fixture
def trial(star):
    """A star in which weeks of remission are days from the first order to the second, or to today."""
    patients, orders = [], []
    for arm, text in (("6-MP", SIX_MP), ("placebo", PLACEBO)):
        for word in text.split():
            key, days = len(patients) + 1, int(word.rstrip("+"))
            patients.append({"customer_key": key, "customer_id": f"p{key}", "country": arm})
            first = TODAY - (days if word.endswith("+") else 50) * DAY
            moments = [first] if word.endswith("+") else [first, first + days * DAY]
            orders += [{"customer_key": key, "ordered_at": at} for at in moments]
    star.fill(dim_customer=patients, fact_order=[{"order_id": n, **row} for n, row in enumerate(orders, 1)])
    return star


def asked(star, query):
    return star.ask(query, event="second_order", breakdown="country", as_of=TODAY)


def test_remission_stays_as_published(trial):
    rows = {
        row["days"]: row for row in asked(trial, "retention/survival") if row["breakdown_value"] == "6-MP"
    }
    for week, (share, error) in PUBLISHED.items():
        assert rows[week]["survival_rate"] == pytest.approx(share, abs=0.00005)
        assert rows[week]["standard_error"] == pytest.approx(error, abs=0.00005)
    assert [rows[6][name] for name in ("at_risk", "events", "censored")] == [21, 3, 1]


def test_the_log_rank_test_is_the_published_one(trial):
    rows = {row["breakdown_value"]: row for row in asked(trial, "retention/survival_test")}
    for row in rows.values():
        assert row["chi_square"] == pytest.approx(LOG_RANK, rel=1e-12)
        assert row["p_value"] == pytest.approx(erfc(sqrt(LOG_RANK / 2)), rel=1e-8)
    assert (rows["6-MP"]["events"], rows["placebo"]["events"]) == (9, 21)
    assert (rows["6-MP"]["median_days"], rows["placebo"]["median_days"]) == (23, 8)


# Fader, Hardie and Lee (2005): repeat buyers of the first 39 weeks, seven or more being one.
REPEATS = [1411, 439, 214, 100, 62, 38, 29, 64]


@pytest.fixture(scope="module")
def transactions(shared):
    text = (shared / "known_answers" / "lifetimes" / "CDNOW_sample.txt").read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line.strip()]


@pytest.fixture
def cdnow(star, transactions):
    """A star with the sample, what a customer bought on a day being one order, as its authors count."""
    days = Counter()
    for _, customer, day, _, amount in transactions:
        days[int(customer), datetime.strptime(day, "%Y%m%d")] += Decimal(amount)  # noqa: DTZ007
    star.fill(
        fact_order=[
            {"order_id": number, "customer_key": customer, "ordered_at": at, "net_revenue": amount}
            for number, ((customer, at), amount) in enumerate(sorted(days.items()), 1)
        ]
    )
    return star, days


def test_as_many_customers_repeat_as_published(cdnow):
    star, _ = cdnow
    rows = star.ask("retention/frequency", as_of="1997-09-30", most=8)
    assert [row["customers"] for row in rows] == REPEATS
    assert rows[0]["customers_at_least"] == 2357
    assert rows[0]["repeat_rate"] == pytest.approx((2357 - 1411) / 2357)


def test_cohorts_of_a_quarter_add_up_to_the_sample(cdnow):
    star, days = cdnow
    cells = star.ask("retention/cohorts", as_of="1998-07-01")
    first = {}
    for customer, at in sorted(days, key=lambda key: key[1]):
        first.setdefault(customer, at)
    joined = Counter(at.strftime("%Y-%m") for at in first.values())
    assert {
        str(row["cohort_start"])[:7]: row["customers"] for row in cells if row["period_number"] == 0
    } == joined
    assert sum(joined.values()) == 2357
    assert set(joined) == {"1997-01", "1997-02", "1997-03"}
    assert sum(row["orders"] for row in cells) == len(days)
    assert sum(row["revenue"] for row in cells) == sum(days.values())
    active = Counter(
        (first[customer].strftime("%Y-%m"), month)
        for customer, month in {(customer, at.strftime("%Y-%m")) for customer, at in days}
    )
    for row in cells:
        cohort = row["cohort_start"]
        later = cohort.month - 1 + row["period_number"]
        month = f"{cohort.year + later // 12}-{later % 12 + 1:02d}"
        assert row["customers"] == active[str(cohort)[:7], month]
