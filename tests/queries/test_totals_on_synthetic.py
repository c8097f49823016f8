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


def test_orders_without_a_touch_are_unattributed_and_baseline_orders_of_no_visit(warehouse):
    """Counted by hand: no touch of the customer, or of a browser that is theirs, within thirty days before the order."""
    without = """
        SELECT placed.order_id, placed.order_channel, cause.cause
        FROM star.fact_order AS placed
        INNER JOIN truth.order_cause AS cause ON cause.order_id = placed.order_id
        WHERE main.is_sale(placed.status) AND NOT EXISTS (
            SELECT 1
            FROM star.fact_touchpoint AS touch
            LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = touch.visitor_id
            WHERE
                coalesce(nullif(touch.customer_key, 0), visitor.customer_key) = placed.customer_key
                AND touch.touch_type NOT IN ('impression', 'email_open')
                AND touch.touched_at <= placed.ordered_at
                AND touch.touched_at >= placed.ordered_at - INTERVAL 30 DAY
        )
    """
    rows = warehouse.sql(without).rows()
    (counted,) = one(
        warehouse,
        "SELECT conversions FROM attribution.channels(lookback_days := 30) WHERE channel = '(unattributed)'",
    )
    assert len(rows) == counted > 0
    assert {cause for _, _, cause in rows} == {"baseline"}
    assert "web" not in {channel for _, channel, _ in rows}


def test_paths_of_one_touch_get_the_same_answer_from_every_model(warehouse):
    answers = [
        warehouse.query("attribution/channels", model=model, lookback_steps=1).pl().drop("model").rows()
        for model in MODELS
    ]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("unit", ["session", "customer", "visitor"])
def test_funnel_never_widens_and_breakdowns_sum_to_the_whole(warehouse, unit):
    whole = warehouse.query("funnel/conversion", unit=unit, window_hours=72).pl().to_dicts()
    for before, after in pairwise(whole):
        assert before["entered"] >= after["entered"] == before["converted"]
    for row in whole:
        assert row["entered"] == row["converted"] + row["dropped"] + row["immature"]
    for breakdown in ("channel", "device", "country", "landing_page", "campaign_type", "campaign", "browser"):
        sums = defaultdict(int)
        for row in (
            warehouse.query("funnel/conversion", unit=unit, window_hours=72, breakdown=breakdown)
            .pl()
            .to_dicts()
        ):
            for name in ("entered", "converted", "dropped", "immature"):
                sums[row["step_number"], name] += row[name]
        for row in whole:
            for name in ("entered", "converted", "dropped", "immature"):
                assert sums[row["step_number"], name] == row[name], breakdown


@pytest.mark.parametrize("unit", ["session", "customer", "visitor"])
def test_stages_never_widen_and_breakdowns_sum_to_the_whole(warehouse, unit):
    whole = warehouse.query("funnel/stages", unit=unit).pl().to_dicts()
    for before, after in pairwise(whole):
        assert (
            before["entered"]
            >= after["entered"]
            == before["converted"]
            == before["entered"] - before["dropped"]
        )
    for breakdown in ("channel", "device", "landing_page"):
        sums = defaultdict(int)
        for row in warehouse.query("funnel/stages", unit=unit, breakdown=breakdown).pl().to_dicts():
            sums[row["step_number"]] += row["entered"]
        assert [sums[row["step_number"]] for row in whole] == [row["entered"] for row in whole], breakdown


def test_stages_of_sessions_are_those_of_the_fact(warehouse):
    counts = dict(
        warehouse.sql(
            "SELECT CAST(furthest_stage AS VARCHAR), count(*) FROM star.fact_session GROUP BY 1"
        ).rows()
    )
    rows = warehouse.query("funnel/stages").pl().to_dicts()
    assert {row["step"]: row["dropped"] for row in rows[:-1]} | {"Purchase": rows[-1]["entered"]} == counts


def test_carts_left_and_bought_are_all_carts(warehouse):
    rows = warehouse.query("funnel/abandonment").pl().to_dicts()
    (carts, bought) = one(
        warehouse,
        "SELECT count(*), count(*) FILTER (furthest_stage = 'Purchase') FROM star.fact_session "
        "WHERE furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase')",
    )
    assert rows[0]["reached"] == carts
    assert carts - sum(row["abandoned"] for row in rows) == bought
    for row in rows:
        assert row["recovered"] + row["open"] <= row["abandoned"]
        assert row["value_recovered"] + row["value_lost"] <= row["value_at_stake"]


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
        ("funnel/conversion", {"unit": "customer", "breakdown": "channel"}),
        ("segmentation/rfm", {}),
    ],
)
def test_answers_do_not_depend_on_the_number_of_threads(warehouse_path, path, params):
    answers = []
    for threads in (1, 4):
        with martlet.open(warehouse_path) as opened:
            opened._file.connection.execute(f"SET threads = {threads}")
            answers.append(opened.query(path, **params).rows())
    assert answers[0] == answers[1]
