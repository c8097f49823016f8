"""The pack spend against totals of the facts, the attribution pack, and computations of its own in plain Python."""

import math
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

RANGES = [{}, {"start": "2025-03-05", "until": "2025-10-01"}]
MODELS = ["last", "markov"]


def ledger(warehouse, start=None, until=None):
    """Return the totals of the ledger in a range of days."""
    found = warehouse.sql(
        """
        SELECT sum(spend), sum(impressions), sum(clicks), sum(platform_conversions), sum(platform_revenue)
        FROM star.fact_ad_spend JOIN star.dim_date USING (date_key)
        WHERE (? IS NULL OR date >= CAST(? AS DATE)) AND (? IS NULL OR date < CAST(? AS DATE))
        """,
        [start, start, until, until],
    )
    return found.rows()[0]


def counted(warehouse, table, column, money, *, start=None, until=None):
    """Return the number of rows of a fact in a range of moments, and a sum."""
    found = warehouse.sql(
        f"""
        SELECT count(*), sum({money}) FROM star.{table}
        WHERE {"status <> 'cancelled'" if table == "fact_order" else "true"} AND (? IS NULL OR {column} >= CAST(? AS TIMESTAMP)) AND (? IS NULL OR {column} < CAST(? AS TIMESTAMP))
        """,
        [start, start, until, until],
    )
    return found.rows()[0]


@pytest.mark.parametrize("bounds", RANGES, ids=["all", "range"])
@pytest.mark.parametrize("by", ["channel", "platform", "campaign"])
@pytest.mark.parametrize("period", ["all", "month"])
def test_performance_sums_to_the_ledger_the_orders_and_the_leads(warehouse, by, period, bounds):
    answer = warehouse.query("spend/performance", by=by, period=period, model=MODELS, **bounds).pl()
    spend, impressions, clicks, _, _ = ledger(warehouse, **bounds)
    orders, revenue = counted(warehouse, "fact_order", "ordered_at", "net_revenue", **bounds)
    leads, _ = counted(warehouse, "fact_lead", "captured_at", "0", **bounds)
    for model in MODELS:
        rows = answer.filter(model=model)
        assert (rows["spend"].sum(), rows["impressions"].sum(), rows["clicks"].sum()) == (
            spend,
            impressions,
            clicks,
        )
        assert rows["leads"].sum() == leads
        assert rows["conversions"].sum() == pytest.approx(orders, rel=1e-9)
        assert round(Decimal(rows["revenue"].sum()), 2) == revenue


def test_performance_by_channel_credits_as_the_attribution_pack_does(warehouse):
    # Markov shares out all orders at once there, and one by one where they are dated.
    models = ["last", "position", "shapley", "counterfactual"]
    here = warehouse.query("spend/performance", model=models).pl()
    there = warehouse.query("attribution/channels", model=models).pl()
    joined = there.join(here, on=["model", "channel"], how="left", suffix="_here")
    assert joined.height == there.height
    assert np.allclose(joined["conversions"], joined["conversions_here"].fill_null(0), atol=1e-6)
    assert np.allclose(joined["revenue"], joined["revenue_here"].fill_null(0), atol=1e-4)


@pytest.mark.parametrize("by", ["channel", "platform", "campaign"])
def test_claims_sum_to_the_ledger(warehouse, by):
    answer = warehouse.query("spend/overclaim", by=by, period="quarter").pl()
    *_, conversions, revenue = ledger(warehouse)
    assert (answer["platform_conversions"].sum(), answer["platform_revenue"].sum()) == (conversions, revenue)
    assert np.allclose(
        answer["overclaimed_conversions"], answer["platform_conversions"].cast(float) - answer["conversions"]
    )


