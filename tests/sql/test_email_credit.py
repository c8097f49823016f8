"""What email earns is one figure, wherever it is asked for."""

from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

CAMPAIGN = "SELECT campaign_id, {} FROM {} JOIN star.dim_campaign USING (campaign_key) GROUP BY campaign_id"
CLICKED = datetime(2024, 1, 1, 10)


def by_name(warehouse, sql):
    return {name: tuple(figures) for name, *figures in warehouse.sql(sql).rows()}


def test_views_marts_and_queries_tell_the_same_revenue(warehouse):
    credit = by_name(warehouse, CAMPAIGN.format("count(*), sum(net_revenue)", "email.credit"))
    assert credit
    campaigns = by_name(
        warehouse, "SELECT campaign_id, conversions, revenue FROM email_campaigns WHERE conversions > 0"
    )
    assert campaigns == credit
    responses = by_name(
        warehouse,
        CAMPAIGN.format("sum(revenue)", "mart.campaign_response") + " HAVING bool_or(has_converted)",
    )
    assert responses == {name: (revenue,) for name, (_, revenue) in credit.items()}
    kinds = by_name(
        warehouse,
        "SELECT campaign_type, sum(conversions)::BIGINT, sum(revenue) FROM email_campaigns GROUP BY campaign_type",
    )
    assert kinds == by_name(warehouse, "SELECT campaign_type, conversions, revenue FROM email.roi")


@pytest.mark.parametrize(("late", "conversions"), [(timedelta(0), 1), (timedelta(microseconds=1), 0)])
def test_a_click_counts_for_exactly_120_hours(given, late, conversions):
    warehouse = given(
        {
            "star.dim_customer": pl.DataFrame({"customer_key": [1], "customer_id": ["a"]}),
            "star.dim_campaign": pl.DataFrame(
                {"campaign_key": [1], "campaign_id": ["c"], "campaign_type": ["Welcome"], "channel_key": [6]}
            ),
            "star.fact_email": pl.DataFrame(
                {
                    "email_id": [1],
                    "campaign_key": [1],
                    "customer_key": [1],
                    "assigned_at": [CLICKED],
                    "delivered_at": [CLICKED],
                    "first_human_clicked_at": [CLICKED],
                }
            ),
            "star.fact_order": pl.DataFrame(
                {
                    "order_id": [1],
                    "customer_key": [1],
                    "ordered_at": [CLICKED + timedelta(hours=120) + late],
                    "net_revenue": [Decimal("10.00")],
                }
            ),
        }
    )
    assert warehouse.sql("SELECT conversions FROM email_campaigns").rows() == [(conversions,)]
    assert warehouse.sql("SELECT conversions FROM email.roi").rows() == [(conversions,)]
    assert warehouse.sql("SELECT has_converted FROM mart.campaign_response").rows() == [(conversions == 1,)]
