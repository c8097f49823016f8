"""segmentation/rfm against a plain recomputation, on random orders."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from statistics import quantiles

from hypothesis import given
from hypothesis import strategies as st

TODAY = datetime(2024, 6, 1)
SALES = ["completed", "open", "partially_refunded"]
STATUSES = [*SALES, *SALES, "cancelled", "pending", "failed", "unknown", "credit_note"]


order = st.tuples(
    st.integers(0, 12),
    st.integers(-2, 200),
    st.integers(0, 86399),
    st.integers(0, 3000),
    st.sampled_from(STATUSES),
)


def bins_of(values, method, bins, step):
    """Return the bin, from 1, of each value, after the rule's own words."""
    if method == "quantile":
        exact = [Fraction(value) for value in values]
        cuts = quantiles(exact, n=bins, method="inclusive") if len(values) > 1 else exact * (bins - 1)
        ends = [ceil(cut / step) * step for cut in cuts]
        return [1 + sum(value > end for end in ends) for value in values]
    ordered = sorted(values)
    small, larger = divmod(len(values), bins)
    tile_of_row = [tile for tile in range(1, bins + 1) for _ in range(small + (tile <= larger))]
    return [tile_of_row[ordered.index(value)] for value in values]


@given(
    orders=st.lists(order, max_size=40),
    method=st.sampled_from(["quantile", "ntile"]),
    bins=st.integers(2, 10),
    whole=st.booleans(),
)
def test_scores_are_those_of_the_plain_rule(star, orders, method, bins, whole):
    rows = [
        {
            "order_id": number,
            "customer_key": customer,
            "ordered_at": TODAY - timedelta(days=days, seconds=seconds),
            # A credit note has no revenue of its own, only what came back.
            "refund_amount" if status == "credit_note" else "net_revenue": Decimal(cents)
            if whole
            else Decimal(cents) / 100,
            "status": status,
        }
        for number, (customer, days, seconds, cents, status) in enumerate(orders, 1)
    ]
    star.fill(fact_order=[{"net_revenue": Decimal(0), "refund_amount": Decimal(0), **row} for row in rows])
    answer = {
        row["customer_key"]: row
        for row in star.ask("segmentation/rfm", as_of=TODAY, method=method, bins=bins)
    }
    rows = [
        {"net_revenue": Decimal(0), "refund_amount": Decimal(0), **row}
        for row in rows
        if row["ordered_at"] <= TODAY
    ]
    kept = [row for row in rows if row["customer_key"] and row["status"] in SALES]
    customers = sorted({row["customer_key"] for row in kept})
    assert sorted(answer) == customers
    if not customers:
        return
    own = {key: [row for row in kept if row["customer_key"] == key] for key in customers}
    recency = [(TODAY - max(row["ordered_at"] for row in own[key])).days for key in customers]
    frequency = [len(own[key]) for key in customers]
    back = {key: sum(row["refund_amount"] for row in rows if row["customer_key"] == key) for key in customers}
    monetary = [sum(row["net_revenue"] for row in own[key]) - back[key] for key in customers]
    step = 1 if all(value == int(value) for value in monetary) else Fraction(1, 100)
    expected = zip(
        [bins + 1 - number for number in bins_of(recency, method, bins, 1)],
        bins_of(frequency, method, bins, 1),
        bins_of(monetary, method, bins, step),
        strict=True,
    )
    for key, days, orders_, amount, scores in zip(
        customers, recency, frequency, monetary, expected, strict=True
    ):
        row = answer[key]
        assert (row["recency_days"], row["frequency"], row["monetary"]) == (days, orders_, amount)
        assert (row["recency_score"], row["frequency_score"], row["monetary_score"]) == scores
