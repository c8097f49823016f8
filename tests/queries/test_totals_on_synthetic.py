"""Answers of the packs on the synthetic company: totals reconcile with the facts, whatever the parameters."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

import pytest

import martlet

RANGES = [{}, {"start": "2025-06-01", "until": "2025-09-15"}]
MODELS = ["first", "last", "linear", "position", "time_decay"]


def where(column, start=None, until=None):
    """Return the condition of a half-open range, as SQL."""
    bounds = [f"{column} >= '{start}'" if start else "true", f"{column} < '{until}'" if until else "true"]
    return " AND ".join(bounds)


def one(warehouse, sql):
    (row,) = warehouse.sql(sql).rows()
    return row


@pytest.mark.parametrize("bounds", RANGES, ids=["all", "range"])
@pytest.mark.parametrize("model", MODELS)
def test_credited_and_unattributed_are_all_orders_and_spend_is_the_ledger(warehouse, model, bounds):
    answer = warehouse.query("attribution/channels", model=model, lookback_days=7, **bounds).pl()
    orders, revenue = one(
        warehouse,
        f"SELECT count(*), sum(net_revenue) FROM star.fact_order WHERE status <> 'cancelled' AND {where('ordered_at', **bounds)}",
    )
    (spend,) = one(
        warehouse,
        f"SELECT sum(spend) FROM star.fact_ad_spend JOIN star.dim_date USING (date_key) WHERE {where('date', **bounds)}",
    )
    assert answer["conversions"].sum() == pytest.approx(orders, rel=1e-12)
    assert round(Decimal(answer["revenue"].sum()), 2) == revenue
    assert answer["spend"].sum() == spend


def test_paths_of_one_touch_get_the_same_answer_from_every_model(warehouse):
    answers = [
        warehouse.query("attribution/channels", model=model, lookback_steps=1).pl().drop("model").rows()
        for model in MODELS
    ]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("unit", ["session", "customer", "visitor"])
def test_funnel_never_widens_and_breakdowns_sum_to_the_whole(warehouse, unit):
    whole = warehouse.query("funnel/stages", unit=unit, window_hours=72).pl().to_dicts()
    for before, after in pairwise(whole):
        assert before["entered"] >= after["entered"] == before["converted"]
    for row in whole:
        assert row["entered"] == row["converted"] + row["dropped"] + row["immature"]
    for breakdown in ("channel", "device", "country", "landing_page", "campaign_type", "campaign", "browser"):
        sums = defaultdict(int)
        for row in (
            warehouse.query("funnel/stages", unit=unit, window_hours=72, breakdown=breakdown).pl().to_dicts()
        ):
            for name in ("entered", "converted", "dropped", "immature"):
                sums[row["step_number"], name] += row[name]
        for row in whole:
            for name in ("entered", "converted", "dropped", "immature"):
                assert sums[row["step_number"], name] == row[name], breakdown


def test_every_customer_with_an_order_has_one_segment(warehouse):
    answer = warehouse.query("segmentation/rfm").pl()
    customers, money = one(
        warehouse,
        "SELECT count(DISTINCT customer_key), sum(net_revenue - refund_amount) FROM star.fact_order "
        "WHERE customer_key <> 0 AND status <> 'cancelled'",
    )
    assert answer["customer_key"].n_unique() == answer.height == customers
    assert answer["segment"].null_count() == 0
    assert answer["monetary"].sum() == money


@pytest.mark.parametrize("basis", ["click", "open", "delivered"])
def test_email_counts_every_mail_and_credits_no_order_twice(warehouse, basis):
    answer = warehouse.query("email/roi", basis=basis).pl()
    sent, delivered, held, cost = one(
        warehouse,
        "SELECT count(sent_at), count(delivered_at), count(*) FILTER (is_holdout), sum(cost) FROM star.fact_email",
    )
    orders, revenue = one(
        warehouse, "SELECT count(*), sum(net_revenue) FROM star.fact_order WHERE status <> 'cancelled'"
    )
    assert (answer["sent"].sum(), answer["delivered"].sum()) == (sent, delivered)
    assert answer["holdout_recipients"].sum() == held
    # Each kind's cost is rounded to the cent once.
    assert float(answer["cost"].sum()) == pytest.approx(float(cost), abs=0.005 * answer.height)
    assert answer["conversions"].sum() <= orders
    assert answer["revenue"].sum() <= revenue


def test_email_credit_adds_up_over_ranges(warehouse):
    whole = warehouse.query("email/roi").pl()
    parts = [
        warehouse.query("email/roi", until="2025-08-01").pl(),
        warehouse.query("email/roi", start="2025-08-01").pl(),
    ]
    for name in ("sent", "conversions", "revenue", "holdout_recipients"):
        assert sum(part[name].sum() for part in parts) == whole[name].sum()


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("attribution/channels", {"model": "time_decay"}),
        ("email/roi", {}),
        ("funnel/stages", {"unit": "customer", "breakdown": "channel"}),
        ("segmentation/rfm", {}),
    ],
)
def test_answers_do_not_depend_on_the_number_of_threads(warehouse_path, path, params):
    answers = []
    for threads in (1, 4):
        with martlet.open(warehouse_path) as opened:
            opened._connection.execute(f"SET threads = {threads}")
            answers.append(opened.query(path, **params).rows())
    assert answers[0] == answers[1]
