"""The other queries of the segmentation pack against a plain recomputation, on random orders and on a company."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

TODAY = datetime(2024, 6, 1)
SALES = ["completed", "open", "partially_refunded"]
STATUSES = [*SALES, *SALES, "cancelled", "pending", "credit_note"]
CENT = Decimal("0.01")

order = st.tuples(st.integers(0, 9), st.integers(-2, 400), st.integers(-500, 3000), st.sampled_from(STATUSES))
orders = st.lists(order, max_size=30)


def fill(star, orders):
    """Put orders into the star; return, of customers with a sale by TODAY, what they brought and when they bought."""
    rows = [
        {
            "order_id": number,
            "customer_key": customer,
            "ordered_at": TODAY - timedelta(days=days),
            "net_revenue": Decimal(0) if status == "credit_note" else Decimal(cents) / 100,
            "refund_amount": Decimal(cents) / 100 if status == "credit_note" else Decimal(0),
            "status": status,
        }
        for number, (customer, days, cents, status) in enumerate(orders, 1)
    ]
    star.fill(fact_order=rows)
    return rows


def values(rows, *, until=None):
    """Return, by customer with a sale, what they brought and the moments of their sales."""
    counted = [
        row
        for row in rows
        if row["customer_key"]
        and row["status"] in (*SALES, "credit_note")
        and (until is None or row["ordered_at"] <= until)
    ]
    bought = {row["customer_key"] for row in counted if row["status"] in SALES}
    return {
        key: (
            sum(row["net_revenue"] - row["refund_amount"] for row in counted if row["customer_key"] == key),
            sorted(
                row["ordered_at"] for row in counted if row["customer_key"] == key and row["status"] in SALES
            ),
        )
        for key in sorted(bought)
    }


@given(orders=orders, parts=st.integers(2, 12))
def test_a_lorenz_curve_is_that_of_parts_of_customers(star, orders, parts):
    amounts = sorted((amount for amount, _ in values(fill(star, orders)).values()), reverse=True)
    answer = star.ask("segmentation/pareto", parts=parts)
    assert len(answer) == (parts if amounts else 0)
    if not amounts:
        return
    # Each customer cut into as many pieces as there are parts: then every part holds whole pieces.
    pieces = [Fraction(amount) / parts for amount in amounts for _ in range(parts)]
    total, n = sum(pieces), len(amounts)
    assert sum(row["items"] for row in answer) == n
    for row in answer:
        exact = sum(pieces[: n * row["part"]])
        if total > 0:
            assert row["cumulative_share"] == pytest.approx(float(exact / total), rel=1e-9, abs=1e-12)
        else:
            assert row["cumulative_share"] is None
    if total > 0:
        differences = sum(abs(Fraction(a) - Fraction(b)) for a in amounts for b in amounts)
        assert answer[0]["gini"] == pytest.approx(float(differences / (2 * n * n * (total / n))), rel=1e-9)


@given(orders=orders)
def test_classes_follow_the_share_of_those_before(star, orders):
    amounts = [amount for amount, _ in values(fill(star, orders)).values()]
    answer = star.ask("segmentation/abc")
    assert sorted(row["amount"] for row in answer) == sorted(amounts)
    total = sum(amounts)
    for row in answer:
        better = sum(amount for amount in amounts if amount > row["amount"])
        if total <= 0 or row["amount"] <= 0:
            assert row["class"] == "C"
        else:
            share = Fraction(better) / Fraction(total)
            # At the very border a double decides.
            if min(abs(share - Fraction(border, 100)) for border in (80, 95)) > Fraction(1, 10**12):
                assert row["class"] == (
                    "A" if share < Fraction(4, 5) else "B" if share < Fraction(19, 20) else "C"
                )


@given(orders=orders, tiers=st.integers(2, 6))
def test_tiers_hold_every_customer_and_all_money(star, orders, tiers):
    amounts = sorted((amount for amount, _ in values(fill(star, orders)).values()), reverse=True)
    answer = star.ask("segmentation/value_tiers", tiers=tiers)
    expected = Counter(1 + amounts.index(amount) * tiers // len(amounts) for amount in amounts)
    assert {row["tier"]: row["customers"] for row in answer} == expected
    assert sum(row["monetary"] for row in answer) == sum(amounts)
    assert all(upper["least_monetary"] > lower["most_monetary"] for upper, lower in pairwise(answer))


@given(orders=orders)
def test_stages_are_those_of_the_plain_rule(star, orders):
    rows = fill(star, orders)

    def stage(moments):
        since = (TODAY - moments[-1]).days
        recent = [
            gap.days
            for early, late in pairwise(moments)
            if (TODAY - late).days <= 90
            for gap in [late - early]
        ]
        if since > 90:
            return "lapsed" if since > 180 else "at_risk"
        if (TODAY - moments[0]).days <= 90:
            return "new"
        return "won_back" if any(gap > 180 for gap in recent) else "active"

    expected = Counter(stage(moments) for _, moments in values(rows, until=TODAY).values())
    answer = star.ask("segmentation/lifecycle", as_of=TODAY)
    assert {row["stage"]: row["customers"] for row in answer if row["customers"]} == expected
    assert sum(row["monetary"] for row in answer) == sum(
        amount for amount, _ in values(rows, until=TODAY).values()
    )


@given(orders=orders, scale=st.sampled_from(["first", "second", "each"]))
def test_moves_keep_every_customer(star, orders, scale):
    found = values(fill(star, orders), until=TODAY)
    before = TODAY - timedelta(days=90)
    answer = star.ask("segmentation/migration", as_of=TODAY, before=before, scale=scale, method="cuts")
    earlier = sum(moments[0] <= before for _, moments in found.values())
    assert sum(row["customers"] for row in answer) == len(found)
    assert sum(row["customers"] for row in answer if row["from_segment"] != "(no order yet)") == earlier
    ends = Counter()
    for row in answer:
        ends[row["to_segment"]] += row["customers"]
    now = star.ask("segmentation/rfm_segments", as_of=TODAY, method="cuts")
    assert {row["segment"]: row["customers"] for row in now} == ends
    assert sum(row["monetary"] for row in now) == sum(amount for amount, _ in found.values())


def test_every_score_has_its_segment_in_the_map_of_martlet(star):
    scores = star.connection.execute(
        "SELECT r, f, m, count(rule.segment) FROM range(1, 6) AS a (r), range(1, 6) AS b (f), range(1, 6) AS c (m) "
        "LEFT JOIN meta.segment_rule AS rule ON rule.segment_map = 'martlet' AND NOT rule.is_for_new "
        "AND r BETWEEN recency_low AND recency_high AND f BETWEEN frequency_low AND frequency_high "
        "AND m BETWEEN monetary_low AND monetary_high GROUP BY ALL"
    ).fetchall()
    assert len(scores) == 125
    assert all(count >= 1 for *_, count in scores)


FEATURES = ["income", "children", "recency_days", "frequency", "sessions"]


@pytest.fixture(scope="module")
def profile(warehouse):
    names = ", ".join([*FEATURES, "monetary"])
    frame = warehouse.sql(f"SELECT {names} FROM mart.customer_profile").pl()
    return frame.drop_nulls().cast(float)


def test_a_regression_is_that_of_least_squares(warehouse, profile):
    answer = warehouse.query("segmentation/drivers", features=FEATURES).pl()
    x = np.column_stack([np.ones(profile.height), profile.select(FEATURES).to_numpy()])
    y = profile["monetary"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    coefficient = inverse @ x.T @ y
    left = y - x @ coefficient
    degrees = len(y) - len(coefficient)
    error = np.sqrt(np.diag(inverse) * (left @ left) / degrees)
    explained = 1 - left @ left / ((y - y.mean()) ** 2).sum()
    assert set(answer["customers"]) == {len(y)}
    assert answer["coefficient"].to_numpy() == pytest.approx(coefficient, rel=1e-8)
    assert answer["standard_error"].to_numpy() == pytest.approx(error, rel=1e-8)
    p_values = 2 * stats.t.sf(abs(coefficient / error), degrees)
    assert answer["p_value"].to_numpy() == pytest.approx(p_values, rel=1e-5, abs=1e-15)
    assert answer["r_squared"][0] == pytest.approx(explained, rel=1e-8)
    adjusted = 1 - (1 - explained) * (len(y) - 1) / degrees
    assert answer["adjusted_r_squared"][0] == pytest.approx(adjusted, rel=1e-8)


@pytest.mark.parametrize(("method", "rule"), [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)])
def test_correlations_are_those_of_scipy(warehouse, profile, method, rule):
    answer = warehouse.query("segmentation/correlations", features=FEATURES, method=method).rows()
    known = profile.select(FEATURES)
    assert [row[:2] for row in answer] == list(combinations(FEATURES, 2))
    for feature, other, customers, correlation, low, high in answer:
        assert customers == known.height
        assert correlation == pytest.approx(rule(known[feature], known[other]).statistic, rel=1e-9, abs=1e-12)
        if method == "pearson":
            ends = stats.pearsonr(known[feature], known[other]).confidence_interval()
            assert (low, high) == pytest.approx((ends.low, ends.high), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 3, 5, 10, 30, 1000])
def test_p_values_of_t_are_as_near_as_their_comment_says(star, degrees):
    for t in (0, 0.3, -1, 2, 4, 9):
        ((found,),) = star.connection.execute(
            f"SELECT stats.student_t_p(CAST({t} AS DOUBLE), {degrees})"
        ).fetchall()
        assert found == pytest.approx(2 * stats.t.sf(abs(t), degrees), abs=1e-12)


def test_money_of_all_customers_is_in_the_segments_and_bands(warehouse):
    ((total,),) = warehouse.sql(
        "SELECT sum(net_revenue - refund_amount) FROM star.fact_order "
        "WHERE customer_key <> 0 AND (main.is_sale(status) OR status = 'credit_note')"
    ).rows()
    assert sum(warehouse.query("segmentation/rfm_segments").pl()["monetary"]) == total
    assert sum(warehouse.query("segmentation/lifecycle").pl()["monetary"]) == total
    for by in ("gender", "family", "top_category", "region"):
        assert sum(warehouse.query("segmentation/demographics", by=by).pl()["monetary"]) == total