@pytest.mark.parametrize(("min_roi", "margin"), [(0, 1), (1.5, 0.35), (-0.5, 1)])
def test_waste_is_what_campaigns_do_not_pay_for(warehouse, min_roi, margin):
    wasted = warehouse.query("spend/waste", min_roi=min_roi, margin=margin).pl()
    expected = {}
    for row in warehouse.query("attribution/campaigns").pl().to_dicts():
        if row["spend"] > 0 and row["revenue"] * margin / float(row["spend"]) - 1 < min_roi:
            stake = min(float(row["spend"]), float(row["spend"]) - row["revenue"] * margin / (1 + min_roi))
            expected[row["channel"], row["campaign_id"]] = stake
    found = {(row["channel"], row["campaign_id"]): row["money_at_stake"] for row in wasted.to_dicts()}
    assert found.keys() == expected.keys()
    assert all(float(found[key]) == pytest.approx(expected[key], abs=0.011) for key in found)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def student_t(degrees):
    """Return the 97.5 % point of Student's t, by integrating its density."""
    step = 1e-3
    x = np.arange(0, 40, step)
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)
    below = 0.5 + np.cumsum(scale * (1 + (x + step / 2) ** 2 / degrees) ** (-(degrees + 1) / 2)) * step
    return float(np.interp(0.975, below, x + step))


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 10, 101])
def test_a_95_percent_interval_is_as_wide_as_students_t(warehouse, degrees):
    (found,) = warehouse.sql(f"SELECT stats.student_t_quantile(0.975, {degrees})").rows()[0]
    assert found == pytest.approx(student_t(degrees), rel=2e-3)


def test_shares_of_the_mix_sum_to_one_and_slopes_are_those_of_least_squares(warehouse):
    mix = warehouse.query("spend/mix", model=["linear"]).pl()
    assert mix["spend_share"].sum() == pytest.approx(1)
    assert mix["revenue_share"].sum() == pytest.approx(1)
    weekly = warehouse.query("spend/performance", period="week").pl()
    days = warehouse.sql(
        "SELECT min(date), max(date) FROM star.fact_ad_spend JOIN star.dim_date USING (date_key)"
    )
    first, last = days.rows()[0]
    monday = first + timedelta(days=(7 - first.weekday()) % 7)
    weeks = [monday + timedelta(days=7 * n) for n in range(((last - monday).days + 1) // 7)]
    for row in mix.to_dicts():
        points = {r["period_start"]: r for r in weekly.filter(channel=row["channel"]).to_dicts()}
        x = np.array([float(points[week]["spend"]) if week in points else 0.0 for week in weeks])
        y = np.array([points[week]["revenue"] if week in points else 0.0 for week in weeks])
        (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
        # Student's t for as many weeks: 1.983 with 103 of them.
        half = student_t(len(weeks) - 2) * np.sqrt(covariance[0, 0])
        assert row["weeks"] == len(weeks)
        # The query takes revenue in whole cents.
        assert row["marginal_roas"] == pytest.approx(slope, rel=1e-3, abs=2e-3)
        assert row["marginal_roas_high"] - row["marginal_roas"] == pytest.approx(half, rel=1e-2, abs=2e-3)


@pytest.mark.parametrize("rate", [0, 0.3, 0.85])
def test_adstock_is_the_recursion_over_all_weeks(warehouse, rate):
    panel = warehouse.query("spend/weekly_panel", adstock_rate=rate).pl()
    assert panel["spend"].sum() == ledger(warehouse)[0]
    carried = defaultdict(float)
    for row in panel.sort("week_start", "channel").to_dicts():
        carried[row["channel"]] = float(row["spend"]) + rate * carried[row["channel"]]
        assert row["adstocked_spend"] == pytest.approx(carried[row["channel"]], abs=1e-6)
    orders, revenue = counted(warehouse, "fact_order", "ordered_at", "net_revenue")
    weeks = panel.unique("week_start")
    assert (weeks["orders"].sum(), weeks["revenue"].sum()) == (orders, revenue)
    assert panel.height == weeks.height * panel["channel"].n_unique()


def test_pacing_sums_to_the_ledger_up_to_its_day(warehouse):
    paced = warehouse.query("spend/pacing", as_of="2025-06-30").pl()
    assert paced["spend"].sum() == ledger(warehouse, until="2025-07-01")[0]
    assert set(paced["status"]) <= {"over", "on pace", "under", "ended", "not started", "no end", "no budget"}
